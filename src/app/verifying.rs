//! `--verify` and `--verify-with-leaked-key`: when AWS is asked about findings, and who is told before.
//!
//! Without these flags nothing here runs. Without the feature `aws` the flags are refused before anything is scanned.

use crate::error::Error;
use crate::finding::Finding;
use crate::keys::Key;
#[cfg(feature = "aws")]
use crate::notice;
use crate::settings::VerifySettings;

/// What is to be asked, checked.
pub struct Verifying(VerifySettings);

/// What came of it, besides what the findings carry.
#[derive(Default)]
pub struct Verified {
    /// The keys of which something was learned, for the policy.
    pub keys: Vec<Key>,
    /// What failed, one sentence each.
    pub incomplete: Vec<String>,
}

impl Verifying {
    /// Checks the flags; `None` if nothing is to be asked.
    pub fn prepare(settings: VerifySettings) -> Result<Option<Self>, Error> {
        settings.check()?;
        if !settings.asked() {
            return Ok(None);
        }
        if cfg!(not(feature = "aws")) {
            return Err(
                Error::usage("--verify: this keytrail was built without the network, so it cannot ask AWS")
                    .hint("build it with the feature `aws`, which is on by default"),
            );
        }
        Ok(Some(Self(settings)))
    }

    /// Asks about each key among the findings, and marks them with the answers.
    pub fn run(&self, findings: &mut [Finding], ours: &[String]) -> Verified {
        ask(&self.0, findings, ours)
    }
}

#[cfg(feature = "aws")]
fn ask(settings: &VerifySettings, findings: &mut [Finding], ours: &[String]) -> Verified {
    use crate::keys::aws::{Environment, climb};

    let mut tell = |what: &str| notice::tell(format!("note: {what}"));
    let climbed = climb(findings, settings, ours, &Environment::of_process(), &mut tell);
    Verified {
        keys: climbed.keys,
        incomplete: climbed.incomplete,
    }
}

/// Never called: `prepare` refuses.
#[cfg(not(feature = "aws"))]
fn ask(_: &VerifySettings, _: &mut [Finding], _: &[String]) -> Verified {
    Verified::default()
}

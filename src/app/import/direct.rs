//! Another scanner's file in the place of a baseline: what it accepts is accepted, without a file of ours.
//!
//! It becomes allow rules for this run, as `keytrail import` would write them down; a secret in it becomes a digest at
//! once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::accepting::{self, Accepted, Content};
use crate::config::Config;
use crate::config::allow::AllowRule;
use crate::error::Error;
use crate::import::settings::{Entry, SettingsText};
use crate::import::{AcceptingFile, detect_secrets, left_out};

/// The allow rules that a file amounts to, and what of it could not be carried over. Lines that it names are looked up in
/// the repository of the folder, or in what `content` gives.
///
/// # Errors
/// It is not what it looked like.
pub fn allow_rules(
    kind: AcceptingFile,
    name: &str,
    text: &str,
    folder: &Path,
    content: Content<'_>,
) -> Result<(Vec<AllowRule>, Vec<String>), Error> {
    let settings = match kind {
        AcceptingFile::DetectSecrets => detect_secrets::settings(name, text)?,
        AcceptingFile::SecretsIgnore => left_out::secretsignore(name, text),
        AcceptingFile::GitHub => left_out::github(name, text),
        AcceptingFile::GitleaksIgnore => of_secrets(accepting::of_ignore_file(name, text, folder, content)?),
        AcceptingFile::GitleaksReport => of_secrets(accepting::of_report(name, text, folder, content)?),
    };
    let rules = Config::parse(name, settings.text().as_bytes())?.allow;
    Ok((rules, settings.notes))
}

/// Secrets as digests that are allowed, wherever they stand.
fn of_secrets(accepted: Accepted) -> SettingsText {
    let mut by_reason: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for found in &accepted.secrets {
        #[expect(clippy::disallowed_methods, reason = "its digest is compared with those of findings")]
        let digest = Sha256::digest(found.secret.expose());
        let digests = by_reason.entry(found.reason).or_default();
        digests.insert(format!("sha256:{}", HEXLOWER.encode(&digest)));
    }
    let mut settings = SettingsText::new("What gitleaks was told to accept.");
    for (reason, digests) in by_reason {
        settings.allow(&Entry {
            values: digests.into_iter().collect(),
            reason: reason.to_owned(),
            ..Entry::default()
        });
    }
    settings.notes = accepted.notes;
    settings
}

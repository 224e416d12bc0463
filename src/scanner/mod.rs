//! The library: bytes in, findings out. What it offers is stable; the rest of the crate serves the program, is hidden, and may
//! change in any release.
//!
//! A scan opens no file, starts no process or thread, reaches no network and reads no settings. It finds what `keytrail scan`
//! finds in a file of this content and path.

mod finding;

use crate::decode::Layers;
use crate::detect::Detectors;
use crate::error::Error;
use crate::origin::{Origin, Place, State};
use crate::rules::schema::{self, Trust};
use crate::rules::{Rule, RuleSet};
use crate::scan::progress::Progress;
use crate::scan::{Scan, relate};
use crate::skip::{Skip, Why};
use crate::source::{Added, Handle, Item};
use crate::triage::allow::Allowed;
use crate::triage::{Veil, merge};

pub use finding::{Finding, Occurrence};

/// Finds secrets in contents. To make one takes some milliseconds; it can then be used for any number of contents, by any number of
/// threads at once.
pub struct Scanner {
    detectors: Detectors,
    as_of: i64,
    is_marker_heeded: bool,
}

/// What a scan gave.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Scanned {
    /// Of every confidence and severity, suppressed ones too; one for each rule and secret. In the order of their first places.
    pub findings: Vec<Finding>,
    /// What in the content was not read: members of archives that are damaged, encrypted, too deep or too large.
    pub skips: Vec<Skip>,
}

/// What is looked for.
#[derive(Clone, Debug)]
pub struct Rules(Vec<Rule>);

impl Scanner {
    /// A scanner that looks for what is built in.
    ///
    /// # Errors
    /// None in a released version: a test sees to the built-in rules.
    pub fn builtin() -> Result<Self, Error> {
        Self::new(Rules::builtin())
    }

    /// A scanner that looks for this.
    ///
    /// # Errors
    /// Two rules have one id, or one of them names a detector or checksum that does not exist.
    pub fn new(rules: Rules) -> Result<Self, Error> {
        Ok(Self {
            detectors: Detectors::new(&RuleSet::new(rules.0)?)?,
            as_of: jiff::Timestamp::now().as_second(),
            is_marker_heeded: true,
        })
    }

    /// Reckons what has ended (sessions, markers with an end) from this time, in Unix seconds, and not from the time at which the
    /// scanner was made.
    #[must_use]
    pub fn as_of(self, unix_seconds: i64) -> Self {
        Self {
            as_of: unix_seconds,
            ..self
        }
    }

    /// Takes no notice of markers in the content (`keytrail:allow`, `gitleaks:allow`): for content of strangers.
    #[must_use]
    pub fn without_markers(self) -> Self {
        Self {
            is_marker_heeded: false,
            ..self
        }
    }

    /// Finds the secrets in a content: text, or anything that `keytrail scan` decodes and unpacks.
    ///
    /// The path is that of the file that the content is or would be, relative to the top of its repository; `""` where there is
    /// none. Nothing is opened there: it tells rules for certain files, and how likely a password is one.
    pub fn scan(&self, bytes: &[u8], path: impl AsRef<[u8]>) -> Scanned {
        let item = Item {
            handle: Handle::Bytes(bytes.into()),
            origin: origin(path.as_ref()),
            commit: None,
            added: Added::All,
        };
        let scan = Scan {
            detectors: &self.detectors,
            objects: None,
            state: State::File,
            with_line_hash: false,
            threads: 1,
            progress: &Progress::new(1),
            spots: None,
            layers: Layers::default(),
            with_sizes: false,
        };
        let mut scanned = scan.run(&[item]);
        let mut findings = relate(merge(scanned.findings), self.as_of);
        let allowed = Allowed {
            inline: self.is_marker_heeded,
            ..Allowed::default()
        };
        allowed.mark(&mut findings, self.as_of);
        let veil = Veil::over(&findings);
        veil.draw(&mut findings);
        scanned.skips.iter_mut().for_each(|skip| veil.mask(&mut skip.what));
        Scanned {
            findings: Finding::all_of(findings, bytes),
            skips: scanned.skips,
        }
    }
}

/// A content without a path is taken as `keytrail scan -` takes it.
fn origin(path: &[u8]) -> Origin {
    match path {
        b"" => Origin::new(Place::Stdin, *b"-"),
        path => Origin::new(Place::File, path),
    }
}

impl Scanned {
    /// Whether everything in the content was read that was meant to be: whether no skip is a fault.
    pub fn is_complete(&self) -> bool {
        !self.skips.iter().any(|skip| matches!(skip.why, Why::Fault(_)))
    }
}

impl Rules {
    /// Those that are built in.
    pub fn builtin() -> Self {
        Self(RuleSet::builtin_rules().collect())
    }

    /// Reads a file of rules in keytrail's own format, which `rules/README.md` describes. `name` is what messages call it.
    ///
    /// # Errors
    /// What is wrong, and in which rule; never the text, which may be one of secrets.
    pub fn parse(name: &str, toml: &str) -> Result<Self, Error> {
        schema::parse(name, toml, Trust::New).map(Self)
    }

    /// These and those.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }
}

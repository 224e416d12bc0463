//! The report: the whole outcome of a run, and its printers.
//!
//! A printer is a function of the [`Report`] and nothing else: it filters nothing, opens no file
//! and asks no repository. Every format says what was not scanned, as far as it has a place for it. Masking is the
//! rule; the only way to a raw secret is [`Report::raw_secret`], and only the human and JSON formats take it.

pub mod card;
mod cell;
mod code_quality;
pub mod destination;
mod format;
pub mod github;
mod gitlab;
mod gitleaks;
mod html;
mod human;
mod json;
mod jsonl;
mod junit;
pub mod keys;
pub mod line_hash;
mod link;
mod markdown;
mod markup;
mod notes;
pub mod output;
pub mod place;
pub mod read;
mod roots;
pub mod rules;
mod sarif;
mod sheet;
mod spot;
mod suppression;
mod time;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::finding::{Confidence, Finding, Occurrence, Severity, SuppressionKind};
use crate::origin::ObjectId;
use crate::rules::Rule;
use crate::skip::{Policy, Skip, Why};
use crate::text::sanitize;
use keys::JudgedKeys;

pub use destination::Destination;
pub use format::{Format, RenderOptions};
pub use json::SCHEMA;
pub use link::Links;
pub use suppression::{BaselineUse, SuppressionUse};

/// Everything a run has to say.
#[derive(Debug)]
pub struct Report {
    pub target: Target,
    /// What to act on: every finding at or above the asked confidence, not suppressed. In discovery order.
    pub findings: Vec<Finding>,
    /// What is known but not to be acted on, each with its reason. In discovery order.
    pub suppressed: Vec<Finding>,
    /// The files that allow findings, and what in them has no use any more.
    pub suppression: SuppressionUse,
    /// What should have been read and was not, each named. Not empty means incomplete.
    pub faults: Vec<Skip>,
    /// What was left out on purpose, counted by kind.
    pub left_out: BTreeMap<Policy, u64>,
    /// The first of those that were left out inside of files, by name.
    pub unopened: Vec<Skip>,
    /// Other reasons for which the run is incomplete, one sentence each (a shallow clone).
    pub incomplete_reasons: Vec<String>,
    /// How many of these the person lets pass (`--allow-shallow`): they are reported, and fail no run.
    pub let_pass: usize,
    pub stats: Stats,
    /// Every rule of the run, found or not.
    pub rules: Vec<Arc<Rule>>,
    /// Whether raw secrets were asked for (`--show-secrets`). Printers mask otherwise.
    pub show_secrets: bool,
    /// The time that ages are reckoned from, Unix seconds (`--as-of`, or the time of the run).
    pub as_of: i64,
    /// The access keys among `findings`, which rows name by number; where a policy was asked
    /// or a format shows incident cards.
    pub keys: Option<JudgedKeys>,
}

/// What was scanned.
#[derive(Clone, Debug)]
pub struct Target {
    /// The subcommand: `scan`, `staged`, `range`, `ci` or `history`.
    pub command: &'static str,
    /// The paths, repository or range, as given by the person.
    pub what: Vec<String>,
    /// HEAD's commit, where a repository was scanned and has one; for files, where a format asked for it.
    pub head: Option<ObjectId>,
    /// The branch HEAD is on, without `refs/heads/`.
    pub branch: Option<String>,
    /// The URL of the remote `origin`, stripped of user name and password; `None` if it has none or is no URL.
    pub remote: Option<String>,
}

impl Target {
    /// Files and folders, as they were named.
    pub fn of_files(paths: &[PathBuf]) -> Self {
        Self {
            command: "scan",
            what: paths.iter().map(|path| path.display().to_string()).collect(),
            head: None,
            branch: None,
            remote: None,
        }
    }

    /// The commit whose tree has an occurrence at its lines; `None` where it is in none yet.
    pub fn commit_of(&self, occurrence: &Occurrence) -> Option<ObjectId> {
        let brought = occurrence.commit.map(|stamp| stamp.id);
        // A range has the lines of its commits, whatever HEAD has.
        match occurrence.in_head && !["range", "ci"].contains(&self.command) {
            true => self.head.or(brought),
            false => brought,
        }
    }
}

/// What the run did, in numbers. Nothing here depends on time or threads.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stats {
    /// Files, blobs, messages and names whose content was scanned.
    pub items: u64,
    pub bytes: u64,
    /// Commits read (`range` and `history`).
    pub commits: u64,
    /// Findings below the asked confidence: known, not shown.
    pub below_confidence: u64,
    pub min_confidence: Option<Confidence>,
}

impl Report {
    /// Whether everything that was asked for was read.
    pub fn complete(&self) -> bool {
        self.faults.is_empty() && self.incomplete_reasons.is_empty()
    }

    /// Whether everything was read but for what the person lets pass.
    pub fn passable(&self) -> bool {
        self.faults.is_empty() && self.incomplete_reasons.len() == self.let_pass
    }

    /// How many findings to act on there are of each severity, worst last.
    pub fn by_severity(&self) -> BTreeMap<Severity, u64> {
        tally(self.findings.iter().map(|finding| finding.severity))
    }

    /// How many findings are suppressed for each kind of reason.
    pub fn by_suppression(&self) -> BTreeMap<SuppressionKind, u64> {
        let marks = self.suppressed.iter().filter_map(|finding| finding.suppressed.as_ref());
        tally(marks.map(|suppression| suppression.kind))
    }

    /// The findings to act on, then the suppressed ones: the order of every format.
    pub fn all_findings(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().chain(&self.suppressed)
    }

    /// Why the run is incomplete, one sentence each; names every fault. Empty if it is complete.
    pub fn incompleteness(&self) -> impl Iterator<Item = String> {
        let faults = self.faults.iter().map(|skip| fault(skip, &skip.what));
        let reasons = self.incomplete_reasons.iter();
        reasons.map(|reason| sanitize(reason.as_bytes())).chain(faults)
    }

    /// Returns the raw value, if raw values were asked for.
    #[expect(
        clippy::disallowed_methods,
        reason = "`--show-secrets` asks for it; every printer comes here"
    )]
    fn raw_secret<'r>(&self, finding: &'r Finding) -> Option<&'r [u8]> {
        self.show_secrets.then(|| finding.secret.expose())
    }
}

/// The value as anybody may see it: whole if AWS calls it public, masked otherwise.
fn shown_masked(finding: &Finding) -> String {
    let public_id = finding.aws.as_ref().and_then(|aws| aws.key_id.as_ref());
    match public_id {
        Some(id) if finding.rule.kind == "access-key-id" => id.clone(),
        _ => finding.secret.masked(),
    }
}

/// Names a fault and its reason in one sentence, safe for a terminal.
fn fault(skip: &Skip, name: &[u8]) -> String {
    format!("{}: {}", sanitize(name), sanitize(reason(skip).as_bytes()))
}

/// Why a thing was not scanned, in words.
fn reason(skip: &Skip) -> &str {
    match &skip.why {
        Why::Policy(policy) => policy.as_str(),
        Why::Fault(reason) => reason,
    }
}

fn tally<K: Ord>(keys: impl Iterator<Item = K>) -> BTreeMap<K, u64> {
    let mut counts = BTreeMap::new();
    for key in keys {
        *counts.entry(key).or_default() += 1;
    }
    counts
}

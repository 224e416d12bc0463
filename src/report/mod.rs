//! The report: the whole outcome of a run, and its printers.
//!
//! A printer is a function of the [`Report`] and nothing else: it filters nothing, counts nothing,
//! opens no file and asks no repository. Every format says what was not scanned.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::finding::{Confidence, Finding};
use crate::origin::ObjectId;
use crate::rules::Rule;
use crate::skip::{Policy, Skip};

/// Everything a run has to say.
#[derive(Debug)]
pub struct Report {
    pub target: Target,
    /// What to act on: every finding at or above the asked confidence, not suppressed. In discovery order.
    pub findings: Vec<Finding>,
    /// What is known but not to be acted on, each with its reason. In discovery order.
    pub suppressed: Vec<Finding>,
    /// What should have been read and was not, each named. Not empty means incomplete.
    pub faults: Vec<Skip>,
    /// What was left out on purpose, counted by kind.
    pub left_out: BTreeMap<Policy, u64>,
    /// Other reasons for which the run is incomplete, one sentence each (a shallow clone).
    pub incomplete_reasons: Vec<String>,
    pub stats: Stats,
    /// Every rule of the run, found or not.
    pub rules: Vec<Arc<Rule>>,
    /// Whether raw secrets were asked for (`--show-secrets`). Printers mask otherwise.
    pub show_secrets: bool,
    /// The time that ages are reckoned from, Unix seconds (`--as-of`, or the time of the run).
    pub as_of: i64,
}

/// What was scanned.
#[derive(Clone, Debug)]
pub struct Target {
    /// The subcommand: `scan`, `staged`, `range` or `history`.
    pub command: &'static str,
    /// The paths, repository or range, as given by the person.
    pub what: Vec<String>,
    /// HEAD's commit, where a repository was scanned and has one.
    pub head: Option<ObjectId>,
    /// The branch HEAD is on, without `refs/heads/`.
    pub branch: Option<String>,
    /// The URL of the remote `origin`, stripped of user name and password; `None` if it has none or is no URL.
    pub remote: Option<String>,
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
}

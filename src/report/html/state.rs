//! Where a secret is now, in the words of the page, and how many findings are in each such state.

use std::collections::BTreeMap;

use crate::finding::Finding;
use crate::origin::State;

/// A few words, for filters and figures.
pub fn name(state: State) -> &'static str {
    match state {
        State::File => "in files",
        State::Staged => "staged",
        State::InTree => "still in HEAD",
        State::HistoryOnly => "only in history",
        State::Unreachable => "in no ref",
    }
}

/// A sentence about one finding.
pub fn sentence(state: State) -> &'static str {
    match state {
        State::File => "In a file on disk; no repository was asked",
        State::Staged => "Staged, not yet committed",
        State::InTree => "Still in the tree of HEAD",
        State::HistoryOnly => "Not in HEAD, but still in history",
        State::Unreachable => "No ref reaches it, but the object store still holds it",
    }
}

/// How many findings to act on are in each state.
pub fn counts(findings: &[Finding]) -> BTreeMap<State, u64> {
    let mut counts = BTreeMap::new();
    for finding in findings {
        *counts.entry(finding.state).or_default() += 1;
    }
    counts
}

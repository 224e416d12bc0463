//! What is known of findings only once all of them, and their paths, are at hand.
//!
//! The command line and the library both go this way, so that they find the same. No marks are made here: what is
//! allowed is for whoever knows the settings.

use crate::finding::Finding;
use crate::{keys, pair, triage};

/// Asks the paths, pairs halves that stand apart, and grades each finding. `as_of` (Unix seconds) decides what has ended.
pub fn relate(findings: Vec<Finding>, as_of: i64) -> Vec<Finding> {
    let mut findings = triage::weigh(triage::place(findings));
    triage::ask_places(&mut findings);
    pair::across(&mut findings, triage::role_of);
    keys::prove(&mut findings);
    triage::grade(&mut findings, as_of);
    findings
}

//! What a run has to say besides its findings, one sentence each, for formats that hold sentences.
//!
//! Safe for a terminal, bounded, and silent about this machine: these go to other people's servers.

use super::roots::Roots;
use super::{Report, fault};
use crate::text::sanitize;

/// How many faults are named; an object store without its packs has millions.
const MAX_FAULTS: usize = 1_000;

/// Why the run is incomplete. Empty if it is complete.
pub fn incomplete(report: &Report, roots: &Roots<'_>) -> Vec<String> {
    let reasons = report.incomplete_reasons.iter();
    let mut notes: Vec<String> = reasons.map(|reason| sanitize(reason.as_bytes())).collect();
    let faults = report.faults.iter().take(MAX_FAULTS);
    notes.extend(faults.map(|skip| fault(skip, &roots.relative(&skip.what))));
    if report.faults.len() > MAX_FAULTS {
        let more = report.faults.len() - MAX_FAULTS;
        notes.push(format!(
            "{more} more things could not be read; the JSON report names them."
        ));
    }
    notes
}

/// What was left out on purpose or is not shown.
pub fn left_out(report: &Report) -> Vec<String> {
    let left_out = report.left_out.iter();
    let mut notes: Vec<String> = left_out
        .map(|(policy, count)| format!("Left out on purpose: {} ({count}).", policy.plural()))
        .collect();
    if report.stats.below_confidence > 0 {
        let count = report.stats.below_confidence;
        notes.push(format!("Findings below the asked confidence, not shown: {count}."));
    }
    notes
}

/// How many findings are suppressed and why, for formats that do not hold them.
pub fn suppressed(report: &Report) -> Option<String> {
    let kinds = report.by_suppression().into_iter();
    let kinds: Vec<String> = kinds
        .map(|(kind, count)| format!("{count} {}", kind.as_str()))
        .collect();
    let total = report.suppressed.len();
    (total > 0).then(|| format!("Suppressed findings, not shown: {total} ({}).", kinds.join(", ")))
}

/// `3: 1 critical, 2 high`, of the findings to act on.
pub fn found(report: &Report) -> String {
    let severities = report.by_severity().into_iter().rev();
    let severities: Vec<String> = severities
        .map(|(severity, count)| format!("{count} {}", severity.as_str()))
        .collect();
    match report.findings.len() {
        0 if report.complete() => "nothing".to_owned(),
        0 => "nothing in what was read".to_owned(),
        total => format!("{total}: {}", severities.join(", ")),
    }
}

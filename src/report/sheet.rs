//! The report as comma-separated values, for spreadsheets: a line for each secret at each path.
//!
//! The first column says what a line is. What was not read and what was left out are lines, too, so that the table of
//! an incomplete run does not look like one of a clean run. The columns keep their order; new ones come at the end.

use super::roots::Roots;
use super::spot::{PLAIN, Spot, spots};
use super::time::rfc3339;
use super::{Report, cell, notes};
use crate::origin::{CommitStamp, way};
use crate::text::sanitize;

const COLUMNS: [&str; 33] = [
    "record",
    "severity",
    "confidence",
    "rule",
    "title",
    "kind",
    "secret",
    "path",
    "line",
    "column",
    "end_line",
    "end_column",
    "place",
    "member",
    "state",
    "commit",
    "commit_time",
    "introduced_commit",
    "introduced_time",
    "removed_commit",
    "removed_time",
    "account",
    "key_id",
    "pair_of",
    "age_days_min",
    "age_days_max",
    "verdicts",
    "verified",
    "occurrences",
    "suppressed_by",
    "suppressed_until",
    "fingerprint",
    "says",
];

/// Prints the table.
pub fn render(report: &Report) -> Vec<u8> {
    let roots = Roots::of(&report.target.what);
    let mut table = cell::line(&COLUMNS);
    for spot in spots(report) {
        table += &cell::line(&cells(&spot, &roots));
    }
    for reason in notes::incomplete(report, &roots) {
        table += &cell::line(&note("fault", reason));
    }
    for reason in notes::left_out(report) {
        table += &cell::line(&note("note", reason));
    }
    table.into_bytes()
}

/// A line that is about the run.
fn note(record: &str, says: String) -> [String; COLUMNS.len()] {
    let mut cells = [const { String::new() }; COLUMNS.len()];
    record.clone_into(&mut cells[0]);
    cells[COLUMNS.len() - 1] = says;
    cells
}

fn cells(spot: &Spot<'_>, roots: &Roots<'_>) -> [String; COLUMNS.len()] {
    let finding = spot.finding;
    let aws = finding.aws.as_deref();
    let judged = finding.judged.as_deref();
    let suppression = finding.suppressed.as_ref();
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
    let commit = |stamp: Option<CommitStamp>| stamp.map(|stamp| stamp.id.to_string()).unwrap_or_default();
    let time = |stamp: Option<CommitStamp>| stamp.and_then(|stamp| rfc3339(stamp.commit_time)).unwrap_or_default();
    let members = sanitize(&way::members(&spot.lead.via));
    let says = spot.says(&spot.name(roots), &PLAIN);
    let reason = suppression.map(|suppression| format!(" Suppressed: {}", suppression.reason));
    [
        if suppression.is_some() { "suppressed" } else { "finding" }.to_owned(),
        finding.severity.as_str().to_owned(),
        finding.confidence.as_str().to_owned(),
        finding.rule.id.to_string(),
        finding.rule.about.title.to_string(),
        finding.rule.kind.to_string(),
        finding.secret.masked(),
        spot.path(roots),
        spot.lead.start.line.to_string(),
        spot.lead.start.column.to_string(),
        spot.lead.end.line.to_string(),
        spot.lead.end.column.to_string(),
        spot.lead.origin.place.as_str().to_owned(),
        members.trim_start_matches('!').to_owned(),
        spot.state().as_str().to_owned(),
        commit(spot.lead.commit),
        time(spot.lead.commit),
        commit(finding.introduced),
        time(finding.introduced),
        commit(finding.removed),
        time(finding.removed),
        text(aws.and_then(|aws| aws.account_id.as_deref())),
        text(aws.and_then(|aws| aws.key_id.as_deref())),
        aws.and_then(|aws| aws.pair.as_ref())
            .map(|pair| pair.of.to_string())
            .unwrap_or_default(),
        number(judged.and_then(|judged| judged.made.least_days(spot.as_of))),
        number(judged.and_then(|judged| judged.made.most_days(spot.as_of))),
        judged.map(|judged| judged.kinds().join(" ")).unwrap_or_default(),
        text(
            finding
                .verification
                .as_ref()
                .map(|verification| verification.answer.as_str()),
        ),
        spot.all.len().to_string(),
        text(suppression.map(|suppression| suppression.kind.as_str())),
        suppression
            .and_then(|suppression| suppression.until)
            .map(|day| day.to_string())
            .unwrap_or_default(),
        finding.fingerprint.to_string(),
        says + &reason.unwrap_or_default(),
    ]
}

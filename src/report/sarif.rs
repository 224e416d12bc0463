//! SARIF 2.1.0, as GitHub code scanning, DefectDojo and SonarQube take it.
//!
//! Holds no raw secret, whatever was asked for: the file is uploaded to other people's servers. Holds
//! no time and no absolute path, so that the same repository gives the same bytes on any machine.
//! What each consumer needs, and what makes GitHub refuse an upload, is noted where it is written.

pub(in crate::report) mod location;
pub(in crate::report) mod model;
mod result;
mod rule;
pub(in crate::report) mod uri;

use std::collections::{HashMap, HashSet};

use super::roots::Roots;
use super::spot::spots;
use super::{Report, json, notes};
use crate::rules::Rule;
use location::Locator;
use model::{AutomationDetails, Driver, Invocation, Log, Message, Notification, Run, Tool};

/// Where a reader of the log learns what wrote it; validators ask for one.
pub(in crate::report) const INFORMATION_URI: &str = "https://github.com/keytrail/keytrail";
/// GitHub refuses a run with more results.
const MAX_RESULTS: usize = 25_000;
/// GitHub shows this many results of a run.
const SHOWN_BY_GITHUB: usize = 5_000;

/// Prints the report as a SARIF log.
pub fn render(report: &Report) -> Vec<u8> {
    let log = Log {
        schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        version: "2.1.0",
        runs: [run(report)],
    };
    json::pretty(&log)
}

fn run(report: &Report) -> Run<'_> {
    let rules = rules_that_found(report);
    let rule_index: HashMap<&str, usize> = rules
        .iter()
        .enumerate()
        .map(|(index, rule)| (&*rule.id, index))
        .collect();
    let mut locator = Locator::new(&report.target);
    let spots = spots(report);
    let results: Vec<_> = spots
        .iter()
        .take(MAX_RESULTS)
        .map(|spot| spot.result(&mut locator, &rule_index))
        .collect();
    Run {
        tool: Tool {
            driver: Driver {
                name: env!("CARGO_PKG_NAME"),
                semantic_version: env!("CARGO_PKG_VERSION"),
                information_uri: INFORMATION_URI,
                rules: rules.into_iter().map(rule::describe).collect(),
                supported_taxonomies: [rule::cwe()],
            },
        },
        automation_details: AutomationDetails {
            id: category(report.target.command),
        },
        invocations: [Invocation {
            execution_successful: report.complete(),
            tool_execution_notifications: notifications(report, locator.roots(), spots.len()),
        }],
        version_control_provenance: locator.provenance(),
        original_uri_base_ids: locator.base_ids(),
        taxonomies: [rule::taxonomy()],
        column_kind: "utf16CodeUnits",
        results,
    }
}

/// The rules of which there is a result: to describe all of them takes more than a megabyte.
fn rules_that_found(report: &Report) -> Vec<&Rule> {
    let found: HashSet<&str> = report.all_findings().map(|finding| &*finding.rule.id).collect();
    let rules = report.rules.iter().map(AsRef::as_ref);
    rules.filter(|rule: &&Rule| found.contains(&*rule.id)).collect()
}

/// A category for each command, so that a scan of the tree does not close the alerts of the history.
/// The slash at the end says that no run id follows.
fn category(command: &str) -> String {
    let kind = if command == "scan" { "tree" } else { command };
    format!("keytrail/{kind}/")
}

/// What was not read, what was left out, and what the consumer will not show.
fn notifications(report: &Report, roots: &Roots<'_>, found: usize) -> Vec<Notification> {
    let note = |level, text: String| Notification {
        level,
        message: Message::new(text),
    };
    let faults = notes::incomplete(report, roots).into_iter();
    let left_out = notes::left_out(report).into_iter();
    let mut notes: Vec<Notification> = faults.map(|text| note("error", text)).collect();
    notes.extend(left_out.map(|text| note("note", text)));
    if found > SHOWN_BY_GITHUB {
        notes.push(note(
            "warning",
            format!("GitHub shows the worst {SHOWN_BY_GITHUB} of {found} results; the JSON report has every finding."),
        ));
    }
    notes
}

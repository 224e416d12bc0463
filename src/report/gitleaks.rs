//! gitleaks' JSON report, for the tables and tools that read it already. Every value is masked.
//!
//! It is a list of leaks and nothing else: what is suppressed, what was left out and what was not read has no place
//! here, as in gitleaks' own. The exit code says that a run is incomplete, and so does every other format.

use serde::Serialize;

use super::roots::Roots;
use super::spot::{Spot, open_spots};
use super::{Report, Target, json, time};
use crate::origin::way;

/// A leak, with the names and the order of gitleaks' own keys.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Leak<'r> {
    #[serde(rename = "RuleID")]
    rule: &'r str,
    description: &'r str,
    start_line: u32,
    end_line: u32,
    start_column: u32,
    end_column: u32,
    /// The masked value, too: the line around it shows access key ids.
    r#match: String,
    secret: String,
    file: String,
    symlink_file: &'static str,
    commit: String,
    /// Not reckoned here.
    entropy: f64,
    author: &'static str,
    email: &'static str,
    date: String,
    message: &'static str,
    tags: [&'r str; 3],
    fingerprint: String,
}

/// Prints the report.
pub fn render(report: &Report) -> Vec<u8> {
    let roots = Roots::of(&report.target.what);
    let spots = open_spots(report);
    let leaks = spots.iter().map(|spot| leak(spot, &report.target, &roots));
    json::pretty(&leaks.collect::<Vec<_>>())
}

fn leak<'r>(spot: &Spot<'r>, target: &Target, roots: &Roots<'_>) -> Leak<'r> {
    let finding = spot.finding;
    let commit = spot.commit(target).map(|id| id.to_string()).unwrap_or_default();
    let file = file(spot, roots);
    let line = spot.lead.start.line;
    let fingerprint = match commit.as_str() {
        "" => format!("{file}:{}:{line}", finding.rule.id),
        commit => format!("{commit}:{file}:{}:{line}", finding.rule.id),
    };
    Leak {
        rule: &finding.rule.id,
        description: &finding.rule.about.title,
        start_line: line,
        end_line: spot.lead.end.line,
        start_column: spot.lead.start.column,
        end_column: spot.last_column(),
        r#match: finding.secret.masked(),
        secret: finding.secret.masked(),
        file,
        symlink_file: "",
        commit,
        entropy: 0.0,
        author: "",
        email: "",
        date: spot
            .lead
            .commit
            .and_then(|stamp| time::rfc3339(stamp.author_time))
            .unwrap_or_default(),
        message: "",
        tags: [&finding.rule.kind, finding.severity.as_str(), spot.state().as_str()],
        fingerprint,
    }
}

/// The path, with that of the archive's member as gitleaks writes it.
fn file(spot: &Spot<'_>, roots: &Roots<'_>) -> String {
    match spot.file(roots) {
        Some(path) => String::from_utf8_lossy(&[path, way::members(&spot.lead.via)].concat()).into_owned(),
        None => spot.name(roots),
    }
}

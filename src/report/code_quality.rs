//! GitLab's Code Quality report, a part of Code Climate's format: the merge request widget of every tier reads it.
//!
//! It is a list of issues and nothing else. What was not read is an issue, so that an incomplete run is never a clean
//! one; what is suppressed or was left out on purpose has no place here.

use data_encoding::HEXLOWER;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::roots::Roots;
use super::spot::{PLAIN, Spot, open_spots};
use super::{Report, json, notes};
use crate::finding::Severity;

/// The name of the check that fails where something was not read.
const INCOMPLETE: &str = "keytrail-incomplete";

#[derive(Serialize)]
struct Issue<'r> {
    description: String,
    check_name: &'r str,
    /// Of an issue that stays the same while lines move; no two issues have the same.
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

/// Prints the report.
pub fn render(report: &Report) -> Vec<u8> {
    let roots = Roots::of(&report.target.what);
    let unread = notes::incomplete(report, &roots).into_iter().map(unread);
    let spots = open_spots(report);
    let found = spots.iter().map(|spot| found(spot, &roots));
    json::pretty(&found.chain(unread).collect::<Vec<_>>())
}

fn found<'r>(spot: &Spot<'r>, roots: &Roots<'_>) -> Issue<'r> {
    let (begin, end) = spot.lines();
    Issue {
        description: spot.says(&spot.name(roots), &PLAIN),
        check_name: &spot.finding.rule.id,
        fingerprint: HEXLOWER.encode(&spot.identity(roots)),
        severity: severity(spot.finding.severity),
        location: Location {
            path: spot.path(roots),
            lines: Lines { begin, end },
        },
    }
}

fn unread<'r>(reason: String) -> Issue<'r> {
    Issue {
        check_name: INCOMPLETE,
        fingerprint: HEXLOWER.encode(&Sha256::digest(&reason)[..16]),
        severity: "major",
        location: Location {
            path: ".".to_owned(),
            lines: Lines { begin: 1, end: 1 },
        },
        description: format!("Not everything could be read. {reason}"),
    }
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "blocker",
        Severity::High => "critical",
        Severity::Medium => "major",
        Severity::Low => "minor",
        Severity::Info => "info",
    }
}

//! What the JSON report says about the run: the tool, the target, the counts, and what was not read.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;

use super::suppression::Suppression;
use super::text::{base64_unless_utf8, lossy};
use crate::report::{Report, reason};
use crate::skip::Skip;

/// Raised when a key changes its meaning or goes away; a new key does not raise it.
pub const SCHEMA_VERSION: u32 = 1;

/// What is known before anything was scanned.
#[derive(Serialize)]
pub struct Meta<'r> {
    schema_version: u32,
    tool: Tool,
    target: Target<'r>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Target<'r> {
    command: &'r str,
    what: &'r [String],
    head: Option<String>,
    branch: Option<&'r str>,
    remote: Option<&'r str>,
}

/// What is known when everything was scanned.
#[derive(Serialize)]
pub struct Summary<'r> {
    complete: bool,
    incomplete_reasons: Vec<String>,
    stats: Stats,
    skips: Skips<'r>,
    suppression: Suppression<'r>,
}

#[derive(Serialize)]
struct Stats {
    items: u64,
    bytes: u64,
    commits: u64,
    findings: u64,
    by_severity: BTreeMap<&'static str, u64>,
    suppressed: u64,
    by_suppression: BTreeMap<&'static str, u64>,
    below_confidence: u64,
    min_confidence: Option<&'static str>,
}

#[derive(Serialize)]
struct Skips<'r> {
    faults: Vec<Fault<'r>>,
    left_out: BTreeMap<&'static str, u64>,
    unopened: Vec<Fault<'r>>,
}

#[derive(Serialize)]
struct Fault<'r> {
    what: Cow<'r, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    what_base64: Option<String>,
    reason: &'r str,
}

impl<'r> Meta<'r> {
    pub fn of(report: &'r Report) -> Self {
        let target = &report.target;
        Self {
            schema_version: SCHEMA_VERSION,
            tool: Tool {
                name: env!("CARGO_PKG_NAME"),
                version: env!("CARGO_PKG_VERSION"),
            },
            target: Target {
                command: target.command,
                what: &target.what,
                head: target.head.map(|id| id.to_string()),
                branch: target.branch.as_deref(),
                remote: target.remote.as_deref(),
            },
        }
    }
}

impl<'r> Summary<'r> {
    pub fn of(report: &'r Report) -> Self {
        Self {
            complete: report.complete(),
            incomplete_reasons: report.incompleteness().collect(),
            stats: Stats::of(report),
            skips: Skips {
                faults: report.faults.iter().map(Fault::of).collect(),
                left_out: words(&report.left_out, |policy| policy.as_str()),
                unopened: report.unopened.iter().map(Fault::of).collect(),
            },
            suppression: Suppression::of(&report.suppression),
        }
    }
}

impl Stats {
    fn of(report: &Report) -> Self {
        let stats = &report.stats;
        Self {
            items: stats.items,
            bytes: stats.bytes,
            commits: stats.commits,
            findings: report.findings.len() as u64,
            by_severity: words(&report.by_severity(), |severity| severity.as_str()),
            suppressed: report.suppressed.len() as u64,
            by_suppression: words(&report.by_suppression(), |kind| kind.as_str()),
            below_confidence: stats.below_confidence,
            min_confidence: stats.min_confidence.map(|confidence| confidence.as_str()),
        }
    }
}

impl<'r> Fault<'r> {
    fn of(skip: &'r Skip) -> Self {
        Self {
            what: lossy(&skip.what),
            what_base64: base64_unless_utf8(&skip.what),
            reason: reason(skip),
        }
    }
}

fn words<K: Copy>(counts: &BTreeMap<K, u64>, word: fn(K) -> &'static str) -> BTreeMap<&'static str, u64> {
    counts.iter().map(|(key, count)| (word(*key), *count)).collect()
}

//! The table as one JSON document. Its shape is a promise, written down in `keys.schema.json`.
//!
//! Every key is always there, `null` where nothing is known. Holds no secret.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{KeysReport, Row};
use crate::keys::{LastUse, Owner};
use crate::report::json::Age;
use crate::report::time::rfc3339;

/// Raised when a key changes its meaning or goes away; a new key does not raise it.
const SCHEMA_VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'r> {
    schema_version: u32,
    tool: Tool,
    as_of: Option<String>,
    policy: Policy<'r>,
    sources: &'r [String],
    scanned: Option<Scanned<'r>>,
    complete: bool,
    incomplete_reasons: Vec<String>,
    stats: Stats,
    keys: Vec<KeyEntry<'r>>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Policy<'r> {
    name: &'r str,
    title: Option<&'r str>,
    by_default: bool,
    max_age_days: Option<u32>,
}

#[derive(Serialize)]
struct Scanned<'r> {
    command: &'r str,
    what: &'r [String],
    head: Option<String>,
    remote: Option<&'r str>,
}

#[derive(Serialize)]
struct Stats {
    keys: usize,
    failing: usize,
    leaked: usize,
    used_since_leak: usize,
    by_verdict: BTreeMap<&'static str, u64>,
}

#[derive(Serialize)]
struct KeyEntry<'r> {
    key_id: Option<&'r str>,
    slot: Option<u8>,
    account: Option<&'r str>,
    user: Option<&'r str>,
    arn: Option<&'r str>,
    root: bool,
    tags: &'r BTreeMap<String, String>,
    status: &'static str,
    quarantine: Option<&'r str>,
    last_use: Use<'r>,
    known: &'static str,
    sources: &'r [String],
    group: &'static str,
    fails: bool,
    max_age_days: Option<u32>,
    age: Age<'r>,
    leak: Option<LeakEntry<'r>>,
}

#[derive(Serialize)]
struct Use<'r> {
    /// `at`, `never` or `unknown`.
    state: &'static str,
    at: Option<String>,
    service: Option<&'r str>,
    region: Option<&'r str>,
    address: Option<&'r str>,
}

#[derive(Serialize)]
struct LeakEntry<'r> {
    since: Option<String>,
    commit: Option<String>,
    place: &'r str,
    places: usize,
    state: &'static str,
    refs: &'r [String],
    more_refs: u64,
    used_since: Option<bool>,
    with_secret: bool,
    findings: Vec<String>,
}

/// Prints the table.
pub fn render(report: &KeysReport) -> Vec<u8> {
    let target = report.target.as_ref();
    let leaked = || report.rows.iter().filter_map(|row| row.leak.as_ref());
    let document = Document {
        schema_version: SCHEMA_VERSION,
        tool: Tool {
            name: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
        },
        as_of: rfc3339(report.as_of),
        policy: Policy {
            name: &report.policy.name,
            title: report.policy.title.as_deref(),
            by_default: report.policy.by_default,
            max_age_days: report.policy.limits.max_age_days,
        },
        sources: &report.sources,
        scanned: target.map(|target| Scanned {
            command: target.command,
            what: &target.what,
            head: target.head.map(|id| id.to_string()),
            remote: target.remote.as_deref(),
        }),
        complete: report.complete(),
        incomplete_reasons: report.incompleteness().collect(),
        stats: Stats {
            keys: report.rows.len(),
            failing: report.rows.iter().filter(|row| row.judged.fails()).count(),
            leaked: leaked().count(),
            used_since_leak: leaked().filter(|leak| leak.used_since == Some(true)).count(),
            by_verdict: report
                .by_verdict()
                .iter()
                .map(|(kind, count)| (kind.as_str(), *count))
                .collect(),
        },
        keys: report.rows.iter().map(|row| KeyEntry::of(report, row)).collect(),
    };
    let mut text = serde_json::to_vec_pretty(&document).expect("the document has string keys only");
    text.push(b'\n');
    text
}

impl<'r> KeyEntry<'r> {
    fn of(report: &'r KeysReport, row: &'r Row) -> Self {
        let key = &row.case.key;
        Self {
            key_id: key.id.as_deref(),
            slot: key.slot,
            account: key.account.as_deref(),
            user: row.user(),
            arn: match &key.owner {
                Some(Owner::User { arn, .. }) => arn.as_deref(),
                _ => None,
            },
            root: key.owner == Some(Owner::Root),
            tags: &key.tags,
            status: key.status.as_str(),
            quarantine: key.quarantine.as_deref(),
            last_use: Use::of(&key.last_use),
            known: row.known.as_str(),
            sources: &key.sources,
            group: row.group().as_str(),
            fails: row.judged.fails(),
            max_age_days: row.limits.max_age_days,
            age: Age::of(&row.judged, report.as_of),
            leak: row.leak.as_ref().map(|leak| LeakEntry {
                since: leak.since.and_then(rfc3339),
                commit: leak.commit.map(|commit| commit.id.to_string()),
                place: &leak.place,
                places: leak.places,
                state: leak.state.as_str(),
                refs: &leak.refs,
                more_refs: leak.more_refs,
                used_since: leak.used_since,
                with_secret: leak.with_secret,
                findings: leak
                    .findings
                    .iter()
                    .map(|number| report.findings[*number].fingerprint.id())
                    .collect(),
            }),
        }
    }
}

impl<'r> Use<'r> {
    fn of(last: &'r LastUse) -> Self {
        let nothing = |state| Self {
            state,
            at: None,
            service: None,
            region: None,
            address: None,
        };
        match last {
            LastUse::Unknown => nothing("unknown"),
            LastUse::Never => nothing("never"),
            LastUse::At {
                time,
                service,
                region,
                address,
            } => Self {
                state: "at",
                at: rfc3339(*time),
                service: service.as_deref(),
                region: region.as_deref(),
                address: address.as_deref(),
            },
        }
    }
}

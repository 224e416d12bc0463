//! The table as CSV, one key a line, for spreadsheets. A user's name may begin like a formula: cells are guarded
//! where they are written.

use super::{KeysReport, Row};
use crate::keys::LastUse;
use crate::report::cell;
use crate::report::time::rfc3339;

const COLUMNS: [&str; 27] = [
    "account",
    "user",
    "key_id",
    "slot",
    "status",
    "group",
    "fails",
    "verdicts",
    "age_days_min",
    "age_days_max",
    "max_age_days",
    "created_earliest",
    "created_latest",
    "last_used",
    "last_used_service",
    "last_used_region",
    "last_used_from",
    "leaked_since",
    "leaked_commit",
    "leaked_place",
    "leaked_places",
    "leaked_state",
    "leaked_secret_too",
    "used_since_leak",
    "findings",
    "sources",
    "says",
];

/// Prints the table.
pub fn render(report: &KeysReport) -> Vec<u8> {
    let mut text = cell::line(&COLUMNS);
    for row in &report.rows {
        text += &cell::line(&cells(report, row));
    }
    text.into_bytes()
}

fn cells(report: &KeysReport, row: &Row) -> [String; COLUMNS.len()] {
    let key = &row.case.key;
    let leak = row.leak.as_ref();
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
    let (least, most) = row.days(report.as_of);
    let verdicts = row.judged.kinds();
    let says: Vec<&str> = row
        .judged
        .verdicts
        .iter()
        .map(|verdict| verdict.says.as_str())
        .collect();
    let (used, service, region, address) = match &key.last_use {
        LastUse::Unknown => (String::new(), None, None, None),
        LastUse::Never => ("never".to_owned(), None, None, None),
        LastUse::At {
            time,
            service,
            region,
            address,
        } => (
            rfc3339(*time).unwrap_or_default(),
            service.as_deref(),
            region.as_deref(),
            address.as_deref(),
        ),
    };
    let findings = leak.map(|leak| {
        leak.findings
            .iter()
            .map(|number| report.findings[*number].fingerprint.id())
    });
    [
        text(key.account.as_deref()),
        text(row.user()),
        text(key.id.as_deref()),
        number(key.slot.map(i64::from)),
        key.status.as_str().to_owned(),
        row.group().as_str().to_owned(),
        row.judged.fails().to_string(),
        verdicts.join(" "),
        number(least),
        number(most),
        number(row.limits.max_age_days.map(i64::from)),
        row.judged.made.earliest.and_then(rfc3339).unwrap_or_default(),
        row.judged.made.latest.and_then(rfc3339).unwrap_or_default(),
        used,
        text(service),
        text(region),
        text(address),
        leak.and_then(|leak| rfc3339(leak.since?)).unwrap_or_default(),
        leak.and_then(|leak| Some(leak.commit?.id.to_string()))
            .unwrap_or_default(),
        leak.map(|leak| leak.place.clone()).unwrap_or_default(),
        leak.map(|leak| leak.places.to_string()).unwrap_or_default(),
        leak.map(|leak| leak.state.as_str().to_owned()).unwrap_or_default(),
        leak.map(|leak| leak.with_secret.to_string()).unwrap_or_default(),
        leak.and_then(|leak| leak.used_since)
            .map(|used| used.to_string())
            .unwrap_or_default(),
        findings
            .map(|ids| ids.collect::<Vec<_>>().join(" "))
            .unwrap_or_default(),
        key.sources.join("; "),
        says.join("; "),
    ]
}

//! Two sentences that every format for people has: what was found in code, and which policy judged.

use super::{KeysReport, Row};

/// `3 in code: 2 active, 1 used since`
pub fn found_words(report: &KeysReport) -> String {
    if report.target.is_none() {
        return "nothing was looked through; --repo or --findings joins what is in code".to_owned();
    }
    let leaks: Vec<&Row> = report.rows.iter().filter(|row| row.leak.is_some()).collect();
    let active = leaks.iter().filter(|row| row.case.is_active()).count();
    let since = |row: &&&Row| row.leak.as_ref().is_some_and(|leak| leak.used_since == Some(true));
    let used = leaks.iter().filter(since).count();
    match leaks.len() {
        0 => "none of them in code".to_owned(),
        count => format!("{count} in code; {active} of them active, {used} used since"),
    }
}

/// `cis-v3 (the default): CIS AWS Foundations Benchmark v3.0.0; 90 days`
pub fn policy_words(report: &KeysReport) -> String {
    let policy = &report.policy;
    let mut text = policy.name.clone();
    if policy.by_default {
        text += " (the default; --policy names another)";
    }
    if let Some(title) = &policy.title {
        text += &format!(": {title}");
    }
    if let Some(limit) = policy.limits.max_age_days {
        text += &format!("; at most {limit} days");
    }
    text + &format!(", as of {}", crate::keys::verdict::date(report.as_of))
}

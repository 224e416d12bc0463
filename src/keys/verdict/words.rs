//! The words of verdicts: days and dates.

use crate::keys::LastUse;

/// `1 day old`, `91 days old`
pub fn days_old(days: i64) -> String {
    format!("{} old", count(days))
}

/// `1 day`, `91 days`
pub fn count(days: i64) -> String {
    match days {
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    }
}

/// `2026-01-31`
pub fn date(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).map_or_else(
        |_| format!("an impossible time ({seconds})"),
        |time| time.strftime("%Y-%m-%d").to_string(),
    )
}

/// `last used on 2026-01-31 (s3, us-east-1) from 192.0.2.1`
pub fn last_use(last: &LastUse) -> String {
    match last {
        LastUse::Unknown => "last used at an unknown time".to_owned(),
        LastUse::Never => "never used".to_owned(),
        LastUse::At {
            time,
            service,
            region,
            address,
        } => {
            let mut text = format!("last used on {}", date(*time));
            let what: Vec<&str> = [service, region].into_iter().flatten().map(String::as_str).collect();
            if !what.is_empty() {
                text += &format!(" ({})", what.join(", "));
            }
            if let Some(address) = address {
                text += &format!(" from {address}");
            }
            text
        }
    }
}

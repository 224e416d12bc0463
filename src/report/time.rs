//! Unix seconds as text, always in UTC. Commit times are whatever a stranger wrote, so a time
//! outside the years 1 to 9999 has no text.

use jiff::Timestamp;

/// 0001-01-01: RFC 3339 has no way to write an earlier year.
const FIRST: i64 = -62_135_596_800;

/// Returns `2021-02-03T04:05:06Z`.
pub fn rfc3339(seconds: i64) -> Option<String> {
    timestamp(seconds).map(|time| time.to_string())
}

/// Returns `2021-02-03`.
pub fn date(seconds: i64) -> Option<String> {
    timestamp(seconds).map(|time| time.strftime("%Y-%m-%d").to_string())
}

fn timestamp(seconds: i64) -> Option<Timestamp> {
    Timestamp::from_second(seconds).ok().filter(|_| seconds >= FIRST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_utc_without_fractions() {
        assert_eq!(rfc3339(1_612_325_106).unwrap(), "2021-02-03T04:05:06Z");
        assert_eq!(date(1_612_325_106).unwrap(), "2021-02-03");
        assert_eq!(rfc3339(-1).unwrap(), "1969-12-31T23:59:59Z");
    }

    #[test]
    fn a_time_that_no_calendar_holds_has_no_text() {
        assert_eq!(rfc3339(FIRST).unwrap(), "0001-01-01T00:00:00Z");
        assert_eq!(rfc3339(FIRST - 1), None);
        assert_eq!(rfc3339(i64::MAX), None);
        assert_eq!(date(i64::MIN), None);
    }
}

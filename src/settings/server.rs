//! What a server decides about pushes. None of it can be said by what is pushed.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

/// How long a push may be scanned, and who may do without.
#[derive(Args, Clone, Debug, Default)]
pub struct ServerSettings {
    /// Scan for so long at most, such as 4s or 500ms
    #[arg(long, value_name = "TIME", value_parser = duration, help_heading = "What a server allows")]
    pub timeout: Option<Duration>,
    /// What becomes of a push that takes longer: open lets it in unscanned, closed refuses it
    #[arg(
        long,
        value_name = "WAY",
        value_enum,
        default_value_t,
        requires = "timeout",
        help_heading = "What a server allows"
    )]
    pub on_timeout: OnTimeout,
    /// Let a person skip the scan with `git push -o keytrail.skip=REASON`, and write that down in FILE, one JSON object a line
    #[arg(long, value_name = "FILE", help_heading = "What a server allows")]
    pub skip_log: Option<PathBuf>,
    /// Obey comments such as keytrail:allow in what is pushed, which anyone who may push can write
    #[arg(long, conflicts_with = "no_inline_allow", help_heading = "What a server allows")]
    pub inline_allow: bool,
}

/// What becomes of a push that could not be scanned in time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum OnTimeout {
    Open,
    #[default]
    Closed,
}

/// Reads `4s`, `500ms`, `1m30s`.
fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || "write it as 4s, 500ms or 1m".to_owned();
    let duration: jiff::SignedDuration = text.parse().map_err(|_| wrong())?;
    match Duration::try_from(duration) {
        Ok(duration) if !duration.is_zero() => Ok(duration),
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_a_unit_and_is_more_than_nothing() {
        assert_eq!(duration("4s"), Ok(Duration::from_secs(4)));
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("1m30s"), Ok(Duration::from_secs(90)));
        for wrong in ["4", "", "0s", "-4s", "soon"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }
}

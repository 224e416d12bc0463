//! What a CI run scans, where its environment is not to decide.

use clap::Args;

use super::ReportSettings;
use crate::error::Error;

/// Which commits a CI run is about.
#[derive(Args, Clone, Debug, Default)]
pub struct CiSettings {
    /// Scan what came after this commit, whatever the event says
    #[arg(long, value_name = "REV", conflicts_with_all = ["range", "all"], help_heading = "What is read")]
    pub base: Option<String>,
    /// Scan up to this commit, whatever the event says
    #[arg(long, value_name = "REV", conflicts_with_all = ["range", "all"], help_heading = "What is read")]
    pub head: Option<String>,
    /// Scan these commits, A..B or A...B, whatever the event says
    #[arg(long, value_name = "A..B", conflicts_with = "all", help_heading = "What is read")]
    pub range: Option<String>,
    /// Scan everything that the repository holds, as `keytrail history` does
    #[arg(long, help_heading = "What is read")]
    pub all: bool,
    /// Let a run pass that finds nothing, though its clone lacks history or the message of the tag; it is still reported as
    /// incomplete
    #[arg(long, help_heading = "What is reported")]
    pub allow_shallow: bool,
}

impl ReportSettings {
    /// Refuses to show secrets where others read along, unless that is said as well. Nearly all providers set `CI`.
    ///
    /// # Errors
    /// This is a CI run, and secrets are to be shown.
    pub fn check_audience(&self) -> Result<(), Error> {
        let is_ci = std::env::var("CI").is_ok_and(|value| !["", "0", "false"].contains(&value.as_str()));
        match self.show_secrets && is_ci && !self.show_secrets_in_ci {
            true => Err(
                Error::usage("--show-secrets: in a CI run others can read the log and the reports")
                    .cause("the variable CI is set")
                    .hint("leave it out, or say --show-secrets-in-ci as well"),
            ),
            false => Ok(()),
        }
    }
}

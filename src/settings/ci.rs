//! What a CI run scans, where its environment is not to decide.

use clap::Args;

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
    /// Let a run pass that finds nothing, though its clone lacks history; it is still reported as incomplete
    #[arg(long, help_heading = "What is reported")]
    pub allow_shallow: bool,
}

//! What suppresses findings, as far as a flag can say it; allow rules stand in settings files alone.

use std::path::PathBuf;

use clap::Args;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::confidence;
use crate::level::Confidence;

/// What counts as a reason not to act on a finding.
#[derive(Args, Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct SuppressSettings {
    /// Suppress the secrets that this baseline accepts; `keytrail baseline create` makes one. Another scanner's is read as it
    /// is: a report or ignore file of gitleaks, .secrets.baseline, .secretsignore, secret_scanning.yml
    #[arg(long, value_name = "FILE", help_heading = "What is suppressed")]
    pub baseline: Option<PathBuf>,
    /// Do not let comments in the content allow what stands beside them
    #[arg(long, help_heading = "What is suppressed")]
    pub no_inline_allow: bool,
}

impl SuppressSettings {
    /// Takes over what the command line does not say.
    #[must_use]
    pub fn or(self, file: Self) -> Self {
        Self {
            baseline: self.baseline.or(file.baseline),
            no_inline_allow: self.no_inline_allow || file.no_inline_allow,
        }
    }
}

/// What `baseline` says of the entries that it writes, and which findings it takes.
#[derive(Args, Clone, Debug, Default)]
pub struct EntrySettings {
    /// Why new entries are accepted
    #[arg(long, value_name = "TEXT", help_heading = "What is accepted")]
    pub reason: Option<String>,
    /// The last day (UTC) on which new entries are accepted, such as 2027-01-31
    #[arg(long, value_name = "DAY", value_parser = day, help_heading = "What is accepted")]
    pub until: Option<Date>,
    /// Accept only this finding, by its id in a report, and its other half. Repeatable
    #[arg(long, value_name = "ID", help_heading = "What is accepted")]
    pub finding: Vec<String>,
}

fn day(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| "write the day as 2027-01-31".to_owned())
}

/// How `baseline` looks for what is there now.
#[derive(Args, Clone, Debug, Default)]
pub struct LookSettings {
    /// Look in everything that the repository still holds, and not only in its files
    #[arg(long, help_heading = "What is read")]
    pub history: bool,
    /// Take findings of this confidence and above: low, medium or high
    #[arg(long, value_name = "LEVEL", value_parser = confidence, help_heading = "What is accepted")]
    pub min_confidence: Option<Confidence>,
    /// Reckon what has ended from this time (RFC 3339) instead of now
    #[arg(long, value_name = "TIME", help_heading = "What is accepted")]
    pub as_of: Option<String>,
    /// Do not let comments in the content allow what stands beside them
    #[arg(long, help_heading = "What is accepted")]
    pub no_inline_allow: bool,
    /// Say only what is wrong
    #[arg(long, short, help_heading = "What is reported")]
    pub quiet: bool,
}

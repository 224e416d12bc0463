//! What AWS access keys are judged by and joined with, and how tables and cards of them are told.

use std::path::PathBuf;

use clap::Args;
use serde::{Deserialize, Serialize};

use super::{ReportSettings, SettingsSource, SourceSettings};

/// What AWS access keys are held against.
#[derive(Args, Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct KeySettings {
    /// Judge AWS keys by this rotation policy: a file, or cis-v1.4, cis-v3, cis-v7, aws-config, trusted-advisor, pci-dss-4
    #[arg(long, value_name = "FILE|PRESET", help_heading = "Key age")]
    pub policy: Option<String>,
    /// Judge AWS keys by what accounts say of them, too: a credential report, JSON of `aws iam`, CloudTrail files, a folder. Repeatable
    #[arg(long, value_name = "FILE", help_heading = "Key age")]
    pub keys_from: Vec<PathBuf>,
}

/// What keys are joined with.
#[derive(Args, Clone, Debug, Default)]
pub struct JoinSettings {
    /// Join what an earlier scan found: its JSON or JSON lines report
    #[arg(long, value_name = "FILE", conflicts_with = "repo", help_heading = "What is read")]
    pub findings: Option<PathBuf>,
    /// Scan everything that this repository still holds, and join what is found
    #[arg(long, value_name = "PATH", help_heading = "What is read")]
    pub repo: Option<PathBuf>,
    #[command(flatten)]
    pub source: SourceSettings,
    #[command(flatten)]
    pub settings: SettingsSource,
}

/// How tables and cards are told.
#[derive(Args, Clone, Debug, Default)]
pub struct TellSettings {
    /// Reckon ages from this time (RFC 3339) instead of now
    #[arg(long, value_name = "TIME", help_heading = "What is reported")]
    pub as_of: Option<String>,
    /// Colour: auto, always or never
    #[arg(long, value_name = "WHEN", value_parser = ["auto", "always", "never"], help_heading = "What is reported")]
    pub color: Option<String>,
    /// Say only what fails
    #[arg(long, short, global = true, help_heading = "What is reported")]
    pub quiet: bool,
    /// Say more: evidence, sources
    #[arg(long, short, global = true, action = clap::ArgAction::Count, help_heading = "What is reported")]
    pub verbose: u8,
}

impl TellSettings {
    /// As the reports of a scan have it; takes over from the file what the command line does not say.
    #[must_use]
    pub fn or(self, file: ReportSettings) -> ReportSettings {
        ReportSettings {
            report: Vec::new(),
            as_of: self.as_of.or(file.as_of),
            color: self.color.or(file.color),
            quiet: self.quiet || file.quiet,
            verbose: self.verbose.max(file.verbose),
            exit_zero: file.exit_zero,
            ..ReportSettings::default()
        }
    }
}

impl KeySettings {
    /// Takes over what the command line does not say.
    #[must_use]
    pub fn or(self, file: Self) -> Self {
        Self {
            policy: self.policy.or(file.policy),
            keys_from: if self.keys_from.is_empty() {
                file.keys_from
            } else {
                self.keys_from
            },
        }
    }

    /// Whether keys are judged at all.
    pub fn asked(&self) -> bool {
        self.policy.is_some() || !self.keys_from.is_empty()
    }
}

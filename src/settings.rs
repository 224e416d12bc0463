//! Settings: one struct a concern, the same for the command line and the settings file.
//!
//! Every field is optional while layers are put together; the methods give the value that holds. A flag wins
//! over the file.

mod aws;
mod ci;
mod keys;
mod rules;
mod server;
mod suppress;
mod verify;

use std::path::PathBuf;
use std::sync::OnceLock;
use std::thread::available_parallelism;

use clap::Args;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::level::{Confidence, Severity};

pub use aws::{AwsConnection, AwsSettings, RotateSettings};
pub use ci::CiSettings;
pub use keys::{JoinSettings, KeySettings, TellSettings};
pub use rules::RuleSettings;
pub use server::{OnTimeout, ServerSettings};
pub use suppress::{EntrySettings, LookSettings, SuppressSettings};
pub use verify::VerifySettings;

/// What is read, and how.
#[derive(Args, Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct SourceSettings {
    /// Read files that git ignores, too
    #[arg(long, help_heading = "What is read")]
    pub no_ignore: bool,
    /// Open archives and compressed files this deep (a .tar.gz is two layers, 6 are opened by default); 0 opens none
    #[arg(long, value_name = "N", help_heading = "What is read")]
    pub max_archive_depth: Option<usize>,
    /// Decode base64, hex and escapes in text this deep, 6 by default; 0 decodes none
    #[arg(long, value_name = "N", help_heading = "What is read")]
    pub max_decode_depth: Option<usize>,
    /// Worker threads; 0 means one for each core
    #[arg(long, short, value_name = "N", help_heading = "What is read")]
    pub jobs: Option<usize>,
}

/// What is reported, and what fails the run.
#[derive(Args, Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReportSettings {
    /// Write a report to FILE, or to standard output: human, json, jsonl, sarif, html, gitlab, gitlab-codequality, junit,
    /// csv, github, markdown or gitleaks-json. Repeatable
    #[arg(long, value_name = "FORMAT[=FILE]", help_heading = "What is reported")]
    pub report: Vec<String>,
    /// What a command writes besides, unless a report is asked for that has this format or goes there.
    #[arg(skip)]
    #[serde(skip)]
    pub report_also: Vec<String>,
    /// Show findings of this confidence and above: low, medium or high
    #[arg(long, value_name = "LEVEL", value_parser = confidence, help_heading = "What is reported")]
    pub min_confidence: Option<Confidence>,
    /// Exit with 1 only for findings of this severity and above: info, low, medium, high or critical
    #[arg(long, value_name = "LEVEL", value_parser = severity, help_heading = "What is reported")]
    pub fail_on: Option<Severity>,
    /// Exit with 0 whatever is found (an incomplete run still exits with 2)
    #[arg(long, help_heading = "What is reported")]
    pub exit_zero: bool,
    /// Reckon what has ended from this time (RFC 3339) instead of now
    #[arg(long, value_name = "TIME", help_heading = "What is reported")]
    pub as_of: Option<String>,
    /// Print secrets in full in human and JSON reports
    #[arg(long, help_heading = "What is reported")]
    #[serde(skip)]
    pub show_secrets: bool,
    /// With --show-secrets: also in a CI run, whose log and reports others can read
    #[arg(long, requires = "show_secrets", help_heading = "What is reported")]
    #[serde(skip)]
    pub show_secrets_in_ci: bool,
    /// Colour: auto, always or never
    #[arg(long, value_name = "WHEN", value_parser = ["auto", "always", "never"], help_heading = "What is reported")]
    pub color: Option<String>,
    /// Make places links on a terminal: none, default, vscode, kitty …, or a URL with {path}, {line}, {column}, {host}
    #[arg(long, value_name = "FORMAT", help_heading = "What is reported")]
    pub hyperlink_format: Option<String>,
    /// Say only what was found
    #[arg(long, short, help_heading = "What is reported")]
    pub quiet: bool,
    /// Say more: reasons, everything left out. Repeatable
    #[arg(long, short, action = clap::ArgAction::Count, help_heading = "What is reported")]
    #[serde(skip_serializing_if = "is_zero")]
    pub verbose: u8,
}

/// A settings file.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    pub source: SourceSettings,
    pub rules: RuleSettings,
    pub report: ReportSettings,
    pub keys: KeySettings,
    pub suppress: SuppressSettings,
}

impl Settings {
    /// Takes over what this does not say from the file below it.
    #[must_use]
    pub fn or(self, below: Self) -> Self {
        Self {
            source: self.source.or(below.source),
            rules: self.rules.or(below.rules),
            report: self.report.or(below.report),
            keys: self.keys.or(below.keys),
            suppress: self.suppress.or(below.suppress),
        }
    }
}

/// Where settings are read from, besides the command line: the file that is named, then the repository's own, then
/// the person's.
#[derive(Args, Clone, Debug, Default)]
pub struct SettingsSource {
    /// Read settings from this TOML file, before .keytrail.toml of the repository
    #[arg(long, value_name = "FILE", help_heading = "What is read")]
    pub config: Option<PathBuf>,
    /// Do not read what the repository says of itself: .keytrail.toml and .keytrailignore
    #[arg(long, help_heading = "What is read")]
    pub no_repo_config: bool,
    /// Read these, and a baseline of the repository, as this commit has them, so that a change cannot allow itself
    #[arg(
        long,
        value_name = "REF",
        conflicts_with = "no_repo_config",
        help_heading = "What is read"
    )]
    pub config_from_ref: Option<String>,
}

impl SourceSettings {
    /// Takes over what the command line does not say.
    #[must_use]
    pub fn or(self, file: Self) -> Self {
        Self {
            no_ignore: self.no_ignore || file.no_ignore,
            max_archive_depth: self.max_archive_depth.or(file.max_archive_depth),
            max_decode_depth: self.max_decode_depth.or(file.max_decode_depth),
            jobs: self.jobs.or(file.jobs),
        }
    }

    /// The number of worker threads.
    pub fn threads(&self) -> usize {
        // Files of the kernel are read for it: once is enough.
        static AVAILABLE: OnceLock<usize> = OnceLock::new();
        match self.jobs {
            None | Some(0) => *AVAILABLE.get_or_init(|| available_parallelism().map_or(1, usize::from)),
            Some(jobs) => jobs.min(256),
        }
    }
}

impl ReportSettings {
    /// Takes over what the command line does not say.
    #[must_use]
    pub fn or(self, file: Self) -> Self {
        Self {
            report: if self.report.is_empty() {
                file.report
            } else {
                self.report
            },
            min_confidence: self.min_confidence.or(file.min_confidence),
            fail_on: self.fail_on.or(file.fail_on),
            exit_zero: self.exit_zero || file.exit_zero,
            as_of: self.as_of.or(file.as_of),
            show_secrets: self.show_secrets,
            show_secrets_in_ci: self.show_secrets_in_ci,
            report_also: self.report_also,
            color: self.color.or(file.color),
            hyperlink_format: self.hyperlink_format.or(file.hyperlink_format),
            quiet: self.quiet || file.quiet,
            verbose: self.verbose.max(file.verbose),
        }
    }

    pub fn min_confidence(&self) -> Confidence {
        self.min_confidence.unwrap_or(Confidence::Medium)
    }

    pub fn fail_on(&self) -> Severity {
        self.fail_on.unwrap_or(Severity::Info)
    }

    /// The time to reckon from, Unix seconds.
    pub fn as_of(&self) -> Result<i64, Error> {
        let Some(text) = &self.as_of else {
            return Ok(jiff::Timestamp::now().as_second());
        };
        text.parse::<jiff::Timestamp>()
            .map(|time| time.as_second())
            .map_err(|error| {
                Error::usage(format!("--as-of {text}: not a time"))
                    .cause(error)
                    .hint("write it as 2026-01-31T00:00:00Z")
            })
    }
}

/// Of a count: it says nothing then.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_zero(count: &u8) -> bool {
    *count == 0
}

fn confidence(text: &str) -> Result<Confidence, String> {
    match text {
        "low" => Ok(Confidence::Low),
        "medium" => Ok(Confidence::Medium),
        "high" => Ok(Confidence::High),
        _ => Err("use low, medium or high".to_owned()),
    }
}

fn severity(text: &str) -> Result<Severity, String> {
    match text {
        "info" => Ok(Severity::Info),
        "low" => Ok(Severity::Low),
        "medium" => Ok(Severity::Medium),
        "high" => Ok(Severity::High),
        "critical" => Ok(Severity::Critical),
        _ => Err("use info, low, medium, high or critical".to_owned()),
    }
}

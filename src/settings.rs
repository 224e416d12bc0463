//! Settings: one struct a concern, the same for the command line and the settings file.
//!
//! Every field is optional while layers are put together; the methods give the value that holds. A flag wins
//! over the file.

mod ci;
mod rules;
mod server;
mod suppress;
mod verify;

use std::path::PathBuf;

use clap::Args;
use serde::Deserialize;

use crate::error::Error;
use crate::level::{Confidence, Severity};

pub use ci::CiSettings;
pub use rules::RuleSettings;
pub use server::{OnTimeout, ServerSettings};
pub use suppress::{EntrySettings, LookSettings, SuppressSettings};
pub use verify::VerifySettings;

/// What is read, and how.
#[derive(Args, Clone, Debug, Default, Deserialize)]
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
#[derive(Args, Clone, Debug, Default, Deserialize)]
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
    /// Say only what was found
    #[arg(long, short, help_heading = "What is reported")]
    pub quiet: bool,
    /// Say more: reasons, everything left out. Repeatable
    #[arg(long, short, action = clap::ArgAction::Count, help_heading = "What is reported")]
    pub verbose: u8,
}

/// What AWS access keys are held against.
#[derive(Args, Clone, Debug, Default, Deserialize)]
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
    #[arg(long, short, help_heading = "What is reported")]
    pub quiet: bool,
    /// Say more: evidence, sources
    #[arg(long, short, action = clap::ArgAction::Count, help_heading = "What is reported")]
    pub verbose: u8,
}

/// A settings file.
#[derive(Clone, Debug, Default, Deserialize)]
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

/// Which accounts are asked, and how.
#[derive(Args, Clone, Debug, Default)]
pub struct AwsSettings {
    /// Ask AWS, with read-only calls; `keytrail keys iam-policy` prints the policy that this needs
    #[arg(long, help_heading = "What AWS is asked")]
    pub aws: bool,
    /// Ask the account of this profile. Repeatable: one for each account
    #[arg(long, value_name = "NAME", requires = "aws", help_heading = "What AWS is asked")]
    pub profile: Vec<String>,
    #[command(flatten)]
    pub connection: AwsConnection,
}

/// Where AWS is asked, and for how long.
#[derive(Args, Clone, Debug)]
pub struct AwsConnection {
    /// The region, which tells the partition; by default that of the environment or profile
    #[arg(long, help_heading = "What AWS is asked")]
    pub region: Option<String>,
    /// The partition: aws, aws-cn or aws-us-gov
    #[arg(long, value_name = "NAME", help_heading = "What AWS is asked")]
    pub partition: Option<String>,
    /// Ask here instead of at AWS; by default what AWS_ENDPOINT_URL and the profile say
    #[arg(long, value_name = "URL", help_heading = "What AWS is asked")]
    pub endpoint_url: Option<String>,
    /// Wait so many seconds for an answer
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=600), help_heading = "What AWS is asked")]
    pub timeout: u64,
}

/// Which key is rotated, and how.
#[derive(Args, Clone, Debug)]
pub struct RotateSettings {
    /// The profile whose key is replaced, and whose credentials ask for it
    #[arg(long, value_name = "NAME")]
    pub profile: String,
    /// Replace the key of this profile instead; --profile only asks, as an administrator's or a role does
    #[arg(long, value_name = "NAME")]
    pub into: Option<String>,
    /// The user whose key it is; by default the owner of the profile's key
    #[arg(long, value_name = "NAME")]
    pub user: Option<String>,
    /// Delete the old key, once it has been unused for long enough
    #[arg(long, conflicts_with = "rollback")]
    pub finish: bool,
    /// Make the old key active again, put it back, and delete the new one
    #[arg(long)]
    pub rollback: bool,
    /// With --finish: how many days the old key must have been unused
    #[arg(long, value_name = "DAYS", default_value_t = 7)]
    pub unused_days: u32,
    /// How many seconds the new key must answer without a miss before it is written into the profile
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(0..=600))]
    pub settle: u64,
    /// Ask nothing: every step is agreed to
    #[arg(long, short)]
    pub yes: bool,
    /// Say what would be done, and change nothing
    #[arg(long, conflicts_with_all = ["finish", "rollback"])]
    pub dry_run: bool,
    #[command(flatten)]
    pub connection: AwsConnection,
}

impl Default for AwsConnection {
    fn default() -> Self {
        Self {
            region: None,
            partition: None,
            endpoint_url: None,
            timeout: 30,
        }
    }
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
        match self.jobs {
            None | Some(0) => std::thread::available_parallelism().map_or(1, usize::from),
            Some(jobs) => jobs.min(256),
        }
    }
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

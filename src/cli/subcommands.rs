//! What stands below a command: `rules list`, `config show`, `keys iam-policy`, `baseline check`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Common;
use crate::settings::{EntrySettings, LookSettings, RuleSettings, SettingsSource, SourceSettings};

#[derive(Debug, Subcommand)]
pub enum RulesCommand {
    /// List the rules of a run
    List {
        /// Write it: human or json; to FILE, or to standard output. Repeatable
        #[arg(long, value_name = "FORMAT[=FILE]", help_heading = "What is reported")]
        report: Vec<String>,
        #[command(flatten)]
        rules: RuleSettings,
        #[command(flatten)]
        settings: SettingsSource,
    },
    /// Show all of a rule
    Show {
        /// The rule
        #[arg(value_name = "ID")]
        id: String,
        /// Write it: human or json; to FILE, or to standard output. Repeatable
        #[arg(long, value_name = "FORMAT[=FILE]", help_heading = "What is reported")]
        report: Vec<String>,
        #[command(flatten)]
        rules: RuleSettings,
        #[command(flatten)]
        settings: SettingsSource,
    },
    /// Write a page of Markdown for each rule of a run, and an index, into a folder
    Pages {
        /// The folder, which is made if it is not there
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        #[command(flatten)]
        rules: RuleSettings,
        #[command(flatten)]
        settings: SettingsSource,
    },
    /// Check files of rules: their keys, their patterns, and that each example is found or not as it says
    Check {
        /// Files of rules
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
        /// Check them by themselves, without the rules that are built in
        #[arg(long, help_heading = "What is looked for")]
        no_builtin_rules: bool,
    },
    /// Try a file of rules on texts: which rule matches where
    Test {
        /// A file of rules
        #[arg(value_name = "RULES")]
        file: PathBuf,
        /// Files and folders; `-` is standard input
        #[arg(value_name = "PATH", default_value = "-")]
        paths: Vec<PathBuf>,
    },
}

#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Show every setting with its value and where that comes from
    Show {
        /// The folder or repository whose run is shown
        #[arg(value_name = "PATH", default_value = ".")]
        path: PathBuf,
        /// Write it as JSON
        #[arg(long, help_heading = "What is reported")]
        json: bool,
        #[command(flatten)]
        common: Common,
    },
}

#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// Print the least IAM policy that keytrail needs
    IamPolicy {
        /// What for: inventory (`keys --aws`), verification, or rotation (`rotate`)
        #[arg(long = "for", value_name = "PURPOSE", value_parser = ["inventory", "verification", "rotation"], default_value = "inventory")]
        purpose: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum BaselineCommand {
    /// Accept what is found now, in a new file
    Create {
        #[command(flatten)]
        arguments: BaselineArguments,
        #[command(flatten)]
        entry: EntrySettings,
    },
    /// Accept what is found now and not accepted yet, or no longer
    Update {
        #[command(flatten)]
        arguments: BaselineArguments,
        #[command(flatten)]
        entry: EntrySettings,
    },
    /// Say what is not accepted, and which entries are unused or have ended; exit with 1 if there are any
    Check {
        #[command(flatten)]
        arguments: BaselineArguments,
    },
    /// Take out entries whose secret is not found any more, and those that have ended
    Prune {
        #[command(flatten)]
        arguments: BaselineArguments,
    },
}

/// What every command about a baseline takes.
#[derive(Args, Debug)]
pub struct BaselineArguments {
    /// The baseline
    pub file: PathBuf,
    /// The folder or repository
    #[arg(default_value = ".")]
    pub path: PathBuf,
    #[command(flatten)]
    pub look: LookSettings,
    #[command(flatten)]
    pub rules: RuleSettings,
    #[command(flatten)]
    pub source: SourceSettings,
    #[command(flatten)]
    pub settings: SettingsSource,
}

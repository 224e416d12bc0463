//! The arguments of `keytrail hook`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use super::{Cli, Common};
use crate::settings::{
    KeySettings, ReportSettings, RuleSettings, ServerSettings, SettingsSource, SourceSettings, SuppressSettings,
    VerifySettings,
};

#[derive(Debug, Subcommand)]
pub enum HookCommand {
    /// Put a hook in place. One that is there already is kept, and runs too
    Install {
        #[command(flatten)]
        place: PlaceArguments,
        /// Make it a file of the repository, or a setting of git, which needs git 2.54
        #[arg(long, value_name = "MODE", value_parser = ["file", "setting"], default_value = "file")]
        mode: String,
        /// Flags for `keytrail hook run`
        #[arg(last = true, value_name = "FLAG")]
        flags: Vec<String>,
    },
    /// Take keytrail's hooks away, and put back what was there before
    Uninstall {
        #[command(flatten)]
        place: PlaceArguments,
    },
    /// Say which hooks there are, and whether they work; exit with 1 if one does not, or is asked for and missing
    Status {
        #[command(flatten)]
        place: PlaceArguments,
    },
    /// Scan what a hook is about: this is what hooks run
    Run {
        #[command(subcommand)]
        hook: Box<RunCommand>,
    },
}

/// Which hooks of which repository.
#[derive(Args, Debug)]
pub struct PlaceArguments {
    /// Which hook: pre-commit, pre-push, commit-msg or pre-receive. Repeatable; install takes pre-commit, others take all
    #[arg(long = "type", value_name = "TYPE", value_parser = ["pre-commit", "pre-push", "commit-msg", "pre-receive"])]
    pub kinds: Vec<String>,
    /// For all repositories of this person
    #[arg(long, conflicts_with = "repository")]
    pub global: bool,
    /// The repository
    #[arg(default_value = ".")]
    pub repository: PathBuf,
}

#[derive(Debug, Subcommand)]
pub enum RunCommand {
    /// Scan what the next commit adds, and all of each named file that is not changed
    PreCommit {
        /// Files of the index, as frameworks name them; of those that are not changed all lines are scanned
        #[arg(value_name = "FILE")]
        files: Vec<PathBuf>,
        #[command(flatten)]
        common: HookArguments,
    },
    /// Scan what a push brings and the remote does not have; reads the refs from standard input, as git writes them
    PrePush {
        /// The name of the remote
        remote: Option<String>,
        /// Where it is
        url: Option<String>,
        #[command(flatten)]
        common: HookArguments,
    },
    /// Scan the message of a commit, without what git leaves out of it
    CommitMsg {
        /// The file with the message
        file: PathBuf,
        #[command(flatten)]
        common: HookArguments,
    },
    /// Scan what a push brings to this repository; reads the refs from standard input, as git writes them
    PreReceive {
        #[command(flatten)]
        server: ServerSettings,
        #[command(flatten)]
        common: HookArguments,
    },
}

/// What every hook takes: as every scanning command, but a hook asks no network.
#[derive(Args, Clone, Debug)]
pub struct HookArguments {
    #[command(flatten)]
    source: SourceSettings,
    #[command(flatten)]
    rules: RuleSettings,
    #[command(flatten)]
    report: ReportSettings,
    #[command(flatten)]
    keys: KeySettings,
    #[command(flatten)]
    suppress: SuppressSettings,
    #[command(flatten)]
    settings: SettingsSource,
}

impl From<HookArguments> for Common {
    fn from(arguments: HookArguments) -> Self {
        let HookArguments {
            source,
            rules,
            report,
            keys,
            suppress,
            settings,
        } = arguments;
        Self {
            source,
            rules,
            report,
            keys,
            suppress,
            settings,
            verify: VerifySettings::default(),
        }
    }
}

/// Says what is wrong with the flags that a hook is to run with, if something is.
pub fn fault_of_flags(kind: &str, flags: &[String]) -> Option<String> {
    let words = ["keytrail", "hook", "run", kind].map(str::to_owned).into_iter();
    let message = (kind == "commit-msg").then(|| ["--", "MESSAGE"].map(str::to_owned));
    let parsed = Cli::try_parse_from(words.chain(flags.iter().cloned()).chain(message.into_iter().flatten()));
    let text = parsed.err()?.to_string();
    Some(
        text.lines()
            .next()
            .unwrap_or_default()
            .trim_start_matches("error: ")
            .to_owned(),
    )
}

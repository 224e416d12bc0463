//! The command line: subcommands and their arguments. It reads words and knows nothing of what they start.
//!
//! `-h` is what fits a screen, with examples; `--help` is everything. What is wrong with a command line is said as
//! everything else that is wrong.

mod help;
mod hook;
pub mod shipped;
mod subcommands;
mod wrong;

use std::ffi::OsString;
use std::io::ErrorKind;
use std::mem::ManuallyDrop;
use std::path::PathBuf;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::error::Error;
use crate::settings::{
    AwsSettings, CiSettings, JoinSettings, KeySettings, ReportSettings, RuleSettings, SettingsSource, SourceSettings,
    SuppressSettings, TellSettings, VerifySettings,
};

pub use hook::{HookCommand, PlaceArguments, RunCommand, fault_of_flags};
pub use subcommands::{BaselineArguments, BaselineCommand, ConfigCommand, KeysCommand, RulesCommand};

/// Finds committed AWS access keys and other secrets, and says since when and where they still are.
#[derive(Debug, Parser)]
#[command(name = "keytrail", version, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
    #[command(flatten)]
    pub loudness: Loudness,
}

/// What a command line asks for.
#[derive(Debug)]
pub enum Asked {
    Command(Box<Cli>),
    Help(Help),
}

/// A text about the program.
#[derive(Debug)]
pub struct Help(clap::Error);

impl Help {
    /// Shows it: on standard output if it was asked for. Whoever closes the pipe has read enough.
    ///
    /// # Errors
    /// It cannot be written there.
    pub fn show(&self) -> Result<(), Error> {
        match self.0.print() {
            Err(cause) if cause.kind() != ErrorKind::BrokenPipe => {
                Err(Error::output("the help could not be written").cause(cause))
            }
            _ => Ok(()),
        }
    }

    /// Whether it was asked for, and is not told instead of what was missing.
    pub fn was_asked_for(&self) -> bool {
        !self.0.use_stderr()
    }
}

/// Reads the arguments, the name of the program first.
///
/// # Errors
/// They are not those of a command.
pub fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Asked, Error> {
    use clap::error::ErrorKind::{DisplayHelp, DisplayHelpOnMissingArgumentOrSubcommand, DisplayVersion};

    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let parse = |command: clap::Command| {
        // It is left to the end of the process: taking it apart takes as long as reading the arguments.
        let matches = ManuallyDrop::new(command).try_get_matches_from_mut(&arguments)?;
        Cli::from_arg_matches(&matches)
    };
    // Whoever asks for no help and makes no mistake needs none of its texts, which take longer than all else here.
    match parse(Cli::command()).or_else(|_| parse(help::command(&arguments))) {
        Ok(cli) => Ok(Asked::Command(Box::new(cli))),
        Err(error) => match error.kind() {
            DisplayHelp | DisplayVersion | DisplayHelpOnMissingArgumentOrSubcommand => Ok(Asked::Help(Help(error))),
            _ => Err(wrong::said(&error, &help::name(&arguments))),
        },
    }
}

/// How much is told beside what was asked for.
#[derive(Args, Clone, Copy, Debug, Default)]
pub struct Loudness {
    /// Say only what was asked for; what is wrong is always said
    #[arg(long, short, global = true, help_heading = "What is reported")]
    pub quiet: bool,
    /// Say more: reasons, everything left out. Repeatable
    #[arg(long, short, global = true, action = clap::ArgAction::Count, help_heading = "What is reported")]
    pub verbose: u8,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Scan files and folders; `-` is standard input
    Scan {
        /// Files and folders
        #[arg(value_name = "PATH", default_value = ".")]
        paths: Vec<PathBuf>,
        #[command(flatten)]
        common: Common,
    },
    /// Scan what the next commit would add: the index, never the work tree
    Staged {
        /// The repository; by default the one of this folder, as git's environment has it
        repository: Option<PathBuf>,
        #[command(flatten)]
        common: Common,
    },
    /// Scan what each commit of a range adds, merges included
    Range {
        /// The range, A..B or A...B
        #[arg(value_name = "A..B")]
        range: String,
        /// The repository
        repository: Option<PathBuf>,
        #[command(flatten)]
        common: Common,
    },
    /// Scan everything a repository still holds: all refs, stashes, reflogs, messages, dangling objects
    History {
        /// The repository
        repository: Option<PathBuf>,
        /// Search every version of a file whole, and not only what it changed: slower, with the same result
        #[arg(long, help_heading = "What is read")]
        no_delta: bool,
        /// Scan the repositories of submodules, too; one that is not cloned makes the run incomplete
        #[arg(long, help_heading = "What is read")]
        submodules: bool,
        /// Remember in FILE what was scanned, so that the next run reads only what is new. The report is the same
        #[arg(
            long,
            value_name = "FILE",
            conflicts_with = "submodules",
            help_heading = "What is read"
        )]
        memo: Option<PathBuf>,
        #[command(flatten)]
        common: Common,
    },
    /// Scan what this CI run is about: its pull request or push, as its environment says
    Ci {
        /// The repository
        repository: Option<PathBuf>,
        #[command(flatten)]
        ci: CiSettings,
        #[command(flatten)]
        common: Common,
    },
    /// Git hooks: stop commits and pushes that would add a secret
    Hook {
        #[command(subcommand)]
        command: HookCommand,
    },
    /// The table of all access keys of some accounts: how old, how used, and which of them are in code
    #[command(args_conflicts_with_subcommands = true)]
    Keys {
        #[command(subcommand)]
        command: Option<KeysCommand>,
        #[command(flatten)]
        arguments: KeysArguments,
    },
    /// The secrets that are accepted as they are: make a list of them, add to it, check it, take out what is gone
    Baseline {
        #[command(subcommand)]
        command: BaselineCommand,
    },
    /// What a finding, a key or a rule means, and the exact commands against it. Runs none of them
    Explain {
        /// The id of a finding, of an access key, or of a rule
        #[arg(value_name = "FINDING|KEY|RULE", required_unless_present = "trace")]
        what: Option<String>,
        /// Tell why something on this line of a file was or was not reported, rule by rule
        #[arg(long, value_name = "FILE:LINE", conflicts_with_all = ["what", "report"])]
        trace: Option<String>,
        #[command(flatten)]
        rules: RuleSettings,
        /// Write it: human, json or markdown; to FILE, or to standard output. Repeatable
        #[arg(long, value_name = "FORMAT[=FILE]", help_heading = "What is reported")]
        report: Vec<String>,
        #[command(flatten)]
        facts: FactArguments,
    },
    /// The rules: what is looked for, and files of one's own
    Rules {
        #[command(subcommand)]
        command: RulesCommand,
    },
    /// Carry over what another scanner's file says. Prints it, and tells what could not be carried over
    Import {
        /// What the file is: gitleaks' configuration, ignore file or JSON report; detect-secrets' baseline; ripsecrets'
        /// .secretsignore; GitHub's secret_scanning.yml
        #[arg(value_name = "KIND", value_parser = ["gitleaks", "gitleaksignore", "gitleaks-report", "detect-secrets", "secretsignore", "github"])]
        kind: String,
        /// The file
        file: PathBuf,
        /// Of a .gitleaksignore: the repository whose lines it names
        #[arg(long, value_name = "PATH", default_value = ".")]
        repo: PathBuf,
        /// Write it to FILE; entries are added to a baseline that is there
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Replace the access key of a profile without downtime: asks before each step, goes on where it stopped
    #[cfg(feature = "aws")]
    Rotate(crate::settings::RotateSettings),
    /// The settings of a run: what holds, and who says so
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Print a JSON Schema: of a report, of the table of keys, of a rotation policy, or of a settings file
    Schema {
        /// Which schema
        #[arg(value_name = "SCHEMA", value_parser = ["report", "keys", "policy", "config"])]
        of: String,
    },
    /// Print the script that completes this command line in a shell
    Completions {
        /// Which shell
        shell: shipped::Shell,
    },
    /// Print the man page; or write it, and one for each command, into a folder
    Man {
        /// The folder
        #[arg(value_name = "DIR")]
        folder: Option<PathBuf>,
    },
}

/// What `keys` takes.
#[derive(Args, Debug)]
pub struct KeysArguments {
    /// Write a report: human, json, csv, sarif or html; to FILE, or to standard output. Repeatable
    #[arg(long, value_name = "FORMAT[=FILE]", help_heading = "What is reported")]
    pub report: Vec<String>,
    /// Exit with 0 whatever the verdicts are (an incomplete run still exits with 2)
    #[arg(long, help_heading = "What is reported")]
    pub exit_zero: bool,
    #[command(flatten)]
    pub facts: FactArguments,
}

/// Where facts about keys come from.
#[derive(Args, Debug)]
pub struct FactArguments {
    #[command(flatten)]
    pub keys: KeySettings,
    #[command(flatten)]
    pub aws: AwsSettings,
    #[command(flatten)]
    pub join: JoinSettings,
    #[command(flatten)]
    pub tell: TellSettings,
}

/// What every scanning command takes.
#[derive(Args, Clone, Debug, Default)]
pub struct Common {
    #[command(flatten)]
    pub source: SourceSettings,
    #[command(flatten)]
    pub rules: RuleSettings,
    #[command(flatten)]
    pub report: ReportSettings,
    #[command(flatten)]
    pub keys: KeySettings,
    #[command(flatten)]
    pub suppress: SuppressSettings,
    #[command(flatten)]
    pub verify: VerifySettings,
    #[command(flatten)]
    pub settings: SettingsSource,
}

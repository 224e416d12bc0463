//! The command line: subcommands and their arguments. It reads words and knows nothing of what they start.

mod hook;
pub mod shipped;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::settings::{
    AwsSettings, CiSettings, EntrySettings, JoinSettings, KeySettings, LookSettings, ReportSettings, RuleSettings,
    SettingsSource, SourceSettings, SuppressSettings, TellSettings, VerifySettings,
};

pub use hook::{HookCommand, PlaceArguments, RunCommand, fault_of_flags};

/// Finds committed AWS access keys and other secrets, and says since when and where they still are.
#[derive(Debug, Parser)]
#[command(name = "keytrail", version, max_term_width = 100, after_help = EXAMPLES)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

const EXAMPLES: &str = "\
Examples:
  keytrail scan                               the files of this folder
  keytrail staged                             what the next commit would add
  keytrail range origin/main..HEAD            what a branch adds, commit by commit
  keytrail ci                                 what this CI run is about
  keytrail history --report sarif=out.sarif   everything this repository still holds
  keytrail history --policy cis-v3            the same, and how old each AWS key is at least
  keytrail history --verify                   the same, and what its account says of each AWS key
  keytrail keys --keys-from report.csv        how old the keys of an account are
  keytrail explain AKIA... --repo .           what to do about a key, command by command

Exit codes: 0 clean, 1 findings, 2 an error, or an incomplete run that found nothing.";

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
        /// A finding's id or fingerprint, an access key id, or a rule's id
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
    /// Print the JSON Schema of a report, of the table of keys, or of a rotation policy
    Schema {
        /// Which schema
        #[arg(value_parser = ["report", "keys", "policy"])]
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

//! Help: `-h` is a screen of 24 lines, with examples; `--help` has every flag.
//!
//! Which flags `-h` shows, and in which words, is said in one table; all others are left to `--help`. A command without
//! examples, or with more than a screen, fails `tests/help.rs`.

use std::ffi::OsString;

use clap::{Arg, Command, CommandFactory};

use super::Cli;

/// The flags that `-h` shows: of which command and those below it, which one, and in which words.
const BRIEF: [(&str, &str, &str); 23] = [
    ("", "config", "Read settings from this file"),
    ("", "rules", "Look for what this file says, too"),
    ("", "report", "Write json, sarif … (--help lists them)"),
    ("", "min_confidence", "Show findings this sure: low, medium, high"),
    ("", "fail_on", "Exit with 1 from this severity on"),
    ("", "baseline", "Suppress what this baseline accepts"),
    ("", "policy", "Judge AWS keys by this policy, e.g. cis-v3"),
    ("keys", "keys_from", "What an account says of its keys"),
    ("", "verify", "Ask your accounts about the keys found"),
    ("", "aws", "Ask AWS, with read-only calls"),
    ("", "repo", "Join what this repository holds"),
    ("", "findings", "Join what this JSON report has"),
    ("", "trace", "Why a line was or was not reported"),
    ("", "reason", "Why new entries are accepted"),
    ("", "until", "The last day on which they are"),
    ("", "output", "Write it to this file"),
    ("", "json", "Write it as JSON"),
    ("rotate", "profile", "The profile whose key is replaced"),
    ("rotate", "finish", "Delete the old key, once it is unused"),
    ("rotate", "rollback", "Bring the old key back"),
    ("rotate", "dry_run", "Say what would be done"),
    ("", "quiet", "Say only what was asked for"),
    ("", "verbose", "Say more"),
];

/// What to try, by command.
const EXAMPLES: &[(&str, &[&str])] = &[
    (
        "",
        &[
            "keytrail scan                               the files of this folder",
            "keytrail staged                             what the next commit would add",
            "keytrail range origin/main..HEAD            what a branch adds",
            "keytrail ci                                 what this CI run is about",
            "keytrail hook install                       stop commits that add a secret",
            "keytrail history --report sarif=out.sarif   all that this repository holds",
            "keytrail history --policy cis-v3            and how old each AWS key is",
            "keytrail history --verify                   and what its account says of it",
            "keytrail keys --keys-from report.csv        how old an account's keys are",
            "keytrail explain AKIA... --repo .           what to do about a key",
        ],
    ),
    (
        "scan",
        &[
            "keytrail scan src deploy.env",
            "keytrail scan --report human --report sarif=out.sarif",
            "git diff | keytrail scan -",
        ],
    ),
    ("staged", &["keytrail staged", "keytrail staged --min-confidence high"]),
    (
        "range",
        &[
            "keytrail range origin/main..HEAD",
            "keytrail range v1.0..v1.1 --report json=out.json",
        ],
    ),
    (
        "history",
        &[
            "keytrail history --policy cis-v3",
            "keytrail history ../app --memo ~/.cache/app.memo",
        ],
    ),
    (
        "keys",
        &[
            "keytrail keys --keys-from report.csv --repo .",
            "keytrail keys --aws --profile audit --policy cis-v3",
        ],
    ),
    ("keys iam-policy", &["keytrail keys iam-policy --for verification"]),
    (
        "baseline",
        &[
            "keytrail baseline create .keytrail-baseline",
            "keytrail baseline check .keytrail-baseline",
        ],
    ),
    (
        "baseline create",
        &["keytrail baseline create .keytrail-baseline --reason \"before the audit\""],
    ),
    (
        "baseline update",
        &["keytrail baseline update .keytrail-baseline --reason \"test keys\""],
    ),
    ("baseline check", &["keytrail baseline check .keytrail-baseline"]),
    ("baseline prune", &["keytrail baseline prune .keytrail-baseline"]),
    (
        "explain",
        &[
            "keytrail explain aws-access-key-id",
            "keytrail explain AKIA... --repo .",
            "keytrail explain --trace deploy.env:3",
        ],
    ),
    ("rules", &["keytrail rules list", "keytrail rules check my-rules.toml"]),
    ("rules list", &["keytrail rules list -q | grep gitlab"]),
    ("rules show", &["keytrail rules show aws-access-key-id"]),
    ("rules check", &["keytrail rules check my-rules.toml"]),
    ("rules pages", &["keytrail rules pages ~/keytrail-rules"]),
    ("rules test", &["keytrail rules test my-rules.toml deploy.env"]),
    (
        "import",
        &[
            "keytrail import gitleaks .gitleaks.toml --output .keytrail.toml",
            "keytrail import detect-secrets .secrets.baseline >> .keytrail.toml",
        ],
    ),
    (
        "rotate",
        &[
            "keytrail rotate --profile work --dry-run",
            "keytrail rotate --profile work",
            "keytrail rotate --profile work --finish",
        ],
    ),
    ("config", CONFIG),
    ("config show", CONFIG),
    ("schema", &["keytrail schema report > report.schema.json"]),
    (
        "ci",
        &[
            "keytrail ci --report sarif=keytrail.sarif",
            "keytrail ci --base origin/main",
            "keytrail ci --all",
        ],
    ),
    ("hook", HOOK),
    (
        "hook install",
        &[
            "keytrail hook install",
            "keytrail hook install --type pre-commit --type pre-push",
            "keytrail hook install -- --fail-on high --quiet",
            "keytrail hook install --type pre-receive -- --timeout 4s",
        ],
    ),
    ("hook uninstall", &["keytrail hook uninstall"]),
    ("hook status", &["keytrail hook status"]),
    ("hook run", HOOK_RUN),
    (
        "hook run pre-commit",
        &[
            "keytrail hook run pre-commit",
            "keytrail hook run pre-commit deploy.env",
        ],
    ),
    ("hook run pre-push", &["keytrail hook run pre-push origin"]),
    (
        "hook run commit-msg",
        &["keytrail hook run commit-msg .git/COMMIT_EDITMSG"],
    ),
    (
        "hook run pre-receive",
        &["keytrail hook run pre-receive --timeout 4s --on-timeout closed"],
    ),
    ("completions", &["keytrail completions bash > keytrail.bash"]),
    (
        "man",
        &["keytrail man | man -l -", "keytrail man ~/.local/share/man/man1"],
    ),
];

const HOOK: &[&str] = &[
    "keytrail hook install",
    "keytrail hook status",
    "keytrail hook uninstall",
];

const HOOK_RUN: &[&str] = &["keytrail hook run pre-commit", "keytrail hook run pre-push origin"];

const CONFIG: &[&str] = &["keytrail config show", "keytrail config show ../app --json"];

const CODES: &str = "Exit codes: 0 clean, 1 findings, 2 an error or an incomplete run.";

/// Of the whole program `-h` has room for the commands alone.
const ALL_COMMANDS: &str = "{about}\n\n{usage-heading} {usage}\n\nCommands:\n{subcommands}{after-help}";

/// The command line as it is to be read; with what was asked for of its help.
pub fn command(arguments: &[OsString]) -> Command {
    let words = || arguments.iter().skip(1);
    let wants_all = words().take_while(|word| *word != "--").any(|word| word == "--help")
        || words().next().is_some_and(|word| word == "help");
    let command = with_examples(Cli::command(), "");
    match wants_all {
        true => command,
        false => brief(command, "")
            .help_template(ALL_COMMANDS)
            .after_help(format!("keytrail COMMAND -h shows examples. {CODES}")),
    }
}

/// The name of the command that the arguments begin with, as it is typed.
pub fn name(arguments: &[OsString]) -> String {
    let mut command = &Cli::command();
    let mut name = command.get_name().to_owned();
    for word in arguments
        .iter()
        .skip(1)
        .filter(|word| !word.as_encoded_bytes().starts_with(b"-"))
    {
        let Some(below) = command.find_subcommand(word) else {
            break;
        };
        name = below_path(&name, below);
        command = below;
    }
    name
}

/// Adds the examples of a command and of those below it.
fn with_examples(mut command: Command, path: &str) -> Command {
    if let Some((_, lines)) = EXAMPLES.iter().find(|(of, _)| *of == path) {
        let codes = if path.is_empty() { CODES } else { "" };
        let text = format!("Examples:\n  {}\n\n{codes}", lines.join("\n  "));
        command = command.after_help(text.trim_end().to_owned());
    }
    command.mut_subcommands(|below| {
        let path = below_path(path, &below);
        with_examples(below, &path)
    })
}

/// Leaves what fits a screen.
fn brief(mut command: Command, path: &str) -> Command {
    if let Some(about) = command.get_about().map(|about| first_clause(&about.to_string())) {
        command = command.about(about);
    }
    command
        .mut_args(|argument| brief_argument(argument, path))
        .mut_subcommands(|below| {
            let path = below_path(path, &below);
            brief(below, &path)
        })
        .disable_help_subcommand(true)
}

fn brief_argument(argument: Arg, path: &str) -> Arg {
    let words = BRIEF
        .iter()
        .find(|(of, id, _)| argument.get_id() == id && path.starts_with(of));
    match words {
        _ if argument.is_positional() => argument,
        Some((.., words)) => argument.help(*words).help_heading(None::<&str>),
        None => argument.hide_short_help(true),
    }
}

fn below_path(path: &str, below: &Command) -> String {
    format!("{path} {}", below.get_name()).trim_start().to_owned()
}

/// What a text says before it goes into more.
fn first_clause(text: &str) -> String {
    let ends = [": ", "; ", ". ", ", and "];
    let end = ends.into_iter().filter_map(|end| text.find(end)).min();
    text[..end.unwrap_or(text.len())].to_owned()
}

//! The commands of the documentation: which are not run and why, what their words are, and how they may end.

use clap::Parser;
use clap::error::ErrorKind;
use keytrail::cli::Cli;

/// Commands that are not run here, by how they begin or what they contain, and why.
pub const NOT_RUN: &[(&str, &str)] = &[
    ("cargo ", "it builds; this test was built by it"),
    ("RUSTDOCFLAGS=", "it builds"),
    (
        "tests/install-tools",
        "it installs what other tests need, and runs them",
    ),
    ("docker ", "a container engine is needed"),
    ("sha256sum --check", "there is no release yet"),
    ("gh attestation", "there is no release yet"),
    ("packaging/", "tests/packages.rs runs it"),
    ("man keytrail-", "man is not installed everywhere"),
    ("keytrail rotate ", "AWS is asked; tests/rotate.rs runs it"),
    ("cd your-repository", "the world begins there"),
    (" --verify", "AWS is asked; tests/verify.rs runs it"),
    (" --aws", "AWS is asked; tests/keys/live.rs runs it"),
];

pub fn why_not_run(command: &str) -> Option<&'static str> {
    let (command, _) = split_comment(command);
    let found = |(part, _): &&(&str, &str)| match part.strip_prefix(' ') {
        Some(_) => command.contains(part),
        None => command.starts_with(part) || command.contains(&format!("$({part}")),
    };
    NOT_RUN.iter().find(found).map(|(_, why)| *why)
}

fn split_comment(command: &str) -> (&str, &str) {
    command.split_once(" # ").unwrap_or((command, ""))
}

/// What is wrong with the words of a command of keytrail, if something is. Where it is only mentioned, words may be missing.
pub fn fault_of(command: &str, is_mention: bool) -> Option<String> {
    let error = Cli::try_parse_from(words(command)).err()?;
    let is_cut = matches!(
        error.kind(),
        ErrorKind::MissingRequiredArgument
            | ErrorKind::MissingSubcommand
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    );
    let is_help = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    let is_fine = is_help || (is_cut && is_mention);
    (!is_fine).then(|| format!("{command}\n{error}"))
}

/// The words of a command as a shell sees them, up to a comment or what is no longer its own.
fn words(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for c in command.chars() {
        let word = words.last_mut().expect("one at least");
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, '#') if word.is_empty() => break,
            (None, '|' | '>' | ';' | '&' | ')') => break,
            (None, ' ' | '\\' | '\n') if word.is_empty() => {}
            (None, ' ' | '\\' | '\n') => words.push(String::new()),
            _ => word.push(c),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

pub fn is_keytrail(command: &str) -> bool {
    command
        .split_whitespace()
        .next()
        .is_some_and(|word| word.ends_with("keytrail"))
}

/// Whether a command may end so: findings are an answer, and what the documentation says is stopped must be.
pub fn may_end(command: &str, code: &str) -> bool {
    let (command, comment) = split_comment(command);
    match (is_keytrail(command), comment.contains("stopped")) {
        (true, _) => code == "0" || code == "1",
        (false, true) => code == "1",
        (false, false) => code == "0",
    }
}

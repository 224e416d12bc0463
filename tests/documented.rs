//! The documentation is true: each of its commands is run in a prepared world, or its words are checked and it is said here
//! why it is not run; its settings are read; its links lead somewhere.

mod common;

#[path = "documented/pages.rs"]
mod pages;
#[path = "documented/rules.rs"]
mod rules;
#[path = "documented/world.rs"]
mod world;

use std::collections::BTreeSet;
use std::fs;
use std::sync::Mutex;
use std::thread;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};
use keytrail::cli::Cli;
use pages::{Block, pages, root};
use world::World;

/// Commands that are not run here, by how they begin or what they contain, and why.
const NOT_RUN: &[(&str, &str)] = &[
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

fn why_not_run(command: &str) -> Option<&'static str> {
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
fn fault_of(command: &str, is_mention: bool) -> Option<String> {
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

fn is_keytrail(command: &str) -> bool {
    command
        .split_whitespace()
        .next()
        .is_some_and(|word| word.ends_with("keytrail"))
}

/// Whether a command may end so: findings are an answer, and what the documentation says is stopped must be.
fn may_end(command: &str, code: &str) -> bool {
    let (command, comment) = split_comment(command);
    match (is_keytrail(command), comment.contains("stopped")) {
        (true, _) => code == "0" || code == "1",
        (false, true) => code == "1",
        (false, false) => code == "0",
    }
}

/// Runs the commands of a block, one after the other in one shell. Returns what is wrong.
fn run_block(world: &World, block: &Block) -> Vec<String> {
    let commands = block.commands();
    let (left_out, runnable): (Vec<_>, Vec<_>) = commands
        .into_iter()
        .partition(|(_, command)| why_not_run(command).is_some());
    let place = |line: usize| format!("{}:{line}", block.page);
    let words = left_out.iter().filter(|(_, command)| is_keytrail(command));
    let mut wrong: Vec<String> = words
        .filter_map(|(line, command)| Some(format!("{}: {}", place(*line), fault_of(command, false)?)))
        .collect();
    if runnable.is_empty() {
        return wrong;
    }
    let copy = world.copy();
    let ended = copy.path().join("ended");
    let mut script = format!("ended='{}'\n", ended.display());
    for (_, command) in &runnable {
        script += &format!("{}\necho $? >> \"$ended\"\n", world.say(command));
    }
    let ran = world.run(copy.path(), &script);
    let ended = fs::read_to_string(ended).unwrap_or_default();
    let mut codes = ended.lines();
    for (line, command) in &runnable {
        let code = codes.next().unwrap_or("nothing: it was not reached");
        if !may_end(command, code) {
            let said = ran.out() + &ran.err();
            wrong.push(format!("{}: {command}\nended with {code}:\n{said}", place(*line)));
        }
    }
    wrong
}

#[test]
fn every_command_is_run_or_it_is_said_why_not() {
    let world = World::new();
    let mut blocks: Vec<Block> = pages().iter().flat_map(|page| page.blocks()).collect();
    blocks.retain(|block| block.language == "sh");
    let commands = blocks.iter().flat_map(Block::commands);
    let run = commands.filter(|(_, command)| why_not_run(command).is_none()).count();
    assert!(run > 60, "only {run} commands are run");
    let (queue, wrong) = (Mutex::new(blocks.iter()), Mutex::new(Vec::new()));
    let work = || loop {
        let Some(block) = queue.lock().expect("no panic").next() else {
            break;
        };
        let found = run_block(&world, block);
        wrong.lock().expect("no panic").extend(found);
    };
    thread::scope(|scope| (0..4).for_each(|_| drop(scope.spawn(work))));
    let wrong = wrong.into_inner().expect("no panic");
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn every_reason_not_to_run_something_is_used() {
    let pages = pages();
    let blocks = pages.iter().flat_map(|page| page.blocks());
    let commands: Vec<(usize, String)> = blocks
        .filter(|block| block.language == "sh")
        .flat_map(|block| block.commands())
        .collect();
    for (part, why) in NOT_RUN {
        let used = |(_, command): &(usize, String)| why_not_run(command) == Some(why);
        assert!(commands.iter().any(used), "{part} is used by no command");
    }
}

#[test]
fn a_command_that_is_only_mentioned_has_words_that_exist() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for page in pages() {
        let settings = page.blocks().into_iter().filter(|block| block.language != "sh");
        let lines = settings.flat_map(|block| block.lines);
        let mentioned =
            lines.filter_map(|line| Some(line[begin(&line)?..].trim_end_matches(['\'', '"', '`']).to_owned()));
        let spans = page.spans().into_iter().filter(|span| span.starts_with("keytrail "));
        for command in mentioned.chain(spans) {
            count += 1;
            let command = command.replace("TYPE", "pre-commit");
            wrong.extend(fault_of(&command, true).map(|fault| format!("{}: {fault}", page.path)));
        }
    }
    assert!(count > 30, "only {count}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Where in a line of settings a command of keytrail begins.
fn begin(line: &str) -> Option<usize> {
    let mut starts = line.match_indices("keytrail ").map(|(at, _)| at);
    let is_command = |at: &usize| {
        let before = line[..*at].chars().next_back();
        let next = line[at + 9..].split_whitespace().next().unwrap_or_default();
        before.is_none_or(|c| " '\"/".contains(c)) && COMMANDS.contains(&next)
    };
    starts.find(is_command)
}

const COMMANDS: [&str; 14] = [
    "scan", "staged", "range", "history", "ci", "hook", "keys", "baseline", "explain", "rules", "import", "rotate",
    "schema", "man",
];

/// Flags of git, cargo, frameworks and other scanners that the documentation mentions by themselves.
const OF_OTHERS: &[&str] = &[
    "--baseline-path",
    "--depth",
    "--enable-rule",
    "--exclude-detectors",
    "--exclude-files",
    "--exclude-paths",
    "--exclude-secrets",
    "--exit-code",
    "--fail",
    "--include-detectors",
    "--json",
    "--no-verification",
    "--no-verify",
    "--not",
    "--only",
    "--redact",
    "--report-format",
    "--results",
];

#[test]
fn a_flag_that_is_only_mentioned_exists() {
    let known = flags(&Cli::command());
    let mut wrong = Vec::new();
    for page in pages() {
        for span in page.spans().iter().filter(|span| span.starts_with("--")) {
            let flag = span.split([' ', '=', '[']).next().unwrap_or_default();
            if !known.contains(&flag[2..]) && !OF_OTHERS.contains(&flag) {
                wrong.push(format!("{}: there is no {flag}", page.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The long flags of a command and those below it.
fn flags(command: &clap::Command) -> BTreeSet<String> {
    let own = command.get_arguments().filter_map(|argument| argument.get_long());
    let below = command.get_subcommands().flat_map(flags);
    own.map(str::to_owned)
        .chain(below)
        .chain(["help".to_owned(), "version".to_owned()])
        .collect()
}

#[test]
fn a_flag_that_does_not_exist_is_noticed() {
    assert!(fault_of("keytrail scan --no-such-flag", true).is_some());
    assert!(fault_of("keytrail history --submodule .", false).is_some());
    assert!(fault_of("keytrail scan 'a b' # --no-such-flag", false).is_none());
    let world = World::new();
    let block = |lines: &[&str]| Block {
        page: "page.md".to_owned(),
        line: 1,
        language: "sh".to_owned(),
        lines: lines.iter().map(|line| (*line).to_owned()).collect(),
    };
    let wrong = run_block(
        &world,
        &block(&[
            "keytrail scan --no-such-flag",
            "keytrail rotate --no-such-flag",
            "false",
        ]),
    );
    assert_eq!(wrong.len(), 3, "{wrong:?}");
    assert_eq!(run_block(&world, &block(&["keytrail scan --quiet deploy"])), [""; 0]);
}

#[test]
fn every_file_of_settings_is_read_without_a_fault() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("empty.txt"), "nothing\n").expect("a file");
    for page in pages() {
        for block in page.blocks().iter().filter(|block| block.language == "toml") {
            let text = block.lines.join("\n");
            fs::write(folder.path().join("shown.toml"), &text).expect("a file");
            let arguments: &[&str] = match &text {
                text if text.contains("[dependencies]") => continue,
                text if text.contains("[[rule]]") => &["rules", "check", "shown.toml"],
                text if text.contains("version = 1") => &["scan", "empty.txt", "--policy", "shown.toml"],
                _ => &["scan", "empty.txt", "--config", "shown.toml"],
            };
            let ran = common::program::run(folder.path(), arguments);
            assert_eq!(ran.code, 0, "{}:{}: {}{}", page.path, block.line, ran.out(), ran.err());
        }
    }
}

#[test]
fn every_link_within_the_repository_leads_somewhere() {
    let pages = pages();
    for page in &pages {
        let folder = root().join(&page.path);
        let folder = folder.parent().expect("a file has a folder");
        for link in page.links() {
            let (file, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target = match file {
                "" => root().join(&page.path),
                file => folder.join(file),
            };
            assert!(target.exists(), "{}: {link} leads nowhere", page.path);
            let same = |page: &&pages::Page| root().join(&page.path).canonicalize().ok() == target.canonicalize().ok();
            if let (false, Some(target)) = (anchor.is_empty(), pages.iter().find(same)) {
                assert!(target.has_anchor(anchor), "{}: {link} names no heading", page.path);
            }
        }
    }
}

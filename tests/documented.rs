//! The documentation is true: each of its commands is run in a prepared world, or its words are checked and it is said
//! why it is not run; its settings are read; its links lead somewhere.

mod common;

#[path = "documented/commands.rs"]
mod commands;
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

use clap::CommandFactory;
use commands::{NOT_RUN, fault_of, is_keytrail, may_end, why_not_run};
use keytrail::cli::Cli;
use keytrail::config::SCHEMA;
use pages::{Block, pages, root};
use serde_json::Value;
use world::World;

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
    let said = ran.out() + &ran.err();
    if world.secrets.iter().any(|secret| said.contains(secret)) {
        wrong.push(format!("{}:{}: a secret is shown", block.page, block.line));
    }
    for (line, command) in &runnable {
        let code = codes.next().unwrap_or("nothing: it was not reached");
        if !may_end(command, code) {
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
fn every_setting_is_documented_with_its_default() {
    let pages = pages();
    let page = pages
        .iter()
        .find(|page| page.path == "docs/configuration.md")
        .expect("a page");
    let schema: Value = serde_json::from_str(SCHEMA).expect("it is JSON");
    let tables = schema["properties"].as_object().expect("tables");
    for (table, of) in tables {
        let of = if table == "allow" { &of["items"] } else { of };
        for (key, setting) in of["properties"].as_object().expect("keys") {
            let row = page.text.lines().find(|line| line.starts_with(&format!("| `{key}` |")));
            let row = row.unwrap_or_else(|| panic!("{table}.{key} is not in docs/configuration.md"));
            let default = &setting["default"];
            assert!(
                default.is_null() || row.contains(&format!("`{default}`")),
                "{row}: {default}"
            );
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

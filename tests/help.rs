//! Help that fits a screen, and command lines that are wrong: what is said, and that it helps.

mod common;

use std::path::Path;

use common::program::{Run, finish, keytrail};
use common::random::{BASE64, Random};

const LINES: usize = 24;
const COLUMNS: usize = 80;

fn run(arguments: &[&str]) -> Run {
    finish(
        keytrail(Path::new(env!("CARGO_MANIFEST_DIR")))
            .env("COLUMNS", COLUMNS.to_string())
            .args(arguments),
    )
}

fn help(path: &[&str], flag: &str) -> String {
    let run = run(&[path, &[flag]].concat());
    assert_eq!((run.code, run.err().as_str()), (0, ""), "{path:?} {flag}");
    run.out()
}

/// The commands below one, as its help lists them.
fn below(path: &[&str]) -> Vec<String> {
    let text = help(path, "-h");
    let listed = text.lines().skip_while(|line| *line != "Commands:").skip(1);
    let listed = listed.take_while(|line| line.starts_with("  "));
    let names = listed.filter_map(|line| line[2..].split_whitespace().next().filter(|_| !line.starts_with("   ")));
    names.map(str::to_owned).collect()
}

/// Every command, the program itself first.
fn commands() -> Vec<Vec<String>> {
    let mut all: Vec<Vec<String>> = vec![Vec::new()];
    let mut at = 0;
    while at < all.len() {
        let path = all[at].clone();
        let words: Vec<&str> = path.iter().map(String::as_str).collect();
        all.extend(
            below(&words)
                .into_iter()
                .map(|name| [path.clone(), vec![name]].concat()),
        );
        at += 1;
    }
    assert!(all.len() > 15, "{all:?}");
    all
}

#[test]
fn every_command_has_a_screen_with_examples_and_takes_quiet_and_verbose() {
    let mut complaints = Vec::new();
    for path in commands() {
        let words: Vec<&str> = path.iter().map(String::as_str).collect();
        let text = help(&words, "-h");
        let name = format!("keytrail {}", words.join(" "));
        let name = name.trim_end();
        let widest = text.lines().map(|line| line.chars().count()).max().unwrap_or(0);
        if text.lines().count() > LINES || widest > COLUMNS {
            complaints.push(format!("{name} -h: {} lines, {widest} columns", text.lines().count()));
        }
        let all = help(&words, "--help");
        for (shown, flag) in [(&text, "-h"), (&all, "--help")] {
            let example = format!("\n  {name}");
            let has_one = shown.contains("Examples:\n") && shown.contains(&example);
            if !words.is_empty() && !has_one {
                complaints.push(format!("{name} {flag}: no example (src/cli/help.rs)"));
            }
        }
        let told = run(&[&words[..], &["-q", "-v", "--help"]].concat());
        if told.code != 0 {
            complaints.push(format!("{name} -q -v: {}", told.err()));
        }
    }
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn all_of_the_help_has_what_a_screen_has_no_room_for() {
    let (some, all) = (help(&["scan"], "-h"), help(&["scan"], "--help"));
    for flag in [
        "--max-archive-depth",
        "--no-inline-allow",
        "--hyperlink-format",
        "--color",
    ] {
        assert!(!some.contains(flag), "{some}");
        assert!(all.contains(flag), "{all}");
    }
    assert!(some.contains("see more with '--help'"), "{some}");
    for flag in ["--report", "--baseline", "--verbose"] {
        assert!(some.contains(flag) && all.contains(flag), "{flag}");
    }
    assert_eq!(run(&["help", "scan"]).out(), all);
    assert!(help(&[], "--help").contains("Examples:\n  keytrail scan"));
    // Nothing that was asked for: the same text, as an error.
    let nothing = run(&[]);
    assert_eq!((nothing.code, nothing.out().as_str()), (2, ""));
    assert_eq!(nothing.err(), help(&[], "-h"));
}

/// Runs what is wrong: one error in the house's form, and nothing on standard output.
fn wrong(arguments: &[&str], said: &[&str]) {
    let run = run(arguments);
    let err = run.err();
    assert_eq!((run.code, run.out().as_str()), (2, ""), "{arguments:?}: {err}");
    assert!(
        err.starts_with("error: ") && err.contains("\n  hint: "),
        "{arguments:?}: {err}"
    );
    for part in said {
        assert!(err.contains(part), "{arguments:?}: {part:?} is not in\n{err}");
    }
    assert!(
        !err.contains("Usage:") && !err.contains("For more information"),
        "{err}"
    );
}

#[test]
fn quiet_and_verbose_may_stand_before_the_command() {
    for (before, after) in [
        (&["-q", "scan", "LICENSE-MIT"][..], &["scan", "LICENSE-MIT", "-q"][..]),
        (&["-q", "rules", "list"], &["rules", "list", "--quiet"]),
        (&["-v", "config", "show"], &["config", "show", "-v"]),
    ] {
        let (before, after) = (run(before), run(after));
        assert_eq!(
            (before.code, before.out(), before.err()),
            (after.code, after.out(), after.err())
        );
    }
    assert_eq!(run(&["-q", "scan", "LICENSE-MIT"]).out(), "");
    assert!(run(&["scan", "LICENSE-MIT"]).out().contains("1 items"));
    assert!(
        run(&["-q", "rules", "list"])
            .out()
            .lines()
            .all(|line| !line.contains(' '))
    );
    assert!(run(&["-v", "config", "show"]).out().contains("verbose = 1"));
}

#[test]
fn a_slip_is_told_what_was_meant() {
    wrong(&["scna"], &["there is no command scna", "did you mean scan?"]);
    wrong(&["rules", "lst"], &["there is no command lst", "did you mean list?"]);
    wrong(
        &["scan", "--polcy", "x"],
        &["--polcy: there is no such flag here", "did you mean --policy?"],
    );
    wrong(
        &["scan", "--report", "serif"],
        &["unknown report format", "did you mean \"sarif\"?"],
    );
    wrong(
        &["scan", "--color", "alway"],
        &["--color alway", "did you mean always?", "auto, always or never"],
    );
    wrong(&["scan", "--policy", "cis-3"], &["did you mean \"cis-v3\"?"]);
    wrong(
        &["scan", "--rule", "aws-acces-key-id"],
        &["did you mean \"aws-access-key-id\"?"],
    );
    wrong(&["scan", "--hyperlink-format", "vscod"], &["did you mean \"vscode\"?"]);
    wrong(&["rules", "show", "private-keys"], &["did you mean \"private-key\"?"]);
    wrong(
        &["explain", "aws-acess-key-id"],
        &["did you mean \"aws-access-key-id\"?"],
    );
    wrong(&["import", "gitleak", "x"], &["did you mean gitleaks?"]);
    wrong(&["keys", "iam-polcy"], &["hint: "]);
}

#[test]
fn what_is_missing_or_too_much_is_named() {
    wrong(&["range"], &["something is missing: <A..B>", "keytrail range --help"]);
    wrong(
        &["scan", "--max-archive-depth", "x"],
        &[
            "--max-archive-depth x: that cannot be its value",
            "cause: ",
            "hint: write a whole number",
        ],
    );
    wrong(
        &["scan", "--max-archive-depth"],
        &["--max-archive-depth: its value is missing", "keytrail scan --help"],
    );
    wrong(
        &["scan", "--fail-on", "bad"],
        &["--fail-on bad", "info, low, medium, high or critical"],
    );
    wrong(&["scan", "--exit-zero=1"], &["--exit-zero: it takes no value"]);
    wrong(
        &["scan", "--fail-on", "low", "--fail-on", "high"],
        &["--fail-on: it is given twice"],
    );
    wrong(&["schema", "report", "x"], &["x: that is one argument too many"]);
    wrong(
        &["scan", "--no-repo-config", "--config-from-ref", "x"],
        &["does not go with"],
    );
    wrong(
        &["baseline", "frobnicate"],
        &["there is no command frobnicate", "keytrail baseline --help"],
    );
}

#[test]
fn a_secret_that_was_pasted_is_not_repeated() {
    let secret = Random::new(61).class(BASE64, 40);
    for arguments in [
        &[secret.as_str()][..],
        &["schema", &secret],
        &["schema", "report", &secret],
        &["scan", "--fail-on", &secret],
        &["scan", "--jobs", &secret],
        &["scan", "--color", &secret],
    ] {
        let run = run(arguments);
        assert_eq!(run.code, 2);
        assert!(!(run.err() + &run.out()).contains(&secret), "{}", run.err());
    }
}

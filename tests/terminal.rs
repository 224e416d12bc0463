//! Colours and links: on a terminal that has them, or as asked; nothing of a path reaches the terminal as it is.
#![cfg(unix)]

mod common;

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{Command, Stdio};

use common::program;
use common::random::Random;
use common::repo::TestRepo;
use tempfile::TempDir;

/// What ends a colour; the line that shows progress has other escapes.
const RESET: &str = "\u{1b}[0m";
const LINK: &str = "\u{1b}]8;;";

fn leak(seed: u64) -> String {
    let pair = Random::new(seed).pair();
    format!(
        "aws_access_key_id = {}\naws_secret_access_key = {}\n",
        pair.id, pair.secret
    )
}

fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("a b.env"), leak(63)).expect("a file");
    folder
}

/// Runs on a terminal of its own.
fn on_a_terminal(folder: &Path, variables: &[(&str, &str)], arguments: &str) -> String {
    let line = format!("'{}' {arguments}", env!("CARGO_BIN_EXE_keytrail"));
    let output = Command::new("script")
        .args(["-q", "-c", &line, "/dev/null"])
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", folder)
        .envs(variables.iter().copied())
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .expect("script runs");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn colours_are_for_terminals_that_have_them_and_as_asked() {
    let folder = folder();
    let xterm = ("TERM", "xterm-256color");
    for (variables, flags, colored) in [
        (&[xterm][..], "", true),
        (&[("TERM", "dumb")], "", false),
        (&[xterm, ("NO_COLOR", "1")], "", false),
        (&[xterm, ("NO_COLOR", "0")], "", false),
        (&[xterm, ("NO_COLOR", "")], "", true),
        (&[xterm, ("NO_COLOR", "1")], "--color always", true),
        (&[xterm, ("CLICOLOR", "0")], "", false),
        (&[xterm], "--color never", false),
    ] {
        let shown = on_a_terminal(folder.path(), variables, &format!("scan {flags}"));
        assert!(shown.contains("a b.env:1:"), "{shown:?}");
        assert_eq!(shown.contains(RESET), colored, "{variables:?} {flags}: {shown:?}");
    }
    for (variables, flags, colored) in [
        (&[][..], "--color=auto", false),
        (&[("CLICOLOR_FORCE", "1")], "--color=auto", true),
        (&[("CLICOLOR_FORCE", "0")], "--color=auto", false),
        (&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], "--color=auto", false),
        (&[("CLICOLOR_FORCE", "1")], "--color=never", false),
    ] {
        let mut command = program::keytrail(folder.path());
        let run = program::finish(command.args(["scan", flags]).envs(variables.iter().copied()));
        assert_eq!(run.out().contains(RESET), colored, "{variables:?} {flags}");
        assert!(!run.out().contains(LINK), "{variables:?}: no terminal, no links");
    }
}

#[test]
fn places_are_links_where_they_are_shown_as_such() {
    let folder = folder();
    let top = folder.path().canonicalize().expect("the folder");
    let path = format!("{}/a%20b.env", top.display());
    let kitty = ("TERM", "xterm-kitty");
    for (variables, arguments, link) in [
        (
            &[kitty][..],
            "scan",
            Some(format!("{path}\u{1b}\\a b.env:1:21\u{1b}]8;;\u{1b}\\")),
        ),
        (&[kitty], "scan -q", Some(format!("{path}\u{1b}\\"))),
        (&[kitty], "scan --hyperlink-format none", None),
        (&[kitty, ("CI", "true")], "scan", None),
        (&[("TERM", "xterm-256color")], "scan", None),
        (
            &[("TERM", "xterm-256color"), ("VTE_VERSION", "6800")],
            "scan",
            Some(path.clone()),
        ),
        (
            &[("TERM", "xterm-256color")],
            "scan --hyperlink-format vscode",
            Some(format!("{LINK}vscode://file{path}:1:21\u{1b}\\")),
        ),
        (
            &[kitty],
            "scan --hyperlink-format 'x-edit:{path}?{line}'",
            Some(format!("{LINK}x-edit:{path}?1\u{1b}\\")),
        ),
        (&[("TERM", "dumb")], "scan --hyperlink-format vscode", None),
    ] {
        let shown = on_a_terminal(folder.path(), variables, &format!("{arguments} --color never"));
        assert!(shown.contains("a b.env:1:21"), "{shown:?}");
        match link {
            Some(link) => assert!(
                shown.contains(&link),
                "{variables:?} {arguments}: {link:?} is not in {shown:?}"
            ),
            None => assert!(!shown.contains(LINK), "{variables:?} {arguments}: {shown:?}"),
        }
    }
}

#[test]
fn a_path_cannot_write_to_the_terminal_through_a_link() {
    let folder = tempfile::tempdir().expect("a folder");
    let name = OsStr::from_bytes(b"e\x1b]8;;x-evil:\x07\x1b\\\xffil.env");
    fs::write(folder.path().join(name), leak(64)).expect("a file");
    let shown = on_a_terminal(folder.path(), &[("TERM", "xterm-kitty")], "scan --color never");
    assert!(
        shown.contains("/e%1B%5D8%3B%3Bx-evil%3A%07%1B%5C%FFil.env\u{1b}\\"),
        "{shown:?}"
    );
    // Each escape opens a link of ours or ends one.
    let ours = shown.matches("\u{1b}]8;;file://").count();
    assert!(ours > 0);
    assert_eq!(shown.matches('\u{1b}').count(), ours * 4, "{shown:?}");
    assert!(!shown.contains('\u{7}'), "{shown:?}");
}

#[test]
fn of_a_repository_only_what_is_there_is_a_link() {
    let repo = TestRepo::new();
    repo.write("kept.env", leak(65));
    repo.write("gone.env", leak(66));
    repo.commit("add both");
    fs::remove_file(repo.path().join("gone.env")).expect("a file");
    repo.commit("take one out");
    let top = repo.path().canonicalize().expect("the folder");
    let shown = on_a_terminal(&repo.path(), &[("TERM", "xterm-kitty")], "history --color never");
    assert!(shown.contains("gone.env:1:"), "{shown:?}");
    assert!(
        shown.contains(&format!("{}/kept.env\u{1b}\\", top.display())),
        "{shown:?}"
    );
    assert!(!shown.contains("/gone.env\u{1b}\\"), "{shown:?}");
}

#[test]
fn no_name_in_an_error_moves_the_cursor() {
    let folder = folder();
    let name = "no\u{1b}[31m\u{202e}such\nhint: x";
    let (inside, line) = (format!("json={name}/x"), format!("{name}:1"));
    for arguments in [
        &["scan", name][..],
        &["staged", name],
        &["history", name],
        &["range", "A..B", name],
        &["scan", "--config", name],
        &["scan", "--policy", name],
        &["scan", "--rules", name],
        &["scan", "--config-from-ref", name],
        &["scan", "--report", &inside],
        &["rules", "check", name],
        &["rules", "test", name],
        &["baseline", "check", name],
        &["import", "gitleaks", name],
        &["hook", "status", name],
        &["keys", "--keys-from", name],
        &["keys", "--repo", name],
        &["explain", name],
        &["explain", "--trace", &line],
        &["config", "show", name],
    ] {
        let ran = program::run(folder.path(), arguments);
        let said = ran.out() + &ran.err();
        assert_eq!(ran.code, 2, "{arguments:?}: {said}");
        assert!(!said.contains(['\u{1b}', '\u{202e}']), "{arguments:?}: {said}");
        assert!(!said.contains("such\n"), "{arguments:?}: a name makes no line: {said}");
    }
}

//! Progress is for people: on a terminal it is shown and taken away again, elsewhere not a byte of it is written.

mod common;

use std::path::Path;
use std::process::Command;

use common::program::finish;

/// Scans input that is slow to come, under a terminal of its own; returns what was written there.
fn on_a_terminal(folder: &Path, variables: &[(&str, &str)], flags: &[&str]) -> String {
    let program = env!("CARGO_BIN_EXE_keytrail");
    let scan = format!("'{program}' scan --report json=/dev/null {} -", flags.join(" "));
    let line = format!("(sleep 1.5; echo text) | {scan}");
    let output = Command::new("script")
        .args(["-q", "-e", "-c", &line, "/dev/null"])
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", folder)
        .envs(variables.iter().copied())
        .current_dir(folder)
        .output()
        .expect("script runs");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn progress_is_shown_on_a_terminal_only_and_cleaned_up() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let shown = on_a_terminal(folder.path(), &[], &[]);
    assert!(
        shown.contains("scanning: ") && shown.contains("0 of 1 objects"),
        "{shown:?}"
    );
    assert!(shown.trim_end().ends_with("\r\u{1b}[K"), "{shown:?}");
    assert_eq!(on_a_terminal(folder.path(), &[("CI", "true")], &[]), "");
    assert_eq!(on_a_terminal(folder.path(), &[], &["--quiet"]), "");
    let mut command = Command::new("sh");
    let program = env!("CARGO_BIN_EXE_keytrail");
    let line = format!("(sleep 1.5; echo text) | '{program}' scan --report json=/dev/null -");
    let run = finish(command.args(["-c", &line]).current_dir(folder.path()).env_remove("CI"));
    assert!(run.stderr.is_empty(), "{}", run.err());
}

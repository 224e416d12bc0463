//! Progress is for people: on a terminal it is shown and taken away again, elsewhere not a byte of it is written.

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;

use common::random::Random;

/// Runs a scan of what takes a second or two under a terminal of its own; returns what it wrote there.
fn on_a_terminal(folder: &Path, variables: &[(&str, &str)], flags: &[&str]) -> String {
    let program = env!("CARGO_BIN_EXE_keytrail");
    let line = format!("'{program}' scan --report json=/dev/null {} files", flags.join(" "));
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
    let files = folder.path().join("files");
    fs::create_dir(&files).expect("a folder");
    let mut random = Random::new(5);
    let text = random.class("A-Za-z0-9+/", 1 << 20).repeat(24);
    for n in 0..12 {
        fs::write(files.join(n.to_string()), &text).expect("a file");
    }
    let shown = on_a_terminal(folder.path(), &[], &["--jobs=1"]);
    assert!(
        shown.contains("scanning: ") && shown.contains(" of 12 objects"),
        "{shown:?}"
    );
    assert!(shown.trim_end().ends_with("\r\u{1b}[K"), "{shown:?}");
    assert_eq!(on_a_terminal(folder.path(), &[("CI", "true")], &[]), "");
    assert_eq!(on_a_terminal(folder.path(), &[], &["--quiet"]), "");
    let run = common::program::run(folder.path(), &["scan", "--report", "json=/dev/null", "files"]);
    assert!(run.stderr.is_empty(), "{}", run.err());
}

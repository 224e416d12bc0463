//! Ctrl-C, SIGTERM and closed pipes: the exit code, no half of a report, nothing left behind, the terminal as it was.
#![cfg(unix)]

mod common;

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use common::program::keytrail;
use common::random::Random;
use tempfile::TempDir;

/// The program itself, without what else stands around it in other tests: a signal is for it alone.
fn start(folder: &Path, arguments: &[&str]) -> Child {
    let around = keytrail(folder);
    let mut command = Command::new(env!("CARGO_BIN_EXE_keytrail"));
    command.env_clear().current_dir(folder).args(arguments);
    for (name, value) in around.get_envs() {
        command.env(name, value.unwrap_or_default());
    }
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command.spawn().expect("the program starts")
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([name, &child.id().to_string()]).status();
    assert!(sent.expect("kill runs").success(), "it was still running");
}

/// Waits until it has its signals in hand: `SigCgt` of /proc has SIGINT (2) and SIGTERM (15).
fn until_ready(child: &Child) {
    let begun = Instant::now();
    let status = format!("/proc/{}/status", child.id());
    loop {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let caught = text.lines().find_map(|line| line.strip_prefix("SigCgt:"));
        let caught = caught
            .and_then(|hex| u64::from_str_radix(hex.trim(), 16).ok())
            .unwrap_or(0);
        if caught >> 1 & 1 == 1 && caught >> 14 & 1 == 1 {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(120), "it never was ready");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .expect("the folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn a_signal_ends_it_with_its_code_and_leaves_the_old_report() {
    for (name, code) in [("-INT", 130), ("-TERM", 143)] {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("old.json"), "old").expect("a file");
        let reports = ["scan", "-", "--report", "json=old.json", "--report", "sarif=new.sarif"];
        let child = start(folder.path(), &reports);
        until_ready(&child);
        signal(&child, name);
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(code), "{name}");
        assert_eq!(
            (output.stdout.len(), output.stderr.len()),
            (0, 0),
            "{name}: nothing is said"
        );
        assert_eq!(names(folder.path()), ["old.json"], "{name}");
        assert_eq!(fs::read_to_string(folder.path().join("old.json")).expect("it"), "old");
    }
}

/// A folder in which each file holds a key, so that its reports are long.
fn long_report() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let mut random = Random::new(62);
    fs::create_dir(folder.path().join("in")).expect("a folder");
    fs::create_dir(folder.path().join("out")).expect("a folder");
    for number in 0..400 {
        let pair = random.pair();
        let text = format!(
            "aws_access_key_id = {}\naws_secret_access_key = {}\n",
            pair.id, pair.secret
        );
        fs::write(folder.path().join(format!("in/{number}.env")), text).expect("a file");
    }
    folder
}

#[test]
fn a_report_is_there_whole_or_not_at_all_whenever_it_is_ended() {
    let folder = long_report();
    let scan = ["scan", "in", "--report", "json=out/report.json"];
    let begun = Instant::now();
    let whole = start(folder.path(), &scan).wait_with_output().expect("it ends");
    assert_eq!(whole.status.code(), Some(1));
    let lasts = begun.elapsed();
    let report = folder.path().join("out/report.json");
    let mut ended = 0;
    for step in 0..16 {
        let _ = fs::remove_file(&report);
        let mut child = start(folder.path(), &scan);
        until_ready(&child);
        std::thread::sleep(lasts * step / 16);
        let _ = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
        let code = child.wait().expect("it ends").code();
        assert!(matches!(code, Some(1 | 130)), "{code:?}");
        ended += u32::from(code == Some(130));
        match fs::read(&report) {
            Ok(bytes) => drop(serde_json::from_slice::<serde_json::Value>(&bytes).expect("it is whole")),
            Err(_) => assert_eq!(code, Some(130), "an unfinished run only"),
        }
        let left: Vec<String> = names(&folder.path().join("out"));
        assert!(left.iter().all(|name| name == "report.json"), "{left:?}");
    }
    assert!(ended > 0, "no run was ended early");
}

#[test]
fn the_line_of_progress_is_taken_away() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = env!("CARGO_BIN_EXE_keytrail");
    // Ends the scan once it has shown how far it is.
    let line = format!(
        "sleep 30 | '{program}' scan --report json=out.json - & scan=$!; sleep 4; kill -TERM $scan; wait $scan; echo \"code $?\""
    );
    let output = Command::new("script")
        .args([
            "-q",
            "-e",
            "-c",
            &format!("bash -c '{}'", line.replace('\'', "'\\''")),
            "/dev/null",
        ])
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", folder.path())
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .output()
        .expect("script runs");
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(shown.contains("0 of 1 objects"), "{shown:?}");
    assert!(shown.contains("\r\u{1b}[Kcode 143"), "{shown:?}");
    assert!(names(folder.path()).is_empty());
}

#[test]
fn a_closed_pipe_ends_it_quietly() {
    let folder = long_report();
    let program = env!("CARGO_BIN_EXE_keytrail");
    let missing = "x".repeat(300);
    for (line, said) in [
        (format!("'{program}' rules list"), "RULE"),
        (format!("'{program}' schema report"), "{"),
        (format!("'{program}' scan in --report jsonl"), "{"),
        (format!("'{program}' --help"), "Finds"),
        (format!("'{program}' scan {missing} 2>&1"), ""),
        (format!("'{program}' scan --frobnicate 2>&1 >/dev/null"), "error"),
    ] {
        let script = format!("{line} | head -c 8; exit ${{PIPESTATUS[0]}}");
        let output = Command::new("bash")
            .args(["-c", &script])
            .current_dir(folder.path())
            .env("HOME", folder.path())
            .output();
        let output = output.expect("bash runs");
        let (out, err) = (
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
        );
        assert!(out.contains(said), "{line}: {out}");
        assert_eq!(err, "", "{line}");
        assert!(
            matches!(output.status.code(), Some(0..=2)),
            "{line}: {:?}",
            output.status
        );
    }
    // Standard error is gone before the first word of it.
    let script = format!("'{program}' scan none 2>&1 >/dev/null | true; exit ${{PIPESTATUS[0]}}");
    let status = Command::new("bash")
        .args(["-c", &script])
        .current_dir(folder.path())
        .status();
    assert_eq!(status.expect("bash runs").code(), Some(2));
    let mut child = start(folder.path(), &["scan", "-", "-q"]);
    drop(child.stderr.take());
    drop(child.stdout.take());
    child
        .stdin
        .take()
        .expect("a pipe")
        .write_all(b"text")
        .expect("it reads");
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}

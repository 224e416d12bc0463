//! How a run ends: the exit code, and what is said of it. Nothing that went unread is ever a pass.

mod common;

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use common::program::{self, Run, findings};
use common::random::{Pair, Random};
use common::repo::{TestRepo, damage};
use tempfile::TempDir;

fn text(key: &Pair) -> String {
    format!(
        "aws_access_key_id = {}\naws_secret_access_key = {}\n",
        key.id, key.secret
    )
}

fn key() -> Pair {
    Random::new(40).pair()
}

/// A folder with a clean file, and one with a leak.
fn tree() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (path, content) in [("clean/a.txt", "nothing\n".to_owned()), ("leak/a.env", text(&key()))] {
        let file = folder.path().join(path);
        fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        fs::write(file, content).expect("a file");
    }
    fs::create_dir(folder.path().join("empty")).expect("a folder");
    folder
}

/// Runs in that folder and compares the exit code; all of `said` must be in what comes out.
fn ends(folder: &Path, arguments: &[&str], code: i32, said: &[&str]) -> Run {
    let run = program::run(folder, arguments);
    let all = run.out() + &run.err();
    assert_eq!(run.code, code, "{arguments:?}: {all}");
    for part in said {
        assert!(all.contains(part), "{arguments:?}: {part:?} is not in\n{all}");
    }
    run
}

/// Runs for a JSON report that must say whether it is complete, and why not.
fn completes(folder: &Path, arguments: &[&str], code: i32, complete: bool, why: &str) -> serde_json::Value {
    let run = ends(folder, &[arguments, &["--report", "json"]].concat(), code, &[]);
    let report = run.json();
    assert_eq!(report["complete"], complete, "{arguments:?}: {report}");
    let reasons = format!("{} {}", report["incomplete_reasons"], report["skips"]["faults"]);
    assert!(reasons.contains(why), "{arguments:?}: {why:?} is not in {reasons}");
    report
}

#[test]
fn clean_findings_and_what_counts() {
    let tree = tree();
    let folder = tree.path();
    ends(folder, &["scan", "clean"], 0, &["found", "nothing"]);
    ends(folder, &["scan", "leak"], 1, &["leak/a.env:1:", "leak/a.env:2:"]);
    ends(folder, &["scan", "leak", "--exit-zero"], 0, &["leak/a.env:1:"]);
    ends(folder, &["scan", "leak", "--fail-on", "high"], 1, &[]);
    ends(
        folder,
        &["scan", "leak", "--fail-on", "critical"],
        0,
        &["leak/a.env:1:"],
    );
    // Below the confidence it is counted and not shown.
    fs::write(folder.join("clean/low.txt"), format!("x {} y\n", key().secret)).expect("a file");
    let report = completes(folder, &["scan", "clean"], 0, true, "");
    assert_eq!(
        (findings(&report).len(), &report["stats"]["below_confidence"]),
        (0, &1.into())
    );
    let report = completes(folder, &["scan", "clean", "--min-confidence", "low"], 1, true, "");
    assert_eq!(findings(&report).len(), 1);
    for (input, code) in [("a".to_owned(), 0), (text(&key()), 1)] {
        let run = program::run_with_input(folder, &["scan", "-"], input.as_bytes());
        assert_eq!(run.code, code, "{}", run.out());
    }
}

/// A folder that was not mounted, a command that printed nothing, a clone that failed.
#[test]
fn nothing_at_all_is_no_pass() {
    let tree = tree();
    let folder = tree.path();
    completes(folder, &["scan", "empty"], 2, false, "empty is empty");
    completes(folder, &["scan", "empty", "--exit-zero"], 2, false, "empty is empty");
    completes(folder, &["scan", "empty", "clean"], 0, true, "");
    let run = program::run_with_input(folder, &["scan", "-"], b"");
    assert_eq!((run.code, run.out().contains("standard input is empty")), (2, true));
    // An empty file is there.
    fs::write(folder.join("empty/a.txt"), "").expect("a file");
    completes(folder, &["scan", "empty"], 0, true, "");
    let repo = TestRepo::new();
    completes(&repo.path(), &["history"], 2, false, "holds no objects");
    completes(&repo.path(), &["staged"], 0, true, "");
    // What is left out on purpose is counted.
    fs::write(repo.path().join(".gitignore"), "*\n").expect("a file");
    completes(&repo.path(), &["scan"], 0, true, "");
}

#[test]
fn what_was_not_read_is_named_and_no_pass() {
    let tree = tree();
    let folder = tree.path();
    completes(folder, &["scan", "gone.txt"], 2, false, "gone.txt");
    completes(folder, &["scan", "clean", "gone.txt"], 2, false, "gone.txt");
    completes(
        folder,
        &["scan", "clean", "gone.txt", "--exit-zero"],
        2,
        false,
        "gone.txt",
    );
    // Findings are findings, and the report says that there may be more.
    completes(folder, &["scan", "leak", "gone.txt"], 1, false, "gone.txt");
    ends(folder, &["scan", "leak", "gone.txt"], 1, &["INCOMPLETE", "gone.txt"]);
    completes(
        folder,
        &["scan", "leak", "gone.txt", "--fail-on", "critical"],
        2,
        false,
        "gone.txt",
    );
}

/// Permissions do not stop root, but no one can open a path that is too long.
#[test]
fn a_file_that_cannot_be_opened() {
    let tree = tree();
    let name = "d".repeat(250);
    let mut folder = tree.path().join("clean");
    // Each step is short, and the whole is longer than a path may be.
    for _ in 0..17 {
        let made = std::process::Command::new("mkdir")
            .arg(&name)
            .current_dir(&folder)
            .status();
        if !made.expect("mkdir runs").success() {
            break;
        }
        folder.push(&name);
    }
    let script = format!(
        "cd '{}' && {{ for i in 1 2 3 4 5; do mkdir {name} && cd {name}; done; echo x > file; }}",
        folder.display()
    );
    let _ = std::process::Command::new("sh").args(["-c", &script]).output();
    completes(tree.path(), &["scan", "clean"], 2, false, &name);
    completes(tree.path(), &["scan", "clean", "leak"], 1, false, &name);
    let _ = std::process::Command::new("rm")
        .arg("-rf")
        .arg(tree.path().join("clean"))
        .status();
}

#[test]
fn flags_and_settings_that_are_wrong_end_it_before_anything_is_scanned() {
    let tree = tree();
    let folder = tree.path();
    fs::write(
        folder.join("key.toml"),
        "[report]\nmin_confidence = \"low\"\nspeed = 3\n",
    )
    .expect("a file");
    fs::write(folder.join("value.toml"), "[source]\njobs = \"many\"\n").expect("a file");
    fs::write(folder.join("fine.toml"), "[report]\nexit_zero = true\n").expect("a file");
    let wrong: &[(&[&str], &[&str])] = &[
        (&["--frobnicate"], &["--frobnicate"]),
        (
            &["--as-of", "yesterday"],
            &["--as-of yesterday", "hint:", "2026-01-31T00:00:00Z"],
        ),
        (&["--report", "xml"], &["\"xml\"", "hint:", "sarif"]),
        (
            &["--report", "json=none/there.json"],
            &["none/there.json", "hint:", "mkdir"],
        ),
        (&["--report", "json", "--report", "sarif"], &["two reports", "hint:"]),
        (&["--report", "json=x", "--report", "sarif=x"], &["two reports", "x"]),
        (&["--config", "none.toml"], &["none.toml", "hint:"]),
        (&["--config", "key.toml"], &["key.toml", "line 3", "speed", "hint:"]),
        (&["--config", "value.toml"], &["value.toml", "line 2", "hint:"]),
        (&["--fail-on", "bad"], &["--fail-on", "critical"]),
        (&["--min-confidence", "none"], &["--min-confidence", "medium"]),
        (&["--jobs", "x"], &["--jobs"]),
        (&["--color", "red"], &["--color", "always"]),
    ];
    for (flags, said) in wrong {
        let run = ends(folder, &[&["scan", "leak"], *flags].concat(), 2, said);
        assert!(run.stdout.is_empty(), "{flags:?}: nothing was scanned");
        assert!(run.err().starts_with("error: "), "{flags:?}: {}", run.err());
    }
    assert!(!folder.join("x").exists(), "no report was begun");
    ends(
        folder,
        &["scan", "leak", "--config", "fine.toml"],
        0,
        &["leak/a.env:1:"],
    );
    ends(folder, &["frobnicate"], 2, &["frobnicate"]);
    ends(folder, &["schema", "report"], 0, &["\"$schema\""]);
}

#[test]
fn reports_in_files_are_whole_and_private() {
    use std::os::unix::fs::PermissionsExt;
    let tree = tree();
    let folder = tree.path();
    let run = ends(
        folder,
        &["scan", "leak", "--report", "json=a.json", "--report", "sarif=b.sarif"],
        1,
        &[],
    );
    assert!(run.stdout.is_empty());
    for name in ["a.json", "b.sarif"] {
        let file = folder.join(name);
        let _: serde_json::Value = serde_json::from_slice(&fs::read(&file).expect("a report")).expect("whole JSON");
        assert_eq!(
            fs::metadata(&file).expect("a report").permissions().mode() & 0o777,
            0o600,
            "{name}"
        );
    }
    let left = fs::read_dir(folder).expect("a folder").flatten().count();
    assert_eq!(left, 5, "no temporary file is left over");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let tree = tree();
    let many: String = (0..3_000).map(|seed| text(&Random::new(seed).pair())).collect();
    fs::write(tree.path().join("leak/many.env"), many).expect("a file");
    let script = format!(
        "'{}' scan leak --report json | head -c 10; echo \"${{PIPESTATUS[0]}}\"",
        env!("CARGO_BIN_EXE_keytrail")
    );
    let mut shell = std::process::Command::new("bash");
    let output = shell
        .args(["-c", &script])
        .current_dir(tree.path())
        .output()
        .expect("bash runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.trim_end().ends_with('1'), "{said}");
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_full_disk_is_an_error() {
    let tree = tree();
    let full = || fs::File::options().write(true).open("/dev/full").expect("a full disk");
    let mut commands = vec![
        vec!["--help"],
        vec!["scan", "--help"],
        vec!["--version"],
        vec!["rules", "list"],
    ];
    for format in [
        "human", "json", "jsonl", "sarif", "html", "csv", "junit", "github", "markdown",
    ] {
        commands.push(vec!["scan", "leak", "--report", format]);
        let file = format!("{format}=/dev/full");
        ends(
            tree.path(),
            &["scan", "leak", "--report", &file],
            2,
            &["/dev/full", "hint:"],
        );
    }
    for arguments in commands {
        let mut command = program::keytrail(tree.path());
        let status = command
            .args(&arguments)
            .stdout(full())
            .stderr(std::process::Stdio::null())
            .status();
        assert_eq!(status.expect("it starts").code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn repositories_that_are_none_or_not_whole() {
    let tree = tree();
    for command in [
        &["staged", "clean"][..],
        &["history", "clean"],
        &["range", "A..B", "clean"],
    ] {
        ends(
            tree.path(),
            command,
            2,
            &["error: clean: not a git repository", "hint:"],
        );
    }
    let repo = TestRepo::new();
    let folder = repo.path();
    repo.commit_file("a.txt", "one\n");
    repo.commit_file("a.txt", "two\n");
    for (range, part) in [
        ("gone..HEAD", "gone"),
        ("HEAD..gone", "gone"),
        ("HEAD", "HEAD"),
        ("", ".."),
    ] {
        ends(&folder, &["range", range], 2, &["error: ", part]);
    }
    completes(&folder, &["history"], 0, true, "");
    completes(&folder, &["range", "HEAD~1..HEAD"], 0, true, "");

    // A shallow clone does not hold what it was cloned from.
    let url = format!("file://{}", folder.display());
    let clone = |name: &str| {
        let clone = repo.beside(name);
        let into = clone.to_str().expect("a plain path");
        repo.git(&["clone", "-q", "--depth", "1", &url, into]);
        clone
    };
    let shallow = clone("shallow");
    completes(&shallow, &["history"], 2, false, "shallow");
    ends(&shallow, &["history"], 2, &["INCOMPLETE", "shallow", "--unshallow"]);
    assert_ne!(
        program::run(&shallow, &["range", "HEAD~1..HEAD"]).code,
        0,
        "the base is missing"
    );
    assert_eq!(program::run(&shallow, &["staged"]).code, 0, "the index is whole");
    repo.commit_file("key.env", text(&key()));
    let leaky = clone("leaky");
    completes(&leaky, &["history"], 1, false, "shallow");
}

#[test]
fn objects_that_are_missing_or_damaged() {
    let repo = TestRepo::new();
    repo.commit_file("a.txt", "one\n");
    repo.commit_file("b.txt", "two, and some more text to be squeezed\n");
    let whole = fs::read(repo.loose(&repo.id("HEAD:b.txt"))).expect("it is loose");
    let blob = repo.id("HEAD:b.txt");
    let folder = repo.path();
    let commands: [&[&str]; 2] = [&["history"], &["range", "HEAD~1..HEAD"]];

    fs::remove_file(repo.loose(&blob)).expect("it is there");
    for (command, named) in commands.iter().zip([&blob.to_string()[..12], "b.txt"]) {
        completes(&folder, command, 2, false, named);
    }
    fs::write(repo.loose(&blob), &whole).expect("it is back");
    damage(&repo.loose(&blob), Vec::clear);
    for command in commands {
        let report = completes(&folder, command, 2, false, "");
        assert!(
            !report["skips"]["faults"].as_array().expect("faults").is_empty(),
            "{report}"
        );
    }
    damage(&repo.loose(&blob), |bytes| bytes.clone_from(&whole));
    for command in commands {
        completes(&folder, command, 0, true, "");
    }

    // What is staged and gone.
    repo.write("c.txt", "three\n");
    repo.git(&["add", "-A"]);
    fs::remove_file(repo.loose(&repo.id(":c.txt"))).expect("it is there");
    completes(&folder, &["staged"], 2, false, "c.txt");

    // A commit that is gone takes what it led to along.
    repo.git(&["reset", "-q", "--hard"]);
    fs::remove_file(repo.loose(&repo.id("HEAD~1"))).expect("it is there");
    completes(&folder, &["history"], 2, false, "");
}

/// libgit2 reads such a file for ever, so a hostile repository could hold up a build.
#[test]
fn a_loose_object_that_is_cut_short() {
    let repo = TestRepo::new();
    repo.commit_file("a.txt", "one\n");
    repo.commit_file("b.txt", "two, and some more text to be squeezed\n");
    let blob = repo.loose(&repo.id("HEAD:b.txt"));
    let whole = fs::read(&blob).expect("it is loose");
    let garbage: fn(&mut Vec<u8>) = |bytes| bytes[12..].fill(0xa5);
    for change in [garbage, |bytes| bytes.truncate(bytes.len() / 2), |bytes| bytes[0] = 0] {
        damage(&blob, |bytes| bytes.clone_from(&whole));
        damage(&blob, change);
        for command in [&["history"][..], &["range", "HEAD~1..HEAD"]] {
            let report = completes(&repo.path(), command, 2, false, "");
            assert!(
                !report["skips"]["faults"].as_array().expect("faults").is_empty(),
                "{report}"
            );
        }
    }
}

/// A terminal believes what it reads, so the names that strangers give are escaped.
#[test]
fn hostile_names_are_neutralised() {
    let hostile = "\u{1b}]0;owned\u{7}\u{1b}[2J\u{202e}\u{9b}31m\r\n";
    let repo = TestRepo::new();
    repo.write(&format!("dir{hostile}/a.env"), text(&key()));
    let bytes = [b"raw\xff\xfe".as_slice(), hostile.as_bytes(), b".env"].concat();
    let other = Random::new(41).pair();
    fs::write(repo.path().join(OsStr::from_bytes(&bytes)), text(&other)).expect("a file");
    repo.commit(&format!("subject {hostile}"));
    for command in [
        &["scan"][..],
        &["history"],
        &["range", "HEAD..HEAD"],
        &["scan", "gone\u{1b}[31m"],
    ] {
        for flags in [&["-vvv"][..], &["-vvv", "--color", "never"]] {
            let run = program::run(&repo.path(), &[command, flags].concat());
            for bad in ["\u{1b}", "\u{7}", "\u{202e}", "\u{9b}", "\r"] {
                assert!(!run.out().contains(bad), "{command:?}: {bad:?} in {:?}", run.out());
                assert!(!run.err().contains(bad), "{command:?}: {bad:?} in {:?}", run.err());
            }
            assert!(std::str::from_utf8(&run.stdout).is_ok(), "{command:?}: text");
        }
        let run = program::run(&repo.path(), &[command, &["--report", "sarif"]].concat());
        let log = run.json();
        for result in log["runs"][0]["results"].as_array().expect("results") {
            let location = &result["locations"][0]["physicalLocation"]["artifactLocation"];
            let uri = location["uri"].as_str().expect("a URI");
            assert!(
                uri.contains("%1B%5D0;owned%07") || uri.contains("%1B%5D0%3Bowned%07"),
                "{uri}"
            );
            assert!(uri.bytes().all(|b| b.is_ascii_graphic()), "{uri}");
        }
    }
}

/// Everything in a repository's configuration that git would run: each writes a marker.
fn booby_trapped(marker: &Path) -> TestRepo {
    let repo = TestRepo::new();
    repo.write(".gitattributes", "* diff=evil filter=evil merge=evil\n");
    repo.commit_file("a.env", text(&key()));
    repo.commit_file("b.txt", "text\n");
    repo.write("c.env", text(&Random::new(42).pair()));
    repo.git(&["add", "-A"]);
    let script = repo.beside("evil");
    fs::write(
        &script,
        format!("#!/bin/sh\necho \"$0 $*\" >> '{}'\ncat\n", marker.display()),
    )
    .expect("a file");
    let executable: fs::Permissions = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(&script, executable.clone()).expect("a mode");
    let evil = script.to_str().expect("a plain path");
    for key in [
        "core.fsmonitor",
        "core.pager",
        "core.editor",
        "core.sshCommand",
        "core.askPass",
        "core.gitProxy",
        "diff.external",
        "diff.evil.command",
        "diff.evil.textconv",
        "filter.evil.clean",
        "filter.evil.smudge",
        "filter.evil.process",
        "merge.evil.driver",
        "credential.helper",
        "gpg.program",
        "alias.log",
        "uploadpack.packObjectsHook",
        "remote.origin.uploadpack",
        "sequence.editor",
        "core.alternateRefsCommand",
    ] {
        repo.git(&["config", key, evil]);
    }
    repo.git(&["config", "filter.evil.required", "true"]);
    repo.git(&["config", "remote.origin.url", &format!("ext::{evil}")]);
    repo.git(&["config", "remote.origin.promisor", "true"]);
    repo.git(&["config", "extensions.partialClone", "origin"]);
    for hook in [
        "pre-commit",
        "post-checkout",
        "post-index-change",
        "reference-transaction",
        "pre-auto-gc",
        "fsmonitor-watchman",
        "post-rewrite",
        "query-fsmonitor",
    ] {
        let path: PathBuf = repo.path().join(".git/hooks").join(hook);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::copy(&script, &path).expect("a hook");
        fs::set_permissions(&path, executable.clone()).expect("a mode");
    }
    repo
}

#[test]
fn nothing_of_a_repository_is_ever_run() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let marker = folder.path().join("marker");
    let repo = booby_trapped(&marker);
    // The trap is set: git itself springs it.
    let _ = repo.command(&repo.path(), &["status"]).output();
    assert!(marker.exists(), "the trap works");
    fs::remove_file(&marker).expect("it is there");

    // An object that git would fetch from the remote.
    let lost = repo.id("HEAD:b.txt");
    assert!(!marker.exists());
    fs::remove_file(repo.loose(&lost)).expect("it is loose");
    for command in [&["scan"][..], &["staged"], &["range", "HEAD~1..HEAD"], &["history"]] {
        let run = program::run(&repo.path(), &[command, &["--report", "json"]].concat());
        let ran = fs::read_to_string(&marker).unwrap_or_default();
        assert!(ran.is_empty(), "{command:?} ran {ran}");
        assert_ne!(run.code, 0, "{command:?}: {}", run.err());
        let wanted = usize::from(command[0] != "range");
        assert!(
            findings(&run.json()).len() >= wanted,
            "{command:?} looked: {}",
            run.out()
        );
    }
}

/// A build without the network says so, and does not pretend to have asked.
#[cfg(not(feature = "aws"))]
#[test]
fn what_needs_the_network_is_refused_where_there_is_none() {
    let folder = tempfile::tempdir().expect("a folder");
    for flag in ["--verify", "--verify-with-leaked-key"] {
        let run = common::program::run(folder.path(), &["scan", ".", flag]);
        assert_eq!(run.code, 2);
        assert!(run.err().contains("built without the network"), "{}", run.err());
    }
}

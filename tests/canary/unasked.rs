//! What runs without being asked, and hands what it says to others: CI jobs and hooks.

use std::fs;

use serde_json::json;

use super::common::program;
use super::{Canary, Judge, TempDir, every_format, planted};

/// The job's log, the annotations, the page beside it, what later steps are told, and the report that is collected.
#[test]
fn no_ci_run_tells_a_secret() {
    let canary = Canary::new();
    let judge = Judge::new(&canary);
    let repo = planted(&canary);
    let files = TempDir::new().expect("a temporary folder");
    let file = |name: &str| files.path().join(name).display().to_string();
    let [base, head] = ["HEAD~3", "HEAD"].map(|name| repo.id(name).to_string());
    let event = json!({"before": base, "after": head, "ref": "refs/heads/main",
        "repository": {"default_branch": "main"}});
    fs::write(file("event.json"), event.to_string()).expect("a file");
    let github = [
        ("GITHUB_ACTIONS", "true".to_owned()),
        ("GITHUB_EVENT_NAME", "push".to_owned()),
        ("GITHUB_EVENT_PATH", file("event.json")),
        ("GITHUB_OUTPUT", file("output")),
        ("GITHUB_STEP_SUMMARY", file("page")),
    ];
    let gitlab = [
        ("GITLAB_CI", "true".to_owned()),
        ("CI_PIPELINE_SOURCE", "push".to_owned()),
        ("CI_COMMIT_BRANCH", "main".to_owned()),
        ("CI_DEFAULT_BRANCH", "main".to_owned()),
        ("CI_COMMIT_BEFORE_SHA", base),
        ("CI_COMMIT_SHA", head),
        ("CI_PROJECT_DIR", files.path().display().to_string()),
    ];
    let reports = TempDir::new().expect("a temporary folder");
    let every_format = every_format(reports.path());
    let every_format: Vec<&str> = every_format.iter().map(String::as_str).collect();
    for variables in [&github[..], &gitlab] {
        for way in [&[][..], &["-vv"], &["-q"], &["--all"], &every_format] {
            let what = format!("ci {way:?} {}", variables[0].0);
            let mut command = program::keytrail(&repo.path());
            command.arg("ci").args(way).envs(variables.iter().cloned());
            let run = program::finish(&mut command);
            assert_eq!(run.code, 1, "{what}: {}", run.err());
            judge.run(&what, &run);
        }
        judge.reports(variables[0].0, reports.path(), 500);
    }
    for (name, at_least) in [("output", 10), ("page", 500), ("gl-secret-detection-report.json", 500)] {
        let text = fs::read(file(name)).expect("it was handed over");
        assert!(text.len() > at_least, "{name}");
        judge.bytes(name, &text);
    }
}

#[test]
fn no_hook_tells_a_secret() {
    let canary = Canary::new();
    let judge = Judge::new(&canary);
    let repo = planted(&canary);
    let message = repo.beside("MESSAGE");
    fs::write(&message, canary.text()).expect("a file");
    let message = message.to_str().expect("a plain path");
    let (head, zeros) = (repo.id("HEAD"), "0".repeat(40));
    let pushed = format!("refs/heads/main {head} refs/heads/main {zeros}\n");
    let received = format!("{zeros} {head} refs/heads/main\n");
    // A server that has the objects already, and no ref yet that leads to them.
    let (top, server) = (repo.path(), repo.beside("server.git"));
    repo.git(&["clone", "-q", "--bare", ".", "../server.git"]);
    for name in ["refs/heads/main", "refs/tags/v1"] {
        repo.git_in(&server, &["update-ref", "-d", name]);
    }
    for (folder, hook, input) in [
        (&top, &["pre-commit"][..], ""),
        (&top, &["pre-commit", "src/deep/all.env", "nested.yaml"], ""),
        (&top, &["commit-msg", message], ""),
        (&top, &["pre-push", "origin"], &pushed),
        (&server, &["pre-receive"], &received),
    ] {
        for way in [&[][..], &["-vv", "--min-confidence", "low"], &["--report", "json"]] {
            let arguments = [&["hook", "run"], hook, way].concat();
            let run = program::run_with_input(folder, &arguments, input.as_bytes());
            assert_eq!(run.code, 1, "{arguments:?}: {}", run.err());
            judge.run(&format!("{arguments:?}"), &run);
        }
    }
}

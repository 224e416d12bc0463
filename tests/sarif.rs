//! SARIF as its consumers judge it: the schema, Microsoft's validator, GitHub's upload check, and
//! what none of them sees. `tests/install-tools` installs the validators.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod report_samples;
#[path = "common/shared.rs"]
mod shared;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use keytrail::finding::Severity;
use keytrail::report::{Format, RenderOptions, Report};
use report_samples as samples;
use serde_json::Value;
use shared::shared;

/// GitHub's upload check: the file is refused if it finds anything but odd URIs.
const GITHUB_SCHEMA: &str = "schemas/github-code-scanning-sarif-2.1.0.json";

fn render(report: &Report) -> Vec<u8> {
    Format::Sarif.render(report, &RenderOptions::default())
}

fn run(report: &Report) -> Value {
    let mut log: Value = serde_json::from_slice(&render(report)).unwrap();
    log["runs"][0].take()
}

fn results(run: &Value) -> &[Value] {
    run["results"].as_array().unwrap()
}

fn uri(result: &Value) -> (&str, &str) {
    let location = &result["locations"][0]["physicalLocation"]["artifactLocation"];
    (
        location["uriBaseId"].as_str().unwrap(),
        location["uri"].as_str().unwrap(),
    )
}

fn message(result: &Value) -> &str {
    result["message"]["text"].as_str().unwrap()
}

/// An outside tool below target/tools.
fn tool(path: &str) -> PathBuf {
    let found = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../tools").join(path);
    assert!(found.exists(), "{path} is not installed: run tests/install-tools");
    found
}

/// Writes samples below a folder of the test's own.
fn written(folder: &str, samples: Vec<(&str, Report)>) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(folder);
    std::fs::create_dir_all(&folder).unwrap();
    let write = |(name, report): (&str, Report)| {
        let file = folder.join(format!("{name}.sarif"));
        std::fs::write(&file, render(&report)).unwrap();
        file
    };
    samples.into_iter().map(write).collect()
}

/// The same for tables of keys.
fn key_tables(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(folder);
    std::fs::create_dir_all(&folder).unwrap();
    let write = |(name, log): (&str, Vec<u8>)| {
        let file = folder.join(format!("{name}.sarif"));
        std::fs::write(&file, log).unwrap();
        file
    };
    samples::key_tables().into_iter().map(write).collect()
}

#[test]
fn the_official_schema_takes_every_report() {
    let schema = std::fs::read_to_string(shared("schemas/sarif-schema-2.1.0.json")).unwrap();
    for (name, report) in samples::all() {
        samples::validate(&schema, &[(name, &render(&report))]);
    }
    for (name, log) in samples::key_tables() {
        samples::validate(&schema, &[(name, &log)]);
    }
}

#[test]
fn microsofts_validator_has_no_error_and_no_warning() {
    let multitool = tool("node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool");
    let mut samples = samples::all();
    // It needs 25 s for 6,000 results that are all alike, and does not count them.
    samples.retain(|(_, report)| report.findings.len() < 1_000);
    let mut files = written("multitool", samples);
    files.extend(key_tables("multitool"));
    let verdict = Path::new(env!("CARGO_TARGET_TMPDIR")).join("multitool-verdict.sarif");
    let _ = std::fs::remove_file(&verdict);
    let output = Command::new(multitool)
        .arg("validate")
        .args(&files)
        .args([
            "--rule-kind",
            "Sarif;Ghas",
            "--level",
            "Error;Warning",
            "--log",
            "ForceOverwrite",
            "--output",
        ])
        .arg(&verdict)
        .output()
        .unwrap();
    // Its exit code is 0 whatever it finds, so its own report decides.
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains(&format!("{} files scanned", files.len())), "{said}");
    let verdict: Value = serde_json::from_slice(&std::fs::read(verdict).unwrap()).unwrap();
    let runs = verdict["runs"].as_array().unwrap();
    let complaints: Vec<String> = runs
        .iter()
        .flat_map(results)
        .filter(|result| ["error", "warning"].contains(&result["level"].as_str().unwrap_or("warning")))
        .map(|result| format!("{} {} {}", result["ruleId"], result["message"], result["locations"]))
        .collect();
    assert!(complaints.is_empty(), "{complaints:#?}");
    assert!(!runs.is_empty());
}

#[test]
fn githubs_upload_check_takes_every_report() {
    let modules = tool("node_modules/jsonschema").join("..");
    let mut files = written("github", samples::all());
    files.extend(key_tables("github"));
    let output = Command::new("node")
        .env("NODE_PATH", modules)
        .arg(shared("tools/github_upload_check.js"))
        .arg(shared(GITHUB_SCHEMA))
        .args(&files)
        .output()
        .expect("node is installed");
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let verdicts: Vec<&str> = said.lines().filter(|line| line.contains(".sarif ")).collect();
    assert_eq!(verdicts.len(), files.len(), "{said}");
    for verdict in verdicts {
        assert!(verdict.contains(".sarif ok [] uri-warnings 0"), "{said}");
    }
}

/// The seven things that no validator notices.
#[test]
fn what_no_validator_sees() {
    for (name, report) in samples::all() {
        let run = run(&report);
        for result in results(&run) {
            let prints = &result["partialFingerprints"];
            assert_eq!(prints["keytrailSecret/v1"].as_str().unwrap().len(), 16, "{name}");
            assert!(
                prints.get("primaryLocationLineHash").is_none_or(Value::is_string),
                "{name}"
            );
            assert!(result["suppressions"].is_array(), "{name}: an array on all or on none");
            assert!(result.get("kind").is_none(), "{name}: kind stays `fail`");
            for related in result["relatedLocations"].as_array().into_iter().flatten() {
                assert!(
                    related["id"].is_u64() && related["message"]["text"].is_string(),
                    "{name}"
                );
            }
        }
        for rule in run["tool"]["driver"]["rules"].as_array().unwrap() {
            let properties = &rule["properties"];
            assert!(properties["tags"].as_array().unwrap().len() <= 10, "{name}");
            let severity: f64 = properties["security-severity"].as_str().unwrap().parse().unwrap();
            assert!(severity > 0.0 && severity <= 10.0, "{name}");
        }
        let told = run["invocations"][0]["toolExecutionNotifications"].to_string();
        assert_eq!(
            results(&run).len() > 5_000,
            told.contains("GitHub shows the worst 5000"),
            "{name}"
        );
    }
}

#[test]
fn every_result_has_the_location_that_github_needs() {
    for (name, report) in samples::all() {
        let run = run(&report);
        for result in results(&run) {
            let (base, uri) = uri(result);
            assert!(
                run["originalUriBaseIds"].get(base).is_some(),
                "{name}: {base} is described"
            );
            assert!(
                !uri.is_empty() && !uri.starts_with('/') && !uri.contains(".."),
                "{name}: {uri}"
            );
            assert!(
                uri.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~/%".contains(&b)),
                "{name}: {uri}"
            );
            let region = &result["locations"][0]["physicalLocation"]["region"];
            for key in ["startLine", "startColumn", "endLine", "endColumn"] {
                assert!(region[key].as_u64().is_some_and(|n| n >= 1), "{name}: {key}");
            }
        }
    }
}

#[test]
fn a_secret_has_one_result_for_each_path_and_today_leads() {
    let run = run(&samples::history());
    let moved: Vec<&Value> = results(&run).iter().take(3).collect();
    assert_eq!(uri(moved[0]), ("%SRCROOT%", "src/now.env"));
    assert_eq!(moved[0]["properties"]["state"], "in-tree");
    assert_eq!(moved[0]["relatedLocations"].as_array().unwrap().len(), 3);
    assert_eq!(uri(moved[1]), ("COMMIT_010101010101", "old/gone.env"));
    assert_eq!(moved[1]["properties"]["state"], "history-only");
    assert_eq!(moved[1]["properties"]["commitDate"], "2021-02-04T04:05:06Z");
    assert_eq!(moved[1]["occurrenceCount"], 2);
    assert_eq!(
        uri(moved[2]),
        ("NOT_FILES", &*format!("commits/{}/message", "04".repeat(20)))
    );
    assert_eq!(
        moved[0]["hostedViewerUri"],
        format!("https://github.com/acme/app/blob/{}/src/now.env#L1", "ee".repeat(20))
    );
}

#[test]
fn each_commit_is_mapped_to_its_base() {
    let history = run(&samples::history());
    let entries = history["versionControlProvenance"].as_array().unwrap();
    assert_eq!(entries[0]["mappedTo"]["uriBaseId"], "%SRCROOT%");
    assert_eq!(entries[0]["branch"], "main");
    let mapped: HashSet<&str> = entries
        .iter()
        .map(|e| e["mappedTo"]["uriBaseId"].as_str().unwrap())
        .collect();
    let used: HashSet<&str> = results(&history).iter().map(|result| uri(result).0).collect();
    assert!(used.iter().all(|base| mapped.contains(base)), "{used:?}");

    let lonely = run(&samples::no_remote());
    assert!(lonely.get("versionControlProvenance").is_none());
    assert!(
        results(&lonely)
            .iter()
            .all(|result| !uri(result).0.starts_with("COMMIT_"))
    );
    assert_eq!(results(&lonely)[1]["properties"]["commit"], "01".repeat(20));
}

#[test]
fn a_remote_that_is_not_fit_to_be_published_is_none() {
    for remote in [
        "git@github.com:acme/app.git",
        "/home/ann/app",
        "file:///home/ann",
        "https://u:p@example.com/a",
    ] {
        let mut report = samples::history();
        report.target.remote = Some(remote.to_owned());
        assert!(run(&report).get("versionControlProvenance").is_none(), "{remote}");
    }
}

#[test]
fn two_secrets_of_one_line_differ_in_their_messages() {
    let run = run(&samples::tree());
    let texts: Vec<&str> = results(&run).iter().map(message).collect();
    assert!(
        texts[0].ends_with(" is in 'src/auth.py', line 3, columns 40 to 59."),
        "{}",
        texts[0]
    );
    assert!(
        texts[1].contains("line 3, columns 8 to 27. It is a canary of 'Thinkst'"),
        "{}",
        texts[1]
    );
}

#[test]
fn messages_hold_no_link_and_no_placeholder_but_ours() {
    let run = run(&samples::history());
    let gone = message(&results(&run)[3]);
    assert!(
        gone.contains("'dir [x]\\(1)/{{0}}.env', line 1, columns 5 to 24, since commit 050505050505"),
        "{gone}"
    );
    let moved = message(&results(&run)[0]);
    assert!(
        moved.contains(" It also stands in [old/gone.env](1), [old/gone.env](2), [message of commit"),
        "{moved}"
    );
}

#[test]
fn no_local_path_leaves_the_machine() {
    let mut report = samples::hostile();
    report.faults = samples::incomplete().faults;
    let text = String::from_utf8(render(&report)).unwrap();
    assert!(!text.contains("/home") && !text.contains("ann/"));
    let run = run(&report);
    let uris: Vec<&str> = results(&run).iter().map(|result| uri(result).1).collect();
    assert!(uris.contains(&"app/src/abs.env") && uris.contains(&"a.env"), "{uris:?}");
    assert!(uris.contains(&"new%0Aline") && uris.contains(&"not%FFutf8"), "{uris:?}");
}

#[test]
fn the_worst_results_come_first_and_suppressed_ones_last() {
    let many = run(&samples::many(6_000));
    assert_eq!(results(&many).len(), 6_000);
    assert_eq!(results(&many)[0]["ruleId"], "aws-secret-access-key");
    assert_eq!(uri(&results(&many)[1]).1, "src/0.env");

    let marked = run(&samples::suppressed());
    let kinds: Vec<&str> = results(&marked)
        .iter()
        .map(|r| r["suppressions"][0]["kind"].as_str().unwrap_or("-"))
        .collect();
    assert_eq!(kinds, ["-", "-", "external", "inSource", "external", "external"]);
}

#[test]
fn more_results_than_github_takes_are_cut_and_counted() {
    let run = run(&samples::many(25_001));
    assert_eq!(results(&run).len(), 25_000);
    assert!(run["invocations"][0].to_string().contains("5000 of 25001 results"));
}

#[test]
fn an_incomplete_run_is_no_success() {
    let run = run(&samples::incomplete());
    let invocation = &run["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let notes = invocation["toolExecutionNotifications"].as_array().unwrap();
    let texts: Vec<&str> = notes.iter().map(message).collect();
    assert_eq!(texts[1], "secret\\u{1b}[2J\\xff.env: permission denied");
    assert_eq!(texts[2], "pack-1.pack: the pack is damaged");
    assert_eq!(run["automationDetails"]["id"], "keytrail/tree/");
}

#[test]
fn levels_follow_severities() {
    let wanted = [
        (Severity::Critical, "error"),
        (Severity::High, "error"),
        (Severity::Medium, "warning"),
        (Severity::Low, "note"),
        (Severity::Info, "note"),
    ];
    for (severity, level) in wanted {
        let mut report = samples::tree();
        report.findings[0].severity = severity;
        report.findings.truncate(1);
        assert_eq!(results(&run(&report))[0]["level"], level);
    }
}

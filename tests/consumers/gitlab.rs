//! GitLab: its schema as its authors check it, and what that leaves open.

use std::collections::HashSet;
use std::path::PathBuf;

use keytrail::report::Format;
use serde_json::{Value, json};

use super::common::program;
use super::common::random::Random;
use super::common::repo::TestRepo;
use super::common::shared::shared;
use super::report_samples as samples;
use super::{document, render, said, tool, written};

#[test]
fn gitlabs_schema_takes_every_report_and_refuses_one_without_a_commit() {
    let schema = shared("schemas/gitlab-secret-detection-report.json");
    let check = |files: &[PathBuf]| {
        let mut command = tool("check-jsonschema");
        command.arg("--schemafile").arg(&schema).args(files).output().unwrap()
    };
    let mut files = Vec::new();
    for (name, report) in samples::all() {
        // Six thousand that are all alike tell no more than one.
        if report.findings.len() < 1_000 {
            files.push(written(
                "gitlab",
                &format!("{name}.json"),
                &render(Format::Gitlab, &report),
            ));
        }
    }
    let output = check(&files);
    assert!(output.status.success(), "{}", said(&output));
    let mut bad = document(Format::Gitlab, &samples::tree());
    bad["vulnerabilities"][0]["location"]
        .as_object_mut()
        .unwrap()
        .remove("commit");
    let bad = check(&[written("gitlab", "bad.json", &bad.to_string())]);
    assert!(said(&bad).contains("'commit' is a required property"), "{}", said(&bad));
}

#[test]
fn gitlab_gets_what_its_schema_does_not_ask_for() {
    for (name, report) in samples::all() {
        let document = document(Format::Gitlab, &report);
        let scan = &document["scan"];
        assert_eq!(document["version"], "15.2.4");
        assert_eq!(scan["start_time"], "2021-02-03T04:05:06", "{name}: without a zone");
        let status = if report.complete() { "success" } else { "failure" };
        assert_eq!(scan["status"], status, "{name}");
        let told = scan["messages"].to_string();
        assert_eq!(
            told.contains("Suppressed findings"),
            !report.suppressed.is_empty(),
            "{name}"
        );
        let mut ids = HashSet::new();
        for found in document["vulnerabilities"].as_array().unwrap() {
            assert!(ids.insert(found["id"].to_string()), "{name}: an id twice");
            assert_eq!(found["identifiers"][0]["type"], "keytrail_rule_id", "{name}");
            assert!(found.get("raw_source_code_extract").is_none(), "{name}");
            assert!(!found["name"].to_string().contains("****"), "{name}: of the rule alone");
            let file = found["location"]["file"].as_str().unwrap();
            assert!(!file.starts_with('/') && !file.contains("home"), "{name}: {file}");
        }
    }
    let history = document(Format::Gitlab, &samples::history());
    let sha = |index: usize| history["vulnerabilities"][index]["location"]["commit"]["sha"].clone();
    assert_eq!(sha(0), samples::object(0xee).to_string(), "of today: HEAD's lines");
    assert_eq!(sha(1), samples::object(1).to_string(), "gone: the commit that has it");
}

#[test]
fn gitlabs_report_asks_for_a_commit_before_anything_is_scanned() {
    let repo = TestRepo::new();
    let key = Random::new(7).pair();
    repo.write("a.env", format!("AWS_ACCESS_KEY_ID={}\n", key.id));
    repo.git(&["add", "-A"]);
    for command in ["scan", "staged"] {
        let refused = program::run(&repo.path(), &[command, "--report", "gitlab=gl.json"]);
        assert_eq!(refused.code, 2, "{}", refused.err());
        assert!(refused.err().contains("gitlab-codequality"), "{}", refused.err());
        assert!(!repo.path().join("gl.json").exists());
    }
    let head = repo.commit("none yet").to_string();
    repo.write("b.env", format!("AWS_ACCESS_KEY_ID={}\n", Random::new(8).pair().id));
    repo.git(&["add", "-A"]);
    for command in ["scan", "staged", "history"] {
        let run = program::run(&repo.path(), &[command, "--report", "gitlab"]);
        assert_eq!(run.code, 1, "{command}: {}", run.err());
        for found in run.json()["vulnerabilities"].as_array().unwrap() {
            assert_eq!(found["location"]["commit"]["sha"], head, "{command}");
        }
    }
}

#[test]
fn code_quality_is_what_gitlab_documents() {
    let schema = json!({"type": "array", "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {"type": "object", "required": ["path", "lines"], "properties": {
                "path": {"type": "string", "minLength": 1, "not": {"pattern": "^(/|\\./)"}},
                "lines": {"type": "object", "required": ["begin"], "properties": {
                    "begin": {"type": "integer", "minimum": 1}}}}}
        }
    }});
    for (name, report) in samples::all() {
        let text = render(Format::GitlabCodequality, &report);
        samples::validate(&schema.to_string(), &[(name, text.as_bytes())]);
        let issues: Vec<Value> = serde_json::from_str(&text).unwrap();
        let prints: HashSet<String> = issues.iter().map(|issue| issue["fingerprint"].to_string()).collect();
        assert_eq!(
            prints.len(),
            issues.len(),
            "{name}: each issue is known by its fingerprint"
        );
        let unread = issues.iter().any(|issue| issue["check_name"] == "keytrail-incomplete");
        assert_eq!(unread, !report.complete(), "{name}");
    }
}

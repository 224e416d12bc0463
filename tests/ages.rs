//! The age of found keys, end to end: real repositories, the program, its JSON.
//!
//! Nothing here asks a network. Each interval stands with the evidence that it was made of.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use common::program::{self, Run};
use common::random::Random;
use common::repo::{DAY, FIRST, TestRepo};
use jiff::Timestamp;
use serde_json::{Value, json};

fn time(seconds: i64) -> String {
    Timestamp::from_second(seconds).unwrap().to_string()
}

/// Runs a command in the work tree with a policy, as of so many days after the first commit's time.
fn judged(repo: &TestRepo, command: &[&str], day: i64, more: &[&str]) -> Run {
    let as_of = time(FIRST + day * DAY);
    let flags = ["--as-of", &as_of, "--policy", "cis-v3", "--report", "json"];
    program::run(&repo.path(), &[command, &flags, more].concat())
}

fn history(repo: &TestRepo, day: i64) -> Value {
    let run = judged(repo, &["history"], day, &[]);
    assert_eq!(run.code, 1, "{}", run.err());
    let report = run.json();
    valid(&report);
    report
}

fn valid(report: &Value) {
    let schema = serde_json::from_str(keytrail::report::SCHEMA).unwrap();
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .unwrap();
    let errors: Vec<String> = validator.iter_errors(report).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

/// The age of the finding whose key has this id and that is of this rule.
fn age<'r>(report: &'r Value, rule: &str, id: &str) -> &'r Value {
    let mut findings = program::findings(report).iter();
    let found = findings.find(|finding| finding["rule"] == rule && (id.is_empty() || finding["aws"]["key_id"] == id));
    &found.unwrap_or_else(|| panic!("no {rule} of {id} in {report:#}"))["age"]
}

const ID: &str = "aws-access-key-id";

fn verdicts(age: &Value) -> Vec<&str> {
    let list = age["verdicts"].as_array().unwrap();
    list.iter()
        .map(|verdict| verdict["verdict"].as_str().unwrap())
        .collect()
}

/// Kind, bound and time of each fact.
fn facts(age: &Value) -> Vec<(&str, &str, String)> {
    let list = age["evidence"].as_array().unwrap();
    let text = |fact: &'_ Value, key: &str| fact[key].as_str().unwrap().to_owned();
    list.iter()
        .map(|fact| {
            (
                fact["kind"].as_str().unwrap(),
                fact["bound"].as_str().unwrap(),
                text(fact, "at"),
            )
        })
        .collect()
}

fn made(age: &Value) -> (Value, Value) {
    (age["made"]["earliest"].clone(), age["made"]["latest"].clone())
}

#[test]
fn a_key_replaced_in_history_dates_its_successor() {
    let mut random = Random::new(50);
    let (old, new) = (random.pair(), random.pair());
    let repo = TestRepo::new();
    let text = |id: &str| format!("AWS_ACCESS_KEY_ID={id}\n");
    repo.commit_file("deploy/prod.env", text(&old.id));
    repo.set_clock(FIRST + 99 * DAY);
    let replaced = repo.commit_file("deploy/prod.env", text(&new.id)).short();
    let report = history(&repo, 150);

    let first = age(&report, ID, &old.id);
    assert_eq!(made(first), (Value::Null, json!(time(FIRST + DAY))));
    assert_eq!(first["age_days"], json!({"min": 149, "max": null}));
    assert_eq!(verdicts(first), ["EXPOSED", "EXPIRED"]);
    assert_eq!(facts(first), [("introduced", "made-by", time(FIRST + DAY))]);

    let second = age(&report, ID, &new.id);
    assert_eq!(
        made(second),
        (Value::Null, json!(time(FIRST + 100 * DAY))),
        "a hint is no proof"
    );
    assert_eq!(
        verdicts(second),
        ["EXPOSED", "UNKNOWN_AGE"],
        "history proves no key young"
    );
    assert_eq!(
        facts(second),
        [
            ("introduced", "made-by", time(FIRST + 100 * DAY)),
            ("replaced", "made-since", time(FIRST + DAY)),
        ]
    );
    let source = second["evidence"][1]["source"].as_str().unwrap();
    let expected = format!("commit {replaced} in deploy/prod.env: it replaced {}", old.id);
    assert!(source.starts_with(&expected), "{source}");
    // Old enough some day, whatever its true age.
    assert_eq!(verdicts(age(&history(&repo, 191), ID, &new.id)), ["EXPOSED", "EXPIRED"]);
    assert!(!verdicts(age(&history(&repo, 190), ID, &new.id)).contains(&"EXPIRED"));
}

#[test]
fn create_access_key_output_gives_the_second() {
    let mut random = Random::new(51);
    let key = random.pair();
    let repo = TestRepo::new();
    let created = FIRST - 10 * DAY;
    let output = json!({"AccessKey": {"UserName": "ann", "AccessKeyId": key.id, "Status": "Active",
        "SecretAccessKey": key.secret, "CreateDate": time(created)}});
    repo.commit_file("key.json", format!("{output:#}"));
    let report = history(&repo, 79);
    let exact = age(&report, ID, &key.id);
    assert_eq!(made(exact), (json!(time(created)), json!(time(created))));
    assert_eq!(exact["age_days"], json!({"min": 89, "max": 89}));
    assert_eq!(
        facts(exact),
        [
            ("beside", "made-at", time(created)),
            ("introduced", "made-by", time(FIRST + DAY)),
        ]
    );
    // The secret is of the same key, and so of the same age.
    assert_eq!(age(&report, "aws-secret-access-key", &key.id), exact);
    for (day, expected) in [
        (64, vec!["EXPOSED"]),
        (80, vec!["EXPOSED", "DUE_SOON"]),
        (81, vec!["EXPOSED", "EXPIRED"]),
    ] {
        assert_eq!(verdicts(age(&history(&repo, day), ID, &key.id)), expected, "{day}");
    }
}

#[test]
fn a_presigned_url_shows_that_the_key_was_there() {
    let id = Random::new(52).pair().id;
    let repo = TestRepo::new();
    // 2023-09-05T10:11:12Z
    let signed = 1_693_908_672;
    repo.commit_file(
        "link.txt",
        format!(
            "https://b.s3.amazonaws.com/o?X-Amz-Credential={id}%2F20230905%2Fus-east-1%2Fs3%2Faws4_request\
             &X-Amz-Date=20230905T101112Z&X-Amz-Expires=3600&X-Amz-Signature=00"
        ),
    );
    let report = history(&repo, 2);
    let found = age(&report, ID, &id);
    assert_eq!(made(found), (Value::Null, json!(time(signed))));
    assert_eq!(
        facts(found),
        [
            ("used", "made-by", time(signed)),
            ("introduced", "made-by", time(FIRST + DAY)),
        ]
    );
    assert_eq!(verdicts(found), ["EXPOSED", "UNKNOWN_AGE"]);
}

#[test]
fn a_session_token_says_when_it_was_made_and_has_ended() {
    let mut random = Random::new(53);
    let key = random.pair_with("ASIA");
    let created = FIRST + DAY - 3600;
    let repo = TestRepo::new();
    repo.commit_file(
        ".aws/credentials",
        format!(
            "[default]\naws_access_key_id = {}\naws_secret_access_key = {}\naws_session_token = {}\n",
            key.id,
            key.secret,
            random.session_token(created)
        ),
    );
    let report = history(&repo, 2);
    let found = age(&report, "aws-session-token", "");
    assert_eq!(made(found), (json!(time(created)), json!(time(created))));
    assert_eq!(verdicts(found), ["EXPOSED"], "no rotation policy is for sessions");
    let report = history(&repo, 3);
    for rule in ["aws-session-token", ID] {
        assert_eq!(verdicts(age(&report, rule, "")), ["EXPOSED_INACTIVE"], "{rule}");
    }
}

#[test]
fn the_token_of_a_session_ends_no_long_lived_key() {
    let mut random = Random::new(59);
    let key = random.pair();
    let repo = TestRepo::new();
    repo.commit_file(
        ".aws/credentials",
        format!(
            "[default]\naws_access_key_id = {}\naws_secret_access_key = {}\naws_session_token = {}\n",
            key.id,
            key.secret,
            random.session_token(FIRST - DAY)
        ),
    );
    let report = history(&repo, 50);
    for rule in [ID, "aws-secret-access-key"] {
        let found = age(&report, rule, &key.id);
        assert_eq!(verdicts(found), ["EXPOSED", "UNKNOWN_AGE"], "{rule}");
        assert_eq!(made(found).0, Value::Null, "{rule}");
    }
}

#[test]
fn an_old_id_is_too_old_without_any_history() {
    let id = format!("AKIAI{}", Random::new(54).class("A-Z2-7", 15));
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.env"), format!("AWS_ACCESS_KEY_ID={id}\n")).unwrap();
    let flags = [
        "scan",
        "--policy",
        "cis-v7",
        "--report",
        "json",
        "--as-of",
        "2026-11-22T00:00:00Z",
    ];
    let run = program::run(folder.path(), &flags);
    let report = run.json();
    valid(&report);
    let found = age(&report, ID, &id);
    assert_eq!(made(found), (Value::Null, json!("2019-05-07T00:00:00Z")));
    assert_eq!(
        facts(found),
        [("old-format", "made-by", "2019-05-07T00:00:00Z".to_owned())]
    );
    assert_eq!(verdicts(found), ["EXPOSED", "EXPIRED"]);
}

#[test]
fn without_commits_the_age_is_unknown_and_said_to_be() {
    let key = Random::new(55).pair();
    let repo = TestRepo::new();
    repo.write(
        "a.env",
        format!("AWS_ACCESS_KEY_ID={}\nAWS_SECRET_ACCESS_KEY={}\n", key.id, key.secret),
    );
    repo.git(&["add", "-A"]);
    for command in ["scan", "staged"] {
        let run = judged(&repo, &[command], 1, &[]);
        let report = run.json();
        valid(&report);
        assert_eq!(
            (verdicts(age(&report, ID, &key.id)), run.code),
            (vec!["EXPOSED", "UNKNOWN_AGE"], 1)
        );
    }
    let plain = program::run(&repo.path(), &["scan", "--report", "json"]).json();
    assert_eq!(age(&plain, ID, &key.id), &Value::Null, "nobody asked");
}

#[test]
fn a_range_dates_by_its_commits() {
    let key = Random::new(56).pair();
    let repo = TestRepo::new();
    repo.commit_file("a", "nothing");
    repo.commit_file("b.env", format!("AWS_ACCESS_KEY_ID={}\n", key.id));
    let report = judged(&repo, &["range", "HEAD~1..HEAD"], 100, &[]).json();
    valid(&report);
    let found = age(&report, ID, &key.id);
    assert_eq!(made(found), (Value::Null, json!(time(FIRST + 2 * DAY))));
    assert_eq!(verdicts(found), ["EXPOSED", "EXPIRED"]);
}

#[test]
fn forged_dates_make_no_key_younger() {
    let mut random = Random::new(57);
    let repo = TestRepo::new();
    let mut commit = |author: i64, committer: i64| {
        let id = random.pair().id;
        let file = format!("{id}.env");
        repo.write(&file, format!("AWS_ACCESS_KEY_ID={id}\n"));
        repo.git(&["add", "-A"]);
        repo.set_clock(committer);
        let mut command = repo.command(&repo.path(), &["commit", "-qm", "x"]);
        let status = command
            .env("GIT_AUTHOR_DATE", format!("{author} +0000"))
            .status()
            .unwrap();
        assert!(status.success());
        id
    };
    let rebased = commit(FIRST, FIRST + 100 * DAY);
    let amended = commit(FIRST + 100 * DAY, FIRST);
    let future = commit(FIRST + 900 * DAY, FIRST + 900 * DAY);
    let ancient = commit(100_000_000, FIRST);
    let impossible = commit(100_000_000, 100_000_001);
    let report = history(&repo, 100);
    for id in [&rebased, &amended, &ancient] {
        let found = age(&report, ID, id);
        assert_eq!(made(found), (Value::Null, json!(time(FIRST))));
        assert_eq!(verdicts(found), ["EXPOSED", "EXPIRED"]);
    }
    for id in [&future, &impossible] {
        let found = age(&report, ID, id);
        assert_eq!(made(found), (Value::Null, Value::Null));
        assert_eq!(verdicts(found), ["EXPOSED", "BAD_DATA", "UNKNOWN_AGE"]);
        assert_eq!(found["evidence"], json!([]));
    }
}

#[test]
fn an_inventory_tells_what_a_found_key_is_now() {
    let mut random = Random::new(58);
    let (live, dead) = (random.pair(), random.pair());
    let repo = TestRepo::new();
    repo.commit_file("a.env", format!("AWS_ACCESS_KEY_ID={}\n", live.id));
    repo.commit_file("b.env", format!("AWS_ACCESS_KEY_ID={}\n", dead.id));
    let listed = |id: &str, user: &str, status: &str| json!({"UserName": user, "AccessKeyId": id, "Status": status, "CreateDate": time(FIRST)});
    let keys = json!({"AccessKeyMetadata": [listed(&live.id, "ann", "Active"), listed(&dead.id, "bob", "Inactive")]});
    let used = json!({"UserName": "ann", "AccessKeyLastUsed":
        {"LastUsedDate": time(FIRST + 5 * DAY), "ServiceName": "s3", "Region": "us-east-1"}});
    std::fs::write(repo.beside("keys.json"), format!("{keys}\n{used}\n")).unwrap();
    let from = ["--keys-from", "../keys.json"];
    let run = judged(&repo, &["history"], 10, &from);
    let report = run.json();
    valid(&report);
    let active = age(&report, ID, &live.id);
    assert_eq!(active["age_days"], json!({"min": 10, "max": 10}));
    assert_eq!(verdicts(active), ["EXPOSED"]);
    let says = active["verdicts"][0]["says"].as_str().unwrap();
    assert!(
        says.ends_with("it is active, and was used since: last used on 2023-11-19 (s3, us-east-1)"),
        "{says}"
    );
    assert_eq!(active["evidence"][0]["source"], "keys.json line 1");
    let mut found = program::findings(&report).iter();
    let found = found.find(|finding| finding["aws"]["key_id"] == live.id).unwrap();
    assert_eq!(found["severity"], "high", "its account confirms it");
    assert_eq!(verdicts(age(&report, ID, &dead.id)), ["EXPOSED_INACTIVE", "INACTIVE"]);
    // Verdicts fail a run by themselves, unless the policy says otherwise.
    let fail_on = ["--fail-on", "critical"];
    assert_eq!(judged(&repo, &["history"], 10, &[&from[..], &fail_on].concat()).code, 1);
    std::fs::write(repo.beside("mild.toml"), "version = 1\nfail = []\n").unwrap();
    let mild = ["history", "--policy", "../mild.toml", "--fail-on", "critical"];
    assert_eq!(program::run(&repo.path(), &mild).code, 0);
    // The other formats say it, too.
    let as_of = time(FIRST + 10 * DAY);
    let show = |format: &str| {
        let flags = [
            "history", "-v", "--as-of", &as_of, "--policy", "cis-v3", "--report", format,
        ];
        program::run(&repo.path(), &[&flags[..], &from].concat()).out()
    };
    let human = show("human");
    assert!(human.contains("policy      EXPOSED: found in a.env line 1"), "{human}");
    assert!(
        human.contains("evidence    made on 2023-11-14: keys.json line 1"),
        "{human}"
    );
    let sarif: Value = serde_json::from_str(&show("sarif")).unwrap();
    let mut results = sarif["runs"][0]["results"].as_array().unwrap().iter();
    let result = results.find(|result| result["level"] == "error").unwrap();
    assert!(
        result["message"]["text"]
            .as_str()
            .unwrap()
            .contains(" EXPOSED: found in a.env line 1")
    );
    assert_eq!(result["properties"]["age"]["verdicts"][0]["verdict"], "EXPOSED");
}

#[test]
fn what_is_wrong_ends_the_run_before_anything_is_scanned() {
    let repo = TestRepo::new();
    repo.write("bad.toml", "version = 1\n[defaults]\nmax_age = 3\n");
    repo.write("bad.csv", "user,arn,access_key_1_active\n");
    for (flags, expected) in [
        (["--policy", "bad.toml"], "line 3: max_age: there is no such key"),
        (["--policy", "cis-v9"], "name a policy file, or one of cis-v1.4"),
        (
            ["--keys-from", "bad.csv"],
            "line 1: there is no column access_key_1_last_rotated",
        ),
        (["--keys-from", "none.csv"], "none.csv: it cannot be read"),
    ] {
        let run = program::run(&repo.path(), &[&["scan"][..], &flags].concat());
        assert_eq!((run.code, run.out().as_str()), (2, ""));
        assert!(run.err().contains(expected), "{}", run.err());
    }
    let schema = program::run(&repo.path(), &["schema", "policy"]);
    assert_eq!(
        (schema.code, schema.out().as_str()),
        (0, keytrail::keys::policy::SCHEMA)
    );
}

#[test]
fn a_stale_report_makes_a_run_incomplete() {
    let repo = TestRepo::new();
    repo.write("a.txt", "nothing\n");
    let header = "user,arn,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,\
                  access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date";
    let report = json!({"Content": data_encoding::BASE64.encode(header.as_bytes()), "GeneratedTime": time(FIRST)});
    std::fs::write(repo.beside("report.json"), report.to_string()).unwrap();
    let from = ["--keys-from", "../report.json"];
    assert_eq!(judged(&repo, &["scan"], 1, &from).code, 0);
    let stale = judged(&repo, &["scan"], 2, &from);
    assert_eq!(stale.code, 2);
    assert!(
        stale.out().contains("the report was made 48 hours before"),
        "{}",
        stale.out()
    );
}

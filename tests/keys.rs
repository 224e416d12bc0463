//! `keytrail keys`, end to end: inventory files and real repositories with planted keys.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;
#[path = "keys/html.rs"]
mod html;
#[path = "keys/live.rs"]
mod live;

use std::fs;

use common::account::{AS_OF, Account, lines, time};
use common::program::{self, Run};
use common::repo::{DAY, FIRST, TestRepo};
use serde_json::{Value, json};

fn keys(repo: &TestRepo, account: &Account, more: &[&str]) -> Run {
    let mut arguments = vec!["keys".to_owned()];
    arguments.extend(account.flags());
    arguments.extend(more.iter().map(|&word| word.to_owned()));
    program::run(&repo.path(), &arguments)
}

fn valid(report: &Value) {
    let schema = serde_json::from_str(keytrail::report::keys::SCHEMA).unwrap();
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .unwrap();
    let errors: Vec<String> = validator.iter_errors(report).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

fn row<'r>(report: &'r Value, id: &str) -> &'r Value {
    let mut rows = report["keys"].as_array().unwrap().iter();
    rows.find(|row| row["key_id"] == id)
        .unwrap_or_else(|| panic!("no {id} in {report:#}"))
}

fn verdicts(row: &Value) -> Vec<&str> {
    let list = row["age"]["verdicts"].as_array().unwrap();
    list.iter()
        .map(|verdict| verdict["verdict"].as_str().unwrap())
        .collect()
}

/// A repository with a live key in HEAD, an inactive one in history, one of a stranger and one that no list has.
struct Planted {
    repo: TestRepo,
    account: Account,
    live: String,
    gone: String,
    idle: String,
    stranger: String,
    unlisted: String,
    commit: String,
}

fn planted() -> Planted {
    let mut account = Account::new(70);
    let live = account.key("deploy", 250, "Active", Some(2));
    let gone = account.key("old-ci", 240, "Inactive", Some(198));
    let idle = account.key("backup", 210, "Active", Some(199));
    account.key("ann", 20, "Active", Some(1));
    let unlisted = account.unlisted();
    let stranger = common::random::Random::new(71).pair();
    let repo = TestRepo::new();
    repo.commit_file("README", "none\n");
    let commit = repo.commit_file("deploy/prod.env", lines(&live)).to_string();
    repo.commit_file("ci.env", lines(&gone));
    repo.git(&["rm", "-q", "ci.env"]);
    repo.commit("remove");
    repo.commit_file("idle.env", format!("id {}\n", idle.id));
    repo.commit_file("vendor.env", lines(&stranger));
    repo.commit_file("lost.env", lines(&unlisted));
    repo.git(&["tag", "v1"]);
    Planted {
        repo,
        account,
        live: live.id,
        gone: gone.id,
        idle: idle.id,
        stranger: stranger.id,
        unlisted: unlisted.id,
        commit,
    }
}

#[test]
fn live_keys_in_git_are_joined_with_their_account() {
    let world = planted();
    let run = keys(&world.repo, &world.account, &["--repo", ".", "--report", "json"]);
    assert_eq!(run.code, 1, "{}", run.err());
    let report = run.json();
    valid(&report);
    assert_eq!(report["policy"]["name"], "cis-v3");
    assert_eq!(report["policy"]["by_default"], true);
    assert_eq!(report["keys"].as_array().unwrap().len(), 6);

    let live = row(&report, &world.live);
    assert_eq!(
        (&live["user"], &live["status"], &live["known"]),
        (&json!("deploy"), &json!("active"), &json!("key"))
    );
    assert_eq!(verdicts(live), ["EXPOSED", "EXPIRED"]);
    let leak = &live["leak"];
    assert_eq!(leak["since"], json!(time(FIRST + 2 * DAY)));
    assert_eq!(leak["commit"], json!(world.commit));
    assert_eq!(leak["place"], "deploy/prod.env");
    assert_eq!(
        (&leak["used_since"], &leak["with_secret"]),
        (&json!(true), &json!(true))
    );
    assert_eq!(leak["state"], "in-tree");
    assert_eq!(leak["refs"], json!(["refs/heads/main", "refs/tags/v1"]));

    let gone = row(&report, &world.gone);
    assert_eq!(verdicts(gone), ["EXPOSED_INACTIVE", "INACTIVE"]);
    assert_eq!(
        (&gone["group"], &gone["leak"]["state"]),
        (&json!("watch"), &json!("history-only"))
    );
    assert_eq!(gone["leak"]["used_since"], false, "it was used a day before it leaked");

    let idle = row(&report, &world.idle);
    assert_eq!(
        (&idle["leak"]["used_since"], &idle["leak"]["with_secret"]),
        (&json!(false), &json!(false))
    );

    let stranger = row(&report, &world.stranger);
    assert_eq!(
        (&stranger["status"], &stranger["known"]),
        (&json!("unknown"), &json!("nothing"))
    );
    let unlisted = row(&report, &world.unlisted);
    assert_eq!(
        (&unlisted["known"], &unlisted["user"]),
        (&json!("account"), &Value::Null)
    );
    // The worst first: active and used since leads.
    assert_eq!(report["keys"][0]["key_id"], json!(world.live));
    assert_eq!(report["keys"][5]["user"], "ann");
    assert_eq!(report["stats"]["used_since_leak"], 1);
    assert_eq!(report["stats"]["leaked"], 5);
}

#[test]
fn an_earlier_report_gives_the_same_table() {
    let world = planted();
    let scan = program::run(
        &world.repo.path(),
        &[
            "history",
            "--report",
            "json=scan.json",
            "--report",
            "jsonl=scan.jsonl",
            "--as-of",
            &time(AS_OF),
        ],
    );
    assert_eq!(scan.code, 1, "{}", scan.err());
    let now = keys(&world.repo, &world.account, &["--repo", ".", "--report", "json"]).json();
    for file in ["scan.json", "scan.jsonl"] {
        let run = keys(&world.repo, &world.account, &["--findings", file, "--report", "json"]);
        assert_eq!(run.code, 1, "{}", run.err());
        assert_eq!(run.json(), now, "{file}");
    }
    // Neither needs an inventory.
    let alone = program::run(
        &world.repo.path(),
        &["keys", "--findings", "scan.json", "--report", "json"],
    );
    assert_eq!(alone.code, 1, "{}", alone.err());
    valid(&alone.json());
}

#[test]
fn an_account_list_makes_strangers_foreign() {
    let world = planted();
    world.repo.write(
        "policy.toml",
        "version = 1\nextends = \"cis-v3\"\n[accounts]\nallow = [\"123456789012\"]\n",
    );
    let run = keys(
        &world.repo,
        &world.account,
        &["--repo", ".", "--policy", "policy.toml", "--report", "json"],
    );
    let report = run.json();
    assert_eq!(verdicts(row(&report, &world.stranger)), ["FOREIGN"]);
    assert_eq!(report["policy"]["by_default"], false);
}

#[test]
fn people_read_the_worst_first() {
    let world = planted();
    let run = keys(&world.repo, &world.account, &["--repo", "."]);
    let text = run.out();
    assert!(
        text.starts_with("Found in code, and not known to be dead (4)\n"),
        "{text}"
    );
    let first = text.lines().nth(2).unwrap();
    assert!(
        first.contains("deploy") && first.contains(&world.live) && first.contains("250 d"),
        "{first}"
    );
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    assert!(
        text.contains("policy      cis-v3 (the default; --policy names another)"),
        "{text}"
    );
    assert!(
        text.contains("found       5 in code; 2 of them active, 1 used since"),
        "{text}"
    );
    let quiet = keys(&world.repo, &world.account, &["--repo", ".", "-q"]).out();
    assert_eq!(quiet.lines().count(), 4, "{quiet}");
    assert!(
        quiet.starts_with(&format!("123456789012 deploy {}: EXPOSED, EXPIRED\n", world.live)),
        "{quiet}"
    );
}

#[test]
fn the_verdicts_decide_how_it_ends() {
    let mut account = Account::new(72);
    account.key("ann", 20, "Active", Some(1));
    let repo = TestRepo::new();
    assert_eq!(keys(&repo, &account, &[]).code, 0);
    account.key("bob", 91, "Active", Some(1));
    assert_eq!(keys(&repo, &account, &[]).code, 1);
    assert_eq!(keys(&repo, &account, &["--exit-zero"]).code, 0);
    assert_eq!(
        keys(&repo, &account, &["--policy", "trusted-advisor", "--report", "json"]).json()["policy"]["name"],
        "trusted-advisor"
    );
    // A last use that belongs to no key makes the inventory incomplete.
    account.write(
        "stray.json",
        &json!({"UserName": "nobody", "AccessKeyLastUsed": {"LastUsedDate": time(AS_OF), "ServiceName": "s3", "Region": "x"}}).to_string(),
    );
    let run = keys(&repo, &account, &["--exit-zero", "--report", "json"]);
    assert_eq!(run.code, 2, "{}", run.err());
    assert_eq!(run.json()["complete"], false);
    assert!(run.err().contains("incomplete: stray.json"), "{}", run.err());
    let nothing = program::run(&repo.path(), &["keys"]);
    assert_eq!(nothing.code, 2);
    assert!(
        nothing.err().contains("nothing says which keys there are"),
        "{}",
        nothing.err()
    );
}

#[test]
fn a_spreadsheet_runs_nothing() {
    let mut account = Account::new(73);
    for user in ["=cmd|'/c calc'!A1", "+1", "-1", "@SUM(1)", "a,\"b\"", "\t=1"] {
        account.key(user, 20, "Active", Some(1));
    }
    let repo = TestRepo::new();
    let run = keys(&repo, &account, &["--report", "csv"]);
    assert_eq!(run.code, 0, "{}", run.err());
    let mut reader = csv::ReaderBuilder::new().from_reader(&run.stdout[..]);
    let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(records.len(), 6);
    for record in &records {
        assert_eq!(record.len(), 27);
        for cell in record {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell}");
        }
    }
    let users: Vec<&str> = records.iter().map(|record| &record[1]).collect();
    assert!(
        users.contains(&"'=cmd|'/c calc'!A1") && users.contains(&"a,\"b\""),
        "{users:?}"
    );
}

#[test]
fn a_report_that_cannot_be_used_says_where_and_quotes_nothing() {
    let world = planted();
    program::run(
        &world.repo.path(),
        &["history", "--report", "json=scan.json", "--report", "jsonl=scan.jsonl"],
    );
    let good = fs::read_to_string(world.repo.path().join("scan.json")).unwrap();
    let password = "hunter2-hunter2-hunter2";
    let cases: &[(&str, String, &str)] = &[
        (
            "newer",
            good.replacen("\"schema_version\": 1", "\"schema_version\": 2", 1),
            "this keytrail knows 1",
        ),
        (
            "no report",
            format!("{{\"password\": \"{password}\"}}"),
            "missing field `schema_version`",
        ),
        (
            "no JSON",
            format!("password={password}"),
            "line 1, column 1: this is no JSON",
        ),
        ("cut off", good[..good.len() / 2].to_owned(), "the file was cut off"),
        (
            "another type",
            good.replacen("\"more_refs\": 0", &format!("\"more_refs\": \"{password}\""), 1),
            "expected u64",
        ),
        (
            "another word",
            good.replacen("\"state\": \"in-tree\"", &format!("\"state\": \"{password}\""), 1),
            "state: it is not known",
        ),
        (
            "a wrong id",
            good.replacen("\"key_id\": \"AKIA", "\"key_id\": \"$(id) AKIA", 1),
            "aws.key_id: that is no access key id",
        ),
        (
            "deep",
            format!("{{\"schema_version\":1,\"findings\":{}", "[".repeat(100_000)),
            "line 1",
        ),
        ("empty", String::new(), "the file was cut off"),
    ];
    for (what, text, expected) in cases {
        world.repo.write("bad.json", text);
        let run = keys(&world.repo, &world.account, &["--findings", "bad.json"]);
        assert_eq!(run.code, 2, "{what}: {}", run.out());
        let said = run.err();
        assert!(
            said.contains("--findings bad.json: it cannot be used") && said.contains(expected),
            "{what}: {said}"
        );
        assert!(said.contains("hint: make it anew"), "{what}: {said}");
        assert!(!said.contains("hunter2"), "{what}: {said}");
    }
    let missing = keys(&world.repo, &world.account, &["--findings", "none.json"]);
    assert!(
        missing.code == 2 && missing.err().contains("it cannot be read"),
        "{}",
        missing.err()
    );
    // JSON lines without their last one were cut off: what there is counts, and the run is incomplete.
    let lines = fs::read_to_string(world.repo.path().join("scan.jsonl")).unwrap();
    let cut = lines.trim_end().rsplit_once('\n').unwrap().0;
    world.repo.write("cut.jsonl", cut);
    let run = keys(&world.repo, &world.account, &["--findings", "cut.jsonl", "--exit-zero"]);
    assert_eq!(run.code, 2);
    assert!(
        run.out().contains("INCOMPLETE") && run.out().contains("its last line is missing"),
        "{}",
        run.out()
    );
}

#[test]
fn a_report_is_written_whole_or_not_at_all() {
    let world = planted();
    let run = keys(
        &world.repo,
        &world.account,
        &["--report", "html=none/out.html", "--report", "json=out.json"],
    );
    assert_eq!(run.code, 2);
    assert!(
        run.err().contains("the report's folder does not exist"),
        "{}",
        run.err()
    );
    assert!(!world.repo.path().join("out.json").exists());
    let unknown = keys(&world.repo, &world.account, &["--report", "jsonl"]);
    assert!(
        unknown.err().contains("human, json, csv, sarif, html"),
        "{}",
        unknown.err()
    );
}

#[test]
fn the_schema_is_published() {
    let repo = TestRepo::new();
    let run = program::run(&repo.path(), &["schema", "keys"]);
    assert_eq!((run.code, run.out().as_str()), (0, keytrail::report::keys::SCHEMA));
}

#[test]
fn sarif_points_to_code_or_to_the_inventory() {
    let world = planted();
    let log = keys(&world.repo, &world.account, &["--repo", ".", "--report", "sarif"]).json();
    let run = &log["runs"][0];
    assert_eq!(run["automationDetails"]["id"], "keytrail/keys/");
    let results = run["results"].as_array().unwrap();
    let place = |result: &Value| {
        let at = &result["locations"][0]["physicalLocation"]["artifactLocation"];
        (
            at["uriBaseId"].as_str().unwrap().to_owned(),
            at["uri"].as_str().unwrap().to_owned(),
        )
    };
    let of = |id: &str| {
        results
            .iter()
            .find(|result| result["properties"]["keyId"] == id)
            .unwrap()
    };
    assert_eq!(
        place(of(&world.live)),
        ("%SRCROOT%".to_owned(), "deploy/prod.env".to_owned())
    );
    assert_eq!(of(&world.live)["properties"]["commit"], json!(world.commit));
    assert_eq!(of(&world.live)["level"], "error");
    let alone = keys(&world.repo, &world.account, &["--report", "sarif"]).json();
    let first = &alone["runs"][0]["results"][0];
    assert_eq!(place(first), ("INVENTORY".to_owned(), "keys.json".to_owned()));
}

//! What is reported and not shouted: what has ended, what a package manager brought, what names a caller.

mod common;

use std::path::Path;

use common::program::{findings, run};
use common::random::{Pair, Random};
use common::repo::TestRepo;
use serde_json::Value;

/// A time at which sessions that `CREATED` began have ended.
const NOW: &str = "2026-06-01T00:00:00Z";
const CREATED: i64 = 1_767_323_045;

fn report(folder: &Path) -> Value {
    let flags = [
        "scan",
        ".",
        "--report",
        "json",
        "--min-confidence",
        "low",
        "--as-of",
        NOW,
    ];
    run(folder, &flags).json()
}

/// Rule and confidence of everything found at a path, sorted.
fn found<'r>(report: &'r Value, path: &str) -> Vec<(&'r str, &'r str)> {
    let at_path = |finding: &&Value| {
        finding["occurrences"]
            .as_array()
            .expect("a list")
            .iter()
            .any(|o| o["path"] == path)
    };
    let text = |value: &'r Value| value.as_str().expect("a text");
    let mut found: Vec<_> = findings(report)
        .iter()
        .filter(at_path)
        .map(|finding| (text(&finding["rule"]), text(&finding["confidence"])))
        .collect();
    found.sort_unstable();
    found
}

fn presigned(key: &Pair, token: &str) -> String {
    let escaped = token.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    format!(
        "https://b.s3.amazonaws.com/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={}%2F20260102%2Fus-east-2%2Fs3%2F\
         aws4_request&X-Amz-Date=20260102T030405Z&X-Amz-Expires=600&X-Amz-Security-Token={escaped}\n",
        key.id
    )
}

#[test]
fn what_is_left_of_an_ended_session_is_doubted_unless_its_secret_key_is_there() {
    let mut random = Random::new(71);
    let repo = TestRepo::new();
    let (alone, whole) = (random.pair_with("ASIA"), random.pair_with("ASIA"));
    let token = random.session_token(CREATED);
    repo.write(
        "answer.json",
        format!("{{\"Location\": \"{}\"}}", presigned(&alone, &token).trim()),
    );
    let token = random.session_token(CREATED);
    repo.write(
        "session.ini",
        format!(
            "[s]\naws_access_key_id = {}\naws_secret_access_key = {}\naws_session_token = {token}\n",
            whole.id, whole.secret
        ),
    );
    let report = report(&repo.path());
    let remnants = [("aws-access-key-id", "low"), ("aws-session-token", "low")];
    assert_eq!(found(&report, "answer.json"), remnants);
    let credential = [
        ("aws-access-key-id", "high"),
        ("aws-secret-access-key", "high"),
        ("aws-session-token", "high"),
    ];
    assert_eq!(found(&report, "session.ini"), credential);
}

#[test]
fn an_ended_session_that_tests_keep_is_doubted_and_one_that_goes_on_or_a_lasting_key_is_not() {
    let mut random = Random::new(78);
    let repo = TestRepo::new();
    let keys = |key: &Pair| {
        format!(
            "aws_access_key_id = {}\naws_secret_access_key = {}\n",
            key.id, key.secret
        )
    };
    let session = |key: &Pair, token: &str| format!("[s]\n{}aws_session_token = {token}\n", keys(key));
    let (ended, open, lasting) = (random.pair_with("ASIA"), random.pair_with("ASIA"), random.pair());
    let token = random.session_token(CREATED);
    repo.write("tests/data/ended.ini", session(&ended, &token));
    let token = random.session_token(CREATED + 400 * 86_400);
    repo.write("tests/data/open.ini", session(&open, &token));
    repo.write("tests/data/lasting.ini", keys(&lasting));
    let report = report(&repo.path());
    let all =
        |confidence| ["aws-access-key-id", "aws-secret-access-key", "aws-session-token"].map(|id| (id, confidence));
    assert_eq!(found(&report, "tests/data/ended.ini"), all("low"));
    assert_eq!(found(&report, "tests/data/open.ini"), all("high"));
    assert_eq!(found(&report, "tests/data/lasting.ini"), all("high")[..2]);
}

#[test]
fn a_line_of_a_password_file_is_doubted_in_a_text_for_people() {
    let mut random = Random::new(79);
    let repo = TestRepo::new();
    let hash = format!(
        "kim:$apr1${}${}\n",
        random.class("a-z", 8),
        random.class("a-zA-Z0-9", 22)
    );
    repo.write("docs/setup.md", format!("Write this:\n\n    {hash}"));
    repo.write("etc/users", hash.replace("kim", "ann"));
    let report = report(&repo.path());
    let found: Vec<_> = findings(&report)
        .iter()
        .map(|finding| (&finding["rule"], &finding["confidence"]))
        .collect();
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found.iter().all(|(rule, _)| *rule == "password-file-hash"));
    let sure = |path: &str| self::found(&report, path)[0].1;
    assert_eq!((sure("docs/setup.md"), sure("etc/users")), ("low", "medium"));
}

#[test]
fn what_a_comment_shows_is_doubted() {
    let mut random = Random::new(80);
    let repo = TestRepo::new();
    let password = random.class("a-z0-9", 14);
    repo.write(
        "lib/user.rb",
        format!("  #   user.update(password: \"{password}\") # => true\n"),
    );
    let password = random.class("a-z0-9", 14);
    repo.write(
        "lib/admin.rb",
        format!("  user.update(password: \"{password}\") # => true\n"),
    );
    let report = report(&repo.path());
    assert_eq!(found(&report, "lib/user.rb"), [("generic-password", "low")]);
    assert_eq!(found(&report, "lib/admin.rb"), [("generic-password", "high")]);
}

#[test]
fn a_session_that_goes_on_is_not_doubted() {
    let mut random = Random::new(72);
    let repo = TestRepo::new();
    let key = random.pair_with("ASIA");
    let token = random.session_token(CREATED + 400 * 86_400);
    repo.write("answer.txt", presigned(&key, &token));
    let open = [("aws-access-key-id", "high"), ("aws-session-token", "high")];
    assert_eq!(found(&report(&repo.path()), "answer.txt"), open);
}

#[test]
fn a_record_of_a_call_names_a_session_and_a_lasting_key_stays() {
    let mut random = Random::new(73);
    let repo = TestRepo::new();
    let record =
        |id: &str| format!("{{\"userIdentity\": {{\"principalId\": \"AROA:a\", \"accessKeyId\": \"{id}\"}}}}\n");
    repo.write("session.json", record(&random.pair_with("ASIA").id));
    repo.write("user.json", record(&random.pair().id));
    let report = report(&repo.path());
    assert_eq!(found(&report, "session.json"), [("aws-access-key-id", "low")]);
    assert_eq!(found(&report, "user.json"), [("aws-access-key-id", "high")]);
}

#[test]
fn a_list_of_keys_in_tests_names_them_and_a_pair_stays() {
    let mut random = Random::new(75);
    let repo = TestRepo::new();
    let (listed, kept, paired) = (random.pair(), random.pair(), random.pair());
    let entry = |id: &str| format!("{{\"UserName\": \"ann\", \"Status\": \"Active\", \"AccessKeyId\": \"{id}\"}}\n");
    repo.write("tests/data/list.json", entry(&listed.id));
    repo.write("keys.json", entry(&kept.id));
    repo.write(
        "tests/data/pair.json",
        entry(&paired.id) + &format!("aws_secret_access_key = {}\n", paired.secret),
    );
    let report = report(&repo.path());
    assert_eq!(found(&report, "tests/data/list.json"), [("aws-access-key-id", "low")]);
    assert_eq!(found(&report, "keys.json"), [("aws-access-key-id", "high")]);
    let pair = [("aws-access-key-id", "high"), ("aws-secret-access-key", "high")];
    assert_eq!(found(&report, "tests/data/pair.json"), pair);
}

#[test]
fn a_password_that_a_package_brought_is_doubted_and_a_key_is_not() {
    let mut random = Random::new(74);
    let repo = TestRepo::new();
    let (shared, theirs) = (random.class("a-z0-9", 14), random.class("a-z0-9", 14));
    let key = random.pair();
    let line = |password: &str| format!("db_password = \"{password}\"\n");
    repo.write("src/settings.py", line(&shared));
    let package = "venv/lib/python3.11/site-packages/store";
    repo.write(&format!("{package}/settings.py"), line(&shared) + &line(&theirs));
    repo.write(
        &format!("{package}/a.ini"),
        format!(
            "aws_access_key_id = {}\naws_secret_access_key = {}\n",
            key.id, key.secret
        ),
    );
    let report = report(&repo.path());
    assert_eq!(found(&report, "src/settings.py"), [("generic-password", "high")]);
    assert_eq!(
        found(&report, &format!("{package}/settings.py")),
        [("generic-password", "low"); 2]
    );
    let pair = [("aws-access-key-id", "high"), ("aws-secret-access-key", "high")];
    assert_eq!(found(&report, &format!("{package}/a.ini")), pair);
}

#[test]
fn a_password_made_up_for_tests_is_doubted_and_a_drawn_secret_is_not() {
    let mut random = Random::new(76);
    let repo = TestRepo::new();
    let login = random.class("a-z", 8);
    let (drawn, key) = (random.class("A-Za-z0-9", 40), random.pair());
    let weak = format!("user.login('kim', password='mypassword')\n\n\nmachine a.net login kim password {login}\n");
    repo.write("src/login.py", &weak);
    repo.write("src/tests/login.py", &weak);
    repo.write(
        "src/tests/secrets.py",
        format!(
            "client_secret = '{drawn}'\n\n\naws_access_key_id = '{}'\naws_secret_access_key = '{}'\n",
            key.id, key.secret
        ),
    );
    let report = report(&repo.path());
    let sure = [("generic-password", "medium"), ("netrc-password", "medium")];
    let unsure = [("generic-password", "low"), ("netrc-password", "low")];
    assert_eq!(found(&report, "src/login.py"), sure);
    assert_eq!(found(&report, "src/tests/login.py"), unsure);
    let secrets = [
        ("aws-access-key-id", "high"),
        ("aws-secret-access-key", "high"),
        ("high-entropy-secret", "high"),
    ];
    assert_eq!(found(&report, "src/tests/secrets.py"), secrets);
}

#[test]
fn folders_on_the_way_to_what_is_scanned_say_nothing_of_it() {
    let mut random = Random::new(77);
    let repo = TestRepo::new();
    let line = format!("machine a.net login kim password {}\n", random.class("a-z", 8));
    repo.write("tests/home/setup.txt", line);
    let confidence = |root: &str| {
        let report = run(
            &repo.path(),
            &["scan", root, "--report", "json", "--min-confidence", "low"],
        )
        .json();
        findings(&report)[0]["confidence"].as_str().map(str::to_owned)
    };
    let elsewhere = repo.path().join("tests/home");
    let elsewhere = elsewhere.to_str().expect("a path of text");
    assert_eq!(confidence(elsewhere).as_deref(), Some("medium"));
    assert_eq!(confidence("tests/home").as_deref(), Some("low"));
}

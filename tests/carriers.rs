//! Rules for certain files: a finding stands where the file's name says so, and nowhere else, whatever reads it.

mod common;

use std::fs;
use std::path::Path;

use common::program::{findings, run, run_with_input};
use common::random::Random;
use common::repo::TestRepo;
use serde_json::Value;

/// Rule, confidence and path, with the member, of every place in a report.
fn places(report: &Value) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let mut places: Vec<_> = findings(report)
        .iter()
        .flat_map(|finding| {
            let occurrences = finding["occurrences"].as_array().expect("a list");
            occurrences.iter().map(|occurrence| {
                let member = occurrence["member"].as_str().map(|member| format!("!{member}"));
                let path = text(&occurrence["path"]) + &member.unwrap_or_default();
                (text(&finding["rule"]), text(&finding["confidence"]), path)
            })
        })
        .collect();
    places.sort();
    places
}

fn report(folder: &Path, arguments: &[&str]) -> Vec<(String, String, String)> {
    let all = [arguments, &["--report", "json", "--min-confidence", "low"]].concat();
    places(&run(folder, &all).json())
}

fn place(rule: &str, confidence: &str, path: &str) -> (String, String, String) {
    (rule.to_owned(), confidence.to_owned(), path.to_owned())
}

fn pgpass(random: &mut Random) -> String {
    format!("db.corp.net:5432:app:kim:{}\n", random.class("a-z0-9", 9))
}

#[test]
fn a_file_is_known_by_its_name() {
    let repo = TestRepo::new();
    let mut random = Random::new(1);
    let line = pgpass(&mut random);
    for path in ["home/.pgpass", "home/notes.txt", "pgpass.md"] {
        repo.write(path, &line);
    }
    let key = random.class("0-9a-f", 32) + "\n";
    for path in ["config/master.key", "config/credentials/production.key", "sums/old.key"] {
        repo.write(path, &key);
    }
    let variables = format!("DB_PASSWORD={}\n", random.class("a-z", 8));
    for path in [".env", ".env.production", ".env.example", "env.txt"] {
        repo.write(path, &variables);
    }
    let high = "high";
    // A password may be known by its name alone, wherever it stands: that is another matter.
    let mut found = report(&repo.path(), &["scan", "."]);
    found.retain(|(rule, ..)| !rule.starts_with("generic-"));
    assert_eq!(
        found,
        [
            place("dotenv-password", "medium", ".env"),
            place("dotenv-password", "medium", ".env.production"),
            place("pgpass-password", high, "home/.pgpass"),
            place("rails-master-key", high, "config/credentials/production.key"),
            place("rails-master-key", high, "config/master.key"),
        ]
    );
}

#[test]
fn history_knows_the_name_only_later() {
    let repo = TestRepo::new();
    let mut random = Random::new(2);
    let (kept, dropped) = (pgpass(&mut random), pgpass(&mut random));
    repo.commit_file("notes.txt", &kept);
    repo.commit_file("other.txt", &dropped);
    repo.commit_file("home/.pgpass", &kept);
    fs::remove_file(repo.path().join("home/.pgpass")).expect("it was written");
    repo.commit("gone");
    repo.git(&["gc", "-q"]);
    let wanted = [place("pgpass-password", "high", "home/.pgpass")];
    assert_eq!(report(&repo.path(), &["history"]), wanted);
    assert_eq!(report(&repo.path(), &["history", "--no-delta"]), wanted);
    let range = report(&repo.path(), &["range", "HEAD~2..HEAD"]);
    assert_eq!(range, wanted);
    repo.write("home/pgpass", &kept);
    repo.write("home/x", &kept);
    repo.git(&["add", "-A"]);
    let staged = [place("pgpass-password", "high", "home/pgpass")];
    assert_eq!(report(&repo.path(), &["staged"]), staged);
}

#[test]
fn without_a_name_it_is_of_low_confidence() {
    let repo = TestRepo::new();
    let line = pgpass(&mut Random::new(3));
    let arguments = ["scan", "-", "--report", "json", "--min-confidence", "low"];
    let found = run_with_input(&repo.path(), &arguments, line.as_bytes()).json();
    assert_eq!(places(&found), [place("pgpass-password", "low", "-")]);
    // A blob that no tree names.
    repo.commit_file("a.txt", "nothing");
    repo.hash_object("blob", line.as_bytes());
    assert_eq!(
        report(&repo.path(), &["history"]),
        [place("pgpass-password", "low", "")]
    );
}

#[test]
fn a_place_is_one_rules_alone() {
    let repo = TestRepo::new();
    let token = Random::new(4).class("A-Za-z0-9", 36);
    let line = format!("API_TOKEN={token}\n");
    repo.write(".env", &line);
    repo.write("run.sh", &line);
    assert_eq!(
        report(&repo.path(), &["scan", "."]),
        [
            place("dotenv-password", "medium", ".env"),
            place("high-entropy-secret", "high", "run.sh"),
        ]
    );
}

#[test]
fn a_member_of_an_archive_is_known_by_its_own_name() {
    let repo = TestRepo::new();
    let mut random = Random::new(5);
    let (line, token) = (pgpass(&mut random), random.class("A-Za-z0-9", 36));
    let token = format!("API_TOKEN={token}\n");
    let members = [
        ("home/.pgpass", line.as_bytes()),
        ("notes.txt", line.as_bytes()),
        ("run.sh", token.as_bytes()),
        (".env", token.as_bytes()),
    ];
    let Some(archive) = common::archive::zip(&members) else {
        return;
    };
    fs::write(repo.path().join("backup.zip"), &archive).expect("a file");
    fs::write(repo.path().join(".env.zip"), &archive).expect("a file");
    let wanted = |archive: &str| {
        [
            ("dotenv-password", "medium", format!("{archive}!.env")),
            ("high-entropy-secret", "high", format!("{archive}!run.sh")),
            ("pgpass-password", "high", format!("{archive}!home/.pgpass")),
        ]
        .map(|(rule, confidence, path)| place(rule, confidence, &path))
    };
    let archives = [wanted(".env.zip"), wanted("backup.zip")];
    let mut all = archives.concat();
    all.sort();
    assert_eq!(report(&repo.path(), &["scan", "."]), all);
    // What comes from standard input has no name; its members do.
    let arguments = ["scan", "-", "--report", "json", "--min-confidence", "low"];
    let found = run_with_input(&repo.path(), &arguments, &archive).json();
    assert_eq!(places(&found), wanted("-"));
}

//! `keytrail import`: what another scanner allowed stays allowed, nothing more, and no secret is written anywhere.

mod common;

use std::fs;
use std::path::Path;

use common::program::{Run, findings, run};
use common::random::{Pair, Random};
use common::repo::TestRepo;
use data_encoding::HEXLOWER;
use serde_json::json;
use sha1::{Digest, Sha1};

fn import(folder: &Path, arguments: &[&str]) -> Run {
    let run = run(folder, &[&["import"], arguments].concat());
    assert_eq!(run.code, 0, "{}", run.err());
    run
}

/// The paths of open findings.
fn open(folder: &Path, arguments: &[&str]) -> Vec<String> {
    let run = run(folder, &[&["scan", ".", "-q", "--report", "json"], arguments].concat());
    let mut paths: Vec<String> = findings(&run.json())
        .iter()
        .filter(|finding| finding["suppressed"].is_null())
        .flat_map(|finding| finding["occurrences"].as_array().into_iter().flatten())
        .map(|place| place["path"].as_str().expect("a path").to_owned())
        .collect();
    paths.sort();
    paths.dedup();
    paths
}

fn lines(pair: &Pair) -> String {
    format!("x\naws_secret_access_key = {}\n", pair.secret)
}

fn assert_hides(run: &Run, secrets: &[&str]) {
    let all = run.out() + &run.err();
    for secret in secrets {
        assert!(!all.contains(&secret[..12]) && !all.contains(&secret[20..]), "{all}");
    }
}

#[test]
fn the_allow_lists_on_top_of_a_default_configuration_become_entries() {
    let repo = TestRepo::new();
    let mut random = Random::new(1);
    for path in ["docs/a.md", "src/b.env", "src/c.lock", "tests/d.env"] {
        repo.write(path, lines(&random.pair()));
    }
    let word = random.pair();
    repo.write("src/e.env", lines(&word));
    let config = format!(
        "[extend]\nuseDefault = true\ndisabledRules = [\"x\"]\n\
         [allowlist]\ndescription = \"not ours\"\npaths = ['''^docs/''', '''\\.lock$''', '''^a[a-z]+z''']\n\
         regexes = ['''^{}''']\n\
         [[rules]]\nid = \"generic-api-key\"\n[rules.allowlist]\nstopwords = [\"abc\"]\n",
        &word.secret[..6].replace('+', "\\+")
    );
    repo.write(".gitleaks.toml", config);
    let carried = import(&repo.path(), &["gitleaks", ".gitleaks.toml", "-o", "settings.toml"]);
    assert_hides(&carried, &[&word.secret]);
    for note in [
        "allow list 1: paths, number 3: a glob cannot say it",
        "extend.useDefault: the built-in rules stand for",
        "extend.disabledRules: 1 rules",
        "rule \"gitleaks-generic-api-key\": it changes a rule of gitleaks' default configuration",
        "carried over: 2 allow entries; not carried over: 4",
    ] {
        assert!(carried.err().contains(note), "{note}\n{}", carried.err());
    }
    let all = ["docs/a.md", "src/b.env", "src/c.lock", "src/e.env", "tests/d.env"];
    assert_eq!(open(&repo.path(), &[]), all);
    assert_eq!(
        open(&repo.path(), &["--config", "settings.toml"]),
        ["src/b.env", "tests/d.env"]
    );
}

#[test]
fn a_configuration_with_rules_is_read_where_it_is() {
    let repo = TestRepo::new();
    repo.write("gitleaks.toml", "[[rules]]\nid = \"acme\"\nregex = 'acme_[0-9]{20}'\n");
    repo.write("a.txt", format!("acme_{}", Random::new(2).class("0-9", 20)));
    import(&repo.path(), &["gitleaks", "gitleaks.toml", "-o", "settings.toml"]);
    assert_eq!(open(&repo.path(), &["--config", "settings.toml"]), ["a.txt"]);
}

#[test]
fn fingerprints_of_lines_become_digests_of_what_stands_there() {
    let repo = TestRepo::new();
    let mut random = Random::new(3);
    let [first, second, third] = [(); 3].map(|()| random.pair());
    repo.write("a b.env", lines(&first));
    let commit = repo.commit("one");
    repo.write("a b.env", "nothing\n");
    repo.write("moved/away.env", lines(&first));
    repo.write("here.env", lines(&second));
    repo.write("other.env", lines(&third));
    repo.commit("two");
    repo.write(
        ".gitleaksignore",
        format!(
            "# known\n{commit}:a b.env:generic-api-key:2\nhere.env:aws-access-token:2\nhere.env:aws-access-token:1\n\
             gone.env:aws-access-token:2\n../up.env:aws-access-token:2\n{}:a b.env:aws-access-token:2\nnonsense\n",
            "0".repeat(40)
        ),
    );
    let carried = import(&repo.path(), &["gitleaksignore", ".gitleaksignore", "-o", "accepted"]);
    assert_hides(&carried, &[&first.secret, &second.secret]);
    for note in [
        "line 4: nothing is found on that line",
        "line 5: its file is not there any more",
        "line 6: its path leads out",
        "line 7: its commit is not in the repository",
        "line 8: it is no fingerprint",
        "carried over: 2 accepted secrets; not carried over: 5",
    ] {
        assert!(carried.err().contains(note), "{note}\n{}", carried.err());
    }
    assert_eq!(open(&repo.path(), &["--baseline", "accepted"]), ["other.env"]);
}

#[test]
fn a_report_becomes_digests_and_its_secrets_are_not_kept() {
    let repo = TestRepo::new();
    let mut random = Random::new(4);
    let [raw, redacted, open_one] = [(); 3].map(|()| random.pair());
    for (path, pair) in [("a.env", &raw), ("b.env", &redacted), ("c.env", &open_one)] {
        repo.write(path, lines(pair));
    }
    let entry = |file: &str, secret: &str, text: &str| {
        json!({"RuleID": "generic-api-key", "Description": "x", "StartLine": 2, "EndLine": 2, "StartColumn": 1,
            "EndColumn": 60, "Match": text, "Secret": secret, "File": file, "Entropy": 4.5, "Commit": "", "Tags": []})
    };
    let text = format!("aws_secret_access_key = {}", raw.secret);
    let report = json!([
        entry("a.env", &raw.secret, &text),
        entry("b.env", "REDACTED", "aws_secret_access_key = REDACTED"),
        entry("gone.env", "REDACTED", "x = REDACTED"),
    ]);
    repo.write("report.json", report.to_string());
    let carried = import(&repo.path(), &["gitleaks-report", "report.json", "-o", "accepted"]);
    assert_hides(&carried, &[&raw.secret]);
    let accepted = fs::read_to_string(repo.path().join("accepted")).expect("a baseline");
    assert!(!accepted.contains(&raw.secret[..8]));
    assert!(
        carried
            .err()
            .contains("finding 3: its secret is left out, and its file is not there any more"),
        "{}",
        carried.err()
    );
    fs::remove_file(repo.path().join("report.json")).expect("it is there");
    assert_eq!(open(&repo.path(), &["--baseline", "accepted"]), ["c.env"]);
    repo.write("ignore", "c.env:x:2\n");
    import(&repo.path(), &["gitleaksignore", "ignore", "-o", "accepted"]);
    assert!(
        open(&repo.path(), &["--baseline", "accepted"]).is_empty(),
        "entries are added to what is there"
    );
}

#[test]
fn a_baseline_of_hashes_allows_these_values_in_their_files_alone() {
    let repo = TestRepo::new();
    let mut random = Random::new(5);
    let [known, new] = [(); 2].map(|()| random.pair());
    repo.write("a [1].env", lines(&known));
    repo.write("b.env", lines(&new));
    let hash = HEXLOWER.encode(&Sha1::digest(known.secret.as_bytes()));
    let baseline = json!({
        "version": "1.5.0",
        "plugins_used": [{"name": "AWSKeyDetector"}],
        "filters_used": [
            {"path": "detect_secrets.filters.allowlist.is_line_allowlisted"},
            {"path": "detect_secrets.filters.regex.should_exclude_file", "pattern": ["^docs/", "[a-z]+x"]},
            {"path": "detect_secrets.filters.regex.should_exclude_line", "pattern": ["x"]}
        ],
        "results": {"a [1].env": [
            {"type": "AWS Access Key", "filename": "a [1].env", "hashed_secret": hash, "is_verified": false, "line_number": 2}
        ]},
        "generated_at": "2026-01-01T00:00:00Z"
    });
    repo.write(".secrets.baseline", baseline.to_string());
    let carried = import(
        &repo.path(),
        &["detect-secrets", ".secrets.baseline", "-o", "settings.toml"],
    );
    for note in [
        "should_exclude_file, number 2",
        "should_exclude_line",
        "carried over: 2 allow entries; not carried over: 2",
    ] {
        assert!(carried.err().contains(note), "{note}\n{}", carried.err());
    }
    repo.write("docs/c.env", lines(&new));
    assert_eq!(
        open(&repo.path(), &["--config", "settings.toml"]),
        ["b.env", "docs/c.env"]
    );
    repo.write("docs/c.env", lines(&random.pair()));
    assert_eq!(open(&repo.path(), &["--config", "settings.toml"]), ["b.env"]);
    repo.write("elsewhere.env", lines(&known));
    assert_eq!(
        open(&repo.path(), &["--config", "settings.toml"]),
        ["a [1].env", "b.env", "elsewhere.env"]
    );
}

#[test]
fn lists_of_paths_are_carried_over() {
    let repo = TestRepo::new();
    let mut random = Random::new(6);
    let known = random.pair();
    repo.write("fixtures/a.env", lines(&random.pair()));
    repo.write("src/b.env", lines(&known));
    repo.write("src/fixtures/c.env", lines(&random.pair()));
    repo.write(
        ".secretsignore",
        format!("# paths\nfixtures/*.env\n!x\n[secrets]\n{}\n", known.secret),
    );
    let carried = import(&repo.path(), &["secretsignore", ".secretsignore"]);
    assert_hides(&carried, &[&known.secret]);
    assert!(
        carried
            .err()
            .contains("line 3: what is left out cannot be taken in again"),
        "{}",
        carried.err()
    );
    fs::remove_file(repo.path().join(".secretsignore")).expect("it is there");
    repo.write("settings.toml", carried.out());
    assert_eq!(
        open(&repo.path(), &["--config", "settings.toml"]),
        ["src/fixtures/c.env"]
    );
    repo.write(
        "secret_scanning.yml",
        "paths-ignore:\n  - \"fixtures/**\"\n  - 'src/b.*' # known\n",
    );
    let carried = import(&repo.path(), &["github", "secret_scanning.yml"]);
    repo.write("settings.toml", carried.out());
    assert_eq!(
        open(&repo.path(), &["--config", "settings.toml"]),
        ["src/fixtures/c.env"]
    );
}

#[test]
fn what_is_not_of_the_kind_is_refused_without_a_quote() {
    let repo = TestRepo::new();
    let secret = Random::new(7).class("A-Za-z0-9", 40);
    repo.write("file", format!("{{\"{secret}\": \"{secret}\"}}\n[[[{secret}"));
    for kind in ["gitleaks", "gitleaks-report", "detect-secrets"] {
        let run = run(&repo.path(), &["import", kind, "file"]);
        assert_eq!(run.code, 2, "{kind}");
        assert!(run.err().contains("hint: "), "{}", run.err());
        assert_hides(&run, &[&secret]);
    }
    for kind in ["gitleaksignore", "github"] {
        assert_hides(&import(&repo.path(), &[kind, "file"]), &[&secret]);
    }
}

#[test]
fn another_scanners_file_is_read_in_the_place_of_a_baseline() {
    let repo = TestRepo::new();
    let mut random = Random::new(8);
    let [known, other] = [(); 2].map(|()| random.pair());
    repo.write("known.env", lines(&known));
    repo.write("other.env", lines(&other));
    let hash = HEXLOWER.encode(&Sha1::digest(known.secret.as_bytes()));
    let found = json!({"RuleID": "generic-api-key", "StartLine": 2, "Match": format!("key = {}", known.secret),
        "Secret": known.secret, "File": "known.env", "Commit": ""});
    let files = [
        ("leaks.json", json!([found]).to_string()),
        ("nothing.json", "null\n".to_owned()),
        (
            ".gitleaksignore",
            "known.env:generic-api-key:2\ngone.env:generic-api-key:2\n".to_owned(),
        ),
        (
            ".secrets.baseline",
            json!({"version": "1.5.0", "results": {"known.env": [{"hashed_secret": hash}]}}).to_string(),
        ),
        (".secretsignore", format!("[secrets]\n{}\n", known.secret)),
        ("secret_scanning.yml", "paths-ignore:\n  - known.env\n".to_owned()),
    ];
    for (file, text) in &files {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(file);
        fs::write(&path, text).expect("it is written");
        let path = path.display().to_string();
        let left = open(&repo.path(), &["--baseline", &path]);
        let expected: &[&str] = match *file {
            "nothing.json" => &["known.env", "other.env"],
            _ => &["other.env"],
        };
        assert_eq!(left, expected, "{file}");
        let run = run(&repo.path(), &["scan", ".", "--baseline", &path, "--report", "json"]);
        assert_hides(&run, &[&known.secret, &other.secret]);
        assert_eq!(
            run.err().contains("line 2: its file is not there any more"),
            *file == ".gitleaksignore"
        );
        let named = run.json()["suppression"]["baseline"]["file"].to_string();
        assert!(named.contains(file), "{named}");
    }
}

#[test]
fn a_line_of_a_commit_is_looked_up_in_the_commit() {
    let repo = TestRepo::new();
    let mut random = Random::new(9);
    let [known, new] = [(); 2].map(|()| random.pair());
    repo.write("a.env", lines(&known));
    repo.write(".gitleaksignore", "a.env:generic-api-key:2\n");
    repo.commit("one");
    let arguments = ["--baseline", ".gitleaksignore", "--config-from-ref", "HEAD"];
    assert!(open(&repo.path(), &arguments).is_empty());
    repo.write("a.env", lines(&new));
    repo.write(".gitleaksignore", "a.env:generic-api-key:2\nb.env:generic-api-key:2\n");
    repo.write("b.env", lines(&new));
    assert_eq!(open(&repo.path(), &arguments), ["a.env", "b.env"]);
}

#[test]
fn a_file_that_only_looks_like_another_scanners_is_refused_without_a_quote() {
    let repo = TestRepo::new();
    let secret = Random::new(10).class("A-Za-z0-9", 40);
    for text in [format!("[{secret}"), format!("{{\"{secret}\": 1}}"), secret.clone()] {
        repo.write("file", text);
        let run = run(&repo.path(), &["scan", ".", "--baseline", "file"]);
        assert_eq!(run.code, 2);
        assert!(run.err().contains("hint: "), "{}", run.err());
        assert_hides(&run, &[&secret]);
    }
}

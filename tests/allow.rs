//! What allows findings: markers in the content, allow rules, the ignore file; and who may say so.

mod common;

use std::fs;
use std::path::Path;

use common::program::{Run, findings, run};
use common::random::{Pair, Random};
use common::repo::TestRepo;
use serde_json::Value;

/// The kind of suppression of every finding by its path and line, `open` for none; sorted.
fn marks(report: &Value) -> Vec<String> {
    let mark = |finding: &Value| {
        let kind = finding["suppressed"]["kind"].as_str().unwrap_or("open").to_owned();
        let place = &finding["location"];
        format!(
            "{}:{} {kind}",
            place["path"].as_str().unwrap_or_default(),
            place["line"]
        )
    };
    let mut marks: Vec<String> = findings(report).iter().map(mark).collect();
    marks.sort();
    marks
}

fn json(folder: &Path, arguments: &[&str]) -> Value {
    reported(folder, arguments).1
}

fn reported(folder: &Path, arguments: &[&str]) -> (Run, Value) {
    let run = run(folder, &[arguments, &["--report", "json"]].concat());
    let report = run.json();
    (run, report)
}

fn secret(random: &mut Random) -> String {
    format!("aws_secret_access_key = \"{}\"", random.pair().secret)
}

/// A repository with one secret in each of these files.
fn repository(seed: u64, files: &[&str]) -> (TestRepo, Vec<String>) {
    let repo = TestRepo::new();
    let mut random = Random::new(seed);
    let mut lines = Vec::new();
    for file in files {
        let line = secret(&mut random);
        repo.write(file, format!("{line}\n"));
        lines.push(line);
    }
    repo.commit("secrets");
    (repo, lines)
}

fn refused(folder: &Path, arguments: &[&str], said: &[&str]) {
    let run = run(folder, arguments);
    assert_eq!(run.code, 2, "{arguments:?}: {}", run.err());
    assert!(run.stdout.is_empty(), "nothing was scanned");
    for part in said {
        assert!(run.err().contains(part), "{part}: {}", run.err());
    }
}

#[test]
fn markers_of_all_tools_hold_and_can_be_turned_off() {
    let repo = TestRepo::new();
    repo.commit("nothing yet");
    let mut random = Random::new(1);
    let mut text = String::new();
    for marker in [
        "keytrail:allow test data",
        "keytrail:allow rule=aws-secret-access-key until=2099-01-31 test data",
        "gitleaks:allow",
        "betterleaks:allow",
        "trufflehog:ignore",
        "pragma: allowlist secret",
        "ggignore",
        "kingfisher:ignore",
    ] {
        text += &format!("{}  # {marker}\n", secret(&mut random));
    }
    for marker in [
        "keytrail:allow-next-line test data",
        "pragma: allowlist nextline secret",
    ] {
        text += &format!("# {marker}\n{}\n", secret(&mut random));
    }
    repo.write("a.env", &text);
    repo.commit("all");
    for command in [&["scan", "."][..], &["history", "."], &["range", "HEAD~1..HEAD", "."]] {
        let report = json(&repo.path(), command);
        assert_eq!(findings(&report).len(), 10);
        assert!(
            marks(&report).iter().all(|mark| mark.ends_with(" inline")),
            "{:?}",
            marks(&report)
        );
        assert_eq!(report["stats"]["by_suppression"]["inline"], 10);
        let (run, report) = reported(&repo.path(), &[command, &["--no-inline-allow"]].concat());
        assert!(marks(&report).iter().all(|mark| mark.ends_with(" open")));
        assert_eq!(run.code, 1);
    }
    let report = json(&repo.path(), &["scan", "."]);
    let reasons: Vec<&str> = findings(&report)
        .iter()
        .map(|finding| finding["suppressed"]["reason"].as_str().expect("a reason"))
        .collect();
    assert_eq!(reasons[0], "keytrail:allow: test data");
    assert_eq!(reasons[2], "gitleaks:allow");
    assert_eq!(findings(&report)[1]["suppressed"]["until"], "2099-01-31");
    let human = run(&repo.path(), &["scan", "."]).out();
    assert!(human.contains("suppressed  10: 10 inline"), "{human}");
    let sarif: Value = run(&repo.path(), &["scan", ".", "--report", "sarif"]).json();
    let results = sarif["runs"][0]["results"].as_array().expect("results");
    assert!(
        results
            .iter()
            .all(|result| result["suppressions"][0]["kind"] == "inSource")
    );
}

#[test]
fn a_marker_that_has_ended_is_told_and_does_not_hold() {
    let repo = TestRepo::new();
    let mut random = Random::new(2);
    repo.write(
        "a.env",
        format!(
            "{} # keytrail:allow until=2026-01-31 soon gone\n{} # keytrail:allow until=never\n",
            secret(&mut random),
            secret(&mut random)
        ),
    );
    let at = |time: &str| json(&repo.path(), &["scan", ".", "--as-of", time]);
    let report = at("2026-01-31T23:59:59Z");
    assert_eq!(
        marks(&report),
        ["./a.env:1 inline", "./a.env:2 open"].map(|mark| mark.replace("./", ""))
    );
    assert_eq!(report["suppression"]["lapsed"], 1);
    let report = at("2026-02-01T00:00:00Z");
    assert_eq!(report["suppression"]["lapsed"], 2);
    let reasons = findings(&report)[0]["reasons"].to_string();
    assert!(reasons.contains("held until 2026-01-31"), "{reasons}");
    let human = run(&repo.path(), &["scan", ".", "--as-of", "2026-02-01T00:00:00Z"]).out();
    assert!(human.contains("2 open again"), "{human}");
}

#[test]
fn a_finding_is_open_while_one_of_its_places_is() {
    let (repo, lines) = repository(3, &["a.env"]);
    let marked = format!("{} # keytrail:allow known\n", lines[0]);
    // In HEAD every place is marked: the versions before are of the same secret.
    repo.commit_file("a.env", &marked);
    for command in [&["history", "."][..], &["range", "HEAD~1..HEAD", "."], &["scan", "."]] {
        assert_eq!(marks(&json(&repo.path(), command)), ["a.env:1 inline"], "{command:?}");
    }
    repo.git(&["mv", "a.env", "b.env"]);
    repo.commit("rename");
    assert_eq!(marks(&json(&repo.path(), &["history", "."])), ["b.env:1 inline"]);
    repo.commit_file("c.env", format!("{}\n", lines[0]));
    for command in [&["history", "."][..], &["scan", "."]] {
        assert!(marks(&json(&repo.path(), command))[0].ends_with(" open"), "{command:?}");
    }
    // A rule for the one place that is not marked closes it.
    repo.write(".keytrail.toml", "[[allow]]\npath = 'c.env'\nreason = 'a copy'\n");
    assert!(marks(&json(&repo.path(), &["scan", "."]))[0].ends_with(" allow"));
    let history = json(&repo.path(), &["history", "."]);
    assert!(
        marks(&history)[0].ends_with(" open"),
        "a.env was there without a marker"
    );
}

#[test]
fn a_commit_of_a_range_that_marks_later_is_judged_by_head() {
    let repo = TestRepo::new();
    repo.commit_file("x", "x\n");
    let line = secret(&mut Random::new(4));
    repo.commit_file("a.env", format!("{line}\n"));
    repo.commit_file("a.env", format!("first\n{line} # keytrail:allow known\n"));
    let report = json(&repo.path(), &["range", "HEAD~2..HEAD", "."]);
    assert!(marks(&report)[0].ends_with(" inline"), "{:?}", marks(&report));
    repo.commit_file("a.env", format!("first\n{line} # keytrail:allow known\n{line}\n"));
    let report = json(&repo.path(), &["range", "HEAD~3..HEAD", "."]);
    assert!(marks(&report)[0].ends_with(" open"), "{:?}", marks(&report));
}

#[test]
fn allow_rules_fit_by_path_rule_value_account_and_commit() {
    let repo = TestRepo::new();
    let mut random = Random::new(5);
    let Pair { id, secret } = random.pair();
    repo.write(
        "tests/deep/a.env",
        format!("aws_access_key_id = {id}\naws_secret_access_key = {secret}\n"),
    );
    let commit = repo.commit("a pair");
    let report = json(&repo.path(), &["history", "."]);
    assert_eq!(findings(&report).len(), 2);
    let account = findings(&report)[0]["aws"]["account_id"]
        .as_str()
        .expect("an account")
        .to_owned();
    let print = findings(&report)[0]["fingerprint"]
        .as_str()
        .expect("a fingerprint")
        .to_owned();
    let sha = |text: &str| {
        use sha2::Digest as _;
        data_encoding::HEXLOWER.encode(&sha2::Sha256::digest(text.as_bytes()))
    };
    let sha1 = |text: &str| {
        use sha1::Digest as _;
        data_encoding::HEXLOWER.encode(&sha1::Sha1::digest(text.as_bytes()))
    };
    let both = ["allow", "allow"];
    for (entry, kinds) in [
        ("path = 'tests/'".to_owned(), both),
        ("path = ['*.txt', '/tests/**/*.env']".to_owned(), both),
        ("path = 'deep'".to_owned(), both),
        ("path = '/a.env'".to_owned(), ["open", "open"]),
        ("rule = 'aws-access-key-id'".to_owned(), ["allow", "open"]),
        (
            "rule = 'aws-access-key-id'\npath = '*.txt'".to_owned(),
            ["open", "open"],
        ),
        (format!("account = '{account}'"), both),
        ("account = '1111-2222-3333'".to_owned(), ["open", "open"]),
        (format!("value = 'sha256:{}'", sha(&secret)), ["open", "allow"]),
        (format!("value = 'sha1:{}'", sha1(&id)), ["allow", "open"]),
        (format!("value = 'fingerprint:{}'", &print[..12]), ["allow", "open"]),
        ("value = '^AKIA[A-Z0-9]{16}$'".to_owned(), ["allow", "open"]),
        (format!("commit = '{commit}'"), both),
        (format!("commit = '{}'", "1".repeat(40)), ["open", "open"]),
        ("path = 'tests/'\nuntil = 2020-01-31".to_owned(), ["open", "open"]),
        ("path = 'tests/'\nuntil = '2099-01-31'".to_owned(), both),
    ] {
        fs::write(
            repo.beside("named.toml"),
            format!("[[allow]]\n{entry}\nreason = 'a fixture'\n"),
        )
        .expect("a file");
        let report = json(&repo.path(), &["history", ".", "--config", "../named.toml"]);
        let found: Vec<&str> = findings(&report)
            .iter()
            .map(|finding| finding["suppressed"]["kind"].as_str().unwrap_or("open"))
            .collect();
        let mut sorted = kinds;
        // Suppressed ones come last.
        sorted.sort_by_key(|kind| *kind == "allow");
        assert_eq!(found, sorted, "{entry}");
        for finding in findings(&report) {
            let is_id = finding["rule"] == "aws-access-key-id";
            let kind = kinds[usize::from(!is_id)];
            assert_eq!(
                finding["suppressed"]["kind"].as_str().unwrap_or("open"),
                kind,
                "{entry}"
            );
        }
    }
}

#[test]
fn a_bad_rule_stops_the_run_and_says_which_and_why() {
    let (repo, _) = repository(6, &["a.env"]);
    let good = "[[allow]]\npath = 'x'\nreason = 'y'\n";
    let planted = "hunter2-planted-value";
    for (entry, said) in [
        ("path = 'x'", "reason: "),
        ("path = 'x'\nreason = ' '", "reason: "),
        ("reason = 'y'", "path, rule, value, account, commit: "),
        ("reason = 'y'\npath = '!x'", "path: "),
        ("reason = 'y'\npath = '# x'", "path: "),
        ("reason = 'y'\nvalue = '(hunter2-planted-value'", "value: "),
        ("reason = 'y'\nvalue = '.*'", "value: "),
        ("reason = 'y'\nvalue = 'sha256:12'", "value: "),
        ("reason = 'y'\nvalue = 'fingerprint:12'", "value: "),
        ("reason = 'y'\naccount = '12'", "account: "),
        ("reason = 'y'\ncommit = 'abc'", "commit: "),
        ("reason = 'y'\nrule = 'hunter2-planted-value'", "rule: "),
        ("reason = 'y'\npath = 'x'\nuntil = 'hunter2-planted-value'", "until: "),
    ] {
        repo.write(".keytrail.toml", format!("{good}{good}[[allow]]\n{entry}\n"));
        let said = [".keytrail.toml: allow entry 3: ", said, "hint: "];
        refused(&repo.path(), &["scan", "."], &said);
        let run = run(&repo.path(), &["scan", "."]);
        assert!(!run.err().contains(planted), "{}", run.err());
    }
    repo.write(".keytrail.toml", format!("{good}{good}[[allow]]\npath = {{}}\n"));
    refused(&repo.path(), &["scan", "."], &[".keytrail.toml: ", "line 8: path: "]);
    repo.write(".keytrail.toml", format!("{good}{good}[[allow]]\npaths = 'x'\n"));
    refused(&repo.path(), &["scan", "."], &[".keytrail.toml: ", "line 8", "paths"]);
}

#[test]
fn flags_come_before_the_named_file_and_that_before_the_repository_and_the_person() {
    let (repo, _) = repository(7, &["a.env", "b.env", "c.env"]);
    let allow = |path: &str| format!("[[allow]]\npath = '{path}'\nreason = 'in a file'\n");
    repo.write(
        ".keytrail.toml",
        format!("[report]\nmin_confidence = 'low'\n{}", allow("a.env")),
    );
    let named = repo.beside("named.toml");
    fs::write(&named, format!("[report]\nfail_on = 'critical'\n{}", allow("b.env"))).expect("a file");
    let personal = repo.path().join(".config/keytrail");
    fs::create_dir_all(&personal).expect("a folder");
    fs::write(
        personal.join("config.toml"),
        format!(
            "[report]\nmin_confidence = 'high'\nfail_on = 'info'\n{}",
            allow("c.env")
        ),
    )
    .expect("a file");
    let named = named.to_str().expect("a plain path");
    // Rules of all files hold; of settings, the first word.
    let report = json(&repo.path(), &["scan", ".", "--config", named]);
    assert_eq!(marks(&report), ["a.env:1 allow", "b.env:1 allow", "c.env:1 allow"]);
    assert_eq!(report["stats"]["min_confidence"], "low");
    assert_eq!(report["suppression"]["files"], serde_json::json!([".keytrail.toml"]));
    let report = json(&repo.path(), &["scan", ".", "--no-repo-config"]);
    assert_eq!(marks(&report), ["a.env:1 open", "b.env:1 open", "c.env:1 allow"]);
    assert_eq!(report["stats"]["min_confidence"], "high");
    assert_eq!(report["suppression"]["files"], serde_json::json!([]));
    let report = json(&repo.path(), &["scan", ".", "--min-confidence", "medium"]);
    assert_eq!(report["stats"]["min_confidence"], "medium");
}

#[test]
fn the_file_at_the_top_counts_wherever_the_scan_starts() {
    let (repo, _) = repository(8, &["sub/deep/a.env"]);
    repo.write(
        ".keytrail.toml",
        "[[allow]]\npath = '/sub/deep/a.env'\nreason = 'a fixture'\n",
    );
    let whole = repo.path().join("sub");
    let link = repo.beside("link");
    std::os::unix::fs::symlink(repo.path(), &link).expect("a link");
    for (folder, path) in [
        (repo.path(), "."),
        (repo.path(), "sub"),
        (repo.path(), "sub/deep/a.env"),
        (repo.path().join("sub"), "."),
        (repo.path().join("sub"), "../sub/deep"),
        (repo.path(), whole.to_str().expect("a plain path")),
        (link.clone(), "sub"),
    ] {
        let report = json(&folder, &["scan", path]);
        assert!(marks(&report)[0].ends_with(" allow"), "{path}: {:?}", marks(&report));
    }
    // A folder that is in no repository speaks for itself.
    let plain = repo.beside("plain");
    fs::create_dir(&plain).expect("a folder");
    fs::write(plain.join("a.env"), secret(&mut Random::new(9))).expect("a file");
    fs::write(
        plain.join(".keytrail.toml"),
        "[[allow]]\npath = '/a.env'\nreason = 'a fixture'\n",
    )
    .expect("a file");
    for (folder, path) in [(plain.clone(), "."), (repo.path(), "../plain")] {
        assert!(marks(&json(&folder, &["scan", path]))[0].ends_with(" allow"), "{path}");
    }
}

#[test]
fn the_ignore_file_leaves_content_out_and_counts_it() {
    let (repo, _) = repository(10, &["gen/a.env", "gen/keep.env", "b.env"]);
    repo.write(".keytrailignore", "# made by a tool\n/gen/\n");
    let (run, report) = reported(&repo.path(), &["scan", "."]);
    assert_eq!(marks(&report), ["b.env:1 open"]);
    assert_eq!(report["skips"]["left_out"]["keytrail-ignored"], 2);
    assert_eq!(run.code, 1);
    // Of a history paths are known only once it was read.
    let report = json(&repo.path(), &["history", "."]);
    assert_eq!(
        marks(&report),
        ["b.env:1 open", "gen/a.env:1 allow", "gen/keep.env:1 allow"]
    );
    repo.write(".keytrailignore", "gen/*\n!keep.env\n");
    assert_eq!(
        marks(&json(&repo.path(), &["scan", "."])),
        ["b.env:1 open", "gen/keep.env:1 open"]
    );
    repo.git(&["add", "-A"]);
    repo.write("gen/new.env", secret(&mut Random::new(11)));
    repo.git(&["add", "gen/new.env"]);
    let report = json(&repo.path(), &["staged", "."]);
    assert!(marks(&report).is_empty());
    assert_eq!(report["skips"]["left_out"]["keytrail-ignored"], 1);
    let report = json(&repo.path(), &["staged", ".", "--no-repo-config"]);
    assert_eq!(marks(&report), ["gen/new.env:1 open"]);
    repo.commit("more");
    assert!(marks(&json(&repo.path(), &["range", "HEAD~1..HEAD", "."])).is_empty());
}

#[test]
fn a_change_cannot_allow_itself() {
    let repo = TestRepo::new();
    repo.commit_file("x", "x\n");
    repo.git(&["switch", "-q", "-c", "change"]);
    repo.write("a.env", secret(&mut Random::new(12)));
    repo.write("b.env", secret(&mut Random::new(13)));
    repo.write(
        ".keytrail.toml",
        "[report]\nmin_confidence = 'high'\n[[allow]]\npath = 'a.env'\nreason = 'mine'\n",
    );
    repo.write(".keytrailignore", "b.env\n");
    repo.commit("allows itself");
    for command in [&["range", "main..change", "."][..], &["scan", "."], &["history", "."]] {
        let run = |flags: &[&str]| json(&repo.path(), &[command, flags].concat());
        assert!(
            !marks(&run(&[])).iter().any(|mark| mark.ends_with(" open")),
            "{command:?}"
        );
        let report = run(&["--config-from-ref", "main"]);
        assert_eq!(marks(&report), ["a.env:1 open", "b.env:1 open"], "{command:?}");
        assert_eq!(report["suppression"]["files"], serde_json::json!([]));
        assert_eq!(run(&["--no-repo-config"])["findings"].as_array().map(Vec::len), Some(2));
        assert!(
            !marks(&run(&["--config-from-ref", "change"]))
                .iter()
                .any(|mark| mark.ends_with(" open"))
        );
    }
    let path = repo.path();
    refused(
        &path,
        &["scan", ".", "--config-from-ref", "nowhere"],
        &["nowhere", "hint:"],
    );
    refused(
        &path,
        &["scan", ".", "--config-from-ref", "main", "--no-repo-config"],
        &["does not go with"],
    );
    let plain = repo.beside("plain");
    fs::create_dir(&plain).expect("a folder");
    refused(&plain, &["scan", ".", "--config-from-ref", "main"], &["no repository"]);
}

#[test]
fn rules_of_a_commit_are_those_that_it_has() {
    let repo = TestRepo::new();
    repo.write(".keytrail.toml", "[rules]\nrules = ['rules/acme.toml']\n");
    repo.write("rules/acme.toml", "[extend]\npath = 'base.toml'\n");
    repo.write(
        "rules/base.toml",
        "[[rules]]\nid = 'acme'\nregex = 'acme-[a-z0-9]{24}'\nkeywords = ['acme']\n",
    );
    repo.commit("rules");
    repo.git(&["switch", "-q", "-c", "change"]);
    let token = format!("acme-{}", Random::new(31).class("a-z0-9", 24));
    repo.write("a.txt", format!("x: {token}\n"));
    let nothing = "[[rules]]\nid = 'acme'\nregex = 'nothing-[a-z]{99}'\nkeywords = ['nothing']\n";
    repo.write("rules/acme.toml", nothing);
    repo.write("rules/base.toml", nothing);
    repo.commit("weaken the rules");
    repo.git(&["clone", "-q", "--bare", ".", "../bare.git"]);
    let bare = repo.beside("bare.git");
    let found = |folder: &Path, command: &[&str]| {
        let report = json(folder, command);
        let rules = findings(&report)
            .iter()
            .map(|finding| finding["rule"].as_str().map(str::to_owned));
        rules.map(|rule| rule.expect("a rule has an id")).collect::<Vec<_>>()
    };
    for (folder, command) in [
        (repo.path(), &["scan", "."][..]),
        (repo.path(), &["range", "main..change"]),
        (bare, &["history", "."]),
    ] {
        let with = |name| [command, &["--config-from-ref", name][..]].concat();
        assert_eq!(found(&folder, &with("main")), ["gitleaks-acme"], "{command:?}");
        assert_eq!(found(&folder, &with("change")), [""; 0], "{command:?}");
    }
    // What a commit names is looked for there alone.
    fs::write(repo.beside("outside.toml"), nothing).expect("a file");
    for (number, (text, said)) in [
        (
            "[rules]\nrules = ['rules/untracked.toml']\n",
            "no such file in this commit",
        ),
        ("[rules]\nrules = ['rules/link.toml']\n", "not a plain file"),
        (
            "[rules]\nrules = ['rules/outside.toml']\n",
            "no such file in this commit",
        ),
        ("[rules]\nrules = ['../outside.toml']\n", "rules.rules"),
    ]
    .into_iter()
    .enumerate()
    {
        repo.write(".keytrail.toml", text);
        repo.write("rules/outside.toml", "[extend]\npath = '../../outside.toml'\n");
        let _ = std::os::unix::fs::symlink("base.toml", repo.path().join("rules/link.toml"));
        repo.commit(&format!("broken {number}"));
        repo.write("rules/untracked.toml", nothing);
        refused(
            &repo.path(),
            &["scan", ".", "--config-from-ref", "HEAD"],
            &[said, "hint:"],
        );
        fs::remove_file(repo.path().join("rules/untracked.toml")).expect("a file");
    }
}

#[test]
fn what_a_repository_may_not_say_is_refused() {
    let (repo, _) = repository(14, &["a.env"]);
    let outside = repo.beside("outside");
    for (text, key) in [
        (
            format!("[report]\nreport = ['json={}']", outside.display()),
            "report.report",
        ),
        ("[report]\nexit_zero = true".to_owned(), "report.exit_zero"),
        ("[report]\nas_of = '2020-01-01T00:00:00Z'".to_owned(), "report.as_of"),
        ("[keys]\nkeys_from = ['/etc/hostname']".to_owned(), "keys.keys_from"),
        ("[keys]\npolicy = '/etc/hostname'".to_owned(), "keys.policy"),
        ("[suppress]\nbaseline = '../x'".to_owned(), "suppress.baseline"),
        ("[suppress]\nbaseline = '/x'".to_owned(), "suppress.baseline"),
    ] {
        repo.write(".keytrail.toml", text);
        refused(
            &repo.path(),
            &["scan", "."],
            &[".keytrail.toml", key, "--no-repo-config"],
        );
        assert_eq!(run(&repo.path(), &["scan", ".", "--no-repo-config"]).code, 1);
    }
    assert!(!outside.exists());
    repo.write(".keytrail.toml", "[keys]\npolicy = 'cis-v3'\n");
    assert_ne!(json(&repo.path(), &["scan", "."])["findings"], Value::Null);
}

#[test]
fn a_file_that_is_none_is_not_followed() {
    let (repo, _) = repository(15, &["a.env"]);
    for name in [".keytrail.toml", ".keytrailignore"] {
        let file = repo.path().join(name);
        let elsewhere = repo.beside("elsewhere");
        fs::write(&elsewhere, "a.env\n").expect("a file");
        std::os::unix::fs::symlink(&elsewhere, &file).expect("a link");
        refused(&repo.path(), &["scan", "."], &[name, "--no-repo-config"]);
        repo.commit("a link");
        refused(&repo.path(), &["scan", ".", "--config-from-ref", "HEAD"], &[name]);
        fs::remove_file(&file).expect("a link");
        fs::create_dir(&file).expect("a folder");
        refused(&repo.path(), &["scan", "."], &[name]);
        fs::remove_dir(&file).expect("a folder");
        fs::write(&file, "# large\n".repeat(1 << 18)).expect("a file");
        refused(&repo.path(), &["scan", "."], &[name]);
        repo.commit("large");
        refused(&repo.path(), &["scan", ".", "--config-from-ref", "HEAD"], &[name]);
        fs::remove_file(&file).expect("a file");
        repo.commit("gone");
        assert_eq!(run(&repo.path(), &["scan", "."]).code, 1);
    }
}

#[test]
fn what_is_known_before_wins() {
    let repo = TestRepo::new();
    let line = secret(&mut Random::new(16));
    repo.write("a.env", format!("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY # gitleaks:allow\n{line} # gitleaks:allow\n"));
    repo.write(".keytrail.toml", "[[allow]]\npath = 'a.env'\nreason = 'all of it'\n");
    assert_eq!(
        marks(&json(&repo.path(), &["scan", "."])),
        ["a.env:1 placeholder", "a.env:2 inline"]
    );
    let report = json(&repo.path(), &["scan", ".", "--no-inline-allow"]);
    assert_eq!(marks(&report), ["a.env:1 placeholder", "a.env:2 allow"]);
}

#[test]
fn an_allow_rule_that_holds_for_nothing_is_told() {
    let repo = TestRepo::new();
    let mut random = Random::new(12);
    repo.write("a.env", format!("{}\n", secret(&mut random)));
    repo.write("b.env", format!("{} # keytrail:allow\n", secret(&mut random)));
    repo.write(
        ".keytrail.toml",
        "[[allow]]\npath = \"a.env\"\nreason = \"used\"\n\
         [[allow]]\npath = \"b.env\"\nreason = \"the marker came first\"\n\
         [[allow]]\npath = \"gone.env\"\nreason = \"nothing is there\"\n\
         [[allow]]\npath = \"old.env\"\nuntil = 2020-01-01\nreason = \"it has ended\"\n",
    );
    let report = json(&repo.path(), &["scan", "."]);
    let unused = serde_json::json!([".keytrail.toml: allow entry 2", ".keytrail.toml: allow entry 3"]);
    assert_eq!(report["suppression"]["unused"], unused);
    let told = |arguments: &[&str]| run(&repo.path(), arguments).out().contains("allow entry 3");
    assert!(told(&["scan", ".", "-v"]) && !told(&["scan", "."]));
}

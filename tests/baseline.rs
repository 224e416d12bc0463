//! Baselines survive what people do to code, and nothing else: with the real git.

mod common;

use std::fs;
use std::path::PathBuf;

use common::program::{Run, findings, run};
use common::random::{Pair, Random};
use common::repo::TestRepo;
use keytrail::baseline::Baseline;
use serde_json::Value;

const FILE: &str = "accepted.txt";

struct Tree {
    repo: TestRepo,
    pair: Pair,
    token: String,
}

impl Tree {
    /// A repository with a pair and a lone secret key, all accepted.
    fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let tree = Self {
            repo: TestRepo::new(),
            pair: random.pair(),
            token: random.pair().secret,
        };
        tree.repo.write("app/keys.env", tree.pair_lines());
        tree.repo.write("app/settings.py", tree.token_line("'"));
        tree.repo.commit("before");
        let run = tree.run(&["baseline", "create", FILE, ".", "--reason", "ticket SEC-1"]);
        assert_eq!(run.code, 0, "{}", run.err());
        assert!(run.err().contains("3 accepted now"), "{}", run.err());
        tree.repo.commit("a baseline");
        tree
    }

    fn pair_lines(&self) -> String {
        format!(
            "AWS_ACCESS_KEY_ID={}\nAWS_SECRET_ACCESS_KEY={}\n",
            self.pair.id, self.pair.secret
        )
    }

    fn token_line(&self, quote: &str) -> String {
        format!("aws_secret_access_key = {quote}{}{quote}\n", self.token)
    }

    fn run(&self, arguments: &[&str]) -> Run {
        run(&self.repo.path(), arguments)
    }

    fn file(&self) -> PathBuf {
        self.repo.path().join(FILE)
    }

    /// The report of a command with the baseline.
    fn report(&self, command: &[&str]) -> (i32, Value) {
        let run = self.run(&[command, &["--baseline", FILE, "--report", "json"]].concat());
        (run.code, run.json())
    }

    /// Every command finds nothing open; the files hold so many accepted findings.
    fn assert_quiet(&self, accepted: usize) {
        for command in [
            &["scan", "."][..],
            &["history", "."],
            &["range", "HEAD~1..HEAD", "."],
            &["staged", "."],
        ] {
            let (code, report) = self.report(command);
            assert_eq!(code, 0, "{command:?}: {report:#}");
            let open = findings(&report)
                .iter()
                .filter(|finding| finding["suppressed"].is_null());
            assert_eq!(open.count(), 0, "{command:?}");
            if ["scan", "history"].contains(&command[0]) {
                assert_eq!(report["stats"]["by_suppression"]["baseline"], accepted, "{command:?}");
                assert_eq!(
                    report["suppression"]["baseline"]["unused"],
                    serde_json::json!([]),
                    "{command:?}"
                );
            }
        }
    }
}

#[test]
fn nothing_is_raised_again_by_what_people_do_to_code() {
    let tree = Tree::new(1);
    let repo = &tree.repo;
    tree.assert_quiet(3);
    repo.commit_file(
        "app/keys.env",
        format!("# a line\n# and another\n\n{}", tree.pair_lines()),
    );
    tree.assert_quiet(3);
    repo.git(&["mv", "app/keys.env", "app/renamed.env"]);
    repo.commit("rename");
    tree.assert_quiet(3);
    fs::create_dir_all(repo.path().join("elsewhere/deep")).expect("a folder");
    repo.git(&["mv", "app/settings.py", "elsewhere/deep/settings.py"]);
    repo.commit("move");
    tree.assert_quiet(3);
    repo.commit_file(
        "elsewhere/deep/settings.py",
        format!("class Keys:\r\n        {}\r\n", tree.token_line("\"").trim()),
    );
    tree.assert_quiet(3);
    repo.commit_file(
        "elsewhere/deep/settings.py",
        format!("{{\n\t\"aws_secret_access_key\":\t\"{}\"\n}}\n", tree.token),
    );
    tree.assert_quiet(3);
    repo.commit_file("copy.env", tree.pair_lines());
    tree.assert_quiet(3);
    // A rebase and a squash rewrite every commit.
    repo.git(&["switch", "-q", "-c", "side", "HEAD~4"]);
    repo.commit_file("side", "side\n");
    repo.git(&["rebase", "-q", "main"]);
    tree.assert_quiet(3);
    repo.git(&["reset", "-q", "--soft", "HEAD~3"]);
    repo.commit("squashed");
    tree.assert_quiet(3);
}

#[test]
fn a_new_secret_on_an_old_line_is_raised() {
    let tree = Tree::new(2);
    let mut random = Random::new(20);
    let other = random.pair();
    tree.repo.write(
        "app/keys.env",
        tree.pair_lines().replace(&tree.pair.secret, &other.secret),
    );
    let (code, report) = tree.report(&["scan", "."]);
    assert_eq!(code, 1);
    let open: Vec<&Value> = findings(&report)
        .iter()
        .filter(|finding| finding["suppressed"].is_null())
        .collect();
    assert_eq!(open.len(), 1);
    assert_eq!(open[0]["rule"], "aws-secret-access-key");
    assert_eq!(open[0]["location"]["line"], 2);
    assert_eq!(
        report["suppression"]["baseline"]["unused"].as_array().map(Vec::len),
        Some(1)
    );
    tree.repo.commit("rotated");
    for command in [&["history", "."][..], &["range", "HEAD~1..HEAD", "."]] {
        assert_eq!(tree.report(command).0, 1, "{command:?}");
    }
}

#[test]
fn accepting_one_half_accepts_the_other() {
    let mut random = Random::new(3);
    let repo = TestRepo::new();
    let (pair, other) = (random.pair(), random.pair());
    for (name, Pair { id, secret }) in [("a.env", &pair), ("b.env", &other)] {
        repo.write(
            name,
            format!("aws_access_key_id = {id}\naws_secret_access_key = {secret}\n"),
        );
    }
    let report = run(&repo.path(), &["scan", ".", "--report", "json"]).json();
    let secret = findings(&report)
        .iter()
        .find(|finding| finding["location"]["path"] == "a.env" && finding["location"]["line"] == 2)
        .expect("a secret key");
    let id = secret["id"].as_str().expect("an id");
    let made = run(&repo.path(), &["baseline", "create", FILE, ".", "--finding", id]);
    assert!(made.err().contains("2 accepted now"), "{}", made.err());
    let report = run(&repo.path(), &["scan", ".", "--baseline", FILE, "--report", "json"]).json();
    for finding in findings(&report) {
        let is_accepted = finding["suppressed"]["kind"] == "baseline";
        assert_eq!(is_accepted, finding["location"]["path"] == "a.env");
    }
    let none = run(
        &repo.path(),
        &["baseline", "update", FILE, ".", "--finding", "0123456789ab"],
    );
    assert_eq!(none.code, 2);
    assert!(none.err().contains("0123456789ab"), "{}", none.err());
}

#[test]
fn an_entry_ends_and_can_be_renewed() {
    let tree = Tree::new(4);
    fs::remove_file(tree.file()).expect("the baseline");
    let create = [
        "baseline",
        "create",
        FILE,
        ".",
        "--until",
        "2026-01-31",
        "--as-of",
        "2026-01-01T00:00:00Z",
        "--reason",
        "until the move",
    ];
    assert_eq!(tree.run(&create).code, 0);
    let at = |time: &str| {
        let run = tree.run(&["scan", ".", "--baseline", FILE, "--as-of", time, "--report", "json"]);
        (run.code, run.json())
    };
    let (code, report) = at("2026-01-31T12:00:00Z");
    assert_eq!((code, &report["suppression"]["lapsed"]), (0, &Value::from(0)));
    let (code, report) = at("2026-02-01T00:00:00Z");
    assert_eq!((code, &report["suppression"]["lapsed"]), (1, &Value::from(3)));
    assert_eq!(
        report["suppression"]["baseline"]["ended"].as_array().map(Vec::len),
        Some(3)
    );
    assert!(
        findings(&report)[0]["reasons"]
            .to_string()
            .contains("accepted it until 2026-01-31")
    );
    let now = ["--as-of", "2026-02-01T00:00:00Z"];
    let check = tree.run(&[&["baseline", "check", FILE, "."], &now[..]].concat());
    assert_eq!(check.code, 1);
    assert!(
        check.out().contains("0 entries hold, 0 unused, 3 ended; 3 findings"),
        "{}",
        check.out()
    );
    assert!(check.out().contains("until the move"), "{}", check.out());
    let update = ["baseline", "update", FILE, ".", "--until", "2027-01-31"];
    assert_eq!(tree.run(&[&update, &now[..]].concat()).code, 0);
    assert_eq!(at("2026-02-01T00:00:00Z").0, 0);
    assert_eq!(
        tree.run(&[&["baseline", "check", FILE, "."], &now[..]].concat()).code,
        0
    );
}

#[test]
fn what_is_unused_is_told_and_can_be_taken_out() {
    let tree = Tree::new(5);
    fs::remove_file(tree.repo.path().join("app/settings.py")).expect("a file");
    let human = tree.run(&["scan", ".", "--baseline", FILE]);
    assert_eq!(human.code, 0);
    assert!(human.out().contains("3 entries, 1 unused"), "{}", human.out());
    let check = tree.run(&["baseline", "check", FILE, "."]);
    assert_eq!(check.code, 1);
    assert!(check.out().contains("\nunused"), "{}", check.out());
    // The history still holds it.
    assert_eq!(tree.run(&["baseline", "check", FILE, ".", "--history"]).code, 0);
    let before = fs::read_to_string(tree.file()).expect("the baseline");
    assert_eq!(tree.run(&["baseline", "prune", FILE, ".", "--history"]).code, 0);
    assert_eq!(fs::read_to_string(tree.file()).expect("the baseline"), before);
    let pruned = tree.run(&["baseline", "prune", FILE, "."]);
    assert!(pruned.err().contains("1 unused"), "{}", pruned.err());
    let after = fs::read_to_string(tree.file()).expect("the baseline");
    assert_eq!(before.lines().count(), after.lines().count() + 1);
    assert_eq!(tree.run(&["baseline", "check", FILE, "."]).code, 0);
}

#[test]
fn a_run_that_could_not_read_everything_takes_nothing_out() {
    let tree = Tree::new(6);
    fs::remove_file(tree.repo.path().join("app/settings.py")).expect("a file");
    let object = tree.repo.loose(&tree.repo.id("HEAD~1:app/settings.py"));
    common::repo::damage(&object, |bytes| bytes.truncate(8));
    let before = fs::read(tree.file()).expect("the baseline");
    let run = tree.run(&["baseline", "prune", FILE, ".", "--history"]);
    assert_eq!(run.code, 2, "{}", run.err());
    assert!(run.err().contains("nothing was taken out"), "{}", run.err());
    assert_eq!(fs::read(tree.file()).expect("the baseline"), before);
}

#[test]
fn a_file_is_the_same_however_often_it_is_written_and_tells_no_secret() {
    let tree = Tree::new(7);
    let first = fs::read_to_string(tree.file()).expect("the baseline");
    assert_eq!(
        tree.run(&["baseline", "update", FILE, ".", "--reason", "another"]).code,
        0
    );
    assert_eq!(
        fs::read_to_string(tree.file()).expect("the baseline"),
        first,
        "nothing is new"
    );
    for secret in [&tree.pair.id, &tree.pair.secret, &tree.token] {
        assert!(!first.contains(secret.as_str()) && !first.contains(&secret[..12]));
    }
    assert!(!first.contains("keys.env") && !first.contains("settings.py"));
    // The baseline itself is scanned like any file, and holds nothing.
    let report = tree
        .run(&["scan", FILE, "--min-confidence", "low", "--report", "json"])
        .json();
    assert!(findings(&report).is_empty(), "{report:#}");
    assert_eq!(report["stats"]["below_confidence"], 0);
    // Another baseline of the same secrets has no digest in common with it.
    assert_eq!(tree.run(&["baseline", "create", "other.txt", "."]).code, 0);
    let other = fs::read_to_string(tree.repo.path().join("other.txt")).expect("a baseline");
    let digests = |text: &str| -> Vec<String> {
        let entries = text.lines().filter(|line| line.contains(" rule="));
        entries.map(|line| line[..32].to_owned()).collect()
    };
    assert_eq!(digests(&other).len(), 3);
    assert!(digests(&other).iter().all(|digest| !first.contains(digest.as_str())));
}

#[test]
fn what_is_no_baseline_stops_the_run() {
    let tree = Tree::new(8);
    tree.repo.write(
        "broken.txt",
        format!("{}aws_secret_access_key={}\n", "# keytrail baseline 1\n", tree.token),
    );
    for (arguments, said) in [
        (&["scan", ".", "--baseline", "none.txt"][..], "there is no such file"),
        (
            &["scan", ".", "--baseline", "app/keys.env"],
            "this is no keytrail baseline",
        ),
        (&["scan", ".", "--baseline", "broken.txt"], "line 2"),
        (&["baseline", "create", FILE, "."], "there is a file already"),
        (&["baseline", "update", "none.txt", "."], "there is no such file"),
        (&["baseline", "create", "none/none.txt", "."], "folder does not exist"),
        (&["baseline", "create", "x.txt", ".", "--until", "soon"], "--until"),
    ] {
        let run = tree.run(arguments);
        assert_eq!(run.code, 2, "{arguments:?}");
        assert!(run.err().contains(said), "{arguments:?}: {}", run.err());
        assert!(run.stdout.is_empty() && !run.err().contains(&tree.token[..12]));
    }
}

#[test]
fn the_settings_can_name_it_and_a_change_cannot_add_to_it() {
    let tree = Tree::new(9);
    tree.repo
        .commit_file(".keytrail.toml", format!("[suppress]\nbaseline = '{FILE}'\n"));
    let code = |arguments: &[&str]| tree.run(arguments).code;
    assert_eq!(code(&["scan", "."]), 0);
    assert_eq!(code(&["scan", "app"]), 0);
    assert_eq!(code(&["scan", ".", "--no-repo-config"]), 1);
    tree.repo.git(&["switch", "-q", "-c", "change"]);
    tree.repo.write(
        "new.env",
        format!("aws_secret_access_key = {}\n", Random::new(90).pair().secret),
    );
    assert_eq!(code(&["baseline", "update", FILE, "."]), 0);
    tree.repo.commit("accepts itself");
    for command in [&["scan", "."][..], &["range", "main..change", "."], &["history", "."]] {
        assert_eq!(code(command), 0, "{command:?}");
        for flags in [
            &["--config-from-ref", "main"][..],
            &["--config-from-ref", "main", "--baseline", FILE],
        ] {
            let report = tree.run(&[command, flags, &["--report", "json"]].concat()).json();
            let open = findings(&report)
                .iter()
                .filter(|finding| finding["suppressed"].is_null());
            let paths: Vec<&Value> = open.map(|finding| &finding["location"]["path"]).collect();
            assert_eq!(paths, ["new.env"], "{command:?}");
        }
    }
    let before = tree.run(&["scan", ".", "--config-from-ref", "HEAD~3", "--baseline", FILE]);
    assert_eq!(before.code, 1);
    assert!(before.err().contains("nothing is accepted by it"), "{}", before.err());
}

/// Two branches that each add entries to a baseline of some, merged by git. Digests are drawn and not computed.
struct Merge {
    repo: TestRepo,
    seed: u64,
}

impl Merge {
    fn new(seed: u64, base: u64) -> Self {
        let merge = Self {
            repo: TestRepo::new(),
            seed,
        };
        merge.repo.commit_file(FILE, merge.file(0..base));
        merge
    }

    /// The baseline of entries with these numbers.
    fn file(&self, numbers: impl Iterator<Item = u64>) -> String {
        let mut text = format!("# keytrail baseline 1\nsalt {}\n", "5a".repeat(16));
        for number in numbers {
            let digest = Random::new(self.seed << 40 | number).class("0-9a-f", 32);
            text += &format!("{digest} rule=generic reason=reason {number}\n");
        }
        Baseline::parse(FILE, text.as_bytes()).expect("a baseline").render()
    }

    /// Whether git merges the two sides; then the result holds what both added.
    fn merges(&self, base: u64, ours: &[u64], theirs: &[u64]) -> bool {
        let repo = &self.repo;
        repo.git(&["switch", "-q", "--detach", "main"]);
        repo.commit_file(FILE, self.file((0..base).chain(theirs.iter().copied())));
        let other = repo.id("HEAD").to_string();
        repo.git(&["switch", "-q", "--detach", "main"]);
        repo.commit_file(FILE, self.file((0..base).chain(ours.iter().copied())));
        let merged = repo
            .command(&repo.path(), &["merge", "-q", "-m", "merge", &other])
            .output()
            .expect("git runs");
        let text = fs::read(repo.path().join(FILE)).expect("the baseline");
        if !merged.status.success() {
            repo.git(&["merge", "--abort"]);
            assert!(Baseline::parse(FILE, &text).is_err(), "a conflict is no baseline");
            return false;
        }
        let all = (0..base).chain(ours.iter().copied()).chain(theirs.iter().copied());
        let read = Baseline::parse(FILE, &text).expect("a baseline");
        assert_eq!(read.render(), self.file(all));
        true
    }
}

/// The digests are the same in every run, and so is what git does: two entries could share one of 4,096 places.
#[test]
fn branches_that_each_add_an_entry_merge() {
    for (seed, base) in [(1, 0), (2, 3), (3, 400)] {
        let merge = Merge::new(seed, base);
        for trial in 0..40 {
            let first = 1_000_000 + trial * 2;
            assert!(merge.merges(base, &[first], &[first + 1]), "base {base}, trial {trial}");
        }
    }
    // The same entry on both sides is one.
    assert!(Merge::new(4, 3).merges(3, &[77], &[77]));
}

/// With many entries a side, two share a place now and then; `merge=union` merges these, too.
#[test]
fn with_union_branches_merge_whatever_they_add() {
    let merge = Merge::new(5, 50);
    merge
        .repo
        .commit_file(".gitattributes", format!("{FILE} merge=union\n"));
    for trial in 0..20 {
        let first = 1_000_000 + trial * 1000;
        let side = |from: u64| -> Vec<u64> { (first + from..first + from + 60).collect() };
        assert!(merge.merges(50, &side(0), &side(100)), "trial {trial}");
    }
}

#[test]
fn a_day_that_is_none_or_over_is_refused() {
    let repo = TestRepo::new();
    for (day, said) in [("tomorrow", "2027-01-31"), ("2020-01-01", "that day is over")] {
        let run = run(&repo.path(), &["baseline", "create", "accepted", "--until", day]);
        assert_eq!(run.code, 2);
        assert!(
            run.err().contains(said) && run.err().contains("hint: "),
            "{}",
            run.err()
        );
        assert!(!repo.path().join("accepted").exists());
    }
}

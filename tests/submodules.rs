//! `history --submodules`: the repositories of submodules, and what is said of those that are not here.

mod common;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use common::program::{self, findings};
use common::random::{Pair, Random};
use common::repo::TestRepo;
use serde_json::Value;

fn text(key: &Pair) -> String {
    format!("id = {}\naws_secret_access_key = {}\n", key.id, key.secret)
}

fn keys() -> Vec<Pair> {
    let mut random = Random::new(77);
    (0..5).map(|_| random.pair()).collect()
}

/// A repository with the submodule `vendor/lib`, which has the submodule `deep`; a key in each.
struct Nested {
    top: TestRepo,
    lib: TestRepo,
    _deep: TestRepo,
}

impl Nested {
    fn new() -> Self {
        let keys = keys();
        let (top, lib, deep) = (TestRepo::new(), TestRepo::new(), TestRepo::new());
        deep.commit_file("inner.env", text(&keys[2]));
        lib.commit_file("config.env", text(&keys[1]));
        add(&lib, &deep, "deep");
        top.commit_file("main.env", text(&keys[0]));
        add(&top, &lib, "vendor/lib");
        top.git(&["submodule", "update", "-q", "--init", "--recursive"]);
        Self { top, lib, _deep: deep }
    }

    fn modules(&self) -> std::path::PathBuf {
        self.top.path().join(".git/modules")
    }
}

fn add(repo: &TestRepo, submodule: &TestRepo, path: &str) {
    let from = submodule.path();
    repo.git(&["submodule", "add", "-q", from.to_str().expect("plain"), path]);
    repo.commit(&format!("add {path}"));
}

/// The report of a run with this exit code.
fn audit(folder: &Path, flags: &[&str], code: i32) -> Value {
    let run = program::run(folder, &[&["history", "--report", "json"], flags].concat());
    assert_eq!(run.code, code, "{}{}", run.out(), run.err());
    run.json()
}

/// The paths at which access key ids were found, sorted.
fn paths(report: &Value) -> Vec<String> {
    let mut paths: Vec<String> = findings(report)
        .iter()
        .filter(|finding| finding["kind"] == "access-key-id")
        .flat_map(|finding| finding["occurrences"].as_array().expect("places"))
        .map(|place| place["path"].as_str().expect("a path").to_owned())
        .collect();
    paths.sort();
    paths
}

fn reasons(report: &Value) -> String {
    report["incomplete_reasons"].to_string()
}

#[test]
fn findings_of_submodules_carry_their_paths() {
    let nested = Nested::new();
    let top = nested.top.path();
    let plain = audit(&top, &[], 1);
    assert_eq!(paths(&plain), ["main.env"]);
    assert_eq!(plain["skips"]["left_out"]["submodule"], 1);
    let human = program::run(&top, &["history"]).out();
    assert!(human.contains("submodules (1; --submodules"), "{human}");

    let report = audit(&top, &["--submodules"], 1);
    assert_eq!(report["complete"], true, "{}", reasons(&report));
    assert_eq!(
        paths(&report),
        ["main.env", "vendor/lib/config.env", "vendor/lib/deep/inner.env"]
    );
    assert_eq!(report["skips"]["left_out"].get("submodule"), None);
    for finding in findings(&report) {
        let place = &finding["location"];
        let submodule = match place["path"].as_str().expect("a path") {
            "main.env" => None,
            "vendor/lib/config.env" => Some("vendor/lib"),
            _ => Some("vendor/lib/deep"),
        };
        assert_eq!(place.get("submodule").and_then(Value::as_str), submodule);
        assert_eq!(finding["state"], "in-tree");
        let named = finding["refs"][0].as_str().expect("a ref");
        assert_eq!(named.starts_with("vendor/lib:"), submodule.is_some(), "{named}");
    }
    // One thread or eight, and as text.
    let json = |jobs| program::run(&top, &["history", "--submodules", "--report", "json", "--jobs", jobs]).stdout;
    assert_eq!(json("1"), json("8"));
    let human = program::run(&top, &["history", "--submodules"]).out();
    assert!(human.contains("vendor/lib/config.env:"), "{human}");
}

#[test]
fn a_secret_in_both_is_one_finding() {
    let nested = Nested::new();
    let key = &keys()[1];
    nested.top.commit_file("copy.env", text(key));
    nested.top.git(&["rm", "-q", "copy.env"]);
    nested.top.commit(&format!("subject\n\n{}", keys()[3].id));
    let report = audit(&nested.top.path(), &["--submodules"], 1);
    let of_key = findings(&report)
        .iter()
        .filter(|finding| finding["aws"]["key_id"] == key.id.as_str());
    let of_key: Vec<_> = of_key.filter(|finding| finding["kind"] == "access-key-id").collect();
    assert_eq!(of_key.len(), 1);
    assert_eq!(of_key[0]["state"], "in-tree", "the submodule's HEAD has it");
    assert!(of_key[0]["removed"].is_null());
    assert_eq!(of_key[0]["occurrences"].as_array().map(Vec::len), Some(2));
}

#[test]
fn messages_of_submodules_name_them() {
    let nested = Nested::new();
    let lib = nested.top.path().join("vendor/lib");
    nested
        .top
        .git_in(&lib, &["commit", "-q", "--allow-empty", "-m", &text(&keys()[4])]);
    let human = program::run(&nested.top.path(), &["history", "--submodules"]).out();
    assert!(human.contains("in submodule vendor/lib:"), "{human}");
    for format in ["sarif", "jsonl"] {
        let run = program::run(&nested.top.path(), &["history", "--submodules", "--report", format]);
        assert_eq!(run.code, 1);
        assert!(run.out().contains("vendor/lib/config.env"), "{}", run.out());
    }
}

#[test]
fn what_is_not_cloned_is_said() {
    let nested = Nested::new();
    let clone = nested.top.beside("clone");
    let from = nested.top.path();
    let (from, into) = (from.to_str().expect("plain"), clone.to_str().expect("plain"));
    nested.top.git(&["clone", "-q", from, into]);
    assert_eq!(audit(&clone, &[], 1)["complete"], true, "it was not asked for");
    let report = audit(&clone, &["--submodules"], 1);
    let said = "submodule 'vendor/lib' is not cloned: `git submodule update --init`";
    assert_eq!(report["incomplete_reasons"][0], said);
    assert_eq!(report["complete"], false);
    // Of a nested one too, with the way to it.
    nested.top.git_in(&clone, &["submodule", "update", "-q", "--init"]);
    let report = audit(&clone, &["--submodules"], 1);
    assert_eq!(paths(&report), ["main.env", "vendor/lib/config.env"]);
    let said = "submodule 'vendor/lib': submodule 'deep' is not cloned: `git submodule update --init`";
    assert_eq!(report["incomplete_reasons"][0], said);
    // A bare clone has none at all; and without findings, that is no pass.
    let clean = TestRepo::new();
    clean.commit_file("a", "nothing\n");
    add(&clean, &nested.lib, "vendor/lib");
    let bare = clean.beside("bare");
    let from = clean.path();
    clean.git(&[
        "clone",
        "-q",
        "--bare",
        from.to_str().expect("plain"),
        bare.to_str().expect("plain"),
    ]);
    assert_eq!(audit(&bare, &[], 0)["skips"]["left_out"]["submodule"], 1);
    assert!(reasons(&audit(&bare, &["--submodules"], 2)).contains("is not cloned"));
}

#[test]
fn a_submodule_without_its_commit_is_said() {
    let nested = Nested::new();
    let newer = nested.lib.commit_file("newer", "nothing\n");
    let entry = format!("160000,{newer},vendor/lib");
    nested.top.git(&["update-index", "--cacheinfo", &entry]);
    nested.top.git(&["commit", "-q", "-m", "newer"]);
    let report = audit(&nested.top.path(), &["--submodules"], 1);
    assert!(
        reasons(&report).contains(&format!("checked-in commit {newer}")),
        "{}",
        reasons(&report)
    );
}

#[test]
fn repositories_in_the_work_tree_and_of_removed_submodules_are_read() {
    let nested = Nested::new();
    let top = nested.top.path();
    // As old versions of git had it.
    let lib = top.join("vendor/lib");
    fs::remove_file(lib.join(".git")).expect("a link");
    fs::rename(nested.modules().join("vendor/lib"), lib.join(".git")).expect("moved");
    let report = audit(&top, &["--submodules"], 1);
    assert_eq!(report["complete"], true, "{}", reasons(&report));
    assert_eq!(paths(&report).len(), 3, "{:?}", paths(&report));

    let nested = Nested::new();
    let top = nested.top.path();
    nested.top.git(&["rm", "-qf", "vendor/lib"]);
    nested.top.commit("without it");
    let report = audit(&top, &["--submodules"], 1);
    assert_eq!(report["complete"], true, "{}", reasons(&report));
    assert_eq!(paths(&report).len(), 3, "git keeps it for a checkout of old commits");
    // Seen from a linked worktree, which has submodules of its own.
    let nested = Nested::new();
    let linked = nested.top.beside("linked");
    nested
        .top
        .git(&["worktree", "add", "-q", "--detach", linked.to_str().expect("plain")]);
    fs::rename(nested.modules(), nested.top.beside("away")).expect("moved");
    nested.top.git_in(&linked, &["submodule", "update", "-q", "--init"]);
    assert_eq!(paths(&audit(&linked, &["--submodules"], 1)).len(), 2);
}

/// What is done to a repository, with the path of a git directory outside of it.
type Change = fn(&Nested, &Path);

/// A git directory can be a stranger's: no link and no file leads out of it.
#[test]
fn nothing_leads_out_of_the_repository() {
    let other = TestRepo::new();
    other.commit_file("private.env", text(&keys()[4]));
    let outside = other.path().join(".git");
    let cases: [(&str, Change); 6] = [
        ("a link", |nested, outside| {
            symlink(outside, nested.modules().join("evil")).expect("a link");
        }),
        ("a link", |nested, outside| {
            fs::rename(nested.modules(), nested.top.beside("away")).expect("moved");
            symlink(outside.parent().expect("a folder"), nested.modules()).expect("a link");
        }),
        ("a link", |nested, _| {
            symlink(nested.modules(), nested.modules().join("loop")).expect("a link");
        }),
        ("lies elsewhere", |nested, outside| {
            let evil = nested.modules().join("evil");
            fs::create_dir(&evil).expect("a folder");
            fs::write(evil.join("commondir"), outside.to_str().expect("plain")).expect("a file");
            fs::write(evil.join("HEAD"), "ref: refs/heads/main\n").expect("a file");
        }),
        ("damaged", |nested, _| {
            fs::remove_file(nested.modules().join("vendor/lib/HEAD")).expect("a file");
        }),
        ("nested too deep", |nested, _| {
            let mut deep = nested.modules();
            (0..200).for_each(|_| deep.push("d"));
            fs::create_dir_all(deep).expect("folders");
        }),
    ];
    for (said, change) in cases {
        let nested = Nested::new();
        change(&nested, &outside);
        let report = audit(&nested.top.path(), &["--submodules"], 1);
        assert!(report["skips"]["faults"].to_string().contains(said), "{said}: {report}");
        assert!(!paths(&report).iter().any(|path| path.contains("private")), "{said}");
    }
    // Paths of hostile trees and `.gitmodules`, and a `.git` file that names a repository elsewhere.
    let nested = Nested::new();
    let top = nested.top.path();
    let names = "[submodule \"../../../other\"]\npath = ../other\n[submodule \"vendor/lib\"]\npath = ../../etc\n";
    nested.top.write(".gitmodules", names);
    fs::create_dir(top.join("link")).expect("a folder");
    fs::write(top.join("link/.git"), format!("gitdir: {}\n", outside.display())).expect("a file");
    symlink(other.path(), top.join("linked")).expect("a link");
    let head = other.id("HEAD");
    for path in ["link", "linked"] {
        nested.top.git(&["rm", "-q", "--cached", "--ignore-unmatch", path]);
        let entry = format!("160000,{head},{path}");
        nested.top.git(&["update-index", "--add", "--cacheinfo", &entry]);
    }
    nested.top.git(&["add", ".gitmodules"]);
    nested.top.git(&["commit", "-q", "-m", "hostile"]);
    let report = audit(&top, &["--submodules"], 1);
    assert!(!paths(&report).iter().any(|path| path.contains("private")), "{report}");
    for path in ["link", "linked"] {
        assert!(
            reasons(&report).contains(&format!("'{path}' is not cloned")),
            "{}",
            reasons(&report)
        );
    }
    // A path that leads out is none; then the folder's own name counts.
    assert!(paths(&report).contains(&"vendor/lib/config.env".to_owned()));
}

#[test]
fn a_tree_of_submodules_without_end_is_bounded() {
    let repo = TestRepo::new();
    let mut tree = Vec::new();
    for name in b'0'..=b'9' {
        tree.extend([b"160000 ", &[name][..], &[0]].concat());
        tree.extend([0x77; 20]);
    }
    let mut below = repo.hash_object("tree", &tree);
    for _ in 0..8 {
        let mut tree = Vec::new();
        for name in b'0'..=b'9' {
            tree.extend([b"40000 ", &[name][..], &[0]].concat());
            tree.extend(below.as_bytes());
        }
        below = repo.hash_object("tree", &tree);
    }
    let commit = repo.git(&["commit-tree", "-m", "bomb", &below.to_string()]);
    repo.git(&["update-ref", "refs/heads/main", &commit]);
    let report = audit(&repo.path(), &["--submodules"], 2);
    assert!(
        report.to_string().contains("too many submodules"),
        "{}",
        reasons(&report)
    );
}

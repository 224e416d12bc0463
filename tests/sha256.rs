//! Repositories with SHA-256 ids: loose, packed in every way that git packs, damaged. What is found, and where it
//! came from, is what the same history with SHA-1 ids gives.

mod common;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use common::program::{self, findings};
use common::random::{Pair, Random};
use common::repo::{TestRepo, damage};
use keytrail::git::{ObjectKind, ReadObject, Store, parse_id, resolve};
use regex::Regex;
use serde_json::Value;

fn text(key: &Pair) -> String {
    format!("id = {}\naws_secret_access_key = {}\n", key.id, key.secret)
}

/// Lines that deltas can share, then a key.
fn long(random: &mut Random, key: &Pair) -> String {
    let lines: Vec<String> = (0..60).map(|_| random.class("a-z ", 50)).collect();
    lines.join("\n") + "\n" + &text(key)
}

/// A repository with a secret in each kind of place.
fn filled(format: &str) -> TestRepo {
    let repo = TestRepo::init(&[&format!("--object-format={format}")]);
    let mut random = Random::new(5);
    let keys: Vec<Pair> = (0..12).map(|_| random.pair()).collect();
    let base = long(&mut random, &keys[0]);
    repo.commit_file("dir/config.env", &base);
    for (n, key) in keys[1..4].iter().enumerate() {
        repo.commit_file("dir/config.env", format!("version {n}\n{base}\n{}", text(key)));
    }
    repo.commit_file("dir/config.env", "version last\n");
    repo.git(&["checkout", "-qb", "side"]);
    repo.commit_file("side.env", text(&keys[4]));
    repo.git(&["tag", "-a", "-m", &text(&keys[5]), "heavy"]);
    repo.git(&["notes", "add", "-m", &text(&keys[6])]);
    repo.git(&["checkout", "-q", "main"]);
    repo.commit_file("later", "nothing\n");
    repo.git(&["merge", "-q", "--no-ff", "-m", "join", "side"]);
    repo.git(&["rm", "-q", "side.env"]);
    repo.commit("take it out");
    repo.write("later", text(&keys[7]));
    repo.git(&["stash", "push", "-q"]);
    repo.commit_file("lost.env", text(&keys[8]));
    repo.git(&["reset", "-q", "--hard", "HEAD~"]);
    repo.hash_object("blob", text(&keys[9]).as_bytes());
    repo.commit(&format!("subject\n\n{}", text(&keys[10])));
    repo.write("staged.env", text(&keys[11]));
    repo.git(&["add", "-A"]);
    repo
}

/// The report with every id replaced by what it is the id of, which is the same for both kinds of ids.
fn report(repo: &TestRepo, arguments: &[&str]) -> Value {
    let run = program::run(
        &repo.path(),
        &[arguments, &["--report", "json", "--min-confidence", "low"]].concat(),
    );
    assert_eq!(run.code, 1, "{}", run.err());
    let ids = Regex::new(r#""([0-9a-f]{64}|[0-9a-f]{40})""#).expect("it compiles");
    let short_id = Regex::new(r"\b[0-9a-f]{7}\b").expect("it compiles");
    let length = repo.id("HEAD").to_string().len();
    let mut known = HashMap::new();
    let json = run.out();
    let named = ids.replace_all(&json, |found: &regex::Captures<'_>| {
        assert_eq!(found[1].len(), length, "ids are printed whole");
        let name = known.entry(found[1].to_owned()).or_insert_with(|| {
            let kind = repo.git(&["cat-file", "-t", &found[1]]);
            let content = match kind.as_str() {
                // The subject of a stash holds a shortened id.
                "commit" => {
                    let subject = repo.git(&["log", "-1", "--format=%ct %s", &found[1]]);
                    short_id.replace_all(&subject, "ID").into_owned()
                }
                _ => repo.git(&["cat-file", "-p", &found[1]]),
            };
            let lines = content.lines().filter(|line| !line.starts_with("object "));
            serde_json::to_string(&lines.collect::<Vec<_>>().join(" ")).expect("JSON")
        });
        name.clone()
    });
    let mut report: Value = serde_json::from_str(&named).expect("JSON");
    // Packs have an order of their own; and a commit that names longer ids is longer.
    report["stats"]["bytes"] = Value::Null;
    let mut sorted = report["findings"].as_array().expect("findings").clone();
    sorted.sort_by_key(|finding| finding["fingerprint"].to_string());
    report["findings"] = sorted.into();
    report
}

fn pack_files(repo: &TestRepo, extension: &str) -> Vec<PathBuf> {
    let dir = fs::read_dir(repo.path().join(".git/objects/pack")).expect("packs");
    let paths = dir.map(|entry| entry.expect("a file").path());
    let mut paths: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|e| e == extension))
        .collect();
    paths.sort();
    paths
}

/// Ways to store the same objects; each starts from what the one before left.
const STEPS: &[(&str, &[&[&str]])] = &[
    ("loose", &[]),
    ("deltas by offset", &[&["repack", "-adfq", "--depth=50"]]),
    (
        "deltas by id",
        &[
            &["config", "repack.useDeltaBaseOffset", "false"],
            &["repack", "-adfq", "--depth=50"],
        ],
    ),
    (
        "several packs and their common index",
        &[&["repack", "-dq", "--geometric=2"], &["multi-pack-index", "write"]],
    ),
    (
        "cruft, a commit graph and an old index",
        &[
            &["gc", "-q", "--cruft", "--prune=never"],
            &["commit-graph", "write", "--reachable"],
        ],
    ),
];

#[test]
fn findings_and_provenance_are_those_of_sha1() {
    let (short, long) = (filled("sha1"), filled("sha256"));
    for (step, commands) in STEPS {
        for repo in [&short, &long] {
            for command in *commands {
                repo.git(command);
            }
        }
        let (by_short, by_long) = (report(&short, &["history"]), report(&long, &["history"]));
        assert_eq!(by_long["complete"], true, "{step}: {}", by_long["incomplete_reasons"]);
        // Both halves of twelve keys.
        assert!(findings(&by_long).len() >= 24, "{step}: {}", findings(&by_long).len());
        for (a, b) in findings(&by_short).iter().zip(findings(&by_long)) {
            assert_eq!(a, b, "{step}");
        }
        assert_eq!(by_short, by_long, "{step}");
        let range = &["range", "main~4..main"];
        assert_eq!(report(&short, range), report(&long, range), "{step}");
        assert_eq!(report(&short, &["staged"]), report(&long, &["staged"]), "{step}");
    }
    assert!(!pack_files(&long, "mtimes").is_empty(), "a cruft pack was read");
    let packed = long.git(&["verify-pack", "-v", &pack_files(&long, "idx")[0].to_string_lossy()]);
    assert!(packed.contains("chain length"), "deltas were read: {packed}");
}

#[test]
fn packed_objects_are_found_by_the_beginning_of_their_ids() {
    for format in ["sha1", "sha256"] {
        let repo = filled(format);
        repo.git(&["gc", "-q"]);
        let store = Store::unlisted(&repo.open()).expect("a store");
        for line in repo.git(&["cat-file", "--batch-all-objects", "--batch-check"]).lines() {
            let (id, _) = line.split_once(' ').expect("an id and more");
            let expected = parse_id(id.as_bytes()).expect("an id");
            assert_eq!(store.with_prefix(&id[..12]), Ok(expected));
            assert_eq!(store.with_prefix(&id[..id.len() - 1].to_uppercase()), Ok(expected));
        }
        assert!(store.with_prefix("").is_err_and(|e| e.contains("more than one")));
        let other = "f".repeat(30);
        assert!(store.with_prefix(&other).is_err_and(|e| e.contains("missing")));
        let main = repo.id("main");
        assert_eq!(resolve(&repo.open(), &store, &main.to_string()[..10]), Ok(main));
    }
}

/// The faults of a run that must be incomplete, each as `what: reason`.
fn faults(folder: &Path) -> (Value, Vec<String>) {
    let run = program::run(folder, &["history", "--report", "json"]);
    let report = run.json();
    assert_eq!(report["complete"], false, "{report}");
    let faults = report["skips"]["faults"].as_array().expect("faults").iter();
    let faults = faults
        .map(|fault| format!("{}: {}", fault["what"], fault["reason"]))
        .collect();
    (report, faults)
}

#[test]
fn what_is_damaged_is_named_at_full_length_and_the_rest_is_read() {
    let repo = filled("sha256");
    repo.git(&["repack", "-adfq", "--depth=0"]);
    let (pack, index) = (pack_files(&repo, "pack").remove(0), pack_files(&repo, "idx").remove(0));
    let (sound_pack, sound_index) = (fs::read(&pack).expect("a pack"), fs::read(&index).expect("an index"));
    let blob = repo.id("side:side.env");
    let at: usize = {
        let list = repo.git(&["verify-pack", "-v", index.to_str().expect("plain")]);
        let line = list.lines().find(|line| line.starts_with(&blob.to_string()));
        let offset = line.and_then(|line| line.split_whitespace().nth(4));
        offset.and_then(|offset| offset.parse().ok()).expect("an offset")
    };
    let whole = findings(&program::run(&repo.path(), &["history", "--report", "json"]).json()).len();

    damage(&pack, |bytes| bytes[at + 10] ^= 0x55);
    let (report, named) = faults(&repo.path());
    assert!(named.iter().all(|fault| fault.contains(&blob.to_string())), "{named:?}");
    assert_eq!(findings(&report).len(), whole - 2, "the rest is read");

    damage(&pack, |bytes| *bytes = sound_pack[..sound_pack.len() - 40].to_vec());
    let (_, named) = faults(&repo.path());
    assert!(named.iter().any(|fault| fault.contains("cut off")), "{named:?}");
    damage(&pack, |bytes| bytes.clone_from(&sound_pack));

    // Of another repository, with ids of 20 bytes; and cut off.
    let other = filled("sha1");
    other.git(&["repack", "-adfq"]);
    let foreign = fs::read(&pack_files(&other, "idx")[0]).expect("an index");
    for bytes in [foreign, sound_index[..sound_index.len() - 33].to_vec()] {
        damage(&index, |damaged| *damaged = bytes);
        let (_, named) = faults(&repo.path());
        assert!(
            named.iter().any(|fault| fault.contains("index is damaged")),
            "{named:?}"
        );
    }
    damage(&index, |bytes| bytes.clone_from(&sound_index));
    let mut raw = Vec::new();
    let store = Store::unlisted(&repo.open()).expect("a store");
    assert_eq!(store.read(&blob, &mut raw), Ok(ObjectKind::Blob));
}

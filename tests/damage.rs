//! A repository that is damaged or hostile, as the program meets it: it ends, in bounded memory, names what it
//! could not read, has scanned the rest, and is no pass.

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::pack::{BLOB, COMMIT, HandMade, TREE, made_up, made_up_id, repeated};
use common::program::{self, Run, findings, within};
use common::random::{Pair, Random};
use common::repo::{TestRepo, damage};
use keytrail::origin::ObjectId;
use serde_json::Value;

fn text(key: &Pair) -> String {
    format!("id = {}\naws_secret_access_key = {}\n", key.id, key.secret)
}

fn key(n: u64) -> Pair {
    Random::new(900 + n).pair()
}

/// Packed: a file in two versions and one that holds a key; the latter stays whole in every test.
fn packed() -> TestRepo {
    let repo = TestRepo::new();
    let lines: String = (0..400).map(|n| format!("line {n} of a file that changes\n")).collect();
    repo.commit_file("changes", &lines);
    repo.commit_file("changes", lines + "one more\n");
    repo.commit_file("kept.env", text(&key(1)));
    repo.git(&["repack", "-adfq"]);
    repo
}

/// Runs a command that must be incomplete, say `named`, and have found the key: code 1, and code 2 where findings
/// are forgiven.
fn incomplete(folder: &Path, named: &str) -> Value {
    incomplete_run(|arguments| program::run(folder, arguments), named)
}

fn incomplete_run(run: impl Fn(&[&str]) -> Run, named: &str) -> Value {
    let ended = run(&["history", "--report", "json"]);
    let report = ended.json();
    assert_eq!(report["complete"], false, "{named}");
    let said = format!("{} {}", report["incomplete_reasons"], report["skips"]["faults"]);
    assert!(said.contains(named), "{named} is not in {said}");
    assert!(has(&report, &key(1)), "{named}: the rest was scanned");
    assert_eq!(ended.code, 1, "{named}");
    assert_eq!(run(&["history", "--exit-zero", "-q"]).code, 2, "{named}");
    report
}

fn has(report: &Value, key: &Pair) -> bool {
    findings(report)
        .iter()
        .any(|finding| finding["aws"]["key_id"] == key.id.as_str())
}

fn pack_of(repo: &TestRepo) -> PathBuf {
    let dir = fs::read_dir(repo.path().join(".git/objects/pack")).expect("packs");
    let mut paths = dir.map(|entry| entry.expect("a file").path());
    paths
        .find(|path| path.extension().is_some_and(|e| e == "pack"))
        .expect("a pack")
}

/// Writes a loose blob although a pack has it: git would not.
fn write_loose(repo: &TestRepo, bytes: &[u8]) -> ObjectId {
    let other = TestRepo::new();
    let id = other.hash_object("blob", bytes);
    fs::create_dir_all(repo.loose(&id).parent().expect("a folder")).expect("a folder");
    fs::copy(other.loose(&id), repo.loose(&id)).expect("a copy");
    id
}

/// Where an object's entry starts in the pack, and whether it is a delta.
fn offset(repo: &TestRepo, id: &ObjectId) -> (usize, bool) {
    let index = pack_of(repo).with_extension("idx");
    let list = repo.git(&["verify-pack", "-v", index.to_str().expect("plain")]);
    let line = list
        .lines()
        .find(|line| line.starts_with(&id.to_string()))
        .expect("it is packed");
    let parts: Vec<&str> = line.split_whitespace().collect();
    (parts[4].parse().expect("an offset"), parts.len() > 5)
}

#[test]
fn a_corrupted_entry_costs_what_depends_on_it() {
    let repo = packed();
    let versions = [repo.id("HEAD:changes"), repo.id("HEAD~2:changes")];
    let base = versions.iter().find(|id| !offset(&repo, id).1).expect("one is whole");
    let at = offset(&repo, base).0;
    damage(&pack_of(&repo), |bytes| bytes[at + 20] ^= 0x40);
    let report = incomplete(&repo.path(), &base.to_string());
    let faults = report["skips"]["faults"].as_array().expect("faults");
    assert_eq!(faults.len(), 2, "both versions, and nothing else: {faults:?}");
}

#[test]
fn a_truncated_pack_is_read_as_far_as_it_goes() {
    let repo = packed();
    let (last, _) = [repo.id("HEAD:changes"), repo.id("HEAD~2:changes")]
        .iter()
        .map(|id| offset(&repo, id))
        .max()
        .expect("two");
    // What git has packed behind it is lost; the key is loose, too.
    write_loose(&repo, text(&key(1)).as_bytes());
    damage(&pack_of(&repo), |bytes| bytes.truncate(last + 3));
    incomplete(&repo.path(), "cut off");
}

#[test]
fn a_missing_base_is_named() {
    let repo = packed();
    let mut pack = HandMade::new();
    pack.on_id(0xa1, 0xa2, &repeated(100, 2));
    pack.write(&repo, "thin");
    let report = incomplete(&repo.path(), "base");
    assert!(
        report["skips"]["faults"]
            .to_string()
            .contains(&made_up_id(0xa1).to_string())
    );
}

#[test]
fn sizes_that_lie_are_named() {
    let repo = packed();
    let mut pack = HandMade::new();
    pack.add(0xa1, BLOB, 5, b"", b"more than five bytes");
    pack.add(0xa2, BLOB, 50, b"", b"less than fifty bytes");
    pack.add(0xa3, BLOB, 1 << 60, b"", b"much less");
    pack.add(0xa4, BLOB, 2 << 30, b"", b"as large as anything");
    pack.write(&repo, "lies");
    let run = |arguments: &[&str]| within(&repo.path(), 1024, arguments);
    let report = incomplete_run(run, "size");
    let faults = report["skips"]["faults"].to_string();
    for n in 0xa1..=0xa4 {
        assert!(faults.contains(&made_up_id(n).to_string()), "{n:x}: {faults}");
    }
}

#[test]
fn an_index_that_disagrees_is_named() {
    // Of another pack; and with the offsets of two objects changed for each other.
    let (repo, other) = (packed(), TestRepo::new());
    other.commit_file("a", "another\n");
    other.git(&["repack", "-adfq"]);
    let foreign = fs::read(pack_of(&other).with_extension("idx")).expect("an index");
    let index = pack_of(&repo).with_extension("idx");
    let sound = fs::read(&index).expect("an index");
    write_loose(&repo, text(&key(1)).as_bytes());
    damage(&index, |bytes| *bytes = foreign);
    incomplete(&repo.path(), "number of objects");
    let count = u32::from_be_bytes(sound[8 + 1020..8 + 1024].try_into().expect("a number")) as usize;
    let offsets = 8 + 1024 + count * 24;
    damage(&index, |bytes| {
        bytes.clone_from(&sound);
        let (one, two) = bytes[offsets..].split_at_mut(4);
        one.swap_with_slice(&mut two[..4]);
    });
    incomplete(&repo.path(), "checksum");
    damage(&index, |bytes| {
        bytes.clone_from(&sound);
        bytes[offsets..offsets + 4].copy_from_slice(&[0x7f, 0xff, 0xff, 0xff]);
    });
    incomplete(&repo.path(), "outside");
}

#[test]
fn a_delta_bomb_takes_bounded_memory() {
    let repo = packed();
    let mut pack = HandMade::new();
    // 64 KiB, 16 MiB, 128 MiB, four that would need 2 GiB beside that, and one of 16 GiB.
    pack.blob(0xa1, &b"all work and no play\n".repeat(3121)[..65536]);
    pack.on_id(0xa2, 0xa1, &repeated(1 << 16, 256));
    pack.on_id(0xa3, 0xa2, &repeated(1 << 24, 8));
    for n in 0xa4..0xa8 {
        pack.on_id(n, 0xa3, &repeated(1 << 27, 16));
    }
    pack.on_id(0xa8, 0xa3, &repeated(1 << 27, 128));
    // One that fits, for another thread.
    pack.blob(0xb1, &b"all play and no work\n".repeat(3121)[..65536]);
    pack.on_id(0xb2, 0xb1, &repeated(1 << 16, 256));
    pack.on_id(0xb3, 0xb2, &repeated(1 << 24, 40));
    pack.write(&repo, "bomb");
    let run = |arguments: &[&str]| within(&repo.path(), 2 << 10, &[arguments, &["--jobs", "4"]].concat());
    let report = incomplete_run(run, &made_up_id(0xa8).to_string());
    assert!(report["skips"]["faults"].to_string().contains("too much memory"));
}

/// A tree's entries.
fn tree(entries: &[(&str, &str, [u8; 20])]) -> Vec<u8> {
    let parts = entries.iter();
    parts
        .flat_map(|(mode, name, id)| [format!("{mode} {name}\0").as_bytes(), id].concat())
        .collect()
}

/// A commit of a tree, made up by hand.
fn commit(tree: &[u8; 20]) -> Vec<u8> {
    let id = ObjectId::from_bytes(tree).expect("20 bytes");
    format!("tree {id}\nauthor A <a@example.com> 1700000000 +0000\ncommitter A <a@example.com> 1700000000 +0000\n\nm\n")
        .into_bytes()
}

#[test]
fn a_circle_of_trees_is_named_where_nothing_is_found() {
    let repo = TestRepo::new();
    repo.commit_file("plain", "nothing here\n");
    let mut pack = HandMade::new();
    for (one, other) in [(0xa2, 0xa3), (0xa3, 0xa2)] {
        let half = tree(&[("40000", "other", made_up(other))]);
        pack.add(one, TREE, half.len(), b"", &half);
    }
    pack.write(&repo, "circle");
    let run = within(&repo.path(), 2 << 10, &["history", "--report", "json"]);
    let report = run.json();
    assert_eq!(run.code, 2, "{report}");
    let faults = report["skips"]["faults"].to_string();
    assert!(faults.contains("the tree lies beneath itself"), "{faults}");
}

#[test]
fn trees_in_a_circle_come_to_an_end() {
    let repo = packed();
    let found = text(&key(2));
    let mut pack = HandMade::new();
    // One that holds itself, and two that hold each other, beside a key.
    let blob = made_up(0xa0);
    pack.blob(0xa0, found.as_bytes());
    let itself = tree(&[("100644", "a.env", blob), ("40000", "again", made_up(0xa1))]);
    pack.add(0xa1, TREE, itself.len(), b"", &itself);
    for (one, other) in [(0xa2, 0xa3), (0xa3, 0xa2)] {
        let half = tree(&[("100644", "b.env", blob), ("40000", "other", made_up(other))]);
        pack.add(one, TREE, half.len(), b"", &half);
    }
    for (n, of) in [(0xa4, 0xa1), (0xa5, 0xa2)] {
        let commit = commit(&made_up(of));
        pack.add(n, COMMIT, commit.len(), b"", &commit);
    }
    pack.write(&repo, "circle");
    for (name, n) in [("itself", 0xa4), ("other", 0xa5)] {
        let file = repo.path().join(".git/refs/heads").join(name);
        fs::write(file, made_up_id(n).to_string()).expect("a ref");
    }
    let run = within(&repo.path(), 2 << 10, &["history", "--report", "json"]);
    let report = run.json();
    assert_eq!(run.code, 1);
    assert!(has(&report, &key(1)) && has(&report, &key(2)));
    assert_eq!(report["complete"], false, "{report}");
    for range in ["main..itself", "main..other", "itself..other"] {
        let run = within(&repo.path(), 2 << 10, &["range", range, "--report", "json"]);
        let report = run.json();
        assert_eq!(report["complete"], false, "{range}");
        assert!(
            report["skips"]["faults"].to_string().contains("nested too deep"),
            "{range}: {report}"
        );
    }
    // As a loose object it is not what its name says.
    let repo = packed();
    let blob = repo.id("HEAD:changes");
    let blob = blob.as_bytes().try_into().expect("20 bytes");
    let forged = repo.hash_object("tree", &tree(&[("100644", "forged", blob)]));
    let loop_file = repo.hash_object(
        "tree",
        &tree(&[("40000", "again", forged.as_bytes().try_into().expect("20"))]),
    );
    let bytes = fs::read(repo.loose(&loop_file)).expect("an object");
    damage(&repo.loose(&forged), |file| *file = bytes);
    incomplete(&repo.path(), "its hash is not its name");
}

#[test]
fn ten_thousand_folders_in_each_other_come_to_an_end() {
    let repo = packed();
    let mut pack = HandMade::new();
    let found = text(&key(2));
    pack.blob(0xa0, found.as_bytes());
    let mut below = ("100644", made_up(0xa0));
    for n in 1000..11_000 {
        let level = tree(&[(below.0, "d", below.1)]);
        pack.add(n, TREE, level.len(), b"", &level);
        below = ("40000", made_up(n));
    }
    let top = commit(&below.1);
    pack.add(0xa5, COMMIT, top.len(), b"", &top);
    pack.write(&repo, "deep");
    fs::write(repo.path().join(".git/refs/heads/deep"), made_up_id(0xa5).to_string()).expect("a ref");
    let run = within(&repo.path(), 2 << 10, &["history", "--report", "json"]);
    assert_eq!(run.code, 1, "{}", run.err());
    assert!(has(&run.json(), &key(1)) && has(&run.json(), &key(2)));
    let run = within(&repo.path(), 2 << 10, &["range", "main..deep", "--report", "json"]);
    assert!(run.json()["skips"]["faults"].to_string().contains("nested too deep"));
    let run = within(&repo.path(), 2 << 10, &["history", "--submodules", "--report", "json"]);
    assert_eq!(run.code, 1);
}

#[test]
fn alternates_in_a_circle_or_without_end_are_followed_as_far_as_git_does() {
    let repo = packed();
    let folder = |name: String| {
        let dir = repo.beside(&name);
        fs::create_dir_all(dir.join("info")).expect("a folder");
        dir
    };
    let names = |dir: &Path, other: &Path| {
        fs::write(dir.join("info/alternates"), format!("{}\n", other.display())).expect("a file");
    };
    let (own, other) = (repo.path().join(".git/objects"), folder("other".to_owned()));
    names(&own, &other);
    names(&other, &own);
    assert_eq!(
        program::run(&repo.path(), &["history", "--exit-zero"]).code,
        0,
        "nothing is missing"
    );
    let mut last = other;
    for n in 0..8 {
        let next = folder(format!("next{n}"));
        names(&last, &next);
        last = next;
    }
    incomplete(&repo.path(), "too deep");
    names(&own, Path::new("/nowhere/at/all"));
    incomplete(&repo.path(), "/nowhere/at/all");
    damage(&own.join("info/alternates"), |bytes| bytes.resize(2 << 20, b'\n'));
    incomplete(&repo.path(), "other object folders");
}

#[test]
fn of_a_damaged_object_a_good_copy_is_read_and_the_damage_said() {
    for (step, with_copy) in [("loose", true), ("pack", true), ("none", false)] {
        let repo = TestRepo::new();
        let long = (0..300).map(|n| format!("line {n}\n")).collect::<String>();
        repo.commit_file("a.env", text(&key(3)) + &long);
        repo.commit_file("a.env", text(&key(3)) + &long + &text(&key(2)));
        repo.commit_file("kept.env", text(&key(1)));
        let blobs = [repo.id("HEAD:a.env"), repo.id("HEAD~2:a.env")];
        repo.git(&["repack", "-adfq"]);
        let base = *blobs.iter().find(|id| !offset(&repo, id).1).expect("one is whole");
        let other = *blobs.iter().find(|id| **id != base).expect("another");
        assert!(offset(&repo, &other).1, "it is a delta");
        let (pack, at) = (pack_of(&repo), offset(&repo, &base).0);
        let content = repo.beside("content");
        let raw = repo
            .command(&repo.path(), &["cat-file", "blob", &base.to_string()])
            .output();
        fs::write(&content, raw.expect("git runs").stdout).expect("a file");
        damage(&pack, |bytes| bytes[at + 20] ^= 0x40);
        match step {
            "loose" => {
                let id = write_loose(&repo, &fs::read(&content).expect("a file"));
                assert_eq!(id, base);
            }
            "pack" => {
                let bytes = fs::read(&content).expect("a file");
                let mut copy = HandMade::new();
                let id: [u8; 20] = base.as_bytes().try_into().expect("20 bytes");
                copy.add_as(id, BLOB, bytes.len(), b"", &bytes);
                // One before the damaged copy, one behind it.
                copy.write(&repo, "0");
                let report = incomplete(&repo.path(), "a copy of the object is damaged");
                assert!(has(&report, &key(2)) && has(&report, &key(3)), "{step}");
                for extension in ["pack", "idx"] {
                    let file = repo.path().join(".git/objects/pack/pack-0").with_extension(extension);
                    fs::rename(&file, file.with_file_name(format!("pack-z.{extension}"))).expect("moved");
                }
            }
            _ => {}
        }
        let report = incomplete(&repo.path(), &base.to_string());
        let faults = report["skips"]["faults"].to_string();
        assert_eq!(
            has(&report, &key(2)) && has(&report, &key(3)),
            with_copy,
            "{step}: {faults}"
        );
        assert_eq!(faults.contains("another copy was read"), with_copy, "{step}: {faults}");
        assert_eq!(
            faults.contains(&other.to_string()),
            !with_copy,
            "what is made of it: {step}: {faults}"
        );
        // Objects read one by one, too.
        let run = program::run(&repo.path(), &["range", "HEAD~2..HEAD", "--report", "json"]);
        assert_eq!(has(&run.json(), &key(2)), with_copy, "{step}: {}", run.out());
        assert_eq!(run.json()["complete"], with_copy, "{step}");
    }
}

//! Repositories in other formats: refs in tables, ids of 32 bytes. They are read as any other.

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use common::repo::{TestRepo, damage};
use keytrail::git::{ObjectKind, ReadObject, Repository, Roots, Store, resolve};
use keytrail::origin::ObjectId;
use keytrail::skip::{Skip, Why};
use keytrail::source::{Handle, history, staged};

const TABLES: &[&str] = &["--ref-format=reftable"];
const SHA256: &[&str] = &["--object-format=sha256"];
const BOTH: &[&str] = &["--ref-format=reftable", "--object-format=sha256"];

fn faults(skips: &[Skip]) -> Vec<(String, &str)> {
    let named = skips.iter().filter_map(|skip| match &skip.why {
        Why::Fault(reason) => Some((String::from_utf8_lossy(&skip.what).into_owned(), reason.as_str())),
        Why::Policy(_) => None,
    });
    named.collect()
}

/// Fills a repository with every kind of name; `MARK-n` is in a different place for each n.
fn fill(repo: &TestRepo) {
    repo.commit_file("a", "MARK-1 in the tree");
    repo.git(&["checkout", "-qb", "side/branch"]);
    repo.commit_file("b", "MARK-2 on a branch");
    repo.git(&["tag", "light"]);
    repo.git(&["tag", "-a", "-m", "MARK-3 in a tag", "heavy"]);
    repo.git(&["notes", "add", "-m", "MARK-4 in a note"]);
    repo.git(&["checkout", "-q", "main"]);
    repo.git(&["branch", "MARK-5-name"]);
    repo.git(&["branch", "gone", "side/branch"]);
    repo.git(&["branch", "-qD", "gone"]);
    repo.git(&["symbolic-ref", "refs/heads/alias", "refs/heads/side/branch"]);
    repo.git(&["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/none"]);
    for n in 0..60 {
        repo.git(&["update-ref", &format!("refs/tags/many/{n}"), "HEAD"]);
    }
    repo.write("a", "MARK-6 in a stash");
    repo.git(&["stash", "push", "-q"]);
    repo.write("a", "MARK-7 in the newer stash");
    repo.git(&["stash", "push", "-q"]);
    repo.write("a", "dropped");
    repo.git(&["stash", "push", "-q"]);
    repo.git(&["stash", "drop", "-q"]);
    repo.commit("MARK-8 in a subject");
    repo.git(&["reset", "-q", "--hard", "HEAD~"]);
    repo.git(&["fetch", "-q", ".", "side/branch"]);
    let linked = repo.beside("linked");
    let path = linked.to_str().expect("plain");
    repo.git(&["worktree", "add", "-q", "--detach", path]);
    fs::write(linked.join("w"), "MARK-9 in a worktree").expect("a file");
    repo.git_in(&linked, &["add", "-A"]);
    repo.git_in(&linked, &["commit", "-qm", "in the worktree"]);
    repo.git_in(&linked, &["update-ref", "refs/worktree/own", "HEAD~"]);
    repo.git_in(&linked, &["reset", "-q", "--hard", "HEAD~"]);
    repo.write("staged", "MARK-10 in the index");
    repo.git(&["add", "-A"]);
}

/// Every marker that the items of a history hold.
fn markers(repo: &Repository) -> BTreeSet<String> {
    let store = Store::open(repo).expect("a store");
    let found = history::discover(repo, &store, &Roots::of(repo), 1).found;
    assert_eq!(faults(&found.skips), []);
    assert!(found.incomplete.is_empty(), "{:?}", found.incomplete);
    let mut raw = Vec::new();
    let mut markers = BTreeSet::new();
    for item in &found.items {
        let text = match &item.handle {
            Handle::Object(id) => store.read(id, &mut raw).map(|_| &raw[..]).expect("it is read"),
            Handle::Bytes(bytes) => bytes,
            _ => continue,
        };
        let text = String::from_utf8_lossy(text);
        let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
        markers.extend(words.filter(|word| word.starts_with("MARK-")).map(str::to_owned));
    }
    markers
}

fn all_markers() -> BTreeSet<String> {
    let plain = [1, 2, 3, 4, 6, 7, 8, 9, 10].map(|n| format!("MARK-{n}"));
    plain.into_iter().chain(["MARK-5-name".to_owned()]).collect()
}

#[test]
fn tables_give_the_same_roots_as_files() {
    let (files, tables) = (TestRepo::new(), TestRepo::init(TABLES));
    fill(&files);
    fill(&tables);
    let packed = |repo: &TestRepo| repo.git(&["pack-refs", "--all"]);
    for step in 0..3 {
        for (name, linked) in [("repo", false), ("linked", true)] {
            let (a, b) = (files.open_at(&files.beside(name)), tables.open_at(&tables.beside(name)));
            let (from_files, from_tables) = (Roots::of(&a), Roots::of(&b));
            assert_eq!(faults(&from_tables.skips), [], "{step} {name}");
            assert_eq!(from_tables.roots, from_files.roots, "{step} {name}");
            assert_eq!(from_tables.ref_names, from_files.ref_names, "{step} {name}");
            assert_eq!(from_tables.messages, from_files.messages, "{step} {name}");
            assert_eq!(from_tables.staged, from_files.staged, "{step} {name}");
            assert_eq!((a.head(), a.branch()), (b.head(), b.branch()), "{step} {name}");
            assert_eq!(b.branch().is_some(), !linked);
            assert_eq!(markers(&b), all_markers(), "{step} {name}");
        }
        match step {
            0 => drop((packed(&files), packed(&tables))),
            _ => {
                for repo in [&files, &tables] {
                    repo.git(&["branch", "-qD", "MARK-5-name"]);
                    repo.git(&["branch", "-q", "MARK-5-name", "light"]);
                }
            }
        }
    }
    let list = fs::read_to_string(tables.path().join(".git/reftable/tables.list")).expect("a list");
    assert!(list.lines().count() > 1, "several tables were read: {list}");
}

#[test]
fn names_in_tables_are_resolved() {
    let repo = TestRepo::init(TABLES);
    fill(&repo);
    for opened in [repo.open(), repo.open_at(&repo.beside("linked"))] {
        let store = Store::unlisted(&opened).expect("a store");
        for name in [
            "main",
            "side/branch",
            "heavy",
            "alias",
            "stash",
            "stash@{1}",
            "main@{1}",
            "many/7",
        ] {
            let expected = repo.id(&format!("{name}^{{commit}}"));
            assert_eq!(resolve(&opened, &store, name), Ok(expected), "{name}");
        }
        assert!(resolve(&opened, &store, "gone").is_err_and(|e| e.contains("no such")));
    }
    let store = Store::unlisted(&repo.open()).expect("a store");
    for name in ["HEAD", "@", "HEAD@{2}", "ORIG_HEAD", "FETCH_HEAD"] {
        assert_eq!(resolve(&repo.open(), &store, name), Ok(repo.id(name)), "{name}");
    }
}

#[test]
fn a_migrated_repository_is_read() {
    let repo = TestRepo::new();
    fill(&repo);
    let before = Roots::of(&repo.open());
    // Git of this time migrates neither worktrees nor reflogs.
    repo.git(&[
        "worktree",
        "remove",
        "--force",
        repo.beside("linked").to_str().expect("plain"),
    ]);
    repo.git(&["reflog", "expire", "--expire=now", "--all"]);
    let _ = fs::remove_dir_all(repo.path().join(".git/logs"));
    repo.git(&["refs", "migrate", "--ref-format=reftable"]);
    let after = Roots::of(&repo.open());
    assert_eq!(faults(&after.skips), []);
    let mut refs = before.ref_names;
    refs.retain(|name| name.starts_with(b"refs/"));
    assert_eq!(after.ref_names, refs);
}

/// The newest table of a repository.
fn newest(repo: &TestRepo) -> PathBuf {
    let dir = repo.path().join(".git/reftable");
    let list = fs::read_to_string(dir.join("tables.list")).expect("a list");
    dir.join(list.lines().last().expect("a table"))
}

#[test]
fn a_damaged_table_is_named_and_no_name_is_believed() {
    let changes: [fn(&mut Vec<u8>); 4] = [
        |bytes| bytes.truncate(bytes.len() / 2),
        |bytes| bytes[0] = b'X',
        |bytes| bytes.fill(0xff),
        Vec::clear,
    ];
    for change in changes {
        let repo = TestRepo::init(TABLES);
        repo.commit_file("a", "MARK");
        damage(&newest(&repo), change);
        let opened = repo.open();
        let roots = Roots::of(&opened);
        let named = faults(&roots.skips);
        assert!(named[0].0.starts_with("reftable/0x"), "{named:?}");
        assert_eq!(opened.head(), None);
        let store = Store::open(&opened).expect("a store");
        assert!(resolve(&opened, &store, "main").is_err_and(|e| e.contains("table")));
        let found = history::discover(&opened, &store, &roots, 1).found;
        assert!(found.items.len() > 1, "the objects are read");
    }
    // Any byte of a real table may be wrong: that is noticed, or it is part of a name, an id or padding.
    let repo = TestRepo::init(TABLES);
    fill(&repo);
    let sound = Roots::of(&repo.open());
    let table = newest(&repo);
    let bytes = fs::read(&table).expect("a table");
    for at in (0..bytes.len()).step_by(7) {
        damage(&table, |bytes| bytes[at] ^= 0x24);
        let roots = Roots::of(&repo.open());
        let is_whole = roots.roots.len() >= sound.roots.len();
        assert!(is_whole || !faults(&roots.skips).is_empty(), "byte {at}");
        damage(&table, |damaged| damaged.clone_from(&bytes));
    }
}

#[test]
fn sha256_repositories_are_read() {
    for format in [SHA256, BOTH] {
        let repo = TestRepo::init(format);
        fill(&repo);
        for name in ["repo", "linked"] {
            let opened = repo.open_at(&repo.beside(name));
            assert_eq!(markers(&opened), all_markers());
            assert_eq!(opened.head().map(|id| id.length()), Some(32));
        }
        repo.git(&["pack-refs", "--all"]);
        assert_eq!(markers(&repo.open()), all_markers());
        let store = Store::unlisted(&repo.open()).expect("a store");
        let head = repo.id("HEAD");
        for name in [
            "HEAD",
            "main",
            &head.to_string(),
            &head.to_string()[..9],
            &head.to_string()[..40],
            "heavy~1^0",
        ] {
            let expected = repo.id(&format!("{name}^{{commit}}"));
            assert_eq!(resolve(&repo.open(), &store, name), Ok(expected), "{name}");
        }
        assert!(resolve(&repo.open(), &store, "0000000").is_err());
    }
}

#[test]
fn every_version_of_a_sha256_index_is_read() {
    for version in ["2", "3", "4"] {
        let repo = TestRepo::init(SHA256);
        repo.commit_file("dir/a", "nothing");
        repo.commit_file("dir/sub/b", "nothing");
        repo.git(&["update-index", "--index-version", version]);
        repo.write("dir/new", "MARK");
        repo.git(&["add", "-A"]);
        repo.write("later", "");
        repo.git(&["add", "-N", "later"]);
        for split in [false, true] {
            if split {
                repo.git(&["update-index", "--split-index"]);
            }
            let opened = repo.open();
            let store = Store::unlisted(&opened).expect("a store");
            let found = staged::discover(&opened, &store).expect("it is read");
            let paths: Vec<_> = found.items.iter().map(|item| item.origin.path.clone()).collect();
            assert_eq!(paths, [b"dir/new", b"dir/new"], "{version} {split}");
            assert_eq!(faults(&found.skips), []);
        }
    }
}

#[test]
fn alternates_and_an_empty_tree_of_a_sha256_repository_are_read() {
    let repo = TestRepo::init(SHA256);
    repo.git(&["commit", "-q", "--allow-empty", "-m", "nothing in it"]);
    repo.commit_file("a", "MARK-1");
    let clone = repo.beside("clone");
    repo.git(&[
        "clone",
        "-q",
        "--shared",
        repo.path().to_str().expect("plain"),
        clone.to_str().expect("plain"),
    ]);
    assert!(markers(&repo.open_at(&clone)).contains("MARK-1"));
}

#[test]
fn loose_objects_are_checked() {
    for format in [&[][..], SHA256] {
        let repo = TestRepo::init(format);
        repo.commit_file("a", "x".repeat(50_000));
        let id = repo.id("HEAD:a");
        let sound = fs::read(repo.loose(&id)).expect("an object");
        let other = fs::read(repo.loose(&repo.id("HEAD"))).expect("an object");
        let read = || {
            let (mut raw, store) = (Vec::new(), Store::unlisted(&repo.open()).expect("a store"));
            store.read(&id, &mut raw).map(|kind| (kind, raw.len()))
        };
        assert_eq!(read(), Ok((ObjectKind::Blob, 50_000)));
        for (bytes, reason) in [
            (other, "hash"),
            ([&sound[..], b"x"].concat(), "follows"),
            (sound[..sound.len() - 5].to_vec(), "cut off"),
            (b"what".to_vec(), "zlib"),
            (Vec::new(), "no header"),
        ] {
            damage(&repo.loose(&id), |damaged| *damaged = bytes);
            assert!(read().is_err_and(|e| e.contains(reason)), "{reason}: {:?}", read());
        }
        fs::remove_file(repo.loose(&id)).expect("the object");
        assert_eq!(read(), Err("the object is missing".to_owned()));
    }
}

#[test]
fn an_id_of_another_length_names_nothing() {
    let repo = TestRepo::new();
    repo.commit_file("a", "nothing");
    let long = ObjectId::from_bytes(&[7; 32]).expect("32 bytes");
    fs::write(repo.path().join(".git/refs/heads/long"), long.to_string()).expect("a file");
    let opened = repo.open();
    let store = Store::unlisted(&opened).expect("a store");
    assert!(store.read(&long, &mut Vec::new()).is_err());
    assert!(resolve(&opened, &store, "long").is_err());
    let store = Store::open(&opened).expect("a store");
    let found = history::discover(&opened, &store, &Roots::of(&opened), 1).found;
    assert_eq!(faults(&found.skips), [(long.to_string(), "the object is missing")]);
}

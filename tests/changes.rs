//! `range` and `staged` end to end: what commits add, and what the next one would.

mod common;

use std::path::Path;

use common::program::{self, Run, findings};
use common::random::{Pair, Random};
use common::repo::TestRepo;
use keytrail::origin::ObjectId;
use serde_json::Value;

fn text(key: &Pair) -> String {
    format!(
        "aws_access_key_id = {}\naws_secret_access_key = {}\n",
        key.id, key.secret
    )
}

fn scan(folder: &Path, arguments: &[&str]) -> Run {
    let flags = ["--report", "json", "--show-secrets"];
    program::run(folder, &[arguments, &flags].concat())
}

/// The finding of this value, if there is one.
fn of<'r>(report: &'r Value, value: &str) -> Option<&'r Value> {
    findings(report).iter().find(|finding| finding["secret_raw"] == value)
}

/// A repository where each commit of `base..` adds a key of its own.
struct Branch {
    repo: TestRepo,
    base: ObjectId,
    /// What brought the key, its commit, and whether HEAD's tree still has it.
    keys: Vec<(&'static str, Pair, ObjectId, bool)>,
    /// In a line that was there before.
    old: Pair,
}

fn branch() -> Branch {
    let repo = TestRepo::new();
    let mut random = Random::new(9);
    let old = random.pair();
    repo.write(".gitattributes", "*.nodiff -diff\n");
    let base = repo.commit_file("old.env", text(&old));
    let mut keys = Vec::new();

    let key = random.pair();
    let commit = repo.commit_file("old.env", format!("{}\nmore = 1\n{}", text(&old), text(&key)));
    keys.push(("added lines", key, commit, true));

    let key = random.pair();
    let commit = repo.commit_file("gone.env", text(&key));
    repo.git(&["rm", "-q", "gone.env"]);
    repo.commit("remove it");
    keys.push(("removed again", key, commit, false));

    let key = random.pair();
    let commit = repo.commit_file("image.dat", [&[0; 100][..], text(&key).as_bytes(), &[0]].concat());
    keys.push(("binary file", key, commit, true));

    let key = random.pair();
    let commit = repo.commit_file("a.nodiff", text(&key));
    keys.push(("behind -diff", key, commit, true));

    let key = random.pair();
    let commit = repo.commit(&format!("subject\n\n{}", text(&key)));
    keys.push(("commit message", key, commit, false));

    let key = random.pair();
    repo.git(&["switch", "-q", "-c", "topic"]);
    let commit = repo.commit_file("topic.env", text(&key));
    repo.git(&["switch", "-q", "main"]);
    repo.commit_file("main.txt", "main\n");
    keys.push(("merged branch", key, commit, true));

    let key = random.pair();
    repo.git(&["merge", "-q", "--no-ff", "--no-commit", "topic"]);
    repo.write("evil.env", text(&key));
    let commit = repo.commit("merge topic");
    keys.push(("evil merge", key, commit, true));
    Branch { repo, base, keys, old }
}

#[test]
fn a_range_gives_each_key_to_its_commit() {
    let Branch { repo, base, keys, old } = branch();
    let run = scan(&repo.path(), &["range", &format!("{base}..HEAD")]);
    assert_eq!(run.code, 1, "{}", run.err());
    let report = run.json();
    assert_eq!(report["complete"], true);
    for (name, key, commit, in_head) in &keys {
        for half in [&key.id, &key.secret] {
            let found = of(&report, half).unwrap_or_else(|| panic!("{name}: not found"));
            assert_eq!(found["introduced"]["commit"], commit.to_string(), "{name}");
            let state = if *in_head { "in-tree" } else { "history-only" };
            assert_eq!(found["state"], state, "{name}");
        }
        assert_eq!(
            of(&report, &key.id).expect("found")["aws"]["pair_of"],
            of(&report, &key.secret).expect("found")["id"]
        );
    }
    assert!(of(&report, &old.id).is_none(), "an old line is not added by the range");
    assert_eq!(findings(&report).len(), 2 * keys.len());
    assert_eq!(
        of(&report, &keys[0].1.id).expect("found")["location"]["line"],
        5,
        "in the whole file"
    );
}

#[test]
fn a_range_is_what_git_says_it_is() {
    let Branch { repo, keys, .. } = branch();
    let folder = repo.path();
    // Nothing in it is clean, and no key from outside of it comes in.
    let run = scan(&folder, &["range", "HEAD..HEAD"]);
    assert_eq!((run.code, findings(&run.json()).len()), (0, 0), "{}", run.err());
    let run = scan(&folder, &["range", "HEAD^..HEAD"]);
    let report = run.json();
    for (name, key, ..) in &keys {
        let wanted = ["merged branch", "evil merge"].contains(name);
        assert_eq!(of(&report, &key.id).is_some(), wanted, "{name}");
    }
    // What the other parent of a merge has is not added by the merge.
    let report = scan(&folder, &["range", "HEAD^2..HEAD"]).json();
    assert!(of(&report, &keys[5].1.id).is_none() && of(&report, &keys[6].1.id).is_some());
    // Three dots: since the branches parted.
    let run = scan(&folder, &["range", "main~1...topic"]);
    assert!(of(&run.json(), &keys[5].1.id).is_some());
    // From elsewhere, with the repository named.
    let outside = tempfile::tempdir().expect("a temporary folder");
    let run = scan(
        outside.path(),
        &["range", "HEAD^..HEAD", folder.to_str().expect("a plain path")],
    );
    assert_eq!(findings(&run.json()).len(), 4);
}

#[test]
fn staged_reads_the_index_and_never_the_work_tree() {
    let repo = TestRepo::new();
    let mut random = Random::new(10);
    let [committed, staged, unstaged, untracked] = std::array::from_fn(|_| random.pair());
    repo.commit_file("old.env", text(&committed));
    repo.write("old.env", format!("{}{}", text(&committed), text(&staged)));
    repo.git(&["add", "old.env"]);
    repo.write("old.env", text(&unstaged));
    repo.write("untracked.env", text(&untracked));

    for (folder, arguments) in [
        (repo.path(), vec!["staged"]),
        (repo.beside("."), vec!["staged", "repo"]),
    ] {
        let run = scan(&folder, &arguments);
        let report = run.json();
        assert_eq!(run.code, 1, "{}", run.err());
        let found = of(&report, &staged.id).expect("what is staged is found");
        assert_eq!(
            (&found["state"], &found["location"]["line"]),
            (&"staged".into(), &3.into())
        );
        assert_eq!(found["location"]["path"], "old.env");
        assert_eq!(
            found["aws"]["pair_of"],
            of(&report, &staged.secret).expect("and its secret")["id"]
        );
        assert_eq!(findings(&report).len(), 2, "neither old lines nor the work tree");
    }
    repo.commit("commit it");
    assert_eq!(scan(&repo.path(), &["staged"]).code, 0);
}

/// `git commit -a` and `git commit -- path` give a hook another index by `GIT_INDEX_FILE`: a real hook shows it.
#[test]
fn a_hook_sees_what_git_is_about_to_commit() {
    let repo = TestRepo::new();
    let mut random = Random::new(11);
    let [first, second] = std::array::from_fn(|_| random.pair());
    repo.write("b.env", "none\n");
    repo.commit_file("a.env", "none\n");
    let hook = repo.path().join(".git/hooks/pre-commit");
    let program = env!("CARGO_BIN_EXE_keytrail");
    let script = format!("#!/bin/sh\nexec '{program}' staged --quiet\n");
    std::fs::create_dir_all(hook.parent().expect("a folder")).expect("a folder");
    std::fs::write(&hook, script).expect("a file");
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&hook, executable).expect("a mode");

    repo.write("a.env", text(&first));
    repo.git_fails(&["commit", "-q", "-a", "-m", "all"]);
    repo.git_fails(&["commit", "-q", "-m", "a path", "--", "a.env"]);
    // What is staged besides is not part of a commit of one path.
    repo.git(&["add", "a.env"]);
    repo.write("b.env", "more\n");
    repo.git(&["commit", "-q", "-m", "another path", "--", "b.env"]);
    repo.git_fails(&["commit", "-q", "-m", "the index"]);
    // From a sub-folder and in a linked work tree, too.
    repo.git(&["reset", "-q", "--hard"]);
    repo.write("sub/c.env", text(&second));
    repo.git(&["add", "-A"]);
    let sub = repo
        .command(&repo.path().join("sub"), &["commit", "-q", "-m", "sub"])
        .output();
    assert!(!sub.expect("git runs").status.success());
    repo.git(&["reset", "-q", "--hard"]);
    let linked = repo.beside("linked");
    repo.git(&[
        "worktree",
        "add",
        "-q",
        "-b",
        "linked",
        linked.to_str().expect("a plain path"),
    ]);
    std::fs::write(linked.join("d.env"), text(&second)).expect("a file");
    repo.git_in(&linked, &["add", "-A"]);
    let commit = repo
        .command(&linked, &["commit", "-q", "-m", "linked"])
        .output()
        .expect("git runs");
    assert!(!commit.status.success() && !String::from_utf8_lossy(&commit.stderr).contains("error:"));
    // And clean changes pass.
    repo.write("e.txt", "fine\n");
    repo.commit("fine");
}

#[test]
fn staged_in_a_repository_without_commits() {
    let repo = TestRepo::new();
    assert_eq!(scan(&repo.path(), &["staged"]).code, 0);
    let key = Random::new(12).pair();
    repo.write("a.env", text(&key));
    repo.git(&["add", "-A"]);
    let run = scan(&repo.path(), &["staged"]);
    assert_eq!((run.code, findings(&run.json()).len()), (1, 2));
}

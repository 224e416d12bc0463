//! `staged` sees what the next commit would add, in every way that git runs a hook.
#![expect(
    clippy::single_range_in_vec_init,
    reason = "lists of line ranges with one range are meant"
)]

mod common;

use std::fs;
use std::ops::Range;

use common::repo::TestRepo;
use keytrail::git::{Environment, Repository, Store};
use keytrail::origin::Place;
use keytrail::skip::{Policy, Why};
use keytrail::source::{Added, Discovered, Handle, range, staged};

fn staged_in(env: &Environment) -> Discovered {
    let repo = Repository::open_in(env, None).expect("a repository");
    let store = Store::unlisted(&repo).expect("a store");
    staged::discover(&repo, &store).expect("an index")
}

fn staged(repo: &TestRepo) -> Discovered {
    staged_in(&repo.env())
}

/// The blobs, as path and added lines (`None`: all).
fn blobs(found: &Discovered) -> Vec<(String, Option<Vec<Range<u32>>>)> {
    let blobs = found.items.iter().filter(|item| item.origin.place == Place::Blob);
    blobs
        .map(|item| {
            assert!(matches!(item.handle, Handle::Object(id) if Some(id) == item.origin.object));
            let path = String::from_utf8_lossy(&item.origin.path).into_owned();
            match &item.added {
                Added::All => (path, None),
                Added::Lines(lines) => (path, Some(lines.clone())),
            }
        })
        .collect()
}

/// The new names, as full path.
fn names(found: &Discovered) -> Vec<String> {
    let names = found.items.iter().filter(|item| item.origin.place == Place::PathName);
    names
        .map(|item| String::from_utf8_lossy(&item.origin.path).into_owned())
        .collect()
}

fn all(path: &str) -> (String, Option<Vec<Range<u32>>>) {
    (path.to_owned(), None)
}

fn lines(path: &str, lines: &[Range<u32>]) -> (String, Option<Vec<Range<u32>>>) {
    (path.to_owned(), Some(lines.to_vec()))
}

/// A repository with `a`, `dir/b` and `dir/deep/c`, three lines each.
fn three_files() -> TestRepo {
    let repo = TestRepo::new();
    for path in ["a", "dir/b", "dir/deep/c"] {
        repo.write(path, "one\ntwo\nthree\n");
    }
    repo.commit("first");
    repo
}

#[test]
fn nothing_staged_is_nothing() {
    let repo = three_files();
    repo.write("a", "changed in the work tree only\n");
    let found = staged(&repo);
    assert!(found.items.is_empty() && found.skips.is_empty());
}

#[test]
fn changed_lines_new_files_and_names() {
    let repo = three_files();
    repo.write("dir/deep/c", "one\nnew\nthree\nand\nmore\n");
    repo.write("dir/d", "x");
    repo.write("new/folder/e", "x");
    fs::remove_file(repo.path().join("a")).expect("the file");
    repo.git(&["add", "-A"]);
    repo.write("dir/b", "not staged\n");
    let found = staged(&repo);
    assert_eq!(
        blobs(&found),
        [all("dir/d"), lines("dir/deep/c", &[2..3, 4..6]), all("new/folder/e")]
    );
    assert_eq!(names(&found), ["dir/d", "new", "new/folder", "new/folder/e"]);
}

#[test]
fn the_index_and_not_the_work_tree_is_read() {
    let repo = three_files();
    repo.write("a", "one\nstaged\ntwo\nthree\n");
    repo.git(&["add", "a"]);
    repo.write("a", "other\n");
    assert_eq!(blobs(&staged(&repo)), [lines("a", &[2..3])]);
    assert_eq!(staged(&repo).items[0].origin.object, Some(repo.id(":a")));
}

#[test]
fn only_lines_taken_away_are_nothing() {
    let repo = three_files();
    repo.write("a", "one\n");
    repo.git(&["add", "-A"]);
    assert!(staged(&repo).items.is_empty());
}

#[test]
fn a_repository_without_commits_has_everything_staged() {
    let repo = TestRepo::new();
    assert!(staged(&repo).items.is_empty());
    repo.write("dir/a", "x");
    repo.git(&["add", "-A"]);
    assert_eq!(blobs(&staged(&repo)), [all("dir/a")]);
    assert_eq!(names(&staged(&repo)), ["dir", "dir/a"]);
}

#[test]
fn binary_files_links_and_changes_of_type_are_whole() {
    let repo = three_files();
    repo.write(".gitattributes", "dir/b binary\n");
    repo.commit_file("bin", b"a\0b\n");
    repo.write("bin", b"a text now\n");
    repo.write("dir/b", "one\ntwo\nthree\nfour\n");
    repo.write("dir/deep/c", b"one\n\0\n");
    fs::remove_file(repo.path().join("a")).expect("the file");
    std::os::unix::fs::symlink("target", repo.path().join("a")).expect("a link");
    repo.git(&["add", "-A"]);
    assert_eq!(
        blobs(&staged(&repo)),
        [all("a"), all("bin"), lines("dir/b", &[4..5]), all("dir/deep/c")]
    );
    assert!(names(&staged(&repo)).is_empty());
}

#[test]
fn a_file_becomes_a_folder_and_a_mode_is_no_content() {
    let repo = three_files();
    fs::remove_file(repo.path().join("a")).expect("the file");
    repo.write("a/inside", "x");
    repo.git(&["add", "-A"]);
    repo.git(&["update-index", "--chmod=+x", "dir/b"]);
    assert_eq!(blobs(&staged(&repo)), [all("a/inside")]);
    assert_eq!(names(&staged(&repo)), ["a/inside"]);
}

#[test]
fn announced_files_have_no_content_and_submodules_are_counted() {
    let repo = three_files();
    repo.write("later", "x");
    repo.git(&["add", "-N", "later"]);
    assert!(staged(&repo).items.is_empty());
    let id = repo.id("HEAD").to_string();
    repo.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{id},sub")]);
    let found = staged(&repo);
    assert!(blobs(&found).is_empty());
    assert!(
        found
            .skips
            .iter()
            .any(|skip| skip.what == b"sub" && skip.why == Why::Policy(Policy::Submodule))
    );
}

#[test]
fn both_sides_of_a_conflict_are_read() {
    let repo = three_files();
    repo.git(&["checkout", "-qb", "side"]);
    repo.commit_file("a", "one\ntwo\ntheirs\n");
    repo.git(&["checkout", "-q", "main"]);
    repo.commit_file("a", "one\ntwo\nours\n");
    repo.git_fails(&["merge", "-q", "side"]);
    let found = staged(&repo);
    assert_eq!(blobs(&found), [lines("a", &[3..4])]);
    assert_eq!(found.items[0].origin.object, Some(repo.id(":3:a")));
}

#[test]
fn index_formats_are_read() {
    for version in ["2", "3", "4"] {
        let repo = three_files();
        repo.git(&["update-index", "--index-version", version]);
        repo.write("later", "x");
        repo.git(&["add", "-N", "later"]);
        repo.write("dir/d", "x");
        repo.git(&["add", "dir/d"]);
        assert_eq!(blobs(&staged(&repo)), [all("dir/d")], "version {version}");
    }
    let repo = three_files();
    repo.git(&["update-index", "--split-index"]);
    repo.write("dir/b", "one\ntwo\nthree\nfour\n");
    repo.write("dir/d", "x");
    fs::remove_file(repo.path().join("a")).expect("the file");
    repo.git(&["-c", "splitIndex.maxPercentChange=100", "add", "-A"]);
    assert!(fs::read_dir(repo.path().join(".git")).expect("a folder").any(|entry| {
        entry
            .expect("an entry")
            .file_name()
            .to_string_lossy()
            .starts_with("sharedindex")
    }));
    assert_eq!(blobs(&staged(&repo)), [lines("dir/b", &[4..5]), all("dir/d")]);
}

#[test]
fn deep_folders_are_read_or_named() {
    let repo = three_files();
    let id = repo.hash_object("blob", b"x");
    let opened = repo.open();
    let store = Store::unlisted(&opened).expect("a store");
    for (depth, is_read) in [(1000, true), (2000, false)] {
        let path = format!("{depth}{}/file", "/d".repeat(depth));
        repo.git(&["update-index", "--add", "--cacheinfo", &format!("100644,{id},{path}")]);
        let found = staged(&repo);
        repo.git(&["commit", "-qm", "deep"]);
        let in_range = range::discover(&opened, &store, "HEAD~..HEAD").expect("a range");
        for found in [found, in_range] {
            assert_eq!(blobs(&found).len(), usize::from(is_read));
            assert_eq!(found.skips.is_empty(), is_read);
        }
    }
}

#[test]
fn a_damaged_index_is_an_error() {
    let repo = three_files();
    fs::write(repo.path().join(".git/index"), "DIRC").expect("a file");
    let opened = repo.open();
    let store = Store::unlisted(&opened).expect("a store");
    let error = staged::discover(&opened, &store).expect_err("damaged").to_string();
    assert!(error.contains("index") && error.contains("hint"), "{error}");
}

/// Makes a pre-commit hook that writes git's variables and its folder to a file, and returns them as
/// an environment, with the index kept as the hook saw it.
fn environment_of_hook(repo: &TestRepo, dir: &str, commit: &[&str]) -> Environment {
    let hooks = repo.path().join(".git/hooks");
    fs::create_dir_all(&hooks).expect("a folder");
    let hook = hooks.join("pre-commit");
    let seen = repo.beside("seen");
    let script = format!(
        "#!/bin/sh\nout={}\n{{ pwd; echo \"$GIT_DIR\"; echo \"$GIT_INDEX_FILE\"; }} > $out\ncp \"${{GIT_INDEX_FILE:-.git/index}}\" $out.index\n",
        seen.display()
    );
    fs::write(&hook, script).expect("a hook");
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).expect("a mode");
    let before = repo.id("HEAD").to_string();
    repo.git_in(&repo.path().join(dir), commit);
    repo.git(&["update-ref", "HEAD", &before]);
    let text = fs::read_to_string(&seen).expect("the hook ran");
    let [folder, git_dir, index] = &text.lines().collect::<Vec<_>>()[..] else {
        panic!("three lines: {text}");
    };
    let index_file = repo
        .path()
        .join(folder)
        .join(if index.is_empty() { ".git/index" } else { index });
    fs::copy(repo.beside("seen.index"), index_file).expect("the index as it was");
    let set = |value: &str| (!value.is_empty()).then(|| value.to_owned().into());
    Environment {
        folder: folder.into(),
        git_dir: set(git_dir),
        index_file: set(index),
        ..Environment::default()
    }
}

#[test]
fn a_hook_s_index_is_the_one_that_counts() {
    let repo = three_files();
    repo.write("a", "one\ntwo\nthree\nfour\n");
    let env = environment_of_hook(&repo, ".", &["commit", "-qam", "all"]);
    assert!(env.index_file.is_some());
    assert_eq!(blobs(&staged_in(&env)), [lines("a", &[4..5])]);
    // The hook may name its repository, by any path.
    let named = Repository::open_in(&env, Some("dir".as_ref())).expect("a repository");
    assert_eq!(
        named.index_file(),
        env.folder.join(env.index_file.as_ref().expect("set"))
    );

    let repo = three_files();
    repo.write("a", "one\ntwo\nthree\nfour\n");
    repo.write("dir/b", "staged, but not asked for\n");
    repo.git(&["add", "dir/b"]);
    let env = environment_of_hook(&repo, ".", &["commit", "-qm", "only", "--only", "--", "a"]);
    assert_eq!(blobs(&staged_in(&env)), [lines("a", &[4..5])]);

    let repo = three_files();
    repo.write("a", "one\ntwo\nthree\nfour\n");
    repo.git(&["add", "a"]);
    let env = environment_of_hook(&repo, "dir", &["commit", "-qm", "from a folder"]);
    assert_eq!(blobs(&staged_in(&env)), [lines("a", &[4..5])]);
}

#[test]
fn another_repository_s_index_is_not_mixed_in() {
    let repo = three_files();
    let other = three_files();
    other.write("x", "x");
    other.git(&["add", "-A"]);
    let mut env = repo.env();
    env.index_file = Some(repo.path().join(".git/index").into());
    let opened = Repository::open_in(&env, Some(&other.path())).expect("a repository");
    let store = Store::unlisted(&opened).expect("a store");
    assert_eq!(blobs(&staged::discover(&opened, &store).expect("an index")), [all("x")]);
}

#[test]
fn a_folder_of_the_work_tree_and_a_linked_worktree_will_do() {
    let repo = three_files();
    repo.write("dir/b", "one\ntwo\nthree\nfour\n");
    repo.git(&["add", "-A"]);
    let mut env = repo.env();
    env.folder = repo.path().join("dir/deep");
    assert_eq!(blobs(&staged_in(&env)), [lines("dir/b", &[4..5])]);

    let linked = repo.beside("linked");
    repo.git(&["worktree", "add", "-q", linked.to_str().expect("plain")]);
    fs::write(linked.join("w"), "x").expect("a file");
    repo.git_in(&linked, &["add", "-A"]);
    env.folder = linked;
    assert_eq!(blobs(&staged_in(&env)), [all("w")]);
}

#[test]
fn what_is_no_repository_is_said() {
    let repo = TestRepo::new();
    let mut env = repo.env();
    env.folder = repo.beside("");
    let error = Repository::open_in(&env, None).expect_err("no repository").to_string();
    assert!(error.contains("not a git repository"), "{error}");
    let error = Repository::open_in(&env, Some("nowhere".as_ref()))
        .expect_err("nothing")
        .to_string();
    assert!(error.contains("no such folder"), "{error}");
    repo.git(&["config", "core.repositoryFormatVersion", "1"]);
    repo.git(&["config", "extensions.objectFormat", "sha3"]);
    let error = Repository::open_in(&env, Some("repo".as_ref()))
        .expect_err("a format")
        .to_string();
    assert!(error.contains("sha3"), "{error}");
}

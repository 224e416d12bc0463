//! `range` sees each commit of a range, merges included.

mod common;

use std::fs;

use common::hooked;
use common::program::run;
use common::repo::TestRepo;
use keytrail::git::provenance::refs_reaching;
use keytrail::git::tree::{self, EntryKind};
use keytrail::git::{Environment, Repository, Roots, Store};
use keytrail::origin::{ObjectId, Place};
use keytrail::source::{Added, Discovered, range};

fn try_range(repo: &TestRepo, asked: &str) -> Result<Discovered, String> {
    let opened = repo.open();
    let store = Store::unlisted(&opened).expect("a store");
    range::discover(&opened, &store, asked).map_err(|error| error.to_string())
}

fn range(repo: &TestRepo, asked: &str) -> Discovered {
    let found = try_range(repo, asked).expect("a range");
    assert!(
        found.incomplete.is_empty() && found.skips.is_empty(),
        "{:?}",
        found.skips
    );
    found
}

/// What each commit adds: its short id, then `path` or `path:lines`.
fn told(found: &Discovered) -> Vec<(ObjectId, Vec<String>)> {
    let mut told: Vec<(ObjectId, Vec<String>)> = Vec::new();
    for item in &found.items {
        let commit = item.commit.expect("an item of a range has its commit").id;
        let path = String::from_utf8_lossy(&item.origin.path).into_owned();
        match (item.origin.place, &item.added) {
            (Place::CommitMessage, _) => told.push((commit, Vec::new())),
            (Place::Blob, added) => {
                let (last, adds) = told.last_mut().expect("the message comes first");
                assert_eq!(*last, commit);
                adds.push(match added {
                    Added::All => path,
                    Added::Lines(lines) => format!("{path}:{lines:?}"),
                });
            }
            _ => {}
        }
    }
    told
}

fn adds(commit: ObjectId, paths: &[&str]) -> (ObjectId, Vec<String>) {
    (commit, paths.iter().map(|path| (*path).to_owned()).collect())
}

#[test]
fn each_commit_is_compared_with_its_parent_oldest_first() {
    let repo = TestRepo::new();
    let root = repo.commit_file("a", "one\n");
    let second = repo.commit_file("a", "one\ntwo\n");
    let third = repo.commit_file("dir/b", "new");
    fs::remove_file(repo.path().join("dir/b")).expect("the file");
    let fourth = repo.commit("remove");
    let expected = [adds(second, &["a:[2..3]"]), adds(third, &["dir/b"]), adds(fourth, &[])];
    assert_eq!(told(&range(&repo, &format!("{root}..HEAD"))), expected);
    assert_eq!(told(&range(&repo, "HEAD~3..")), expected);
    assert_eq!(told(&range(&repo, "main~2..@")), expected[1..]);
    let found = range(&repo, "main~2..main~");
    let names: Vec<_> = found
        .items
        .iter()
        .filter(|i| i.origin.place == Place::PathName)
        .collect();
    assert_eq!(names.len(), 2);
    assert_eq!(names[1].origin.path, b"dir/b");
    assert_eq!(found.commits, 1);
}

#[test]
fn a_root_in_the_range_is_whole() {
    let repo = TestRepo::new();
    let base = repo.commit_file("a", "one\n");
    repo.git(&["checkout", "-q", "--orphan", "other"]);
    let root = repo.commit_file("b", "two\n");
    assert_eq!(
        told(&range(&repo, &format!("{base}..other"))),
        [adds(root, &["a", "b"])]
    );
}

#[test]
fn a_merge_adds_what_no_parent_has() {
    let repo = TestRepo::new();
    let base = repo.commit_file("a", "1\n2\n3\n4\n5\n6\n7\n8\n");
    repo.git(&["checkout", "-qb", "side"]);
    let side = repo.commit_file("a", "side\n1\n2\n3\n4\n5\n6\n7\n8\n");
    repo.git(&["checkout", "-q", "main"]);
    let main = repo.commit_file("a", "1\n2\n3\n4\n5\n6\n7\n8\nmain\n");
    repo.tick();
    repo.git(&["merge", "-q", "-m", "clean", "side"]);
    let clean = repo.id("HEAD");
    let asked = format!("{base}..HEAD");
    let [one, two] = [adds(side, &["a:[1..2]"]), adds(main, &["a:[9..10]"])];
    assert_eq!(
        told(&range(&repo, &asked)),
        [one.clone(), two.clone(), adds(clean, &[])]
    );

    repo.write("a", "side\n1\n2\n3\nevil\n4\n5\n6\n7\n8\nmain\n");
    repo.write("b", "evil too\n");
    repo.git(&["add", "-A"]);
    repo.git(&["commit", "-q", "--amend", "--no-edit"]);
    let evil = repo.id("HEAD");
    assert_eq!(told(&range(&repo, &asked)), [one, two, adds(evil, &["a:[5..6]", "b"])]);
    // From the side branch on, what main brought is new, by main's own commit.
    let told = told(&range(&repo, "side..main"));
    assert_eq!(told.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [main, evil]);
}

#[test]
fn three_dots_are_the_commits_of_either_side() {
    let repo = TestRepo::new();
    repo.commit_file("a", "1\n");
    repo.git(&["checkout", "-qb", "side"]);
    let side = repo.commit_file("b", "x");
    repo.git(&["checkout", "-q", "main"]);
    let main = repo.commit_file("c", "x");
    let found = range(&repo, "main...side");
    assert_eq!(told(&found), [adds(side, &["b"]), adds(main, &["c"])]);
    assert_eq!(told(&range(&repo, "main..side")), [adds(side, &["b"])]);
}

#[test]
fn binary_files_links_and_types_are_whole() {
    let repo = TestRepo::new();
    repo.write("bin", b"\0old");
    repo.write("was", "a file\n");
    repo.write(".gitattributes", "* -diff\n");
    repo.write("text", "one\n");
    repo.commit("first");
    repo.write("bin", b"\0new");
    repo.write("text", "one\ntwo\n");
    fs::remove_file(repo.path().join("was")).expect("the file");
    std::os::unix::fs::symlink("target", repo.path().join("was")).expect("a link");
    let commit = repo.commit("second");
    assert_eq!(
        told(&range(&repo, "HEAD~..HEAD")),
        [adds(commit, &["bin", "text:[2..3]", "was"])]
    );
}

#[test]
fn names_of_revisions_are_git_s() {
    let repo = TestRepo::new();
    let first = repo.commit_file("a", "1\n");
    repo.git(&["tag", "-a", "-m", "x", "v1"]);
    repo.git(&["branch", "feature/x"]);
    repo.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    repo.git(&["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main"]);
    repo.commit_file("a", "2\n");
    repo.commit_file("a", "3\n");
    let hex = first.to_string();
    for name in [
        "v1",
        "refs/tags/v1",
        "feature/x",
        "heads/feature/x",
        "origin/main",
        "origin",
        "HEAD~2",
        "HEAD^^",
        "HEAD^1~1",
        "main~1^",
        "v1^{}",
        "v1^{commit}",
        "main@{2}",
        "@{2}",
        "HEAD@{2}",
        &hex,
        &hex[..8],
    ] {
        let found = try_range(&repo, &format!("{name}..HEAD")).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(found.commits, 2, "{name}");
    }
    repo.git(&["pack-refs", "--all"]);
    assert_eq!(range(&repo, "v1..main").commits, 2);
}

#[test]
fn what_is_no_range_is_an_error_with_a_remedy() {
    let repo = TestRepo::new();
    repo.commit_file("a", "1\n");
    repo.commit_file("a", "2\n");
    let error = |asked: &str| {
        let error = try_range(&repo, asked).expect_err(asked);
        assert!(error.contains("hint:"), "{error}");
        error
    };
    assert!(error("HEAD").contains("`HEAD..HEAD`"));
    assert!(error("..").contains("no commit"));
    assert!(error("nowhere..HEAD").contains("`nowhere` cannot be found"));
    assert!(error(&format!("{}..HEAD", "1".repeat(40))).contains("missing"));
    assert!(error("HEAD~7..HEAD").contains("parent"));
    assert!(error("HEAD..HEAD~1").contains("swapped"));
    assert!(error("HEAD:a..HEAD").contains("cannot be found"));
    assert!(error("config..HEAD").contains("cannot be found"));
    assert!(error("../config..HEAD").contains("hint"));
    assert_eq!(range(&repo, "HEAD..HEAD").commits, 0);
}

#[test]
fn a_shallow_clone_says_so() {
    let repo = TestRepo::new();
    let base = repo.commit_file("a", "1\n");
    repo.commit_file("a", "1\n2\n");
    repo.commit_file("a", "1\n2\n3\n");
    let clone = repo.beside("clone");
    let url = format!("file://{}", repo.path().display());
    repo.git(&["clone", "-q", "--depth=2", &url, clone.to_str().expect("plain")]);
    let opened = repo.open_at(&clone);
    let store = Store::unlisted(&opened).expect("a store");
    let error = range::discover(&opened, &store, &format!("{base}..HEAD"))
        .expect_err("missing")
        .to_string();
    assert!(error.contains("--unshallow"), "{error}");
    // Another line of history, so that the cut is inside the range.
    repo.git_in(&clone, &["checkout", "-q", "--orphan", "other"]);
    repo.git_in(&clone, &["commit", "-qm", "other"]);
    let found = range::discover(&opened, &store, "other..main").expect("a range");
    assert_eq!(found.incomplete.len(), 1);
    assert_eq!(told(&found)[0].1, ["a"]);
}

#[test]
fn the_quarantine_of_a_push_is_read() {
    let repo = TestRepo::new();
    let base = repo.commit_file("a", "1\n");
    repo.write("b", "pushed");
    repo.git(&["add", "-A"]);
    let objects = repo.path().join(".git/objects");
    let quarantine = objects.join("tmp_objdir-incoming-x");
    fs::create_dir(&quarantine).expect("a folder");
    let mut commit = repo.command(&repo.path(), &["commit", "-qm", "pushed"]);
    commit
        .env("GIT_OBJECT_DIRECTORY", &quarantine)
        .env("GIT_ALTERNATE_OBJECT_DIRECTORIES", &objects);
    assert!(commit.status().expect("git runs").success());
    let new = keytrail::git::parse_id(repo.git(&["rev-parse", "HEAD"]).as_bytes()).expect("an id");
    let env = Environment {
        folder: repo.path().join(".git"),
        git_dir: Some(".".into()),
        object_directory: Some("objects/tmp_objdir-incoming-x".into()),
        alternate_object_directories: Some(objects.into()),
        ..Environment::default()
    };
    let opened = Repository::open_in(&env, None).expect("a repository");
    let store = Store::unlisted(&opened).expect("a store");
    let found = range::discover_reachable(&opened, &store, &[new], &[base]);
    assert_eq!(told(&found), [adds(new, &["b"])]);
    assert!(found.incomplete.is_empty() && found.skips.is_empty());
    let listing = Store::open(&opened).expect("a store").loose();
    assert!(listing.objects.iter().any(|object| object.id == new));
    assert!(listing.objects.iter().any(|object| object.id == base));
}

#[test]
fn a_path_is_looked_up_in_a_tree() {
    let repo = TestRepo::new();
    repo.commit_file("dir/deep/a", "1\n");
    let store = Store::unlisted(&repo.open()).expect("a store");
    let (tree, blob) = (repo.id("HEAD^{tree}"), repo.id("HEAD:dir/deep/a"));
    assert_eq!(tree::find(&store, tree, b"dir/deep/a"), Some((EntryKind::File, blob)));
    assert_eq!(
        tree::find(&store, tree, b"dir/deep").map(|found| found.0),
        Some(EntryKind::Tree)
    );
    assert_eq!(tree::find(&store, tree, b"dir/deep/a/b"), None);
    assert_eq!(tree::find(&store, tree, b"dir/none"), None);
}

#[test]
fn the_refs_that_reach_a_commit_are_named() {
    let repo = TestRepo::new();
    let base = repo.commit_file("a", "1\n");
    repo.git(&["checkout", "-qb", "side"]);
    let side = repo.commit_file("b", "x");
    repo.git(&["tag", "-a", "-m", "x", "v1"]);
    repo.git(&["checkout", "-q", "main"]);
    let opened = repo.open();
    let store = Store::unlisted(&opened).expect("a store");
    let refs = refs_reaching(&store, &Roots::of(&opened), &[side, base]);
    assert_eq!(refs[0], ["refs/heads/side", "refs/tags/v1"]);
    assert_eq!(refs[1], ["refs/heads/main", "refs/heads/side", "refs/tags/v1"]);
}

#[test]
fn a_permalink_leads_to_the_commit_whose_line_it_names() {
    let repo = TestRepo::new();
    repo.git(&["remote", "add", "origin", "https://github.com/acme/app.git"]);
    let base = repo.commit_file("first", "1\n");
    let (pair, lines) = hooked::key(91);
    let brought = repo.commit_file("a.env", &lines);
    repo.commit_file("a.env", format!("# further\n# down\n{lines}"));
    let link = |command: &[&str]| {
        let log = run(&repo.path(), &[command, &["--report", "sarif"]].concat()).json();
        let result = &log["runs"][0]["results"][0];
        result["hostedViewerUri"].as_str().expect("a link").to_owned()
    };
    for (command, commit) in [
        (&["range", &format!("{base}..HEAD")][..], brought),
        (&["history"][..], repo.id("HEAD")),
    ] {
        let link = link(command);
        let (file, line) = link.rsplit_once("#L").expect("a line");
        assert_eq!(file, format!("https://github.com/acme/app/blob/{commit}/a.env"));
        let text = repo.git(&["show", &format!("{commit}:a.env")]);
        let line: usize = line.parse().expect("a number");
        let line = text.lines().nth(line - 1).expect("the commit has the line");
        assert!(
            line.contains(&pair.id) || line.contains(&pair.secret),
            "{command:?}: {link}"
        );
    }
}

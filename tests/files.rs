//! What the `scan` source finds on disk, checked against real git in temporary folders.
//!
//! File names are such that no one's own excludes file names them.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use keytrail::origin::Place;
use keytrail::skip::{Policy, Skip, Why};
use keytrail::source::files::{FilesOptions, discover};
use keytrail::source::{Discovered, Handle};
use tempfile::TempDir;

const OPTIONS: FilesOptions = FilesOptions {
    no_ignore: false,
    threads: 2,
};

/// A folder of its own for one test.
struct Tree(TempDir);

impl Tree {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    /// A folder that is a work tree.
    fn repository() -> Self {
        let tree = Self::new();
        tree.git(&["init", "-q"]);
        tree
    }

    fn path(&self) -> PathBuf {
        self.0.path().canonicalize().unwrap()
    }

    fn at(&self, path: &str) -> PathBuf {
        self.path().join(path)
    }

    fn write(&self, path: &str, text: impl AsRef<[u8]>) -> &Self {
        let path = self.at(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    fn git(&self, args: &[&str]) -> Vec<u8> {
        git(&self.path(), args)
    }

    fn find(&self) -> Discovered {
        discover(&[self.path()], &OPTIONS).unwrap()
    }

    /// The paths found below the tree, relative to it.
    fn files(&self) -> Vec<String> {
        names(&self.find(), &self.path())
    }
}

/// Runs git without anyone's configuration.
fn git(folder: &Path, args: &[&str]) -> Vec<u8> {
    let output = Command::new("git")
        .args(["-c", "protocol.file.allow=always", "-c", "core.excludesFile=/dev/null"])
        .args(args)
        .current_dir(folder)
        .envs([("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_NOSYSTEM", "1")])
        .envs([("GIT_AUTHOR_NAME", "A"), ("GIT_AUTHOR_EMAIL", "a@example.com")])
        .envs([("GIT_COMMITTER_NAME", "A"), ("GIT_COMMITTER_EMAIL", "a@example.com")])
        .env_remove("GIT_DIR")
        .env_remove("GIT_WORK_TREE")
        .env_remove("GIT_INDEX_FILE")
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "git {args:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

fn names(found: &Discovered, below: &Path) -> Vec<String> {
    let prefix = format!("{}/", below.display());
    let name = |path: &[u8]| String::from_utf8_lossy(path).into_owned();
    found
        .items
        .iter()
        .map(|item| name(&item.origin.path))
        .map(|path| path.strip_prefix(&prefix).unwrap_or(&path).to_owned())
        .collect()
}

fn count(found: &Discovered, policy: Policy) -> usize {
    found
        .skips
        .iter()
        .filter(|skip| skip.why == Why::Policy(policy))
        .count()
}

fn faults(found: &Discovered) -> Vec<&Skip> {
    found
        .skips
        .iter()
        .filter(|skip| matches!(skip.why, Why::Fault(_)))
        .collect()
}

#[test]
fn every_file_is_found_in_the_order_of_its_path_whatever_the_threads() {
    let tree = Tree::new();
    for path in ["b/z", "a.txt", "a/b/c", "a-b", ".hidden/.env", "b/.ignore", "b/é"] {
        tree.write(path, "x");
    }
    fs::create_dir(tree.at("empty")).unwrap();
    let expected = [".hidden/.env", "a-b", "a.txt", "a/b/c", "b/.ignore", "b/z", "b/é"];
    for threads in [0, 1, 2, 8] {
        let found = discover(&[tree.path()], &FilesOptions { threads, ..OPTIONS }).unwrap();
        assert_eq!(names(&found, &tree.path()), expected);
        assert!(found.skips.is_empty() && found.incomplete.is_empty());
    }
}

#[test]
fn paths_are_named_as_they_were_typed() {
    let typed = |path: &str| names(&discover(&[path.into()], &OPTIONS).unwrap(), Path::new("/"));
    assert!(typed("./src").contains(&"src/lib.rs".to_owned()));
    assert!(typed("src/").contains(&"src/source/files.rs".to_owned()));
    assert!(typed("src//./source").contains(&"src/source/files.rs".to_owned()));
    assert!(typed(".").contains(&"src/lib.rs".to_owned()));
    assert_eq!(typed("./Cargo.toml"), ["Cargo.toml"]);
    assert_eq!(typed("src/../Cargo.toml"), ["src/../Cargo.toml"]);
}

#[test]
fn arguments_keep_their_order_and_nothing_is_found_twice() {
    let tree = Tree::new();
    tree.write("b/1", "x").write("b/2", "x").write("a/1", "x");
    let found = |paths: &[&str]| {
        let paths: Vec<PathBuf> = paths.iter().map(|path| tree.at(path)).collect();
        names(&discover(&paths, &OPTIONS).unwrap(), &tree.path())
    };
    assert_eq!(found(&["b", "a"]), ["b/1", "b/2", "a/1"]);
    assert_eq!(found(&["b/2", "b", "", "b/../b"]), ["b/2", "b/1", "a/1"]);
}

#[test]
fn standard_input_is_read_once() {
    let found = discover(&["-".into(), "-".into()], &OPTIONS).unwrap();
    assert_eq!(found.items.len(), 1);
    assert!(matches!(found.items[0].handle, Handle::Stdin));
    assert_eq!(found.items[0].origin.place, Place::Stdin);
    assert_eq!(found.items[0].origin.path, b"-");
}

#[test]
fn no_path_at_all_is_an_error() {
    assert!(discover(&[], &OPTIONS).is_err());
}

#[test]
fn what_is_missing_or_unreachable_is_a_fault_and_the_rest_is_found() {
    let tree = Tree::new();
    tree.write("here", "x");
    symlink("loop", tree.at("loop")).unwrap();
    let long = "n".repeat(300);
    let paths = ["missing", "here", "loop", &long, "here/below"].map(|path| tree.at(path));
    let found = discover(&paths, &OPTIONS).unwrap();
    assert_eq!(names(&found, &tree.path()), ["here"]);
    assert_eq!(faults(&found).len(), 4);
    assert!(faults(&found)[0].what.ends_with(b"/missing"));
}

#[test]
fn links_are_followed_only_when_they_are_asked_for() {
    let tree = Tree::new();
    tree.write("real/file", "x");
    symlink("real", tree.at("folder-link")).unwrap();
    symlink("real/file", tree.at("file-link")).unwrap();
    symlink("nowhere", tree.at("dangling")).unwrap();
    let found = tree.find();
    assert_eq!(names(&found, &tree.path()), ["real/file"]);
    assert_eq!(count(&found, Policy::Symlink), 3);

    let asked = [tree.at("folder-link"), tree.at("file-link")];
    let found = discover(&asked[1..], &OPTIONS).unwrap();
    assert_eq!(names(&found, &tree.path()), ["file-link"]);
    let Handle::Path(handle) = &found.items[0].handle else {
        panic!("not a path")
    };
    assert_eq!(handle, &tree.at("real/file"), "opened where it leads");
    let found = discover(&asked[..1], &OPTIONS).unwrap();
    assert_eq!(names(&found, &tree.path()), ["folder-link/file"]);
}

#[test]
fn a_fifo_is_left_out_and_a_fault_when_asked_for() {
    let tree = Tree::new();
    tree.write("file", "x");
    assert!(Command::new("mkfifo").arg(tree.at("pipe")).status().unwrap().success());
    let found = tree.find();
    assert_eq!(names(&found, &tree.path()), ["file"]);
    assert_eq!(count(&found, Policy::NotAFile), 1);

    let found = discover(&[tree.at("pipe"), "/dev/null".into()], &OPTIONS).unwrap();
    assert!(found.items.is_empty());
    assert_eq!(faults(&found).len(), 2);
    assert!(matches!(&faults(&found)[0].why, Why::Fault(reason) if reason.contains("keytrail scan -")));
}

#[test]
fn ignore_files_hide_nothing_outside_of_a_work_tree() {
    let tree = Tree::new();
    tree.write(".gitignore", "*").write(".ignore", "*").write("file", "x");
    assert_eq!(tree.files(), [".gitignore", ".ignore", "file"]);
    // Only the name of a repository.
    tree.write(".git/config", "x");
    assert_eq!(tree.files(), [".git/config", ".gitignore", ".ignore", "file"]);
}

#[test]
fn what_git_ignores_is_left_out_and_counted() {
    let tree = Tree::repository();
    tree.write(".gitignore", "*.log\nout/\n!keep.log\n/top\n");
    tree.write("a.log", "x")
        .write("keep.log", "x")
        .write("out/1", "x")
        .write("out/2", "x");
    tree.write("top", "x")
        .write("sub/top", "x")
        .write("sub/.gitignore", "!a.log\n")
        .write("sub/a.log", "x");
    tree.write(".ignore", "sub").write(".rgignore", "sub");
    let found = tree.find();
    let expected = [
        ".gitignore",
        ".ignore",
        ".rgignore",
        "keep.log",
        "sub/.gitignore",
        "sub/a.log",
        "sub/top",
    ];
    assert_eq!(names(&found, &tree.path()), expected);
    assert_eq!(count(&found, Policy::GitIgnored), 3, "a.log, top, and out as one");

    let all = discover(
        &[tree.path()],
        &FilesOptions {
            no_ignore: true,
            ..OPTIONS
        },
    )
    .unwrap();
    assert_eq!(all.items.len(), 11, "all but .git");
    assert!(all.skips.is_empty());
}

#[test]
fn tracked_files_are_read_whatever_the_ignore_files_say() {
    let tree = Tree::repository();
    tree.write("out/deep/tracked", "x").write("a.log", "x");
    tree.git(&["add", "."]);
    tree.write(".gitignore", "out/\n*.log\n");
    tree.write("out/deep/not", "x")
        .write("out/other/not", "x")
        .write("b.log", "x");
    let found = tree.find();
    assert_eq!(names(&found, &tree.path()), [".gitignore", "a.log", "out/deep/tracked"]);
    assert_eq!(count(&found, Policy::GitIgnored), 3);
    for version in ["2", "4"] {
        tree.git(&["update-index", "--index-version", version]);
        assert_eq!(
            tree.files(),
            [".gitignore", "a.log", "out/deep/tracked"],
            "index version {version}"
        );
    }
}

#[test]
fn a_sha256_index_is_read_like_any_other() {
    let tree = Tree::new();
    tree.git(&["init", "-q", "--object-format=sha256"]);
    tree.write("a.log", "x");
    tree.git(&["add", "."]);
    tree.write(".gitignore", "*.log").write("b.log", "x");
    assert_eq!(tree.files(), [".gitignore", "a.log"]);
}

#[test]
fn an_index_that_cannot_be_understood_hides_nothing_and_is_a_fault() {
    let tree = Tree::repository();
    tree.write(".gitignore", "*.log\nout/")
        .write("a.log", "x")
        .write("out/1.log", "x");
    tree.git(&["add", ".gitignore"]);
    for damage in ["broken", "split"] {
        match damage {
            "split" => drop(tree.git(&["update-index", "--split-index"])),
            _ => drop(tree.write(".git/index", "DIRC nonsense")),
        }
        let found = tree.find();
        assert_eq!(
            names(&found, &tree.path()),
            [".gitignore", "a.log", "out/1.log"],
            "{damage}"
        );
        assert_eq!(faults(&found).len(), 1, "{damage}");
        assert!(faults(&found)[0].what.ends_with(b".git/index"));
        fs::remove_file(tree.at(".git/index")).unwrap();
        tree.git(&["add", ".gitignore"]);
    }
}

#[test]
fn the_rules_above_hold_for_a_folder_that_is_asked_for() {
    let tree = Tree::repository();
    tree.write(".gitignore", "*.log\n/a/b/deep.txt\nout/")
        .write("a/.gitignore", "*.tmp");
    tree.write("a/b/x.log", "x")
        .write("a/b/x.tmp", "x")
        .write("a/b/deep.txt", "x")
        .write("a/b/read", "x");
    tree.write("out/named", "x");
    let found = discover(&[tree.at("a/b")], &OPTIONS).unwrap();
    assert_eq!(names(&found, &tree.path()), ["a/b/read"]);
    assert_eq!(count(&found, Policy::GitIgnored), 3);

    let named = discover(&[tree.at("a/b/x.log"), tree.at("out")], &OPTIONS).unwrap();
    assert_eq!(
        names(&named, &tree.path()),
        ["a/b/x.log", "out/named"],
        "whoever names it gets it"
    );
}

#[test]
fn info_exclude_holds_and_a_linked_work_tree_shares_it() {
    let tree = Tree::repository();
    tree.write(".git/info/exclude", "*.log")
        .write("a.log", "x")
        .write("read", "x");
    assert_eq!(tree.files(), ["read"]);
    tree.git(&["add", "read"]);
    tree.git(&["commit", "-qm", "one"]);
    let other = Tree::new();
    tree.git(&["worktree", "add", "-q", other.at("linked").to_str().unwrap()]);
    other.write("linked/b.log", "x").write("linked/c.log", "x");
    git(&other.at("linked"), &["add", "-f", "c.log"]);
    assert_eq!(other.files(), ["linked/c.log", "linked/read"]);
}

#[test]
fn repositories_within_have_rules_and_an_index_of_their_own() {
    let library = Tree::repository();
    library.write("x.log", "x").write("y", "x");
    library.git(&["add", "."]);
    library.git(&["commit", "-qm", "one"]);
    let tree = Tree::repository();
    tree.git(&["submodule", "--quiet", "add", library.path().to_str().unwrap(), "lib"]);
    git(&tree.path(), &["init", "-q", "nested"]);
    tree.write(".gitignore", "*.log\nlib/\n")
        .write("lib/.gitignore", "*.tmp")
        .write("lib/a.tmp", "x");
    tree.write("nested/a.log", "x")
        .write("a.log", "x")
        .write("lib/new.log", "x");
    let expected = [
        ".gitignore",
        ".gitmodules",
        "lib/.gitignore",
        "lib/new.log",
        "lib/x.log",
        "lib/y",
        "nested/a.log",
    ];
    assert_eq!(tree.files(), expected);

    // The repository of the submodule is gone: what it tracks cannot be known.
    tree.write("lib/.git", "gitdir: ../nowhere\n");
    assert!(tree.files().contains(&"lib/a.tmp".to_owned()));
}

#[test]
fn an_ignore_file_that_cannot_be_read_hides_nothing() {
    let tree = Tree::repository();
    tree.write(".gitignore", "*.log")
        .write("sub/a.log", "x")
        .write("a.log", "x");
    tree.write("sub/.gitignore", vec![b'#'; (1 << 20) + 1]);
    assert_eq!(tree.files(), [".gitignore", "sub/.gitignore", "sub/a.log"]);
    // Git reads none through a link, and a folder of that name is only a folder.
    fs::remove_file(tree.at("sub/.gitignore")).unwrap();
    symlink("../.gitignore", tree.at("sub/.gitignore")).unwrap();
    tree.write("deep/.gitignore/a.log", "x")
        .write("deep/.gitignore/read", "x");
    assert_eq!(tree.files(), [".gitignore", "deep/.gitignore/read"]);
}

#[test]
fn a_tree_of_hostile_depth_is_a_fault() {
    let tree = Tree::new();
    fs::create_dir_all(tree.at(&"d/".repeat(600))).unwrap();
    let found = tree.find();
    assert_eq!(faults(&found).len(), 1);
    assert!(faults(&found)[0].what.ends_with(&b"d/".repeat(513)[..1025]));
}

/// Permissions do not stop root, but no one can open a path that is too long.
#[test]
fn a_folder_that_cannot_be_listed_is_a_fault_and_the_rest_is_found() {
    let tree = Tree::new();
    tree.write("before", "x");
    let name = "n".repeat(250);
    let made = Command::new("sh")
        .args([
            "-c",
            "for i in $(seq 20); do mkdir \"$0\" && cd -P \"$0\" || exit 1; done",
            &name,
        ])
        .current_dir(tree.path())
        .status();
    assert!(made.unwrap().success());
    let found = tree.find();
    assert_eq!(names(&found, &tree.path()), ["before"]);
    let [fault] = faults(&found)[..] else {
        panic!("one fault is expected")
    };
    assert!(fault.what.ends_with(name.as_bytes()) && fault.what.len() > 4000);
}

/// The person's own excludes file comes from the environment, so the walk runs in a process of its own.
#[test]
fn the_excludes_file_of_the_person_holds() {
    const CHILD: &str = "KEYTRAIL_TEST_TREE";
    if let Some(tree) = std::env::var_os(CHILD) {
        let found = discover(&[tree.into()], &OPTIONS).unwrap();
        assert_eq!(count(&found, Policy::GitIgnored), 1);
        assert_eq!(found.items.len(), 1);
        return;
    }
    let tree = Tree::repository();
    tree.write("a.zzz", "x").write("read", "x");
    let home = Tree::new();
    home.write("named", "*.zzz").write(
        "config",
        format!("[core]\nexcludesFile = {}\n", home.at("named").display()),
    );
    home.write("git/ignore", "*.zzz");
    let missing = home.at("missing");
    for (config, xdg) in [(home.at("config"), missing.clone()), (missing, home.path())] {
        let status = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "the_excludes_file_of_the_person_holds"])
            .envs([
                (CHILD, tree.path()),
                ("GIT_CONFIG_GLOBAL", config),
                ("XDG_CONFIG_HOME", xdg),
            ])
            .output()
            .unwrap();
        assert!(status.status.success(), "{}", String::from_utf8_lossy(&status.stdout));
    }
}

/// A small generator with a fixed seed: the test is the same everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }

    fn pick<'t>(&mut self, from: &[&'t str]) -> &'t str {
        from[self.roll(from.len())]
    }

    fn join(&mut self, from: &[&str], most: usize) -> String {
        (0..=self.roll(most)).map(|_| self.pick(from)).collect()
    }
}

#[test]
fn the_same_is_found_as_git_lists() {
    let components = [
        "a", "b", "ab", "a.c", "b.d", "[a]", "a b", "{a,b}", "-", "!a", "#a", "a\\", "aa", "é",
    ];
    let parts = [
        "a",
        "b",
        "ab",
        "c",
        "*",
        "**",
        "?",
        "/",
        "/",
        "/**/",
        "**/",
        ".",
        "[ab]",
        "[!a]",
        "[^b-z]",
        "[a",
        "\\",
        "\\*",
        " ",
        "{a,b}",
        "-",
        "!",
        "#",
        "[[:alpha:]]",
        "[]a]",
        "[[:x]",
        "*.",
        "é",
        "\\ ",
    ];
    let mut dice = Dice(7);
    let tree = Tree::repository();
    let mut folders = vec![String::new()];
    for _ in 0..120 {
        let parent = folders[dice.roll(folders.len())].clone();
        let path = format!("{parent}{}", dice.pick(&components));
        let free = !tree.at(&path).exists();
        if free && dice.roll(3) == 0 {
            fs::create_dir(tree.at(&path)).unwrap();
            folders.push(format!("{path}/"));
        } else if free {
            tree.write(&path, "x");
        }
    }
    for round in 0..150 {
        for folder in &folders {
            let lines: Vec<String> = (0..dice.roll(5))
                .map(|_| {
                    format!(
                        "{}{}{}",
                        dice.pick(&["", "", "!"]),
                        dice.join(&parts, 4),
                        dice.pick(&["", "/", " ", "\r"])
                    )
                })
                .collect();
            tree.write(&format!("{folder}.gitignore"), lines.join("\n"));
        }
        if round % 30 == 29 {
            tree.git(&["add", "--force", &tree.files()[dice.roll(5)]]);
        }
        let listed = tree.git(&["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
        let mut listed: Vec<String> = listed
            .split(|&byte| byte == 0)
            .filter(|path| !path.is_empty())
            .map(|path| String::from_utf8_lossy(path).into_owned())
            .collect();
        listed.sort_unstable();
        listed.dedup();
        assert_eq!(tree.files(), listed, "round {round}");
    }
}

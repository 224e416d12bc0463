//! Test repositories, made with the real git in a temporary folder, away from any user's settings.
//!
//! Times are fixed: each commit is a day later than the one before, unless a test sets the clock.

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use keytrail::git::{Environment, Repository, parse_id};
use keytrail::origin::ObjectId;
use tempfile::TempDir;

/// The author and commit time of the first commit; the next ones follow a day apart.
pub const FIRST: i64 = 1_700_000_000;
pub const DAY: i64 = 86_400;

/// A repository with a work tree at [`TestRepo::path`].
pub struct TestRepo {
    temp: TempDir,
    clock: Cell<i64>,
}

impl TestRepo {
    /// An empty repository on branch `main`.
    pub fn new() -> Self {
        Self::init(&[])
    }

    /// The same in another format: with these flags of `git init`.
    pub fn init(flags: &[&str]) -> Self {
        let repo = Self {
            temp: tempfile::tempdir().expect("a temporary folder"),
            clock: Cell::new(FIRST),
        };
        fs::create_dir(repo.path()).expect("the work tree");
        repo.git(&[&["init", "-q", "-b", "main"], flags].concat());
        repo
    }

    pub fn path(&self) -> PathBuf {
        self.temp.path().join("repo")
    }

    /// A path beside the repository, for clones and worktrees.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.temp.path().join(name)
    }

    /// A git command in `dir`, with nothing of the user's or the test run's environment.
    pub fn command(&self, dir: &Path, args: &[&str]) -> Command {
        let mut command = Command::new("git");
        let date = format!("{} +0000", self.clock.get());
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.temp.path())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_AUTHOR_NAME", "Ada")
            .env("GIT_AUTHOR_EMAIL", "ada@example.com")
            .env("GIT_COMMITTER_NAME", "Ada")
            .env("GIT_COMMITTER_EMAIL", "ada@example.com")
            .env("GIT_AUTHOR_DATE", &date)
            .env("GIT_COMMITTER_DATE", &date)
            .args(["-c", "protocol.file.allow=always", "-c", "gc.auto=0"])
            .args(args)
            .current_dir(dir);
        command
    }

    /// Runs git in the work tree; it must succeed. Returns what it printed, without the last line ending.
    pub fn git(&self, args: &[&str]) -> String {
        self.git_in(&self.path(), args)
    }

    pub fn git_in(&self, dir: &Path, args: &[&str]) -> String {
        let output = self.command(dir, args).output().expect("git runs");
        assert!(output.status.success(), "git {args:?}: {}", said(&output));
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    /// Runs git where a failure (a conflict) is what the test wants.
    pub fn git_fails(&self, args: &[&str]) {
        let output = self.command(&self.path(), args).output().expect("git runs");
        assert!(!output.status.success(), "git {args:?} did not fail");
    }

    /// Writes a file of the work tree, with its folders.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let file = self.path().join(path);
        fs::create_dir_all(file.parent().expect("a file has a folder")).expect("a folder");
        fs::write(file, content).expect("a file");
    }

    /// Stages everything and commits it a day later than the last; returns the commit.
    pub fn commit(&self, message: &str) -> ObjectId {
        self.git(&["add", "-A"]);
        self.tick();
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
        self.id("HEAD")
    }

    /// Writes one file and commits.
    pub fn commit_file(&self, path: &str, content: impl AsRef<[u8]>) -> ObjectId {
        self.write(path, content);
        self.commit(&format!("change {path}"))
    }

    /// Moves the clock on by a day and returns the time.
    pub fn tick(&self) -> i64 {
        self.clock.set(self.clock.get() + DAY);
        self.clock.get()
    }

    pub fn set_clock(&self, time: i64) {
        self.clock.set(time);
    }

    /// The object that a revision names.
    pub fn id(&self, revision: &str) -> ObjectId {
        parse_id(self.git(&["rev-parse", revision]).as_bytes()).expect("rev-parse prints an id")
    }

    /// Writes a loose object from text on standard input.
    pub fn hash_object(&self, kind: &str, content: &[u8]) -> ObjectId {
        let file = self.beside("object");
        fs::write(&file, content).expect("a file");
        let file = file.to_str().expect("a plain path");
        let id = self.git(&["hash-object", "-w", "--literally", "-t", kind, file]);
        parse_id(id.as_bytes()).expect("hash-object prints an id")
    }

    /// Where a loose object is.
    pub fn loose(&self, id: &ObjectId) -> PathBuf {
        let hex = id.to_string();
        self.path().join(".git/objects").join(&hex[..2]).join(&hex[2..])
    }

    /// The environment of a process in the work tree, without git's variables.
    pub fn env(&self) -> Environment {
        Environment {
            folder: self.path(),
            ..Environment::default()
        }
    }

    pub fn open(&self) -> Repository {
        self.open_at(&self.path())
    }

    pub fn open_at(&self, path: &Path) -> Repository {
        Repository::open_in(&self.env(), Some(path)).expect("a repository")
    }
}

/// Makes a file writable (git makes objects read-only), so that a test can damage it.
pub fn damage(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).expect("the file");
    change(&mut bytes);
    fs::remove_file(path).expect("the file can be replaced");
    fs::write(path, bytes).expect("the file");
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

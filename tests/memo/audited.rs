//! A repository that is audited again and again, beside its memo: what people do to it, and what must then be the same.

use std::fs;
use std::path::{Path, PathBuf};

use data_encoding::{BASE64, HEXLOWER};
use sha2::{Digest, Sha256};

use crate::common::program::{Run, finish, keytrail};
use crate::common::random::{Pair, Random};
use crate::common::repo::TestRepo;

const FORMATS: &[&str] = &["human", "json", "jsonl", "sarif", "html"];
pub const NOTE: &str = "the memo is not used";

pub fn text(key: &Pair) -> String {
    format!(
        "aws_access_key_id = {}\naws_secret_access_key = {}\n",
        key.id, key.secret
    )
}

/// A repository with the memo beside it.
pub struct Audited {
    pub repo: TestRepo,
    pub random: Random,
    pub keys: Vec<Pair>,
    passwords: Vec<String>,
}

impl Audited {
    pub fn new(seed: u64) -> Self {
        let audited = Self {
            repo: TestRepo::new(),
            random: Random::new(seed),
            keys: Vec::new(),
            passwords: Vec::new(),
        };
        audited.repo.commit_file("README", "nothing\n");
        audited
    }

    pub fn key(&mut self) -> Pair {
        let key = self.random.pair();
        self.keys.push(key.clone());
        key
    }

    /// A password that is nobody's.
    pub fn password(&mut self) -> String {
        let password = self.random.class("A-Za-z0-9", 14);
        self.passwords.push(password.clone());
        password
    }

    pub fn memo(&self) -> PathBuf {
        self.repo.beside("memo")
    }

    pub fn history(&self, memo: Option<&Path>, format: &str) -> Run {
        self.history_with(memo, format, &[])
    }

    fn history_with(&self, memo: Option<&Path>, format: &str, flags: &[&str]) -> Run {
        let mut command = keytrail(&self.repo.path());
        command.args(["history", "-v", "--as-of", "2026-01-01T00:00:00Z", "--report", format]);
        command.args(flags);
        command.args(memo.map(|memo| format!("--memo={}", memo.display())));
        finish(&mut command)
    }

    /// Scans with the memo and compares with a whole scan; returns what was said of the memo.
    pub fn check(&self, what: &str) -> String {
        self.check_with(what, &[])
    }

    /// The same, with more flags.
    pub fn check_with(&self, what: &str, flags: &[&str]) -> String {
        let whole = self.history_with(None, "json", flags);
        let again = self.history_with(Some(&self.memo()), "json", flags);
        assert_eq!(again.out(), whole.out(), "{what} {}", whole.err());
        assert_eq!(again.code, whole.code, "{what}");
        let mut notes = Vec::new();
        for line in again.err().lines() {
            match line.contains(NOTE) {
                true => notes.push(line.to_owned()),
                false => assert!(whole.err().contains(line), "{what}: {line}"),
            }
        }
        notes.join("\n")
    }

    /// The same in all formats, with a memo that is up to date.
    pub fn check_formats(&self, what: &str) {
        for format in FORMATS {
            let whole = self.history(None, format);
            let again = self.history(Some(&self.memo()), format);
            assert_eq!(again.out(), whole.out(), "{what} {format}");
            assert_eq!(again.err(), whole.err(), "{what} {format}");
        }
    }

    /// Does one thing of those that people do to repositories.
    pub fn change(&mut self, step: u64) -> &'static str {
        let repo = &self.repo;
        let number = self.random.below(6);
        let file = format!("d{}/f{}.txt", number % 3, number);
        match self.random.below(20) {
            0..=3 => {
                let key = self.random.pair();
                let body = format!("{}{}", self.random.class("a-z \n", 300), text(&key));
                self.keys.push(key);
                self.repo.commit_file(&file, body);
                "commit a key"
            }
            4 => {
                repo.commit_file(&file, self.random.class("a-z \n", 200));
                "commit"
            }
            5 => {
                repo.git(&["checkout", "-q", "-B", &format!("b{}", number % 3)]);
                "branch"
            }
            6 => {
                repo.git(&["checkout", "-q", "main"]);
                for branch in ["b0", "b1", "b2"] {
                    let _ = repo.command(&repo.path(), &["branch", "-q", "-D", branch]).output();
                }
                "delete branches"
            }
            7 => {
                repo.write(
                    &file,
                    text(&self.keys.last().cloned().unwrap_or_else(|| self.random.pair())),
                );
                repo.git(&["add", "-A"]);
                repo.git(&["commit", "-q", "--amend", "--allow-empty", "-m", "amended"]);
                "amend"
            }
            8 => {
                repo.git(&["gc", "-q"]);
                "gc"
            }
            9 => {
                repo.git(&["repack", "-q", "-adf", "--depth=3"]);
                "repack"
            }
            10 => {
                repo.git(&["reflog", "expire", "--expire=now", "--all"]);
                repo.git(&["gc", "-q", "--prune=now"]);
                "prune"
            }
            11 => {
                let key = self.random.pair();
                repo.git(&["tag", "-f", "-a", &format!("t{}", number % 2), "-m", &text(&key)]);
                self.keys.push(key);
                "tag"
            }
            12 => {
                let key = self.random.pair();
                repo.write("README", text(&key));
                self.keys.push(key);
                repo.git(&["stash", "-q"]);
                "stash"
            }
            13 => {
                let _ = repo
                    .command(&repo.path(), &["reset", "-q", "--hard", "HEAD~1"])
                    .output();
                "reset"
            }
            14 => {
                let key = self.random.pair();
                repo.git(&["notes", "add", "-f", "-m", &text(&key)]);
                self.keys.push(key);
                "note"
            }
            15 => {
                // A password in the name of a file, in a folder, and a file that moves.
                let name = format!(
                    "{}_{}.txt",
                    self.random.class("a-z", 6),
                    self.random.pair().secret.replace('/', "x")
                );
                repo.commit_file(&format!("sub/{name}"), "x\n");
                "a telling name"
            }
            16..=17 => {
                // Versions that hold what the one before held, at another line.
                let before = fs::read(repo.path().join(&file)).unwrap_or_default();
                for _ in 0..3 {
                    let more = self.random.class("a-z \n", 40).into_bytes();
                    repo.commit_file(&file, [&more[..], &before].concat());
                }
                "versions of a file"
            }
            18 => {
                // The same secret without its name, which makes it unlikely.
                let key = self.keys.last().cloned().unwrap_or_else(|| self.random.pair());
                repo.commit_file(&file, format!("x {} y\n", key.secret));
                repo.commit_file(&format!("{file}.copy"), text(&key));
                "a secret with and without its name"
            }
            _ => {
                self.fetch(step);
                "fetch"
            }
        }
    }

    /// Fetches a pack with deltas on what is here.
    fn fetch(&mut self, step: u64) {
        let (repo, other) = (&self.repo, self.repo.beside(&format!("other{step}")));
        let path = other.to_str().expect("a plain path");
        repo.git(&["clone", "-q", "--no-local", ".", path]);
        let key = self.random.pair();
        fs::create_dir_all(other.join("d0")).expect("a folder");
        let body = format!("{}{}", self.random.class("a-z \n", 3000), text(&key));
        for round in 0..3 {
            fs::write(other.join("d0/fetched.txt"), format!("{body}{round}\n")).expect("a file");
            repo.git_in(&other, &["add", "-A"]);
            repo.git_in(&other, &["commit", "-q", "-m", "over there"]);
        }
        self.keys.push(key);
        let refspec = format!("HEAD:refs/remotes/other/{step}");
        repo.git(&["-c", "fetch.unpackLimit=1", "fetch", "-q", path, &refspec]);
    }

    /// No twelve characters of a secret stand in the memo, plain or encoded.
    pub fn assert_untold(&self) {
        let memo = fs::read(self.memo()).expect("the memo");
        let passwords = self.passwords.iter();
        for secret in self.keys.iter().map(|key| &key.secret).chain(passwords) {
            for part in secret.as_bytes().windows(12) {
                let digest = Sha256::digest(secret.as_bytes());
                for form in [
                    part.to_vec(),
                    BASE64.encode(part).into_bytes(),
                    HEXLOWER.encode(part).into_bytes(),
                    digest[..12].to_vec(),
                ] {
                    assert!(memchr::memmem::find(&memo, &form).is_none(), "the memo tells a secret");
                }
            }
        }
    }
}

//! `history --memo`: the report is that of a whole scan, whatever happened to the repository or the memo since.

mod common;

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use common::program::{self, Run, finish, keytrail};
use common::random::{Pair, Random};
use common::repo::{TestRepo, damage};
use data_encoding::{BASE64, HEXLOWER};
use sha2::{Digest, Sha256};

const FORMATS: &[&str] = &["human", "json", "jsonl", "sarif", "html"];
const NOTE: &str = "the memo is not used";

fn text(key: &Pair) -> String {
    format!(
        "aws_access_key_id = {}\naws_secret_access_key = {}\n",
        key.id, key.secret
    )
}

/// A repository with the memo beside it.
struct Audited {
    repo: TestRepo,
    random: Random,
    keys: Vec<Pair>,
}

impl Audited {
    fn new(seed: u64) -> Self {
        let audited = Self {
            repo: TestRepo::new(),
            random: Random::new(seed),
            keys: Vec::new(),
        };
        audited.repo.commit_file("README", "nothing\n");
        audited
    }

    fn key(&mut self) -> Pair {
        let key = self.random.pair();
        self.keys.push(key.clone());
        key
    }

    fn memo(&self) -> PathBuf {
        self.repo.beside("memo")
    }

    fn history(&self, memo: Option<&Path>, format: &str) -> Run {
        let mut command = keytrail(&self.repo.path());
        command.args(["history", "-v", "--as-of", "2026-01-01T00:00:00Z", "--report", format]);
        command.args(memo.map(|memo| format!("--memo={}", memo.display())));
        finish(&mut command)
    }

    /// Scans with the memo and compares with a whole scan; returns what was said of the memo.
    fn check(&self, what: &str) -> String {
        let whole = self.history(None, "json");
        let again = self.history(Some(&self.memo()), "json");
        assert_eq!(again.out(), whole.out(), "{what}");
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
    fn check_formats(&self, what: &str) {
        for format in FORMATS {
            let whole = self.history(None, format);
            let again = self.history(Some(&self.memo()), format);
            assert_eq!(again.out(), whole.out(), "{what} {format}");
            assert_eq!(again.err(), whole.err(), "{what} {format}");
        }
    }

    /// Does one thing of those that people do to repositories.
    fn change(&mut self, step: u64) -> &'static str {
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
    fn assert_untold(&self) {
        let memo = fs::read(self.memo()).expect("the memo");
        for key in &self.keys {
            for part in key.secret.as_bytes().windows(12) {
                let digest = Sha256::digest(key.secret.as_bytes());
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

#[test]
fn reports_are_the_same_after_whatever_happens() {
    for seed in 0..4 {
        let mut audited = Audited::new(seed);
        let mut used = 0;
        for step in 0..25 {
            let what = audited.change(step);
            let said = audited.check(&format!("seed {seed}, step {step}: {what}"));
            used += usize::from(said.is_empty());
        }
        audited.check_formats(&format!("seed {seed}"));
        audited.assert_untold();
        assert!(used > 12, "seed {seed}: the memo was used only {used} times");
    }
}

#[test]
fn a_repack_is_nothing_new_and_new_commits_are() {
    let mut audited = Audited::new(50);
    for n in 0..5 {
        let body = text(&audited.key());
        audited.repo.commit_file(&format!("d/f{n}"), body);
    }
    assert_eq!(audited.check("first"), "");
    let before = fs::read(audited.memo()).expect("a memo");
    audited.repo.git(&["repack", "-q", "-adf"]);
    assert_eq!(audited.check("repack"), "");
    assert_eq!(fs::read(audited.memo()).expect("a memo"), before, "nothing was new");
    let body = text(&audited.key());
    audited.repo.commit_file("d/new", body);
    assert_eq!(audited.check("a commit"), "");
    assert_ne!(fs::read(audited.memo()).expect("a memo"), before);
    audited.repo.git(&["rm", "-q", "-r", "d"]);
    audited.repo.commit("away");
    assert_eq!(audited.check("removed"), "");
    audited.check_formats("removed");
}

#[test]
fn what_was_pruned_is_not_reported() {
    let mut audited = Audited::new(51);
    let key = audited.key();
    audited.repo.commit_file("secret", text(&key));
    audited.check("first");
    audited.repo.git(&["reset", "-q", "--hard", "HEAD~1"]);
    audited.repo.git(&["update-ref", "-d", "ORIG_HEAD"]);
    audited.repo.git(&["reflog", "expire", "--expire=now", "--all"]);
    audited.repo.git(&["gc", "-q", "--prune=now"]);
    assert!(audited.check("pruned").contains("gone"));
    let report = audited.history(Some(&audited.memo()), "json");
    assert!(!report.out().contains(&key.id) && report.code == 0, "{}", report.out());
}

#[test]
fn faults_are_told_again() {
    let mut audited = Audited::new(52);
    let body = text(&audited.key());
    audited.repo.commit_file("a", body);
    let blob = audited.repo.id("HEAD:a");
    let lost = audited.repo.hash_object("blob", b"lost\n");
    let torn = audited.repo.hash_object("blob", b"torn\n");
    damage(&audited.repo.loose(&torn), |bytes| bytes.truncate(6));
    fs::remove_file(audited.repo.loose(&lost)).expect("it was there");
    fs::remove_file(audited.repo.loose(&blob)).expect("it was there");
    for round in 0..3 {
        assert_eq!(audited.check(&format!("round {round}")), "");
    }
    assert_eq!(audited.history(Some(&audited.memo()), "json").code, 2);
    // One that was missing comes back.
    let body = text(audited.keys.last().expect("a key"));
    audited.repo.hash_object("blob", body.as_bytes());
    assert!(audited.check("back").contains("missing"));
    assert_eq!(audited.check("back again"), "");
    // A damaged pack is read whole each time.
    audited.repo.git_fails(&["gc", "-q"]);
    fs::remove_file(audited.repo.loose(&torn)).expect("it was there");
    audited.repo.git(&["gc", "-q"]);
    audited.check("packed");
    let packs = audited.repo.path().join(".git/objects/pack");
    let pack = fs::read_dir(packs)
        .expect("a folder")
        .flatten()
        .map(|entry| entry.path());
    let pack = pack
        .into_iter()
        .find(|path| path.extension().is_some_and(|e| e == "pack"))
        .expect("a pack");
    damage(&pack, |bytes| {
        let end = bytes.len() - 1;
        bytes[end] ^= 1;
    });
    for _ in 0..2 {
        assert!(audited.check("damaged").contains("damaged"));
    }
}

/// What is there and who reaches it are two things: without anything new, names alone decide.
#[test]
fn names_that_change_are_seen_and_remembered() {
    let mut audited = Audited::new(61);
    let body = text(&audited.key());
    audited.repo.git(&["checkout", "-q", "-b", "side"]);
    audited.repo.commit_file("a", body);
    audited.repo.git(&["checkout", "-q", "main"]);
    audited.check("first");
    let memo = |audited: &Audited| fs::read(audited.memo()).expect("a memo");
    for arguments in [
        &["branch", "-q", "other", "side"][..],
        &["branch", "-q", "-D", "side"],
        &["merge", "-q", "--ff-only", "other"],
        &["branch", "-q", "-D", "other"],
        &["reset", "-q", "--hard", "HEAD~1"],
        &["reflog", "expire", "--expire=now", "--all"],
        &["update-ref", "-d", "ORIG_HEAD"],
    ] {
        let before = memo(&audited);
        audited.repo.git(arguments);
        audited.check_formats(&format!("{arguments:?}"));
        let after = memo(&audited);
        assert!(before != after, "{arguments:?}: another name, another memo");
        assert_eq!(audited.check("again"), "");
        assert!(after == memo(&audited), "{arguments:?}: nothing was new");
    }
}

/// Reads the lists of a memo up to the one of variants; returns where its numbers stand.
fn variants(memo: &[u8]) -> std::ops::Range<usize> {
    let length = |at: usize| u64::from_le_bytes(memo[at..at + 8].try_into().expect("8 bytes")) as usize;
    // The head, the length of ids, the mark of a shallow clone, the salt.
    let mut at = 16 + 4 + 32 + 8 + 2 + 16;
    // Ids, sizes, large sizes, ids outside and missing, hits, ends of spots and of variants.
    for width in [1, 4, 12, 20, 20, 4, 4, 4] {
        at += 8 + length(at) * width;
    }
    at + 8..at + 8 + length(at) * 4
}

/// A memo cannot say that an object that is shown holds what it does not hold, nor that a secret stands where it does not.
#[test]
fn what_a_memo_says_of_an_object_is_compared() {
    let mut audited = Audited::new(62);
    for n in 0..2 {
        let body = text(&audited.key());
        audited.repo.commit_file(&format!("f{n}"), body);
    }
    audited.check("first");
    let good = fs::read(audited.memo()).expect("a memo");
    let numbers = variants(&good);
    assert_eq!(numbers.len(), 4 * 4, "two files, an id and a secret in each");
    let forged = |said: &str, forge: &dyn Fn(&mut [u8])| {
        let mut forged = good.clone();
        forge(&mut forged[numbers.clone()]);
        seal(&mut forged);
        fs::write(audited.memo(), &forged).expect("a file");
        assert!(audited.check("forged").contains(said));
        assert_eq!(audited.check("made anew"), "");
    };
    forged("hold something else", &|numbers| numbers.fill(0));
    // Each secret is said to come from where another one does: that is reckoned anew.
    forged("", &|numbers| numbers.rotate_left(8));
}

/// Puts the right checksum below a memo.
fn seal(bytes: &mut [u8]) {
    let content = bytes.len() - 32;
    let sum = Sha256::digest(&bytes[..content]);
    bytes[content..].copy_from_slice(&sum);
}

#[test]
fn a_memo_that_does_not_fit_is_not_used_and_made_anew() {
    let mut audited = Audited::new(53);
    let body = text(&audited.key());
    audited.repo.commit_file("a", body);
    audited.check("first");
    let good = fs::read(audited.memo()).expect("a memo");
    let mut bad: Vec<(&str, Vec<u8>)> = vec![("damaged", Vec::new())];
    for n in 0..40 {
        bad.push(("damaged", good[..good.len() * n / 40].to_vec()));
        let mut flipped = good.clone();
        flipped[good.len() * n / 40] ^= 1 << (n % 8);
        bad.push(("damaged", flipped));
    }
    // Another format, other rules.
    for at in [16, 20, 51] {
        let mut other = good.clone();
        other[at] ^= 1;
        seal(&mut other);
        bad.push(("other rules", other));
    }
    for (why, bytes) in bad {
        fs::write(audited.memo(), &bytes).expect("a file");
        let said = audited.check(why);
        assert!(said.contains(why), "{} bytes: {said}", bytes.len());
        assert_eq!(audited.check("made anew"), "");
    }
}

/// Whoever can write the file can make it say anything; it must not do more than that.
#[test]
fn a_hostile_memo_ends_no_run() {
    let mut audited = Audited::new(54);
    let body = text(&audited.key());
    audited.repo.commit_file("a/b", body);
    audited.repo.git(&["tag", "-a", "t", "-m", "t"]);
    audited.check("first");
    let good = fs::read(audited.memo()).expect("a memo");
    let mut random = Random::new(9);
    for _ in 0..150 {
        let mut bytes = good.clone();
        for _ in 0..=random.below(3) {
            let at = 60 + random.below(good.len() as u64 - 92) as usize;
            bytes[at] = random.below(256) as u8;
        }
        seal(&mut bytes);
        fs::write(audited.memo(), &bytes).expect("a file");
        let run = audited.history(Some(&audited.memo()), "json");
        assert!(
            (0..=2).contains(&run.code) && !run.err().contains("internal error"),
            "{}",
            run.err()
        );
    }
}

#[test]
fn a_memo_of_another_repository_is_foreign() {
    let (mut one, mut other) = (Audited::new(55), Audited::new(56));
    for audited in [&mut one, &mut other] {
        for n in 0..3 {
            let body = text(&audited.key());
            audited.repo.commit_file(&format!("f{n}"), body);
        }
        audited.check("first");
    }
    fs::copy(other.memo(), one.memo()).expect("it is copied");
    assert!(one.check("foreign").contains("another repository"));
    assert_eq!(one.check("its own again"), "");
}

#[test]
fn where_a_memo_cannot_be_is_known_before_the_scan() {
    let audited = Audited::new(57);
    let refused = |memo: &Path, why: &str| {
        let run = audited.history(Some(memo), "json");
        assert!(
            run.code == 2 && run.out().is_empty() && run.err().contains(why),
            "{}",
            run.err()
        );
    };
    refused(&audited.repo.beside("no/memo"), "could not be written");
    refused(&audited.repo.path(), "a memo is a file");
    refused(Path::new("/proc/memo"), "could not be written");
    let precious = audited.repo.beside("precious");
    fs::write(&precious, "a file of mine\n").expect("a file");
    refused(&precious, "no memo");
    assert_eq!(fs::read(&precious).expect("it is there"), b"a file of mine\n");
}

#[test]
fn submodules_are_refused_beside_it() {
    let audited = Audited::new(58);
    let mut command = keytrail(&audited.repo.path());
    command.args(["history", "--submodules", "--memo"]).arg(audited.memo());
    let run = finish(&mut command);
    assert!(run.code == 2 && run.out().is_empty(), "{}", run.err());
    assert!(
        run.err().contains("--memo") && run.err().contains("--submodules"),
        "{}",
        run.err()
    );
    assert!(!audited.memo().exists());
}

#[test]
fn only_the_owner_can_read_it_and_a_link_stays_a_link() {
    let audited = Audited::new(58);
    let (real, link) = (audited.repo.beside("real"), audited.memo());
    fs::write(&real, "").expect("a file");
    symlink(&real, &link).expect("a link");
    assert!(audited.check("empty").contains("damaged"));
    assert!(fs::symlink_metadata(&link).expect("it is there").is_symlink());
    assert_eq!(
        fs::metadata(&real).expect("it is there").permissions().mode() & 0o777,
        0o600
    );
    assert_eq!(audited.check("again"), "");
}

#[test]
fn flags_that_change_no_finding_change_no_memo() {
    let mut audited = Audited::new(59);
    let body = text(&audited.key());
    audited.repo.commit_file("a", body);
    audited.check("first");
    let memo = format!("--memo={}", audited.memo().display());
    for flags in [
        ["--no-delta", "--jobs=1"],
        ["--min-confidence=low", "--jobs=8"],
        ["--exit-zero", "-v"],
    ] {
        let run = program::run(&audited.repo.path(), &[&["history", &memo][..], &flags].concat());
        assert!(!run.err().contains(NOTE), "{}", run.err());
    }
}

/// Of the versions that hold the same, those are read that the report shows.
#[test]
fn what_holds_the_same_is_read_once() {
    let mut audited = Audited::new(63);
    let body = [text(&audited.key()), audited.random.class("a-z ", 3000)].concat();
    for n in 0..6 {
        audited.repo.commit_file("a", format!("{}{body}", "line\n".repeat(n)));
    }
    let middle = audited.repo.id("HEAD~3:a");
    audited.check("first");
    let whole = audited.history(None, "json").out();
    damage(&audited.repo.loose(&middle), |bytes| {
        let middle = bytes.len() / 2;
        bytes[middle] ^= 0xff;
    });
    assert_eq!(audited.history(Some(&audited.memo()), "json").out(), whole);
    assert_ne!(audited.history(None, "json").out(), whole);
}

/// With a memo, nothing is inflated that held no finding: it may as well be gone.
#[test]
fn what_is_known_is_not_read() {
    let mut audited = Audited::new(60);
    let body = text(&audited.key());
    audited.repo.commit_file("a", body);
    audited.repo.commit_file("large", audited.random.class("a-z", 50_000));
    let large = audited.repo.id("HEAD:large");
    audited.check("first");
    let whole = audited.history(None, "json").out();
    damage(&audited.repo.loose(&large), |bytes| {
        let middle = bytes.len() / 2;
        bytes[middle] ^= 0xff;
    });
    assert_eq!(audited.history(Some(&audited.memo()), "json").out(), whole);
    assert_ne!(audited.history(None, "json").out(), whole);
}

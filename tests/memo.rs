//! `history --memo`: the report is that of a whole scan, whatever happened to the repository or the memo since.

mod common;

#[path = "memo/audited.rs"]
mod audited;
#[path = "memo/forged.rs"]
mod forged;
#[path = "memo/hidden.rs"]
mod hidden;

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use audited::{Audited, NOTE, text};
use common::program::{self, finish, keytrail};
use common::repo::damage;

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

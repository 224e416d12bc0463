//! Memos that are damaged, made otherwise, or made up.

use std::fs;

use flate2::Crc;

use crate::audited::{Audited, text};
use crate::common::random::Random;

/// Reads the lists of a memo up to the one of variants; returns where its numbers stand.
fn variants(memo: &[u8]) -> std::ops::Range<usize> {
    let length = |at: usize| u64::from_le_bytes(memo[at..at + 8].try_into().expect("8 bytes")) as usize;
    // The head, the length of ids, the mark of a shallow clone, the salt.
    let mut at = 16 + 4 + 32 + 2 + 16;
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
    let content = bytes.len() - 4;
    let mut sum = Crc::new();
    sum.update(&bytes[..content]);
    bytes[content..].copy_from_slice(&sum.sum().to_le_bytes());
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
    // A former version had another checksum.
    let mut former = good.clone();
    former[16] = 3;
    former.extend([7; 28]);
    bad.push(("another version", former));
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
            let at = 52 + random.below(good.len() as u64 - 56) as usize;
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

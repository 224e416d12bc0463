//! Documented and made-up examples of credentials. They are reported as suppressed, never dropped.
//!
//! Judges the value alone: a real key beside the word "example" stays a real key.

use std::sync::OnceLock;

use aho_corasick::AhoCorasick;
use sha2::{Digest, Sha256};

use crate::detect::randomness;

const DOCUMENTED: &str = "an example of AWS's documentation";
const PUBLIC: &str = "an example key that many public sources hold";
const WORD: &str = "the value holds a word that only made-up examples hold";
const PATTERN: &str = "the value is a pattern: it says what a secret looks like";
const MONOTONE: &str = "the value is a sequence or repeats itself";

/// Example ids of the documentation that do not say so, cut after the prefix.
const DOCUMENTED_TAILS: &[&[u8]] = &[b"32P3D2JDNMVAJLGF", b"J5C56P35AEBRX2QQ"];
/// Beginnings of example secrets of the documentation that do not say so.
const DOCUMENTED_SECRETS: &[&[u8]] = &[
    b"uV3F3YluFJax1cknvbcG",
    b"OtxrzxIsfpFjA7SwPzIL",
    b"wJalrXUtnFEMI/K7MDEN",
];
/// Google API keys of public examples, which gitleaks lists as such: the first eight bytes of their SHA-256, sorted.
const DOCUMENTED_GOOGLE_KEYS: &[u64] = &[
    0x0b47_6bdf_9acf_2123,
    0x2037_abca_ffb2_b777,
    0x27a9_a429_31df_f7eb,
    0x37f8_f09b_df12_c2f2,
    0x3a8b_61d0_f636_b007,
    0x3f37_0c9d_d822_5c63,
    0x49f7_77db_995e_8260,
    0x4c98_242d_cadc_8b29,
    0x8731_261c_b72d_8626,
    0xa19f_89ab_3555_eac1,
    0xa6c8_14bc_555a_e62c,
    0xdc0f_cf04_6c61_640c,
    0xe4a5_542b_b7fd_7b67,
    0xea9b_b108_2cf9_5663,
    0xeb54_0d2b_6ee2_a0a4,
    0xf56e_3234_94a6_ffc2,
];
/// Words of five and more letters: one stands in a random secret once in 10,000 or less.
const WORDS: &[&str] = &[
    "example",
    "sample",
    "placeholder",
    "dummy",
    "changeme",
    "replace",
    "yourkey",
    "youraccess",
    "youraws",
    "yoursecret",
    "accesskey",
    "secretkey",
    "abcdef",
    "12345",
    "xxxxx",
    "insert",
    "notareal",
    "notreal",
    "mytoken",
    "testkey",
    "fakekey",
    "foobar",
    "redacted",
    "removed",
];

/// What only made-up passwords hold. Weak words are not among them: people do choose them.
const PASSWORD_WORDS: &[&str] = &[
    "your",
    "changeme",
    "change_me",
    "change-me",
    "change this",
    "placeholder",
    "redacted",
    "replace",
    "insert",
    "_here",
    "-here",
    "passwordhere",
    "put your",
    "xxxx",
    "secret-goes",
];
/// Why an access key id is not a real one, or `None`.
pub fn of_id(id: &[u8]) -> Option<&'static str> {
    let tail = id.get(4..)?;
    if DOCUMENTED_TAILS.contains(&tail) {
        return Some(DOCUMENTED);
    }
    of_value(tail, 3)
}

/// Why a secret key is not a real one, or `None`.
pub fn of_secret(value: &[u8]) -> Option<&'static str> {
    if DOCUMENTED_SECRETS.iter().any(|start| value.starts_with(start)) {
        return Some(DOCUMENTED);
    }
    if value.starts_with(b"AIza") && DOCUMENTED_GOOGLE_KEYS.binary_search(&digest(value)).is_ok() {
        return Some(PUBLIC);
    }
    // A short value has few characters of any kind.
    of_value(value, 8.min(value.len() / 3))
}

/// The first eight bytes of a value's SHA-256.
fn digest(value: &[u8]) -> u64 {
    let digest = Sha256::digest(value);
    digest
        .iter()
        .take(8)
        .fold(0, |number, &byte| number << 8 | u64::from(byte))
}

/// Why a long value (a token, a key) is not a real one, or `None`. Shorter words stand in it by chance.
pub fn of_long(value: &[u8]) -> Option<&'static str> {
    let lower = value.to_ascii_lowercase();
    let example = memchr::memmem::find(&lower, b"example").map(|_| DOCUMENTED);
    let is_monotone = || value.len() >= 16 && is_sequence(value);
    example.or_else(|| is_monotone().then_some(MONOTONE))
}

/// Why a password that a person chose is not a real one, or `None`: it says so itself.
pub fn of_password(value: &[u8]) -> Option<&'static str> {
    let lower = value.to_ascii_lowercase();
    let says = PASSWORD_WORDS
        .iter()
        .any(|word| memchr::memmem::find(&lower, word.as_bytes()).is_some());
    match says {
        true => Some(WORD),
        false => is_pattern(value).then_some(PATTERN),
    }
}

/// Whether the value is a regular expression: a class of characters that is repeated stands in it, `[A-Za-z0-9_]{32}`,
/// `[^\s]+`, `\d{6}`, or a group of its syntax.
pub fn is_pattern(value: &[u8]) -> bool {
    let repeats = |rest: &[u8]| match rest {
        [b'{', digit, ..] => digit.is_ascii_digit(),
        [sign, ..] => matches!(sign, b'+' | b'*'),
        [] => false,
    };
    let is_range = |trio: &[u8]| matches!(trio, b"a-z" | b"A-Z" | b"0-9" | b"a-f" | b"A-F");
    let is_class = |class: &[u8]| class.starts_with(b"^") || class.windows(3).any(is_range) || class.contains(&b'\\');
    memchr::memchr3_iter(b'[', b'\\', b'(', value).any(|at| {
        let rest = &value[at + 1..];
        match value[at] {
            b'[' => memchr::memchr(b']', rest).is_some_and(|end| is_class(&rest[..end]) && repeats(&rest[end + 1..])),
            b'(' => rest.starts_with(b"?:") || rest.starts_with(b"?P<"),
            _ => matches!(rest, [b'd' | b'w' | b's' | b'S' | b'W', ..]) && repeats(&rest[1..]),
        }
    })
}

/// `least` is the largest number of distinct characters that no real value has.
fn of_value(value: &[u8], least: usize) -> Option<&'static str> {
    let word = words().find(value).map(|found| WORDS[found.pattern()]);
    match word {
        Some("example") => Some(DOCUMENTED),
        Some(_) => Some(WORD),
        None => (randomness::distinct(value) <= least || is_sequence(value)).then_some(MONOTONE),
    }
}

/// One search for all the words, built when the first value is judged.
fn words() -> &'static AhoCorasick {
    static SEARCH: OnceLock<AhoCorasick> = OnceLock::new();
    SEARCH.get_or_init(|| {
        AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(WORDS)
            .expect("a few words fit an automaton")
    })
}

/// Whether most characters follow their neighbour (`ABCDEFGH…`, `0123…`) or repeat it.
fn is_sequence(value: &[u8]) -> bool {
    let steps = value
        .windows(2)
        .filter(|pair| matches!(pair[1].wrapping_sub(pair[0]), 0 | 1))
        .count();
    steps * 2 >= value.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_are_recognised_anywhere_in_the_value() {
        for tail in [
            "IOSFODNN7EXAMPLE",
            "GIREOGIAEXAMPLE7",
            "XXXXXXXXXXXXXXXX",
            "ABCDEFGHIJKLMNOP",
            "YOURACCESSKEYIDX",
        ] {
            assert!(of_id(format!("AKIA{tail}").as_bytes()).is_some(), "{tail}");
        }
        assert!(of_secret(b"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY").is_some());
        assert!(of_secret(b"je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY").is_some());
    }

    #[test]
    fn a_pattern_is_told_from_a_password_with_brackets() {
        for pattern in ["<[A-Za-z0-9_-]{32}>", "[^@]+", r"\w+", "(?:a|b)", "[0-9]*x", r"[\w.]+"] {
            assert!(is_pattern(pattern.as_bytes()), "{pattern}");
        }
        for password in [
            "a[b-9]{x", "[a-z]x", r"k\d5", "[0-9", "(?x", "a-z{3}", "[q7]+z", "[0-9]",
        ] {
            assert!(!is_pattern(password.as_bytes()), "{password}");
        }
    }

    #[test]
    fn a_weak_password_is_one_and_a_described_one_is_not() {
        assert!(of_password(b"password").is_none() && of_password(b"your-password").is_some());
    }
}

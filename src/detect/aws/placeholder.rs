//! Documented and made-up examples of AWS credentials. They are reported as suppressed, never dropped.
//!
//! Judges the value alone: a real key beside the word "example" stays a real key.

use crate::detect::randomness;

const DOCUMENTED: &str = "an example of AWS's documentation";
const WORD: &str = "the value holds a word that only made-up examples hold";
const MONOTONE: &str = "the value is a sequence or repeats itself";

/// Example ids of the documentation that do not say so, cut after the prefix.
const DOCUMENTED_TAILS: &[&[u8]] = &[b"32P3D2JDNMVAJLGF", b"J5C56P35AEBRX2QQ"];
/// Beginnings of example secrets of the documentation that do not say so.
const DOCUMENTED_SECRETS: &[&[u8]] = &[
    b"uV3F3YluFJax1cknvbcG",
    b"OtxrzxIsfpFjA7SwPzIL",
    b"wJalrXUtnFEMI/K7MDEN",
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
    "testkey",
    "fakekey",
    "foobar",
    "redacted",
    "removed",
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
    of_value(value, 8)
}

/// `least` is the largest number of distinct characters that no real value has.
fn of_value(value: &[u8], least: usize) -> Option<&'static str> {
    let lower = value.to_ascii_lowercase();
    let word = WORDS
        .iter()
        .find(|word| memchr::memmem::find(&lower, word.as_bytes()).is_some());
    match word {
        Some(&"example") => Some(DOCUMENTED),
        Some(_) => Some(WORD),
        None => (randomness::distinct(value) <= least || is_sequence(value)).then_some(MONOTONE),
    }
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
}

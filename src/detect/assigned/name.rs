//! The name around a word: all of `spring.datasource.password`, and what kind of thing it names.

use std::ops::Range;

/// The longest name.
const LONGEST: usize = 48;

/// What a name says that its value is. Each is one rule's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Category {
    Password,
    Secret,
    Token,
    Key,
}

/// The whole name around the word at `at`. `None` if it is longer than names are.
pub fn around(window: &[u8], at: usize) -> Option<Range<usize>> {
    let longest = LONGEST + 1;
    let back = window[..at].iter().rev().take(longest).take_while(|&&b| is_name(b));
    let ahead = window[at..].iter().take(longest).take_while(|&&b| is_name(b));
    let (back, ahead) = (back.count(), ahead.count());
    if back + ahead > LONGEST || at + ahead == window.len() {
        return None;
    }
    let name = &window[at - back..at + ahead];
    // A full stop or a dash at either end is no part of it.
    let first = name.iter().position(|b| !matches!(b, b'-' | b'.'))?;
    let last = name.iter().rposition(|b| !matches!(b, b'-' | b'.'))?;
    Some(at - back + first..at - back + last + 1)
}

fn is_name(byte: u8) -> bool {
    NAME[usize::from(byte)]
}

const NAME: [bool; 256] = {
    let mut name = [false; 256];
    let mut byte = 0_u8;
    while byte < 0x80 {
        name[byte as usize] = byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'$');
        byte += 1;
    }
    name
};

/// What the name names: by the word of a secret that stands last in it, and as a key if there is none.
pub fn category(name: &[u8]) -> Category {
    let mut is_key = false;
    for at in (0..name.len()).rev() {
        let starts = |word: &[u8]| {
            let here = name[at..].get(..word.len());
            here.is_some_and(|here| here.eq_ignore_ascii_case(word))
        };
        match name[at] {
            b'p' | b'P' if starts(b"pass") || starts(b"pwd") => return Category::Password,
            b'_' if starts(b"_pw") => return Category::Password,
            b's' | b'S' if starts(b"secret") => return Category::Secret,
            b't' | b'T' if starts(b"token") => return Category::Token,
            b'k' | b'K' => is_key |= starts(b"key"),
            _ => {}
        }
    }
    if is_key { Category::Key } else { Category::Secret }
}

/// Where the last word in a name stands that says what it names; the end of the name if there is none.
pub fn word_of_secret(name: &[u8]) -> Range<usize> {
    let word_at = |at: usize| {
        let words: &[&[u8]] = match name[at] {
            b'p' | b'P' => &[b"pass", b"pwd"],
            b'_' => &[b"_pw"],
            b's' | b'S' => &[b"secret"],
            b'c' | b'C' => &[b"cred"],
            b'a' | b'A' => &[b"auth"],
            b't' | b'T' => &[b"token"],
            b'k' | b'K' => &[b"key"],
            _ => return None,
        };
        let starts = |word: &&&[u8]| {
            let here = name[at..].get(..word.len());
            here.is_some_and(|here| here.eq_ignore_ascii_case(word))
        };
        words.iter().find(starts).map(|word| at..at + word.len())
    };
    (0..name.len())
        .rev()
        .find_map(word_at)
        .unwrap_or(name.len()..name.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_of_a_name_says_what_it_names() {
        for (name, expected) in [
            ("db_Password", 3..7),
            ("secret_key_base", 7..10),
            ("PASSWORD_HINT", 0..4),
            ("hint", 4..4),
            ("", 0..0),
        ] {
            assert_eq!(word_of_secret(name.as_bytes()), expected, "{name}");
        }
    }
}

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
    let back = window[..at].iter().rev().take_while(|&&b| is_name(b)).count();
    let ahead = window[at..].iter().take_while(|&&b| is_name(b)).count();
    if back + ahead > LONGEST || at + ahead == window.len() {
        return None;
    }
    let name = &window[at - back..at + ahead];
    // A full stop or a dash at either end is no part of it.
    let first = name.iter().position(|b| !b"-.".contains(b))?;
    let last = name.iter().rposition(|b| !b"-.".contains(b))?;
    Some(at - back + first..at - back + last + 1)
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'$')
}

/// What the name names: by the word of a secret that stands last in it, and as a key if there is none.
pub fn category(name: &[u8]) -> Category {
    let name = name.to_ascii_lowercase();
    let last = |words: &[&str]| {
        let ends = words
            .iter()
            .filter_map(|word| memchr::memmem::rfind(&name, word.as_bytes()));
        ends.max()
    };
    let categories = [
        (last(&["pass", "pwd", "_pw"]), Category::Password),
        (last(&["secret"]), Category::Secret),
        (last(&["token"]), Category::Token),
    ];
    let latest = categories.into_iter().filter(|(at, _)| at.is_some()).max();
    match latest {
        Some((_, category)) => category,
        None if last(&["key"]).is_some() => Category::Key,
        None => Category::Secret,
    }
}

//! Secrets that code writes into a call: the key that a token is signed with, a password that is typed into a page or made
//! an array of characters of.
//!
//! Neither has a name beside it: the call says what is given. A value of letters alone is left alone, as examples have it.

use std::ops::Range;
use std::sync::Arc;

use super::value::{after_blanks, is_reference, quoted};
use crate::detect::candidate::Candidate;
use crate::detect::{placeholder, stock};
use crate::rules::Rule;

/// Calls whose key is the second argument, then those whose key is the first.
pub const CALLS: &[&str] = &[
    "jwt.sign(",
    "jwt.verify(",
    "jwt.encode(",
    "jwt.decode(",
    "JWT.encode(",
    "JWT.decode(",
    "AES.encrypt(",
    "AES.decrypt(",
    "createHmac(",
    "signWith(SignatureAlgorithm.",
    "AES.new(",
    "hmac.new(",
    "Algorithm.HMAC256(",
    "Algorithm.HMAC384(",
    "Algorithm.HMAC512(",
];
/// So many take it second.
const SECOND: usize = 10;

/// What types a text into a field of a page, which the call or what stands before it names.
pub const TYPED: &[&str] = &["send_keys(", "sendKeys(", ".fill(", ".type("];

/// How Java makes characters of a string: its stores and ciphers take no other passwords.
pub const CHARACTERS: &[&str] = &["\".toCharArray()"];

/// How long the first argument may be.
const LONGEST_ARGUMENT: usize = 400;
/// How far back the string begins, and the call that is given it.
const NEAR: usize = 200;
/// What a line says, in small letters, of a field that takes a password.
const FIELDS: &[&[u8]] = &[b"pass", b"pwd"];
/// The same where code hands one over.
const TAKERS: &[&[u8]] = &[
    b"pass",
    b"pwd",
    b"pbe",
    b"keystore",
    b"key_store",
    b"ks.load",
    b"secret",
];

/// Reads the key of the call at `at`.
pub fn read_call(rule: &Arc<Rule>, bytes: &[u8], at: usize) -> Option<Candidate> {
    let call = CALLS.iter().position(|call| bytes[at..].starts_with(call.as_bytes()))?;
    let before = at.checked_sub(1).map(|before| bytes[before]);
    if before.is_some_and(|b| b.is_ascii_alphanumeric()) {
        return None;
    }
    let first = at + CALLS[call].len();
    let key = match call < SECOND {
        true => end_of_argument(bytes, first)? + 1,
        false => first,
    };
    let blanks = bytes[key..].iter().take_while(|b| b.is_ascii_whitespace()).count();
    let prefix = usize::from(bytes[key + blanks..].first() == Some(&b'b'));
    candidate(
        rule,
        bytes,
        quoted(bytes, key + blanks + prefix)?,
        "a call takes it as its key",
    )
}

/// Reads what the call at `at` types, if the line speaks of a password before it.
pub fn read_typed(rule: &Arc<Rule>, bytes: &[u8], at: usize) -> Option<Candidate> {
    let call = TYPED.iter().find(|call| bytes[at..].starts_with(call.as_bytes()))?;
    let first = at + call.len();
    let text = end_of_argument(bytes, first).map_or(first, |comma| comma + 1);
    let span = quoted(bytes, after_blanks(bytes, text))?;
    let is_field = says(bytes, span.start, FIELDS);
    is_field.then(|| candidate(rule, bytes, span, "it is typed into a field for a password"))?
}

/// Reads the string that ends at `at`, of which characters are made.
pub fn read_characters(rule: &Arc<Rule>, bytes: &[u8], at: usize) -> Option<Candidate> {
    let line = line_before(bytes, at);
    let start = line + memchr::memrchr(b'"', &bytes[line..at])? + 1;
    let is_taken = says(bytes, start, TAKERS);
    is_taken.then(|| candidate(rule, bytes, start..at, "it is handed over as characters"))?
}

/// Where the line begins that ends at a place, as far as it is near.
fn line_before(bytes: &[u8], end: usize) -> usize {
    let low = end.saturating_sub(NEAR);
    memchr::memrchr(b'\n', &bytes[low..end]).map_or(low, |line| low + line + 1)
}

/// Whether the line has one of these words before a place.
fn says(bytes: &[u8], end: usize, words: &[&[u8]]) -> bool {
    let line = bytes[line_before(bytes, end)..end].to_ascii_lowercase();
    words.iter().any(|word| memchr::memmem::find(&line, word).is_some())
}

/// Where the comma stands that ends an argument. What it holds in brackets and in quotes belongs to it.
fn end_of_argument(bytes: &[u8], at: usize) -> Option<usize> {
    let window = &bytes[at..bytes.len().min(at + LONGEST_ARGUMENT)];
    let (mut depth, mut quote) = (0_u32, None);
    for (offset, &byte) in window.iter().enumerate() {
        match (quote, byte) {
            (Some(open), _) if byte == open => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'' | b'`') => quote = Some(byte),
            (None, b'(' | b'[' | b'{') => depth += 1,
            (None, b')' | b']' | b'}') => depth = depth.checked_sub(1)?,
            (None, b',') if depth == 0 => return Some(at + offset),
            _ => {}
        }
    }
    None
}

/// A value with a digit and a letter that stands for nothing else, and the reason.
fn candidate(rule: &Arc<Rule>, bytes: &[u8], span: Range<usize>, why: &'static str) -> Option<Candidate> {
    let value = &bytes[span.clone()];
    let has = |is: fn(&u8) -> bool| value.iter().any(is);
    let is_filled = value.len() >= 6 && has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic);
    let is_text = value.contains(&b' ') || is_reference(value);
    (is_filled && !is_text).then(|| {
        let stock = stock::is_stock(value).then_some("documentation writes such a password");
        Candidate::new(rule, span, value)
            .because(why)
            .placeholder(placeholder::of_password(value).or(stock))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_argument_ends_at_its_own_comma() {
        let end = |text: &str| end_of_argument(text.as_bytes(), 0);
        assert_eq!(end("{ id: 1, at: f(1, 2) }, 'a'"), Some(22));
        assert_eq!(end("\"a, b\", 'a'"), Some(6));
        assert_eq!(end("payload)"), None);
        assert_eq!(end("(a, b"), None);
    }
}

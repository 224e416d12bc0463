//! Headers that log in: `Basic` with a user and a password in base64, `Bearer` with a token.
//!
//! `Basic` is believed because it decodes to `user:password`; it stands so in HTTP headers, in recorded exchanges, as
//! `auth` in Docker's settings and `_auth` in npm's. RFC 7617, RFC 6750.

use std::sync::Arc;

use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD};

use super::value::after_blanks;
use crate::detect::candidate::Candidate;
use crate::detect::classes::Counts;
use crate::detect::generic::is_uuid;
use crate::detect::runs::{end_of_padding, is_base64, is_token};
use crate::detect::{placeholder, randomness, stock};
use crate::finding::Confidence;
use crate::rules::Rule;

pub const BASIC: &[&str] = &[
    "Basic ",
    "basic ",
    "BASIC ",
    "Basic%20",
    "\"auth\"",
    "\"_auth\"",
    "_auth=",
    "_auth =",
];
pub const BEARER: &[&str] = &["Bearer ", "bearer ", "BEARER ", "Bearer%20"];

/// The shortest that is read: `a:bcd` in base64.
const SHORTEST: usize = 8;
const LONGEST: usize = 2048;
/// Shorter tokens are words.
const SHORTEST_TOKEN: usize = 20;
/// So many signs of a drawn UUID are different.
const DISTINCT: usize = 9;

/// Reads the user and password of the scheme, header or setting at `at`.
pub fn read_basic(rule: &Arc<Rule>, bytes: &[u8], at: usize) -> Option<Candidate> {
    let literal = BASIC
        .iter()
        .find(|literal| bytes[at..].starts_with(literal.as_bytes()))?;
    if at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_') {
        return None;
    }
    let mut start = after_blanks(bytes, at + literal.len());
    if !literal.starts_with(['B', 'b']) {
        let signs = bytes[start..].iter().take(4).take_while(|b| b" \t:=\"'".contains(b));
        start += signs.count();
    }
    let window = &bytes[start..bytes.len().min(start + LONGEST)];
    let length = window.iter().take_while(|&&b| is_token(b)).count();
    let text = &window[..length];
    let decoded = decode(text).filter(|_| length >= SHORTEST)?;
    let (user, password) = split(&decoded)?;
    let end = end_of_padding(bytes, start + length);
    let candidate = Candidate::new(rule, start..end, &bytes[start..end]).because("it decodes to a user and a password");
    let candidate = candidate.placeholder(stock::of_login(user, password));
    let opens_nothing = stock::are_shouted(user, password) || stock::are_twins(user, password);
    Some(match opens_nothing {
        true => candidate
            .confidence(Confidence::Low)
            .because("user and password only say what they are"),
        false => candidate,
    })
}

fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let standard = text.iter().all(|&b| is_base64(b));
    let encoding = if standard { BASE64_NOPAD } else { BASE64URL_NOPAD };
    encoding.decode(text).ok()
}

/// The two halves, if it is text that has two.
fn split(decoded: &[u8]) -> Option<(&[u8], &[u8])> {
    let text = std::str::from_utf8(decoded).ok()?;
    let text = text.trim_end_matches('\n');
    let printable = text.chars().all(|c| !c.is_control());
    let (user, password) = text.split_once(':').filter(|_| printable)?;
    // Of three bytes and more, because `a:b` decodes from a word now and then.
    let filled = password.len() >= 2 && user.len() + password.len() >= 4;
    (filled && user.chars().all(|c| c.is_alphanumeric() || "._-@+\\|%/ ".contains(c)))
        .then_some((user.as_bytes(), password.as_bytes()))
}

/// Reads the token of the scheme at `at`. JSON Web Tokens have a rule of their own.
pub fn read_bearer(rule: &Arc<Rule>, bytes: &[u8], at: usize) -> Option<Candidate> {
    if at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_') {
        return None;
    }
    let literal = BEARER
        .iter()
        .find(|literal| bytes[at..].starts_with(literal.as_bytes()))?;
    let start = after_blanks(bytes, at + literal.len());
    let window = &bytes[start..bytes.len().min(start + LONGEST)];
    let length = window
        .iter()
        .take_while(|&&b| is_token(b) || b == b'.' || b == b'~')
        .count();
    let token = window[..length].trim_ascii_end();
    let token = token.strip_suffix(b".").unwrap_or(token);
    if token.len() < SHORTEST_TOKEN || token.starts_with(b"eyJ") || !is_opaque(token) {
        return None;
    }
    let end = end_of_padding(bytes, start + token.len());
    let candidate = Candidate::new(rule, start..end, &bytes[start..end]);
    Some(candidate.placeholder(placeholder::of_secret(token)))
}

/// Whether the token reads as drawn, not as words.
fn is_opaque(token: &[u8]) -> bool {
    if is_uuid(token) {
        return randomness::distinct(token) >= DISTINCT;
    }
    let counts = Counts::of(token);
    if counts.digits + counts.hex_letters == token.len() {
        return token.len() >= 32 && randomness::looks_random_hex(token);
    }
    counts.digits > 0 && counts.letters() > 0 && randomness::looks_random(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_after_basic_is_no_login() {
        for text in [
            "authentication",
            "programming",
            "auth",
            "example1",
            "YTpi",
            "information",
        ] {
            assert!(decode(text.as_bytes()).as_deref().and_then(split).is_none(), "{text}");
        }
        let text = BASE64_NOPAD.encode(b"kim:horse staple");
        let decoded = decode(text.as_bytes()).expect("base64");
        assert_eq!(split(&decoded), Some((&b"kim"[..], &b"horse staple"[..])));
    }
}

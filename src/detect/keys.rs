//! Private keys in PEM: a header, a body, and no encryption.
//!
//! A header alone (in code, in a comment, in documentation) opens nothing and is no candidate; nor is an
//! encrypted key. One line with `\n` between the parts is a key as well.

use std::sync::Arc;

use super::candidate::Candidate;
use super::der;
use super::pgp;
use super::placeholder;
use super::randomness;
use super::runs::is_base64;
use crate::rules::Rule;

pub const LITERAL: &str = "-----BEGIN ";
/// The longest body that is read: a 16,384-bit RSA key is under 13 KiB.
const LONGEST: usize = 16 * 1024;
/// The shortest body of a key that opens something: Ed25519 in PKCS#8 has 64 characters.
const SHORTEST: usize = 60;

/// Reads the private key whose header starts at `at`.
pub fn read(rule: &Arc<Rule>, bytes: &[u8], at: usize) -> Option<Candidate> {
    let window = &bytes[at..bytes.len().min(at + LONGEST)];
    let header = &window[..window.len().min(80)];
    let label_end = memchr::memmem::find(&header[LITERAL.len()..], b"-----")? + LITERAL.len();
    let label = &header[LITERAL.len()..label_end];
    let private = label.ends_with(b"PRIVATE KEY") || label.ends_with(b"PRIVATE KEY BLOCK");
    if !private || label.starts_with(b"ENCRYPTED") {
        return None;
    }
    let start = label_end + 5;
    let start = start + comment(&window[start..]);
    let end = memchr::memmem::find(&window[start..], b"-----END ").map_or(window.len(), |n| start + n);
    let body = &window[start..end];
    if memchr::memmem::find(body, b"ENCRYPTED").is_some() {
        return None;
    }
    if label.ends_with(b"KEY BLOCK") && pgp::is_sealed(body) {
        return None;
    }
    let key = base64_of(body);
    if key.len() < SHORTEST || !looks_like_a_key(&key) || !is_open(&key) {
        return None;
    }
    let close = window[end..]
        .iter()
        .take(80)
        .position(|&b| b == b'\n')
        .map_or(end, |n| end + n);
    let close = if window[end..].starts_with(b"-----END ") {
        end_of_footer(window, end)
    } else {
        close
    };
    Some(Candidate::new(rule, at..at + close, &key).placeholder(placeholder::of_long(&key)))
}

/// The length of a comment on the header's line: it is no part of the key.
fn comment(rest: &[u8]) -> usize {
    const SIGNS: [&[u8]; 5] = [b"#", b"//", b";", b"/*", b"<!--"];
    let line = memchr::memchr2(b'\n', b'\r', rest).map_or(&b""[..], |end| &rest[..end]);
    let text = line.trim_ascii_start();
    if SIGNS.iter().any(|sign| text.starts_with(sign)) {
        line.len()
    } else {
        0
    }
}

fn end_of_footer(window: &[u8], end: usize) -> usize {
    let label = end + b"-----END ".len();
    memchr::memmem::find(&window[label..window.len().min(label + 60)], b"-----").map_or(label, |n| label + n + 5)
}

/// The base64 characters of the body, without line ends, quotes, signs, escapes and headers of its own.
fn base64_of(body: &[u8]) -> Vec<u8> {
    let mut key = Vec::new();
    let mut at = 0;
    while at < body.len() {
        match body[at] {
            b'\\' if body.get(at + 1).is_some_and(|b| b"nrt".contains(b)) => at += 1,
            byte if is_base64(byte) && !(byte == b'+' && is_joining(body, at)) => key.push(byte),
            _ => {}
        }
        at += 1;
    }
    key
}

/// A `+` between blanks or quotes joins string literals.
fn is_joining(body: &[u8], at: usize) -> bool {
    let apart = |b: Option<&u8>| b.is_none_or(|b| b.is_ascii_whitespace() || *b == b'"' || *b == b'\'');
    apart(body.get(at + 1)) && apart(at.checked_sub(1).and_then(|i| body.get(i)))
}

/// Whether the body by itself is a key: whole, and not encrypted. Text that does not decode is taken for one.
fn is_open(key: &[u8]) -> bool {
    let decoded = data_encoding::BASE64_NOPAD
        .decode(&key[..key.len() / 4 * 4])
        .unwrap_or_default();
    match decoded.strip_prefix(b"openssh-key-v1\0") {
        // The name of the cipher comes first, after its length (PROTOCOL.key of OpenSSH).
        Some(rest) => rest.starts_with(b"\0\0\0\x04none"),
        None => der::length(&decoded).is_none_or(|length| decoded.len() + 3 >= length),
    }
}

/// DER is not uniformly random (a long run of `A` is common), so only the rest of the text is judged.
fn looks_like_a_key(key: &[u8]) -> bool {
    let middle = &key[key.len() / 4..key.len() * 3 / 4];
    randomness::distinct(key) >= 20 && randomness::score(middle) < -0.9
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_behind_the_header_is_no_part_of_the_key() {
        for (rest, length) in [
            (" # gitleaks:allow\nMIIE", 17),
            (" // x\r\nMIIE", 5),
            ("\nMIIE # x\n", 0),
            (" MIIE\n", 0),
            ("# x", 0),
        ] {
            assert_eq!(comment(rest.as_bytes()), length, "{rest}");
        }
    }
}

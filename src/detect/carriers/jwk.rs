//! JSON Web Keys with a private part (RFC 7517, RFC 7518): `d` beside a `kty` of RSA, EC or OKP, `k` beside `oct`.
//!
//! Read as JSON, as JSON within a string, and as an object of JavaScript, whose names need no quotes.

use std::ops::Range;
use std::sync::Arc;

use super::value::quoted;
use crate::detect::candidate::Candidate;
use crate::detect::placeholder;
use crate::detect::runs::is_token;
use crate::rules::Rule;

pub const LITERALS: &[&str] = &["kty"];

/// How far before `kty` its object may begin, and how far after it may end: an RSA key of 4,096 bits has 3.2 KB.
const BEFORE: usize = 4 * 1024;
const AFTER: usize = 6 * 1024;
/// 128 bits in base64url.
const SHORTEST: usize = 22;

/// Reads the private part of the key whose `kty` is at `at`.
pub fn read(rule: &Arc<Rule>, bytes: &[u8], at: usize) -> Option<Candidate> {
    let kind = member(bytes, at, "kty")?;
    let name = match &bytes[kind] {
        b"oct" => "k",
        b"RSA" | b"EC" | b"OKP" => "d",
        _ => return None,
    };
    let object = object_around(bytes, at);
    let start = object.start;
    let mut names = memchr::memmem::find_iter(&bytes[object.clone()], name);
    let span = names.find_map(|found| member(&bytes[..object.end], start + found, name))?;
    let value = &bytes[span.clone()];
    let whole = value.len() >= SHORTEST && value.iter().all(|&b| is_token(b) || b == b'=');
    whole.then(|| Candidate::new(rule, span, value).placeholder(placeholder::of_long(value)))
}

/// The value of the member whose name is at `at`, if it is a member of that name and a string.
fn member(bytes: &[u8], at: usize, name: &str) -> Option<Range<usize>> {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-$".contains(&byte);
    if at > 0 && is_part(bytes[at - 1]) {
        return None;
    }
    let mut after = at + name.len();
    if bytes.get(after).copied().is_some_and(is_part) {
        return None;
    }
    let signs = bytes[after..]
        .iter()
        .take(64)
        .take_while(|b| b"\\\"': \t=>\r\n".contains(b));
    // The last of the signs opens the value.
    let signs: &[u8] = &bytes[after..after + signs.count()];
    let colon = signs.iter().position(|b| b":=".contains(b))?;
    let opening = signs[colon..].iter().position(|b| b"\\\"'".contains(b))?;
    after += colon + opening;
    quoted(bytes, after)
}

/// From the bracket that opens the object to the one that closes it, as far as they are near.
fn object_around(bytes: &[u8], at: usize) -> Range<usize> {
    let low = at.saturating_sub(BEFORE);
    let high = bytes.len().min(at + AFTER);
    let bracket = |depth: &mut i32, open: u8, byte: u8| {
        *depth += i32::from(byte == b'{' || byte == b'}') * if byte == open { 1 } else { -1 };
        *depth > 0
    };
    let mut depth = 0;
    let before = bytes[low..at].iter().rev().position(|&b| bracket(&mut depth, b'{', b));
    depth = 0;
    let after = bytes[at..high].iter().position(|&b| bracket(&mut depth, b'}', b));
    before.map_or(low, |n| at - n)..after.map_or(high, |n| at + n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_is_read_in_its_object_only() {
        let text = br#"[{"d": "no"}, {"a": {"d": "inner"}, "kty": "EC", 'd' : 'yes'}, {"d": "no"}]"#;
        let at = memchr::memmem::find(text, b"kty").expect("it is there");
        let object = object_around(text, at);
        assert!(text[object.clone()].starts_with(br#""a""#) && text[object].ends_with(b"'yes'"));
        for text in ["d: 'yes'", r#"d\": \"yes\""#, "d\" :\n \"yes\"", "d => 'yes'"] {
            let span = member(text.as_bytes(), 0, "d").expect("a member");
            assert_eq!(&text[span], "yes");
        }
        assert!(member(b"id: 'no'", 1, "d").is_none() && member(b"dx: 'no'", 0, "d").is_none());
    }
}

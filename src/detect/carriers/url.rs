//! Passwords in URLs: `scheme://user:password@host`, and tokens in the place of the user.
//!
//! The authority is read as RFC 3986 bounds it. The user may be missing (`redis://:password@host`). Percent
//! escapes are resolved.

use std::ops::Range;
use std::sync::Arc;

use super::value::is_reference;
use crate::detect::candidate::Candidate;
use crate::detect::classes::Counts;
use crate::detect::{placeholder, randomness, stock};
use crate::finding::Confidence;
use crate::rules::Rule;

/// No candidate is made where documentation writes both words (`user:password@`): of these every scheme has one.
pub const LITERALS: &[&str] = &["://"];
/// The same, and as encoders of JSON write it that escape slashes.
pub const ALL: &[&str] = &["://", ":\\/\\/"];

/// The longest authority and the longest parameters that are read.
const LONGEST: usize = 512;
/// A user of so many characters and no password is a token.
const SHORTEST_TOKEN: usize = 20;

/// Reads the password of the URL whose `://` is at `at`.
pub fn read(rule: &Arc<Rule>, bytes: &[u8], at: usize) -> Option<Candidate> {
    let start = at + if bytes[at..].starts_with(b"://") { 3 } else { 5 };
    let window = &bytes[start..bytes.len().min(start + LONGEST)];
    let length = window.iter().take_while(|&&b| is_authority(b)).count();
    let sign = memchr::memrchr(b'@', &window[..length])?;
    let (login, host) = (&window[..sign], &window[sign + 1..length]);
    if !has_scheme(bytes, at) || !is_host(host) {
        return None;
    }
    let Some(colon) = memchr::memchr(b':', login) else {
        return token(rule, host, login, start..start + sign);
    };
    let (user, password) = (&login[..colon], &login[colon + 1..]);
    // GitHub takes a token for a user, and anything for its password.
    if password.is_empty() || password == b"x-oauth-basic" || password == b"x-oauth-token" {
        return token(rule, host, user, start..start + colon);
    }
    // A user with a slash is the path of another URL.
    let is_path = user.windows(3).any(|part| part.eq_ignore_ascii_case(b"%2F"));
    if is_path || is_reference(password) || is_format(user) || is_format(password) {
        return None;
    }
    let value = decoded(password);
    if stock::of_login(user, &value).is_some() {
        return None;
    }
    // Both are the secret: who accepts a weak password of one user has not accepted it of another.
    let secret = [user, b":", &value[..]].concat();
    let candidate = Candidate::new(rule, start + colon + 1..start + sign, &secret);
    Some(match weakness(host, user, &value) {
        _ if escapes_letters(password) => candidate
            .confidence(Confidence::Low)
            .because("it escapes letters, as tests of addresses do"),
        Some((confidence, reason)) => candidate.confidence(confidence).because(reason),
        None => candidate.because("it stands before the host of a URL"),
    })
}

/// What makes less sure of a password: it is the word for one, or it opens nothing that others reach.
pub fn weakness(host: &[u8], user: &[u8], password: &[u8]) -> Option<(Confidence, &'static str)> {
    let here = is_here(host);
    if stock::are_shouted(user, password) || stock::say_what_they_are(user, password) {
        return Some((Confidence::Low, "user and password only say what they are"));
    }
    let is_stock = stock::is_stock(password) || here && stock::are_twins(user, password);
    match (is_stock, here) {
        (true, false) => Some((Confidence::Low, "documentation writes this word where a password goes")),
        // People do call the password of their own database so.
        (true, true) if password.len() >= 4 && b"password".starts_with(&password.to_ascii_lowercase()) => Some((
            Confidence::Medium,
            "a weak password before a host that only this network knows",
        )),
        (true, true) => Some((Confidence::Low, "documentation writes this word where a password goes")),
        (false, true) => Some((
            Confidence::Medium,
            "it stands before a host that only this network knows",
        )),
        (false, false) if is_documentation(host) => Some((Confidence::Low, "the host is one of documentation")),
        (false, false) => None,
    }
}

/// Reads a line of a file that stores URLs with passwords, in which any sign may stand unescaped.
pub fn read_stored(rule: &Arc<Rule>, bytes: &[u8], at: usize) -> Option<Candidate> {
    let scheme = bytes[..at]
        .iter()
        .rev()
        .take(8)
        .take_while(|b| b.is_ascii_alphabetic())
        .count();
    if scheme == 0 || at > scheme && bytes[at - scheme - 1] != b'\n' {
        return None;
    }
    let start = at + 3;
    let window = &bytes[start..bytes.len().min(start + LONGEST)];
    let line = window.split(|b| b.is_ascii_whitespace()).next()?;
    let sign = memchr::memrchr(b'@', line)?;
    let colon = memchr::memchr(b':', &line[..sign])?;
    let password = &line[colon + 1..sign];
    if is_reference(password) || memchr::memchr(b'/', &line[..colon]).is_some() {
        return None;
    }
    let span = start + colon + 1..start + sign;
    Some(Candidate::new(rule, span, &decoded(password)).placeholder(placeholder::of_password(password)))
}

/// A token in the place of the user.
fn token(rule: &Arc<Rule>, host: &[u8], user: &[u8], span: Range<usize>) -> Option<Candidate> {
    let counts = Counts::of(user);
    let hex = counts.digits + counts.hex_letters == user.len();
    let random = match hex {
        true => user.len() >= 32 && randomness::looks_random_hex(user),
        false => counts.digits > 0 && randomness::looks_random(user),
    };
    // Such a key is made to be public.
    let sentry = memchr::memmem::find(host, b"sentry").is_some();
    (user.len() >= SHORTEST_TOKEN && random && !sentry).then(|| {
        let candidate = Candidate::new(rule, span, user).because("a token stands in the place of a URL's user");
        candidate.placeholder(placeholder::of_secret(user))
    })
}

fn has_scheme(bytes: &[u8], at: usize) -> bool {
    at > 0 && bytes[at - 1].is_ascii_alphanumeric()
}

fn is_authority(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"/?#\"'`<>\\".contains(&byte) || byte >= 0x80
}

/// What a host starts with: a letter, a digit, a bracket of IPv6, or what stands for a host.
fn is_host(host: &[u8]) -> bool {
    let name = host.first().is_some_and(|&b| b.is_ascii_alphanumeric() || b == b'[');
    name || host.is_empty() || is_format(host)
}

/// Filled in when the program runs: `%s`, `{}`, `{host}`, `$host`. A URL has no such brackets.
pub fn is_format(text: &[u8]) -> bool {
    let verb = |at: usize| {
        let next = text.get(at + 2).is_some_and(u8::is_ascii_hexdigit);
        b"sdvq@".contains(&text[at + 1]) && !(next && text[at + 1] == b'd')
    };
    let verbs = text
        .windows(2)
        .enumerate()
        .any(|(at, pair)| pair[0] == b'%' && verb(at));
    !text.is_empty() && (verbs || is_reference(text) || text.iter().any(|b| b"{}()[]*|".contains(b)))
}

/// The machine itself, or one that only a network of containers knows.
fn is_here(host: &[u8]) -> bool {
    let name = host.split(|&b| b == b':').next().unwrap_or_default();
    !name.contains(&b'.') || name.starts_with(b"127.") || name == b"0.0.0.0"
}

/// RFC 2606 sets such hosts aside; people make up others.
fn is_documentation(host: &[u8]) -> bool {
    const PARTS: &[&[u8]] = &[
        b"example",
        b"yourhost",
        b"myhost",
        b"your.",
        b"your-",
        b"some.url",
        b"domain.com",
    ];
    let host = host
        .split(|b| *b == b':')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let reserved = [&b".test"[..], b".invalid", b".localhost"];
    PARTS.iter().any(|part| memchr::memmem::find(&host, part).is_some())
        || reserved.iter().any(|end| host.ends_with(end))
}

/// Whether letters or digits are escaped (RFC 3986, 2.3 says not to): only what tries out how addresses are read writes so.
fn escapes_letters(password: &[u8]) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric();
    let escaped = password
        .windows(3)
        .filter(|part| part[0] == b'%' && decoded(part).len() == 1);
    let letters = escaped.clone().filter(|part| plain(decoded(part)[0])).count();
    letters > 0 && letters * 2 > escaped.count()
}

/// Percent escapes resolved.
pub fn decoded(text: &[u8]) -> Vec<u8> {
    let mut value = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, tail)) = rest.split_first() {
        let escaped = (byte == b'%').then(|| tail.get(..2)).flatten();
        let escaped = escaped.and_then(|hex| data_encoding::HEXUPPER_PERMISSIVE.decode(hex).ok());
        match escaped {
            Some(character) => {
                value.extend(character);
                rest = &tail[2..];
            }
            None => {
                value.push(byte);
                rest = tail;
            }
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_resolved_and_other_percent_signs_kept() {
        assert_eq!(decoded(b"p%40ss%2fw"), b"p@ss/w");
        assert_eq!(decoded(b"100%"), b"100%");
        assert_eq!(decoded(b"%zz%4"), b"%zz%4");
        assert!(escapes_letters(b"%4d^x") && escapes_letters(b"a%41%6fb"));
        assert!(!escapes_letters(b"p%40ss%2f") && !escapes_letters(b"100%") && !escapes_letters(b"a%00%40%41b"));
    }

    #[test]
    fn what_opens_nothing_is_told_by_host_and_words() {
        let is_weak = |host: &str, user: &str, password: &str| {
            let weakness = weakness(host.as_bytes(), user.as_bytes(), password.as_bytes());
            matches!(weakness, Some((Confidence::Low, _)))
        };
        assert!(is_weak("host.test:9000", "root", "qx7wvz") && is_weak("db.example", "root", "qx7wvz"));
        assert!(is_weak("api.host.net", "login", "apiKey") && is_weak("default", "sid", "authToken"));
        assert!(is_weak("ftp.host.net", "test_username", "test_password_3") && is_weak("db", "default", "PASSWORD"));
        assert!(is_weak("ftp.host.net", "my_user", "wrong_pass") && !is_weak("db.host.net", "my_user", "qx7wvz"));
        assert!(!is_weak("ftp.host.net", "anna", "wrong_pass"));
        assert!(!is_weak("api.host.net", "root", "qx7wvz") && !is_weak("contest.net", "root", "qx7wvz"));
    }

    #[test]
    fn what_is_filled_in_later_is_told_from_a_password() {
        for text in ["{password}", "%s", "${pw}", "$pw", "{}", "{{pw}}", "***", "%s:%s"] {
            assert!(is_format(text.as_bytes()), "{text}");
        }
        for text in ["p%40ss", "horse", "a$b", "x,y", ""] {
            assert!(!is_format(text.as_bytes()), "{text}");
        }
    }
}

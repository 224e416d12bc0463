//! Passwords in data source names of Go's MySQL driver: `user:password@tcp(host:3306)/database`.
//!
//! What stands before the protocol is read backwards. The password may hold any sign but a quote and a blank.

use std::sync::Arc;

use super::url::{is_format, weakness};
use super::value::is_reference;
use crate::detect::candidate::Candidate;
use crate::detect::stock;
use crate::rules::Rule;

pub const LITERALS: &[&str] = &["@tcp(", "@unix("];

/// The longest user and password together, and the longest host.
const LONGEST: usize = 160;

/// Reads the password of the name whose protocol is at `at`.
pub fn read(rule: &Arc<Rule>, bytes: &[u8], at: usize) -> Option<Candidate> {
    let is_of_login = |b: &&u8| b.is_ascii_graphic() && !b"\"'`<>=,".contains(b);
    let before = &bytes[at.saturating_sub(LONGEST)..at];
    let login = &before[before.len() - before.iter().rev().take_while(is_of_login).count()..];
    let colon = memchr::memchr(b':', login)?;
    let (user, password) = (&login[..colon], &login[colon + 1..]);
    let window = &bytes[at..bytes.len().min(at + LONGEST)];
    let open = memchr::memchr(b'(', window)? + 1;
    let address = &window[open..open + memchr::memchr(b')', &window[open..])?];
    // A socket is this machine's.
    let host = if window.starts_with(b"@unix") {
        b"localhost"
    } else {
        address
    };
    let is_user = !user.is_empty() && user.iter().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(b));
    let is_given = password.len() < 2 || is_reference(password) || is_format(password);
    let is_shown = || stock::of_login(user, password).is_some() || is_format(host) && stock::is_stock(password);
    if !is_user || is_given || is_shown() {
        return None;
    }
    // As in a URL, both are the secret.
    let secret = [user, b":", password].concat();
    let candidate = Candidate::new(rule, at - password.len()..at, &secret);
    Some(match weakness(host, user, password) {
        Some((confidence, reason)) => candidate.confidence(confidence).because(reason),
        None => candidate.because("it stands before the host of a data source name"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Confidence;
    use crate::rules::RuleSet;

    /// The password and its confidence.
    fn password(text: &str) -> Option<(&str, Confidence)> {
        let rules = RuleSet::builtin().expect("the built-in rules are valid");
        let rule = rules.get("dsn-password").expect("it is built in");
        let at = LITERALS.iter().find_map(|literal| text.find(literal))?;
        let candidate = read(rule, text.as_bytes(), at)?;
        Some((&text[candidate.span.clone()], candidate.confidence))
    }

    #[test]
    fn a_password_stands_before_the_protocol() {
        for (text, confidence) in [
            ("\"app:qx7:wvz@tcp(db.corp.net:3306)/shop\"", Confidence::High),
            ("DSN=app:qx7:wvz@tcp(localhost:3306)/shop", Confidence::Medium),
            ("app:qx7:wvz@unix(/run/my.corp.sock)/shop", Confidence::Medium),
        ] {
            assert_eq!(password(text), Some(("qx7:wvz", confidence)), "{text}");
        }
    }

    #[test]
    fn what_is_filled_in_later_is_none() {
        for text in [
            "%s:%s@tcp(%s)/%s",
            "user + \":\" + pw + \"@tcp(\" + host + \")/db\"",
            "user:password@tcp(localhost:3306)/db",
            "root:password@tcp(${host})/db",
            "app:${PW}@tcp(db:3306)/shop",
            "app@tcp(db:3306)/shop",
            "app:qx7wvz@tcp(",
        ] {
            assert!(password(text).is_none(), "{text}");
        }
    }
}

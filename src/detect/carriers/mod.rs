//! Carriers: texts whose own form says where the secret stands in them.
//!
//! A URL with a password, a header that logs in, a JSON Web Key, a statement that makes a database user, a file that
//! keeps passwords for a program. The form is known well enough for short and weak passwords to be believed, which
//! no name beside a value would do. What stands for a value that is given elsewhere (`${PASSWORD}`, `<token>`, `%s`)
//! is no candidate; what documentation writes there (`user:password@`) is a placeholder.

mod authorization;
mod command;
mod connection;
mod dsn;
mod jwk;
mod keyed;
mod login;
mod piped;
mod rows;
mod sql;
mod table;
mod url;
mod value;

use std::ops::Range;
use std::sync::Arc;

use super::candidate::Candidate;
use super::literals::{Read, Reading, Shown};
use super::patterns::{match_pattern, read_pattern};
use super::{placeholder, stock};
use crate::rules::Rule;

/// The longest text that a carrier reads before and behind its literal: an object around a password, a statement.
const NEAR: Shown = Shown::new(640, 2048);
/// An authority.
const URL: Shown = Shown::new(16, 520);
/// Tokens, keys of JSON and lines of dumps.
const FAR: Shown = Shown::new(4224, 8192);

/// What a detector of this name starts at, what it is shown, and how it reads on.
pub fn named(name: &str) -> Option<(&'static [&'static str], Shown, Reading)> {
    let (literals, shown, read): (_, _, Read) = match name {
        "basic-authorization" => (authorization::BASIC, FAR, authorization::read_basic),
        "bearer-authorization" => (authorization::BEARER, FAR, authorization::read_bearer),
        "url-credentials" => (url::ALL, URL, url::read),
        "dsn-password" => (dsn::LITERALS, NEAR, dsn::read),
        "stored-url" => (url::LITERALS, URL, url::read_stored),
        "jdbc-password" => (connection::JDBC, NEAR, connection::read_jdbc),
        "connection-string" => (connection::STRINGS, NEAR, connection::read_string),
        "json-web-key" => (jwk::LITERALS, FAR, jwk::read),
        "sql-password" => (sql::LITERALS, NEAR, sql::read),
        "sql-password-hash" => (sql::HASHES, FAR, sql::read_hash),
        "server-login" => (login::KEYS, NEAR, login::read_member),
        "curl-login" => (login::CURL, NEAR, login::read_curl),
        "command-login" => (command::COMMANDS, NEAR, command::read),
        "piped-password" => (piped::READERS, NEAR, piped::read),
        "keyed-call" => (keyed::CALLS, NEAR, keyed::read_call),
        "typed-text" => (keyed::TYPED, NEAR, keyed::read_typed),
        "characters" => (keyed::CHARACTERS, NEAR, keyed::read_characters),
        "login-call" => (login::CALLS, NEAR, login::read_call),
        "sql-rows" => return Some((rows::LITERALS, NEAR, Reading::All(rows::read))),
        "table-rows" => return Some((table::LITERALS, NEAR, Reading::All(table::read))),
        _ => return None,
    };
    Some((literals, shown, Reading::One(read)))
}

/// Matches the pattern of a rule for passwords, which are judged as people choose them, around its literal.
pub fn read_password(rule: &Arc<Rule>, bytes: &[u8], at: usize) -> Option<Candidate> {
    filled_in(read_pattern(rule, bytes, at)?, bytes)
}

/// Matches it where a match may start.
pub fn match_password(rule: &Arc<Rule>, bytes: &[u8], at: usize) -> Option<Candidate> {
    filled_in(match_pattern(rule, bytes, at)?, bytes)
}

/// Only what does not stand for a password that is given elsewhere.
fn filled_in(candidate: Candidate, bytes: &[u8]) -> Option<Candidate> {
    let password = &bytes[candidate.span.clone()];
    let filled_in = !value::is_reference(password);
    let before = &bytes[..candidate.span.start];
    let user = before.strip_suffix(b":").map(|before| {
        let user = before
            .iter()
            .rev()
            .take(LONGEST_USER)
            .take_while(|b| !b.is_ascii_whitespace() && **b != b':');
        &before[before.len() - user.count()..]
    });
    let stock = user.and_then(|user| stock::of_login(user, password));
    filled_in.then(|| candidate.placeholder(placeholder::of_password(password).or(stock)))
}

/// The longest user that is looked at before a password.
const LONGEST_USER: usize = 64;

/// Reads a value that is all of its file, but for a line end.
pub fn key_file(rule: &Arc<Rule>, bytes: &[u8], span: Range<usize>, value: &[u8]) -> Option<Candidate> {
    let whole = span.start == 0 && bytes.len() <= span.end + 2 && bytes[span.end..].trim_ascii().is_empty();
    whole.then(|| Candidate::new(rule, span, value).because("it is all that the file holds"))
}

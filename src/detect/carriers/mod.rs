//! Carriers: texts whose own form says where the secret stands in them.
//!
//! A URL with a password, a header that logs in, a JSON Web Key, a statement that makes a database user, a file that
//! keeps passwords for a program. The form is known well enough for short and weak passwords to be believed, which
//! no name beside a value would do. What stands for a value that is given elsewhere (`${PASSWORD}`, `<token>`, `%s`)
//! is no candidate; what documentation writes there (`user:password@`) is a placeholder.

mod authorization;
mod connection;
mod jwk;
mod login;
mod sql;
mod url;
mod value;

use std::ops::Range;
use std::sync::Arc;

use super::candidate::Candidate;
use super::literals::{Read, read_pattern};
use super::placeholder;
use crate::rules::Rule;

/// What a detector of this name starts at, and how it reads on.
pub fn named(name: &str) -> Option<(&'static [&'static str], Read)> {
    Some(match name {
        "basic-authorization" => (authorization::BASIC, authorization::read_basic),
        "bearer-authorization" => (authorization::BEARER, authorization::read_bearer),
        "url-credentials" => (url::LITERALS, url::read),
        "stored-url" => (url::LITERALS, url::read_stored),
        "jdbc-password" => (connection::JDBC, connection::read_jdbc),
        "connection-string" => (connection::STRINGS, connection::read_string),
        "json-web-key" => (jwk::LITERALS, jwk::read),
        "sql-password" => (sql::LITERALS, sql::read),
        "sql-password-hash" => (sql::HASHES, sql::read_hash),
        "server-login" => (login::KEYS, login::read_member),
        "curl-login" => (login::CURL, login::read_curl),
        "login-call" => (login::CALLS, login::read_call),
        _ => return None,
    })
}

/// Matches the pattern of a rule for passwords, which are judged as people choose them.
pub fn read_password(rule: &Arc<Rule>, bytes: &[u8], at: usize) -> Option<Candidate> {
    let candidate = read_pattern(rule, bytes, at)?;
    let password = &bytes[candidate.span.clone()];
    let filled_in = !value::is_reference(password);
    filled_in.then(|| candidate.placeholder(placeholder::of_password(password)))
}

/// Reads a value that is all of its file, but for a line end.
pub fn key_file(rule: &Arc<Rule>, bytes: &[u8], span: Range<usize>, value: &[u8]) -> Option<Candidate> {
    let whole = span.start == 0 && bytes.len() <= span.end + 2 && bytes[span.end..].trim_ascii().is_empty();
    whole.then(|| Candidate::new(rule, span, value).because("it is all that the file holds"))
}

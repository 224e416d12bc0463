//! SQL: statements that give a user a password, and dumps that hold the hashes of users' passwords.
//!
//! `IDENTIFIED BY` (Oracle, MySQL), `WITH PASSWORD`, `PASSWORD` and `PASSWORD =` (PostgreSQL, SQL Server, Cassandra)
//! count within a statement that creates or changes a user, or grants something; running text has no such statement.

use std::ops::Range;
use std::sync::Arc;

use super::value::{after_blanks, bare, is_reference, quoted};
use crate::detect::candidate::Candidate;
use crate::detect::placeholder;
use crate::rules::Rule;

pub const LITERALS: &[&str] = &[
    "CREATE USER",
    "create user",
    "Create User",
    "ALTER USER",
    "alter user",
    "Alter User",
    "CREATE ROLE",
    "create role",
    "ALTER ROLE",
    "alter role",
    "CREATE LOGIN",
    "create login",
    "ALTER LOGIN",
    "alter login",
    "SET PASSWORD",
    "set password",
    "GRANT ALL",
    "grant all",
    "GRANT SELECT",
    "grant select",
    "GRANT USAGE",
    "grant usage",
    "GRANT REPLICATION",
    "grant replication",
    "GRANT PROXY",
];
pub const HASHES: &[&str] = &[
    "$2a$",
    "$2b$",
    "$2y$",
    "$argon2i",
    "$6$",
    "$5$",
    "$1$",
    "$P$",
    "$H$",
    "pbkdf2_sha256$",
];

/// The longest statement that is read, and the longest line of a dump that is looked back over.
const STATEMENT: usize = 512;
const LINE: usize = 4 * 1024;

/// Reads the password of the statement that starts at `at`.
pub fn read(rule: &Arc<Rule>, bytes: &[u8], at: usize) -> Option<Candidate> {
    if at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_') {
        return None;
    }
    let window = &bytes[at..bytes.len().min(at + STATEMENT)];
    let lower = window.to_ascii_lowercase();
    let end = memchr::memchr(b';', &lower).unwrap_or(lower.len());
    let clause = clause(&lower[..end])?;
    let span = value(bytes, at + clause)?;
    let password = &bytes[span.clone()];
    if is_reference(password) || password.len() < 3 || password.starts_with(b":") || password.starts_with(b"&") {
        return None;
    }
    if is_out_commented(bytes, at) && named(&window[..end]).is_some_and(|user| user == password) {
        return None;
    }
    let stock = password.eq_ignore_ascii_case(b"password") || password.eq_ignore_ascii_case(b"xyz");
    let placeholder = placeholder::of_password(password);
    let placeholder = placeholder.or(stock.then_some("documentation writes such a password"));
    Some(Candidate::new(rule, span, password).placeholder(placeholder))
}

/// How far before a statement the comment may begin that it stands in.
const COMMENT: usize = 64;

/// Whether the statement is all of a comment.
fn is_out_commented(bytes: &[u8], at: usize) -> bool {
    let before = &bytes[at.saturating_sub(COMMENT)..at];
    let line = before.rsplit(|b| *b == b'\n').next().unwrap_or_default().trim_ascii();
    matches!(line, b"#" | b"--" | b"//" | b";")
}

/// The user that a statement makes or changes: its third word.
fn named(statement: &[u8]) -> Option<&[u8]> {
    let words = statement.split(|b| b.is_ascii_whitespace() || b"'\"`@".contains(b));
    words.filter(|word| !word.is_empty()).nth(2)
}

/// Where the password's clause ends and the password begins.
fn clause(statement: &[u8]) -> Option<usize> {
    let find = |word: &[u8], from: usize| Some(memchr::memmem::find(&statement[from..], word)? + from + word.len());
    if let Some(identified) = find(b"identified", 0) {
        // `IDENTIFIED WITH plugin BY 'x'`, and `AS`, after which a hash stands.
        let window = identified..statement.len().min(identified + 64);
        let by = memchr::memmem::find(&statement[window.clone()], b" by ")? + identified + 4;
        return Some(by);
    }
    // `SET PASSWORD FOR u = 'x'`, `SET PASSWORD = PASSWORD('x')`.
    if statement.starts_with(b"set password") {
        let sign = find(b"=", 0)?;
        // A sentence that says so, and code that compares.
        return (statement.get(sign) != Some(&b'=')).then_some(sign);
    }
    // The word that begins the clause stands behind the user's name.
    let name = find(b" ", 8)?;
    find(b" password", name).or_else(|| find(b"\npassword", name))
}

/// The value from `at` on, quoted or a word, after `=`, `N` or `PASSWORD(`.
fn value(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let mut at = after_blanks(bytes, at);
    while bytes.get(at).is_some_and(|b| b"=(".contains(b)) {
        at = after_blanks(bytes, at + 1);
    }
    let rest = bytes.get(at..)?;
    if rest.len() > 8 && rest[..8].eq_ignore_ascii_case(b"password") {
        at = after_blanks(bytes, at + 8);
        at += usize::from(bytes.get(at) == Some(&b'('));
    }
    at += usize::from(bytes.get(at..)?.starts_with(b"N'"));
    // A shell doubles them: `'\''`.
    if let Some(span) = quoted(bytes, at).filter(|span| !span.is_empty()) {
        return Some(span);
    }
    let span = bare(bytes, at);
    let word = &bytes[span.clone()];
    let ends = bytes
        .get(span.end)
        .is_none_or(|b| b.is_ascii_whitespace() || b";\"'\\<".contains(b));
    let letters = word.first().is_some_and(u8::is_ascii_alphanumeric) && word.len() >= 6;
    let keyword = KEYWORDS
        .iter()
        .any(|keyword| word.eq_ignore_ascii_case(keyword.as_bytes()));
    (letters && ends && !keyword).then_some(span)
}

/// What stands there and is no password.
const KEYWORDS: &[&str] = &[
    "values",
    "password",
    "externally",
    "globally",
    "expire",
    "default",
    "random",
    "require",
    "history",
    "encrypted",
    "verifier",
    "disable",
    "reuse",
    "policy",
    "option",
    "identified",
    "command",
    "statement",
    "field",
    "column",
    "attribute",
    "expiration",
    "interval",
    "before",
];

/// Reads the hash at `at`, if it is a field of a row of a dump.
pub fn read_hash(rule: &Arc<Rule>, bytes: &[u8], at: usize) -> Option<Candidate> {
    let before = *bytes.get(at.checked_sub(1)?)?;
    let window = &bytes[at..bytes.len().min(at + 256)];
    let length = window
        .iter()
        .take_while(|&&b| b.is_ascii_alphanumeric() || b"$./,=+-_".contains(&b))
        .count();
    let hash = match window.get(length) {
        Some(b'\'' | b'"' | b'\t') => &window[..length],
        _ => return None,
    };
    let quote = window[length];
    if before != quote || hash.len() < 30 || !is_row(bytes, at, quote) {
        return None;
    }
    Some(Candidate::new(rule, at..at + length, hash).placeholder(placeholder::of_long(hash)))
}

/// Whether the line that leads to `at` is a row of `INSERT … VALUES` or of `COPY`.
fn is_row(bytes: &[u8], at: usize, quote: u8) -> bool {
    let low = at.saturating_sub(LINE);
    let start = memchr::memrchr(b'\n', &bytes[low..at]).map_or(low, |n| low + n + 1);
    let line = bytes[start..at].trim_ascii_start();
    if quote == b'\t' {
        return memchr::memchr_iter(b'\t', line).count() >= 2;
    }
    let lower = line[..line.len().min(64)].to_ascii_lowercase();
    let begins = lower.starts_with(b"(")
        || [&b"insert into"[..], b"values", b"replace into"]
            .iter()
            .any(|word| memchr::memmem::find(&lower, word).is_some_and(|at| at < 16));
    // Long rows stand on one line, of which only the end was looked at.
    let row = begins || start == low && memchr::memmem::find(line, b"),(").is_some();
    let field = line[..line.len() - 1].trim_ascii_end().last();
    row && matches!(field, Some(b',' | b'('))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(statement: &str) -> Option<&str> {
        let clause = clause(statement.to_ascii_lowercase().as_bytes())?;
        value(statement.as_bytes(), clause).map(|span| &statement[span])
    }

    #[test]
    fn a_template_names_a_user_as_its_password() {
        let statement = b"#  CREATE USER db1 WITH PASSWORD 'db1';";
        assert!(is_out_commented(statement, 3) && !is_out_commented(b"# as kim: CREATE USER", 10));
        assert_eq!(named(b"CREATE USER 'db1'@'%' IDENTIFIED"), Some(&b"db1"[..]));
        assert_eq!(named(b"CREATE USER"), None);
    }

    #[test]
    fn every_dialect_says_where_the_password_is() {
        for statement in [
            "CREATE USER a IDENTIFIED BY 'horse7'",
            "CREATE USER 'a'@'%' IDENTIFIED WITH mysql_native_password BY 'horse7'",
            "alter user sys identified by horse7 container=all",
            "GRANT ALL ON *.* TO a IDENTIFIED BY \"horse7\"",
            "CREATE ROLE a WITH LOGIN PASSWORD 'horse7'",
            "CREATE ROLE a WITH PASSWORD = 'horse7' AND LOGIN = true",
            "CREATE LOGIN a WITH PASSWORD=N'horse7'",
            "SET PASSWORD FOR 'a'@'b' = PASSWORD('horse7')",
            "ALTER USER a ENCRYPTED PASSWORD \\'horse7\\'",
        ] {
            assert_eq!(password(statement), Some("horse7"), "{statement}");
        }
        for statement in [
            "CREATE USER a IDENTIFIED EXTERNALLY",
            "ALTER USER a PASSWORD EXPIRE",
            "create user password",
            "create user and set a password for them",
            "set password once\nif update_password == 'horse7':",
        ] {
            assert_eq!(password(statement), None, "{statement}");
        }
    }
}

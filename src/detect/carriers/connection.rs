//! What a program gives to a database's driver: JDBC URLs with the password among their parameters, and connection
//! strings (`Server=db;User Id=kim;Password=…`) of ADO.NET, ODBC and others.

use std::sync::Arc;

use super::url::{decoded, is_format};
use super::value::is_reference;
use crate::detect::candidate::Candidate;
use crate::detect::{placeholder, stock};
use crate::finding::Confidence;
use crate::rules::Rule;

pub const JDBC: &[&str] = &["jdbc:"];
pub const STRINGS: &[&str] = &[
    ";Password=",
    "; Password=",
    ";password=",
    "; password=",
    ";PASSWORD=",
    ";Pwd=",
    "; Pwd=",
    ";pwd=",
    ";PWD=",
    ";Password =",
];

/// The longest URL and string that are read.
const LONGEST: usize = 512;
/// What a connection string names beside its password, small letters only.
const NAMES: &[&[u8]] = &[
    b"server=",
    b"data source=",
    b"datasource=",
    b"host=",
    b"user id=",
    b"userid=",
    b"uid=",
    b"user=",
    b"username=",
    b"driver=",
    b"initial catalog=",
    b"database=",
    b"endpoint=",
];

/// Reads the password among the parameters of the JDBC URL at `at`, or Oracle's `user/password@`.
pub fn read_jdbc(rule: &Arc<Rule>, bytes: &[u8], at: usize) -> Option<Candidate> {
    let window = &bytes[at..bytes.len().min(at + LONGEST)];
    let length = window
        .iter()
        .take_while(|b| b.is_ascii_graphic() && !b"\"'`<>\\".contains(b))
        .count();
    let url = &window[..length];
    let lower = url.to_ascii_lowercase();
    let named = [&b"password="[..], b"pwd="]
        .iter()
        .find_map(|name| Some(memchr::memmem::find(&lower, name)? + name.len()));
    let span = match named {
        Some(start) => {
            let end = url[start..]
                .iter()
                .position(|b| b"&;)".contains(b))
                .map_or(length, |n| start + n);
            start..end
        }
        None => {
            let login = lower
                .strip_prefix(b"jdbc:oracle:thin:")
                .or_else(|| lower.strip_prefix(b"jdbc:oracle:oci:"))?;
            let first = length - login.len();
            let end = first + memchr::memchr(b'@', login)?;
            first + memchr::memchr(b'/', &login[..end - first])? + 1..end
        }
    };
    let password = &url[span.clone()];
    if is_reference(password) || is_format(password) {
        return None;
    }
    let value = decoded(password);
    let candidate = Candidate::new(rule, at + span.start..at + span.end, &value);
    Some(candidate.placeholder(placeholder::of_password(&value)))
}

/// Reads the password of the connection string in which the name at `at` stands.
pub fn read_string(rule: &Arc<Rule>, bytes: &[u8], at: usize) -> Option<Candidate> {
    let before = &bytes[at.saturating_sub(LONGEST)..at];
    let opening = before
        .iter()
        .rposition(|b| b"\"'`\n<>".contains(b))
        .map_or(0, |n| n + 1);
    let before = before[opening..].to_ascii_lowercase();
    if !NAMES.iter().any(|name| memchr::memmem::find(&before, name).is_some()) {
        return None;
    }
    let window = &bytes[at..bytes.len().min(at + LONGEST)];
    let sign = memchr::memchr(b'=', window)? + 1;
    let start = sign + window[sign..].iter().take_while(|&&b| b == b' ').count();
    let length = window[start..]
        .iter()
        .take_while(|&&b| b != b';' && b.is_ascii_graphic() && !b"\"'`<>\\".contains(&b));
    let password = &window[start..start + length.count()];
    if password.len() < 2 || is_reference(password) || is_format(password) {
        return None;
    }
    let span = at + start..at + start + password.len();
    let candidate = Candidate::new(rule, span, password).because("it stands in a connection string");
    let placeholder = placeholder::of_password(password);
    Some(
        match stock::is_stock(password) {
            true => candidate.confidence(Confidence::Low),
            false => candidate,
        }
        .placeholder(placeholder),
    )
}

//! Rules files as they are read, from disk or from wherever else they lie: bounded, and spoken of by line.
//!
//! What is wrong with a file is told by its place and never by its text: it may be a file of secrets that was named
//! by mistake.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::error::Error;

/// The largest rules file, bytes. Gitleaks' own has 120 kB.
pub const LARGEST: u64 = 8 << 20;

/// Where rules files lie, and those that they extend.
pub trait Files {
    /// What messages call a file.
    fn name(&self, path: &Path) -> String;

    fn has(&self, path: &Path) -> bool;

    /// Reads a file.
    ///
    /// # Errors
    /// It cannot be read, is too large, or is no text.
    fn read(&self, path: &Path) -> Result<String, Error>;
}

/// The files on disk.
pub struct Disk;

impl Files for Disk {
    fn name(&self, path: &Path) -> String {
        path.display().to_string()
    }

    fn has(&self, path: &Path) -> bool {
        path.exists()
    }

    fn read(&self, path: &Path) -> Result<String, Error> {
        read(path)
    }
}

/// Reads a file that a person named.
pub fn read(path: &Path) -> Result<String, Error> {
    let fault = |what: &str| Error::usage(format!("{}: {what}", path.display()));
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes))
        .map_err(|error| {
            fault("the file cannot be read")
                .cause(error)
                .hint("name an existing file")
        })?;
    if bytes.len() as u64 > LARGEST {
        return Err(fault("the file is larger than 8 MiB").hint("split it into several"));
    }
    text(&path.display().to_string(), bytes)
}

/// The bytes of a file as text.
///
/// # Errors
/// They are none.
pub fn text(name: &str, bytes: Vec<u8>) -> Result<String, Error> {
    String::from_utf8(bytes)
        .map_err(|_| Error::usage(format!("{name}: the file is not UTF-8 text")).hint("name a TOML file"))
}

/// The 1-based line of a byte offset.
pub fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes()[..offset.min(text.len())]
        .iter()
        .filter(|&&byte| byte == b'\n')
        .count()
        + 1
}

/// What is wrong with a TOML text and in which line, without a word of the text but the names of keys.
pub fn describe(text: &str, error: &toml::de::Error) -> String {
    let message = said(error.message().trim_end());
    match error.span() {
        Some(span) => format!("line {}: {message}", line_of(text, span.start)),
        None => message,
    }
}

/// A message without what it quotes. `invalid type: string "...", expected usize` quotes the value.
fn said(message: &str) -> String {
    if let Some(unknown) = message.strip_prefix("unknown field `") {
        let (name, rest) = unknown.split_once('`').unwrap_or_default();
        let is_word = name.len() <= 24 && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_' || b == b'-');
        let name = if is_word { format!(" `{name}`") } else { String::new() };
        return format!("unknown key{name}{rest}");
    }
    if message.starts_with("missing field") {
        return message.replacen("field", "key", 1);
    }
    match message.rfind(", expected ") {
        Some(at) => format!("not valid here: {}", &message[at + 2..]),
        None => message
            .split('`')
            .step_by(2)
            .collect::<Vec<_>>()
            .join("…")
            .split('"')
            .step_by(2)
            .collect::<Vec<_>>()
            .join("…"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_quotes_no_value() {
        assert_eq!(
            said("invalid type: string \"abc, expected\", expected usize"),
            "not valid here: expected usize"
        );
        assert_eq!(
            said("unknown variant `abc`, expected one of `low`, `high`"),
            "not valid here: expected one of `low`, `high`"
        );
        assert_eq!(
            said("unknown field `patern`, expected `a`"),
            "unknown key `patern`, expected `a`"
        );
        assert_eq!(
            said("unknown field `pAtern1`, expected `a`"),
            "unknown key, expected `a`"
        );
        assert_eq!(said("duplicate key `abc` in table"), "duplicate key … in table");
    }
}

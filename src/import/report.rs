//! A JSON report of gitleaks, which holds secrets raw: each becomes a digest at once, and none is kept. One of ours
//! in that format holds them masked.

use serde::Deserialize;

use crate::error::Error;
use crate::secret::Secret;

/// A finding of gitleaks. Has no `Debug` of its own that shows a secret.
pub struct Reported {
    pub rule: String,
    pub secret: Secret,
    /// The text around it that the rule matched.
    pub matched: Secret,
    pub path: String,
    pub line: u32,
    /// The commit that has the line; `None` for a file on disk.
    pub commit: Option<String>,
}

/// What stands in the middle of a value that we masked.
const MASK: &[u8] = b"************";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    #[serde(rename = "RuleID")]
    rule: String,
    secret: String,
    #[serde(default, rename = "Match")]
    matched: String,
    file: String,
    #[serde(default)]
    start_line: u32,
    #[serde(default)]
    commit: String,
}

/// Reads a report; `name` is for messages.
pub fn read(name: &str, text: &str) -> Result<Vec<Reported>, Error> {
    // Go writes a list that nothing was put into as null.
    let entries: Option<Vec<Entry>> = serde_json::from_str(text).map_err(|error| {
        Error::usage(format!("{name}: not a JSON report of gitleaks"))
            .cause(format!(
                "line {}, column {}: it is not as expected",
                error.line(),
                error.column()
            ))
            .hint("make one with gitleaks git --report-format json --report-path FILE")
    })?;
    let reported = entries.unwrap_or_default().into_iter().map(|entry| Reported {
        rule: entry.rule,
        secret: Secret::new(entry.secret.as_bytes()),
        matched: Secret::new(entry.matched.as_bytes()),
        path: entry.file,
        line: entry.start_line,
        commit: Some(entry.commit).filter(|commit| !commit.is_empty()),
    });
    Ok(reported.collect())
}

impl Reported {
    /// Whether gitleaks was told to leave the value out of the report, or we wrote it.
    pub fn is_redacted(&self) -> bool {
        #[expect(
            clippy::disallowed_methods,
            reason = "it is compared with what gitleaks writes instead of a value"
        )]
        let value = self.secret.expose();
        value.is_empty()
            || value == b"REDACTED"
            || value.ends_with(b"...")
            || memchr::memmem::find(value, MASK).is_some()
    }
}

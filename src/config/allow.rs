//! Allow rules: what a settings file says is known and not to be acted on.
//!
//! Each entry of `[[allow]]` is read into an [`AllowRule`] or refused with its file, number, key and remedy. All
//! that an entry names must hold; of several values for one key, one. Whether a rule fits a finding is asked in
//! triage; nothing here reads content. A message never quotes a value: it may be a secret, pasted by mistake.

use std::fmt;
use std::sync::Arc;

use data_encoding::HEXLOWER_PERMISSIVE;
use jiff::civil::Date;
use regex::bytes::{Regex, RegexBuilder};
use serde::Deserialize;

use crate::error::Error;
use crate::source::patterns::Patterns;

/// The most that one compiled pattern may take, in bytes.
const LARGEST_PATTERN: usize = 1 << 20;

/// What an entry may say.
pub const KEYS: [&str; 7] = ["path", "rule", "value", "account", "commit", "until", "reason"];

/// Findings that are known, and why they are not to be acted on. At least one of the lists is not empty; a
/// list that is empty says nothing.
#[derive(Clone, Debug, Default)]
pub struct AllowRule {
    /// Every place of the finding is at such a path.
    pub paths: Vec<PathPattern>,
    /// Rule ids.
    pub rules: Vec<String>,
    pub values: Vec<ValuePattern>,
    /// AWS account ids, twelve digits.
    pub accounts: Vec<String>,
    /// Every place of the finding was brought by such a commit: full ids in lower case hex digits.
    pub commits: Vec<String>,
    /// The last day on which it holds.
    pub until: Option<Date>,
    /// Never empty.
    pub reason: String,
    /// Where it was read, for messages: `.keytrail.toml: allow entry 2`.
    pub source: String,
}

/// A pattern for a path, relative to the top of the repository or scanned folder.
#[derive(Clone, Debug)]
pub enum PathPattern {
    /// Lines in the syntax of `.gitignore`: a folder's name stands for all that is below it.
    Glob(Arc<Patterns>),
    /// It is searched for in the path; anchor it with `^` and `$`.
    Regex(Regex),
}

/// A pattern for the value of a secret. Printing it shows its kind alone.
#[derive(Clone)]
pub enum ValuePattern {
    /// It is searched for in the value; anchor it with `^` and `$`.
    Regex(Regex),
    Sha1([u8; 20]),
    Sha256([u8; 32]),
    /// A finding's fingerprint, or its id: the first 12 to 32 hex digits of it.
    Fingerprint(String),
}

impl fmt::Debug for ValuePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ValuePattern::Regex(_) => "Regex(…)",
            ValuePattern::Sha1(_) => "Sha1(…)",
            ValuePattern::Sha256(_) => "Sha256(…)",
            ValuePattern::Fingerprint(_) => "Fingerprint(…)",
        })
    }
}

/// An entry of `[[allow]]` as it is written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AllowEntry {
    path: Words,
    rule: Words,
    value: Words,
    account: Words,
    commit: Words,
    until: Option<toml::Value>,
    reason: Option<String>,
}

/// One word, or a list of them.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, expecting = "expected a text, or a list of texts")]
enum Words {
    One(String),
    Many(Vec<String>),
}

impl Default for Words {
    fn default() -> Self {
        Words::Many(Vec::new())
    }
}

/// What is wrong with a key, and what to do about it.
struct Fault {
    key: &'static str,
    what: &'static str,
    remedy: &'static str,
}

const fn fault(key: &'static str, what: &'static str, remedy: &'static str) -> Fault {
    Fault { key, what, remedy }
}

impl AllowRule {
    /// Reads the entries of a file, in their order.
    ///
    /// # Errors
    /// An entry says nothing, has no reason, or has a value that cannot be one.
    pub fn read_all(entries: &[AllowEntry], file: &str) -> Result<Vec<Self>, Error> {
        let numbered = entries.iter().zip(1..);
        numbered
            .map(|(entry, number)| {
                let source = format!("{file}: allow entry {number}");
                Self::read(entry, &source).map_err(|fault| wrong(&source, &fault))
            })
            .collect()
    }

    fn read(entry: &AllowEntry, source: &str) -> Result<Self, Fault> {
        let rule = Self {
            paths: entry.path.read(glob)?,
            rules: entry.rule.read(|id| Ok(id.to_owned()))?,
            values: entry.value.read(value)?,
            accounts: entry.account.read(account)?,
            commits: entry.commit.read(commit)?,
            until: entry.until.as_ref().map(day).transpose()?,
            reason: entry.reason.as_deref().unwrap_or_default().trim().to_owned(),
            source: source.to_owned(),
        };
        if rule.is_boundless() {
            return Err(fault(
                "path, rule, value, account, commit",
                "none is there, so that it would allow everything",
                "say which findings: path = \"tests/fixtures/\"",
            ));
        }
        if rule.reason.is_empty() {
            return Err(fault(
                "reason",
                "it is missing or empty",
                "say why this is no secret, or why it may stay: reason = \"…\"",
            ));
        }
        Ok(rule)
    }

    /// Whether it says nothing about which findings it is for.
    pub fn is_boundless(&self) -> bool {
        let parts = [
            self.paths.is_empty(),
            self.rules.is_empty(),
            self.values.is_empty(),
            self.accounts.is_empty(),
            self.commits.is_empty(),
        ];
        parts.into_iter().all(|is_empty| is_empty)
    }

    /// Refuses a rule that names a rule which does not exist: it would never hold.
    ///
    /// # Errors
    /// There is no rule with one of its ids.
    pub fn check(&self, is_rule: impl Fn(&str) -> bool) -> Result<(), Error> {
        match self.rules.iter().all(|id| is_rule(id)) {
            true => Ok(()),
            false => Err(wrong(
                &self.source,
                &fault(
                    "rule",
                    "there is no rule with this id",
                    "take the id from a report, such as aws-access-key-id",
                ),
            )),
        }
    }
}

fn wrong(source: &str, fault: &Fault) -> Error {
    Error::usage(format!("{source}: it is not valid"))
        .cause(format!("{}: {}", fault.key, fault.what))
        .hint(fault.remedy)
}

impl Words {
    fn read<T>(&self, read: fn(&str) -> Result<T, Fault>) -> Result<Vec<T>, Fault> {
        match self {
            Words::One(word) => Ok(vec![read(word)?]),
            Words::Many(words) => words.iter().map(|word| read(word)).collect(),
        }
    }
}

fn glob(text: &str) -> Result<PathPattern, Fault> {
    let patterns = Patterns::parse(text.as_bytes());
    let is_one_line = !text.contains('\n') && !text.starts_with('!');
    if patterns.is_empty() || !is_one_line {
        return Err(fault(
            "path",
            "it can fit no path",
            "write it as in a .gitignore: path = \"tests/fixtures/\", path = \"*.lock\"",
        ));
    }
    Ok(PathPattern::Glob(Arc::new(patterns)))
}

/// A digest with its name, a fingerprint with its name, or else a regular expression.
fn value(text: &str) -> Result<ValuePattern, Fault> {
    let digest = |hex: &str| HEXLOWER_PERMISSIVE.decode(hex.as_bytes()).ok();
    let no_digest = fault(
        "value",
        "the digest does not have as many hex digits as it must",
        "sha256: has 64, sha1: has 40, fingerprint: 12 to 32 as in a report",
    );
    if let Some(hex) = text.strip_prefix("sha256:") {
        let raw = digest(hex).and_then(|raw| raw.try_into().ok());
        return raw.map(ValuePattern::Sha256).ok_or(no_digest);
    }
    if let Some(hex) = text.strip_prefix("sha1:") {
        let raw = digest(hex).and_then(|raw| raw.try_into().ok());
        return raw.map(ValuePattern::Sha1).ok_or(no_digest);
    }
    if let Some(hex) = text.strip_prefix("fingerprint:") {
        let is_hex = (12..=32).contains(&hex.len()) && hex.bytes().all(|b| b.is_ascii_hexdigit());
        let known = is_hex.then(|| ValuePattern::Fingerprint(hex.to_ascii_lowercase()));
        return known.ok_or(no_digest);
    }
    let regex = pattern(text).ok_or(fault(
        "value",
        "it is no regular expression, or too large a one",
        "write one, or a digest: value = \"sha256:…\", value = \"fingerprint:…\"",
    ))?;
    match regex.is_match(b"") {
        true => Err(fault(
            "value",
            "it fits the empty text, and so every value",
            "say more of the value, between ^ and $",
        )),
        false => Ok(ValuePattern::Regex(regex)),
    }
}

/// Compiles a pattern for bytes, bounded in size.
pub fn pattern(text: &str) -> Option<Regex> {
    RegexBuilder::new(text)
        .unicode(false)
        .size_limit(LARGEST_PATTERN)
        .dfa_size_limit(LARGEST_PATTERN)
        .build()
        .ok()
}

fn account(text: &str) -> Result<String, Fault> {
    let digits: String = text.chars().filter(|c| *c != '-').collect();
    let is_account = digits.len() == 12 && digits.bytes().all(|b| b.is_ascii_digit());
    is_account.then_some(digits).ok_or(fault(
        "account",
        "it is no AWS account id",
        "write its twelve digits between quotes",
    ))
}

fn commit(text: &str) -> Result<String, Fault> {
    let is_id = [40, 64].contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit());
    is_id.then(|| text.to_ascii_lowercase()).ok_or(fault(
        "commit",
        "it is no full commit id",
        "write all of its 40 or 64 hex digits, as `git rev-parse` prints them",
    ))
}

fn day(value: &toml::Value) -> Result<Date, Fault> {
    let text = match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Datetime(time) => time.to_string(),
        _ => String::new(),
    };
    text.parse()
        .map_err(|_| fault("until", "it is no day", "write the last day: until = \"2027-01-31\""))
}

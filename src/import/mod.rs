//! What other scanners left behind: their rules, taken into a run or turned into files of ours.
//!
//! Whatever cannot be carried over is said, one sentence each; nothing is left out in silence. A note names keys, rules
//! and lines, and never quotes the text of a file, which may hold secrets.

pub mod detect_secrets;
pub mod gitleaks;
mod glob;
pub mod go_pattern;

pub mod left_out;
pub mod report;
pub mod settings;

use std::path::Path;

use crate::error::Error;
use crate::rules::Rule;
use crate::rules::file::{Files, describe};
use crate::rules::schema::{self, Trust};

/// What came of a file.
#[derive(Debug, Default)]
pub struct Carried {
    pub rules: Vec<Rule>,
    /// What could not be carried over.
    pub notes: Vec<String>,
    /// The text of all files that were read.
    pub text: String,
}

/// Whose format a rules file has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RulesFormat {
    Own,
    Gitleaks,
}

impl RulesFormat {
    /// Recognises a file by its keys.
    fn of(name: &str, text: &str) -> Result<Self, Error> {
        let table: toml::Table = toml::from_str(text).map_err(|error| {
            Error::usage(format!("{name}: not a rules file"))
                .cause(describe(text, &error))
                .hint("it is TOML; rules/README.md describes the format")
        })?;
        let has = |keys: &[&str]| {
            table
                .keys()
                .any(|key| keys.contains(&key.to_ascii_lowercase().as_str()))
        };
        if has(&["provider", "rule"]) {
            Ok(Self::Own)
        } else if has(&["rules", "extend", "allowlist", "allowlists"]) {
            Ok(Self::Gitleaks)
        } else {
            Err(Error::usage(format!("{name}: not a rules file"))
                .cause("it has neither rules of keytrail ([[rule]]) nor of gitleaks ([[rules]])")
                .hint("rules/README.md describes the format"))
        }
    }
}

/// A file in which another scanner was told what to accept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AcceptingFile {
    GitleaksReport,
    GitleaksIgnore,
    DetectSecrets,
    SecretsIgnore,
    GitHub,
}

impl AcceptingFile {
    /// Recognises a file by its name, or else by how it begins.
    pub fn of(path: &Path, text: &[u8]) -> Option<Self> {
        match path.file_name()?.to_str()? {
            ".gitleaksignore" => return Some(Self::GitleaksIgnore),
            ".secretsignore" => return Some(Self::SecretsIgnore),
            "secret_scanning.yml" | "secret_scanning.yaml" => return Some(Self::GitHub),
            _ => {}
        }
        match text.trim_ascii_start() {
            [b'[', ..] | b"null" | b"null\n" => Some(Self::GitleaksReport),
            [b'{', ..] => Some(Self::DetectSecrets),
            _ => None,
        }
    }
}

/// Reads a file of rules, whoever's format it has.
pub fn rules_of(path: &Path, files: &dyn Files) -> Result<Carried, Error> {
    let text = files.read(path)?;
    let name = files.name(path);
    match RulesFormat::of(&name, &text)? {
        RulesFormat::Own => Ok(Carried {
            rules: schema::parse(&name, &text, Trust::New)?,
            notes: Vec::new(),
            text,
        }),
        RulesFormat::Gitleaks => gitleaks::read_rules(path, &text, files),
    }
}

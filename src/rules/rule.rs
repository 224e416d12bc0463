//! One rule, checked and ready: what it is called, what it matches, what to do about a finding.

use std::sync::OnceLock;

use regex::bytes::{Regex, RegexBuilder};

use crate::level::{Confidence, Severity};

/// A rule. Built by [`super::schema`]; read-only afterwards.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Kebab-case, unique, stable: it is part of every fingerprint.
    pub id: String,
    /// The rules file it came from, for error messages.
    pub file: String,
    pub provider: String,
    pub title: String,
    /// The class of secret: `access-key-id`, `secret-key`, `session-token`, `private-key`, `token`, `password`.
    pub kind: String,
    pub severity: Severity,
    pub confidence: Confidence,
    pub description: String,
    pub advice: String,
    pub link: String,
    /// Where two rules match overlapping text, the higher one is kept.
    pub precedence: u8,
    pub matcher: Matcher,
    /// The name of a check that the value carries in itself; `detect` knows what it means.
    pub checksum: Option<String>,
    /// Recipes whose expansion must be found, and must not be.
    pub matches: Vec<String>,
    pub rejects: Vec<String>,
}

/// How a rule finds its secrets.
#[derive(Clone, Debug)]
pub enum Matcher {
    /// A detector of our own, by name; `detect` knows what it means.
    Code(String),
    /// A literal and the pattern that must hold around it.
    Pattern(Pattern),
    /// Words of which the name beside the value has one, and the pattern that the whole value has.
    Named { names: Vec<String>, pattern: Pattern },
}

/// A regular expression that is compiled when one of its literals is first seen.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// Distinctive text that every match has at the offset.
    pub literals: Vec<String>,
    /// How many bytes of a match stand before its literal. Mostly none.
    pub offset: usize,
    source: String,
    compiled: OnceLock<Regex>,
}

impl Pattern {
    /// Checks that the pattern compiles, and keeps the compiled form.
    pub fn checked(literals: Vec<String>, source: String) -> Result<Self, regex::Error> {
        let compiled = OnceLock::from(compile(&source)?);
        Ok(Self {
            literals,
            offset: 0,
            source,
            compiled,
        })
    }

    /// Takes a pattern that a test has shown to compile, and compiles it on first use.
    pub fn trusted(literals: Vec<String>, source: String) -> Self {
        Self {
            literals,
            offset: 0,
            source,
            compiled: OnceLock::new(),
        }
    }

    /// The same pattern with its literals so many bytes after the start of a match.
    #[must_use]
    pub fn with_offset(mut self, offset: usize) -> Self {
        self.offset = offset;
        self
    }

    /// The pattern as it is written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The pattern, which matches at the start of a text and nowhere else.
    pub fn regex(&self) -> &Regex {
        self.compiled
            .get_or_init(|| compile(&self.source).expect("tests/rules.rs compiles every built-in pattern"))
    }
}

/// Bytes without Unicode: a broad rule set compiles in 0.2 s that way instead of 13 s. Bound to the start of the text,
/// for where a match may begin is known; looking for others further on would cost much and find them twice.
fn compile(source: &str) -> Result<Regex, regex::Error> {
    let build = |pattern: &str| RegexBuilder::new(pattern).unicode(false).size_limit(1 << 20).build();
    // An error quotes the pattern, as it was written.
    build(&format!(r"\A(?:{source})")).map_err(|error| build(source).err().unwrap_or(error))
}

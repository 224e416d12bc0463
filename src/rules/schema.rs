//! What a rules file may say. An unknown key, an empty text or a bad pattern is an error that
//! names file, rule and remedy; nothing is scanned with a rule set that is not understood.

use serde::Deserialize;

use super::rule::{Matcher, Pattern, Rule};
use crate::error::Error;
use crate::level::{Confidence, Severity};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RulesFile {
    provider: String,
    #[serde(rename = "rule", default)]
    rules: Vec<RuleEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleEntry {
    id: String,
    title: String,
    kind: String,
    severity: Severity,
    #[serde(default = "high")]
    confidence: Confidence,
    description: String,
    advice: String,
    link: String,
    #[serde(default = "middle")]
    precedence: u8,
    detector: Option<String>,
    #[serde(default)]
    literals: Vec<String>,
    #[serde(default)]
    offset: usize,
    #[serde(default)]
    names: Vec<String>,
    pattern: Option<String>,
    checksum: Option<String>,
    matches: Vec<String>,
    rejects: Vec<String>,
}

fn high() -> Confidence {
    Confidence::High
}

fn middle() -> u8 {
    50
}

/// Reads one rules file. `name` is used in messages.
pub fn parse(name: &str, text: &str) -> Result<Vec<Rule>, Error> {
    let file: RulesFile = toml::from_str(text).map_err(|error| {
        Error::usage(format!("{name}: not a rules file"))
            .cause(error.to_string().trim_end())
            .hint("rules/README.md describes the format")
    })?;
    let provider = file.provider;
    file.rules
        .into_iter()
        .map(|entry| check(name, &provider, entry))
        .collect()
}

fn check(file: &str, provider: &str, entry: RuleEntry) -> Result<Rule, Error> {
    let fault = |what: &str| Error::usage(format!("{file}: rule \"{}\": {what}", entry.id));
    let kebab = |id: &str| {
        !id.is_empty()
            && id
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    if !kebab(&entry.id) {
        return Err(fault("the id is not kebab-case").hint("use a-z, 0-9 and -"));
    }
    for (key, text) in [
        ("title", &entry.title),
        ("description", &entry.description),
        ("advice", &entry.advice),
        ("link", &entry.link),
    ] {
        if text.trim().is_empty() {
            return Err(fault(&format!("{key} is empty")).hint("every rule explains itself to a person"));
        }
    }
    if entry.offset > 0 && entry.literals.is_empty() {
        return Err(fault("an offset without literals").hint("it says how far behind the start of a match they stand"));
    }
    let matcher = match (&entry.detector, &entry.pattern) {
        (Some(detector), None) => Matcher::Code(detector.clone()),
        (None, Some(pattern)) => match (entry.literals.is_empty(), entry.names.is_empty()) {
            (false, true) => {
                let pattern = Pattern::trusted(entry.literals.clone(), pattern.clone());
                Matcher::Pattern(pattern.with_offset(entry.offset))
            }
            (true, false) => Matcher::Named {
                names: entry.names.clone(),
                pattern: Pattern::trusted(Vec::new(), pattern.clone()),
            },
            _ => {
                return Err(fault("a pattern needs either literals or names").hint(
                    "add literals = [\"...\"] that every match starts with, or names = [\"...\"] that stand beside the value",
                ));
            }
        },
        _ => return Err(fault("needs either detector or pattern").hint("give exactly one of the two")),
    };
    Ok(Rule {
        id: entry.id,
        file: file.to_owned(),
        provider: provider.to_owned(),
        title: entry.title,
        kind: entry.kind,
        severity: entry.severity,
        confidence: entry.confidence,
        description: entry.description.trim().to_owned(),
        advice: entry.advice.trim().to_owned(),
        link: entry.link,
        precedence: entry.precedence,
        matcher,
        checksum: entry.checksum,
        matches: entry.matches,
        rejects: entry.rejects,
    })
}

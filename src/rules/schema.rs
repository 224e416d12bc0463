//! What a rules file may say. An unknown key, an empty text or a bad pattern is an error that
//! names file, line, rule and remedy; nothing is scanned with a rule set that is not understood.

use std::collections::HashSet;

use serde::Deserialize;
use toml::Spanned;

use super::about::About;
use super::file::{describe, line_of};
use super::pattern::Pattern;
use super::rule::{Matcher, Rule, Text, Texts};
use crate::error::Error;
use crate::level::{Confidence, Severity};

/// The kinds of secret.
pub const KINDS: [&str; 6] = [
    "access-key-id",
    "secret-key",
    "session-token",
    "private-key",
    "token",
    "password",
];

/// A shorter literal stands in every text.
const SHORTEST_LITERAL: usize = 3;

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
    id: Spanned<String>,
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
    #[serde(default)]
    paths: Vec<String>,
    matches: Vec<String>,
    rejects: Vec<String>,
}

fn high() -> Confidence {
    Confidence::High
}

fn middle() -> u8 {
    50
}

/// How patterns are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// A test has shown them to compile: they are compiled on first use.
    Tested,
    /// They are compiled now.
    New,
}

/// Reads one rules file. `name` is used in messages.
pub fn parse(name: &str, text: &str, trust: Trust) -> Result<Vec<Rule>, Error> {
    let file: RulesFile = toml::from_str(text).map_err(|error| {
        Error::usage(format!("{name}: not a rules file"))
            .cause(describe(text, &error))
            .hint("rules/README.md describes the format")
    })?;
    if file.provider.trim().is_empty() {
        return Err(Error::usage(format!("{name}: provider is empty")).hint("name whose secrets these are"));
    }
    let mut seen = HashSet::new();
    let mut rules = Vec::new();
    for (index, entry) in file.rules.into_iter().enumerate() {
        let reading = Reading {
            file: name,
            line: line_of(text, entry.id.span().start),
            number: index + 1,
            trust,
        };
        let rule = reading.check(&file.provider, entry)?;
        if !seen.insert(rule.id.clone()) {
            return Err(reading
                .fault(&rule.id, "the id is taken by another rule of this file")
                .hint("give each rule an id of its own"));
        }
        rules.push(rule);
    }
    Ok(rules)
}

/// The rule that is being read, for what is wrong with it.
struct Reading<'f> {
    file: &'f str,
    line: usize,
    number: usize,
    trust: Trust,
}

impl Reading<'_> {
    fn fault(&self, id: &str, what: &str) -> Error {
        let rule = match is_kebab(id) {
            true => format!("rule \"{id}\""),
            // What is no id may be anything.
            false => format!("rule {}", self.number),
        };
        Error::usage(format!("{}: line {}: {rule}: {what}", self.file, self.line))
    }

    fn check(&self, provider: &str, entry: RuleEntry) -> Result<Rule, Error> {
        let id = entry.id.get_ref().clone();
        let fault = |what: &str| self.fault(&id, what);
        if !is_kebab(&id) {
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
        if !KINDS.contains(&entry.kind.as_str()) {
            return Err(fault("there is no such kind").hint(format!("kind is one of: {}", KINDS.join(", "))));
        }
        if !entry.link.starts_with("https://") {
            return Err(fault("link is not an address").hint("begin it with https://"));
        }
        if entry.matches.is_empty() || entry.rejects.is_empty() {
            return Err(fault("there are no examples").hint(
                "give recipes that must be found (matches) and that must not (rejects); rules/README.md describes them",
            ));
        }
        if entry.offset > 0 && entry.literals.is_empty() {
            return Err(
                fault("an offset without literals").hint("it says how far behind the start of a match they stand")
            );
        }
        if entry.paths.iter().any(|glob| glob.trim_start_matches('!').is_empty()) {
            return Err(fault("a path is empty").hint("write paths as \"**/name\""));
        }
        let matcher = self.matcher(&id, &entry)?;
        Ok(Rule {
            id: id.into(),
            kind: entry.kind.into(),
            severity: entry.severity,
            confidence: entry.confidence,
            precedence: entry.precedence,
            matcher,
            checksum: entry.checksum.map(Text::from),
            paths: texts(entry.paths),
            about: About {
                file: self.file.to_owned().into(),
                provider: provider.to_owned().into(),
                title: entry.title.into(),
                description: entry.description.trim().to_owned().into(),
                advice: entry.advice.trim().to_owned().into(),
                link: entry.link.into(),
                matches: texts(entry.matches),
                rejects: texts(entry.rejects),
            }
            .into(),
        })
    }

    fn matcher(&self, id: &str, entry: &RuleEntry) -> Result<Matcher, Error> {
        match (&entry.detector, &entry.pattern) {
            (Some(detector), None) => Ok(Matcher::Code(detector.clone().into())),
            (None, Some(pattern)) => match (entry.literals.is_empty(), entry.names.is_empty()) {
                (false, true) => {
                    self.long_enough(id, "literals", &entry.literals)?;
                    let pattern = self.pattern(id, &entry.literals, pattern)?;
                    Ok(Matcher::Pattern(pattern.with_offset(entry.offset)))
                }
                (true, false) => {
                    self.long_enough(id, "names", &entry.names)?;
                    Ok(Matcher::Named {
                        names: texts(entry.names.clone()),
                        pattern: self.pattern(id, &[], pattern)?,
                    })
                }
                _ => Err(self.fault(id, "a pattern needs either literals or names").hint(
                    "add literals = [\"...\"] that every match starts with, or names = [\"...\"] that stand beside the value",
                )),
            },
            _ => Err(self
                .fault(id, "needs either detector or pattern")
                .hint("give exactly one of the two")),
        }
    }

    fn long_enough(&self, id: &str, key: &str, words: &[String]) -> Result<(), Error> {
        match words.iter().all(|word| word.len() >= SHORTEST_LITERAL) {
            true => Ok(()),
            false => Err(self
                .fault(
                    id,
                    &format!("{key} has one of fewer than {SHORTEST_LITERAL} characters"),
                )
                .hint("a short one stands in every text; name more of what is always there")),
        }
    }

    fn pattern(&self, id: &str, literals: &[String], source: &str) -> Result<Pattern, Error> {
        let (literals, source) = (texts(literals.to_vec()), source.to_owned().into());
        match self.trust {
            Trust::Tested => Ok(Pattern::trusted(literals, source)),
            Trust::New => Pattern::checked(literals, source).map_err(|why| {
                self.fault(id, "the pattern does not compile")
                    .cause(why)
                    .hint("the syntax is that of the regex crate, without Unicode, look-around and back-references")
            }),
        }
    }
}

fn texts(texts: Vec<String>) -> Texts {
    texts.into_iter().map(Text::from).collect()
}

/// Whether it could be the id of a rule.
pub fn is_kebab(id: &str) -> bool {
    let is_word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    !id.is_empty() && id.len() <= 100 && id.bytes().all(is_word)
}

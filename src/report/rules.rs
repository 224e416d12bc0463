//! Rules for people and programs: a table of all, all of one, or a folder of pages.
//!
//! Examples are shown as recipes; nothing is expanded here.

mod pages;

use std::str::FromStr;

use serde_json::{Value, json};

use crate::error::Error;
use crate::rules::{Matcher, Rule, RuleSet};
use crate::text::sanitize;

pub use pages::{Page, pages};

/// A way to print rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RulesFormat {
    Human,
    Json,
}

impl FromStr for RulesFormat {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        match name {
            "human" => Ok(Self::Human),
            "json" => Ok(Self::Json),
            _ => Err(Error::usage("unknown report format")
                .hint("use one of: human, json")
                .did_you_mean(name, ["human", "json"])),
        }
    }
}

impl RulesFormat {
    /// All rules, one a line; their ids alone, if less is to be said.
    pub fn list(self, rules: &RuleSet, quiet: bool) -> Vec<u8> {
        match self {
            Self::Human if quiet => rules.ids().map(|id| format!("{id}\n")).collect::<String>().into_bytes(),
            Self::Human => table(rules).into_bytes(),
            Self::Json => pretty(&json!({ "rules": rules.iter().map(|rule| in_short(rule)).collect::<Vec<_>>() })),
        }
    }

    /// All of one rule.
    pub fn show(self, rule: &Rule) -> Vec<u8> {
        match self {
            Self::Human => sheet(rule).into_bytes(),
            Self::Json => pretty(&in_full(rule)),
        }
    }
}

fn pretty(value: &Value) -> Vec<u8> {
    let mut text = serde_json::to_vec_pretty(value).expect("a value is JSON");
    text.push(b'\n');
    text
}

fn table(rules: &RuleSet) -> String {
    let row = |rule: &Rule| {
        [
            rule.id.to_string(),
            rule.severity.as_str().to_owned(),
            rule.kind.to_string(),
            sanitize(rule.about.provider.as_bytes()),
        ]
    };
    let head = ["RULE", "SEVERITY", "KIND", "PROVIDER"].map(str::to_owned);
    let rows: Vec<[String; 4]> = std::iter::once(head)
        .chain(rules.iter().map(|rule| row(rule)))
        .collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths = [width(0), width(1), width(2)];
    let line = |[id, severity, kind, provider]: &[String; 4]| {
        let [first, second, third] = widths;
        format!("{id:first$}  {severity:second$}  {kind:third$}  {provider}\n")
    };
    rows.iter().map(line).collect()
}

fn sheet(rule: &Rule) -> String {
    let mut text = format!("{}: {}\n\n", rule.id, sanitize(rule.about.title.as_bytes()));
    let mut row = |label: &str, value: &str| {
        let mut lines = value.trim().lines();
        text += &format!("{label:12}{}\n", sanitize(lines.next().unwrap_or_default().as_bytes()));
        text.extend(lines.map(|line| format!("{:12}{}\n", "", sanitize(line.as_bytes()))));
    };
    row("provider", &rule.about.provider);
    row("kind", &rule.kind);
    row("severity", rule.severity.as_str());
    row("confidence", rule.confidence.as_str());
    row("precedence", &rule.precedence.to_string());
    row("file", &rule.about.file);
    for (label, value) in found_by(rule) {
        row(label, &words(&value));
    }
    row("checksum", rule.checksum.as_deref().unwrap_or("none"));
    row("what", &rule.about.description);
    row("advice", &rule.about.advice);
    row("link", &rule.about.link);
    rule.about.matches.iter().for_each(|recipe| row("matches", recipe));
    rule.about.rejects.iter().for_each(|recipe| row("rejects", recipe));
    text
}

/// What a rule is found by, by the keys of a rules file.
fn found_by(rule: &Rule) -> Vec<(&'static str, Value)> {
    match &rule.matcher {
        Matcher::Code(name) => vec![("detector", json!(name))],
        Matcher::Pattern(pattern) => vec![
            ("literals", json!(pattern.literals)),
            ("pattern", json!(pattern.source())),
        ],
        Matcher::Named { names, pattern } => vec![("names", json!(names)), ("pattern", json!(pattern.source()))],
        Matcher::Foreign(foreign) => {
            let mut rows = vec![("keywords", json!(foreign.keywords))];
            rows.extend(foreign.entropy.map(|least| ("entropy", json!(least))));
            rows.extend(foreign.path.as_ref().map(|path| ("path", json!(path.as_str()))));
            rows.push(("allowlists", json!(foreign.allows.len())));
            let required: Vec<&str> = foreign.required.iter().map(|required| required.rule.as_str()).collect();
            if !required.is_empty() {
                rows.push(("required", json!(required)));
            }
            rows
        }
    }
}

/// A value in words: a list with commas.
fn words(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(words).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

fn in_short(rule: &Rule) -> Value {
    json!({
        "id": rule.id,
        "title": rule.about.title,
        "provider": rule.about.provider,
        "kind": rule.kind,
        "severity": rule.severity.as_str(),
        "confidence": rule.confidence.as_str(),
        "file": rule.about.file,
    })
}

fn in_full(rule: &Rule) -> Value {
    let mut value = in_short(rule);
    let more = json!({
        "precedence": rule.precedence,
        "checksum": rule.checksum,
        "description": rule.about.description,
        "advice": rule.about.advice,
        "link": rule.about.link,
        "matches": rule.about.matches,
        "rejects": rule.about.rejects,
    });
    for (key, part) in more.as_object().into_iter().flatten() {
        value[key] = part.clone();
    }
    for (key, part) in found_by(rule) {
        value[key] = part;
    }
    value
}

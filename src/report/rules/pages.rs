//! The rules as a folder of Markdown: a page for each, and an index by provider that leads to all of them.
//!
//! An example is shown as the outline of its recipe. None is made, so that no page holds what looks like a secret. A page
//! depends on the rules alone, not on machine or time.

use std::collections::BTreeMap;

use super::{found_by, words};
use crate::report::markup::{code, fence, text};
use crate::rules::recipe::{DRAWN, outline};
use crate::rules::{Rule, RuleSet, Text};
use crate::text::sanitize;

/// A page: the name of its file, which is `README.md` or `ID.md`, and what is in it.
pub struct Page {
    pub file: String,
    pub text: String,
}

/// What hosts of repositories show of a folder.
const INDEX: &str = "README.md";

/// The index, then a page for each rule in the order of the rules.
pub fn pages(rules: &RuleSet) -> Vec<Page> {
    let mut pages = vec![Page {
        file: INDEX.to_owned(),
        text: index(rules),
    }];
    pages.extend(rules.iter().map(|rule| Page {
        file: file_of(rule),
        text: page(rule),
    }));
    pages
}

/// An id is small letters, digits and hyphens: a name for a file, and never that of the index.
fn file_of(rule: &Rule) -> String {
    format!("{}.md", rule.id)
}

fn index(rules: &RuleSet) -> String {
    let mut providers: BTreeMap<(String, &str), Vec<&Rule>> = BTreeMap::new();
    for rule in rules.iter() {
        let provider = &*rule.about.provider;
        providers
            .entry((provider.to_lowercase(), provider))
            .or_default()
            .push(rule);
    }
    let mut page = format!(
        "# Rules\n\n{} rules of {} providers, as keytrail {} has them. `keytrail explain ID` tells the same in a terminal.\n",
        rules.iter().count(),
        providers.len(),
        env!("CARGO_PKG_VERSION"),
    );
    for ((_, provider), rules) in providers {
        page += &format!(
            "\n## {}\n\n| rule | finds | severity |\n|---|---|---|\n",
            text(provider)
        );
        for rule in rules {
            let (id, file, title) = (code(&rule.id), file_of(rule), text(&rule.about.title));
            page += &format!("| [{id}]({file}) | {title} | {} |\n", rule.severity.as_str());
        }
    }
    page
}

fn page(rule: &Rule) -> String {
    let mut page = format!(
        "# {}\n\n{}\n\n",
        text(&rule.about.title),
        prose(&rule.about.description)
    );
    page += "| | |\n|---|---|\n";
    let facts = [
        ("rule", code(&rule.id)),
        ("provider", text(&rule.about.provider)),
        ("kind of secret", text(&rule.kind)),
        ("severity", rule.severity.as_str().to_owned()),
        ("confidence", rule.confidence.as_str().to_owned()),
    ];
    for (name, value) in facts {
        page += &format!("| {name} | {value} |\n");
    }
    page += &format!(
        "\n## What to do\n\n{}\n\nThe provider says: {}\n",
        prose(&rule.about.advice),
        link(&rule.about.link)
    );
    page += &format!("\n## How it is recognised\n\n{}", recognised(rule));
    page += &examples(&rule.about.matches);
    page += &format!("\n[All rules]({INDEX})\n");
    page
}

/// What a rule is found by: a line for each key of a rules file.
fn recognised(rule: &Rule) -> String {
    let mut rows: Vec<(&str, String)> = found_by(rule).iter().map(|(key, value)| (*key, words(value))).collect();
    rows.extend(rule.checksum.iter().map(|name| ("checksum", name.to_string())));
    if !rule.paths.is_empty() {
        rows.push(("paths", rule.paths.join(", ")));
    }
    rows.push(("precedence", rule.precedence.to_string()));
    rows.iter()
        .map(|(key, value)| format!("- {key}: {}\n", code(value)))
        .collect()
}

/// What is found, in a block of code: outlines of the recipes.
fn examples(recipes: &[Text]) -> String {
    let outlines = recipes.iter().filter_map(|recipe| outline(recipe).ok());
    let lines: Vec<String> = outlines
        .flat_map(|outline| outline.lines().map(shortened).collect::<Vec<_>>())
        .map(|line| sanitize(line.as_bytes()))
        .collect();
    if lines.is_empty() {
        return String::new();
    }
    let lines = lines.join("\n");
    let fence = fence(&lines);
    format!("\nFor example, `{DRAWN}` being what differs:\n\n{fence}text\n{lines}\n{fence}\n")
}

/// The most that is shown of a stretch that every secret of a kind has and that looks drawn at random itself.
const SHOWN: usize = 4;

/// The line, in which such stretches beside what is drawn are cut, so that no scanner takes it for a secret.
fn shortened(line: &str) -> String {
    let is_mixed = |part: &str| {
        let has = |test: fn(&char) -> bool| part.chars().any(|c| test(&c));
        part.len() > 2 * SHOWN
            && has(char::is_ascii_lowercase)
            && has(char::is_ascii_uppercase)
            && has(char::is_ascii_digit)
    };
    let cut = |part: &str| match is_mixed(part) {
        true => format!("{}{DRAWN}", &part[..SHOWN]),
        false => part.to_owned(),
    };
    let run = |run: &str| match run.contains(DRAWN) {
        true => run.split(DRAWN).map(cut).collect::<Vec<_>>().join(DRAWN),
        false => run.to_owned(),
    };
    let is_sign = |c: char| !c.is_ascii_alphanumeric() && !"+/.".contains(c);
    let mut short = String::new();
    for piece in line.split_inclusive(is_sign) {
        let end = piece.rfind(is_sign).unwrap_or(piece.len());
        short += &run(&piece[..end]);
        short += &piece[end..];
    }
    while short.contains(&DRAWN.repeat(2)) {
        short = short.replace(&DRAWN.repeat(2), DRAWN);
    }
    short
}

/// A paragraph of a rules file: what stands between two backticks is code, the rest means itself.
fn prose(paragraph: &str) -> String {
    let line = paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
    let parts: Vec<&str> = line.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return text(&line);
    }
    let part = |(number, part): (usize, &&str)| {
        if number.is_multiple_of(2) {
            text(part)
        } else {
            code(part)
        }
    };
    parts.iter().enumerate().map(part).collect()
}

/// An address that can be clicked on, if it is one that cannot end its own brackets.
fn link(address: &str) -> String {
    let is_plain = |b: u8| b.is_ascii_graphic() && !b"<>\\".contains(&b);
    match address.starts_with("https://") && address.bytes().all(is_plain) {
        true => format!("<{address}>"),
        false => code(address),
    }
}

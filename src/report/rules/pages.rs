//! The rules as a folder of Markdown: a page for each, and an index by provider that leads to all of them.
//!
//! An example is shown as its recipe. None is made, so that no page holds what looks like a secret. A page depends on the
//! rules alone, not on machine or time.

use std::collections::BTreeMap;

use super::{found_by, words};
use crate::report::markup::{code, fence, text};
use crate::rules::{Rule, RuleSet};
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
        let provider = rule.provider.as_str();
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
            let (id, file, title) = (code(&rule.id), file_of(rule), text(&rule.title));
            page += &format!("| [{id}]({file}) | {title} | {} |\n", rule.severity.as_str());
        }
    }
    page
}

fn page(rule: &Rule) -> String {
    let mut page = format!("# {}\n\n{}\n\n", text(&rule.title), prose(&rule.description));
    page += "| | |\n|---|---|\n";
    let facts = [
        ("rule", code(&rule.id)),
        ("provider", text(&rule.provider)),
        ("kind of secret", text(&rule.kind)),
        ("severity", rule.severity.as_str().to_owned()),
        ("confidence", rule.confidence.as_str().to_owned()),
    ];
    for (name, value) in facts {
        page += &format!("| {name} | {value} |\n");
    }
    page += &format!(
        "\n## What to do\n\n{}\n\nThe provider says: {}\n",
        prose(&rule.advice),
        link(&rule.link)
    );
    page += &format!("\n## How it is recognised\n\n{}", recognised(rule));
    page += &examples("These are found:", &rule.matches);
    page += &examples("These are not:", &rule.rejects);
    page += &format!("\n[All rules]({INDEX})\n");
    page
}

/// What a rule is found by: a line for each key of a rules file.
fn recognised(rule: &Rule) -> String {
    let mut rows: Vec<(&str, String)> = found_by(rule).iter().map(|(key, value)| (*key, words(value))).collect();
    rows.extend(rule.checksum.iter().map(|name| ("checksum", name.clone())));
    if !rule.paths.is_empty() {
        rows.push(("paths", rule.paths.join(", ")));
    }
    rows.push(("precedence", rule.precedence.to_string()));
    rows.iter()
        .map(|(key, value)| format!("- {key}: {}\n", code(value)))
        .collect()
}

/// Recipes in a block of code: `<[a-z]{16}>` in them stands for sixteen letters.
fn examples(head: &str, recipes: &[String]) -> String {
    if recipes.is_empty() {
        return String::new();
    }
    let lines: Vec<String> = recipes
        .iter()
        .flat_map(|recipe| recipe.lines())
        .map(|line| sanitize(line.as_bytes()))
        .collect();
    let lines = lines.join("\n");
    let fence = fence(&lines);
    format!("\n{head} `<[a-z]{{16}}>` stands for sixteen characters of that class.\n\n{fence}text\n{lines}\n{fence}\n")
}

/// A paragraph of a rules file: what stands between two backticks is code, the rest means itself.
fn prose(paragraph: &str) -> String {
    let line = paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
    let parts: Vec<&str> = line.split('`').collect();
    if parts.len() % 2 == 0 {
        return text(&line);
    }
    let part = |(number, part): (usize, &&str)| if number % 2 == 0 { text(part) } else { code(part) };
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

//! The rules: what is looked for, as data. One provider a file in `rules/*.toml`.
//!
//! [`schema`] is what a rules file may say; [`Rule`] is the same, checked and ready.
//! Nothing here reads content: matching is the business of `detect`.

mod rule;
mod schema;

use std::sync::Arc;

pub use rule::{Matcher, Pattern, Rule};
pub use schema::parse;

use crate::error::Error;

/// The built-in rules files, name and text: every `rules/*.toml`, listed by the build script.
pub const BUILTIN: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/rules.rs"));

/// All rules of a run, in the order of their files. Ids are unique.
#[derive(Clone, Debug)]
pub struct RuleSet {
    rules: Vec<Arc<Rule>>,
}

impl RuleSet {
    /// The built-in rules.
    pub fn builtin() -> Result<Self, Error> {
        let mut rules = Vec::new();
        for (name, text) in BUILTIN {
            rules.extend(schema::parse(name, text)?);
        }
        Self::new(rules)
    }

    /// Takes rules that were read one by one. Two of the same id are an error.
    pub fn new(rules: Vec<Rule>) -> Result<Self, Error> {
        let mut seen = std::collections::HashSet::new();
        for rule in &rules {
            if !seen.insert(rule.id.as_str()) {
                return Err(
                    Error::usage(format!("{}: rule \"{}\" is defined twice", rule.file, rule.id))
                        .hint("give each rule an id of its own"),
                );
            }
        }
        Ok(Self {
            rules: rules.into_iter().map(Arc::new).collect(),
        })
    }

    pub fn iter(&self) -> impl Iterator<Item = &Arc<Rule>> {
        self.rules.iter()
    }

    /// The rule with this id, if there is one.
    pub fn get(&self, id: &str) -> Option<&Arc<Rule>> {
        self.rules.iter().find(|rule| rule.id == id)
    }
}

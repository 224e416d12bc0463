//! The rules: what is looked for, as data. One provider a file in `rules/*.toml`.
//!
//! [`schema`] is what a rules file may say; [`Rule`] is the same, checked and ready. [`Foreign`] is what rules of
//! other scanners say beyond that. Nothing here reads content: matching is the business of `detect`.

mod about;
mod anchored;
mod builtin;
pub mod file;
pub mod foreign;
mod pattern;
pub mod recipe;
mod rule;
pub mod schema;
pub mod shape;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use foldhash::fast::RandomState;

pub use about::About;
pub use foreign::Foreign;
pub use pattern::{Pattern, syntax};
pub use rule::{Matcher, Rule, Text, Texts};

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
        Self::new(Self::builtin_rules())
    }

    /// The built-in rules one by one.
    pub fn builtin_rules() -> impl Iterator<Item = Rule> {
        builtin::rules()
    }

    /// Takes rules that were read one by one. Two of the same id, or of the same detector, are an error.
    pub fn new(rules: impl IntoIterator<Item = Rule>) -> Result<Self, Error> {
        // Each is put where it stays: rules are large, and there are eight hundred.
        let rules: Vec<Arc<Rule>> = rules.into_iter().map(Arc::new).collect();
        let mut named = HashMap::with_capacity_and_hasher(rules.len(), RandomState::default());
        let mut detectors = HashMap::new();
        for rule in &rules {
            let fault = |what: &str| Error::usage(format!("{}: rule \"{}\": {what}", rule.about.file, rule.id));
            if let Some(other) = named.insert(&*rule.id, rule) {
                let file = &other.about.file;
                return Err(
                    fault(&format!("the id is taken by a rule of {file}")).hint("give each rule an id of its own")
                );
            }
            if let Matcher::Code(name) = &rule.matcher
                && let Some(other) = detectors.insert(&**name, &*rule.id)
            {
                return Err(fault(&format!("its detector is that of rule \"{other}\""))
                    .hint(format!("leave one of them out: --skip-rule {other}")));
            }
        }
        Ok(Self { rules })
    }

    /// Keeps the rules of these ids, or all if none is named, without those.
    ///
    /// # Errors
    /// An id that no rule has, and a choice that leaves nothing.
    pub fn choose(mut self, only: &[String], without: &[String]) -> Result<Self, Error> {
        for (flag, id) in only
            .iter()
            .map(|id| ("--rule", id))
            .chain(without.iter().map(|id| ("--skip-rule", id)))
        {
            if self.get(id).is_none() {
                let shown = if schema::is_kebab(id) { id.as_str() } else { "…" };
                return Err(Error::usage(format!("{flag} {shown}: there is no such rule"))
                    .hint("keytrail rules list names them")
                    .did_you_mean(shown, self.ids()));
            }
        }
        let only: HashSet<&str> = only.iter().map(String::as_str).collect();
        let without: HashSet<&str> = without.iter().map(String::as_str).collect();
        self.rules
            .retain(|rule| (only.is_empty() || only.contains(&*rule.id)) && !without.contains(&*rule.id));
        match self.rules.is_empty() {
            true => Err(Error::usage("no rule is left to look for")
                .hint("leave fewer of them out, or add some with --rules FILE")),
            false => Ok(self),
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = &Arc<Rule>> {
        self.rules.iter()
    }

    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().map(|rule| &*rule.id)
    }

    /// The rule with this id, if there is one.
    pub fn get(&self, id: &str) -> Option<&Arc<Rule>> {
        self.rules.iter().find(|rule| rule.id == id)
    }
}

//! The incident card: what a finding, a key or a rule means, and the exact commands against it, in order.
//!
//! A card is made here once and printed as text, Markdown or JSON. Nothing is executed. No command holds a secret;
//! every word that an account or a repository chose is quoted for the shell. What is not known is a question in the
//! card, never a guess.

mod clean;
mod facts;
mod format;
mod json;
mod key;
mod markdown;
mod other;
mod rotate;
pub mod shell;
mod special;
mod text;
mod who;

use super::Target;
use super::keys::{KeysReport, Row};
use crate::finding::Finding;
use crate::finding::age::Verdict;

pub use format::CardFormat;

/// What cards are made from: the keys with all that is known of them, and the findings.
pub struct Grounds<'r> {
    pub rows: &'r [Row],
    /// Rows name findings by their number in this list.
    pub findings: &'r [Finding],
    /// What was scanned, if anything was.
    pub target: Option<&'r Target>,
    /// The time that ages are reckoned from, Unix seconds.
    pub as_of: i64,
    /// Why not everything was read; every card says it.
    pub incomplete_reasons: Vec<String>,
}

impl<'r> Grounds<'r> {
    pub fn of(report: &'r KeysReport) -> Self {
        Self {
            rows: &report.rows,
            findings: &report.findings,
            target: report.target.as_ref(),
            as_of: report.as_of,
            incomplete_reasons: report.incompleteness().collect(),
        }
    }
}

/// One card.
#[derive(Clone, Debug, Default)]
pub struct Card {
    /// `key`, `finding` or `rule`.
    pub kind: &'static str,
    pub title: String,
    /// What matters most, in a sentence.
    pub lead: String,
    /// Labels and what is known.
    pub facts: Vec<(&'static str, String)>,
    pub verdicts: Vec<Verdict>,
    /// The facts that the age was made of.
    pub evidence: Vec<String>,
    pub steps: Vec<Step>,
    /// Why not everything was read.
    pub incomplete_reasons: Vec<String>,
}

/// One thing to do.
#[derive(Clone, Debug, Default)]
pub struct Step {
    pub title: String,
    /// Why and when, a paragraph each.
    pub text: Vec<String>,
    /// Lines for a POSIX shell, in order.
    pub commands: Vec<String>,
}

impl Step {
    fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            ..Self::default()
        }
    }

    #[must_use]
    fn say(mut self, text: impl Into<String>) -> Self {
        self.text.push(text.into());
        self
    }

    #[must_use]
    fn run(mut self, command: impl Into<String>) -> Self {
        self.commands.push(command.into());
        self
    }
}

impl Card {
    fn fact(&mut self, label: &'static str, value: impl Into<String>) {
        self.facts.push((label, value.into()));
    }
}

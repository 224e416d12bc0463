//! The formats of a card, by name, the cards themselves, and the one call that prints.

use std::str::FromStr;

use super::{Card, Grounds, json, key, markdown, other, text};
use crate::error::Error;
use crate::report::RenderOptions;
use crate::report::keys::Row;
use crate::rules::Rule;

/// A way to print a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CardFormat {
    Human,
    Json,
    Markdown,
}

impl CardFormat {
    pub const ALL: [CardFormat; 3] = [CardFormat::Human, CardFormat::Json, CardFormat::Markdown];

    /// The word used on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            CardFormat::Human => "human",
            CardFormat::Json => "json",
            CardFormat::Markdown => "markdown",
        }
    }

    pub fn render(self, card: &Card, options: &RenderOptions) -> Vec<u8> {
        match self {
            CardFormat::Human => text::render(card, options),
            CardFormat::Json => json::render(card),
            CardFormat::Markdown => markdown::render(card),
        }
    }
}

impl FromStr for CardFormat {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        let found = CardFormat::ALL.into_iter().find(|format| format.as_str() == name);
        found.ok_or_else(|| {
            let known = CardFormat::ALL.map(CardFormat::as_str);
            Error::usage(format!("unknown report format {name:?}"))
                .hint(format!("use one of: {}", known.join(", ")))
                .did_you_mean(name, known)
        })
    }
}

impl Card {
    pub fn of_rule(rule: &Rule) -> Self {
        other::rule(rule)
    }

    /// The card of an access key.
    pub fn of_key(grounds: &Grounds<'_>, row: &Row) -> Self {
        key::card(grounds, row)
    }

    /// The card of a finding: that of its key, if it is of one.
    pub fn of_finding(grounds: &Grounds<'_>, number: usize) -> Self {
        let of_it = |row: &&Row| row.leak.as_ref().is_some_and(|leak| leak.findings.contains(&number));
        match grounds.rows.iter().find(of_it) {
            Some(row) => key::card(grounds, row),
            None => {
                let reasons = grounds.incomplete_reasons.clone();
                other::finding(&grounds.findings[number], grounds.target, reasons)
            }
        }
    }
}

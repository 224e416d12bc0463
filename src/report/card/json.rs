//! The card as one JSON document. Commands are given as they are; nothing was executed.

use serde::Serialize;

use super::Card;

/// Raised when a key changes its meaning or goes away; a new key does not raise it.
const SCHEMA_VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'c> {
    schema_version: u32,
    kind: &'static str,
    title: &'c str,
    lead: &'c str,
    facts: Vec<Fact<'c>>,
    verdicts: Vec<Said<'c>>,
    evidence: &'c [String],
    steps: Vec<Entry<'c>>,
    executed: bool,
    complete: bool,
    incomplete_reasons: &'c [String],
}

#[derive(Serialize)]
struct Fact<'c> {
    label: &'static str,
    value: &'c str,
}

#[derive(Serialize)]
struct Said<'c> {
    verdict: &'static str,
    fails: bool,
    says: &'c str,
}

#[derive(Serialize)]
struct Entry<'c> {
    title: &'c str,
    text: &'c [String],
    commands: &'c [String],
}

/// Prints the card.
pub fn render(card: &Card) -> Vec<u8> {
    let document = Document {
        schema_version: SCHEMA_VERSION,
        kind: card.kind,
        title: &card.title,
        lead: &card.lead,
        facts: card.facts.iter().map(|(label, value)| Fact { label, value }).collect(),
        verdicts: card
            .verdicts
            .iter()
            .map(|verdict| Said {
                verdict: verdict.kind.as_str(),
                fails: verdict.fails,
                says: &verdict.says,
            })
            .collect(),
        evidence: &card.evidence,
        steps: card
            .steps
            .iter()
            .map(|step| Entry {
                title: &step.title,
                text: &step.text,
                commands: &step.commands,
            })
            .collect(),
        executed: false,
        complete: card.incomplete_reasons.is_empty(),
        incomplete_reasons: &card.incomplete_reasons,
    };
    let mut text = serde_json::to_vec_pretty(&document).expect("the document has string keys only");
    text.push(b'\n');
    text
}

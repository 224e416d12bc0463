//! The words of a report, read back: times, ids, places, states. A fault says what was expected and quotes nothing.

use std::sync::Arc;

use super::shape::Read;
use crate::finding::{Confidence, Severity};
use crate::git::parse_id;
use crate::origin::{ObjectId, Place, State};
use crate::rules::{About, Matcher, Rule, Text, Texts};

/// A rule that this keytrail does not have: what the report says of it.
pub fn unknown_rule(id: &str, kind: &str, severity: Severity, confidence: Confidence) -> Arc<Rule> {
    Arc::new(Rule {
        id: id.to_owned().into(),
        kind: kind.to_owned().into(),
        severity,
        confidence,
        precedence: 0,
        matcher: Matcher::Code(Text::default()),
        checksum: None,
        paths: Texts::default(),
        about: About {
            file: "a report".into(),
            title: id.to_owned().into(),
            ..About::default()
        }
        .into(),
    })
}

pub fn time(text: Option<&str>) -> Read<Option<i64>> {
    let parse = |text: &str| text.parse::<jiff::Timestamp>().map(|time| time.as_second());
    text.map(parse)
        .transpose()
        .map_err(|_| "expected a time, such as 2026-01-31T00:00:00Z".to_owned())
}

pub fn object(hex: &str) -> Read<ObjectId> {
    parse_id(hex.as_bytes()).ok_or_else(|| "expected the id of a git object: 40 or 64 hex digits".to_owned())
}

pub fn place(word: &str) -> Read<Place> {
    let known = [
        Place::File,
        Place::Stdin,
        Place::Blob,
        Place::CommitMessage,
        Place::Identity,
        Place::TagMessage,
        Place::PathName,
        Place::RefName,
    ];
    let found = known.into_iter().find(|place| place.as_str() == word);
    found.ok_or_else(|| "place: it is not known".to_owned())
}

pub fn state(word: &str) -> Read<State> {
    let known = [
        State::File,
        State::Staged,
        State::InTree,
        State::HistoryOnly,
        State::Unreachable,
    ];
    let found = known.into_iter().find(|state| state.as_str() == word);
    found.ok_or_else(|| "state: it is not known".to_owned())
}

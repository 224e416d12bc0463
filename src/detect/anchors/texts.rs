//! Texts with HTML entities, and whether anything stands in them once they are decoded.
//!
//! A page of documentation is one such text, nothing stands in most of them, and a history has every version of a page: so
//! the verdict on a text is carried over with it. **It depends on the bytes of the text alone.** A text that tells is
//! decoded and read anew in each version.

use std::ops::Range;

use super::Anchors;
use crate::detect::literals::Place;
use crate::detect::looks::Looks;
use crate::detect::{Detectors, Nested, escapes};
use crate::git::Copied;

/// A text to be decoded as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text {
    start: u32,
    end: u32,
    /// Whether decoding it shows an anchor.
    pub tells: bool,
}

impl Text {
    pub fn span(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

impl Detectors {
    /// The texts around the entities that stand at some of these places.
    pub(in crate::detect) fn texts(&self, bytes: &[u8], places: &[Place]) -> Vec<Text> {
        self.texts_but(bytes, places, |_| None)
    }

    /// Finds the same, knowing those of a base and what was copied from it, in order.
    pub(super) fn texts_after(
        &self,
        bytes: &[u8],
        places: &[Place],
        base: &[Text],
        mut copied: &[Copied],
    ) -> Vec<Text> {
        self.texts_but(bytes, places, |span| {
            while copied.first().is_some_and(|copy| copy.to + copy.length <= span.start) {
                copied = &copied[1..];
            }
            let copy = copied.first()?;
            let start = copy.from + span.start.checked_sub(copy.to)?;
            let known = base.binary_search_by_key(&start, |text| text.start as usize);
            let known = base[known.ok()?];
            let is_whole = span.end <= copy.to + copy.length;
            (is_whole && known.span().len() == span.len()).then_some(known.tells)
        })
    }

    /// The texts, asking those alone of which `known` says nothing.
    fn texts_but(
        &self,
        bytes: &[u8],
        places: &[Place],
        mut known: impl FnMut(&Range<usize>) -> Option<bool>,
    ) -> Vec<Text> {
        let spans = escapes::texts(bytes, entities(places));
        let texts = spans.into_iter().map(|span| Text {
            tells: known(&span).unwrap_or_else(|| self.holds(bytes, &span)),
            start: span.start as u32,
            end: span.end as u32,
        });
        texts.collect()
    }

    /// Whether something is found in the text when it is decoded. Entities behind entities are not followed here: they
    /// could be escaped as often as there is room for.
    fn holds(&self, bytes: &[u8], span: &Range<usize>) -> bool {
        self.reads_whole()
            || escapes::decode_entities(bytes, span.clone()).is_some_and(|decoded| {
                let anchors = self.searched(&decoded.bytes);
                !anchors.is_empty() || entities(&anchors.literals).next().is_some()
            })
    }
}

impl Anchors {
    /// The texts around escapes, decoded, each once.
    pub(in crate::detect) fn decoded(&self, bytes: &[u8]) -> Vec<Nested> {
        let texts = self.texts.iter().filter(|text| text.tells);
        let decoded = texts.filter_map(|text| escapes::decode_entities(bytes, text.span()));
        let mut texts: Vec<Nested> = decoded.collect();
        let mut end = 0;
        for run in self.runs.iter().filter(|run| run.looks.has(Looks::DECODABLE)) {
            let span = run.span();
            if span.start >= end {
                texts.extend(escapes::around(bytes, span));
                end = texts.last().map_or(0, |text| text.span.end);
            }
        }
        texts
    }
}

/// Where entities start, among the places of literals: they are searched for as those are.
pub fn entities(places: &[Place]) -> impl Iterator<Item = usize> {
    places.iter().filter(|place| place.is_entity).map(|place| place.at())
}

//! Anchors: the places of a content where detectors read on. They can be carried over from one version to the next.
//!
//! An anchor is a place where a literal starts, or a run of token characters that by its look alone could hold
//! something. **Whether a place is an anchor depends on the bytes of the literal or run and the byte to either side;
//! whether it tells anything, on the window that its detector is shown, and of a run on what [`BY_NAME`] says or more;
//! and on nothing else.** So what a version copied from its base has the base's anchors, and only what was inserted, with
//! the runs that it touches, is searched. What a detector makes of an anchor that tells is read anew in each version.

mod carried;
mod ordered;
mod texts;

use std::ops::Range;

use super::classes::Classes;
use super::escapes;
use super::join;
use super::literals::{Place, Shown};
use super::looks::Looks;
use super::runs::{self, Passed};
use super::{Detected, Detectors};
use crate::git::Copied;
pub use texts::{Text, entities};

/// The anchors of one content, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Anchors {
    pub(super) literals: Vec<Place>,
    /// Where keywords of foreign rules start.
    pub(super) words: Vec<usize>,
    pub(super) runs: Vec<Run>,
    /// What stands around entities.
    pub(super) texts: Vec<Text>,
}

/// A run and what it could be. Objects are smaller than four gigabytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    start: u32,
    end: u32,
    pub looks: Looks,
    /// What decides whether it tells, if it could: before its start, and behind its end.
    shown: Shown,
    /// Whether it is worth reading: something is found in it, or more than what stands near it decides.
    pub tells: bool,
}

/// So many bytes before a run, and behind it, decide whether something is found that goes by its name: the longest way
/// back to a name, and what is looked at before that and behind a value.
const BY_NAME: Shown = Shown::new(320, 32);

/// In a range of so many bytes runs are likely to stand again.
const LONG: usize = 2048;

/// How far before a run a literal may start that leads to it.
pub(super) const NEAR: usize = 96;

impl Run {
    /// The run that stands here, with what it could be.
    pub fn at(detectors: &Detectors, bytes: &[u8], span: Range<usize>) -> Self {
        let plain = runs::Piece::plain(bytes, span.clone());
        let classes = Classes::of(bytes, plain.span.clone());
        let looks = match classes.counts.escapes {
            0 => Looks::of(detectors, bytes, &plain, &classes),
            _ => {
                let mut looks = Looks::ESCAPED;
                runs::for_each_piece(bytes, span.clone(), |piece| {
                    looks = looks.and(Looks::of_piece(detectors, bytes, &piece))
                });
                if escapes::is_telling(&bytes[span.clone()]) {
                    looks = looks.and(Looks::DECODABLE);
                }
                looks
            }
        };
        let run = Self {
            start: span.start as u32,
            end: span.end as u32,
            looks,
            shown: BY_NAME,
            tells: looks.is_telling(),
        };
        run.judged(detectors, bytes)
    }

    pub fn span(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The same run where a copy has it, nothing near it being different.
    fn moved(self, copy: &Copied) -> Self {
        Self {
            start: (self.start as usize - copy.from + copy.to) as u32,
            end: (self.end as usize - copy.from + copy.to) as u32,
            ..self
        }
    }

    /// The same run where something else may stand near it.
    fn judged(self, detectors: &Detectors, bytes: &[u8]) -> Self {
        if !self.looks.is_telling() || !self.looks.is_settled_near() {
            return self;
        }
        let mut shown = BY_NAME;
        let tells = self.looks.is_more_than_led() && detectors.holds_by_itself(bytes, &self)
            || self.looks.has(Looks::PREFIXED) && detectors.prefixes.tell(bytes, &self.span(), &mut shown)
            || self.looks.has(Looks::LED) && detectors.is_led_to(bytes, &self.span(), &mut shown);
        Self { shown, tells, ..self }
    }
}

impl Detectors {
    /// Whether something is found in the run that goes by the run, its name and what stands beside it.
    fn holds_by_itself(&self, bytes: &[u8], run: &Run) -> bool {
        let span = run.span();
        let start = span.start.saturating_sub(BY_NAME.before.into());
        let window = &bytes[start..bytes.len().min(span.end + usize::from(BY_NAME.after))];
        let piece = runs::Piece::plain(window, span.start - start..span.end - start);
        let mut found = Detected::default();
        self.read_piece(window, &piece, run.looks.without(Looks::PREFIXED), &mut found);
        !found.candidates.is_empty() || !found.nested.is_empty()
    }

    /// Whether something is found at a literal that leads to the run. What is looked at is added to what is shown.
    fn is_led_to(&self, bytes: &[u8], span: &Range<usize>, shown: &mut Shown) -> bool {
        !self.near.all_in(bytes, near(span), |place| {
            *shown = shown.and(Shown::around(span, place.at(), place.shown));
            !place.tells
        })
    }
}

/// Where a literal may start that leads to a run.
pub(super) fn near(run: &Range<usize>) -> Range<usize> {
    run.start.saturating_sub(NEAR)..run.end
}

impl Anchors {
    /// Whether there is nothing to read.
    pub fn is_empty(&self) -> bool {
        !self.runs.iter().any(|run| run.tells)
            && self.words.is_empty()
            && !self.literals.iter().any(|place| place.tells)
            && !self.texts.iter().any(|text| text.tells)
    }
}

impl Detectors {
    /// Finds the anchors of a content by looking at all of it.
    pub fn anchors(&self, bytes: &[u8]) -> Anchors {
        let mut anchors = self.searched(bytes);
        anchors.texts = self.texts(bytes, &anchors.literals);
        anchors
    }

    /// The same without the texts.
    fn searched(&self, bytes: &[u8]) -> Anchors {
        let mut anchors = Anchors::default();
        let whole = 0..bytes.len();
        self.literals
            .find(bytes, std::slice::from_ref(&whole), &mut anchors.literals);
        self.foreign.find(bytes, 0..bytes.len(), &mut anchors.words);
        self.find_runs(bytes, 0..bytes.len(), &mut anchors.runs);
        anchors
    }

    /// Finds the runs in a range that no run crosses the ends of.
    fn find_runs(&self, bytes: &[u8], range: Range<usize>, found: &mut Vec<Run>) {
        let start = range.start;
        let mut passed = (range.len() >= LONG).then(Passed::new);
        runs::for_each_run(&bytes[range], |run| {
            let span = start + run.start..start + run.end;
            // Beside a quote the same run could be a part of something, behind a colon its dash could be none of its own.
            let is_other = || join::is_quoted(bytes, &span) || runs::start_of_value(bytes, &span) > span.start;
            let is_known = |passed: &Passed| passed.has(bytes, &span) && !is_other();
            if passed.as_ref().is_some_and(is_known) {
                return;
            }
            let run = Run::at(self, bytes, span.clone());
            if run.looks.is_telling() {
                found.push(run);
            } else if let Some(passed) = &mut passed
                && !run.looks.has(Looks::ESCAPED)
            {
                passed.remember(bytes, &span);
            }
        });
    }
}

#[cfg(test)]
mod tests;

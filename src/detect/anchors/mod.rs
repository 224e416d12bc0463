//! Anchors: the places of a content where detectors read on. They can be carried over from one version to the next.
//!
//! An anchor is a place where a literal starts, or a run of token characters that by its look alone could hold
//! something. **Whether a place is an anchor depends on the bytes of the literal or run and the byte to either side;
//! whether it tells anything, on the window that its detector is shown, and of a run on [`BEFORE`] and [`BEHIND`] bytes;
//! and on nothing else.** So what a version copied from its base has the base's anchors, and only what was inserted, with
//! the runs that it touches, is searched. What a detector makes of an anchor that tells is read anew in each version.

use std::ops::Range;

use super::escapes;
use super::literals::{Place, Shown};
use super::looks::Looks;
use super::runs::{self, is_run};
use super::{Detected, Detectors};
use crate::git::Copied;

/// The anchors of one content, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Anchors {
    pub(super) literals: Vec<Place>,
    /// Where keywords of foreign rules start.
    pub(super) words: Vec<usize>,
    /// Where HTML entities start.
    pub(super) entities: Vec<usize>,
    pub(super) runs: Vec<Run>,
}

/// A run and what it could be. Objects are smaller than four gigabytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    start: u32,
    end: u32,
    pub looks: Looks,
    /// Whether it is worth reading: something is found in it, or more than what stands near it decides.
    pub tells: bool,
}

/// So many bytes before a run, and behind it, decide whether something is found that goes by its name: the longest way
/// back to a name, and what is looked at before that and behind a value.
const BEFORE: usize = 320;
const BEHIND: usize = 32;

/// How far before a run a literal may start that leads to it.
pub(super) const NEAR: usize = 96;

impl Run {
    /// The run that stands here, with what it could be.
    pub fn at(detectors: &Detectors, bytes: &[u8], span: Range<usize>) -> Self {
        let look = |piece: &runs::Piece<'_>| Looks::of(detectors, bytes, piece);
        let looks = match runs::is_escaped(&bytes[span.clone()]) {
            false => look(&runs::Piece::plain(bytes, span.clone())),
            true => {
                let mut looks = Looks::ESCAPED;
                runs::for_each_piece(bytes, span.clone(), |piece| looks = looks.and(look(&piece)));
                if escapes::is_telling(&bytes[span.clone()]) {
                    looks = looks.and(Looks::DECODABLE);
                }
                looks
            }
        };
        let (start, end) = (span.start as u32, span.end as u32);
        let tells = tells(detectors, bytes, span, looks);
        Self {
            start,
            end,
            looks,
            tells,
        }
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
        Self {
            tells: tells(detectors, bytes, self.span(), self.looks),
            ..self
        }
    }
}

/// Whether a run of these looks is worth reading.
fn tells(detectors: &Detectors, bytes: &[u8], span: Range<usize>, looks: Looks) -> bool {
    if !looks.is_telling() || !looks.is_settled_near() {
        return looks.is_telling();
    }
    let start = span.start.saturating_sub(BEFORE);
    let window = &bytes[start..bytes.len().min(span.end + BEHIND)];
    let span = span.start - start..span.end - start;
    if looks.has(Looks::LED) && detectors.near.stand_in(window, near(&span)) {
        return true;
    }
    let mut found = Detected::default();
    let piece = runs::Piece::plain(window, span);
    detectors.read_piece(window, &piece, looks, &mut found);
    !found.candidates.is_empty()
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
            && self.entities.is_empty()
            && !self.literals.iter().any(|place| place.tells)
    }
}

impl Detectors {
    /// Finds the anchors of a content by looking at all of it.
    pub fn anchors(&self, bytes: &[u8]) -> Anchors {
        let mut anchors = Anchors::default();
        let whole = 0..bytes.len();
        self.literals
            .find(bytes, std::slice::from_ref(&whole), &mut anchors.literals);
        self.foreign.find(bytes, 0..bytes.len(), &mut anchors.words);
        escapes::find(bytes, 0..bytes.len(), &mut anchors.entities);
        self.find_runs(bytes, 0..bytes.len(), &mut anchors.runs);
        anchors
    }

    /// Finds the same, knowing those of a base of `base_length` bytes and what was copied from it, in order.
    pub fn anchors_after(&self, bytes: &[u8], base: &Anchors, base_length: usize, copied: &[Copied]) -> Anchors {
        let words = |range, found: &mut Vec<usize>| self.foreign.find(bytes, range, found);
        let entities = |range, found: &mut Vec<usize>| escapes::find(bytes, range, found);
        let length = bytes.len();
        Anchors {
            literals: self.literals_after(bytes, &base.literals, base_length, copied),
            words: starts_after(length, &base.words, copied, self.foreign.longest().max(1), words),
            entities: starts_after(length, &base.entities, copied, escapes::LONGEST_START, entities),
            runs: self.runs_after(bytes, &base.runs, base_length, copied),
        }
    }

    fn literals_after(&self, bytes: &[u8], base: &[Place], base_length: usize, copied: &[Copied]) -> Vec<Place> {
        let longest = self.literals.longest().max(1);
        let mut literals = Vec::with_capacity(base.len());
        let mut new = Vec::with_capacity(copied.len() + 1);
        let mut searched = 0;
        for copy in copied {
            // Where any literal would lie in the copy whole.
            let Some(inner) = copy.length.checked_sub(longest - 1).filter(|inner| *inner > 0) else {
                continue;
            };
            new.push(searched..copy.to);
            let known = &base[base.partition_point(|place| place.at() < copy.from)..];
            let known = known.iter().take_while(|place| place.at() < copy.from + inner);
            let (same_start, same_end) = same_ends(copy, base_length, bytes.len());
            literals.extend(known.map(|place| {
                let at = place.at() - copy.from;
                let Shown { before, after } = place.shown;
                let same_before = same_start || at >= usize::from(before);
                let same_after = same_end || at + usize::from(after) <= copy.length;
                match same_before && same_after {
                    true => place.moved(at + copy.to),
                    false => self.literals.place(bytes, at + copy.to),
                }
            }));
            searched = copy.to + inner;
        }
        new.push(searched..bytes.len());
        new.retain(|range| !range.is_empty());
        self.literals.find(bytes, &new, &mut literals);
        // Two lists in order, one behind the other.
        literals.sort_by_key(|place| place.at());
        literals
    }

    fn runs_after(&self, bytes: &[u8], base: &[Run], base_length: usize, copied: &[Copied]) -> Vec<Run> {
        // Versions of a file have about as many.
        let mut found = Vec::with_capacity(base.len());
        let mut search = Search {
            detectors: self,
            bytes,
            searched: 0,
        };
        let mut before = Some(0);
        for copy in copied {
            let end = copy.to + copy.length;
            let (same_start, same_end) = same_ends(copy, base_length, bytes.len());
            if let Some(before) = before
                && !same_start
            {
                search.around(before..copy.to, &mut found);
            }
            // A run that touches the edge of the copy may go on beyond it.
            let first = copy.from + usize::from(!same_start);
            let last = copy.from + copy.length - usize::from(!same_end);
            let known = &base[base.partition_point(|run| (run.start as usize) < first)..];
            let known = known.iter().take_while(|run| run.end as usize <= last);
            found.extend(known.map(|run| {
                let same_before = same_start || run.start as usize >= copy.from + BEFORE;
                let same_behind = same_end || run.end as usize + BEHIND <= copy.from + copy.length;
                let run = run.moved(copy);
                match same_before && same_behind {
                    true => run,
                    false => run.judged(self, bytes),
                }
            }));
            before = (!same_end).then_some(end);
        }
        if let Some(before) = before {
            search.around(before..bytes.len(), &mut found);
        }
        found
    }

    /// Finds the runs in a range that no run crosses the ends of.
    fn find_runs(&self, bytes: &[u8], range: Range<usize>, found: &mut Vec<Run>) {
        let start = range.start;
        runs::for_each_run(&bytes[range], |run| {
            let run = Run::at(self, bytes, start + run.start..start + run.end);
            if run.looks.is_telling() {
                found.push(run);
            }
        });
    }
}

/// Finds the starts of things of at most `longest` bytes, knowing those of the base; `find` searches a range.
fn starts_after(
    length: usize,
    base: &[usize],
    copied: &[Copied],
    longest: usize,
    find: impl Fn(Range<usize>, &mut Vec<usize>),
) -> Vec<usize> {
    let mut starts = Vec::new();
    let mut searched = 0;
    for copy in copied {
        // Where any of them would lie in the copy whole.
        let Some(inner) = copy.length.checked_sub(longest - 1).filter(|inner| *inner > 0) else {
            continue;
        };
        find(searched..copy.to, &mut starts);
        let known = &base[base.partition_point(|&at| at < copy.from)..];
        let known = known.iter().take_while(|&&at| at < copy.from + inner);
        starts.extend(known.map(|at| at - copy.from + copy.to));
        searched = copy.to + inner;
    }
    find(searched..length, &mut starts);
    starts
}

/// Whether what was copied starts and ends both contents.
fn same_ends(copy: &Copied, base_length: usize, length: usize) -> (bool, bool) {
    let end = copy.to + copy.length == length && copy.from + copy.length == base_length;
    (copy.from == 0 && copy.to == 0, end)
}

/// Searches for runs, each byte once.
struct Search<'c> {
    detectors: &'c Detectors,
    bytes: &'c [u8],
    /// No run that starts before this is still to be found.
    searched: usize,
}

impl Search<'_> {
    /// Finds the runs in a stretch and those that touch it.
    fn around(&mut self, stretch: Range<usize>, found: &mut Vec<Run>) {
        let mut start = self.searched;
        if stretch.start > start {
            let before = self.bytes[start..stretch.start].iter().rev();
            start = stretch.start - before.take_while(|byte| is_run(**byte)).count();
        }
        if stretch.end < start {
            return;
        }
        let behind = self.bytes[stretch.end..].iter();
        let end = stretch.end + behind.take_while(|byte| is_run(**byte)).count();
        if end - start >= runs::SHORTEST {
            self.detectors.find_runs(self.bytes, start..end, found);
        }
        self.searched = end;
    }
}

#[cfg(test)]
mod tests;

//! Anchors of a version that are known from the version it was made of.
//!
//! What a version copied has the anchors that it has in the base, at other places; only what was inserted, with the runs
//! that it touches, is searched. Which anchors there are, and what makes one, is said in [`super`]; here nothing
//! is decided anew but whether something that now stands elsewhere still tells.

use std::ops::Range;

use super::ordered::Ordered;
use super::{Anchors, Run};
use crate::detect::Detectors;
use crate::detect::literals::{Place, Shown};
use crate::detect::runs::{self, is_run};
use crate::git::Copied;

impl Detectors {
    /// Finds the same, knowing those of a base of `base_length` bytes and what was copied from it, in order.
    pub fn anchors_after(&self, bytes: &[u8], base: &Anchors, base_length: usize, copied: &[Copied]) -> Anchors {
        let words = |range, found: &mut Vec<usize>| self.foreign.find(bytes, range, found);
        let length = bytes.len();
        let literals = self.literals_after(bytes, &base.literals, base_length, copied);
        Anchors {
            texts: self.texts_after(bytes, &literals, &base.texts, copied),
            literals,
            words: match self.foreign.longest() {
                0 => Vec::new(),
                longest => starts_after(length, base_length, &base.words, copied, longest, words),
            },
            runs: self.runs_after(bytes, &base.runs, base_length, copied),
        }
    }

    fn literals_after(&self, bytes: &[u8], base: &[Place], base_length: usize, copied: &[Copied]) -> Vec<Place> {
        let longest = self.literals.longest().max(1);
        let mut literals = Vec::with_capacity(base.len());
        let mut new = Vec::with_capacity(copied.len() + 1);
        let base = Ordered::new(base, |place| place.at(), base_length, copied.len());
        let mut searched = 0;
        for copy in copied {
            // Where any literal would lie in the copy whole.
            let Some(inner) = copy.length.checked_sub(longest - 1).filter(|inner| *inner > 0) else {
                continue;
            };
            new.push(searched..copy.to);
            searched = copy.to + inner;
            let known = base.within(copy.from..copy.from + inner);
            if known.is_empty() {
                continue;
            }
            let (same_start, same_end) = same_ends(copy, base_length, bytes.len());
            literals.extend(known.iter().map(|place| {
                let at = place.at() - copy.from;
                let Shown { before, after } = place.shown;
                let same_before = same_start || at >= usize::from(before);
                let same_after = same_end || at + usize::from(after) <= copy.length;
                match same_before && same_after {
                    true => place.moved(at + copy.to),
                    false => self.literals.place(bytes, at + copy.to),
                }
            }));
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
        let base = Ordered::new(base, |run| run.start as usize, base_length, copied.len());
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
            // No run starts where it would not end in the copy.
            let ends = last.saturating_sub(runs::SHORTEST - 1);
            let known = base
                .within(first..ends)
                .iter()
                .take_while(|run| run.end as usize <= last);
            found.extend(known.map(|run| {
                let span = run.span();
                let same_before = same_start || span.start >= copy.from + usize::from(run.shown.before);
                let same_behind = same_end || span.end + usize::from(run.shown.after) <= copy.from + copy.length;
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
}

/// Finds the starts of things of at most `longest` bytes, knowing those of the base; `find` searches a range.
fn starts_after(
    length: usize,
    base_length: usize,
    base: &[usize],
    copied: &[Copied],
    longest: usize,
    find: impl Fn(Range<usize>, &mut Vec<usize>),
) -> Vec<usize> {
    let mut starts = Vec::new();
    let base = Ordered::new(base, |at| *at, base_length, copied.len());
    let mut searched = 0;
    for copy in copied {
        // Where any of them would lie in the copy whole.
        let Some(inner) = copy.length.checked_sub(longest - 1).filter(|inner| *inner > 0) else {
            continue;
        };
        find(searched..copy.to, &mut starts);
        let known = base.within(copy.from..copy.from + inner);
        starts.extend(known.iter().map(|at| at - copy.from + copy.to));
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

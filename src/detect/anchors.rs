//! Anchors: the places of a content where detectors read on. They can be carried over from one version to the next.
//!
//! An anchor is a place where a literal starts, or a run of token characters that by its look alone could hold
//! something. **Whether a
//! place is an anchor depends on the bytes of the literal or run and the byte to either side, and on nothing
//! else.** So what a version copied from its base has the base's anchors, and only what was inserted, with the
//! runs that it touches, is searched. What a detector makes of an anchor is read anew in each version, with
//! all of the content in hand: anchors are few, and the bytes around them may have changed.

use std::ops::Range;

use super::Detectors;
use super::escapes;
use super::looks::Looks;
use super::runs::{self, is_run};
use crate::git::Copied;

/// The anchors of one content, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Anchors {
    pub(super) literals: Vec<usize>,
    pub(super) runs: Vec<Run>,
    /// Where HTML entities start.
    pub(super) entities: Vec<usize>,
}

/// A run and what it could be. Objects are smaller than four gigabytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    start: u32,
    end: u32,
    pub looks: Looks,
}

impl Run {
    /// The run that stands here, with what it could be.
    pub fn at(bytes: &[u8], span: Range<usize>) -> Self {
        let looks = match runs::is_escaped(&bytes[span.clone()]) {
            false => Looks::of(bytes, &runs::Piece::plain(bytes, span.clone())),
            true => {
                let mut looks = Looks::ESCAPED;
                runs::for_each_piece(bytes, span.clone(), |piece| looks = looks.and(Looks::of(bytes, &piece)));
                if escapes::is_telling(&bytes[span.clone()]) {
                    looks = looks.and(Looks::DECODABLE);
                }
                looks
            }
        };
        Self {
            start: span.start as u32,
            end: span.end as u32,
            looks,
        }
    }

    pub fn span(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The same run where a copy has it.
    fn moved(self, copy: &Copied) -> Self {
        Self {
            start: (self.start as usize - copy.from + copy.to) as u32,
            end: (self.end as usize - copy.from + copy.to) as u32,
            looks: self.looks,
        }
    }
}

impl Anchors {
    pub fn is_empty(&self) -> bool {
        self.literals.is_empty() && self.runs.is_empty() && self.entities.is_empty()
    }
}

impl Detectors {
    /// Finds the anchors of a content by looking at all of it.
    pub fn anchors(&self, bytes: &[u8]) -> Anchors {
        let mut anchors = Anchors::default();
        self.literals.find(bytes, 0..bytes.len(), &mut anchors.literals);
        find_runs(bytes, 0..bytes.len(), &mut anchors.runs);
        escapes::find(bytes, 0..bytes.len(), &mut anchors.entities);
        anchors
    }

    /// Finds the same, knowing those of a base of `base_length` bytes and what was copied from it, in order.
    pub fn anchors_after(&self, bytes: &[u8], base: &Anchors, base_length: usize, copied: &[Copied]) -> Anchors {
        let literals = |range, found: &mut Vec<usize>| self.literals.find(bytes, range, found);
        let entities = |range, found: &mut Vec<usize>| escapes::find(bytes, range, found);
        let length = bytes.len();
        Anchors {
            literals: starts_after(length, &base.literals, copied, self.literals.longest().max(1), literals),
            runs: runs_after(bytes, &base.runs, base_length, copied),
            entities: starts_after(length, &base.entities, copied, escapes::LONGEST_START, entities),
        }
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

fn runs_after(bytes: &[u8], base: &[Run], base_length: usize, copied: &[Copied]) -> Vec<Run> {
    // Versions of a file have about as many.
    let mut found = Vec::with_capacity(base.len());
    let mut search = Search { bytes, searched: 0 };
    let mut before = Some(0);
    for copy in copied {
        let end = copy.to + copy.length;
        let same_start = copy.to == 0 && copy.from == 0;
        let same_end = end == bytes.len() && copy.from + copy.length == base_length;
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
        found.extend(known.map(|run| run.moved(copy)));
        before = (!same_end).then_some(end);
    }
    if let Some(before) = before {
        search.around(before..bytes.len(), &mut found);
    }
    found
}

/// Searches for runs, each byte once.
struct Search<'c> {
    bytes: &'c [u8],
    /// No run that starts before this is still to be found.
    searched: usize,
}

impl Search<'_> {
    /// Finds the runs in a stretch and those that touch it.
    fn around(&mut self, stretch: Range<usize>, found: &mut Vec<Run>) {
        let length = |run: &mut dyn Iterator<Item = &u8>| run.take_while(|byte| is_run(**byte)).count();
        let mut start = self.searched;
        if stretch.start > start {
            let back = length(&mut self.bytes[start..stretch.start].iter().rev());
            start = stretch.start - back;
        }
        if stretch.end < start {
            return;
        }
        let end = stretch.end + length(&mut self.bytes[stretch.end..].iter());
        find_runs(self.bytes, start..end, found);
        self.searched = end;
    }
}

/// Finds the runs in a range that no run crosses the ends of.
fn find_runs(bytes: &[u8], range: Range<usize>, found: &mut Vec<Run>) {
    let start = range.start;
    runs::for_each_run(&bytes[range], |run| {
        let run = Run::at(bytes, start + run.start..start + run.end);
        if run.looks.is_telling() {
            found.push(run);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RuleSet;

    struct Random(u64);

    impl Random {
        fn below(&mut self, limit: usize) -> usize {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            (self.0 >> 33) as usize % limit.max(1)
        }

        /// Text of runs of all lengths, literals and parts of literals.
        fn text(&mut self, words: usize) -> Vec<u8> {
            let mut text = Vec::new();
            for _ in 0..words {
                match self.below(8) {
                    0 => {
                        text.extend([&b"AKIA"[..], b"-----BEGIN ", b"eyJ", b"AKI", b"bedrock-api-key-"][self.below(5)])
                    }
                    1 => text.extend(
                        [
                            &b" "[..],
                            b"\n",
                            b"=\"",
                            b"\\/",
                            b"%2F",
                            b"&#65;",
                            b"&quot;",
                            b"\\u0041",
                        ][self.below(8)],
                    ),
                    _ => {
                        let length = self.below(30);
                        let alphabet = [&b"aB3/"[..], b"abcd", b"xY9+-_"][self.below(3)];
                        text.extend((0..length).map(|_| alphabet[self.below(alphabet.len())]));
                    }
                }
            }
            text
        }

        /// Copies of the base in any order, with something between some of them.
        fn edit(&mut self, base: &[u8]) -> (Vec<u8>, Vec<Copied>) {
            let (mut text, mut copied) = (Vec::new(), Vec::new());
            let mut next = 0;
            for _ in 0..self.below(6) {
                if self.below(2) == 0 {
                    text.extend(self.text(2));
                }
                let from = if self.below(3) == 0 {
                    self.below(base.len())
                } else {
                    next + self.below(4)
                };
                let rest = base.len().saturating_sub(from);
                let length = if self.below(3) == 0 { rest } else { self.below(rest + 1) };
                if length > 0 {
                    copied.push(Copied {
                        from,
                        to: text.len(),
                        length,
                    });
                    text.extend(&base[from..from + length]);
                }
                next = from + length;
            }
            if self.below(2) == 0 {
                text.extend(self.text(2));
            }
            (text, copied)
        }
    }

    #[test]
    fn carried_and_searched_are_what_a_whole_search_finds() {
        let rules = RuleSet::builtin().expect("the built-in rules are valid");
        let detectors = Detectors::new(&rules).expect("and their detectors exist");
        let mut random = Random(0x9E37_79B9_7F4A_7C15);
        for _ in 0..20_000 {
            let words = random.below(40);
            let mut base = random.text(words);
            let mut anchors = detectors.anchors(&base);
            for _ in 0..3 {
                let (text, copied) = random.edit(&base);
                let after = detectors.anchors_after(&text, &anchors, base.len(), &copied);
                let shown = String::from_utf8_lossy(&text);
                assert_eq!(
                    after,
                    detectors.anchors(&text),
                    "{shown} of {} by {copied:?}",
                    String::from_utf8_lossy(&base)
                );
                (base, anchors) = (text, after);
            }
        }
    }
}

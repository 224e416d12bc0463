//! Anchors: the places of a content where detectors read on. They can be carried over from one version to the next.
//!
//! An anchor is a place where a literal starts, or a run of token characters that by its look alone could hold
//! something. **Whether a
//! place is an anchor depends on the bytes of the literal or run and the byte to either side, and on nothing
//! else**; the verdict on a literal, on the window that its detector is shown. So what a version copied from its base has the base's anchors, and only what was inserted, with the
//! runs that it touches, is searched. What a detector makes of an anchor is read anew in each version, with
//! all of the content in hand: anchors are few, and the bytes around them may have changed.

use std::ops::Range;

use super::Detectors;
use super::literals::{AFTER, BEFORE, Place};
use super::looks::Looks;
use super::runs::{self, is_run};
use crate::git::Copied;

/// The anchors of one content, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Anchors {
    pub(super) literals: Vec<Place>,
    pub(super) runs: Vec<Run>,
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
    pub fn at(detectors: &Detectors, bytes: &[u8], span: Range<usize>) -> Self {
        let look = |piece: &runs::Piece<'_>| Looks::of(detectors, bytes, piece);
        let looks = match runs::is_escaped(&bytes[span.clone()]) {
            false => look(&runs::Piece::plain(bytes, span.clone())),
            true => {
                let mut looks = Looks::ESCAPED;
                runs::for_each_piece(bytes, span.clone(), |piece| looks = looks.and(look(&piece)));
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
    /// Whether there is nothing to read.
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty() && !self.literals.iter().any(|place| place.tells)
    }
}

impl Detectors {
    /// Finds the anchors of a content by looking at all of it.
    pub fn anchors(&self, bytes: &[u8]) -> Anchors {
        let mut anchors = Anchors::default();
        self.literals.find(bytes, 0..bytes.len(), &mut anchors.literals);
        self.find_runs(bytes, 0..bytes.len(), &mut anchors.runs);
        anchors
    }

    /// Finds the same, knowing those of a base of `base_length` bytes and what was copied from it, in order.
    pub fn anchors_after(&self, bytes: &[u8], base: &Anchors, base_length: usize, copied: &[Copied]) -> Anchors {
        Anchors {
            literals: self.literals_after(bytes, &base.literals, base_length, copied),
            runs: self.runs_after(bytes, &base.runs, base_length, copied),
        }
    }

    fn literals_after(&self, bytes: &[u8], base: &[Place], base_length: usize, copied: &[Copied]) -> Vec<Place> {
        let longest = self.literals.longest().max(1);
        let mut literals = Vec::with_capacity(base.len());
        let mut searched = 0;
        for copy in copied {
            // Where any literal would lie in the copy whole.
            let Some(inner) = copy.length.checked_sub(longest - 1).filter(|inner| *inner > 0) else {
                continue;
            };
            self.literals.find(bytes, searched..copy.to, &mut literals);
            let known = &base[base.partition_point(|place| place.at() < copy.from)..];
            let known = known.iter().take_while(|place| place.at() < copy.from + inner);
            let (same_start, same_end) = same_ends(copy, base_length, bytes.len());
            literals.extend(known.map(|place| {
                let at = place.at() - copy.from;
                let same_before = same_start || at >= BEFORE;
                let same_after = same_end || at + AFTER <= copy.length;
                match same_before && same_after {
                    true => Place::new(at + copy.to, place.tells),
                    false => self.literals.place(bytes, at + copy.to),
                }
            }));
            searched = copy.to + inner;
        }
        self.literals.find(bytes, searched..bytes.len(), &mut literals);
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
            found.extend(known.map(|run| run.moved(copy)));
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
        self.detectors.find_runs(self.bytes, start..end, found);
        self.searched = end;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::detect::Candidate;
    use crate::detect::literals::{Literals, Meaning, spellings};
    use crate::rules::{BUILTIN, Rule, RuleSet, parse};

    /// Rules whose literals and names stand in [`Random::text`].
    const RULES: &str = r#"
        provider = "p"
        [[rule]]
        id = "prefix"
        title = "t"
        kind = "token"
        severity = "low"
        description = "d"
        advice = "a"
        link = "l"
        literals = ["aB3_"]
        pattern = "aB3_[aB3/]{16}"
        matches = []
        rejects = []
        [[rule]]
        id = "named"
        title = "t"
        kind = "token"
        severity = "low"
        description = "d"
        advice = "a"
        link = "l"
        names = ["ab"]
        pattern = "[xY9+_-]{20,30}"
        matches = []
        rejects = []
    "#;

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
                        let literals = [
                            &b"AKIA"[..],
                            b"-----BEGIN ",
                            b"eyJ",
                            b"AKI",
                            b"bedrock-api-key-",
                            b"aB3_",
                        ];
                        text.extend(literals[self.below(literals.len())]);
                    }
                    1 => text.extend([&b" "[..], b"\n", b"=\"", b"\\/", b"%2F"][self.below(5)]),
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

    /// Finds something where the window, ends and all, has certain properties: any byte of it decides.
    fn read_beside(rule: &Arc<Rule>, bytes: &[u8], at: usize) -> Option<Candidate> {
        assert!(at <= BEFORE && bytes.len() <= at + AFTER);
        let sum = bytes
            .iter()
            .enumerate()
            .map(|(n, &byte)| (n + 1) * usize::from(byte))
            .sum::<usize>();
        (sum % 5 == 0).then(|| Candidate::new(rule, at..bytes.len(), &bytes[at..]))
    }

    #[test]
    fn carried_and_searched_are_what_a_whole_search_finds() {
        let files = BUILTIN.iter().copied().chain([("test", RULES)]);
        let rules = files.flat_map(|(name, text)| parse(name, text).expect("the rules are valid"));
        let rules = RuleSet::new(rules.collect()).expect("one of each id");
        let mut detectors = Detectors::new(&rules).expect("and their detectors exist");
        let rule = rules.get("prefix").expect("one of them");
        let words = ["pass=", "://", "---"].into_iter().flat_map(spellings);
        let beside = words.map(|word| Meaning::beside(&word, rule, read_beside));
        let plain = ["AKIA", "-----BEGIN ", "eyJ"].map(|literal| Meaning::new(literal, rule, |_, _, _| None));
        detectors.literals = Literals::new(beside.chain(plain).collect());
        let (mut telling, mut silent) = (0, 0);
        let mut random = Random(0x9E37_79B9_7F4A_7C15);
        for _ in 0..3_000 {
            let words = random.below(120);
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
                telling += after.literals.iter().filter(|place| place.tells).count();
                silent += after.literals.iter().filter(|place| !place.tells).count();
                (base, anchors) = (text, after);
            }
        }
        assert!(telling > 5_000 && silent > 5_000, "{telling} and {silent}");
    }
}

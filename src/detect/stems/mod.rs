//! Stems: the few short texts by which all literals are searched for.
//!
//! Vectors look for some dozens of short texts at the speed of memory. Most literals have a stem in common
//! (`"password"`, `DB_PASS=` and `;Password=` hold `pass`), so a stem is searched for, in any case, and only where it
//! stands are its literals compared. What a literal means is not known here.

mod choose;
mod filter;
mod frequent;
mod groups;
mod search;

use std::ops::Range;

use super::starts::Text;
use search::Search;

/// The search for all literals.
pub struct Stems {
    search: Search,
    /// By number of the stem.
    holders: Vec<Holders>,
}

/// The literals that hold a stem.
struct Holders {
    /// Those that start with it.
    from_start: Vec<Text>,
    /// The others, and where they hold it, in the order of the bytes that they have before it.
    further_on: Vec<(usize, Text)>,
    /// These bytes, and one bit for the lower six of each: few places have one of them.
    before: Vec<u8>,
    bits: u64,
}

impl Stems {
    /// The stems of literals, all bytes of which are compared. `None` if there are no literals.
    pub fn new<'l>(literals: impl Iterator<Item = &'l [u8]>) -> Option<Self> {
        let chosen = choose::choose(literals.collect());
        let (stems, literals): (Vec<_>, Vec<_>) = chosen.into_iter().unzip();
        (!stems.is_empty()).then(|| Self {
            search: Search::new(&stems),
            holders: literals.into_iter().map(Holders::new).collect(),
        })
    }

    /// Calls `visit` with each place in the ranges where a literal starts, some more than once, not in order, until it
    /// says that it is enough. Literals have at most `longest` bytes.
    pub fn for_each(
        &self,
        bytes: &[u8],
        ranges: &[Range<usize>],
        longest: usize,
        visit: &mut impl FnMut(usize) -> bool,
    ) {
        let mut batch = Batch::for_some_of(ranges.len());
        let enough = !ranges.iter().all(|range| {
            let stretch = range.start..(range.end + longest).min(bytes.len());
            if stretch.len() >= LONG || ranges.len() == 1 {
                let hit = |stem, at| self.literals_around(bytes, stem, range.start + at, range, visit);
                return self.search.for_each(&bytes[stretch], hit);
            }
            batch.add(bytes, stretch, range);
            batch.bytes.len() < FULL || self.search_all(bytes, &mut batch, visit)
        });
        if !enough {
            self.search_all(bytes, &mut batch, visit);
        }
    }

    /// Searches a batch, which is empty then.
    fn search_all(&self, bytes: &[u8], batch: &mut Batch<'_>, visit: &mut impl FnMut(usize) -> bool) -> bool {
        let go_on = self.search.for_each(&batch.bytes, |stem, at| {
            let (at, range) = batch.origin(at);
            self.literals_around(bytes, stem, at, range, visit)
        });
        batch.clear();
        go_on
    }

    /// Visits the literals around a stem.
    fn literals_around(
        &self,
        bytes: &[u8],
        stem: usize,
        at: usize,
        range: &Range<usize>,
        visit: &mut impl FnMut(usize) -> bool,
    ) -> bool {
        self.holders[stem].around(bytes, at, range, visit)
    }
}

impl Holders {
    fn new(literals: Vec<(usize, Text)>) -> Self {
        let (from_start, mut further_on): (Vec<_>, Vec<_>) = literals.into_iter().partition(|(offset, _)| *offset == 0);
        let byte_before = |(offset, literal): &(usize, Text)| literal.whole()[offset - 1];
        further_on.sort_by_key(byte_before);
        let before: Vec<u8> = further_on.iter().map(byte_before).collect();
        Self {
            from_start: from_start.into_iter().map(|(_, literal)| literal).collect(),
            bits: before.iter().fold(0, |bits, byte| bits | 1 << (byte & 63)),
            before,
            further_on,
        }
    }

    /// Visits the places in a range where a literal starts that holds the stem at this one.
    fn around(&self, bytes: &[u8], at: usize, range: &Range<usize>, visit: &mut impl FnMut(usize) -> bool) -> bool {
        let starts = |literal: &Text, start: usize| literal.starts(&bytes[start..], Text::head_of(&bytes[start..]));
        if range.contains(&at) && self.from_start.iter().any(|literal| starts(literal, at)) && !visit(at) {
            return false;
        }
        let Some(byte) = at
            .checked_sub(1)
            .map(|before| bytes[before])
            .filter(|byte| self.bits >> (byte & 63) & 1 == 1)
        else {
            return true;
        };
        let first = self.before.partition_point(|before| *before < byte);
        let count = self.before[first..]
            .iter()
            .take_while(|before| **before == byte)
            .count();
        self.further_on[first..first + count].iter().all(|(offset, literal)| {
            let start = at.checked_sub(*offset).filter(|start| range.contains(start));
            start.is_none_or(|start| !starts(literal, start) || visit(start))
        })
    }
}

/// Short stretches of a content side by side: a search takes so many bytes at a time.
struct Batch<'r> {
    bytes: Vec<u8>,
    /// Where each begins here, and in the content, and where its literals may start.
    stretches: Vec<(usize, usize, &'r Range<usize>)>,
}

/// A stretch of so many bytes is searched where it is.
const LONG: usize = 1024;
/// How long stretches are: what is inserted is short.
const USUAL: usize = 32;
/// A batch of so many bytes is full.
const FULL: usize = 4096;

impl<'r> Batch<'r> {
    /// Room for most of so many stretches, so that it need not grow; none for one that is not put here.
    fn for_some_of(stretches: usize) -> Self {
        let most = if stretches > 1 { stretches.min(FULL / USUAL) } else { 0 };
        Self {
            bytes: Vec::with_capacity(most * USUAL),
            stretches: Vec::with_capacity(most),
        }
    }

    /// A stem that seems to go from one stretch to the next leads nowhere: literals are compared in the content.
    fn add(&mut self, bytes: &[u8], stretch: Range<usize>, range: &'r Range<usize>) {
        self.stretches.push((self.bytes.len(), stretch.start, range));
        self.bytes.extend_from_slice(&bytes[stretch]);
    }

    /// Where the byte stands in the content, and where literals around it may start.
    fn origin(&self, at: usize) -> (usize, &'r Range<usize>) {
        let stretch = self.stretches.partition_point(|(here, ..)| *here <= at) - 1;
        let (here, there, range) = self.stretches[stretch];
        (there + at - here, range)
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.stretches.clear();
    }
}

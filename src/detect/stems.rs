//! Stems: the few short texts by which all literals are searched for.
//!
//! Vectors look for a handful of short texts at the speed of memory, and for a hundred at a fifth of it. Most literals
//! have a stem in common (`"password"`, `DB_PASS=` and `;Password=` hold `pass`), so a stem is searched for, in any
//! case, and only where it stands are its literals compared. Which stems are taken is reckoned from the literals
//! alone; what a literal means is not known here.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::ops::Range;

use aho_corasick::{AhoCorasick, Input, Match, MatchKind, Span, packed};

use super::starts::Text;

/// The search for all literals.
pub struct Stems {
    search: Search,
    /// By number of the stem: each literal that holds it, and where.
    literals: Vec<Vec<(usize, Text)>>,
}

/// Vectorised where the machine can, an automaton elsewhere.
enum Search {
    Packed {
        /// For long stretches, and for short ones.
        long: Parts,
        short: Parts,
    },
    Automaton(AhoCorasick),
}

/// Searchers, each of which finds some of the stems, from the number given on.
type Parts = Vec<(usize, packed::Searcher)>;

/// Vectors compare the first four bytes, or as many as the shortest stem has: shorter ones are searched apart.
const LENGTH: usize = 4;
/// Sixteen stems at once cost hardly more than one; from some twenty on, ever more places have to be looked at. In a
/// short stretch it is the start of a search that costs, and 64 are as many as vectors take.
const AT_ONCE: usize = 16;
const AT_ONCE_IN_SHORT: usize = 64;
const SHORT: usize = 64;
/// The vectorised search takes at least so many bytes at a time.
const VECTORS: usize = 48;

impl Stems {
    /// The stems of literals, all bytes of which are compared. `None` if there are no literals.
    pub fn new<'l>(literals: impl Iterator<Item = &'l [u8]>) -> Option<Self> {
        let chosen = choose(literals.collect());
        let (stems, literals): (Vec<_>, Vec<_>) = chosen.into_iter().unzip();
        (!stems.is_empty()).then(|| Self {
            search: Search::new(&stems),
            literals,
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
        let stretches = ranges
            .iter()
            .map(|range| (range, (range.end + longest).min(bytes.len())));
        let length: usize = stretches.clone().map(|(range, end)| end + 1 - range.start).sum();
        // What is to be folded has to be cleared first.
        match length {
            ..=SHORT => self.search_in::<SHORT>(bytes, stretches, visit),
            65..=128 => self.search_in::<128>(bytes, stretches, visit),
            129..=512 => self.search_in::<512>(bytes, stretches, visit),
            _ => self.search_in::<8192>(bytes, stretches, visit),
        };
    }

    /// Searches stretches, each of which begins with its range.
    fn search_in<'r, const SIZE: usize>(
        &self,
        bytes: &[u8],
        mut stretches: impl Iterator<Item = (&'r Range<usize>, usize)>,
        visit: &mut impl FnMut(usize) -> bool,
    ) -> bool {
        let mut batch = Batch::<SIZE>::new();
        let enough = !stretches.all(|(range, end)| {
            let mut start = range.start;
            while let Some(rest) = batch.add(bytes, start..end, range) {
                start = rest;
                if !self.search(bytes, &batch, visit) {
                    return false;
                }
                batch.clear();
            }
            true
        });
        !enough && self.search(bytes, &batch, visit)
    }

    fn search<const SIZE: usize>(
        &self,
        bytes: &[u8],
        batch: &Batch<SIZE>,
        visit: &mut impl FnMut(usize) -> bool,
    ) -> bool {
        self.search.for_each(batch.folded(), |stem, at| {
            let (at, range) = batch.origin(at);
            self.literals_around(bytes, stem, at, range, visit)
        })
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
        let (mut last, mut head, mut visited) = (usize::MAX, 0, false);
        self.literals[stem].iter().all(|(offset, literal)| {
            let Some(start) = at.checked_sub(*offset).filter(|start| range.contains(start)) else {
                return true;
            };
            if start != last {
                (last, head, visited) = (start, Text::head_of(&bytes[start..]), false);
            }
            if visited || !literal.starts(&bytes[start..], head) {
                return true;
            }
            visited = true;
            visit(start)
        })
    }
}

/// Stretches of a content, folded and side by side: to start a search costs more than to go through a short stretch.
struct Batch<'r, const SIZE: usize> {
    folded: [u8; SIZE],
    length: usize,
    /// Where each begins here, and in the content, and where its literals may start.
    stretches: Vec<(usize, usize, &'r Range<usize>)>,
}

impl<'r, const SIZE: usize> Batch<'r, SIZE> {
    fn new() -> Self {
        Self {
            folded: [0; SIZE],
            length: 0,
            stretches: Vec::new(),
        }
    }

    /// Adds a stretch, as much as there is room for; where the rest begins, if any. A stem that would be cut is found in
    /// the rest.
    fn add(&mut self, bytes: &[u8], stretch: Range<usize>, range: &'r Range<usize>) -> Option<usize> {
        let room = SIZE - self.length;
        let length = stretch.len().min(room);
        let Range { start, end } = stretch;
        self.stretches.push((self.length, start, range));
        fold(&bytes[start..start + length], &mut self.folded[self.length..]);
        self.length += length;
        if start + length < end {
            return Some(start + length.saturating_sub(LENGTH - 1));
        }
        // No stem goes from one stretch to the next.
        if let Some(between) = self.folded.get_mut(self.length) {
            *between = 0;
            self.length += 1;
        }
        None
    }

    /// What was left behind by an earlier filling is searched again, and leads nowhere.
    fn folded(&self) -> &[u8] {
        &self.folded[..self.length.max(VECTORS)]
    }

    /// Where the byte stands in the content, and where literals around it may start.
    fn origin(&self, at: usize) -> (usize, &'r Range<usize>) {
        let stretch = self.stretches.partition_point(|(here, ..)| *here <= at) - 1;
        let (here, there, range) = self.stretches[stretch];
        (there + at - here, range)
    }

    fn clear(&mut self) {
        self.length = 0;
        self.stretches.clear();
    }
}

impl Search {
    fn new(stems: &[Vec<u8>]) -> Self {
        match (parts(stems, AT_ONCE), parts(stems, AT_ONCE_IN_SHORT)) {
            (Some(long), Some(short)) => Self::Packed { long, short },
            _ => {
                let automaton = AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(stems);
                Self::Automaton(automaton.expect("a few hundred stems fit an automaton"))
            }
        }
    }

    /// Calls `hit` with each place of folded bytes where a stem stands, and its number, until it says no.
    fn for_each(&self, folded: &[u8], mut hit: impl FnMut(usize, usize) -> bool) -> bool {
        match self {
            Self::Packed { long, short } => {
                let mut parts = if folded.len() > SHORT { long } else { short }.iter();
                parts.all(|(first, searcher)| {
                    let next = |at| searcher.find_in(folded, Span::from(at..folded.len()));
                    each(next, |stem, at| hit(first + stem, at))
                })
            }
            Self::Automaton(automaton) => each(|at| automaton.find(Input::new(folded).range(at..)), hit),
        }
    }
}

/// So many stems at a time; `None` where vectors cannot.
fn parts(stems: &[Vec<u8>], at_once: usize) -> Option<Parts> {
    let short = stems.partition_point(|stem| stem.len() >= LENGTH);
    let parts = [(0, &stems[..short]), (short, &stems[short..])];
    let parts = parts.into_iter().flat_map(|(first, stems)| {
        let parts = stems.chunks(at_once).enumerate();
        parts.map(move |(number, part)| Some((first + number * at_once, packed::Searcher::new(part)?)))
    });
    parts.collect()
}

/// Calls `hit` with the number and place of what is found next, again and again, until it says no.
fn each(next: impl Fn(usize) -> Option<Match>, mut hit: impl FnMut(usize, usize) -> bool) -> bool {
    let mut at = 0;
    while let Some(found) = next(at) {
        if !hit(found.pattern().as_usize(), found.start()) {
            return false;
        }
        at = found.start() + 1;
    }
    true
}

/// Letters in one case, and other bytes as some byte: where two are the same, they are the same when folded.
fn fold(bytes: &[u8], folded: &mut [u8]) {
    for (folded, byte) in folded.iter_mut().zip(bytes) {
        *folded = byte | 0x20;
    }
}

/// A stem and the literals that are found by it, each with where it holds the stem.
type Chosen = (Vec<u8>, Vec<(usize, Text)>);

/// Takes short literals, which have no other stem; then, again and again, the stem that brings in the most for its
/// cost. Stems of four bytes come first.
fn choose(mut literals: Vec<&[u8]>) -> Vec<Chosen> {
    literals.sort_unstable();
    // Where the longer one of two starts, the shorter one is found.
    literals.dedup_by(|longer, shorter| longer.starts_with(shorter));
    let folded: Vec<Vec<u8>> = literals.iter().map(|literal| folded(literal)).collect();
    let mut holders: BTreeMap<&[u8], Vec<usize>> = BTreeMap::new();
    let lengths: BTreeSet<usize> = folded.iter().map(|literal| literal.len().min(LENGTH)).collect();
    for (index, literal) in folded.iter().enumerate() {
        for part in lengths.iter().flat_map(|length| literal.windows(*length)) {
            let of_part = holders.entry(part).or_default();
            of_part.extend((of_part.last() != Some(&index)).then_some(index));
        }
    }
    let mut left = vec![true; literals.len()];
    let mut chosen = Vec::new();
    let mut take = |stem: &[u8], left: &mut [bool]| {
        let taken = holders[stem].iter().filter(|index| std::mem::take(&mut left[**index]));
        let place = |index: &usize| folded[*index].windows(stem.len()).position(|part| part == stem);
        let taken = taken.filter_map(|index| Some((place(index)?, Text::new(literals[*index].into()))));
        let mut taken: Vec<(usize, Text)> = taken.collect();
        // Those that start at the same place follow each other.
        taken.sort_by_key(|(offset, _)| *offset);
        chosen.extend((!taken.is_empty()).then(|| (stem.to_vec(), taken)));
    };
    for short in folded.iter().filter(|literal| literal.len() < LENGTH) {
        take(short, &mut left);
    }
    let worth = |stem: &[u8], left: &[bool]| {
        let count = holders[stem].iter().filter(|index| left[**index]).count();
        (count as f64 / cost(stem) * 1e6) as u64
    };
    let long = holders.keys().filter(|stem| stem.len() == LENGTH);
    let mut heap: BinaryHeap<(u64, Reverse<&[u8]>)> = long.map(|stem| (worth(stem, &left), Reverse(*stem))).collect();
    while let Some((then, Reverse(stem))) = heap.pop() {
        // Others have taken some of its literals since: it may be worth less than the next one.
        match worth(stem, &left) {
            0 => {}
            now if now < then => heap.push((now, Reverse(stem))),
            _ => take(stem, &mut left),
        }
    }
    chosen.sort_by_key(|(stem, _)| usize::MAX - stem.len());
    chosen
}

fn folded(literal: &[u8]) -> Vec<u8> {
    let mut all = vec![0; literal.len()];
    fold(literal, &mut all);
    all
}

/// What it costs to look for a stem in a megabyte, in microseconds: a share of a search, and a look at each place.
fn cost(stem: &[u8]) -> f64 {
    const SHARE: f64 = 2.5;
    const LOOK: f64 = 0.05;
    let places = match COMMON.contains(&stem) {
        true => 400.0,
        false => stem.iter().map(|&byte| share(byte)).product::<f64>() * 1e6,
    };
    SHARE + LOOK * places
}

/// Parts of words that stand in source code and in recorded answers far more often than their letters tell, 100 to 600
/// times a megabyte.
const COMMON: [&[u8]; 7] = [b"user", b"role", b"ourc", b"link", b"defi", b"flow", b"e us"];

/// How often a folded byte stands in source code, roughly.
fn share(byte: u8) -> f64 {
    match byte {
        b' ' => 0.2,
        b'e' | b't' => 0.08,
        b'a' | b'i' | b'n' | b'o' | b'r' | b's' => 0.055,
        b'c' | b'd' | b'l' | b'u' | b'p' | b'm' => 0.03,
        b'_' | 0x7f | b'.' | b',' | b'"' | b'\'' | b'(' | b'-' | b'/' | b':' | b'=' | b'*' | b'0' => 0.02,
        b'j' | b'k' | b'q' | b'w' | b'x' | b'z' | b'@' | b'~' => 0.005,
        _ => 0.015,
    }
}

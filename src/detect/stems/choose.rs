//! Which stems are searched for, so that each literal has one: reckoned from the literals alone.
//!
//! Must stay in step with what a search costs: [`cost`] says what it was measured to be.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use super::super::starts::Text;
use super::search::{LONGEST as LENGTH, fold};

/// A stem and the literals that are found by it, each with where it holds the stem.
pub type Chosen = (Vec<u8>, Vec<(usize, Text)>);

/// Takes short literals, which have no other stem; then, again and again, the stem that brings in the most for its
/// cost. Stems of four bytes come first.
pub fn choose(mut literals: Vec<&[u8]>) -> Vec<Chosen> {
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
    literal.iter().map(|&byte| fold(byte)).collect()
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
const COMMON: [&[u8]; 13] = [
    b"user", b"role", b"ourc", b"link", b"defi", b"flow", b"e us", b"conf", b"crea", b"cryp", b"auth", b"efin", b"ncry",
];

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

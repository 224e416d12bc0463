//! Which stems are searched for, so that each literal has one: reckoned from the literals alone.
//!
//! Must stay in step with what a search costs: [`cost`] says what it was measured to be.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::super::starts::Text;
use super::frequent::is_frequent;
use super::search::{LONGEST as LENGTH, fold};

/// A stem and the literals that are found by it, each with where it holds the stem.
pub type Chosen = (Vec<u8>, Vec<(usize, Text)>);

/// Takes short literals, which have no other stem; then, again and again, the stem that brings in the most for its
/// cost. Stems of four bytes come first. Every start of the program waits for this.
pub fn choose(mut literals: Vec<&[u8]>) -> Vec<Chosen> {
    literals.sort_unstable();
    // Where the longer one of two starts, the shorter one is found.
    literals.dedup_by(|longer, shorter| longer.starts_with(shorter));
    let folded: Vec<Vec<u8>> = literals.iter().map(|literal| folded(literal)).collect();
    let mut parts: Vec<Part> = (0..folded.len())
        .flat_map(|index| folded[index].windows(LENGTH).map(move |text| Part::new(text, index)))
        .collect();
    parts.sort_unstable();
    parts.dedup();
    // Each part with the literals that hold it, and what it costs.
    let shares: [f64; 1 << 8] = std::array::from_fn(|byte| share(byte as u8));
    let holders = parts.chunk_by(|one, other| one.text() == other.text());
    let holders: Vec<(&[Part], f64)> = holders
        .map(|holder| (holder, cost(holder[0].text(), &shares)))
        .collect();
    let mut left = vec![true; literals.len()];
    let mut chosen = Vec::new();
    let take = |stem: &[u8], index: usize, left: &mut [bool]| {
        let mut parts = folded[index].windows(stem.len());
        let place = left[index].then(|| parts.position(|part| part == stem))??;
        left[index] = false;
        Some((place, Text::new(literals[index].into())))
    };
    let mut choose = |stem: &[u8], mut taken: Vec<(usize, Text)>| {
        // Those that start at the same place follow each other.
        taken.sort_by_key(|(offset, _)| *offset);
        chosen.extend((!taken.is_empty()).then(|| (stem.to_vec(), taken)));
    };
    for short in folded.iter().filter(|literal| literal.len() < LENGTH) {
        let taken = (0..folded.len()).filter_map(|index| take(short, index, &mut left));
        choose(short, taken.collect());
    }
    let worth = |holder: usize, left: &[bool]| {
        let (holder, cost) = holders[holder];
        let count = holder.iter().filter(|part| left[part.index()]).count();
        (count as f64 / cost * 1e6) as u64
    };
    let all = (0..holders.len()).map(|holder| (worth(holder, &left), Reverse(holder)));
    let mut heap: BinaryHeap<(u64, Reverse<usize>)> = all.collect();
    while let Some((then, Reverse(holder))) = heap.pop() {
        // Others have taken some of its literals since: it may be worth less than the next one.
        match worth(holder, &left) {
            0 => {}
            now if now < then => heap.push((now, Reverse(holder))),
            _ => {
                let (holder, _) = holders[holder];
                let stem = holder[0].text();
                let taken = holder.iter().filter_map(|part| take(&stem, part.index(), &mut left));
                choose(&stem, taken.collect());
            }
        }
    }
    chosen.sort_by_key(|(stem, _)| usize::MAX - stem.len());
    chosen
}

/// Four bytes of a literal and its number, in one number that orders them so.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Part(u64);

impl Part {
    fn new(text: &[u8], index: usize) -> Self {
        let text = text.try_into().expect("parts have this length");
        Self(u64::from(u32::from_be_bytes(text)) << 32 | index as u64)
    }

    fn text(self) -> [u8; LENGTH] {
        ((self.0 >> 32) as u32).to_be_bytes()
    }

    fn index(self) -> usize {
        self.0 as u32 as usize
    }
}

fn folded(literal: &[u8]) -> Vec<u8> {
    literal.iter().map(|&byte| fold(byte)).collect()
}

/// What it costs to look for a stem in a megabyte, in microseconds: a share of a search, and a look at each place.
fn cost(stem: [u8; LENGTH], shares: &[f64; 1 << 8]) -> f64 {
    const SHARE: f64 = 2.5;
    const LOOK: f64 = 0.05;
    let places = match is_frequent(&stem) {
        true => 250.0,
        false => stem.map(|byte| shares[usize::from(byte)]).iter().product::<f64>() * 1e6,
    };
    SHARE + LOOK * places
}

/// How often a folded byte stands in source code, roughly.
pub fn share(byte: u8) -> f64 {
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

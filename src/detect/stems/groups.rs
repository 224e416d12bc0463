//! Which stems share a bit of the tables by which places are ruled out.
//!
//! A group lets every mixture of its stems' bytes through, as far as the tables tell bytes apart. Stems are put together
//! whose mixtures are rare in source code, so that sixteen groups let through what two dozen would of stems in their order.

use super::choose::share;
use super::search::LONGEST;

/// Eight groups of stems: one bit for each in the entries of the bytes that it has.
pub type Tables = [[u8; 16]; LONGEST + 2];

/// So many stems in a group, on average: more let too many places through, and to look at those costs more than a table.
const IN_GROUP: usize = 5;

/// The entries that a group has, one bit for each entry of each table.
type Entries = [u16; LONGEST + 2];

/// The entry of a byte in the table of its place.
fn lower(byte: u8) -> usize {
    usize::from(byte & 15)
}

/// What of a byte tells the entry of its pair.
fn upper(byte: u8) -> usize {
    usize::from(byte >> 4 & 5)
}

/// Puts stems of one to four bytes, folded, into groups: those first that most places fit, each where it adds the least.
pub fn group(stems: &[Vec<u8>]) -> Vec<Tables> {
    let shares = Shares::new();
    let mut stems: Vec<(f32, Entries)> = stems
        .iter()
        .map(|stem| entries(stem))
        .map(|e| (shares.of(&e), e))
        .collect();
    stems.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    let mut tables = vec![Tables::default(); stems.len().div_ceil(8 * IN_GROUP)];
    let mut groups = vec![(0.0, Entries::default()); 8 * tables.len()];
    for (_, stem) in stems {
        let with_stem = groups.iter().map(|(share, group)| {
            let both = std::array::from_fn(|table| group[table] | stem[table]);
            let more = shares.of(&both);
            (more - share, more, both)
        });
        let least = with_stem
            .enumerate()
            .min_by(|(_, one), (_, other)| one.0.total_cmp(&other.0));
        if let Some((group, (_, share, both))) = least {
            groups[group] = (share, both);
        }
    }
    for (number, (_, group)) in groups.iter().enumerate() {
        for (table, entries) in tables[number / 8].iter_mut().zip(group) {
            for (entry, bits) in table.iter_mut().enumerate() {
                *bits |= ((entries >> entry & 1) as u8) << (number % 8);
            }
        }
    }
    tables
}

/// The entries of a stem. Where it has no byte, any may stand.
fn entries(stem: &[u8]) -> Entries {
    let bytes = |place: usize| match stem.get(place) {
        Some(&byte) => byte..=byte,
        None => 0..=u8::MAX,
    };
    let mut entries = Entries::default();
    for (place, entries) in entries.iter_mut().enumerate().take(LONGEST) {
        bytes(place).for_each(|byte| *entries |= 1 << lower(byte));
    }
    for pair in 0..2 {
        let seconds = bytes(2 * pair + 1).fold(0_u16, |uppers, byte| uppers | 1 << upper(byte));
        let firsts = bytes(2 * pair).fold(0_u16, |uppers, byte| uppers | 1 << upper(byte));
        for first in UPPERS.into_iter().filter(|first| firsts >> first & 1 == 1) {
            for second in UPPERS.into_iter().filter(|second| seconds >> second & 1 == 1) {
                entries[LONGEST + pair] |= 1 << (first | second << 1);
            }
        }
    }
    entries
}

/// What [`upper`] gives.
const UPPERS: [usize; 4] = [0, 1, 4, 5];

/// How often bytes of each entry stand in source code, roughly: of each upper half those that have one of some lower
/// halves, for any of the first eight, and for any of the others. Every start of the program waits for what is asked here.
struct Shares([[[f32; UPPERS.len()]; 1 << 8]; 2]);

impl Shares {
    fn new() -> Self {
        let mut one = [[0.0; UPPERS.len()]; 16];
        for byte in (0x20..0x80).filter(|byte| byte & 0x20 != 0) {
            let class = UPPERS.iter().position(|class| *class == upper(byte));
            one[lower(byte)][class.expect("one of them")] += share(byte) as f32;
        }
        let mut some = [[[0.0; UPPERS.len()]; 1 << 8]; 2];
        for (half, one) in some.iter_mut().zip(one.chunks(8)) {
            for lowers in 1..1 << 8_usize {
                // Those without the lowest are known by now.
                half[lowers] = sum(half[lowers & (lowers - 1)], one[lowers.trailing_zeros() as usize]);
            }
        }
        Self(some)
    }

    /// How often four bytes stand that have these entries.
    fn of(&self, entries: &Entries) -> f32 {
        let pair = |pair: usize| -> f32 {
            let [firsts, seconds] = [0, 1].map(|place| self.at(entries[2 * pair + place]));
            let fits = |a: usize, b: usize| entries[LONGEST + pair] >> (UPPERS[a] | UPPERS[b] << 1) & 1;
            let beside = |b: usize| (0..UPPERS.len()).map(move |a| firsts[a] * f32::from(fits(a, b)));
            (0..UPPERS.len()).map(|b| seconds[b] * beside(b).sum::<f32>()).sum()
        };
        pair(0) * pair(1)
    }

    /// How often a byte of each upper half stands that has one of these lower halves.
    fn at(&self, lowers: u16) -> [f32; UPPERS.len()] {
        let [first, last] = lowers.to_le_bytes().map(usize::from);
        sum(self.0[0][first], self.0[1][last])
    }
}

fn sum(one: [f32; UPPERS.len()], other: [f32; UPPERS.len()]) -> [f32; UPPERS.len()] {
    std::array::from_fn(|upper| one[upper] + other[upper])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stem_is_in_a_group() {
        let stems: Vec<Vec<u8>> = ["pass", "key", "://", "&#", "a", "$2b$", "oken"]
            .map(|stem| stem.into())
            .into();
        let tables = group(&stems);
        for stem in &stems {
            let whole: [u8; LONGEST] = std::array::from_fn(|place| *stem.get(place).unwrap_or(&b' '));
            let [first, second, third, fourth] = whole.map(upper);
            let pairs = [first | second << 1, third | fourth << 1];
            let indices: Vec<usize> = whole.map(lower).into_iter().chain(pairs).collect();
            let fits = tables.iter().any(|tables| {
                let entries = tables.iter().zip(&indices).map(|(table, index)| table[*index]);
                entries.fold(u8::MAX, |both, entry| both & entry) != 0
            });
            assert!(fits, "{stem:?}");
        }
    }

    #[test]
    fn what_is_frequent_together_is_kept_apart() {
        // `kty` and `pwd` together would let `kwd`, `pty` and `ktd` through; there is room enough for each of them.
        let stems: Vec<Vec<u8>> = ["kty", "pwd", "key"].map(|stem| stem.into()).into();
        let tables = group(&stems);
        assert_eq!(tables.len(), 1);
        let bits = |byte: u8| tables[0][0][lower(byte)];
        assert_eq!(bits(b'k') & bits(b'p'), 0);
    }
}

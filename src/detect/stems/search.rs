//! Which stem stands where: vectors rule out nearly every place ([`filter`]), and a table tells which stem it is.
//!
//! A stem is told by up to four bytes, folded. At most places that are left, its first bytes are none that any stem has.
//! What a stem leads to is not known here.

use std::collections::BTreeSet;

use fearless_simd::{Level, dispatch};

use super::filter::{BLOCK, FEW, filter};
use super::groups::{Tables, group};

/// So many bytes of a literal are enough to look for.
pub const LONGEST: usize = 4;

/// The search for stems.
pub struct Search {
    level: Level,
    groups: Vec<Tables>,
    /// One for each length that a stem has: what is left of four bytes.
    masks: Vec<u32>,
    /// The same of the first [`HEAD`] bytes, of which most stems have as many.
    heads: Vec<u32>,
    /// One bit for each hash of a stem's head: few places have one that no stem has.
    hashes: Box<[u64; 1 << 9]>,
    /// Stems with their numbers, at the place of their hash or behind it.
    slots: Vec<Option<(u32, u32)>>,
}

/// So many bytes of a stem are asked for at first, at once for stems of any more.
const HEAD: usize = 3;

/// So many bytes at a time, and fewer where there are no more than that.
const AT_ONCE: usize = 32 * BLOCK;
const SHORT: usize = 4 * BLOCK;

impl Search {
    /// Stems of one to four bytes, folded.
    pub fn new(stems: &[Vec<u8>]) -> Self {
        let masks = |longest: usize| {
            let masks: BTreeSet<u32> = stems.iter().map(|stem| mask(stem.len().min(longest))).collect();
            masks.into_iter().collect()
        };
        let mut hashes = Box::new([0; 1 << 9]);
        let mut slots = vec![None; (4 * stems.len()).next_power_of_two().max(256)];
        for (number, stem) in stems.iter().enumerate() {
            let key = four(stem, 0) & mask(stem.len());
            let (word, bit) = place(key & mask(HEAD));
            hashes[word] |= bit;
            let mut slot = hash(key) & (slots.len() - 1);
            while slots[slot].is_some() {
                slot = (slot + 1) & (slots.len() - 1);
            }
            slots[slot] = Some((key, number as u32));
        }
        Self {
            level: Level::new(),
            groups: group(stems),
            masks: masks(LONGEST),
            heads: masks(HEAD),
            hashes,
            slots,
        }
    }

    /// Calls `hit` with each stem's number and place, in the order of places, until it says no. Behind the end blanks
    /// are taken to stand.
    pub fn for_each(&self, bytes: &[u8], mut hit: impl FnMut(usize, usize) -> bool) -> bool {
        // Room for places has to be cleared, which is work where there is little to search.
        match bytes.len() {
            ..=SHORT => self.search::<{ SHORT + FEW }>(bytes, &mut hit),
            _ => self.search::<{ AT_ONCE + FEW }>(bytes, &mut hit),
        }
    }

    /// The same with room for so many places.
    fn search<const ROOM: usize>(&self, bytes: &[u8], hit: &mut impl FnMut(usize, usize) -> bool) -> bool {
        let mut places = [0; ROOM];
        let whole = bytes.len().saturating_sub(LONGEST - 1) / BLOCK * BLOCK;
        for start in (0..whole).step_by(ROOM - FEW) {
            let blocks = (ROOM - FEW).min(whole - start) / BLOCK;
            if !self.tell(bytes, start, self.filter(&bytes[start..], blocks, &mut places), hit) {
                return false;
            }
        }
        let rest = bytes.len() - whole;
        let mut last = [0; 3 * BLOCK];
        last[..rest].copy_from_slice(&bytes[whole..]);
        let places = self.filter(&last, rest.div_ceil(BLOCK), &mut places);
        let within = places.partition_point(|place| usize::from(*place) < rest);
        self.tell(bytes, whole, &mut places[..within], hit)
    }

    /// The places in so many blocks that are worth a look.
    fn filter<'p>(&self, bytes: &[u8], blocks: usize, places: &'p mut [u16]) -> &'p mut [u16] {
        let groups = &self.groups;
        let count = dispatch!(self.level, simd => filter(simd, groups, bytes, blocks, places));
        &mut places[..count]
    }

    /// Calls `hit` with the stems that stand at some of these places, counted from `start`.
    fn tell(&self, bytes: &[u8], start: usize, places: &mut [u16], hit: &mut impl FnMut(usize, usize) -> bool) -> bool {
        // Most hold none: they go before anything depends on it.
        let mut likely = 0;
        for n in 0..places.len() {
            let place = places[n];
            places[likely] = place;
            likely += usize::from(self.may_stand(four(bytes, start + usize::from(place))));
        }
        places[..likely].iter().all(|&place| {
            let at = start + usize::from(place);
            let four = four(bytes, at);
            self.masks.iter().all(|mask| match self.stem(four & mask) {
                Some(stem) => hit(stem, at),
                None => true,
            })
        })
    }

    /// Whether one of these four bytes' beginnings could be a stem.
    fn may_stand(&self, four: u32) -> bool {
        let set = self.heads.iter().map(|mask| {
            let (word, bit) = place(four & mask);
            self.hashes[word] & bit
        });
        set.fold(0, |some, set| some | set) != 0
    }

    fn stem(&self, key: u32) -> Option<usize> {
        let mut slot = hash(key) & (self.slots.len() - 1);
        while let Some((here, number)) = self.slots[slot] {
            if here == key {
                return Some(number as usize);
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
        None
    }
}

/// Letters in one case, and other bytes as some byte: where two are the same, they are the same when folded.
pub fn fold(byte: u8) -> u8 {
    byte | 0x20
}

/// The four bytes from a place on, folded.
fn four(bytes: &[u8], at: usize) -> u32 {
    let four = bytes[at..].first_chunk().copied().unwrap_or_else(|| {
        let mut four = [0; LONGEST];
        four[..bytes.len() - at].copy_from_slice(&bytes[at..]);
        four
    });
    u32::from_le_bytes(four.map(fold))
}

/// Leaves so many bytes.
fn mask(length: usize) -> u32 {
    u32::MAX >> (8 * (LONGEST - length))
}

fn hash(key: u32) -> usize {
    (u64::from(key).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as usize
}

/// Where the bit of a hash stands, another than that of the slots.
fn place(key: u32) -> (usize, u64) {
    let hash = key.wrapping_mul(0x9E37_79B1) >> 17;
    ((hash >> 6) as usize, 1 << (hash & 63))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is found, by comparing each stem with each place.
    fn plainly(stems: &[Vec<u8>], text: &[u8]) -> Vec<(usize, usize)> {
        let text: Vec<u8> = text.iter().map(|&byte| fold(byte)).collect();
        let mut found = Vec::new();
        for at in 0..text.len() {
            let here = stems
                .iter()
                .enumerate()
                .filter(|(_, stem)| text[at..].starts_with(stem));
            found.extend(here.map(|(number, _)| (at, number)));
        }
        found
    }

    /// All that this machine can, from the least on.
    fn levels() -> Vec<Level> {
        let mut levels = vec![Level::baseline(), Level::new()];
        #[cfg(target_arch = "x86_64")]
        {
            levels.extend(Level::new().as_sse4_2().map(Level::Sse4_2));
            levels.extend(Level::new().as_avx2().map(Level::Avx2));
        }
        levels
    }

    #[test]
    fn what_vectors_find_is_what_comparing_finds() {
        let mut state = 11_u32;
        let mut draw = move |most: usize| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as usize % most
        };
        let letters = b"abkyKY:_ \xc3";
        for round in 0..120 {
            // One table to six of them, four among them, which have a way of their own.
            let count = draw(230);
            let mut stems: Vec<Vec<u8>> = Vec::new();
            for _ in 0..count {
                let length = 1 + draw(4);
                stems.push((0..length).map(|_| fold(letters[draw(letters.len())])).collect());
            }
            stems.sort();
            stems.dedup();
            let level = levels()[round % levels().len()];
            let search = Search {
                level,
                ..Search::new(&stems)
            };
            // Around the ends of blocks, and of as many as are filtered at a time.
            let length = if round % 39 == 0 { 2040 + draw(80) } else { draw(300) };
            let text: Vec<u8> = (0..length).map(|_| letters[draw(letters.len())]).collect();
            let mut found = Vec::new();
            search.for_each(&text, |stem, at| {
                found.push((at, stem));
                true
            });
            // Behind the end blanks are taken to stand.
            found.retain(|(at, stem)| at + stems[*stem].len() <= text.len());
            found.sort_unstable();
            assert_eq!(found, plainly(&stems, &text), "{round} {level:?}");
        }
    }

    #[test]
    fn a_search_ends_when_it_is_told() {
        let search = Search::new(&[b"ab".to_vec()]);
        let mut places = Vec::new();
        let text = b"ab".repeat(3000);
        assert!(!search.for_each(&text, |_, at| {
            places.push(at);
            places.len() < 3
        }));
        assert_eq!(places, [0, 2, 4]);
    }
}

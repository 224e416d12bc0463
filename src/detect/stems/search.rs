//! Which stem stands where: vectors rule out nearly every place, and a table tells which stem it is.
//!
//! A stem is told by up to four bytes. Of each byte bit 5 is left out, by which letters of both cases are the same, and
//! bit 7. The rest, 24 bits, is looked up in six tables of sixteen entries, 64 places at a time; each entry has one bit
//! for each of eight groups of stems, and a place is worth a look if some bit is set in all six. This is the Teddy of
//! Hyperscan, but for the last two tables: they take the upper bits of two bytes each, which tell letters apart.
//! <https://www.usenix.org/conference/nsdi19/presentation/wang-xiang>

use fearless_simd::{Level, Simd, dispatch, prelude::*, u8x16, u8x64};

use super::groups::{Tables, group};

/// So many bytes of a literal are enough to look for.
pub const LONGEST: usize = 4;

/// The search for stems.
pub struct Search {
    level: Level,
    groups: Vec<Tables>,
    /// One for each length that a stem has: what is left of four bytes.
    masks: Vec<u32>,
    /// One bit for each hash of a stem: few places have one that no stem has.
    hashes: Box<[u64; 1 << 9]>,
    /// Stems with their numbers, at the place of their hash or behind it.
    slots: Vec<Option<(u32, u32)>>,
}

const BLOCK: usize = 64;
/// So many bytes at a time, and fewer where there are no more than that.
const AT_ONCE: usize = 32 * BLOCK;
const SHORT: usize = 4 * BLOCK;
/// Few blocks have more places that are worth a look: so many are written down of each, and counted afterwards.
const FEW: usize = 3;

impl Search {
    /// Stems of one to four bytes, folded.
    pub fn new(stems: &[Vec<u8>]) -> Self {
        let mut masks: Vec<u32> = stems.iter().map(|stem| mask(stem.len())).collect();
        masks.sort_unstable();
        masks.dedup();
        let mut hashes = Box::new([0; 1 << 9]);
        let mut slots = vec![None; (4 * stems.len()).next_power_of_two().max(256)];
        for (number, stem) in stems.iter().enumerate() {
            let key = four(stem, 0) & mask(stem.len());
            let (word, bit) = place(key);
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
            masks,
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
        let set = self.masks.iter().map(|mask| {
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

/// Writes down the places in so many blocks that some group's stem could stand at, and says how many there are. There
/// are three bytes more.
#[inline(always)]
fn filter<S: Simd>(simd: S, groups: &[Tables], bytes: &[u8], blocks: usize, places: &mut [u16]) -> usize {
    let mut count = 0;
    let blocks = (0..blocks).zip(blocks_from(bytes, 0));
    let blocks = blocks
        .zip(blocks_from(bytes, 1))
        .zip(blocks_from(bytes, 2))
        .zip(blocks_from(bytes, 3));
    for ((((block, first), second), third), fourth) in blocks {
        let first = u8x64::from_slice(simd, first);
        let second = u8x64::from_slice(simd, second);
        let third = u8x64::from_slice(simd, third);
        let fourth = u8x64::from_slice(simd, fourth);
        let front = (first >> 4) & 5 | (second >> 3) & 10;
        let back = (third >> 4) & 5 | (fourth >> 3) & 10;
        let mut fit = u8x64::splat(simd, 0);
        for tables in groups {
            fit |= entries(simd, &tables[0], first & 15)
                & entries(simd, &tables[1], second & 15)
                & entries(simd, &tables[2], third & 15)
                & entries(simd, &tables[3], fourth & 15)
                & entries(simd, &tables[4], front)
                & entries(simd, &tables[5], back);
        }
        let mask = !fit.simd_eq(0).to_bitmask();
        let mut left = mask;
        let here = &mut places[count..];
        for place in &mut here[..FEW] {
            *place = (block * BLOCK) as u16 + left.trailing_zeros() as u16;
            left &= left.wrapping_sub(1);
        }
        let mut more = FEW;
        while left != 0 {
            here[more] = (block * BLOCK) as u16 + left.trailing_zeros() as u16;
            left &= left - 1;
            more += 1;
        }
        count += mask.count_ones() as usize;
    }
    count
}

/// The entries of a table at indices below 16.
#[inline(always)]
fn entries<S: Simd>(simd: S, table: &[u8; 16], indices: u8x64<S>) -> u8x64<S> {
    u8x64::block_splat(u8x16::from_slice(simd, table)).swizzle_dyn_within_blocks(indices)
}

#[inline(always)]
fn blocks_from(bytes: &[u8], start: usize) -> std::slice::Iter<'_, [u8; BLOCK]> {
    bytes[start..].as_chunks().0.iter()
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
            let count = draw(90);
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

//! Looking ids up: one, or many side by side.
//!
//! An index whose ids are not in order hides objects from here, which is noticed as missing objects, never as an empty
//! repository. A look-up waits for memory twice or more, and takes no time beside; of many, all wait at once.

use std::cmp::Ordering;

use super::{FANOUT, Index, word};
use crate::git::pack::map::{self, Table};
use crate::origin::ObjectId;

/// Where ids start that begin with the same `32 - shift` bits: a finer fan-out.
pub struct Fine {
    shift: u32,
    starts: Vec<u32>,
    /// A copy of all ids, if there are many.
    pub ids: Option<Table>,
}

/// Fewer bytes of ids are not worth a copy.
const LEAST_COPIED: usize = 2 << 20;
/// So many ids are looked up side by side.
const SIDE_BY_SIDE: usize = 32;

impl Index {
    /// The position of an object.
    pub fn find(&self, id: &ObjectId) -> Option<u32> {
        let wanted = id.as_bytes();
        self.find_among(self.among(wanted), wanted)
    }

    /// Looks up the objects of which nothing is known yet. The first position counts as `first`.
    pub fn find_all(&self, ids: &[ObjectId], first: u32, found: &mut [Option<u32>]) {
        let mut ranges = [(0, 0); SIDE_BY_SIDE];
        for (ids, found) in ids.chunks(SIDE_BY_SIDE).zip(found.chunks_mut(SIDE_BY_SIDE)) {
            if let Some(fine) = self.fine.get() {
                ids.iter().for_each(|id| fine.ask_for(id.as_bytes()));
            }
            for (range, id) in ranges.iter_mut().zip(ids) {
                *range = self.among(id.as_bytes());
            }
            for (low, high) in &ranges[..ids.len()] {
                if low < high {
                    map::ask_for(&self.raw_id(*low)[0]);
                }
            }
            for ((found, id), range) in found.iter_mut().zip(ids).zip(ranges) {
                *found = found.or_else(|| Some(first + self.find_among(range, id.as_bytes())?));
            }
        }
    }

    fn find_among(&self, (mut low, mut high): (u32, u32), wanted: &[u8]) -> Option<u32> {
        while low < high {
            let middle = low + (high - low) / 2;
            match compare(self.raw_id(middle), wanted) {
                Ordering::Less => low = middle + 1,
                Ordering::Greater => high = middle,
                Ordering::Equal => return Some(middle),
            }
        }
        None
    }

    /// Between which positions an id is.
    fn among(&self, wanted: &[u8]) -> (u32, u32) {
        if let Some(fine) = self.fine.get() {
            return fine.among(wanted);
        }
        let fanout = self.tables.as_ref().map_or(0, |tables| tables.ids - FANOUT);
        let bucket = |n: usize| word(self.map.bytes(), fanout + n * 4).expect("the fan-out was read before");
        let first = usize::from(wanted[0]);
        (if first == 0 { 0 } else { bucket(first - 1) }, bucket(first))
    }
}

impl Fine {
    /// About one id to each start, in a table of at most four megabytes.
    pub fn of(index: &Index) -> Self {
        let bits = index.count.max(1).ilog2().clamp(8, 20);
        let shift = 32 - bits;
        let mut starts = Vec::with_capacity((1 << bits) + 1);
        for position in 0..index.count {
            let begin = word(index.raw_id(position), 0).unwrap_or_default() >> shift;
            while starts.len() <= begin as usize {
                starts.push(position);
            }
        }
        starts.resize((1 << bits) + 1, index.count);
        let ids = index.all_ids().filter(|ids| ids.len() >= LEAST_COPIED);
        let ids = ids.and_then(Table::of);
        Self { shift, starts, ids }
    }

    fn among(&self, wanted: &[u8]) -> (u32, u32) {
        let begin = self.begin(wanted);
        (self.starts[begin], self.starts[begin + 1])
    }

    fn begin(&self, wanted: &[u8]) -> usize {
        (word(wanted, 0).unwrap_or_default() >> self.shift) as usize
    }

    /// Asks the memory for what says where an id is.
    fn ask_for(&self, wanted: &[u8]) {
        map::ask_for(&self.starts[self.begin(wanted)]);
    }
}

/// Compares ids: nearly always their first bytes decide, as a number in one step.
fn compare(one: &[u8], other: &[u8]) -> Ordering {
    match (one.first_chunk(), other.first_chunk()) {
        (Some(a), Some(b)) if a != b => u64::from_be_bytes(*a).cmp(&u64::from_be_bytes(*b)),
        _ => one.cmp(other),
    }
}

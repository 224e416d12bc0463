//! A guide to a pack: where its entries start, for those who look up very many of them by their offsets.

use super::Forest;
use crate::git::pack::Pack;

/// Which entries start in each part of a pack, of about one entry each: bases lie anywhere, and are looked up by the million.
pub struct Guide {
    shift: u32,
    starts: Vec<u32>,
}

impl Guide {
    pub fn of(forest: &Forest, packs: &[Pack], pack: usize) -> Self {
        let (first, last) = (forest.firsts[pack], forest.firsts[pack + 1]);
        let bytes = packs[pack].map.bytes().len() as u64;
        let shift = (bytes / u64::from((last - first).max(1))).max(1).ilog2();
        let parts = (bytes >> shift) as usize + 1;
        let mut starts = Vec::with_capacity(parts + 1);
        for entry in first..last {
            let part = part(forest.entries[entry as usize].offset, shift, parts);
            while starts.len() <= part {
                starts.push(entry);
            }
        }
        starts.resize(parts + 1, last);
        Self { shift, starts }
    }

    /// The entry at an offset.
    pub fn find(&self, forest: &Forest, offset: u64) -> Option<u32> {
        let part = part(offset, self.shift, self.starts.len() - 1);
        forest.among(self.starts[part], self.starts[part + 1], offset)
    }
}

/// The part of a pack that an offset lies in. An index can name any offset; what lies beyond is in the last one.
fn part(offset: u64, shift: u32, parts: usize) -> usize {
    (offset >> shift).min(parts as u64 - 1) as usize
}

//! A guide to a pack: where its entries start, for those who look up very many of them by their offsets.

use super::Forest;
use crate::git::pack::Pack;

/// Which entries start in each part of a pack, of about one entry each: bases lie anywhere, and are looked up by the million.
pub struct Guide {
    shift: u32,
    starts: Vec<u32>,
}

impl Guide {
    /// Puts the entries of a pack into the order of its bytes, each with its offset and its position in the index. The
    /// number of the first of them is `first`.
    ///
    /// By parts, and each part by itself: most have one entry.
    pub fn through(pack: &Pack, first: u32) -> (Self, Vec<(u64, u32)>) {
        let (index, bytes) = (&pack.index, pack.map.bytes().len() as u64);
        let shift = (bytes / u64::from(index.count().max(1))).max(1).ilog2();
        let parts = (bytes >> shift) as usize + 1;
        let offsets = (0..index.count()).map(|position| (index.offset(position), position));
        let mut starts = vec![0; parts + 1];
        for (offset, _) in offsets.clone() {
            starts[part(offset, shift, parts) + 1] += 1;
        }
        for part in 1..=parts {
            starts[part] += starts[part - 1];
        }
        let mut entries = vec![(0, 0); index.count() as usize];
        let mut free = starts.clone();
        for (offset, position) in offsets {
            let next = &mut free[part(offset, shift, parts)];
            entries[*next as usize] = (offset, position);
            *next += 1;
        }
        for ends in starts.windows(2).filter(|ends| ends[1] - ends[0] > 1) {
            entries[ends[0] as usize..ends[1] as usize].sort_unstable();
        }
        starts.iter_mut().for_each(|start| *start += first);
        (Self { shift, starts }, entries)
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

//! How much of the packs stands in memory because a worker reads there.
//!
//! The system brings a block around each byte that is read. Folders lie scattered among files, so that a few megabytes of them
//! bring all of a pack. When the blocks are many, their memory is given back, so that large packs never stand whole beside what
//! is found. What is read again the system mostly still has.

use std::ops::Range;

use super::Packs;

/// What the system brings at a time.
const BLOCK: u64 = 64 << 10;
/// All workers together bring half of the packs before memory is given back, so that there is room for what is found: but so
/// many bytes at least, and so many at most.
pub const LEAST: u64 = 96 << 20;
const MOST: u64 = 512 << 20;

/// The blocks that one worker has brought since memory was given back.
pub struct Touched {
    /// The number of each pack's first block.
    firsts: Vec<usize>,
    /// A bit for each block.
    blocks: Vec<u64>,
    count: u64,
    most: u64,
}

impl Touched {
    pub fn of(packs: &Packs, threads: usize) -> Self {
        let mut firsts = Vec::with_capacity(packs.packs.len());
        let (mut count, most) = (0, (packs.bytes() / 2).clamp(LEAST, MOST));
        for pack in &packs.packs {
            firsts.push(count);
            count += pack.map.bytes().len().div_ceil(BLOCK as usize);
        }
        Self {
            firsts,
            blocks: vec![0; count.div_ceil(64)],
            count: 0,
            most: most / BLOCK / threads.max(1) as u64,
        }
    }

    /// Notes that these bytes of a pack are read. Returns whether it is time to give memory back, and starts anew then.
    pub fn add(&mut self, pack: usize, bytes: Range<u64>) -> bool {
        let first = self.firsts[pack];
        for block in bytes.start / BLOCK..bytes.end.div_ceil(BLOCK) {
            let at = first + block as usize;
            // An offset beyond the pack is found out when it is read.
            let Some(word) = self.blocks.get_mut(at / 64) else {
                break;
            };
            let bit = 1 << (at % 64);
            self.count += u64::from(*word & bit == 0);
            *word |= bit;
        }
        let is_time = self.count > self.most;
        if is_time {
            self.blocks.fill(0);
            self.count = 0;
        }
        is_time
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_counts_once() {
        let mut touched = Touched {
            firsts: vec![0, 3],
            blocks: vec![0],
            count: 0,
            most: 4,
        };
        assert!(!touched.add(0, 0..BLOCK));
        assert!(!touched.add(0, 5..9));
        assert!(!touched.add(0, 1..2 * BLOCK + 1));
        assert_eq!(touched.count, 3);
        assert!(!touched.add(1, 0..1));
        assert!(!touched.add(1, u64::MAX - 1..u64::MAX));
        assert!(touched.add(1, BLOCK..BLOCK + 1));
        assert_eq!((touched.count, touched.blocks[0]), (0, 0));
    }
}

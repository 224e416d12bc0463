//! How much of the packs stands in memory because workers read there.
//!
//! The system brings a block around each byte that is read, and more where it has more at hand. Folders lie scattered among
//! files, so that a few megabytes of them bring all of a pack. When much stands there, its memory is given back, so that large
//! packs never stand whole beside what is found. What is read again the system mostly still has.

use std::ops::Range;
use std::sync::atomic::Ordering::Relaxed;

use super::Packs;
use super::resident::{Memory, Resident};

/// What the system brings at least.
const BLOCK: u64 = 64 << 10;
/// After so many blocks the system is asked how much there is.
const ASKED: u64 = 8;
/// The program may have so much memory beside as much as the packs are large.
const BESIDE: u64 = 64 << 20;
/// So much of the packs may always stand in memory, and never more than this.
pub const LEAST: u64 = 96 << 20;
const MOST: u64 = 512 << 20;

/// The blocks that one worker has brought since memory was given back.
pub struct Touched {
    /// The number of each pack's first block.
    firsts: Vec<usize>,
    /// A bit for each block.
    blocks: Vec<u64>,
    count: u64,
    /// How often memory had been given back when these were noted.
    given_back: u32,
    resident: Option<Resident>,
    limits: Limits,
}

/// What may stand in memory, in bytes.
struct Limits {
    all: u64,
    /// If nobody tells how much there is: what one worker may bring.
    each: u64,
}

impl Touched {
    pub fn of(packs: &Packs, threads: usize) -> Self {
        let mut firsts = Vec::with_capacity(packs.packs.len());
        let mut count = 0;
        for pack in &packs.packs {
            firsts.push(count);
            count += pack.map.bytes().len().div_ceil(BLOCK as usize);
        }
        Self {
            firsts,
            blocks: vec![0; count.div_ceil(64)],
            count: 0,
            given_back: packs.given_back.load(Relaxed),
            resident: Resident::open(),
            limits: Limits::of(packs.bytes(), threads),
        }
    }

    /// Notes that these bytes of a pack are read, and gives the memory of all packs back if it is time.
    pub fn add(&mut self, packs: &Packs, pack: usize, bytes: Range<u64>) {
        let given_back = packs.given_back.load(Relaxed);
        if given_back != self.given_back {
            // By another worker: what is read now is brought again.
            self.given_back = given_back;
            self.start_anew();
        }
        if self.mark(pack, bytes) && self.is_time() {
            packs.let_go();
            self.given_back = packs.given_back.fetch_add(1, Relaxed) + 1;
            self.start_anew();
        }
    }

    fn start_anew(&mut self) {
        self.blocks.fill(0);
        self.count = 0;
    }

    /// Marks blocks. Returns whether it is time to ask how much there is.
    fn mark(&mut self, pack: usize, bytes: Range<u64>) -> bool {
        let (first, before) = (self.firsts[pack], self.count);
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
        self.count / ASKED > before / ASKED
    }

    fn is_time(&self) -> bool {
        match self.resident.as_ref().and_then(Resident::now) {
            Some(memory) => self.limits.exceeds(memory),
            None => self.count * BLOCK > self.limits.each,
        }
    }
}

impl Limits {
    fn of(packs: u64, threads: usize) -> Self {
        Self {
            all: packs + BESIDE,
            each: (packs / 2).clamp(LEAST, MOST) / threads.max(1) as u64,
        }
    }

    /// Whether it is too much, and some of it can be given back.
    fn exceeds(&self, memory: Memory) -> bool {
        memory.of_files > MOST || memory.of_files > LEAST && memory.all > self.all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_counts_once() {
        let mut touched = Touched {
            firsts: vec![0, 30],
            blocks: vec![0],
            count: 0,
            given_back: 0,
            resident: None,
            limits: Limits::of(0, 1),
        };
        assert!(!touched.mark(0, 0..BLOCK));
        assert!(!touched.mark(0, 5..9));
        assert!(!touched.mark(0, 1..2 * BLOCK + 1));
        assert_eq!(touched.count, 3);
        assert!(!touched.mark(1, 0..1));
        assert!(!touched.mark(1, u64::MAX - 1..u64::MAX));
        assert!(touched.mark(1, BLOCK..20 * BLOCK));
        assert!(!touched.mark(1, BLOCK..20 * BLOCK));
    }

    #[test]
    fn large_packs_leave_room_for_what_is_found() {
        let mib = |n: u64| n << 20;
        let exceeds = |packs, all, of_files| {
            let (all, of_files) = (mib(all), mib(of_files));
            Limits::of(mib(packs), 2).exceeds(Memory { all, of_files })
        };
        assert!(!exceeds(20, 90, 60), "all of a small pack");
        assert!(!exceeds(360, 400, 300));
        assert!(exceeds(360, 430, 300));
        assert!(!exceeds(360, 700, 90), "there is little to give back");
        assert!(exceeds(9000, 600, 520));
    }
}

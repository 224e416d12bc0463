//! Runs of one content that were asked about and tell nothing: where the same stands again, it need not be asked again.
//!
//! Names stand in source code again and again: a third of its runs are there for the second time. Nothing is remembered
//! from one content to the next, and of runs that share a slot the last one alone.

use std::ops::Range;

/// The last runs that tell nothing, by what they begin and end with.
pub struct Passed {
    /// Where each starts and how long it is; nothing where it has no length.
    slots: Box<[(u32, u32); SLOTS]>,
}

const SLOTS: usize = 1 << BITS;
const BITS: u32 = 8;

impl Passed {
    pub fn new() -> Self {
        Self {
            slots: Box::new([(0, 0); SLOTS]),
        }
    }

    /// Whether the run was remembered where it stood before.
    pub fn has(&self, bytes: &[u8], run: &Range<usize>) -> bool {
        let (start, length) = self.slots[slot(&bytes[run.clone()])];
        let start = start as usize;
        length as usize == run.len() && bytes[start..start + run.len()] == bytes[run.clone()]
    }

    pub fn remember(&mut self, bytes: &[u8], run: &Range<usize>) {
        self.slots[slot(&bytes[run.clone()])] = (run.start as u32, run.len() as u32);
    }
}

fn slot(run: &[u8]) -> usize {
    let number = |bytes: Option<&[u8; 8]>| u64::from_le_bytes(bytes.copied().unwrap_or_default());
    let both = number(run.first_chunk()) ^ number(run.last_chunk()).rotate_left(29) ^ run.len() as u64;
    (both.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (u64::BITS - BITS)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_told_by_all_of_it() {
        let text = b"some_name_of_code some_name_of_cope some_name_of_code some_name_of_cod";
        let words: Vec<Range<usize>> = [0..17, 18..35, 36..53, 54..70].into();
        let mut passed = Passed::new();
        assert!(!passed.has(text, &words[0]));
        passed.remember(text, &words[0]);
        let has: Vec<bool> = words.iter().map(|word| passed.has(text, word)).collect();
        assert_eq!(has, [true, false, true, false]);
    }

    #[test]
    fn many_runs_displace_each_other() {
        let text: Vec<u8> = (0..4096_u32).flat_map(u32::to_le_bytes).collect();
        let runs = || {
            (0..text.len())
                .step_by(20)
                .map(|start| start..(start + 20).min(text.len()))
        };
        let mut passed = Passed::new();
        for run in runs() {
            assert!(!passed.has(&text, &run));
            passed.remember(&text, &run);
            assert!(passed.has(&text, &run));
        }
    }
}

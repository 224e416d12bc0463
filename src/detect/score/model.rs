//! The trained model: small decision trees over the features, summed up in integers.
//!
//! `model.bin` is written by `benches/train-score`. Two bytes say how many trees there are; a tree is a byte with the number
//! of its forks, four bytes a fork (feature, threshold, where to go if the feature is at most that, where if not), and two
//! bytes a leaf, little-endian. Places from 128 on are leaves.

use std::sync::OnceLock;

use super::features::Row;

const MODEL: &[u8] = include_bytes!("model.bin");
const LEAF: u8 = 128;

pub(super) struct Tree {
    forks: &'static [[u8; 4]],
    leaves: &'static [[u8; 2]],
}

/// The logarithm of the odds that the row is that of a secret, in 256ths.
pub fn odds(row: &Row) -> i16 {
    let sum: i32 = trees().iter().map(|tree| i32::from(tree.leaf(row))).sum();
    sum.clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16
}

impl Tree {
    fn leaf(&self, row: &Row) -> i16 {
        let mut at = if self.forks.is_empty() { LEAF } else { 0 };
        while at < LEAF {
            let [feature, threshold, low, high] = self.forks[usize::from(at)];
            at = if row[usize::from(feature)] <= threshold {
                low
            } else {
                high
            };
        }
        i16::from_le_bytes(self.leaves[usize::from(at - LEAF)])
    }
}

pub(super) fn trees() -> &'static [Tree] {
    static TREES: OnceLock<Vec<Tree>> = OnceLock::new();
    TREES.get_or_init(|| read().expect("benches/train-score wrote the model"))
}

fn read() -> Option<Vec<Tree>> {
    let (count, mut rest) = MODEL.split_first_chunk::<2>()?;
    let mut trees = Vec::new();
    for _ in 0..u16::from_le_bytes(*count) {
        let (&forks, after) = rest.split_first()?;
        let (forks_of, after) = after.split_at_checked(usize::from(forks) * 4)?;
        let (leaves_of, after) = after.split_at_checked((usize::from(forks) + 1) * 2)?;
        rest = after;
        trees.push(Tree {
            forks: forks_of.as_chunks().0,
            leaves: leaves_of.as_chunks().0,
        });
    }
    rest.is_empty().then_some(trees)
}

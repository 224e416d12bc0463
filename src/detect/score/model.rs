//! The trained model: small decision trees over the features, summed up in integers.
//!
//! `model.bin` is written by `benches/train-score`. Two bytes say how many trees there are; a tree is a byte with the number
//! of its forks, four bytes a fork (feature, threshold, where to go if the feature is at most that, where if not), and two
//! bytes a leaf, little-endian. Places from 128 on are leaves.
//!
//! No tree is walked. The leaves of a tree are bits of a number, from the lowest on. A feature's value takes away the
//! leaves that it leads past, of all trees at once; the lowest that remains is where a walk would end (Lucchese et al.,
//! `QuickScorer`, SIGIR 2015). It ends early where the trees that are left cannot reach the least odds any more.

use std::sync::OnceLock;

use fearless_simd::{Level, Simd, dispatch, prelude::*, u8x64};

use super::features::{Row, WIDTH};

const MODEL: &[u8] = include_bytes!("model.bin");
const LEAF: u8 = 128;

const TREES: usize = u16::from_le_bytes([MODEL[0], MODEL[1]]) as usize;
/// So many trees are summed up at a time: what remains of them fits four vectors. Trees of a single leaf, zero, fill the
/// last block.
const BLOCK: usize = 32;
const LANES: usize = TREES.next_multiple_of(BLOCK);
/// The most leaves of a tree.
const LEAVES: usize = 16;

/// The leaves of each tree that can still be reached.
type Reached = [u16; LANES];

struct Model {
    /// What remains for each value of each feature, by its number in `remaining`; zero where nothing is taken away.
    by_value: Vec<[u16; WIDTH]>,
    remaining: Vec<Reached>,
    leaves: [[i16; LEAVES]; LANES],
    /// The most that the trees of a block and those behind it can add.
    most: [i32; LANES / BLOCK + 1],
}

/// The logarithm of the odds that the row is that of a secret, in 256ths; `None` if it is below the least.
pub fn odds(row: &Row, least: i16) -> Option<i16> {
    let model = model();
    dispatch!(Level::new(), simd => sum_up(simd, model, row, least))
}

/// The same, for a machine with such vectors.
#[inline(always)]
fn sum_up<S: Simd>(simd: S, model: &Model, row: &Row, least: i16) -> Option<i16> {
    let (numbers, count) = model.telling(simd, row);
    let mut sum = 0;
    for (block, leaves) in model.leaves.as_chunks::<BLOCK>().0.iter().enumerate() {
        if sum + model.most[block] < i32::from(least) {
            return None;
        }
        let mut reached = [u16::MAX; BLOCK];
        for &number in &numbers[..count] {
            let remaining = &model.remaining[usize::from(number)].as_chunks::<BLOCK>().0[block];
            for (reached, remaining) in reached.iter_mut().zip(remaining) {
                *reached &= remaining;
            }
        }
        let ends = leaves.iter().zip(reached);
        let ends = ends.map(|(leaves, reached)| leaves[reached.trailing_zeros() as usize % LEAVES]);
        sum += ends.map(i32::from).sum::<i32>();
    }
    let odds = sum.clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16;
    (odds >= least).then_some(odds)
}

fn model() -> &'static Model {
    static TABLES: OnceLock<Model> = OnceLock::new();
    TABLES.get_or_init(|| Model::of(&read().expect("benches/train-score wrote the model")))
}

/// A tree as it is written.
struct Tree {
    forks: &'static [[u8; 4]],
    leaves: &'static [[u8; 2]],
}

fn read() -> Option<Vec<Tree>> {
    let mut rest = &MODEL[2..];
    let mut trees = Vec::new();
    for _ in 0..TREES {
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

/// What a feature takes away from a tree when it is above the threshold.
struct Fork {
    feature: u8,
    threshold: u8,
    tree: u16,
    kept: u16,
}

impl Fork {
    /// Forks that ask the same, in the order of their thresholds.
    fn step(&self) -> (u8, u8) {
        (self.threshold, self.feature)
    }
}

impl Model {
    /// The numbers of what remains for each feature that is not zero, a fifth of them, and how many they are.
    #[inline(always)]
    fn telling<S: Simd>(&self, simd: S, row: &Row) -> ([u16; WIDTH], usize) {
        let mut blocks = [0; WIDTH.next_multiple_of(64)];
        blocks[..WIDTH].copy_from_slice(row);
        let (mut numbers, mut count) = ([0; WIDTH], 0);
        for (block, values) in blocks.as_chunks::<64>().0.iter().enumerate() {
            let mut set = !u8x64::from_slice(simd, values).simd_eq(0).to_bitmask();
            while set != 0 {
                let at = set.trailing_zeros() as usize;
                numbers[count] = self.by_value[usize::from(values[at])][block * 64 + at];
                count += 1;
                set &= set - 1;
            }
        }
        (numbers, count)
    }

    fn of(trees: &[Tree]) -> Self {
        let mut leaves = [[0; LEAVES]; LANES];
        let mut forks = Vec::with_capacity(MODEL.len() / 4);
        for (number, tree) in trees.iter().enumerate() {
            let root = if tree.forks.is_empty() { LEAF } else { 0 };
            tree.lay_out(root, number as u16, &mut 0, &mut leaves[number], &mut forks);
        }
        let mut most = [0; LANES / BLOCK + 1];
        for (block, leaves) in leaves.as_chunks::<BLOCK>().0.iter().enumerate().rev() {
            let highest = leaves.iter().filter_map(|leaves| leaves.iter().max());
            most[block] = most[block + 1] + highest.map(|leaf| i32::from(*leaf)).sum::<i32>();
        }
        let mut model = Self {
            by_value: Vec::with_capacity(256),
            remaining: vec![[u16::MAX; LANES]],
            leaves,
            most,
        };
        model.tell(forks);
        model
    }

    /// Lays out what the forks take away, from the lowest value to the highest.
    fn tell(&mut self, mut forks: Vec<Fork>) {
        forks.sort_unstable_by_key(Fork::step);
        let steps = || forks.chunk_by(|a, b| a.step() == b.step());
        self.remaining.reserve_exact(steps().count());
        let mut steps = steps().peekable();
        let mut numbers = [0; WIDTH];
        for value in 0..=u8::MAX {
            self.by_value.push(numbers);
            while let Some(step) = steps.next_if(|step| step[0].threshold == value) {
                let number = &mut numbers[usize::from(step[0].feature)];
                let mut remaining = self.remaining[usize::from(*number)];
                for fork in step {
                    remaining[usize::from(fork.tree)] &= fork.kept;
                }
                *number = self.remaining.len() as u16;
                self.remaining.push(remaining);
            }
        }
    }
}

impl Tree {
    /// Numbers the leaves below a place, those of low values first, and lists the forks.
    fn lay_out(&self, at: u8, tree: u16, next: &mut usize, leaves: &mut [i16; LEAVES], forks: &mut Vec<Fork>) {
        if at >= LEAF {
            leaves[*next] = i16::from_le_bytes(self.leaves[usize::from(at - LEAF)]);
            *next += 1;
            return;
        }
        let [feature, threshold, low, high] = self.forks[usize::from(at)];
        let first = *next;
        self.lay_out(low, tree, next, leaves, forks);
        let passed = (first..*next).fold(0, |leaves, leaf| leaves | 1 << leaf);
        let kept = !passed;
        forks.push(Fork {
            feature,
            threshold,
            tree,
            kept,
        });
        self.lay_out(high, tree, next, leaves, forks);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sum as the model is written: from the root of each tree to a leaf.
    fn walked(trees: &[Tree], row: &Row) -> i32 {
        let leaf = |tree: &Tree| {
            let mut at = if tree.forks.is_empty() { LEAF } else { 0 };
            while at < LEAF {
                let [feature, threshold, low, high] = tree.forks[usize::from(at)];
                at = if row[usize::from(feature)] <= threshold {
                    low
                } else {
                    high
                };
            }
            i32::from(i16::from_le_bytes(tree.leaves[usize::from(at - LEAF)]))
        };
        trees.iter().map(leaf).sum()
    }

    #[test]
    fn the_odds_are_those_of_a_walk_through_every_tree() {
        let trees = read().expect("the model is whole");
        assert_eq!(trees.len(), TREES);
        let mut state = 0x2545_F491_4F6C_DD1D_u64;
        let mut draw = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        };
        for _ in 0..2000 {
            // Most features are zero, many small, few large.
            let row: Row = std::array::from_fn(|_| {
                let most = [1, 4, 40, 256][(draw() >> 40) as usize % 4];
                ((draw() >> 32) % most) as u8
            });
            let sum = walked(&trees, &row);
            assert_eq!(odds(&row, i16::MIN).map(i32::from), Some(sum));
            assert_eq!(odds(&row, -448).map(i32::from), Some(sum).filter(|sum| *sum >= -448));
        }
    }
}

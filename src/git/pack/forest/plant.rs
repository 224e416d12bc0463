//! Planting the forest: the headers of all entries are read, and what is made of what is put into tables.
//!
//! Headers lie all over a pack, so that all of it is brought into memory: a part at a time, and of a large pack
//! each part is given back before the next. What the tables mean is said in [`super`].

use std::ops::Range;

use super::{Entry, Forest};
use crate::git::pack::entry::Form;
use crate::git::pack::{Fault, Pack};
use crate::git::store::ObjectKind;

/// What an entry is made of.
enum MadeOf {
    Nothing(ObjectKind),
    Entry(u32),
    /// An object of another pack, or of none.
    Elsewhere,
}

const NONE: u32 = u32::MAX;
/// Fewer entries than this are not worth a thread.
const LEAST_SHARE: usize = 1 << 14;
/// So many bytes of a pack are brought at a time, if so many entries or more begin there: where few do, most of it
/// is not asked for.
const PART: u64 = 16 << 20;
const LEAST_IN_PART: usize = (PART >> 16) as usize;
/// A tree of more entries is heavy.
const HEAVY: u32 = 1 << 10;

impl Forest {
    /// Reads the headers of all entries. With `keep` the packs stay in memory.
    pub fn plant(packs: &[Pack], threads: usize, keep: bool) -> Self {
        let mut forest = Self::list(packs);
        let parents = forest.read_headers(packs, threads, keep);
        forest.link(&parents);
        let order = forest.walk_order();
        forest.weigh(&order, &parents);
        forest
    }

    fn list(packs: &[Pack]) -> Self {
        let mut forest = Self {
            firsts: vec![0],
            entries: Vec::new(),
            starts: Vec::new(),
            children: Vec::new(),
            roots: Vec::new(),
            faults: Vec::new(),
        };
        for (number, pack) in packs.iter().enumerate() {
            pack.index.sharpen();
            let mut entries: Vec<(u64, u32)> = (0..pack.index.count()).map(|n| (pack.index.offset(n), n)).collect();
            entries.sort_unstable();
            let earlier = &packs[..number];
            forest
                .entries
                .extend(entries.into_iter().map(|(offset, position)| Entry {
                    offset,
                    position,
                    kind: None,
                    again: !earlier.is_empty() && {
                        let id = pack.index.id(position);
                        earlier.iter().any(|earlier| earlier.index.find(&id).is_some())
                    },
                }));
            forest.firsts.push(forest.entries.len() as u32);
        }
        forest
    }

    /// Returns what each entry is made of.
    fn read_headers(&mut self, packs: &[Pack], threads: usize, keep: bool) -> Vec<u32> {
        let share = self.entries.len().div_ceil(threads.max(1)).max(LEAST_SHARE) as u32;
        let all = 0..self.entries.len() as u32;
        let shares = all.clone().step_by(share as usize);
        let forest = &*self;
        let guides: Vec<Guide> = (0..packs.len()).map(|pack| Guide::of(forest, packs, pack)).collect();
        let read = |first: u32| -> Vec<_> {
            let mut rest = first..all.end.min(first.saturating_add(share));
            let mut made_of = Vec::with_capacity(rest.len());
            while let Some((pack, bytes, part)) = forest.next_part(&mut rest) {
                let map = &packs[pack].map;
                if part.len() >= LEAST_IN_PART {
                    map.fetch(bytes.clone());
                }
                made_of.extend(part.map(|entry| forest.read_header(packs, &guides, entry)));
                if !keep {
                    map.let_go(bytes);
                }
            }
            made_of
        };
        let made_of: Vec<Vec<_>> = match self.entries.len() <= share as usize {
            true => shares.map(read).collect(),
            false => std::thread::scope(|scope| {
                let workers: Vec<_> = shares.map(|first| scope.spawn(move || read(first))).collect();
                let joined = workers.into_iter().map(std::thread::ScopedJoinHandle::join);
                joined
                    .map(|result| result.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
                    .collect()
            }),
        };
        let mut parents = vec![NONE; self.entries.len()];
        for (entry, made_of) in made_of.into_iter().flatten().enumerate() {
            match made_of {
                Ok(MadeOf::Entry(base)) => parents[entry] = base,
                Ok(MadeOf::Nothing(kind)) => {
                    self.entries[entry].kind = Some(kind);
                    self.roots.push(entry as u32);
                }
                Ok(MadeOf::Elsewhere) => self.roots.push(entry as u32),
                Err(fault) => self.faults.push((entry as u32, fault)),
            }
        }
        parents
    }

    /// Takes the entries of the next part off these: its pack, where it lies there, and the entries.
    fn next_part(&self, rest: &mut Range<u32>) -> Option<(usize, Range<u64>, Range<u32>)> {
        let first = (rest.start < rest.end).then_some(rest.start)?;
        let pack = self.pack(first);
        let start = self.entries[first as usize].offset;
        let bytes = start..start.saturating_add(PART);
        let of_pack = &self.entries[first as usize..rest.end.min(self.firsts[pack + 1]) as usize];
        let count = of_pack.partition_point(|entry| entry.offset < bytes.end).max(1);
        rest.start += count as u32;
        Some((pack, bytes, first..rest.start))
    }

    fn read_header(&self, packs: &[Pack], guides: &[Guide], entry: u32) -> Result<MadeOf, Fault> {
        let number = self.pack(entry);
        let pack = &packs[number];
        let base = match pack.header(self.entries[entry as usize].offset)?.form {
            Form::Whole(kind) => return Ok(MadeOf::Nothing(kind)),
            Form::OnOffset(offset) => guides[number].find(self, offset),
            Form::OnId(id) => match pack.index.find(&id) {
                Some(position) => guides[number].find(self, pack.index.offset(position)),
                None => return Ok(MadeOf::Elsewhere),
            },
        };
        base.map(MadeOf::Entry).ok_or("its delta base is missing")
    }

    fn link(&mut self, parents: &[u32]) {
        let mut starts = vec![0_u32; parents.len() + 1];
        let linked = || parents.iter().enumerate().filter(|(_, parent)| **parent != NONE);
        for (_, &parent) in linked() {
            starts[parent as usize + 1] += 1;
        }
        for n in 1..starts.len() {
            starts[n] += starts[n - 1];
        }
        let mut children = vec![0; starts.last().copied().unwrap_or_default() as usize];
        let mut free = starts.clone();
        for (entry, &parent) in linked() {
            children[free[parent as usize] as usize] = entry as u32;
            free[parent as usize] += 1;
        }
        (self.starts, self.children) = (starts, children);
    }

    /// Every entry that a root or a fault leads to, bases before what is made of them. Hands on kinds and
    /// faults; what is not led to is in a circle.
    fn walk_order(&mut self) -> Vec<u32> {
        let mut order = self.roots.clone();
        let mut seen = vec![false; self.entries.len()];
        let mut at = 0;
        while at < order.len() {
            let entry = order[at];
            at += 1;
            seen[entry as usize] = true;
            let kind = self.kind(entry);
            for n in self.starts[entry as usize]..self.starts[entry as usize + 1] {
                let child = self.children[n as usize];
                self.entries[child as usize].kind = kind;
                order.push(child);
            }
        }
        let mut at = 0;
        while at < self.faults.len() {
            let (entry, fault) = self.faults[at];
            at += 1;
            seen[entry as usize] = true;
            for n in self.starts[entry as usize]..self.starts[entry as usize + 1] {
                self.faults.push((self.children[n as usize], fault));
            }
        }
        let lost = (0..seen.len()).filter(|&entry| !seen[entry]);
        self.faults
            .extend(lost.map(|entry| (entry as u32, "its delta is made of itself, in a circle")));
        order
    }

    /// Puts roots and children in the order in which they are walked, by how many entries stand beneath them.
    fn weigh(&mut self, order: &[u32], parents: &[u32]) {
        let mut weights = vec![1_u32; self.entries.len()];
        for &entry in order.iter().rev() {
            let parent = parents[entry as usize];
            if parent != NONE {
                weights[parent as usize] = weights[parent as usize].saturating_add(weights[entry as usize]);
            }
        }
        for entry in 0..self.entries.len() {
            let children = self.starts[entry] as usize..self.starts[entry + 1] as usize;
            self.children[children].sort_unstable_by_key(|&child| (weights[child as usize], child));
        }
        let heavy = |root: u32| Some(weights[root as usize]).filter(|weight| *weight > HEAVY);
        self.roots
            .sort_unstable_by_key(|&root| (std::cmp::Reverse(heavy(root)), root));
    }
}

/// Which entries start in each part of a pack, of about one entry each: bases lie anywhere, and are looked up by the million.
struct Guide {
    shift: u32,
    starts: Vec<u32>,
}

impl Guide {
    fn of(forest: &Forest, packs: &[Pack], pack: usize) -> Self {
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
    fn find(&self, forest: &Forest, offset: u64) -> Option<u32> {
        let part = part(offset, self.shift, self.starts.len() - 1);
        forest.among(self.starts[part], self.starts[part + 1], offset)
    }
}

/// The part of a pack that an offset lies in. An index can name any offset; what lies beyond is in the last one.
fn part(offset: u64, shift: u32, parts: usize) -> usize {
    (offset >> shift).min(parts as u64 - 1) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_entry_is_in_one_part_wherever_it_says_that_it_starts() {
        let offsets = [0, 5, PART - 1, PART, 3 * PART, u64::MAX, u64::MAX];
        let entry = |offset| Entry {
            offset,
            position: 0,
            kind: None,
            again: false,
        };
        let forest = Forest {
            firsts: vec![0, 4, 7],
            entries: offsets.map(entry).to_vec(),
            starts: Vec::new(),
            children: Vec::new(),
            roots: Vec::new(),
            faults: Vec::new(),
        };
        let mut rest = 1..7;
        let parts = std::iter::from_fn(|| forest.next_part(&mut rest));
        let parts: Vec<_> = parts
            .map(|(pack, bytes, entries)| (pack, bytes.start, entries))
            .collect();
        let last = [(1, u64::MAX, 5..6), (1, u64::MAX, 6..7)];
        let first = [(0, 5, 1..4), (1, 3 * PART, 4..5)];
        assert_eq!(parts, [first, last].concat());
    }
}

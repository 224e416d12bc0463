//! The forest of deltas: which entry is made of which, from headers alone.
//!
//! Entries are numbered through all packs, in the order of their bytes. A tree's root is a whole object, or
//! a delta on an object of another pack. An entry that no root leads to is made of itself, in a circle.
//! The tables take about 30 bytes an entry, whatever its size.

use super::entry::Form;
use super::{Fault, Pack};
use crate::git::store::ObjectKind;

/// Tables of all entries, by number.
pub struct Forest {
    /// The number of each pack's first entry, and one past the last.
    firsts: Vec<u32>,
    entries: Vec<Entry>,
    /// Where an entry's children start in `children`, and one past the last.
    starts: Vec<u32>,
    /// The lightest child of an entry comes first, so that its base can be let go before the heaviest is walked.
    children: Vec<u32>,
    /// The heaviest comes first, so that no thread is left with it at the end.
    pub roots: Vec<u32>,
    /// Entries that cannot be read, and why.
    pub faults: Vec<(u32, Fault)>,
}

/// What is known of an entry, side by side: entries are asked for in an order of their own.
#[derive(Clone, Copy)]
struct Entry {
    offset: u64,
    /// In the pack's index.
    position: u32,
    /// `None` beneath a base in another pack.
    kind: Option<ObjectKind>,
    /// An earlier pack has the object too.
    again: bool,
}

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

impl Forest {
    /// Reads the headers of all entries.
    pub fn plant(packs: &[Pack], threads: usize) -> Self {
        let mut forest = Self::list(packs);
        let parents = forest.read_headers(packs, threads);
        forest.link(&parents);
        let order = forest.walk_order();
        forest.weigh(&order, &parents);
        forest
    }

    /// The number of the pack that an entry is in.
    pub fn pack(&self, entry: u32) -> usize {
        self.firsts.partition_point(|&first| first <= entry) - 1
    }

    /// The number of a pack's first entry.
    pub fn first(&self, pack: usize) -> u32 {
        self.firsts[pack]
    }

    /// The entry's position in the index of its pack.
    pub fn position(&self, entry: u32) -> u32 {
        self.entries[entry as usize].position
    }

    /// Where the entry starts in its pack and where the next one does.
    pub fn extent(&self, entry: u32, packs: &[Pack]) -> (u64, u64) {
        let pack = self.pack(entry);
        let start = self.entries[entry as usize].offset;
        let last = self.firsts[pack + 1];
        let mut next = self.entries[entry as usize + 1..last as usize]
            .iter()
            .map(|next| next.offset);
        let next = next.find(|&next| next > start);
        let end = packs[pack].end() as u64;
        (start, next.unwrap_or(end).min(end))
    }

    /// Its kind, if that is known from headers.
    pub fn kind(&self, entry: u32) -> Option<ObjectKind> {
        self.entries[entry as usize].kind
    }

    /// Whether an earlier pack has the object too.
    pub fn is_again(&self, entry: u32) -> bool {
        self.entries[entry as usize].again
    }

    /// How many objects there are of these kinds, or of a kind that is not known yet.
    pub fn count(&self, wanted: fn(ObjectKind) -> bool) -> usize {
        let is_wanted = |entry: &&Entry| !entry.again && entry.kind.is_none_or(wanted);
        self.entries.iter().filter(is_wanted).count()
    }

    pub fn children(&self, entry: u32) -> &[u32] {
        let entry = entry as usize;
        &self.children[self.starts[entry] as usize..self.starts[entry + 1] as usize]
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
    fn read_headers(&mut self, packs: &[Pack], threads: usize) -> Vec<u32> {
        let share = self.entries.len().div_ceil(threads.max(1)).max(LEAST_SHARE) as u32;
        let all = 0..self.entries.len() as u32;
        let shares = all.clone().step_by(share as usize);
        let forest = &*self;
        let guides: Vec<Guide> = (0..packs.len()).map(|pack| Guide::of(forest, packs, pack)).collect();
        let read = |first: u32| -> Vec<_> {
            let entries = first..all.end.min(first.saturating_add(share));
            entries.map(|entry| forest.read_header(packs, &guides, entry)).collect()
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

    /// The entry at an offset of a pack.
    pub fn at(&self, pack: usize, offset: u64) -> Option<u32> {
        self.among(self.firsts[pack], self.firsts[pack + 1], offset)
    }

    fn among(&self, first: u32, last: u32, offset: u64) -> Option<u32> {
        let entries = &self.entries[first as usize..last as usize];
        let n = entries.partition_point(|entry| entry.offset < offset);
        entries.get(n).filter(|entry| entry.offset == offset)?;
        Some(first + n as u32)
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
        self.roots
            .sort_unstable_by_key(|&root| (std::cmp::Reverse(weights[root as usize]), root));
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

//! The forest of deltas: which entry is made of which, from headers alone.
//!
//! Entries are numbered through all packs, in the order of their bytes. A tree's root is a whole object, or
//! a delta on an object of another pack. An entry that no root leads to is made of itself, in a circle.
//! The tables take about 30 bytes an entry, whatever its size.

mod plant;

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
    /// Heavy trees come first, so that no thread is left with one at the end; then all others as the packs have them.
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

impl Forest {
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
}

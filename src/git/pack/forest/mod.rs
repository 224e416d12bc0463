//! The forest of deltas: which entry is made of which, from headers alone.
//!
//! Entries are numbered through all packs, in the order of their bytes. A tree's root is a whole object, or
//! a delta on an object of another pack. An entry that no root leads to is made of itself, in a circle.
//! All are put down in the order of the walk, so that a worker knows what comes next. The tables take about 30 bytes
//! an entry, whatever its size.

mod children;
mod guide;
mod plant;

use super::{Fault, Pack, map};
use crate::git::read::ObjectKind;

/// So many turns ahead an entry is asked for, and what says where it is twice as many.
const AHEAD: usize = 6;

/// Tables of all entries, by number.
pub struct Forest {
    /// The number of each pack's first entry, and one past the last.
    firsts: Vec<u32>,
    entries: Vec<Entry>,
    /// All entries that a root leads to: each after its base, and with all that is made of it behind it, of its children the
    /// lightest first, so that a base can be let go before the heaviest is walked.
    turns: Vec<Turn>,
    /// Where each tree starts among the turns. Heavy trees come first, so that no thread is left with one at the end;
    /// then all others as the packs have them.
    pub trees: Vec<u32>,
    /// Entries that cannot be read, and why.
    pub faults: Vec<(u32, Fault)>,
}

/// An entry's turn on the walk.
#[derive(Clone, Copy, Default)]
pub struct Turn {
    pub entry: u32,
    /// Behind the last turn of what is made of it.
    pub end: u32,
}

/// Where an entry is.
pub struct Extent {
    pub pack: usize,
    /// In the pack's index.
    pub position: u32,
    pub start: u64,
    /// Where the next one starts.
    pub end: u64,
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

    /// The entry's place in the indexes of all packs, counted through.
    pub fn slot(&self, entry: u32) -> u32 {
        self.firsts[self.pack(entry)] + self.position(entry)
    }

    /// The entry's position in the index of its pack.
    pub fn position(&self, entry: u32) -> u32 {
        self.entries[entry as usize].position
    }

    /// Where the entry is.
    pub fn extent(&self, entry: u32, packs: &[Pack]) -> Extent {
        let pack = self.pack(entry);
        let Entry {
            offset: start,
            position,
            ..
        } = self.entries[entry as usize];
        let last = self.firsts[pack + 1];
        let mut next = self.entries[entry as usize + 1..last as usize]
            .iter()
            .map(|next| next.offset);
        let next = next.find(|&next| next > start);
        let end = packs[pack].end() as u64;
        Extent {
            pack,
            position,
            start,
            end: next.unwrap_or(end).min(end),
        }
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

    /// The turns of a tree, or of what is left of one: its root and all that is made of it.
    pub fn turns(&self, first: u32) -> &[Turn] {
        let end = self.turns[first as usize].end;
        &self.turns[first as usize..end as usize]
    }

    /// The root of a tree, by its first turn.
    pub fn root(&self, tree: u32) -> u32 {
        self.turns[tree as usize].entry
    }

    /// Asks the memory for what will be read at the turns to come, so that nobody waits for it then: entries lie all over their
    /// packs, and so do the tables that say where.
    pub fn look_ahead(&self, turn: u32, packs: &[Pack], wanted: fn(ObjectKind) -> bool) {
        let ahead = |by: usize| Some(self.turns.get(turn as usize + by)?.entry);
        if let Some(entry) = ahead(2 * AHEAD) {
            map::ask_for(&self.entries[entry as usize].offset);
        }
        if let Some(number) = ahead(AHEAD) {
            let entry = &self.entries[number as usize];
            if entry.kind.is_none_or(wanted) {
                let pack = &packs[self.pack(number)];
                pack.ask_for(entry.offset, entry.position);
                // Of others the id is seldom asked for.
                if entry.kind == Some(ObjectKind::Commit) {
                    pack.index.ask_for_id(entry.position);
                }
            }
        }
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

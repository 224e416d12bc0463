//! What the indexes and headers of packs say of objects, without inflating any.
//!
//! For a scan that remembers an earlier one: which ids are there, in what order they would be met on the walk,
//! and of what kind they are. A header that does not add up has no kind; nothing here is a fault.

use std::borrow::Cow;

use super::Packs;
use super::entry::Form;
use crate::git::read::ObjectKind;
use crate::origin::ObjectId;

/// No chain of deltas is longer.
const LONGEST_CHAIN: usize = 1 << 16;

impl Packs {
    /// The ids of each pack, one after the other, in the order of its index.
    pub fn listings(&self) -> impl Iterator<Item = Cow<'_, [u8]>> {
        self.packs.iter().map(|pack| pack.index.ids())
    }

    /// Where the walk over all packs meets an object: the number of its pack, and the offset there.
    pub fn place(&self, id: &ObjectId) -> Option<(usize, u64)> {
        let mut packs = self.packs.iter().enumerate();
        packs.find_map(|(number, pack)| Some((number, pack.index.offset(pack.index.find(id)?))))
    }

    /// How many bytes an entry takes in its pack, by its number.
    pub fn stored(&self, entry: u32) -> u64 {
        let extent = self.forest().extent(entry, &self.packs);
        extent.end.saturating_sub(extent.start)
    }

    /// How many bytes all objects of these kinds take.
    pub fn stored_in_all(&self, wanted: fn(ObjectKind) -> bool) -> u64 {
        let forest = self.forest();
        let is_wanted = |entry: &u32| !forest.is_again(*entry) && forest.kind(*entry).is_none_or(wanted);
        (0..self.slots())
            .filter(is_wanted)
            .map(|entry| self.stored(entry))
            .sum()
    }

    /// An object's kind, as the headers of its chain of deltas tell it.
    pub fn kind_of(&self, id: &ObjectId) -> Option<ObjectKind> {
        let (mut number, mut offset) = self.place(id)?;
        for _ in 0..LONGEST_CHAIN {
            let pack = &self.packs[number];
            match pack.header(offset).ok()?.form {
                Form::Whole(kind) => return Some(kind),
                Form::OnOffset(base) => offset = base,
                Form::OnId(base) => match pack.index.find(&base) {
                    Some(position) => offset = pack.index.offset(position),
                    None => (number, offset) = self.place(&base)?,
                },
            }
        }
        None
    }
}

//! What a tree lists: its entries that hold findings, and those beneath which some may be.

use super::{Held, ShapeId, Trees};
use crate::git::provenance::Hits;
use crate::git::provenance::numbers::Number;
use crate::git::read::{ObjectKind, Pointer, Target};
use crate::git::sets::{SetId, Sets};
use crate::git::tree::{self, Entry, EntryKind};

impl Trees<'_> {
    /// Lists the entries of a tree that hold findings themselves, and those that are to be looked into.
    pub(super) fn list(&mut self, tree: Number) {
        if let Some(store) = self.numbers.store.filter(|store| tree < store.objects())
            && store.point(tree, &mut |pointer| self.list_pointer(&pointer))
        {
            return;
        }
        let (tree, objects) = (self.numbers.id(tree), self.objects);
        if objects.outline(&tree, &mut |entry| self.list_entry(&entry)) {
            return;
        }
        let mut raw = std::mem::take(&mut self.raw);
        if objects.read(&tree, &mut raw) != Ok(ObjectKind::Tree) {
            raw.clear();
        }
        for entry in tree::entries(&raw, tree.length()).map_while(Result::ok) {
            self.list_entry(&entry);
        }
        self.raw = raw;
    }

    fn list_pointer(&mut self, pointer: &Pointer) {
        let id = match pointer.target {
            Target::Numbered(number) => number,
            Target::Other(id) => self.numbers.number(&id),
        };
        let by_content = match (pointer.kind.is_blob(), pointer.target) {
            (true, Target::Numbered(number)) => self.own_numbered[number as usize],
            (true, Target::Other(id)) => self.own(&id),
            (false, _) => SetId::EMPTY,
        };
        let held = Held {
            name: pointer.name,
            id,
            kind: pointer.kind,
            by_name: self.named[pointer.name as usize],
            by_content,
            shape: ShapeId::NOTHING,
        };
        if !held.is_empty() || self.is_to_be_looked_into(held.kind, id) {
            self.listed.push(held);
        }
    }

    fn list_entry(&mut self, entry: &Entry<'_>) {
        let by_name = by_name(self.hits, &mut self.sets, entry.name);
        let by_content = match entry.kind.is_blob() {
            true => self.own(&entry.id),
            false => SetId::EMPTY,
        };
        let is_empty = by_name.is_empty() && by_content.is_empty();
        if is_empty && entry.kind != EntryKind::Tree {
            return;
        }
        let id = self.numbers.number(&entry.id);
        // A folder that is known to hold nothing is not worth a number for its name.
        if self.is_to_be_looked_into(entry.kind, id) || !is_empty {
            let held = Held {
                name: self.numbers.number_name(entry.name),
                id,
                kind: entry.kind,
                by_name,
                by_content,
                shape: ShapeId::NOTHING,
            };
            self.listed.push(held);
        }
    }

    /// Whether an entry is a folder that may hold something.
    fn is_to_be_looked_into(&mut self, kind: EntryKind, id: Number) -> bool {
        if kind != EntryKind::Tree {
            return false;
        }
        let id = self.numbers.alike(id);
        if self.known(id) != Some(ShapeId::NOTHING) {
            return true;
        }
        if self.standing.contains(&id) {
            self.circle = Some(self.numbers.id(id));
        }
        false
    }
}

/// The findings that a name holds.
pub fn by_name(hits: &Hits, sets: &mut Sets, name: &[u8]) -> SetId {
    hits.names.get(name).map_or(SetId::EMPTY, |findings| sets.of(findings))
}

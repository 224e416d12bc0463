//! An outline of packed folders: of each, only the entries that may lead to a finding.
//!
//! Every packed tree is read once, in the order of deltas, when its names are collected. What provenance will
//! want of it is noted then: folders, objects that are known to hold findings, names that look as if they did.
//! So provenance reads no packed tree again, and of those that lead to nothing it does not even hear.
//! A folder that has the same such entries as the one it was made of shares them. Beyond twelve million entries folders are left to be read when asked for.
//! An entry is the number of its line: versions of a folder name the same objects again and again.

mod prune;
mod sketch;

pub use sketch::{Entries, LineNumber, Sketch};

use crate::git::maps::Map;
use crate::git::provenance::Hits;
use crate::git::read::{Numbered, ObjectKind, Pointer, ReadObject, Target};
use crate::git::store::Store;
use crate::git::tree::EntryKind;
use crate::origin::ObjectId;
use sketch::{Line, Place};

/// What is known of a folder that was read.
struct Folder {
    /// Its place in the packs.
    slot: u32,
    /// The first folder that has these very entries.
    alike: u32,
    /// None, if it leads to no hit.
    entries: Entries,
}

/// A store with the outline of its packed folders.
///
/// Folders that were read are numbered as they were noted, so that versions of one stand side by side; all other objects
/// follow, by their places in the packs.
pub struct Outlined<'s> {
    store: &'s Store,
    folders: Vec<Folder>,
    /// By an object's place in the packs: the number of the folder that it is, counted from one.
    numbers: Vec<u32>,
    entries: Vec<LineNumber>,
    lines: Vec<Line>,
    names: Vec<Box<[u8]>>,
    outside: Vec<ObjectId>,
    /// What the tags name that were read.
    tags: Map<ObjectId, ObjectId>,
    circle: Option<ObjectId>,
}

impl<'s> Outlined<'s> {
    /// Puts together what was noted, with what tags name, and forgets the folders that lead to no hit.
    pub fn new(store: &'s Store, sketch: Sketch, tags: &[(ObjectId, ObjectId)], hits: &Hits) -> Self {
        let mut names = vec![Box::default(); sketch.names.len()];
        for (name, number) in sketch.names {
            names[number as usize] = name;
        }
        let mut numbers = vec![0; store.slots() as usize];
        let mut folders: Vec<Folder> = Vec::with_capacity(sketch.folders.len());
        for (number, (slot, entries)) in (0..).zip(sketch.folders) {
            numbers[slot as usize] = number + 1;
            let like = folders.last().filter(|last| last.entries == entries);
            let alike = like.map_or(number, |last| last.alike);
            folders.push(Folder { slot, alike, entries });
        }
        let mut outlined = Self {
            store,
            folders,
            numbers,
            entries: sketch.entries,
            lines: sketch.lines,
            names,
            outside: sketch.outside,
            tags: tags.iter().copied().collect(),
            circle: None,
        };
        outlined.mark_hits(hits);
        let mut order: Vec<_> = (0..outlined.folders.len() as u32).collect();
        outlined.circle = outlined.prune(&order);
        if outlined.circle.is_some() {
            // Which folder of a circle is met first depends on the threads that noted them.
            order.sort_unstable_by_key(|folder| outlined.folders[*folder as usize].slot);
            outlined.circle = outlined.prune(&order);
        }
        outlined.mark_folders();
        outlined
    }

    /// A folder that lies beneath itself, in a store that lies about its ids.
    pub fn circle(&self) -> Option<ObjectId> {
        self.circle
    }

    /// The number of the object at a place of the packs.
    fn number_at(&self, slot: u32) -> u32 {
        match self.numbers[slot as usize] {
            0 => self.folders.len() as u32 + slot,
            number => number - 1,
        }
    }

    /// The number of the folder that a line names, if that was read.
    fn folder(&self, line: Line) -> Option<u32> {
        match (line.kind(), line.target()) {
            (EntryKind::Tree, Place::Packed(number)) => Some(number).filter(|n| (*n as usize) < self.folders.len()),
            _ => None,
        }
    }

    fn target(&self, line: Line) -> Target {
        match line.target() {
            Place::Packed(number) => Target::Numbered(number),
            Place::Outside(n) => Target::Other(self.outside[n as usize]),
        }
    }
}

impl ReadObject for Outlined<'_> {
    fn read(&self, id: &ObjectId, into: &mut Vec<u8>) -> Result<ObjectKind, String> {
        self.store.read(id, into)
    }

    fn tagged(&self, id: &ObjectId) -> Option<Option<ObjectId>> {
        self.tags.get(id).map(|target| Some(*target))
    }

    fn numbered(&self) -> Option<&dyn Numbered> {
        Some(self)
    }
}

impl Numbered for Outlined<'_> {
    fn objects(&self) -> u32 {
        (self.folders.len() + self.numbers.len()) as u32
    }

    fn number(&self, id: &ObjectId) -> Option<u32> {
        self.store.slot(id).map(|slot| self.number_at(slot))
    }

    fn id(&self, number: u32) -> ObjectId {
        let folder = self.folders.get(number as usize);
        self.store
            .at_slot(folder.map_or_else(|| number - self.folders.len() as u32, |folder| folder.slot))
    }

    fn alike(&self, tree: u32) -> u32 {
        self.folders.get(tree as usize).map_or(tree, |folder| folder.alike)
    }

    fn names(&self) -> &[Box<[u8]>] {
        &self.names
    }

    fn find(&self, ids: &[ObjectId], numbers: &mut Vec<Option<u32>>) {
        self.store.find_slots(ids, numbers);
        for number in numbers.iter_mut().flatten() {
            *number = self.number_at(*number);
        }
    }

    fn point(&self, tree: u32, visit: &mut dyn FnMut(Pointer)) -> bool {
        let Some(Folder { entries, .. }) = self.folders.get(tree as usize) else {
            return false;
        };
        for &number in &self.entries[entries.start as usize..entries.end as usize] {
            let line = self.lines[number as usize];
            if line.leads() {
                visit(Pointer {
                    kind: line.kind(),
                    name: line.name() as u32,
                    target: self.target(line),
                });
            }
        }
        true
    }
}

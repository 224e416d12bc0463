//! An outline of packed folders: of each, only the entries that may lead to a finding.
//!
//! Every packed tree is read once, in the order of deltas, when its names are collected. What provenance will
//! want of it is noted then: folders, objects that are known to hold findings, names that look as if they did.
//! So provenance reads no packed tree again, and of those that lead to nothing it does not even hear.
//! Objects are numbered by their place in the pack indexes, and a folder that has the same such entries as
//! the one it was made of shares them. Beyond [`MOST`] entries folders are left to be read when asked for.
//! An entry is the number of its line: versions of a folder name the same objects again and again.

use std::ops::Range;

use crate::git::maps::Map;
use crate::git::provenance::Hits;
use crate::git::store::{Numbered, ObjectKind, Pointer, ReadObject, Store, Target};
use crate::git::tree::{Entry, EntryKind};
use crate::origin::ObjectId;

/// So many entries a thread keeps, four bytes each.
const MOST: usize = 12 << 20;
/// Marks an object that is in no pack.
const OUTSIDE: u32 = 1 << 31;
/// The kind of an entry stands in the highest two bits beside the number of its name.
const KIND: u32 = 30;
const NAMES: u32 = 1 << KIND;

/// An entry: its kind and the number of its name, and the object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    name: u32,
    target: u32,
}

impl Line {
    fn kind(self) -> EntryKind {
        match self.name >> KIND {
            0 => EntryKind::Tree,
            1 => EntryKind::File,
            2 => EntryKind::Symlink,
            _ => EntryKind::Submodule,
        }
    }

    fn name(self) -> usize {
        (self.name & (NAMES - 1)) as usize
    }
}

/// The number of a line.
pub type LineNumber = u32;

/// Where the entries of a folder are.
pub type Entries = Range<u32>;

/// What one thread notes of the folders it meets.
#[derive(Debug, Default)]
pub struct Sketch {
    folders: Vec<(u32, Entries)>,
    entries: Vec<LineNumber>,
    lines: Vec<Line>,
    /// By an object's place in the packs: the line that was made of it last, counted from one.
    last: Vec<LineNumber>,
    names: Map<Box<[u8]>, u32>,
    outside: Vec<ObjectId>,
}

impl Sketch {
    /// An empty one, for packs with so many places.
    pub fn of(slots: u32) -> Self {
        Self {
            last: vec![0; slots as usize],
            ..Self::default()
        }
    }

    /// The line of an entry, whose object stands at this place in the packs, if at any.
    pub fn line(&mut self, entry: &Entry<'_>, packed: Option<u32>) -> LineNumber {
        let name = match self.names.get(entry.name) {
            Some(&known) => known,
            None => number(&mut self.names, entry.name.into()),
        };
        let kind = match entry.kind {
            EntryKind::Tree => 0,
            EntryKind::File => 1,
            EntryKind::Symlink => 2,
            EntryKind::Submodule => 3,
        };
        let name = kind << KIND | name;
        let Some(slot) = packed.filter(|slot| *slot < OUTSIDE) else {
            self.outside.push(entry.id);
            let target = OUTSIDE | (self.outside.len() - 1) as u32;
            return self.push(Line { name, target });
        };
        let last = self.last[slot as usize];
        if last > 0 && self.lines[last as usize - 1].name == name {
            return last - 1;
        }
        let line = self.push(Line { name, target: slot });
        self.last[slot as usize] = line + 1;
        line
    }

    fn push(&mut self, line: Line) -> LineNumber {
        self.lines.push(line);
        (self.lines.len() - 1) as LineNumber
    }

    /// Notes a folder; returns where, for the folders that are made of it. `like` is that of its base.
    pub fn add(
        &mut self,
        folder: u32,
        entries: impl Iterator<Item = LineNumber> + Clone,
        like: Option<&Entries>,
    ) -> Option<Entries> {
        let same = |like: &&Entries| {
            let known = self.entries[like.start as usize..like.end as usize].iter().copied();
            known.eq(entries.clone())
        };
        let noted = match like.filter(same) {
            Some(like) => like.clone(),
            None => {
                // A line weighs as much as two entries, an id as much as eight.
                if self.entries.len() + 2 * self.lines.len() + 8 * self.outside.len() > MOST {
                    return None;
                }
                let start = self.entries.len() as u32;
                self.entries.extend(entries);
                start..self.entries.len() as u32
            }
        };
        self.folders.push((folder, noted.clone()));
        Some(noted)
    }

    /// Adds what another thread noted.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        if self.folders.is_empty() {
            return other;
        }
        let mut names = vec![0; other.names.len()];
        for (name, old) in other.names {
            names[old as usize] = match self.names.get(&name) {
                Some(&known) => known,
                None => number(&mut self.names, name),
            };
        }
        let (entries, lines) = (self.entries.len() as u32, self.lines.len() as u32);
        let outside = self.outside.len() as u32;
        self.lines.extend(other.lines.iter().map(|line| Line {
            name: line.name >> KIND << KIND | names[line.name()],
            target: match line.target & OUTSIDE {
                0 => line.target,
                _ => line.target + outside,
            },
        }));
        self.entries.extend(other.entries.iter().map(|line| line + lines));
        let folders = other.folders.into_iter();
        self.folders
            .extend(folders.map(|(folder, at)| (folder, at.start + entries..at.end + entries)));
        self.outside.extend(other.outside);
        self
    }
}

fn number(names: &mut Map<Box<[u8]>, u32>, name: Box<[u8]>) -> u32 {
    // So many names would need more memory than there is.
    let number = (names.len() as u32).min(NAMES - 1);
    names.insert(name, number);
    number
}

/// What is known of a folder.
#[derive(Clone, PartialEq, Eq)]
enum Folder {
    /// Not read, or no folder.
    Unknown,
    Entries(Entries),
    /// Read, and known to hold nothing.
    Empty,
}

/// A store with the outline of its packed folders.
pub struct Outlined<'s> {
    store: &'s Store,
    folders: Vec<Folder>,
    entries: Vec<LineNumber>,
    lines: Vec<Line>,
    names: Vec<Box<[u8]>>,
    /// Which of the names are hits themselves.
    named: Vec<bool>,
    outside: Vec<ObjectId>,
    circle: Option<ObjectId>,
}

/// How far a folder was looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Met {
    Not,
    /// What is beneath it is being looked at.
    Standing,
    /// It leads to no hit.
    Empty,
    /// It leads to one, or may do so.
    Leading,
}

impl<'s> Outlined<'s> {
    /// Puts together what was noted, and forgets the folders that lead to no hit.
    pub fn new(store: &'s Store, sketch: Sketch, hits: &Hits) -> Self {
        let mut names = vec![Box::default(); sketch.names.len()];
        for (name, number) in sketch.names {
            names[number as usize] = name;
        }
        let mut folders = vec![Folder::Unknown; store.slots() as usize];
        let mut order = Vec::with_capacity(sketch.folders.len());
        for (folder, entries) in sketch.folders {
            folders[folder as usize] = Folder::Entries(entries);
            order.push(folder);
        }
        let named = names.iter().map(|name| hits.names.contains_key(name)).collect();
        let mut outlined = Self {
            store,
            named,
            folders,
            entries: sketch.entries,
            lines: sketch.lines,
            names,
            outside: sketch.outside,
            circle: None,
        };
        let leading = outlined.leading(hits);
        outlined.circle = outlined.prune(&leading, &order);
        if outlined.circle.is_some() {
            // Which folder of a circle is met first depends on the threads that noted them.
            order.sort_unstable();
            outlined.circle = outlined.prune(&leading, &order);
        }
        outlined
    }

    /// A folder that lies beneath itself, in a store that lies about its ids.
    pub fn circle(&self) -> Option<ObjectId> {
        self.circle
    }

    /// Of each line, whether it is a hit itself.
    fn leading(&self, hits: &Hits) -> Vec<bool> {
        let mut objects = vec![false; self.folders.len()];
        for slot in hits.objects.keys().filter_map(|id| self.store.slot(id)) {
            objects[slot as usize] = true;
        }
        let leads = |line: &Line| {
            self.named[line.name()]
                || match (line.kind(), self.target(*line)) {
                    // What is in a folder outside of the packs is not known.
                    (EntryKind::Tree, target) => matches!(target, Target::Other(_)),
                    (EntryKind::Submodule, _) => false,
                    (_, Target::Numbered(slot)) => objects[slot as usize],
                    (_, Target::Other(id)) => hits.objects.contains_key(&id),
                }
        };
        self.lines.iter().map(leads).collect()
    }

    /// Marks as empty what leads to no hit, what is beneath a folder first. Folders that were noted one after the other name
    /// much the same, so that is the order to look at them. Returns one that lies beneath itself.
    fn prune(&mut self, leading: &[bool], order: &[u32]) -> Option<ObjectId> {
        let mut circle = None;
        let mut met = vec![Met::Not; self.folders.len()];
        // The folders above the one that is looked at, with the entries to come and whether any yet leads to a hit.
        let mut standing: Vec<(u32, Entries, bool)> = Vec::new();
        for &folder in order {
            if met[folder as usize] != Met::Not {
                continue;
            }
            self.enter(folder, &mut met, &mut standing);
            while let Some((folder, rest, holds)) = standing.last_mut() {
                let Some(at) = rest.next() else {
                    let (folder, holds) = (*folder as usize, *holds);
                    standing.pop();
                    met[folder] = match holds {
                        true => Met::Leading,
                        false => Met::Empty,
                    };
                    if let Some((.., above)) = standing.last_mut() {
                        *above |= holds;
                    }
                    continue;
                };
                let number = self.entries[at as usize] as usize;
                *holds |= leading[number];
                let line = self.lines[number];
                if line.kind() == EntryKind::Tree && line.target & OUTSIDE == 0 {
                    match met[line.target as usize] {
                        Met::Not => self.enter(line.target, &mut met, &mut standing),
                        Met::Empty => {}
                        Met::Leading => *holds = true,
                        // Anything may be there.
                        Met::Standing => {
                            *holds = true;
                            circle = Some(self.store.at_slot(line.target));
                        }
                    }
                }
            }
        }
        for (folder, met) in self.folders.iter_mut().zip(met) {
            if met == Met::Empty {
                *folder = Folder::Empty;
            }
        }
        circle
    }

    /// Meets a folder. What is in one that was not read is not known, so it may hold something.
    fn enter(&self, folder: u32, met: &mut [Met], standing: &mut Vec<(u32, Entries, bool)>) {
        let at = folder as usize;
        met[at] = match &self.folders[at] {
            Folder::Entries(entries) => {
                standing.push((folder, entries.clone(), false));
                Met::Standing
            }
            Folder::Empty => Met::Empty,
            Folder::Unknown => {
                if let Some((.., above)) = standing.last_mut() {
                    *above = true;
                }
                Met::Leading
            }
        };
    }

    fn target(&self, line: Line) -> Target {
        match line.target & OUTSIDE {
            0 => Target::Numbered(line.target),
            _ => Target::Other(self.outside[(line.target & !OUTSIDE) as usize]),
        }
    }
}

impl ReadObject for Outlined<'_> {
    fn read(&self, id: &ObjectId, into: &mut Vec<u8>) -> Result<ObjectKind, String> {
        self.store.read(id, into)
    }

    fn numbered(&self) -> Option<&dyn Numbered> {
        Some(self)
    }
}

impl Numbered for Outlined<'_> {
    fn objects(&self) -> u32 {
        self.folders.len() as u32
    }

    fn number(&self, id: &ObjectId) -> Option<u32> {
        self.store.slot(id)
    }

    fn id(&self, number: u32) -> ObjectId {
        self.store.at_slot(number)
    }

    fn names(&self) -> &[Box<[u8]>] {
        &self.names
    }

    fn point(&self, tree: u32, visit: &mut dyn FnMut(Pointer)) -> bool {
        let entries = match &self.folders[tree as usize] {
            Folder::Unknown => return false,
            Folder::Empty => return true,
            Folder::Entries(entries) => &self.entries[entries.start as usize..entries.end as usize],
        };
        for &number in entries {
            let line = self.lines[number as usize];
            let is_empty = line.kind() == EntryKind::Tree
                && line.target & OUTSIDE == 0
                && self.folders[line.target as usize] == Folder::Empty;
            if !is_empty || self.named[line.name()] {
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

#[cfg(test)]
mod tests;

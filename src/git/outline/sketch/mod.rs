//! The sketch of an outline: what a thread notes of folders while it meets them.
//!
//! A line is made when an entry is met, and its object is looked up later, with others: see [`Sketch::point`]. Until then
//! it counts as one outside of the packs.

use std::ops::Range;

use crate::git::maps::Map;
use crate::git::tree::{Entry, EntryKind};
use crate::origin::ObjectId;

/// So many entries a thread keeps, four bytes each.
const MOST: usize = 12 << 20;
/// Marks a line whose object is in no pack.
const OUTSIDE: u32 = 1 << 31;
/// Marks a line that is a hit itself, or leads to one.
const LEADS: u32 = 1 << 30;
/// The kind of an entry stands in the highest two bits beside the number of its name.
const KIND: u32 = 30;
const NAMES: u32 = 1 << KIND;

/// An entry: its kind and the number of its name, and the object with its marks.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    name: u32,
    object: u32,
}

/// Where the object of a line stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// At this place of the packs.
    Packed(u32),
    /// Among those that are in no pack.
    Outside(u32),
}

impl Line {
    pub fn kind(self) -> EntryKind {
        match self.name >> KIND {
            0 => EntryKind::Tree,
            1 => EntryKind::File,
            2 => EntryKind::Symlink,
            _ => EntryKind::Submodule,
        }
    }

    pub fn name(self) -> usize {
        (self.name & (NAMES - 1)) as usize
    }

    pub fn target(self) -> Place {
        let number = self.object & !(OUTSIDE | LEADS);
        match self.object & OUTSIDE {
            0 => Place::Packed(number),
            _ => Place::Outside(number),
        }
    }

    /// Takes a number for the place of its object in the packs. Half a billion objects are not kept in outline.
    pub fn renumber(&mut self, number: u32) {
        self.object = number | self.object & LEADS;
    }

    /// Whether it was marked.
    pub fn leads(self) -> bool {
        self.object & LEADS != 0
    }

    pub fn mark(&mut self) {
        self.object |= LEADS;
    }
}

/// The number of a line.
pub type LineNumber = u32;

/// Where the entries of a folder are.
pub type Entries = Range<u32>;

/// What one thread notes of the folders it meets.
#[derive(Debug, Default)]
pub struct Sketch {
    pub folders: Vec<(u32, Entries)>,
    pub entries: Vec<LineNumber>,
    pub lines: Vec<Line>,
    pub names: Map<Box<[u8]>, u32>,
    pub outside: Vec<ObjectId>,
}

impl Sketch {
    /// The line of an entry: the one that was made of its object last, if the name is the same, or else a new one, of
    /// whose object [`Sketch::point`] is to tell. Returns whether it is new. `like` is one of the same name and kind.
    pub fn line(
        &mut self,
        entry: &Entry<'_>,
        last: Option<LineNumber>,
        like: Option<LineNumber>,
    ) -> (LineNumber, bool) {
        let name = match like {
            Some(like) => self.lines[like as usize].name,
            None => self.name(entry),
        };
        match last.filter(|last| self.lines[*last as usize].name == name) {
            Some(last) => (last, false),
            None => {
                self.lines.push(Line { name, object: OUTSIDE });
                ((self.lines.len() - 1) as LineNumber, true)
            }
        }
    }

    /// An entry's kind and the number of its name.
    fn name(&mut self, entry: &Entry<'_>) -> u32 {
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
        kind << KIND | name
    }

    /// Tells of a line's object at which place it stands in the packs, if at any.
    pub fn point(&mut self, line: LineNumber, id: ObjectId, packed: Option<u32>) {
        let object = packed.filter(|slot| *slot < LEADS / 2).unwrap_or_else(|| {
            self.outside.push(id);
            OUTSIDE | (self.outside.len() - 1) as u32
        });
        self.lines[line as usize].object = object;
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
            object: match line.object & OUTSIDE {
                0 => line.object,
                _ => line.object + outside,
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

#[cfg(test)]
mod tests;

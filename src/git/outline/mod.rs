//! An outline of packed folders: of each, only the entries that may lead to a finding.
//!
//! Every packed tree is read once, in the order of deltas, when its names are collected. What provenance will
//! want of it is noted then: folders, objects that are known to hold findings, names that look as if they did.
//! So provenance reads no packed tree again, and of those that lead to nothing it does not even hear.
//! Objects are numbered by their place in the pack indexes, and a folder that has the same such entries as
//! the one it was made of shares them. Beyond [`MOST`] entries folders are left to be read when asked for.

use std::ops::Range;

use crate::git::maps::Map;
use crate::git::provenance::Hits;
use crate::git::store::{ObjectKind, ReadObject, Store};
use crate::git::tree::{Entry, EntryKind};
use crate::origin::ObjectId;

/// So many entries a thread keeps, eight bytes each.
const MOST: usize = 4 << 20;
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

/// Where the lines of a folder are.
pub type Lines = Range<u32>;

/// What one thread notes of the folders it meets.
#[derive(Debug, Default)]
pub struct Sketch {
    folders: Vec<(u32, Lines)>,
    lines: Vec<Line>,
    names: Map<Box<[u8]>, u32>,
    outside: Vec<ObjectId>,
}

impl Sketch {
    /// The line of an entry, whose object stands at this place in the packs, if at any.
    pub fn line(&mut self, entry: &Entry<'_>, packed: Option<u32>) -> Line {
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
        let target = packed.filter(|slot| *slot < OUTSIDE).unwrap_or_else(|| {
            self.outside.push(entry.id);
            OUTSIDE | (self.outside.len() - 1) as u32
        });
        Line {
            name: kind << KIND | name,
            target,
        }
    }

    /// Notes a folder; returns where, for the folders that are made of it. `like` is that of its base.
    pub fn add(
        &mut self,
        folder: u32,
        lines: impl Iterator<Item = Line> + Clone,
        like: Option<&Lines>,
    ) -> Option<Lines> {
        let same = |like: &&Lines| {
            let known = self.lines[like.start as usize..like.end as usize].iter().copied();
            known.eq(lines.clone())
        };
        let noted = match like.filter(same) {
            Some(like) => like.clone(),
            None => {
                // An id weighs as much as four lines.
                if self.lines.len() + 4 * self.outside.len() > MOST {
                    return None;
                }
                let start = self.lines.len() as u32;
                self.lines.extend(lines);
                start..self.lines.len() as u32
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
        let (lines, outside) = (self.lines.len() as u32, self.outside.len() as u32);
        self.lines.extend(other.lines.iter().map(|line| Line {
            name: line.name >> KIND << KIND | names[line.name()],
            target: match line.target & OUTSIDE {
                0 => line.target,
                _ => line.target + outside,
            },
        }));
        let folders = other.folders.into_iter();
        self.folders
            .extend(folders.map(|(folder, at)| (folder, at.start + lines..at.end + lines)));
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
    Lines(Lines),
    /// Read, and known to hold nothing.
    Empty,
}

/// A store with the outline of its packed folders.
pub struct Outlined<'s> {
    store: &'s Store,
    folders: Vec<Folder>,
    lines: Vec<Line>,
    names: Vec<Box<[u8]>>,
    /// Which of the names are hits themselves.
    named: Vec<bool>,
    outside: Vec<ObjectId>,
}

impl<'s> Outlined<'s> {
    /// Puts together what was noted, and forgets the folders that lead to no hit.
    pub fn new(store: &'s Store, sketch: Sketch, hits: &Hits) -> Self {
        let mut names = vec![Box::default(); sketch.names.len()];
        for (name, number) in sketch.names {
            names[number as usize] = name;
        }
        let mut folders = vec![Folder::Unknown; store.slots() as usize];
        for (folder, lines) in sketch.folders {
            folders[folder as usize] = Folder::Lines(lines);
        }
        let named = names.iter().map(|name| hits.names.contains_key(name)).collect();
        let mut outlined = Self {
            store,
            named,
            folders,
            lines: sketch.lines,
            names,
            outside: sketch.outside,
        };
        outlined.prune(hits);
        outlined
    }

    /// Marks as empty what leads to no hit, what is beneath a folder first.
    fn prune(&mut self, hits: &Hits) {
        let mut visited = vec![false; self.folders.len()];
        let mut holds = vec![false; self.folders.len()];
        let mut standing: Vec<(u32, Lines)> = Vec::new();
        for folder in 0..self.folders.len() as u32 {
            self.enter(folder, &mut visited, &mut holds, &mut standing);
            while let Some((folder, rest)) = standing.last_mut() {
                let folder = *folder;
                // Of a folder that holds something, the others still have to be visited: each is, as the loop
                // comes to them all.
                let next = match holds[folder as usize] {
                    true => None,
                    false => rest.next(),
                };
                let Some(at) = next else {
                    standing.pop();
                    if holds[folder as usize] {
                        if let Some((above, _)) = standing.last() {
                            holds[*above as usize] = true;
                        }
                    } else {
                        self.folders[folder as usize] = Folder::Empty;
                    }
                    continue;
                };
                let line = self.lines[at as usize];
                let is_folder = line.kind() == EntryKind::Tree;
                let hit = self.named[line.name()]
                    || match line.kind() {
                        // One that is still being looked at lies beneath itself: anything may be there.
                        EntryKind::Tree => line.target & OUTSIDE != 0 || self.may_hold(line.target, &visited, &holds),
                        EntryKind::Submodule => false,
                        _ => hits.objects.contains_key(&self.id(line.target)),
                    };
                if hit {
                    holds[folder as usize] = true;
                } else if is_folder {
                    self.enter(line.target, &mut visited, &mut holds, &mut standing);
                }
            }
        }
    }

    /// Whether a folder that was visited may hold something; one that was not is still to be looked at.
    fn may_hold(&self, folder: u32, visited: &[bool], holds: &[bool]) -> bool {
        let at = folder as usize;
        visited[at] && (holds[at] || self.folders[at] != Folder::Empty)
    }

    fn enter(&self, folder: u32, visited: &mut [bool], holds: &mut [bool], standing: &mut Vec<(u32, Lines)>) {
        let at = folder as usize;
        if visited[at] {
            return;
        }
        visited[at] = true;
        match &self.folders[at] {
            Folder::Lines(lines) => standing.push((folder, lines.clone())),
            Folder::Empty => {}
            Folder::Unknown => {
                holds[at] = true;
                if let Some((above, _)) = standing.last() {
                    holds[*above as usize] = true;
                }
            }
        }
    }

    fn id(&self, target: u32) -> ObjectId {
        match target & OUTSIDE {
            0 => self.store.at_slot(target),
            _ => self.outside[(target & !OUTSIDE) as usize],
        }
    }
}

impl ReadObject for Outlined<'_> {
    fn read(&self, id: &ObjectId, into: &mut Vec<u8>) -> Result<ObjectKind, String> {
        self.store.read(id, into)
    }

    fn outline(&self, tree: &ObjectId, visit: &mut dyn FnMut(Entry<'_>)) -> bool {
        let Some(folder) = self.store.slot(tree).map(|slot| &self.folders[slot as usize]) else {
            return false;
        };
        let lines = match folder {
            Folder::Unknown => return false,
            Folder::Empty => return true,
            Folder::Lines(lines) => &self.lines[lines.start as usize..lines.end as usize],
        };
        for &line in lines {
            let is_empty = line.kind() == EntryKind::Tree
                && line.target & OUTSIDE == 0
                && self.folders[line.target as usize] == Folder::Empty;
            if !is_empty || self.named[line.name()] {
                visit(Entry {
                    kind: line.kind(),
                    name: &self.names[line.name()],
                    id: self.id(line.target),
                });
            }
        }
        true
    }
}

#[cfg(test)]
mod tests;

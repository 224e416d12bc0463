//! Trees by the findings beneath them, each distinct tree read once.
//!
//! A history has very many trees and few findings, so a tree that holds none is remembered by its id
//! alone, and of the others only the entries that lead to a finding.

use crate::git::maps::Map;
use crate::git::provenance::{Folder, Hits};
use crate::git::sets::{SetId, Sets};
use crate::git::store::{ObjectKind, ReadObject};
use crate::git::tree::{self, Entry, EntryKind};
use crate::origin::{ObjectId, Place};

/// As deep as git itself reads trees.
const TREE_DEPTH: usize = 2048;

/// Every tree met so far, and the sets of findings in them.
pub struct Trees<'t> {
    pub objects: &'t dyn ReadObject,
    pub sets: Sets,
    hits: &'t Hits,
    /// Whether any object with findings has an id that begins with these two bytes: spares most look-ups.
    begins: Box<[bool; 1 << 16]>,
    /// `None` for a tree that holds nothing, which is most of them.
    known: Map<ObjectId, Option<Box<Beneath>>>,
    raw: Vec<u8>,
    /// A tree that was nested too deep to be read.
    pub too_deep: Option<ObjectId>,
    /// A tree that lies beneath itself, in a store that lies about its ids.
    pub circle: Option<ObjectId>,
    /// The trees that are being read, from the top.
    standing: Vec<ObjectId>,
}

/// A tree that holds findings.
struct Beneath {
    set: SetId,
    entries: Vec<Held>,
}

/// An entry that holds findings: by its name, its content, or beneath it.
pub struct Held {
    pub name: Box<[u8]>,
    pub id: ObjectId,
    kind: EntryKind,
    by_name: SetId,
    by_content: SetId,
}

impl Held {
    /// The tree to look further in.
    pub fn tree(&self) -> Option<ObjectId> {
        (self.kind == EntryKind::Tree).then_some(self.id)
    }

    /// The findings that stand at this very path, and how.
    pub fn spots(&self) -> [(SetId, Place); 2] {
        let by_content = match self.kind {
            EntryKind::Tree => SetId::EMPTY,
            _ => self.by_content,
        };
        [(by_content, Place::Blob), (self.by_name, Place::PathName)]
    }
}

impl<'t> Trees<'t> {
    pub fn new(objects: &'t dyn ReadObject, hits: &'t Hits) -> Self {
        let mut begins = Box::new([false; 1 << 16]);
        for id in hits.objects.keys() {
            begins[begin(id)] = true;
        }
        Self {
            objects,
            sets: Sets::new(),
            hits,
            begins,
            known: Map::default(),
            raw: Vec::new(),
            too_deep: None,
            circle: None,
            standing: Vec::new(),
        }
    }

    /// The findings in an object's own text or content.
    pub fn own(&mut self, id: &ObjectId) -> SetId {
        if !self.begins[begin(id)] {
            return SetId::EMPTY;
        }
        match self.hits.objects.get(id) {
            Some(findings) => self.sets.of(findings),
            None => SetId::EMPTY,
        }
    }

    /// The objects that hold findings themselves, sorted.
    pub fn hit_objects(&self) -> Vec<ObjectId> {
        let mut ids: Vec<_> = self.hits.objects.keys().copied().collect();
        ids.sort();
        ids
    }

    /// The findings beneath a tree, which is read if it is met for the first time.
    pub fn beneath(&mut self, tree: ObjectId) -> SetId {
        self.beneath_at(tree, 0)
    }

    /// The entries of a tree that hold findings, by name; none if it has not been read.
    pub fn held(&self, tree: &ObjectId) -> &[Held] {
        match self.known.get(tree) {
            Some(Some(beneath)) => &beneath.entries,
            _ => &[],
        }
    }

    /// What a folder holds, which is read if it is met for the first time; `None` if nothing.
    pub fn folder(&mut self, id: ObjectId) -> Option<Folder> {
        self.beneath(id);
        let held = self.known.get(&id)?.as_ref()?;
        let entry = |held: &Held| (held.kind, held.name.clone(), held.id);
        Some(Folder {
            id,
            entries: held.entries.iter().map(entry).collect(),
        })
    }

    fn beneath_at(&mut self, id: ObjectId, depth: usize) -> SetId {
        if let Some(known) = self.known.get(&id) {
            return known.as_ref().map_or(SetId::EMPTY, |beneath| beneath.set);
        }
        // Before it is read, so that a store that lies about its ids cannot send this in circles.
        self.known.insert(id, None);
        if depth > TREE_DEPTH {
            self.too_deep = Some(id);
            return SetId::EMPTY;
        }
        self.standing.push(id);
        let mut folders = Vec::new();
        let mut entries = self.list(&id, &mut folders);
        for (name, tree) in folders {
            let by_content = self.beneath_at(tree, depth + 1);
            if !by_content.is_empty() {
                entries.push(Held {
                    name,
                    id: tree,
                    kind: EntryKind::Tree,
                    by_name: SetId::EMPTY,
                    by_content,
                });
            }
        }
        self.standing.pop();
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        let mut set = SetId::EMPTY;
        for entry in &entries {
            let entry = self.sets.union(entry.by_name, entry.by_content);
            set = self.sets.union(set, entry);
        }
        if !set.is_empty() {
            self.known.insert(id, Some(Box::new(Beneath { set, entries })));
        }
        set
    }

    /// The entries that hold findings themselves; the folders still to be looked into go to `folders`.
    fn list(&mut self, tree: &ObjectId, folders: &mut Vec<(Box<[u8]>, ObjectId)>) -> Vec<Held> {
        let mut held = Vec::new();
        let objects = self.objects;
        if objects.outline(tree, &mut |entry| self.note(&entry, folders, &mut held)) {
            return held;
        }
        let mut raw = std::mem::take(&mut self.raw);
        if self.objects.read(tree, &mut raw) != Ok(ObjectKind::Tree) {
            raw.clear();
        }
        for entry in tree::entries(&raw, tree.length()).map_while(Result::ok) {
            self.note(&entry, folders, &mut held);
        }
        self.raw = raw;
        held
    }

    fn note(&mut self, entry: &Entry<'_>, folders: &mut Vec<(Box<[u8]>, ObjectId)>, held: &mut Vec<Held>) {
        let by_name = match self.hits.names.get(entry.name) {
            Some(findings) => self.sets.of(findings),
            None => SetId::EMPTY,
        };
        let by_content = match entry.kind.is_blob() {
            true => self.own(&entry.id),
            false => SetId::EMPTY,
        };
        // A folder that is known to hold nothing is not worth a copy of its name.
        if entry.kind == EntryKind::Tree {
            match self.known.get(&entry.id) {
                Some(None) if self.standing.contains(&entry.id) => self.circle = Some(entry.id),
                Some(None) => {}
                _ => folders.push((entry.name.into(), entry.id)),
            }
        }
        if !by_name.is_empty() || !by_content.is_empty() {
            held.push(Held {
                name: entry.name.into(),
                id: entry.id,
                kind: entry.kind,
                by_name,
                by_content,
            });
        }
    }
}

fn begin(id: &ObjectId) -> usize {
    let bytes = id.as_bytes();
    usize::from(bytes[0]) << 8 | usize::from(bytes[1])
}

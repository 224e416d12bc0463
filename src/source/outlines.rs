//! Outlines of folders that are new since an earlier scan: the entries that may lead to a finding.
//!
//! They are noted when the folders are followed, so that provenance reads none of them again. Names are not asked: where
//! one is a finding, folders have to be read.

use std::collections::HashMap;

use crate::git::tree::{Entry, EntryKind};
use crate::origin::ObjectId;

/// What was noted of new folders.
#[derive(Debug, Default)]
pub struct Outlines {
    entries: Vec<(EntryKind, Box<[u8]>, ObjectId)>,
    /// By folder: the numbers of its entries.
    folders: HashMap<ObjectId, Vec<u32>>,
}

impl Outlines {
    /// Notes an entry; returns its number, for all folders that have it.
    pub fn note(&mut self, entry: &Entry<'_>) -> u32 {
        self.entries.push((entry.kind, entry.name.into(), entry.id));
        (self.entries.len() - 1) as u32
    }

    /// Notes a folder that has these entries.
    pub fn add(&mut self, folder: ObjectId, entries: impl Iterator<Item = u32>) {
        self.folders.insert(folder, entries.collect());
    }

    /// Visits what was noted of a folder. Returns whether it was.
    pub fn visit(&self, folder: &ObjectId, visit: &mut dyn FnMut(Entry<'_>)) -> bool {
        let Some(entries) = self.folders.get(folder) else {
            return false;
        };
        for &number in entries {
            let (kind, name, id) = &self.entries[number as usize];
            visit(Entry {
                kind: *kind,
                name,
                id: *id,
            });
        }
        true
    }
}

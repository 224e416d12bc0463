//! Pruning an outline: which folders lead to a finding.

use super::Outlined;
use super::sketch::{Entries, Place};
use crate::git::provenance::Hits;
use crate::git::tree::EntryKind;
use crate::origin::ObjectId;

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

impl Outlined<'_> {
    /// Marks the lines that are hits themselves, and tells all lines the numbers of their objects.
    pub(super) fn mark_hits(&mut self, hits: &Hits) {
        let mut objects = vec![false; self.numbers.len()];
        for slot in hits.objects.keys().filter_map(|id| self.store.slot(id)) {
            objects[slot as usize] = true;
        }
        let named: Vec<_> = self.names.iter().map(|name| hits.names.contains_key(name)).collect();
        for at in 0..self.lines.len() {
            let mut line = self.lines[at];
            let leads = named[line.name()]
                || match (line.kind(), line.target()) {
                    // What is in a folder that was not read is not known.
                    (EntryKind::Tree, Place::Packed(slot)) => self.numbers[slot as usize] == 0,
                    (EntryKind::Tree, Place::Outside(_)) => true,
                    (EntryKind::Submodule, _) => false,
                    (_, Place::Packed(slot)) => objects[slot as usize],
                    (_, Place::Outside(n)) => hits.objects.contains_key(&self.outside[n as usize]),
                };
            if leads {
                line.mark();
            }
            if let Place::Packed(slot) = line.target() {
                line.renumber(self.number_at(slot));
            }
            self.lines[at] = line;
        }
    }

    /// Marks the lines of folders that lead to a hit as well, so that of no other anybody hears.
    pub(super) fn mark_folders(&mut self) {
        for at in 0..self.lines.len() {
            let folder = self.folder(self.lines[at]);
            if folder.is_some_and(|folder| !self.folders[folder as usize].entries.is_empty()) {
                self.lines[at].mark();
            }
        }
    }

    /// Forgets the entries of folders that lead to no hit, what is beneath a folder first. Folders that were noted one after the
    /// other name much the same, so that is the order to look at them. Returns one that lies beneath itself.
    pub(super) fn prune(&mut self, order: &[u32]) -> Option<ObjectId> {
        let mut circle = None;
        let mut met = vec![Met::Not; self.folders.len()];
        // The folders above the one that is looked at, with the entries to come and whether any yet leads to a hit.
        let mut standing: Vec<(u32, Entries, bool)> = Vec::new();
        for &folder in order {
            let alike = self.folders[folder as usize].alike;
            if met[alike as usize] == Met::Not {
                self.enter(alike, &mut met, &mut standing);
            }
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
                let line = self.lines[self.entries[at as usize] as usize];
                *holds |= line.leads();
                let Some(beneath) = self.folder(line) else {
                    continue;
                };
                let alike = self.folders[beneath as usize].alike;
                match met[alike as usize] {
                    Met::Not => self.enter(alike, &mut met, &mut standing),
                    Met::Empty => {}
                    Met::Leading => *holds = true,
                    // Anything may be there.
                    Met::Standing => {
                        *holds = true;
                        circle = Some(self.store.at_slot(self.folders[beneath as usize].slot));
                    }
                }
            }
        }
        for folder in &mut self.folders {
            if met[folder.alike as usize] == Met::Empty {
                folder.entries = 0..0;
            }
        }
        circle
    }

    /// Meets a folder.
    fn enter(&self, folder: u32, met: &mut [Met], standing: &mut Vec<(u32, Entries, bool)>) {
        met[folder as usize] = Met::Standing;
        standing.push((folder, self.folders[folder as usize].entries.clone(), false));
    }
}

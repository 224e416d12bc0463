//! What has changed in a repository since the memo was made: which objects are new, and whether any is gone.
//!
//! Ids of packs and of the memo are both sorted, so they are compared in one pass over them, whatever the
//! packs are called now. Nothing of an object is read but the kind in its header.

use std::collections::HashSet;

use super::Memo;
use super::ids::order;
use crate::git::provenance::Hits;
use crate::git::{ObjectKind, Store};
use crate::origin::ObjectId;

/// So many ids are compared at once.
const TOGETHER: usize = 64;
/// Below this many, new objects are read one by one, however few are known.
const FEW: usize = 2000;

/// Objects that are there and not remembered.
#[derive(Debug, Default)]
pub struct Change {
    /// In packs, in the order in which a walk meets them.
    pub packed: Vec<(ObjectId, ObjectKind)>,
    /// In no pack.
    pub loose: HashSet<ObjectId>,
}

impl Change {
    /// Compares the memo with what is in the store.
    ///
    /// # Errors
    /// A few words why the memo is of no use now: the end of a sentence about it.
    pub fn since(memo: &Memo, store: &Store, shallow: bool) -> Result<Self, &'static str> {
        if memo.id_length != store.id_length() {
            return Err("it is of another repository");
        }
        let mut there = vec![false; memo.known()];
        let mut fresh = Vec::new();
        for ids in store.packed_ids() {
            memo.compare(&ids, &mut there, &mut fresh);
        }
        let mut loose = Vec::new();
        let ids: Vec<u8> = store.loose_ids().iter().flat_map(ObjectId::as_bytes).copied().collect();
        memo.compare(&ids, &mut there, &mut loose);
        let gone = there.iter().filter(|there| !**there).count();
        if gone * 2 > memo.known() {
            return Err("it is of another repository");
        }
        if gone > 0 {
            return Err("objects that it remembers are gone");
        }
        if memo.shallow != shallow {
            return Err("the history is cut off elsewhere now");
        }
        fresh.sort_unstable();
        fresh.dedup();
        if fresh.len() > FEW && fresh.len() * 4 > memo.known() {
            return Err("more is new than it remembers");
        }
        if fresh
            .iter()
            .chain(&loose)
            .any(|id| memo.missing.binary_search(id).is_ok())
        {
            return Err("objects that were missing are there");
        }
        Ok(Self {
            packed: in_order(fresh, store).ok_or("a pack is damaged")?,
            loose: loose.into_iter().collect(),
        })
    }

    /// Whether there is no object that is not remembered.
    pub fn is_nothing(&self) -> bool {
        self.packed.is_empty() && self.loose.is_empty()
    }

    /// The new packed objects and those that hold findings, in order. `None` if the kind of one cannot be told.
    pub fn with_hits(
        &self,
        memo: &Memo,
        store: &Store,
        is_blob: impl Fn(&ObjectId) -> bool,
    ) -> Option<Vec<(ObjectId, ObjectKind)>> {
        let mut placed = Vec::new();
        for id in memo.hits() {
            if let Some(place) = store.place(&id) {
                let kind = if is_blob(&id) {
                    ObjectKind::Blob
                } else {
                    store.kind_of(&id)?
                };
                placed.push((place, id, kind));
            }
        }
        for (id, kind) in &self.packed {
            placed.push((store.place(id)?, *id, *kind));
        }
        Some(sorted(placed))
    }

    /// Whether no commit, tag or folder is new, and no new blob holds a finding: so no finding came from elsewhere.
    pub fn leads_nowhere(&self, hits: &Hits) -> bool {
        let is_nothing =
            |(id, kind): &(ObjectId, ObjectKind)| *kind == ObjectKind::Blob && !hits.objects.contains_key(id);
        self.loose.is_empty() && self.packed.iter().all(is_nothing)
    }
}

/// Sorts objects as a walk meets them. `None` if the kind of one cannot be told.
fn in_order(ids: Vec<ObjectId>, store: &Store) -> Option<Vec<(ObjectId, ObjectKind)>> {
    let mut placed = Vec::with_capacity(ids.len());
    for id in ids {
        placed.push((store.place(&id)?, id, store.kind_of(&id)?));
    }
    Some(sorted(placed))
}

/// Puts objects in the order of their places.
fn sorted(mut placed: Vec<((usize, u64), ObjectId, ObjectKind)>) -> Vec<(ObjectId, ObjectKind)> {
    placed.sort_unstable_by_key(|(place, ..)| *place);
    placed.into_iter().map(|(_, id, kind)| (id, kind)).collect()
}

impl Memo {
    /// Marks the known ones of sorted ids, which stand one after the other, and collects the others.
    fn compare(&self, ids: &[u8], there: &mut [bool], fresh: &mut Vec<ObjectId>) {
        // A short list is looked up, a long one merged.
        let merges = ids.len() >= self.ids.len() / 16;
        let (mut rest, mut at) = (ids, 0);
        while !rest.is_empty() {
            // Most packs are those of the last run: where nothing is new, many are the same at once.
            let together = TOGETHER * self.id_length;
            let next = self.ids.get(at * self.id_length..).and_then(|ids| ids.get(..together));
            if merges && next.is_some() && next == rest.get(..together) {
                there[at..at + TOGETHER].fill(true);
                at += TOGETHER;
                rest = &rest[together..];
                continue;
            }
            let (raw, after) = rest.split_at(self.id_length);
            rest = after;
            while merges && at < self.known() && order(self.raw_id(at), raw).is_lt() {
                at += 1;
            }
            // An index whose ids are not in order is looked up as well.
            let is_next = merges && at < self.known() && self.raw_id(at) == raw;
            let id = ObjectId::from_bytes(raw).expect("ids have 20 or 32 bytes");
            match if is_next { Some(at as u32) } else { self.find(&id) } {
                Some(known) => there[known as usize] = true,
                None => fresh.push(id),
            }
        }
    }
}

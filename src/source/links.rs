//! What trees, commits, tags and roots name: names of files, submodules, objects that are missing.
//!
//! Packed trees are met in the order of deltas, so that only what a tree does not share with its base is looked
//! at. The entries that provenance will ask for are noted on the way.

use std::collections::BTreeSet;

use super::Discovered;
use super::history::{Named, Suspects};
use super::outlines::Outlines;
use crate::git::commit::{Commit, Tag};
use crate::git::maps::Set;
use crate::git::tree::{self, Entry, EntryKind};
use crate::git::{Derived, Entries, LineNumber, ObjectKind, Packed, Roots, Sketch, Store, Visitor};
use crate::origin::ObjectId;
use crate::skip::Skip;

/// How many ids are remembered as looked up.
const RECENT: usize = 1 << 14;

/// Says of an object that an earlier scan knows whether it leads to a finding; `None` of others.
pub type Known<'s> = &'s (dyn Fn(&ObjectId) -> Option<bool> + Sync);

/// What trees, commits, tags and roots name, all together.
pub struct Links<'s> {
    store: &'s Store,
    suspects: &'s Suspects<'s>,
    /// Whether any suspect's id begins with these two bytes: spares most look-ups.
    begins: Vec<bool>,
    /// The parents of a shallow clone's last commits are missing on purpose.
    shallow: bool,
    /// Which objects are there for sure, if an earlier scan is gone on with; then nothing is sketched, and new folders are
    /// outlined.
    pub known: Option<Known<'s>>,
    pub outlines: Outlines,
    pub names: Set<Box<[u8]>>,
    /// Of the names, those that could hold a finding.
    suspicious: Set<Box<[u8]>>,
    /// By the last component of their path.
    pub submodules: BTreeSet<Box<[u8]>>,
    pub missing: BTreeSet<ObjectId>,
    /// Ids that were looked up lately and their places: versions of a folder name much the same.
    recent: Vec<Option<(ObjectId, Option<u32>)>>,
    /// Those of the packs first, in their order.
    pub commits: Vec<(ObjectId, Commit)>,
    pub tags: Vec<(ObjectId, ObjectId)>,
    /// Trees that were read in part.
    damaged: Vec<(u32, Skip)>,
    /// What was noted of the last tree that no other is made of.
    unkept: Kept,
    pub sketch: Sketch,
}

impl<'s> Links<'s> {
    pub fn new(store: &'s Store, shallow: bool, suspects: &'s Suspects<'s>) -> Self {
        let mut begins = vec![false; 1 << 16];
        for id in &suspects.objects {
            begins[begin(id)] = true;
        }
        Self {
            store,
            suspects,
            begins,
            shallow,
            known: None,
            outlines: Outlines::default(),
            names: Set::default(),
            suspicious: Set::default(),
            submodules: BTreeSet::new(),
            missing: BTreeSet::new(),
            recent: Vec::new(),
            commits: Vec::new(),
            tags: Vec::new(),
            damaged: Vec::new(),
            unkept: Kept::default(),
            sketch: Sketch::of(store.slots()),
        }
    }

    /// Follows all packed trees.
    pub fn packed(
        store: &'s Store,
        shallow: bool,
        suspects: &'s Suspects<'s>,
        threads: usize,
        found: &mut Discovered,
    ) -> Self {
        let is_tree = |kind| kind == ObjectKind::Tree;
        let new = || Links::new(store, shallow, suspects);
        let (workers, unread) = store.walk(is_tree, threads, new);
        let mut all = workers.into_iter().fold(new(), Links::and);
        all.damaged.sort_unstable_by_key(|(number, _)| *number);
        // What the scan reads as well, it names itself.
        let trees = unread
            .into_iter()
            .filter(|unread| unread.kind == Some(ObjectKind::Tree));
        found.skips.extend(trees.map(|unread| unread.skip));
        all
    }

    fn and(mut self, other: Self) -> Self {
        self.names.extend(other.names);
        self.submodules.extend(other.submodules);
        self.missing.extend(other.missing);
        self.damaged.extend(other.damaged);
        self.sketch = self.sketch.and(other.sketch);
        self
    }

    /// The trees that were read in part, in order.
    pub fn damaged(&mut self) -> Vec<Skip> {
        self.damaged.drain(..).map(|(_, skip)| skip).collect()
    }

    /// Follows what the scan has read.
    pub fn follow_named(&mut self, named: Named) {
        for (id, commit) in named.commits {
            self.follow_commit(id, commit);
        }
        for (tag, target) in named.tags {
            self.follow_tag(tag, Some(target));
        }
    }

    /// Follows an object that is in no pack.
    pub fn follow(&mut self, id: ObjectId, kind: ObjectKind, raw: &[u8]) {
        match kind {
            ObjectKind::Blob => {}
            ObjectKind::Tree => {
                if self.follow_tree(raw, id.length(), None, &mut Kept::default()).is_err() {
                    self.note_damage(u32::MAX, id);
                }
            }
            ObjectKind::Commit => self.follow_commit(id, Commit::parse(raw)),
            ObjectKind::Tag => self.follow_tag(id, Tag::parse(raw).target),
        }
    }

    fn follow_commit(&mut self, id: ObjectId, commit: Commit) {
        self.check(commit.tree);
        if !self.shallow {
            commit.parents.iter().for_each(|parent| self.check(Some(*parent)));
        }
        self.commits.push((id, commit));
    }

    fn follow_tag(&mut self, id: ObjectId, target: Option<ObjectId>) {
        self.check(target);
        self.tags.extend(target.map(|target| (id, target)));
    }

    pub(super) fn note_damage(&mut self, number: u32, id: ObjectId) {
        let skip = Skip::fault(id.to_string(), "the tree is damaged");
        self.damaged.push((number, skip));
    }

    /// Notes what a tree names and, in `kept`, where its entries start. What `derived` copied from its base with the
    /// entries' starts was noted there: versions of a large folder differ by a line or two.
    pub(super) fn follow_tree(
        &mut self,
        raw: &[u8],
        id_length: usize,
        derived: Option<&Derived<'_, Kept>>,
        kept: &mut Kept,
    ) -> Result<(), tree::Damaged> {
        let base = derived.map(|derived| derived.kept);
        let known = base.map_or(&[][..], |base| &base.starts);
        let mut copies = derived.map_or(&[][..], |derived| derived.copied);
        kept.starts.clear();
        kept.lines.clear();
        kept.starts.reserve_exact(known.len() + 2);
        let mut at = 0;
        while at < raw.len() {
            while copies.first().is_some_and(|copy| copy.to + copy.length <= at) {
                copies = &copies[1..];
            }
            if let (Some(base), Some(copy)) = (base, copies.first().filter(|copy| copy.to <= at)) {
                // From a shared start on, the same bytes are the same entries, up to the last that starts in the copy.
                let start = (at - copy.to + copy.from) as u32;
                let end = (copy.from + copy.length) as u32;
                let first = known.partition_point(|&known| known < start);
                let last = known.partition_point(|&start| start <= end).max(1) - 1;
                if first < last && known[first] == start {
                    let end = known[last];
                    // What stands further on there is moved by so many bytes, up or down.
                    let by = (at as u32).wrapping_sub(start);
                    kept.starts
                        .extend(known[first..last].iter().map(|start| start.wrapping_add(by)));
                    let lines = &base.lines[base.lines.partition_point(|(at, _)| *at < start)..];
                    let lines = lines.iter().take_while(|(at, _)| *at < end);
                    kept.lines.extend(lines.map(|(at, line)| (at.wrapping_add(by), *line)));
                    at = end.wrapping_add(by) as usize;
                    continue;
                }
            }
            let Ok((entry, length)) = tree::entry(&raw[at..], id_length) else {
                return Err(tree::Damaged);
            };
            kept.starts.push(at as u32);
            kept.lines
                .extend(self.follow_entry(&entry).map(|line| (at as u32, line)));
            at += length;
        }
        kept.starts.push(at as u32);
        Ok(())
    }

    /// Notes a folder of which this was kept.
    pub(super) fn outline(&mut self, id: ObjectId, kept: &Kept) {
        self.outlines.add(id, kept.lines.iter().map(|(_, line)| *line));
    }

    /// Notes what an entry names; returns it if it may lead to a finding.
    fn follow_entry(&mut self, entry: &Entry<'_>) -> Option<LineNumber> {
        if !self.names.contains(entry.name) {
            self.names.insert(entry.name.into());
            if (self.suspects.name)(entry.name) {
                self.suspicious.insert(entry.name.into());
            }
        }
        let mut slot = None;
        let mut leads = !self.suspicious.is_empty() && self.suspicious.contains(entry.name);
        if entry.kind == EntryKind::Submodule {
            self.submodules.insert(entry.name.into());
        } else if let Some(known) = self.known {
            let leads = known(&entry.id);
            if leads.is_none() {
                self.look_up(entry.id);
            }
            return leads.unwrap_or(true).then(|| self.outlines.note(entry));
        } else {
            slot = self.look_up(entry.id);
            leads |= match (entry.kind, slot) {
                (EntryKind::Tree, _) => true,
                (_, Some(_)) => self.begins[begin(&entry.id)] && self.suspects.objects.contains(&entry.id),
                // Loose objects are scanned later.
                (_, None) => self.store.contains_outside(&entry.id),
            };
        }
        leads.then(|| self.sketch.line(entry, slot))
    }

    pub fn follow_roots(&mut self, roots: &Roots) {
        roots.lasting().for_each(|id| self.check(Some(id)));
    }

    fn check(&mut self, id: Option<ObjectId>) {
        if let Some(id) = id {
            self.look_up(id);
        }
    }

    /// Where an object stands in the packs; notes it if it is nowhere.
    fn look_up(&mut self, id: ObjectId) -> Option<u32> {
        if self.recent.is_empty() {
            self.recent.resize(RECENT, None);
        }
        let recent = &mut self.recent[begin(&id) % RECENT];
        if let Some((known, slot)) = recent
            && *known == id
        {
            return *slot;
        }
        let is_known = self.known.is_some_and(|known| known(&id).is_some());
        let slot = if is_known { None } else { self.store.slot(&id) };
        *recent = Some((id, slot));
        if slot.is_none() && !is_known && !self.store.contains_outside(&id) {
            self.missing.insert(id);
        }
        slot
    }
}

fn begin(id: &ObjectId) -> usize {
    let bytes = id.as_bytes();
    usize::from(bytes[0]) << 8 | usize::from(bytes[1])
}

/// What is kept of a tree for those that are made of it.
#[derive(Default)]
pub struct Kept {
    /// Where its entries start, and where the last ends: no object has more than [`LARGEST`](crate::git::LARGEST) bytes.
    starts: Vec<u32>,
    /// The entries that may lead to a finding, and where they start.
    lines: Vec<(u32, LineNumber)>,
    noted: Option<Entries>,
}

impl Visitor for Links<'_> {
    type Kept = Kept;

    fn visit(&mut self, object: Packed<'_>, derived: Option<Derived<'_, Kept>>) -> Kept {
        // Of a tree that no other is made of nothing has to be kept, and the next one takes its memory.
        let mut kept = match object.is_base {
            true => Kept::default(),
            false => std::mem::take(&mut self.unkept),
        };
        let id_length = self.store.id_length();
        if self
            .follow_tree(object.bytes, id_length, derived.as_ref(), &mut kept)
            .is_err()
        {
            self.note_damage(object.number, object.id());
        }
        let like = derived.and_then(|derived| derived.kept.noted.as_ref());
        let entries = kept.lines.iter().map(|(_, line)| *line);
        kept.noted = self.sketch.add(object.slot, entries, like);
        if object.is_base {
            return kept;
        }
        self.unkept = kept;
        Kept::default()
    }
}

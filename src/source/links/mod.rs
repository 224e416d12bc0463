//! What trees, commits, tags and roots name: names of files, submodules, objects that are missing.
//!
//! Packed trees are met in the order of deltas, so that only what a tree does not share with its base is looked
//! at. The entries that provenance will ask for are noted on the way.

mod folders;

pub use folders::Kept;

use std::collections::BTreeSet;

use super::Discovered;
use super::history::{Named, Suspects};
use super::outlines::Outlines;
use crate::git::commit::{Commit, Tag};
use crate::git::maps::Set;
use crate::git::tree::Entry;
use crate::git::{LineNumber, ObjectKind, Roots, Sketch, Store};
use crate::origin::ObjectId;
use crate::skip::Skip;

/// How many ids are remembered as looked up.
const RECENT: usize = 1 << 13;
/// So many are looked up at once.
const TOGETHER: usize = 256;

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
    /// Ids that were looked up lately, and the lines that were made of them: versions of a folder name much the same.
    recent: Vec<Option<(ObjectId, Option<LineNumber>)>>,
    /// Ids that are to be looked up, and the lines that wait for them.
    pending: Vec<ObjectId>,
    waiting: Vec<(LineNumber, usize)>,
    slots: Vec<Option<u32>>,
    /// Those of the packs first, in their order.
    pub commits: Vec<(ObjectId, Commit)>,
    pub tags: Vec<(ObjectId, ObjectId)>,
    /// Trees that were read in part.
    damaged: Vec<(u32, Skip)>,
    /// What was noted of trees that no other is made of any more.
    spare: Vec<Kept>,
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
            pending: Vec::new(),
            waiting: Vec::new(),
            slots: Vec::new(),
            commits: Vec::new(),
            tags: Vec::new(),
            damaged: Vec::new(),
            spare: Vec::new(),
            sketch: Sketch::default(),
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

    /// Follows the commits and tags that the scan has read.
    pub fn named(store: &'s Store, shallow: bool, suspects: &'s Suspects<'s>, named: Named) -> Self {
        let mut links = Links::new(store, shallow, suspects);
        for (id, commit) in named.commits {
            links.follow_commit(id, commit);
        }
        for (tag, target) in named.tags {
            links.follow_tag(tag, Some(target));
        }
        links.look_up();
        links
    }

    /// What both found; commits and tags stand in this order.
    pub fn and(mut self, mut other: Self) -> Self {
        other.look_up();
        self.commits.append(&mut other.commits);
        self.tags.append(&mut other.tags);
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

    pub fn follow_roots(&mut self, roots: &Roots) {
        roots.lasting().for_each(|id| self.check(Some(id)));
    }

    fn check(&mut self, id: Option<ObjectId>) {
        if let Some(id) = id {
            self.note(id, None, None);
        }
    }

    /// Notes an object that is named, and returns the line of the entry that names it, if one is to be made.
    /// `like` is one of the same name and kind.
    fn note(&mut self, id: ObjectId, entry: Option<&Entry<'_>>, like: Option<LineNumber>) -> Option<LineNumber> {
        if self.recent.is_empty() {
            self.recent.resize(RECENT, None);
        }
        let recent = &mut self.recent[begin(&id) % RECENT];
        let last = recent.as_ref().filter(|(known, _)| *known == id);
        let (is_new, last) = (last.is_none(), last.and_then(|(_, line)| *line));
        let line = entry.map(|entry| self.sketch.line(entry, last, like));
        *recent = Some((id, line.map(|(line, _)| line).or(last)));
        let waiting = line
            .filter(|(_, is_new)| *is_new)
            .map(|(line, _)| (line, self.pending.len()));
        self.waiting.extend(waiting);
        let is_asked = is_new && self.known.is_none_or(|known| known(&id).is_none());
        if is_asked || waiting.is_some() {
            self.pending.push(id);
        }
        if self.pending.len() == TOGETHER {
            self.look_up();
        }
        line.map(|(line, _)| line)
    }

    /// Looks up what waits for it, and notes what is nowhere.
    pub fn look_up(&mut self) {
        self.store.find_slots(&self.pending, &mut self.slots);
        for (line, at) in self.waiting.drain(..) {
            self.sketch.point(line, self.pending[at], self.slots[at]);
        }
        for (id, slot) in self.pending.drain(..).zip(&self.slots) {
            if slot.is_none() && !self.store.contains_outside(&id) {
                self.missing.insert(id);
            }
        }
    }
}

fn begin(id: &ObjectId) -> usize {
    let bytes = id.as_bytes();
    usize::from(bytes[0]) << 8 | usize::from(bytes[1])
}

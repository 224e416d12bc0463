//! A memo grows: what a run has read is added to what was remembered before it.
//!
//! A first run adds to an empty memo. Places among the ids move when ids come between them, so that every list
//! is written anew. Folders are the business of [`super::shapes`].

use std::cell::LazyCell;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::ops::Range;

use super::traces::Telling;
use super::{FOLDER, Held, LARGE, Memo, NONE, NameDigest, OUTSIDE, Reference, Row, Word, digest_of};
use crate::finding::Finding;
use crate::git::commit::Commit;
use crate::git::provenance::{Folder, Hits, Trace};
use crate::git::{Graph, ReadObject, Roots};
use crate::origin::{ObjectId, Place};

/// What a run has read.
pub struct News<'n> {
    pub shallow: bool,
    /// Objects that were read and not known, with the size of their text; folders have none.
    pub objects: Vec<(ObjectId, Option<u64>)>,
    /// All that is missing, sorted.
    pub missing: Vec<ObjectId>,
    /// All findings.
    pub hits: &'n Hits,
    /// Where in blobs that hold findings these stand, as far as that is known.
    pub spots: HashMap<ObjectId, Vec<Range<u32>>>,
    /// What objects hold, by numbers.
    pub held: &'n Held,
    /// The objects that are shown.
    pub shown: &'n HashSet<ObjectId>,
    /// All findings, merged, and where each came from.
    pub findings: &'n [Finding],
    pub traces: &'n [Trace],
    pub roots: &'n Roots,
    pub head: Option<ObjectId>,
    /// Names that were not known, without findings.
    pub names: Vec<&'n [u8]>,
    pub submodules: Vec<&'n [u8]>,
    /// All commits in order, and those that were not known.
    pub graph: &'n Graph,
    pub commits: &'n [(ObjectId, Commit)],
    /// Tags that were not known, and what they name.
    pub tags: &'n [(ObjectId, ObjectId)],
    /// Folders that were not known and hold findings.
    pub folders: Vec<Folder>,
    /// Whether a name could be a secret.
    pub is_suspicious: &'n dyn Fn(&[u8]) -> bool,
    pub store: &'n dyn ReadObject,
}

impl Memo {
    /// One that remembers nothing yet.
    pub fn empty(id_length: usize) -> Self {
        let random = RandomState::new();
        let word = |n: u8| {
            let mut hasher = random.build_hasher();
            hasher.write_u8(n);
            hasher.finish().to_le_bytes()
        };
        let mut memo = Self {
            id_length,
            ..Self::default()
        };
        memo.salt[..8].copy_from_slice(&word(0));
        memo.salt[8..].copy_from_slice(&word(1));
        memo
    }

    /// The memo with the news in it. `words` are its names as they were read. `None` if not all of it was read.
    pub fn grown(&self, words: &[Box<[u8]>], mut news: News<'_>) -> Option<Self> {
        let mut grown = Self {
            id_length: self.id_length,
            shallow: news.shallow,
            salt: self.salt,
            missing: std::mem::take(&mut news.missing),
            name_bytes: self.name_bytes + news.names.iter().map(|name| name.len() as u64).sum::<u64>(),
            names: with(&self.names, news.names.iter().map(|name| self.digest(name))),
            submodules: with(&self.submodules, news.submodules.iter().map(|name| self.digest(name))),
            ..Self::default()
        };
        let moved = grown.add_objects(self, std::mem::take(&mut news.objects));
        grown.hits = news.hits.objects.keys().filter_map(|id| grown.find(id)).collect();
        grown.hits.sort_unstable();
        for &hit in &grown.hits {
            let spots = news.spots.get(&grown.id(hit)).into_iter().flatten();
            grown.spots.extend(spots.map(|spot| (spot.start, spot.end)));
            grown.spot_ends.push(grown.spots.len() as u32);
        }
        grown.add_held(news.held, news.shown);
        let mut growing = Growing {
            old: self,
            grown,
            moved,
            outside: HashMap::new(),
        };
        growing.add_commits(&news)?;
        growing.add_tags(&news);
        growing.add_words();
        let words = growing.add_folders(words, &mut news);
        growing.add_traces(&news, &words);
        Some(growing.grown)
    }

    /// Takes the objects of an old memo and more; returns where the old ones are now.
    fn add_objects(&mut self, old: &Self, mut objects: Vec<(ObjectId, Option<u64>)>) -> Vec<u32> {
        objects.sort_unstable_by_key(|(id, _)| *id);
        objects.dedup_by_key(|(id, _)| *id);
        self.ids.reserve(old.ids.len() + objects.len() * self.id_length);
        self.sizes.reserve_exact(old.known() + objects.len());
        let mut moved = Vec::with_capacity(old.known());
        let mut fresh = objects.into_iter().peekable();
        for at in 0..old.known() {
            let raw = old.raw_id(at);
            while let Some((id, text)) = fresh.next_if(|(id, _)| id.as_bytes() < raw) {
                self.add_object(&id, text);
            }
            moved.push(self.known() as u32);
            if old.sizes[at] == LARGE {
                self.large.insert(self.known() as u32, old.text(at as u32, LARGE));
            }
            self.ids.add(raw);
            self.sizes.push(old.sizes[at]);
        }
        fresh.for_each(|(id, text)| self.add_object(&id, text));
        self.index();
        moved
    }

    /// Takes what the hits hold and which of them are shown.
    fn add_held(&mut self, held: &Held, shown: &HashSet<ObjectId>) {
        self.secrets.clone_from(&held.secrets);
        for n in 0..self.hits.len() {
            let id = self.id(self.hits[n]);
            for (variant, weight) in held.objects.get(&id).into_iter().flatten() {
                self.held.push(*variant);
                self.weights.push(*weight);
            }
            self.held_ends.push(self.held.len() as u32);
            if shown.contains(&id) {
                self.shown.push(self.hits[n]);
            }
        }
    }

    fn add_object(&mut self, id: &ObjectId, text: Option<u64>) {
        let size = match text {
            None => FOLDER,
            Some(size) => u32::try_from(size).ok().filter(|size| *size < LARGE).unwrap_or(LARGE),
        };
        if size == LARGE {
            self.large.insert(self.known() as u32, text.unwrap_or_default());
        }
        self.ids.add(id.as_bytes());
        self.sizes.push(size);
    }
}

/// A sorted list with more in it, each once.
fn with(old: &[NameDigest], more: impl Iterator<Item = NameDigest>) -> Vec<NameDigest> {
    let mut all: Vec<_> = old.iter().copied().chain(more).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// A memo in the making.
pub(super) struct Growing<'o> {
    pub(super) old: &'o Memo,
    pub(super) grown: Memo,
    /// Where the objects of the old memo are now.
    pub(super) moved: Vec<u32>,
    outside: HashMap<ObjectId, u32>,
}

impl Growing<'_> {
    /// The reference to an object of the old memo.
    pub(super) fn moved(&mut self, reference: Reference) -> Reference {
        match reference & OUTSIDE {
            0 => self.moved[reference as usize],
            _ => self.refer(self.old.object(reference)),
        }
    }

    pub(super) fn refer(&mut self, id: ObjectId) -> Reference {
        if let Some(at) = self.grown.find(&id) {
            return at;
        }
        let list = &mut self.grown.outside;
        OUTSIDE
            | *self.outside.entry(id).or_insert_with(|| {
                list.push(id);
                (list.len() - 1) as u32
            })
    }

    /// Takes all commits. `None` if one is not among the objects: a detector failed on it.
    fn add_commits(&mut self, news: &News<'_>) -> Option<()> {
        let fresh: HashMap<ObjectId, &Commit> = news.commits.iter().map(|(id, commit)| (*id, commit)).collect();
        // Those that were known come in the order that they had, unless a parent that was missing is there.
        let mut known = self.old.commits.iter().peekable();
        let positions = LazyCell::new(|| self.old.positions());
        for (n, node) in news.graph.nodes.iter().enumerate() {
            let id = node.stamp.id;
            let next = known.next_if(|row| self.old.raw_id(row.id as usize) == id.as_bytes());
            let commit = if next.is_none() { fresh.get(&id) } else { None };
            let (at, tree) = match (next, commit) {
                (None, Some(commit)) => {
                    let parents = commit.parents.iter();
                    let absent = parents.filter(|parent| news.graph.position(parent).is_none());
                    self.grown.absent.extend(absent.map(|parent| (n as u32, *parent)));
                    let tree = commit.tree.map_or(NONE, |tree| self.refer(tree));
                    (self.grown.find(&id)?, tree)
                }
                (row, _) => {
                    let at = || Some(positions[self.old.find(&id)? as usize]);
                    let row = row.or_else(|| self.old.commits.get(at()? as usize))?;
                    let tree = if row.tree == NONE { NONE } else { self.moved(row.tree) };
                    (self.moved[row.id as usize], tree)
                }
            };
            self.grown.commits.push(Row {
                id: at,
                tree,
                author_time: node.stamp.author_time,
                commit_time: node.stamp.commit_time,
                parents: node.parents.len() as u32,
            });
            self.grown.parents.extend(&node.parents);
        }
        for (child, parent) in &self.old.absent {
            let id = self.old.id(self.old.commits[*child as usize].id);
            if let (Some(child), None) = (news.graph.position(&id), news.graph.position(parent)) {
                self.grown.absent.push((child, *parent));
            }
        }
        Some(())
    }

    fn add_tags(&mut self, news: &News<'_>) {
        for &(tag, target) in &self.old.tags {
            let target = self.moved(target);
            self.grown.tags.push((self.moved[tag as usize], target));
        }
        for (tag, target) in news.tags {
            if let Some(tag) = self.grown.find(tag) {
                let target = self.refer(*target);
                self.grown.tags.push((tag, target));
            }
        }
        self.grown.tags.sort_unstable();
        self.grown.tags.dedup_by_key(|(tag, _)| *tag);
    }

    fn add_traces(&mut self, news: &News<'_>, words: &HashMap<Box<[u8]>, u32>) {
        let is_of_ref = |finding: &Finding| finding.occurrences.iter().any(|o| o.origin.place == Place::RefName);
        if news.findings.iter().any(is_of_ref) {
            return;
        }
        self.grown.roots = digest_of(news.roots, news.head);
        let telling = Telling {
            findings: news.findings,
            traces: news.traces,
            held: news.held,
            roots: news.roots,
            words,
        };
        let traces = self.grown.traces_of(&telling);
        self.grown.is_told = traces.is_some();
        self.grown.traces = traces.unwrap_or_default();
    }

    fn add_words(&mut self) {
        for word in &self.old.words {
            self.grown.words.push(match word {
                Word::Plain(name) => Word::Plain(name.clone()),
                Word::Within { folder, entry } => Word::Within {
                    folder: self.moved[*folder as usize],
                    entry: *entry,
                },
            });
        }
    }
}

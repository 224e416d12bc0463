//! What a repository still holds beside its packed blobs, commits and tags: loose objects, path names,
//! ref names and reflog messages as items, reachable or not; and what is missing.
//!
//! Packed objects are no items: the scan meets them on its own walk. Trees are not scanned, but each is
//! read once here, for the names in it and for what it names that is not there.

use std::collections::{BTreeSet, HashSet};

use crate::git::commit::{Commit, Tag};
use crate::git::tree::{self, EntryKind};
use crate::git::{Derived, LARGEST, ObjectKind, Packed, ReadObject, Repository, RootKind, Roots, Store, Visitor};
use crate::origin::{ObjectId, Origin, Place};
use crate::skip::{Policy, Skip};
use crate::source::{Added, Discovered, Handle, Item};

/// What `history` found: the items, and what provenance starts from.
#[derive(Debug, Default)]
pub struct History {
    pub found: Discovered,
    /// All commits of the store that can be read.
    pub commits: Vec<(ObjectId, Commit)>,
}

/// So many missing objects are named; of more, only the number is said.
const NAMED: usize = 5;

/// Lists every loose object, every name and message of the repository, and follows what packed and loose
/// objects name. Items are in the order of the store, then names, sorted. Paths of blobs are found later, by
/// provenance.
pub fn discover(repo: &Repository, store: &Store, roots: &Roots, threads: usize) -> History {
    let listing = store.loose();
    let mut history = History::default();
    let found = &mut history.found;
    found.skips = listing.skips;
    found.skips.extend(roots.skips.iter().cloned());
    found.incomplete.extend(repo.shallow());
    let mut links = Links::packed(store, repo.shallow().is_some(), threads, found);
    let mut raw = Vec::new();
    for object in listing.objects {
        if object.size > LARGEST {
            let reason = format!("the object is too large: {} bytes", object.size);
            found.skips.push(Skip::fault(object.id.to_string(), reason));
            continue;
        }
        // A blob names nothing; it is read when it is scanned.
        if object.kind != ObjectKind::Blob {
            match store.read(&object.id, &mut raw) {
                Ok(_) => drop(links.follow(0, object.id, object.kind, &raw, None)),
                Err(reason) => {
                    found.skips.push(Skip::fault(object.id.to_string(), reason));
                    continue;
                }
            }
        }
        if let Some(place) = place_of(object.kind) {
            let origin = Origin::new(place, "").in_object(object.id);
            found.items.push(item(Handle::Object(object.id), origin));
        }
    }
    found.skips.extend(links.damaged.drain(..).map(|(_, skip)| skip));
    history.commits = links.commits.drain(..).map(|(_, id, commit)| (id, commit)).collect();
    found.commits = history.commits.len() as u64;
    links.follow_roots(roots);
    add_missing(repo, &links.missing, found);
    let submodules = links.submodules.into_iter();
    found
        .skips
        .extend(submodules.map(|name| Skip::policy(name, Policy::Submodule)));
    let mut names: Vec<_> = links.names.into_iter().collect();
    names.sort_unstable();
    for name in names {
        let origin = Origin::new(Place::PathName, name.clone());
        found.items.push(item(Handle::Bytes(name), origin));
    }
    for name in &roots.ref_names {
        let origin = Origin::new(Place::RefName, name.clone());
        found.items.push(item(Handle::Bytes(name.as_slice().into()), origin));
    }
    for message in &roots.messages {
        // What a reflog says of a ref is named by the ref.
        let origin = Origin::new(Place::RefName, message.log.clone());
        found
            .items
            .push(item(Handle::Bytes(message.text.as_slice().into()), origin));
    }
    history
}

fn item(handle: Handle, origin: Origin) -> Item {
    Item {
        handle,
        origin,
        commit: None,
        added: Added::All,
    }
}

/// Names the first few missing objects and counts them all: a partial clone lacks very many.
fn add_missing(repo: &Repository, missing: &BTreeSet<ObjectId>, found: &mut Discovered) {
    if missing.is_empty() {
        return;
    }
    let count = missing.len();
    found.incomplete.push(if repo.is_partial() {
        format!("the clone is partial: {count} object(s) that its history names are not here; `git fetch --refetch --filter=blob:limit=2g` brings them")
    } else {
        format!("{count} object(s) that the history names are missing")
    });
    let named = missing.iter().take(NAMED);
    found
        .skips
        .extend(named.map(|id| Skip::fault(id.to_string(), "the object is missing")));
}

/// Where the text of an object stands; a tree has none.
pub fn place_of(kind: ObjectKind) -> Option<Place> {
    match kind {
        ObjectKind::Blob => Some(Place::Blob),
        ObjectKind::Commit => Some(Place::CommitMessage),
        ObjectKind::Tag => Some(Place::TagMessage),
        ObjectKind::Tree => None,
    }
}

/// How many ids are remembered as looked up.
const RECENT: usize = 1 << 14;

/// What trees, commits, tags and roots name, all together.
struct Links<'s> {
    store: &'s Store,
    /// The parents of a shallow clone's last commits are missing on purpose.
    shallow: bool,
    names: HashSet<Box<[u8]>>,
    /// By the last component of their path.
    submodules: BTreeSet<Box<[u8]>>,
    missing: BTreeSet<ObjectId>,
    /// Ids that were looked up lately: versions of a folder name much the same.
    recent: Vec<Option<ObjectId>>,
    /// Commits with their numbers; those of the packs first.
    commits: Vec<(u32, ObjectId, Commit)>,
    /// Trees that were read in part.
    damaged: Vec<(u32, Skip)>,
}

impl<'s> Links<'s> {
    fn new(store: &'s Store, shallow: bool) -> Self {
        Self {
            store,
            shallow,
            names: HashSet::new(),
            submodules: BTreeSet::new(),
            missing: BTreeSet::new(),
            recent: vec![None; RECENT],
            commits: Vec::new(),
            damaged: Vec::new(),
        }
    }

    /// Follows all packed trees, commits and tags.
    fn packed(store: &'s Store, shallow: bool, threads: usize, found: &mut Discovered) -> Self {
        let names = |kind| kind != ObjectKind::Blob;
        let (workers, unread) = store.walk(names, threads, || Links::new(store, shallow));
        let mut all = workers.into_iter().fold(Links::new(store, shallow), Links::and);
        all.commits.sort_unstable_by_key(|(number, ..)| *number);
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
        self.commits.extend(other.commits);
        self.damaged.extend(other.damaged);
        self
    }

    /// Notes what an object names.
    fn follow(
        &mut self,
        number: u32,
        id: ObjectId,
        kind: ObjectKind,
        raw: &[u8],
        derived: Option<Derived<'_, Starts>>,
    ) -> Starts {
        match kind {
            ObjectKind::Blob => {}
            ObjectKind::Tree => {
                let (starts, followed) = self.follow_tree(raw, id.length(), derived);
                if followed.is_err() {
                    let skip = Skip::fault(id.to_string(), "the tree is damaged");
                    self.damaged.push((number, skip));
                }
                return starts;
            }
            ObjectKind::Commit => {
                let commit = Commit::parse(raw);
                self.check(commit.tree);
                if !self.shallow {
                    commit.parents.iter().for_each(|parent| self.check(Some(*parent)));
                }
                self.commits.push((number, id, commit));
            }
            ObjectKind::Tag => self.check(Tag::parse(raw).target),
        }
        Starts::default()
    }

    /// Notes what a tree names and returns where its entries start. What `derived` copied from its base with the
    /// entries' starts was noted there: versions of a large folder differ by a line or two.
    fn follow_tree(
        &mut self,
        raw: &[u8],
        id_length: usize,
        derived: Option<Derived<'_, Starts>>,
    ) -> (Starts, Result<(), tree::Damaged>) {
        let mut starts = Starts::default();
        let known = derived.as_ref().map_or(&[][..], |derived| derived.kept);
        let mut copies = derived.as_ref().map_or(&[][..], |derived| derived.copied);
        let mut at = 0;
        while at < raw.len() {
            while copies.first().is_some_and(|copy| copy.to + copy.length <= at) {
                copies = &copies[1..];
            }
            if let Some(copy) = copies.first().filter(|copy| copy.to <= at) {
                // From a shared start on, the same bytes are the same entries, up to the last that starts in the copy.
                let first = known.partition_point(|&start| start < at - copy.to + copy.from);
                let last = known.partition_point(|&start| start <= copy.from + copy.length).max(1) - 1;
                if first < last && known[first] == at - copy.to + copy.from {
                    starts.extend(known[first..last].iter().map(|start| start - copy.from + copy.to));
                    at = known[last] - copy.from + copy.to;
                    continue;
                }
            }
            let Ok((entry, length)) = tree::entry(&raw[at..], id_length) else {
                return (starts, Err(tree::Damaged));
            };
            starts.push(at);
            at += length;
            if !self.names.contains(entry.name) {
                self.names.insert(entry.name.into());
            }
            match entry.kind {
                EntryKind::Submodule => drop(self.submodules.insert(entry.name.into())),
                _ => self.check(Some(entry.id)),
            }
        }
        starts.push(at);
        (starts, Ok(()))
    }

    /// Reflogs may outlive what they name; other roots and the indexes may not.
    fn follow_roots(&mut self, roots: &Roots) {
        let lasting = roots.roots.iter().filter(|root| root.kind != RootKind::Reflog);
        for id in lasting
            .map(|root| root.id)
            .chain(roots.staged.iter().map(|(_, _, id)| *id))
        {
            self.check(Some(id));
        }
    }

    fn check(&mut self, id: Option<ObjectId>) {
        let Some(id) = id else { return };
        let slot = u16::from_le_bytes([id.as_bytes()[0], id.as_bytes()[1]]);
        let recent = &mut self.recent[usize::from(slot) % RECENT];
        if recent.replace(id) != Some(id) && !self.store.contains(&id) {
            self.missing.insert(id);
        }
    }
}

/// Where the entries of a tree start, and where the last ends.
type Starts = Vec<usize>;

impl Visitor for Links<'_> {
    type Kept = Starts;

    fn visit(&mut self, object: Packed<'_>, derived: Option<Derived<'_, Starts>>) -> Starts {
        self.follow(object.number, object.id, object.kind, object.bytes, derived)
    }
}

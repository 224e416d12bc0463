//! Everything a repository still holds, as items: blobs, commits, tags, path names, ref names and
//! reflog messages, reachable or not.
//!
//! Trees are not items, but each is read once here, for the names in it and for what it names that
//! is not there.

use std::collections::{BTreeSet, HashSet};

use crate::git::commit::{Commit, Tag};
use crate::git::tree::{self, EntryKind};
use crate::git::{ObjectKind, ReadObject, Repository, RootKind, Roots, Store};
use crate::origin::{ObjectId, Origin, Place};
use crate::skip::{Policy, Skip};
use crate::source::{Added, Discovered, Handle, Item};

/// What `history` found: the items, and what provenance starts from.
#[derive(Debug, Default)]
pub struct History {
    pub found: Discovered,
    /// The ids of all commits of the store.
    pub commits: Vec<ObjectId>,
}

/// So many missing objects are named; of more, only the number is said.
const NAMED: usize = 5;
/// An object larger than this is not read into memory.
const LARGEST: u64 = 2 << 30;

/// Lists every object, name and message of the repository. Items are in the order of the store,
/// then names, sorted. Paths of blobs are found later, by provenance.
pub fn discover(repo: &Repository, store: &Store, roots: &Roots) -> History {
    let listing = store.objects();
    let mut history = History::default();
    let found = &mut history.found;
    found.skips = listing.skips;
    found.skips.extend(roots.skips.iter().cloned());
    found.incomplete.extend(repo.shallow());
    let mut links = Links::new(store, repo.shallow().is_some());
    for object in listing.objects {
        if object.size > LARGEST {
            let reason = format!("the object is too large: {} bytes", object.size);
            found.skips.push(Skip::fault(object.id.to_string(), reason));
            continue;
        }
        if let Err(reason) = links.follow(object.id, object.kind) {
            found.skips.push(Skip::fault(object.id.to_string(), reason));
            continue;
        }
        let place = match object.kind {
            ObjectKind::Blob => Place::Blob,
            ObjectKind::Commit => Place::CommitMessage,
            ObjectKind::Tag => Place::TagMessage,
            ObjectKind::Tree => continue,
        };
        if object.kind == ObjectKind::Commit {
            history.commits.push(object.id);
        }
        let origin = Origin::new(place, "").in_object(object.id);
        found.items.push(item(Handle::Object(object.id), origin));
    }
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

/// What trees, commits, tags and roots name, all together.
struct Links<'s> {
    store: &'s Store,
    /// The parents of a shallow clone's last commits are missing on purpose.
    shallow: bool,
    names: HashSet<Box<[u8]>>,
    /// By the last component of their path.
    submodules: BTreeSet<Box<[u8]>>,
    missing: BTreeSet<ObjectId>,
    raw: Vec<u8>,
}

impl<'s> Links<'s> {
    fn new(store: &'s Store, shallow: bool) -> Self {
        Self {
            store,
            shallow,
            names: HashSet::new(),
            submodules: BTreeSet::new(),
            missing: BTreeSet::new(),
            raw: Vec::new(),
        }
    }

    /// Reads an object that can name others; a blob is left unread.
    fn follow(&mut self, id: ObjectId, kind: ObjectKind) -> Result<(), String> {
        if kind == ObjectKind::Blob {
            return Ok(());
        }
        let mut raw = std::mem::take(&mut self.raw);
        let followed = self.store.read(&id, &mut raw).and_then(|_| match kind {
            ObjectKind::Tree => self.follow_tree(&raw, id.length()),
            ObjectKind::Commit => {
                let commit = Commit::parse(&raw);
                self.check(commit.tree);
                let parents = if self.shallow { Vec::new() } else { commit.parents };
                parents.into_iter().for_each(|parent| self.check(Some(parent)));
                Ok(())
            }
            _ => {
                self.check(Tag::parse(&raw).target);
                Ok(())
            }
        });
        self.raw = raw;
        followed
    }

    fn follow_tree(&mut self, raw: &[u8], id_length: usize) -> Result<(), String> {
        for entry in tree::entries(raw, id_length) {
            let entry = entry.map_err(|_| "the tree is damaged")?;
            if !self.names.contains(entry.name) {
                self.names.insert(entry.name.into());
            }
            match entry.kind {
                EntryKind::Submodule => drop(self.submodules.insert(entry.name.into())),
                _ => self.check(Some(entry.id)),
            }
        }
        Ok(())
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
        let missing = id.filter(|id| !self.store.contains(id));
        self.missing.extend(missing);
    }
}

//! What a repository still holds beside its packed blobs, commits and tags: loose objects, path names,
//! ref names and reflog messages as items, reachable or not; and what is missing.
//!
//! Packed objects are no items: the scan meets them on its own walk. Trees are not scanned, but each is
//! read once here, for the names in it and for what it names that is not there.

use std::collections::{BTreeSet, HashSet};

use crate::git::commit::{Commit, Tag};
use crate::git::{
    Derived, LARGEST, Listing, Object, ObjectKind, Packed, ReadObject, Repository, Roots, Sketch, Store, Visitor, both,
};
use crate::origin::{ObjectId, Origin, Place};
use crate::skip::{Policy, Skip};
use crate::source::links::Links;
use crate::source::outlines::Outlines;
use crate::source::{Added, Discovered, Handle, Item};

/// What `history` found: the items, and what provenance starts from.
#[derive(Debug, Default)]
pub struct History {
    pub found: Discovered,
    /// All commits of the store that can be read.
    pub commits: Vec<(ObjectId, Commit)>,
    /// The folders of the packs, for provenance.
    pub sketch: Sketch,
    /// The folders that are new since an earlier scan, for provenance.
    pub outlines: Outlines,
    /// Tags, and what they name.
    pub tags: Vec<(ObjectId, ObjectId)>,
    /// What folders, commits and tags name and what is not there, sorted.
    pub missing: Vec<ObjectId>,
}

/// What the commits and tags of the packs name.
#[derive(Debug, Default)]
pub struct Named {
    pub commits: Vec<(ObjectId, Commit)>,
    /// Tags, and what they name.
    pub tags: Vec<(ObjectId, ObjectId)>,
}

/// Notes what commits and tags name, one by one.
#[derive(Default)]
pub struct Naming {
    commits: Vec<(u32, ObjectId, Commit)>,
    tags: Vec<(ObjectId, ObjectId)>,
}

impl Naming {
    pub fn note(&mut self, object: &Packed<'_>) {
        match object.kind {
            ObjectKind::Commit => {
                let commit = Commit::parse(object.bytes);
                self.commits.push((object.number, object.id(), commit));
            }
            ObjectKind::Tag => {
                let target = Tag::parse(object.bytes).target;
                self.tags.extend(target.map(|target| (object.id(), target)));
            }
            ObjectKind::Blob | ObjectKind::Tree => {}
        }
    }

    /// Puts together what several have noted, in the order of the packs.
    pub fn finish(all: impl IntoIterator<Item = Self>) -> Named {
        let (mut commits, mut tags) = (Vec::new(), Vec::new());
        for naming in all {
            commits.extend(naming.commits);
            tags.extend(naming.tags);
        }
        commits.sort_unstable_by_key(|(number, ..)| *number);
        Named {
            commits: commits.into_iter().map(|(_, id, commit)| (id, commit)).collect(),
            tags,
        }
    }
}

impl Visitor for Naming {
    type Kept = ();

    fn visit(&mut self, object: Packed<'_>, _: Option<Derived<'_, ()>>) {
        self.note(&object);
    }
}

/// What provenance will ask for, as far as it is known before names and loose objects are scanned.
pub struct Suspects<'s> {
    pub objects: HashSet<ObjectId>,
    /// Whether a name could hold a finding.
    pub name: &'s (dyn Fn(&[u8]) -> bool + Sync),
}

/// So many missing objects are named; of more, only the number is said.
const NAMED: usize = 5;

/// Discovers without a scan before it: reads commits and tags by itself, and suspects nothing.
pub fn discover(repo: &Repository, store: &Store, roots: &Roots, threads: usize) -> History {
    let is_read = |kind| matches!(kind, ObjectKind::Commit | ObjectKind::Tag);
    let (readers, _) = store.walk(is_read, threads, Naming::default);
    let suspects = Suspects {
        objects: HashSet::new(),
        name: &|_| false,
    };
    let named = Naming::finish(readers);
    discover_after(repo, store, roots, named, &suspects, threads)
}

/// Lists every loose object, every name and message of the repository, and follows what packed and loose
/// objects name. Items are in the order of the store, then names, sorted. Paths of blobs are found later, by
/// provenance.
pub fn discover_after(
    repo: &Repository,
    store: &Store,
    roots: &Roots,
    named: Named,
    suspects: &Suspects<'_>,
    threads: usize,
) -> History {
    let listing = store.loose();
    let mut found = begin(repo, roots, &listing);
    // What is read next lies elsewhere in the packs than what was read before.
    store.let_go();
    let is_shallow = repo.shallow().is_some();
    let folders = || Links::packed(store, is_shallow, suspects, threads, &mut found);
    let (links, named) = both(threads, folders, || Links::named(store, is_shallow, suspects, named));
    store.let_go();
    follow(repo, store, roots, listing.objects, links.and(named), found)
}

/// What can be said before anything is followed.
pub(super) fn begin(repo: &Repository, roots: &Roots, listing: &Listing) -> Discovered {
    Discovered {
        skips: listing.skips.iter().chain(&roots.skips).cloned().collect(),
        incomplete: repo.shallow().into_iter().collect(),
        ..Discovered::default()
    }
}

/// Follows these loose objects and the roots, and lists what there is to scan.
pub(super) fn follow(
    repo: &Repository,
    store: &Store,
    roots: &Roots,
    loose: Vec<Object>,
    mut links: Links<'_>,
    found: Discovered,
) -> History {
    let mut history = History {
        found,
        ..History::default()
    };
    let found = &mut history.found;
    let mut raw = Vec::new();
    for object in loose {
        if object.size > LARGEST {
            let reason = format!("the object is too large: {} bytes", object.size);
            found.skips.push(Skip::fault(object.id.to_string(), reason));
            continue;
        }
        // A blob names nothing; it is read when it is scanned.
        if object.kind != ObjectKind::Blob {
            match store.read(&object.id, &mut raw) {
                Ok(_) => links.follow(object.id, object.kind, &raw),
                Err(reason) => {
                    found.skips.push(Skip::fault(object.id.to_string(), reason));
                    continue;
                }
            }
        }
        found.items.extend(object_item(object.id, object.kind));
    }
    found.skips.extend(links.damaged());
    history.commits = std::mem::take(&mut links.commits);
    found.commits = history.commits.len() as u64;
    history.tags = std::mem::take(&mut links.tags);
    links.look_up();
    history.missing = links.missing.iter().copied().collect();
    links.follow_roots(roots);
    links.look_up();
    history.sketch = std::mem::take(&mut links.sketch);
    history.outlines = std::mem::take(&mut links.outlines);
    add_missing(repo, &links.missing, found);
    let submodules = links.submodules.into_iter();
    found
        .skips
        .extend(submodules.map(|name| Skip::policy(name, Policy::Submodule)));
    let mut names: Vec<_> = links.names.into_iter().collect();
    names.sort_unstable();
    found
        .items
        .reserve(names.len() + roots.ref_names.len() + roots.messages.len());
    found.items.extend(names.into_iter().map(name_item));
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

/// An object as an item, if it has text.
pub fn object_item(id: ObjectId, kind: ObjectKind) -> Option<Item> {
    let origin = Origin::new(place_of(kind)?, "").in_object(id);
    Some(item(Handle::Object(id), origin))
}

/// The name of a file or folder as an item.
pub fn name_item(name: Box<[u8]>) -> Item {
    let origin = Origin::new(Place::PathName, name.clone());
    item(Handle::Bytes(name), origin)
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
pub(super) fn add_missing(repo: &Repository, missing: &BTreeSet<ObjectId>, found: &mut Discovered) {
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

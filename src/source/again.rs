//! What of a history is new since an earlier scan, as items: objects, names, and what is missing now.
//!
//! New packed objects are read one by one, as loose ones are, and followed as in a first scan, a folder beside its last version. What an earlier
//! scan knew is neither read nor followed; the caller adds what was known of it.

use std::collections::{BTreeSet, HashSet};

use super::Discovered;
use super::history::{self, History, Suspects};
use super::links::{Known, Links};
use super::siblings::Siblings;
use crate::git::{ObjectKind, Repository, Roots, Store};
use crate::origin::ObjectId;

/// The objects that are new.
pub struct Fresh<'f> {
    /// In packs.
    pub packed: &'f [(ObjectId, ObjectKind)],
    /// Whether a loose object is to be scanned.
    pub loose: &'f dyn Fn(&ObjectId) -> bool,
    /// Of an object that was there before and still is, whether it leads to a finding.
    pub known: Known<'f>,
    /// What was missing before, and still is.
    pub missing: &'f [ObjectId],
}

/// What is to be told of a history to which nothing is new. The caller adds the submodules, and how many commits there are.
pub fn discover_nothing(
    repo: &Repository,
    store: &Store,
    roots: &Roots,
    known: impl Fn(&ObjectId) -> bool,
    missing: &[ObjectId],
) -> Discovered {
    let mut found = history::begin(repo, roots, &store.loose_where(|_| false));
    let mut missing: BTreeSet<ObjectId> = missing.iter().copied().collect();
    missing.extend(roots.lasting().filter(|id| !known(id) && !store.contains(id)));
    history::add_missing(repo, &missing, &mut found);
    found
}

/// Discovers what is new. `None` if a packed object cannot be read: a whole scan says more of that.
pub fn discover(repo: &Repository, store: &Store, roots: &Roots, fresh: &Fresh<'_>) -> Option<History> {
    let listing = store.loose_where(fresh.loose);
    let found = history::begin(repo, roots, &listing);
    let suspects = Suspects {
        objects: HashSet::new(),
        name: &|_| false,
    };
    let mut links = Links::new(store, repo.shallow().is_some(), &suspects);
    links.known = Some(fresh.known);
    links.missing.extend(fresh.missing);
    let mut siblings = Siblings::default();
    for (id, kind) in fresh.packed.iter().filter(|(_, kind)| *kind != ObjectKind::Blob) {
        let (found, raw) = store.share(id).ok()?;
        if found != *kind {
            return None;
        }
        match kind {
            ObjectKind::Tree => siblings.follow(&mut links, *id, raw),
            _ => links.follow(*id, *kind, &raw),
        }
    }
    Some(history::follow(repo, store, roots, listing.objects, links, found))
}

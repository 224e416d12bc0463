//! What the next commit would add: the index against HEAD's tree, never the work tree.
//!
//! Folders whose cached tree id is HEAD's are not looked into, so that a commit hook costs as much
//! as the change and not as much as the repository.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::error::Error;
use crate::git::commit::Commit;
use crate::git::index::{Entry, Index};
use crate::git::tree::{self, EntryKind};
use crate::git::{ObjectKind, ReadObject, Repository};
use crate::origin::ObjectId;
use crate::skip::{Policy, Skip};
use crate::source::Discovered;
use crate::source::change::{self, Version};

/// Compares the index with HEAD. Items are in path order: names that are new, and blobs with the
/// lines that HEAD's version of the path lacks. Of a conflict, both sides are read.
///
/// # Errors
/// The index cannot be read.
pub fn discover(repo: &Repository, objects: &dyn ReadObject) -> Result<Discovered, Error> {
    discover_with(repo, objects, &[])
}

/// Finds the same, and of the files that are `named` (by their paths from the top) all that the index has, unless
/// they are changed: what a person or a program names is scanned, and what is not in the index is a fault.
///
/// # Errors
/// As for [`discover`].
pub fn discover_with(repo: &Repository, objects: &dyn ReadObject, named: &[Vec<u8>]) -> Result<Discovered, Error> {
    let index = Index::read(repo.index_file(), repo.id_length()).map_err(|reason| {
        Error::input(format!(
            "{}: what is staged cannot be told",
            repo.index_file().display()
        ))
        .cause(reason)
        .hint("`git status` shows whether git can still read it; `git reset` makes it anew")
    })?;
    let mut staged = Staged {
        objects,
        trees: &index.trees,
        found: Discovered::default(),
        changed: HashSet::new(),
        raw: Vec::new(),
    };
    let head = repo.head().and_then(|head| staged.tree_of(head));
    staged.folder(&[], &index.entries, head, 0);
    if !named.is_empty() {
        staged.whole_files(&index.entries, named);
    }
    Ok(staged.found)
}

/// Deeper than any path that can be checked out; what is deeper is a fault.
const TREE_DEPTH: usize = 1024;

struct Staged<'s> {
    objects: &'s dyn ReadObject,
    /// The index's cached tree ids.
    trees: &'s HashMap<Vec<u8>, ObjectId>,
    found: Discovered,
    /// The paths at which the index has something else than HEAD.
    changed: HashSet<Vec<u8>>,
    raw: Vec<u8>,
}

impl Staged<'_> {
    /// Adds all of each named file that is as HEAD has it.
    fn whole_files(&mut self, entries: &[Entry], named: &[Vec<u8>]) {
        let known: BTreeMap<&[u8], &Entry> = entries.iter().map(|entry| (&entry.path[..], entry)).collect();
        for path in named.iter().filter(|path| !self.changed.contains(*path)) {
            let found = &mut self.found;
            match known.get(&path[..]) {
                Some(entry) if entry.kind == EntryKind::Submodule => {
                    found.skips.push(Skip::policy(path.clone(), Policy::Submodule));
                }
                // Announced, and without content.
                Some(entry) if entry.intent_to_add => {}
                Some(entry) => {
                    found.items.push(change::name(path, None));
                    let version = (entry.kind, entry.id);
                    found.items.extend(change::blob(self.objects, path, version, &[], None));
                }
                None => {
                    let reason = "it is not in the index; `git add` it, or scan it with `keytrail scan`";
                    found.skips.push(Skip::fault(path.clone(), reason));
                }
            }
        }
    }

    /// The tree of HEAD; without one everything counts as new.
    fn tree_of(&mut self, head: ObjectId) -> Option<ObjectId> {
        match self.objects.read(&head, &mut self.raw) {
            Ok(ObjectKind::Commit) => Commit::parse(&self.raw).tree,
            Ok(_) => None,
            Err(reason) => {
                self.found.skips.push(Skip::fault(head.to_string(), reason));
                None
            }
        }
    }

    /// Compares the index entries below `prefix` (empty, or with a final slash) with a tree of HEAD.
    fn folder(&mut self, prefix: &[u8], entries: &[Entry], tree: Option<ObjectId>, depth: usize) {
        let path = prefix.strip_suffix(b"/").unwrap_or(prefix);
        if tree.is_some() && self.trees.get(path) == tree.as_ref() {
            return;
        }
        if depth > TREE_DEPTH {
            self.found.skips.push(Skip::fault(path, "folders are nested too deep"));
            return;
        }
        let old = tree.map_or_else(HashMap::new, |tree| self.versions(&tree));
        let mut rest = entries;
        while let Some(entry) = rest.first() {
            let below = &entry.path[prefix.len()..];
            let Some(slash) = memchr::memchr(b'/', below) else {
                self.file(entry, old.get(below).copied());
                rest = &rest[1..];
                continue;
            };
            let name = &below[..slash];
            let folder = &entry.path[..prefix.len() + slash + 1];
            let version = old.get(name).copied();
            let subtree = version.filter(|(kind, _)| *kind == EntryKind::Tree).map(|(_, id)| id);
            if entry.path == folder {
                self.sparse(entry, subtree);
                rest = &rest[1..];
                continue;
            }
            if version.is_none() {
                self.found.items.push(change::name(&folder[..folder.len() - 1], None));
            }
            let count = rest.partition_point(|entry| entry.path.starts_with(folder));
            self.folder(folder, &rest[..count], subtree, depth + 1);
            rest = &rest[count..];
        }
    }

    /// The entries of a tree of HEAD by name.
    fn versions(&mut self, tree: &ObjectId) -> HashMap<Vec<u8>, Version> {
        if let Err(reason) = self.objects.read(tree, &mut self.raw) {
            self.found.skips.push(Skip::fault(tree.to_string(), reason));
            return HashMap::new();
        }
        let entries = tree::entries(&self.raw, tree.length()).map_while(Result::ok);
        entries
            .map(|entry| (entry.name.to_vec(), (entry.kind, entry.id)))
            .collect()
    }

    fn file(&mut self, entry: &Entry, old: Option<Version>) {
        // The base of a conflict is history; a path that is only announced has no content.
        if entry.stage == 1 || entry.intent_to_add {
            return;
        }
        let new = (entry.kind, entry.id);
        if old == Some(new) {
            return;
        }
        self.changed.insert(entry.path.clone());
        // The second side of a conflict has the same name.
        let named = self
            .found
            .items
            .iter()
            .rev()
            .take(2)
            .any(|item| item.origin.path == entry.path);
        if old.is_none() && !named {
            self.found.items.push(change::name(&entry.path, None));
        }
        if entry.kind == EntryKind::Submodule {
            self.found
                .skips
                .push(Skip::policy(entry.path.clone(), Policy::Submodule));
            return;
        }
        self.found
            .items
            .extend(change::blob(self.objects, &entry.path, new, &[old], None));
    }

    /// A folder that a sparse index keeps as one entry; it is as HEAD has it, but for `git reset --soft`.
    fn sparse(&mut self, entry: &Entry, old: Option<ObjectId>) {
        if old != Some(entry.id) {
            let reason = "a sparse index keeps this folder as one entry; `git sparse-checkout disable` lets it be read";
            self.found.skips.push(Skip::fault(entry.path.clone(), reason));
        }
    }
}

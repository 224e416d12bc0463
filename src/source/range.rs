//! Each commit of a range, merges included: the lines it adds, its message, its identities, the
//! names it brings. Oldest first.
//!
//! A line is added by a commit if no parent has it, so a clean merge adds nothing and an evil one
//! what it made up. Whatever makes the range uncertain is an error or makes it incomplete.

mod versions;

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::error::Error;
use crate::git::commit::Commit;
use crate::git::tree::{self, Entry, EntryKind};
use crate::git::walk::{self, Reached};
use crate::git::{Graph, ObjectKind, ReadObject, Repository, Store, resolve};
use crate::origin::{CommitStamp, ObjectId, Origin, Place};
use crate::skip::{Policy, Skip};
use crate::source::change::{self, Version};
use crate::source::{Added, Discovered, Handle, Item};
use versions::Versions;

/// Finds what the commits of `A..B` (those that B reaches and A does not) or `A...B` (those that
/// only one of them reaches) add. A side that is left out is HEAD.
///
/// # Errors
/// The range has another form, an end of it is unknown or missing, or it holds no commit though its
/// ends differ.
pub fn discover(repo: &Repository, store: &Store, range: &str) -> Result<Discovered, Error> {
    let ends = Ends::parse(repo, store, range)?;
    let mut reached = walk::reachable(store, &[ends.to], &[ends.from]);
    if ends.symmetric {
        let other = walk::reachable(store, &[ends.from], &[ends.to]);
        reached.commits.extend(other.commits);
        reached.missing.extend(other.missing);
    }
    if reached.commits.is_empty() && ends.from != ends.to {
        return Err(Error::input(format!("range `{range}`: it holds no commit"))
            .cause(format!(
                "{} already holds all of {}",
                ends.from.short(),
                ends.to.short()
            ))
            .hint("the ends may be swapped: a range is OLD..NEW"));
    }
    Ok(discover_commits(repo, store, reached))
}

/// Finds what the commits add that `include` reaches and `exclude` does not: for hooks and CI, which
/// know ids. That there are none is no error here; [`Discovered::commits`] says so.
pub fn discover_reachable(
    repo: &Repository,
    objects: &dyn ReadObject,
    include: &[ObjectId],
    exclude: &[ObjectId],
) -> Discovered {
    discover_commits(repo, objects, walk::reachable(objects, include, exclude))
}

/// Finds everything in a folder that no commit is known to hold.
pub fn discover_folder(objects: &dyn ReadObject, tree: ObjectId) -> Discovered {
    let mut range = Range::new(objects);
    range.folder(&mut Vec::new(), tree, &[], 0);
    range.finish()
}

struct Ends {
    from: ObjectId,
    to: ObjectId,
    symmetric: bool,
}

impl Ends {
    fn parse(repo: &Repository, store: &Store, range: &str) -> Result<Self, Error> {
        let (from, to, symmetric) = match (range.split_once("..."), range.split_once("..")) {
            (Some((from, to)), _) => (from, to, true),
            (None, Some((from, to))) => (from, to, false),
            (None, None) => {
                return Err(Error::usage(format!("range `{range}`: it has no `..`")).hint(format!(
                    "`{range}..HEAD` is what came after it; `{range}~..{range}` is that commit alone"
                )));
            }
        };
        if from.is_empty() && to.is_empty() {
            return Err(Error::usage(format!("range `{range}`: it names no commit")).hint("write OLD..NEW"));
        }
        let end = |name: &str| {
            let name = if name.is_empty() { "HEAD" } else { name };
            resolve(repo, store, name).map_err(|reason| {
                let error = Error::input(format!("range `{range}`: `{name}` cannot be found")).cause(reason);
                error.hint(match repo.shallow() {
                    Some(_) => "the clone is shallow; `git fetch --unshallow` brings the history it lacks",
                    None => "`git fetch` may bring it; `git rev-parse` shows what a name means",
                })
            })
        };
        Ok(Self {
            from: end(from)?,
            to: end(to)?,
            symmetric,
        })
    }
}

fn discover_commits(repo: &Repository, objects: &dyn ReadObject, reached: Reached) -> Discovered {
    let commits: HashMap<ObjectId, Commit> = reached.commits.iter().cloned().collect();
    let graph = Graph::order(&reached.commits);
    let mut range = Range::new(objects);
    for node in &graph.nodes {
        range.commit(node.stamp, &commits[&node.stamp.id]);
    }
    let mut found = range.finish();
    found.commits = graph.nodes.len() as u64;
    let boundary = repo.boundary();
    let cut_off = boundary.iter().filter_map(|id| commits.get(id));
    let cut_off: HashSet<&ObjectId> = cut_off.flat_map(|commit| &commit.parents).collect();
    let (cut, lost): (Vec<_>, Vec<_>) = reached.missing.iter().partition(|(id, _)| cut_off.contains(id));
    if !cut.is_empty() {
        found.incomplete.extend(repo.shallow());
    }
    if !lost.is_empty() {
        let count = lost.len();
        found.incomplete.push(format!(
            "{count} commit(s) of the range cannot be read; the whole tree of each child counts as added"
        ));
    }
    found
}

/// Changed files and folders, over all commits: a hostile tree can repeat itself without end.
const CHANGES: usize = 4_000_000;
/// Deeper than any path that can be checked out; what is deeper is a fault.
const TREE_DEPTH: usize = 1024;

struct Range<'r> {
    objects: &'r dyn ReadObject,
    found: Discovered,
    /// Objects that cannot be read, each once.
    faults: BTreeMap<ObjectId, String>,
    /// How many changes may still be told.
    left: usize,
    /// The commit being read.
    stamp: Option<CommitStamp>,
    raw: Vec<u8>,
}

impl<'r> Range<'r> {
    fn new(objects: &'r dyn ReadObject) -> Self {
        Self {
            objects,
            found: Discovered::default(),
            faults: BTreeMap::new(),
            left: CHANGES,
            stamp: None,
            raw: Vec::new(),
        }
    }

    /// What was found, and why it may not be all.
    fn finish(self) -> Discovered {
        let mut found = self.found;
        let faults = self.faults.into_iter();
        found
            .skips
            .extend(faults.map(|(id, reason)| Skip::fault(id.to_string(), reason)));
        if self.left == 0 {
            let reason = "the range changes more files than can be read; some are left out";
            found.incomplete.push(reason.to_owned());
        }
        found
    }

    fn commit(&mut self, stamp: CommitStamp, commit: &Commit) {
        self.stamp = Some(stamp);
        self.found.items.push(Item {
            handle: Handle::Object(stamp.id),
            origin: Origin::new(Place::CommitMessage, "").in_object(stamp.id),
            commit: self.stamp,
            added: Added::All,
        });
        let mut parents = Vec::new();
        for parent in &commit.parents {
            // A parent that is cut off has been counted; against the others the commit is still compared.
            if self.objects.read(parent, &mut self.raw) == Ok(ObjectKind::Commit) {
                parents.push(Commit::parse(&self.raw).tree.map(|tree| (EntryKind::Tree, tree)));
            }
        }
        if let Some(tree) = commit.tree {
            self.folder(&mut Vec::new(), tree, &parents, 0);
        }
    }

    /// Compares a tree with what each parent has at the same path.
    fn folder(&mut self, path: &mut Vec<u8>, tree: ObjectId, parents: &[Option<Version>], depth: usize) {
        if parents.contains(&Some((EntryKind::Tree, tree))) {
            return;
        }
        if depth > TREE_DEPTH {
            self.faults.insert(tree, "folders are nested too deep".to_owned());
            return;
        }
        for Change { name, new, old } in self.changes(tree, parents) {
            if self.left == 0 {
                return;
            }
            self.left -= 1;
            let length = path.len();
            if !path.is_empty() {
                path.push(b'/');
            }
            path.extend_from_slice(&name);
            self.entry(path, new, &old, depth);
            path.truncate(length);
        }
    }

    /// The entries of a tree that no parent has so.
    fn changes(&mut self, tree: ObjectId, parents: &[Option<Version>]) -> Vec<Change> {
        let raw = self.raw_tree(tree);
        let old: Vec<_> = parents.iter().map(|version| self.raw_version(*version)).collect();
        let mut old: Vec<_> = old.iter().map(|raw| Versions::of(raw, tree.length())).collect();
        let mut changes = Vec::new();
        let mut versions = Vec::with_capacity(old.len());
        for entry in tree::entries(&raw, tree.length()) {
            let Ok(Entry { name, kind, id }) = entry else {
                self.faults.insert(tree, "the tree is damaged".to_owned());
                break;
            };
            let new = (kind, id);
            versions.clear();
            versions.extend(old.iter_mut().map(|old| old.get(name)));
            if !versions.contains(&Some(new)) {
                changes.push(Change {
                    name: name.into(),
                    new,
                    old: versions.clone(),
                });
            }
        }
        changes
    }

    fn entry(&mut self, path: &mut Vec<u8>, new: Version, old: &[Option<Version>], depth: usize) {
        if old.iter().all(Option::is_none) {
            self.found.items.push(change::name(path, self.stamp));
        }
        match new.0 {
            EntryKind::Tree => self.folder(path, new.1, old, depth + 1),
            EntryKind::Submodule => self.found.skips.push(Skip::policy(path.clone(), Policy::Submodule)),
            EntryKind::File | EntryKind::Symlink => {
                let item = change::blob(self.objects, path, new, old, self.stamp);
                self.found.items.extend(item);
            }
        }
    }

    fn raw_version(&mut self, version: Option<Version>) -> Vec<u8> {
        match version {
            Some((EntryKind::Tree, id)) => self.raw_tree(id),
            _ => Vec::new(),
        }
    }

    fn raw_tree(&mut self, tree: ObjectId) -> Vec<u8> {
        let mut raw = Vec::new();
        if let Err(reason) = self.objects.read(&tree, &mut raw) {
            self.faults.insert(tree, reason);
            raw.clear();
        }
        raw
    }
}

/// An entry that a commit brought, and what each parent has there.
struct Change {
    name: Box<[u8]>,
    new: Version,
    old: Vec<Option<Version>>,
}

//! What a push brings: the commits that the other side does not have, annotated tags on the way to them, and the
//! names of the refs.
//!
//! Which objects the other side has is for the caller to say. What cannot be read among those leaves nothing out.

use std::collections::HashSet;

use crate::git::commit::Tag;
use crate::git::{ObjectKind, ReadObject, Repository};
use crate::origin::{ObjectId, Origin, Place};
use crate::skip::Skip;
use crate::source::history::object_item;
use crate::source::{Added, Discovered, Handle, Item, range};

/// What a push makes of one ref.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// The full name that the ref has on the other side.
    pub name: Vec<u8>,
    /// What it named there before; all zeros if it is new.
    pub old: ObjectId,
    /// What it is to name; all zeros if it is taken away.
    pub new: ObjectId,
}

/// Tags of tags: no one makes longer chains.
const TAGS: usize = 100;

/// Finds what the updates bring, and `known` does not reach. Names and tags come first, then commits, oldest first.
pub fn discover(repo: &Repository, objects: &dyn ReadObject, updates: &[Update], known: &[ObjectId]) -> Discovered {
    let mut push = Push {
        objects,
        known: HashSet::new(),
        found: Discovered::default(),
        commits: Vec::new(),
        raw: Vec::new(),
    };
    let known: Vec<ObjectId> = known.iter().filter_map(|id| push.have(*id)).collect();
    for update in updates.iter().filter(|update| !update.new.is_null()) {
        push.name(&update.name);
        push.tip(update.new);
    }
    let commits = range::discover_reachable(repo, objects, &push.commits, &known);
    push.append(commits);
    push.found
}

struct Push<'p> {
    objects: &'p dyn ReadObject,
    /// Tags and what they name, on the other side or met already.
    known: HashSet<ObjectId>,
    found: Discovered,
    commits: Vec<ObjectId>,
    raw: Vec<u8>,
}

impl Push<'_> {
    /// Notes what the other side has; returns the commit that it leads to.
    fn have(&mut self, mut id: ObjectId) -> Option<ObjectId> {
        for _ in 0..TAGS {
            if !self.known.insert(id) {
                return None;
            }
            match self.objects.read(&id, &mut self.raw).ok()? {
                ObjectKind::Commit => return Some(id),
                ObjectKind::Tag => id = Tag::parse(&self.raw).target?,
                ObjectKind::Tree | ObjectKind::Blob => return None,
            }
        }
        None
    }

    fn name(&mut self, name: &[u8]) {
        self.found.items.push(Item {
            handle: Handle::Bytes(name.into()),
            origin: Origin::new(Place::RefName, name),
            commit: None,
            added: Added::All,
        });
    }

    /// Follows tags to a commit; a ref can also name a file or a folder by itself.
    fn tip(&mut self, mut id: ObjectId) {
        for _ in 0..TAGS {
            if !self.known.insert(id) {
                return;
            }
            match self.objects.read(&id, &mut self.raw) {
                Ok(ObjectKind::Commit) => return self.commits.push(id),
                Ok(ObjectKind::Tree) => return self.append(range::discover_folder(self.objects, id)),
                Ok(ObjectKind::Blob) => return self.found.items.extend(object_item(id, ObjectKind::Blob)),
                Ok(ObjectKind::Tag) => self.found.items.extend(object_item(id, ObjectKind::Tag)),
                Err(reason) => return self.found.skips.push(Skip::fault(id.to_string(), reason)),
            }
            match Tag::parse(&self.raw).target {
                Some(target) => id = target,
                None => return,
            }
        }
        let reason = "the tag leads to no commit";
        self.found.skips.push(Skip::fault(id.to_string(), reason));
    }

    fn append(&mut self, mut more: Discovered) {
        let found = &mut self.found;
        found.items.append(&mut more.items);
        found.skips.append(&mut more.skips);
        found.incomplete.append(&mut more.incomplete);
        found.commits += more.commits;
    }
}

//! One changed file as an item: what is new in it, against each version it replaces.
//!
//! Shared by `staged` (against HEAD) and `range` (against every parent). In doubt everything is new:
//! scanning a line too many is harmless, one too few is not.

use std::ops::Range;

use crate::git::tree::EntryKind;
use crate::git::{ReadObject, added_lines, intersect};
use crate::origin::{CommitStamp, ObjectId, Origin, Place};
use crate::source::{Added, Handle, Item};

/// What a path has: an entry's kind and id.
pub type Version = (EntryKind, ObjectId);

/// Returns the item for a blob at `path`; `None` if one of the old versions has every line of it.
/// Without old versions, or where a difference makes no sense (a binary file, a change of type, an
/// old version that cannot be read), all of it is new.
pub fn blob(
    objects: &dyn ReadObject,
    path: &[u8],
    new: Version,
    old: &[Option<Version>],
    commit: Option<CommitStamp>,
) -> Option<Item> {
    if old.contains(&Some(new)) {
        return None;
    }
    let mut added: Option<Vec<Range<u32>>> = None;
    let mut content = None;
    for version in old
        .iter()
        .flatten()
        .filter(|version| version.0 == new.0 && new.0 == EntryKind::File)
    {
        let new = content.get_or_insert_with(|| load(objects, &new.1));
        let (Some(old), Some(new)) = (load(objects, &version.1), &*new) else {
            continue;
        };
        // Against an old version whose difference makes no sense everything is new, which narrows nothing.
        if let Some(lines) = added_lines(&old, new) {
            added = Some(match added {
                Some(known) => intersect(&known, &lines),
                None => lines,
            });
        }
    }
    if added.as_ref().is_some_and(Vec::is_empty) {
        return None;
    }
    Some(Item {
        handle: Handle::Object(new.1),
        origin: Origin::new(Place::Blob, path).in_object(new.1),
        commit,
        added: added.map_or(Added::All, Added::Lines),
    })
}

/// Returns the item for a new name: the last component of `path`.
pub fn name(path: &[u8], commit: Option<CommitStamp>) -> Item {
    let name = path.rsplit(|&b| b == b'/').next().unwrap_or(path);
    Item {
        handle: Handle::Bytes(name.into()),
        origin: Origin::new(Place::PathName, path),
        commit,
        added: Added::All,
    }
}

fn load(objects: &dyn ReadObject, id: &ObjectId) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    objects.read(id, &mut bytes).ok()?;
    Some(bytes)
}

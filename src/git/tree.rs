//! Tree objects, parsed from their bytes: one folder's names, with what each points to.
//!
//! Entries are taken as they are stored, also those that git itself would refuse to check out
//! (`..`, `.git`, names twice); paths here are for people and never opened.

use crate::git::ReadObject;
use crate::origin::ObjectId;

/// One entry of a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'t> {
    pub kind: EntryKind,
    /// One component of a path; a hostile tree can hold any bytes but NUL.
    pub name: &'t [u8],
    pub id: ObjectId,
}

/// What an entry points to, from its mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EntryKind {
    Tree,
    File,
    Symlink,
    /// A commit of another repository.
    Submodule,
}

impl EntryKind {
    /// The kind of a mode as it stands in a tree or an index.
    pub fn of_mode(mode: u32) -> Self {
        match mode & 0o170_000 {
            0o040_000 => EntryKind::Tree,
            0o120_000 => EntryKind::Symlink,
            0o160_000 => EntryKind::Submodule,
            _ => EntryKind::File,
        }
    }

    /// Whether the id is a blob's.
    pub fn is_blob(self) -> bool {
        matches!(self, EntryKind::File | EntryKind::Symlink)
    }
}

/// Iterates over a tree's entries in stored order. Their ids are as long as the tree's own. A damaged tail
/// gives one `Err` and ends it.
pub fn entries(mut raw: &[u8], id_length: usize) -> impl Iterator<Item = Result<Entry<'_>, Damaged>> {
    std::iter::from_fn(move || {
        if raw.is_empty() {
            return None;
        }
        let entry = split_entry(raw, id_length);
        raw = entry.map_or(&[], |(_, rest)| rest);
        Some(entry.map(|(entry, _)| entry).ok_or(Damaged))
    })
}

/// Returns the entry at a path below a tree; `None` if there is none, or a tree on the way cannot be read.
pub fn find(objects: &dyn ReadObject, tree: ObjectId, path: &[u8]) -> Option<(EntryKind, ObjectId)> {
    let mut raw = Vec::new();
    let mut found = (EntryKind::Tree, tree);
    for name in path.split(|&b| b == b'/') {
        if found.0 != EntryKind::Tree {
            return None;
        }
        objects.read(&found.1, &mut raw).ok()?;
        let entry = entries(&raw, found.1.length())
            .map_while(Result::ok)
            .find(|entry| entry.name == name)?;
        found = (entry.kind, entry.id);
    }
    Some(found)
}

/// A tree whose bytes end in the middle of an entry, or with a mode that is no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Damaged;

/// Reads the entry at the start of a tree's bytes, and how long it is there.
///
/// # Errors
/// The bytes end in the middle of it, or its mode is no number.
pub fn entry(raw: &[u8], id_length: usize) -> Result<(Entry<'_>, usize), Damaged> {
    let (entry, rest) = split_entry(raw, id_length).ok_or(Damaged)?;
    Ok((entry, raw.len() - rest.len()))
}

fn split_entry(raw: &[u8], id_length: usize) -> Option<(Entry<'_>, &[u8])> {
    let space = memchr::memchr(b' ', raw.get(..raw.len().min(8))?)?;
    let mode = raw[..space].iter().try_fold(0u32, |mode, digit| match digit {
        b'0'..=b'7' => Some(mode << 3 | u32::from(digit - b'0')),
        _ => None,
    })?;
    let rest = &raw[space + 1..];
    let end = memchr::memchr(0, rest)?;
    let (id, after) = rest[end + 1..].split_at_checked(id_length)?;
    let entry = Entry {
        kind: EntryKind::of_mode(mode),
        name: &rest[..end],
        id: ObjectId::from_bytes(id)?,
    };
    Some((entry, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_read_up_to_the_damage() {
        let mut raw = b"100644 a\0".to_vec();
        raw.extend([7; 20]);
        raw.extend(b"40000 dir\0");
        raw.extend([8; 20]);
        raw.extend(b"160000 sub\0short");
        let read: Vec<_> = entries(&raw, 20).collect();
        assert_eq!(read.len(), 3);
        assert_eq!(read[0].map(|e| (e.kind, e.name)), Ok((EntryKind::File, &b"a"[..])));
        assert_eq!(read[1].map(|e| e.kind), Ok(EntryKind::Tree));
        assert_eq!(read[2], Err(Damaged));
        let long = [&b"100644 a\0"[..], &[7; 32], b"40000 dir\0", &[8; 32]].concat();
        assert_eq!(entries(&long, 32).map_while(Result::ok).count(), 2);
        assert_eq!(entries(&raw, 32).nth(1), Some(Err(Damaged)));
        assert_eq!(entries(b"", 20).count(), 0);
        assert_eq!(entries(b"9 x\0", 20).next(), Some(Err(Damaged)));
    }
}

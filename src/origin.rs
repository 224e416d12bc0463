//! Where content comes from: the place it was read at, and the commit that brought it.
//!
//! Paths are bytes as the repository or the file system gives them; printers escape them.
//! Nothing here knows how content is read or what was found in it.

pub mod way;

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

pub use way::Step;

/// The id of a git object: 20 bytes (SHA-1) or 32 (SHA-256).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObjectId {
    bytes: [u8; 32],
    len: u8,
}

impl ObjectId {
    /// Takes the raw id. Returns `None` unless it is 20 or 32 bytes long.
    #[inline]
    pub fn from_bytes(raw: &[u8]) -> Option<Self> {
        let mut bytes = [0; 32];
        // Apart, so that each copies a fixed number of bytes: ids are read by the million.
        match raw.len() {
            20 => bytes[..20].copy_from_slice(raw),
            32 => bytes.copy_from_slice(raw),
            _ => return None,
        }
        Some(Self {
            bytes,
            len: raw.len() as u8,
        })
    }

    /// How many bytes it has: 20 or 32. Ids of one repository are of one length.
    pub fn length(&self) -> usize {
        usize::from(self.len)
    }

    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }

    /// Whether it is the id that stands for no object, all zeros.
    pub fn is_null(&self) -> bool {
        self.bytes == [0; 32]
    }

    /// The first 12 hex digits, for people.
    pub fn short(&self) -> String {
        let mut hex = self.to_string();
        hex.truncate(12);
        hex
    }
}

impl Hash for ObjectId {
    /// Only the bytes that there are: ids are looked up by the million.
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write(self.as_bytes());
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_bytes().iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// What kind of place content was read at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Place {
    /// A file on disk; `path` is relative to where the scan was started, or absolute if so given.
    File,
    /// Standard input; `path` is `-`.
    Stdin,
    /// A file of the index, of a commit or of the object store; `path` is relative to the repository's top.
    /// `path` is empty for a blob that no known tree names.
    Blob,
    /// The message of a commit (or another header that people write).
    CommitMessage,
    /// The author or committer line of a commit, or the tagger line of a tag.
    Identity,
    /// The message of an annotated tag; `path` is the tag's name.
    TagMessage,
    /// The name of a file or folder itself; `path` is that name's full path.
    PathName,
    /// The name of a branch, tag or other ref; `path` is the full ref name.
    RefName,
}

impl Place {
    /// The word used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Place::File => "file",
            Place::Stdin => "stdin",
            Place::Blob => "blob",
            Place::CommitMessage => "commit-message",
            Place::Identity => "identity",
            Place::TagMessage => "tag-message",
            Place::PathName => "path-name",
            Place::RefName => "ref-name",
        }
    }
}

/// Where one piece of content was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    pub place: Place,
    pub path: Vec<u8>,
    /// How many bytes of the path lead to what is scanned, and so say nothing of it: of a file that an absolute path was
    /// given for, all that this names.
    pub outside: usize,
    /// The git object that holds the content: the blob, commit, tag or tree.
    pub object: Option<ObjectId>,
    /// The path of the submodule that it is in; the path of a file in it begins with this.
    pub submodule: Option<Arc<[u8]>>,
}

impl Origin {
    pub fn new(place: Place, path: impl Into<Vec<u8>>) -> Self {
        Self {
            place,
            path: path.into(),
            outside: 0,
            object: None,
            submodule: None,
        }
    }

    /// The path within what is scanned, as far as that is known.
    pub fn inside(&self) -> &[u8] {
        self.path.get(self.outside..).unwrap_or_default()
    }

    #[must_use]
    pub fn in_object(mut self, object: ObjectId) -> Self {
        self.object = Some(object);
        self
    }
}

/// A commit, as far as dating needs it. Times are Unix seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommitStamp {
    pub id: ObjectId,
    pub author_time: i64,
    pub commit_time: i64,
}

/// Where a finding is now, as seen from the repository that was scanned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// In a file on disk or on standard input; no repository was asked.
    File,
    /// In the index and not yet committed.
    Staged,
    /// In the tree of HEAD.
    InTree,
    /// Not in the tree of HEAD, but a ref, stash or reflog entry still reaches it.
    HistoryOnly,
    /// No ref reaches it; the object store still holds it.
    Unreachable,
}

impl State {
    /// The word used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            State::File => "file",
            State::Staged => "staged",
            State::InTree => "in-tree",
            State::HistoryOnly => "history-only",
            State::Unreachable => "unreachable",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_20_or_32_bytes() {
        assert!(ObjectId::from_bytes(&[1; 19]).is_none());
        let id = ObjectId::from_bytes(&[0xab; 20]).expect("20 bytes");
        assert_eq!(id.to_string(), "ab".repeat(20));
        assert_eq!(id.short(), "abababababab");
        assert_eq!(ObjectId::from_bytes(&[7; 32]).expect("32 bytes").as_bytes().len(), 32);
    }
}

//! An item: one thing to be scanned, as a handle that is cheap to hold by the million.

use std::collections::HashSet;
use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use super::regular::{self, Links};
use super::top::Top;
use crate::origin::{CommitStamp, ObjectId, Origin};

/// One thing to be scanned.
#[derive(Clone, Debug)]
pub struct Item {
    pub handle: Handle,
    pub origin: Origin,
    /// The commit that brings the content (`range`); `None` elsewhere, where it is traced afterwards or unknown.
    pub commit: Option<CommitStamp>,
    /// Which lines are asked about. The rest of the content is context, for pairing.
    pub added: Added,
}

impl Item {
    /// Whether it is one of these objects.
    pub fn is_one_of(&self, objects: &HashSet<ObjectId>) -> bool {
        self.origin.object.is_some_and(|id| objects.contains(&id))
    }

    /// Opens the regular file that it is, without following a symbolic link. Returns it and the size it has now.
    ///
    /// # Errors
    /// It cannot be opened, or the item is no file.
    pub fn open(&self) -> io::Result<(File, u64)> {
        match &self.handle {
            Handle::Path(path) => regular::open(path, Links::Refuse),
            Handle::Below(top) => top.open_file(&self.origin.path),
            Handle::Stdin | Handle::Object(_) | Handle::Bytes(_) => Err(regular::not_regular()),
        }
    }
}

/// How to get at the content.
#[derive(Clone, Debug)]
pub enum Handle {
    Path(PathBuf),
    /// The file that the origin's path names, which lies below this folder.
    Below(Arc<Top>),
    Stdin,
    /// A blob, commit or tag of the repository's object store.
    Object(ObjectId),
    /// Content that discovery already holds: a name.
    Bytes(Box<[u8]>),
}

/// Which part of an item is asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Added {
    All,
    /// Ranges of 1-based line numbers, in order; findings that touch none of them are context.
    Lines(Vec<Range<u32>>),
}

/// A piece of content, as a worker sees it. Has no `Debug`: it holds what may be secret.
pub struct Content<'c> {
    pub bytes: &'c [u8],
    /// Where these bytes come from (a commit gives its identities and its message apart).
    pub origin: &'c Origin,
    /// Where the bytes start, for a piece of a large file.
    pub offset: u64,
    /// The 1-based number of the first line, for a piece of a large file.
    pub first_line: u32,
    /// A candidate that starts elsewhere belongs to another piece of the same content.
    pub owned: Range<usize>,
}

impl Content<'_> {
    /// Whether it is no piece of a larger one.
    pub fn is_whole(&self) -> bool {
        self.offset == 0 && self.owned == (0..self.bytes.len())
    }
}

//! How objects are read by those who need some of them: by id, or by numbers.
//!
//! Here is what can be asked, not how it is answered: a store reads its files, an outline knows folders without
//! reading them, and tests make objects up.

use crate::git::tree::{Entry, EntryKind};
use crate::origin::ObjectId;

/// An object larger than this is not read into memory.
pub const LARGEST: u64 = 2 << 30;

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ObjectKind {
    Commit,
    Tree,
    Blob,
    Tag,
}

impl ObjectKind {
    /// Whether it holds what people wrote: anything but a tree.
    pub fn has_text(self) -> bool {
        self != ObjectKind::Tree
    }
}

/// Something that gives the raw content of objects.
pub trait ReadObject {
    /// Replaces `into` by the object's content and returns its kind.
    ///
    /// # Errors
    /// One sentence why it cannot be read: missing, damaged, not what its id says.
    fn read(&self, id: &ObjectId, into: &mut Vec<u8>) -> Result<ObjectKind, String>;

    /// What a tag names, or `None` for what is no tag, if that is known without reading it.
    fn tagged(&self, _id: &ObjectId) -> Option<Option<ObjectId>> {
        None
    }

    /// Visits the entries of a tree that may lead to a finding, if they are known without reading it.
    /// Returns whether they are.
    fn outline(&self, _tree: &ObjectId, _visit: &mut dyn FnMut(Entry<'_>)) -> bool {
        false
    }

    /// The same by numbers, if it has any.
    fn numbered(&self) -> Option<&dyn Numbered> {
        None
    }
}

/// Objects and names by numbers from 0 on, for those who look at very many: a number is found in a table.
pub trait Numbered {
    /// How many objects have a number.
    fn objects(&self) -> u32;

    /// The number of an object, if it has one.
    fn number(&self, id: &ObjectId) -> Option<u32>;

    /// Replaces `numbers` by those of many objects.
    fn find(&self, ids: &[ObjectId], numbers: &mut Vec<Option<u32>>) {
        numbers.clear();
        numbers.extend(ids.iter().map(|id| self.number(id)));
    }

    fn id(&self, number: u32) -> ObjectId;

    /// A tree that stands for this one: both have the same entries that may lead to a finding.
    fn alike(&self, tree: u32) -> u32 {
        tree
    }

    /// The names of entries, by number.
    fn names(&self) -> &[Box<[u8]>];

    /// Visits the entries of a tree that may lead to a finding, if they are known without reading it.
    /// Returns whether they are.
    fn point(&self, tree: u32, visit: &mut dyn FnMut(Pointer)) -> bool;
}

/// An entry of a tree, by numbers.
#[derive(Clone, Copy, Debug)]
pub struct Pointer {
    pub kind: EntryKind,
    pub name: u32,
    pub target: Target,
}

/// What an entry names.
#[derive(Clone, Copy, Debug)]
pub enum Target {
    Numbered(u32),
    Other(ObjectId),
}

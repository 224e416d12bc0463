//! The object store: every object that is there, and the bytes of one.
//!
//! Packs are read by the engine in [`super::pack`], loose objects one at a time by [`super::loose`], which
//! checks their hashes. What cannot be read is a fault that names the object; it never ends the run.

use std::collections::{BTreeSet, HashSet};
use std::path::PathBuf;

use crate::error::Error;
use crate::git::pack::{Packed, Packs, Visitor};
use crate::git::tree::{Entry, EntryKind};
use crate::git::{Repository, loose, objects, pack};
use crate::origin::ObjectId;
use crate::skip::Skip;

/// An object larger than this is not read into memory.
pub const LARGEST: u64 = 2 << 30;

/// How many objects may turn out to be made of a base that is damaged everywhere, until the rest counts as that.
const TRIES: u32 = 1000;

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

/// One object of the store, as its header gives it.
#[derive(Clone, Copy, Debug)]
pub struct Object {
    pub id: ObjectId,
    pub kind: ObjectKind,
    /// The size of its content in bytes.
    pub size: u64,
}

/// The objects that are in no pack.
#[derive(Debug, Default)]
pub struct Listing {
    /// In the order of object folders and ids.
    pub objects: Vec<Object>,
    /// Of the whole store: parts that cannot be listed.
    pub skips: Vec<Skip>,
}

/// A packed object that cannot be read.
#[derive(Clone, Debug)]
pub struct Unread {
    /// Its place in the order of the packs.
    pub number: u32,
    /// `None` if not even that can be told.
    pub kind: Option<ObjectKind>,
    pub skip: Skip,
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

    fn id(&self, number: u32) -> ObjectId;

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

/// The object folders of a repository, open for reading from several threads.
pub struct Store {
    packs: Packs,
    dirs: Vec<PathBuf>,
    id_length: usize,
    /// `None` if loose objects are looked up one by one.
    loose: Option<Loose>,
    skips: Vec<Skip>,
}

/// The loose objects, all of them and those that are in no pack, in order.
#[derive(Default)]
struct Loose {
    known: HashSet<ObjectId>,
    alone: Vec<ObjectId>,
}

impl Store {
    /// Opens all object folders and lists what is in them.
    ///
    /// # Errors
    /// libgit2 cannot open them at all.
    pub fn open(repo: &Repository) -> Result<Self, Error> {
        let mut store = Self::unlisted(repo)?;
        let mut loose = Loose::default();
        for id in store.dirs.iter().flat_map(|dir| objects::loose(dir, store.id_length)) {
            if loose.known.insert(id) && !store.packs.contains(&id) {
                loose.alone.push(id);
            }
        }
        store.loose = Some(loose);
        Ok(store)
    }

    /// Opens the object folders without listing them, for commands that need a few objects only.
    /// Its listing is empty.
    ///
    /// # Errors
    /// libgit2 cannot open them at all.
    pub fn unlisted(repo: &Repository) -> Result<Self, Error> {
        let mut skips = Vec::new();
        let dirs = objects::folders(repo.object_dirs(), &mut skips);
        Ok(Self {
            packs: Packs::open(&dirs, repo.id_length(), &mut skips),
            dirs,
            id_length: repo.id_length(),
            loose: None,
            skips,
        })
    }

    /// Returns every object that is in no pack, with its kind and size. An object whose header cannot be
    /// read is a fault; so is a pack or an alternate that cannot be opened.
    pub fn loose(&self) -> Listing {
        self.loose_where(|_| true)
    }

    /// The same for the ids that are wanted.
    pub fn loose_where(&self, wanted: impl Fn(&ObjectId) -> bool) -> Listing {
        let mut listing = Listing {
            objects: Vec::new(),
            skips: self.skips.clone(),
        };
        for id in self.loose_ids().iter().filter(|id| wanted(id)) {
            match self.dirs.iter().find_map(|dir| loose::header(dir, id)) {
                Some(Ok((kind, size))) => listing.objects.push(Object { id: *id, kind, size }),
                Some(Err(reason)) => listing.skips.push(Skip::fault(id.to_string(), reason)),
                None => listing.skips.push(Skip::fault(id.to_string(), MISSING)),
            }
        }
        listing
    }

    /// The ids of all objects that are in no pack, in order.
    pub fn loose_ids(&self) -> &[ObjectId] {
        self.loose.as_ref().map_or(&[], |loose| &loose.alone)
    }

    /// The ids in each pack, in order.
    pub fn packed_ids(&self) -> impl Iterator<Item = impl ExactSizeIterator<Item = ObjectId>> {
        self.packs.listings()
    }

    /// The same of the only pack there is, one after the other, if they are stored so.
    pub fn only_ids(&self) -> Option<&[u8]> {
        self.packs.only_ids()
    }

    /// Where a walk over the packs meets an object; `None` if it is in none.
    pub fn place(&self, id: &ObjectId) -> Option<(usize, u64)> {
        self.packs.place(id)
    }

    /// The kind of a packed object, as headers tell it.
    pub fn kind_of(&self, id: &ObjectId) -> Option<ObjectKind> {
        self.packs.kind_of(id)
    }

    /// Whether a pack or its index is damaged, or one of them is missing.
    pub fn has_damaged_packs(&self) -> bool {
        let is_of_pack = |skip: &Skip| skip.what.ends_with(b".idx") || skip.what.ends_with(b".pack");
        self.skips.iter().any(is_of_pack)
    }

    /// How many bytes a packed object takes in its pack, by its number.
    pub fn stored(&self, number: u32) -> u64 {
        self.packs.stored(number)
    }

    /// How many bytes all packed objects of these kinds take.
    pub fn stored_in_all(&self, wanted: fn(ObjectKind) -> bool) -> u64 {
        self.packs.stored_in_all(wanted)
    }

    /// How many bytes ids have.
    pub fn id_length(&self) -> usize {
        self.id_length
    }

    /// How many objects of the wanted kinds the packs have.
    pub fn packed(&self, wanted: fn(ObjectKind) -> bool, threads: usize) -> usize {
        self.packs.count(wanted, threads)
    }

    /// Visits every object of the wanted kinds that is in packs, once, on `threads` threads. Of an object that
    /// cannot be read, or that is made of such a one, other copies are tried, in other packs and loose. Returns
    /// the visitors, each of which has seen a part, and what is damaged, by number.
    pub fn walk<V: Visitor>(
        &self,
        wanted: fn(ObjectKind) -> bool,
        threads: usize,
        visitor: impl Fn() -> V + Sync,
    ) -> (Vec<V>, Vec<Unread>) {
        let mut walked = self.packs.walk(self, wanted, threads, visitor);
        let mut faults = Vec::new();
        let mut bytes = Vec::new();
        let has_copy = |id: &ObjectId| self.is_loose(id) || self.packs.copies(id) > 1;
        // Without another copy of any base, what is made of bases need not be tried again.
        let is_other = |(_, id, fault): &(_, _, _)| *fault != pack::BASE_UNREAD && has_copy(id);
        let mut tries = if walked.unread.iter().any(is_other) { TRIES } else { 0 };
        for (number, id, fault) in walked.unread {
            let mut say = |reason: String| {
                faults.push(Unread {
                    number,
                    kind: self.packs.kind(number),
                    skip: Skip::fault(id.to_string(), reason),
                });
            };
            let is_damaged = fault != pack::BASE_UNREAD;
            let copy = || format!("a copy of the object is damaged: {fault}; another copy was read");
            if self.packs.is_again(number) {
                // The other copy is read or said to be unread by itself.
                if is_damaged {
                    say(copy());
                }
                continue;
            }
            let again = match has_copy(&id) || !is_damaged && tries > 0 {
                true => self.read(&id, &mut bytes),
                false => Err(unreadable(fault)),
            };
            match again {
                Ok(kind) if !wanted(kind) => {}
                Ok(kind) => {
                    if is_damaged {
                        say(copy());
                    }
                    let slot = self.packs.slot(&id).expect("it was met in a pack");
                    let object = Packed::new(&self.packs, number, slot, kind, &bytes);
                    let visitor = walked.visitors.first_mut().expect("there is a worker");
                    visitor.visit(object, None);
                }
                Err(reason) => {
                    tries = tries.saturating_sub(1);
                    say(reason);
                }
            }
        }
        (walked.visitors, faults)
    }

    /// Gives back the memory of the packs, when all of them was read and little will be read again.
    pub fn let_go(&self) {
        self.packs.let_go();
    }

    /// Where an object stands in the indexes of the packs, counted through; `None` if it is in none.
    pub fn slot(&self, id: &ObjectId) -> Option<u32> {
        self.packs.slot(id)
    }

    /// How many such places there are.
    pub fn slots(&self) -> u32 {
        self.packs.slots()
    }

    /// The object at such a place.
    pub fn at_slot(&self, slot: u32) -> ObjectId {
        self.packs.at_slot(slot)
    }

    /// Whether an object that is in no pack is there.
    pub fn contains_outside(&self, id: &ObjectId) -> bool {
        self.is_loose(id) || *id == empty_tree(self.id_length)
    }

    /// Whether an object is there, readable or not.
    pub fn contains(&self, id: &ObjectId) -> bool {
        self.packs.contains(id) || self.contains_outside(id)
    }

    fn is_loose(&self, id: &ObjectId) -> bool {
        self.loose.as_ref().is_some_and(|loose| loose.known.contains(id))
    }

    /// The object whose id starts with these hex digits (from 4 on), if there is just one.
    ///
    /// # Errors
    /// One sentence: there is none, or more than one.
    pub fn with_prefix(&self, hex: &str) -> Result<ObjectId, String> {
        let prefix = hex.to_ascii_lowercase();
        let loose = self.dirs.iter().flat_map(|dir| objects::loose(dir, self.id_length));
        let mut found: BTreeSet<_> = loose.filter(|id| id.to_string().starts_with(&prefix)).collect();
        found.extend(self.packs.with_prefix(&prefix, 2));
        match found.len() {
            1 => Ok(*found.first().expect("there is one")),
            0 => Err(MISSING.to_owned()),
            _ => Err("more than one object starts with these digits".to_owned()),
        }
    }

    /// Reads what is in no pack.
    fn read_outside(&self, id: &ObjectId, into: &mut Vec<u8>) -> Result<ObjectKind, String> {
        if *id == empty_tree(self.id_length) {
            into.clear();
            return Ok(ObjectKind::Tree);
        }
        // In a partial clone a hundred thousand objects may be missing.
        let is_unknown = self.loose.is_some() && !self.is_loose(id);
        if is_unknown || id.length() != self.id_length {
            return Err(MISSING.to_owned());
        }
        let found = self.dirs.iter().find_map(|dir| loose::read(dir, id, into));
        found.unwrap_or_else(|| Err(MISSING.to_owned()))
    }
}

impl ReadObject for Store {
    fn read(&self, id: &ObjectId, into: &mut Vec<u8>) -> Result<ObjectKind, String> {
        let outside = |id: &ObjectId, into: &mut Vec<u8>| self.read_outside(id, into).ok();
        match self.packs.read(id, into, &outside) {
            Some(Ok(kind)) => Ok(kind),
            Some(Err(fault)) => self.read_outside(id, into).map_err(|_| unreadable(fault)),
            None => self.read_outside(id, into),
        }
    }
}

fn unreadable(fault: pack::Fault) -> String {
    format!("the object cannot be read: {fault}")
}

const MISSING: &str = "the object is missing";

/// The tree without entries, which exists in every repository without being stored.
fn empty_tree(id_length: usize) -> ObjectId {
    let hex: &[u8] = match id_length {
        20 => b"4b825dc642cb6eb9a060e54bf8d69288fbee4904",
        _ => b"6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
    };
    crate::git::parse_id(hex).expect("40 or 64 hex digits")
}

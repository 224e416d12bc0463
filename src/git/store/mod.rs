//! The object store: every object that is there, and the bytes of one.
//!
//! Packs are read by the engine in [`super::pack`], loose objects one at a time by [`super::loose`], which
//! checks their hashes. What cannot be read is a fault that names the object; it never ends the run.

mod walk;

pub use walk::Unread;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use crate::error::Error;
use crate::git::maps::Set;
use crate::git::pack::Packs;
use crate::git::read::{ObjectKind, ReadObject};
use crate::git::{Repository, loose, objects, pack};
use crate::origin::ObjectId;
use crate::skip::Skip;

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

/// The object folders of a repository, open for reading from several threads.
pub struct Store {
    packs: Packs,
    dirs: Vec<PathBuf>,
    id_length: usize,
    /// The tree without entries, which exists in every repository without being stored.
    empty_tree: ObjectId,
    /// `None` if loose objects are looked up one by one.
    loose: Option<Loose>,
    skips: Vec<Skip>,
}

/// The loose objects, all of them and those that are in no pack, in order.
#[derive(Default)]
struct Loose {
    known: Set<ObjectId>,
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
            empty_tree: empty_tree(repo.id_length()),
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

    /// The ids in each pack, in order, one after the other.
    pub fn packed_ids(&self) -> impl Iterator<Item = Cow<'_, [u8]>> {
        self.packs.listings()
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

    /// Finds out what of the packs is made of what, which each walk over them asks first.
    pub fn plant(&self, threads: usize) {
        self.packs.plant(threads);
    }

    /// How many objects of the wanted kinds the packs have.
    pub fn packed(&self, wanted: fn(ObjectKind) -> bool, threads: usize) -> usize {
        self.packs.count(wanted, threads)
    }

    /// Gives back the memory of large packs, when all of them was read and little will be read again.
    pub fn let_go(&self) {
        if !self.packs.are_small() {
            self.packs.let_go();
        }
    }

    /// Where an object stands in the indexes of the packs, counted through; `None` if it is in none.
    pub fn slot(&self, id: &ObjectId) -> Option<u32> {
        self.packs.slot(id)
    }

    /// The same of many objects at once, which takes a fraction of the time.
    pub fn find_slots(&self, ids: &[ObjectId], slots: &mut Vec<Option<u32>>) {
        self.packs.find_slots(ids, slots);
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
        self.is_loose(id) || *id == self.empty_tree
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
        if *id == self.empty_tree {
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

    /// An object for those who keep it: what is packed is not copied.
    ///
    /// # Errors
    /// Those of [`ReadObject::read`].
    pub fn share(&self, id: &ObjectId) -> Result<(ObjectKind, Arc<Vec<u8>>), String> {
        let outside = |id: &ObjectId, into: &mut Vec<u8>| self.read_outside(id, into).ok();
        if let Some(Ok(known)) = self.packs.share(id, &outside) {
            return Ok(known);
        }
        let mut content = Vec::new();
        let kind = self.read(id, &mut content)?;
        Ok((kind, Arc::new(content)))
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

/// The id of the tree without entries.
fn empty_tree(id_length: usize) -> ObjectId {
    let hex: &[u8] = match id_length {
        20 => b"4b825dc642cb6eb9a060e54bf8d69288fbee4904",
        _ => b"6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
    };
    crate::git::parse_id(hex).expect("40 or 64 hex digits")
}

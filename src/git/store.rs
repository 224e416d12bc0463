//! The object store: every object that is there, and the bytes of one.
//!
//! Packs are read by the engine in [`super::pack`], loose objects one at a time through libgit2, which
//! checks their hashes. What cannot be read is a fault that names the object; it never ends the run.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Mutex;

use git2::{ObjectType, Odb, Oid};

use crate::error::Error;
use crate::git::pack::{Packed, Packs, Visitor};
use crate::git::{Repository, objects, pack};
use crate::origin::ObjectId;
use crate::skip::Skip;

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
}

/// The object folders of a repository, open for reading from several threads.
pub struct Store {
    packs: Packs,
    dirs: Vec<String>,
    /// `None` if loose objects are looked up one by one.
    loose: Option<Loose>,
    skips: Vec<Skip>,
    /// Handles not in use. libgit2 holds a handle's lock while it inflates, so threads must not share one.
    idle: Mutex<Vec<Odb<'static>>>,
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
        for id in store.dirs.iter().flat_map(|dir| objects::loose(dir.as_ref())) {
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
        let folders: Vec<PathBuf> = objects::folders(repo.object_dirs(), &mut skips);
        let packs = Packs::open(&folders, &mut skips);
        let mut dirs = Vec::new();
        for dir in folders {
            let dir = dir.into_os_string().into_string().map_err(|dir| {
                Error::input(format!("{}: the object folder cannot be opened", dir.display()))
                    .cause("its path is not UTF-8")
                    .hint("move or link the repository to a plain path")
            })?;
            dirs.push(dir);
        }
        let store = Self {
            packs,
            dirs,
            loose: None,
            skips,
            idle: Mutex::new(Vec::new()),
        };
        let handle = store.handle().map_err(|error| {
            Error::input(format!(
                "{}: the object store cannot be opened",
                repo.git_dir().display()
            ))
            .cause(error.message())
        })?;
        store.give_back(handle);
        Ok(store)
    }

    /// Returns every object that is in no pack, with its kind and size. An object whose header cannot be
    /// read is a fault; so is a pack or an alternate that cannot be opened.
    pub fn loose(&self) -> Listing {
        let ids = self.loose.as_ref().map_or(&[][..], |loose| &loose.alone);
        let mut listing = Listing {
            objects: Vec::with_capacity(ids.len()),
            skips: self.skips.clone(),
        };
        let handle = match self.handle() {
            Ok(handle) => handle,
            Err(error) => {
                listing.skips.push(Skip::fault("objects", error.message()));
                return listing;
            }
        };
        for id in ids {
            let header = handle.read_header(oid(id)).map_err(|error| reason(&error));
            match header.and_then(|(size, kind)| Ok((size, object_kind(kind)?))) {
                Ok((size, kind)) => listing.objects.push(Object {
                    id: *id,
                    kind,
                    size: size as u64,
                }),
                Err(reason) => listing.skips.push(Skip::fault(id.to_string(), reason)),
            }
        }
        self.give_back(handle);
        listing
    }

    /// How many objects of the wanted kinds the packs have.
    pub fn packed(&self, wanted: fn(ObjectKind) -> bool) -> usize {
        self.packs.count(wanted)
    }

    /// Visits every object of the wanted kinds that is in packs, once, on `threads` threads. Of an object that
    /// cannot be read, other copies are tried, in other packs and loose. Returns the visitors, each of which
    /// has seen a part, and the objects that cannot be read, by number.
    pub fn walk<V: Visitor>(
        &self,
        wanted: fn(ObjectKind) -> bool,
        threads: usize,
        visitor: impl Fn() -> V + Sync,
    ) -> (Vec<V>, Vec<Unread>) {
        let mut walked = self.packs.walk(self, wanted, threads, visitor);
        let mut faults = Vec::new();
        let mut bytes = Vec::new();
        for (number, id, fault) in walked.unread {
            let again = match self.is_loose(&id) || self.packs.copies(&id) > 1 {
                true => self.read(&id, &mut bytes),
                false => Err(unreadable(fault)),
            };
            match again {
                Ok(kind) if !wanted(kind) => {}
                Ok(kind) => {
                    let object = Packed {
                        number,
                        id,
                        kind,
                        bytes: &bytes,
                    };
                    let visitor = walked.visitors.first_mut().expect("there is a worker");
                    visitor.visit(object, None);
                }
                Err(reason) => faults.push(Unread {
                    number,
                    kind: self.packs.kind(number),
                    skip: Skip::fault(id.to_string(), reason),
                }),
            }
        }
        (walked.visitors, faults)
    }

    /// Whether an object is there, readable or not.
    pub fn contains(&self, id: &ObjectId) -> bool {
        self.is_loose(id) || self.packs.contains(id) || *id == empty_tree()
    }

    fn is_loose(&self, id: &ObjectId) -> bool {
        self.loose.as_ref().is_some_and(|loose| loose.known.contains(id))
    }

    /// Every object whose id starts with these hex digits (from 4 on); at most two are looked for.
    pub fn with_prefix(&self, hex: &str) -> Result<ObjectId, String> {
        let (Ok(prefix), Ok(handle)) = (Oid::from_str(hex), self.handle()) else {
            return Err("it is no object id".to_owned());
        };
        let found = handle.exists_prefix(prefix, hex.len()).map_err(|error| reason(&error));
        self.give_back(handle);
        found.map(|id| from_oid(&id))
    }

    fn handle(&self) -> Result<Odb<'static>, git2::Error> {
        if let Some(idle) = self.lock().pop() {
            return Ok(idle);
        }
        let odb = Odb::new()?;
        for dir in &self.dirs {
            odb.add_disk_alternate(dir)?;
        }
        Ok(odb)
    }

    fn give_back(&self, handle: Odb<'static>) {
        self.lock().push(handle);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Odb<'static>>> {
        // A handle in the list is whole even if a thread that held the lock has panicked.
        self.idle.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Store {
    /// Reads what is in no pack.
    fn read_outside(&self, id: &ObjectId, into: &mut Vec<u8>) -> Result<ObjectKind, String> {
        // A missing object makes libgit2 look through all folders again, which costs too much a
        // hundred thousand times over in a partial clone.
        if self.loose.is_some() && !self.is_loose(id) && *id != empty_tree() {
            return Err("the object is missing".to_owned());
        }
        let handle = self.handle().map_err(|error| reason(&error))?;
        let kind = handle.read(oid(id)).map_err(|error| reason(&error)).and_then(|object| {
            into.clear();
            into.extend_from_slice(object.data());
            object_kind(object.kind())
        });
        self.give_back(handle);
        kind
    }
}

impl ReadObject for Store {
    fn read(&self, id: &ObjectId, into: &mut Vec<u8>) -> Result<ObjectKind, String> {
        let outside = |id: &ObjectId, into: &mut Vec<u8>| self.read_outside(id, into).ok();
        match self.packs.read(id, into, &outside) {
            Some(Ok(kind)) => Ok(kind),
            Some(Err(fault)) if self.is_loose(id) => self.read_outside(id, into).map_err(|_| unreadable(fault)),
            Some(Err(fault)) => Err(unreadable(fault)),
            None => self.read_outside(id, into),
        }
    }
}

fn unreadable(fault: pack::Fault) -> String {
    format!("the object cannot be read: {fault}")
}

fn object_kind(kind: ObjectType) -> Result<ObjectKind, String> {
    match kind {
        ObjectType::Commit => Ok(ObjectKind::Commit),
        ObjectType::Tree => Ok(ObjectKind::Tree),
        ObjectType::Blob => Ok(ObjectKind::Blob),
        ObjectType::Tag => Ok(ObjectKind::Tag),
        ObjectType::Any => Err("the object has no known kind".to_owned()),
    }
}

fn reason(error: &git2::Error) -> String {
    if error.code() == git2::ErrorCode::NotFound {
        return "the object is missing".to_owned();
    }
    format!("the object cannot be read: {}", error.message())
}

fn oid(id: &ObjectId) -> Oid {
    Oid::from_bytes(id.as_bytes()).expect("the listing holds SHA-1 ids only")
}

fn from_oid(oid: &Oid) -> ObjectId {
    ObjectId::from_bytes(oid.as_bytes()).expect("a SHA-1 id has 20 bytes")
}

/// The tree without entries, which exists in every repository without being stored.
pub fn empty_tree() -> ObjectId {
    crate::git::parse_id(b"4b825dc642cb6eb9a060e54bf8d69288fbee4904").expect("40 hex digits")
}

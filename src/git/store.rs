//! The object store: every object that is there, and the bytes of one.
//!
//! This is the plain way to read, one object at a time through libgit2, with each object's hash
//! checked. What cannot be read is a fault that names the object; it never ends the run.

use std::collections::HashSet;
use std::sync::Mutex;

use git2::{ObjectType, Odb, Oid};

use crate::error::Error;
use crate::git::{Repository, objects};
use crate::origin::ObjectId;
use crate::skip::Skip;

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ObjectKind {
    Commit,
    Tree,
    Blob,
    Tag,
}

/// One object of the store, as its header gives it.
#[derive(Clone, Copy, Debug)]
pub struct Object {
    pub id: ObjectId,
    pub kind: ObjectKind,
    /// The size of its content in bytes.
    pub size: u64,
}

/// Everything in the object store, each object once.
#[derive(Debug, Default)]
pub struct Listing {
    /// In the order of the packs' bytes, then loose ones: fixed, and quick to read.
    pub objects: Vec<Object>,
    pub skips: Vec<Skip>,
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
    dirs: Vec<String>,
    ids: Vec<ObjectId>,
    known: HashSet<ObjectId>,
    skips: Vec<Skip>,
    /// Handles not in use. libgit2 holds a handle's lock while it inflates, so threads must not share one.
    idle: Mutex<Vec<Odb<'static>>>,
}

impl Store {
    /// Lists the ids of all object folders and opens them.
    ///
    /// # Errors
    /// libgit2 cannot open them at all.
    pub fn open(repo: &Repository) -> Result<Self, Error> {
        let mut store = Self::unlisted(repo)?;
        for dir in &store.dirs {
            objects::list(dir.as_ref(), &mut store.ids, &mut store.skips);
        }
        store.known.reserve(store.ids.len());
        let known = &mut store.known;
        store.ids.retain(|id| known.insert(*id));
        Ok(store)
    }

    /// Opens the object folders without listing them, for commands that need a few objects only.
    /// Its listing is empty.
    ///
    /// # Errors
    /// libgit2 cannot open them at all.
    pub fn unlisted(repo: &Repository) -> Result<Self, Error> {
        let mut skips = Vec::new();
        let mut dirs = Vec::new();
        for dir in objects::folders(repo.object_dirs(), &mut skips) {
            let dir = dir.into_os_string().into_string().map_err(|dir| {
                Error::input(format!("{}: the object folder cannot be opened", dir.display()))
                    .cause("its path is not UTF-8")
                    .hint("move or link the repository to a plain path")
            })?;
            dirs.push(dir);
        }
        let store = Self {
            dirs,
            ids: Vec::new(),
            known: HashSet::new(),
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

    /// Returns every object with its kind and size. An object whose header cannot be read is a
    /// fault; so is a pack index or an alternate that cannot.
    pub fn objects(&self) -> Listing {
        let mut listing = Listing {
            objects: Vec::with_capacity(self.ids.len()),
            skips: self.skips.clone(),
        };
        let handle = match self.handle() {
            Ok(handle) => handle,
            Err(error) => {
                listing.skips.push(Skip::fault("objects", error.message()));
                return listing;
            }
        };
        for id in &self.ids {
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

    /// Whether the listing has an object, readable or not.
    pub fn contains(&self, id: &ObjectId) -> bool {
        self.known.contains(id) || *id == empty_tree()
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

impl ReadObject for Store {
    fn read(&self, id: &ObjectId, into: &mut Vec<u8>) -> Result<ObjectKind, String> {
        into.clear();
        // A missing object makes libgit2 look through all folders again, which costs too much a
        // hundred thousand times over in a partial clone.
        if !self.known.is_empty() && !self.contains(id) {
            return Err("the object is missing".to_owned());
        }
        let handle = self.handle().map_err(|error| reason(&error))?;
        let kind = handle.read(oid(id)).map_err(|error| reason(&error)).and_then(|object| {
            into.extend_from_slice(object.data());
            object_kind(object.kind())
        });
        self.give_back(handle);
        kind
    }
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

//! The object store: every object that is there, and the bytes of one.
//!
//! This is the plain way to read, one object at a time, with each object's hash checked: loose ones by
//! [`super::loose`], packed ones through libgit2, which knows SHA-1 only. What cannot be read is a fault that
//! names the object; it never ends the run.

use std::collections::{BTreeSet, HashSet};
use std::path::PathBuf;
use std::sync::Mutex;

use git2::{ObjectType, Odb, Oid};

use crate::error::Error;
use crate::git::{Repository, loose, objects};
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
    dirs: Vec<PathBuf>,
    id_length: usize,
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
            match store.id_length {
                20 => objects::packed(dir, &mut store.ids, &mut store.skips),
                _ => objects::refuse_packs(dir, &mut store.skips),
            }
            store.ids.extend(objects::loose(dir, store.id_length));
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
        let store = Self {
            dirs: objects::folders(repo.object_dirs(), &mut skips),
            id_length: repo.id_length(),
            ids: Vec::new(),
            known: HashSet::new(),
            skips,
            idle: Mutex::new(Vec::new()),
        };
        if store.id_length != 20 {
            return Ok(store);
        }
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
        for id in &self.ids {
            match self.header(id) {
                Ok((kind, size)) => listing.objects.push(Object { id: *id, kind, size }),
                Err(reason) => listing.skips.push(Skip::fault(id.to_string(), reason)),
            }
        }
        listing
    }

    fn header(&self, id: &ObjectId) -> Result<(ObjectKind, u64), String> {
        let loose = self.dirs.iter().find_map(|dir| loose::header(dir, id));
        if let Some(Ok(header)) = loose {
            return Ok(header);
        }
        let packed = self.packed(|handle| {
            let (size, kind) = handle.read_header(oid(id)).map_err(|error| reason(&error))?;
            Ok((object_kind(kind)?, size as u64))
        });
        packed.map_err(|reason| loose.and_then(Result::err).unwrap_or(reason))
    }

    /// Asks libgit2, which knows the packs of SHA-1 repositories.
    fn packed<T>(&self, ask: impl FnOnce(&Odb<'static>) -> Result<T, String>) -> Result<T, String> {
        if self.id_length != 20 {
            let has_packs = self.dirs.iter().any(|dir| objects::has_packs(dir));
            return Err(match has_packs {
                true => format!("the object is not a loose one; {}", objects::SHA256_PACK),
                false => MISSING.to_owned(),
            });
        }
        let handle = self.handle().map_err(|error| reason(&error))?;
        let answer = ask(&handle);
        self.give_back(handle);
        answer
    }

    /// Whether the listing has an object, readable or not.
    pub fn contains(&self, id: &ObjectId) -> bool {
        self.known.contains(id) || *id == empty_tree(self.id_length)
    }

    /// The object whose id starts with these hex digits (from 4 on), if there is just one.
    ///
    /// # Errors
    /// One sentence: there is none, or more than one.
    pub fn with_prefix(&self, hex: &str) -> Result<ObjectId, String> {
        if self.id_length == 20 {
            let prefix = Oid::from_str(hex).map_err(|error| reason(&error))?;
            return self.packed(|handle| {
                let found = handle.exists_prefix(prefix, hex.len());
                found.map(|id| from_oid(&id)).map_err(|error| reason(&error))
            });
        }
        let prefix = hex.to_ascii_lowercase();
        let loose = self.dirs.iter().flat_map(|dir| objects::loose(dir, self.id_length));
        let found: BTreeSet<_> = loose.filter(|id| id.to_string().starts_with(&prefix)).collect();
        match found.len() {
            1 => Ok(*found.first().expect("there is one")),
            0 => self.packed(|_| Err(MISSING.to_owned())),
            _ => Err("more than one object starts with these digits".to_owned()),
        }
    }

    fn handle(&self) -> Result<Odb<'static>, git2::Error> {
        if let Some(idle) = self.lock().pop() {
            return Ok(idle);
        }
        let odb = Odb::new()?;
        for dir in &self.dirs {
            let path = dir
                .to_str()
                .ok_or_else(|| git2::Error::from_str("its path is not UTF-8"))?;
            odb.add_disk_alternate(path)?;
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
        if *id == empty_tree(self.id_length) {
            return Ok(ObjectKind::Tree);
        }
        // A missing object makes libgit2 look through all folders again, which costs too much a
        // hundred thousand times over in a partial clone.
        let is_unknown = !self.known.is_empty() && !self.contains(id);
        if id.length() != self.id_length || is_unknown {
            return Err(MISSING.to_owned());
        }
        let loose = self.dirs.iter().find_map(|dir| loose::read(dir, id, into));
        if let Some(Ok(kind)) = loose {
            return Ok(kind);
        }
        let packed = self.packed(|handle| {
            let object = handle.read(oid(id)).map_err(|error| reason(&error))?;
            into.clear();
            into.extend_from_slice(object.data());
            object_kind(object.kind())
        });
        // Of an object that is there twice, what is wrong with the loose one is the better reason.
        packed.map_err(|reason| loose.and_then(Result::err).unwrap_or(reason))
    }
}

const MISSING: &str = "the object is missing";

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
        return MISSING.to_owned();
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
fn empty_tree(id_length: usize) -> ObjectId {
    let hex: &[u8] = match id_length {
        20 => b"4b825dc642cb6eb9a060e54bf8d69288fbee4904",
        _ => b"6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
    };
    crate::git::parse_id(hex).expect("40 or 64 hex digits")
}

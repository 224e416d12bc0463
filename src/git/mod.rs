//! Git repositories, read as data: objects, refs, reflogs, the index, and where a secret came from.
//!
//! Nothing of a repository is ever run (no hook, filter, textconv or fsmonitor), and its
//! configuration has no effect on what is read; three facts are taken from it (object format, ref
//! format, remotes). Grafts and replace refs hide nothing: objects are read as they are stored.
//! Packs and loose objects are read by engines of our own; git2 computes line differences. Files of the git directory (refs, reflogs, the index) are parsed here, because libgit2 refuses
//! whole repositories for ids of SHA-256, refs in tables, a partial clone, a split index or one bad ref.
//! Everything is bounded: a repository is a stranger's.

mod added;
mod both;
pub mod commit;
mod config;
mod format;
mod graph;
pub mod index;
mod input;
mod loose;
pub mod maps;
mod objects;
mod outline;
mod pack;
mod packed_refs;
pub mod provenance;
mod read;
mod reflog;
mod refs;
mod reftable;
mod remote;
mod repository;
mod revision;
mod roots;
mod sets;
mod store;
mod submodules;
pub mod tree;
pub mod walk;

pub use added::{added_lines, intersect};
pub use both::both;
pub use graph::{Graph, Node};
pub use outline::{Entries, LineNumber, Outlined, Sketch};
pub use pack::{Copied, Derived, Mapped, Packed, Visitor};
pub use read::{LARGEST, ObjectKind, ReadObject};
pub use refs::in_folder as refs_in;
pub use repository::{Environment, Repository};
pub use revision::{annotations, peel, resolve};
pub use roots::{LogMessage, Root, RootKind, Roots};
pub use store::{Listing, Object, Store, Unread};
pub use submodules::{Submodule, Submodules};

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use crate::origin::ObjectId;

/// Reads an id written as 40 or 64 hex digits, in any case.
pub fn parse_id(hex: &[u8]) -> Option<ObjectId> {
    if hex.len() != 40 && hex.len() != 64 {
        return None;
    }
    let mut raw = [0; 32];
    let raw = &mut raw[..hex.len() / 2];
    data_encoding::HEXLOWER_PERMISSIVE.decode_mut(hex, raw).ok()?;
    ObjectId::from_bytes(raw)
}

/// Reads a regular file of at most `limit` bytes; a FIFO or device of a hostile repository would block.
fn read_file(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let meta = fs::metadata(path)?;
    if !meta.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "not a regular file"));
    }
    let mut bytes = Vec::with_capacity(meta.len().min(limit) as usize);
    File::open(path)?.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "too large"));
    }
    Ok(bytes)
}

/// The sorted names in a folder; none if there is no such folder.
fn file_names(dir: &Path) -> Vec<Vec<u8>> {
    let Ok(entries) = fs::read_dir(dir) else {
        return Vec::new();
    };
    let mut names: Vec<_> = entries
        .flatten()
        .map(|e| path_bytes(Path::new(&e.file_name())))
        .collect();
    names.sort();
    names
}

/// The bytes of a path as git writes them.
fn path_bytes(path: &Path) -> Vec<u8> {
    path.as_os_str().as_encoded_bytes().to_vec()
}

/// A path out of bytes that a file of the git directory holds. Not UTF-8 is possible on Unix only.
fn bytes_path(bytes: &[u8]) -> std::path::PathBuf {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        std::ffi::OsStr::from_bytes(bytes).into()
    }
    #[cfg(not(unix))]
    {
        String::from_utf8_lossy(bytes).into_owned().into()
    }
}

//! Files mapped into memory: packs and their indexes, which are larger than what is read of them.
//!
//! The one place that needs `unsafe`. Git never changes a pack in place: its name is a hash of what
//! is in it, and a new pack is a new file.

use std::fs::File;
use std::io;
use std::path::Path;

use memmap2::Mmap;

/// A file's bytes, as they were when it was opened.
pub struct Mapped(Mmap);

impl Mapped {
    /// Maps a regular file; a FIFO or device of a hostile repository would block.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        if !file.metadata()?.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "not a regular file"));
        }
        #[expect(unsafe_code, reason = "reading packs of many gigabytes into memory is no choice")]
        // SAFETY: the map is private and read-only. Git writes a pack and its index under another name, renames
        // them when they are whole, and only ever deletes them, which leaves the map as it is.
        let map = unsafe { Mmap::map(&file)? };
        Ok(Self(map))
    }

    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

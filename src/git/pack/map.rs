//! Files mapped into memory: packs and their indexes, which are larger than what is read of them.
//!
//! The one place that needs `unsafe`. Git never changes a pack in place: its name is a hash of what
//! is in it, and a new pack is a new file.

use std::fs::File;
use std::io;
use std::path::Path;

use memmap2::Mmap;

/// Larger files are not brought into memory as a whole.
#[cfg(target_os = "linux")]
const FETCHED: usize = 1 << 30;

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

    /// Brings all of a file into memory at once, for those who will read all of it, unless it is very large.
    /// That it may fail does not matter: what is not there is brought when it is read.
    pub fn fetch(&self) {
        #[cfg(target_os = "linux")]
        if self.0.len() <= FETCHED {
            let _ = self.0.advise(memmap2::Advice::PopulateRead);
        }
    }

    /// Gives the memory back. What is read again comes from the file again.
    pub fn let_go(&self) {
        #[cfg(unix)]
        #[expect(
            unsafe_code,
            reason = "two readings of a pack must not be in memory at once with the results"
        )]
        // SAFETY: the map is read-only and of a file that does not change, so its bytes stay what they are.
        let _ = unsafe { self.0.unchecked_advise(memmap2::UncheckedAdvice::DontNeed) };
    }
}

//! Files mapped into memory: packs and their indexes, which are larger than what is read of them, and memos.
//!
//! The one place that needs `unsafe`. Git never changes a pack in place: its name is a hash of what
//! is in it, and a new pack is a new file. A memo is replaced by another file, too.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::Path;

use memmap2::{Mmap, MmapMut};

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
        // SAFETY: the map is read-only. Git writes a pack and its index under another name, renames them when they
        // are whole, and only ever deletes them, which leaves the map as it is. So does keytrail with a memo.
        let map = unsafe { Mmap::map(&file)? };
        Ok(Self(map))
    }

    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Brings a part into memory at once, for those who will read much of it. That it may fail does not matter: what is
    /// not there is brought when it is read.
    #[cfg_attr(not(target_os = "linux"), expect(unused_variables, reason = "only Linux can"))]
    pub fn fetch(&self, part: Range<u64>) {
        #[cfg(target_os = "linux")]
        if let Some((start, length)) = self.within(&part) {
            let _ = self.0.advise_range(memmap2::Advice::PopulateRead, start, length);
        }
    }

    /// Gives the memory of a part back. What is read again comes from the file again.
    #[cfg_attr(not(unix), expect(unused_variables, reason = "only Unix can"))]
    pub fn let_go(&self, part: Range<u64>) {
        #[cfg(unix)]
        if let Some((start, length)) = self.within(&part) {
            #[expect(
                unsafe_code,
                reason = "two readings of a pack must not be in memory at once with the results"
            )]
            // SAFETY: the map is read-only and of a file that does not change, so its bytes stay what they are.
            let _ = unsafe {
                self.0
                    .unchecked_advise_range(memmap2::UncheckedAdvice::DontNeed, start, length)
            };
        }
    }

    /// Where the part that is there starts, and its length; `None` if nothing of it is.
    #[cfg(unix)]
    fn within(&self, part: &Range<u64>) -> Option<(usize, usize)> {
        let end = part.end.min(self.0.len() as u64);
        let length = end.checked_sub(part.start).filter(|length| *length > 0)?;
        Some((part.start as usize, length as usize))
    }
}

/// A copy of a table that is asked at random places: in huge pages, where the system has them, each is found in one step.
pub struct Table(MmapMut);

impl Table {
    /// `None` if there is no memory for it.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let mut map = MmapMut::map_anon(bytes.len()).ok()?;
        #[cfg(target_os = "linux")]
        let _ = map.advise(memmap2::Advice::HugePage);
        map.copy_from_slice(bytes);
        Some(Self(map))
    }

    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Asks the memory for what stands here: nobody waits for it now, and later it is there. Where the processor cannot be asked
/// by a safe function, it is read and nothing made of it.
#[inline]
pub fn ask_for<T: Copy>(this: &T) {
    #[cfg(target_arch = "x86_64")]
    safe_arch::prefetch_t0(this);
    #[cfg(not(target_arch = "x86_64"))]
    std::hint::black_box(*this);
}

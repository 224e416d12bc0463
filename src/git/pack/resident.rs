//! How much memory the program has, as the system counts it.
//!
//! What a page of a file brings with it is the system's choice: a block around it, or a piece of the file as large as the one
//! in which it was read once. So nobody here can reckon it; only Linux tells, at the price of a small read.

use std::fs::{self, File};

/// Where the system tells it.
pub struct Resident {
    statm: File,
    /// The bytes of a page.
    page: u64,
}

/// The memory at one time, in bytes.
#[derive(Clone, Copy, Debug)]
pub struct Memory {
    pub all: u64,
    /// The part of it that holds bytes of files.
    pub of_files: u64,
}

impl Resident {
    /// `None` where nobody tells.
    pub fn open() -> Option<Self> {
        Some(Self {
            statm: File::open("/proc/self/statm").ok()?,
            page: page_size(&fs::read("/proc/self/auxv").ok()?)?,
        })
    }

    /// The memory now.
    #[cfg(unix)]
    pub fn now(&self) -> Option<Memory> {
        use std::os::unix::fs::FileExt;
        let mut text = [0; 128];
        let length = self.statm.read_at(&mut text, 0).ok()?;
        self.parse(&text[..length])
    }

    #[cfg(not(unix))]
    pub fn now(&self) -> Option<Memory> {
        None
    }

    /// Numbers of pages: all that is mapped, what of it is in memory, and what of that is of files.
    fn parse(&self, statm: &[u8]) -> Option<Memory> {
        let mut pages = std::str::from_utf8(statm).ok()?.split(' ').skip(1);
        let mut bytes = || pages.next()?.parse::<u64>().ok()?.checked_mul(self.page);
        Some(Memory {
            all: bytes()?,
            of_files: bytes()?,
        })
    }
}

/// The bytes of a page, out of what the system tells a program at its start: numbers of things, each with its value.
fn page_size(auxv: &[u8]) -> Option<u64> {
    const PAGE_SIZE: usize = 6;
    let (words, _) = auxv.as_chunks::<{ size_of::<usize>() }>();
    let (pairs, _) = words.as_chunks::<2>();
    let mut pairs = pairs.iter().map(|pair| pair.map(usize::from_ne_bytes));
    pairs
        .find(|[number, _]| *number == PAGE_SIZE)
        .map(|[_, bytes]| bytes as u64)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn memory_that_is_taken_is_told() {
        let resident = Resident::open().expect("Linux tells");
        let before = resident.now().expect("two numbers");
        let taken = std::hint::black_box(vec![1_u8; 128 << 20]);
        let after = resident.now().expect("two numbers");
        assert!(after.all > before.all + (64 << 20), "{before:?} {after:?}");
        assert!(after.of_files < after.all && resident.page.is_power_of_two());
        drop(taken);
    }

    #[test]
    fn what_does_not_add_up_is_nothing() {
        let resident = Resident::open().expect("Linux tells");
        for text in ["", "1", "1 2", "1 2 x", "1 99999999999999999999 3"] {
            assert!(resident.parse(text.as_bytes()).is_none(), "{text}");
        }
        assert_eq!(page_size(&[0; 64]), None);
    }
}

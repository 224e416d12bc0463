//! How far decoding goes: every limit, and the account that is kept of one item.
//!
//! Time is bounded by what is unpacked, memory by what is held at once. What goes over a limit is a policy skip.

use std::cell::Cell;
use std::io::{self, Read};

use crate::skip::Policy;

/// How many layers are opened where nothing else is asked: a `.tar.gz` is two.
pub const DEPTH: usize = 6;
/// More layers than this are not opened for anyone.
pub const DEEPEST: usize = 24;
/// An item unpacks to at most so many bytes, all layers together.
const TOTAL: u64 = 1 << 30;
/// And to at most so many times its size, but always to `FLOOR` bytes.
const RATIO: u64 = 100;
const FLOOR: u64 = 32 << 20;
/// Members of all archives in an item.
const MEMBERS: u64 = 100_000;
/// The window of a decoder, or an archive inside of another that must be held whole; half as much in each layer,
/// so that all together hold less than twice of it.
const HELD: usize = 64 << 20;

/// How many layers may still be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layers {
    /// Archives and compressed forms.
    pub archives: usize,
    /// Encodings inside of text.
    pub texts: usize,
}

impl Default for Layers {
    fn default() -> Self {
        Self {
            archives: DEPTH,
            texts: DEPTH,
        }
    }
}

/// What a decoder that stands in so many others may hold.
pub fn held(level: usize) -> usize {
    HELD >> level.min(16)
}

/// What an item may still unpack to.
pub struct Budget {
    bytes: Cell<u64>,
    members: Cell<u64>,
}

impl Budget {
    /// For an item of this size.
    pub fn of(size: u64) -> Self {
        Self {
            bytes: Cell::new(size.saturating_mul(RATIO).clamp(FLOOR, TOTAL)),
            members: Cell::new(MEMBERS),
        }
    }

    /// Whether nothing more of the item is unpacked.
    pub fn is_spent(&self) -> bool {
        self.bytes.get() == 0 || self.members.get() == 0
    }

    /// So much can be unpacked at once and still leave something.
    pub fn left(&self) -> usize {
        usize::try_from(self.bytes.get().saturating_sub(1)).unwrap_or(usize::MAX)
    }

    /// Counts what was unpacked at once.
    pub fn count(&self, size: usize) {
        self.bytes.set(self.bytes.get().saturating_sub(size as u64));
    }

    /// Counts a member.
    ///
    /// # Errors
    /// There are too many.
    pub fn count_member(&self) -> Result<(), Policy> {
        self.members.set(self.members.get().saturating_sub(1));
        if self.is_spent() { Err(Policy::TooLarge) } else { Ok(()) }
    }
}

/// A reader that counts what it gives.
pub struct Metered<'b, R> {
    reader: R,
    budget: &'b Budget,
}

impl<'b, R> Metered<'b, R> {
    pub fn new(reader: R, budget: &'b Budget) -> Self {
        Self { reader, budget }
    }
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(into)?;
        self.budget.count(read);
        match self.budget.bytes.get() {
            0 => Err(io::Error::other("it unpacks to too much")),
            _ => Ok(read),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_unpacks_to_a_hundred_times_its_size_and_no_more_than_the_total() {
        let bytes = |size| Budget::of(size).bytes.get();
        assert_eq!(bytes(42_000), FLOOR);
        assert_eq!(bytes(1_000_000), 100_000_000);
        assert_eq!(bytes(u64::MAX), TOTAL);
    }

    #[test]
    fn what_is_spent_stays_spent() {
        let budget = Budget::of(0);
        let read = io::copy(&mut Metered::new(io::repeat(b'x'), &budget), &mut io::sink());
        assert!(read.is_err() && budget.is_spent());
        assert_eq!(budget.count_member(), Err(Policy::TooLarge));
    }

    #[test]
    fn all_layers_together_hold_less_than_twice_the_first() {
        let all: usize = (0..DEEPEST).map(held).sum();
        assert!(all < 2 * HELD + DEEPEST * (HELD >> 16));
    }
}

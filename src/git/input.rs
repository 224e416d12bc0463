//! Bytes of a file of the git directory, taken from the front.
//!
//! Every step says `None` where the bytes do not suffice, so that a parser is a chain of `?` and a file
//! that lies about a length is damaged and nothing worse.

/// Bytes being read from the front.
#[derive(Clone, Copy)]
pub struct Input<'i>(pub &'i [u8]);

impl<'i> Input<'i> {
    /// Takes so many bytes; `None` if there are fewer.
    pub fn take(&mut self, count: usize) -> Option<&'i [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    /// Takes four bytes, the highest first.
    pub fn word(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }

    /// Takes up to the end byte, which is dropped.
    fn until(&mut self, end: u8) -> Option<&'i [u8]> {
        let taken = self.take(memchr::memchr(end, self.0)?)?;
        self.take(1)?;
        Some(taken)
    }

    /// Takes up to a NUL, which is dropped.
    pub fn until_nul(&mut self) -> Option<&'i [u8]> {
        self.until(0)
    }

    /// Takes decimal digits up to the end byte, which is dropped.
    pub fn number(&mut self, end: u8) -> Option<i64> {
        std::str::from_utf8(self.until(end)?).ok()?.parse().ok()
    }

    /// Takes a number in the variable-length form of pack offsets; `None` if it does not fit, so it cannot go on
    /// for ever.
    pub fn offset_number(&mut self) -> Option<usize> {
        let mut byte = self.take(1)?[0];
        let mut number = usize::from(byte & 0x7f);
        while byte & 0x80 != 0 {
            byte = self.take(1)?[0];
            number = number.checked_add(1)?.checked_mul(128)? | usize::from(byte & 0x7f);
        }
        Some(number)
    }
}

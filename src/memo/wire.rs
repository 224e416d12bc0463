//! The bytes of a memo: numbers and lists, written plainly and read with suspicion.
//!
//! A count is believed only as far as the bytes that are left can hold it, so nothing is allocated for a
//! number that someone made up. What does not add up is `None`; nothing here panics on any input.

use std::io::{self, Write};

use libdeflater::Crc;

/// So many bytes are passed on at a time.
const PART: usize = 64 << 10;

/// Writes numbers in little-endian order and lists with their length before them, part by part: memory for all of it would cost
/// more than to write it.
pub struct Writer<W> {
    to: W,
    part: Vec<u8>,
    sum: Crc,
    written: io::Result<()>,
}

impl<W: Write> Writer<W> {
    pub fn new(to: W) -> Self {
        Self {
            to,
            part: Vec::with_capacity(PART),
            sum: Crc::new(),
            written: Ok(()),
        }
    }

    /// Ends with the CRC-32 of all that was written, and gives back what it was written to.
    ///
    /// # Errors
    /// Something could not be written.
    pub fn finish(mut self) -> io::Result<W> {
        self.pass_on();
        let sum = self.sum.sum();
        self.u32(sum);
        self.pass_on();
        self.written.map(|()| self.to)
    }

    pub fn bytes(&mut self, bytes: &[u8]) {
        for part in bytes.chunks(PART) {
            if self.part.len() + part.len() > PART {
                self.pass_on();
            }
            self.part.extend_from_slice(part);
        }
    }

    fn pass_on(&mut self) {
        self.sum.update(&self.part);
        if self.written.is_ok() {
            self.written = self.to.write_all(&self.part);
        }
        self.part.clear();
    }

    pub fn byte(&mut self, value: u8) {
        self.bytes(&[value]);
    }

    pub fn u32(&mut self, value: u32) {
        self.array(value.to_le_bytes());
    }

    pub fn u64(&mut self, value: u64) {
        self.array(value.to_le_bytes());
    }

    /// Bytes whose number is known to the compiler.
    fn array<const N: usize>(&mut self, bytes: [u8; N]) {
        if self.part.len() + N > PART {
            self.pass_on();
        }
        self.part.extend_from_slice(&bytes);
    }

    /// The length of a list whose parts follow.
    pub fn count(&mut self, count: usize) {
        self.u64(count as u64);
    }

    pub fn text(&mut self, text: &[u8]) {
        self.count(text.len());
        self.bytes(text);
    }

    pub fn u32s(&mut self, list: &[u32]) {
        self.count(list.len());
        list.iter().for_each(|value| self.u32(*value));
    }
}

/// Reads what a [`Writer`] wrote, but for the checksum, or anything else.
pub struct Reader<'b> {
    rest: &'b [u8],
}

impl<'b> Reader<'b> {
    pub fn new(bytes: &'b [u8]) -> Self {
        Self { rest: bytes }
    }

    pub fn take(&mut self, length: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }

    pub fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    pub fn byte(&mut self) -> Option<u8> {
        Some(self.array::<1>()?[0])
    }

    pub fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    pub fn i64(&mut self) -> Option<i64> {
        self.array().map(i64::from_le_bytes)
    }

    /// The length of a list whose parts take at least `width` bytes each, which must still be there.
    pub fn count(&mut self, width: usize) -> Option<usize> {
        let count = usize::try_from(self.u64()?).ok()?;
        (count.checked_mul(width.max(1))? <= self.rest.len()).then_some(count)
    }

    pub fn text(&mut self) -> Option<&'b [u8]> {
        let length = self.count(1)?;
        self.take(length)
    }

    pub fn u32s(&mut self) -> Option<Vec<u32>> {
        let count = self.count(4)?;
        let (numbers, _) = self.take(count * 4)?.as_chunks();
        Some(numbers.iter().map(|number| u32::from_le_bytes(*number)).collect())
    }

    /// How many bytes are left.
    pub fn left(&self) -> usize {
        self.rest.len()
    }

    pub fn is_done(&self) -> bool {
        self.rest.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let long = b"name".repeat(PART);
        let numbers: Vec<u32> = (0..PART as u32).rev().collect();
        let mut writer = Writer::new(Vec::new());
        writer.byte(7);
        writer.u64(1 << 40);
        writer.text(&long);
        writer.u32s(&numbers);
        let bytes = writer.finish().expect("memory takes all");
        let (content, sum) = bytes.split_at(bytes.len() - 4);
        assert_eq!(sum, libdeflater::crc32(content).to_le_bytes());
        let mut reader = Reader::new(content);
        assert_eq!((reader.byte(), reader.u64()), (Some(7), Some(1 << 40)));
        assert_eq!(reader.text(), Some(&long[..]));
        assert_eq!(reader.u32s(), Some(numbers));
        assert!(reader.is_done());
    }

    #[test]
    fn what_cannot_be_written_is_said() {
        let mut room = [0; 100];
        let mut writer = Writer::new(&mut room[..]);
        writer.text(&[1; 100]);
        assert!(writer.finish().is_err());
    }

    #[test]
    fn a_count_beyond_the_end_is_nothing() {
        for count in [2_u64, u64::MAX, 1 << 62] {
            let bytes = [&count.to_le_bytes()[..], &[1, 0, 0, 0]].concat();
            assert_eq!(Reader::new(&bytes).u32s(), None);
        }
        assert_eq!(Reader::new(&[1, 2]).u32(), None);
        assert_eq!(Reader::new(&[]).text(), None);
    }
}

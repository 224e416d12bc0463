//! The bytes of a memo: numbers and lists, written plainly and read with suspicion.
//!
//! A count is believed only as far as the bytes that are left can hold it, so nothing is allocated for a
//! number that someone made up. What does not add up is `None`; nothing here panics on any input.

/// Writes numbers in little-endian order and lists with their length before them.
#[derive(Default)]
pub struct Writer {
    pub bytes: Vec<u8>,
}

impl Writer {
    pub fn byte(&mut self, value: u8) {
        self.bytes.push(value);
    }

    pub fn u32(&mut self, value: u32) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    pub fn u64(&mut self, value: u64) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    /// The length of a list whose parts follow.
    pub fn count(&mut self, count: usize) {
        self.u64(count as u64);
    }

    pub fn text(&mut self, text: &[u8]) {
        self.count(text.len());
        self.bytes.extend_from_slice(text);
    }

    pub fn u32s(&mut self, list: &[u32]) {
        self.count(list.len());
        self.bytes.reserve(list.len() * 4);
        list.iter().for_each(|value| self.u32(*value));
    }
}

/// Reads what a [`Writer`] wrote, or anything else.
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
        let mut writer = Writer::default();
        writer.byte(7);
        writer.u64(1 << 40);
        writer.text(b"name");
        writer.u32s(&[1, 2, u32::MAX]);
        let mut reader = Reader::new(&writer.bytes);
        assert_eq!((reader.byte(), reader.u64()), (Some(7), Some(1 << 40)));
        assert_eq!(reader.text(), Some(&b"name"[..]));
        assert_eq!(reader.u32s(), Some(vec![1, 2, u32::MAX]));
        assert!(reader.is_done());
    }

    #[test]
    fn a_count_beyond_the_end_is_nothing() {
        for count in [2_u64, u64::MAX, 1 << 62] {
            let mut writer = Writer::default();
            writer.u64(count);
            writer.u32(1);
            assert_eq!(Reader::new(&writer.bytes).u32s(), None);
        }
        assert_eq!(Reader::new(&[1, 2]).u32(), None);
        assert_eq!(Reader::new(&[]).text(), None);
    }
}

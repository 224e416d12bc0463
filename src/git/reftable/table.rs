//! One table: header, blocks, footer.
//!
//! Blocks follow each other, padded to the block size or not; those with logs are deflated, and where
//! one ends is known only when it has been inflated. No offset of the footer or of an index is followed.

use flate2::{Crc, Decompress, FlushDecompress, Status};

use super::record::{self, Record};

/// Why a table cannot be read: the end of a sentence.
pub type Fault = &'static str;

/// Which records of a table are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    Refs,
    Logs,
}

/// A table whose header and footer add up.
pub struct Table {
    /// Without the footer.
    bytes: Vec<u8>,
    /// The size of the header, which the first block counts as its own.
    header: usize,
    /// To which blocks are padded; 0 if they are not.
    block_size: usize,
    id_length: usize,
}

/// Five words of eight bytes and a checksum, after a copy of the header.
const FOOTER: usize = 5 * 8 + CHECKSUM;
const CHECKSUM: usize = 4;
/// The type of a block and its length.
const BLOCK_HEADER: usize = 4;
/// Deflate makes at most so many bytes of one.
const RATIO: usize = 1032;

const LENGTH: Fault = "a block of it has a length that cannot be";

impl Table {
    /// Checks the frame of a table. Ids must have `id_length` bytes.
    pub fn new(mut bytes: Vec<u8>, id_length: usize) -> Result<Self, Fault> {
        if !bytes.starts_with(b"REFT") {
            return Err("it does not start as a table does");
        }
        let (header, ids) = match bytes.get(4) {
            Some(1) => (24, 20),
            Some(2) if bytes.get(24..28) == Some(b"sha1") => (28, 20),
            Some(2) if bytes.get(24..28) == Some(b"s256") => (28, 32),
            Some(2) => return Err("its ids are of no known kind"),
            _ => return Err("its version is not known; 1 and 2 are"),
        };
        if ids != id_length {
            return Err("its ids are not of the kind that the repository has");
        }
        let block_size = u24(&bytes, 5).ok_or("it is cut off")?;
        let end = bytes.len().checked_sub(header + FOOTER).filter(|end| *end >= header);
        let end = end.ok_or("it is cut off")?;
        let footer = &bytes[end..];
        let (footer, checksum) = footer.split_at(footer.len() - CHECKSUM);
        if footer[..header] != bytes[..header] {
            return Err("it does not end as a table does; it may be cut off");
        }
        let mut crc = Crc::new();
        crc.update(footer);
        if crc.sum().to_be_bytes() != checksum {
            return Err("the checksum at its end is wrong");
        }
        bytes.truncate(end);
        Ok(Self {
            bytes,
            header,
            block_size,
            id_length,
        })
    }

    /// Visits the records of one section in order.
    pub fn each(
        &self,
        section: Section,
        mut visit: impl FnMut(Record<'_, '_>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let mut rest = &self.bytes[..];
        // In the first block, offsets count from the start of the file.
        let mut before = self.header;
        while let Some(kind) = rest.get(before) {
            let length = u24(rest, before + 1).ok_or(LENGTH)?;
            let start = before + BLOCK_HEADER;
            let used = match kind {
                b'r' | b'i' | b'o' => {
                    let content = rest.get(start..length).ok_or(LENGTH)?;
                    if *kind == b'r' && section == Section::Refs {
                        record::each(content, start, self.id_length, &mut visit)?;
                    }
                    self.padded(rest, length)
                }
                // Logs come last.
                b'g' if section == Section::Refs => return Ok(()),
                b'g' => {
                    let size = length.checked_sub(start).ok_or(LENGTH)?;
                    let (content, used) = inflate(rest.get(start..).ok_or(LENGTH)?, size)?;
                    record::each(&content, start, self.id_length, &mut visit)?;
                    start + used
                }
                _ => return Err("a block of it is of no known kind"),
            };
            rest = rest.get(used..).unwrap_or_default();
            before = 0;
        }
        Ok(())
    }

    /// Where the next block starts: after the padding, if there is any.
    fn padded(&self, block: &[u8], length: usize) -> usize {
        match block.get(length) {
            Some(0) if length < self.block_size => self.block_size,
            _ => length,
        }
    }
}

/// Inflates the content of a log block. Returns it and how many bytes it took.
fn inflate(data: &[u8], size: usize) -> Result<(Vec<u8>, usize), Fault> {
    if size > data.len().saturating_mul(RATIO) {
        return Err(LENGTH);
    }
    // One byte more, so that a stream that goes on is noticed.
    let mut content = Vec::with_capacity(size + 1);
    let mut stream = Decompress::new(true);
    let status = stream.decompress_vec(data, &mut content, FlushDecompress::Finish);
    match status {
        Ok(Status::StreamEnd) if content.len() == size => Ok((content, stream.total_in() as usize)),
        Ok(Status::StreamEnd) => Err(LENGTH),
        _ => Err("a block of it is damaged or cut off"),
    }
}

/// Three bytes, the highest first.
pub fn u24(bytes: &[u8], at: usize) -> Option<usize> {
    let bytes = bytes.get(at..at.checked_add(3)?)?;
    Some(bytes.iter().fold(0, |number, byte| number << 8 | usize::from(*byte)))
}

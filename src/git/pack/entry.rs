//! One entry of a pack: its header, and its bytes inflated.
//!
//! An entry says its size before its data. The size is believed only as far as the data can carry it:
//! deflate makes at most 1032 bytes of one.

use libdeflater::{DecompressionError, Decompressor};

use super::Fault;
use crate::git::read::{LARGEST, ObjectKind};
use crate::origin::ObjectId;

/// What an entry holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Whole(ObjectKind),
    /// A delta against the entry at this offset of the same pack.
    OnOffset(u64),
    /// A delta against this object, wherever it is.
    OnId(ObjectId),
}

/// The header of an entry.
#[derive(Clone, Copy, Debug)]
pub struct Header {
    pub form: Form,
    /// The size of the inflated data: of the object, or of the delta.
    pub size: u64,
    /// Where the deflated data starts.
    pub data: usize,
}

const OUTSIDE: Fault = "the pack index names an entry that lies outside of the pack";
const DAMAGED: Fault = "its pack entry is damaged";
const RATIO: u64 = 1032;
/// libdeflate takes its fast way as long as so much room is left behind what it makes, and so much data behind what it reads:
/// without, it would never take it for what is as small as most entries are.
const ROOM: usize = 320;
pub const BEYOND: usize = 64;
/// Buffers below this are taken twice as large as they have to be, or less.
const SPACIOUS: usize = 8 << 20;

impl Header {
    /// Reads the header at an offset of a pack whose ids have `id_length` bytes.
    pub fn read(pack: &[u8], offset: u64, id_length: usize) -> Result<Self, Fault> {
        let start = usize::try_from(offset).map_err(|_| OUTSIDE)?;
        let mut bytes = pack
            .get(start..)
            .filter(|bytes| !bytes.is_empty())
            .ok_or(OUTSIDE)?
            .iter();
        let mut next = || bytes.next().copied().ok_or(DAMAGED);
        let mut byte = next()?;
        let mut length = 1;
        let kind = byte >> 4 & 7;
        let mut size = u64::from(byte & 15);
        let mut shift = 4;
        while byte & 0x80 != 0 {
            byte = next()?;
            length += 1;
            if shift > 56 {
                return Err(DAMAGED);
            }
            size |= u64::from(byte & 0x7f) << shift;
            shift += 7;
        }
        let form = match kind {
            1 => Form::Whole(ObjectKind::Commit),
            2 => Form::Whole(ObjectKind::Tree),
            3 => Form::Whole(ObjectKind::Blob),
            4 => Form::Whole(ObjectKind::Tag),
            6 => {
                let mut byte = next()?;
                length += 1;
                let mut back = u64::from(byte & 0x7f);
                while byte & 0x80 != 0 {
                    byte = next()?;
                    length += 1;
                    back = back.checked_add(1).filter(|back| *back < 1 << 56).ok_or(DAMAGED)? << 7;
                    back |= u64::from(byte & 0x7f);
                }
                let base = offset.checked_sub(back).filter(|_| back > 0);
                Form::OnOffset(base.ok_or("its delta base lies before the pack")?)
            }
            7 => {
                length += id_length;
                let id = pack.get(start + length - id_length..start + length).ok_or(DAMAGED)?;
                Form::OnId(ObjectId::from_bytes(id).ok_or(DAMAGED)?)
            }
            _ => return Err("its pack entry is of no known type"),
        };
        Ok(Self {
            form,
            size,
            data: start + length,
        })
    }
}

/// Inflates entries.
///
/// Half of them are so small that they use the code tables that deflate itself fixes. A decompressor keeps those until it
/// meets others, so such entries have one of their own.
pub struct Inflater {
    fixed: Decompressor,
    other: Decompressor,
}

impl Inflater {
    pub fn new() -> Self {
        Self {
            fixed: Decompressor::new(),
            other: Decompressor::new(),
        }
    }

    /// Replaces `into` by the `size` bytes that `data` inflates to. Data may go on after the end, best by [`BEYOND`].
    pub fn inflate(&mut self, data: &[u8], size: u64, into: &mut Vec<u8>) -> Result<(), Fault> {
        if size > LARGEST {
            return Err("the object is too large");
        }
        if size > (data.len() as u64).saturating_mul(RATIO) {
            return Err("its size is more than its data can hold");
        }
        let size = size as usize;
        let room = size + ROOM;
        if room > into.capacity() {
            // Fresh memory of the system is zero without being touched, so a lie about the size costs nothing, and so does
            // room for a larger object, which may be the next.
            let most = if room < SPACIOUS {
                room.next_power_of_two()
            } else {
                room
            };
            *into = vec![0; most];
            into.truncate(room);
        } else {
            into.resize(room, 0);
        }
        let decompressor = match is_fixed(data) {
            true => &mut self.fixed,
            false => &mut self.other,
        };
        match decompressor.zlib_decompress(data, into) {
            Ok(length) if length == size => {
                into.truncate(size);
                Ok(())
            }
            Ok(_) | Err(DecompressionError::InsufficientSpace) => Err("its size is not what its header says"),
            Err(DecompressionError::BadData) => Err("its data is damaged"),
        }
    }
}

/// Whether the first block of zlib's data uses the code tables that deflate fixes: its type stands behind two bytes of zlib's
/// own and the bit that says whether more blocks follow.
fn is_fixed(data: &[u8]) -> bool {
    data.get(2).is_some_and(|first| first >> 1 & 3 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_bounded() {
        let read = |bytes: &[u8]| Header::read(bytes, 0, 20).map(|header| (header.form, header.size, header.data));
        assert_eq!(
            read(&[0x95, 0x0a]),
            Ok((Form::Whole(ObjectKind::Commit), 5 | 10 << 4, 2))
        );
        assert_eq!(read(&[]), Err(OUTSIDE));
        assert_eq!(read(&[0xb5]), Err(DAMAGED));
        assert_eq!(read(&[0xff; 40]), Err(DAMAGED));
        assert!(read(&[0x50]).is_err());
        assert!(read(&[0x61, 0x00]).is_err());
        assert!(read(&[0x61, 0x01]).is_err());
        assert!(read(&[0x71, 1, 2, 3]).is_err());
        let on_id = [&[0x71][..], &[7; 32]].concat();
        for length in [20, 32] {
            let header = Header::read(&on_id, 0, length).map(|header| (header.form, header.data));
            let id = ObjectId::from_bytes(&vec![7; length]).expect("20 or 32 bytes");
            assert_eq!(header, Ok((Form::OnId(id), 1 + length)));
        }
        assert!(Header::read(&on_id[..32], 0, 32).is_err());
        let offset = |bytes: &[u8]| Header::read(bytes, bytes.len() as u64 - 2, 20).map(|header| header.form);
        assert_eq!(offset(&[0, 0, 0, 0x61, 2]), Ok(Form::OnOffset(1)));
        assert_eq!(Header::read(&[1], u64::MAX, 20).err(), Some(OUTSIDE));
    }

    #[test]
    fn a_size_that_lies_is_noticed() {
        let mut packer = libdeflater::Compressor::new(libdeflater::CompressionLvl::default());
        let mut data = vec![0; 1000];
        let length = packer.zlib_compress(&[b'x'; 5000], &mut data).expect("it fits");
        let (mut inflater, mut into) = (Inflater::new(), Vec::new());
        assert_eq!(inflater.inflate(&data, 5000, &mut into), Ok(()));
        assert_eq!(into, [b'x'; 5000]);
        // Fixed code tables, others, and fixed ones again.
        let mixed = (0..3000_u32).map(|n| b"aaaaabbc"[(n.wrapping_mul(n).wrapping_mul(0x9e37_79b9) >> 29) as usize]);
        for text in [b"abc".repeat(30), mixed.collect(), b"xyz".repeat(40)] {
            let mut data = vec![0; 4000];
            packer.zlib_compress(&text, &mut data).expect("it fits");
            assert_eq!(is_fixed(&data), text.len() < 3000);
            assert_eq!(inflater.inflate(&data, text.len() as u64, &mut into), Ok(()));
            assert_eq!(into, text);
        }
        for (data, size) in [
            (&data[..], 4999),
            (&data, 5001),
            (&data, 1 << 30),
            (&data, 1 << 60),
            (&data[..length - 1], 5000),
            (b"", 0),
        ] {
            assert!(inflater.inflate(data, size, &mut into).is_err(), "{size}");
        }
    }
}

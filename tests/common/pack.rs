//! A pack and its index written by hand, with whatever is wrong with them: git writes no such ones.

use std::fs;
use std::path::PathBuf;

use keytrail::origin::ObjectId;

use super::repo::TestRepo;

pub const COMMIT: u8 = 1;
pub const TREE: u8 = 2;
pub const BLOB: u8 = 3;
pub const ON_OFFSET: u8 = 6;
pub const ON_ID: u8 = 7;

/// A pack that is being written. Its ids are made up; nothing hashes to them.
#[derive(Default)]
pub struct HandMade {
    bytes: Vec<u8>,
    /// Id, offset and checksum.
    entries: Vec<([u8; 20], u64, u32)>,
}

/// The id of the entry with this number: it begins with it, and so repeats it.
pub fn made_up(n: u32) -> [u8; 20] {
    match u8::try_from(n) {
        Ok(byte) => [byte; 20],
        Err(_) => std::array::from_fn(|at| n.to_be_bytes()[at % 4]),
    }
}

pub fn made_up_id(n: u32) -> ObjectId {
    ObjectId::from_bytes(&made_up(n)).expect("20 bytes")
}

impl HandMade {
    pub fn new() -> Self {
        Self {
            bytes: b"PACK\0\0\0\x02\0\0\0\0".to_vec(),
            ..Self::default()
        }
    }

    /// Adds an entry that says it has `size` bytes; `base` is written after the header.
    pub fn add(&mut self, n: u32, kind: u8, size: usize, base: &[u8], data: &[u8]) -> u64 {
        self.add_as(made_up(n), kind, size, base, data)
    }

    /// The same under this id.
    pub fn add_as(&mut self, id: [u8; 20], kind: u8, size: usize, base: &[u8], data: &[u8]) -> u64 {
        let offset = self.bytes.len();
        let mut byte = kind << 4 | (size & 15) as u8;
        let mut rest = size >> 4;
        while rest > 0 {
            self.bytes.push(byte | 0x80);
            byte = (rest & 0x7f) as u8;
            rest >>= 7;
        }
        self.bytes.push(byte);
        self.bytes.extend(base);
        let mut packer = libdeflater::Compressor::new(libdeflater::CompressionLvl::default());
        let mut packed = vec![0; packer.zlib_compress_bound(data.len())];
        let length = packer.zlib_compress(data, &mut packed).expect("it fits");
        self.bytes.extend(&packed[..length]);
        let checksum = libdeflater::crc32(&self.bytes[offset..]);
        self.entries.push((id, offset as u64, checksum));
        offset as u64
    }

    pub fn blob(&mut self, n: u32, text: &[u8]) -> u64 {
        self.add(n, BLOB, text.len(), b"", text)
    }

    /// A delta on the entry at an offset that is less than 128 bytes back.
    pub fn on_offset(&mut self, n: u32, base: u64, delta: &[u8]) -> u64 {
        let back = self.bytes.len() as u64 - base;
        assert!(back < 128);
        self.add(n, ON_OFFSET, delta.len(), &[back as u8], delta)
    }

    pub fn on_id(&mut self, n: u32, base: u32, delta: &[u8]) -> u64 {
        self.add(n, ON_ID, delta.len(), &made_up(base), delta)
    }

    /// Writes pack and index into a repository.
    pub fn write(mut self, repo: &TestRepo, name: &str) -> PathBuf {
        let count = self.entries.len() as u32;
        self.bytes[8..12].copy_from_slice(&count.to_be_bytes());
        self.bytes.extend([0x77; 20]);
        self.entries.sort();
        let mut index = b"\xfftOc\0\0\0\x02".to_vec();
        for bucket in 0..=255 {
            let upto = self.entries.iter().filter(|(id, ..)| id[0] <= bucket).count() as u32;
            index.extend(upto.to_be_bytes());
        }
        let entries = || self.entries.iter();
        index.extend(entries().flat_map(|(id, ..)| *id));
        index.extend(entries().flat_map(|(.., checksum)| checksum.to_be_bytes()));
        index.extend(entries().flat_map(|(_, offset, _)| (*offset as u32).to_be_bytes()));
        index.extend([[0x77; 20], [0; 20]].concat());
        let path = repo.path().join(format!(".git/objects/pack/pack-{name}.pack"));
        fs::create_dir_all(path.parent().expect("a folder")).expect("the folder of packs");
        fs::write(path.with_extension("idx"), index).expect("a file");
        fs::write(&path, self.bytes).expect("a file");
        path
    }
}

/// A delta that makes `times` copies of all of its base, which has `size` bytes.
pub fn repeated(size: usize, times: usize) -> Vec<u8> {
    let number = |mut n: usize| {
        let mut bytes = Vec::new();
        while n > 0x7f {
            bytes.push(n as u8 | 0x80);
            n >>= 7;
        }
        bytes.push(n as u8);
        bytes
    };
    const MOST: usize = 0xff_ffff;
    let mut copies = Vec::new();
    let mut from = 0;
    while from < size {
        let length = (size - from).min(MOST);
        copies.push(0xff);
        copies.extend((from as u32).to_le_bytes());
        copies.extend(&(length as u32).to_le_bytes()[..3]);
        from += length;
    }
    [number(size), number(size * times), copies.repeat(times)].concat()
}

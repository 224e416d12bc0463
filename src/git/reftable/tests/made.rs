//! Tables byte by byte: blocks, records, and what stands around them.

use std::io::Write;

use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};

use crate::origin::ObjectId;

pub const HEADER: usize = 24;

/// A table of these blocks, with a header and a footer that fit.
pub fn table(blocks: &[u8]) -> Vec<u8> {
    let header = [b"REFT\x01\0\x10\0", &[0; 16][..]].concat();
    let footer = [&header[..], &[0; 40]].concat();
    let mut crc = Crc::new();
    crc.update(&footer);
    [&header[..], blocks, &footer, &crc.sum().to_be_bytes()].concat()
}

pub fn varint(mut number: usize) -> Vec<u8> {
    let mut bytes = vec![(number & 0x7f) as u8];
    while number > 0x7f {
        number = (number >> 7) - 1;
        bytes.insert(0, (number & 0x7f) as u8 | 0x80);
    }
    bytes
}

pub fn record(kept: usize, suffix: &[u8], kind: usize, value: &[u8]) -> Vec<u8> {
    [&varint(kept)[..], &varint(suffix.len() << 3 | kind), suffix, value].concat()
}

/// The content of a block with these restart points.
pub fn content(records: &[u8], restarts: &[usize]) -> Vec<u8> {
    let points = restarts.iter().flat_map(|at| at.to_be_bytes()[5..].to_vec());
    let mut content: Vec<u8> = records.iter().copied().chain(points).collect();
    content.extend((restarts.len() as u16).to_be_bytes());
    content
}

/// A block of refs that says it has this length.
pub fn claimed(length: usize, content: &[u8]) -> Vec<u8> {
    [&b"r"[..], &length.to_be_bytes()[5..], content].concat()
}

/// The first block of a table, of refs.
pub fn first(records: &[u8]) -> Vec<u8> {
    let content = content(records, &[HEADER + 4]);
    claimed(HEADER + 4 + content.len(), &content)
}

/// A block of logs, which stands after `before` bytes of header.
pub fn logs(before: usize, records: &[u8]) -> Vec<u8> {
    let content = content(records, &[before + 4]);
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(&content).expect("it is written");
    let deflated = encoder.finish().expect("it is written");
    let length = before + 4 + content.len();
    [&b"g"[..], &length.to_be_bytes()[5..], &deflated].concat()
}

pub fn direct(byte: u8) -> Vec<u8> {
    [&[0][..], &[byte; 20]].concat()
}

pub fn log_record(name: &[u8], number: u64, old: u8, new: u8, message: &[u8]) -> Vec<u8> {
    let key = [name, b"\0", &(u64::MAX - number).to_be_bytes()].concat();
    let message = [&varint(message.len())[..], message].concat();
    let value = [&[old; 20][..], &[new; 20], b"\x01A\x01@\x05\0\0", &message].concat();
    record(0, &key, 1, &value)
}

pub fn id(byte: u8) -> ObjectId {
    ObjectId::from_bytes(&[byte; 20]).expect("20 bytes")
}

//! Loose objects: one zlib stream in one file each, read without libgit2, which knows SHA-1 only.
//!
//! A size is believed only as far as the file can hold it, and an object counts as read only if its
//! stream ends where the file ends and its hash is its name. Nothing is looked up here but one file.

use std::io;
use std::path::{Path, PathBuf};

use flate2::{Decompress, FlushDecompress, Status};
use sha2::Digest;

use crate::git::read::ObjectKind;
use crate::git::read_file;
use crate::origin::ObjectId;

/// An object larger than this is not read into memory.
const LARGEST: u64 = 2 << 30;
/// Deflate makes at most so many bytes of one.
const RATIO: u64 = 1032;
/// Longer than `commit`, a space, twenty digits and a NUL.
const HEADER: usize = 32;

const DAMAGED: &str = "the object cannot be read: its zlib stream is damaged or cut off";

/// Reads an object of one object folder: `into` becomes its content. `None` if the folder does not have it.
pub fn read(dir: &Path, id: &ObjectId, into: &mut Vec<u8>) -> Option<Result<ObjectKind, String>> {
    into.clear();
    let file = file(dir, id)?;
    Some(file.and_then(|file| inflate(&file, id, into).map_err(str::to_owned)))
}

/// Reads the kind and the size of an object of one object folder, as its header gives them. `None` if the
/// folder does not have it.
pub fn header(dir: &Path, id: &ObjectId) -> Option<Result<(ObjectKind, u64), String>> {
    let file = file(dir, id)?;
    let header = file.and_then(|file| Ok(Opened::of(&file)?));
    Some(header.map(|opened| (opened.kind, opened.size)))
}

/// Where an object would be.
fn path(dir: &Path, id: &ObjectId) -> PathBuf {
    let hex = id.to_string();
    dir.join(&hex[..2]).join(&hex[2..])
}

fn file(dir: &Path, id: &ObjectId) -> Option<Result<Vec<u8>, String>> {
    match read_file(&path(dir, id), LARGEST) {
        Ok(file) => Some(Ok(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => Some(Err(format!("the object cannot be read: {error}"))),
    }
}

/// A stream whose header has been read.
struct Opened {
    kind: ObjectKind,
    size: u64,
    stream: Decompress,
    /// What was inflated together with the header, and how much of it is header.
    start: [u8; HEADER],
    filled: usize,
    header: usize,
}

impl Opened {
    fn of(file: &[u8]) -> Result<Self, &'static str> {
        let mut stream = Decompress::new(true);
        let mut start = [0; HEADER];
        let inflated = stream.decompress(file, &mut start, FlushDecompress::None);
        inflated.map_err(|_| DAMAGED)?;
        let filled = stream.total_out() as usize;
        let end = memchr::memchr(0, &start[..filled]).ok_or("the object cannot be read: it has no header")?;
        let (kind, size) = parse(&start[..end]).ok_or("the object cannot be read: its header is damaged")?;
        if size > LARGEST {
            return Err("the object is too large");
        }
        if size > (file.len() as u64).saturating_mul(RATIO) {
            return Err("the object cannot be read: its size is more than its data can hold");
        }
        Ok(Self {
            kind,
            size,
            stream,
            start,
            filled,
            header: end + 1,
        })
    }
}

fn parse(header: &[u8]) -> Option<(ObjectKind, u64)> {
    let space = memchr::memchr(b' ', header)?;
    let kind = match &header[..space] {
        b"commit" => ObjectKind::Commit,
        b"tree" => ObjectKind::Tree,
        b"blob" => ObjectKind::Blob,
        b"tag" => ObjectKind::Tag,
        _ => return None,
    };
    let digits = &header[space + 1..];
    let plain = digits.iter().all(u8::is_ascii_digit) && (digits == b"0" || !digits.starts_with(b"0"));
    let size = std::str::from_utf8(digits).ok()?.parse().ok()?;
    plain.then_some((kind, size))
}

fn inflate(file: &[u8], id: &ObjectId, into: &mut Vec<u8>) -> Result<ObjectKind, &'static str> {
    let mut opened = Opened::of(file)?;
    let size = opened.size as usize;
    // One byte more than the size, so that a stream that goes on is noticed.
    into.reserve(size.max(HEADER) + 1);
    into.extend_from_slice(&opened.start[opened.header..opened.filled]);
    loop {
        let (read, written) = (opened.stream.total_in(), into.len());
        let rest = &file[read as usize..];
        let status = opened.stream.decompress_vec(rest, into, FlushDecompress::None);
        match status.map_err(|_| DAMAGED)? {
            Status::StreamEnd => break,
            _ if into.len() > size => break,
            _ if opened.stream.total_in() == read && into.len() == written => return Err(DAMAGED),
            _ => {}
        }
    }
    if into.len() != size {
        return Err("the object cannot be read: its size is not what its header says");
    }
    if opened.stream.total_in() != file.len() as u64 {
        return Err("the object cannot be read: something follows its zlib stream");
    }
    if !is_hash(id, &opened.start[..opened.header], into) {
        return Err("the object cannot be read: its hash is not its name");
    }
    Ok(opened.kind)
}

fn is_hash(id: &ObjectId, header: &[u8], content: &[u8]) -> bool {
    fn hash<D: Digest>(header: &[u8], content: &[u8]) -> impl AsRef<[u8]> {
        D::new().chain_update(header).chain_update(content).finalize()
    }
    match id.length() {
        20 => hash::<sha1::Sha1>(header, content).as_ref() == id.as_bytes(),
        _ => hash::<sha2::Sha256>(header, content).as_ref() == id.as_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::ZlibEncoder;

    use super::*;

    fn deflated(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).expect("it is written");
        encoder.finish().expect("it is written")
    }

    fn object(text: &str) -> (ObjectId, Vec<u8>) {
        let id = ObjectId::from_bytes(&sha2::Sha256::digest(text.as_bytes())).expect("32 bytes");
        (id, deflated(text.as_bytes()))
    }

    #[test]
    fn an_object_is_what_its_name_says() {
        let mut into = Vec::new();
        let (id, file) = object("blob 3\0abc");
        assert_eq!(inflate(&file, &id, &mut into), Ok(ObjectKind::Blob));
        assert_eq!(into, b"abc");
        let long = "x".repeat(100_000);
        let (id, file) = object(&format!("commit 100000\0{long}"));
        into.clear();
        assert_eq!(inflate(&file, &id, &mut into), Ok(ObjectKind::Commit));
        assert_eq!(into, long.as_bytes());
        let (other, _) = object("blob 3\0abd");
        into.clear();
        assert!(inflate(&file, &other, &mut into).is_err_and(|e| e.contains("hash")));
    }

    #[test]
    fn what_does_not_add_up_is_refused() {
        for text in [
            "",
            "blob 3",
            "blob 03\0abc",
            "blob -3\0abc",
            "blob +3\0abc",
            "blob 4\0abc",
            "blob 2\0abc",
            "what 3\0abc",
            "blob 99999999999\0abc",
            "blob 99999999999999999999999999999999\0",
            "blob 1000000\0abc",
            "blob\x003",
        ] {
            let (id, file) = object(text);
            assert!(inflate(&file, &id, &mut Vec::new()).is_err(), "{text:?}");
            // A buffer that was larger before changes nothing.
            assert!(inflate(&file, &id, &mut Vec::with_capacity(5000)).is_err(), "{text:?}");
        }
        let (id, file) = object(&format!("blob 100\0{}", "0123456789".repeat(10)));
        for cut in 0..file.len() {
            assert!(inflate(&file[..cut], &id, &mut Vec::new()).is_err(), "{cut}");
        }
        let more = [&file[..], b"x"].concat();
        assert!(inflate(&more, &id, &mut Vec::new()).is_err_and(|e| e.contains("follows")));
        for at in 0..file.len() {
            let mut damaged = file.clone();
            damaged[at] ^= 0x10;
            let _ = inflate(&damaged, &id, &mut Vec::new());
        }
    }
}

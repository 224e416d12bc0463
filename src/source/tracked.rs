//! The paths that git tracks, read from the index file of a work tree.
//!
//! Only the paths are taken, straight from the file: a work tree that belongs to someone else, a
//! SHA-256 repository and a sparse index are read like any other, and no configuration of the
//! scanned repository is looked at. What cannot be understood is an error, never an empty list.

use std::path::Path;

use super::regular::{Links, read_bounded};

/// The largest index that is read: some millions of files.
const INDEX_LIMIT: u64 = 1 << 30;

/// The paths of one index, relative to the top of its work tree, sorted.
#[derive(Debug, Default)]
pub struct Tracked(Vec<Box<[u8]>>);

impl Tracked {
    /// Reads an index. A missing one is that of a new repository, which tracks nothing.
    pub fn read(index: &Path) -> Result<Self, String> {
        let bytes = match read_bounded(index, Links::Follow, INDEX_LIMIT) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return Ok(Self::default()),
            Err(error) => return Err(format!("the index cannot be read: {error}")),
        };
        // Nothing in the file says which hash it uses; only the right one makes all lengths add up.
        let mut paths = parse(&bytes, 20)
            .or_else(|| parse(&bytes, 32))
            .ok_or("the index has a format that is not understood")?;
        paths.sort_unstable();
        Ok(Self(paths))
    }

    /// Whether this very path is tracked (a file, or a submodule), or lies in a folder that a
    /// sparse index names as a whole.
    pub fn has(&self, path: &[u8]) -> bool {
        let next = self.0.partition_point(|tracked| tracked.as_ref() < path);
        let exact = self.0.get(next).is_some_and(|tracked| tracked.as_ref() == path);
        let before = next.checked_sub(1).map(|index| self.0[index].as_ref());
        exact || before.is_some_and(|folder| folder.ends_with(b"/") && path.starts_with(folder))
    }

    /// Whether a tracked path is this folder or lies below it. `folder` has no `/` at its end.
    pub fn has_below(&self, folder: &[u8]) -> bool {
        let mut below = folder.to_vec();
        below.push(b'/');
        let next = self.0.partition_point(|tracked| tracked.as_ref() < below.as_slice());
        self.has(folder) || self.has(&below) || self.0.get(next).is_some_and(|path| path.starts_with(&below))
    }
}

/// Reads the paths of an index whose object ids have `hash` bytes.
fn parse(bytes: &[u8], hash: usize) -> Option<Vec<Box<[u8]>>> {
    let body = &bytes[..bytes.len().checked_sub(hash)?];
    let rest = body.strip_prefix(b"DIRC")?;
    let (version, rest) = word(rest)?;
    let (count, mut rest) = word(rest)?;
    if !(2..=4).contains(&version) {
        return None;
    }
    let mut paths = Vec::new();
    let mut path = Vec::new();
    for _ in 0..count {
        let flags = rest.get(40 + hash..42 + hash)?;
        let extended = usize::from(version > 2 && flags[0] & 0x40 != 0) * 2;
        let fixed = 42 + hash + extended;
        let mut name = rest.get(fixed..)?;
        if version == 4 {
            let strip;
            (strip, name) = offset(name)?;
            path.truncate(path.len().checked_sub(strip)?);
        } else {
            path.clear();
        }
        let length = memchr::memchr(0, name)?;
        path.extend_from_slice(&name[..length]);
        paths.push(path.as_slice().into());
        rest = if version == 4 {
            &name[length + 1..]
        } else {
            // Each entry is padded with 1 to 8 zeros to a multiple of 8.
            rest.get((fixed + length + 8) & !7..)?
        };
    }
    extensions(rest)?;
    Some(paths)
}

/// Checks that only whole extensions follow, and none that changes what is tracked: `link` says
/// that most entries stand in another file.
fn extensions(mut rest: &[u8]) -> Option<()> {
    while !rest.is_empty() {
        let name = rest.get(..4)?;
        let (length, after) = word(&rest[4..])?;
        if name == b"link" {
            return None;
        }
        rest = after.get(length as usize..)?;
    }
    Some(())
}

fn word(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (word, rest) = bytes.split_first_chunk::<4>()?;
    Some((u32::from_be_bytes(*word), rest))
}

/// Reads a length in the variable form of pack offsets.
fn offset(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0usize;
    for (at, byte) in bytes.iter().enumerate().take(5) {
        value = (value << 7) | usize::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some((value, &bytes[at + 1..]));
        }
        value += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tracked(paths: &[&str]) -> Tracked {
        Tracked(paths.iter().map(|path| path.as_bytes().into()).collect())
    }

    #[test]
    fn a_folder_is_tracked_by_what_lies_below() {
        let tracked = tracked(&["a-b", "a/b/c", "lib", "sparse/"]);
        assert!(tracked.has(b"a/b/c") && !tracked.has(b"a/b"));
        assert!(tracked.has_below(b"a") && tracked.has_below(b"a/b") && !tracked.has_below(b"a/b/c/d"));
        assert!(tracked.has_below(b"lib"), "a submodule");
        assert!(tracked.has(b"sparse/x/y") && tracked.has_below(b"sparse") && tracked.has_below(b"sparse/x"));
        assert!(!tracked.has_below(b"spars"));
    }

    /// An index of version 2 as git writes it.
    fn index_of(paths: &[&str]) -> Vec<u8> {
        let mut bytes = b"DIRC\0\0\0\x02".to_vec();
        bytes.extend((paths.len() as u32).to_be_bytes());
        for path in paths {
            bytes.extend([1; 60]);
            bytes.extend((path.len() as u16).to_be_bytes());
            bytes.extend(path.as_bytes());
            bytes.resize(bytes.len() + 8 - (62 + path.len()) % 8, 0);
        }
        bytes.extend(b"TREE\0\0\0\x02xx");
        bytes.extend([7; 20]);
        bytes
    }

    #[test]
    fn an_index_gives_its_paths() {
        let paths = parse(&index_of(&["a", "b/longer.txt", "c"]), 20).expect("it is sound");
        assert_eq!(paths, [&b"a"[..], b"b/longer.txt", b"c"].map(Box::from));
        assert!(
            parse(&index_of(&["a", "b/longer.txt", "c"]), 32).is_none(),
            "another hash"
        );
    }

    #[test]
    fn a_damaged_index_is_not_an_empty_one() {
        let sound = index_of(&["a", "b/longer.txt", "c"]);
        for length in 0..sound.len() {
            let paths = parse(&sound[..length], 20);
            assert!(paths.is_none_or(|paths| paths.len() == 3), "cut to {length}");
        }
        for at in 0..sound.len() {
            let mut damaged = sound.clone();
            damaged[at] ^= 0xff;
            let paths = parse(&damaged, 20).or_else(|| parse(&damaged, 32));
            assert!(paths.is_none_or(|paths| paths.len() == 3), "changed at {at}");
        }
    }
}

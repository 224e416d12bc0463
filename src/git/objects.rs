//! Which objects the object folders hold: pack indexes, loose files, alternates.
//!
//! Read here and not through libgit2, whose listing stops at the first broken pack index. A part
//! that cannot be listed is a named fault, and the rest is still listed.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::git::{bytes_path, parse_id, path_bytes, read_file};
use crate::origin::ObjectId;
use crate::skip::Skip;

/// Alternates of alternates, as deep as git follows them.
const ALTERNATES_DEPTH: usize = 5;
const ALTERNATES_FILE: u64 = 1 << 20;
const PACK_INDEX: u64 = 16 << 30;

/// Returns the object folders and everything they name as alternates, each once, in order.
pub fn folders(first: &[PathBuf], skips: &mut Vec<Skip>) -> Vec<PathBuf> {
    let mut all = Vec::new();
    let mut seen = HashSet::new();
    for dir in first {
        follow(dir, 0, &mut seen, &mut all, skips);
    }
    all
}

fn follow(dir: &Path, depth: usize, seen: &mut HashSet<PathBuf>, all: &mut Vec<PathBuf>, skips: &mut Vec<Skip>) {
    let real = match dir.canonicalize() {
        Ok(real) if real.is_dir() && depth <= ALTERNATES_DEPTH => real,
        _ => {
            let reason = "the object folder does not exist, or is an alternate too deep";
            skips.push(Skip::fault(path_bytes(dir), reason));
            return;
        }
    };
    if !seen.insert(real.clone()) {
        return;
    }
    all.push(real);
    let Ok(text) = read_file(&dir.join("info/alternates"), ALTERNATES_FILE) else {
        return;
    };
    for line in text.split(|&b| b == b'\n').map(<[u8]>::trim_ascii_end) {
        if !line.is_empty() && line[0] != b'#' {
            follow(&dir.join(bytes_path(line)), depth + 1, seen, all, skips);
        }
    }
}

/// Lists the ids in the packs of one object folder: pack by pack in name order, each in the order of its bytes,
/// which is quickest to read.
pub fn packed(dir: &Path, found: &mut Vec<ObjectId>, skips: &mut Vec<Skip>) {
    for name in sorted_names(&dir.join("pack")) {
        let path = dir.join("pack").join(name);
        if has_extension(&path, "idx") {
            match ids_of_pack(&path) {
                Ok(ids) => found.extend(ids),
                Err(reason) => skips.push(Skip::fault(path_bytes(&path), reason)),
            }
        } else if has_extension(&path, "pack") && !path.with_extension("idx").exists() {
            let reason = "the pack has no index, so its objects cannot be found; `git index-pack` makes one";
            skips.push(Skip::fault(path_bytes(&path), reason));
        }
    }
}

/// Why packs of a SHA-256 repository are not read.
pub const SHA256_PACK: &str =
    "packs of SHA-256 repositories cannot be read yet; `git unpack-objects` in a copy makes their objects loose";

/// Names every pack of one object folder as one that cannot be read.
pub fn refuse_packs(dir: &Path, skips: &mut Vec<Skip>) {
    let packs = packs(dir).map(|pack| Skip::fault(path_bytes(&pack), SHA256_PACK));
    skips.extend(packs);
}

/// Whether one object folder has packs.
pub fn has_packs(dir: &Path) -> bool {
    packs(dir).next().is_some()
}

fn packs(dir: &Path) -> impl Iterator<Item = PathBuf> {
    let dir = dir.join("pack");
    let names = sorted_names(&dir).into_iter();
    names
        .filter(|name| has_extension(name, "pack"))
        .map(move |name| dir.join(name))
}

/// The ids of the loose objects in one object folder, in order. Other files are passed over.
pub fn loose(dir: &Path, id_length: usize) -> Vec<ObjectId> {
    let mut found = Vec::new();
    for folder in sorted_names(dir) {
        let prefix = folder.as_os_str().as_encoded_bytes();
        if prefix.len() != 2 || !prefix.iter().all(u8::is_ascii_hexdigit) {
            continue;
        }
        let files = sorted_names(&dir.join(&folder));
        let id = |name: &PathBuf| parse_id(&[prefix, name.as_os_str().as_encoded_bytes()].concat());
        found.extend(files.iter().filter_map(id).filter(|id| id.length() == id_length));
    }
    found
}

fn has_extension(name: &Path, extension: &str) -> bool {
    name.extension().is_some_and(|e| e == extension)
}

fn sorted_names(dir: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(dir) else {
        return Vec::new();
    };
    let mut names: Vec<PathBuf> = entries.flatten().map(|e| e.file_name().into()).collect();
    names.sort();
    names
}

/// Reads a pack index and returns its ids by their offset in the pack.
fn ids_of_pack(index: &Path) -> Result<Vec<ObjectId>, String> {
    if !index.with_extension("pack").exists() {
        return Err("the pack of this index is missing".to_owned());
    }
    let bytes = read_file(index, PACK_INDEX).map_err(|error| format!("the pack index cannot be read: {error}"))?;
    let mut entries = parse_index(&bytes).ok_or("the pack index is damaged")?;
    entries.sort_unstable();
    Ok(entries.into_iter().map(|(_, id)| id).collect())
}

/// Parses a version 1 or 2 index into offsets and ids. `None` if it does not add up.
fn parse_index(bytes: &[u8]) -> Option<Vec<(u64, ObjectId)>> {
    let version_2 = bytes.starts_with(b"\xfftOc");
    let body = match version_2 {
        true if word(bytes, 4)? == 2 => &bytes[8..],
        true => return None,
        false => bytes,
    };
    let mut before = 0;
    for bucket in 0..256 {
        let upto = word(body, bucket * 4)?;
        if upto < before {
            return None;
        }
        before = upto;
    }
    let count = before as usize;
    let table = body.get(1024..)?;
    if !version_2 {
        let entries = table.get(..count.checked_mul(24)?)?.chunks_exact(24);
        return entries
            .map(|entry| Some((u64::from(word(entry, 0)?), ObjectId::from_bytes(&entry[4..])?)))
            .collect();
    }
    let ids = table.get(..count.checked_mul(20)?)?;
    let offsets = table.get(count * 24..count.checked_mul(28)?)?;
    let large = table.get(count * 28..)?;
    (0..count)
        .map(|n| {
            let offset = word(offsets, n * 4)?;
            let offset = if offset & 1 << 31 == 0 {
                u64::from(offset)
            } else {
                let at = (offset & !(1 << 31)) as usize * 8;
                u64::from(word(large, at)?) << 32 | u64::from(word(large, at + 4)?)
            };
            Some((offset, ObjectId::from_bytes(&ids[n * 20..n * 20 + 20])?))
        })
        .collect()
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    let word = bytes.get(at..at + 4)?;
    Some(u32::from_be_bytes(word.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pack_index_that_does_not_add_up_is_refused() {
        assert!(parse_index(b"").is_none());
        assert!(parse_index(&[0xff; 2000]).is_none());
        let mut empty = b"\xfftOc\0\0\0\x02".to_vec();
        empty.resize(8 + 1024 + 40, 0);
        assert_eq!(parse_index(&empty), Some(Vec::new()));
        empty[8 + 1023] = 9;
        assert!(parse_index(&empty).is_none());
    }
}

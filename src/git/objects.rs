//! Where objects are: the object folders with their alternates, and the loose objects in them.
//!
//! A folder that is named and not there is a fault; the rest is still listed. What is in packs is the
//! business of [`super::pack`].

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::git::{bytes_path, parse_id, path_bytes, read_file};
use crate::origin::ObjectId;
use crate::skip::Skip;

/// Alternates of alternates, as deep as git follows them.
const ALTERNATES_DEPTH: usize = 5;
const ALTERNATES_FILE: u64 = 1 << 20;

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
    let file = dir.join("info/alternates");
    let text = match read_file(&file, ALTERNATES_FILE) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return,
        Err(error) => {
            let reason = format!("the list of other object folders cannot be read: {error}");
            return skips.push(Skip::fault(path_bytes(&file), reason));
        }
    };
    for line in text.split(|&b| b == b'\n').map(<[u8]>::trim_ascii_end) {
        if !line.is_empty() && line[0] != b'#' {
            follow(&dir.join(bytes_path(line)), depth + 1, seen, all, skips);
        }
    }
}

/// The ids of the loose objects in one object folder, in order. Other files are passed over.
pub fn loose(dir: &Path, id_length: usize) -> impl Iterator<Item = ObjectId> {
    let dir = dir.to_owned();
    sorted_names(&dir).into_iter().flat_map(move |folder| {
        let prefix = folder.as_os_str().as_encoded_bytes();
        let files = match prefix.len() == 2 && prefix.iter().all(u8::is_ascii_hexdigit) {
            true => sorted_names(&dir.join(&folder)),
            false => Vec::new(),
        };
        let id = |name: &PathBuf| parse_id(&[prefix, name.as_os_str().as_encoded_bytes()].concat());
        let ids = files.iter().filter_map(id).filter(|id| id.length() == id_length);
        ids.collect::<Vec<_>>()
    })
}

/// The names in a folder, in order; none if there is no such folder.
pub fn sorted_names(dir: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(dir) else {
        return Vec::new();
    };
    let mut names: Vec<PathBuf> = entries.flatten().map(|e| e.file_name().into()).collect();
    names.sort();
    names
}

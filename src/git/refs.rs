//! Refs as files: loose ones, `packed-refs`, and the few names outside `refs/`.
//!
//! A ref that cannot be read is a fault of its own and hides no other. Names are bytes.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::git::{Repository, bytes_path, parse_id, path_bytes, read_file};
use crate::origin::ObjectId;
use crate::skip::Skip;

/// What a ref holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    Direct(ObjectId),
    Symbolic(Vec<u8>),
}

const LOOSE_REF: u64 = 1 << 16;
const PACKED_REFS: u64 = 1 << 30;
/// As many hops as git allows a symbolic ref.
const SYMBOLIC_HOPS: usize = 5;
/// Folders below `refs/`, against endless nesting.
const DEPTH: usize = 64;

/// Reads one ref of the current worktree by its full name (`HEAD`, `refs/heads/main`).
pub fn read(repo: &Repository, name: &[u8]) -> Option<Target> {
    let file = bytes_path(name);
    let safe = !name.split(|&b| b == b'/').any(|part| part == b".." || part.is_empty());
    if !safe {
        return None;
    }
    let own = [repo.git_dir(), repo.common_dir()];
    let tries = if is_per_worktree(name) { &own[..1] } else { &own[1..] };
    for dir in tries {
        if let Ok(text) = read_file(&dir.join(&file), LOOSE_REF) {
            return parse(&text);
        }
    }
    packed(repo).ok()?.remove(name).map(Target::Direct)
}

/// Follows a ref to the object it names; `None` if it does not exist or leads nowhere.
pub fn resolve(repo: &Repository, name: &[u8]) -> Option<ObjectId> {
    let mut target = read(repo, name)?;
    for _ in 0..SYMBOLIC_HOPS {
        match target {
            Target::Direct(id) => return Some(id),
            Target::Symbolic(next) => target = read(repo, &next)?,
        }
    }
    None
}

/// Reads a ref file's text: an id or `ref: NAME`.
pub fn parse(text: &[u8]) -> Option<Target> {
    let line = text.split(|&b| b == b'\n').next()?.trim_ascii();
    if let Some(name) = line.strip_prefix(b"ref:") {
        return Some(Target::Symbolic(name.trim_ascii().to_vec()));
    }
    // FETCH_HEAD and MERGE_HEAD carry words after the id.
    let id = line.split(|b| b.is_ascii_whitespace()).next()?;
    parse_id(id).map(Target::Direct)
}

/// Every ref below `refs/` that all worktrees share, by name. Broken ones become faults.
pub fn shared(repo: &Repository, skips: &mut Vec<Skip>) -> BTreeMap<Vec<u8>, Target> {
    let mut found = BTreeMap::new();
    match packed(repo) {
        Ok(packed) => found.extend(packed.into_iter().map(|(name, id)| (name, Target::Direct(id)))),
        Err(reason) => skips.push(Skip::fault("packed-refs", reason)),
    }
    loose(repo.common_dir(), b"refs", &mut found, skips, 0);
    found
}

/// The refs that one worktree has for itself (`refs/bisect`, `refs/worktree`, `refs/rewritten`), by name.
pub fn of_worktree(git_dir: &Path, skips: &mut Vec<Skip>) -> BTreeMap<Vec<u8>, Target> {
    let mut found = BTreeMap::new();
    loose(git_dir, b"refs", &mut found, skips, 0);
    found
}

fn is_per_worktree(name: &[u8]) -> bool {
    let own = [&b"refs/bisect/"[..], b"refs/worktree/", b"refs/rewritten/"];
    !name.starts_with(b"refs/") || own.iter().any(|prefix| name.starts_with(prefix))
}

fn loose(dir: &Path, name: &[u8], found: &mut BTreeMap<Vec<u8>, Target>, skips: &mut Vec<Skip>, depth: usize) {
    let Ok(entries) = fs::read_dir(dir.join(bytes_path(name))) else {
        // A worktree without refs of its own has no such folder.
        return;
    };
    for entry in entries.flatten() {
        let full = [name, b"/", &path_bytes(Path::new(&entry.file_name()))].concat();
        let is_dir = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_dir && depth < DEPTH {
            loose(dir, &full, found, skips, depth + 1);
        } else if full.ends_with(b".lock") {
            // Another git is writing it; its value so far is read under its own name.
        } else {
            let text = read_file(&entry.path(), LOOSE_REF).map_err(|e| e.to_string());
            let target = text.and_then(|text| parse(&text).ok_or_else(|| "it holds no object id".to_owned()));
            match target {
                Ok(target) => drop(found.insert(full, target)),
                Err(reason) => skips.push(Skip::fault(full, format!("the ref cannot be read: {reason}"))),
            }
        }
    }
}

/// Reads `packed-refs`; a line that is no ref makes the whole file suspect.
fn packed(repo: &Repository) -> Result<BTreeMap<Vec<u8>, ObjectId>, String> {
    let text = match read_file(&repo.common_dir().join("packed-refs"), PACKED_REFS) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(error.to_string()),
    };
    let mut found = BTreeMap::new();
    for line in text.split(|&b| b == b'\n') {
        // `#` opens the header, `^` gives what the tag above peels to.
        if line.is_empty() || line[0] == b'#' || line[0] == b'^' {
            continue;
        }
        let entry = line.split_at_checked(40).and_then(|(id, name)| {
            let name = name.strip_prefix(b" ")?.trim_ascii_end();
            Some((name.to_vec(), parse_id(id)?))
        });
        let (name, id) = entry.ok_or("a line of it is not a ref")?;
        found.insert(name, id);
    }
    Ok(found)
}

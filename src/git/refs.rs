//! Names: refs, HEAD and its like, reflogs, wherever a repository keeps them.
//!
//! In files (loose refs, `packed-refs`) this module reads them itself; tables are read by [`super::reftable`].
//! A ref that cannot be read is a fault of its own and hides no other. Names are bytes.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::git::reflog::{self, LogEntry};
use crate::git::reftable::Stack;
use crate::git::{Repository, bytes_path, file_names, parse_id, path_bytes, read_file};
use crate::origin::ObjectId;
use crate::skip::{Skip, Why};

/// What a ref holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    Direct(ObjectId),
    Symbolic(Vec<u8>),
}

const LOOSE_REF: u64 = 1 << 16;
const PSEUDO_REF: u64 = 64 << 20;
/// Git writes these as files even if it keeps refs in tables, for they are lists.
const IN_FILES: [&[u8]; 2] = [b"FETCH_HEAD", b"MERGE_HEAD"];
/// As many hops as git allows a symbolic ref.
const SYMBOLIC_HOPS: usize = 5;
/// Folders below `refs/`, against endless nesting.
const DEPTH: usize = 64;

/// Reads one ref of the current worktree by its full name (`HEAD`, `refs/heads/main`).
pub fn read(repo: &Repository, name: &[u8]) -> Option<Target> {
    let dir = match is_per_worktree(name) {
        true => repo.git_dir(),
        false => repo.common_dir(),
    };
    if repo.has_reftables() && !IN_FILES.contains(&name) {
        let tables = repo.tables().as_ref().ok()?;
        return tables.of(is_per_worktree(name)).get(name).cloned();
    }
    if !is_safe(name) {
        return None;
    }
    if let Ok(text) = read_file(&dir.join(bytes_path(name)), LOOSE_REF) {
        return parse(&text);
    }
    repo.packed_refs().as_ref().ok()?.get(name).copied().map(Target::Direct)
}

/// Why no ref can be read at all, if that is so. A table that is damaged could hide the newest value of any.
pub fn fault(repo: &Repository) -> Option<String> {
    match repo.has_reftables() {
        true => repo.tables().as_ref().err().cloned(),
        false => None,
    }
}

/// The refs that are stored in tables.
#[derive(Debug)]
pub struct Tables {
    own: BTreeMap<Vec<u8>, Target>,
    shared: BTreeMap<Vec<u8>, Target>,
}

impl Tables {
    /// Reads the tables of the current worktree and of all worktrees.
    ///
    /// # Errors
    /// One of them is damaged.
    pub fn read(repo: &Repository) -> Result<Self, String> {
        let refs = |dir: &Path| {
            let mut skips = Vec::new();
            let refs = Stack::open(dir, repo.id_length(), &mut skips).refs(&mut skips);
            match skips.pop() {
                Some(Skip {
                    what,
                    why: Why::Fault(reason),
                }) => Err(format!("{}: {reason}", what.escape_ascii())),
                _ => Ok(refs),
            }
        };
        Ok(Self {
            own: refs(repo.git_dir())?,
            shared: refs(repo.common_dir())?,
        })
    }

    fn of(&self, own: bool) -> &BTreeMap<Vec<u8>, Target> {
        if own { &self.own } else { &self.shared }
    }
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

/// The objects that the refs in a folder of `refs/` name, such as `refs/remotes/origin`. A ref that cannot be read
/// names nothing; a symbolic one names another.
pub fn in_folder(repo: &Repository, folder: &[u8]) -> Vec<ObjectId> {
    let below = [folder, b"/"].concat();
    let mut found = BTreeMap::new();
    if repo.has_reftables() {
        let shared = repo.tables().iter().flat_map(|tables| &tables.shared);
        found.extend(
            shared
                .filter(|(name, _)| name.starts_with(&below))
                .map(|(name, target)| (name.clone(), target.clone())),
        );
    } else if is_safe(folder) {
        let packed = repo
            .packed_refs()
            .iter()
            .flat_map(|packed| packed.range(below.clone()..));
        let packed = packed.take_while(|(name, _)| name.starts_with(&below));
        found.extend(packed.map(|(name, id)| (name.clone(), Target::Direct(*id))));
        loose(repo.common_dir(), folder, &mut found, &mut Vec::new(), 0);
    }
    let direct = |target| match target {
        Target::Direct(id) => Some(id),
        Target::Symbolic(_) => None,
    };
    found.into_values().filter_map(direct).collect()
}

/// Whether a name leads to no other folder than it says.
fn is_safe(name: &[u8]) -> bool {
    !name.split(|&b| b == b'/').any(|part| part == b".." || part.is_empty())
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

/// Everything that has a name in one git directory, be it in files or in tables.
#[derive(Debug, Default)]
pub struct Names {
    /// Below `refs/`; tables can have others.
    pub refs: BTreeMap<Vec<u8>, Target>,
    /// HEAD and its like. `FETCH_HEAD` and `MERGE_HEAD` can name several objects.
    pub heads: BTreeMap<Vec<u8>, Vec<Target>>,
    /// Each newest first.
    pub logs: BTreeMap<Vec<u8>, Vec<LogEntry>>,
    /// What is broken.
    pub skips: Vec<Skip>,
}

impl Names {
    /// Reads the names of one git directory of the repository.
    pub fn of(repo: &Repository, dir: &Path) -> Self {
        let mut names = Self::default();
        if repo.has_reftables() {
            names.read_tables(dir, repo.id_length());
        } else {
            names.read_files(repo, dir);
        }
        names
    }

    /// Follows a target of this directory to an object; `shared` has the names of all worktrees.
    pub fn follow(&self, shared: &Self, target: &Target) -> Option<ObjectId> {
        let mut target = target;
        for _ in 0..=SYMBOLIC_HOPS {
            let name = match target {
                Target::Direct(id) => return Some(*id),
                Target::Symbolic(name) => name,
            };
            let names = if is_per_worktree(name) { self } else { shared };
            target = match names.heads.get(name) {
                Some(targets) => targets.first()?,
                None => names.refs.get(name)?,
            };
        }
        None
    }

    fn read_tables(&mut self, dir: &Path, id_length: usize) {
        let stack = Stack::open(dir, id_length, &mut self.skips);
        for (name, target) in stack.refs(&mut self.skips) {
            match is_head(&name) {
                true => drop(self.heads.insert(name, vec![target])),
                false => drop(self.refs.insert(name, target)),
            }
        }
        self.logs = stack.logs(&mut self.skips);
        for file in IN_FILES {
            if dir.join(bytes_path(file)).exists() {
                self.read_head(dir, file);
            }
        }
        if !self.heads.contains_key(&b"HEAD"[..]) {
            self.skips
                .push(Skip::fault("HEAD", "HEAD is in none of the tables with the refs"));
        }
    }

    fn read_files(&mut self, repo: &Repository, dir: &Path) {
        if dir == repo.common_dir() {
            match repo.packed_refs() {
                Ok(packed) => {
                    let packed = packed.iter().map(|(name, id)| (name.clone(), Target::Direct(*id)));
                    self.refs = packed.collect();
                }
                Err(reason) => self.skips.push(Skip::fault("packed-refs", reason.clone())),
            }
        }
        loose(dir, b"refs", &mut self.refs, &mut self.skips, 0);
        for file in file_names(dir).iter().filter(|file| is_head(file)) {
            self.read_head(dir, file);
        }
        self.logs = reflog::of_files(dir, &mut self.skips);
    }

    /// Reads a file such as HEAD. One that names nothing is not a root, but HEAD has to name something.
    fn read_head(&mut self, dir: &Path, file: &[u8]) {
        match read_file(&dir.join(bytes_path(file)), PSEUDO_REF) {
            Ok(text) => {
                let targets = match parse(&text) {
                    Some(Target::Symbolic(name)) => vec![Target::Symbolic(name)],
                    _ => text.split(|&b| b == b'\n').filter_map(parse).collect(),
                };
                if targets.is_empty() && file == b"HEAD" {
                    let reason = "HEAD holds no object id and no ref";
                    self.skips.push(Skip::fault(file, reason));
                }
                self.heads.insert(file.to_vec(), targets);
            }
            Err(error) => self
                .skips
                .push(Skip::fault(file, format!("it cannot be read: {error}"))),
        }
    }
}

fn is_head(name: &[u8]) -> bool {
    name == b"HEAD" || name.ends_with(b"_HEAD") && !name.contains(&b'/')
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

//! Roots: everything by name from which git can still reach an object.
//!
//! Refs of every worktree, stash entries, reflogs, HEAD and its like (`FETCH_HEAD`), and the blobs
//! of each index. What is broken is a fault; a ref that names a missing object is found later, when
//! it is followed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::git::index::Index;
use crate::git::refs::{self, Target};
use crate::git::{Repository, bytes_path, parse_id, path_bytes, read_file};
use crate::origin::ObjectId;
use crate::skip::Skip;

/// A name and the object it leads to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Root {
    pub kind: RootKind,
    /// As git takes it: `refs/heads/main`, `stash@{1}`, `worktrees/w/HEAD`, `HEAD@{3}`.
    pub name: Vec<u8>,
    pub id: ObjectId,
}

/// In the order in which names are given to people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RootKind {
    /// A branch, tag, remote branch, note or any other ref.
    Ref,
    /// One stash entry.
    Stash,
    /// HEAD of a worktree, or a name like `ORIG_HEAD`.
    Head,
    /// A reflog entry.
    Reflog,
}

/// The text that a reflog entry carries: a commit's subject, a branch's name, a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogMessage {
    /// The log's name, such as `HEAD`.
    pub log: Vec<u8>,
    pub text: Vec<u8>,
}

/// All roots of a repository.
#[derive(Debug, Default)]
pub struct Roots {
    /// Sorted by kind and name.
    pub roots: Vec<Root>,
    /// Every ref name, also of broken and symbolic refs, sorted.
    pub ref_names: BTreeSet<Vec<u8>>,
    /// The distinct messages of all reflogs, in the order of logs and lines.
    pub messages: Vec<LogMessage>,
    /// The blobs of each index: its name (`index`, `worktrees/w/index`), the path and the blob.
    pub staged: Vec<(Vec<u8>, Vec<u8>, ObjectId)>,
    pub skips: Vec<Skip>,
}

const REFLOG: u64 = 1 << 30;
const PSEUDO_REF: u64 = 64 << 20;
const DEPTH: usize = 64;

impl Roots {
    /// Reads every root. Order and content depend on the repository alone.
    pub fn of(repo: &Repository) -> Self {
        let mut roots = Self::default();
        let shared = refs::shared(repo, &mut roots.skips);
        roots.add_refs(&shared, b"", |target| follow(repo, &shared, target));
        roots.add_logs(&repo.common_dir().join("logs"), b"refs", b"");
        for worktree in worktrees(repo) {
            roots.add_worktree(repo, &worktree, &shared);
        }
        roots.roots.sort();
        roots.roots.dedup();
        roots
    }

    fn add_worktree(&mut self, repo: &Repository, worktree: &Worktree, shared: &BTreeMap<Vec<u8>, Target>) {
        let Worktree { dir, prefix } = worktree;
        if *dir != repo.common_dir() {
            let own = refs::of_worktree(dir, &mut self.skips);
            self.add_refs(&own, prefix, |target| follow(repo, shared, target));
            self.add_logs(&dir.join("logs"), b"refs", prefix);
        }
        for file in file_names(dir) {
            if file == b"HEAD" || file.ends_with(b"_HEAD") {
                self.add_head(repo, dir, &file, prefix, shared);
            }
        }
        self.add_log(&dir.join("logs/HEAD"), b"HEAD", prefix);
        let index = if *dir == repo.git_dir() {
            repo.index_file()
        } else {
            &dir.join("index")
        };
        let name = [prefix, &b"index"[..]].concat();
        match Index::read(index) {
            Ok(index) => {
                let blobs = index.entries.into_iter().filter(|entry| entry.kind.is_blob());
                self.staged
                    .extend(blobs.map(|entry| (name.clone(), entry.path, entry.id)));
            }
            Err(reason) => self.skips.push(Skip::fault(name, reason)),
        }
    }

    fn add_refs(
        &mut self,
        refs: &BTreeMap<Vec<u8>, Target>,
        prefix: &[u8],
        follow: impl Fn(&Target) -> Option<ObjectId>,
    ) {
        for (name, target) in refs {
            let name = [prefix, name].concat();
            self.ref_names.insert(name.clone());
            match follow(target) {
                Some(id) => {
                    // refs/stash is the newest entry of its own log; one name for one thing.
                    let (kind, name) = match &name[..] {
                        b"refs/stash" => (RootKind::Stash, b"stash@{0}".to_vec()),
                        _ => (RootKind::Ref, name),
                    };
                    self.roots.push(Root { kind, name, id });
                }
                // A clone of an empty or pruned remote has refs/remotes/origin/HEAD point nowhere: nothing is lost.
                None if matches!(target, Target::Symbolic(_)) => {}
                None => self.skips.push(Skip::fault(name, "the ref leads to no object")),
            }
        }
    }

    fn add_head(
        &mut self,
        repo: &Repository,
        dir: &Path,
        file: &[u8],
        prefix: &[u8],
        shared: &BTreeMap<Vec<u8>, Target>,
    ) {
        let name = [prefix, file].concat();
        let text = match read_file(&dir.join(bytes_path(file)), PSEUDO_REF) {
            Ok(text) => text,
            Err(error) => {
                self.skips
                    .push(Skip::fault(name, format!("it cannot be read: {error}")));
                return;
            }
        };
        if let Some(Target::Symbolic(branch)) = refs::parse(&text) {
            // No such ref is a branch without commits, unless it is there and broken, which is said above.
            let id = follow(repo, shared, &Target::Symbolic(branch));
            let kind = RootKind::Head;
            self.roots.extend(id.map(|id| Root { kind, name, id }));
            return;
        }
        // FETCH_HEAD and MERGE_HEAD have a line for each commit. A file that has something else is not a root.
        let ids: Vec<_> = text
            .split(|&b| b == b'\n')
            .filter_map(|line| parse_id(line.get(..40)?))
            .collect();
        if ids.is_empty() && file == b"HEAD" {
            self.skips.push(Skip::fault(name, "HEAD holds no object id and no ref"));
            return;
        }
        let kind = RootKind::Head;
        self.roots.extend(ids.into_iter().map(|id| Root {
            kind,
            name: name.clone(),
            id,
        }));
    }

    fn add_logs(&mut self, logs: &Path, name: &[u8], prefix: &[u8]) {
        self.add_logs_below(logs, name, prefix, 0);
    }

    fn add_logs_below(&mut self, logs: &Path, name: &[u8], prefix: &[u8], depth: usize) {
        let dir = logs.join(bytes_path(name));
        for file in file_names(&dir) {
            let path = dir.join(bytes_path(&file));
            let name = [name, b"/", &file].concat();
            if fs::symlink_metadata(&path).is_ok_and(|meta| meta.is_dir()) {
                if depth < DEPTH {
                    self.add_logs_below(logs, &name, prefix, depth + 1);
                }
            } else if !name.ends_with(b".lock") {
                self.add_log(&path, &name, prefix);
            }
        }
    }

    /// Adds each line's new id as `NAME@{N}`, counted from the newest, and the id before the oldest.
    fn add_log(&mut self, path: &Path, name: &[u8], prefix: &[u8]) {
        let name = [prefix, name].concat();
        let text = match read_file(path, REFLOG) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return,
            Err(error) => {
                self.skips
                    .push(Skip::fault(name, format!("the reflog cannot be read: {error}")));
                return;
            }
        };
        let (kind, shown) = match &name[..] {
            b"refs/stash" => (RootKind::Stash, &b"stash"[..]),
            _ => (RootKind::Reflog, &name[..]),
        };
        let mut said = BTreeSet::new();
        let lines = text.split(|&b| b == b'\n').filter(|line| !line.is_empty());
        let lines: Vec<_> = lines.filter_map(log_line).collect();
        let entry = |n: usize| [shown, format!("@{{{n}}}").as_bytes()].concat();
        for (n, (old, new, message)) in lines.iter().rev().enumerate() {
            for (name, id) in [(entry(n), new), (entry(n + 1), old)] {
                if id.as_bytes() != [0; 20] {
                    self.roots.push(Root { kind, name, id: *id });
                }
            }
            if !message.is_empty() && said.insert(*message) {
                let (log, text) = (name.clone(), message.to_vec());
                self.messages.push(LogMessage { log, text });
            }
        }
    }
}

/// Splits `OLD NEW NAME <MAIL> TIME ZONE\tMESSAGE`.
fn log_line(line: &[u8]) -> Option<(ObjectId, ObjectId, &[u8])> {
    let old = parse_id(line.get(..40)?)?;
    let new = parse_id(line.get(41..81)?)?;
    let tab = memchr::memchr(b'\t', line).map_or(line.len(), |tab| tab + 1);
    Some((old, new, &line[tab..]))
}

/// Follows a ref's target through the shared refs, and from there through the current worktree's.
fn follow(repo: &Repository, shared: &BTreeMap<Vec<u8>, Target>, target: &Target) -> Option<ObjectId> {
    match target {
        Target::Direct(id) => Some(*id),
        Target::Symbolic(name) => match shared.get(name) {
            Some(Target::Direct(id)) => Some(*id),
            _ => refs::resolve(repo, name),
        },
    }
}

/// A git directory with a HEAD and an index of its own, and what git calls it from here.
struct Worktree {
    dir: PathBuf,
    prefix: Vec<u8>,
}

/// The current worktree (without prefix), the main one, and every linked one.
fn worktrees(repo: &Repository) -> Vec<Worktree> {
    let common = repo.common_dir();
    let current = fs::canonicalize(repo.git_dir()).ok();
    let is_current = |dir: &Path| fs::canonicalize(dir).ok() == current;
    let mut all = vec![Worktree {
        dir: repo.git_dir().to_owned(),
        prefix: Vec::new(),
    }];
    if !is_current(common) {
        all.push(Worktree {
            dir: common.to_owned(),
            prefix: b"main-worktree/".to_vec(),
        });
    }
    for name in file_names(&common.join("worktrees")) {
        let dir = common.join("worktrees").join(bytes_path(&name));
        if !is_current(&dir) && dir.is_dir() {
            let prefix = [b"worktrees/", &name[..], b"/"].concat();
            all.push(Worktree { dir, prefix });
        }
    }
    all
}

/// The sorted names in a folder; none if there is no such folder.
fn file_names(dir: &Path) -> Vec<Vec<u8>> {
    let Ok(entries) = fs::read_dir(dir) else {
        return Vec::new();
    };
    let mut names: Vec<_> = entries
        .flatten()
        .map(|e| path_bytes(Path::new(&e.file_name())))
        .collect();
    names.sort();
    names
}

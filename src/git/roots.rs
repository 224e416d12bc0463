//! Roots: everything by name from which git can still reach an object.
//!
//! Refs of every worktree, stash entries, reflogs, HEAD and its like (`FETCH_HEAD`), and the blobs
//! of each index. What is broken is a fault; a ref that names a missing object is found later, when
//! it is followed.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::git::index::Index;
use crate::git::reflog::LogEntry;
use crate::git::refs::{Names, Target};
use crate::git::{Repository, bytes_path, file_names};
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
    /// The distinct messages of each reflog, newest first.
    pub messages: Vec<LogMessage>,
    /// The blobs of each index: its name (`index`, `worktrees/w/index`), the path and the blob.
    pub staged: Vec<(Vec<u8>, Vec<u8>, ObjectId)>,
    pub skips: Vec<Skip>,
}

impl Roots {
    /// Reads every root. Order and content depend on the repository alone.
    pub fn of(repo: &Repository) -> Self {
        let mut roots = Self::default();
        let shared = Names::of(repo, repo.common_dir());
        roots.add_refs(&shared, &shared, b"");
        roots.add_logs(&shared, b"", |name| name.starts_with(b"refs/"));
        for worktree in worktrees(repo) {
            roots.add_worktree(repo, &worktree, &shared);
        }
        roots.roots.sort();
        roots.roots.dedup();
        roots
    }

    /// What must be there: reflogs may outlive what they name; other roots and the indexes may not.
    pub fn lasting(&self) -> impl Iterator<Item = ObjectId> {
        let roots = self.roots.iter().filter(|root| root.kind != RootKind::Reflog);
        let staged = self.staged.iter().map(|(_, _, id)| *id);
        roots.map(|root| root.id).chain(staged)
    }

    fn add_worktree(&mut self, repo: &Repository, worktree: &Worktree, shared: &Names) {
        let Worktree { dir, prefix } = worktree;
        if *dir == repo.common_dir() {
            self.add_heads(shared, shared, prefix);
            self.add_logs(shared, prefix, |name| !name.starts_with(b"refs/"));
        } else {
            let own = Names::of(repo, dir);
            self.add_refs(&own, shared, prefix);
            self.add_heads(&own, shared, prefix);
            self.add_logs(&own, prefix, |_| true);
        }
        let index = if *dir == repo.git_dir() {
            repo.index_file()
        } else {
            &dir.join("index")
        };
        let name = [prefix, &b"index"[..]].concat();
        match Index::read(index, repo.id_length()) {
            Ok(index) => {
                let blobs = index.entries.into_iter().filter(|entry| entry.kind.is_blob());
                self.staged
                    .extend(blobs.map(|entry| (name.clone(), entry.path, entry.id)));
            }
            Err(reason) => self.skips.push(Skip::fault(name, reason)),
        }
    }

    /// Adds the refs of one git directory, and what is wrong with its names.
    fn add_refs(&mut self, own: &Names, shared: &Names, prefix: &[u8]) {
        for skip in &own.skips {
            let (what, why) = ([prefix, &skip.what].concat(), skip.why.clone());
            self.skips.push(Skip { what, why });
        }
        // Made at once of what is in order.
        let mut names: BTreeSet<_> = own.refs.keys().map(|name| [prefix, name].concat()).collect();
        self.ref_names.append(&mut names);
        for (name, target) in &own.refs {
            let name = [prefix, name].concat();
            match own.follow(shared, target) {
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

    /// Adds HEAD and its like. A HEAD that leads nowhere is a branch without commits, unless that branch is there
    /// and broken, which is said of the branch.
    fn add_heads(&mut self, own: &Names, shared: &Names, prefix: &[u8]) {
        for (name, targets) in &own.heads {
            let ids = targets.iter().filter_map(|target| own.follow(shared, target));
            self.roots.extend(ids.map(|id| Root {
                kind: RootKind::Head,
                name: [prefix, name].concat(),
                id,
            }));
        }
    }

    fn add_logs(&mut self, own: &Names, prefix: &[u8], wanted: impl Fn(&[u8]) -> bool) {
        for (name, entries) in own.logs.iter().filter(|(name, _)| wanted(name)) {
            self.add_log(&[prefix, name].concat(), entries);
        }
    }

    /// Adds each entry's new id as `NAME@{N}`, counted from the newest, and the id before the oldest.
    fn add_log(&mut self, name: &[u8], entries: &[LogEntry]) {
        let (kind, shown) = match name {
            b"refs/stash" => (RootKind::Stash, &b"stash"[..]),
            _ => (RootKind::Reflog, name),
        };
        let mut said = BTreeSet::new();
        let numbered = |n: usize| [shown, format!("@{{{n}}}").as_bytes()].concat();
        for (n, entry) in entries.iter().enumerate() {
            for (name, id) in [(numbered(n), entry.new), (numbered(n + 1), entry.old)] {
                if !id.is_null() {
                    self.roots.push(Root { kind, name, id });
                }
            }
            if !entry.message.is_empty() && said.insert(&entry.message) {
                self.messages.push(LogMessage {
                    log: name.to_vec(),
                    text: entry.message.clone(),
                });
            }
        }
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

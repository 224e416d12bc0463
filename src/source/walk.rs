//! The walk through one folder: every regular file below it, found by several threads.
//!
//! What a walk gives depends on the file system alone: threads find things in any order, so the
//! caller sorts. Symbolic links are not followed. A folder that cannot be listed is a fault, and
//! so is one nested deeper than any honest tree (a bind mount can make a loop).

use std::ffi::{OsStr, OsString};
use std::fs::FileType;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex};

use super::ignores::{DotGit, Judgement, Scope};
use super::regular::bytes_of;
use crate::skip::{Policy, Skip};

/// How deep folders are followed below the one that was asked for.
const DEPTH_LIMIT: usize = 512;

/// What a walk found, in no order.
#[derive(Debug, Default)]
pub struct Walked {
    pub files: Vec<PathBuf>,
    pub skips: Vec<Skip>,
}

/// Which ignore rules a walk heeds.
#[derive(Clone, Copy, Debug)]
pub enum Ignores<'w> {
    /// Everything is read.
    Off,
    /// Git's own, with this excludes file of the person's.
    Git { excludes: Option<&'w Path> },
}

/// A folder that is to be listed.
#[derive(Debug)]
pub struct Folder {
    /// As reports name it; empty for the current folder.
    pub path: PathBuf,
    /// Within the work tree, ending with `/`; empty at its top.
    pub inside: Vec<u8>,
    /// `None` outside of a work tree.
    pub scope: Option<Scope>,
    pub depth: usize,
}

/// Walks `top` with so many threads.
pub fn walk(mut top: Folder, ignores: Ignores<'_>, threads: usize) -> Walked {
    let (mut walked, mut below) = (Walked::default(), Vec::new());
    list(&mut top, ignores, &mut walked, &mut below);
    if below.is_empty() {
        // To start a thread takes longer than that.
        return walked;
    }
    let queue = Queue::new(below);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (1..threads).map(|_| scope.spawn(|| work(&queue, ignores))).collect();
        let mine = work(&queue, ignores);
        let theirs = workers.into_iter().map(|worker| {
            let found = worker.join();
            found.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        });
        for found in std::iter::once(mine).chain(theirs) {
            walked.files.extend(found.files);
            walked.skips.extend(found.skips);
        }
        walked
    })
}

/// Folders still to be listed, shared by the workers.
struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    folders: Vec<Folder>,
    /// Workers that list a folder now, and may add more.
    busy: usize,
    /// Workers that wait for one.
    waiting: usize,
}

impl Queue {
    fn new(folders: Vec<Folder>) -> Self {
        Self {
            state: Mutex::new(State {
                folders,
                busy: 0,
                waiting: 0,
            }),
            changed: Condvar::new(),
        }
    }

    /// Waits for a folder. `None` once all is listed.
    fn next(&self) -> Option<Turn<'_>> {
        let mut state = self.state.lock().expect("no worker panics with the lock held");
        loop {
            if let Some(folder) = state.folders.pop() {
                state.busy += 1;
                return Some(Turn {
                    queue: self,
                    folder,
                    below: Vec::new(),
                });
            }
            if state.busy == 0 {
                return None;
            }
            state.waiting += 1;
            state = self.changed.wait(state).expect("no worker panics with the lock held");
            state.waiting -= 1;
        }
    }
}

/// One worker's turn at a folder. It ends when dropped, so that a panic ends it too, and nobody
/// waits for ever.
struct Turn<'q> {
    queue: &'q Queue,
    folder: Folder,
    /// The folders found in it.
    below: Vec<Folder>,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut state = self.queue.state.lock().expect("no worker panics with the lock held");
        state.folders.append(&mut self.below);
        state.busy -= 1;
        if state.waiting > 0 && (state.busy == 0 || state.folders.len() > 1) {
            self.queue.changed.notify_all();
        }
    }
}

fn work(queue: &Queue, ignores: Ignores<'_>) -> Walked {
    let mut walked = Walked::default();
    while let Some(mut turn) = queue.next() {
        let Turn { folder, below, .. } = &mut turn;
        list(folder, ignores, &mut walked, below);
    }
    walked
}

/// Lists one folder: its files and skips go to `walked`, its folders to `below`.
fn list(folder: &mut Folder, ignores: Ignores<'_>, walked: &mut Walked, below: &mut Vec<Folder>) {
    if folder.depth > DEPTH_LIMIT {
        let reason = format!("folders nested deeper than {DEPTH_LIMIT} are not read");
        return walked.skips.push(fault(&folder.path, reason));
    }
    let entries = match entries(&folder.path) {
        Ok(entries) => entries,
        Err(error) => {
            return walked
                .skips
                .push(fault(&folder.path, format!("the folder cannot be read: {error}")));
        }
    };
    let is_repository = entries.iter().any(|entry| entry.name == ".git") && heed_repository(folder, ignores);
    if let Some(scope) = &mut folder.scope
        && entries.iter().any(|entry| entry.name == ".gitignore")
    {
        scope.enter(on_disk(&folder.path), &folder.inside);
    }
    for Entry { name, kind } in entries {
        if is_repository && name == ".git" {
            continue;
        }
        let path = folder.path_of(&name);
        match kind {
            Err(error) => walked
                .skips
                .push(fault(&path, format!("it cannot be looked at: {error}"))),
            Ok(kind) if kind.is_symlink() => walked.skips.push(Skip::policy(bytes_of(&path), Policy::Symlink)),
            Ok(kind) if kind.is_dir() || kind.is_file() => folder.sort_in(path, &name, kind.is_dir(), walked, below),
            Ok(_) => walked.skips.push(Skip::policy(bytes_of(&path), Policy::NotAFile)),
        }
    }
}

impl Folder {
    /// The path of what has this name in it, with no room to spare: there may be millions, which stay.
    fn path_of(&self, name: &OsStr) -> PathBuf {
        let mut path = PathBuf::with_capacity(self.path.as_os_str().len() + 1 + name.len());
        path.push(&self.path);
        path.push(name);
        path
    }

    /// Puts a file or folder of this folder where it belongs, as the scope judges it.
    fn sort_in(&self, path: PathBuf, name: &OsStr, is_folder: bool, walked: &mut Walked, below: &mut Vec<Folder>) {
        let mut inside = Vec::new();
        let mut ignored = false;
        if let Some(scope) = &self.scope {
            inside.extend_from_slice(&self.inside);
            inside.extend_from_slice(name.as_encoded_bytes());
            match scope.judge(&inside, is_folder) {
                Judgement::Read => {}
                Judgement::ReadTracked => ignored = true,
                Judgement::LeaveOut => return walked.skips.push(Skip::policy(bytes_of(&path), Policy::GitIgnored)),
                Judgement::Unsure { index, fault: reason } => walked.skips.push(fault(&index, reason)),
            }
            inside.push(b'/');
        }
        if !is_folder {
            return walked.files.push(path);
        }
        let scope = self.scope.clone();
        below.push(Folder {
            path,
            inside,
            scope: if ignored {
                scope.map(Scope::inside_ignored)
            } else {
                scope
            },
            depth: self.depth + 1,
        });
    }
}

/// Looks at the `.git` of a folder. If the folder is the top of a work tree, returns true, and the
/// ignore rules are that tree's from here on: those above do not reach into it.
fn heed_repository(folder: &mut Folder, ignores: Ignores<'_>) -> bool {
    match (DotGit::of(on_disk(&folder.path)), ignores) {
        (Some(DotGit::Repository(git_dir)), Ignores::Git { excludes }) => {
            folder.scope = Some(Scope::new(&git_dir, excludes));
            folder.inside.clear();
            true
        }
        (Some(DotGit::Repository(_)), Ignores::Off) => true,
        (Some(DotGit::Broken), _) => {
            folder.scope = None;
            false
        }
        (Some(DotGit::Other) | None, _) => false,
    }
}

struct Entry {
    name: OsString,
    kind: io::Result<FileType>,
}

fn entries(folder: &Path) -> io::Result<Vec<Entry>> {
    std::fs::read_dir(on_disk(folder))?
        .map(|entry| {
            let entry = entry?;
            Ok(Entry {
                name: entry.file_name(),
                kind: entry.file_type(),
            })
        })
        .collect()
}

/// The path that opens a folder which reports name by an empty one.
fn on_disk(folder: &Path) -> &Path {
    if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    }
}

fn fault(path: &Path, reason: String) -> Skip {
    Skip::fault(bytes_of(on_disk(path)), reason)
}

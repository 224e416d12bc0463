//! Submodules: which repositories belong to a repository, and which of them are here.
//!
//! They are looked for in the `modules` folders of the git directory, and in the work tree as a `.git` folder
//! where the tree has a submodule. Folders are entered name by name, never through a link or a `..`, and
//! never because a file says so: `.gitmodules` only gives names. What is not here is said by the caller, who
//! knows whether it was asked for. Bounded in number and depth, for git directories can be a stranger's too.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::git::commit::Commit;
use crate::git::config::Config;
use crate::git::index::Index;
use crate::git::read::ReadObject;
use crate::git::repository::is_git_dir;
use crate::git::store::Store;
use crate::git::tree::{self, EntryKind};
use crate::git::{Repository, bytes_path, file_names};
use crate::origin::ObjectId;
use crate::skip::Skip;

/// So many folders are entered, and so many submodules of one tree are followed.
const MOST: usize = 20_000;
const DEPTH: usize = 64;
const TREE_DEPTH: usize = 1024;
/// A larger `.gitmodules` is not one.
const NAMES_FILE: usize = 16 << 20;

/// A submodule whose repository is here.
pub struct Submodule {
    /// Where it belongs in the work tree, or its name if nothing says where.
    pub path: Vec<u8>,
    pub repository: Repository,
    pub work_tree: Option<PathBuf>,
}

/// The submodules of a repository, as HEAD and its folders have them.
#[derive(Default)]
pub struct Submodules {
    /// By path.
    pub found: Vec<Submodule>,
    /// The commit that HEAD's tree names at each path.
    pub wanted: BTreeMap<Vec<u8>, ObjectId>,
    /// What looks like a submodule's repository and is not read.
    pub skips: Vec<Skip>,
}

impl Submodules {
    /// Finds those of a repository whose work tree, if any, is at `work_tree`.
    pub fn of(repo: &Repository, store: &Store, work_tree: Option<&Path>) -> Self {
        let mut submodules = Self::default();
        let mut paths = BTreeMap::new();
        if let Some(tree) = repo.head().and_then(|head| tree_of(store, head)) {
            submodules.add_wanted(store, tree);
            paths = submodules.paths_by_name(store, tree);
        }
        let mut folders = vec![repo.common_dir().join("modules")];
        let worktrees = repo.common_dir().join("worktrees");
        let names = file_names(&worktrees).into_iter();
        folders.extend(names.map(|name| worktrees.join(bytes_path(&name)).join("modules")));
        let mut left = MOST;
        for folder in folders {
            submodules.enter(&folder, &[], &paths, work_tree, &mut left);
        }
        if left == 0 {
            submodules.refuse(b"modules", "there are too many folders of submodules");
        }
        if let Some(top) = work_tree {
            submodules.add_embedded(repo, top);
        }
        submodules.found.sort_by(|a, b| a.path.cmp(&b.path));
        submodules
    }

    fn refuse(&mut self, name: &[u8], reason: &str) {
        self.skips.push(Skip::fault(name, reason));
    }

    /// Notes the submodules of a tree.
    fn add_wanted(&mut self, store: &Store, tree: ObjectId) {
        let mut search = Search {
            store,
            barren: HashSet::new(),
            wanted: BTreeMap::new(),
        };
        search.folder(&mut Vec::new(), tree, 0);
        self.wanted = search.wanted;
        if self.wanted.len() == MOST {
            self.refuse(b"HEAD", "its tree has too many submodules; some are left out");
        }
    }

    /// The paths that `.gitmodules` gives to names.
    fn paths_by_name(&self, store: &Store, tree: ObjectId) -> BTreeMap<Vec<u8>, Vec<u8>> {
        let mut raw = Vec::new();
        let file = tree::find(store, tree, b".gitmodules").filter(|(kind, _)| kind.is_blob());
        if file.is_none_or(|(_, id)| store.read(&id, &mut raw).is_err()) || raw.len() > NAMES_FILE {
            return BTreeMap::new();
        }
        let config = Config::parse(&raw);
        // A config is text; a path need not be, so it is taken as the tree has it.
        let exact: BTreeMap<_, _> = self
            .wanted
            .keys()
            .map(|path| (String::from_utf8_lossy(path), path))
            .collect();
        let sound = config
            .each("submodule", "path")
            .filter(|(_, path)| is_sound(path.as_bytes()));
        let named = sound.map(|(name, path)| {
            let known = exact.get(path).map(|known| known.to_vec());
            (
                name.as_bytes().to_vec(),
                known.unwrap_or_else(|| path.as_bytes().to_vec()),
            )
        });
        named.collect()
    }

    /// Looks for git directories in a folder of submodules and the folders in it. A name can have slashes.
    fn enter(
        &mut self,
        folder: &Path,
        above: &[u8],
        paths: &BTreeMap<Vec<u8>, Vec<u8>>,
        work_tree: Option<&Path>,
        left: &mut usize,
    ) {
        match kind_of(folder) {
            Kind::Folder => {}
            Kind::Link => return self.refuse(b"modules", LINK),
            Kind::Other => return,
        }
        for part in file_names(folder) {
            let dir = folder.join(bytes_path(&part));
            let name = [above, if above.is_empty() { b"" } else { b"/" }, &part].concat();
            match kind_of(&dir) {
                Kind::Folder if *left == 0 => return,
                Kind::Folder => *left -= 1,
                Kind::Link => {
                    self.refuse(&name, LINK);
                    continue;
                }
                Kind::Other => continue,
            }
            if ["HEAD", "objects", "commondir"]
                .iter()
                .any(|part| dir.join(part).exists())
            {
                let path = paths.get(&name).unwrap_or(&name);
                let beside = work_tree.and_then(|top| inside(top, path));
                self.add(path, dir, beside);
            } else if name.iter().filter(|&&b| b == b'/').count() < DEPTH {
                self.enter(&dir, &name, paths, work_tree, left);
            } else {
                self.refuse(&name, "the folders of submodules are nested too deep");
            }
        }
    }

    /// Adds repositories that lie in the work tree itself, as old versions of git left them.
    fn add_embedded(&mut self, repo: &Repository, top: &Path) {
        let mut paths: BTreeSet<Vec<u8>> = self.wanted.keys().cloned().collect();
        // A damaged index is said by whoever scans it.
        let index = Index::read(repo.index_file(), repo.id_length()).unwrap_or_default();
        let staged = index.entries.into_iter();
        let staged = staged.filter(|entry| entry.kind == EntryKind::Submodule);
        paths.extend(staged.map(|entry| entry.path).take(MOST));
        for path in paths {
            let Some(beside) = inside(top, &path) else {
                continue;
            };
            let dir = beside.join(".git");
            if matches!(kind_of(&dir), Kind::Folder) {
                self.add(&path, dir, Some(beside));
            }
        }
    }

    fn add(&mut self, path: &[u8], dir: PathBuf, work_tree: Option<PathBuf>) {
        if dir.join("commondir").exists() {
            return self.refuse(
                path,
                "the submodule's repository says that it lies elsewhere, which is not followed",
            );
        }
        if !is_git_dir(&dir) {
            return self.refuse(
                path,
                "the submodule's repository is damaged: it lacks HEAD, objects or refs",
            );
        }
        match Repository::open_git_dir(dir) {
            Ok(repository) => self.found.push(Submodule {
                path: path.to_vec(),
                repository,
                work_tree,
            }),
            Err(error) => self.refuse(path, &error.to_string().replace('\n', ";")),
        }
    }
}

const LINK: &str = "a link in the folder of submodules is not followed";

enum Kind {
    Folder,
    Link,
    Other,
}

fn kind_of(path: &Path) -> Kind {
    match fs::symlink_metadata(path) {
        Ok(meta) if meta.is_dir() => Kind::Folder,
        Ok(meta) if meta.is_symlink() => Kind::Link,
        _ => Kind::Other,
    }
}

/// Whether a path leads nowhere but down.
fn is_sound(path: &[u8]) -> bool {
    let mut names = path.split(|&b| b == b'/');
    !names.any(|name| matches!(name, b"" | b"." | b"..") || name.eq_ignore_ascii_case(b".git"))
}

/// The folder at a path below another, if every step on the way is a folder that is really there.
fn inside(top: &Path, path: &[u8]) -> Option<PathBuf> {
    if !is_sound(path) {
        return None;
    }
    let mut dir = top.to_owned();
    for name in path.split(|&b| b == b'/') {
        dir.push(bytes_path(name));
        if !matches!(kind_of(&dir), Kind::Folder) {
            return None;
        }
    }
    Some(dir)
}

fn tree_of(store: &Store, commit: ObjectId) -> Option<ObjectId> {
    let mut raw = Vec::new();
    store.read(&commit, &mut raw).ok()?;
    Commit::parse(&raw).tree
}

/// Looks for submodules in a tree. What cannot be read is said by the scan.
struct Search<'s> {
    store: &'s Store,
    /// Trees that hold none: a hostile tree can repeat itself without end.
    barren: HashSet<ObjectId>,
    wanted: BTreeMap<Vec<u8>, ObjectId>,
}

impl Search<'_> {
    fn folder(&mut self, path: &mut Vec<u8>, tree: ObjectId, depth: usize) {
        let mut raw = Vec::new();
        if depth > TREE_DEPTH || self.barren.contains(&tree) || self.store.read(&tree, &mut raw).is_err() {
            return;
        }
        let (before, length) = (self.wanted.len(), path.len());
        for entry in tree::entries(&raw, tree.length()).map_while(Result::ok) {
            if self.wanted.len() == MOST {
                return;
            }
            path.extend_from_slice(if length == 0 { b"" } else { b"/" });
            path.extend_from_slice(entry.name);
            match entry.kind {
                EntryKind::Submodule => drop(self.wanted.insert(path.clone(), entry.id)),
                EntryKind::Tree => self.folder(path, entry.id, depth + 1),
                EntryKind::File | EntryKind::Symlink => {}
            }
            path.truncate(length);
        }
        if self.wanted.len() == before {
            self.barren.insert(tree);
        }
    }
}

//! What git ignores and does not track: the scopes that a walk carries down a work tree.
//!
//! A [`WorkTree`] is one checkout (a repository, a linked worktree, a submodule); a [`Scope`] is
//! that tree seen from one folder, with the ignore files that hold there. Only git's own ignore files count,
//! and only inside a work tree. When in doubt nothing is ignored: an ignore file that cannot be
//! read hides nothing below it, and an index that cannot be read hides nothing at all. The
//! repository's own configuration is not read.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::patterns::{Patterns, Verdict};
use super::regular::{Links, path_of, read_bounded};
use super::tracked::Tracked;

/// The largest ignore file that is read.
const IGNORE_FILE_LIMIT: u64 = 1 << 20;

/// The largest `.git` file or `commondir` that is read: a path.
const LINK_LIMIT: u64 = 1 << 16;

/// One checkout: its index and the ignore files that hold everywhere in it.
#[derive(Debug)]
pub struct WorkTree {
    index: PathBuf,
    /// `info/exclude`, then the person's own excludes file: the first that speaks decides.
    everywhere: [Patterns; 2],
    /// An ignore file that holds everywhere could not be read.
    unsure: bool,
    tracked: OnceLock<Result<Tracked, String>>,
}

/// A work tree seen from one of its folders.
#[derive(Clone, Debug)]
pub struct Scope {
    tree: Arc<WorkTree>,
    /// The innermost folder with an ignore file.
    rules: Option<Arc<FolderRules>>,
    /// The folder itself is ignored, so all is that is not tracked.
    inside_ignored: bool,
}

/// The ignore file of a folder, and those of the folders above.
#[derive(Debug)]
struct FolderRules {
    /// The length of the folder's path within the work tree, its `/` included.
    depth: usize,
    /// `None` if it could not be read.
    patterns: Option<Patterns>,
    above: Option<Arc<FolderRules>>,
}

/// What to do with an entry of a folder.
#[derive(Debug)]
pub enum Judgement {
    Read,
    /// A folder that is ignored, but holds what git tracks: read that.
    ReadTracked,
    /// Ignored and not tracked.
    LeaveOut,
    /// Ignored, but what is tracked is not known: read it, and say so.
    Unsure {
        index: PathBuf,
        fault: String,
    },
}

/// What the `.git` entry of a folder is.
#[derive(Debug)]
pub enum DotGit {
    /// The folder is the top of a work tree.
    Repository(GitDir),
    /// A link to a repository that is not there: what is ignored here cannot be known.
    Broken,
    /// A file or folder that only has the name.
    Other,
}

/// Where a repository keeps what belongs to this work tree, and what its work trees share.
#[derive(Debug)]
pub struct GitDir {
    own: PathBuf,
    shared: PathBuf,
}

impl Scope {
    /// The scope at the top of a work tree. `excludes` is the person's own excludes file.
    pub fn new(git_dir: &GitDir, excludes: Option<&Path>) -> Self {
        let read = |path: &Path| {
            let text = read_bounded(path, Links::Follow, IGNORE_FILE_LIMIT).ok()?;
            Some(Patterns::parse(&text.unwrap_or_default()))
        };
        let info = read(&git_dir.shared.join("info/exclude"));
        let global = excludes.map_or(Some(Patterns::default()), read);
        Self {
            tree: Arc::new(WorkTree {
                index: git_dir.own.join("index"),
                unsure: info.is_none() || global.is_none(),
                everywhere: [info.unwrap_or_default(), global.unwrap_or_default()],
                tracked: OnceLock::new(),
            }),
            rules: None,
            inside_ignored: false,
        }
    }

    /// Adds the `.gitignore` of a folder: `inside` is its path within the work tree, ending with
    /// `/` unless it is the top. Like git, this does not follow a symbolic link of that name.
    pub fn enter(&mut self, folder: &Path, inside: &[u8]) {
        let path = folder.join(".gitignore");
        let text = match path.symlink_metadata() {
            Ok(metadata) if metadata.is_file() => read_bounded(&path, Links::Refuse, IGNORE_FILE_LIMIT),
            Ok(_) => return,
            Err(error) if error.kind() == ErrorKind::NotFound => return,
            Err(error) => Err(error),
        };
        self.rules = Some(Arc::new(FolderRules {
            depth: inside.len(),
            patterns: text.ok().map(|text| Patterns::parse(&text.unwrap_or_default())),
            above: self.rules.take(),
        }));
    }

    /// The scope of a folder below that was judged [`Judgement::ReadTracked`].
    #[must_use]
    pub fn inside_ignored(mut self) -> Self {
        self.inside_ignored = true;
        self
    }

    /// Judges an entry by its path within the work tree.
    pub fn judge(&self, path: &[u8], is_folder: bool) -> Judgement {
        if !self.inside_ignored && !self.ignores(path, is_folder) {
            return Judgement::Read;
        }
        match self.tree.tracked.get_or_init(|| Tracked::read(&self.tree.index)) {
            Ok(tracked) if is_folder && tracked.has_below(path) => Judgement::ReadTracked,
            Ok(tracked) if !is_folder && tracked.has(path) => Judgement::Read,
            Ok(_) => Judgement::LeaveOut,
            Err(fault) => Judgement::Unsure {
                index: self.tree.index.clone(),
                fault: fault.clone(),
            },
        }
    }

    fn ignores(&self, path: &[u8], is_folder: bool) -> bool {
        let mut rules = self.rules.as_deref();
        while let Some(folder) = rules {
            let Some(patterns) = &folder.patterns else {
                return false;
            };
            if let Some(verdict) = patterns.verdict(&path[folder.depth..], is_folder) {
                return verdict == Verdict::Ignore;
            }
            rules = folder.above.as_deref();
        }
        let mut everywhere = self.tree.everywhere.iter();
        !self.tree.unsure && everywhere.find_map(|patterns| patterns.verdict(path, is_folder)) == Some(Verdict::Ignore)
    }
}

impl DotGit {
    /// Looks at the `.git` of a folder; `None` if it has none.
    pub fn of(folder: &Path) -> Option<Self> {
        let path = folder.join(".git");
        let metadata = path.metadata().ok()?;
        if metadata.is_dir() {
            return Some(GitDir::at(path).map_or(DotGit::Other, DotGit::Repository));
        }
        let text = read_bounded(&path, Links::Follow, LINK_LIMIT)
            .ok()
            .flatten()
            .unwrap_or_default();
        let Some(target) = text.strip_prefix(b"gitdir: ") else {
            return Some(DotGit::Other);
        };
        let git_dir = GitDir::at(folder.join(path_of(target.trim_ascii_end())));
        Some(git_dir.map_or(DotGit::Broken, DotGit::Repository))
    }
}

impl GitDir {
    /// Applies git's own test: HEAD, and the shared objects and refs.
    fn at(own: PathBuf) -> Option<Self> {
        let shared = match read_bounded(&own.join("commondir"), Links::Follow, LINK_LIMIT) {
            Ok(Some(text)) => own.join(path_of(text.trim_ascii_end())),
            Ok(None) => own.clone(),
            Err(_) => return None,
        };
        let is_repository = own.join("HEAD").symlink_metadata().is_ok()
            && shared.join("objects").is_dir()
            && shared.join("refs").is_dir();
        is_repository.then_some(Self { own, shared })
    }
}

/// The innermost work tree that holds `folder` (a path without symbolic links) below its top, seen
/// from there; with the path of `folder` within it, ending with `/`.
pub fn enclosing(folder: &Path, excludes: Option<&Path>) -> Option<(Scope, Vec<u8>)> {
    for top in folder.ancestors().skip(1) {
        let git_dir = match DotGit::of(top) {
            Some(DotGit::Repository(git_dir)) => git_dir,
            Some(DotGit::Broken) => return None,
            Some(DotGit::Other) | None => continue,
        };
        let mut scope = Scope::new(&git_dir, excludes);
        let mut inside = Vec::new();
        let mut at = top.to_path_buf();
        for name in folder.strip_prefix(top).ok()? {
            if name == ".git" {
                return None;
            }
            scope.enter(&at, &inside);
            at.push(name);
            inside.extend_from_slice(name.as_encoded_bytes());
            inside.push(b'/');
        }
        return Some((scope, inside));
    }
    None
}

/// The person's own excludes file: `core.excludesFile` of the configuration outside of any
/// repository, or git's default for it.
pub fn excludes_file() -> Option<PathBuf> {
    let config = match std::env::var_os("GIT_CONFIG_GLOBAL") {
        Some(file) => git2::Config::open(Path::new(&file)),
        None => git2::Config::open_default(),
    };
    let named = config.and_then(|config| config.get_path("core.excludesFile"));
    named.ok().or_else(|| {
        let set = |name| {
            std::env::var_os(name)
                .filter(|value| !value.is_empty())
                .map(PathBuf::from)
        };
        let home = set("XDG_CONFIG_HOME").or_else(|| Some(set("HOME")?.join(".config")))?;
        Some(home.join("git/ignore"))
    })
}

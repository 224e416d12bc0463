//! Which repository is meant, and where its parts are: git directory, index, object folders.
//!
//! Opening runs nothing and trusts nothing, so it does not matter who owns the repository:
//! `safe.directory` guards against what git would run. The environment that git gives its hooks
//! (another index, the quarantine of a push) is honoured whenever it is about the same repository.

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::error::Error;
use crate::git::config::Config;
use crate::git::format::Format;
use crate::git::refs::{self, Tables, Target};
use crate::git::remote::public_url;
use crate::git::{bytes_path, packed_refs, parse_id, read_file};
use crate::origin::ObjectId;

/// Files of the git directory that are one line long, or a config: more than this is not one.
const SMALL_FILE: u64 = 16 << 20;

/// What git tells its hooks through the environment, and the current folder.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    pub folder: PathBuf,
    pub git_dir: Option<OsString>,
    pub common_dir: Option<OsString>,
    pub index_file: Option<OsString>,
    pub object_directory: Option<OsString>,
    pub alternate_object_directories: Option<OsString>,
}

impl Environment {
    /// Takes the variables `GIT_DIR`, `GIT_COMMON_DIR`, `GIT_INDEX_FILE`, `GIT_OBJECT_DIRECTORY` and
    /// `GIT_ALTERNATE_OBJECT_DIRECTORIES` of this process; empty ones count as unset.
    pub fn of_process() -> Self {
        let var = |name| env::var_os(name).filter(|value| !value.is_empty());
        Self {
            folder: env::current_dir().unwrap_or_else(|_| PathBuf::from(".")),
            git_dir: var("GIT_DIR"),
            common_dir: var("GIT_COMMON_DIR"),
            index_file: var("GIT_INDEX_FILE"),
            object_directory: var("GIT_OBJECT_DIRECTORY"),
            alternate_object_directories: var("GIT_ALTERNATE_OBJECT_DIRECTORIES"),
        }
    }

    fn path(&self, value: &OsString) -> PathBuf {
        self.folder.join(value)
    }

    /// The git directory that git itself would use here.
    fn git_dir(&self) -> Option<PathBuf> {
        match &self.git_dir {
            Some(dir) => git_dir_at(&self.path(dir)),
            None => discover(&self.folder),
        }
    }
}

/// An open repository: paths and facts, no open file.
#[derive(Debug)]
pub struct Repository {
    git_dir: PathBuf,
    common_dir: PathBuf,
    index_file: PathBuf,
    object_dirs: Vec<PathBuf>,
    config: Config,
    format: Format,
    /// Read when first asked for.
    tables: OnceLock<Result<Tables, String>>,
    packed_refs: OnceLock<Result<BTreeMap<Vec<u8>, ObjectId>, String>>,
}

impl Repository {
    /// Opens the repository at `path` (a work tree or a folder in it, a linked worktree, a bare
    /// repository, a git directory), or with `None` the one that the environment means.
    ///
    /// # Errors
    /// There is no repository, or it has a format that is not known.
    pub fn open(path: Option<&Path>) -> Result<Self, Error> {
        Self::open_in(&Environment::of_process(), path)
    }

    /// Opens as [`Repository::open`] does, in the given environment.
    ///
    /// # Errors
    /// As for [`Repository::open`].
    pub fn open_in(env: &Environment, path: Option<&Path>) -> Result<Self, Error> {
        let ours = env.git_dir();
        let found = match path {
            None => ours.clone(),
            Some(path) => discover(&env.folder.join(path)),
        };
        let git_dir = found.ok_or_else(|| not_a_repository(env, path))?;
        // A hook may name its own repository (`keytrail staged .`): the hook's index still counts.
        let same = ours.is_some_and(|ours| same_folder(&ours, &git_dir));
        let none = Environment::default();
        Self::at(git_dir, if same { env } else { &none })
    }

    /// Opens a git directory as it stands, whatever the environment says.
    ///
    /// # Errors
    /// It has a format that is not known.
    pub fn open_git_dir(git_dir: PathBuf) -> Result<Self, Error> {
        Self::at(git_dir, &Environment::default())
    }

    fn at(git_dir: PathBuf, env: &Environment) -> Result<Self, Error> {
        let common_dir = match &env.common_dir {
            Some(dir) => env.path(dir),
            None => common_dir(&git_dir),
        };
        let config = read_file(&common_dir.join("config"), SMALL_FILE).unwrap_or_default();
        let config = Config::parse(&config);
        let format = Format::of(&git_dir, &config)?;
        let index_file = match &env.index_file {
            Some(file) => env.path(file),
            None => git_dir.join("index"),
        };
        let mut object_dirs = vec![match &env.object_directory {
            Some(dir) => env.path(dir),
            None => common_dir.join("objects"),
        }];
        if let Some(more) = &env.alternate_object_directories {
            object_dirs.extend(env::split_paths(more).map(|dir| env.folder.join(dir)));
        }
        Ok(Self {
            git_dir,
            common_dir,
            index_file,
            object_dirs,
            config,
            format,
            tables: OnceLock::new(),
            packed_refs: OnceLock::new(),
        })
    }

    /// The git directory; of a linked worktree, its own one.
    pub fn git_dir(&self) -> &Path {
        &self.git_dir
    }

    /// The git directory that all worktrees share.
    pub fn common_dir(&self) -> &Path {
        &self.common_dir
    }

    /// The folder of the work tree, if there is one where git puts it.
    pub fn work_tree(&self) -> Option<PathBuf> {
        if let Ok(link) = read_file(&self.git_dir.join("gitdir"), SMALL_FILE) {
            return bytes_path(link.trim_ascii()).parent().map(Path::to_owned);
        }
        let is_usual = self.git_dir.file_name().is_some_and(|name| name == ".git");
        self.git_dir.parent().filter(|_| is_usual).map(Path::to_owned)
    }

    /// The index that the next commit is made from.
    pub fn index_file(&self) -> &Path {
        &self.index_file
    }

    /// The object folders as the repository and the environment name them, without alternates of alternates.
    pub fn object_dirs(&self) -> &[PathBuf] {
        &self.object_dirs
    }

    /// The commit that HEAD names; `None` if there is none yet (or HEAD is broken, which the roots report).
    pub fn head(&self) -> Option<ObjectId> {
        refs::resolve(self, b"HEAD")
    }

    /// The branch HEAD is on, without `refs/heads/`; `None` if HEAD is detached.
    pub fn branch(&self) -> Option<String> {
        match refs::read(self, b"HEAD")? {
            Target::Symbolic(name) => {
                let name = name.strip_prefix(b"refs/heads/")?;
                Some(String::from_utf8_lossy(name).into_owned())
            }
            Target::Direct(_) => None,
        }
    }

    /// The URL of the remote `origin` without user name and password; `None` if it has none or is no URL.
    pub fn remote(&self) -> Option<String> {
        public_url(self.config.get("remote", Some("origin"), "url")?)
    }

    /// The commits whose parents a shallow clone left behind.
    pub fn boundary(&self) -> Vec<ObjectId> {
        let file = read_file(&self.common_dir.join("shallow"), SMALL_FILE).unwrap_or_default();
        file.split(|&b| b == b'\n').filter_map(parse_id).collect()
    }

    /// Why the history is not whole, as one sentence, if the clone is shallow.
    pub fn shallow(&self) -> Option<String> {
        let cut = self.boundary().len();
        (cut > 0).then(|| {
            format!(
                "the clone is shallow: history is cut off at {cut} commit(s); `git fetch --unshallow` brings the rest"
            )
        })
    }

    /// How many bytes the ids of this repository have: 20 or 32.
    pub fn id_length(&self) -> usize {
        self.format.id_length
    }

    /// Whether refs and reflogs are in tables, and not in a file each.
    pub fn has_reftables(&self) -> bool {
        self.format.reftable
    }

    /// The refs of a repository that keeps them in tables, or what is wrong with those.
    pub(in crate::git) fn tables(&self) -> &Result<Tables, String> {
        self.tables.get_or_init(|| Tables::read(self))
    }

    /// The refs in `packed-refs`, or what is wrong with that file.
    pub(in crate::git) fn packed_refs(&self) -> &Result<BTreeMap<Vec<u8>, ObjectId>, String> {
        self.packed_refs.get_or_init(|| packed_refs::read(self))
    }

    /// Whether objects may be missing because a remote promises them (a partial clone).
    pub fn is_partial(&self) -> bool {
        self.config.has_promisor()
    }
}

/// Finds the git directory of a folder: here, or in the nearest folder above.
fn discover(folder: &Path) -> Option<PathBuf> {
    let folder = folder.canonicalize().ok()?;
    // A file is no repository, though it may lie in one; but a `.git` file stands for one.
    if folder.is_file() {
        return git_dir_at(&folder);
    }
    folder
        .ancestors()
        .find_map(|dir| git_dir_at(&dir.join(".git")).or_else(|| git_dir_at(dir)))
}

/// Returns the git directory that `path` is, or that a `.git` file points to.
fn git_dir_at(path: &Path) -> Option<PathBuf> {
    if path.is_file() {
        let link = read_file(path, SMALL_FILE).ok()?;
        let target = link.strip_prefix(b"gitdir:")?.trim_ascii();
        let dir = path.parent()?.join(bytes_path(target));
        return is_git_dir(&dir).then_some(dir);
    }
    is_git_dir(path).then(|| path.to_owned())
}

/// Whether a folder looks like a git directory.
pub(in crate::git) fn is_git_dir(dir: &Path) -> bool {
    let has_head = fs::symlink_metadata(dir.join("HEAD")).is_ok();
    let common = common_dir(dir);
    has_head && common.join("objects").is_dir() && common.join("refs").is_dir()
}

fn common_dir(git_dir: &Path) -> PathBuf {
    match read_file(&git_dir.join("commondir"), SMALL_FILE) {
        Ok(link) => git_dir.join(bytes_path(link.trim_ascii())),
        Err(_) => git_dir.to_owned(),
    }
}

fn same_folder(a: &Path, b: &Path) -> bool {
    matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

fn not_a_repository(env: &Environment, path: Option<&Path>) -> Error {
    let asked = match (path, &env.git_dir) {
        (Some(path), _) => path.to_owned(),
        (None, Some(dir)) => PathBuf::from(dir),
        (None, None) => env.folder.clone(),
    };
    let exists = env.folder.join(&asked).exists();
    Error::input(format!("{}: not a git repository", asked.display()))
        .cause(if exists {
            "neither it nor a folder above it has a .git folder or is a bare repository"
        } else {
            "there is no such folder"
        })
        .hint("give the path of a work tree or of a bare repository; for plain files use `keytrail scan`")
}

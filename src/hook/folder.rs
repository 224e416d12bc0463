//! The folder in which git looks for hooks, and whose it is: the repository's, the person's, or the team's.

use std::fs;
use std::path::{Path, PathBuf};

use super::Kind;
use super::git::Git;
use crate::error::Error;
use crate::source::regular::path_of;

/// Where hooks lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    pub path: PathBuf,
    pub owner: Owner,
}

/// Who shares the folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// The clone alone.
    Repository,
    /// All repositories of the person, or of the machine: `core.hooksPath` is not the repository's own setting.
    Person,
    /// Everyone who clones: it is in the work tree, and git does not ignore it.
    Team,
    /// All repositories of the person, and keytrail made it, so that it passes on to their own hooks.
    Keytrail,
}

impl Folder {
    /// The folder for the repository at `folder`, which may be a linked worktree or bare.
    ///
    /// # Errors
    /// There is no repository.
    pub fn of_repository(folder: &Path) -> Result<Self, Error> {
        let git = Git::at(folder);
        let has_tree = git.ask(&["rev-parse", "--is-inside-work-tree"])? == Some(b"true".to_vec());
        let top = match has_tree {
            true => git.path(&["rev-parse", "--show-toplevel"])?,
            false => git.path(&["rev-parse", "--absolute-git-dir"])?,
        };
        // A path that is not absolute is meant from where hooks run: the top.
        let git = Git::at(top);
        let path = git.path(&["rev-parse", "--git-path", "hooks"])?;
        let owner = match setting_of_hooks(&git)? {
            Some((scope, path)) if scope != "local" && scope != "worktree" => match is_ours(&path) {
                true => Owner::Keytrail,
                false => Owner::Person,
            },
            _ if has_tree && is_shared(&git, &path)? => Owner::Team,
            _ => Owner::Repository,
        };
        Ok(Self { path, owner })
    }

    /// The folder for all repositories of the person, and whether git knows of it.
    ///
    /// # Errors
    /// There is no place for settings.
    pub fn of_person() -> Result<(Self, bool), Error> {
        let git = Git::at(".");
        if let Some(path) = git.ask(&["config", "--global", "--type=path", "--get", "core.hooksPath"])? {
            let path = path_of(&path);
            let owner = match is_ours(&path) {
                true => Owner::Keytrail,
                false => Owner::Person,
            };
            return Ok((Self { path, owner }, true));
        }
        let path = our_folder().ok_or_else(|| {
            Error::usage("--global: there is no place for the hooks of all repositories")
                .cause("neither XDG_CONFIG_HOME nor HOME is set")
                .hint("set HOME, or install into one repository")
        })?;
        let owner = Owner::Keytrail;
        Ok((Self { path, owner }, false))
    }

    /// The file of a hook.
    pub fn file(&self, kind: Kind) -> PathBuf {
        self.path.join(kind.as_str())
    }
}

/// `core.hooksPath` and the scope in which it is set: `local`, `global`.
fn setting_of_hooks(git: &Git) -> Result<Option<(String, PathBuf)>, Error> {
    let asked = ["config", "--show-scope", "--type=path", "--get", "core.hooksPath"];
    let Some(answer) = git.ask(&asked)? else {
        return Ok(None);
    };
    let tab = answer.iter().position(|&b| b == b'\t').unwrap_or(0);
    let scope = String::from_utf8_lossy(&answer[..tab]).into_owned();
    Ok(Some((scope, path_of(answer.get(tab + 1..).unwrap_or_default()))))
}

/// Whether a folder is in the work tree and would be committed.
fn is_shared(git: &Git, path: &Path) -> Result<bool, Error> {
    let real = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let (top, path) = (real(git.folder()), real(path));
    let common = real(&git.path(&["rev-parse", "--git-common-dir"])?);
    if !path.starts_with(&top) || path.starts_with(&common) {
        return Ok(false);
    }
    let file = path.join(Kind::PreCommit.as_str());
    Ok(git.ask(&["check-ignore", "--", &file.to_string_lossy()])?.is_none())
}

/// Where keytrail puts the hooks of all repositories.
fn our_folder() -> Option<PathBuf> {
    let set = |name| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let folder = set("XDG_CONFIG_HOME").or_else(|| Some(set("HOME")?.join(".config")))?;
    Some(folder.join("keytrail/hooks"))
}

fn is_ours(path: &Path) -> bool {
    our_folder().is_some_and(|ours| ours == path)
}

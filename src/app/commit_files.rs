//! The files of a commit, for settings that a change must not decide: what the settings file there names is read there.
//!
//! Only plain files are read, each bounded. No link is followed, and nothing outside of the commit is looked at.

use std::path::Path;

use crate::config::{REPOSITORY_FILE, is_inside};
use crate::error::Error;
use crate::git::commit::Commit;
use crate::git::tree::{self, EntryKind};
use crate::git::{self, ReadObject, Repository, Store};
use crate::origin::ObjectId;
use crate::rules::file::{self, Files, LARGEST};
use crate::source::regular::bytes_of;

/// The tree of a commit.
pub struct CommitFiles {
    revision: String,
    store: Store,
    tree: ObjectId,
}

impl CommitFiles {
    /// Finds the commit, by what a person or a CI run calls it.
    ///
    /// # Errors
    /// It is not known, or cannot be read.
    pub fn open(revision: &str, repository: Option<&Repository>) -> Result<Self, Error> {
        let wrong = |cause: String| {
            Error::usage(format!("--config-from-ref {revision}: the settings cannot be read"))
                .cause(cause)
                .hint("name a commit of the repository that is scanned, such as origin/main")
        };
        let repository = repository.ok_or_else(|| wrong("what is scanned is in no repository".to_owned()))?;
        let store = Store::unlisted(repository)?;
        let commit = git::resolve(repository, &store, revision).map_err(&wrong)?;
        let mut raw = Vec::new();
        store.read(&commit, &mut raw).map_err(&wrong)?;
        let tree = Commit::parse(&raw).tree;
        Ok(Self {
            revision: revision.to_owned(),
            tree: tree.ok_or_else(|| wrong("the commit is damaged".to_owned()))?,
            store,
        })
    }

    pub fn revision(&self) -> &str {
        &self.revision
    }

    /// Reads a file, if there is one.
    ///
    /// # Errors
    /// One sentence: it is no plain file, is larger than `limit` bytes, or cannot be read.
    pub fn bytes(&self, path: &[u8], limit: u64) -> Result<Option<Vec<u8>>, String> {
        let Some((kind, id)) = tree::find(&self.store, self.tree, path) else {
            return Ok(None);
        };
        if kind != EntryKind::File {
            return Err(format!("in {} it is not a plain file", self.revision));
        }
        let mut bytes = Vec::new();
        self.store.read(&id, &mut bytes)?;
        match bytes.len() as u64 > limit {
            true => Err(format!("it is larger than {limit} bytes")),
            false => Ok(Some(bytes)),
        }
    }
}

/// Rules files that the commit's settings name. A configuration of gitleaks extends none but those of the same commit.
impl Files for CommitFiles {
    fn name(&self, path: &Path) -> String {
        format!("{}:{}", self.revision, path.display())
    }

    fn has(&self, path: &Path) -> bool {
        is_inside(path) && tree::find(&self.store, self.tree, &bytes_of(path)).is_some()
    }

    fn read(&self, path: &Path) -> Result<String, Error> {
        let name = self.name(path);
        let wrong = |cause: String| {
            Error::usage(format!("{name}: the file cannot be read"))
                .cause(cause)
                .hint(format!(
                    "mend {REPOSITORY_FILE} there, or leave it out with --no-repo-config"
                ))
        };
        let found = match is_inside(path) {
            true => self.bytes(&bytes_of(path), LARGEST).map_err(wrong)?,
            false => None,
        };
        file::text(
            &name,
            found.ok_or_else(|| wrong("there is no such file in this commit".to_owned()))?,
        )
    }
}

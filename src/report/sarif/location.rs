//! Where a secret stands, as SARIF and GitHub take it: a relative URI and the base it is relative to.
//!
//! A file of today is relative to `%SRCROOT%`. A file of an old commit is relative to a base of that
//! commit, which `versionControlProvenance` maps to its revision; without a remote there is nothing
//! to map to, and the commit stands in the result's properties alone. What is no file (a message, a
//! ref name, a blob without path) still needs a physical location, or GitHub refuses the whole
//! upload: it has a made-up URI under a base of its own.

use std::collections::BTreeMap;

use super::model::{ArtifactLocation, BaseId, MappedTo, Message, VersionControl};
use super::uri::{absolute, encode};
use crate::finding::Occurrence;
use crate::origin::{ObjectId, Origin, Place, Step};
use crate::report::roots::Roots;
use crate::report::{Target, place};

const SOURCE_ROOT: &str = "%SRCROOT%";
const NOT_FILES: &str = "NOT_FILES";
/// How many commits get a base of their own; the largest histories would otherwise drown the results.
const MAX_COMMITS: usize = 2_000;

/// Turns places into locations, and keeps the bases that they needed.
pub struct Locator<'r> {
    target: &'r Target,
    roots: Roots<'r>,
    repository: Option<&'r str>,
    commits: BTreeMap<String, ObjectId>,
    not_files: bool,
}

impl<'r> Locator<'r> {
    pub fn new(target: &'r Target) -> Self {
        Self {
            target,
            roots: Roots::of(&target.what),
            repository: target.remote.as_deref().and_then(absolute),
            commits: BTreeMap::new(),
            not_files: false,
        }
    }

    /// Returns the location of an occurrence.
    pub fn locate(&mut self, occurrence: &Occurrence) -> ArtifactLocation {
        let origin = &occurrence.origin;
        let path = self.roots.relative(&origin.path);
        let (uri, base) = match made_up_uri(origin, &encode(&path)) {
            Some(uri) => {
                self.not_files = true;
                (uri, NOT_FILES.to_owned())
            }
            None => (encode(&path), self.base_of_file(occurrence)),
        };
        ArtifactLocation { uri, uri_base_id: base }
    }

    /// Names the place in a sentence, by the path that its location has.
    pub fn name(&self, occurrence: &Occurrence) -> String {
        place::name_by_path(occurrence, &self.roots.relative(&occurrence.origin.path))
    }

    /// How paths are published.
    pub fn roots(&self) -> &Roots<'r> {
        &self.roots
    }

    /// The page of a commit on the two hosts whose links are known.
    pub fn commit_page(&self, commit: &ObjectId) -> Option<String> {
        let (repository, pages) = self.host()?;
        Some(format!(
            "{repository}/{}commit/{commit}",
            pages.trim_end_matches("blob")
        ))
    }

    /// The address of the repository without `.git`, and where its host has the pages of files.
    fn host(&self) -> Option<(&str, &'static str)> {
        let repository = self.repository?.trim_end_matches('/').trim_end_matches(".git");
        match repository.strip_prefix("https://")?.split('/').next()? {
            "github.com" => Some((repository, "blob")),
            "gitlab.com" => Some((repository, "-/blob")),
            _ => None,
        }
    }

    /// The page of the file on the same hosts, as the commit has it whose lines are named.
    pub fn permalink(&self, occurrence: &Occurrence) -> Option<String> {
        let origin = &occurrence.origin;
        if origin.place != Place::Blob || origin.path.is_empty() || origin.submodule.is_some() {
            return None;
        }
        let (repository, pages) = self.host()?;
        let revision = self.target.commit_of(occurrence)?;
        let page = format!("{repository}/{pages}/{revision}/{}", encode(&origin.path));
        // The lines of what is packed are not the file's.
        match occurrence.via.iter().any(|step| matches!(step, Step::Member(_))) {
            true => Some(page),
            false => Some(format!("{page}#L{}", occurrence.start.line)),
        }
    }

    /// Which revision each base stands for, HEAD's first.
    pub fn provenance(&self) -> Vec<VersionControl> {
        let Some(repository) = self.repository else {
            return Vec::new();
        };
        let entry = |revision: Option<&ObjectId>, branch: Option<&String>, base: &str| VersionControl {
            repository_uri: repository.to_owned(),
            revision_id: revision.map(ObjectId::to_string),
            branch: branch.cloned(),
            mapped_to: MappedTo {
                uri_base_id: base.to_owned(),
            },
        };
        let head = entry(self.target.head.as_ref(), self.target.branch.as_ref(), SOURCE_ROOT);
        // No revision holds what is no file, but validators want every base mapped.
        let not_files = self.not_files.then(|| entry(None, None, NOT_FILES));
        let commits = self.commits.iter();
        std::iter::once(head)
            .chain(not_files)
            .chain(commits.map(|(base, id)| entry(Some(id), None, base)))
            .collect()
    }

    /// Every base that a location uses, described.
    pub fn base_ids(&self) -> BTreeMap<String, BaseId> {
        let root = (SOURCE_ROOT.to_owned(), "The folder that was scanned.".to_owned());
        let not_files = "Not files: messages, names and objects of the repository, standard input.";
        let not_files = self.not_files.then(|| (NOT_FILES.to_owned(), not_files.to_owned()));
        let commits = self.commits.iter();
        let commits = commits.map(|(base, id)| (base.clone(), format!("Tree of commit {id}, not checked out.")));
        std::iter::once(root)
            .chain(not_files)
            .chain(commits)
            .map(|(base, text)| {
                let description = Message::new(text);
                (base, BaseId { description })
            })
            .collect()
    }

    fn base_of_file(&mut self, occurrence: &Occurrence) -> String {
        // A submodule's commits are not of the repository that bases are mapped to.
        let is_own = occurrence.origin.submodule.is_none();
        let Some(stamp) = occurrence.commit.filter(|_| is_own && !occurrence.in_head) else {
            return SOURCE_ROOT.to_owned();
        };
        let base = format!("COMMIT_{}", stamp.id.short());
        let room = self.commits.len() < MAX_COMMITS || self.commits.contains_key(&base);
        if self.repository.is_none() || !room {
            return SOURCE_ROOT.to_owned();
        }
        self.commits.insert(base.clone(), stamp.id);
        base
    }
}

/// The URI of a place that is no file; `None` for a file.
fn made_up_uri(origin: &Origin, path: &str) -> Option<String> {
    let object = origin.object.map_or_else(|| "unknown".to_owned(), |id| id.to_string());
    match origin.place {
        Place::Blob if path.is_empty() => Some(format!("blobs/{object}")),
        Place::File | Place::Blob => None,
        Place::Stdin => Some("stdin".to_owned()),
        Place::CommitMessage => Some(format!("commits/{object}/message")),
        Place::Identity => Some(format!("objects/{object}/identity")),
        Place::TagMessage => Some(format!("tags/{path}/message")),
        Place::PathName => Some(format!("path-names/{path}")),
        Place::RefName => Some(format!("ref-names/{path}")),
    }
}

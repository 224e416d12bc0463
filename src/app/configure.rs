//! Where a run's settings come from: the flags, the file that is named, the repository's own, the person's.
//!
//! What the repository says of itself is a stranger's word. It is read from its top or from a commit, never through a
//! symbolic link, bounded, or not at all. That it was read is reported.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::commit_files::CommitFiles;
use crate::app::import::content_below;
use crate::baseline;
use crate::config::allow::{AllowRule, PathPattern};
use crate::config::{self, Config, IGNORE_FILE, MOST_BYTES, REPOSITORY_FILE};
use crate::error::Error;
use crate::git::Repository;
use crate::notice;
use crate::origin::ObjectId;
use crate::rules::file::Files;
use crate::settings::SettingsSource;
use crate::source::patterns::Patterns;
use crate::source::pieces::PIECE;
use crate::source::regular::{Links, bytes_of, read_bounded};

/// What is scanned, as far as settings need to know.
#[derive(Clone, Copy, Debug)]
pub enum Subject<'s> {
    /// Files: the repository that the first one is in, or else the folder.
    Paths(&'s [PathBuf]),
    /// The repository at a path, or that of the environment.
    Repository(Option<&'s Path>),
    /// Keys: no repository speaks for itself.
    Keys,
}

/// The settings of all files, and what else the repository says.
#[derive(Default)]
pub struct Configured {
    pub config: Config,
    /// The files of the repository that were read, as reports name them.
    pub files: Vec<String>,
    /// The paths that its ignore file leaves out.
    pub ignored: Option<Arc<Patterns>>,
    /// The folder that path patterns are about.
    pub top: Option<PathBuf>,
    /// The settings files, the one that is asked first at the top.
    pub layers: Vec<Layer>,
    tree: Option<CommitFiles>,
    /// What the settings of the commit name, by what they are called, with their paths in it.
    rules_of_commit: HashMap<PathBuf, PathBuf>,
    repository: Option<Repository>,
}

/// One of the files that settings are looked for in.
pub struct Layer {
    pub origin: SettingsOrigin,
    /// Where it is, or would be.
    pub file: Option<PathBuf>,
    /// `None` if there is no such file, or it is not to be read.
    pub config: Option<Config>,
}

/// Who says what a setting is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingsOrigin {
    Flag,
    Named,
    Repository,
    Person,
    Default,
}

impl Configured {
    /// Reads the files.
    ///
    /// # Errors
    /// One of them cannot be read or is not valid; the commit is not known.
    pub fn read(source: &SettingsSource, subject: Subject<'_>) -> Result<Self, Error> {
        let named = source
            .config
            .is_some()
            .then(|| config::read_named(source))
            .transpose()?;
        if matches!(subject, Subject::Keys) {
            return Ok(Self {
                config: named.unwrap_or_default(),
                ..Self::default()
            });
        }
        let repository = repository_of(subject);
        let mut configured = Self {
            top: top_of(subject, repository.as_ref()),
            ..Self::default()
        };
        if let Some(name) = &source.config_from_ref {
            configured.tree = Some(CommitFiles::open(name, repository.as_ref())?);
        }
        let mut own = None;
        if !source.no_repo_config {
            if let Some(text) = configured.own_file(REPOSITORY_FILE)? {
                let mut config = Config::parse_repository(REPOSITORY_FILE, &text)?;
                // What it names lies where it lies.
                let baseline = &mut config.settings.suppress.baseline;
                *baseline = baseline.take().map(|path| configured.below_top(path));
                let rules = &mut config.settings.rules.rules;
                *rules = rules.drain(..).map(|path| configured.own_rules(path)).collect();
                own = Some(config);
                configured.files.push(REPOSITORY_FILE.to_owned());
            }
            if let Some(text) = configured.own_file(IGNORE_FILE)? {
                configured.ignored = Some(Arc::new(Patterns::parse(&text)));
                configured.files.push(IGNORE_FILE.to_owned());
            }
        }
        let layer = |origin, file, config| Layer { origin, file, config };
        configured.layers = vec![
            layer(SettingsOrigin::Named, source.config.clone(), named),
            layer(
                SettingsOrigin::Repository,
                configured.top.as_ref().map(|top| top.join(REPOSITORY_FILE)),
                own,
            ),
            layer(
                SettingsOrigin::Person,
                config::personal_file(),
                config::read_personal()?,
            ),
        ];
        let said = configured.layers.iter().filter_map(|layer| layer.config.clone());
        configured.config = said.reduce(Config::or).unwrap_or_default();
        configured.repository = repository;
        Ok(configured)
    }

    /// HEAD's commit of the repository that is scanned, or that the first path is in.
    pub fn head(&self) -> Option<ObjectId> {
        self.repository.as_ref()?.head()
    }

    /// A rules file that the repository's settings name. That of a commit is called as git calls it: `main:acme.toml`.
    fn own_rules(&mut self, path: PathBuf) -> PathBuf {
        let Some(tree) = &self.tree else {
            return self.below_top(path);
        };
        let name = PathBuf::from(tree.name(&path));
        self.rules_of_commit.insert(name.clone(), path);
        name
    }

    /// Where a rules file lies if it is one of a commit, and its path there.
    pub fn in_commit(&self, path: &Path) -> Option<(&CommitFiles, &Path)> {
        let inside = self.rules_of_commit.get(path)?;
        Some((self.tree.as_ref()?, inside))
    }

    fn below_top(&self, path: PathBuf) -> PathBuf {
        self.top.as_ref().map_or(path.clone(), |top| top.join(path))
    }

    /// Reads a file at the repository's top, or at that of the commit.
    fn own_file(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        let cannot_be_read = |why: String| {
            Err(Error::usage(format!("{name}: it cannot be read"))
                .cause(why)
                .hint("make it a plain file of less than a megabyte, or leave it out with --no-repo-config"))
        };
        if let Some(tree) = &self.tree {
            return tree.bytes(name.as_bytes(), MOST_BYTES).or_else(cannot_be_read);
        }
        let Some(top) = &self.top else { return Ok(None) };
        read_bounded(&top.join(name), Links::Refuse, MOST_BYTES).or_else(|error| cannot_be_read(error.to_string()))
    }

    /// What the ignore file leaves out, for what is scanned before its path is known.
    pub fn ignore_rule(&self) -> Option<AllowRule> {
        let patterns = self.ignored.as_ref()?;
        Some(AllowRule {
            paths: vec![PathPattern::Glob(Arc::clone(patterns))],
            reason: format!("{IGNORE_FILE} leaves its path out"),
            source: IGNORE_FILE.to_owned(),
            ..AllowRule::default()
        })
    }

    /// The text of a baseline: that of the commit, if settings are read from one and it lies in the repository; then there
    /// may be none.
    ///
    /// # Errors
    /// There is none, or it cannot be read.
    pub fn baseline(&self, path: &Path) -> Result<Option<Vec<u8>>, Error> {
        let name = path.display().to_string();
        let wrong = |cause: String| {
            Error::usage(format!("{name}: the baseline cannot be read"))
                .cause(cause)
                .hint("make it with `keytrail baseline create FILE`")
        };
        if let Some((tree, inside)) = self.tree.as_ref().zip(self.inside(path)) {
            let text = tree.bytes(&inside, baseline::file::MOST_BYTES).map_err(wrong)?;
            if text.is_none() {
                notice::tell(format!(
                    "note: {} has no {name}: nothing is accepted by it",
                    tree.revision()
                ));
            }
            return Ok(text);
        }
        match read_bounded(path, Links::Follow, baseline::file::MOST_BYTES) {
            Ok(Some(text)) => Ok(Some(text)),
            Ok(None) => Err(wrong("there is no such file".to_owned())),
            Err(error) => Err(wrong(error.to_string())),
        }
    }

    /// Reads a file of the repository, or of the commit that settings are read from; or says why not.
    pub fn content(&self, path: &str) -> Result<Vec<u8>, String> {
        match &self.tree {
            Some(tree) => tree
                .bytes(path.as_bytes(), PIECE as u64)?
                .ok_or_else(|| "the commit has no such file".to_owned()),
            None => content_below(self.folder(), path),
        }
    }

    /// The folder that is scanned, or its repository's top.
    pub fn folder(&self) -> &Path {
        self.top.as_deref().unwrap_or(Path::new("."))
    }

    /// The path of a file within the repository, if it lies there.
    fn inside(&self, path: &Path) -> Option<Vec<u8>> {
        if self.top.is_none() {
            // A bare repository has its files in commits alone.
            return config::is_inside(path).then(|| bytes_of(path));
        }
        let folder = path.parent().filter(|folder| *folder != Path::new(""));
        let folder = folder.unwrap_or(Path::new(".")).canonicalize().ok()?;
        let top = self.top.as_ref()?.canonicalize().ok()?;
        Some(bytes_of(folder.join(path.file_name()?).strip_prefix(top).ok()?))
    }
}

fn repository_of(subject: Subject<'_>) -> Option<Repository> {
    let path = match subject {
        Subject::Paths(paths) => Some(first_folder(paths)),
        Subject::Repository(path) => path.map(Path::to_owned),
        Subject::Keys => return None,
    };
    // Whether one is needed is not decided here.
    Repository::open(path.as_deref()).ok()
}

fn top_of(subject: Subject<'_>, repository: Option<&Repository>) -> Option<PathBuf> {
    let top = repository.and_then(Repository::work_tree);
    match subject {
        Subject::Paths(paths) => top.or_else(|| Some(first_folder(paths))),
        _ => top,
    }
}

/// The folder of the first path; for standard input the current one.
fn first_folder(paths: &[PathBuf]) -> PathBuf {
    match paths.first() {
        Some(path) if path.is_dir() => path.clone(),
        Some(path) => match path.parent() {
            Some(folder) if folder != Path::new("") => folder.to_owned(),
            _ => PathBuf::from("."),
        },
        None => PathBuf::from("."),
    }
}

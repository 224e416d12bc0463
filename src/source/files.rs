//! The `scan` source: files and folders on disk, and standard input.
//!
//! Every regular file below the paths is an item, hidden ones too, but for what git ignores and
//! does not track, and git's own folder. Whoever names a path gets it read, ignored or not, a
//! symbolic link or not. Items come in the order of the arguments, and below each in the order of
//! their paths' bytes, however many threads looked for them.

use std::collections::HashSet;
use std::fs::Metadata;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::ignores::{self, Scope};
use super::regular::{bytes_of, into_bytes};
use super::top::Top;
use super::walk::{self, Folder, Ignores, Walked};
use super::{Added, Discovered, Handle, Item};
use crate::error::Error;
use crate::origin::{Origin, Place};
use crate::skip::Skip;

/// Of more folders than this none is held open: a process may have few files open at a time.
const MOST_HELD: usize = 64;

/// How files are looked for.
#[derive(Clone, Copy, Debug)]
pub struct FilesOptions {
    /// Read what git ignores, too.
    pub no_ignore: bool,
    /// How many threads walk; at least one does.
    pub threads: usize,
}

/// Finds the items below `paths`; `-` is standard input. A path that is missing or no file or
/// folder is a fault, and the rest is found. What lies below two paths is found once, at the first.
pub fn discover(paths: &[PathBuf], options: &FilesOptions) -> Result<Discovered, Error> {
    if paths.is_empty() {
        return Err(Error::usage("there is no path to scan").hint("name a file or a folder, or `-` for standard input"));
    }
    let excludes = if options.no_ignore {
        None
    } else {
        ignores::excludes_file()
    };
    let ignores = match &excludes {
        _ if options.no_ignore => Ignores::Off,
        excludes => Ignores::Git {
            excludes: excludes.as_deref(),
        },
    };
    let mut discovered = Discovered::default();
    let roots = roots(paths, &mut discovered);
    let mut seen = overlap(&roots).then(HashSet::new);
    for root in &roots {
        let mut walked = root.walk(ignores, options.threads);
        if let Some(seen) = &mut seen {
            walked.files.retain(|file| seen.insert(root.real_path(file)));
        }
        let top = if roots.len() > MOST_HELD { None } else { root.top() };
        root.add(walked, top, &mut discovered);
    }
    settle(&mut discovered.skips);
    Ok(discovered)
}

/// A path that someone asked for.
struct Root {
    /// As reports name it.
    path: PathBuf,
    /// Without symbolic links.
    real: PathBuf,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Folder,
    Stdin,
}

/// Looks at each path once. What cannot be scanned goes to the skips.
fn roots(paths: &[PathBuf], discovered: &mut Discovered) -> Vec<Root> {
    let mut roots = Vec::new();
    let mut seen = HashSet::new();
    for path in paths {
        match Root::of(path) {
            Ok(root) if seen.insert(root.real.clone()) => roots.push(root),
            Ok(_) => {}
            Err(reason) => discovered.skips.push(Skip::fault(bytes_of(path), reason)),
        }
    }
    roots
}

impl Root {
    /// Looks at a path. The error says why it cannot be scanned.
    fn of(path: &Path) -> Result<Self, String> {
        if path.as_os_str() == "-" {
            return Ok(Self {
                path: path.to_owned(),
                real: path.to_owned(),
                kind: Kind::Stdin,
            });
        }
        let metadata = path.metadata().map_err(|error| format!("it cannot be read: {error}"))?;
        let real = path
            .canonicalize()
            .map_err(|error| format!("it cannot be read: {error}"))?;
        Ok(Self {
            path: named(path),
            real,
            kind: kind(&metadata)?,
        })
    }

    fn walk(&self, ignores: Ignores<'_>, threads: usize) -> Walked {
        if self.kind != Kind::Folder {
            return Walked {
                files: vec![self.path.clone()],
                skips: Vec::new(),
            };
        }
        let enclosing: Option<(Scope, Vec<u8>)> = match ignores {
            Ignores::Off => None,
            Ignores::Git { excludes } => ignores::enclosing(&self.real, excludes),
        };
        let (scope, inside) = enclosing.unzip();
        let top = Folder {
            path: self.path.clone(),
            inside: inside.unwrap_or_default(),
            scope,
            depth: 0,
        };
        let mut walked = walk::walk(top, ignores, threads);
        walked
            .files
            .sort_unstable_by(|a, b| a.as_os_str().as_encoded_bytes().cmp(b.as_os_str().as_encoded_bytes()));
        walked.skips.sort_by(|a, b| a.what.cmp(&b.what));
        walked
    }

    /// The path of a file of this root without symbolic links.
    fn real_path(&self, file: &Path) -> PathBuf {
        match file.strip_prefix(&self.path) {
            Ok(below) if self.kind == Kind::Folder => self.real.join(below),
            _ => self.real.clone(),
        }
    }

    /// How much of its files' paths lies outside: what leads here from elsewhere than the current folder.
    fn outside(&self) -> usize {
        let comes_from_elsewhere = self.path.is_absolute() || self.path.starts_with("..");
        if comes_from_elsewhere {
            bytes_of(&self.path).len()
        } else {
            0
        }
    }

    /// The folder, held open. One that cannot be opened is walked by its path, and its files are too.
    fn top(&self) -> Option<Arc<Top>> {
        (self.kind == Kind::Folder)
            .then(|| Top::open(&self.path).ok().map(Arc::new))
            .flatten()
    }

    fn add(&self, walked: Walked, top: Option<Arc<Top>>, discovered: &mut Discovered) {
        let (place, one) = match self.kind {
            Kind::Stdin => (Place::Stdin, Some(Handle::Stdin)),
            // A link that was asked for is opened where it leads: opening follows none.
            Kind::File => (Place::File, Some(Handle::Path(self.real.clone()))),
            Kind::Folder => (Place::File, None),
        };
        let outside = self.outside();
        let below = top.map(Handle::Below);
        discovered.items.extend(walked.files.into_iter().map(|file| {
            let handle = one.clone().or_else(|| below.clone());
            let (path, handle) = match handle {
                Some(handle) => (into_bytes(file), handle),
                None => (bytes_of(&file), Handle::Path(file)),
            };
            Item {
                origin: Origin {
                    outside,
                    ..Origin::new(place, path)
                },
                handle,
                commit: None,
                added: Added::All,
            }
        }));
        discovered.skips.extend(walked.skips);
    }
}

fn kind(metadata: &Metadata) -> Result<Kind, String> {
    if metadata.is_dir() {
        Ok(Kind::Folder)
    } else if metadata.is_file() {
        Ok(Kind::File)
    } else {
        Err("it is not a regular file; pipe it to `keytrail scan -`".to_owned())
    }
}

/// The path as it was typed, without `./` and doubled or trailing `/`.
fn named(path: &Path) -> PathBuf {
    path.components().filter(|part| *part != Component::CurDir).collect()
}

/// Whether a root lies within another, so that files could be found twice.
fn overlap(roots: &[Root]) -> bool {
    let mut real: Vec<&Path> = roots.iter().map(|root| root.real.as_path()).collect();
    // Paths sort by their parts: what lies within a folder comes right after it.
    real.sort_unstable();
    real.windows(2).any(|pair| pair[1].starts_with(pair[0]))
}

/// Keeps the first of skips that say the same (one index of many ignored files; two roots).
fn settle(skips: &mut Vec<Skip>) {
    let mut seen = HashSet::new();
    skips.retain(|skip| seen.insert(skip.clone()));
}

//! The files of `--keys-from`: found, bounded, unpacked, and told apart by their content.
//!
//! A folder is every file in it, in the order of names, folders in it too. Links in a folder are not followed.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::gather::Gathered;
use super::{cli, report};
use crate::error::Error;
use crate::text::sanitize;

/// The most that is read of one file, unpacked. AWS's own are a tenth of that; parsed JSON takes ten times as much.
pub const MOST_BYTES: u64 = 64 << 20;
const MOST_FILES: usize = 100_000;
const MOST_DEPTH: usize = 16;

/// What is wrong with a file: where, and what. Never its content.
#[derive(Debug)]
pub struct Fault {
    pub place: String,
    pub what: String,
}

impl Fault {
    pub fn new(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            what: what.into(),
        }
    }
}

/// Reads all files.
pub fn read(paths: &[PathBuf]) -> Result<Gathered, Error> {
    let mut gathered = Gathered::default();
    for path in paths {
        let mut files = Vec::new();
        let folder = path.is_dir();
        list(path, 0, &mut files)?;
        if folder && files.is_empty() {
            return Err(unreadable(path, "the folder holds no file"));
        }
        for file in files {
            read_file(&file, &mut gathered)?;
        }
    }
    Ok(gathered)
}

fn unreadable(path: &Path, cause: impl std::fmt::Display) -> Error {
    Error::usage(format!("--keys-from {}: it cannot be read", shown(path)))
        .cause(cause)
        .hint("name a credential report, JSON of `aws iam list-access-keys` and the like, CloudTrail files, or a folder of these")
}

fn shown(path: &Path) -> String {
    sanitize(path.as_os_str().as_encoded_bytes())
}

fn list(path: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<(), Error> {
    let about = if depth == 0 {
        std::fs::metadata(path)
    } else {
        std::fs::symlink_metadata(path)
    };
    let about = about.map_err(|error| unreadable(path, error))?;
    // What was named may be a pipe: `--keys-from <(aws iam list-access-keys)`.
    if about.is_file() || depth == 0 && !about.is_dir() {
        files.push(path.to_owned());
    } else if about.is_dir() {
        if depth > MOST_DEPTH || files.len() > MOST_FILES {
            return Err(unreadable(path, "the folder holds too much"));
        }
        let entries = std::fs::read_dir(path).map_err(|error| unreadable(path, error))?;
        let entries: Result<Vec<_>, _> = entries.map(|entry| entry.map(|entry| entry.path())).collect();
        let mut entries = entries.map_err(|error| unreadable(path, error))?;
        entries.sort();
        for entry in entries {
            list(&entry, depth + 1, files)?;
        }
    }
    Ok(())
}

fn read_file(path: &Path, gathered: &mut Gathered) -> Result<(), Error> {
    let file = File::open(path).map_err(|error| unreadable(path, error))?;
    let mut bytes = bounded(file).map_err(|cause| unreadable(path, cause))?;
    if bytes.starts_with(&[0x1f, 0x8b]) {
        let unpacked = flate2::read::MultiGzDecoder::new(&bytes[..]);
        bytes = bounded(unpacked).map_err(|cause| unreadable(path, cause))?;
    }
    let name = path
        .file_name()
        .map_or_else(|| shown(path), |name| sanitize(name.as_encoded_bytes()));
    read_bytes(&bytes, &name, gathered).map_err(|fault| {
        Error::usage(format!("--keys-from {}: it is not valid", shown(path)))
            .cause(format!("{}: {}", fault.place, fault.what))
            .hint("make it anew; nothing was scanned")
    })
}

fn bounded(source: impl Read) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    source
        .take(MOST_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| error.to_string())?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(format!("it holds more than {} MiB", MOST_BYTES >> 20));
    }
    Ok(bytes)
}

/// Reads one file's content, whatever kind it is of.
pub fn read_bytes(bytes: &[u8], name: &str, gathered: &mut Gathered) -> Result<(), Fault> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let start = text.trim_ascii_start();
    if start.is_empty() {
        return Err(Fault::new("line 1", "the file is empty"));
    }
    if matches!(start[0], b'{' | b'[') {
        return cli::read(text, name, gathered);
    }
    if report::is_report(text) {
        return report::read(text, name, gathered);
    }
    let what = "it is neither a credential report (CSV with a header) nor JSON";
    Err(Fault::new("line 1, column 1", what))
}

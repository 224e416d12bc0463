//! Reflogs as files, one for each ref: what it named before, and why it changed.
//!
//! A line that makes no sense is passed over, as git does. Messages are bytes.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::git::{bytes_path, file_names, parse_id, read_file};
use crate::origin::ObjectId;
use crate::skip::Skip;

/// One change of a ref. An id of all zeros stands for no object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    pub old: ObjectId,
    pub new: ObjectId,
    pub message: Vec<u8>,
}

const REFLOG: u64 = 1 << 30;
/// Folders below `logs/`, against endless nesting.
const DEPTH: usize = 64;

/// Reads the logs of one git directory by the names of the refs, each newest first: those below `refs/` and that
/// of HEAD.
pub fn of_files(git_dir: &Path, skips: &mut Vec<Skip>) -> BTreeMap<Vec<u8>, Vec<LogEntry>> {
    let mut found = BTreeMap::new();
    let logs = git_dir.join("logs");
    read(&logs, b"HEAD", &mut found, skips);
    below(&logs, b"refs", &mut found, skips, 0);
    found
}

type Logs = BTreeMap<Vec<u8>, Vec<LogEntry>>;

fn below(logs: &Path, name: &[u8], found: &mut Logs, skips: &mut Vec<Skip>, depth: usize) {
    let dir = logs.join(bytes_path(name));
    for file in file_names(&dir) {
        let is_dir = fs::symlink_metadata(dir.join(bytes_path(&file))).is_ok_and(|meta| meta.is_dir());
        let name = [name, b"/", &file].concat();
        if !is_dir && !name.ends_with(b".lock") {
            read(logs, &name, found, skips);
        } else if is_dir && depth < DEPTH {
            below(logs, &name, found, skips, depth + 1);
        }
    }
}

fn read(logs: &Path, name: &[u8], found: &mut Logs, skips: &mut Vec<Skip>) {
    match read_file(&logs.join(bytes_path(name)), REFLOG) {
        Ok(text) => {
            let lines = text.split(|&b| b == b'\n').rev();
            found.insert(name.to_vec(), lines.filter_map(entry).collect());
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => skips.push(Skip::fault(name, format!("the reflog cannot be read: {error}"))),
    }
}

/// Splits `OLD NEW NAME <MAIL> TIME ZONE\tMESSAGE`.
fn entry(line: &[u8]) -> Option<LogEntry> {
    let mut words = line.splitn(3, |&b| b == b' ');
    let (old, new) = (parse_id(words.next()?)?, parse_id(words.next()?)?);
    let tab = memchr::memchr(b'\t', line).map_or(line.len(), |tab| tab + 1);
    let message = line[tab..].to_vec();
    Some(LogEntry { old, new, message })
}

//! Refs and reflogs that are stored in tables: a stack of files, of which the newest has the last word.
//!
//! `reftable/tables.list` names the tables, oldest first; each worktree has a stack of its own for what
//! is its own. Tables are read from front to back: the indexes and object lists in them serve look-ups and
//! are passed over. A table that does not add up is a fault with its name; what was read up to there counts.

mod record;
mod table;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use crate::git::reflog::LogEntry;
use crate::git::refs::Target;
use crate::git::{bytes_path, read_file};
use crate::skip::Skip;
use record::Record;
use table::{Fault, Section, Table};

const LIST: u64 = 1 << 20;
/// The bytes of all tables of a stack.
const TABLES: u64 = 1 << 30;
/// What the records of a stack may take in memory: names and messages are compressed, and can be made to explode.
const RECORDS: usize = 1 << 30;
/// What a record takes beside its name and its message, roughly.
const RECORD: usize = 64;
/// A table that is gone was merged into another since the list was read, so the list is read again.
const ATTEMPTS: usize = 3;

/// The tables of one git directory, oldest first.
#[derive(Default)]
pub struct Stack {
    tables: Vec<(Vec<u8>, Table)>,
}

impl Stack {
    /// Opens the tables of a git directory whose ids have `id_length` bytes. What cannot be opened is a fault.
    pub fn open(git_dir: &Path, id_length: usize, skips: &mut Vec<Skip>) -> Self {
        let dir = git_dir.join("reftable");
        let mut attempt = 1;
        loop {
            let mut stack = Self::default();
            let mut faults = Vec::new();
            let is_whole = stack.read(&dir, id_length, &mut faults);
            if is_whole || attempt == ATTEMPTS {
                skips.extend(faults);
                return stack;
            }
            attempt += 1;
        }
    }

    /// Reads what the list names. Returns whether it was all there.
    fn read(&mut self, dir: &Path, id_length: usize, faults: &mut Vec<Skip>) -> bool {
        let list = match read_file(&dir.join("tables.list"), LIST) {
            Ok(list) => list,
            Err(error) => {
                let reason = format!("the list of tables with the refs cannot be read: {error}");
                faults.push(Skip::fault("reftable/tables.list", reason));
                return true;
            }
        };
        let mut left = TABLES;
        let mut is_whole = true;
        for file in list.split(|&b| b == b'\n').filter(|line| !line.is_empty()) {
            let name = [b"reftable/", file].concat();
            let is_plain = !file.starts_with(b".") && !file.iter().any(|b| matches!(b, b'/' | b'\\' | 0));
            let bytes = match is_plain {
                true => read_file(&dir.join(bytes_path(file)), left),
                false => Err(io::Error::new(io::ErrorKind::InvalidData, "its name is a path")),
            };
            is_whole &= !matches!(&bytes, Err(error) if error.kind() == io::ErrorKind::NotFound);
            let table = bytes.map_err(|error| error.to_string()).and_then(|bytes| {
                left -= bytes.len() as u64;
                Ok(Table::new(bytes, id_length)?)
            });
            match table {
                Ok(table) => self.tables.push((name, table)),
                Err(reason) => faults.push(fault(name, &reason)),
            }
        }
        is_whole
    }

    /// What each name stands for.
    pub fn refs(&self, skips: &mut Vec<Skip>) -> BTreeMap<Vec<u8>, Target> {
        let mut found = BTreeMap::new();
        self.each(Section::Refs, skips, |record| {
            let name = record.key();
            let Some(target) = record.target()? else {
                found.remove(name);
                return Ok(0);
            };
            let size = match &target {
                Target::Direct(_) => 0,
                Target::Symbolic(name) => name.len(),
            };
            found.insert(name.to_vec(), target);
            Ok(size)
        });
        found
    }

    /// The entries of each log, newest first.
    pub fn logs(&self, skips: &mut Vec<Skip>) -> BTreeMap<Vec<u8>, Vec<LogEntry>> {
        // By name and then by number, of which the highest sorts first.
        let mut found = BTreeMap::new();
        self.each(Section::Logs, skips, |record| {
            let key = record.log_key()?;
            let Some(entry) = record.entry()? else {
                found.remove(&key);
                return Ok(0);
            };
            let size = entry.message.len();
            found.insert(key, entry);
            Ok(size)
        });
        let mut logs = BTreeMap::<_, Vec<_>>::new();
        for ((name, _), entry) in found {
            // An entry from nothing to nothing only says that there is a log.
            if !entry.old.is_null() || !entry.new.is_null() {
                logs.entry(name).or_default().push(entry);
            }
        }
        logs
    }

    /// Visits the records of one section of all tables, oldest table first. The visitor returns the size of what
    /// it keeps beside the key.
    fn each(
        &self,
        section: Section,
        skips: &mut Vec<Skip>,
        mut visit: impl FnMut(Record<'_, '_>) -> Result<usize, Fault>,
    ) {
        let mut left = RECORDS;
        for (name, table) in &self.tables {
            let read = table.each(section, |record| {
                let key = record.key().len();
                let size = key + RECORD + visit(record)?;
                left = left.checked_sub(size).ok_or("its stack holds too much")?;
                Ok(())
            });
            if let Err(reason) = read {
                let fault = fault(name.clone(), reason);
                if !skips.contains(&fault) {
                    skips.push(fault);
                }
            }
        }
    }
}

fn fault(name: Vec<u8>, reason: &str) -> Skip {
    Skip::fault(name, format!("the table with refs cannot be read: {reason}"))
}

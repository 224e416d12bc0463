//! The members of a tar archive, as they come. Paths are said and never followed; damage costs the rest.

use std::cell::Cell;
use std::io::{self, ErrorKind, Read};

use super::unpack::{Stop, Walk};

/// What may stand between two members: long names, attributes, padding. It is held in memory.
const BETWEEN: u64 = 16 << 20;

impl Walk<'_> {
    /// Visits what is in every member, and collects their names.
    pub fn tar_members(&mut self, reader: &mut dyn Read, names: &mut Vec<u8>) -> Result<(), Stop> {
        let allowed = Cell::new(u64::MAX);
        let mut archive = tar::Archive::new(Gate {
            reader,
            allowed: &allowed,
        });
        // Blocks of zeros end an archive; what comes after them is read, too.
        archive.set_ignore_zeros(true);
        let mut entries = archive.entries().map_err(|error| self.failed(&error))?;
        let outside = self.way.len();
        loop {
            allowed.set(BETWEEN);
            let next = entries.next();
            allowed.set(u64::MAX);
            let Some(entry) = next else { return Ok(()) };
            let mut entry = entry.map_err(|error| self.failed(&error))?;
            self.enter_member(&entry.path_bytes(), names)?;
            match entry.header().entry_type().is_gnu_sparse() {
                // The holes of a sparse file cost nothing to write.
                true => self.open_counted(&mut entry)?,
                false if entry.size() > 0 => self.open(&mut entry)?,
                false => {}
            }
            io::copy(&mut entry, &mut io::sink()).map_err(|error| self.failed(&error))?;
            self.way.truncate(outside);
        }
    }
}

/// Lets so much pass and no more.
struct Gate<'g> {
    reader: &'g mut dyn Read,
    allowed: &'g Cell<u64>,
}

impl Read for Gate<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(into)?;
        let left = self.allowed.get().checked_sub(read as u64);
        self.allowed.set(left.ok_or(ErrorKind::OutOfMemory)?);
        Ok(read)
    }
}

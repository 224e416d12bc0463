//! The file of a memo: checked before anything is scanned, read as a stranger's, replaced whole or not at all.
//!
//! A checksum over all of it, CRC-32 as git's own indexes have it, finds what was cut off or changed by accident. It is
//! no seal: who can write the file can make a run pass over what is in the repository, so it belongs where reports do.
//! A file that is no memo is never replaced.

use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::Memo;
use super::format::VERSION;
use super::wire::{Reader, Writer};
use crate::error::Error;
use crate::git::Mapped;
use crate::interrupt;
use crate::text::sanitize;

const MAGIC: &[u8; 16] = b"keytrail memo\r\n\x1a";
/// The bytes of the checksum.
const SUM: usize = 4;
/// More than any repository needs whose objects can be counted.
const LARGEST: u64 = 4 << 30;

const DAMAGED: &str = "it is damaged";
const MADE_OTHERWISE: &str = "it was made with other rules or by another version";

/// Where the memo is.
#[derive(Debug)]
pub struct MemoFile {
    path: PathBuf,
    /// Whether there was a file when the run began.
    exists: bool,
    /// What it is bound to.
    binding: [u8; 32],
}

impl MemoFile {
    /// Checks that a memo can be read and written there. `rules` stands for the choice of rules.
    ///
    /// # Errors
    /// The folder is missing or cannot be written to, or something else is there.
    pub fn check(path: &Path, finding: &str) -> Result<Self, Error> {
        let shown = sanitize(path.as_os_str().as_encoded_bytes());
        // A link stays one: what it leads to is replaced.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let exists = match fs::metadata(&path) {
            Ok(found) if found.is_file() => true,
            Ok(_) => {
                return Err(
                    Error::usage(format!("{shown}: a memo is a file")).hint("name a file that is there or not yet")
                );
            }
            Err(_) => false,
        };
        let file = Self {
            path,
            exists,
            binding: binding(finding),
        };
        file.draft().map_err(|cause| {
            // What the draft would be called is of no use to anybody.
            let inner = cause.get_ref().and_then(|error| error.source());
            let cause = inner.map_or_else(|| cause.to_string(), ToString::to_string);
            Error::usage(format!("{shown}: the memo could not be written there"))
                .cause(cause)
                .hint("name a file in a folder that exists and can be written to")
        })?;
        if exists && !file.is_ours() {
            return Err(Error::usage(format!("{shown}: this file is no memo"))
                .hint("name another file, or remove this one if it is not needed"));
        }
        Ok(file)
    }

    /// Reads the memo; none if there is no file yet.
    ///
    /// # Errors
    /// A few words why it is of no use: the end of a sentence about it.
    pub fn read(&self) -> Result<Option<Memo>, &'static str> {
        if !self.exists {
            return Ok(None);
        }
        let file = Mapped::open(&self.path).map_err(|_| "it cannot be read")?;
        let bytes = file.bytes();
        file.fetch(0..bytes.len() as u64);
        if bytes.len() as u64 > LARGEST {
            return Err(DAMAGED);
        }
        let (content, sum) = bytes.split_at_checked(bytes.len().wrapping_sub(SUM)).ok_or(DAMAGED)?;
        let mut reader = Reader::new(content);
        if reader.array() != Some(*MAGIC) {
            return Err(DAMAGED);
        }
        // Another format may have another checksum.
        if reader.u32().ok_or(DAMAGED)? != VERSION {
            return Err(MADE_OTHERWISE);
        }
        if libdeflater::crc32(content).to_le_bytes() != sum {
            return Err(DAMAGED);
        }
        if reader.array() != Some(self.binding) {
            return Err(MADE_OTHERWISE);
        }
        let end = bytes.len() - SUM;
        let start = end - reader.left();
        Memo::decode(file, start..end).map(Some).ok_or(DAMAGED)
    }

    /// Replaces the file.
    ///
    /// # Errors
    /// A sentence why that is not possible.
    pub fn write(&self, memo: &Memo) -> Result<(), String> {
        let write = || {
            let _whole = interrupt::hold();
            let mut writer = Writer::new(self.draft()?);
            writer.bytes(MAGIC);
            writer.u32(VERSION);
            writer.bytes(&self.binding);
            memo.encode(&mut writer);
            writer.finish()?.persist(&self.path)?;
            Ok::<(), std::io::Error>(())
        };
        let shown = sanitize(self.path.as_os_str().as_encoded_bytes());
        write().map_err(|cause| format!("{shown}: the memo could not be written: {cause}"))
    }

    /// A file beside it that only its owner can read, and that is gone unless it is kept.
    fn draft(&self) -> std::io::Result<tempfile::NamedTempFile> {
        let folder = match self.path.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        if self.path.file_name().is_none() {
            return Err(ErrorKind::InvalidInput.into());
        }
        tempfile::Builder::new().prefix(".keytrail-").tempfile_in(folder)
    }

    /// Whether the file begins as a memo does, be it cut off or with a byte that has changed.
    fn is_ours(&self) -> bool {
        let mut start = Vec::with_capacity(MAGIC.len());
        let file = File::open(&self.path);
        if file
            .and_then(|file| file.take(MAGIC.len() as u64).read_to_end(&mut start))
            .is_err()
        {
            return true;
        }
        let differing = start.iter().zip(MAGIC).filter(|(one, other)| one != other).count();
        differing <= 1
    }
}

/// What finds the same in the same objects: this version of the program, its rules among it, and the settings that
/// decide what is found.
fn binding(finding: &str) -> [u8; 32] {
    let made_by = [env!("CARGO_PKG_VERSION"), env!("KEYTRAIL_SOURCES"), finding].join("\n");
    Sha256::digest(made_by.as_bytes()).into()
}

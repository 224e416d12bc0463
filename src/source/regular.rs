//! Opening regular files, and nothing else, in a tree that a stranger may have made.
//!
//! What was a file when it was listed may be a FIFO when it is opened, and opening a FIFO waits for
//! ever. So nothing here blocks, and what was opened is looked at before it is read.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

/// Whether a symbolic link in place of the file is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Links {
    Follow,
    Refuse,
}

/// Opens a regular file. Returns it and the size it has now.
pub fn open(path: &Path, links: Links) -> io::Result<(File, u64)> {
    let file = options(links).open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(not_regular());
    }
    Ok((file, metadata.len()))
}

/// What is said of something else than a regular file.
pub fn not_regular() -> io::Error {
    io::Error::new(ErrorKind::InvalidInput, "it is not a regular file")
}

/// Reads a whole file. `None` if there is none; an error if it is larger than `limit`.
pub fn read_bounded(path: &Path, links: Links, limit: u64) -> io::Result<Option<Vec<u8>>> {
    let (file, _) = match open(path, links) {
        Ok(opened) => opened,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(io::Error::new(
            ErrorKind::FileTooLarge,
            format!("it is larger than {limit} bytes"),
        ));
    }
    Ok(Some(bytes))
}

#[cfg(unix)]
fn options(links: Links) -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    let no_follow = if links == Links::Refuse { libc::O_NOFOLLOW } else { 0 };
    let mut options = OpenOptions::new();
    options.read(true).custom_flags(libc::O_NONBLOCK | no_follow);
    options
}

#[cfg(not(unix))]
fn options(_: Links) -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true);
    options
}

/// The path that bytes of a git file name.
#[cfg(unix)]
pub fn path_of(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
}

#[cfg(not(unix))]
pub fn path_of(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

/// The bytes by which reports name a path: `/` between its parts on every system.
pub fn bytes_of(path: &Path) -> Vec<u8> {
    into_bytes(path.to_owned())
}

/// The same of a path that is needed no more.
pub fn into_bytes(path: PathBuf) -> Vec<u8> {
    let mut bytes = path.into_os_string().into_encoded_bytes();
    if std::path::MAIN_SEPARATOR == '\\' {
        bytes
            .iter_mut()
            .filter(|byte| **byte == b'\\')
            .for_each(|byte| *byte = b'/');
    }
    bytes
}

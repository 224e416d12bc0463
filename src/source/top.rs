//! The folder that was asked for, below which files are opened.
//!
//! A file's path is walked from there, and not from the root of the file system for each of thousands. What holds for
//! [`super::regular`] holds here: nothing blocks, no link is followed in place of a file, and what was opened is looked
//! at before it is read.

use std::fs::File;
use std::io;
use std::path::Path;

#[cfg(unix)]
pub use unix::Top;

#[cfg(unix)]
mod unix {
    use super::{File, Path, io};
    use crate::source::regular::not_regular;
    use rustix::fs::{FileType, Mode, OFlags, fstat, open, openat};
    use rustix::io::retry_on_intr;

    /// A folder that is held open.
    #[derive(Debug)]
    pub struct Top {
        folder: std::os::fd::OwnedFd,
        /// How many bytes of its files' paths lead to it.
        length: usize,
    }

    impl Top {
        /// Opens the folder with this name, which its files' paths begin with; empty for the current folder.
        pub fn open(path: &Path) -> io::Result<Self> {
            let length = path.as_os_str().len();
            let on_disk = if length == 0 { Path::new(".") } else { path };
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
            let folder = retry_on_intr(|| open(on_disk, flags, Mode::empty()))?;
            Ok(Self { folder, length })
        }

        /// Opens a regular file by its path as reports name it. Returns it and the size it has now.
        pub fn open_file(&self, path: &[u8]) -> io::Result<(File, u64)> {
            let below = path.get(self.length..).unwrap_or_default();
            let below = below.strip_prefix(b"/").unwrap_or(below);
            let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOFOLLOW;
            let file = retry_on_intr(|| openat(&self.folder, below, flags, Mode::empty()))?;
            let stat = fstat(&file)?;
            match FileType::from_raw_mode(stat.st_mode) {
                FileType::RegularFile => Ok((file.into(), u64::try_from(stat.st_size).unwrap_or(0))),
                _ => Err(not_regular()),
            }
        }
    }
}

/// Elsewhere files are opened by their whole paths.
#[cfg(not(unix))]
#[derive(Debug)]
pub enum Top {}

#[cfg(not(unix))]
impl Top {
    pub fn open(_: &Path) -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub fn open_file(&self, _: &[u8]) -> io::Result<(File, u64)> {
        match *self {}
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn files_are_opened_by_the_whole_path_and_nothing_else_is() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let top = Top::open(folder.path()).expect("it is there");
        std::fs::create_dir(folder.path().join("in")).expect("it is new");
        std::fs::write(folder.path().join("in/file"), "text").expect("it is new");
        std::os::unix::fs::symlink("file", folder.path().join("in/link")).expect("it is new");
        let pipe = folder.path().join("in/pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.expect("it is there").success());
        let open = |name: &str| top.open_file(folder.path().join(name).as_os_str().as_encoded_bytes());
        let (mut file, size) = open("in/file").expect("it is a file");
        let mut text = String::new();
        file.read_to_string(&mut text).expect("it is text");
        assert_eq!((&*text, size), ("text", 4));
        for name in ["in", "in/link", "in/pipe", "in/missing", ""] {
            assert!(open(name).is_err(), "{name}");
        }
    }
}

//! Files that must survive: written whole beside their place, forced to the disk, and renamed over it.
//!
//! Whatever is written here holds secrets or leads to them, so nobody but the owner may read it.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use crate::interrupt;

/// Replaces a file, or makes it: a reader sees the old one or the new one, even after a power cut. The owner stays.
///
/// The draft beside it has one name, so that one which a killed run left behind is replaced and not kept for ever.
pub fn replace(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let _whole = interrupt::hold();
    let folder = file.parent().unwrap_or(Path::new("/"));
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let draft = folder.join(format!(".{name}.keytrail"));
    remove(&draft)?;
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut written = options.open(&draft)?;
    written.write_all(bytes)?;
    private(&written, fs::metadata(file).ok())?;
    written.sync_all()?;
    fs::rename(&draft, file)?;
    sync(folder)
}

/// Removes a file for good; one that is not there is removed.
pub fn remove(file: &Path) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
        Ok(()) => sync(file.parent().unwrap_or(Path::new("/"))),
    }
}

/// Makes a folder that only its owner can look into, with those above it.
pub fn private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
        builder.mode(0o700).create(folder)?;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
    }
    #[cfg(not(unix))]
    builder.create(folder)
}

/// Mode 0600, and the owner and group of the file that is replaced.
#[cfg(unix)]
fn private(draft: &File, before: Option<fs::Metadata>) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
    draft.set_permissions(fs::Permissions::from_mode(0o600))?;
    let Some(before) = before else { return Ok(()) };
    let now = draft.metadata()?;
    if (now.uid(), now.gid()) == (before.uid(), before.gid()) {
        return Ok(());
    }
    fchown(draft, Some(before.uid()), Some(before.gid()))
}

#[cfg(not(unix))]
fn private(_: &File, _: Option<fs::Metadata>) -> io::Result<()> {
    Ok(())
}

/// Forces a rename to the disk.
fn sync(folder: &Path) -> io::Result<()> {
    match cfg!(unix) {
        true => File::open(folder)?.sync_all(),
        false => Ok(()),
    }
}

/// Holds a lock file for as long as the value lives; `None` if somebody else has it.
pub fn lock(file: &Path) -> io::Result<Option<File>> {
    let held = fs::OpenOptions::new().create(true).append(true).open(file)?;
    #[cfg(unix)]
    {
        use rustix::fs::{FlockOperation, flock};
        match flock(&held, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(error) if error == rustix::io::Errno::WOULDBLOCK => return Ok(None),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Some(held))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn what_is_replaced_is_private_and_what_is_locked_is_locked_once() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("a/b");
        private_folder(&inner).unwrap();
        assert_eq!(fs::metadata(&inner).unwrap().permissions().mode() & 0o777, 0o700);
        let file = inner.join("f");
        fs::write(&file, "old").unwrap();
        replace(&file, b"new").unwrap();
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read(&file).unwrap(), b"new");
        assert_eq!(fs::read_dir(&inner).unwrap().count(), 1);
        let held = lock(&inner.join("lock")).unwrap();
        assert!(held.is_some());
        assert!(lock(&inner.join("lock")).unwrap().is_none());
        drop(held);
        assert!(lock(&inner.join("lock")).unwrap().is_some());
        remove(&file).unwrap();
        remove(&file).unwrap();
    }
}

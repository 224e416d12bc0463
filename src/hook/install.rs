//! Puts a script where git looks for it, and takes it away. A hook that was there is moved aside, whole, and back.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::Kind;
use super::folder::{Folder, Owner};
use super::managers::Manager;
use super::script::{self, KEPT, Script};
use crate::error::Error;
use crate::source::regular::{Links, read_bounded};

/// More than this is no script that a person wrote.
const MOST_BYTES: u64 = 16 << 20;

/// What is in the place of a hook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    Nothing,
    /// A script of ours, and whether a hook of before is kept beside it.
    Ours {
        text: Vec<u8>,
        keeps: bool,
    },
    Managed(Manager),
    Other,
}

/// What installing did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    Installed,
    /// A hook that was there is kept and runs, too.
    Chained,
    /// A script of ours was there with another path or other flags.
    Renewed,
    Unchanged,
}

/// Looks at the place of a hook.
///
/// # Errors
/// It cannot be read.
pub fn look(file: &Path) -> Result<Found, Error> {
    let text = read_bounded(file, Links::Follow, MOST_BYTES).map_err(|cause| cannot(file, "be read", &cause))?;
    // A link that leads nowhere is a hook, too.
    let is_there = text.is_some() || file.symlink_metadata().is_ok();
    let text = text.unwrap_or_default();
    Ok(match Manager::of(file, &text) {
        _ if !is_there => Found::Nothing,
        _ if script::is_ours(&text) => Found::Ours {
            text,
            keeps: kept(file).symlink_metadata().is_ok(),
        },
        Some(manager) => Found::Managed(manager),
        None => Found::Other,
    })
}

/// Puts a script into the folder.
///
/// # Errors
/// The folder or the hook belongs to others, or cannot be written.
pub fn install(folder: &Folder, script: &Script<'_>) -> Result<Done, Error> {
    let file = folder.path.join(script.name);
    let wanted = script.text().into_bytes();
    let done = match (look(&file)?, script.kind) {
        (Found::Managed(manager), Some(kind)) => return Err(managed(&file, manager, kind)),
        (Found::Ours { text, .. }, _) if text == wanted && is_executable(&file) => return Ok(Done::Unchanged),
        (Found::Ours { .. }, _) => Done::Renewed,
        (_, Some(kind)) if folder.owner == Owner::Team => return Err(of_the_team(&file, kind)),
        (Found::Nothing, _) => Done::Installed,
        (Found::Other | Found::Managed(_), _) => {
            put_aside(&file)?;
            Done::Chained
        }
    };
    let written = fs::create_dir_all(&folder.path).and_then(|()| write(&file, &wanted));
    written.map_err(|cause| {
        if done == Done::Chained {
            // As it was: a repository without its hook would be worse off than before.
            let _ = fs::rename(kept(&file), &file);
        }
        cannot(&file, "be written", &cause)
    })?;
    Ok(done)
}

/// Takes our script away and puts the hook of before back; says whether there was one of ours.
///
/// # Errors
/// It cannot be taken away.
pub fn uninstall(file: &Path) -> Result<bool, Error> {
    let Found::Ours { keeps, .. } = look(file)? else {
        return Ok(false);
    };
    let done = match keeps {
        true => fs::rename(kept(file), file),
        false => fs::remove_file(file),
    };
    done.map_err(|cause| cannot(file, "be taken away", &cause))?;
    Ok(true)
}

/// Whether git would run it.
#[cfg(unix)]
pub fn is_executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(file).is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
pub fn is_executable(file: &Path) -> bool {
    file.is_file()
}

/// Where a hook of before is kept.
fn kept(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(KEPT);
    name.into()
}

fn put_aside(file: &Path) -> Result<(), Error> {
    let kept = kept(file);
    if kept.symlink_metadata().is_ok() {
        return Err(Error::usage(format!(
            "{}: another hook has taken the place of keytrail's",
            file.display()
        ))
        .cause(format!("{} is kept from before, and only one can be", kept.display()))
        .hint("put both into one file, remove the other, and install again"));
    }
    fs::rename(file, &kept).map_err(|cause| cannot(file, "be moved aside", &cause))
}

/// Writes beside the file and renames, so that git meets the old hook or the new one.
fn write(file: &Path, text: &[u8]) -> io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    let mut draft = tempfile::Builder::new().prefix(".keytrail-").tempfile_in(folder)?;
    draft.write_all(text)?;
    make_executable(draft.as_file())?;
    draft.persist(file)?;
    Ok(())
}

#[cfg(unix)]
fn make_executable(file: &fs::File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn make_executable(_: &fs::File) -> io::Result<()> {
    Ok(())
}

fn managed(file: &Path, manager: Manager, kind: Kind) -> Error {
    let name = manager.as_str();
    Error::usage(format!("{}: nothing was installed", file.display()))
        .cause(format!("{name} owns this hook and would write it anew"))
        .hint(format!(
            "let {name} run keytrail: add this to {}\n\n{}",
            manager.file(kind),
            manager.snippet(kind)
        ))
}

fn of_the_team(file: &Path, kind: Kind) -> Error {
    Error::usage(format!("{}: nothing was installed", file.display()))
        .cause(
            "core.hooksPath names a folder of the work tree, so everybody would get a hook with a path of this machine",
        )
        .hint(format!(
            "add this line to {}, for everybody:\n\nkeytrail hook run {} \"$@\"\n",
            file.display(),
            kind.as_str()
        ))
}

fn cannot(file: &Path, what: &str, cause: &io::Error) -> Error {
    Error::usage(format!("{}: the hook cannot {what}", file.display()))
        .cause(cause)
        .hint("look at the permissions of the file and its folder")
}

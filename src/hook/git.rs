//! Questions to the git that is installed. Where hooks lie is said by files all over the machine, with includes and
//! conditions, and only git puts them together. Nothing of a repository is run by what is asked here.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::error::Error;
use crate::source::regular::path_of;

/// Git, run in a folder.
#[derive(Clone, Debug)]
pub struct Git {
    folder: PathBuf,
}

impl Git {
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Asks for a line; `None` if git has no answer (exit code 1: a setting that is not set).
    ///
    /// # Errors
    /// Git is not there, or refuses.
    pub fn ask(&self, arguments: &[&str]) -> Result<Option<Vec<u8>>, Error> {
        let output = self.run(arguments)?;
        match output.status.code() {
            Some(0) => Ok(Some(output.stdout.trim_ascii_end().to_vec())),
            Some(1) => Ok(None),
            _ => Err(self.refused(arguments, &output)),
        }
    }

    /// Asks for a path, which is relative to the folder.
    ///
    /// # Errors
    /// As for [`Git::ask`]; or there is no answer.
    pub fn path(&self, arguments: &[&str]) -> Result<PathBuf, Error> {
        let answer = self.ask(arguments)?.unwrap_or_default();
        Ok(self.folder.join(path_of(&answer)))
    }

    /// Has git do something; anything but success is an error.
    ///
    /// # Errors
    /// Git is not there, or refuses.
    pub fn tell(&self, arguments: &[&str]) -> Result<(), Error> {
        let output = self.run(arguments)?;
        match output.status.success() {
            true => Ok(()),
            false => Err(self.refused(arguments, &output)),
        }
    }

    /// The version, as far as it decides what can be asked: (2, 54).
    ///
    /// # Errors
    /// Git is not there.
    pub fn version(&self) -> Result<(u32, u32), Error> {
        let answer = self.ask(&["version"])?.unwrap_or_default();
        Ok(version(&String::from_utf8_lossy(&answer)))
    }

    fn run(&self, arguments: &[&str]) -> Result<Output, Error> {
        let mut command = Command::new("git");
        command.args(arguments).current_dir(&self.folder).stdin(Stdio::null());
        command.output().map_err(|cause| {
            let error = Error::usage(format!("{}: git could not be run here", self.folder.display()));
            error
                .cause(cause)
                .hint("name a folder that is there, and have git on PATH")
        })
    }

    fn refused(&self, arguments: &[&str], output: &Output) -> Error {
        let said = crate::text::sanitize(output.stderr.trim_ascii());
        Error::usage(format!("{}: git has no answer", self.folder.display()))
            .cause(format!("`git {}`: {said}", arguments.join(" ")))
            .hint("name a repository: `keytrail hook status PATH`")
    }
}

/// Reads `git version 2.54.0.windows.1`; what is no version is older than all.
fn version(answer: &str) -> (u32, u32) {
    let number = answer.split(' ').nth(2).unwrap_or_default();
    let mut parts = number.split('.').map(|part| part.parse().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_the_gits_of_all_systems_write_them() {
        assert_eq!(version("git version 2.47.3"), (2, 47));
        assert_eq!(version("git version 2.54.0.windows.1"), (2, 54));
        assert_eq!(version("git version 2.55.0-rc1"), (2, 55));
        assert_eq!(version("git version 3.0 (Apple Git-200)"), (3, 0));
        assert_eq!(version("no"), (0, 0));
    }
}

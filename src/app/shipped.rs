//! The `completions` and `man` commands: what packages carry beside the program, printed or written.

use std::fs;
use std::path::Path;

use super::print;
use crate::cli::shipped::{Shell, completions, man_pages};
use crate::error::Error;
use crate::outcome::Outcome;

/// Prints the completion script of a shell.
pub fn complete(shell: Shell) -> Result<Outcome, Error> {
    print(&completions(shell))
}

/// Prints the program's man page, or writes all of them into a folder, which is made if it is not there.
pub fn man(folder: Option<&Path>) -> Result<Outcome, Error> {
    let pages = man_pages();
    let Some(folder) = folder else {
        return print(pages[0].text.as_bytes());
    };
    let write_all = || {
        fs::create_dir_all(folder)?;
        pages
            .iter()
            .try_for_each(|page| fs::write(folder.join(&page.file), &page.text))
    };
    write_all().map_err(|cause| {
        Error::output(format!("{}: the man pages could not be written", folder.display()))
            .cause(cause)
            .hint("name a folder that can be written to")
    })?;
    Ok(Outcome::Clean)
}

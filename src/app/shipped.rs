//! The `completions` and `man` commands: what packages carry beside the program, printed or written.

use std::path::Path;

use super::print;
use crate::cli::shipped::{Shell, completions, man_pages};
use crate::error::Error;
use crate::outcome::Outcome;
use crate::report::output::write_texts;

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
    write_texts(
        folder,
        pages.iter().map(|page| (page.file.as_str(), page.text.as_str())),
    )?;
    Ok(Outcome::Clean)
}

//! Standard output, and files that hold no report: pages of rules, what a CI provider collects from its steps.

use std::fs;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::path::Path;

use super::destination::shown;
use crate::error::Error;

/// Writes to standard output. A reader that has seen enough (`| head`) is no failure.
///
/// # Errors
/// It cannot be written to.
pub fn print(report: &[u8]) -> Result<(), Error> {
    let mut out = io::stdout().lock();
    match out.write_all(report).and_then(|()| out.flush()) {
        Err(cause) if cause.kind() != ErrorKind::BrokenPipe => {
            Err(Error::output("the report could not be written to standard output")
                .cause(cause)
                .hint("write it to a file: --report FORMAT=FILE"))
        }
        _ => Ok(()),
    }
}

/// Appends a text to a file that others write into as well, up to so many bytes in all; what is cut off is said.
///
/// # Errors
/// The file cannot be written to.
pub fn append(file: &Path, text: &[u8], most: u64) -> Result<(), Error> {
    let write = || {
        let mut file = fs::OpenOptions::new().append(true).create(true).open(file)?;
        let room = most.saturating_sub(file.metadata()?.len());
        if text.len() as u64 <= room {
            return file.write_all(text);
        }
        let whole = &text[..room as usize];
        let end = memchr::memrchr(b'\n', whole).map_or(0, |end| end + 1);
        file.write_all(&[&whole[..end], CUT].concat())
    };
    write().map_err(|cause: io::Error| {
        Error::output(format!("{}: it cannot be appended to", shown(file)))
            .cause(cause)
            .hint("check that the variable that names it is the job's own")
    })
}

/// The end of a text that is cut: a paragraph in Markdown, too.
const CUT: &[u8] = b"\nThis is cut here, because it is too large to be shown. Other reports have the rest.\n";

/// Writes texts that hold no finding, by the names of their files, into a folder that is made if it is not there.
///
/// # Errors
/// One of them cannot be written.
pub fn write_texts<'t>(folder: &Path, texts: impl IntoIterator<Item = (&'t str, &'t str)>) -> Result<(), Error> {
    let write_all = || {
        fs::create_dir_all(folder)?;
        let mut texts = texts.into_iter();
        texts.try_for_each(|(name, text)| fs::write(folder.join(name), text))
    };
    write_all().map_err(|cause: io::Error| {
        Error::output(format!("{}: not all pages could be written", shown(folder)))
            .cause(cause)
            .hint("name a folder that can be written to")
    })
}

/// Whether standard output is a terminal.
pub fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

//! Links to places: what a terminal opens when a place is clicked (OSC 8), in the form that the person's editor takes.
//!
//! A format is a URL with `{path}`, `{line}`, `{column}` and `{host}` in it, as ripgrep's `--hyperlink-format`. A path is a stranger's
//! word: all but letters, digits and `/-._~` is percent-encoded, so that no byte of it reaches the terminal as it is.

use std::fmt::Write;
use std::path::PathBuf;

use crate::error::Error;
use crate::finding::Occurrence;
use crate::origin::{Place, State};
use crate::source::regular::bytes_of;

/// What programs register for themselves. `none` is no link.
const NAMED: [(&str, &str); 11] = [
    ("none", ""),
    ("default", "file://{host}{path}"),
    ("file", "file://{host}{path}"),
    ("kitty", "file://{host}{path}#{line}"),
    ("vscode", "vscode://file{path}:{line}:{column}"),
    ("vscode-insiders", "vscode-insiders://file{path}:{line}:{column}"),
    ("vscodium", "vscodium://file{path}:{line}:{column}"),
    ("cursor", "cursor://file{path}:{line}:{column}"),
    ("macvim", "mvim://open?url=file://{path}&line={line}&column={column}"),
    ("textmate", "txmt://open?url=file://{path}&line={line}&column={column}"),
    ("grep+", "grep+://{path}:{line}"),
];

const VARIABLES: [&str; 4] = ["{path}", "{line}", "{column}", "{host}"];

/// How places become links.
#[derive(Clone, Debug)]
pub struct Links {
    format: String,
    host: String,
    /// What relative paths are below: absolute.
    folder: PathBuf,
}

impl Links {
    /// Checks a format; `None` if it says that there are to be no links.
    ///
    /// # Errors
    /// It is neither a name that is known nor a URL that holds a path.
    pub fn new(asked: &str, host: &str, folder: PathBuf) -> Result<Option<Self>, Error> {
        let named = NAMED.iter().find(|(name, _)| *name == asked);
        let format = named.map_or(asked, |(_, format)| format);
        if format.is_empty() && named.is_some() {
            return Ok(None);
        }
        if let Some(why) = fault(format) {
            let names = NAMED.map(|(name, _)| name);
            return Err(Error::usage("--hyperlink-format: that is no format of a link")
                .cause(why)
                .hint(format!(
                    "use one of {}, or a URL such as vscode://file{{path}}:{{line}}:{{column}}",
                    names.join(", ")
                ))
                .did_you_mean(asked, names));
        }
        Ok(Some(Self {
            format: format.to_owned(),
            host: escaped(host.as_bytes()),
            folder,
        }))
    }

    /// The URL of a place, if there is a file on this machine to be opened.
    pub fn to(&self, occurrence: &Occurrence, state: State) -> Option<String> {
        let origin = &occurrence.origin;
        let is_there = match origin.place {
            Place::File => true,
            Place::Blob => occurrence.in_head || matches!(state, State::Staged | State::InTree),
            _ => false,
        };
        if !is_there || origin.path.is_empty() {
            return None;
        }
        let path = match origin.path.starts_with(b"/") {
            true => origin.path.to_vec(),
            false => [&bytes_of(&self.folder)[..], b"/", &origin.path].concat(),
        };
        // Lines within an archive are none of the file's.
        let start = match occurrence.via.is_empty() {
            true => (occurrence.start.line, occurrence.start.column),
            false => (1, 1),
        };
        Some(
            self.format
                .replace("{host}", &self.host)
                .replace("{line}", &start.0.to_string())
                .replace("{column}", &start.1.to_string())
                .replace("{path}", &escaped(&path)),
        )
    }
}

/// What is wrong with a format.
fn fault(format: &str) -> Option<&'static str> {
    let scheme = format.split_once(':').map_or("", |(scheme, _)| scheme);
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    let rest = VARIABLES
        .iter()
        .fold(format.to_owned(), |rest, name| rest.replace(name, ""));
    if !is_scheme {
        Some("it does not begin with a scheme, such as file:")
    } else if !format.contains("{path}") {
        Some("{path} is not in it")
    } else if rest.contains(['{', '}']) {
        Some("only {path}, {line}, {column} and {host} are known")
    } else if !rest.bytes().all(|b| b.is_ascii_graphic()) {
        Some("a blank or a character that is not ASCII has to be percent-encoded")
    } else {
        None
    }
}

/// Percent-encoded, but for slashes.
fn escaped(bytes: &[u8]) -> String {
    let mut text = String::new();
    for &byte in bytes {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' => text.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => text.push(char::from(byte)),
            _ => {
                let _ = write!(text, "%{byte:02X}");
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(format: &str) -> String {
        Links::new(format, "", PathBuf::new()).unwrap_err().to_string()
    }

    #[test]
    fn every_named_format_is_one() {
        for (name, format) in &NAMED[1..] {
            assert_eq!(fault(format), None, "{name}");
        }
        assert!(Links::new("none", "", PathBuf::new()).unwrap().is_none());
    }

    #[test]
    fn what_is_no_format_is_refused_with_what_is() {
        assert!(refused("vscod").contains("did you mean \"vscode\"?"));
        assert!(refused("").contains("scheme"));
        assert!(refused("file://x").contains("{path} is not in it"));
        assert!(refused("file://{path}{user}").contains("only {path}"));
        assert!(refused("file://{path}\u{1b}").contains("percent-encoded"));
    }

    #[test]
    fn nothing_of_a_path_can_write_to_the_terminal() {
        assert_eq!(escaped(b"/a b\x1b]8;;\x07\xff"), "/a%20b%1B%5D8%3B%3B%07%FF");
    }
}

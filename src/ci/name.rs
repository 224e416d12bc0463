//! Commits and branches as a provider names them, checked: what passes here is looked up and nothing else.
//!
//! Branches are named by whoever pushes. A name that git would take for something else (`main~5`, `-x`, `a..b`) is no
//! branch, and an event that has it is refused.

use std::fmt;

use crate::error::Error;
use crate::git::parse_id;
use crate::origin::ObjectId;

/// A commit, or an annotated tag of one, by its id or the beginning of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    hex: String,
}

/// A branch or tag by its short name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    name: String,
}

/// Shorter beginnings of ids are not given by any provider, and are rarely unique.
const FEWEST_DIGITS: usize = 7;
/// The longest name that file systems can hold.
const LONGEST_NAME: usize = 255;

impl Revision {
    /// Takes an id. Nothing, and the zeros that stand for no commit, are `None`.
    ///
    /// # Errors
    /// It is no id; `whose` is named.
    pub fn read(whose: &str, text: Option<&str>) -> Result<Option<Self>, Error> {
        let Some(text) = text.filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        let is_id = match text.len() {
            40 | 64 => parse_id(text.as_bytes()).is_some(),
            FEWEST_DIGITS..40 => text.bytes().all(|b| b.is_ascii_hexdigit()),
            _ => false,
        };
        if !is_id {
            return Err(unexpected(whose, "it is not the id of a commit"));
        }
        let is_null = text.bytes().all(|b| b == b'0');
        Ok((!is_null).then(|| Self {
            hex: text.to_ascii_lowercase(),
        }))
    }

    pub fn as_str(&self) -> &str {
        &self.hex
    }

    /// The id, if all of it is given.
    pub fn id(&self) -> Option<ObjectId> {
        parse_id(self.hex.as_bytes())
    }

    /// The first 12 hex digits, for people.
    pub fn short(&self) -> &str {
        &self.hex[..self.hex.len().min(12)]
    }
}

impl Branch {
    /// Takes a name. Nothing is `None`.
    ///
    /// # Errors
    /// Git takes no branch of this name; `whose` is named.
    pub fn read(whose: &str, text: Option<&str>) -> Result<Option<Self>, Error> {
        let Some(text) = text.filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        let is_part = |part: &str| !part.is_empty() && !part.starts_with('.') && !part.ends_with(".lock");
        let is_odd = |c: char| c.is_control() || " ~^:?*[\\".contains(c);
        let is_name = text.len() <= LONGEST_NAME
            && !text.starts_with('-')
            && !text.ends_with('.')
            && !text.contains("..")
            && !text.contains("@{")
            && !text.contains(is_odd)
            && text.split('/').all(is_part);
        match is_name {
            true => Ok(Some(Self { name: text.to_owned() })),
            false => Err(unexpected(whose, "git has no branch or tag of such a name")),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.name
    }
}

/// The branches that others start from: the default one, or if the provider does not say which that is, those that mostly
/// are. A branch is not its own trunk.
pub fn trunks(default: Option<Branch>, pushed: Option<&Branch>) -> Vec<Branch> {
    let usual = ["main", "master"].map(|name| Branch { name: name.to_owned() });
    let known = default.map_or_else(|| usual.to_vec(), |default| vec![default]);
    match pushed {
        Some(pushed) if known.contains(pushed) => Vec::new(),
        _ => known,
    }
}

/// Says that an event is not as its provider makes them, without repeating what a stranger wrote.
pub fn unexpected(whose: &str, cause: &str) -> Error {
    Error::input(format!("{whose}: the event cannot be used"))
        .cause(cause)
        .hint("say what is to be scanned with --range or --all")
}

impl fmt::Display for Branch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::text::sanitize(self.name.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_hex_and_zeros_are_none() {
        let read = |text: &str| Revision::read("X", Some(text));
        assert_eq!(read("").unwrap(), None);
        assert_eq!(read(&"0".repeat(40)).unwrap(), None);
        assert_eq!(read(&"0".repeat(64)).unwrap(), None);
        assert_eq!(read("0123456789AB").unwrap().unwrap().as_str(), "0123456789ab");
        for text in [
            "main",
            "--all",
            "abc",
            "HEAD~1",
            "0123456789ab\n",
            &"a".repeat(41),
            "../../x",
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.starts_with("X: ") && !error.contains("HEAD"), "{error}");
        }
    }

    #[test]
    fn a_branch_is_what_git_calls_one() {
        let read = |text: &str| Branch::read("X", Some(text)).map(|branch| branch.map(|b| b.name));
        for name in ["main", "feature/x", "v1.0", "é", "a@b"] {
            assert_eq!(read(name).unwrap().as_deref(), Some(name));
        }
        assert_eq!(read("").unwrap(), None);
        let long = "x".repeat(256);
        for name in [
            "-x", "--all", "a..b", "../x", "a/../b", "/a", "a/", "a//b", ".a", "a.lock", "a.", "a b", "a~1", "a^",
            "a:b", "a?", "a*", "a[", "a\\b", "a\nb", "a\x1b[1m", "@{1}", "HEAD@{1}", &long,
        ] {
            assert!(read(name).is_err(), "{name}");
        }
    }
}

//! The way into a content that lies inside of a file: through forms that are decoded and members of archives.
//!
//! Names of members are a stranger's bytes: cut to a bounded length here, escaped by whoever prints them.

use std::fmt;

/// How much of a member's name is kept, in bytes.
const LONGEST_NAME: usize = 1024;

/// One step on the way, outermost first.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// All of it is in this form: `gzip`, `utf-16le`.
    Form(&'static str),
    /// A member of an archive, by the name that it has there.
    Member(Box<[u8]>),
    /// The names of an archive's members, one a line.
    Names,
    /// A part of the text, `base64`, that starts on this line, counted from 1.
    Part { form: &'static str, line: u32 },
}

impl Step {
    /// A member of this name. Of a name that is too long the first folders are kept.
    pub fn member(name: &[u8]) -> Self {
        if name.len() <= LONGEST_NAME {
            return Step::Member(name.into());
        }
        // Cut between folders, so that no part of a secret is left that nothing would mask.
        let end = memchr::memrchr(b'/', &name[..LONGEST_NAME]).map_or(0, |slash| slash + 1);
        let rest = format!("({} more bytes)", name.len() - end);
        Step::Member([&name[..end], rest.as_bytes()].concat().into())
    }
}

impl fmt::Display for Step {
    /// The words of reports; a member's name is not escaped.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::Form(form) => f.write_str(form),
            Step::Member(name) => write!(f, "member {}", String::from_utf8_lossy(name)),
            Step::Names => f.write_str("names of members"),
            Step::Part { form, line } => write!(f, "{form} at line {line}"),
        }
    }
}

/// The members on the way, as they follow a file's name: `!b/c.env`. Nothing, where there are none.
pub fn members(way: &[Step]) -> Vec<u8> {
    let mut names = Vec::new();
    for step in way {
        if let Step::Member(name) = step {
            names.push(b'!');
            names.extend_from_slice(name);
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_too_long_is_cut_between_folders() {
        let name = [b"folder/".as_slice(), &[b'x'; 2000]].concat();
        assert_eq!(Step::member(&name).to_string(), "member folder/(2000 more bytes)");
        assert_eq!(Step::member(&[b'x'; 2000]).to_string(), "member (2000 more bytes)");
        assert_eq!(Step::member(b"a/b").to_string(), "member a/b");
    }

    #[test]
    fn members_follow_the_name_of_the_file() {
        let way = [
            Step::Form("zip"),
            Step::member(b"b.zip"),
            Step::Form("zip"),
            Step::member(b"c"),
        ];
        assert_eq!(members(&way), b"!b.zip!c");
        assert_eq!(members(&[Step::Form("gzip")]), b"");
    }
}

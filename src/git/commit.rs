//! Commit and tag objects, parsed from their bytes with tolerance: a stranger can write anything.
//!
//! A field that is missing or makes no sense is empty; nothing fails. All text stays bytes.

use std::ops::Range;

use crate::git::parse_id;
use crate::origin::{CommitStamp, ObjectId, Place};

/// A commit, with ranges into its raw bytes.
#[derive(Clone, Debug, Default)]
pub struct Commit {
    pub tree: Option<ObjectId>,
    pub parents: Vec<ObjectId>,
    /// The time of the author line, Unix seconds; 0 if it has none.
    pub author_time: i64,
    /// The time of the committer line, Unix seconds; 0 if it has none.
    pub commit_time: i64,
}

impl Commit {
    /// Parses a raw commit object.
    pub fn parse(raw: &[u8]) -> Self {
        let mut commit = Self::default();
        for header in headers(raw) {
            let value = &raw[header.value.clone()];
            match &raw[header.key] {
                b"tree" => commit.tree = commit.tree.or(parse_id(value)),
                b"parent" => commit.parents.extend(parse_id(value)),
                b"author" => commit.author_time = time_of(value),
                b"committer" => commit.commit_time = time_of(value),
                _ => {}
            }
        }
        commit
    }

    /// The stamp that findings carry.
    pub fn stamp(&self, id: ObjectId) -> CommitStamp {
        CommitStamp {
            id,
            author_time: self.author_time,
            commit_time: self.commit_time,
        }
    }
}

/// An annotated tag.
#[derive(Clone, Debug, Default)]
pub struct Tag<'t> {
    pub target: Option<ObjectId>,
    pub name: &'t [u8],
    /// The time of the tagger line, Unix seconds, if it has one.
    pub time: Option<i64>,
}

impl<'t> Tag<'t> {
    /// Parses a raw tag object.
    pub fn parse(raw: &'t [u8]) -> Self {
        let mut tag = Self::default();
        for header in headers(raw) {
            let value = &raw[header.value.clone()];
            match &raw[header.key] {
                b"object" => tag.target = tag.target.or(parse_id(value)),
                b"tag" => tag.name = value,
                b"tagger" => tag.time = Some(time_of(value)),
                _ => {}
            }
        }
        tag
    }
}

/// Returns the parts of a raw commit or tag object that people write, in the order of their bytes:
/// identity lines ([`Place::Identity`]); unknown headers, merged tags and the message (`message`,
/// which is [`Place::CommitMessage`] or [`Place::TagMessage`]). Ids and signatures are left out.
pub fn parts(raw: &[u8], message: Place) -> Vec<(Place, Range<usize>)> {
    let mut parts = Vec::new();
    let mut end = 0;
    for header in headers(raw) {
        end = header.end;
        match &raw[header.key] {
            b"tree" | b"parent" | b"object" | b"type" | b"gpgsig" | b"gpgsig-sha256" => {}
            b"author" | b"committer" | b"tagger" => parts.push((Place::Identity, header.value)),
            _ => parts.push((message, header.value)),
        }
    }
    let text = end + usize::from(raw.get(end) == Some(&b'\n'));
    if text < raw.len() {
        parts.push((message, text..raw.len()));
    }
    parts
}

struct Header {
    key: Range<usize>,
    /// Without the final line ending; continuation lines keep their leading space.
    value: Range<usize>,
    /// Where the next header or the empty line starts.
    end: usize,
}

/// Iterates over the headers, up to the empty line.
fn headers(raw: &[u8]) -> impl Iterator<Item = Header> {
    let mut at = 0;
    std::iter::from_fn(move || {
        if at >= raw.len() || raw[at] == b'\n' {
            return None;
        }
        let start = at;
        at = line_end(raw, at);
        while raw.get(at) == Some(&b' ') {
            at = line_end(raw, at);
        }
        let last = at - usize::from(raw[at - 1] == b'\n');
        let space = memchr::memchr(b' ', &raw[start..last]).map_or(last, |space| start + space);
        Some(Header {
            key: start..space,
            value: last.min(space + 1)..last,
            end: at,
        })
    })
}

fn line_end(raw: &[u8], from: usize) -> usize {
    memchr::memchr(b'\n', &raw[from..]).map_or(raw.len(), |newline| from + newline + 1)
}

/// The time in an identity line: the number after the last `>`.
fn time_of(identity: &[u8]) -> i64 {
    let after = memchr::memrchr(b'>', identity).map_or(0, |end| end + 1);
    let word = identity[after..].trim_ascii().split(|&b| b == b' ').next();
    word.and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RAW: &[u8] = b"tree 1111111111111111111111111111111111111111
parent 2222222222222222222222222222222222222222
author A <a@x> 100 +0100
committer B <b@x> 200 +0000
gpgsig -----BEGIN
 abc
 -----END
mergetag object 3333
 tag v1
 text

the message
";

    #[test]
    fn a_commit_gives_its_tree_parents_and_times() {
        let commit = Commit::parse(RAW);
        assert_eq!(commit.tree, parse_id(&[b'1'; 40]));
        assert_eq!(commit.parents.len(), 1);
        assert_eq!((commit.author_time, commit.commit_time), (100, 200));
    }

    #[test]
    fn parts_leave_the_signature_out_and_keep_the_merged_tag() {
        let parts = parts(RAW, Place::CommitMessage);
        let text: Vec<_> = parts
            .iter()
            .map(|(place, range)| (*place, &RAW[range.clone()]))
            .collect();
        assert_eq!(text[0], (Place::Identity, &b"A <a@x> 100 +0100"[..]));
        assert_eq!(text[2], (Place::CommitMessage, &b"object 3333\n tag v1\n text"[..]));
        assert_eq!(text[3], (Place::CommitMessage, &b"the message\n"[..]));
        assert_eq!(text.len(), 4);
    }

    #[test]
    fn any_bytes_are_a_commit() {
        for raw in [
            &b""[..],
            b"\n",
            b" ",
            b"author",
            b"tree x\n\n",
            b"committer >>> 9x",
            b"a\n b\n c",
        ] {
            let commit = Commit::parse(raw);
            assert_eq!(commit.commit_time, 0);
            parts(raw, Place::CommitMessage);
            Tag::parse(raw);
        }
    }
}

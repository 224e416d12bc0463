//! A memo as bytes and back. Whatever is read is checked before it is used: [`super::sound`] says how.
//!
//! The checksum is the business of [`super::file`].

use std::io::Write;
use std::ops::Range;

use super::ids::Ids;
use super::traces::{Kept, KeptPlace, Stamp};
use super::wire::{Reader, Writer};
use super::{Line, Memo, NONE, NameDigest, Row, Weight, Word};
use crate::git::Mapped;
use crate::origin::ObjectId;

/// Raised when these bytes change their meaning.
pub const VERSION: u32 = 4;

impl Memo {
    /// Writes all of it.
    pub(super) fn encode(&self, to: &mut Writer<impl Write>) {
        to.byte(self.id_length as u8);
        to.byte(self.shallow.into());
        to.bytes(&self.salt);
        to.text(&self.ids);
        to.u32s(&self.sizes);
        let mut large: Vec<_> = self.large.iter().collect();
        large.sort_unstable();
        to.count(large.len());
        for (at, size) in large {
            to.u32(*at);
            to.u64(*size);
        }
        for list in [&self.outside, &self.missing] {
            to.count(list.len());
            list.iter().for_each(|id| to.bytes(id.as_bytes()));
        }
        to.u32s(&self.hits);
        to.u32s(&self.spot_ends);
        for list in [&self.held_ends, &self.held, &self.secrets, &self.shown] {
            to.u32s(list);
        }
        self.weights.iter().for_each(|weight| to.u32(weight.0));
        to.u64(self.name_bytes);
        for list in [&self.names, &self.submodules] {
            to.count(list.len());
            list.iter().for_each(|digest| to.bytes(digest));
        }
        to.count(self.commits.len());
        for row in &self.commits {
            to.u32(row.id);
            to.u32(row.tree);
            to.u64(row.author_time as u64);
            to.u64(row.commit_time as u64);
            to.u32(row.parents);
        }
        to.u32s(&self.parents);
        to.count(self.absent.len());
        for (child, parent) in &self.absent {
            to.u32(*child);
            to.bytes(parent.as_bytes());
        }
        self.encode_folders(to);
        self.encode_traces(to);
    }

    fn encode_traces(&self, to: &mut Writer<impl Write>) {
        to.byte(self.is_told.into());
        to.bytes(&self.roots);
        to.count(self.traces.len());
        for kept in &self.traces {
            encode_stamp(to, kept.introduced);
            encode_stamp(to, kept.removed);
            to.byte(kept.state);
            to.u32s(&kept.refs);
            to.u64(kept.more_refs);
            to.count(kept.places.len());
            for place in &kept.places {
                to.byte(place.is_name.into());
                to.u32s(&place.path);
                to.u32(place.object);
                encode_stamp(to, place.first);
                to.u32(place.in_head);
            }
        }
    }

    fn encode_folders(&self, to: &mut Writer<impl Write>) {
        to.count(self.words.len());
        for word in &self.words {
            match word {
                Word::Plain(name) => {
                    to.byte(0);
                    to.text(name);
                }
                Word::Within { folder, entry } => {
                    to.byte(1);
                    to.u32(*folder);
                    to.u32(*entry);
                }
            }
        }
        to.u32s(&self.named);
        for list in [&self.spots, &self.tags, &self.folders, &self.shapes] {
            to.count(list.len());
            for (folder, other) in list {
                to.u32(*folder);
                to.u32(*other);
            }
        }
        to.count(self.lines.len());
        for line in &self.lines {
            to.u32(line.word);
            to.u32(line.target);
        }
    }

    /// Reads what [`Memo::encode`] wrote in this part of a file; `None` if it does not add up. The ids, the
    /// better part of it, stay where they are.
    pub(super) fn decode(file: Mapped, body: Range<usize>) -> Option<Self> {
        let (mut memo, ids) = Self::parse(file.bytes().get(body.clone())?)?;
        memo.ids = Ids::Read(file, body.start + ids.start..body.start + ids.end);
        memo.adds_up().then_some(())?;
        memo.index();
        Some(memo)
    }

    /// Reads all but the ids, and where these are.
    fn parse(bytes: &[u8]) -> Option<(Self, Range<usize>)> {
        let from = &mut Reader::new(bytes);
        let id_length = usize::from(from.byte()?);
        if id_length != 20 && id_length != 32 {
            return None;
        }
        let (shallow, salt) = (from.byte()? != 0, from.array()?);
        let length = from.text()?.len();
        let end = bytes.len() - from.left();
        let mut memo = Self {
            id_length,
            shallow,
            salt,
            sizes: from.u32s()?,
            ..Self::default()
        };
        for _ in 0..from.count(12)? {
            memo.large.insert(from.u32()?, from.u64()?);
        }
        memo.outside = ids(from, id_length)?;
        memo.missing = ids(from, id_length)?;
        memo.hits = from.u32s()?;
        memo.spot_ends = from.u32s()?;
        memo.held_ends = from.u32s()?;
        memo.held = from.u32s()?;
        memo.secrets = from.u32s()?;
        memo.shown = from.u32s()?;
        for _ in 0..memo.held.len() {
            memo.weights.push(Weight(from.u32()?));
        }
        memo.name_bytes = from.u64()?;
        memo.names = digests(from)?;
        memo.submodules = digests(from)?;
        let commits = from.count(28)?;
        memo.commits.reserve_exact(commits);
        for _ in 0..commits {
            memo.commits.push(Row {
                id: from.u32()?,
                tree: from.u32()?,
                author_time: from.i64()?,
                commit_time: from.i64()?,
                parents: from.u32()?,
            });
        }
        memo.parents = from.u32s()?;
        for _ in 0..from.count(4 + id_length)? {
            memo.absent.push((from.u32()?, id(from, id_length)?));
        }
        memo.decode_folders(from)?;
        memo.decode_traces(from)?;
        from.is_done().then_some((memo, end - length..end))
    }

    fn decode_traces(&mut self, from: &mut Reader<'_>) -> Option<()> {
        self.is_told = from.byte()? != 0;
        self.roots = from.array()?;
        for _ in 0..from.count(27)? {
            let mut kept = Kept {
                introduced: stamp(from)?,
                removed: stamp(from)?,
                state: from.byte()?,
                refs: from.u32s()?,
                more_refs: from.u64()?,
                places: Vec::new(),
            };
            for _ in 0..from.count(18)? {
                kept.places.push(KeptPlace {
                    is_name: from.byte()? != 0,
                    path: from.u32s()?,
                    object: from.u32()?,
                    first: stamp(from)?,
                    in_head: from.u32()?,
                });
            }
            self.traces.push(kept);
        }
        Some(())
    }

    fn decode_folders(&mut self, from: &mut Reader<'_>) -> Option<()> {
        for _ in 0..from.count(9)? {
            let word = match from.byte()? {
                0 => Word::Plain(from.text()?.into()),
                1 => Word::Within {
                    folder: from.u32()?,
                    entry: from.u32()?,
                },
                _ => return None,
            };
            self.words.push(word);
        }
        self.named = from.u32s()?;
        for list in [&mut self.spots, &mut self.tags, &mut self.folders, &mut self.shapes] {
            let count = from.count(8)?;
            list.reserve_exact(count);
            for _ in 0..count {
                list.push((from.u32()?, from.u32()?));
            }
        }
        let lines = from.count(8)?;
        self.lines.reserve_exact(lines);
        for _ in 0..lines {
            self.lines.push(Line {
                word: from.u32()?,
                target: from.u32()?,
            });
        }
        Some(())
    }
}

fn encode_stamp(to: &mut Writer<impl Write>, stamp: Option<Stamp>) {
    to.u32(stamp.map_or(NONE, |stamp| stamp.commit));
    if let Some(stamp) = stamp {
        to.u64(stamp.author_time as u64);
        to.u64(stamp.commit_time as u64);
    }
}

fn stamp(from: &mut Reader<'_>) -> Option<Option<Stamp>> {
    let commit = from.u32()?;
    if commit == NONE {
        return Some(None);
    }
    Some(Some(Stamp {
        commit,
        author_time: from.i64()?,
        commit_time: from.i64()?,
    }))
}

fn id(from: &mut Reader<'_>, length: usize) -> Option<ObjectId> {
    ObjectId::from_bytes(from.take(length)?)
}

fn ids(from: &mut Reader<'_>, length: usize) -> Option<Vec<ObjectId>> {
    (0..from.count(length)?).map(|_| id(from, length)).collect()
}

fn digests(from: &mut Reader<'_>) -> Option<Vec<NameDigest>> {
    let count = from.count(16)?;
    let (digests, _) = from.take(count * 16)?.as_chunks();
    Some(digests.to_vec())
}

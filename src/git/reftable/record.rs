//! The records of one block: names that continue the one before, and what they stand for.
//!
//! Records are read in order, so the restart points, which serve a search, are only checked. Names must
//! ascend: a block cannot say two things of one name.

use super::table::{Fault, u24};
use crate::git::input::Input;
use crate::git::reflog::LogEntry;
use crate::git::refs::Target;
use crate::origin::ObjectId;

/// The names of refs are paths; no one has longer ones.
const LONGEST_NAME: usize = 1 << 16;

const DAMAGED: Fault = "a record of it is damaged";

/// One record: its key, and where its value stands.
pub struct Record<'r, 'b> {
    key: &'r [u8],
    kind: usize,
    input: &'r mut Input<'b>,
    id_length: usize,
}

/// Visits the records of a block in order. `start` is the offset that the content has in the block; the visitor
/// must take the value of each record.
pub fn each(
    content: &[u8],
    start: usize,
    id_length: usize,
    visit: &mut impl FnMut(Record<'_, '_>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut input = Input(without_restarts(content, start)?);
    let mut key = Vec::new();
    while !input.0.is_empty() {
        let kind = next_key(&mut input, &mut key).ok_or(DAMAGED)?;
        visit(Record {
            key: &key,
            kind,
            input: &mut input,
            id_length,
        })?;
    }
    Ok(())
}

/// Takes the restart points off the end of a block.
fn without_restarts(content: &[u8], start: usize) -> Result<&[u8], Fault> {
    let damaged = "the restart points of a block of it are damaged";
    let (rest, count) = content.split_last_chunk().ok_or(damaged)?;
    let points = 3 * usize::from(u16::from_be_bytes(*count));
    let end = rest.len().checked_sub(points).ok_or(damaged)?;
    let (records, points) = rest.split_at(end);
    let offsets: Vec<_> = points.chunks_exact(3).filter_map(|point| u24(point, 0)).collect();
    let are_inside = offsets.iter().all(|at| (start..start + end).contains(at));
    match are_inside && offsets.is_sorted() && !offsets.is_empty() {
        true => Ok(records),
        false => Err(damaged),
    }
}

/// Makes the key of the record before into that of the next one, and returns the type of its value.
fn next_key(input: &mut Input<'_>, key: &mut Vec<u8>) -> Option<usize> {
    let kept = input.offset_number()?;
    let length_and_kind = input.offset_number()?;
    let suffix = input.take(length_and_kind >> 3)?;
    let ascends = key.is_empty() || suffix > key.get(kept..)?;
    if !ascends || kept > key.len() || kept + suffix.len() > LONGEST_NAME {
        return None;
    }
    key.truncate(kept);
    key.extend_from_slice(suffix);
    Some(length_and_kind & 7)
}

impl<'r> Record<'r, '_> {
    pub fn key(&self) -> &'r [u8] {
        self.key
    }

    /// Splits the key of a log record into the name of the log and a number, of which the newest entry has the
    /// smallest.
    pub fn log_key(&self) -> Result<(Vec<u8>, u64), Fault> {
        let (rest, number) = self.key.split_last_chunk().ok_or(DAMAGED)?;
        let name = rest.strip_suffix(b"\0").ok_or(DAMAGED)?;
        Ok((name.to_vec(), u64::from_be_bytes(*number)))
    }

    /// Takes the value of a ref; `None` if the ref is deleted.
    pub fn target(self) -> Result<Option<Target>, Fault> {
        self.read_target().ok_or(DAMAGED)
    }

    fn read_target(self) -> Option<Option<Target>> {
        // In which transaction it was written.
        self.input.offset_number()?;
        Some(match self.kind {
            0 => None,
            1 => Some(Target::Direct(id(self.input, self.id_length)?)),
            2 => {
                let id_of_tag = id(self.input, self.id_length)?;
                // What the tag leads to is found by reading it.
                self.input.take(self.id_length)?;
                Some(Target::Direct(id_of_tag))
            }
            3 => Some(Target::Symbolic(text(self.input)?.to_vec())),
            _ => return None,
        })
    }

    /// Takes the value of a log entry; `None` if the entry is deleted.
    pub fn entry(self) -> Result<Option<LogEntry>, Fault> {
        match self.kind {
            0 => Ok(None),
            1 => read_entry(self.input, self.id_length).map(Some).ok_or(DAMAGED),
            _ => Err(DAMAGED),
        }
    }
}

fn read_entry(input: &mut Input<'_>, id_length: usize) -> Option<LogEntry> {
    let (old, new) = (id(input, id_length)?, id(input, id_length)?);
    // Who, by name and address; when, and in which time zone.
    text(input)?;
    text(input)?;
    input.offset_number()?;
    input.take(2)?;
    let message = text(input)?;
    // Git ends it with a newline.
    let message = message.strip_suffix(b"\n").unwrap_or(message).to_vec();
    Some(LogEntry { old, new, message })
}

fn id(input: &mut Input<'_>, length: usize) -> Option<ObjectId> {
    ObjectId::from_bytes(input.take(length)?)
}

fn text<'b>(input: &mut Input<'b>) -> Option<&'b [u8]> {
    let length = input.offset_number()?;
    input.take(length)
}

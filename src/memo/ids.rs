//! The ids of a memo's objects: one after the other in one list, sorted, found by their first bytes.
//!
//! Whether they are sorted is for [`super::sound`] to say, before anything is looked for.

use std::cmp::Ordering;
use std::fmt;
use std::ops::{Deref, Range};

use super::{Memo, OUTSIDE, Reference};
use crate::git::Mapped;
use crate::origin::ObjectId;

/// Ids, one after the other: the better part of a memo, so that of one that was read they stay where they are.
pub(super) enum Ids {
    Made(Vec<u8>),
    Read(Mapped, Range<usize>),
}

impl Ids {
    pub fn reserve(&mut self, more: usize) {
        if let Self::Made(ids) = self {
            ids.reserve_exact(more);
        }
    }

    pub fn add(&mut self, raw: &[u8]) {
        match self {
            Self::Made(ids) => ids.extend_from_slice(raw),
            Self::Read(..) => *self = Self::Made([&**self, raw].concat()),
        }
    }
}

impl Deref for Ids {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Made(ids) => ids,
            Self::Read(file, ids) => &file.bytes()[ids.clone()],
        }
    }
}

impl Default for Ids {
    fn default() -> Self {
        Self::Made(Vec::new())
    }
}

impl PartialEq for Ids {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl fmt::Debug for Ids {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes of ids", self.len())
    }
}

impl Memo {
    pub(super) fn id(&self, at: u32) -> ObjectId {
        ObjectId::from_bytes(self.raw_id(at as usize)).expect("ids have 20 or 32 bytes")
    }

    pub(super) fn raw_id(&self, at: usize) -> &[u8] {
        &self.ids[at * self.id_length..(at + 1) * self.id_length]
    }

    pub(super) fn object(&self, reference: Reference) -> ObjectId {
        match reference & OUTSIDE {
            0 => self.id(reference),
            _ => self.outside[(reference & !OUTSIDE) as usize],
        }
    }

    /// The place of an object among the ids.
    pub(super) fn find(&self, id: &ObjectId) -> Option<u32> {
        if id.length() != self.id_length || self.begins.is_empty() {
            return None;
        }
        let raw = id.as_bytes();
        let begin = begin(raw, self.begins.len() - 1);
        let (mut low, mut high) = (self.begins[begin], self.begins[begin + 1]);
        while low < high {
            let middle = low + (high - low) / 2;
            match order(self.raw_id(middle as usize), raw) {
                Ordering::Less => low = middle + 1,
                Ordering::Greater => high = middle,
                Ordering::Equal => return Some(middle),
            }
        }
        None
    }

    /// Notes where ids start, so that they are found: about sixteen start alike.
    pub(super) fn index(&mut self) {
        let starts = (self.known() / 16).next_power_of_two().min(1 << 16);
        let mut begins = vec![0; starts + 1];
        for raw in self.ids.chunks_exact(self.id_length.max(2)) {
            begins[begin(raw, starts) + 1] += 1;
        }
        for n in 1..begins.len() {
            begins[n] += begins[n - 1];
        }
        self.begins = begins;
    }
}

/// Which of so many starts, a power of two, an id has.
fn begin(raw: &[u8], starts: usize) -> usize {
    ((usize::from(raw[0]) << 8 | usize::from(raw[1])) * starts) >> 16
}

/// Compares ids: nearly always their first bytes decide, as numbers.
pub(super) fn order(one: &[u8], other: &[u8]) -> Ordering {
    match (one.first_chunk(), other.first_chunk()) {
        (Some(a), Some(b)) if a != b => u64::from_be_bytes(*a).cmp(&u64::from_be_bytes(*b)),
        _ => one.cmp(other),
    }
}

//! The ids of a memo's objects: one after the other in one list, sorted, found by their first bytes.
//!
//! Whether they are sorted is for [`super::sound`] to say, before anything is looked for.

use std::cmp::Ordering;

use super::{Memo, OUTSIDE, Reference};
use crate::origin::ObjectId;

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
        let begin = begin(raw);
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

    /// Notes where ids start, so that they are found.
    pub(super) fn index(&mut self) {
        let mut begins = vec![0; (1 << 16) + 1];
        for raw in self.ids.chunks_exact(self.id_length.max(2)) {
            begins[begin(raw) + 1] += 1;
        }
        for n in 1..begins.len() {
            begins[n] += begins[n - 1];
        }
        self.begins = begins;
    }
}

fn begin(raw: &[u8]) -> usize {
    usize::from(raw[0]) << 8 | usize::from(raw[1])
}

/// Compares ids: nearly always their first bytes decide, as numbers.
pub(super) fn order(one: &[u8], other: &[u8]) -> Ordering {
    match (one.first_chunk(), other.first_chunk()) {
        (Some(a), Some(b)) if a != b => u64::from_be_bytes(*a).cmp(&u64::from_be_bytes(*b)),
        _ => one.cmp(other),
    }
}

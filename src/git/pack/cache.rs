//! Objects that were read lately, for those that are made of them.
//!
//! Two generations: when the young one is full it becomes the old one, and what was not asked for since is
//! forgotten with the one before. Bounded by bytes.

use std::collections::HashMap;
use std::sync::Arc;

use crate::git::read::ObjectKind;

/// A pack's number and an offset in it.
pub type At = (usize, u64);

/// An object's kind and content.
pub type Known = (ObjectKind, Arc<Vec<u8>>);

/// Bytes of one generation: room for so many objects of this size, within bounds. What is made next takes the memory of what
/// is forgotten: fresh memory costs more than to make most objects.
const ROOM: usize = 16;
const LEAST: usize = 1 << 20;
const MOST: usize = 4 << 20;
/// More than this is not kept.
const LARGEST: usize = 8 << 20;

#[derive(Default)]
pub struct Cache {
    young: HashMap<At, Known>,
    old: HashMap<At, Known>,
    bytes: usize,
}

impl Cache {
    pub fn get(&mut self, at: At) -> Option<Known> {
        if let Some(known) = self.young.get(&at) {
            return Some(known.clone());
        }
        let known = self.old.remove(&at)?;
        self.put(at, known.clone());
        Some(known)
    }

    /// Remembers an object, unless it is too large to be worth it.
    pub fn put(&mut self, at: At, known: Known) {
        let size = known.1.len();
        if size > LARGEST {
            return;
        }
        if self.bytes + size > (ROOM * size).clamp(LEAST, MOST) {
            self.old = std::mem::take(&mut self.young);
            self.bytes = 0;
        }
        self.bytes += size;
        self.young.insert(at, known);
    }
}

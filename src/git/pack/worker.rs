//! A worker of the walk: it takes a tree of deltas and walks it depth first.
//!
//! It holds an object only while objects made of it are still to come; as the heaviest child comes last, that is
//! at most one object for each halving of the tree: some twenty of a million, whatever the depth. What cannot be
//! read costs itself and what is made of it.

use std::sync::PoisonError;

use super::delta::{self, Copied};
use super::entry::{Form, Inflater};
use super::touched::Touched;
use super::walk::{Derived, Packed, Visitor};
use super::{BASE_UNREAD, Fault, Packs};
use crate::git::store::{LARGEST, ObjectKind, ReadObject};

/// A buffer larger than this is not kept for the next object.
const KEPT: usize = 1 << 20;
/// But a few are: to take fresh memory for each version of a large file costs as much as to fill it.
const LARGE: usize = 4 << 20;
const LARGE_KEPT: usize = 4;
/// A tree that takes more than this at a time is walked while no other such tree is, and takes at most
/// [`LARGEST`]: a few bytes of deltas can ask for any amount.
const ALONE: u64 = 128 << 20;

/// Walks trees for one visitor.
pub struct Worker<'p, V> {
    packs: &'p Packs,
    others: &'p (dyn ReadObject + Sync),
    wanted: fn(ObjectKind) -> bool,
    pub visitor: V,
    inflater: Inflater,
    delta: Vec<u8>,
    copied: Vec<Copied>,
    spare: Vec<Vec<u8>>,
    /// What could not be read, by number.
    pub unread: Vec<(u32, Fault)>,
    touched: Touched,
}

/// An object that others are made of, while they are still to come.
struct Standing<'f, K> {
    bytes: Vec<u8>,
    kept: K,
    /// The children that are still to come.
    children: &'f [u32],
}

impl<'p, V: Visitor> Worker<'p, V> {
    pub fn new(
        packs: &'p Packs,
        others: &'p (dyn ReadObject + Sync),
        wanted: fn(ObjectKind) -> bool,
        visitor: V,
        threads: usize,
    ) -> Self {
        Self {
            packs,
            others,
            wanted,
            visitor,
            inflater: Inflater::new(),
            delta: Vec::new(),
            copied: Vec::new(),
            spare: Vec::new(),
            unread: Vec::new(),
            touched: Touched::of(packs, threads),
        }
    }

    /// Walks one tree.
    pub fn walk(&mut self, root: u32) {
        let forest = self.packs.forest();
        let lock = || self.packs.alone.lock().unwrap_or_else(PoisonError::into_inner);
        let mut alone = (self.packs.claimed_size(root) > ALONE).then(lock);
        let mut bytes = self.spare.pop().unwrap_or_default();
        let kind = match self.read_root(root, &mut bytes) {
            Ok(kind) => kind,
            Err(fault) => return self.give_up(root, fault),
        };
        if !(self.wanted)(kind) {
            return self.recycle(bytes);
        }
        let kept = self.visit(root, kind, &bytes, None);
        if forest.children(root).is_empty() {
            return self.recycle(bytes);
        }
        let mut held = bytes.len() as u64;
        let mut chain = vec![Standing {
            bytes,
            kept,
            children: forest.children(root),
        }];
        while let Some(base) = chain.last_mut() {
            let Some(&child) = base.children.split_off_first() else {
                let done = chain.pop().expect("it is the last");
                held -= done.bytes.len() as u64;
                self.recycle(done.bytes);
                continue;
            };
            let mut bytes = self.spare.pop().unwrap_or_default();
            let inflated = self.inflate(child, None);
            let needed = held.saturating_add(delta::result_size(&self.delta).unwrap_or_default());
            if inflated.is_ok() && needed > ALONE && alone.is_none() {
                alone = Some(self.packs.alone.lock().unwrap_or_else(PoisonError::into_inner));
            }
            let made = inflated
                .and(match needed > LARGEST {
                    true => Err("it takes too much memory together with what it is made of"),
                    false => Ok(()),
                })
                .and_then(|()| delta::apply(&self.delta, &base.bytes, &mut bytes, &mut self.copied));
            if let Err(fault) = made {
                self.recycle(bytes);
                self.give_up(child, fault);
                continue;
            }
            let copied = std::mem::take(&mut self.copied);
            let derived = Derived {
                base: &base.bytes,
                kept: &base.kept,
                copied: &copied,
            };
            let kept = self.visit(child, kind, &bytes, Some(derived));
            self.copied = copied;
            if base.children.is_empty() {
                // Let go before its last child's own children need memory.
                let done = chain.pop().expect("it is the last");
                held -= done.bytes.len() as u64;
                self.recycle(done.bytes);
            }
            match forest.children(child) {
                [] => self.recycle(bytes),
                children => {
                    held += bytes.len() as u64;
                    chain.push(Standing { bytes, kept, children });
                }
            }
        }
    }

    fn visit(&mut self, entry: u32, kind: ObjectKind, bytes: &[u8], derived: Option<Derived<'_, V::Kept>>) -> V::Kept {
        if self.packs.forest().is_again(entry) {
            return V::Kept::default();
        }
        let object = Packed {
            is_base: !self.packs.forest().children(entry).is_empty(),
            ..Packed::new(self.packs, entry, self.packs.slot_of(entry), kind, bytes)
        };
        self.visitor.visit(object, derived)
    }

    fn read_root(&mut self, root: u32, into: &mut Vec<u8>) -> Result<ObjectKind, Fault> {
        if let Some(kind) = self.packs.forest().kind(root) {
            self.inflate(root, Some(into))?;
            return Ok(kind);
        }
        let pack = &self.packs.packs[self.packs.forest().pack(root)];
        let (start, _) = self.packs.forest().extent(root, &self.packs.packs);
        let Form::OnId(base) = pack.header(start)?.form else {
            return Err("its delta base is missing");
        };
        self.inflate(root, None)?;
        let mut bytes = Vec::new();
        let kind = self.others.read(&base, &mut bytes).map_err(|_| BASE_UNREAD)?;
        delta::apply(&self.delta, &bytes, into, &mut self.copied)?;
        Ok(kind)
    }

    /// Checks and inflates an entry's data, into the delta buffer unless told otherwise.
    fn inflate(&mut self, entry: u32, into: Option<&mut Vec<u8>>) -> Result<(), Fault> {
        let forest = self.packs.forest();
        let number = forest.pack(entry);
        let pack = &self.packs.packs[number];
        let (start, end) = forest.extent(entry, &self.packs.packs);
        if self.touched.add(number, start..end) {
            self.packs.let_go();
        }
        let header = pack.header(start)?;
        let checksum = pack.index.checksum(forest.position(entry));
        let whole = pack.bytes(start as usize, end as usize);
        if checksum.is_some_and(|checksum| checksum != libdeflater::crc32(whole)) {
            return Err("its checksum is not what the pack index says");
        }
        let data = pack.bytes(header.data, end as usize);
        self.inflater
            .inflate(data, header.size, into.unwrap_or(&mut self.delta))
    }

    /// Notes an entry and all that is made of it as unread.
    fn give_up(&mut self, entry: u32, fault: Fault) {
        let first = self.unread.len();
        self.unread.push((entry, fault));
        let mut at = first;
        while let Some(&(entry, _)) = self.unread.get(at) {
            let children = self.packs.forest().children(entry);
            self.unread.extend(children.iter().map(|&child| (child, BASE_UNREAD)));
            at += 1;
        }
    }

    fn recycle(&mut self, bytes: Vec<u8>) {
        let is_kept = match self.spare.len() {
            0..LARGE_KEPT => bytes.capacity() <= LARGE,
            _ => bytes.capacity() <= KEPT,
        };
        if is_kept {
            self.spare.push(bytes);
        }
    }
}

//! A worker of the walk: it takes a tree of deltas and walks it depth first.
//!
//! It holds an object only while objects made of it are still to come; as the heaviest child comes last, that is
//! at most one object for each halving of the tree: some twenty of a million, whatever the depth. What cannot be
//! read costs itself and what is made of it.

use std::sync::PoisonError;

use super::delta::{self, Copied};
use super::entry::{BEYOND, Form, Header, Inflater};
use super::forest::{Forest, Turn};
use super::touched::Touched;
use super::walk::{Derived, Packed, Visitor};
use super::{BASE_UNREAD, Fault, Packs};
use crate::git::read::{LARGEST, ObjectKind, ReadObject};

/// A buffer larger than this is not kept for the next object.
const KEPT: usize = 1 << 20;
/// But a few are: to take fresh memory for each version of a large file costs as much as to fill it.
const LARGE: usize = 4 << 20;
const LARGE_KEPT: usize = 4;
/// A tree that takes more than this at a time is walked while no other such tree is, and takes at most
/// [`LARGEST`]: a few bytes of deltas can ask for any amount.
const ALONE: u64 = 128 << 20;

/// Walks trees for one visitor.
pub struct Worker<'p, V: Visitor> {
    packs: &'p Packs,
    forest: &'p Forest,
    others: &'p (dyn ReadObject + Sync),
    wanted: fn(ObjectKind) -> bool,
    pub visitor: V,
    inflater: Inflater,
    delta: Vec<u8>,
    copied: Vec<Copied>,
    spare: Vec<Vec<u8>>,
    /// The objects that the walk stands on, from the root; empty between trees.
    chain: Vec<Standing<V::Kept>>,
    /// What could not be read, by number.
    pub unread: Vec<(u32, Fault)>,
    touched: Touched,
}

/// An object that others are made of, while they are still to come.
struct Standing<K> {
    bytes: Vec<u8>,
    kept: K,
    /// Behind the last turn of what is made of it.
    end: u32,
}

/// An entry that may be inflated: what was checked can be.
struct Opened<'p> {
    header: Header,
    data: &'p [u8],
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
            forest: packs.forest(),
            others,
            wanted,
            visitor,
            inflater: Inflater::new(),
            delta: Vec::new(),
            copied: Vec::new(),
            spare: Vec::new(),
            chain: Vec::new(),
            unread: Vec::new(),
            touched: Touched::of(packs, threads),
        }
    }

    /// Walks one tree, from its first turn on.
    pub fn walk(&mut self, tree: u32) {
        let packs = self.packs;
        let lock = || packs.alone.lock().unwrap_or_else(PoisonError::into_inner);
        let root = self.forest.turns(tree)[0];
        let opened = match self.open(tree, root) {
            Ok(opened) => opened,
            Err(fault) => return self.give_up(tree, fault),
        };
        let mut alone = (opened.header.size > ALONE).then(lock);
        let mut bytes = self.spare.pop().unwrap_or_default();
        let kind = match self.read_root(root.entry, &opened, &mut bytes) {
            Ok(kind) => kind,
            Err(fault) => return self.give_up(tree, fault),
        };
        if !(self.wanted)(kind) {
            return self.recycle(bytes);
        }
        let kept = self.visit(tree, root, kind, &bytes, None);
        if root.end == tree + 1 {
            return self.recycle(bytes);
        }
        let mut held = bytes.len() as u64;
        let mut chain = std::mem::take(&mut self.chain);
        let end = root.end;
        chain.push(Standing { bytes, kept, end });
        let mut at = tree + 1;
        while let Some(base) = chain.last() {
            let turn = self.forest.turns(at)[0];
            let mut bytes = self.spare.pop().unwrap_or_default();
            let inflated = self
                .open(at, turn)
                .and_then(|delta| self.inflater.inflate(delta.data, delta.header.size, &mut self.delta));
            let needed = held.saturating_add(delta::result_size(&self.delta).unwrap_or_default());
            if inflated.is_ok() && needed > ALONE && alone.is_none() {
                alone = Some(lock());
            }
            let made = inflated
                .and(match needed > LARGEST {
                    true => Err("it takes too much memory together with what it is made of"),
                    false => Ok(()),
                })
                .and_then(|()| delta::apply(&self.delta, &base.bytes, &mut bytes, &mut self.copied));
            let visited = made.map(|()| {
                let copied = std::mem::take(&mut self.copied);
                let derived = Derived {
                    base: &base.bytes,
                    kept: &base.kept,
                    copied: &copied,
                };
                let kept = self.visit(at, turn, kind, &bytes, Some(derived));
                self.copied = copied;
                kept
            });
            // Let go before its last child's own children need memory.
            if let Some(done) = chain.pop_if(|base| base.end == turn.end) {
                held -= done.bytes.len() as u64;
                self.recycle(done.bytes);
                self.visitor.take_back(done.kept);
            }
            match visited {
                Ok(kept) if turn.end > at + 1 => {
                    held += bytes.len() as u64;
                    let end = turn.end;
                    chain.push(Standing { bytes, kept, end });
                    at += 1;
                }
                Ok(_) => {
                    self.recycle(bytes);
                    at += 1;
                }
                Err(fault) => {
                    self.recycle(bytes);
                    self.give_up(at, fault);
                    at = turn.end;
                }
            }
        }
        self.chain = chain;
    }

    fn visit(
        &mut self,
        at: u32,
        turn: Turn,
        kind: ObjectKind,
        bytes: &[u8],
        derived: Option<Derived<'_, V::Kept>>,
    ) -> V::Kept {
        if self.forest.is_again(turn.entry) {
            return V::Kept::default();
        }
        let object = Packed {
            is_base: turn.end > at + 1,
            ..Packed::new(self.packs, turn.entry, self.forest.slot(turn.entry), kind, bytes)
        };
        self.visitor.visit(object, derived)
    }

    fn read_root(&mut self, root: u32, opened: &Opened<'_>, into: &mut Vec<u8>) -> Result<ObjectKind, Fault> {
        let Opened { header, data } = opened;
        if let Some(kind) = self.forest.kind(root) {
            self.inflater.inflate(data, header.size, into)?;
            return Ok(kind);
        }
        let Form::OnId(base) = header.form else {
            return Err("its delta base is missing");
        };
        self.inflater.inflate(data, header.size, &mut self.delta)?;
        let mut bytes = Vec::new();
        let kind = self.others.read(&base, &mut bytes).map_err(|_| BASE_UNREAD)?;
        delta::apply(&self.delta, &bytes, into, &mut self.copied)?;
        Ok(kind)
    }

    /// Checks the entry whose turn it is, and reads its header.
    fn open(&mut self, at: u32, turn: Turn) -> Result<Opened<'p>, Fault> {
        let packs = self.packs;
        self.forest.look_ahead(at, &packs.packs, self.wanted);
        let extent = self.forest.extent(turn.entry, &packs.packs);
        self.touched.add(packs, extent.pack, extent.start..extent.end);
        let pack = &packs.packs[extent.pack];
        let header = pack.header(extent.start)?;
        pack.check(&extent)?;
        let data = pack.bytes(header.data, (extent.end as usize).saturating_add(BEYOND));
        Ok(Opened { header, data })
    }

    /// Notes the entry whose turn it is and all that is made of it as unread.
    fn give_up(&mut self, at: u32, fault: Fault) {
        let turns = self.forest.turns(at).iter();
        let faults = std::iter::once(fault).chain(std::iter::repeat(BASE_UNREAD));
        self.unread.extend(turns.map(|turn| turn.entry).zip(faults));
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

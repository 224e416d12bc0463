//! Planting the forest: the headers of all entries are read, and what is made of what is put into tables.
//!
//! Headers lie all over a pack, so that all of it is brought into memory: a part at a time, and of a large pack
//! each part is given back before the next. What the tables mean is said in [`super`].

use std::cmp::Reverse;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use super::children::{Children, NONE, weigh};
use super::guide::Guide;
use super::{Entry, Forest, Turn};
use crate::git::both;
use crate::git::pack::entry::Form;
use crate::git::pack::{Fault, Pack, map};
use crate::git::read::ObjectKind;

/// What an entry is made of.
enum MadeOf {
    Nothing(ObjectKind),
    Entry(u32),
    /// An object of another pack, or of none.
    Elsewhere,
}

/// Fewer entries than this are not worth a thread.
const LEAST_SHARE: usize = 1 << 14;
/// Each thread takes about so many shares, as some take longer than others.
const SHARES: usize = 8;
/// So many bytes of a pack are brought at a time, if so many entries or more begin there: where few do, most of it
/// is not asked for.
const PART: u64 = 16 << 20;
const LEAST_IN_PART: usize = (PART >> 16) as usize;
/// So many entries ahead a header is asked for.
const AHEAD: u32 = 16;
/// A tree of more entries is heavy.
const HEAVY: u32 = 1 << 10;

impl Forest {
    /// Reads the headers of all entries. With `keep` the packs stay in memory.
    pub fn plant(packs: &[Pack], threads: usize, keep: bool) -> Self {
        let (mut forest, guides) = Self::list(packs, threads);
        let (parents, roots) = forest.read_headers(packs, &guides, threads, keep);
        let mut children = Children::of(&parents);
        let order = forest.hand_on(&parents, &roots, &children);
        let weights = weigh(&order, &parents);
        children.sort(&weights);
        let weight = |root: &u32| weights[*root as usize];
        let (mut heavy, light): (Vec<_>, Vec<_>) = roots.into_iter().partition(|root| weight(root) > HEAVY);
        heavy.sort_by_key(|root| Reverse(weight(root)));
        heavy.extend(light);
        forest.put_down(&heavy, &order, &weights, &children);
        forest
    }

    /// Lists the entries of all packs, with a guide to each.
    fn list(packs: &[Pack], threads: usize) -> (Self, Vec<Guide>) {
        let mut guides = Vec::new();
        let mut forest = Self {
            firsts: vec![0],
            entries: Vec::new(),
            turns: Vec::new(),
            trees: Vec::new(),
            faults: Vec::new(),
        };
        for (number, pack) in packs.iter().enumerate() {
            let first = forest.entries.len() as u32;
            let ((guide, entries), ()) = both(threads, || Guide::through(pack, first), || pack.index.sharpen());
            guides.push(guide);
            let earlier = &packs[..number];
            forest
                .entries
                .extend(entries.into_iter().map(|(offset, position)| Entry {
                    offset,
                    position,
                    kind: None,
                    again: !earlier.is_empty() && {
                        let id = pack.index.id(position);
                        earlier.iter().any(|earlier| earlier.index.find(&id).is_some())
                    },
                }));
            forest.firsts.push(forest.entries.len() as u32);
        }
        (forest, guides)
    }

    /// Returns what each entry is made of, and the roots, in order.
    fn read_headers(&mut self, packs: &[Pack], guides: &[Guide], threads: usize, keep: bool) -> (Vec<u32>, Vec<u32>) {
        let share = (self.entries.len() / (threads.max(1) * SHARES)).max(LEAST_SHARE) as u32;
        let all = 0..self.entries.len() as u32;
        let shares: Vec<u32> = all.clone().step_by(share as usize).collect();
        let forest = &*self;
        let read = |first: u32| -> Vec<_> {
            let mut rest = first..all.end.min(first.saturating_add(share));
            let mut made_of = Vec::with_capacity(rest.len());
            while let Some((pack, bytes, part)) = forest.next_part(&mut rest) {
                let map = &packs[pack].map;
                if part.len() >= LEAST_IN_PART {
                    map.fetch(bytes.clone());
                }
                made_of.extend(part.map(|entry| {
                    forest.ask_for_header(entry + AHEAD, pack, map.bytes());
                    forest.read_header(packs, guides, entry)
                }));
                if !keep {
                    map.let_go(bytes);
                }
            }
            made_of
        };
        let next = AtomicUsize::new(0);
        let work = || {
            let shares = std::iter::from_fn(|| shares.get(next.fetch_add(1, Relaxed)));
            shares.map(|first| (*first, read(*first))).collect::<Vec<_>>()
        };
        let mut made_of: Vec<(u32, Vec<_>)> = match threads.min(shares.len()) {
            0 | 1 => work(),
            workers => std::thread::scope(|scope| {
                let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
                let joined = workers.into_iter().map(std::thread::ScopedJoinHandle::join);
                joined
                    .flat_map(|result| result.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
                    .collect()
            }),
        };
        made_of.sort_unstable_by_key(|(first, _)| *first);
        let (mut parents, mut roots) = (vec![NONE; self.entries.len()], Vec::new());
        for (entry, made_of) in made_of.into_iter().flat_map(|(_, made_of)| made_of).enumerate() {
            match made_of {
                Ok(MadeOf::Entry(base)) => parents[entry] = base,
                Ok(MadeOf::Nothing(kind)) => {
                    self.entries[entry].kind = Some(kind);
                    roots.push(entry as u32);
                }
                Ok(MadeOf::Elsewhere) => roots.push(entry as u32),
                Err(fault) => self.faults.push((entry as u32, fault)),
            }
        }
        (parents, roots)
    }

    /// Takes the entries of the next part off these: its pack, where it lies there, and the entries.
    fn next_part(&self, rest: &mut Range<u32>) -> Option<(usize, Range<u64>, Range<u32>)> {
        let first = (rest.start < rest.end).then_some(rest.start)?;
        let pack = self.pack(first);
        let start = self.entries[first as usize].offset;
        let bytes = start..start.saturating_add(PART);
        let of_pack = &self.entries[first as usize..rest.end.min(self.firsts[pack + 1]) as usize];
        let count = of_pack.partition_point(|entry| entry.offset < bytes.end).max(1);
        rest.start += count as u32;
        Some((pack, bytes, first..rest.start))
    }

    /// Asks the memory for a header to come.
    fn ask_for_header(&self, entry: u32, pack: usize, bytes: &[u8]) {
        let entry = self
            .entries
            .get(entry as usize)
            .filter(|_| entry < self.firsts[pack + 1]);
        let first = entry.and_then(|entry| bytes.get(entry.offset as usize));
        first.into_iter().for_each(map::ask_for);
    }

    fn read_header(&self, packs: &[Pack], guides: &[Guide], entry: u32) -> Result<MadeOf, Fault> {
        let number = self.pack(entry);
        let pack = &packs[number];
        let base = match pack.header(self.entries[entry as usize].offset)?.form {
            Form::Whole(kind) => return Ok(MadeOf::Nothing(kind)),
            Form::OnOffset(offset) => guides[number].find(self, offset),
            Form::OnId(id) => match pack.index.find(&id) {
                Some(position) => guides[number].find(self, pack.index.offset(position)),
                None => return Ok(MadeOf::Elsewhere),
            },
        };
        base.map(MadeOf::Entry).ok_or("its delta base is missing")
    }

    /// Hands on kinds and faults to what is made of entries. Returns every entry that a root leads to, bases before what is
    /// made of them; what neither a root nor a fault leads to is in a circle.
    fn hand_on(&mut self, parents: &[u32], roots: &[u32], children: &Children) -> Vec<u32> {
        let mut order = Vec::with_capacity(parents.len());
        let mut is_met = vec![false; parents.len()];
        roots.iter().for_each(|&root| is_met[root as usize] = true);
        // Nearly always a base stands before what is made of it, mostly near.
        for (entry, &parent) in parents.iter().enumerate() {
            if (parent as usize) < entry && is_met[parent as usize] {
                is_met[entry] = true;
                self.entries[entry].kind = self.kind(parent);
            }
            if is_met[entry] {
                order.push(entry as u32);
            }
        }
        if order.len() < parents.len() {
            self.hand_on_backwards(&mut order, is_met, children);
        }
        order
    }

    /// The same to what stands before its base, or is made of nothing that can be read.
    fn hand_on_backwards(&mut self, order: &mut Vec<u32>, mut is_met: Vec<bool>, children: &Children) {
        let mut at = 0;
        while let Some(&entry) = order.get(at) {
            at += 1;
            let kind = self.kind(entry);
            for &child in children.made_of(entry) {
                if !std::mem::replace(&mut is_met[child as usize], true) {
                    self.entries[child as usize].kind = kind;
                    order.push(child);
                }
            }
        }
        let mut at = 0;
        while let Some(&(entry, fault)) = self.faults.get(at) {
            at += 1;
            is_met[entry as usize] = true;
            let beneath = children.made_of(entry).iter();
            self.faults.extend(beneath.map(|&child| (child, fault)));
        }
        let lost = (0..is_met.len()).filter(|&entry| !is_met[entry]);
        self.faults
            .extend(lost.map(|entry| (entry as u32, "its delta is made of itself, in a circle")));
    }

    /// Puts everything down in the order in which it is walked: these trees one behind the other.
    fn put_down(&mut self, roots: &[u32], order: &[u32], weights: &[u32], children: &Children) {
        let mut firsts = vec![0; self.entries.len()];
        let mut next = 0;
        for &root in roots {
            firsts[root as usize] = next;
            self.trees.push(next);
            next += weights[root as usize];
        }
        self.turns = vec![Turn::default(); next as usize];
        for &entry in order {
            let first = firsts[entry as usize];
            self.turns[first as usize] = Turn {
                entry,
                end: first + weights[entry as usize],
            };
            let mut next = first + 1;
            for &child in children.made_of(entry) {
                firsts[child as usize] = next;
                next += weights[child as usize];
            }
        }
    }
}

#[cfg(test)]
mod tests;

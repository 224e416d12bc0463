//! The walk over all packs: every object once, bases before what is made of them, by several threads.
//!
//! Here is what is visited, by whom, and what is said of what could not be read; how a worker walks a tree of deltas is
//! said in [`super::worker`]. What a walk gives is the same for any number of threads, but for the order of visits.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use super::delta::Copied;
use super::worker::Worker;
use super::{Fault, Packs};
use crate::git::read::{ObjectKind, ReadObject};
use crate::origin::ObjectId;

/// An object, as it is met on the walk.
#[derive(Clone, Copy)]
pub struct Packed<'w> {
    /// Its place in the order of all packs' bytes.
    pub number: u32,
    /// Its place in the pack indexes, by which [`Packs::slot`] finds it.
    pub slot: u32,
    pub kind: ObjectKind,
    pub bytes: &'w [u8],
    /// Whether others are made of it: what is kept of it is asked for then.
    pub is_base: bool,
    pub(super) packs: &'w Packs,
}

impl<'w> Packed<'w> {
    /// The object with this number, read at this slot of the packs, of which no other is made.
    pub fn new(packs: &'w Packs, number: u32, slot: u32, kind: ObjectKind, bytes: &'w [u8]) -> Self {
        Self {
            number,
            slot,
            kind,
            bytes,
            is_base: false,
            packs,
        }
    }

    /// Its id, which is looked up: most objects hold nothing, and nobody asks.
    pub fn id(&self) -> ObjectId {
        self.packs.at_slot(self.slot)
    }
}

/// How an object came out of another that was met before.
pub struct Derived<'w, K> {
    pub base: &'w [u8],
    /// What the visitor kept of the base.
    pub kept: &'w K,
    pub copied: &'w [Copied],
}

/// What is done with the objects. Each worker has its own.
pub trait Visitor: Send {
    /// What is kept of an object for those that are made of it. The default stands for one that was not visited.
    type Kept: Default;

    fn visit(&mut self, object: Packed<'_>, derived: Option<Derived<'_, Self::Kept>>) -> Self::Kept;

    /// Takes back what was kept of an object when nothing more is made of it.
    fn take_back(&mut self, _kept: Self::Kept) {}
}

/// How a walk ended.
pub struct Walked<V> {
    pub visitors: Vec<V>,
    /// Objects that could not be read, with their numbers, in order.
    pub unread: Vec<(u32, ObjectId, Fault)>,
}

impl Packs {
    /// Visits every object of the kinds that `wanted` holds for, each once, on `threads` threads. `others` is
    /// asked for the bases of deltas that lie in another pack or in none.
    pub fn walk<V: Visitor>(
        &self,
        others: &(dyn ReadObject + Sync),
        wanted: fn(ObjectKind) -> bool,
        threads: usize,
        visitor: impl Fn() -> V + Sync,
    ) -> Walked<V> {
        let forest = self.forest_by(threads);
        let next = AtomicUsize::new(0);
        let work = || {
            let mut worker = Worker::new(self, others, wanted, visitor(), threads);
            while let Some(&tree) = forest.trees.get(next.fetch_add(1, Relaxed)) {
                if forest.kind(forest.root(tree)).is_none_or(wanted) {
                    worker.walk(tree);
                }
            }
            (worker.visitor, worker.unread)
        };
        let results = match threads {
            0 | 1 => vec![work()],
            _ => std::thread::scope(|scope| {
                let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
                let joined = workers.into_iter().map(std::thread::ScopedJoinHandle::join);
                joined
                    .map(|result| result.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
                    .collect()
            }),
        };
        let (visitors, unread): (Vec<V>, Vec<_>) = results.into_iter().unzip();
        // What has no kind for want of a base could be of any.
        let mut unread: Vec<_> = unread.into_iter().flatten().collect();
        unread.extend(
            forest
                .faults
                .iter()
                .filter(|(entry, _)| forest.kind(*entry).is_none_or(wanted)),
        );
        unread.sort_unstable();
        let unread = unread
            .into_iter()
            .map(|(entry, fault)| (entry, self.id(entry), fault))
            .collect();
        Walked { visitors, unread }
    }

    /// The kind of the entry with this number, as far as headers tell.
    pub fn kind(&self, entry: u32) -> Option<ObjectKind> {
        self.forest().kind(entry)
    }

    /// Whether an earlier pack has the object of the entry with this number.
    pub fn is_again(&self, entry: u32) -> bool {
        self.forest().is_again(entry)
    }

    fn id(&self, entry: u32) -> ObjectId {
        let forest = self.forest();
        self.packs[forest.pack(entry)].index.id(forest.position(entry))
    }
}

//! The walk over what is packed, where other copies stand in for what is damaged.

use super::{Store, unreadable};
use crate::git::pack::{self, Packed, Visitor};
use crate::git::read::{ObjectKind, ReadObject};
use crate::origin::ObjectId;
use crate::skip::Skip;

/// How many objects may turn out to be made of a base that is damaged everywhere, until the rest counts as that.
const TRIES: u32 = 1000;

/// A packed object that cannot be read.
#[derive(Clone, Debug)]
pub struct Unread {
    /// Its place in the order of the packs.
    pub number: u32,
    /// `None` if not even that can be told.
    pub kind: Option<ObjectKind>,
    pub skip: Skip,
}

impl Store {
    /// Visits every object of the wanted kinds that is in packs, once, on `threads` threads. Of an object that
    /// cannot be read, or that is made of such a one, other copies are tried, in other packs and loose. Returns
    /// the visitors, each of which has seen a part, and what is damaged, by number.
    pub fn walk<V: Visitor>(
        &self,
        wanted: fn(ObjectKind) -> bool,
        threads: usize,
        visitor: impl Fn() -> V + Sync,
    ) -> (Vec<V>, Vec<Unread>) {
        let mut walked = self.packs.walk(self, wanted, threads, visitor);
        let mut faults = Vec::new();
        let mut bytes = Vec::new();
        let has_copy = |id: &ObjectId| self.is_loose(id) || self.packs.copies(id) > 1;
        // Without another copy of any base, what is made of bases need not be tried again.
        let mut tries = match walked
            .unread
            .iter()
            .any(|(_, id, fault)| *fault != pack::BASE_UNREAD && has_copy(id))
        {
            true => TRIES,
            false => 0,
        };
        for (number, id, fault) in walked.unread {
            let mut say = |reason: String| {
                faults.push(Unread {
                    number,
                    kind: self.packs.kind(number),
                    skip: Skip::fault(id.to_string(), reason),
                });
            };
            let is_damaged = fault != pack::BASE_UNREAD;
            let copy = || format!("a copy of the object is damaged: {fault}; another copy was read");
            if self.packs.is_again(number) {
                // The other copy is read or said to be unread by itself.
                if is_damaged {
                    say(copy());
                }
                continue;
            }
            let again = match has_copy(&id) || !is_damaged && tries > 0 {
                true => self.read(&id, &mut bytes),
                false => Err(unreadable(fault)),
            };
            match again {
                Ok(kind) if !wanted(kind) => {}
                Ok(kind) => {
                    if is_damaged {
                        say(copy());
                    }
                    let slot = self.packs.slot(&id).expect("it was met in a pack");
                    let object = Packed::new(&self.packs, number, slot, kind, &bytes);
                    let visitor = walked.visitors.first_mut().expect("there is a worker");
                    visitor.visit(object, None);
                }
                Err(reason) => {
                    tries = tries.saturating_sub(1);
                    say(reason);
                }
            }
        }
        (walked.visitors, faults)
    }
}

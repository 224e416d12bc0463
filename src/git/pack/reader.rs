//! Single objects out of packs: found by id, put together along their chain of deltas.
//!
//! For what needs a few objects, or many in an order of its own, such as provenance. Threads do not share
//! a reader. A chain is followed in a loop and has an end, also if it is a circle.

use std::sync::{Arc, PoisonError};

use super::cache::{At, Cache, Known};
use super::delta;
use super::entry::{Form, Header, Inflater};
use super::{BASE_UNREAD, Fault, Packs};
use crate::git::read::ObjectKind;
use crate::origin::ObjectId;

/// Git makes chains of at most 4,095.
const LONGEST_CHAIN: usize = 1 << 16;

/// To inflate so many bytes once more, should it turn out to be a base, costs less than to copy all such.
const LARGE: u64 = 64 << 10;

/// So many damaged bases of one object are replaced by other copies of them, each in so many steps.
const MENDED: usize = 8;
const MENDING: usize = 2;

/// What one thread reads with.
pub struct Reader {
    inflater: Inflater,
    delta: Vec<u8>,
    /// Memory that was given back, for the next large object.
    spare: Vec<u8>,
    cache: Cache,
    /// Copies from elsewhere of what is damaged at these places, while one object is read.
    mended: Vec<(At, Known)>,
}

/// Reads an object that is in no pack.
pub type Outside<'o> = &'o dyn Fn(&ObjectId, &mut Vec<u8>) -> Option<ObjectKind>;

impl Packs {
    /// Replaces `into` by an object's content. `None` if no pack has it; if several have, the first that can be
    /// read counts.
    pub fn read(&self, id: &ObjectId, into: &mut Vec<u8>, outside: Outside<'_>) -> Option<Result<ObjectKind, Fault>> {
        self.read_with(id, outside, |reader, (kind, content)| {
            match Arc::try_unwrap(content) {
                // It was not remembered, so there is no other use for it.
                Ok(content) => reader.spare = std::mem::replace(into, content),
                Err(content) => {
                    into.clear();
                    into.extend_from_slice(&content);
                }
            }
            kind
        })
    }

    /// The same for those who keep what they read: it is not copied.
    pub fn share(&self, id: &ObjectId, outside: Outside<'_>) -> Option<Result<Known, Fault>> {
        self.read_with(id, outside, |_, known| known)
    }

    fn read_with<T>(
        &self,
        id: &ObjectId,
        outside: Outside<'_>,
        mut take: impl FnMut(&mut Reader, Known) -> T,
    ) -> Option<Result<T, Fault>> {
        let mut fault = None;
        for at in self.places(id) {
            let idle = self.lock().pop();
            let mut reader = idle.unwrap_or_else(|| Reader {
                inflater: Inflater::new(),
                delta: Vec::new(),
                spare: Vec::new(),
                cache: Cache::default(),
                mended: Vec::new(),
            });
            let read = self.resolve_mended(&mut reader, at, outside, 0);
            reader.mended.clear();
            let read = read.map(|known| take(&mut reader, known));
            self.lock().push(reader);
            match read {
                Ok(taken) => return Some(Ok(taken)),
                Err(why) => fault = Some(Err(why)),
            }
        }
        fault
    }

    /// Every place where the packs have an object.
    fn places(&self, id: &ObjectId) -> impl Iterator<Item = At> {
        let packs = self.packs.iter().enumerate();
        packs.filter_map(move |(number, pack)| Some((number, pack.index.offset(pack.index.find(id)?))))
    }

    /// Reads the entry at a place; where one that it is made of is damaged, another copy of that is taken.
    fn resolve_mended(&self, reader: &mut Reader, at: At, outside: Outside<'_>, depth: usize) -> Result<Known, Fault> {
        for _ in 0..MENDED {
            let (broken, fault) = match self.resolve(reader, at, outside) {
                Ok(known) => return Ok(known),
                Err(broken) => broken,
            };
            if depth == MENDING || broken == at || !self.mend(reader, broken, outside, depth) {
                return Err(if broken == at { fault } else { BASE_UNREAD });
            }
        }
        Err(BASE_UNREAD)
    }

    /// Looks for another copy of what is damaged at a place.
    fn mend(&self, reader: &mut Reader, broken: At, outside: Outside<'_>, depth: usize) -> bool {
        let forest = self.forest();
        let Some(entry) = forest.at(broken.0, broken.1) else {
            return false;
        };
        let id = self.packs[broken.0].index.id(forest.position(entry));
        let elsewhere = self.places(&id).filter(|place| *place != broken);
        let mut copies = elsewhere.filter_map(|place| self.resolve_mended(reader, place, outside, depth + 1).ok());
        let copy = copies.next().or_else(|| {
            let mut whole = Vec::new();
            Some((outside(&id, &mut whole)?, Arc::new(whole)))
        });
        drop(copies);
        reader.mended.extend(copy.clone().map(|copy| (broken, copy)));
        copy.is_some()
    }

    /// Reads the entry at a place, or says which entry it breaks at.
    fn resolve(&self, reader: &mut Reader, mut at: At, outside: Outside<'_>) -> Result<Known, (At, Fault)> {
        let mut chain: Vec<(At, Header)> = Vec::new();
        let (kind, mut content) = loop {
            if let Some((_, known)) = reader.mended.iter().find(|(place, _)| *place == at) {
                break known.clone();
            }
            if let Some(known) = reader.cache.get(at) {
                break known;
            }
            if chain.len() == LONGEST_CHAIN {
                return Err((chain[0].0, "its chain of deltas has no end"));
            }
            let broken = |fault| (at, fault);
            self.check(at).map_err(broken)?;
            let header = self.packs[at.0].header(at.1).map_err(broken)?;
            match header.form {
                Form::Whole(kind) => {
                    // What is asked for itself is seldom a base as well, and a large one is copied to be remembered.
                    let is_kept = !chain.is_empty() || header.size < LARGE;
                    let mut whole = match is_kept {
                        true => Vec::new(),
                        false => std::mem::take(&mut reader.spare),
                    };
                    let data = self.packs[at.0].bytes(header.data, usize::MAX);
                    reader.inflater.inflate(data, header.size, &mut whole).map_err(broken)?;
                    let known = (kind, Arc::new(whole));
                    if is_kept {
                        reader.cache.put(at, known.clone());
                    }
                    break known;
                }
                Form::OnOffset(offset) => {
                    chain.push((at, header));
                    at.1 = offset;
                }
                Form::OnId(base) => {
                    chain.push((at, header));
                    let pack = &self.packs[at.0];
                    let here = pack
                        .index
                        .find(&base)
                        .map(|position| (at.0, pack.index.offset(position)));
                    match here.or_else(|| self.places(&base).next()) {
                        Some(place) => at = place,
                        None => {
                            let mut whole = Vec::new();
                            let kind = outside(&base, &mut whole).ok_or((at, "its delta base is missing"))?;
                            break (kind, Arc::new(whole));
                        }
                    }
                }
            }
        };
        let mut copied = Vec::new();
        for (at, header) in chain.into_iter().rev() {
            let data = self.packs[at.0].bytes(header.data, usize::MAX);
            let mut made = Vec::new();
            reader
                .inflater
                .inflate(data, header.size, &mut reader.delta)
                .and_then(|()| delta::apply(&reader.delta, &content, &mut made, &mut copied))
                .map_err(|fault| (at, fault))?;
            content = Arc::new(made);
            reader.cache.put(at, (kind, Arc::clone(&content)));
        }
        Ok((kind, content))
    }

    /// Checks an entry against the index's checksum, if all entries are known: where this one ends must be.
    fn check(&self, at: At) -> Result<(), Fault> {
        let Some((forest, entry)) = self
            .forest
            .get()
            .and_then(|forest| Some((forest, forest.at(at.0, at.1)?)))
        else {
            return Ok(());
        };
        self.packs[at.0].check(&forest.extent(entry, &self.packs))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Reader>> {
        // A reader in the list is whole even if a thread that held the lock has panicked.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

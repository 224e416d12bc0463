//! Single objects out of packs: found by id, put together along their chain of deltas.
//!
//! For what needs a few objects, or many in an order of its own, such as provenance. Threads do not share
//! a reader. A chain is followed in a loop and has an end, also if it is a circle.

use std::sync::{Arc, PoisonError};

use super::cache::{At, Cache, Known};
use super::delta;
use super::entry::{Form, Inflater};
use super::{Fault, Packs};
use crate::git::store::ObjectKind;
use crate::origin::ObjectId;

/// Git makes chains of at most 4,095.
const LONGEST_CHAIN: usize = 1 << 16;

/// What one thread reads with.
pub struct Reader {
    inflater: Inflater,
    delta: Vec<u8>,
    cache: Cache,
}

/// Reads an object that is in no pack.
pub type Outside<'o> = &'o dyn Fn(&ObjectId, &mut Vec<u8>) -> Option<ObjectKind>;

impl Packs {
    /// Replaces `into` by an object's content. `None` if no pack has it; if several have, the first that can be
    /// read counts.
    pub fn read(&self, id: &ObjectId, into: &mut Vec<u8>, outside: Outside<'_>) -> Option<Result<ObjectKind, Fault>> {
        let mut fault = None;
        for at in self.places(id) {
            let idle = self.lock().pop();
            let mut reader = idle.unwrap_or_else(|| Reader {
                inflater: Inflater::new(),
                delta: Vec::new(),
                cache: Cache::default(),
            });
            let read = self.resolve(&mut reader, at, outside);
            self.lock().push(reader);
            match read {
                Ok((kind, content)) => {
                    into.clear();
                    into.extend_from_slice(&content);
                    return Some(Ok(kind));
                }
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

    fn resolve(&self, reader: &mut Reader, mut at: At, outside: Outside<'_>) -> Result<Known, Fault> {
        let mut chain = Vec::new();
        let (kind, mut content) = loop {
            if let Some(known) = reader.cache.get(at) {
                break known;
            }
            if chain.len() == LONGEST_CHAIN {
                return Err("its chain of deltas has no end");
            }
            let header = self.packs[at.0].header(at.1)?;
            match header.form {
                Form::Whole(kind) => {
                    let mut whole = Vec::new();
                    let data = self.packs[at.0].bytes(header.data, usize::MAX);
                    reader.inflater.inflate(data, header.size, &mut whole)?;
                    let known = (kind, Arc::new(whole));
                    reader.cache.put(at, known.clone());
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
                            let kind = outside(&base, &mut whole).ok_or("its delta base is missing")?;
                            break (kind, Arc::new(whole));
                        }
                    }
                }
            }
        };
        let mut copied = Vec::new();
        for (at, header) in chain.into_iter().rev() {
            let data = self.packs[at.0].bytes(header.data, usize::MAX);
            reader.inflater.inflate(data, header.size, &mut reader.delta)?;
            let mut made = Vec::new();
            delta::apply(&reader.delta, &content, &mut made, &mut copied)?;
            content = Arc::new(made);
            reader.cache.put(at, (kind, Arc::clone(&content)));
        }
        Ok((kind, content))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Reader>> {
        // A reader in the list is whole even if a thread that held the lock has panicked.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! The only threads: items in, findings out, in the order of the items, whatever the number of threads.
//!
//! A worker has one buffer. It loads an item, examines each content in it, makes findings and forgets the content.
//! What cannot be read, or makes a detector fail, is a fault that names the item; the rest is scanned.

mod assemble;
mod examine;
mod load;
mod packed;
pub mod progress;

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use rayon::prelude::*;

use crate::decode::Encoding;
use crate::detect::{Candidate, Detectors, Spots};
use crate::finding::Finding;
use crate::git::ReadObject;
use crate::origin::{ObjectId, Place, State};
use crate::skip::Skip;
use crate::source::{Added, Content, Handle, Item};
use assemble::Assembly;
use examine::examine_at;
use progress::Progress;

pub use examine::{examine, is_encoded, may_hold};
pub use packed::ScannedPacks;

/// How many items a worker takes at once.
const BATCH: usize = 64;

/// What every worker needs.
pub struct Scan<'s> {
    pub detectors: &'s Detectors,
    /// Where objects are read from, if items are objects.
    pub objects: Option<&'s (dyn ReadObject + Sync)>,
    /// The state that findings have before provenance is known.
    pub state: State,
    pub with_line_hash: bool,
    pub threads: usize,
    pub progress: &'s Progress,
    /// Where to look in blobs that were scanned before; the others are searched.
    pub spots: Option<&'s HashMap<ObjectId, Spots>>,
    /// Whether to note the size of each object that is read.
    pub with_sizes: bool,
}

/// What the workers found.
#[derive(Default)]
pub struct Scanned {
    /// In the order of the items; each with one occurrence.
    pub findings: Vec<Finding>,
    pub faults: Vec<Skip>,
    /// Items that were read, at least in part.
    pub items: u64,
    pub bytes: u64,
    /// Objects that were read and how many bytes of text each has, if that was asked for.
    pub sizes: Vec<(ObjectId, u64)>,
}

impl Scan<'_> {
    /// Scans all items. One that was loaded counts, also if a detector failed on it.
    pub fn run(&self, items: &[Item]) -> Scanned {
        let scan = |buffer: &mut Vec<u8>, batch: &[Item]| self.scan_batch(buffer, batch);
        let scanned: Vec<Scanned> = if self.threads < 2 || items.len() < 2 {
            let mut buffer = Vec::new();
            items.chunks(BATCH).map(|batch| scan(&mut buffer, batch)).collect()
        } else {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(self.threads).build();
            let run = || items.par_chunks(BATCH).map_init(Vec::new, scan).collect();
            // Without a pool of our own, the shared one does.
            pool.map_or_else(|_| run(), |pool| pool.install(run))
        };
        scanned.into_iter().fold(Scanned::default(), Scanned::and)
    }

    fn scan_batch(&self, buffer: &mut Vec<u8>, batch: &[Item]) -> Scanned {
        let mut scanned = Scanned::default();
        for item in batch {
            self.scan_item(buffer, item, &mut scanned);
        }
        self.progress.advance(scanned.items, scanned.bytes);
        scanned
    }

    fn scan_item(&self, buffer: &mut Vec<u8>, item: &Item, scanned: &mut Scanned) {
        let mut failed = false;
        // The first piece says how all of them are encoded.
        let mut encoding = None;
        let before = scanned.bytes;
        let loaded = load::load(self.objects, item, buffer, &mut |content: Content<'_>| {
            scanned.bytes += content.bytes.len() as u64;
            if content.offset == 0 {
                encoding = Encoding::of_start(content.bytes);
            }
            match unfailing(|| self.findings(&content, &item.added, encoding)) {
                Some(mut findings) => {
                    for finding in &mut findings {
                        finding.introduced = item.commit;
                        finding.occurrences[0].commit = item.commit;
                    }
                    scanned.findings.append(&mut findings);
                }
                None => failed = true,
            }
        });
        scanned.items += u64::from(loaded.is_ok());
        if let (true, Ok(()), Handle::Object(id)) = (self.with_sizes, &loaded, &item.handle) {
            scanned.sizes.push((*id, scanned.bytes - before));
        }
        scanned.faults.extend(loaded.err());
        if failed {
            scanned.faults.push(failure(load::name_of(item)));
        }
    }

    fn findings(&self, content: &Content<'_>, added: &Added, encoding: Option<Encoding>) -> Vec<Finding> {
        let Some(encoding) = encoding else {
            return self.findings_in(content, added, None);
        };
        let bytes = encoding.decode(content.bytes, content.offset);
        // Where a piece's own part starts and ends cannot be told any more; what two pieces find is merged.
        let content = Content {
            bytes: &bytes,
            owned: 0..bytes.len(),
            ..*content
        };
        self.findings_in(&content, added, Some(encoding.as_str()))
    }

    fn findings_in(&self, content: &Content<'_>, added: &Added, encoding: Option<&'static str>) -> Vec<Finding> {
        let known = self
            .spots
            .zip(content.origin.object.filter(|_| content.origin.place == Place::Blob));
        let spots = known
            .and_then(|(spots, id)| spots.get(&id))
            .filter(|_| encoding.is_none());
        let candidates = match spots.and_then(|spots| self.detectors.anchors_at(content.bytes, spots)) {
            Some(anchors) => examine_at(self.detectors, content.bytes, &anchors),
            None => examine(self.detectors, content.bytes),
        };
        self.assemble(content, added, encoding, &candidates)
    }

    fn assemble(
        &self,
        content: &Content<'_>,
        added: &Added,
        encoding: Option<&'static str>,
        candidates: &[Candidate],
    ) -> Vec<Finding> {
        let assembly = Assembly {
            content,
            added,
            state: self.state,
            encoding,
            with_line_hash: self.with_line_hash,
        };
        assembly.findings(candidates)
    }
}

/// A detector that fails on hostile content costs that content, not the run.
fn unfailing<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}

fn failure(what: Vec<u8>) -> Skip {
    Skip::fault(what, "a detector failed on it; please report this as a bug")
}

impl Scanned {
    /// Adds what was found after it.
    #[must_use]
    pub fn and(mut self, mut other: Self) -> Self {
        self.findings.append(&mut other.findings);
        self.faults.append(&mut other.faults);
        self.items += other.items;
        self.bytes += other.bytes;
        self.sizes.append(&mut other.sizes);
        self
    }
}

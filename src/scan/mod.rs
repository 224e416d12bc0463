//! The only threads: items in, findings out, in the order of the items, whatever the number of threads.
//!
//! A worker has one buffer. It loads an item, examines each content in it, makes findings and forgets the content.
//! What cannot be read, or makes a detector fail, is a fault that names the item; the rest is scanned.

mod assemble;
mod examine;
mod inside;
mod limit;
mod load;
mod packed;
pub mod progress;
mod relate;

use std::borrow::Borrow;
use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;

use rayon::prelude::*;

use crate::decode::{Encoding, Format, Input, Layers, Stop};
use crate::detect::{Detectors, Spots};
use crate::finding::{Finding, Fingerprint};
use crate::git::ReadObject;
use crate::origin::{ObjectId, Place, State, Step};
use crate::skip::{Skip, Why};
use crate::source::{Added, Content, Handle, Item};
use assemble::Assembly;
use examine::{Examined, examine_at};
use progress::Progress;

pub use examine::{examine, is_encoded, may_hold};
pub use inside::object_of;
pub use limit::within;
pub use packed::ScannedPacks;
pub use relate::relate;

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
    /// How far contents are decoded.
    pub layers: Layers,
    /// Whether to note the size of each object that is read.
    pub with_sizes: bool,
}

/// What the workers found.
#[derive(Default)]
pub struct Scanned {
    /// In the order of the items; each with one occurrence.
    pub findings: Vec<Finding>,
    /// Faults, and what was left out inside of items.
    pub skips: Vec<Skip>,
    /// Items that were read, at least in part.
    pub items: u64,
    pub bytes: u64,
    /// Findings of low confidence that are known of and were not read.
    pub hidden: u64,
    /// Objects that were read and how many bytes of text each has, if that was asked for.
    pub sizes: Vec<(ObjectId, u64)>,
}

impl Scan<'_> {
    /// Scans all items. One that was loaded counts, also if a detector failed on it.
    pub fn run<I: Borrow<Item> + Sync>(&self, items: &[I]) -> Scanned {
        // As many as there are workers: what is mapped anew for each share of the work has to be cleared again.
        let buffers = Mutex::new(Vec::new());
        let scan = |batch: &[I]| {
            let held = || buffers.lock().expect("nothing panics with the lock held");
            let mut buffer = held().pop().unwrap_or_default();
            let scanned = self.scan_batch(&mut buffer, batch);
            held().push(buffer);
            scanned
        };
        let scanned: Vec<Scanned> = if self.threads < 2 || items.len() < 2 {
            items.chunks(BATCH).map(scan).collect()
        } else {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(self.threads).build();
            let run = || items.par_chunks(BATCH).map(scan).collect();
            // Without a pool of our own, the shared one does.
            pool.map_or_else(|_| run(), |pool| pool.install(run))
        };
        scanned.into_iter().fold(Scanned::default(), Scanned::and)
    }

    fn scan_batch<I: Borrow<Item>>(&self, buffer: &mut Vec<u8>, batch: &[I]) -> Scanned {
        let mut scanned = Scanned::default();
        for item in batch {
            self.scan_item(buffer, item.borrow(), &mut scanned);
        }
        self.progress.advance(scanned.items, scanned.bytes);
        scanned
    }

    fn scan_item(&self, buffer: &mut Vec<u8>, item: &Item, scanned: &mut Scanned) {
        let mut found = Found::default();
        let mut failed = false;
        // The first piece says how all of them are encoded or packed.
        let (mut encoding, mut packing) = (None, None);
        let before = scanned.bytes;
        let loaded = load::load(self.objects, item, buffer, &mut |content: Content<'_>| {
            scanned.bytes += content.bytes.len() as u64;
            if content.offset == 0 {
                encoding = Encoding::of_start(content.bytes);
                packing = self.packing(content.bytes);
            }
            let work = || match packing.filter(|_| content.is_whole()) {
                Some(format) => self.find_with_inside(&content, &item.added, format),
                None => self.find(&content, &item.added, encoding, &[]),
            };
            match unfailing(work) {
                Some(more) => found.append(more),
                None => failed = true,
            }
            if content.is_whole() {
                packing = None;
            }
        });
        if let (Ok(()), Some(format)) = (&loaded, packing) {
            match unfailing(|| self.find_in_large(item, format)) {
                Some(inside) => found.append_inside(inside),
                None => failed = true,
            }
        }
        for finding in &mut found.findings {
            finding.introduced = item.commit;
            finding.occurrences[0].commit = item.commit;
        }
        scanned.findings.append(&mut found.findings);
        let stops = found.stops.into_iter();
        scanned.skips.extend(stops.map(|stop| inside::skip(&item.origin, stop)));
        scanned.items += u64::from(loaded.is_ok());
        if let (true, Ok(()), Handle::Object(id)) = (self.with_sizes, &loaded, &item.handle) {
            scanned.sizes.push((*id, scanned.bytes - before));
        }
        scanned.skips.extend(loaded.err());
        if failed {
            scanned.skips.push(failure(load::name_of(item)));
        }
    }

    /// Scans a packed content as it is, and everything that is in it.
    fn find_with_inside(&self, content: &Content<'_>, added: &Added, format: Format) -> Found {
        let mut found = self.find(content, added, None, &[]);
        found.append_inside(self.find_inside(inside::Packed {
            format,
            input: Input::Bytes(content.bytes),
            size: content.bytes.len() as u64,
            origin: content.origin,
        }));
        found
    }

    /// Scans what is in a file that was too large to be held.
    fn find_in_large(&self, item: &Item, format: Format) -> Found {
        let Ok((file, size)) = item.open() else {
            return Found {
                stops: vec![inside::too_large(Vec::new())],
                ..Found::default()
            };
        };
        self.find_inside(inside::Packed {
            format,
            input: Input::File(file, size),
            size,
            origin: &item.origin,
        })
    }

    /// Finds what a content holds that was reached this way.
    fn find(&self, content: &Content<'_>, added: &Added, encoding: Option<Encoding>, way: &[Step]) -> Found {
        let Some(encoding) = encoding else {
            return self.find_in_text(content, added, way);
        };
        let bytes = encoding.decode(content.bytes, content.offset);
        // Where a piece's own part starts and ends cannot be told any more; what two pieces find is merged.
        let content = Content {
            bytes: &bytes,
            owned: 0..bytes.len(),
            ..*content
        };
        self.find_in_text(&content, added, &[way, &[Step::Form(encoding.as_str())]].concat())
    }

    fn find_in_text(&self, content: &Content<'_>, added: &Added, way: &[Step]) -> Found {
        let known = self
            .spots
            .zip(content.origin.object.filter(|_| content.origin.place == Place::Blob));
        let spots = known.and_then(|(spots, id)| spots.get(&id)).filter(|_| way.is_empty());
        let examined = match spots.and_then(|spots| self.detectors.anchors_at(content.bytes, spots)) {
            Some(anchors) => examine_at(self.detectors, content.bytes, &anchors, self.layers),
            None => {
                let anchors = self.detectors.anchors(content.bytes);
                examine_at(self.detectors, content.bytes, &anchors, self.layers)
            }
        };
        self.assemble(content, added, way, examined)
    }

    fn assemble(&self, content: &Content<'_>, added: &Added, way: &[Step], examined: Examined) -> Found {
        let assembly = Assembly {
            content,
            added,
            state: self.state,
            way,
            with_line_hash: self.with_line_hash,
        };
        let left_out = examined.left_out.into_iter().map(|policy| Stop {
            way: way.to_vec(),
            why: Why::Policy(policy),
        });
        Found {
            findings: assembly.findings(&examined.candidates),
            stops: left_out.collect(),
        }
    }
}

/// What was found in a content, and what in it was not read.
#[derive(Default)]
struct Found {
    findings: Vec<Finding>,
    stops: Vec<Stop>,
}

impl Found {
    fn append(&mut self, mut other: Self) {
        self.findings.append(&mut other.findings);
        self.stops.append(&mut other.stops);
    }

    /// Adds what was found inside of the same content; what was found without looking inside goes if it is the same.
    fn append_inside(&mut self, inside: Self) {
        let better: HashSet<Fingerprint> = inside.findings.iter().map(|finding| finding.fingerprint).collect();
        self.findings.retain(|finding| !better.contains(&finding.fingerprint));
        self.append(inside);
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
        self.skips.append(&mut other.skips);
        self.items += other.items;
        self.bytes += other.bytes;
        self.sizes.append(&mut other.sizes);
        self
    }
}

//! Packed objects: the scan of what the store's walk meets, in whatever order, by whichever thread.
//!
//! A version of a file that is stored as a delta is searched only where it differs from its base; the places
//! where secrets may be are carried over. What is found is put into the order of the packs at the end, so it is
//! the same for any number of threads.

use super::examine::examine_at;
use super::load;
use super::{Found, Scan, Scanned, failure, inside, unfailing};
use crate::decode::{Encoding, Input};
use crate::detect::Anchors;
use crate::finding::Finding;
use crate::git::{Derived, ObjectKind, Packed, Store, Visitor};
use crate::origin::{ObjectId, Origin};
use crate::skip::Skip;
use crate::source::history::{Named, Naming, place_of};
use crate::source::{Added, Content};

/// How many objects a worker reports at once.
const BATCH: u64 = 64;

/// What came of all packs.
pub struct ScannedPacks {
    pub scanned: Scanned,
    /// What the commits and tags name, which were read for their text.
    pub named: Named,
}

impl Scan<'_> {
    /// Scans every blob, commit and tag of the store's packs. With `no_delta` every blob is searched whole,
    /// although most of it was searched in another version.
    pub fn run_packed(&self, store: &Store, no_delta: bool) -> ScannedPacks {
        if self.progress.is_shown() {
            self.progress.expect_packed(store.stored_in_all(ObjectKind::has_text));
        }
        let new = || Worker::new(self, store, no_delta);
        let (workers, unread) = store.walk(ObjectKind::has_text, self.threads, new);
        let mut all = new();
        let mut naming = Vec::new();
        for mut worker in workers {
            worker.report();
            all.findings.append(&mut worker.findings);
            all.skips.append(&mut worker.skips);
            naming.push(worker.naming);
            all.items += worker.items;
            all.bytes += worker.bytes;
            all.sizes.append(&mut worker.sizes);
        }
        all.skips
            .extend(unread.into_iter().map(|unread| (unread.number, unread.skip)));
        all.findings.sort_by_key(|(number, _)| *number);
        all.skips.sort_by_key(|(number, _)| *number);
        let findings = all.findings.into_iter().map(|(_, finding)| finding).collect();
        let scanned = Scanned {
            findings,
            skips: all.skips.into_iter().map(|(_, skip)| skip).collect(),
            items: all.items,
            bytes: all.bytes,
            hidden: 0,
            sizes: all.sizes,
        };
        let named = Naming::finish(naming);
        ScannedPacks { scanned, named }
    }
}

/// What one thread found, with the numbers of the objects.
struct Worker<'s> {
    scan: &'s Scan<'s>,
    store: &'s Store,
    no_delta: bool,
    findings: Vec<(u32, Finding)>,
    skips: Vec<(u32, Skip)>,
    naming: Naming,
    items: u64,
    bytes: u64,
    sizes: Vec<(ObjectId, u64)>,
    /// What of it was reported as progress.
    reported: (u64, u64),
}

impl<'s> Worker<'s> {
    fn new(scan: &'s Scan<'s>, store: &'s Store, no_delta: bool) -> Self {
        Self {
            scan,
            store,
            no_delta,
            findings: Vec::new(),
            skips: Vec::new(),
            naming: Naming::default(),
            items: 0,
            bytes: 0,
            sizes: Vec::new(),
            reported: (0, 0),
        }
    }

    fn report(&mut self) {
        let (items, bytes) = self.reported;
        self.scan.progress.advance(self.items - items, self.bytes - bytes);
        self.reported = (self.items, self.bytes);
    }

    /// Scans a blob and returns its anchors, for the blobs that are made of it.
    fn scan_blob(
        &self,
        content: &Content<'_>,
        derived: Option<&Derived<'_, Option<Anchors>>>,
    ) -> (Found, Option<Anchors>) {
        let scan = self.scan;
        let bytes = content.bytes;
        if let Some(encoding) = Encoding::of_start(bytes) {
            return (scan.find(content, &Added::All, Some(encoding), &[]), None);
        }
        let anchors = match derived {
            Some(Derived {
                base,
                kept: Some(kept),
                copied,
            }) if !self.no_delta => scan.detectors.anchors_after(bytes, kept, base.len(), copied),
            _ => scan.detectors.anchors(bytes),
        };
        let examined = examine_at(scan.detectors, bytes, &anchors, scan.layers);
        let mut found = scan.assemble(content, &Added::All, &[], examined);
        if let Some(format) = scan.packing(bytes) {
            found.append_inside(scan.find_inside(inside::Packed {
                format,
                input: Input::Bytes(bytes),
                size: bytes.len() as u64,
                origin: content.origin,
            }));
        }
        (found, Some(anchors))
    }
}

impl Visitor for Worker<'_> {
    /// The anchors of a blob, unless it is another encoding's text.
    type Kept = Option<Anchors>;

    fn visit(&mut self, object: Packed<'_>, derived: Option<Derived<'_, Self::Kept>>) -> Self::Kept {
        let place = place_of(object.kind)?;
        self.naming.note(&object);
        // The id is looked up once something is found: nearly always nothing is.
        let origin = Origin::new(place, "");
        self.items += 1;
        if self.scan.progress.is_shown() {
            self.scan.progress.advance_packed(self.store.stored(object.number));
        }
        let before = self.bytes;
        let mut kept = None;
        load::visit_object(object.bytes, &origin, &mut |content: Content<'_>| {
            self.bytes += content.bytes.len() as u64;
            let found = unfailing(|| match object.kind {
                ObjectKind::Blob => self.scan_blob(&content, derived.as_ref()),
                _ => (self.scan.find(&content, &Added::All, None, &[]), None),
            });
            match found {
                Some((found, anchors)) => {
                    for mut finding in found.findings {
                        finding.occurrences[0].origin.object = Some(object.id());
                        self.findings.push((object.number, finding));
                    }
                    for stop in found.stops {
                        let origin = content.origin.clone().in_object(object.id());
                        self.skips.push((object.number, inside::skip(&origin, stop)));
                    }
                    kept = anchors;
                }
                None => self
                    .skips
                    .push((object.number, failure(object.id().to_string().into_bytes()))),
            }
        });
        if self.scan.with_sizes {
            self.sizes.push((object.id(), self.bytes - before));
        }
        if self.items - self.reported.0 >= BATCH {
            self.report();
        }
        kept
    }
}

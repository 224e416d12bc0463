//! Packed objects: the scan of what the store's walk meets, in whatever order, by whichever thread.
//!
//! What is found is put into the order of the packs at the end, so it is the same for any number of threads.

use super::load;
use super::{Scan, Scanned, failure, unfailing};
use crate::finding::Finding;
use crate::git::{Derived, ObjectKind, Packed, Store, Visitor};
use crate::origin::Origin;
use crate::skip::Skip;
use crate::source::history::place_of;
use crate::source::{Added, Content};

/// How many objects a worker reports at once.
const BATCH: u64 = 64;

impl Scan<'_> {
    /// Scans every blob, commit and tag of the store's packs.
    pub fn run_packed(&self, store: &Store) -> Scanned {
        let wanted = |kind| kind != ObjectKind::Tree;
        let (workers, unread) = store.walk(wanted, self.threads, || Worker::new(self));
        let mut all = Worker::new(self);
        for mut worker in workers {
            worker.report();
            all.findings.append(&mut worker.findings);
            all.faults.append(&mut worker.faults);
            all.items += worker.items;
            all.bytes += worker.bytes;
        }
        all.faults
            .extend(unread.into_iter().map(|unread| (unread.number, unread.skip)));
        all.findings.sort_by_key(|(number, _)| *number);
        all.faults.sort_by_key(|(number, _)| *number);
        Scanned {
            findings: all.findings.into_iter().map(|(_, finding)| finding).collect(),
            faults: all.faults.into_iter().map(|(_, fault)| fault).collect(),
            items: all.items,
            bytes: all.bytes,
        }
    }
}

/// What one thread found, with the numbers of the objects.
struct Worker<'s> {
    scan: &'s Scan<'s>,
    findings: Vec<(u32, Finding)>,
    faults: Vec<(u32, Skip)>,
    items: u64,
    bytes: u64,
    /// What of it was reported as progress.
    reported: (u64, u64),
}

impl<'s> Worker<'s> {
    fn new(scan: &'s Scan<'s>) -> Self {
        Self {
            scan,
            findings: Vec::new(),
            faults: Vec::new(),
            items: 0,
            bytes: 0,
            reported: (0, 0),
        }
    }

    fn report(&mut self) {
        let (items, bytes) = self.reported;
        self.scan.progress.advance(self.items - items, self.bytes - bytes);
        self.reported = (self.items, self.bytes);
    }
}

impl Visitor for Worker<'_> {
    type Kept = ();

    fn visit(&mut self, object: Packed<'_>, _derived: Option<Derived<'_, ()>>) {
        let Some(place) = place_of(object.kind) else { return };
        let origin = Origin::new(place, "").in_object(object.id);
        self.items += 1;
        load::visit_object(object.bytes, &origin, &mut |content: Content<'_>| {
            self.bytes += content.bytes.len() as u64;
            match unfailing(|| self.scan.findings(&content, &Added::All)) {
                Some(findings) => self
                    .findings
                    .extend(findings.into_iter().map(|finding| (object.number, finding))),
                None => self
                    .faults
                    .push((object.number, failure(object.id.to_string().into_bytes()))),
            }
        });
        if self.items - self.reported.0 >= BATCH {
            self.report();
        }
    }
}

//! The `history` command: every object of a repository, and where each secret in them came from.

use std::path::Path;

use super::job::Job;
use crate::error::Error;
use crate::git::provenance::{self, Hits};
use crate::git::{Repository, Roots, Store};
use crate::origin::Place;
use crate::outcome::Outcome;
use crate::scan::Scanned;
use crate::source::history;
use crate::triage;

/// Scans everything that the repository still holds; with `no_delta` every version of a file whole.
pub fn scan(job: &Job, path: Option<&Path>, no_delta: bool) -> Result<Outcome, Error> {
    let repository = Repository::open(path)?;
    let store = Store::open(&repository)?;
    let roots = Roots::of(&repository);
    let mut history = history::discover(&repository, &store, &roots, job.source.threads());
    let mut scanned = job.scan_history(&history.found.items, &store, no_delta);
    let traced = provenance::trace(
        &store,
        &history.commits,
        &roots,
        repository.head(),
        &hits(&scanned),
        scanned.findings.len(),
    );
    triage::locate(&mut scanned.findings, traced.traces);
    history.found.incomplete.extend(traced.incomplete);
    history.found.commits = history.commits.len() as u64;
    job.conclude(
        super::target(&repository, "history", path, None),
        history.found,
        scanned,
    )
}

/// Which objects and names hold which findings.
fn hits(scanned: &Scanned) -> Hits {
    let mut hits = Hits::default();
    for (number, finding) in scanned.findings.iter().enumerate() {
        for occurrence in &finding.occurrences {
            let origin = &occurrence.origin;
            let list = match (origin.place, origin.object) {
                (Place::PathName, _) => hits.names.entry(origin.path.clone().into()).or_default(),
                (_, Some(object)) => hits.objects.entry(object).or_default(),
                (_, None) => continue,
            };
            if list.last() != Some(&(number as u32)) {
                list.push(number as u32);
            }
        }
    }
    hits
}

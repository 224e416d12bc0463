//! The `history` command: every object of a repository, and where each secret in them came from.

use std::path::Path;

use super::job::Job;
use crate::error::Error;
use crate::git::provenance::{self, Hits};
use crate::git::{Outlined, Repository, Roots, Store};
use crate::origin::Place;
use crate::outcome::Outcome;
use crate::report::Target;
use crate::scan::{self, Scanned};
use crate::source::Discovered;
use crate::source::history::{self, Suspects};
use crate::triage;

/// Scans everything that the repository still holds; with `no_delta` every version of a file whole.
pub fn scan(job: &Job, path: Option<&Path>, no_delta: bool) -> Result<Outcome, Error> {
    let (target, found, scanned) = find(job, path, no_delta)?;
    job.conclude(target, found, scanned)
}

/// Finds everything, and where it came from.
pub fn find(job: &Job, path: Option<&Path>, no_delta: bool) -> Result<(Target, Discovered, Scanned), Error> {
    let repository = Repository::open(path)?;
    let store = Store::open(&repository)?;
    let roots = Roots::of(&repository);
    let (mut history, mut scanned) = job.scan_history(&store, no_delta, |named, findings| {
        let objects = findings
            .iter()
            .filter_map(|finding| finding.occurrences[0].origin.object);
        let suspects = Suspects {
            objects: objects.collect(),
            name: &|name| scan::may_hold(&job.detectors, name),
        };
        history::discover_after(&repository, &store, &roots, named, &suspects, job.source.threads())
    });
    let hits = hits(&scanned);
    let outlined = Outlined::new(&store, std::mem::take(&mut history.sketch), &hits);
    let traced = provenance::trace(
        &outlined,
        &history.commits,
        &roots,
        repository.head(),
        &hits,
        scanned.findings.len(),
    );
    triage::locate(&mut scanned.findings, traced.traces);
    history.found.incomplete.extend(traced.incomplete);
    history.found.commits = history.commits.len() as u64;
    let target = super::target(&repository, "history", path, None);
    Ok((target, history.found, scanned))
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

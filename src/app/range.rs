//! The `range` command: what each commit of a range adds, and whether HEAD still has it.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use super::job::Job;
use crate::error::Error;
use crate::finding::{Finding, Fingerprint, Marker};
use crate::git::{ReadObject, Repository, Roots, Store, commit::Commit, provenance, tree};
use crate::origin::{ObjectId, Origin, Place, State};
use crate::outcome::Outcome;
use crate::report::Target;
use crate::scan::Scanned;
use crate::source::{Added, Discovered, Handle, Item, range};

/// Scans the commits of `A..B` or `A...B`.
pub fn scan(job: &Job, span: &str, path: Option<&Path>) -> Result<Outcome, Error> {
    let repository = Repository::open(path)?;
    let store = Store::unlisted(&repository)?;
    let discovered = range::discover(&repository, &store, span)?;
    let target = super::target(&repository, "range", path, Some(span));
    conclude(job, &repository, &store, target, discovered)
}

/// Scans what commits add, and says of what is found whether HEAD has it and what reaches it.
pub fn conclude(
    job: &Job,
    repository: &Repository,
    store: &Store,
    target: Target,
    mut discovered: Discovered,
) -> Result<Outcome, Error> {
    let scanned = scan_commits(job, repository, store, &mut discovered);
    job.conclude(target, discovered, scanned)
}

/// Scans what commits add, and says what of it HEAD still has and which refs reach it.
pub fn scan_commits(job: &Job, repository: &Repository, store: &Store, discovered: &mut Discovered) -> Scanned {
    job.leave_out(discovered);
    let mut scanned = job.scan(&discovered.items, Some(store), State::HistoryOnly);
    if !scanned.findings.is_empty() {
        mark_head(job, repository, store, &mut scanned.findings);
        add_refs(repository, store, &mut scanned.findings);
    }
    scanned
}

/// Marks what HEAD's tree still has, and what allows it there: the files at the findings' paths are scanned as HEAD has them.
fn mark_head(job: &Job, repository: &Repository, store: &Store, findings: &mut [Finding]) {
    let Some(head) = repository.head().and_then(|head| tree_of(store, head)) else {
        return;
    };
    let paths: BTreeSet<&[u8]> = findings
        .iter()
        .flat_map(|finding| &finding.occurrences)
        .filter(|occurrence| occurrence.origin.place == Place::Blob)
        .map(|occurrence| &occurrence.origin.path[..])
        .collect();
    let items: Vec<Item> = paths
        .into_iter()
        .filter_map(|path| {
            let (_, blob) = tree::find(store, head, path).filter(|(kind, _)| kind.is_blob())?;
            Some(Item {
                handle: Handle::Object(blob),
                origin: Origin::new(Place::Blob, path).in_object(blob),
                commit: None,
                added: Added::All,
            })
        })
        .collect();
    // A place of HEAD without a marker is open, whatever the others have.
    let mut in_head: HashMap<(Fingerprint, Vec<u8>), Option<Box<Marker>>> = HashMap::new();
    for finding in job.scan(&items, Some(store), State::InTree).findings {
        for place in finding.occurrences {
            let known = in_head.entry((finding.fingerprint, place.origin.path));
            let known = known.or_insert_with(|| place.marker.clone());
            *known = known.take().and(place.marker);
        }
    }
    for finding in findings {
        for occurrence in &mut finding.occurrences {
            let now = in_head.get(&(finding.fingerprint, occurrence.origin.path.clone()));
            occurrence.in_head = now.is_some();
            if let Some(marker) = now {
                occurrence.marker = marker.clone();
            }
        }
        if finding.occurrences.iter().any(|occurrence| occurrence.in_head) {
            finding.state = State::InTree;
        }
    }
}

fn tree_of(store: &Store, commit: ObjectId) -> Option<ObjectId> {
    let mut raw = Vec::new();
    store.read(&commit, &mut raw).ok()?;
    Commit::parse(&raw).tree
}

/// Says which refs reach the commits that brought the findings.
fn add_refs(repository: &Repository, store: &Store, findings: &mut [Finding]) {
    let commits: BTreeSet<ObjectId> = findings
        .iter()
        .filter_map(|finding| Some(finding.introduced?.id))
        .collect();
    let commits: Vec<ObjectId> = commits.into_iter().collect();
    let refs = provenance::refs_reaching(store, &Roots::of(repository), &commits);
    let refs: HashMap<ObjectId, Vec<String>> = commits.into_iter().zip(refs).collect();
    for finding in findings {
        let known = finding.introduced.and_then(|stamp| refs.get(&stamp.id));
        finding.refs = known.cloned().unwrap_or_default();
    }
}

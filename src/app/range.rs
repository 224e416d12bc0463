//! The `range` command: what each commit of a range adds, and whether HEAD still has it.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::Path;

use super::job::Job;
use crate::error::Error;
use crate::finding::{Finding, Fingerprint};
use crate::git::{ReadObject, Repository, Roots, Store, commit::Commit, provenance, tree};
use crate::origin::{ObjectId, Origin, Place, State};
use crate::outcome::Outcome;
use crate::source::{Added, Handle, Item, range};

/// Scans the commits of `A..B` or `A...B`.
pub fn scan(job: &Job, span: &str, path: Option<&Path>) -> Result<Outcome, Error> {
    let repository = Repository::open(path)?;
    let store = Store::unlisted(&repository)?;
    let discovered = range::discover(&repository, &store, span)?;
    let mut scanned = job.scan(&discovered.items, Some(&store), State::HistoryOnly);
    if !scanned.findings.is_empty() {
        mark_head(job, &repository, &store, &mut scanned.findings);
        add_refs(&repository, &store, &mut scanned.findings);
    }
    job.conclude(
        super::target(&repository, "range", path, Some(span)),
        discovered,
        scanned,
    )
}

/// Marks what HEAD's tree still has: the files at the findings' paths are scanned as HEAD has them.
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
    let in_head: HashSet<(Fingerprint, Vec<u8>)> = job
        .scan(&items, Some(store), State::InTree)
        .findings
        .into_iter()
        .flat_map(|finding| {
            finding
                .occurrences
                .into_iter()
                .map(move |place| (finding.fingerprint, place.origin.path))
        })
        .collect();
    for finding in findings {
        for occurrence in &mut finding.occurrences {
            occurrence.in_head = in_head.contains(&(finding.fingerprint, occurrence.origin.path.clone()));
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

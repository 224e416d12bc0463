//! The `history` command: every object of a repository, and where each secret in them came from.

use std::collections::{HashMap, HashSet};
use std::mem::ManuallyDrop;
use std::path::Path;

use super::again;
use super::job::Job;
use super::submodules::audit_all;
use crate::detect::Spots;
use crate::error::Error;
use crate::finding::Finding;
use crate::git::provenance::{self, Hits, Trace, Traced};
use crate::git::{Graph, ObjectKind, Outlined, ReadObject, Repository, Roots, Store, both, parse_id};
use crate::memo::{Held, Memo, MemoFile, News, Weight};
use crate::notice;
use crate::origin::{ObjectId, Place};
use crate::outcome::Outcome;
use crate::report::Target;
use crate::scan::{self, Scanned};
use crate::skip::{Policy, Skip, Why};
use crate::source::history::{self, Suspects};
use crate::source::{Discovered, Handle};
use crate::triage;

/// How a history is read.
pub struct How<'h> {
    /// Every version of a file whole.
    pub no_delta: bool,
    /// The repositories of submodules as well.
    pub submodules: bool,
    /// Only what this file does not know.
    pub memo: Option<&'h Path>,
}

/// What a scan of a history gives.
pub struct Audit {
    pub found: Discovered,
    pub scanned: Scanned,
    pub traced: Traced,
    /// What is to be remembered, if that has changed.
    pub memo: Option<Memo>,
}

/// Scans everything that the repository still holds.
pub fn scan(job: &Job, path: Option<&Path>, how: &How<'_>) -> Result<Outcome, Error> {
    let file = how.memo.map(|memo| MemoFile::check(memo, &job.finding())).transpose()?;
    let repository = Repository::open(path)?;
    let (found, scanned, memo) = match how.submodules {
        true => audit_all(job, &repository, how.no_delta).map(|(found, scanned)| (found, scanned, None))?,
        false => {
            // Left to the end of the process: what its readers hold is taken back at once then.
            let store = ManuallyDrop::new(Store::open(&repository)?);
            audit(job, &repository, &store, how.no_delta, file.as_ref())
        }
    };
    let target = super::target(&repository, "history", path, None);
    let outcome = job.conclude(target, found, scanned)?;
    if let (Some(file), Some(memo)) = (&file, &memo) {
        // Without it the next run takes longer and finds the same.
        file.write(memo)
            .unwrap_or_else(|why| notice::tell(format!("warning: {why}")));
    }
    Ok(outcome)
}

/// Everything in a repository, and where it came from.
pub fn find(job: &Job, path: &Path) -> Result<(Target, Discovered, Scanned), Error> {
    let repository = Repository::open(Some(path))?;
    let store = Store::open(&repository)?;
    let (found, scanned, _) = audit(job, &repository, &store, false, None);
    Ok((super::target(&repository, "history", Some(path), None), found, scanned))
}

/// Scans one repository, and finds out where each finding came from; with a memo, only what that does not know.
pub fn audit(
    job: &Job,
    repository: &Repository,
    store: &Store,
    no_delta: bool,
    file: Option<&MemoFile>,
) -> (Discovered, Scanned, Option<Memo>) {
    let threads = job.source.threads();
    let roots = match file {
        // All packs will be walked.
        None => both(threads, || Roots::of(repository), || store.plant(threads)).0,
        Some(_) => Roots::of(repository),
    };
    let known = match file.map_or(Ok(None), MemoFile::read) {
        Ok(None) => None,
        Ok(Some(memo)) => again::audit(job, repository, store, &roots, &memo).map_err(forget).ok(),
        Err(reason) => {
            forget(reason);
            None
        }
    };
    let whole = || audit_whole(job, repository, store, &roots, no_delta, file.is_some());
    let mut audit = known.unwrap_or_else(whole);
    triage::locate(&mut audit.scanned.findings, audit.traced.traces);
    audit.found.incomplete.extend(audit.traced.incomplete);
    // A clone that failed is no pass.
    let is_empty = audit.scanned.items == 0 && audit.found.skips.is_empty();
    let reason = is_empty.then(|| "the repository holds no objects: nothing was scanned".to_owned());
    audit.found.incomplete.extend(reason);
    (audit.found, audit.scanned, audit.memo)
}

fn forget(reason: &'static str) {
    notice::tell(format!("note: the memo is not used ({reason}): everything is scanned"));
}

/// Scans everything.
fn audit_whole(
    job: &Job,
    repository: &Repository,
    store: &Store,
    roots: &Roots,
    no_delta: bool,
    remember: bool,
) -> Audit {
    let is_suspicious = |name: &[u8]| scan::may_hold(&job.detectors, name);
    let (mut history, mut scanned) = job.scan_history(store, no_delta, remember, |named, findings| {
        let places = findings.iter().flat_map(|finding| &finding.occurrences);
        let objects = places.filter_map(|place| place.origin.object);
        let suspects = Suspects {
            objects: objects.collect(),
            name: &is_suspicious,
        };
        history::discover_after(repository, store, roots, named, &suspects, job.source.threads())
    });
    let held = match remember {
        true => Held::of(&scanned.findings, scanned.findings.iter().map(Weight::of)),
        false => Held::default(),
    };
    scanned.findings = triage::merge(scanned.findings);
    let hits = hits(&scanned);
    let findings = scanned.findings.len();
    history.found.commits = history.commits.len() as u64;
    let is_traced = remember || !provenance::is_nowhere(&hits, findings);
    let order = || match is_traced {
        true => Graph::order(&history.commits),
        false => Graph::default(),
    };
    let sketch = std::mem::take(&mut history.sketch);
    let outline = || Outlined::new(store, sketch, &history.tags, &hits);
    let (outlined, graph) = both(job.source.threads(), outline, order);
    let circle = outlined.circle().map(|tree| tree.to_string());
    let skips = &mut history.found.skips;
    skips.extend(circle.map(|tree| Skip::fault(tree, "the tree lies beneath itself")));
    let head = repository.head();
    if !remember || store.has_damaged_packs() || fails_on_a_name(&scanned) {
        return Audit {
            traced: provenance::trace(&outlined, &graph, roots, head, &hits, findings, &[]),
            found: history.found,
            scanned,
            memo: None,
        };
    }
    let objects = read_objects(store, &history.found, &scanned);
    let folders = folders(&objects);
    let mut traced = provenance::trace(&outlined, &graph, roots, head, &hits, findings, &folders);
    let mut spots = HashMap::new();
    add_spots(job, store, &hits, &mut spots);
    let news = News {
        spots,
        held: &held,
        shown: &shown(&scanned.findings, &traced.traces),
        findings: &scanned.findings,
        traces: &traced.traces,
        roots,
        head,
        shallow: repository.shallow().is_some(),
        objects,
        missing: history.missing,
        names: names(&history.found)
            .filter(|name| !hits.names.contains_key(*name))
            .collect(),
        submodules: submodules(&history.found).collect(),
        hits: &hits,
        graph: &graph,
        commits: &history.commits,
        tags: &history.tags,
        folders: std::mem::take(&mut traced.folders),
        is_suspicious: &is_suspicious,
        store,
    };
    // Where places are cut, others would be found in another order.
    let memo = Memo::empty(store.id_length())
        .grown(&[], news)
        .filter(|_| traced.incomplete.is_empty());
    Audit {
        found: history.found,
        scanned,
        traced,
        memo,
    }
}

/// The objects whose text a report shows of, as [`triage::locate`] chooses them.
pub fn shown(findings: &[Finding], traces: &[Trace]) -> HashSet<ObjectId> {
    let mut shown = HashSet::new();
    for (finding, trace) in findings.iter().zip(traces) {
        let of_blobs = trace.places.iter().filter(|place| place.place == Place::Blob);
        shown.extend(of_blobs.map(|place| place.in_head.unwrap_or(place.object)));
        let is_shown = |place: Place| trace.places.is_empty() || place != Place::Blob;
        let elsewhere = finding.occurrences.iter().filter(|o| is_shown(o.origin.place));
        shown.extend(elsewhere.filter_map(|occurrence| occurrence.origin.object));
    }
    shown
}

/// Finds the spots of the blobs with findings that are not known yet.
pub fn add_spots(job: &Job, store: &Store, hits: &Hits, spots: &mut HashMap<ObjectId, Spots>) {
    let mut bytes = Vec::new();
    let mut ids: Vec<&ObjectId> = hits.objects.keys().collect();
    // Versions of a file are read out of each other.
    ids.sort_by_cached_key(|id| store.place(id));
    for id in ids {
        if spots.contains_key(id) || store.read(id, &mut bytes) != Ok(ObjectKind::Blob) {
            continue;
        }
        if !scan::is_encoded(&bytes) {
            spots.insert(*id, job.detectors.spots(&bytes));
        }
    }
}

/// Whether a detector failed on a name, which has no id to be remembered by.
pub fn fails_on_a_name(scanned: &Scanned) -> bool {
    let is_of_name = |skip: &Skip| {
        matches!(skip.why, Why::Fault(_)) && parse_id(&skip.what).is_none() && scan::object_of(skip).is_none()
    };
    scanned.skips.iter().any(is_of_name)
}

/// Every object that was read, each once, with the size of its text; folders have none.
fn read_objects(store: &Store, found: &Discovered, scanned: &Scanned) -> Vec<(ObjectId, Option<u64>)> {
    let faulty = faulty(found, scanned);
    let mut objects: Vec<_> = scanned.sizes.iter().map(|(id, size)| (*id, Some(*size))).collect();
    for ids in store.packed_ids() {
        let ids = ids.chunks_exact(store.id_length()).filter_map(ObjectId::from_bytes);
        objects.extend(ids.map(|id| (id, None)));
    }
    objects.extend(store.loose_ids().iter().map(|id| (*id, None)));
    objects.sort_unstable_by_key(|(id, text)| (*id, text.is_none()));
    objects.dedup_by_key(|(id, _)| *id);
    objects.retain(|(id, _)| !faulty.contains(id));
    objects
}

/// Which of the objects have no text: folders.
pub fn folders(objects: &[(ObjectId, Option<u64>)]) -> Vec<ObjectId> {
    let folders = objects.iter().filter(|(_, text)| text.is_none());
    folders.map(|(id, _)| *id).collect()
}

/// The objects that something is wrong with, or in which something was left out: they are scanned each time.
pub fn faulty(found: &Discovered, scanned: &Scanned) -> HashSet<ObjectId> {
    let skips = found.skips.iter().chain(&scanned.skips);
    let of = |skip: &Skip| match skip.why {
        Why::Fault(_) => parse_id(&skip.what).or_else(|| scan::object_of(skip)),
        Why::Policy(_) => scan::object_of(skip),
    };
    skips.filter_map(of).collect()
}

/// The names of files and folders among the items.
fn names(found: &Discovered) -> impl Iterator<Item = &[u8]> {
    found.items.iter().filter_map(|item| match &item.handle {
        Handle::Bytes(name) if item.origin.place == Place::PathName => Some(&name[..]),
        _ => None,
    })
}

/// The names of submodules.
pub fn submodules(found: &Discovered) -> impl Iterator<Item = &[u8]> {
    let is_submodule = |skip: &&Skip| skip.why == Why::Policy(Policy::Submodule);
    found.skips.iter().filter(is_submodule).map(|skip| &skip.what[..])
}

/// Which objects and names hold which findings.
pub fn hits(scanned: &Scanned) -> Hits {
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

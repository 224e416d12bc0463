//! The `history` command with a memo of an earlier run: what is new is read, what held findings is read again.
//!
//! The report is that of a whole scan, byte for byte. Whatever could make it differ (objects that are gone or
//! damaged, missing ones that came back) ends this with a reason, and everything is scanned.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::history::{Audit, add_spots, fails_on_a_name, faulty, folders, hits, shown, submodules};
use super::job::Job;
use super::still;
use crate::detect::Spots;
use crate::git::provenance::{self, Traced};
use crate::git::{Graph, ObjectKind, Repository, Roots, Store, parse_id};
use crate::memo::{Change, Held, Memo, News, Recall, digest_of, holds, put_read};
use crate::origin::{ObjectId, Place};
use crate::scan::{self, Scanned};
use crate::skip::{Policy, Skip, Why};
use crate::source::again::{self, Fresh};
use crate::source::history::{History, name_item, object_item};
use crate::source::{Discovered, Handle, Item};
use crate::triage;

pub const DAMAGED: &str = "a packed object cannot be read";
const OTHERWISE: &str = "objects hold something else than it says";

/// Scans what the memo does not know, and what held findings.
///
/// # Errors
/// A few words why the memo is of no use: the end of a sentence about it.
pub fn audit(
    job: &Job,
    repository: &Repository,
    store: &Store,
    roots: &Roots,
    memo: &Memo,
) -> Result<Audit, &'static str> {
    if store.has_damaged_packs() {
        return Err("a pack is damaged");
    }
    let is_shallow = repository.shallow().is_some();
    let change = Change::since(memo, store, is_shallow)?;
    if change.is_nothing()
        && let Some(audit) = still::audit(job, repository, store, roots, memo)?
    {
        return Ok(audit);
    }
    let mut recall = Recall::new(memo, store).ok_or(DAMAGED)?;
    let mut history = discover(repository, store, roots, &recall, &change)?;
    let mut spots = memo.spots(|_| true);
    let items = items(store, &recall, &change, &spots, &mut history.found)?;
    let left = left(memo, &items, &spots);
    let mut scanned = scan(job, store, &items, |item| !item.is_one_of(&left), &spots)?;
    let (spared_items, spared_bytes) = memo.spared(&left);
    scanned.items += spared_items;
    scanned.bytes += spared_bytes;
    history.found.commits = (memo.commits() + history.commits.len()) as u64;
    let mut filled = memo.fill(&items, &left, &scanned.findings).ok_or(OTHERWISE)?;
    let held = Held::of(&filled.findings, std::mem::take(&mut filled.weights));
    scanned.findings = triage::merge(std::mem::take(&mut filled.findings));
    let hits = hits(&scanned);
    let findings = scanned.findings.len();
    if hits.names.is_empty() {
        recall.fresh = std::mem::take(&mut history.outlines);
    }
    let objects = read_objects(memo, &change, &history.found, &scanned);
    let head = repository.head();
    let is_of_roots = || memo.is_of_roots(&digest_of(roots, head));
    let is_still = objects.is_empty() && (provenance::is_nowhere(&hits, findings) || is_of_roots());
    let kept = match is_still && change.leads_nowhere(&hits) {
        true => {
            let is_held = |place: &_, number| holds(&hits, place, number);
            memo.traces(&scanned.findings, &filled.numbers(memo), roots, &recall.words, &is_held)
        }
        false => None,
    };
    let graph = match kept {
        Some(_) => Graph::default(),
        None => memo.graph(&recall, &history.commits),
    };
    let mut traced = match kept {
        Some(traces) => Traced {
            traces,
            ..Traced::default()
        },
        None => provenance::trace(&recall, &graph, roots, head, &hits, findings, &folders(&objects)),
    };
    if !traced.incomplete.is_empty() {
        return Err("findings stand in more places than can be listed");
    }
    let shown = shown(&scanned.findings, &traced.traces);
    let is_unread = |item: &Item| item.is_one_of(&left) && item.is_one_of(&shown);
    if items.iter().any(is_unread) {
        let read = scan(job, store, &items, is_unread, &spots)?;
        memo.confirm(&items, &is_unread, &read.findings, &mut filled)
            .ok_or(OTHERWISE)?;
        put_read(&mut scanned.findings, triage::merge(read.findings));
    }
    let grown = (!is_still && !fails_on_a_name(&scanned)).then(|| {
        add_spots(job, store, &hits, &mut spots);
        let names = items.iter().filter_map(path_name);
        let news = News {
            shallow: is_shallow,
            objects,
            missing: std::mem::take(&mut history.missing),
            spots,
            held: &held,
            shown: &shown,
            findings: &scanned.findings,
            traces: &traced.traces,
            roots,
            head,
            names: names.filter(|name| !hits.names.contains_key(*name)).collect(),
            submodules: submodules(&history.found).collect(),
            hits: &hits,
            graph: &graph,
            commits: &history.commits,
            tags: &history.tags,
            folders: std::mem::take(&mut traced.folders),
            is_suspicious: &|name| scan::may_hold(&job.detectors, name),
            store,
        };
        memo.grown(&recall.words, news)
    });
    add_submodules(memo, &mut history.found);
    Ok(Audit {
        found: history.found,
        scanned,
        traced,
        memo: grown.flatten(),
    })
}

/// The objects that need not be scanned, as others hold what they do and none of their places is shown.
fn left(memo: &Memo, items: &[Item], spots: &HashMap<ObjectId, Spots>) -> HashSet<ObjectId> {
    let examples = memo.examples();
    let objects = items.iter().filter_map(|item| item.origin.object);
    objects
        .filter(|id| spots.contains_key(id) && !examples.contains(id))
        .collect()
}

/// Scans some of the items.
pub fn scan(
    job: &Job,
    store: &Store,
    items: &[Item],
    is_wanted: impl Fn(&Item) -> bool,
    spots: &HashMap<ObjectId, Spots>,
) -> Result<Scanned, &'static str> {
    let wanted: Vec<&Item> = items.iter().filter(|item| is_wanted(item)).collect();
    let scanned = job.scan_again(&wanted, store, spots);
    let is_packed = |skip: &Skip| parse_id(&skip.what).is_some_and(|id| store.place(&id).is_some());
    match scanned.skips.iter().any(is_packed) {
        true => Err(DAMAGED),
        false => Ok(scanned),
    }
}

/// Discovers what is new, and the loose objects that held findings.
fn discover(
    repository: &Repository,
    store: &Store,
    roots: &Roots,
    recall: &Recall<'_>,
    change: &Change,
) -> Result<History, &'static str> {
    let memo = recall.memo;
    let held: HashSet<ObjectId> = memo.hits().collect();
    let fresh = Fresh {
        packed: &change.packed,
        loose: &|id| change.loose.contains(id) || held.contains(id),
        known: &|id| recall.leads(id),
        missing: memo.missing(),
    };
    let mut history = again::discover(repository, store, roots, &fresh).ok_or(DAMAGED)?;
    history.commits.retain(|(id, _)| !memo.knows(id));
    let is_new = |skip: &Skip| skip.why != Why::Policy(Policy::Submodule) || !memo.knows_submodule(&skip.what);
    history.found.skips.retain(is_new);
    Ok(history)
}

/// What is to be scanned, in the order of a whole scan: packed objects, loose ones, names.
fn items(
    store: &Store,
    recall: &Recall<'_>,
    change: &Change,
    spots: &HashMap<ObjectId, Spots>,
    found: &mut Discovered,
) -> Result<Vec<Item>, &'static str> {
    let packed = change
        .with_hits(recall.memo, store, |id| spots.contains_key(id))
        .ok_or(DAMAGED)?;
    let mut items = Vec::with_capacity(packed.len() + found.items.len());
    items.extend(packed.into_iter().filter_map(|(id, kind)| object_item(id, kind)));
    let mut names: BTreeSet<Box<[u8]>> = recall.memo.named(&recall.words).map(Into::into).collect();
    let mut of_refs = Vec::with_capacity(found.items.len());
    for item in std::mem::take(&mut found.items) {
        match path_name(&item) {
            Some(name) if recall.memo.knows_name(name) => {}
            Some(name) => {
                names.insert(name.into());
            }
            None if item.origin.place == Place::RefName => of_refs.push(item),
            None => items.push(item),
        }
    }
    items.extend(names.into_iter().map(name_item));
    items.extend(of_refs);
    Ok(items)
}

fn path_name(item: &Item) -> Option<&[u8]> {
    match &item.handle {
        Handle::Bytes(name) if item.origin.place == Place::PathName => Some(name),
        _ => None,
    }
}

/// The new objects that were read, with the size of their text; folders have none.
fn read_objects(memo: &Memo, change: &Change, found: &Discovered, scanned: &Scanned) -> Vec<(ObjectId, Option<u64>)> {
    let faulty = faulty(found, scanned);
    let mut objects: Vec<_> = scanned.sizes.iter().map(|(id, size)| (*id, Some(*size))).collect();
    let of_packs = change.packed.iter().filter(|(_, kind)| *kind == ObjectKind::Tree);
    objects.extend(of_packs.map(|(id, _)| (*id, None)));
    objects.extend(change.loose.iter().map(|id| (*id, None)));
    objects.retain(|(id, _)| !memo.knows(id) && !faulty.contains(id));
    objects.sort_unstable_by_key(|(id, text)| (*id, text.is_none()));
    objects.dedup_by_key(|(id, _)| *id);
    objects
}

/// Counts the submodules that were known; reports do not name them.
pub fn add_submodules(memo: &Memo, found: &mut Discovered) {
    let known = std::iter::repeat_with(|| Skip::policy("", Policy::Submodule));
    found.skips.extend(known.take(memo.submodules()));
}

//! The `history` command with a memo of a repository to which nothing is new: only what the report shows is read.
//!
//! The report is that of a whole scan, byte for byte. Where the memo does not tell enough, [`super::again`] finds out.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::again::{DAMAGED, add_submodules, scan};
use super::history::Audit;
use super::job::Job;
use crate::detect::Spots;
use crate::git::provenance::Traced;
use crate::git::{ObjectKind, Repository, Roots, Store};
use crate::memo::{Memo, digest_of};
use crate::origin::ObjectId;
use crate::source::Item;
use crate::source::again;
use crate::source::history::{name_item, object_item};
use crate::triage;

/// Scans what a report shows of a repository whose objects are those that the memo knows. `None` if its names are others,
/// or if the memo does not tell where all findings came from.
///
/// # Errors
/// A few words why the memo is of no use: the end of a sentence about it.
pub fn audit(
    job: &Job,
    repository: &Repository,
    store: &Store,
    roots: &Roots,
    memo: &Memo,
) -> Result<Option<Audit>, &'static str> {
    if !memo.is_of_roots(&digest_of(roots, repository.head())) {
        return Ok(None);
    }
    let words = memo.words(store).ok_or(DAMAGED)?;
    let doubt = job.hides_low().then_some(triage::confidence_at as _);
    let Some(still) = memo.still(&words, doubt) else {
        return Ok(None);
    };
    let order = in_order(store, memo);
    let wanted = still.objects();
    let spots = memo.spots(|id| wanted.contains(id));
    let named: BTreeSet<&[u8]> = memo.named(&words).collect();
    let mut items = objects(store, &order, &wanted, &spots).ok_or(DAMAGED)?;
    items.extend(named.iter().map(|name| name_item((*name).into())));
    let mut scanned = scan(job, store, &items, |_| true, &spots)?;
    let Some((findings, numbers)) = still.findings(&items, &scanned.findings, &order) else {
        return Ok(None);
    };
    scanned.findings = triage::merge(findings);
    let Some(traces) = still.traces(&scanned.findings, &numbers, roots, &words) else {
        return Ok(None);
    };
    scanned.hidden = still.hidden();
    let names = named.iter().copied();
    let of_refs = roots
        .ref_names
        .iter()
        .chain(roots.messages.iter().map(|message| &message.text));
    (scanned.items, scanned.bytes) = memo.texts();
    for text in names.chain(of_refs.map(|text| &text[..])) {
        scanned.items += 1;
        scanned.bytes += text.len() as u64;
    }
    let mut found = again::discover_nothing(repository, store, roots, |id| memo.knows(id), memo.missing());
    found.commits = memo.commits() as u64;
    add_submodules(memo, &mut found);
    Ok(Some(Audit {
        found,
        scanned,
        traced: Traced {
            traces,
            ..Traced::default()
        },
        memo: None,
    }))
}

/// The objects that hold findings, in the order of a whole scan: packed ones, then loose ones.
fn in_order(store: &Store, memo: &Memo) -> Vec<ObjectId> {
    let placed = memo.hits().filter_map(|id| Some((store.place(&id)?, id)));
    let mut placed: Vec<_> = placed.collect();
    placed.sort_unstable();
    let packed = placed.into_iter().map(|(_, id)| id);
    let hits: HashSet<ObjectId> = match store.loose_ids() {
        [] => HashSet::new(),
        _ => memo.hits().collect(),
    };
    let loose = store.loose_ids().iter().filter(|id| hits.contains(*id));
    packed.chain(loose.copied()).collect()
}

/// Those that are to be scanned. `None` if one is not what it was.
fn objects(
    store: &Store,
    order: &[ObjectId],
    wanted: &HashSet<ObjectId>,
    spots: &HashMap<ObjectId, Spots>,
) -> Option<Vec<Item>> {
    let loose = store.loose_where(|id| wanted.contains(id)).objects;
    let loose: HashMap<ObjectId, ObjectKind> = loose.iter().map(|object| (object.id, object.kind)).collect();
    let item = |id: &ObjectId| {
        let kind = match spots.contains_key(id) {
            true => ObjectKind::Blob,
            false => loose.get(id).copied().or_else(|| store.kind_of(id))?,
        };
        object_item(*id, kind)
    };
    let wanted = order.iter().filter(|id| wanted.contains(*id));
    wanted.map(item).collect()
}

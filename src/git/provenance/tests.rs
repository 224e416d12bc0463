//! Random histories, traced and compared with the definitions spelled out naively.

mod made;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use made::{Counted, Made, id};

use super::*;
use crate::git::commit::{self, Commit as Parsed};
use crate::git::read::ObjectKind;
use crate::git::{Root, RootKind};

/// A small fixed-seed generator.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n
    }
}

struct Commit {
    parents: Vec<usize>,
    time: usize,
    files: BTreeMap<Vec<u8>, usize>,
}

const PATHS: [&[u8]; 5] = [b"a", b"b", b"d/a", b"d/e/a", b"f/a"];
const BLOBS: usize = 6;
const FINDINGS: usize = 3;

/// Blob `n` holds finding `f` if bit `f` of `n` is set; so blob 0 holds none.
fn holds(blob: usize, finding: usize) -> bool {
    blob >> finding & 1 == 1
}

fn random_history(random: &mut Random) -> Vec<Commit> {
    let mut commits: Vec<Commit> = Vec::new();
    for n in 0..2 + random.below(14) {
        let count = if n == 0 {
            0
        } else {
            [0, 1, 1, 1, 1, 2, 2, 3][random.below(8)]
        };
        let parents: BTreeSet<usize> = (0..count).map(|_| n - 1 - random.below(n.min(4))).collect();
        let mut files = parents
            .first()
            .map_or_else(BTreeMap::new, |&parent| commits[parent].files.clone());
        for _ in 0..random.below(4) {
            let path = PATHS[random.below(PATHS.len())].to_vec();
            match random.below(3) {
                0 => drop(files.remove(&path)),
                _ => drop(files.insert(path, random.below(BLOBS))),
            }
        }
        commits.push(Commit {
            parents: parents.into_iter().collect(),
            time: random.below(20),
            files,
        });
    }
    commits
}

fn has(commit: &Commit, finding: usize) -> bool {
    commit.files.values().any(|&blob| holds(blob, finding))
}

fn ancestors(commits: &[Commit], of: usize) -> BTreeSet<usize> {
    let mut all = BTreeSet::from([of]);
    for n in (0..=of).rev() {
        if all.contains(&n) {
            all.extend(&commits[n].parents);
        }
    }
    all
}

/// Parents before children; among those that are free the earliest, then the smallest id.
fn order(commits: &[Commit]) -> Vec<usize> {
    let mut order: Vec<usize> = Vec::new();
    while order.len() < commits.len() {
        let is_free = |n: &usize| !order.contains(n) && commits[*n].parents.iter().all(|p| order.contains(p));
        let next = (0..commits.len())
            .filter(is_free)
            .min_by_key(|&n| (commits[n].time, id(3, n)));
        order.push(next.expect("a history has no circles"));
    }
    order
}

/// Reads commits.
fn read(objects: &dyn ReadObject, ids: &[ObjectId]) -> Vec<(ObjectId, commit::Commit)> {
    let mut raw = Vec::new();
    let mut commit = |id: &ObjectId| {
        assert_eq!(objects.read(id, &mut raw), Ok(ObjectKind::Commit));
        (*id, commit::Commit::parse(&raw))
    };
    ids.iter().map(&mut commit).collect()
}

#[test]
fn traces_are_what_the_definitions_say() {
    let mut random = Random(1);
    for _ in 0..400 {
        let commits = random_history(&mut random);
        let mut made = Made::default();
        for (n, commit) in commits.iter().enumerate() {
            let tree = made.tree(&commit.files);
            let parents: String = commit
                .parents
                .iter()
                .map(|&p| format!("parent {}\n", id(3, p)))
                .collect();
            let time = commit.time;
            let raw = format!("tree {tree}\n{parents}author A <a> {time} +0000\ncommitter A <a> {time} +0000\n\nx");
            made.objects.insert(id(3, n), (ObjectKind::Commit, raw.into_bytes()));
        }
        let mut hits = Hits::default();
        for blob in 0..BLOBS {
            let findings = (0..FINDINGS).filter(|&f| holds(blob, f)).map(|f| f as u32);
            hits.objects.insert(id(1, blob), findings.collect());
        }
        let tips = [random.below(commits.len()), random.below(commits.len())];
        let head = tips[0];
        let mut roots = Roots::default();
        for (n, tip) in tips.iter().enumerate() {
            roots.roots.push(Root {
                kind: RootKind::Ref,
                name: format!("refs/heads/{n}").into_bytes(),
                id: id(3, *tip),
            });
        }
        let ids: Vec<_> = (0..commits.len()).rev().map(|n| id(3, n)).collect();
        let traced = trace_all(&made, &read(&made, &ids), &roots, Some(id(3, head)), &hits, FINDINGS);
        for (finding, trace) in traced.traces.iter().enumerate() {
            check(&commits, finding, trace, tips);
        }
        // Numbers change nothing, nor do names that are findings.
        hits.names.insert((*b"d").into(), vec![1]);
        hits.names.insert((*b"e").into(), vec![2]);
        let [plain, counted] = [&made as &dyn ReadObject, &Counted::of(&made)]
            .map(|objects| trace_all(objects, &read(&made, &ids), &roots, Some(id(3, head)), &hits, FINDINGS).traces);
        assert_eq!(plain, counted);
    }
}

/// A commit whose tree is a chain of `depth` folders named `d` with a file that holds finding 0.
fn nested(depth: usize) -> (Made, ObjectId) {
    let mut made = Made::default();
    let mut tree = made.tree(&BTreeMap::from([(b"f".to_vec(), 1)]));
    for n in 0..depth {
        let raw = [&b"40000 d\0"[..], tree.as_bytes()].concat();
        tree = id(4, n);
        made.objects.insert(tree, (ObjectKind::Tree, raw));
    }
    let raw = format!("tree {tree}\n\n").into_bytes();
    made.objects.insert(id(3, 0), (ObjectKind::Commit, raw));
    (made, id(3, 0))
}

#[test]
fn deep_folders_are_followed_as_far_as_git_does() {
    let hits = Hits {
        objects: HashMap::from([(id(1, 1), vec![0])]),
        ..Hits::default()
    };
    let (made, commit) = nested(2040);
    let traced = trace_all(
        &made,
        &read(&made, &[commit]),
        &Roots::default(),
        Some(commit),
        &hits,
        1,
    );
    assert_eq!(
        traced.traces[0].places[0].path,
        [&b"d/".repeat(2040)[..], b"f"].concat()
    );
    assert_eq!(traced.traces[0].places[0].in_head, Some(id(1, 1)));
    let (made, commit) = nested(100_000);
    let traced = trace_all(
        &made,
        &read(&made, &[commit]),
        &Roots::default(),
        Some(commit),
        &hits,
        1,
    );
    assert!(traced.traces[0].introduced.is_none());
    assert!(traced.incomplete[0].contains("too deep"));
}

fn trace_all(
    objects: &dyn ReadObject,
    commits: &[(ObjectId, Parsed)],
    roots: &Roots,
    head: Option<ObjectId>,
    hits: &Hits,
    findings: usize,
) -> Traced {
    trace(objects, &Graph::order(commits), roots, head, hits, findings, &[])
}

fn check(commits: &[Commit], finding: usize, trace: &Trace, tips: [usize; 2]) {
    let order = order(commits);
    let head = tips[0];
    let ours = |stamp: Option<CommitStamp>| stamp.map(|stamp| stamp.id);
    let introduced = order.iter().find(|&&n| has(&commits[n], finding));
    assert_eq!(ours(trace.introduced), introduced.map(|&n| id(3, n)));

    let in_head = has(&commits[head], finding);
    let ever = |n: usize| ancestors(commits, n).iter().any(|&n| has(&commits[n], finding));
    let removes = |n: usize| {
        let (with, without): (Vec<usize>, Vec<usize>) =
            commits[n].parents.iter().partition(|&&p| has(&commits[p], finding));
        !has(&commits[n], finding) && !with.is_empty() && without.iter().all(|&p| !ever(p))
    };
    let before_head = ancestors(commits, head);
    let removed = order.iter().rev().find(|&&n| before_head.contains(&n) && removes(n));
    let removed = removed.filter(|_| !in_head).map(|&n| id(3, n));
    assert_eq!(ours(trace.removed), removed);
    // Whatever HEAD's line once had and has no more was taken out by some commit of it.
    assert_eq!(trace.removed.is_some(), !in_head && ever(head));

    let reached: Vec<_> = (0..2)
        .filter(|&n| ever(tips[n]))
        .map(|n| format!("refs/heads/{n}"))
        .collect();
    assert_eq!(trace.refs, reached);
    let state = match (in_head, reached.is_empty()) {
        (true, _) => State::InTree,
        (false, false) => State::HistoryOnly,
        (false, true) => State::Unreachable,
    };
    assert_eq!(trace.state, state);

    let mut places = BTreeMap::new();
    for &n in &order {
        for (path, &blob) in commits[n].files.iter().filter(|(_, blob)| holds(**blob, finding)) {
            places.entry(path.clone()).or_insert((Some(id(3, n)), id(1, blob)));
        }
    }
    let traced: BTreeMap<_, _> = trace
        .places
        .iter()
        .map(|p| (p.path.clone(), (ours(p.first), p.object)))
        .collect();
    assert_eq!(traced, places);
    for place in &trace.places {
        let blob = commits[head]
            .files
            .get(&place.path)
            .filter(|blob| holds(**blob, finding));
        assert_eq!(place.in_head, blob.map(|&blob| id(1, blob)));
    }
}

//! Where a secret came from: which commit brought it, which took it out, what still reaches it.
//!
//! Told which objects and path names hold which findings, this reads every commit and, of their
//! trees, each distinct one once, remembering the findings beneath it (for most trees none). All
//! commits of the store count, also those that nothing reaches. Without hits nothing is read.
//! The order of commits that "first" and "last" refer to is that of [`Graph`]. What cannot be read
//! holds nothing here: discovery and scan have named it as a fault.

use std::collections::{HashMap, HashSet};

use crate::git::commit::Tag;
use crate::git::sets::{SetId, Sets};
use crate::git::store::{ObjectKind, ReadObject};
use crate::git::tree::{self, EntryKind};
use crate::git::{Graph, RootKind, Roots, walk};
use crate::origin::{CommitStamp, ObjectId, Place, State};

/// Which findings, by their numbers from 0, each object and each path name holds.
#[derive(Debug, Default)]
pub struct Hits {
    /// Blobs, commits and tags.
    pub objects: HashMap<ObjectId, Vec<u32>>,
    /// Single components of paths.
    pub names: HashMap<Box<[u8]>, Vec<u32>>,
}

/// The origin of one finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// The first commit that has it in its tree or text; for a tag's text the tagged commit, at the
    /// tag's time. `None` if no commit of the store has it.
    pub introduced: Option<CommitStamp>,
    /// The last commit on the way to HEAD that took it out of the tree. `None` while it is in
    /// HEAD's tree, or if it never was in a tree that led there. A merge takes out only what no
    /// parent's line had taken out before.
    pub removed: Option<CommitStamp>,
    pub state: State,
    /// Names of the refs that reach it, sorted, then of stash entries, then of the indexes that
    /// hold it; names of HEADs and reflog entries only if there is no other.
    pub refs: Vec<String>,
    /// Every path, in the order of first appearance.
    pub places: Vec<PlaceInHistory>,
}

/// A path at which a finding is or was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaceInHistory {
    /// [`Place::Blob`] or, if the path's last component itself is what holds it, [`Place::PathName`].
    pub place: Place,
    pub path: Vec<u8>,
    /// The object at the path when the finding came there.
    pub object: ObjectId,
    /// The first commit with the finding at this path; `None` for an index, or a tree without a commit.
    pub first: Option<CommitStamp>,
    /// The object at this path in HEAD's tree, if the finding is in it.
    pub in_head: Option<ObjectId>,
}

/// The origins of all findings.
#[derive(Debug, Default)]
pub struct Traced {
    /// One for each finding, by its number.
    pub traces: Vec<Trace>,
    /// Reasons, one sentence each, why traces lack something.
    pub incomplete: Vec<String>,
}

/// As deep as git itself reads trees.
const TREE_DEPTH: usize = 2048;
/// Bytes of paths remembered: a hostile tree can hold one blob under more paths than there are atoms.
const PATH_BYTES: usize = 64 << 20;
/// What a remembered path costs beside its own bytes.
const PATH_COST: usize = 64;
/// Tags of tags.
const TAG_CHAIN: usize = 64;

/// Traces `findings` findings. `commits` are the ids of all commits of the store.
pub fn trace(
    objects: &dyn ReadObject,
    commits: &[ObjectId],
    roots: &Roots,
    head: Option<ObjectId>,
    hits: &Hits,
    findings: usize,
) -> Traced {
    if findings == 0 || hits.objects.is_empty() && hits.names.is_empty() {
        let trace = || Tracer::nowhere();
        return Traced {
            traces: std::iter::repeat_with(trace).take(findings).collect(),
            incomplete: Vec::new(),
        };
    }
    let graph = Graph::read(objects, commits);
    let mut tracer = Tracer::new(objects, hits, findings);
    let traces = tracer.run(&graph, roots, head, findings);
    Traced {
        traces,
        incomplete: tracer.incomplete,
    }
}

/// Returns, for each commit, the names of the roots that reach it, as [`Trace::refs`] has them.
/// Reads the history of every root, so it is for commits that have findings.
pub fn refs_reaching(
    objects: &dyn ReadObject,
    roots: &Roots,
    commits: &[ObjectId],
) -> Vec<Vec<String>> {
    let mut hits = Hits::default();
    for (n, id) in commits.iter().enumerate() {
        hits.objects.entry(*id).or_default().push(n as u32);
    }
    let mut tips: Vec<_> = roots.roots.iter().map(|root| root.id).collect();
    tips.extend(commits);
    let graph = Graph::order(walk::reachable(objects, &tips, &[]).commits);
    let mut tracer = Tracer::new(objects, &hits, commits.len());
    let reach = tracer.reach(&graph, &vec![SetId::EMPTY; graph.nodes.len()]);
    let mut traces = vec![Tracer::nowhere(); commits.len()];
    tracer.add_refs(&graph, roots, &reach, &mut traces);
    traces.into_iter().map(|trace| trace.refs).collect()
}

/// A tree that holds findings.
struct Beneath {
    set: SetId,
    entries: Box<[Held]>,
}

/// An entry that holds findings: by its name, its content, or beneath it.
struct Held {
    name: Box<[u8]>,
    id: ObjectId,
    kind: EntryKind,
    by_name: SetId,
    by_content: SetId,
}

struct Tracer<'t> {
    objects: &'t dyn ReadObject,
    hits: &'t Hits,
    sets: Sets,
    /// `None` for a tree that holds nothing.
    trees: HashMap<ObjectId, Option<Box<Beneath>>>,
    /// The trees already walked at each path, so that a path costs nothing while it does not change.
    visited: HashSet<(Vec<u8>, ObjectId)>,
    /// Where in `places` a finding's path is.
    spots: HashMap<(u32, Place, Vec<u8>), usize>,
    places: Vec<Vec<PlaceInHistory>>,
    path_bytes: usize,
    raw: Vec<u8>,
    incomplete: Vec<String>,
}

impl<'t> Tracer<'t> {
    fn new(objects: &'t dyn ReadObject, hits: &'t Hits, findings: usize) -> Self {
        Self {
            objects,
            hits,
            sets: Sets::new(),
            trees: HashMap::new(),
            visited: HashSet::new(),
            spots: HashMap::new(),
            places: vec![Vec::new(); findings],
            path_bytes: 0,
            raw: Vec::new(),
            incomplete: Vec::new(),
        }
    }

    fn nowhere() -> Trace {
        Trace {
            introduced: None,
            removed: None,
            state: State::Unreachable,
            refs: Vec::new(),
            places: Vec::new(),
        }
    }

    fn run(
        &mut self,
        graph: &Graph,
        roots: &Roots,
        head: Option<ObjectId>,
        findings: usize,
    ) -> Vec<Trace> {
        let mut traces = vec![Self::nowhere(); findings];
        let in_trees = self.read_trees(graph);
        let reach = self.reach(graph, &in_trees);
        let mut seen = SetId::EMPTY;
        for (n, node) in graph.nodes.iter().enumerate() {
            let own = self.own(&node.stamp.id);
            let here = self.sets.union(in_trees[n], own);
            let fresh = self.sets.difference(here, seen);
            for finding in self.sets.members(fresh) {
                traces[finding as usize].introduced = Some(node.stamp);
            }
            seen = self.sets.union(seen, fresh);
            if let Some(tree) = node.tree {
                self.walk(tree, Some(node.stamp));
            }
        }
        self.add_tags(graph, seen, &mut traces);
        let head = head.and_then(|id| graph.position(&id));
        if let Some(head) = head {
            self.add_removals(graph, &in_trees, &reach, head, &mut traces);
            if let Some(tree) = graph.nodes[head as usize].tree {
                self.mark_head(tree, &mut Vec::new());
            }
        }
        self.add_refs(graph, roots, &reach, &mut traces);
        self.add_staged(roots, &mut traces);
        let in_head = head.map_or(SetId::EMPTY, |head| in_trees[head as usize]);
        for finding in self.sets.members(in_head) {
            traces[finding as usize].state = State::InTree;
        }
        for (trace, places) in traces.iter_mut().zip(&mut self.places) {
            trace.places = std::mem::take(places);
        }
        if self.is_cut() {
            let reason = "findings stand under more paths than can be listed; some are left out";
            self.incomplete.push(reason.to_owned());
        }
        traces
    }

    /// The findings in an object's own text or content.
    fn own(&mut self, id: &ObjectId) -> SetId {
        match self.hits.objects.get(id) {
            Some(findings) => self.sets.of(findings),
            None => SetId::EMPTY,
        }
    }

    /// For each commit, the findings in its tree.
    fn read_trees(&mut self, graph: &Graph) -> Vec<SetId> {
        let mut in_trees = Vec::with_capacity(graph.nodes.len());
        for node in &graph.nodes {
            in_trees.push(node.tree.map_or(SetId::EMPTY, |tree| self.beneath(tree, 0)));
        }
        in_trees
    }

    /// The findings beneath a tree, which is read if it is met for the first time.
    fn beneath(&mut self, id: ObjectId, depth: usize) -> SetId {
        if let Some(known) = self.trees.get(&id) {
            return known.as_ref().map_or(SetId::EMPTY, |beneath| beneath.set);
        }
        // Before it is read, so that a store that lies about its ids cannot send this in circles.
        self.trees.insert(id, None);
        if depth > TREE_DEPTH {
            let reason = format!("tree {id} is nested too deep to be traced");
            self.incomplete.push(reason);
            return SetId::EMPTY;
        }
        let mut raw = std::mem::take(&mut self.raw);
        let read = self.objects.read(&id, &mut raw);
        let listed = match read {
            Ok(ObjectKind::Tree) => self.list(&raw),
            _ => (Vec::new(), Vec::new()),
        };
        self.raw = raw;
        let (mut held, below) = listed;
        for (name, tree) in below {
            let by_content = self.beneath(tree, depth + 1);
            if !by_content.is_empty() {
                held.push(Held {
                    name,
                    id: tree,
                    kind: EntryKind::Tree,
                    by_name: SetId::EMPTY,
                    by_content,
                });
            }
        }
        held.sort_by(|a, b| a.name.cmp(&b.name));
        let mut set = SetId::EMPTY;
        for entry in &held {
            let entry = self.sets.union(entry.by_name, entry.by_content);
            set = self.sets.union(set, entry);
        }
        if !set.is_empty() {
            let entries = held.into_boxed_slice();
            self.trees
                .insert(id, Some(Box::new(Beneath { set, entries })));
        }
        set
    }

    /// The entries of a tree that hold findings themselves, and the folders that are still to be looked into.
    fn list(&mut self, raw: &[u8]) -> (Vec<Held>, Vec<(Box<[u8]>, ObjectId)>) {
        let (mut held, mut below) = (Vec::new(), Vec::new());
        for entry in tree::entries(raw).map_while(Result::ok) {
            let by_name = match self.hits.names.get(entry.name) {
                Some(findings) => self.sets.of(findings),
                None => SetId::EMPTY,
            };
            let by_content = match entry.kind.is_blob() {
                true => self.own(&entry.id),
                false => SetId::EMPTY,
            };
            // A folder that holds nothing is most of what there is, so it is not copied.
            let settled = matches!(self.trees.get(&entry.id), Some(None));
            if entry.kind == EntryKind::Tree && !settled {
                below.push((entry.name.into(), entry.id));
            }
            if !by_name.is_empty() || !by_content.is_empty() {
                held.push(Held {
                    name: entry.name.into(),
                    id: entry.id,
                    kind: entry.kind,
                    by_name,
                    by_content,
                });
            }
        }
        (held, below)
    }

    /// For each commit, the findings in it or in any commit before it.
    fn reach(&mut self, graph: &Graph, in_trees: &[SetId]) -> Vec<SetId> {
        let mut reach: Vec<SetId> = Vec::with_capacity(in_trees.len());
        for (node, &in_tree) in graph.nodes.iter().zip(in_trees) {
            let own = self.own(&node.stamp.id);
            let mut set = self.sets.union(in_tree, own);
            for &parent in &node.parents {
                set = self.sets.union(set, reach[parent as usize]);
            }
            reach.push(set);
        }
        reach
    }

    /// Notes the paths of all findings beneath a commit's tree that no earlier commit had there.
    fn walk(&mut self, tree: ObjectId, first: Option<CommitStamp>) {
        self.walk_at(tree, &mut Vec::new(), first);
    }

    fn walk_at(&mut self, tree: ObjectId, path: &mut Vec<u8>, first: Option<CommitStamp>) {
        let Some(Some(beneath)) = self.trees.get(&tree) else {
            return;
        };
        let key = (path.clone(), tree);
        if self.is_cut() || self.visited.contains(&key) {
            return;
        }
        let entries: Vec<_> = beneath.entries.iter().map(Held::copy).collect();
        self.path_bytes += PATH_COST + path.len();
        self.visited.insert(key);
        for entry in entries {
            let length = path.len();
            push_name(path, &entry.name);
            self.note(&entry, path, first);
            if entry.kind == EntryKind::Tree {
                self.walk_at(entry.id, path, first);
            }
            path.truncate(length);
        }
    }

    fn is_cut(&self) -> bool {
        self.path_bytes > PATH_BYTES
    }

    fn note(&mut self, entry: &Held, path: &[u8], first: Option<CommitStamp>) {
        for (set, place) in entry.spots() {
            for finding in self.sets.members(set) {
                let places = &mut self.places[finding as usize];
                self.spots
                    .entry((finding, place, path.to_vec()))
                    .or_insert_with(|| {
                        self.path_bytes += PATH_COST + path.len();
                        places.push(PlaceInHistory {
                            place,
                            path: path.to_vec(),
                            object: entry.id,
                            first,
                            in_head: None,
                        });
                        places.len() - 1
                    });
            }
        }
    }

    /// Marks the places that HEAD's tree has, all of which are noted already.
    fn mark_head(&mut self, tree: ObjectId, path: &mut Vec<u8>) {
        let Some(Some(beneath)) = self.trees.get(&tree) else {
            return;
        };
        if self.is_cut() {
            return;
        }
        let entries: Vec<_> = beneath.entries.iter().map(Held::copy).collect();
        for entry in entries {
            let length = path.len();
            push_name(path, &entry.name);
            for (set, place) in entry.spots() {
                for finding in self.sets.members(set) {
                    if let Some(&at) = self.spots.get(&(finding, place, path.clone())) {
                        self.places[finding as usize][at].in_head = Some(entry.id);
                    }
                }
            }
            if entry.kind == EntryKind::Tree {
                self.mark_head(entry.id, path);
            }
            path.truncate(length);
        }
    }

    /// Findings in the text of tags, for those that no commit has.
    fn add_tags(&mut self, graph: &Graph, in_commits: SetId, traces: &mut [Trace]) {
        let mut tags: Vec<_> = self.hits.objects.keys().copied().collect();
        tags.sort();
        for id in tags {
            let findings = self.own(&id);
            let unknown = self.sets.difference(findings, in_commits);
            if unknown.is_empty() || self.objects.read(&id, &mut self.raw) != Ok(ObjectKind::Tag) {
                continue;
            }
            let time = Tag::parse(&self.raw).time;
            let (_, target) = self.follow(id);
            let Some(commit) = graph.position(&target) else {
                continue;
            };
            let mut stamp = graph.nodes[commit as usize].stamp;
            stamp.author_time = time.unwrap_or(stamp.author_time);
            stamp.commit_time = time.unwrap_or(stamp.commit_time);
            for finding in self.sets.members(unknown) {
                let introduced = &mut traces[finding as usize].introduced;
                if introduced.is_none_or(|known| stamp.commit_time < known.commit_time) {
                    *introduced = Some(stamp);
                }
            }
        }
    }

    /// Follows tags; returns the findings in their texts and what the last one names.
    fn follow(&mut self, mut id: ObjectId) -> (SetId, ObjectId) {
        let mut met = SetId::EMPTY;
        for _ in 0..TAG_CHAIN {
            let mut raw = std::mem::take(&mut self.raw);
            let target = match self.objects.read(&id, &mut raw) {
                Ok(ObjectKind::Tag) => Tag::parse(&raw).target,
                _ => None,
            };
            self.raw = raw;
            let Some(target) = target else {
                break;
            };
            let own = self.own(&id);
            met = self.sets.union(met, own);
            id = target;
        }
        (met, id)
    }

    fn add_removals(
        &mut self,
        graph: &Graph,
        in_trees: &[SetId],
        reach: &[SetId],
        head: u32,
        traces: &mut [Trace],
    ) {
        let before_head = graph.ancestry(&[head]);
        for (n, node) in graph
            .nodes
            .iter()
            .enumerate()
            .filter(|(n, _)| before_head[*n])
        {
            let mut removed = SetId::EMPTY;
            for &parent in &node.parents {
                let gone = self.sets.difference(in_trees[parent as usize], in_trees[n]);
                removed = self.sets.union(removed, gone);
            }
            for &parent in &node.parents {
                // What this parent's line once had and has no more, it took out itself.
                let earlier = self
                    .sets
                    .difference(reach[parent as usize], in_trees[parent as usize]);
                removed = self.sets.difference(removed, earlier);
            }
            for finding in self.sets.members(removed) {
                if !self.sets.contains(in_trees[head as usize], finding) {
                    traces[finding as usize].removed = Some(node.stamp);
                }
            }
        }
    }

    /// Names the roots that reach each finding. Roots are sorted by kind and name.
    fn add_refs(&mut self, graph: &Graph, roots: &Roots, reach: &[SetId], traces: &mut [Trace]) {
        let mut known: HashMap<ObjectId, SetId> = HashMap::new();
        let mut lasting = SetId::EMPTY;
        for root in &roots.roots {
            let set = match known.get(&root.id) {
                Some(&set) => set,
                None => {
                    let set = self.reached_from(graph, root.id, reach);
                    known.insert(root.id, set);
                    set
                }
            };
            let named = match root.kind {
                RootKind::Ref | RootKind::Stash => {
                    lasting = self.sets.union(lasting, set);
                    set
                }
                RootKind::Head | RootKind::Reflog => self.sets.difference(set, lasting),
            };
            for finding in self.sets.members(named) {
                let trace = &mut traces[finding as usize];
                trace.state = State::HistoryOnly;
                trace
                    .refs
                    .push(String::from_utf8_lossy(&root.name).into_owned());
            }
        }
    }

    fn reached_from(&mut self, graph: &Graph, id: ObjectId, reach: &[SetId]) -> SetId {
        if let Some(position) = graph.position(&id) {
            return reach[position as usize];
        }
        let (in_tags, target) = self.follow(id);
        let beyond = match graph.position(&target) {
            Some(position) => reach[position as usize],
            None => match self.objects.read(&target, &mut self.raw) {
                Ok(ObjectKind::Tree) => {
                    let set = self.beneath(target, 0);
                    self.walk(target, None);
                    set
                }
                _ => self.own(&target),
            },
        };
        self.sets.union(in_tags, beyond)
    }

    /// Names the indexes that hold a finding's blob, and its paths there if no commit has it.
    fn add_staged(&mut self, roots: &Roots, traces: &mut [Trace]) {
        for (index, path, blob) in &roots.staged {
            let Some(findings) = self.hits.objects.get(blob) else {
                continue;
            };
            let index = String::from_utf8_lossy(index);
            for &finding in findings {
                let trace = &mut traces[finding as usize];
                if trace.introduced.is_some() {
                    continue;
                }
                if !trace.refs.iter().any(|name| *name == index) {
                    trace.refs.push(index.to_string());
                }
                let entry = Held {
                    name: Box::default(),
                    id: *blob,
                    kind: EntryKind::File,
                    by_name: SetId::EMPTY,
                    by_content: self.sets.of(&[finding]),
                };
                self.note(&entry, path, None);
            }
        }
    }
}

impl Held {
    fn copy(&self) -> Self {
        Self {
            name: self.name.clone(),
            ..*self
        }
    }

    /// The findings that stand at this very path, and how.
    fn spots(&self) -> [(SetId, Place); 2] {
        let by_content = match self.kind {
            EntryKind::Tree => SetId::EMPTY,
            _ => self.by_content,
        };
        [(by_content, Place::Blob), (self.by_name, Place::PathName)]
    }
}

fn push_name(path: &mut Vec<u8>, name: &[u8]) {
    if !path.is_empty() {
        path.push(b'/');
    }
    path.extend_from_slice(name);
}

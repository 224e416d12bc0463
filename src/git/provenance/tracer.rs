//! The tracer: what the order of commits and the sets of findings beneath their trees tell of each finding.
//!
//! Everything here is reckoned with sets, each of which stands once in memory: most commits have the set of the commit before.
//! Trees are read by [`super::trees`], paths noted by [`super::places`].

use std::collections::HashMap;

use super::places::Places;
use super::trees::{ShapeId, Trees};
use super::{Hits, Trace, Traced};
use crate::git::commit::Tag;
use crate::git::read::{ObjectKind, ReadObject};
use crate::git::sets::SetId;
use crate::git::{Graph, Node, RootKind, Roots};
use crate::origin::{ObjectId, Place, State};

/// Tags of tags.
const TAG_CHAIN: usize = 64;

/// Traces findings, from the sets of them that trees and commits hold.
pub struct Tracer<'t> {
    trees: Trees<'t>,
    places: Places,
    /// One for each finding, by its number.
    pub traces: Vec<Trace>,
    raw: Vec<u8>,
}

impl<'t> Tracer<'t> {
    /// Of so many findings nothing is known yet.
    pub fn new(objects: &'t dyn ReadObject, hits: &'t Hits, findings: usize) -> Self {
        Self {
            trees: Trees::new(objects, hits),
            places: Places::new(findings),
            traces: vec![Trace::nowhere(); findings],
            raw: Vec::new(),
        }
    }

    /// Finds out everything, going through the commits in order.
    pub fn run(&mut self, graph: &Graph, roots: &Roots, head: Option<ObjectId>) {
        let trees: Vec<_> = graph.nodes.iter().filter_map(|node| node.tree).collect();
        let mut shapes = self.trees.shapes(&trees).into_iter();
        let shape = |node: &Node| node.tree.and_then(|_| shapes.next()).unwrap_or(ShapeId::NOTHING);
        let shapes: Vec<_> = graph.nodes.iter().map(shape).collect();
        let in_trees: Vec<_> = shapes.iter().map(|shape| self.trees.beneath(*shape)).collect();
        let reach = self.reach(graph, &in_trees);
        let in_commits = self.add_introductions(graph, &in_trees, &shapes);
        self.add_tags(graph, in_commits);
        self.add_refs(graph, roots, &reach);
        self.add_staged(roots);
        if let Some(head) = head.and_then(|id| graph.position(&id)) {
            self.add_removals(graph, &in_trees, &reach, head);
            self.places.mark_head(&self.trees, shapes[head as usize]);
            for finding in self.trees.sets.members(in_trees[head as usize]) {
                self.traces[finding as usize].state = State::InTree;
            }
        }
    }

    /// What was found out, and what is in these folders.
    pub fn finish(mut self, folders: &[ObjectId]) -> Traced {
        let mut incomplete = Vec::new();
        if self.places.is_cut() {
            incomplete.push("findings stand under more paths than can be listed; some are left out".to_owned());
        }
        if let Some(tree) = self.trees.too_deep {
            incomplete.push(format!("tree {tree} is nested too deep to be traced"));
        }
        if let Some(tree) = self.trees.circle {
            incomplete.push(format!(
                "tree {tree} lies beneath itself, so its paths have no end; some are left out"
            ));
        }
        for (trace, places) in self.traces.iter_mut().zip(self.places.all) {
            trace.places = places;
        }
        let folders = folders.iter().filter_map(|id| self.trees.folder(*id)).collect();
        Traced {
            traces: self.traces,
            incomplete,
            folders,
        }
    }

    /// For each commit, the findings in it or in any commit before it.
    pub fn reach(&mut self, graph: &Graph, in_trees: &[SetId]) -> Vec<SetId> {
        let mut reach: Vec<SetId> = Vec::with_capacity(in_trees.len());
        for (node, &in_tree) in graph.nodes.iter().zip(in_trees) {
            let own = self.trees.own(&node.stamp.id);
            let mut set = self.trees.sets.union(in_tree, own);
            for &parent in &node.parents {
                set = self.trees.sets.union(set, reach[parent as usize]);
            }
            reach.push(set);
        }
        reach
    }

    /// Notes first commits and first places; returns the findings that any commit has.
    fn add_introductions(&mut self, graph: &Graph, in_trees: &[SetId], shapes: &[ShapeId]) -> SetId {
        let mut seen = SetId::EMPTY;
        let mut before = ShapeId::NOTHING;
        for ((node, &in_tree), &shape) in graph.nodes.iter().zip(in_trees).zip(shapes) {
            let own = self.trees.own(&node.stamp.id);
            let here = self.trees.sets.union(in_tree, own);
            let fresh = self.trees.sets.difference(here, seen);
            for finding in self.trees.sets.members(fresh) {
                self.traces[finding as usize].introduced = Some(node.stamp);
            }
            seen = self.trees.sets.union(seen, fresh);
            if std::mem::replace(&mut before, shape) != shape {
                self.places.walk(&self.trees, shape, Some(node.stamp));
            }
        }
        seen
    }

    /// Findings in the text of tags, for those that no commit has.
    fn add_tags(&mut self, graph: &Graph, in_commits: SetId) {
        for id in self.trees.hit_objects() {
            let own = self.trees.own(&id);
            let unknown = self.trees.sets.difference(own, in_commits);
            if unknown.is_empty() || self.trees.objects.read(&id, &mut self.raw) != Ok(ObjectKind::Tag) {
                continue;
            }
            let time = Tag::parse(&self.raw).time;
            let (_, target) = self.follow(graph, id);
            let Some(commit) = graph.position(&target) else {
                continue;
            };
            let mut stamp = graph.nodes[commit as usize].stamp;
            stamp.author_time = time.unwrap_or(stamp.author_time);
            stamp.commit_time = time.unwrap_or(stamp.commit_time);
            for finding in self.trees.sets.members(unknown) {
                let introduced = &mut self.traces[finding as usize].introduced;
                if introduced.is_none_or(|known| stamp.commit_time < known.commit_time) {
                    *introduced = Some(stamp);
                }
            }
        }
    }

    /// Follows tags; returns the findings in their texts and what the last one names.
    fn follow(&mut self, graph: &Graph, mut id: ObjectId) -> (SetId, ObjectId) {
        let mut met = SetId::EMPTY;
        for _ in 0..TAG_CHAIN {
            if graph.position(&id).is_some() {
                break;
            }
            let target = match self.trees.objects.tagged(&id) {
                Some(known) => known,
                None => match self.trees.objects.read(&id, &mut self.raw) {
                    Ok(ObjectKind::Tag) => Tag::parse(&self.raw).target,
                    _ => None,
                },
            };
            let Some(target) = target else {
                break;
            };
            let own = self.trees.own(&id);
            met = self.trees.sets.union(met, own);
            id = target;
        }
        (met, id)
    }

    fn add_removals(&mut self, graph: &Graph, in_trees: &[SetId], reach: &[SetId], head: u32) {
        let sets = &mut self.trees.sets;
        let before_head = graph.ancestry(head);
        for (n, node) in graph.nodes.iter().enumerate().filter(|(n, _)| before_head[*n]) {
            let mut removed = SetId::EMPTY;
            for &parent in &node.parents {
                let gone = sets.difference(in_trees[parent as usize], in_trees[n]);
                removed = sets.union(removed, gone);
            }
            if removed.is_empty() {
                continue;
            }
            for &parent in &node.parents {
                // What this parent's line once had and has no more, it took out itself.
                let earlier = sets.difference(reach[parent as usize], in_trees[parent as usize]);
                removed = sets.difference(removed, earlier);
            }
            let removed = sets.difference(removed, in_trees[head as usize]);
            for finding in sets.members(removed) {
                self.traces[finding as usize].removed = Some(node.stamp);
            }
        }
    }

    /// Names the roots that reach each finding. Roots are sorted by kind and name.
    pub fn add_refs(&mut self, graph: &Graph, roots: &Roots, reach: &[SetId]) {
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
                    lasting = self.trees.sets.union(lasting, set);
                    set
                }
                RootKind::Head | RootKind::Reflog => self.trees.sets.difference(set, lasting),
            };
            for finding in self.trees.sets.members(named) {
                let trace = &mut self.traces[finding as usize];
                trace.state = State::HistoryOnly;
                trace.add_ref(&root.name);
            }
        }
    }

    fn reached_from(&mut self, graph: &Graph, id: ObjectId, reach: &[SetId]) -> SetId {
        if let Some(position) = graph.position(&id) {
            return reach[position as usize];
        }
        let (in_tags, target) = self.follow(graph, id);
        let beyond = match graph.position(&target) {
            Some(position) => reach[position as usize],
            None => match self.trees.objects.read(&target, &mut self.raw) {
                Ok(ObjectKind::Tree) => {
                    let shape = self.trees.shape(target);
                    self.places.walk(&self.trees, shape, None);
                    self.trees.beneath(shape)
                }
                _ => self.trees.own(&target),
            },
        };
        self.trees.sets.union(in_tags, beyond)
    }

    /// Names the indexes that hold a finding's blob, and its paths there, if no commit has it.
    fn add_staged(&mut self, roots: &Roots) {
        for (index, path, blob) in &roots.staged {
            let set = self.trees.own(blob);
            for finding in self.trees.sets.members(set) {
                let trace = &mut self.traces[finding as usize];
                if trace.introduced.is_some() {
                    continue;
                }
                if !trace.refs.iter().any(|name| name.as_bytes() == index) {
                    trace.add_ref(index);
                }
                self.places.note(finding, Place::Blob, path, *blob, None);
            }
        }
    }
}

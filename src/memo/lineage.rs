//! The remembered commits as a graph, with those that are new in their places among them.
//!
//! The order is that of [`Graph::order`], found again on numbers alone: to look up the parents of two hundred
//! thousand commits by their ids costs more than all the rest of a run that has nothing to do.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use super::{Memo, NONE, Recall, Reference};
use crate::git::commit::Commit;
use crate::git::{Graph, Node};
use crate::origin::{CommitStamp, ObjectId};

impl Memo {
    /// All commits in order: the remembered ones and `fresh`, which are others and each there once. Trees that
    /// hold nothing are left out, and one stands for all that look like it.
    pub fn graph(&self, recall: &Recall<'_>, fresh: &[(ObjectId, Commit)]) -> Graph {
        let mut nodes = self.nodes(|tree| recall.stands_for(tree));
        if fresh.is_empty() {
            return Graph::of_nodes(nodes);
        }
        let first = self.commits.len() as u32;
        let places: HashMap<ObjectId, u32> = (first..).zip(fresh).map(|(n, (id, _))| (*id, n)).collect();
        let mut is_parent = false;
        for (child, parent) in &self.absent {
            let place = places.get(parent);
            is_parent |= place.is_some();
            nodes[*child as usize].parents.extend(place);
        }
        let known = self.positions();
        let position = |id: &ObjectId| match self.find(id) {
            Some(at) => Some(known[at as usize]).filter(|position| *position != NONE),
            None => places.get(id).copied(),
        };
        nodes.extend(fresh.iter().map(|(id, commit)| Node {
            stamp: commit.stamp(*id),
            tree: commit.tree,
            parents: commit.parents.iter().filter_map(position).collect(),
        }));
        Graph::of_nodes(match is_parent {
            true => in_order(nodes),
            false => merged(nodes, first as usize),
        })
    }

    fn nodes(&self, stands_for: impl Fn(Reference) -> Option<Reference>) -> Vec<Node> {
        let mut rest = &self.parents[..];
        let node = |row: &super::Row| {
            let (parents, after) = rest.split_at(row.parents as usize);
            rest = after;
            Node {
                stamp: CommitStamp {
                    id: self.id(row.id),
                    author_time: row.author_time,
                    commit_time: row.commit_time,
                },
                tree: Some(row.tree)
                    .filter(|tree| *tree != NONE)
                    .and_then(&stands_for)
                    .map(|tree| self.object(tree)),
                parents: parents.to_vec(),
            }
        };
        self.commits.iter().map(node).collect()
    }

    /// By place among the ids, which commit it is.
    pub(super) fn positions(&self) -> Vec<u32> {
        let mut positions = vec![NONE; self.known()];
        for (n, row) in self.commits.iter().enumerate() {
            positions[row.id as usize] = n as u32;
        }
        positions
    }
}

/// Puts nodes in order of which the first so many are, and have none of the others for a parent: so their order stays.
fn merged(nodes: Vec<Node>, first: usize) -> Vec<Node> {
    let mut waits_for = vec![0; nodes.len()];
    let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
    let mut ready = BinaryHeap::new();
    for (n, node) in nodes.iter().enumerate().skip(first) {
        waits_for[n] = node.parents.len();
        for parent in &node.parents {
            children.entry(*parent).or_default().push(n as u32);
        }
        if node.parents.is_empty() {
            ready.push(Reverse(key(&nodes, n as u32)));
        }
    }
    let mut known = (0..first as u32).peekable();
    let mut order = Vec::with_capacity(nodes.len());
    loop {
        let is_earlier = |n: &u32| ready.peek().is_none_or(|Reverse(fresh)| key(&nodes, *n) < *fresh);
        let next = known
            .next_if(is_earlier)
            .or_else(|| ready.pop().map(|Reverse((.., n))| n));
        let Some(n) = next else { break };
        order.push(n);
        for &child in children.get(&n).into_iter().flatten() {
            waits_for[child as usize] -= 1;
            if waits_for[child as usize] == 0 {
                ready.push(Reverse(key(&nodes, child)));
            }
        }
    }
    ordered(nodes, &order)
}

/// What decides between nodes that are free to come next.
fn key(nodes: &[Node], n: u32) -> (i64, ObjectId, u32) {
    let stamp = &nodes[n as usize].stamp;
    (stamp.commit_time, stamp.id, n)
}

/// Puts nodes in order whose parents stand anywhere.
fn in_order(nodes: Vec<Node>) -> Vec<Node> {
    let mut waits_for: Vec<u32> = nodes.iter().map(|node| node.parents.len() as u32).collect();
    let mut starts = vec![0_u32; nodes.len() + 1];
    let all_parents = || nodes.iter().flat_map(|node| &node.parents);
    all_parents().for_each(|parent| starts[*parent as usize + 1] += 1);
    for n in 1..starts.len() {
        starts[n] += starts[n - 1];
    }
    let mut children = vec![0_u32; all_parents().count()];
    let mut free = starts.clone();
    for (n, node) in nodes.iter().enumerate() {
        for &parent in &node.parents {
            children[free[parent as usize] as usize] = n as u32;
            free[parent as usize] += 1;
        }
    }
    let roots = (0..nodes.len() as u32).filter(|n| waits_for[*n as usize] == 0);
    let mut ready: BinaryHeap<_> = roots.map(|n| Reverse(key(&nodes, n))).collect();
    let mut order = Vec::with_capacity(nodes.len());
    while let Some(Reverse((.., n))) = ready.pop() {
        order.push(n);
        for &child in &children[starts[n as usize] as usize..starts[n as usize + 1] as usize] {
            waits_for[child as usize] -= 1;
            if waits_for[child as usize] == 0 {
                ready.push(Reverse(key(&nodes, child)));
            }
        }
    }
    ordered(nodes, &order)
}

/// The nodes in this order, with their parents' places in it.
fn ordered(nodes: Vec<Node>, order: &[u32]) -> Vec<Node> {
    // What is new mostly comes last, where it stands already.
    if order.len() == nodes.len() && order.is_sorted() {
        return nodes;
    }
    let mut places = vec![NONE; nodes.len()];
    for (place, n) in (0..).zip(order) {
        places[*n as usize] = place;
    }
    let mut nodes: Vec<_> = nodes.into_iter().map(Some).collect();
    let mut ordered = Vec::with_capacity(order.len());
    for &n in order {
        let mut node = nodes[n as usize].take().expect("each is freed once");
        node.parents
            .iter_mut()
            .for_each(|parent| *parent = places[*parent as usize]);
        ordered.push(node);
    }
    ordered
}

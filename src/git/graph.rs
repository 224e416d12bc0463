//! Commits in one fixed order: parents before children, and among those that are free to come next
//! the one with the earliest commit time, then the smallest id.
//!
//! This order is what "first" and "last" mean in provenance: ancestry decides, whatever the clocks
//! said; clocks decide between lines of history that do not know each other.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::git::commit::Commit;
use crate::git::maps::Map;
use crate::origin::{CommitStamp, ObjectId};

/// One commit of a [`Graph`].
#[derive(Clone, Debug)]
pub struct Node {
    pub stamp: CommitStamp,
    pub tree: Option<ObjectId>,
    /// Positions in the graph, all smaller than this node's own. Parents that are not there are left out.
    pub parents: Vec<u32>,
}

/// Commits with their parents, in order.
#[derive(Debug, Default)]
pub struct Graph {
    pub nodes: Vec<Node>,
    positions: Map<ObjectId, u32>,
}

const NOWHERE: u32 = u32::MAX;

impl Graph {
    /// Puts commits in order. An id that is there twice counts once.
    pub fn order(commits: &[(ObjectId, Commit)]) -> Self {
        let mut positions: Map<ObjectId, u32> = Map::with_capacity_and_hasher(commits.len(), Default::default());
        for (n, (id, _)) in (0..).zip(commits) {
            positions.entry(*id).or_insert(n);
        }
        // Until the order is known, positions are those in the list. Parents stand side by side, commit by commit.
        let mut parents: Vec<u32> = Vec::with_capacity(commits.len());
        let mut ends = Vec::with_capacity(commits.len());
        let mut waits_for = vec![0u32; commits.len()];
        let mut free = BinaryHeap::new();
        for (n, (id, commit)) in (0..).zip(commits) {
            if positions[id] == n {
                let before = parents.len();
                parents.extend(commit.parents.iter().filter_map(|parent| positions.get(parent)));
                waits_for[n as usize] = (parents.len() - before) as u32;
                if parents.len() == before {
                    free.push(Reverse((commit.commit_time, *id, n)));
                }
            }
            ends.push(parents.len());
        }
        let parents_of = |n: u32| match n.checked_sub(1) {
            Some(before) => &parents[ends[before as usize]..ends[n as usize]],
            None => &parents[..ends[0]],
        };
        let children = children(commits.len(), parents_of);
        let mut places = vec![NOWHERE; commits.len()];
        let mut nodes = Vec::with_capacity(positions.len());
        while let Some(Reverse((_, id, n))) = free.pop() {
            let commit = &commits[n as usize].1;
            places[n as usize] = nodes.len() as u32;
            nodes.push(Node {
                stamp: commit.stamp(id),
                tree: commit.tree,
                parents: parents_of(n).iter().map(|&parent| places[parent as usize]).collect(),
            });
            for &child in children.of(n) {
                waits_for[child as usize] -= 1;
                if waits_for[child as usize] == 0 {
                    let (id, commit) = &commits[child as usize];
                    free.push(Reverse((commit.commit_time, *id, child)));
                }
            }
        }
        // Commits that are their own ancestors, in a store that lies about its ids, are in no order.
        positions.retain(|_, n| {
            *n = places[*n as usize];
            *n != NOWHERE
        });
        Self { nodes, positions }
    }

    /// Takes nodes that are in order.
    pub fn of_nodes(nodes: Vec<Node>) -> Self {
        let positions = (0..).zip(&nodes).map(|(n, node)| (node.stamp.id, n)).collect();
        Self { nodes, positions }
    }

    /// Where a commit stands.
    pub fn position(&self, id: &ObjectId) -> Option<u32> {
        self.positions.get(id).copied()
    }

    /// Marks a commit and all its ancestors.
    pub fn ancestry(&self, of: u32) -> Vec<bool> {
        let mut marked = vec![false; self.nodes.len()];
        marked[of as usize] = true;
        for n in (0..self.nodes.len()).rev() {
            if marked[n] {
                for &parent in &self.nodes[n].parents {
                    marked[parent as usize] = true;
                }
            }
        }
        marked
    }
}

/// The children of each commit, side by side.
struct Children {
    starts: Vec<u32>,
    all: Vec<u32>,
}

fn children<'p>(commits: usize, parents_of: impl Fn(u32) -> &'p [u32]) -> Children {
    let mut starts = vec![0; commits + 1];
    for n in 0..commits as u32 {
        parents_of(n)
            .iter()
            .for_each(|&parent| starts[parent as usize + 1] += 1);
    }
    for n in 1..starts.len() {
        starts[n] += starts[n - 1];
    }
    let mut next = starts.clone();
    let mut all = vec![0; starts[commits] as usize];
    for n in 0..commits as u32 {
        for &parent in parents_of(n) {
            let next = &mut next[parent as usize];
            all[*next as usize] = n;
            *next += 1;
        }
    }
    Children { starts, all }
}

impl Children {
    fn of(&self, n: u32) -> &[u32] {
        &self.all[self.starts[n as usize] as usize..self.starts[n as usize + 1] as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commit(n: u8, time: i64, parents: &[u8]) -> (ObjectId, Commit) {
        let id = |n| ObjectId::from_bytes(&[n; 20]).expect("20 bytes");
        let commit = Commit {
            commit_time: time,
            parents: parents.iter().map(|&p| id(p)).collect(),
            ..Commit::default()
        };
        (id(n), commit)
    }

    #[test]
    fn ancestry_comes_before_clocks_and_clocks_before_ids() {
        // 2 is a child of 1 with a clock far behind; 3 and 4 are roots; 5 misses its parent.
        let commits = vec![
            commit(2, 5, &[1]),
            commit(1, 100, &[]),
            commit(4, 50, &[]),
            commit(3, 50, &[]),
            commit(5, 70, &[99, 4, 4]),
        ];
        let graph = Graph::order(&commits);
        let order: Vec<_> = graph.nodes.iter().map(|node| node.stamp.id.as_bytes()[0]).collect();
        assert_eq!(order, [3, 4, 5, 1, 2]);
        let five = graph.nodes[2].parents.clone();
        assert_eq!(five, [1, 1]);
        assert_eq!(graph.ancestry(2), [false, true, true, false, false]);
        let places: Vec<_> = commits.iter().map(|(id, _)| graph.position(id)).collect();
        assert_eq!(places, [4, 3, 1, 0, 2].map(Some));
    }

    #[test]
    fn commits_in_a_circle_have_no_place() {
        let commits = vec![
            commit(1, 1, &[2]),
            commit(2, 2, &[1]),
            commit(3, 3, &[]),
            commit(3, 3, &[]),
        ];
        let graph = Graph::order(&commits);
        assert_eq!(graph.nodes.len(), 1);
        let places: Vec<_> = commits.iter().map(|(id, _)| graph.position(id)).collect();
        assert_eq!(places, [None, None, Some(0), Some(0)]);
    }
}

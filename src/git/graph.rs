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

impl Graph {
    /// Puts commits in order. An id that is there twice counts once.
    pub fn order(commits: &[(ObjectId, Commit)]) -> Self {
        let mut number = Map::with_capacity_and_hasher(commits.len(), Default::default());
        for (n, (id, _)) in commits.iter().enumerate() {
            number.entry(*id).or_insert(n);
        }
        let mut waits_for = vec![0u32; commits.len()];
        let mut children: Vec<Vec<usize>> = vec![Vec::new(); commits.len()];
        let mut free = BinaryHeap::new();
        for (n, (id, commit)) in commits.iter().enumerate() {
            if number[id] != n {
                continue;
            }
            for parent in commit.parents.iter().filter_map(|parent| number.get(parent)) {
                waits_for[n] += 1;
                children[*parent].push(n);
            }
            if waits_for[n] == 0 {
                free.push(Reverse((commit.commit_time, *id, n)));
            }
        }
        let mut graph = Self::default();
        while let Some(Reverse((_, id, n))) = free.pop() {
            let commit = &commits[n].1;
            let parents = commit.parents.iter().filter_map(|parent| graph.position(parent));
            let node = Node {
                stamp: commit.stamp(id),
                tree: commit.tree,
                parents: parents.collect(),
            };
            graph.positions.insert(id, graph.nodes.len() as u32);
            graph.nodes.push(node);
            for &child in &children[n] {
                waits_for[child] -= 1;
                if waits_for[child] == 0 {
                    let (id, commit) = &commits[child];
                    free.push(Reverse((commit.commit_time, *id, child)));
                }
            }
        }
        graph
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
    }
}

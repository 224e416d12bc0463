//! The paths at which findings stand, each with the commit that first had it there.
//!
//! Commits are walked in the graph's order, so the first to note a place is the first to have it. Only
//! trees that lead to a finding are entered, and the same tree at the same path only once.

use crate::git::maps::{Map, Set};
use crate::git::provenance::PlaceInHistory;
use crate::git::provenance::trees::{ShapeId, Trees};
use crate::origin::{CommitStamp, ObjectId, Place};

/// Bytes of paths remembered: a hostile tree can hold one blob under more paths than there are atoms.
const PATH_BYTES: usize = 64 << 20;
/// What a remembered path costs beside its own bytes.
const PATH_COST: usize = 64;

/// The places of all findings, in the order in which they were noted.
pub struct Places {
    /// By finding.
    pub all: Vec<Vec<PlaceInHistory>>,
    /// The numbers of the paths met so far.
    paths: Map<Box<[u8]>, u32>,
    /// The shapes already walked at each path, so that a path costs nothing while it does not change.
    visited: Set<(u32, ShapeId)>,
    /// Where in `all` a finding's path is.
    spots: Map<(u32, Place, u32), usize>,
    bytes: usize,
}

impl Places {
    pub fn new(findings: usize) -> Self {
        Self {
            all: vec![Vec::new(); findings],
            paths: Map::default(),
            visited: Set::default(),
            spots: Map::default(),
            bytes: 0,
        }
    }

    /// Whether there are more places than can be noted.
    pub fn is_cut(&self) -> bool {
        self.bytes > PATH_BYTES
    }

    /// Notes the places beneath a commit's tree that no commit noted before it had.
    pub fn walk(&mut self, trees: &Trees<'_>, tree: ShapeId, first: Option<CommitStamp>) {
        self.walk_at(trees, tree, &mut Vec::new(), first);
    }

    fn walk_at(&mut self, trees: &Trees<'_>, tree: ShapeId, path: &mut Vec<u8>, first: Option<CommitStamp>) {
        let entries = trees.held(tree);
        if entries.is_empty() || self.is_cut() {
            return;
        }
        let number = self.number(path);
        if !self.visited.insert((number, tree)) {
            return;
        }
        self.bytes += PATH_COST;
        for entry in entries {
            let length = push_name(path, trees.name(entry));
            for (set, place) in entry.spots() {
                for finding in trees.sets.members(set) {
                    self.note(finding, place, path, trees.id(entry), first);
                }
            }
            if let Some(tree) = entry.tree() {
                self.walk_at(trees, tree, path, first);
            }
            path.truncate(length);
        }
    }

    /// Notes one place of a finding, if it is new.
    pub fn note(&mut self, finding: u32, place: Place, path: &[u8], object: ObjectId, first: Option<CommitStamp>) {
        let number = self.number(path);
        let places = &mut self.all[finding as usize];
        self.spots.entry((finding, place, number)).or_insert_with(|| {
            self.bytes += PATH_COST + path.len();
            places.push(PlaceInHistory {
                place,
                path: path.to_vec(),
                object,
                first,
                in_head: None,
            });
            places.len() - 1
        });
    }

    fn number(&mut self, path: &[u8]) -> u32 {
        if let Some(&number) = self.paths.get(path) {
            return number;
        }
        self.bytes += PATH_COST + path.len();
        let number = self.paths.len() as u32;
        self.paths.insert(path.into(), number);
        number
    }

    /// Marks the places that are in HEAD's tree, all of which have been noted.
    pub fn mark_head(&mut self, trees: &Trees<'_>, tree: ShapeId) {
        self.mark_at(trees, tree, &mut Vec::new());
    }

    fn mark_at(&mut self, trees: &Trees<'_>, tree: ShapeId, path: &mut Vec<u8>) {
        if self.is_cut() {
            return;
        }
        for entry in trees.held(tree) {
            let length = push_name(path, trees.name(entry));
            for (set, place) in entry.spots() {
                for finding in trees.sets.members(set) {
                    let number = self.number(path);
                    if let Some(&at) = self.spots.get(&(finding, place, number)) {
                        self.all[finding as usize][at].in_head = Some(trees.id(entry));
                    }
                }
            }
            if let Some(tree) = entry.tree() {
                self.mark_at(trees, tree, path);
            }
            path.truncate(length);
        }
    }
}

/// Adds a component to a path and returns the length it had.
fn push_name(path: &mut Vec<u8>, name: &[u8]) -> usize {
    let length = path.len();
    if !path.is_empty() {
        path.push(b'/');
    }
    path.extend_from_slice(name);
    length
}

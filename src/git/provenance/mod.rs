//! Where a secret came from: which commit brought it, which took it out, what still reaches it.
//!
//! Told which objects and path names hold which findings, this reads every commit and, of their
//! trees, each distinct one once, remembering the findings beneath it (for most trees none). All
//! commits of the store count, also those that nothing reaches. Without hits nothing is read.
//! The order of commits that "first" and "last" refer to is that of [`Graph`]. What cannot be read
//! holds nothing here: discovery and scan have named it as a fault.

mod numbers;
mod places;
mod tracer;
mod trees;

use std::collections::HashMap;

use crate::git::provenance::tracer::Tracer;
use crate::git::read::ReadObject;
use crate::git::sets::SetId;
use crate::git::tree::EntryKind;
use crate::git::{Graph, Roots, walk};
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
    /// hold it; names of HEADs and reflog entries only if there is no other. At most 100.
    pub refs: Vec<String>,
    /// How many names more there are: old secrets are reached by every tag since.
    pub more_refs: u64,
    /// Every path, in the order of first appearance.
    pub places: Vec<PlaceInHistory>,
}

impl Trace {
    fn nowhere() -> Self {
        Self {
            introduced: None,
            removed: None,
            state: State::Unreachable,
            refs: Vec::new(),
            more_refs: 0,
            places: Vec::new(),
        }
    }

    fn add_ref(&mut self, name: &[u8]) {
        if self.refs.len() == REFS_NAMED {
            self.more_refs += 1;
        } else {
            self.refs.push(String::from_utf8_lossy(name).into_owned());
        }
    }
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
    /// Of the folders that were asked about, those that hold findings.
    pub folders: Vec<Folder>,
}

/// A folder that holds findings, with the entries that do.
#[derive(Debug)]
pub struct Folder {
    pub id: ObjectId,
    pub entries: Vec<(EntryKind, Box<[u8]>, ObjectId)>,
}

/// With thousands of tags and of findings, all names of each would fill the memory and no one's eyes.
const REFS_NAMED: usize = 100;

/// Traces `findings` findings through all commits of the store, in order. Asks for what is in these `folders`, too.
pub fn trace(
    objects: &dyn ReadObject,
    graph: &Graph,
    roots: &Roots,
    head: Option<ObjectId>,
    hits: &Hits,
    findings: usize,
    folders: &[ObjectId],
) -> Traced {
    if is_nowhere(hits, findings) {
        return nowhere(findings);
    }
    let mut tracer = Tracer::new(objects, hits, findings);
    tracer.run(graph, roots, head);
    tracer.finish(folders)
}

/// Whether there is nothing to be traced, so that no commit need be looked at.
pub fn is_nowhere(hits: &Hits, findings: usize) -> bool {
    findings == 0 || hits.objects.is_empty() && hits.names.is_empty()
}

fn nowhere(findings: usize) -> Traced {
    Traced {
        traces: std::iter::repeat_with(Trace::nowhere).take(findings).collect(),
        ..Traced::default()
    }
}

/// Returns, for each commit, the names of the roots that reach it, as [`Trace::refs`] has them.
/// Reads the history of every root, so it is for commits that have findings.
pub fn refs_reaching(objects: &dyn ReadObject, roots: &Roots, commits: &[ObjectId]) -> Vec<Vec<String>> {
    let mut hits = Hits::default();
    for (n, id) in commits.iter().enumerate() {
        hits.objects.entry(*id).or_default().push(n as u32);
    }
    let mut tips: Vec<_> = roots.roots.iter().map(|root| root.id).collect();
    tips.extend(commits);
    let graph = Graph::order(&walk::reachable(objects, &tips, &[]).commits);
    let mut tracer = Tracer::new(objects, &hits, commits.len());
    let reach = tracer.reach(&graph, &vec![SetId::EMPTY; graph.nodes.len()]);
    tracer.add_refs(&graph, roots, &reach);
    tracer.traces.into_iter().map(|trace| trace.refs).collect()
}

#[cfg(test)]
mod tests;

//! The commits that some commits reach and others do not, as `git rev-list INCLUDE --not EXCLUDE`.
//!
//! Only as much of the history is read as it takes. Where clocks are wrong by more than the walk
//! looks ahead, a commit too many is given, never one too few.

use std::collections::{BinaryHeap, HashMap};

use crate::git::commit::Commit;
use crate::git::store::{ObjectKind, ReadObject};
use crate::origin::ObjectId;

/// How many excluded commits are followed after the last included one, for clocks that are wrong.
const LOOK_AHEAD: usize = 256;

/// What a walk found.
#[derive(Debug, Default)]
pub struct Reached {
    /// In no order; [`crate::git::Graph`] gives one.
    pub commits: Vec<(ObjectId, Commit)>,
    /// Commits, named by one of these or asked for, that cannot be read, and why; sorted. In a shallow
    /// clone these are the parents at which history is cut off.
    pub missing: Vec<(ObjectId, String)>,
}

/// Walks from `include` and leaves out everything that `exclude` reaches. Both are commits.
pub fn reachable(objects: &dyn ReadObject, include: &[ObjectId], exclude: &[ObjectId]) -> Reached {
    let mut walk = Walk {
        objects,
        met: HashMap::new(),
        queue: BinaryHeap::new(),
        wanted: 0,
        raw: Vec::new(),
    };
    exclude.iter().for_each(|id| walk.meet(*id, true));
    include.iter().for_each(|id| walk.meet(*id, false));
    walk.run();
    let mut reached = Reached::default();
    for (id, met) in walk.met {
        match met.commit {
            _ if met.excluded => {}
            Ok(commit) => reached.commits.push((id, commit)),
            Err(reason) => reached.missing.push((id, reason)),
        }
    }
    reached.missing.sort();
    reached
}

struct Met {
    commit: Result<Commit, String>,
    excluded: bool,
    queued: bool,
}

struct Walk<'w> {
    objects: &'w dyn ReadObject,
    met: HashMap<ObjectId, Met>,
    /// Latest first.
    queue: BinaryHeap<(i64, ObjectId)>,
    /// How many in the queue are not excluded.
    wanted: usize,
    raw: Vec<u8>,
}

impl Walk<'_> {
    fn run(&mut self) {
        let mut oldest = i64::MAX;
        let mut ahead = 0;
        while let Some((time, id)) = self.queue.pop() {
            let met = self.met.get_mut(&id).expect("what is queued was met");
            met.queued = false;
            let excluded = met.excluded;
            let parents = met.commit.as_ref().map_or(Vec::new(), |commit| commit.parents.clone());
            if excluded {
                // Nothing wanted is left, and what is left is older than all that was wanted.
                ahead = if self.wanted == 0 && time < oldest { ahead + 1 } else { 0 };
                if ahead > LOOK_AHEAD || self.wanted == 0 && oldest == i64::MAX {
                    break;
                }
            } else {
                self.wanted -= 1;
                oldest = oldest.min(time);
            }
            parents.into_iter().for_each(|parent| self.meet(parent, excluded));
        }
    }

    /// Queues a commit that is new, or that is now known to be excluded.
    fn meet(&mut self, id: ObjectId, excluded: bool) {
        let (objects, raw) = (self.objects, &mut self.raw);
        let met = self.met.entry(id).or_insert_with(|| Met {
            commit: match objects.read(&id, raw) {
                Ok(ObjectKind::Commit) => Ok(Commit::parse(raw)),
                Ok(_) => Err("the object is not a commit".to_owned()),
                Err(reason) => Err(reason),
            },
            excluded: !excluded,
            queued: false,
        });
        let is_new = !met.queued && met.excluded != excluded && (excluded || met.is_first());
        let _ = is_new;
    }
}

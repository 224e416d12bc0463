//! The commits that some commits reach and others do not, as `git rev-list INCLUDE --not EXCLUDE`.
//!
//! Only as much of the history is read as it takes. Where clocks are wrong by more than the walk
//! looks ahead, a commit too many is given, never one too few.

use std::collections::{BinaryHeap, HashMap};

use crate::git::commit::Commit;
use crate::git::read::{ObjectKind, ReadObject};
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
                ahead = if self.wanted == 0 && time < oldest {
                    ahead + 1
                } else {
                    0
                };
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
        if let Some(met) = self.met.get_mut(&id) {
            if excluded && !met.excluded {
                met.excluded = true;
                if met.queued {
                    self.wanted -= 1;
                } else if let Ok(commit) = &met.commit {
                    met.queued = true;
                    self.queue.push((commit.commit_time, id));
                }
            }
            return;
        }
        let commit = match self.objects.read(&id, &mut self.raw) {
            Ok(ObjectKind::Commit) => Ok(Commit::parse(&self.raw)),
            Ok(_) => Err("the object is not a commit".to_owned()),
            Err(reason) => Err(reason),
        };
        if let Ok(commit) = &commit {
            self.queue.push((commit.commit_time, id));
            self.wanted += usize::from(!excluded);
        }
        let met = Met {
            queued: commit.is_ok(),
            commit,
            excluded,
        };
        self.met.insert(id, met);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Commits by number, each with its time and parents.
    struct Made(Vec<(i64, Vec<u8>)>);

    fn id(n: u8) -> ObjectId {
        ObjectId::from_bytes(&[n; 20]).expect("20 bytes")
    }

    impl ReadObject for Made {
        fn read(&self, id: &ObjectId, into: &mut Vec<u8>) -> Result<ObjectKind, String> {
            let n = usize::from(id.as_bytes()[0]);
            let (time, parents) = self.0.get(n).ok_or("missing")?;
            into.clear();
            for parent in parents {
                into.extend(format!("parent {}\n", super::tests::id(*parent)).as_bytes());
            }
            into.extend(format!("committer A <a> {time} +0000\n\n").as_bytes());
            Ok(ObjectKind::Commit)
        }
    }

    fn between(made: &Made, include: &[u8], exclude: &[u8]) -> Vec<u8> {
        let ids = |numbers: &[u8]| numbers.iter().map(|&n| id(n)).collect::<Vec<_>>();
        let reached = reachable(made, &ids(include), &ids(exclude));
        let mut found: Vec<_> = reached.commits.iter().map(|(id, _)| id.as_bytes()[0]).collect();
        found.sort();
        found
    }

    #[test]
    fn what_the_other_side_reaches_is_left_out() {
        // 0 - 1 - 2 - 4 (merge of 2 and 3), 1 - 3.
        let made = Made(vec![
            (0, vec![]),
            (1, vec![0]),
            (2, vec![1]),
            (3, vec![1]),
            (4, vec![2, 3]),
        ]);
        assert_eq!(between(&made, &[4], &[2]), [3, 4]);
        assert_eq!(between(&made, &[4], &[]), [0, 1, 2, 3, 4]);
        assert!(between(&made, &[2], &[4]).is_empty());
        assert_eq!(between(&made, &[2, 3], &[0]), [1, 2, 3]);
        assert!(between(&made, &[4], &[4]).is_empty());
    }

    #[test]
    fn wrong_clocks_do_not_let_the_other_side_in() {
        // 1 is far younger by its clock than 2 and 3, its children.
        let made = Made(vec![(0, vec![]), (1000, vec![0]), (5, vec![1]), (6, vec![1])]);
        assert_eq!(between(&made, &[3], &[2]), [3]);
        let made = Made(vec![
            (1000, vec![]),
            (1, vec![0]),
            (2, vec![1]),
            (3, vec![2]),
            (2000, vec![0]),
        ]);
        assert_eq!(between(&made, &[4], &[3]), [4]);
    }

    #[test]
    fn a_parent_that_is_not_there_is_named() {
        let made = Made(vec![(0, vec![9])]);
        let reached = reachable(&made, &[id(0)], &[]);
        assert_eq!(reached.commits.len(), 1);
        assert_eq!(reached.missing, [(id(9), "missing".to_owned())]);
    }
}

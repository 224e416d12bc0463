//! Findings of a submodule, in the report of the repository that it belongs to.
//!
//! Its files are named by the path that the submodule has there, everything else by the submodule. A secret
//! that stands in both is one finding, and is as much alive as where it is most alive.

use std::collections::HashMap;

use super::merge::absorb;
use crate::finding::Finding;
use crate::origin::{CommitStamp, Place};
use crate::skip::Skip;

/// Names the places and refs of a submodule's findings by its path.
pub fn rename(findings: &mut [Finding], submodule: &[u8]) {
    for finding in findings {
        for occurrence in &mut finding.occurrences {
            let origin = &mut occurrence.origin;
            if matches!(origin.place, Place::Blob | Place::PathName) && !origin.path.is_empty() {
                origin.path = below(submodule, &origin.path);
            }
            origin.submodule = Some(match &origin.submodule {
                Some(inner) => below(submodule, inner).into(),
                None => submodule.into(),
            });
        }
        for name in &mut finding.refs {
            *name = format!("{}:{name}", String::from_utf8_lossy(submodule));
        }
    }
}

/// Names what was not read of a submodule by its path.
pub fn rename_skip(skip: &mut Skip, submodule: &[u8]) {
    skip.what = [submodule, b": ", &skip.what].concat();
}

fn below(submodule: &[u8], path: &[u8]) -> Vec<u8> {
    [submodule, b"/", path].concat()
}

/// Adds a submodule's findings.
pub fn join(findings: &mut Vec<Finding>, more: Vec<Finding>) {
    let index: HashMap<_, _> = findings
        .iter()
        .enumerate()
        .map(|(at, finding)| (finding.fingerprint, at))
        .collect();
    for mut other in more {
        let Some(&at) = index.get(&other.fingerprint) else {
            findings.push(other);
            continue;
        };
        let known = &mut findings[at];
        let time = |stamp: Option<CommitStamp>| stamp.map(|stamp| stamp.commit_time);
        let is_later = other.state == known.state && time(other.removed) > time(known.removed);
        if other.state < known.state || is_later {
            known.removed = other.removed;
        }
        known.state = known.state.min(other.state);
        let introduced = [known.introduced, other.introduced].into_iter().flatten();
        known.introduced = introduced.min_by_key(|stamp| stamp.commit_time);
        known.refs.append(&mut other.refs);
        known.more_refs += other.more_refs;
        absorb(known, other);
        known.occurrences.sort_by_key(|occurrence| !occurrence.in_head);
    }
}

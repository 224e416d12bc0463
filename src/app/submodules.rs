//! The audit of a repository together with its submodules, and theirs.
//!
//! Each is scanned as a repository of its own; its findings, its faults and its gaps carry its path. That a
//! submodule is not here makes the run incomplete, for it was asked for.

use std::path::Path;

use super::history::audit;
use super::job::Job;
use crate::error::Error;
use crate::git::{Repository, Store, Submodule, Submodules};
use crate::origin::ObjectId;
use crate::scan::Scanned;
use crate::skip::{Policy, Skip, Why};
use crate::source::Discovered;
use crate::triage;

/// Submodules of submodules: deeper than anyone nests them.
const DEPTH: usize = 32;

/// Audits a repository and all that belongs to it.
pub fn audit_all(job: &Job, repository: &Repository, no_delta: bool) -> Result<(Discovered, Scanned), Error> {
    let work_tree = repository.work_tree();
    audit_below(job, repository, work_tree.as_deref(), no_delta, None, 0).map(|(found, scanned, _)| (found, scanned))
}

/// Also returns whether the repository has the wanted commit.
fn audit_below(
    job: &Job,
    repository: &Repository,
    work_tree: Option<&Path>,
    no_delta: bool,
    wanted: Option<ObjectId>,
    depth: usize,
) -> Result<(Discovered, Scanned, bool), Error> {
    let store = Store::open(repository)?;
    let has_wanted = wanted.is_some_and(|commit| store.contains(&commit));
    let (mut found, mut scanned, _) = audit(job, repository, &store, no_delta, None);
    if depth == DEPTH {
        found.incomplete.push("submodules are nested too deep".to_owned());
        return Ok((found, scanned, has_wanted));
    }
    let Submodules {
        found: submodules,
        wanted,
        skips,
    } = Submodules::of(repository, &store, work_tree);
    drop(store);
    found.skips.extend(skips);
    let is_asked = |skip: &Skip| {
        let mut paths = wanted.keys().chain(submodules.iter().map(|submodule| &submodule.path));
        skip.why == Why::Policy(Policy::Submodule) && paths.any(|path| last(path) == skip.what)
    };
    // What stands here is read now, or said to be missing.
    found.skips.retain(|skip| !is_asked(skip));
    let mut missing = wanted.clone();
    let mut here = Vec::new();
    for Submodule {
        path,
        repository,
        work_tree,
    } in submodules
    {
        let commit = wanted.get(&path).copied();
        match audit_below(job, &repository, work_tree.as_deref(), no_delta, commit, depth + 1) {
            Ok((theirs, their_scanned, has_commit)) => {
                add(&mut found, theirs, &path);
                add_scanned(&mut scanned, their_scanned, &path);
                if has_commit {
                    missing.remove(&path);
                }
            }
            Err(error) => found.skips.push(Skip::fault(path.clone(), error.to_string())),
        }
        here.push(path);
    }
    for (path, commit) in missing {
        let name = String::from_utf8_lossy(&path);
        found.incomplete.push(match here.contains(&path) {
            true => format!("submodule '{name}' does not have the checked-in commit {commit}: `git submodule update`"),
            false => format!("submodule '{name}' is not cloned: `git submodule update --init`"),
        });
    }
    Ok((found, scanned, has_wanted))
}

fn last(path: &[u8]) -> &[u8] {
    path.rsplit(|&b| b == b'/').next().unwrap_or(path)
}

fn add(found: &mut Discovered, theirs: Discovered, path: &[u8]) {
    let name = String::from_utf8_lossy(path);
    let reasons = theirs.incomplete.into_iter();
    found
        .incomplete
        .extend(reasons.map(|reason| format!("submodule '{name}': {reason}")));
    for mut skip in theirs.skips {
        triage::submodule::rename_skip(&mut skip, path);
        found.skips.push(skip);
    }
    found.commits += theirs.commits;
}

fn add_scanned(scanned: &mut Scanned, mut theirs: Scanned, path: &[u8]) {
    triage::submodule::rename(&mut theirs.findings, path);
    triage::submodule::join(&mut scanned.findings, theirs.findings);
    for mut skip in theirs.skips {
        triage::submodule::rename_skip(&mut skip, path);
        scanned.skips.push(skip);
    }
    scanned.items += theirs.items;
    scanned.bytes += theirs.bytes;
}

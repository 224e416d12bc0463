//! `hook run pre-push`: what a push brings and the remote does not have.

use std::env;
use std::io::{self, IsTerminal, Read};

use super::{no_updates, pushed, updates};
use crate::app::configure::Subject;
use crate::app::job::Job;
use crate::app::{range, target};
use crate::cli::Common;
use crate::error::Error;
use crate::git::{self, Repository, Store};
use crate::hook::Kind;
use crate::notice;
use crate::origin::ObjectId;
use crate::outcome::Outcome;
use crate::source::push::{self, Update};

/// Scans the commits and tags that git is about to send to the remote.
pub fn pre_push(common: Common, remote: Option<&str>) -> Result<Outcome, Error> {
    let quiet = common.report.quiet;
    let job = Job::prepare(common, Subject::Repository(None))?;
    let repository = Repository::open(None)?;
    let store = Store::unlisted(&repository)?;
    let remote = remote.map(str::to_owned).or_else(|| variable("PRE_COMMIT_REMOTE_NAME"));
    let updates = match of_framework(&repository, &store)? {
        Some(update) => vec![update],
        None => match of_git()? {
            updates if updates.is_empty() => of_head(&repository, quiet),
            updates => updates,
        },
    };
    let tracked = remote.as_ref().map(|name| format!("refs/remotes/{name}"));
    let tracked = tracked.map_or_else(Vec::new, |folder| git::refs_in(&repository, folder.as_bytes()));
    let known: Vec<ObjectId> = updates.iter().map(|update| update.old).chain(tracked).collect();
    let discovered = push::discover(&repository, &store, &updates, &known);
    let what = format!("what {} does not have", remote.as_deref().unwrap_or("the remote"));
    let target = target(&repository, "range", None, Some(&what));
    range::conclude(&job, &repository, &store, target, discovered)
}

/// What the pre-commit framework and prek say of a push in the environment; of one with several refs they show the
/// first. Where nothing of the history is pushed yet, they name no commits.
fn of_framework(repository: &Repository, store: &Store) -> Result<Option<Update>, Error> {
    if variable("PRE_COMMIT_REMOTE_BRANCH").is_none() {
        return Ok(None);
    }
    let named = |name: &str| variable(name).map(|revision| (name.to_owned(), revision));
    let (name, new) = named("PRE_COMMIT_TO_REF")
        .or_else(|| named("PRE_COMMIT_LOCAL_BRANCH"))
        .unwrap_or_else(|| ("HEAD".to_owned(), "HEAD".to_owned()));
    let find = |revision: &str| git::resolve(repository, store, revision);
    let new = find(&new).map_err(|cause| {
        Error::input(format!("{name}={new}: it cannot be found"))
            .cause(cause)
            .hint("it is what the hook's framework says is pushed")
    })?;
    Ok(Some(Update {
        name: variable("PRE_COMMIT_REMOTE_BRANCH").unwrap_or_default().into_bytes(),
        old: variable("PRE_COMMIT_FROM_REF")
            .and_then(|old| find(&old).ok())
            .unwrap_or(null(new)),
        new,
    }))
}

/// The refs that git writes to standard input.
fn of_git() -> Result<Vec<Update>, Error> {
    let mut input = Vec::new();
    let mut stdin = io::stdin().lock();
    if !stdin.is_terminal() {
        let cannot = |cause| Error::input("pre-push: standard input cannot be read").cause(cause);
        stdin.read_to_end(&mut input).map_err(cannot)?;
    }
    updates(&input, pushed).ok_or_else(|| no_updates(Kind::PrePush))
}

/// What HEAD has: git names no ref if all are there already, but a program between us may also have kept them.
fn of_head(repository: &Repository, quiet: bool) -> Vec<Update> {
    if !quiet {
        notice::tell("keytrail: no refs on standard input; what HEAD has and the remote has not is scanned");
    }
    let update = |new| Update {
        name: b"HEAD".to_vec(),
        old: null(new),
        new,
    };
    repository.head().map(update).into_iter().collect()
}

/// The id of no object, as long as this one.
fn null(like: ObjectId) -> ObjectId {
    ObjectId::from_bytes(&vec![0; like.length()]).expect("ids have one of two lengths")
}

fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

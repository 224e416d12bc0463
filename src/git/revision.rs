//! Names of revisions: `main`, `v1.0`, `origin/main`, `HEAD~3`, `HEAD^2`, `HEAD@{1}`, an id or its beginning.
//!
//! The same forms as git's, without those that search (`:/text`) or depend on the clock (`@{yesterday}`).

use crate::git::commit::{Commit, Tag};
use crate::git::read::{ObjectKind, ReadObject};
use crate::git::store::Store;
use crate::git::{Repository, Roots, parse_id, refs};
use crate::origin::ObjectId;

/// Tags of tags, and `~N`: no one writes longer chains.
const STEPS: usize = 1 << 20;

/// Returns the commit that a revision names.
///
/// # Errors
/// One sentence: which part of it is unknown.
pub fn resolve(repo: &Repository, store: &Store, revision: &str) -> Result<ObjectId, String> {
    let base_end = revision.find(['~', '^']).unwrap_or(revision.len());
    let (base, mut steps) = revision.split_at(base_end);
    let mut id = peel(store, base_id(repo, store, base)?)?;
    while let Some(step) = steps.chars().next() {
        let rest = &steps[1..];
        if let Some(after) = rest.strip_prefix("{commit}").or_else(|| rest.strip_prefix("{}")) {
            steps = after;
            continue;
        }
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let count = match &rest[..digits] {
            "" => 1,
            digits => digits.parse().map_err(|_| "it asks for too many steps".to_owned())?,
        };
        id = match step {
            '~' => first_ancestor(store, id, count)?,
            '^' if count == 0 => id,
            '^' => parent(store, id, count)?,
            _ => return Err("its form is not known".to_owned()),
        };
        steps = &rest[digits..];
    }
    // A parent that is only named is no base: the boundary of a shallow clone is such a one.
    peel(store, id)
}

fn base_id(repo: &Repository, store: &Store, base: &str) -> Result<ObjectId, String> {
    if let Some(id) = parse_id(base.as_bytes()).filter(|id| id.length() == repo.id_length()) {
        return Ok(id);
    }
    if base == "@" {
        return refs::resolve(repo, b"HEAD").ok_or_else(|| "HEAD has no commit yet".to_owned());
    }
    if let Some((name, _)) = base.split_once("@{") {
        // The log of a branch is written under its full name; `@{N}` alone means that of HEAD.
        let logs = match name {
            "" => vec![b"HEAD".to_vec()],
            name => candidates(name),
        };
        let suffix = &base.as_bytes()[name.len()..];
        let roots = Roots::of(repo).roots;
        let entry = logs.iter().find_map(|log| {
            let asked = [log, suffix].concat();
            roots.iter().find(|root| root.name == asked)
        });
        return entry
            .map(|root| root.id)
            .ok_or_else(|| "there is no such reflog entry".to_owned());
    }
    if let Some(id) = candidates(base).iter().find_map(|name| refs::resolve(repo, name)) {
        return Ok(id);
    }
    let is_hex = base.len() >= 4 && base.bytes().all(|b| b.is_ascii_hexdigit());
    if is_hex && base.len() < 2 * repo.id_length() {
        return store.with_prefix(base);
    }
    Err(refs::fault(repo).unwrap_or_else(|| "there is no such branch, tag or commit".to_owned()))
}

/// The full names that a short one can stand for, in git's order.
fn candidates(name: &str) -> Vec<Vec<u8>> {
    let full = |prefix: &str, suffix: &str| format!("{prefix}{name}{suffix}").into_bytes();
    let mut names = vec![
        full("refs/", ""),
        full("refs/tags/", ""),
        full("refs/heads/", ""),
        full("refs/remotes/", ""),
        full("refs/remotes/", "/HEAD"),
    ];
    // Outside of refs/ only names such as HEAD and ORIG_HEAD, never a file of the git directory.
    let is_head = name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
    if is_head || name.starts_with("refs/") || name.starts_with("stash") {
        names.insert(0, full("", ""));
    }
    names
}

/// Returns the annotated tags that a name or id stands for on the way to its commit, which have messages of their own.
///
/// # Errors
/// As for [`resolve`].
pub fn annotations(repo: &Repository, store: &Store, name: &str) -> Result<Vec<ObjectId>, String> {
    let mut tags = Vec::new();
    peel_through(store, base_id(repo, store, name)?, &mut tags)?;
    Ok(tags)
}

/// Follows annotated tags to a commit.
///
/// # Errors
/// One sentence: what is missing, or is no commit.
pub fn peel(store: &Store, id: ObjectId) -> Result<ObjectId, String> {
    peel_through(store, id, &mut Vec::new())
}

fn peel_through(store: &Store, mut id: ObjectId, tags: &mut Vec<ObjectId>) -> Result<ObjectId, String> {
    let mut raw = Vec::new();
    for _ in 0..STEPS {
        match store.read(&id, &mut raw)? {
            ObjectKind::Commit => return Ok(id),
            ObjectKind::Tag => {
                tags.push(id);
                id = Tag::parse(&raw).target.ok_or("the tag names no object")?;
            }
            ObjectKind::Tree | ObjectKind::Blob => return Err("it is not a commit".to_owned()),
        }
    }
    Err("the tag leads to no commit".to_owned())
}

fn first_ancestor(store: &Store, mut id: ObjectId, count: usize) -> Result<ObjectId, String> {
    if count > STEPS {
        return Err("it asks for too many steps".to_owned());
    }
    for _ in 0..count {
        id = parent(store, id, 1)?;
    }
    Ok(id)
}

fn parent(store: &Store, id: ObjectId, number: usize) -> Result<ObjectId, String> {
    let mut raw = Vec::new();
    store.read(&id, &mut raw)?;
    let parents = Commit::parse(&raw).parents;
    let parent = parents.get(number - 1).copied();
    parent.ok_or_else(|| format!("commit {} has {} parent(s)", id.short(), parents.len()))
}

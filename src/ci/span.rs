//! Which commits of a repository a change means: those that its head reaches and some others do not.
//!
//! Where a clone lacks what would narrow them, more is scanned and never less, and that is said. What the head itself
//! lacks is told by the walk over its commits, in [`crate::source::range`].

use super::{Branch, Change, Kind, Provider, Revision};
use crate::error::Error;
use crate::git::commit::Commit;
use crate::git::{ObjectKind, ReadObject, Repository, Store, annotations, peel, resolve, walk};
use crate::origin::ObjectId;

/// Commits to scan.
#[derive(Debug)]
pub struct Span {
    pub head: ObjectId,
    /// What these reach is not scanned.
    pub exclude: Vec<ObjectId>,
    /// Annotated tags that came with them.
    pub tags: Vec<ObjectId>,
    pub rules: Rules,
    /// Why these, one sentence each.
    pub told: Vec<String>,
    /// What the clone lacks of the change, though it is not shallow.
    pub incomplete: Vec<String>,
}

/// Whose word counts on what is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rules {
    /// That of the files that are checked out.
    CheckedOut,
    /// That of a commit from before the change.
    At(ObjectId),
    /// Nobody's: there is no such commit in the clone.
    Nobodys,
}

/// What a person said on the command line, which counts before what the event says.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked<'a> {
    pub base: Option<&'a str>,
    pub head: Option<&'a str>,
}

impl Span {
    /// Finds the commits of a change.
    ///
    /// # Errors
    /// What was asked for, or the head, is not in the clone.
    pub fn find(
        repository: &Repository,
        store: &Store,
        change: &Change,
        provider: Option<Provider>,
        asked: Asked<'_>,
    ) -> Result<Self, Error> {
        let clone = Checkout { repository, store };
        let mut told = Vec::new();
        let head = match asked.head {
            Some(name) => clone.asked("--head", name)?,
            None => clone.head(change, provider, &mut told)?,
        };
        let mut span = Self {
            head,
            exclude: Vec::new(),
            tags: Vec::new(),
            rules: Rules::CheckedOut,
            told,
            incomplete: Vec::new(),
        };
        match (asked.base, change.kind) {
            (Some(name), _) => span.leave_out(clone.asked("--base", name)?),
            (None, Kind::Request) => span.compare_request(&clone, change),
            (None, Kind::Push) => span.compare_push(&clone, change),
        }
        if change.kind == Kind::Request {
            span.rules = span.exclude.first().map_or(Rules::Nobodys, |id| Rules::At(*id));
        }
        span.find_tags(&clone, change);
        Ok(span)
    }

    /// The commits in git's words: `A..B`, or with more or less to leave out `B ^A ^C`, or `B`.
    pub fn words(&self) -> String {
        let head = self.head.short();
        match &self.exclude[..] {
            [base] => format!("{}..{head}", base.short()),
            others => others.iter().fold(head, |words, id| format!("{words} ^{}", id.short())),
        }
    }

    fn leave_out(&mut self, id: ObjectId) {
        if !self.exclude.contains(&id) {
            self.exclude.push(id);
        }
    }

    /// Leaves out all that is known of the target, as it was told, tried and fetched.
    fn compare_request(&mut self, clone: &Checkout<'_>, change: &Change) {
        let base = change.base.as_ref().and_then(|base| clone.find(base));
        let target = clone.target_of(change, self.head);
        // A target that holds the head has been merged into since, and would hide all of it.
        let trunk = clone.trunk(change).map(|(_, id)| id);
        let trunk = trunk.filter(|trunk| !clone.holds(*trunk, self.head));
        [base, target, trunk]
            .into_iter()
            .flatten()
            .for_each(|id| self.leave_out(id));
        match self.exclude.is_empty() {
            true => self.told.push(format!(
                "nothing that it is to be compared with is in this clone: all that it holds counts as new; {FETCHING} narrows \
                 that"
            )),
            false => self.told.push("what the request adds to its target".to_owned()),
        }
    }

    /// Leaves out what the branch held before; for one that is new or was rewritten, what its trunk holds.
    fn compare_push(&mut self, clone: &Checkout<'_>, change: &Change) {
        let before = change.base.as_ref().and_then(|base| clone.find(base));
        if let Some(before) = before {
            self.leave_out(before);
            if clone.holds(self.head, before) {
                return self
                    .told
                    .push("what was pushed on top of what the branch held before".to_owned());
            }
        }
        let since = match (&change.base, before) {
            (None, _) => "what it held before is not known, or it is new".to_owned(),
            (Some(_), Some(before)) => format!("it was rewritten and no longer holds {}", before.short()),
            (Some(base), None) => format!("what it held before, {}, is not in this clone", base.short()),
        };
        let compared = match clone.trunk(change) {
            Some((trunk, id)) => {
                self.leave_out(id);
                format!("what {trunk} does not hold counts as new")
            }
            None if before.is_some() => "the rest counts as new".to_owned(),
            None if change.trunk.is_empty() => "all that it holds counts as new".to_owned(),
            None => format!("all that it holds counts as new; {FETCHING} may narrow that"),
        };
        self.told.push(format!("{since}: {compared}"));
    }

    /// Finds the messages that came with a tag.
    fn find_tags(&mut self, clone: &Checkout<'_>, change: &Change) {
        let Some(tag) = &change.tag else { return };
        let names = [
            Some(format!("refs/tags/{}", tag.as_str())),
            change.head.as_ref().map(|head| head.as_str().to_owned()),
        ];
        let known = names.map(|name| annotations(clone.repository, clone.store, &name?).ok());
        if change.head.is_some() && known[1].is_none() {
            self.incomplete.push(MESSAGE_IS_MISSING.to_owned());
        }
        for id in known.into_iter().flatten().flatten() {
            if !self.tags.contains(&id) {
                self.tags.push(id);
            }
        }
    }
}

/// Why a tag is not read whole. A checkout may fetch the commit alone and give it the tag's name.
pub const MESSAGE_IS_MISSING: &str =
    "the message of the tag is not in this clone; `git fetch --force --tags origin` brings it";

/// What brings the branches that a change is compared with. Names no branch: strangers name those.
const FETCHING: &str = "`git fetch origin '+refs/heads/*:refs/remotes/origin/*'`";

/// The clone that the job works in, asked by what providers and people call things.
struct Checkout<'c> {
    repository: &'c Repository,
    store: &'c Store,
}

impl Checkout<'_> {
    fn resolve(&self, name: &str) -> Result<ObjectId, String> {
        resolve(self.repository, self.store, name)
    }

    /// The commit of an id. A branch that has been given the name of an id is not asked.
    fn commit(&self, revision: &Revision) -> Result<ObjectId, String> {
        let id = match revision.id() {
            Some(id) => id,
            None => self.store.with_prefix(revision.as_str())?,
        };
        peel(self.store, id)
    }

    fn find(&self, revision: &Revision) -> Option<ObjectId> {
        self.commit(revision).ok()
    }

    fn asked(&self, flag: &str, name: &str) -> Result<ObjectId, Error> {
        self.resolve(name).map_err(|reason| {
            Error::input(format!("{flag} {name}: it cannot be found"))
                .cause(reason)
                .hint("`git fetch` may bring it; `git rev-parse` shows what a name means")
        })
    }

    /// The last commit of the change, or what is checked out and holds it.
    fn head(&self, change: &Change, provider: Option<Provider>, told: &mut Vec<String>) -> Result<ObjectId, Error> {
        let Some(wanted) = &change.head else {
            return self.resolve("HEAD").map_err(|reason| {
                Error::input("HEAD: it names no commit")
                    .cause(reason)
                    .hint("check a commit out first")
            });
        };
        let reason = match self.commit(wanted) {
            Ok(id) => return Ok(id),
            Err(reason) => reason,
        };
        let stand_in = change.checked_out.as_ref().and_then(|id| self.find(id));
        if let Some(id) = stand_in {
            told.push(format!(
                "{} is not in this clone; {}, which is checked out for it, is scanned instead",
                wanted.short(),
                id.short()
            ));
            return Ok(id);
        }
        let whole = self.repository.shallow().and(provider).map(Provider::whole_clone);
        let whole = whole.map_or_else(String::new, |whole| format!("{whole}, or "));
        Err(Error::input(format!(
            "{}: the commit that is to be scanned is not in this clone",
            wanted.short()
        ))
        .cause(reason)
        .hint(format!("{whole}`git fetch origin {}` first", wanted.as_str())))
    }

    /// The target of a request that was merged to be tried: the first parent, if another is the request's head.
    fn target_of(&self, change: &Change, head: ObjectId) -> Option<ObjectId> {
        let tried = self.find(change.checked_out.as_ref()?)?;
        let (target, others) = self
            .parents(tried)?
            .split_first()
            .map(|(first, rest)| (*first, rest.to_vec()))?;
        let is_there = others.contains(&head) && self.parents(target).is_some();
        is_there.then_some(target)
    }

    fn parents(&self, commit: ObjectId) -> Option<Vec<ObjectId>> {
        let mut raw = Vec::new();
        let is_commit = self.store.read(&commit, &mut raw) == Ok(ObjectKind::Commit);
        is_commit.then(|| Commit::parse(&raw).parents)
    }

    /// The trunk as it was fetched.
    fn trunk<'b>(&self, change: &'b Change) -> Option<(&'b Branch, ObjectId)> {
        change.trunk.iter().find_map(|trunk| {
            let names = ["refs/remotes/origin/", "refs/heads/"].map(|prefix| format!("{prefix}{}", trunk.as_str()));
            let id = names.iter().find_map(|name| self.resolve(name).ok())?;
            Some((trunk, id))
        })
    }

    /// Whether a commit is another, or comes after it.
    fn holds(&self, commit: ObjectId, other: ObjectId) -> bool {
        walk::reachable(self.store, &[other], &[commit]).commits.is_empty()
    }
}

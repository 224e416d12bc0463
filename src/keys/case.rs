//! One access key as it comes before the policy: what its account says, what proves its age, where it was found.
//!
//! Facts only; `verdict` makes sentences of them. A key that no inventory knows has an unknown status and no
//! owner: what the scanned content itself claims of it (a user name, `Status`) is not believed here.

use crate::finding::age::{Evidence, Made};
use crate::keys::{Key, LastUse, Status};

/// A key to be judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    pub key: Key,
    pub age: Age,
    /// Where it was found, if it was.
    pub exposed: Option<Exposed>,
}

/// Between which times a key was made, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Age {
    pub made: Made,
    /// The firmest first.
    pub evidence: Vec<Evidence>,
    /// Facts that cannot be, one sentence each. They were not used.
    pub doubts: Vec<String>,
}

/// A key that stands where it should not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exposed {
    /// The findings, by their numbers in the list that was given.
    pub findings: Vec<usize>,
    /// The first place, as a person would name it.
    pub place: String,
    /// How many places more.
    pub more_places: usize,
    /// Since when, by the earliest commit; `None` outside of history.
    pub since: Option<i64>,
    /// The session that it belongs to has ended by then for certain.
    pub ended: Option<i64>,
    /// The service that sets traps with its account.
    pub canary: Option<String>,
    /// The file says that it is the root user's.
    pub root: bool,
}

impl Case {
    /// Whether it is of a session and ends by itself: no rotation policy is meant for it.
    pub fn is_temporary(&self) -> bool {
        match &self.key.id {
            Some(id) => id.starts_with("ASIA"),
            None => self.exposed.as_ref().is_some_and(|exposed| exposed.ended.is_some()),
        }
    }

    /// Whether an inventory knows the key.
    pub fn is_known(&self) -> bool {
        !self.key.sources.is_empty()
    }

    pub fn is_active(&self) -> bool {
        self.key.status == Status::Active
    }

    pub fn is_inactive(&self) -> bool {
        matches!(self.key.status, Status::Inactive | Status::Expired)
    }

    /// Whether it was used after it was first seen in history; `None` if either is not known.
    pub fn is_used_since_leak(&self) -> Option<bool> {
        let since = self.exposed.as_ref()?.since?;
        match self.key.last_use {
            LastUse::At { time, .. } => Some(time > since),
            LastUse::Never => Some(false),
            LastUse::Unknown => None,
        }
    }

    /// When it was made, if that is certain; with `trust_rotated`, also when a credential report says so.
    pub fn made_at(&self, trust_rotated: bool) -> Option<i64> {
        let Made { earliest, latest } = self.age.made;
        let exact = earliest.filter(|_| earliest == latest);
        // Older evidence shows that `last_rotated` is a later change and not the creation.
        exact.or_else(|| self.key.rotated.filter(|_| trust_rotated && self.key.rotated == latest))
    }
}

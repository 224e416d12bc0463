//! One row of the table: a key, what the policy says of it, and how bad that is.

use super::Leak;
use crate::finding::age::{Judged, VerdictKind};
use crate::keys::policy::Limits;
use crate::keys::{Case, LastUse, Owner};

/// One key.
#[derive(Debug)]
pub struct Row {
    pub case: Case,
    pub judged: Judged,
    /// What the policy asks of this key.
    pub limits: Limits,
    /// Where it stands in what was scanned.
    pub leak: Option<Leak>,
    pub known: Known,
}

/// How much an inventory says of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// It is in an inventory.
    Key,
    /// It is in none, but others of its account are.
    Account,
    /// Nothing is known of its account either.
    Nothing,
}

/// The parts of the table, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Found, and not known to be dead.
    Leaked,
    /// Against the policy otherwise.
    Failing,
    /// Something is to be said, and nothing fails.
    Watch,
    Fine,
}

impl Known {
    pub fn as_str(self) -> &'static str {
        match self {
            Known::Key => "key",
            Known::Account => "account",
            Known::Nothing => "nothing",
        }
    }
}

impl Group {
    pub const ALL: [Group; 4] = [Group::Leaked, Group::Failing, Group::Watch, Group::Fine];

    pub fn as_str(self) -> &'static str {
        match self {
            Group::Leaked => "leaked",
            Group::Failing => "failing",
            Group::Watch => "watch",
            Group::Fine => "fine",
        }
    }

    /// The heading of the part.
    pub fn title(self) -> &'static str {
        match self {
            Group::Leaked => "Found in code, and not known to be dead",
            Group::Failing => "Against the policy",
            Group::Watch => "To watch",
            Group::Fine => "Fine",
        }
    }
}

impl Row {
    pub fn group(&self) -> Group {
        if self.judged.has(VerdictKind::Exposed) {
            Group::Leaked
        } else if self.judged.fails() {
            Group::Failing
        } else if self.judged.has(VerdictKind::Ok) {
            Group::Fine
        } else {
            Group::Watch
        }
    }

    /// Worse keys have a lower rank; what is as bad stands by account, user and id.
    #[expect(clippy::type_complexity, reason = "it is compared and nothing else")]
    pub(super) fn rank(
        &self,
    ) -> (
        Group,
        bool,
        Vec<VerdictKind>,
        bool,
        Option<&str>,
        &str,
        Option<&str>,
        i64,
    ) {
        let used = self.leak.as_ref().is_some_and(|leak| leak.used_since == Some(true));
        (
            self.group(),
            !(self.case.is_active() && self.group() == Group::Leaked),
            self.judged
                .verdicts
                .first()
                .map(|verdict| verdict.kind)
                .into_iter()
                .collect(),
            !used,
            self.case.key.account.as_deref(),
            self.user().unwrap_or("\u{10ffff}"),
            self.case.key.id.as_deref(),
            self.case.key.slot.map_or(0, i64::from),
        )
    }

    /// The owner that an inventory names.
    pub fn user(&self) -> Option<&str> {
        self.case.key.owner.as_ref().map(Owner::name)
    }

    /// The id, or what stands for one: `key 1` of a credential report, `?` for a lone secret.
    pub fn key_name(&self) -> String {
        match (&self.case.key.id, self.case.key.slot) {
            (Some(id), _) => id.clone(),
            (None, Some(slot)) => format!("key {slot}"),
            (None, None) => "?".to_owned(),
        }
    }

    /// Full days: at least, and at most.
    pub fn days(&self, as_of: i64) -> (Option<i64>, Option<i64>) {
        let certain = self
            .case
            .made_at(self.limits.trust_last_rotated)
            .filter(|made| *made <= as_of);
        let exact = certain.map(|made| crate::finding::age::days(made, as_of));
        let made = self.judged.made;
        (made.least_days(as_of), exact.or(made.most_days(as_of)))
    }

    /// `91`, `≥ 91`, `≤ 91`, `30–91` or `?`, in days.
    pub fn age(&self, as_of: i64) -> String {
        match self.days(as_of) {
            (Some(least), Some(most)) if least == most => least.to_string(),
            (Some(least), Some(most)) => format!("{least}–{most}"),
            (Some(least), None) => format!("≥ {least}"),
            (None, Some(most)) => format!("≤ {most}"),
            (None, None) => "?".to_owned(),
        }
    }

    /// `2026-01-31`, `never` or `?`.
    pub fn last_used(&self) -> String {
        match &self.case.key.last_use {
            LastUse::Unknown => "?".to_owned(),
            LastUse::Never => "never".to_owned(),
            LastUse::At { time, .. } => crate::keys::verdict::date(*time),
        }
    }
}

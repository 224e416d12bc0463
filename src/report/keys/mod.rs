//! The table of access keys: every key that an account knows or that was found, with what the policy says.
//!
//! The rows are made here once, the worst first, and printed by one function a format. A printer filters nothing and
//! asks nobody. No secret comes near: a row has ids, names, dates and places.

mod about;
mod format;
mod html;
mod human;
mod json;
mod leak;
mod sarif;
mod sheet;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use super::Target;
use crate::finding::Finding;
use crate::finding::age::{Judged, VerdictKind};
use crate::keys::policy::{Limits, Policy};
use crate::keys::{Case, Joined, LastUse, Owner, judge};
use crate::skip::Skip;
use crate::text::sanitize;

use about::about;
pub use format::KeysFormat;
pub use leak::Leak;
use words::{found_words, policy_words};

/// The JSON Schema of the JSON form, for `keytrail schema keys`.
pub const SCHEMA: &str = include_str!("keys.schema.json");

/// Everything that `keytrail keys` has to say.
#[derive(Debug)]
pub struct KeysReport {
    pub policy: PolicyName,
    /// The time that ages are reckoned from, Unix seconds.
    pub as_of: i64,
    /// What said which keys there are: files, accounts.
    pub sources: Vec<String>,
    /// What was scanned, if findings were joined.
    pub target: Option<Target>,
    /// The worst first.
    pub rows: Vec<Row>,
    pub findings: Vec<Finding>,
    /// What could not be asked or read, each named. Not empty means incomplete.
    pub faults: Vec<Skip>,
    /// Other reasons for which it is incomplete, one sentence each.
    pub incomplete_reasons: Vec<String>,
}

/// The policy that judged, as a reader needs it.
#[derive(Clone, Debug)]
pub struct PolicyName {
    pub name: String,
    pub title: Option<String>,
    /// Whether nobody named one.
    pub by_default: bool,
    pub limits: Limits,
}

/// Keys with what a policy says of them, apart from what was scanned.
#[derive(Debug)]
pub struct JudgedKeys {
    pub policy: PolicyName,
    /// The worst first.
    pub rows: Vec<Row>,
}

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

impl JudgedKeys {
    /// Judges all keys and puts the worst first. Rows name findings by their number in this list.
    pub fn of(policy: &Policy, by_default: bool, joined: Joined, findings: &[Finding], as_of: i64) -> Self {
        let judged = judge(policy, &joined.cases, as_of);
        let known_accounts: BTreeSet<String> = joined
            .cases
            .iter()
            .filter(|case| case.is_known())
            .filter_map(|case| case.key.account.clone())
            .collect();
        let rows = joined.cases.into_iter().zip(judged).map(|(case, judged)| Row {
            limits: policy.limits(&case.key).clone(),
            leak: Leak::of(&case, findings),
            known: match &case.key.account {
                _ if case.is_known() => Known::Key,
                Some(account) if known_accounts.contains(account) => Known::Account,
                _ => Known::Nothing,
            },
            case,
            judged,
        });
        let mut rows: Vec<Row> = rows.collect();
        rows.sort_by(|a, b| a.rank().cmp(&b.rank()));
        Self {
            policy: PolicyName {
                name: policy.name.clone(),
                title: policy.title.clone(),
                by_default,
                limits: policy.defaults.clone(),
            },
            rows,
        }
    }
}

impl KeysReport {
    /// Judges all keys and puts the worst first.
    pub fn of(policy: &Policy, by_default: bool, joined: Joined, findings: Vec<Finding>, as_of: i64) -> Self {
        let JudgedKeys { policy, rows } = JudgedKeys::of(policy, by_default, joined, &findings, as_of);
        Self {
            policy,
            as_of,
            sources: Vec::new(),
            target: None,
            rows,
            findings,
            faults: Vec::new(),
            incomplete_reasons: Vec::new(),
        }
    }

    /// Whether everything that was asked for was read.
    pub fn complete(&self) -> bool {
        self.faults.is_empty() && self.incomplete_reasons.is_empty()
    }

    /// Whether any verdict fails the run.
    pub fn fails(&self) -> bool {
        self.rows.iter().any(|row| row.judged.fails())
    }

    /// Why it is incomplete, one sentence each, safe for a terminal.
    pub fn incompleteness(&self) -> impl Iterator<Item = String> {
        let reasons = self.incomplete_reasons.iter();
        let faults = self.faults.iter().map(|skip| super::fault(skip, &skip.what));
        reasons.map(|reason| sanitize(reason.as_bytes())).chain(faults)
    }

    pub fn group(&self, group: Group) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(move |row| row.group() == group)
    }

    /// How many keys carry each verdict, the worst first.
    pub fn by_verdict(&self) -> BTreeMap<VerdictKind, u64> {
        super::tally(self.rows.iter().flat_map(|row| {
            let kinds: BTreeSet<VerdictKind> = row.judged.verdicts.iter().map(|verdict| verdict.kind).collect();
            kinds
        }))
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
    fn rank(
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

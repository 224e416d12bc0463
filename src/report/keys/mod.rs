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
mod row;
mod sarif;
mod sheet;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use super::Target;
use crate::finding::Finding;
use crate::finding::age::VerdictKind;
use crate::keys::policy::{Limits, Policy};
use crate::keys::{Joined, judge};
use crate::skip::Skip;
use crate::text::sanitize;

use about::about;
pub use format::KeysFormat;
pub use leak::Leak;
pub use row::{Group, Known, Row};
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

//! A rotation policy: what a file or a preset asks of access keys, checked and ready.
//!
//! [`Policy::load`] takes what `--policy` was given: the name of a preset or a path. [`Policy::limits`] and
//! [`Policy::exceptions`] say what holds for one key. Tools differ at the edges (a key of 90 days to the second,
//! a key never used, an inactive one), so every edge is a setting; `tests/policy.rs` shows which setting does as
//! which tool does. A policy judges nothing itself and asks no clock; `verdict` does the one and is told the other.

mod layer;
mod matching;
mod presets;
mod read;
mod table;

use crate::finding::age::VerdictKind;
use crate::keys::Key;

pub use matching::Match;
pub use presets::{DEFAULT, PRESETS};

/// The JSON Schema of a policy file, for `keytrail schema policy`.
pub const SCHEMA: &str = include_str!("policy.schema.json");

/// What is asked of the access keys of some accounts.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// The preset's name or the file's path.
    pub name: String,
    pub title: Option<String>,
    /// What it was taken from: documents, with their section.
    pub sources: Vec<String>,
    pub defaults: Limits,
    /// Accounts that are ours; if there are any, keys of others are foreign.
    pub accounts: Vec<String>,
    /// The first that matches a key replaces the defaults for it.
    pub overrides: Vec<Override>,
    pub exceptions: Vec<Exception>,
    /// The verdicts that fail a run.
    pub fail: Vec<VerdictKind>,
    /// The oldest credential report that is believed.
    pub max_report_age_hours: Option<u32>,
}

/// What one key must keep to. Days are full days of 86,400 seconds; `None` is "off".
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    pub max_age_days: Option<u32>,
    /// DUE_SOON from this day on.
    pub warn_age_days: Option<u32>,
    pub boundary: Boundary,
    pub unused_days: Option<u32>,
    /// The boundary of the days unused, and of the grace of a key that was never used.
    pub unused_boundary: Boundary,
    pub never_used: NeverUsed,
    pub never_used_grace_days: Option<u32>,
    /// Active keys a user may have.
    pub max_active_keys: Option<u32>,
    /// One more is fine while the youngest is at most this old.
    pub rotation_overlap_days: u32,
    pub forbid_root_keys: bool,
    pub age_of_root_keys: bool,
    pub age_of_inactive_keys: InactiveAge,
    pub inactive_delete_after_days: Option<u32>,
    pub forbid_old_format: bool,
    pub leaked: Leaked,
    /// Whether `last_rotated` of a credential report is taken for the creation, as CIS and AWS's tools do.
    pub trust_last_rotated: bool,
}

/// On which side of a limit the day itself is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Boundary {
    /// Over the limit from the day after: 91 days of 90.
    After,
    /// Over the limit on the day itself: 90 days of 90.
    At,
}

/// What a key is that was never used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NeverUsed {
    /// NEVER_USED when it is older than the grace (CIS).
    Grace,
    /// Nothing (Prowler).
    Pass,
    /// NEVER_USED at once (Powerpipe).
    Fail,
}

/// Whether an inactive key can be too old.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum InactiveAge {
    Ignore,
    /// EXPIRED that fails no run (ScoutSuite).
    Warn,
    Fail,
}

/// Whether a key that was found fails the run by that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Leaked {
    Fail,
    Warn,
}

/// Other limits for some keys.
#[derive(Clone, Debug, PartialEq)]
pub struct Override {
    pub matches: Match,
    pub limits: Limits,
}

/// Verdicts that do not count for some keys, until a day.
#[derive(Clone, Debug, PartialEq)]
pub struct Exception {
    pub matches: Match,
    pub ignore: Vec<VerdictKind>,
    pub reason: String,
    pub owner: String,
    /// The last day, as it was written.
    pub expires: String,
    /// The first second that it does not hold for any more.
    pub ends: i64,
}

/// What fails a run unless a policy says otherwise: what breaks a rule, and what cannot be shown to keep it.
pub const FAIL: &[VerdictKind] = &[
    VerdictKind::Exposed,
    VerdictKind::RootKey,
    VerdictKind::Quarantined,
    VerdictKind::Expired,
    VerdictKind::ExceptionExpired,
    VerdictKind::TooManyActive,
    VerdictKind::Unused,
    VerdictKind::NeverUsed,
    VerdictKind::BadData,
    VerdictKind::UnknownAge,
    VerdictKind::UnknownUse,
];

impl Default for Policy {
    fn default() -> Self {
        Self {
            name: "default".to_owned(),
            title: None,
            sources: Vec::new(),
            defaults: Limits::default(),
            accounts: Vec::new(),
            overrides: Vec::new(),
            exceptions: Vec::new(),
            fail: FAIL.to_vec(),
            max_report_age_hours: Some(24),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_age_days: Some(90),
            warn_age_days: Some(75),
            boundary: Boundary::After,
            unused_days: Some(45),
            unused_boundary: Boundary::After,
            never_used: NeverUsed::Grace,
            never_used_grace_days: Some(45),
            max_active_keys: Some(1),
            rotation_overlap_days: 14,
            forbid_root_keys: true,
            age_of_root_keys: true,
            age_of_inactive_keys: InactiveAge::Ignore,
            inactive_delete_after_days: Some(90),
            forbid_old_format: true,
            leaked: Leaked::Fail,
            trust_last_rotated: true,
        }
    }
}

impl Boundary {
    /// Whether so many full days are over the limit.
    pub fn is_over(self, days: i64, limit: u32) -> bool {
        match self {
            Boundary::After => days > i64::from(limit),
            Boundary::At => days >= i64::from(limit),
        }
    }
}

impl Policy {
    /// What this key must keep to.
    pub fn limits(&self, key: &Key) -> &Limits {
        let other = self.overrides.iter().find(|other| other.matches.holds(key));
        other.map_or(&self.defaults, |other| &other.limits)
    }

    /// The exceptions that name this key, expired ones too.
    pub fn exceptions<'p>(&'p self, key: &'p Key) -> impl Iterator<Item = &'p Exception> {
        self.exceptions.iter().filter(|exception| exception.matches.holds(key))
    }

    /// Whether an account is not ours. Without a list every account is.
    pub fn is_foreign(&self, account: &str) -> bool {
        !self.accounts.is_empty() && !self.accounts.iter().any(|ours| ours == account)
    }
}

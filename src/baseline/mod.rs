//! Baselines: secrets that were accepted as they were when the scanner came, each by a digest of its value.
//!
//! An entry says nothing of where a secret stands, so it survives moves, renames, reformatting and rebases, and a
//! new secret on an old line is new. What reads and writes the file is in [`mod@file`]; nothing here opens one.
//!
//! The digest is PBKDF2 with HMAC-SHA-256 over the value, with a random key of the baseline as its salt. The key
//! stands in the file, for everyone who scans needs it. So no table made beforehand fits, two baselines cannot be
//! compared, and a guess costs a thousand hashes; a password that can be guessed can still be guessed by whoever
//! has the file. It is cut to 16 bytes: enough to tell secrets apart.

mod digest;
pub mod file;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::finding::{Finding, Suppression, SuppressionKind, is_over};
use crate::secret::Secret;

pub use digest::{Digest, Key};

/// The accepted secrets, and the key of their digests.
#[derive(Clone, Debug)]
pub struct Baseline {
    key: Key,
    entries: BTreeMap<Digest, Entry>,
}

/// Why a secret is accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The rule that found it, for people: the entry holds whichever rule finds the value.
    pub rule: String,
    /// The last day (UTC) on which it is accepted; `None` if that has no end.
    pub until: Option<Date>,
    /// One line; may be empty.
    pub reason: String,
}

/// What came of a baseline in a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Entries that have not ended.
    pub entries: u64,
    /// Of them, those that no finding needed.
    pub unused: Vec<Digest>,
    /// Entries that have ended, needed or not.
    pub ended: Vec<Digest>,
    /// Findings that are open because their entry has ended.
    pub lapsed: u64,
}

impl Baseline {
    /// One without entries.
    pub fn new(key: Key) -> Self {
        Self {
            key,
            entries: BTreeMap::new(),
        }
    }

    pub fn entries(&self) -> impl Iterator<Item = (&Digest, &Entry)> {
        self.entries.iter()
    }

    /// Accepts a secret, and says by which digest; a later word about it replaces an earlier one.
    pub fn accept(&mut self, secret: &Secret, entry: Entry) -> Digest {
        let digest = self.key.digest(secret);
        self.entries.insert(digest, entry);
        digest
    }

    /// Forgets an entry.
    pub fn forget(&mut self, digest: &Digest) {
        self.entries.remove(digest);
    }

    /// Marks the findings that it accepts and nothing else has. Of one whose entry has ended the finding says so.
    pub fn mark(&self, findings: &mut [Finding], now: i64) -> Usage {
        let is_ended = |entry: &Entry| entry.until.is_some_and(|day| is_over(day, now));
        let mut needed = BTreeSet::new();
        let mut lapsed = 0;
        // A digest takes its time: none is made for an empty baseline.
        let findings = findings.iter_mut().filter(|_| !self.entries.is_empty());
        for finding in findings {
            let digest = self.key.digest(&finding.secret);
            let Some(entry) = self.entries.get(&digest) else {
                continue;
            };
            if let Some(day) = entry.until.filter(|_| is_ended(entry)) {
                if finding.suppressed.is_none() {
                    lapsed += 1;
                    finding.reasons.push(format!("the baseline accepted it until {day}"));
                }
                continue;
            }
            needed.insert(digest);
            finding.suppressed.get_or_insert_with(|| Suppression {
                kind: SuppressionKind::Baseline,
                reason: match entry.reason.is_empty() {
                    true => "the baseline accepts it".to_owned(),
                    false => entry.reason.clone(),
                },
                until: entry.until,
            });
        }
        let (ended, current): (Vec<_>, Vec<_>) = self.entries.iter().partition(|(_, entry)| is_ended(entry));
        let unused = current.iter().filter(|(digest, _)| !needed.contains(digest));
        Usage {
            entries: current.len() as u64,
            unused: unused.map(|(digest, _)| **digest).collect(),
            ended: ended.iter().map(|(digest, _)| **digest).collect(),
            lapsed,
        }
    }
}

//! What accounts say of their keys: credential reports, JSON of the AWS CLI, CloudTrail, or IAM itself.
//!
//! [`Inventory::read`] takes the files of `--keys-from` in any mix and tells their kind by their content;
//! [`Inventory::of`] takes keys that were asked for live. Everything known of one id becomes one [`Key`]. A file
//! that cannot be read is an error with line and column that quotes nothing: it may be one of secrets, named by
//! mistake. Secrets that stand in a right one (`create-access-key`) are passed over and never kept.

mod cli;
mod files;
mod gather;
mod member;
mod merge;
mod report;
mod trail;

use std::path::PathBuf;

use super::{Key, Policy};
use crate::error::Error;

pub use files::MOST_BYTES;

/// The keys that accounts know, each once.
#[derive(Clone, Debug, Default)]
pub struct Inventory {
    keys: Vec<Key>,
    /// What could not be joined, and what makes it doubtful, one sentence each.
    notes: Vec<String>,
    /// Reports that say when they were made: their name and that time.
    dated: Vec<(String, i64)>,
}

impl Inventory {
    /// Reads files and folders.
    pub fn read(paths: &[PathBuf]) -> Result<Self, Error> {
        files::read(paths).map(gather::Gathered::join)
    }

    /// Keys that were asked for live.
    pub fn of(keys: Vec<Key>) -> Self {
        let mut gathered = gather::Gathered::default();
        keys.into_iter().for_each(|key| gathered.add_key(key));
        gathered.join()
    }

    /// Both, joined by id.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let mut gathered = gather::Gathered::default();
        gathered.notes = [self.notes, other.notes].concat();
        gathered.dated = [self.dated, other.dated].concat();
        self.keys
            .into_iter()
            .chain(other.keys)
            .for_each(|key| gathered.add_key(key));
        gathered.join()
    }

    /// In the order in which sources named them.
    pub fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// The key with this id.
    pub fn get(&self, id: &str) -> Option<&Key> {
        self.keys.iter().find(|key| key.id.as_deref() == Some(id))
    }

    /// What makes the inventory doubtful, one sentence each: what could not be joined, and reports that are older
    /// than the policy allows. Not empty means that the run is incomplete.
    pub fn doubts(&self, policy: &Policy, as_of: i64) -> Vec<String> {
        let mut doubts = self.notes.clone();
        if let Some(most) = policy.max_report_age_hours {
            for (name, made) in &self.dated {
                let seconds = as_of.saturating_sub(*made);
                if seconds > i64::from(most) * 3600 {
                    let hours = seconds / 3600;
                    doubts.push(format!(
                        "{name}: the report was made {hours} hours before, the policy believes it for {most}"
                    ));
                }
            }
        }
        doubts
    }
}

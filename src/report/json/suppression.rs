//! What a run has to say of suppression, as the JSON reports give it.

use serde::Serialize;

use crate::report::{BaselineUse, SuppressionUse};

/// Which files of the repository were obeyed, and what has lapsed.
#[derive(Serialize)]
pub struct Suppression<'r> {
    files: &'r [String],
    lapsed: u64,
    unused: &'r [String],
    baseline: Option<Baseline<'r>>,
}

#[derive(Serialize)]
struct Baseline<'r> {
    file: &'r str,
    entries: u64,
    unused: &'r [String],
    ended: &'r [String],
}

impl<'r> Suppression<'r> {
    pub fn of(usage: &'r SuppressionUse) -> Self {
        Self {
            files: &usage.files,
            lapsed: usage.lapsed,
            unused: &usage.unused,
            baseline: usage.baseline.as_ref().map(Baseline::of),
        }
    }
}

impl<'r> Baseline<'r> {
    fn of(usage: &'r BaselineUse) -> Self {
        Self {
            file: &usage.file,
            entries: usage.entries,
            unused: &usage.unused,
            ended: &usage.ended,
        }
    }
}

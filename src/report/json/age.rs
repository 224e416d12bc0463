//! What a policy says of a key, as the JSON reports give it.

use serde::Serialize;

use crate::finding::age::{Evidence, Judged, Verdict};
use crate::report::time::rfc3339;

/// The age of one key, and its verdicts.
#[derive(Serialize)]
pub struct Age<'r> {
    made: Made,
    /// Full days; null where unknown. The key is at least, and at most, so old.
    age_days: Days,
    evidence: Vec<Fact<'r>>,
    verdicts: Vec<Said<'r>>,
    fails: bool,
}

#[derive(Serialize)]
struct Made {
    earliest: Option<String>,
    latest: Option<String>,
}

#[derive(Serialize)]
struct Days {
    min: Option<i64>,
    max: Option<i64>,
}

#[derive(Serialize)]
struct Fact<'r> {
    kind: &'static str,
    bound: &'static str,
    at: Option<String>,
    source: &'r str,
}

#[derive(Serialize)]
struct Said<'r> {
    verdict: &'static str,
    fails: bool,
    says: &'r str,
}

impl<'r> Age<'r> {
    pub fn of(judged: &'r Judged, as_of: i64) -> Self {
        let made = &judged.made;
        Self {
            made: Made {
                earliest: made.earliest.and_then(rfc3339),
                latest: made.latest.and_then(rfc3339),
            },
            age_days: Days {
                min: made.least_days(as_of),
                max: made.most_days(as_of),
            },
            evidence: judged.evidence.iter().map(Fact::of).collect(),
            verdicts: judged.verdicts.iter().map(Said::of).collect(),
            fails: judged.fails(),
        }
    }
}

impl<'r> Fact<'r> {
    fn of(fact: &'r Evidence) -> Self {
        Self {
            kind: fact.kind.as_str(),
            bound: fact.bound.as_str(),
            at: rfc3339(fact.at),
            source: &fact.source,
        }
    }
}

impl<'r> Said<'r> {
    fn of(verdict: &'r Verdict) -> Self {
        Self {
            verdict: verdict.kind.as_str(),
            fails: verdict.fails,
            says: &verdict.says,
        }
    }
}

//! Between which times a key was made: facts are collected, weighed, and put together with their evidence.
//!
//! A fact that cannot be (in the future, before such keys were made, against another fact) is a doubt: it is said
//! and not used. Download times of files never come here. No fact may make a key look younger than another does.

use crate::detect::aws::account;
use crate::finding::Generation;
use crate::finding::age::{Bound, Evidence, EvidenceKind, Made};
use crate::keys::{Age, Key, LastUse};

const DAY: i64 = 86_400;
/// 2006-03-14, when the first service took access keys.
const FIRST_KEYS: i64 = 1_142_294_400;
/// 2018-01-01: ids of today's format came between December 2018 and May 2019; this leaves a year for doubt.
const FIRST_NEW_KEYS: i64 = 1_514_764_800;
/// 2019-05-07: by then ids had today's format (Aidan Steele, 2020).
const LAST_OLD_KEYS: i64 = 1_557_187_200;
/// Clocks of commits and logs disagree by this much without anybody's fault.
const SKEW: i64 = DAY;

/// What is known of the age of one key, while it is being collected.
#[derive(Debug)]
pub struct Facts {
    as_of: i64,
    /// No key with such an id is older.
    floor: i64,
    evidence: Vec<Evidence>,
    doubts: Vec<String>,
}

impl Facts {
    /// Begins with what the id itself says.
    pub fn new(id: Option<&str>, as_of: i64) -> Self {
        let mut facts = Self {
            as_of,
            floor: FIRST_KEYS,
            evidence: Vec::new(),
            doubts: Vec::new(),
        };
        // Ids of sessions kept the old format for longer.
        let long_lived = id.filter(|id| id.starts_with("AKIA"));
        match long_lived.and_then(|id| account::decode(id.as_bytes()).generation) {
            Some(Generation::Old) => {
                facts.add(EvidenceKind::OldFormat, Bound::MadeBy, LAST_OLD_KEYS, "the id's format");
            }
            Some(Generation::New) => facts.floor = FIRST_NEW_KEYS,
            None => {}
        }
        facts
    }

    /// Whether a key with this id can have been there at that time.
    pub fn can_be(&self, at: i64) -> bool {
        (self.floor..=self.as_of.saturating_add(SKEW)).contains(&at)
    }

    /// Adds a fact, or the doubt that it raises.
    pub fn add(&mut self, kind: EvidenceKind, bound: Bound, at: i64, source: impl Into<String>) {
        let source = source.into();
        if bound == Bound::MadeSince && !self.can_be(at) {
            // A lower end that says nothing.
        } else if at > self.as_of.saturating_add(SKEW) {
            let now = date(self.as_of);
            self.doubt(format!(
                "{source}: {} comes after {now}, so it proves nothing",
                date(at)
            ));
        } else if at < self.floor {
            self.doubt(format!(
                "{source}: no such key was made by {}, so it proves nothing",
                date(at)
            ));
        } else {
            let fact = Evidence {
                kind,
                bound,
                at,
                source,
            };
            // Both halves of a key tell the same; each key that it replaced is worth naming.
            let same = |known: &Evidence| (known.kind, known.bound, known.at) == (kind, bound, at);
            if kind == EvidenceKind::Replaced || !self.evidence.iter().any(same) {
                self.evidence.push(fact);
            }
        }
    }

    pub fn doubt(&mut self, sentence: String) {
        if !self.doubts.contains(&sentence) {
            self.doubts.push(sentence);
        }
    }

    /// Adds what an account or a log says.
    pub fn add_key(&mut self, key: &Key) {
        let source = key.sources.join(", ");
        if let Some(at) = key.created {
            self.add(EvidenceKind::Account, Bound::MadeAt, at, source.clone());
        }
        if let Some(at) = key.rotated {
            self.add(EvidenceKind::Rotated, Bound::MadeBy, at, source.clone());
        }
        if let Some(at) = key.seen {
            self.add(EvidenceKind::Used, Bound::MadeBy, at, source.clone());
        }
        // A use to come would hide that the key is unused: it raises its doubt even where an earlier one is known.
        if let LastUse::At { time, .. } = key.last_use
            && (key.seen.is_none_or(|seen| time < seen) || !self.can_be(time))
        {
            self.add(EvidenceKind::Used, Bound::MadeBy, time, source);
        }
        let decoded = key.id.as_deref().and_then(|id| account::decode(id.as_bytes()).account);
        if let (Some(decoded), Some(said)) = (decoded, &key.account)
            && decoded != *said
        {
            self.doubt(format!("the id is one of account {decoded}, its source says {said}"));
        }
    }

    /// Weighs the facts.
    pub fn finish(mut self) -> Age {
        let times = |evidence: &[Evidence], bound: Bound| -> Vec<i64> {
            let facts = evidence.iter().filter(|fact| fact.bound == bound);
            facts.map(|fact| fact.at.min(self.as_of)).collect()
        };
        let made_at = times(&self.evidence, Bound::MadeAt);
        let made_by = times(&self.evidence, Bound::MadeBy);
        let since = self
            .evidence
            .iter()
            .filter(|fact| is_firm(fact))
            .map(|fact| fact.at)
            .max();
        let by = made_by.iter().min().copied();
        let mut made = Made {
            earliest: since,
            latest: by,
        };
        if let (Some(&first), Some(&last)) = (made_at.iter().min(), made_at.iter().max()) {
            let agreed = last - first <= SKEW;
            let earlier = by.filter(|by| *by < first.saturating_sub(SKEW));
            if !agreed {
                let (first, last) = (date(first), date(last));
                self.doubt(format!("one source says made on {first}, another on {last}"));
            }
            if let Some(by) = earlier {
                let (first, by) = (date(first), date(by));
                self.doubt(format!("said to be made on {first}, but it was there on {by}"));
            }
            let exact = agreed && earlier.is_none();
            made = Made {
                earliest: exact.then_some(first),
                latest: Some(earlier.unwrap_or(first)),
            };
        } else if let (Some(since), Some(by)) = (since, by)
            && since > by
        {
            let (since, by) = (date(since), date(by));
            self.doubt(format!("said to be made after {since}, but it was there on {by}"));
            made.earliest = None;
        }
        self.evidence.sort_by_key(|fact| (fact.kind, fact.at));
        Age {
            made,
            evidence: self.evidence,
            doubts: self.doubts,
        }
    }
}

/// Whether a lower end counts: that a key was not yet at a place in history only hints at when it was made.
fn is_firm(fact: &Evidence) -> bool {
    fact.bound == Bound::MadeSince && fact.kind != EvidenceKind::Replaced
}

fn date(seconds: i64) -> String {
    super::verdict::date(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-22T00:00:00Z
    const NOW: i64 = 1_795_305_600;

    fn age(facts: &[(EvidenceKind, Bound, i64)]) -> Age {
        let mut collected = Facts::new(None, NOW);
        for (kind, bound, days) in facts {
            collected.add(*kind, *bound, NOW - days * DAY, "test");
        }
        collected.finish()
    }

    fn days(age: &Age) -> (Option<i64>, Option<i64>) {
        (age.made.most_days(NOW), age.made.least_days(NOW))
    }

    use Bound::{MadeAt, MadeBy, MadeSince};
    use EvidenceKind::{Account, Beside, Introduced, OldFormat, Replaced, Rotated, Used};

    #[test]
    fn the_oldest_fact_holds() {
        let found = age(&[(Used, MadeBy, 3), (Introduced, MadeBy, 8), (Rotated, MadeBy, 5)]);
        assert_eq!(days(&found), (None, Some(8)));
        assert!(found.doubts.is_empty());
        assert_eq!(found.evidence[0].kind, Rotated);
        assert_eq!(days(&age(&[])), (None, None));
    }

    #[test]
    fn a_creation_date_is_exact_unless_something_is_older() {
        assert_eq!(
            days(&age(&[(Account, MadeAt, 9), (Introduced, MadeBy, 3)])),
            (Some(9), Some(9))
        );
        // The date of a signature is only a day.
        assert_eq!(
            days(&age(&[(Beside, MadeAt, 9), (Used, MadeBy, 10)])),
            (Some(9), Some(9))
        );
        let found = age(&[(Account, MadeAt, 9), (Introduced, MadeBy, 11)]);
        assert_eq!(days(&found), (None, Some(11)));
        assert_eq!(found.doubts.len(), 1);
        let found = age(&[(Account, MadeAt, 9), (Beside, MadeAt, 20)]);
        assert_eq!(days(&found), (None, Some(20)));
        assert_eq!(
            found.doubts,
            ["one source says made on 2026-11-02, another on 2026-11-13"]
        );
    }

    #[test]
    fn a_replacement_only_hints_at_the_lower_end() {
        let found = age(&[(Introduced, MadeBy, 8), (Replaced, MadeSince, 90)]);
        assert_eq!(days(&found), (None, Some(8)));
        assert_eq!(found.evidence.len(), 2);
        assert_eq!(
            days(&age(&[(Beside, MadeSince, 3), (Beside, MadeBy, 1)])),
            (Some(3), Some(1))
        );
        let found = age(&[(Beside, MadeSince, 1), (Introduced, MadeBy, 3)]);
        assert_eq!((days(&found), found.doubts.len()), ((None, Some(3)), 1));
    }

    #[test]
    fn what_cannot_be_proves_nothing() {
        let found = age(&[(Introduced, MadeBy, -400), (Account, MadeAt, -2)]);
        assert_eq!(
            (days(&found), found.evidence.len(), found.doubts.len()),
            ((None, None), 0, 2)
        );
        let found = age(&[(Account, MadeAt, -1)]);
        assert_eq!(
            (days(&found), found.doubts.len()),
            ((Some(0), Some(0)), 0),
            "clocks differ"
        );
        let found = age(&[(Introduced, MadeBy, NOW / DAY)]);
        assert_eq!((days(&found), found.doubts.len()), ((None, None), 1), "1970");
        let mut facts = Facts::new(None, NOW);
        facts.add(Introduced, MadeBy, i64::MIN, "test");
        facts.add(Introduced, MadeBy, i64::MAX, "test");
        assert_eq!(facts.finish().doubts.len(), 2);
    }

    #[test]
    fn the_id_says_its_generation() {
        let old = ["AKIA", "IX4GVO7N5NPE7GGV"].concat();
        let found = Facts::new(Some(&old), NOW).finish();
        assert_eq!(found.evidence[0].kind, OldFormat);
        assert_eq!(found.made.latest, Some(LAST_OLD_KEYS));
        let session = ["ASIA", "IX4GVO7N5NPE7GGV"].concat();
        assert!(Facts::new(Some(&session), NOW).finish().evidence.is_empty());
        let new = ["AKIA", "6RVFFB77RE7OLMKI"].concat();
        let mut facts = Facts::new(Some(&new), NOW);
        facts.add(Introduced, MadeBy, FIRST_NEW_KEYS - 1, "test");
        assert_eq!(facts.finish().doubts.len(), 1);
    }
}

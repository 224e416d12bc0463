//! Verdicts on the age: EXPIRED, DUE_SOON, UNKNOWN_AGE.
//!
//! The least age proves too old; only a certain date proves young enough.

use super::{Judge, words};
use crate::finding::age::{EvidenceKind, VerdictKind, days};
use crate::keys::policy::{Boundary, InactiveAge};

impl Judge<'_> {
    pub fn age(&mut self) {
        let inactive = self.case.is_inactive();
        let exempt = self.is_root() && !self.limits.age_of_root_keys
            || inactive && self.limits.age_of_inactive_keys == InactiveAge::Ignore;
        if exempt {
            return;
        }
        let before = self.verdicts.len();
        self.judge_age();
        if inactive && self.limits.age_of_inactive_keys == InactiveAge::Warn {
            self.verdicts[before..]
                .iter_mut()
                .for_each(|verdict| verdict.fails = false);
        }
    }

    fn judge_age(&mut self) {
        let old_format = self
            .case
            .age
            .evidence
            .iter()
            .any(|fact| fact.kind == EvidenceKind::OldFormat);
        let Some(limit) = self.limits.max_age_days else {
            if old_format && self.limits.forbid_old_format {
                self.say(
                    VerdictKind::Expired,
                    "its id has the format that AWS gave up about May 2019",
                );
            }
            return;
        };
        let boundary = self.limits.boundary;
        let least = self.case.age.made.least_days(self.as_of);
        let certain = self.case.made_at(self.limits.trust_last_rotated);
        let certain = certain
            .filter(|made| *made <= self.as_of)
            .map(|made| days(made, self.as_of));
        if let Some(least) = least.filter(|least| boundary.is_over(*least, limit)) {
            let says = format!("{}, the limit is {limit}", self.aged(least, certain));
            return self.say(VerdictKind::Expired, says);
        }
        if old_format && self.limits.forbid_old_format {
            return self.say(
                VerdictKind::Expired,
                "its id has the format that AWS gave up about May 2019",
            );
        }
        let warn = self.limits.warn_age_days.map(i64::from);
        if let Some(least) = least.filter(|least| warn.is_some_and(|warn| *least >= warn)) {
            let first_over = i64::from(limit) + i64::from(boundary == Boundary::After);
            let over = first_over - least;
            let says = format!(
                "{}, over the limit of {limit} in {}",
                self.aged(least, certain),
                words::count(over)
            );
            self.say(VerdictKind::DueSoon, says);
        }
        let made = self.case.age.made;
        let most = made.most_days(self.as_of).filter(|_| made.earliest <= Some(self.as_of));
        // An upper end that is firm and within the limit is as good as a date.
        if certain.is_none() && most.is_none_or(|most| boundary.is_over(most, limit)) {
            let says = match (least, most) {
                (Some(least), Some(most)) => {
                    format!("between {least} and {} old, the limit is {limit}", words::count(most))
                }
                (Some(least), None) => format!(
                    "at least {}; nothing says how much older, and the limit is {limit}",
                    words::days_old(least)
                ),
                (None, Some(most)) => format!("at most {}, the limit is {limit}", words::days_old(most)),
                (None, None) => format!(
                    "nothing says when it was made; the limit is {}",
                    words::count(i64::from(limit))
                ),
            };
            self.say(VerdictKind::UnknownAge, says);
        }
    }

    /// `91 days old`, or `at least 91 days old (in history since …)`.
    fn aged(&self, least: i64, certain: Option<i64>) -> String {
        match certain {
            Some(_) => words::days_old(least),
            None => format!("at least {} ({})", words::days_old(least), self.because()),
        }
    }

    /// The fact that makes it so old.
    fn because(&self) -> String {
        let latest = self.case.age.made.latest;
        let fact = self.case.age.evidence.iter().find(|fact| Some(fact.at) == latest);
        fact.map_or_else(String::new, |fact| {
            let date = words::date(fact.at);
            match fact.kind {
                EvidenceKind::Account | EvidenceKind::Beside => format!("made by {date}, {}", fact.source),
                EvidenceKind::Rotated => format!("made or changed on {date}, {}", fact.source),
                EvidenceKind::Used => format!("used on {date}, {}", fact.source),
                EvidenceKind::Introduced | EvidenceKind::Replaced => format!("there since {date}, {}", fact.source),
                EvidenceKind::OldFormat => "its id has the format that AWS gave up about May 2019".to_owned(),
            }
        })
    }

    /// What OK says.
    pub fn fine(&self) -> String {
        let certain = self.case.made_at(self.limits.trust_last_rotated);
        let old = match (certain, self.case.age.made.most_days(self.as_of)) {
            (Some(made), _) => words::days_old(days(made, self.as_of)),
            (None, Some(most)) => format!("at most {}", words::days_old(most)),
            (None, None) => return "nothing is asked of it".to_owned(),
        };
        match self.limits.max_age_days {
            Some(limit) => format!("{old}, the limit is {limit}"),
            None => old,
        }
    }
}

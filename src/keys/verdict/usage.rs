//! Verdicts on use: UNUSED, NEVER_USED, UNKNOWN_USE; and on inactive keys: INACTIVE, DELETE_INACTIVE.
//!
//! Nobody notes when a key was made inactive, so an inactive key's days run from its creation or last use,
//! whichever came later.

use super::{Judge, words};
use crate::finding::age::{VerdictKind, days};
use crate::keys::LastUse;
use crate::keys::policy::NeverUsed;

impl Judge<'_> {
    pub fn usage(&mut self) {
        if self.case.is_inactive() {
            self.inactive();
        } else if self.case.is_known() {
            match &self.case.key.last_use {
                LastUse::At { time, .. } => self.last_used(*time),
                LastUse::Never => self.never_used(),
                LastUse::Unknown => self.use_unknown(),
            }
        }
    }

    fn last_used(&mut self, time: i64) {
        let Some(limit) = self.limits.unused_days else { return };
        let idle = days(time, self.as_of);
        if self.limits.unused_boundary.is_over(idle, limit) {
            let used = words::last_use(&self.case.key.last_use);
            let says = format!("unused for {}, the limit is {limit}; {used}", words::count(idle));
            self.say(VerdictKind::Unused, says);
        }
    }

    fn never_used(&mut self) {
        match self.limits.never_used {
            NeverUsed::Pass => {}
            NeverUsed::Fail => self.say(VerdictKind::NeverUsed, "never used"),
            NeverUsed::Grace => self.never_used_in_grace(),
        }
    }

    fn never_used_in_grace(&mut self) {
        let Some(grace) = self.limits.never_used_grace_days else {
            return;
        };
        let over = |days: &i64| self.limits.unused_boundary.is_over(*days, grace);
        let least = self.case.age.made.least_days(self.as_of);
        if let Some(least) = least.filter(over) {
            let says = format!("never used in {}, the grace is {grace}", words::count(least));
            self.say(VerdictKind::NeverUsed, says);
        } else if self.most_days().is_none_or(|most| over(&most)) {
            let says = format!(
                "never used; whether that is longer than {} is not known",
                words::count(i64::from(grace))
            );
            self.say(VerdictKind::UnknownUse, says);
        }
    }

    /// No source says anything of its use. A key younger than the limit cannot have been unused for longer.
    fn use_unknown(&mut self) {
        let Some(limit) = self.limits.unused_days else { return };
        let over = |days: i64| self.limits.unused_boundary.is_over(days, limit);
        if self.most_days().is_none_or(over) {
            let says = format!(
                "no source says when it was last used; the limit is {}",
                words::count(i64::from(limit))
            );
            self.say(VerdictKind::UnknownUse, says);
        }
    }

    /// The most days that it can be old, if that is known.
    fn most_days(&self) -> Option<i64> {
        let certain = self.case.made_at(self.limits.trust_last_rotated);
        let earliest = certain.or(self.case.age.made.earliest);
        earliest
            .filter(|made| *made <= self.as_of)
            .map(|made| days(made, self.as_of))
    }

    fn inactive(&mut self) {
        let last = match self.case.key.last_use {
            LastUse::At { time, .. } => Some(time),
            LastUse::Never | LastUse::Unknown => None,
        };
        let since = self.case.age.made.latest.max(last);
        let used = words::last_use(&self.case.key.last_use);
        if let (Some(limit), Some(since)) = (self.limits.inactive_delete_after_days, since) {
            let idle = days(since, self.as_of);
            if self.limits.boundary.is_over(idle, limit) {
                let says = format!(
                    "inactive and idle for {}, the limit is {limit}; {used}",
                    words::count(idle)
                );
                self.say(VerdictKind::DeleteInactive, says);
            }
        }
        let says = format!(
            "{}: it opens nothing, but can be activated again",
            self.case.key.status.as_str()
        );
        self.say(VerdictKind::Inactive, says);
    }
}

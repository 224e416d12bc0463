//! Verdicts on keys that were found: EXPOSED and its kin, FOREIGN.
//!
//! A found key is taken for live until its account says otherwise; what the file beside it says does not count.

use super::{Judge, words};
use crate::finding::age::VerdictKind;
use crate::keys::{Exposed, LastUse, Status};

impl Judge<'_> {
    /// Says FOREIGN of a key whose account is not ours. Our limits are not for it.
    pub fn is_foreign(&mut self) -> bool {
        let account = self.case.key.account.clone();
        let listed = |account: &str| self.policy.accounts.iter().any(|ours| ours == account);
        let exposed = self.case.exposed.as_ref();
        let canary = exposed.and_then(|exposed| exposed.canary.as_deref());
        let says = match (canary, account) {
            (Some(service), account) if !account.as_deref().is_some_and(listed) => {
                format!("its account sets traps ({service}): do not try it")
            }
            (_, Some(account)) if self.policy.is_foreign(&account) => {
                let tell = if exposed.is_some() { ": tell its owner" } else { "" };
                format!("account {account} is not one of ours{tell}")
            }
            _ => return false,
        };
        self.say(VerdictKind::Foreign, says);
        true
    }

    pub fn exposure(&mut self) {
        let Some(exposed) = &self.case.exposed else { return };
        let found = self.found(exposed);
        if let Some(ended) = exposed.ended.filter(|ended| *ended < self.as_of) {
            let says = format!("{found}; the session ended by {}", words::date(ended));
            return self.say(VerdictKind::ExposedInactive, says);
        }
        match self.case.key.status {
            Status::Active => {
                let says = format!("{found}; it is active{}", self.used_since(exposed));
                self.say(VerdictKind::Exposed, says);
            }
            Status::Inactive | Status::Expired => {
                let status = self.case.key.status.as_str();
                let says = format!("{found}; it is {status} now, delete it{}", self.used_since(exposed));
                self.say(VerdictKind::ExposedInactive, says);
            }
            Status::Deleted => {
                let says = format!("{found}; its account does not have it any more");
                self.say(VerdictKind::ExposedDeleted, says);
            }
            Status::Unknown if self.case.is_temporary() => {
                self.say(
                    VerdictKind::Exposed,
                    format!("{found}; a session lasts 36 hours at most"),
                );
            }
            Status::Unknown => {
                let says = format!("{found}; whether it is still active is not known");
                self.say(VerdictKind::Exposed, says);
            }
        }
    }

    /// `found in deploy/prod.env and 2 more places, in history since 2026-01-31`
    fn found(&self, exposed: &Exposed) -> String {
        let mut text = format!("found in {}", exposed.place);
        match exposed.more_places {
            0 => {}
            1 => text += " and 1 more place",
            more => text += &format!(" and {more} more places"),
        }
        if let Some(since) = exposed.since {
            text += &format!(", in history since {}", words::date(since));
        }
        text
    }

    fn used_since(&self, exposed: &Exposed) -> String {
        let used = words::last_use(&self.case.key.last_use);
        match (&self.case.key.last_use, self.case.is_used_since_leak()) {
            (LastUse::At { .. }, Some(true)) => format!(", and was used since: {used}"),
            (LastUse::At { .. } | LastUse::Never, Some(false)) => format!("; {used}"),
            (LastUse::At { .. } | LastUse::Never, None) if exposed.since.is_none() => format!("; {used}"),
            _ => String::new(),
        }
    }
}

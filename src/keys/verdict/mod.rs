//! The judgement: what a policy says of keys, one or more verdicts each, in words and figures.
//!
//! [`judge()`] takes all keys of a run at once, for how many a user may have is a question about all of theirs.
//! A key is too old when its *least* age is over the limit, and fine only when its age is certain; in between it
//! is unknown, and said to be. What a source did not say is never taken for good news. Time comes in as `as_of`.

mod age;
mod exposure;
mod usage;
mod words;

pub use words::date;

use std::collections::BTreeMap;

use crate::finding::age::{Judged, Verdict, VerdictKind};
use crate::keys::policy::{Leaked, Limits, Policy};
use crate::keys::{Case, Owner, Status};

/// One key, and all that its verdicts are made of.
struct Judge<'j> {
    policy: &'j Policy,
    limits: &'j Limits,
    case: &'j Case,
    /// All keys of the same user, this one too.
    siblings: Vec<&'j Case>,
    as_of: i64,
    verdicts: Vec<Verdict>,
}

/// Judges keys, each by the limits that hold for it. The answers are in the order of the cases.
pub fn judge(policy: &Policy, cases: &[Case], as_of: i64) -> Vec<Judged> {
    let mut users: BTreeMap<(Option<&str>, &str), Vec<&Case>> = BTreeMap::new();
    for case in cases {
        users.entry(user(case)).or_default().push(case);
    }
    let judged = cases.iter().map(|case| {
        let siblings = match &case.key.owner {
            Some(_) => users[&user(case)].clone(),
            None => vec![case],
        };
        let mut judge = Judge {
            policy,
            limits: policy.limits(&case.key),
            case,
            siblings,
            as_of,
            verdicts: Vec::new(),
        };
        judge.run();
        Judged {
            made: case.age.made,
            evidence: case.age.evidence.clone(),
            verdicts: judge.verdicts,
        }
    });
    judged.collect()
}

fn user(case: &Case) -> (Option<&str>, &str) {
    (
        case.key.account.as_deref(),
        case.key.owner.as_ref().map_or("", Owner::name),
    )
}

impl Judge<'_> {
    fn run(&mut self) {
        if !self.is_foreign() {
            self.exposure();
            if !self.case.is_temporary() && self.case.key.status != Status::Deleted {
                self.root();
                self.quarantine();
                self.doubts();
                self.age();
                self.usage();
                self.siblings();
            }
            self.exceptions();
        }
        if self.verdicts.is_empty() {
            let says = self.fine();
            self.say(VerdictKind::Ok, says);
        }
        self.verdicts.sort_by_key(|verdict| verdict.kind);
    }

    /// Adds a verdict, which fails the run if the policy lists it.
    fn say(&mut self, kind: VerdictKind, says: impl Into<String>) {
        let leak = matches!(
            kind,
            VerdictKind::Exposed | VerdictKind::ExposedInactive | VerdictKind::ExposedDeleted
        );
        let forgiven = leak && self.limits.leaked == Leaked::Warn;
        let fails = self.policy.fail.contains(&kind) && !forgiven;
        let says = says.into();
        self.verdicts.push(Verdict { kind, fails, says });
    }

    fn root(&mut self) {
        let claimed = self.case.exposed.as_ref().is_some_and(|exposed| exposed.root);
        if self.limits.forbid_root_keys && (self.is_root() || claimed) {
            let says = match self.is_root() {
                true => "a key of the root user: nothing limits what it may do",
                false => "the file that it was found in says that it is the root user's",
            };
            self.say(VerdictKind::RootKey, says);
        }
    }

    fn is_root(&self) -> bool {
        self.case.key.owner == Some(Owner::Root)
    }

    fn quarantine(&mut self) {
        if let Some(policy) = &self.case.key.quarantine {
            let says = format!(
                "AWS found it in public and attached {policy}: the owner cannot rotate it, an administrator must"
            );
            self.say(VerdictKind::Quarantined, says);
        }
    }

    fn doubts(&mut self) {
        if !self.case.age.doubts.is_empty() {
            self.say(VerdictKind::BadData, self.case.age.doubts.join("; "));
        }
    }

    /// Too many active keys, unless the youngest is so young that it is taking over.
    fn siblings(&mut self) {
        let Some(most) = self.limits.max_active_keys else {
            return;
        };
        let active: Vec<&Case> = self.siblings.iter().copied().filter(|case| case.is_active()).collect();
        if !self.case.is_active() || active.len() <= most as usize {
            return;
        }
        let has = format!("the user has {} active keys, the limit is {most}", active.len());
        let trust = self.limits.trust_last_rotated;
        let ages = active.iter().filter_map(|case| Some((case.made_at(trust)?, *case)));
        let youngest = ages.max_by_key(|(made, _)| *made);
        let overlap = self.limits.rotation_overlap_days;
        let one_more = active.len() == most as usize + 1 && overlap > 0 && most > 0;
        let Some((made, young)) = youngest.filter(|(made, _)| one_more && *made <= self.as_of) else {
            self.say(VerdictKind::TooManyActive, has);
            return;
        };
        let days = crate::finding::age::days(made, self.as_of);
        let name = young.key.id.as_deref().unwrap_or("the younger");
        if days > i64::from(overlap) {
            let says = format!("{has}; a rotation may take {overlap} days, and {name} is {days} days old");
            self.say(VerdictKind::TooManyActive, says);
        } else if std::ptr::eq(young, self.case) {
            let says = format!("rotation in progress: this is the new key, {}", words::days_old(days));
            self.say(VerdictKind::Rotating, says);
        } else {
            let used = words::last_use(&self.case.key.last_use);
            let says = format!(
                "rotation in progress: {name} is {}; old key {used}",
                words::days_old(days)
            );
            self.say(VerdictKind::Rotating, says);
        }
    }

    /// Takes the weight from what is excepted. The verdict stays, so that nothing is hidden.
    fn exceptions(&mut self) {
        let policy = self.policy;
        let mut more = Vec::new();
        for exception in policy.exceptions(&self.case.key) {
            let named = |verdict: &&mut Verdict| exception.ignore.contains(&verdict.kind);
            let met: Vec<&mut Verdict> = self.verdicts.iter_mut().filter(named).collect();
            if met.is_empty() {
                continue;
            }
            let kinds: Vec<&str> = met.iter().map(|verdict| verdict.kind.as_str()).collect();
            let kinds = kinds.join(", ");
            let who = format!("{} ({})", exception.reason, exception.owner);
            if self.as_of < exception.ends {
                met.into_iter().for_each(|verdict| verdict.fails = false);
                let says = format!("{kinds} excepted until {}: {who}", exception.expires);
                more.push((VerdictKind::Excepted, says));
            } else {
                let says = format!("the exception of {kinds} ended with {}: {who}", exception.expires);
                more.push((VerdictKind::ExceptionExpired, says));
            }
        }
        for (kind, says) in more {
            self.say(kind, says);
        }
    }
}

#[cfg(test)]
mod tests;

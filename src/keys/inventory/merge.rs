//! Two sources on the same key become one.
//!
//! Of two answers the one that is worse for the key holds: active before inactive, the earlier creation, the later
//! use; no source can make a key look better than another has it.

use crate::keys::{Key, LastUse, Owner, Status};

/// Sources that are named; a key may be in thousands of log files.
const NAMED: usize = 4;
/// CloudTrail and IAM note the same use within this time (IAM's last use has a granularity of 15 minutes).
const SAME_USE: i64 = 900;

/// Adds what another source says of the key.
pub fn merge(into: &mut Key, other: Key) {
    into.slot = into.slot.or(other.slot);
    into.account = into.account.take().or(other.account);
    into.owner = match (into.owner.take(), other.owner) {
        (Some(Owner::User { name, path, arn }), Some(Owner::User { path: p, arn: a, .. })) => Some(Owner::User {
            name,
            path: path.or(p),
            arn: arn.or(a),
        }),
        (known, more) => known.or(more),
    };
    into.tags.extend(other.tags);
    into.status = worse(into.status, other.status);
    let earlier = |one: Option<i64>, other: Option<i64>| [one, other].into_iter().flatten().min();
    into.created = earlier(into.created, other.created);
    into.rotated = earlier(into.rotated, other.rotated);
    into.seen = earlier(into.seen, other.seen);
    into.last_use = later(std::mem::take(&mut into.last_use), other.last_use);
    into.quarantine = into.quarantine.take().or(other.quarantine);
    for source in other.sources {
        if into.sources.len() < NAMED && !into.sources.contains(&source) {
            into.sources.push(source);
        }
    }
}

/// Ids are never given twice, so deleted is final. Otherwise what opens more holds.
fn worse(one: Status, other: Status) -> Status {
    let rank = |status: Status| match status {
        Status::Unknown => 0,
        Status::Expired => 1,
        Status::Inactive => 2,
        Status::Active => 3,
        Status::Deleted => 4,
    };
    if rank(other) > rank(one) { other } else { one }
}

/// The later use; of the same use, all that is known of it.
pub fn later(one: LastUse, other: LastUse) -> LastUse {
    let time = |last: &LastUse| match last {
        LastUse::Unknown => None,
        LastUse::Never => Some(i64::MIN),
        LastUse::At { time, .. } => Some(*time),
    };
    let (early, late) = if time(&other) > time(&one) {
        (one, other)
    } else {
        (other, one)
    };
    match (late, early) {
        (
            LastUse::At {
                time,
                service,
                region,
                address,
            },
            LastUse::At {
                time: before,
                service: s,
                region: r,
                address: a,
            },
        ) if time.saturating_sub(before) <= SAME_USE => LastUse::At {
            time,
            service: service.or(s),
            region: region.or(r),
            address: address.or(a),
        },
        (late, _) => late,
    }
}

//! The rotation that stops nothing: two keys for some days, as AWS describes it.

use super::who::Who;
use super::{Grounds, Step, shell};
use crate::report::keys::Row;

/// IAM lets a user have so many.
const SLOTS: usize = 2;

/// The steps, with what stands in their way.
pub fn without_downtime(grounds: &Grounds<'_>, row: &Row, who: &Who) -> Step {
    let mut step = Step::new("Rotate without downtime").say(
        "For days in which old and new key work side by side. `keytrail rotate` does it for a profile, step by step.",
    );
    let others = siblings(grounds, row);
    if others.len() + 1 >= SLOTS {
        let names: Vec<String> = others
            .iter()
            .map(|other| format!("{} ({})", other.key_name(), other.case.key.status.as_str()))
            .collect();
        step = step.say(format!(
            "The user has {} as well, and IAM allows two keys: delete the one that is not used before a new one is made.",
            names.join(" and ")
        ));
        let dead = others.iter().find(|other| other.case.is_inactive());
        if let Some(id) = dead.and_then(|other| other.case.key.id.as_deref()) {
            let key = shell::option("--access-key-id", id);
            step = step.run(who.iam(&format!("delete-access-key {} {key}", who.user)));
        }
    }
    if who.ask && row.case.key.id.is_some() {
        step = step.run(who.find());
    }
    step.say(
        "The old key's last use lags, and is exact to 15 minutes. If something breaks once the old key is inactive, \
             make it Active again and find what was missed.",
    )
    .run("# first: the second key; its secret is shown once. Bring it everywhere.")
    .run(who.iam(&format!("create-access-key {}", who.user)))
    .run("# every day, until the last use of the old key stands still:")
    .run(who.iam(&format!("get-access-key-last-used {}", who.key)))
    .run("# then, and watch for days:")
    .run(who.iam(&format!("update-access-key {} {} --status Inactive", who.user, who.key)))
    .run("# when nobody has missed it:")
    .run(who.iam(&format!("delete-access-key {} {}", who.user, who.key)))
}

/// The user's other keys.
fn siblings<'r>(grounds: &'r Grounds<'_>, row: &Row) -> Vec<&'r Row> {
    let Some(user) = row.user() else { return Vec::new() };
    let same = |other: &&Row| {
        other.user() == Some(user)
            && other.case.key.account == row.case.key.account
            && (&other.case.key.id, other.case.key.slot) != (&row.case.key.id, row.case.key.slot)
    };
    grounds.rows.iter().filter(same).collect()
}

//! The end of a rotation: the old key is deleted, which nothing brings back.
//!
//! Only if it is inactive, has been unused for as long as was asked, and the profile works without it.

use std::time::Duration;

use super::Person;
use super::journal::{Step, day, now};
use super::steps::{Work, ask, described, status_of};
use crate::error::Error;
use crate::keys::aws::iam;
use crate::keys::{LastUse, Status};

const DAY: i64 = 86_400;

/// Deletes the old key.
pub fn finish(work: &mut Work<'_>, person: &mut dyn Person) -> Result<(), Error> {
    let (Step::Retired, Some(old)) = (work.journal.step, work.journal.old.clone()) else {
        return Err(
            Error::input("the rotation has not come so far: the old key is not inactive yet")
                .hint("run keytrail rotate again without --finish"),
        );
    };
    let client = work.client()?;
    let user = work.journal.user.clone();
    let listed = iam::list_access_keys(&client, Some(&user))?;
    match status_of(&listed, &old) {
        // A run before was cut off after the deletion.
        None => return end(work, person, &old),
        Some(Status::Inactive) => {}
        Some(status) => {
            return Err(
                Error::input(format!("{old} is {} again: somebody brought it back", status.as_str()))
                    .hint("find out who needs it; keytrail rotate --rollback, or make it inactive again"),
            );
        }
    }
    let file = work.file()?;
    match file.held(&file.read()?, &work.journal.profile)? {
        Some(held) if held.credential.id != old => work.works(&held.credential, Duration::ZERO)?,
        _ => {
            return Err(
                Error::input(format!("profile {} has no other key than {old}", work.journal.profile))
                    .hint("put the new key back, or keytrail rotate --rollback"),
            );
        }
    }
    let last_use = iam::get_access_key_last_used(&client, &old)?.last_use;
    long_enough(work, &old, &last_use)?;
    ask(person, &format!("Delete {old} ({}) for good?", described(&last_use)))?;
    iam::delete_access_key(&client, &user, &old)?;
    end(work, person, &old)
}

/// A key that was never used is judged by when it was made inactive.
fn long_enough(work: &Work<'_>, old: &str, last_use: &LastUse) -> Result<(), Error> {
    let since = match last_use {
        LastUse::At { time, .. } => *time,
        LastUse::Never | LastUse::Unknown => work.journal.retired.unwrap_or_else(now),
    };
    let needed = i64::from(work.rotation.unused_days) * DAY;
    if now() - since >= needed {
        return Ok(());
    }
    Err(Error::input(format!(
        "{old} was {}; it is deleted once it has been unused for {} days",
        described(last_use),
        work.rotation.unused_days
    ))
    .hint(format!(
        "run again after {}; --unused-days N waits for less",
        day(since + needed)
    )))
}

fn end(work: &mut Work<'_>, person: &mut dyn Person, old: &str) -> Result<(), Error> {
    work.reach(Step::Finished)?;
    work.folder.clear()?;
    person.say(&format!(
        "{old} is deleted; profile {} has been rotated",
        work.journal.profile
    ));
    Ok(())
}

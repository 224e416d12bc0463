//! The way back: the old key active and in its place again, and the new one gone.
//!
//! In the order that never leaves the profile without a working key: the old one is made active and proven before it is
//! written back, and the new one is deleted last. Each step can be taken again.

use std::time::Duration;

use super::Person;
use super::journal::Step;
use super::steps::{Work, ask, status_of};
use crate::error::Error;
use crate::keys::Status;
use crate::keys::aws::{Client, Credential, Reason, iam};

/// Undoes what was done.
pub fn rollback(work: &mut Work<'_>, person: &mut dyn Person) -> Result<(), Error> {
    if work.journal.step as u8 >= Step::Settled as u8 {
        restore(work, person)?;
    }
    remove_new(work, person)?;
    work.reach(Step::RolledBack)?;
    work.folder.clear()?;
    person.say(&format!("profile {} is as it was", work.journal.profile));
    Ok(())
}

/// Puts the old key back to work, unless it never was away.
fn restore(work: &mut Work<'_>, person: &mut dyn Person) -> Result<(), Error> {
    activate(work, person)?;
    let file = work.file()?;
    let text = file.read()?;
    let profile = work.journal.profile.clone();
    let held = file.held(&text, &profile)?.map(|held| held.credential);
    if held.as_ref().map(|held| &held.id) != work.journal.new.as_ref() {
        // The file was not written yet, or an earlier run has put it back.
        return Ok(());
    }
    let Some(before) = old_key(work)? else {
        ask(person, &format!("Remove profile {profile} from {}?", file.shown()))?;
        return file.write(&file.without(&text, &profile)?);
    };
    work.works(&before, Duration::ZERO)?;
    let question = format!("Write {} back into profile {profile} of {}?", before.id, file.shown());
    ask(person, &question)?;
    // Read again: others may have changed other profiles meanwhile.
    file.write(&file.with_key(&file.read()?, &profile, &before.id, &before.secret)?)
}

/// Makes the old key active again, wherever it stands.
fn activate(work: &Work<'_>, person: &mut dyn Person) -> Result<(), Error> {
    let Some(old) = work.journal.old.as_deref() else {
        return Ok(());
    };
    let client = acting(work)?;
    let user = &work.journal.user;
    match status_of(&iam::list_access_keys(&client, Some(user))?, old) {
        Some(Status::Active) => Ok(()),
        Some(_) => {
            ask(person, &format!("Make {old} active again?"))?;
            iam::update_access_key(&client, user, old, true)?;
            person.say(&format!("{old} is active again"));
            Ok(())
        }
        None => Err(Error::input(format!("{old} is deleted; nothing brings it back"))
            .hint("the new key works: keytrail rotate --finish")),
    }
}

/// Who asks. If somebody has put the old key back by hand, while it is inactive, the new one still can.
fn acting(work: &Work<'_>) -> Result<Client, Error> {
    let client = work.client()?;
    match iam::get_caller_identity(&client) {
        Err(failure) if failure.reason == Reason::UnknownId && work.rotation.into.is_none() => {
            work.client_with(work.new_key()?)
        }
        Err(failure) => Err(failure.into()),
        Ok(_) => Ok(client),
    }
}

/// The key that the profile had, out of the backup.
fn old_key(work: &Work<'_>) -> Result<Option<Credential>, Error> {
    let Some(backup) = work.folder.backup()? else {
        return Ok(None);
    };
    let held = work.file()?.held(&backup, &work.journal.profile)?;
    Ok(held.map(|held| held.credential))
}

/// Deletes the new key, or one that was made and lost.
fn remove_new(work: &mut Work<'_>, person: &mut dyn Person) -> Result<(), Error> {
    let client = work.client()?;
    let user = work.journal.user.clone();
    let listed = iam::list_access_keys(&client, Some(&user))?;
    let kept = work.folder.new_key()?.map(|kept| kept.id);
    let Some(new) = work.journal.new.clone().or(kept) else {
        work.remove_lost(&client, &listed, person)?;
        return Ok(());
    };
    if status_of(&listed, &new).is_none() {
        return Ok(());
    }
    ask(person, &format!("Delete the new key {new}?"))?;
    iam::delete_access_key(&client, &user, &new)?;
    person.say(&format!("{new} is deleted"));
    Ok(())
}

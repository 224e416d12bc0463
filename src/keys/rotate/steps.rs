//! The steps of a rotation, in their order. Each looks first whether it has been taken, takes it, and writes that down.
//!
//! The old key stays active and in the file until the new one is known to work everywhere; the new one is on disk before
//! anything is done with it. A step that fails ends the run, and the next run goes on there.

use std::time::Duration;

use super::begin::full;
use super::credentials_file::CredentialsFile;
use super::journal::{Folder, Journal, Step, day, now};
use super::{Person, Rotation};
use crate::error::Error;
use crate::keys::aws::iam::{self, Listed};
use crate::keys::aws::{Client, Credential, Environment, Reason};
use crate::keys::{LastUse, Status};

/// A rotation at work.
pub struct Work<'a> {
    pub rotation: &'a Rotation,
    pub environment: &'a Environment,
    pub folder: &'a Folder,
    pub journal: Journal,
}

/// How far AWS's clock and this one may be apart.
const CLOCKS: i64 = 300;

impl<'a> Work<'a> {
    pub fn new(rotation: &'a Rotation, environment: &'a Environment, folder: &'a Folder, journal: Journal) -> Self {
        Self {
            rotation,
            environment,
            folder,
            journal,
        }
    }

    /// Takes all steps that are left until the old key is inactive.
    pub fn forward(mut self, person: &mut dyn Person) -> Result<(), Error> {
        loop {
            match self.journal.step {
                Step::Intended => self.make(person)?,
                Step::Made => self.settle(person)?,
                Step::Settled => self.put(person)?,
                Step::Written => self.prove(person)?,
                Step::Proven => self.retire(person)?,
                Step::Retired | Step::Finished | Step::RolledBack => break,
            }
        }
        match &self.journal.old {
            Some(old) => person.say(&format!(
                "{old} is inactive. Once nothing misses it: keytrail rotate --finish; if something does: --rollback"
            )),
            None => person.say("done; the user had no other key"),
        }
        Ok(())
    }

    /// Makes the second key, and keeps it before anything else.
    fn make(&mut self, person: &mut dyn Person) -> Result<(), Error> {
        let client = self.client()?;
        let user = self.journal.user.clone();
        let listed = iam::list_access_keys(&client, Some(&user))?;
        if let Some(kept) = self.folder.new_key()? {
            // Whether AWS lists it yet does not matter: the next step waits for it.
            person.say(&format!("{} was made before; its secret is kept", kept.id));
            self.journal.new = Some(kept.id);
            return self.reach(Step::Made);
        }
        let lost = self.remove_lost(&client, &listed, person)?;
        if listed.len() - lost >= 2 {
            return Err(full(&user, &listed));
        }
        ask(
            person,
            &format!(
                "Make a second access key for user {user} of account {}?",
                self.journal.account
            ),
        )?;
        self.reach(Step::Intended)?;
        let made = iam::create_access_key(&client, &user).map_err(|failure| match failure.reason {
            Reason::Limit => full(&user, &listed),
            _ if failure.is_undecided() => Error::from(failure)
                .hint("a key may have been made; run again: it is looked for, and replaced if it was"),
            _ => failure.into(),
        })?;
        self.folder.keep_new_key(&made.id, &made.secret)?;
        person.say(&format!(
            "made {}; its secret is kept in {}",
            made.id,
            self.folder.shown()
        ));
        self.journal.new = Some(made.id);
        self.reach(Step::Made)
    }

    /// A key that was made while its answer was lost is of no use to anybody: says so and deletes it. A key that somebody
    /// else may have made is not touched. Returns how many were deleted.
    pub(super) fn remove_lost(
        &self,
        client: &Client,
        listed: &[Listed],
        person: &mut dyn Person,
    ) -> Result<usize, Error> {
        let unknown = listed.iter().filter(|key| !self.journal.known.contains(&key.id));
        let mut removed = 0;
        for key in unknown {
            let made = key.created.unwrap_or(i64::MIN);
            let unused = iam::get_access_key_last_used(client, &key.id)?.last_use == LastUse::Never;
            if made < self.journal.began - CLOCKS || !unused {
                return Err(Error::input(format!(
                    "user {} has a key that this rotation did not make: {}",
                    self.journal.user, key.id
                ))
                .hint("find out who made it; delete it if nobody needs it, then run again"));
            }
            person.say(&format!(
                "{} was made on {} by a run that was cut off: its secret reached no disk, and AWS does not show it again",
                key.id,
                day(made)
            ));
            ask(person, &format!("Delete {}, which nobody can use?", key.id))?;
            iam::delete_access_key(client, &self.journal.user, &key.id)?;
            removed += 1;
        }
        Ok(removed)
    }

    /// Waits until the new key answers, and goes on answering.
    fn settle(&mut self, person: &mut dyn Person) -> Result<(), Error> {
        person.say("waiting until AWS knows the new key everywhere");
        let credential = self.new_key()?;
        self.works(&credential, self.rotation.settle)?;
        self.reach(Step::Settled)
    }

    /// Writes the new key where the old one stands.
    fn put(&mut self, person: &mut dyn Person) -> Result<(), Error> {
        let file = self.file()?;
        let text = file.read()?;
        let credential = self.new_key()?;
        let held = file.held(&text, &self.journal.profile)?.map(|held| held.credential.id);
        if held.as_ref() != Some(&credential.id) {
            let journal = &self.journal;
            let free = held.is_none() || held == journal.old;
            if !free {
                return Err(changed(&journal.profile, &file));
            }
            let question = format!(
                "Write {} into profile {} of {}?",
                credential.id,
                journal.profile,
                file.shown()
            );
            ask(person, &question)?;
            self.folder.keep_backup(&text)?;
            let changed = file.with_key(&text, &journal.profile, &credential.id, &credential.secret)?;
            file.write(&changed)?;
            person.say(&format!("profile {} now has {}", journal.profile, credential.id));
        }
        self.reach(Step::Written)
    }

    /// Proves that what stands in the file works.
    fn prove(&mut self, person: &mut dyn Person) -> Result<(), Error> {
        let file = self.file()?;
        let held = file
            .held(&file.read()?, &self.journal.profile)?
            .map(|held| held.credential);
        match held {
            Some(held) if held.id == self.journal.new_id()? => self.works(&held, Duration::ZERO)?,
            _ => return Err(changed(&self.journal.profile, &file)),
        }
        person.say(&format!("profile {} works with it", self.journal.profile));
        self.reach(Step::Proven)
    }

    /// Makes the old key inactive.
    fn retire(&mut self, person: &mut dyn Person) -> Result<(), Error> {
        if let Some(old) = self.journal.old.clone() {
            self.no_other_holder(&old)?;
            let client = self.client()?;
            let used = iam::get_access_key_last_used(&client, &old)?;
            person.say(&format!("{old} was {}", described(&used.last_use)));
            ask(
                person,
                &format!("Make {old} inactive? What still uses it will fail; --rollback brings it back"),
            )?;
            iam::update_access_key(&client, &self.journal.user, &old, false)?;
        }
        self.journal.retired = Some(now());
        // A user that had no key has none to wait for.
        match self.journal.old {
            Some(_) => self.reach(Step::Retired),
            None => {
                self.reach(Step::Finished)?;
                self.folder.clear()
            }
        }
    }

    /// No profile is left without a working key: who else holds the old one must be given another first.
    fn no_other_holder(&self, old: &str) -> Result<(), Error> {
        for file in CredentialsFile::both(self.environment)? {
            let holders = file.holders(&file.read()?, old);
            if !holders.is_empty() {
                return Err(Error::input(format!(
                    "{old} is still the key of profile {} in {}, which would stop working",
                    holders.join(", "),
                    file.shown()
                ))
                .hint(format!(
                    "let it use the new key (source_profile = {}, or the key itself) or remove it, then run again",
                    self.journal.profile
                )));
            }
        }
        Ok(())
    }

    /// Who asks IAM: the credentials of the profile that was named, as they are now.
    pub(super) fn client(&self) -> Result<Client, Error> {
        let Rotation {
            connection, profile, ..
        } = self.rotation;
        Ok(Client::open(connection, Some(profile), self.environment)?)
    }

    pub(super) fn client_with(&self, credential: Credential) -> Result<Client, Error> {
        let Rotation {
            connection, profile, ..
        } = self.rotation;
        Ok(Client::with_credential(
            connection,
            Some(profile),
            self.environment,
            credential,
        )?)
    }

    pub(super) fn file(&self) -> Result<CredentialsFile, Error> {
        CredentialsFile::known(&self.journal.file, self.environment)
    }

    pub(super) fn new_key(&self) -> Result<Credential, Error> {
        self.folder.new_key()?.ok_or_else(|| {
            Error::input(format!("the new key is not in {} any more", self.folder.shown()))
                .hint("keytrail rotate --rollback removes it from the account; then begin anew")
        })
    }

    pub(super) fn reach(&mut self, step: Step) -> Result<(), Error> {
        self.journal.step = step;
        self.folder.write(&self.journal)
    }
}

/// Asks, and ends the run where the answer is no.
pub fn ask(person: &mut dyn Person, question: &str) -> Result<(), Error> {
    match person.agrees(question)? {
        true => Ok(()),
        false => Err(Error::input("stopped, as was asked").hint("run again to go on from here")),
    }
}

/// A last use, as people say it.
pub fn described(last_use: &LastUse) -> String {
    match last_use {
        LastUse::At {
            time, service, region, ..
        } => {
            let service = service.as_deref().unwrap_or("a service that is not named");
            let region = region
                .as_ref()
                .map_or_else(String::new, |region| format!(" in {region}"));
            format!("last used on {} with {service}{region}", day(*time))
        }
        LastUse::Never => "never used".to_owned(),
        LastUse::Unknown => "last used at a time that is not known".to_owned(),
    }
}

/// Whether a key is in a list, and what it is.
pub fn status_of(listed: &[Listed], id: &str) -> Option<Status> {
    listed.iter().find(|key| key.id == id).map(|key| key.status)
}

fn changed(profile: &str, file: &CredentialsFile) -> Error {
    Error::input(format!(
        "profile {profile} of {} holds another key than this rotation knows",
        file.shown()
    ))
    .hint("somebody changed it meanwhile; put back what was there, or keytrail rotate --rollback")
}

//! Zero-downtime rotation of one access key: a second key, written where the first one stands, proven, and only then
//! the first one switched off; later deleted, or brought back.
//!
//! Every step is in a journal before it is taken and can be taken again, so that a crash at any point loses no key: the
//! secret that AWS shows once is on disk before anything else happens. Nothing here prints a secret, and nothing is
//! changed without the word of the `Person` who watches.

mod begin;
mod credentials_file;
mod end;
mod files;
mod journal;
mod proving;
mod rollback;
mod steps;

use std::time::Duration;

use crate::error::Error;
use crate::keys::aws::Environment;
use crate::settings::AwsConnection;
use begin::Place;
use journal::Folder;
use steps::Work;

/// What is to be rotated.
#[derive(Clone, Debug)]
pub struct Rotation {
    /// Whose credentials ask; also the profile whose key is replaced, unless `into` names another.
    pub profile: String,
    pub into: Option<String>,
    /// The user whose key it is; by default the owner of the profile's key.
    pub user: Option<String>,
    pub connection: AwsConnection,
    /// How long a new key must answer without a miss before it is relied on.
    pub settle: Duration,
    /// How long the old key must have been unused before it is deleted.
    pub unused_days: u32,
}

/// Whoever watches: is told what happens, and asked before anything does.
pub trait Person {
    fn say(&mut self, line: &str);
    /// Asks a question that a person answers with yes or no.
    fn agrees(&mut self, question: &str) -> Result<bool, Error>;
}

/// Rotates, or goes on where an earlier run stopped, until the old key is inactive.
pub fn rotate(rotation: &Rotation, environment: &Environment, person: &mut dyn Person) -> Result<(), Error> {
    let place = Place::find(rotation, environment)?;
    let folder = Folder::open(environment, &place.name, &place.file)?;
    let journal = match folder.read()? {
        Some(journal) if !journal.step.is_over() => {
            person.say(&format!(
                "going on with the rotation that began on {}",
                journal.began_on()
            ));
            journal
        }
        _ => {
            place.check()?;
            let journal = begin::begin(rotation, environment, &place)?;
            // What an earlier rotation may have left when it was cut off at its very end.
            folder.clear()?;
            journal
        }
    };
    Work::new(rotation, environment, &folder, journal).forward(person)
}

/// Says what `rotate` would do next. Asks AWS with calls that only read, and writes nothing.
pub fn plan(rotation: &Rotation, environment: &Environment) -> Result<String, Error> {
    let place = Place::find(rotation, environment)?;
    let journal = match Folder::look(environment, &place.name, &place.file)? {
        Some(journal) if !journal.step.is_over() => journal,
        _ => {
            place.check()?;
            begin::begin(rotation, environment, &place)?
        }
    };
    Ok(journal.plan(rotation.unused_days))
}

/// Deletes the old key, if it has been unused for long enough.
pub fn finish(rotation: &Rotation, environment: &Environment, person: &mut dyn Person) -> Result<(), Error> {
    resumed(rotation, environment, |work| end::finish(work, person))
}

/// Brings the old key back and takes the new one away.
pub fn rollback(rotation: &Rotation, environment: &Environment, person: &mut dyn Person) -> Result<(), Error> {
    resumed(rotation, environment, |work| rollback::rollback(work, person))
}

fn resumed(
    rotation: &Rotation,
    environment: &Environment,
    work: impl FnOnce(&mut Work<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    let place = Place::find(rotation, environment)?;
    let folder = Folder::open(environment, &place.name, &place.file)?;
    match folder.read()? {
        Some(journal) if !journal.step.is_over() => work(&mut Work::new(rotation, environment, &folder, journal)),
        _ => Err(
            Error::input(format!("no rotation of profile {} is under way", place.name))
                .hint("begin one: keytrail rotate --profile NAME"),
        ),
    }
}

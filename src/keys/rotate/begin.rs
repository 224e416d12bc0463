//! What is to be rotated, found out before anything is changed: the profile, its key, the key's user, and whether there is
//! room for a second one. It only reads.

use super::Rotation;
use super::credentials_file::{CredentialsFile, Held};
use super::journal::{Journal, day};
use crate::error::Error;
use crate::keys::aws::iam::{self, Identity, Listed};
use crate::keys::aws::{Client, Environment};

/// The profile whose key is replaced.
pub struct Place {
    pub name: String,
    pub file: std::path::PathBuf,
    held: Option<Held>,
    /// The profile was named with `--into`.
    given: bool,
    user_given: bool,
}

impl Place {
    /// Finds the profile in the files; one that stands in neither will be added to the credentials file.
    pub fn find(rotation: &Rotation, environment: &Environment) -> Result<Self, Error> {
        let name = rotation.into.as_ref().unwrap_or(&rotation.profile);
        let both = CredentialsFile::both(environment)?;
        let mut place = Self {
            name: name.clone(),
            file: both[0].path.clone(),
            held: None,
            given: rotation.into.is_some(),
            user_given: rotation.user.is_some(),
        };
        for file in both {
            if let Some(held) = file.held(&file.read()?, name)? {
                place.held = Some(held);
                place.file = file.path;
                break;
            }
        }
        Ok(place)
    }

    /// Whether a key can be written there.
    pub fn check(&self) -> Result<(), Error> {
        let name = &self.name;
        match &self.held {
            Some(held) if held.temporary => Err(Error::input(format!(
                "profile {name} holds a temporary session ({}), not an access key",
                held.credential.id
            ))
            .hint("sessions end by themselves; to rotate a user's key with them: --user USER --into PROFILE")),
            None if !self.given => Err(Error::input(format!(
                "profile {name} has no access key of its own in the shared AWS files"
            ))
            .hint("a role, SSO or a process needs no rotation; to rotate a user's key with it: --user USER --into PROFILE")),
            None if !self.user_given => Err(Error::usage(format!("profile {name} has no key yet: whose is it to be?"))
                .hint("name the user: --user USER")),
            _ => Ok(()),
        }
    }
}

/// Asks AWS what the journal begins with. Nothing is written yet.
pub fn begin(rotation: &Rotation, environment: &Environment, place: &Place) -> Result<Journal, Error> {
    let client = Client::open(&rotation.connection, Some(&rotation.profile), environment)?;
    let identity = iam::get_caller_identity(&client)?;
    let held = place.held.as_ref().map(|held| held.credential.id.as_str());
    let user = owner(rotation, &client, &identity, held)?;
    let listed = iam::list_access_keys(&client, Some(&user))?;
    let old = match held {
        Some(id) if listed.iter().any(|key| key.id == id) => Some(id),
        Some(id) => {
            return Err(
                Error::input(format!("{id} of profile {} is not a key of user {user}", place.name))
                    .hint("name the user whose key it is: --user USER"),
            );
        }
        None if listed.len() == 1 => Some(listed[0].id.as_str()),
        None => None,
    };
    if listed.len() >= 2 {
        return Err(full(&user, &listed));
    }
    let known = listed.iter().map(|key| key.id.clone()).collect();
    Ok(Journal::new(
        &place.name,
        &place.file,
        &identity.account,
        &user,
        old,
        known,
    ))
}

/// Whose key it is: who was named, who asks with that very key, or who IAM says.
fn owner(rotation: &Rotation, client: &Client, asking: &Identity, held: Option<&str>) -> Result<String, Error> {
    if let Some(user) = &rotation.user {
        return Ok(user.clone());
    }
    let own = held == Some(client.credential().id.as_str());
    if own && asking.arn.ends_with(":root") {
        return Err(Error::input("this is a key of the account's root user").hint(
            "delete it in the console (sign in as root, Security credentials), and give the work a user or a role",
        ));
    }
    if let (true, Some(user)) = (own, asking.user()) {
        return Ok(user.to_owned());
    }
    let id = held.unwrap_or(&client.credential().id);
    let used = iam::get_access_key_last_used(client, id)?;
    used.user
        .ok_or_else(|| Error::input(format!("IAM does not say whose key {id} is")).hint("name the user: --user USER"))
}

/// Both of a user's slots are taken.
pub fn full(user: &str, listed: &[Listed]) -> Error {
    let described = listed.iter().map(|key| {
        let made = key
            .created
            .map_or_else(String::new, |time| format!(", made {}", day(time)));
        format!("{} ({}{made})", key.id, key.status.as_str())
    });
    Error::input(format!(
        "user {user} has two access keys already, and AWS allows no third"
    ))
    .cause(described.collect::<Vec<_>>().join(", "))
    .hint(format!(
        "delete the one that nothing uses: aws iam delete-access-key --user-name {user} --access-key-id ID"
    ))
}

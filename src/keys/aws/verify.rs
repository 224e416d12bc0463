//! The verification ladder: is a key that was found still good for something?
//!
//! The first rung asks with the owner's own credentials; that alerts nobody and wears nothing out. The second one uses
//! the leaked key itself, and is climbed only when a person said so: it leaves a trace in the account of the key's
//! owner. Never with a key of a trap, never with one of a foreign account unless that was named.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::client::Client;
use super::credentials::Credential;
use super::environment::Environment;
use super::failure::{Failure, Reason};
use super::iam::{self, Identity};
use super::inventory::quarantine;
use super::partition::Partition;
use crate::keys::{Key, Owner, Status};
use crate::secret::Secret;
use crate::settings::AwsConnection;

/// What everybody is told before a leaked key is used.
pub const TRACE: &str = "each try with a leaked key leaves a GetCallerIdentity event in the CloudTrail of the key's \
                         account, and whoever watches the account may take it for an attack";

/// AWS answers a second try with another secret wrongly for some seconds.
const APART: Duration = Duration::from_secs(5);

/// A key that was found.
#[derive(Clone, Copy, Debug)]
pub struct Suspect<'s> {
    pub id: &'s str,
    /// The account that the id names.
    pub account: Option<&'s str>,
    /// The account is known for setting traps.
    pub canary: bool,
    pub secret: Option<&'s Secret>,
    pub token: Option<&'s Secret>,
    /// The region that stands beside the key, which tells its partition.
    pub region: Option<&'s str>,
}

/// What the owner's own credentials say of an id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owned {
    Ours(Box<Key>),
    /// This account has no such key (any more).
    NotHere,
}

/// What the key itself showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Id and secret belong together and work now.
    Active { arn: String, partition: Partition },
    /// No active key has this id, in any partition that was asked.
    InactiveOrDeleted,
    /// The id is active; the secret is not its own.
    WrongSecret,
    /// The session has ended.
    Expired,
    /// A proxy or filter answered.
    Blocked,
    /// It was not tried, for this reason.
    NotTried { why: String },
    /// Nothing was learned.
    Unknown { why: String },
}

/// Looks an id up with the owner's credentials.
pub fn ask_owner(client: &Client, asking: &Identity, suspect: &Suspect<'_>) -> Result<Owned, Failure> {
    if suspect.account.is_some_and(|account| account != asking.account) {
        return Ok(Owned::NotHere);
    }
    let used = match iam::get_access_key_last_used(client, suspect.id) {
        Ok(used) => used,
        Err(failure) if failure.reason == Reason::Missing => return Ok(Owned::NotHere),
        Err(failure) => return Err(failure),
    };
    let mut key = Key {
        id: Some(suspect.id.to_owned()),
        slot: None,
        account: Some(asking.account.clone()),
        owner: Some(Owner::Root),
        tags: Default::default(),
        status: Status::Unknown,
        created: None,
        rotated: None,
        seen: None,
        last_use: used.last_use,
        quarantine: None,
        sources: vec![format!("iam of {}", asking.account)],
    };
    let Some(user) = used.user else {
        return Ok(Owned::Ours(Box::new(key)));
    };
    let listed = iam::list_access_keys(client, Some(&user))?;
    match listed.iter().find(|listed| listed.id == suspect.id) {
        Some(listed) => {
            key.status = listed.status;
            key.created = listed.created;
        }
        None => key.status = Status::Deleted,
    }
    key.quarantine = quarantine(iam::list_attached_user_policies(client, &user)?);
    key.owner = Some(Owner::User {
        name: user,
        path: None,
        arn: None,
    });
    Ok(Owned::Ours(Box::new(key)))
}

/// Whose keys may be tried.
#[derive(Clone, Debug, Default)]
pub struct Allowed {
    /// Accounts that are ours, twelve digits.
    pub ours: Vec<String>,
    /// Accounts and ids of keys that somebody named: they may be tried although they are a trap's or not ours.
    pub named: Vec<String>,
}

/// Tries leaked keys, at a decent pace.
pub struct Verifier {
    client: Client,
    allowed: Allowed,
    tried: HashMap<(String, Partition), Instant>,
    /// All partitions, unless the endpoint is a given one.
    partitions: Vec<Partition>,
}

impl Verifier {
    /// Needs no credentials of its own.
    pub fn new(connection: &AwsConnection, environment: &Environment, allowed: Allowed) -> Result<Self, Failure> {
        let nobody = Credential::new("", "", None);
        let client = Client::with_credential(connection, None, environment, nobody)?;
        let partitions = match connection.partition.is_some() || client.is_moved() {
            true => vec![client.partition()],
            false => Partition::ALL.to_vec(),
        };
        Ok(Self {
            client,
            allowed,
            tried: HashMap::new(),
            partitions,
        })
    }

    /// Why the key may not be tried; `None` if it may.
    pub fn refuses(&self, suspect: &Suspect<'_>) -> Option<&'static str> {
        let named = |what: &str| self.allowed.named.iter().any(|allowed| allowed == what);
        let is_named = named(suspect.id) || suspect.account.is_some_and(named);
        let is_ours = |account: &str| self.allowed.ours.iter().any(|ours| ours == account);
        if suspect.secret.is_none() {
            Some("its secret was not found")
        } else if suspect.canary && !is_named {
            Some("its account sets traps, and was not named (--verify-account)")
        } else if suspect.account.is_none() && !is_named {
            Some("its id does not say which account it is of, and was not named (--verify-account)")
        } else if !is_named && !suspect.account.is_some_and(is_ours) {
            Some("its account is not one of ours, and was not named (--verify-account)")
        } else if suspect.id.starts_with("ASIA") && suspect.token.is_none() {
            Some("a session key is nothing without its token, which was not found")
        } else {
            None
        }
    }

    /// Uses the key once in each partition it may be of, until one knows it.
    pub fn try_key(&mut self, suspect: &Suspect<'_>) -> Shown {
        if let Some(why) = self.refuses(suspect) {
            return Shown::NotTried { why: why.to_owned() };
        }
        let Some(secret) = suspect.secret else {
            return Shown::NotTried {
                why: "its secret was not found".to_owned(),
            };
        };
        let credential = Credential {
            id: suspect.id.to_owned(),
            secret: secret.clone(),
            token: suspect.token.cloned(),
        };
        let likely = suspect.region.map(Partition::of_region);
        let mut order = self.partitions.clone();
        order.sort_by_key(|partition| Some(*partition) != likely);
        for partition in order {
            match self.try_in(partition, &credential) {
                Shown::InactiveOrDeleted => {}
                shown => return shown,
            }
        }
        Shown::InactiveOrDeleted
    }

    fn try_in(&mut self, partition: Partition, credential: &Credential) -> Shown {
        let place = (credential.id.clone(), partition);
        if let Some(before) = self.tried.get(&place) {
            std::thread::sleep(APART.saturating_sub(before.elapsed()));
        }
        let asked = iam::get_caller_identity_once(&self.client.within(partition).with(credential.clone()));
        self.tried.insert(place, Instant::now());
        match asked {
            Ok(identity) => Shown::Active {
                arn: identity.arn,
                partition,
            },
            Err(failure) => match failure.reason {
                Reason::UnknownId => Shown::InactiveOrDeleted,
                Reason::WrongSecret => Shown::WrongSecret,
                Reason::Expired => Shown::Expired,
                Reason::Blocked => Shown::Blocked,
                _ => Shown::Unknown {
                    why: failure.to_string(),
                },
            },
        }
    }
}

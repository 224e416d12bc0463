//! The live inventory: every access key of one or several accounts, asked with read-only calls.
//!
//! A call that fails leaves its facts unknown and is named as a fault: an account that could be read in part is never
//! passed off as read. Keys come in the order of users and ids, whatever the order of the answers.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::client::Client;
use super::environment::Environment;
use super::failure::Failure;
use super::iam::{self, Listed, User};
use super::root;
use crate::error::Error;
use crate::keys::{Key, LastUse, Owner};
use crate::settings::AwsSettings;
use crate::skip::Skip;

/// An account that was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Twelve digits.
    pub id: String,
    /// The profile that was named, if one was.
    pub profile: Option<String>,
    /// Who asked.
    pub arn: String,
}

/// What the accounts say of their keys.
#[derive(Clone, Debug, Default)]
pub struct Live {
    pub accounts: Vec<Account>,
    pub keys: Vec<Key>,
    /// What could not be asked. One of these makes the run incomplete.
    pub faults: Vec<Skip>,
}

/// So many users are asked about at once. IAM throttles an account as a whole, and soon.
const AT_ONCE: usize = 4;

/// Asks every account that is named, or the one of the environment. An error where no account answered at all.
pub fn inventory(settings: &AwsSettings, environment: &Environment) -> Result<Live, Error> {
    let named: Vec<Option<&str>> = match settings.profile.as_slice() {
        [] => vec![None],
        profiles => profiles.iter().map(|profile| Some(profile.as_str())).collect(),
    };
    let mut live = Live::default();
    let mut first = None;
    for profile in named {
        let opened = Client::open(&settings.connection, profile, environment);
        let known = opened.and_then(|client| Ok((iam::get_caller_identity(&client)?, client)));
        match known {
            // Two profiles of one account: its keys are asked for once.
            Ok((identity, _)) if live.accounts.iter().any(|account| account.id == identity.account) => {}
            Ok((identity, client)) => {
                let account = Account {
                    id: identity.account,
                    profile: profile.map(str::to_owned),
                    arn: identity.arn,
                };
                ask(&client, &account, &mut live);
                live.accounts.push(account);
            }
            Err(failure) => {
                let what = profile.map_or_else(
                    || "the account of the environment".to_owned(),
                    |name| format!("profile {name}"),
                );
                live.faults.push(Skip::fault(what, failure.to_string()));
                first.get_or_insert(failure);
            }
        }
    }
    match first {
        Some(failure) if live.accounts.is_empty() => Err(failure.into()),
        _ => Ok(live),
    }
}

/// Everything that one account says.
fn ask(client: &Client, account: &Account, live: &mut Live) {
    let fault =
        |what: &str, failure: &Failure| Skip::fault(format!("account {}{what}", account.id), failure.to_string());
    let mut get = |what: &str, failure: Failure| live.faults.push(fault(what, &failure));

    let report = root::report(client)
        .map_err(|failure| get(", credential report", failure))
        .ok();
    let summary = iam::get_account_summary(client)
        .map_err(|failure| get(", summary", failure))
        .ok();
    let users = match iam::list_users(client) {
        Ok(users) => users,
        Err(failure) => {
            get(", users", failure);
            Vec::new()
        }
    };
    let present = summary.and_then(|summary| summary.get("AccountAccessKeysPresent").copied());
    live.keys.extend(root::keys(report.as_deref(), present, &account.id));
    for (keys, faults) in each(&users, |user| of_user(client, account, user)) {
        live.keys.extend(keys);
        live.faults.extend(faults);
    }
}

/// The keys of a user, and what could not be asked of them.
fn of_user(client: &Client, account: &Account, user: &User) -> (Vec<Key>, Vec<Skip>) {
    let mut faults = Vec::new();
    let mut failed = |what: &str, failure: Failure| {
        let what = format!("account {}, {what}", account.id);
        faults.push(Skip::fault(what, failure.to_string()));
    };
    let mut listed = match iam::list_access_keys(client, Some(&user.name)) {
        Ok(listed) => listed,
        Err(failure) => {
            failed(&format!("keys of {}", user.name), failure);
            return (Vec::new(), faults);
        }
    };
    if listed.is_empty() {
        return (Vec::new(), faults);
    }
    listed.sort_by(|a, b| a.id.cmp(&b.id));
    let tags = iam::list_user_tags(client, &user.name).unwrap_or_else(|failure| {
        failed(&format!("tags of {}", user.name), failure);
        Default::default()
    });
    let quarantine = iam::list_attached_user_policies(client, &user.name)
        .map(quarantine)
        .unwrap_or_else(|failure| {
            failed(&format!("policies of {}", user.name), failure);
            None
        });
    let keys = listed.into_iter().map(|key| {
        let last_use = iam::get_access_key_last_used(client, &key.id)
            .map(|used| used.last_use)
            .unwrap_or_else(|failure| {
                failed(&format!("last use of {}", key.id), failure);
                LastUse::Unknown
            });
        Key {
            last_use,
            tags: tags.clone(),
            quarantine: quarantine.clone(),
            ..key_of(key, user, account)
        }
    });
    (keys.collect(), faults)
}

fn key_of(key: Listed, user: &User, account: &Account) -> Key {
    Key {
        id: Some(key.id),
        slot: None,
        account: Some(account.id.clone()),
        owner: Some(Owner::User {
            name: user.name.clone(),
            path: user.path.clone(),
            arn: user.arn.clone(),
        }),
        tags: Default::default(),
        status: key.status,
        created: key.created,
        rotated: None,
        seen: None,
        last_use: LastUse::Unknown,
        quarantine: None,
        sources: vec![format!("iam of {}", account.id)],
    }
}

/// The policy with which AWS fences in a user whose key it found in public.
pub(super) fn quarantine(policies: Vec<String>) -> Option<String> {
    policies
        .into_iter()
        .find(|policy| policy.starts_with("AWSCompromisedKeyQuarantine"))
}

/// Does the same for each user, a few at once; the results come in the order of the users.
fn each<T: Send>(users: &[User], work: impl Fn(&User) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(users.len()));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE.min(users.len()) {
            scope.spawn(|| {
                while let Some((at, user)) = {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    users.get(at).map(|user| (at, user))
                } {
                    let result = work(user);
                    done.lock()
                        .expect("no worker panics with the list in hand")
                        .push((at, result));
                }
            });
        }
    });
    let mut done = done.into_inner().expect("no worker panics with the list in hand");
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

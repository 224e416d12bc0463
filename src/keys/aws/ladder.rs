//! The verification ladder over all keys of a run: the accounts of one's own credentials, then the key itself.
//!
//! Each id is asked about once, whatever number of findings it has. An account that says that a key is inactive or
//! deleted is believed, and the key is not used. A call that fails is a fault of the run and says nothing of the key.

use std::collections::HashMap;

use super::client::Client;
use super::environment::Environment;
use super::failure::{Failure, Reason};
use super::iam::{self, Identity};
use super::leaked::{Leaked, active, blank, leaked, note};
use super::verify::{Allowed, Owned as Says, Shown, TRACE, Verifier, ask_owner};
use crate::finding::Finding;
use crate::finding::verification::{Answer, Owned, Verification};
use crate::keys::{Key, Status, proven};
use crate::settings::VerifySettings;

/// So many secrets are tried with one id.
const MOST_SECRETS: usize = 3;
/// So many tries in a row may fail before the others are left alone.
const MOST_FAILED: usize = 3;

/// What was learned besides what the findings carry.
#[derive(Debug, Default)]
pub struct Climbed {
    /// The keys of which an account, or the key itself, said something.
    pub keys: Vec<Key>,
    /// What failed, one sentence each: the run is incomplete.
    pub incomplete: Vec<String>,
}

/// Asks about every key among the findings, and notes the answers there. `ours` are accounts that a policy calls ours;
/// `tell` is told what a person has to know before a leaked key is used.
pub fn climb(
    findings: &mut [Finding],
    settings: &VerifySettings,
    ours: &[String],
    environment: &Environment,
    tell: &mut dyn FnMut(&str),
) -> Climbed {
    let mut climbed = Climbed::default();
    let leaked = leaked(findings);
    if leaked.is_empty() {
        return climbed;
    }
    let askers = askers(settings, environment, &mut climbed);
    let mut answers = HashMap::new();
    for key in &leaked {
        let first = first_rung(key, findings, &askers, &mut climbed);
        answers.insert(key.id.clone(), first);
    }
    if settings.verify_with_leaked_key {
        let accounts = askers.iter().map(|(_, asking)| asking.account.clone());
        let allowed = Allowed {
            ours: ours.iter().cloned().chain(accounts).collect(),
            named: settings.verify_account.clone(),
        };
        match Verifier::new(&settings.connection, environment, allowed) {
            Ok(verifier) => second_rung(verifier, findings, &leaked, &mut answers, &mut climbed, tell),
            Err(failure) => climbed.incomplete.push(failure.to_string()),
        }
    }
    for key in &leaked {
        for &at in &key.members {
            note(&mut findings[at], &answers[&key.id], key.canary);
        }
    }
    climbed
}

/// The accounts that can be asked with credentials of their own.
fn askers(settings: &VerifySettings, environment: &Environment, climbed: &mut Climbed) -> Vec<(Client, Identity)> {
    let named: Vec<Option<&str>> = match settings.profile.as_slice() {
        [] => vec![None],
        profiles => profiles.iter().map(|profile| Some(profile.as_str())).collect(),
    };
    let mut askers: Vec<(Client, Identity)> = Vec::new();
    for profile in named {
        let opened = Client::open(&settings.connection, profile, environment);
        match opened.and_then(|client| Ok((iam::get_caller_identity(&client)?, client))) {
            Ok((identity, _)) if askers.iter().any(|(_, known)| known.account == identity.account) => {}
            Ok((identity, client)) => askers.push((client, identity)),
            // Nobody asked for this rung.
            Err(failure) if is_optional(&failure, settings) => {}
            Err(failure) => {
                let who = profile.map_or_else(|| "your own credentials".to_owned(), |name| format!("profile {name}"));
                climbed
                    .incomplete
                    .push(format!("keys were not verified: {who}: {failure}"));
            }
        }
    }
    askers
}

fn is_optional(failure: &Failure, settings: &VerifySettings) -> bool {
    failure.reason == Reason::NoCredentials && !settings.verify && settings.profile.is_empty()
}

/// What the accounts say of the key.
fn first_rung(
    key: &Leaked,
    findings: &[Finding],
    askers: &[(Client, Identity)],
    climbed: &mut Climbed,
) -> Verification {
    if askers.is_empty() {
        return Verification::not_tried("no account could be asked");
    }
    if !key.id.starts_with("AKIA") {
        return Verification::not_tried("IAM does not list the keys of sessions");
    }
    let mut failed = None;
    let mut asked = false;
    for (client, asking) in askers {
        let its_own = key.account.as_ref().map(|account| *account == asking.account);
        if its_own == Some(false) {
            continue;
        }
        asked = true;
        match ask_owner(client, asking, &key.suspect(findings, None)) {
            Ok(Says::Ours(found)) => return owned(*found, asking, climbed),
            // Its own account does not have it: it did, for ids are not made up by chance.
            Ok(Says::NotHere) if its_own == Some(true) => {
                let gone = Key {
                    status: Status::Deleted,
                    ..blank(&key.id, &asking.account, format!("iam of {}", asking.account))
                };
                return owned(gone, asking, climbed);
            }
            Ok(Says::NotHere) => {}
            Err(failure) => {
                climbed.incomplete.push(format!("{}: not verified: {failure}", key.id));
                failed.get_or_insert(failure.to_string());
            }
        }
    }
    match (failed, asked, &key.account) {
        (Some(why), ..) => Verification {
            answer: Answer::Unknown { why },
            owned: None,
            tried: false,
        },
        (None, false, Some(account)) => {
            Verification::not_tried(format!("it is of account {account}, which was not asked"))
        }
        _ => Verification::not_tried("none of the accounts that were asked has it"),
    }
}

fn owned(key: Key, asking: &Identity, climbed: &mut Climbed) -> Verification {
    let user = key.owner.as_ref().map(|owner| owner.name().to_owned());
    let owned = Owned {
        account: asking.account.clone(),
        user,
        status: key.status.as_str(),
        created: key.created,
    };
    climbed.keys.push(key);
    Verification {
        answer: Answer::Owned,
        owned: Some(owned),
        tried: false,
    }
}

/// Uses the keys themselves, where that is allowed and may still tell something.
fn second_rung(
    mut verifier: Verifier,
    findings: &mut [Finding],
    leaked: &[Leaked],
    answers: &mut HashMap<String, Verification>,
    climbed: &mut Climbed,
    tell: &mut dyn FnMut(&str),
) {
    let mut told = false;
    let mut failed = 0;
    for key in leaked {
        let Some(answer) = answers.get_mut(&key.id) else {
            continue;
        };
        let settled = answer
            .owned
            .as_ref()
            .is_some_and(|owned| matches!(owned.status, "inactive" | "deleted"));
        if settled {
            continue;
        }
        if let Some(why) = verifier.refuses(&key.suspect(findings, key.secrets.first().copied())) {
            if answer.owned.is_none() && matches!(answer.answer, Answer::NotTried { .. }) {
                answer.answer = Answer::NotTried { why: why.to_owned() };
            }
            continue;
        }
        if failed >= MOST_FAILED {
            let why = "asking failed for the keys before it".to_owned();
            answer.answer = Answer::Unknown { why };
            continue;
        }
        if !told {
            tell(TRACE);
            told = true;
        }
        let mut right = None;
        let mut wrong = Vec::new();
        let mut last = Shown::WrongSecret;
        for &secret in key.secrets.iter().take(MOST_SECRETS) {
            last = verifier.try_key(&key.suspect(findings, Some(secret)));
            match last {
                Shown::Active { .. } => right = Some(secret),
                Shown::WrongSecret => wrong.push(secret),
                _ => {}
            }
            if last != Shown::WrongSecret {
                break;
            }
        }
        let no_answer = matches!(last, Shown::Blocked | Shown::Unknown { .. });
        failed = if no_answer { failed + 1 } else { 0 };
        answer.tried = true;
        answer.answer = words(last, key, climbed);
        if let Some(secret) = right {
            climbed.keys.extend(active(&key.id, &answer.answer));
            // An id has one secret, so the others are not its own.
            wrong = key.secrets.iter().copied().filter(|&at| at != secret).collect();
            let is_id = |&&at: &&usize| findings[at].rule.kind == "access-key-id";
            if let Some(&id) = key.members.iter().find(is_id) {
                let how = findings[secret]
                    .aws
                    .as_ref()
                    .and_then(|aws| Some(aws.pair.as_ref()?.how));
                proven::join_pair(findings, id, secret, how.unwrap_or("tried"));
            }
        }
        for at in wrong {
            findings[at].verification = Some(Box::new(Verification {
                answer: Answer::WrongSecret,
                ..answer.clone()
            }));
        }
    }
}

/// The answer for reports; a failure is noted.
fn words(shown: Shown, key: &Leaked, climbed: &mut Climbed) -> Answer {
    let answer = match shown {
        Shown::Active { arn, partition } => Answer::Active {
            arn,
            partition: partition.as_str(),
        },
        Shown::InactiveOrDeleted => Answer::InactiveOrDeleted,
        Shown::WrongSecret => Answer::WrongSecret,
        Shown::Expired => Answer::Expired,
        Shown::Blocked => Answer::Blocked,
        Shown::NotTried { why } => Answer::NotTried { why },
        Shown::Unknown { why } => Answer::Unknown { why },
    };
    let failed = match &answer {
        Answer::Blocked => Some("a proxy or filter answered in the place of AWS, and refused"),
        Answer::Unknown { why } => Some(why.as_str()),
        _ => None,
    };
    let failed = failed.map(|why| format!("{}: not verified: {why}", key.id));
    climbed.incomplete.extend(failed);
    answer
}

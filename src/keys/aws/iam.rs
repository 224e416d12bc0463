//! What IAM and STS are asked, one function a call, with pages read to their end.
//!
//! It knows the names that AWS uses and nothing of policies or findings. `create_access_key` alone is never asked twice:
//! each answer makes a key.

use std::collections::BTreeMap;

use super::answer::{Element, time};
use super::client::Client;
use super::failure::{Failure, Reason};
use super::partition::Service::{Iam, Sts};
use crate::keys::{LastUse, Status};
use crate::secret::Secret;

/// Who the credentials belong to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub account: String,
    pub arn: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub name: String,
    pub path: Option<String>,
    pub arn: Option<String>,
}

/// A key as `ListAccessKeys` has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub id: String,
    pub status: Status,
    pub created: Option<i64>,
}

/// What `GetAccessKeyLastUsed` says of an id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Used {
    /// The owner; AWS leaves it out for root.
    pub user: Option<String>,
    pub last_use: LastUse,
}

/// A new key: the only time that AWS says its secret.
#[derive(Clone, Debug)]
pub struct NewKey {
    pub id: String,
    pub secret: Secret,
    pub created: Option<i64>,
}

/// No account has more pages of anything.
const MOST_PAGES: usize = 10_000;

impl Identity {
    /// The user's name in `arn:aws:iam::123456789012:user/path/name`; `None` for roles and root.
    pub fn user(&self) -> Option<&str> {
        let resource = self.arn.splitn(6, ':').nth(5)?;
        resource.strip_prefix("user/")?.rsplit('/').next()
    }
}

pub fn get_caller_identity(client: &Client) -> Result<Identity, Failure> {
    identity(&client.ask(Sts, "GetCallerIdentity", &[])?)
}

/// The same without a second try: for a key that is not ours to wear out.
pub fn get_caller_identity_once(client: &Client) -> Result<Identity, Failure> {
    identity(&client.ask_once(Sts, "GetCallerIdentity", &[])?)
}

fn identity(answer: &Element) -> Result<Identity, Failure> {
    let result = answer.child("GetCallerIdentityResult");
    let text = |name: &str| result.and_then(|result| result.text(name)).map(str::to_owned);
    match (text("Account"), text("Arn")) {
        (Some(account), Some(arn)) => Ok(Identity { account, arn }),
        _ => Err(Failure::new(
            Reason::Foreign,
            "sts:GetCallerIdentity",
            "the answer names nobody",
        )),
    }
}

pub fn list_users(client: &Client) -> Result<Vec<User>, Failure> {
    pages(client, "ListUsers", &[], "Users", |item| {
        Some(User {
            name: item.text("UserName")?.to_owned(),
            path: item.text("Path").map(str::to_owned),
            arn: item.text("Arn").map(str::to_owned),
        })
    })
}

/// The keys of a user; without a name, those of the user who asks.
pub fn list_access_keys(client: &Client, user: Option<&str>) -> Result<Vec<Listed>, Failure> {
    pages(client, "ListAccessKeys", &of(user), "AccessKeyMetadata", |item| {
        Some(Listed {
            id: item.text("AccessKeyId")?.to_owned(),
            status: status(item.text("Status")),
            created: item.text("CreateDate").and_then(time),
        })
    })
}

pub fn list_user_tags(client: &Client, user: &str) -> Result<BTreeMap<String, String>, Failure> {
    let tags = pages(client, "ListUserTags", &of(Some(user)), "Tags", |item| {
        Some((
            item.text("Key")?.to_owned(),
            item.text("Value").unwrap_or_default().to_owned(),
        ))
    })?;
    Ok(tags.into_iter().collect())
}

/// The names of the managed policies that are attached to a user.
pub fn list_attached_user_policies(client: &Client, user: &str) -> Result<Vec<String>, Failure> {
    pages(
        client,
        "ListAttachedUserPolicies",
        &of(Some(user)),
        "AttachedPolicies",
        |item| item.text("PolicyName").map(str::to_owned),
    )
}

pub fn get_access_key_last_used(client: &Client, id: &str) -> Result<Used, Failure> {
    let answer = client.ask(Iam, "GetAccessKeyLastUsed", &[("AccessKeyId", id)])?;
    let result = answer.child("GetAccessKeyLastUsedResult");
    let used = result.and_then(|result| result.child("AccessKeyLastUsed"));
    let Some(used) = used else {
        return Err(Failure::new(
            Reason::Foreign,
            "iam:GetAccessKeyLastUsed",
            "the answer says nothing",
        ));
    };
    let known = |name: &str| used.text(name).filter(|text| *text != "N/A").map(str::to_owned);
    let last_use = match used.text("LastUsedDate").and_then(time) {
        Some(time) => LastUse::At {
            time,
            service: known("ServiceName"),
            region: known("Region"),
            address: None,
        },
        None => LastUse::Never,
    };
    let user = result.and_then(|result| result.text("UserName")).map(str::to_owned);
    Ok(Used { user, last_use })
}

/// The numbers of `GetAccountSummary`.
pub fn get_account_summary(client: &Client) -> Result<BTreeMap<String, i64>, Failure> {
    let answer = client.ask(Iam, "GetAccountSummary", &[])?;
    let result = answer.child("GetAccountSummaryResult");
    let entries = result.into_iter().flat_map(|result| result.items("SummaryMap"));
    let number = |entry: &Element| Some((entry.text("key")?.to_owned(), entry.text("value")?.parse().ok()?));
    Ok(entries.filter_map(number).collect())
}

/// Asks for a credential report; says whether there is one already.
pub fn generate_credential_report(client: &Client) -> Result<bool, Failure> {
    let answer = client.ask(Iam, "GenerateCredentialReport", &[])?;
    let result = answer.child("GenerateCredentialReportResult");
    Ok(result.and_then(|result| result.text("State")) == Some("COMPLETE"))
}

/// The credential report, as CSV.
pub fn get_credential_report(client: &Client) -> Result<Vec<u8>, Failure> {
    let answer = client.ask(Iam, "GetCredentialReport", &[])?;
    let content = answer
        .child("GetCredentialReportResult")
        .and_then(|result| result.text("Content"));
    content
        .map(|text| {
            text.bytes()
                .filter(|byte| !byte.is_ascii_whitespace())
                .collect::<Vec<u8>>()
        })
        .and_then(|text| data_encoding::BASE64.decode(&text).ok())
        .ok_or_else(|| Failure::new(Reason::Foreign, "iam:GetCredentialReport", "the report is not base64"))
}

/// Makes a key. Asked once: whether a request without an answer made one is for the caller to find out.
pub fn create_access_key(client: &Client, user: &str) -> Result<NewKey, Failure> {
    let answer = client.ask_once(Iam, "CreateAccessKey", &[("UserName", user)])?;
    let made = answer.find("AccessKey").and_then(|key| {
        Some(NewKey {
            id: key.text("AccessKeyId")?.to_owned(),
            secret: Secret::new(key.text("SecretAccessKey")?.as_bytes()),
            created: key.text("CreateDate").and_then(time),
        })
    });
    made.ok_or_else(|| Failure::new(Reason::Foreign, "iam:CreateAccessKey", "the answer holds no key"))
}

pub fn update_access_key(client: &Client, user: &str, id: &str, active: bool) -> Result<(), Failure> {
    let status = if active { "Active" } else { "Inactive" };
    let parameters = [("UserName", user), ("AccessKeyId", id), ("Status", status)];
    client.ask(Iam, "UpdateAccessKey", &parameters).map(drop)
}

/// Deletes a key. One that is gone already is deleted.
pub fn delete_access_key(client: &Client, user: &str, id: &str) -> Result<(), Failure> {
    match client.ask(Iam, "DeleteAccessKey", &[("UserName", user), ("AccessKeyId", id)]) {
        Err(failure) if failure.reason == Reason::Missing => Ok(()),
        answer => answer.map(drop),
    }
}

fn of(user: Option<&str>) -> Vec<(&str, &str)> {
    user.map(|name| ("UserName", name)).into_iter().collect()
}

fn status(text: Option<&str>) -> Status {
    match text {
        Some("Active") => Status::Active,
        Some("Inactive") => Status::Inactive,
        Some("Expired") => Status::Expired,
        _ => Status::Unknown,
    }
}

/// Reads a list to its end. A page may hold less than was asked for, and even nothing; only its own word ends the list.
fn pages<T>(
    client: &Client,
    action: &str,
    parameters: &[(&str, &str)],
    list: &str,
    item: impl Fn(&Element) -> Option<T>,
) -> Result<Vec<T>, Failure> {
    let foreign = |what: &str| Failure::new(Reason::Foreign, format!("iam:{action}"), what);
    let mut found = Vec::new();
    let mut marker: Option<String> = None;
    for _ in 0..MOST_PAGES {
        let mut asked = parameters.to_vec();
        asked.extend(marker.as_deref().map(|marker| ("Marker", marker)));
        let answer = client.ask(Iam, action, &asked)?;
        let result = answer
            .child(&format!("{action}Result"))
            .ok_or_else(|| foreign("the answer is one to another question"))?;
        for member in result.items(list) {
            found.push(item(member).ok_or_else(|| foreign("an item of the list has no name"))?);
        }
        if result.text("IsTruncated") != Some("true") {
            return Ok(found);
        }
        let next = result.text("Marker").map(str::to_owned);
        if next.is_none() || next == marker {
            return Err(foreign("the list goes on, and does not say where"));
        }
        marker = next;
    }
    Err(foreign("the list has no end"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_named_by_the_end_of_its_arn() {
        let user = |arn: &str| {
            let identity = Identity {
                account: "123456789012".to_owned(),
                arn: arn.to_owned(),
            };
            identity.user().map(str::to_owned)
        };
        assert_eq!(user("arn:aws:iam::123456789012:user/team/ada"), Some("ada".to_owned()));
        assert_eq!(user("arn:aws-cn:iam::123456789012:user/ada"), Some("ada".to_owned()));
        assert_eq!(user("arn:aws:iam::123456789012:root"), None);
        assert_eq!(user("arn:aws:sts::123456789012:assumed-role/r/s"), None);
    }
}

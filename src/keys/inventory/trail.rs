//! CloudTrail events: when a key was first seen, last used, from where; made and deleted.
//!
//! An event without an access key says nothing here. Only what the key's own account logged is in them.

use serde_json::Value;

use super::gather::{Gathered, blank};
use super::member::{is_id, owner, text, time};
use crate::keys::{Key, LastUse, Owner, Status};

/// Reads one event.
pub fn read(event: &Value, name: &str, gathered: &mut Gathered) {
    let Some(at) = event.get("eventTime").and_then(time) else {
        return;
    };
    let null = Value::Null;
    let member = |name: &str| event.get(name).unwrap_or(&null);
    let who = member("userIdentity");
    if let Some(id) = text(who, "accessKeyId").filter(|id| is_id(id)) {
        let address = text(event, "sourceIPAddress").map(str::to_owned);
        let service = text(event, "eventSource").map(|host| host.trim_end_matches(".amazonaws.com").to_owned());
        let account = text(who, "accountId").map(str::to_owned);
        gathered.add_key(Key {
            id: Some(id.to_owned()),
            account: account.filter(|account| account.len() == 12),
            owner: owner_of(who, id),
            seen: Some(at),
            last_use: LastUse::At {
                time: at,
                service,
                region: text(event, "awsRegion").map(str::to_owned),
                address,
            },
            ..blank(name)
        });
    }
    if event.get("errorCode").is_some_and(|code| !code.is_null()) {
        return;
    }
    match text(event, "eventName") {
        Some("CreateAccessKey") => {
            let key = member("responseElements").get("accessKey").unwrap_or(&null);
            if let Some(id) = text(key, "accessKeyId").filter(|id| is_id(id)) {
                gathered.add_key(Key {
                    id: Some(id.to_owned()),
                    owner: text(key, "userName").map(|name| owner(name, None)),
                    created: Some(at),
                    ..blank(name)
                });
            }
        }
        Some("DeleteAccessKey") => {
            if let Some(id) = text(member("requestParameters"), "accessKeyId").filter(|id| is_id(id)) {
                gathered.add_key(Key {
                    id: Some(id.to_owned()),
                    status: Status::Deleted,
                    ..blank(name)
                });
            }
        }
        _ => {}
    }
}

/// Sessions belong to whoever assumed them, and end by themselves.
fn owner_of(who: &Value, id: &str) -> Option<Owner> {
    if !id.starts_with("AKIA") {
        return None;
    }
    match text(who, "type") {
        Some("Root") => Some(Owner::Root),
        _ => text(who, "userName").map(|name| owner(name, text(who, "arn"))),
    }
}

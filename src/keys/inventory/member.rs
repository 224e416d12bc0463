//! Single members of AWS's JSON: times, ids, names, policies.
//!
//! Reads one value and judges nothing; what is not of the wanted form is `None`.

use serde_json::Value;

use super::gather::path_of;
use crate::keys::Owner;

/// A policy of this name on a user means that AWS found a key of theirs in public.
const QUARANTINE: &[&str] = &[
    "AWSCompromisedKeyQuarantine",
    "AWSExposedCredentialPolicy_DO_NOT_REMOVE",
];
/// Unix seconds of a time: text, or a number as older versions print it.
pub fn time(value: &Value) -> Option<i64> {
    match value {
        Value::String(text) => text.parse::<jiff::Timestamp>().ok().map(|time| time.as_second()),
        Value::Number(number) => number
            .as_i64()
            .or_else(|| number.as_f64().map(|seconds| seconds as i64)),
        _ => None,
    }
}

/// A member that is text.
pub fn text<'v>(entry: &'v Value, member: &str) -> Option<&'v str> {
    entry.get(member).and_then(Value::as_str)
}

/// The user of this name.
pub fn owner(name: &str, arn: Option<&str>) -> Owner {
    Owner::User {
        name: name.to_owned(),
        path: arn.and_then(path_of),
        arn: arn.map(str::to_owned),
    }
}

/// What the API takes for an id.
pub fn is_id(text: &str) -> bool {
    (16..=128).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// An id that stands in a file's name.
pub fn id_in(name: &str) -> Option<String> {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric());
    let mut ids = words.filter(|word| word.len() == 20 && word.starts_with("AKIA"));
    ids.next().map(str::to_owned)
}

/// The policy among these by which AWS says that a key of the user was public.
pub fn quarantine<'v>(mut policies: impl Iterator<Item = &'v Value>) -> Option<String> {
    let name = policies.find_map(|policy| {
        let name = text(policy, "PolicyName")?;
        QUARANTINE.iter().any(|known| name.starts_with(known)).then_some(name)
    });
    name.map(str::to_owned)
}

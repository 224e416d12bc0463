//! What a policy file may say, word for word, with the places of values for error messages.
//!
//! Shapes only: which values go together is the business of [`super::read`]. `policy.schema.json` says the same
//! to editors, and `tests/policy.rs` holds the two against each other.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{self, Visitor};
use toml::Spanned;

use super::{Boundary, InactiveAge, Leaked, NeverUsed};

/// The longest limit: a hundred years.
const MOST_DAYS: i64 = 36_500;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyTable {
    pub version: Spanned<i64>,
    pub title: Option<String>,
    pub sources: Option<Vec<String>>,
    pub extends: Option<Spanned<String>>,
    pub fail: Option<Vec<Spanned<String>>>,
    pub defaults: Option<Spanned<LimitsTable>>,
    pub accounts: Option<AccountsTable>,
    #[serde(default, rename = "override")]
    pub overrides: Vec<Spanned<LimitsTable>>,
    #[serde(default, rename = "exception")]
    pub exceptions: Vec<Spanned<ExceptionTable>>,
}

/// `[defaults]`, and `[[override]]` with a `match`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitsTable {
    #[serde(rename = "match")]
    pub matches: Option<Spanned<MatchTable>>,
    pub max_age_days: Option<Spanned<Count>>,
    pub warn_age_days: Option<Spanned<Count>>,
    pub boundary: Option<Boundary>,
    pub unused_days: Option<Count>,
    pub unused_boundary: Option<Boundary>,
    pub never_used: Option<NeverUsed>,
    pub never_used_grace_days: Option<Spanned<Count>>,
    pub max_active_keys: Option<Count>,
    pub rotation_overlap_days: Option<Spanned<Count>>,
    pub forbid_root_keys: Option<bool>,
    pub age_of_root_keys: Option<bool>,
    pub age_of_inactive_keys: Option<InactiveAge>,
    pub inactive_delete_after_days: Option<Count>,
    pub forbid_old_format: Option<bool>,
    pub leaked: Option<Leaked>,
    pub trust_last_rotated: Option<bool>,
    pub max_report_age_hours: Option<Spanned<Count>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountsTable {
    pub allow: Vec<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MatchTable {
    pub user: Option<String>,
    pub path: Option<String>,
    pub arn: Option<String>,
    pub key: Option<Spanned<String>>,
    pub account: Option<Spanned<String>>,
    #[serde(default)]
    pub tag: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExceptionTable {
    #[serde(rename = "match")]
    pub matches: Spanned<MatchTable>,
    pub ignore: Spanned<Vec<Spanned<String>>>,
    pub reason: Spanned<String>,
    pub owner: Spanned<String>,
    pub expires: Spanned<Date>,
}

/// A number that a limit counts to, or `"off"`.
#[derive(Clone, Copy)]
pub struct Count(pub Option<u32>);

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl Visitor<'_> for Read {
            type Value = Count;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "a whole number from 0 to {MOST_DAYS}, or \"off\"")
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Count, E> {
                if !(0..=MOST_DAYS).contains(&number) {
                    return Err(E::invalid_value(de::Unexpected::Signed(number), &self));
                }
                Ok(Count(u32::try_from(number).ok()))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Count, E> {
                match text {
                    "off" => Ok(Count(None)),
                    _ => Err(E::invalid_value(de::Unexpected::Str(text), &self)),
                }
            }
        }
        deserializer.deserialize_any(Read)
    }
}

/// A day, as TOML writes one or as text.
pub struct Date(pub jiff::civil::Date);

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = match toml::Value::deserialize(deserializer)? {
            toml::Value::String(text) => text,
            toml::Value::Datetime(time) => time.to_string(),
            _ => String::new(),
        };
        let date = (text.len() == 10).then(|| text.parse().ok()).flatten();
        date.map(Date)
            .ok_or_else(|| de::Error::custom("not valid here: expected a day, such as 2027-01-31"))
    }
}

//! One access key as its account describes it, whatever said so: a credential report, a listing, CloudTrail,
//! or IAM itself.
//!
//! A key here is its public id and facts about it; the secret half never comes near. What a source does not
//! say stays `None` or unknown: nothing is guessed, and no source is trusted to make a key look younger.

use std::collections::BTreeMap;

use crate::finding::verification::ROOT;

/// What is known of one access key; by default nothing. Times are Unix seconds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Key {
    /// `AKIA…`; `None` where a credential report names a slot and no id.
    pub id: Option<String>,
    /// 1 or 2 in a credential report: keys of a user in the order of their ids, not of their age.
    pub slot: Option<u8>,
    /// Twelve digits.
    pub account: Option<String>,
    /// `None` where a source names an id and no owner.
    pub owner: Option<Owner>,
    /// The owner's tags; the console keeps a key's description under the key's id.
    pub tags: BTreeMap<String, String>,
    pub status: Status,
    /// When IAM says that it was made.
    pub created: Option<i64>,
    /// `last_rotated` of a credential report: made, or changed, at that time. The key is at least as old.
    pub rotated: Option<i64>,
    /// The earliest use that a log shows: the key is at least as old.
    pub seen: Option<i64>,
    pub last_use: LastUse,
    /// The quarantine policy that AWS has attached to the owner.
    pub quarantine: Option<String>,
    /// What said so, as a person would name it: `report.csv line 12`, `iam of 123456789012`.
    pub sources: Vec<String>,
}

/// Whose key it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    Root,
    User {
        name: String,
        /// `/` unless the account uses paths.
        path: Option<String>,
        arn: Option<String>,
    },
}

/// What IAM lets the key do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Status {
    Active,
    Inactive,
    Expired,
    /// The account does not have the key any more, and said so.
    Deleted,
    #[default]
    Unknown,
}

/// The last use that is known of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum LastUse {
    /// The source says nothing of it.
    #[default]
    Unknown,
    /// The account says that it was never used (or not since April 2015, when AWS began to note it).
    Never,
    At {
        time: i64,
        service: Option<String>,
        region: Option<String>,
        /// Where it was used from, as CloudTrail has it.
        address: Option<String>,
    },
}

impl Status {
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Active => "active",
            Status::Inactive => "inactive",
            Status::Expired => "expired",
            Status::Deleted => "deleted",
            Status::Unknown => "unknown",
        }
    }
}

impl Owner {
    /// The name that a table shows.
    pub fn name(&self) -> &str {
        match self {
            Owner::Root => ROOT,
            Owner::User { name, .. } => name,
        }
    }
}

//! What was found out about a key by asking AWS: plain data that a finding carries, and its words.
//!
//! Nothing here asks anybody. No answer and no try are told apart from every answer: a call that failed says nothing.

/// What asking about a key gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    /// The firmest answer.
    pub answer: Answer,
    /// What the account says that was asked with its own credentials, if it has the key.
    pub owned: Option<Owned>,
    /// The key itself was used: a GetCallerIdentity event may be in the CloudTrail of its account.
    pub tried: bool,
}

/// The answers that are told apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The account has it, and said so; the key itself was not used.
    Owned,
    /// Id and secret belong together and work now.
    Active { arn: String, partition: &'static str },
    /// No active key has this id.
    InactiveOrDeleted,
    /// The id is active; the secret is not its own.
    WrongSecret,
    /// The session has ended.
    Expired,
    /// A proxy or filter answered in the place of AWS.
    Blocked,
    /// Nobody was asked, for this reason.
    NotTried { why: String },
    /// Asking failed.
    Unknown { why: String },
}

/// What credential reports call the root user.
pub const ROOT: &str = "<root_account>";

/// What its account says of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owned {
    /// Twelve digits.
    pub account: String,
    /// [`ROOT`] is the root user; `None` is not known: the key was deleted.
    pub user: Option<String>,
    /// `active`, `inactive`, `deleted` or `unknown`.
    pub status: &'static str,
    /// Unix seconds.
    pub created: Option<i64>,
}

impl Verification {
    /// Nobody was asked.
    pub fn not_tried(why: impl Into<String>) -> Self {
        let why = why.into();
        Self {
            answer: Answer::NotTried { why },
            owned: None,
            tried: false,
        }
    }

    /// The answer in a few words; the owner has words of its own.
    pub fn says(&self) -> String {
        match &self.answer {
            Answer::Owned => format!(
                "its account says: {}",
                self.owned.as_ref().map_or("unknown", |o| o.status)
            ),
            Answer::Active { arn, partition } => format!("it works now, as {arn} (partition {partition})"),
            Answer::InactiveOrDeleted => "no active key has this id: deleted or made inactive".to_owned(),
            Answer::WrongSecret => "the id is active, but this secret is not its own".to_owned(),
            Answer::Expired => "the session has ended".to_owned(),
            Answer::Blocked => "not known: a proxy or filter answered in the place of AWS".to_owned(),
            Answer::NotTried { why } => format!("not tried: {why}"),
            Answer::Unknown { why } => format!("not known: {why}"),
        }
    }
}

impl Answer {
    /// The word in reports.
    pub fn as_str(&self) -> &'static str {
        match self {
            Answer::Owned => "owned",
            Answer::Active { .. } => "active",
            Answer::InactiveOrDeleted => "inactive-or-deleted",
            Answer::WrongSecret => "wrong-secret",
            Answer::Expired => "expired",
            Answer::Blocked => "blocked",
            Answer::NotTried { .. } => "not-tried",
            Answer::Unknown { .. } => "unknown",
        }
    }
}

impl Owned {
    /// `user ann of account 123456789012`
    pub fn name(&self) -> String {
        match &self.user {
            Some(user) if user == ROOT => format!("the root user of account {}", self.account),
            Some(user) => format!("user {user} of account {}", self.account),
            None => format!("account {}", self.account),
        }
    }
}

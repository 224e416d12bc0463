//! Whom the commands are for: the key, its user, its partition, as words of a shell.
//!
//! Only an inventory's word is taken for the user. What a file claims is told and not used: the first command asks
//! the account instead, and keeps the answer in a variable.

use super::shell;
use crate::keys::{Case, Owner};

/// The words that commands are made of.
pub struct Who {
    /// `--access-key-id AKIA…`
    pub key: String,
    /// `--user-name deploy`, or a variable that an earlier command has set.
    pub user: String,
    /// Whether the user has to be asked for first.
    pub ask: bool,
    /// ` --region cn-north-1` where the partition is not the usual one; empty otherwise.
    pub region: &'static str,
    pub partition: &'static str,
}

impl Who {
    /// The region is the one that was read beside the key, if one was.
    pub fn of(case: &Case, region: Option<&str>) -> Self {
        let (name, arn) = match &case.key.owner {
            Some(Owner::User { name, arn, .. }) => (Some(name.as_str()), arn.as_deref()),
            _ => (None, None),
        };
        // The AWS CLI would read a file or a URL where a value names one.
        let name = name.filter(|name| !name.contains("://") && !name.is_empty());
        let partition = partition(arn, region);
        Self {
            key: shell::option("--access-key-id", case.key.id.as_deref().unwrap_or("KEY_ID")),
            user: match name {
                Some(name) => shell::option("--user-name", name),
                None => "--user-name \"$user\"".to_owned(),
            },
            ask: name.is_none(),
            region: match partition {
                "aws-cn" => " --region cn-north-1",
                "aws-us-gov" => " --region us-gov-west-1",
                _ => "",
            },
            partition,
        }
    }

    /// `aws iam ACTION …`
    pub fn iam(&self, words: &str) -> String {
        format!("aws iam {words}{}", self.region)
    }

    /// The command that asks for the user and keeps the answer.
    pub fn find(&self) -> String {
        format!(
            "user=$(aws iam get-access-key-last-used {}{} --query UserName --output text); echo \"$user\"",
            self.key, self.region
        )
    }
}

/// By the owner's ARN, or else by the region.
fn partition(arn: Option<&str>, region: Option<&str>) -> &'static str {
    let of_arn = arn.and_then(|arn| arn.strip_prefix("arn:")?.split(':').next());
    match (of_arn, region) {
        (Some("aws-cn"), _) => "aws-cn",
        (Some("aws-us-gov"), _) => "aws-us-gov",
        (None, Some(region)) if region.starts_with("cn-") => "aws-cn",
        (None, Some(region)) if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}

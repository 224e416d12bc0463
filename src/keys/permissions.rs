//! What keytrail may be allowed to do in an account, as IAM policies: the least for each purpose.
//!
//! The names of the actions stand here once, for the policy that is printed. It asks nothing and needs no network.

use serde_json::json;

/// What somebody wants to be allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// `keys --aws`: list the keys of an account. Reads only.
    Inventory,
    /// Look up one key that was found. Reads only.
    Verification,
    /// `rotate`: a user changes its own keys.
    Rotation,
}

impl Purpose {
    /// The word on the command line.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "inventory" => Some(Purpose::Inventory),
            "verification" => Some(Purpose::Verification),
            "rotation" => Some(Purpose::Rotation),
            _ => None,
        }
    }

    /// The actions, in the order of their names. `sts:GetCallerIdentity` needs no permission.
    pub fn actions(self) -> &'static [&'static str] {
        match self {
            Purpose::Inventory => &[
                "iam:GenerateCredentialReport",
                "iam:GetAccessKeyLastUsed",
                "iam:GetAccountSummary",
                "iam:GetCredentialReport",
                "iam:ListAccessKeys",
                "iam:ListAttachedUserPolicies",
                "iam:ListUserTags",
                "iam:ListUsers",
            ],
            Purpose::Verification => &[
                "iam:GetAccessKeyLastUsed",
                "iam:ListAccessKeys",
                "iam:ListAttachedUserPolicies",
            ],
            Purpose::Rotation => &[
                "iam:CreateAccessKey",
                "iam:DeleteAccessKey",
                "iam:GetAccessKeyLastUsed",
                "iam:ListAccessKeys",
                "iam:UpdateAccessKey",
            ],
        }
    }

    /// Whose keys: everybody's to read; to change, one's own alone.
    fn resources(self) -> &'static [&'static str] {
        match self {
            Purpose::Inventory | Purpose::Verification => &["*"],
            // The second form is for users with a path, which is no part of the name.
            Purpose::Rotation => &[
                "arn:*:iam::*:user/${aws:username}",
                "arn:*:iam::*:user/*/${aws:username}",
            ],
        }
    }
}

/// The policy document, as JSON.
pub fn iam_policy(purpose: Purpose) -> String {
    // GetAccessKeyLastUsed is asked of a key, whose owner IAM does not know yet: it takes no resource but all.
    let (anywhere, owned): (Vec<&str>, Vec<&str>) = purpose
        .actions()
        .iter()
        .partition(|action| purpose.resources() == ["*"] || **action == "iam:GetAccessKeyLastUsed");
    let statement = |sid: &str, actions: &[&str], resources: &[&str]| json!({"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resources});
    let mut statements = vec![statement("KeytrailReads", &anywhere, &["*"])];
    if !owned.is_empty() {
        statements.push(statement("KeytrailRotates", &owned, purpose.resources()));
    }
    let policy = json!({"Version": "2012-10-17", "Statement": statements});
    format!("{policy:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_policy_is_json_and_only_rotation_changes_anything() {
        for purpose in [Purpose::Inventory, Purpose::Verification, Purpose::Rotation] {
            let policy: serde_json::Value = serde_json::from_str(&iam_policy(purpose)).unwrap();
            assert_eq!(policy["Version"], "2012-10-17");
            let changes = ["Create", "Update", "Delete", "Put", "Attach"];
            let text = policy.to_string();
            let changing = changes.iter().any(|verb| text.contains(&format!("iam:{verb}")));
            assert_eq!(changing, purpose == Purpose::Rotation);
            for action in purpose.actions() {
                assert!(text.contains(action));
            }
        }
    }
}

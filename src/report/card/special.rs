//! Keys that are not to be made inactive by us: traps and other people's, those of sessions, those of root users.

use super::key::{DENY, look};
use super::who::Who;
use super::{Grounds, Step};
use crate::report::keys::Row;

pub fn not_ours(canary: Option<&str>) -> Step {
    match canary {
        Some(service) => Step::new("Leave it alone, and tell whoever set the trap")
            .say(format!(
                "Its account is one that {service} uses for traps. Every use is reported to whoever set it, also one by \
                 you: run no AWS command with it or against it."
            ))
            .say(
                "If nobody of yours set it, somebody else's trap was copied here. If somebody did, it belongs where it \
                 is: except it in the policy, with a reason and an owner.",
            ),
        None => Step::new("Tell the owner of the account")
            .say(
                "Using a key of somebody else's account is not yours to do, even to see whether it works. Tell the owner \
                 the key id, where it stands and since when; the account id is in the facts above.",
            )
            .say("If nobody can be found, AWS passes it on: trustandsafety@support.aws.com."),
    }
}

/// A session's key: nothing to make inactive.
pub fn of_session(grounds: &Grounds<'_>, row: &Row, who: &Who) -> Vec<Step> {
    let ended = row
        .case
        .exposed
        .as_ref()
        .and_then(|exposed| exposed.ended)
        .is_some_and(|end| end < grounds.as_of);
    let mut steps = Vec::new();
    if !ended {
        let arn = "--query 'Events[0].CloudTrailEvent' --output text";
        let value = format!(
            "AttributeKey=AccessKeyId,AttributeValue={}",
            row.case.key.id.as_deref().unwrap_or("KEY_ID")
        );
        let document = "'{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\",\"Action\":\"*\",\"Resource\":\"*\",\
                        \"Condition\":{\"DateLessThan\":{\"aws:TokenIssueTime\":\"'\"$now\"'\"}}}]}'";
        steps.push(
            Step::new("End the session: deny what was issued before now")
                .say(
                    "A session's key cannot be made inactive. Find the role or user that it is of (userIdentity.arn in the \
                     event), and deny its sessions. If it is a role, the console does the same: \"Revoke active sessions\".",
                )
                .run(format!("aws cloudtrail lookup-events --lookup-attributes {} {arn}{}", super::shell::word(&value), who.region))
                .run("role=ROLE_NAME   # from the event")
                .run("now=$(date -u +%Y-%m-%dT%H:%M:%SZ)")
                .run(who.iam(&format!(
                    "put-role-policy --role-name \"$role\" --policy-name {DENY} --policy-document {document}"
                )))
                .say("If a user's key made the session (GetSessionToken), that key is the one to rotate: explain its id."),
        );
    }
    steps.push(look(grounds, row, who));
    steps
}

/// The root user's key: only the root user, or the organization, can end it.
pub fn of_root(grounds: &Grounds<'_>, row: &Row, who: &Who) -> Vec<Step> {
    let account = row.case.key.account.as_deref().unwrap_or("ACCOUNT_ID");
    let task = format!(
        "arn={}",
        "arn:aws:iam::aws:policy/root-task/IAMDeleteRootUserCredentials"
    );
    vec![
        Step::new("Make the root user's key inactive, then delete it")
            .say(
                "No policy limits a root user's key. Sign in as root, open \"Security credentials\", make the key \
                 inactive; when nothing breaks within hours, delete it. IAM users cannot do this for you.",
            )
            .say("Then change the root password, look at the MFA devices, and at the account's contacts."),
        Step::new("In an organization: from the management account")
            .say(
                "With centralized root access, a member account's root keys can be deleted without signing in as root.",
            )
            .run(format!(
                "aws sts assume-root --target-principal {} --task-policy-arn {}",
                super::shell::word(account),
                super::shell::word(&task)
            ))
            .say("With the credentials that this prints (15 minutes), list and delete:")
            .run("aws iam list-access-keys")
            .run(format!("aws iam delete-access-key {}", who.key)),
        Step::new("Replace it by roles")
            .say("Nothing that runs needs the root user. Give the workload a role with the rights it uses."),
        look(grounds, row, who),
    ]
}

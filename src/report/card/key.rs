//! The card of an access key: what is known of it, and the steps that fit its state.
//!
//! The order is AWS's own: know, disable, deny old sessions, replace, look, delete, clean up. Root users' keys, fenced-in
//! users, sessions, other people's and trap accounts each have their own way.

use super::who::Who;
use super::{Card, Grounds, Step, clean, facts, rotate, special};
use crate::finding::age::VerdictKind;
use crate::finding::{Aws, Finding};
use crate::keys::{Owner, Status};
use crate::report::keys::Row;
use crate::report::time::rfc3339;

/// CloudTrail's own list reaches back so far.
const TRAIL_DAYS: i64 = 90;
pub const DENY: &str = "KeytrailDenyOldSessions";

/// Makes the card of one row.
pub fn card(grounds: &Grounds<'_>, row: &Row) -> Card {
    let mut card = Card {
        kind: "key",
        title: format!("AWS access key {}", row.key_name()),
        verdicts: row.judged.verdicts.clone(),
        evidence: facts::evidence(row),
        incomplete_reasons: grounds.incomplete_reasons.clone(),
        ..Card::default()
    };
    facts::key(&mut card, grounds, row);
    let findings = findings(grounds, row);
    let who = Who::of(&row.case, aws(&findings).find_map(|aws| aws.region.as_deref()));
    let session = row.case.is_temporary();
    let canary = aws(&findings).find_map(|aws| aws.canary.as_deref());
    let root = row.case.key.owner == Some(Owner::Root) || aws(&findings).any(|aws| aws.root) && row.user().is_none();
    let leaked = row.leak.is_some();
    card.lead = lead(row, canary, session);
    if canary.is_some() || row.judged.has(VerdictKind::Foreign) {
        card.steps.push(special::not_ours(canary));
    } else if session {
        card.steps.extend(special::of_session(grounds, row, &who));
    } else if root {
        card.steps.extend(special::of_root(grounds, row, &who));
    } else if row.case.key.status == Status::Deleted {
        card.steps.push(look(grounds, row, &who));
    } else if leaked || row.judged.has(VerdictKind::Quarantined) {
        card.steps.extend(of_user(grounds, row, &who));
    } else if row.case.is_inactive() {
        card.steps.push(know(row, &who));
        card.steps.push(delete(&who, false));
    } else {
        card.steps.push(know(row, &who));
        card.steps.push(rotate::without_downtime(grounds, row, &who));
    }
    if aws(&findings).any(|aws| aws.signed.is_some()) && leaked {
        let text = "A signed request was found. It works for whoever has it until it ends (7 days at most) or its key is \
                    made inactive, whichever comes first.";
        card.steps.push(Step::new("Signed requests end with the key").say(text));
    }
    if findings
        .iter()
        .any(|finding| finding.rule.id == "aws-ses-smtp-password")
    {
        let text = "An SES SMTP password was found. It is made from this key's secret and dies with the key: making the \
                    key inactive ends it at once. Make a new one from the new key for each region that sends mail.";
        card.steps
            .push(Step::new("The SMTP password ends with the key").say(text));
    }
    card.steps.extend(clean::steps(grounds.target, &findings));
    card
}

fn findings<'r>(grounds: &'r Grounds<'_>, row: &Row) -> Vec<&'r Finding> {
    let numbers = row.leak.iter().flat_map(|leak| &leak.findings);
    numbers.filter_map(|number| grounds.findings.get(*number)).collect()
}

fn aws<'f>(findings: &'f [&Finding]) -> impl Iterator<Item = &'f Aws> {
    findings.iter().filter_map(|finding| finding.aws.as_deref())
}

fn lead(row: &Row, canary: Option<&str>, session: bool) -> String {
    let used = row.leak.as_ref().and_then(|leak| leak.used_since) == Some(true);
    match (&row.leak, row.case.key.status) {
        _ if canary.is_some() => "A trap: whoever uses this key is noticed. Do not try it.".to_owned(),
        _ if row.judged.has(VerdictKind::Foreign) => {
            "This key is of an account that is not ours. Do not try it.".to_owned()
        }
        (Some(_), Status::Deleted) => {
            "The account does not have this key any more. Look at what was done with it.".to_owned()
        }
        (Some(_), _) if session => {
            "A session's key: it cannot be made inactive, and ends by itself within 36 hours.".to_owned()
        }
        (Some(_), Status::Active) if used => {
            "This key is in code, is active, and was used after it got there. Treat it as stolen.".to_owned()
        }
        (Some(_), Status::Active) => "This key is in code and active. Make it inactive now.".to_owned(),
        (Some(_), Status::Inactive | Status::Expired) => {
            "This key is in code. It is inactive, but can be activated again: delete it.".to_owned()
        }
        (Some(_), Status::Unknown) => {
            "This key is in code, and nobody has said yet that it is dead. Take it for active.".to_owned()
        }
        (None, _) => match row.judged.fails() {
            true => "This key is against the policy. It was not found in code.".to_owned(),
            false => "Nothing fails for this key.".to_owned(),
        },
    }
}

/// The way of a user's key that was found.
fn of_user(grounds: &Grounds<'_>, row: &Row, who: &Who) -> Vec<Step> {
    let mut steps = vec![know(row, who)];
    if let Some(policy) = &row.case.key.quarantine {
        steps.push(
            Step::new("Act as an administrator: AWS has fenced the user in")
                .say(format!(
                    "AWS found the key in public and attached {policy}. It denies the user iam:UpdateAccessKey, \
                     iam:DeleteAccessKey, iam:CreateAccessKey and more, so the user cannot rotate its own key. The key \
                     still works for everything else."
                ))
                .say("Do not detach the policy yet. Answer the support case that AWS opened; step by step it says when to."),
        );
    }
    let never = row.case.is_inactive();
    if !never {
        steps.push(
            Step::new("Make it inactive")
                .say("This can be undone, and keeps the id for searching. Old code that still has the key stops here.")
                .say(
                    "If production stands on this key and its rights are small, rotate it first (\"without downtime\", \
                     below) and come back. If it can write to anything that matters, do not wait.",
                )
                .run(who.iam(&format!("update-access-key {} {} --status Inactive", who.user, who.key))),
        );
    }
    steps.push(deny(who));
    if !never {
        steps.push(
            Step::new("Replace it")
                .say(
                    "Better than a new key: a role, or OIDC from the CI system. If it must be a key, the secret is shown \
                     once; let it go straight into the place that needs it, never into a file of a repository.",
                )
                .run(who.iam(&format!("create-access-key {}", who.user))),
        );
    }
    steps.push(look(grounds, row, who));
    steps.push(delete(who, true));
    if let Some(policy) = &row.case.key.quarantine {
        let arn = format!("arn:{}:iam::aws:policy/{policy}", who.partition);
        steps.push(
            Step::new("Take the fence down, when the support case says so").run(who.iam(&format!(
                "detach-user-policy {} {}",
                who.user,
                super::shell::option("--policy-arn", &arn)
            ))),
        );
    }
    if !never {
        steps.push(rotate::without_downtime(grounds, row, who));
    }
    steps
}

/// Whose it is, and whether it is alive.
fn know(row: &Row, who: &Who) -> Step {
    let mut step = Step::new("Know whose it is, and whether it is alive")
        .say("Ask with an administrator's credentials, never with the key itself.");
    let check = "aws sts get-caller-identity --query Account --output text";
    step = step.run(match &row.case.key.account {
        Some(account) => format!("{check}{}   # must print {account}", who.region),
        None => format!("{check}{}", who.region),
    });
    if row.case.key.id.is_none() {
        let text =
            "No id is known for this key. List the user's keys and find it by its dates; put the id for KEY_ID below.";
        step = step.say(text);
    } else if who.ask {
        step = step.run(who.find());
    } else {
        step = step.run(who.iam(&format!("get-access-key-last-used {}", who.key)));
    }
    step.run(who.iam(&format!("list-access-keys {}", who.user)))
        .run(who.iam(&format!("list-attached-user-policies {}", who.user)))
}

/// What was minted from the key outlives it.
fn deny(who: &Who) -> Step {
    let document = "'{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\",\"Action\":\"*\",\"Resource\":\"*\",\
                    \"Condition\":{\"DateLessThan\":{\"aws:TokenIssueTime\":\"'\"$now\"'\"}}}]}'";
    Step::new("Deny the sessions that were made with it")
        .say(
            "GetSessionToken and GetFederationToken sessions of the key live on for up to 36 hours. This denies those \
             made before now; the user's other keys keep working, because their requests have no token.",
        )
        .say(
            "Roles that it assumed: in the IAM console, role, \"Revoke active sessions\"; CloudTrail (below) shows which.",
        )
        .run("now=$(date -u +%Y-%m-%dT%H:%M:%SZ)")
        .run(who.iam(&format!(
            "put-user-policy {} --policy-name {DENY} --policy-document {document}",
            who.user
        )))
}

/// What was done with it, in every region.
pub fn look(grounds: &Grounds<'_>, row: &Row, who: &Who) -> Step {
    let reach = grounds.as_of - TRAIL_DAYS * 86_400;
    let since = row.leak.as_ref().and_then(|leak| leak.since);
    let from = since.map_or(reach, |since| since.max(reach));
    let from = rfc3339(from).unwrap_or_else(|| "1970-01-01T00:00:00Z".to_owned());
    let id = row.case.key.id.as_deref().unwrap_or("KEY_ID");
    let value = super::shell::word(&format!("AttributeKey=AccessKeyId,AttributeValue={id}"));
    let mut step = Step::new("Look at what was done with it, in every region").say(
        "Look for CreateUser, CreateAccessKey, CreateLoginProfile, AttachUserPolicy, PutUserPolicy, AssumeRole, \
         GetFederationToken, RunInstances, and for the use of SES and Bedrock. Undo what is not yours.",
    );
    if since.is_some_and(|since| since < reach) {
        step = step.say(
            "The key was there for longer than the 90 days that this list reaches: look in the trail's bucket or in \
             CloudTrail Lake for what came before.",
        );
    }
    step.run(format!(
        "for region in $(aws ec2 describe-regions{} --query 'Regions[].RegionName' --output text); do",
        who.region
    ))
    .run(format!(
        "  aws cloudtrail lookup-events --region \"$region\" --start-time {from} --lookup-attributes {value} \
         --query 'Events[].[EventTime,EventName,EventSource,Username]' --output text"
    ))
    .run("done")
}

/// The end of it.
fn delete(who: &Who, denied: bool) -> Step {
    let mut step = Step::new("Delete it")
        .say("When nothing has broken for some days. This cannot be undone; keep the id for later searches.")
        .run(who.iam(&format!("delete-access-key {} {}", who.user, who.key)));
    if denied {
        step = step
            .run("# the policy against old sessions, after 36 hours:")
            .run(who.iam(&format!("delete-user-policy {} --policy-name {DENY}", who.user)));
    }
    step
}

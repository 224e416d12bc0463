//! Cards of rules, and of findings that are no access key: service credentials, private keys, tokens.

use super::{Card, Step, clean, facts, shell};
use crate::finding::Finding;
use crate::report::Target;
use crate::rules::Rule;

/// What a rule finds, why that matters, and what to do.
pub fn rule(rule: &Rule) -> Card {
    let mut card = Card {
        kind: "rule",
        title: format!("{} ({})", rule.about.title, rule.id),
        lead: flowing(&rule.about.description),
        ..Card::default()
    };
    card.fact("provider", &*rule.about.provider);
    card.fact("finds", &*rule.kind);
    card.fact("severity", rule.severity.as_str());
    card.fact("confidence", rule.confidence.as_str());
    card.fact("read on", &*rule.about.link);
    card.steps
        .push(Step::new("What to do about a finding of it").say(flowing(&rule.about.advice)));
    let next = "keytrail explain FINDING prints the commands for one finding, filled in.";
    card.steps.push(
        Step::new("For one finding")
            .say(next)
            .run("keytrail history")
            .run("keytrail explain FINDING"),
    );
    card
}

/// A finding that is of no access key.
pub fn finding(finding: &Finding, target: Option<&Target>, incomplete_reasons: Vec<String>) -> Card {
    let mut card = Card {
        kind: "finding",
        title: format!("{} {}", finding.rule.about.title, finding.secret.masked()),
        lead: flowing(&finding.rule.about.description),
        incomplete_reasons,
        ..Card::default()
    };
    card.fact("finding", finding.fingerprint.to_string());
    card.fact("rule", &*finding.rule.id);
    card.fact("severity", finding.severity.as_str());
    if let Some(aws) = &finding.aws {
        aws.account_id.iter().for_each(|account| card.fact("account", account));
        aws.user
            .iter()
            .for_each(|user| card.fact("it says", format!("user {user}")));
        if let Some(service) = &aws.canary {
            card.fact(
                "trap",
                format!("its account is one that {service} uses for traps: do not try it"),
            );
        }
    }
    if let Some(stamp) = &finding.introduced {
        let at = stamp.author_time.min(stamp.commit_time);
        card.fact(
            "since",
            format!("{}, commit {}", crate::keys::verdict::date(at), stamp.id),
        );
    }
    facts::places(&mut card, &[finding]);
    facts::still(&mut card, finding.state, &finding.refs, finding.more_refs);
    card.steps.push(match &*finding.rule.id {
        "aws-bedrock-api-key" => service(finding, "bedrock.amazonaws.com", "Bedrock API key"),
        "aws-codecommit-credential" => service(finding, "codecommit.amazonaws.com", "CodeCommit credential"),
        "aws-ses-smtp-password" => smtp(),
        _ => Step::new("End it where it was issued").say(flowing(&finding.rule.about.advice)),
    });
    clean::add(&mut card, target, &[finding]);
    card
}

/// A credential for one service: no access key rotation touches it.
fn service(finding: &Finding, name: &str, what: &str) -> Step {
    let claimed = finding.aws.as_ref().and_then(|aws| aws.user.as_deref());
    // The second credential of a user has `+1` after the name.
    let claimed = claimed.map(|user| user.split_once("+1").map_or(user, |(user, _)| user));
    let usable = claimed.filter(|user| !user.contains("://") && !user.is_empty());
    let user = usable.map_or_else(
        || "--user-name \"$user\"".to_owned(),
        |user| shell::option("--user-name", user),
    );
    let mut step = Step::new(format!("End the {what}")).say(
        "It is a service-specific credential: it has an id of its own (ACCA…), and rotating the user's access keys does not \
         end it. List them, find the one by its dates, make it inactive, then reset or delete it.",
    );
    match usable {
        Some(_) => step = step.say("The user's name is what the file says: see that the list is of the right user."),
        None => {
            step = step.run(format!(
                "aws iam list-service-specific-credentials --all-users --service-name {name}"
            ));
            step = step.run("user=USER_NAME   # from the list");
        }
    }
    step.run(format!(
        "aws iam list-service-specific-credentials {user} --service-name {name}"
    ))
    .run("id=SERVICE_SPECIFIC_CREDENTIAL_ID   # from the list")
    .run(format!(
        "aws iam update-service-specific-credential {user} --service-specific-credential-id \"$id\" --status Inactive"
    ))
    .run(format!(
        "aws iam delete-service-specific-credential {user} --service-specific-credential-id \"$id\""
    ))
}

fn smtp() -> Step {
    Step::new("End the access key that it was made from")
        .say(
            "An SES SMTP password is made from the secret of an access key, whose id is the SMTP user name (AKIA…). Making \
             that key inactive ends the password at once. Find the id beside it, or among the keys of the users that send \
             mail, and explain it: keytrail explain AKIA…",
        )
        .say("The new key needs a new password for each region that sends mail.")
}

/// A text of a rules file as one paragraph.
fn flowing(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

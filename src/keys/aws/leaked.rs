//! The keys that were found, as the ladder sees them: which findings are of one id, what is written to those, and what is
//! handed on to the policy.
//!
//! Whose key it is comes from the id alone: what stands beside it in the content is a stranger's word.

use std::collections::HashMap;

use super::verify::Suspect;
use crate::detect::aws::account;
use crate::finding::verification::{Answer, Owned, ROOT, Verification};
use crate::finding::{Confidence, Finding, Severity};
use crate::keys::{Key, Owner, Status};

/// A key that was found, with the numbers of its findings.
pub struct Leaked {
    pub id: String,
    pub account: Option<String>,
    pub canary: bool,
    /// All findings that have the id.
    pub members: Vec<usize>,
    /// Secrets that may be its own, the surest first.
    pub secrets: Vec<usize>,
    token: Option<usize>,
    region: Option<String>,
}

/// The keys, in the order in which they were found. Examples and what is suppressed are none.
pub fn leaked(findings: &[Finding]) -> Vec<Leaked> {
    let mut keys: Vec<Leaked> = Vec::new();
    let mut index: HashMap<&str, usize> = HashMap::new();
    for (at, finding) in findings.iter().enumerate() {
        let Some(aws) = finding.aws.as_ref().filter(|_| finding.suppressed.is_none()) else {
            continue;
        };
        let Some(id) = aws.key_id.as_deref() else { continue };
        let number = *index.entry(id).or_insert(keys.len());
        if number == keys.len() {
            let account = account::decode(id.as_bytes()).account;
            keys.push(Leaked {
                id: id.to_owned(),
                canary: account.as_deref().and_then(account::canary).is_some(),
                account,
                members: Vec::new(),
                secrets: Vec::new(),
                token: None,
                region: None,
            });
        }
        let key = &mut keys[number];
        key.members.push(at);
        key.region = key.region.take().or_else(|| aws.region.clone());
        match &*finding.rule.kind {
            "secret-key" => key.secrets.push(at),
            "session-token" => key.token = key.token.or(Some(at)),
            _ => {}
        }
    }
    let sureness = |at: usize| {
        findings[at]
            .aws
            .as_ref()
            .and_then(|aws| Some(aws.pair.as_ref()?.confidence))
    };
    for key in &mut keys {
        key.secrets.sort_by_key(|&at| std::cmp::Reverse(sureness(at)));
    }
    keys
}

impl Leaked {
    pub fn suspect<'s>(&'s self, findings: &'s [Finding], secret: Option<usize>) -> Suspect<'s> {
        Suspect {
            id: &self.id,
            account: self.account.as_deref(),
            canary: self.canary,
            secret: secret.map(|at| &findings[at].secret),
            token: self.token.map(|at| &findings[at].secret),
            region: self.region.as_deref(),
        }
    }
}

/// Writes the answer to a finding. What is known to work is as bad as can be; a trap of one's own is not.
pub fn note(finding: &mut Finding, answer: &Verification, canary: bool) {
    let answer = &**finding.verification.get_or_insert_with(|| Box::new(answer.clone()));
    let is_part = matches!(&*finding.rule.kind, "access-key-id" | "secret-key" | "session-token");
    let is_root = |owned: &Owned| owned.user.as_deref() == Some(ROOT);
    let raised = match (&answer.answer, &answer.owned) {
        _ if canary || !is_part => None,
        (Answer::Active { .. }, _) => Some((Severity::Critical, "it was tried: it works")),
        (Answer::WrongSecret, _) => None,
        (_, Some(owned)) if owned.status == "active" && is_root(owned) => {
            Some((Severity::Critical, "its account says that it is the root user's"))
        }
        (_, Some(owned)) if owned.status == "active" => Some((Severity::High, "its account says that it is active")),
        _ => None,
    };
    let is_active = matches!(answer.answer, Answer::Active { .. });
    if let Some((severity, reason)) = raised {
        finding.severity = finding.severity.max(severity);
        finding.reasons.push(reason.to_owned());
        if is_active {
            finding.confidence = Confidence::High;
        }
    }
}

/// What the key's own answer says of it, for the policy.
pub fn active(id: &str, answer: &Answer) -> Option<Key> {
    let Answer::Active { arn, .. } = answer else {
        return None;
    };
    let mut parts = arn.splitn(6, ':').skip(4);
    let (account, resource) = (parts.next()?, parts.next()?);
    let owner = match resource {
        "root" => Some(Owner::Root),
        _ => resource.strip_prefix("user/").map(|user| Owner::User {
            name: user.rsplit('/').next().unwrap_or_default().to_owned(),
            path: None,
            arn: Some(arn.clone()),
        }),
    };
    Some(Key {
        owner,
        status: Status::Active,
        ..blank(id, account, "the key itself".to_owned())
    })
}

/// A key of which nothing else is known.
pub fn blank(id: &str, account: &str, source: String) -> Key {
    Key {
        id: Some(id.to_owned()),
        account: Some(account.to_owned()),
        sources: vec![source],
        ..Key::default()
    }
}

//! Severity: how bad a finding is, from what is known of it. Every change of a rule's own severity says why.
//!
//! What opens nothing, whoever has it, is of low confidence: what is left of an ended session without its secret key, a
//! whole one that a folder of tests keeps, and an id that a list of keys in such a folder names. No other finding changes
//! its confidence here.

use std::collections::{HashMap, HashSet};

use super::folder::is_of_tests;
use super::role_of;
use crate::detect::Role;
use crate::finding::{Aws, Confidence, Finding, Fingerprint, Severity};

/// Sets the severity of every finding. `as_of` (Unix seconds) decides what has ended.
pub fn grade(findings: &mut [Finding], as_of: i64) {
    mark_root_keys(findings);
    let ended = ended_sessions(findings, as_of);
    let whole = ids_with_secret_keys(findings);
    for finding in findings.iter_mut() {
        let (severity, reason) = verdict(finding, &ended, as_of);
        finding.severity = severity;
        finding.reasons.extend(reason.map(str::to_owned));
        let doubt = if is_remnant(finding, &ended, &whole, as_of) {
            "its secret key was not found with it"
        } else if is_recorded(finding, &ended, as_of) {
            "a folder of tests keeps what has ended"
        } else if is_listed(finding) {
            "a list of keys in a folder of tests names it"
        } else {
            continue;
        };
        finding.confidence = Confidence::Low;
        finding.reasons.push(doubt.to_owned());
    }
}

fn verdict(finding: &Finding, ended: &HashMap<String, bool>, as_of: i64) -> (Severity, Option<&'static str>) {
    let rule = finding.rule.severity;
    let Some(aws) = &finding.aws else { return (rule, None) };
    let session = aws.key_id.as_ref().and_then(|id| ended.get(id));
    let past = aws.expires.is_some_and(|at| at < as_of);
    let id_alone = role_of(finding) == Some(Role::KeyId) && aws.pair.is_none();
    if aws.root {
        return (Severity::Critical, Some("the file says that it is the root user's key"));
    }
    if aws.canary.is_some() {
        return (
            Severity::Low,
            Some("the account sets traps (canary): do not try the key"),
        );
    }
    if session == Some(&true) {
        return (Severity::Low, Some("the session has ended"));
    }
    if past && role_of(finding).is_none_or(|role| role == Role::SessionToken) {
        return (Severity::Low, Some("it has ended"));
    }
    if id_alone && aws.signed.is_some() {
        return (Severity::Low, Some("the id alone, from a signed request"));
    }
    match role_of(finding) {
        Some(Role::KeyId) if id_alone => (rule, Some("the id alone: no secret key was found with it")),
        Some(Role::KeyId) => (rule.max(Severity::High), Some("its other half was found as well")),
        _ => (rule, None),
    }
}

/// Whether it is the id or the token of a session that has ended, and the secret key was not found.
fn is_remnant(finding: &Finding, ended: &HashMap<String, bool>, whole: &HashSet<String>, as_of: i64) -> bool {
    let Some(aws) = &finding.aws else { return false };
    let has_ended = |id: &String| ended.get(id) == Some(&true) && !whole.contains(id);
    match (role_of(finding), &aws.key_id) {
        (Some(Role::KeyId | Role::SessionToken), Some(id)) => has_ended(id),
        (Some(Role::SessionToken), None) => aws.expires.is_some_and(|at| at < as_of),
        _ => false,
    }
}

/// Whether it is of a session that has ended, whole or not, and stands in folders of tests alone: an answer of AWS that was
/// recorded once and is played back since.
fn is_recorded(finding: &Finding, ended: &HashMap<String, bool>, as_of: i64) -> bool {
    let Some(aws) = &finding.aws else { return false };
    let has_ended = match (role_of(finding), &aws.key_id) {
        (None, _) => false,
        (Some(_), Some(id)) => ended.get(id) == Some(&true),
        (Some(role), None) => role == Role::SessionToken && aws.expires.is_some_and(|at| at < as_of),
    };
    has_ended
        && finding
            .occurrences
            .iter()
            .all(|place| is_of_tests(place.origin.inside()))
}

/// Whether it is an id alone, which only lists of keys name, as IAM answers them, and only in folders of tests.
fn is_listed(finding: &Finding) -> bool {
    let alone = |aws: &Aws| aws.pair.is_none() && aws.status.is_some();
    role_of(finding) == Some(Role::KeyId)
        && finding.aws.as_deref().is_some_and(alone)
        && finding.occurrences.iter().all(|place| is_of_tests(&place.origin.path))
}

/// The ids that a secret key was surely found for.
fn ids_with_secret_keys(findings: &[Finding]) -> HashSet<String> {
    findings
        .iter()
        .filter(|finding| role_of(finding) == Some(Role::SecretKey))
        .filter_map(|finding| {
            let aws = finding.aws.as_ref()?;
            let is_sure = aws.pair.as_ref()?.confidence > Confidence::Low;
            aws.key_id.clone().filter(|_| is_sure)
        })
        .collect()
}

/// Temporary key ids whose session token was found, and whether that has ended.
fn ended_sessions(findings: &[Finding], as_of: i64) -> HashMap<String, bool> {
    findings
        .iter()
        .filter(|finding| role_of(finding) == Some(Role::SessionToken))
        .filter_map(|finding| {
            let aws = finding.aws.as_ref()?;
            Some((aws.key_id.clone()?, aws.expires? < as_of))
        })
        .collect()
}

/// `rootkey.csv` is what the console calls the download of a root user's key.
fn mark_root_keys(findings: &mut [Finding]) {
    let named_so = |finding: &Finding| {
        finding.occurrences.iter().any(|place| {
            let name = place.origin.path.rsplit(|&b| b == b'/').next().unwrap_or_default();
            let name = name.to_ascii_lowercase();
            name.starts_with(b"rootkey") && name.ends_with(b".csv")
        })
    };
    let roots: Vec<Fingerprint> = findings
        .iter()
        .filter(|finding| matches!(role_of(finding), Some(Role::KeyId | Role::SecretKey)) && named_so(finding))
        .map(|finding| finding.fingerprint)
        .collect();
    for finding in findings
        .iter_mut()
        .filter(|finding| roots.contains(&finding.fingerprint))
    {
        finding.aws.get_or_insert_default().root = true;
    }
}

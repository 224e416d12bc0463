//! Severity: how bad a finding is, from what is known of it. Every change of a rule's own severity says why.

use std::collections::HashMap;

use super::role_of;
use crate::detect::Role;
use crate::finding::{Finding, Fingerprint, Severity};

/// Sets the severity of every finding. `as_of` (Unix seconds) decides what has ended.
pub fn grade(findings: &mut [Finding], as_of: i64) {
    mark_root_keys(findings);
    let ended = ended_sessions(findings, as_of);
    for finding in findings.iter_mut() {
        let (severity, reason) = verdict(finding, &ended, as_of);
        finding.severity = severity;
        finding.reasons.extend(reason.map(str::to_owned));
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

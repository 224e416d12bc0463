//! One finding as the JSON report gives it.

use std::borrow::Cow;

use serde::Serialize;

use super::age::Age;
use super::text::{base64_unless_utf8, lossy};
use super::verification::Verification;
use crate::finding::{self, Confidence, Finding, Generation, Occurrence, SuppressionKind};
use crate::origin::CommitStamp;
use crate::report::Report;
use crate::report::time::rfc3339;

/// One finding.
#[derive(Serialize)]
pub struct Entry<'r> {
    id: String,
    fingerprint: String,
    rule: &'r str,
    kind: &'r str,
    severity: &'static str,
    confidence: &'static str,
    reasons: &'r [String],
    state: &'static str,
    /// Always masked.
    secret: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret_raw: Option<Cow<'r, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret_raw_base64: Option<String>,
    aws: Option<Aws<'r>>,
    /// The place that reports lead with; also the first of `occurrences`.
    location: Location<'r>,
    introduced: Option<Commit>,
    removed: Option<Commit>,
    occurrences: Vec<Location<'r>>,
    refs: &'r [String],
    more_refs: u64,
    /// The verdict of a rotation policy, where one was asked.
    age: Option<Age<'r>>,
    /// What asking AWS gave, where that was wanted.
    verification: Option<Verification<'r>>,
    suppressed: Option<Suppression<'r>>,
}

#[derive(Serialize)]
struct Location<'r> {
    place: &'static str,
    path: Cow<'r, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_base64: Option<String>,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    /// The commit that first had the secret at this path.
    commit: Option<String>,
    author_time: Option<String>,
    commit_time: Option<String>,
    /// The blob, commit or tag that holds the content.
    object: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    submodule: Option<Cow<'r, str>>,
    in_head: bool,
    via: &'r [&'static str],
    /// The line, every secret in it masked.
    snippet: &'r str,
}

#[derive(Serialize)]
struct Commit {
    commit: String,
    author_time: Option<String>,
    commit_time: Option<String>,
}

#[derive(Serialize)]
struct Aws<'r> {
    key_id: Option<&'r str>,
    account_id: Option<&'r str>,
    generation: Option<&'static str>,
    canary: Option<&'r str>,
    pair_of: Option<String>,
    pair_confidence: Option<&'static str>,
    pair_how: Option<&'static str>,
    profile: Option<&'r str>,
    user: Option<&'r str>,
    created: Option<String>,
    expires: Option<String>,
    status: Option<&'r str>,
    region: Option<&'r str>,
    signed: Option<Signed<'r>>,
    root: bool,
}

#[derive(Serialize)]
struct Signed<'r> {
    at: Option<String>,
    service: Option<&'r str>,
}

#[derive(Serialize)]
struct Suppression<'r> {
    kind: &'static str,
    reason: &'r str,
    until: Option<String>,
}

impl<'r> Entry<'r> {
    pub fn of(report: &Report, finding: &'r Finding) -> Self {
        let raw = report.raw_secret(finding);
        Self {
            id: finding.fingerprint.id(),
            fingerprint: finding.fingerprint.to_string(),
            rule: &finding.rule.id,
            kind: &finding.rule.kind,
            severity: finding.severity.as_str(),
            confidence: finding.confidence.as_str(),
            reasons: &finding.reasons,
            state: finding.state.as_str(),
            secret: finding.secret.masked(),
            secret_raw: raw.map(lossy),
            secret_raw_base64: raw.and_then(base64_unless_utf8),
            aws: finding.aws.as_deref().map(Aws::of),
            location: Location::of(finding.primary()),
            introduced: finding.introduced.as_ref().map(Commit::of),
            removed: finding.removed.as_ref().map(Commit::of),
            occurrences: finding.occurrences.iter().map(Location::of).collect(),
            refs: &finding.refs,
            more_refs: finding.more_refs,
            age: finding.judged.as_deref().map(|judged| Age::of(judged, report.as_of)),
            verification: finding.verification.as_deref().map(Verification::of),
            suppressed: finding.suppressed.as_ref().map(Suppression::of),
        }
    }
}

impl<'r> Location<'r> {
    fn of(occurrence: &'r Occurrence) -> Self {
        let origin = &occurrence.origin;
        Self {
            place: origin.place.as_str(),
            path: lossy(&origin.path),
            path_base64: base64_unless_utf8(&origin.path),
            line: occurrence.start.line,
            column: occurrence.start.column,
            end_line: occurrence.end.line,
            end_column: occurrence.end.column,
            commit: occurrence.commit.map(|stamp| stamp.id.to_string()),
            author_time: occurrence.commit.and_then(|stamp| rfc3339(stamp.author_time)),
            commit_time: occurrence.commit.and_then(|stamp| rfc3339(stamp.commit_time)),
            object: origin.object.map(|id| id.to_string()),
            submodule: origin.submodule.as_deref().map(lossy),
            in_head: occurrence.in_head,
            via: &occurrence.via,
            snippet: &occurrence.snippet,
        }
    }
}

impl Commit {
    fn of(stamp: &CommitStamp) -> Self {
        Self {
            commit: stamp.id.to_string(),
            author_time: rfc3339(stamp.author_time),
            commit_time: rfc3339(stamp.commit_time),
        }
    }
}

impl<'r> Aws<'r> {
    fn of(aws: &'r finding::Aws) -> Self {
        let pair = aws.pair.as_ref();
        Self {
            key_id: aws.key_id.as_deref(),
            account_id: aws.account_id.as_deref(),
            generation: aws.generation.map(Generation::as_str),
            canary: aws.canary.as_deref(),
            pair_of: pair.map(|pair| pair.of.id()),
            pair_confidence: pair.map(|pair| Confidence::as_str(pair.confidence)),
            pair_how: pair.map(|pair| pair.how),
            profile: aws.profile.as_deref(),
            user: aws.user.as_deref(),
            created: aws.created.and_then(rfc3339),
            expires: aws.expires.and_then(rfc3339),
            status: aws.status.as_deref(),
            region: aws.region.as_deref(),
            signed: aws.signed.as_ref().map(|signed| Signed {
                at: signed.at.and_then(rfc3339),
                service: signed.service.as_deref(),
            }),
            root: aws.root,
        }
    }
}

impl<'r> Suppression<'r> {
    fn of(suppression: &'r finding::Suppression) -> Self {
        Self {
            kind: SuppressionKind::as_str(suppression.kind),
            reason: &suppression.reason,
            until: suppression.until.map(|day| day.to_string()),
        }
    }
}

//! The part of a JSON report that is read back, and how it becomes findings.
//!
//! Unknown keys are passed over: a report may be of a later keytrail with the same schema version. A value that the
//! schema does not allow is an error. Text from here is a stranger's and is escaped by whoever prints it.

use std::collections::HashMap;

use data_encoding::BASE64;
use serde::Deserialize;

use super::words::{object, place, state, time, unknown_rule};
use crate::finding::{
    self, Aws, Confidence, Finding, Fingerprint, Generation, Occurrence, Pair, Severity, Signed, SuppressionKind,
};
use crate::git::parse_id;
use crate::origin::{CommitStamp, ObjectId, Origin};
use crate::report;
use crate::rules::RuleSet;
use crate::secret::Secret;
use crate::text::Position;

#[derive(Deserialize)]
pub struct Document {
    pub target: Target,
    pub complete: bool,
    pub incomplete_reasons: Vec<String>,
    pub findings: Vec<Entry>,
}

#[derive(Deserialize)]
pub struct Meta {
    pub target: Target,
}

#[derive(Deserialize)]
pub struct Target {
    command: String,
    what: Vec<String>,
    head: Option<String>,
    branch: Option<String>,
    remote: Option<String>,
}

#[derive(Deserialize)]
pub struct Summary {
    pub complete: bool,
    pub incomplete_reasons: Vec<String>,
}

#[derive(Deserialize)]
pub struct Entry {
    fingerprint: String,
    rule: String,
    kind: String,
    severity: Severity,
    confidence: Confidence,
    state: String,
    secret: String,
    aws: Option<AwsEntry>,
    introduced: Option<Commit>,
    removed: Option<Commit>,
    occurrences: Vec<Location>,
    refs: Vec<String>,
    more_refs: u64,
    suppressed: Option<Suppressed>,
}

#[derive(Deserialize)]
struct Commit {
    commit: String,
    author_time: Option<String>,
    commit_time: Option<String>,
}

#[derive(Deserialize)]
struct Location {
    place: String,
    path: String,
    path_base64: Option<String>,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    commit: Option<String>,
    author_time: Option<String>,
    commit_time: Option<String>,
    object: Option<String>,
    in_head: bool,
}

#[derive(Deserialize)]
struct AwsEntry {
    key_id: Option<String>,
    account_id: Option<String>,
    generation: Option<String>,
    canary: Option<String>,
    pair_of: Option<String>,
    profile: Option<String>,
    user: Option<String>,
    created: Option<String>,
    expires: Option<String>,
    status: Option<String>,
    region: Option<String>,
    signed: Option<SignedEntry>,
    root: bool,
}

#[derive(Deserialize)]
struct SignedEntry {
    at: Option<String>,
    service: Option<String>,
}

#[derive(Deserialize)]
struct Suppressed {
    kind: String,
    reason: String,
    #[serde(default)]
    until: Option<String>,
}

/// The times of commits, as far as the report names any.
pub struct Stamps(HashMap<ObjectId, CommitStamp>);

impl Stamps {
    pub fn of(entries: &[Entry]) -> Self {
        let commits = entries.iter().flat_map(|entry| [&entry.introduced, &entry.removed]);
        let stamps = commits.flatten().filter_map(|commit| commit.stamp().ok().flatten());
        Self(stamps.map(|stamp| (stamp.id, stamp)).collect())
    }
}

impl Target {
    pub fn target(self) -> report::Target {
        let known = ["scan", "staged", "range", "ci", "history"];
        let command = known.into_iter().find(|word| *word == self.command);
        report::Target {
            command: command.unwrap_or("scan"),
            what: self.what,
            head: self.head.as_deref().and_then(|id| parse_id(id.as_bytes())),
            branch: self.branch,
            remote: self.remote,
        }
    }
}

pub type Read<T> = Result<T, String>;

impl Entry {
    /// Makes the finding. A fault names the key and quotes nothing.
    pub fn finding(self, rules: &RuleSet, stamps: &Stamps) -> Read<Finding> {
        let fingerprint = Fingerprint::parse(&self.fingerprint).ok_or("fingerprint: expected 32 hex digits")?;
        let rule = rules.get(&self.rule).cloned();
        let rule = rule.unwrap_or_else(|| unknown_rule(&self.rule, &self.kind, self.severity, self.confidence));
        let occurrences: Read<Vec<Occurrence>> = self.occurrences.into_iter().map(|at| at.occurrence(stamps)).collect();
        let occurrences = occurrences?;
        if occurrences.is_empty() {
            return Err("occurrences: a finding has at least one".to_owned());
        }
        let stamp = |commit: Option<Commit>| commit.map_or(Ok(None), |commit| commit.stamp());
        Ok(Finding {
            rule,
            secret: Secret::new(self.secret.as_bytes()),
            fingerprint,
            severity: self.severity,
            confidence: self.confidence,
            reasons: Vec::new(),
            aws: self.aws.map(|aws| aws.aws(fingerprint)).transpose()?.map(Box::new),
            state: state(&self.state)?,
            occurrences,
            introduced: stamp(self.introduced)?,
            removed: stamp(self.removed)?,
            refs: self.refs,
            more_refs: self.more_refs,
            suppressed: self.suppressed.map(Suppressed::suppression).transpose()?,
            judged: None,
            // Of what was asked then, a new table asks anew.
            verification: None,
        })
    }
}

impl Commit {
    /// The stamp, if its times are known.
    fn stamp(&self) -> Read<Option<CommitStamp>> {
        let id = object(&self.commit)?;
        let (author, commit) = (time(self.author_time.as_deref())?, time(self.commit_time.as_deref())?);
        Ok(author
            .or(commit)
            .zip(commit.or(author))
            .map(|(author_time, commit_time)| CommitStamp {
                id,
                author_time,
                commit_time,
            }))
    }
}

impl Location {
    fn occurrence(self, stamps: &Stamps) -> Read<Occurrence> {
        let commit = match &self.commit {
            None => None,
            Some(commit) => {
                let own = Commit {
                    commit: commit.clone(),
                    author_time: self.author_time,
                    commit_time: self.commit_time,
                };
                let id = object(commit)?;
                own.stamp()?.or_else(|| stamps.0.get(&id).copied())
            }
        };
        let path = match &self.path_base64 {
            Some(whole) => BASE64
                .decode(whole.as_bytes())
                .map_err(|_| "path_base64: it is no base64")?,
            None => self.path.into_bytes(),
        };
        let mut origin = Origin::new(place(&self.place)?, path);
        origin.object = self.object.as_deref().map(object).transpose()?;
        Ok(Occurrence {
            origin,
            via: Vec::new(),
            start: Position {
                line: self.line.max(1),
                column: self.column.max(1),
            },
            end: Position {
                line: self.end_line.max(1),
                column: self.end_column.max(1),
            },
            commit,
            in_head: self.in_head,
            marker: None,
            score: None,
            // What was read back is not shown again.
            snippet: String::new(),
            holding: 0,
            line_hash: None,
        })
    }
}

impl AwsEntry {
    fn aws(self, own: Fingerprint) -> Read<Aws> {
        let word =
            |id: &String| (16..=128).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if self.key_id.as_ref().is_some_and(|id| !word(id)) {
            return Err("aws.key_id: that is no access key id".to_owned());
        }
        let digits = |id: &String| id.len() == 12 && id.bytes().all(|b| b.is_ascii_digit());
        if self.account_id.as_ref().is_some_and(|id| !digits(id)) {
            return Err("aws.account_id: expected twelve digits".to_owned());
        }
        Ok(Aws {
            key_id: self.key_id,
            account_id: self.account_id,
            generation: match self.generation.as_deref() {
                Some("old") => Some(Generation::Old),
                Some("new") => Some(Generation::New),
                _ => None,
            },
            canary: self.canary,
            // The report names the other half by its short id; that there is one is all that is asked.
            pair: self.pair_of.map(|_| Pair {
                of: own,
                confidence: Confidence::Medium,
                how: "reported",
            }),
            profile: self.profile,
            user: self.user,
            created: time(self.created.as_deref())?,
            expires: time(self.expires.as_deref())?,
            status: self.status,
            region: self.region,
            signed: match self.signed {
                Some(signed) => Some(Signed {
                    at: time(signed.at.as_deref())?,
                    service: signed.service,
                    url: None,
                }),
                None => None,
            },
            root: self.root,
        })
    }
}

impl Suppressed {
    fn suppression(self) -> Read<finding::Suppression> {
        let kind = SuppressionKind::ALL.into_iter().find(|kind| kind.as_str() == self.kind);
        let until = self.until.as_deref().map(str::parse).transpose();
        Ok(finding::Suppression {
            kind: kind.ok_or("suppressed.kind: it is not known")?,
            reason: self.reason,
            until: until.map_err(|_| "suppressed.until: expected a day, such as 2027-01-31")?,
        })
    }
}

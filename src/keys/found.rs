//! What findings say of a key's age and place: commits, dates beside it, signatures, sessions, replacements.
//!
//! Reads findings that history has located. A commit's time is the earlier of its two, unless that one cannot be.
//! A key that came to a path in the very commit in which another left it replaced it: that hints at when it was
//! made, and proves nothing.

use std::collections::HashMap;

use crate::finding::age::{Bound, EvidenceKind};
use crate::finding::{Aws, Finding, Occurrence};
use crate::keys::age::Facts;
use crate::keys::{Age, Exposed};
use crate::origin::{CommitStamp, ObjectId, Place, way};
use crate::text::sanitize;

/// Sessions last 15 minutes to 36 hours.
const SHORTEST_SESSION: i64 = 900;
const LONGEST_SESSION: i64 = 36 * 3600;
/// Replaced keys that are named.
const NAMED: usize = 3;

/// Whether a finding is of an access key, or of something made with one.
pub fn is_key(finding: &Finding) -> bool {
    let names_one = finding.aws.as_ref().is_some_and(|aws| aws.key_id.is_some());
    let half = matches!(&*finding.rule.id, "aws-secret-access-key" | "aws-session-token");
    finding.suppressed.is_none() && (names_one || half)
}

/// Adds what one finding of a key says of its age.
pub fn add_facts(facts: &mut Facts, finding: &Finding, as_of: i64) {
    let place = place_name(finding.primary());
    let (earliest, path) = first_commit(finding, facts);
    if let Some((stamp, at)) = earliest {
        let source = match path {
            Some(path) => format!("commit {} in {path}", stamp.id.short()),
            None => format!("commit {}", stamp.id.short()),
        };
        facts.add(EvidenceKind::Introduced, Bound::MadeBy, at, source);
    }
    let Some(aws) = &finding.aws else { return };
    if let Some(at) = aws.created {
        match &*finding.rule.kind {
            "access-key-id" | "secret-key" => {
                let source = format!("the creation date beside it in {place}");
                facts.add(EvidenceKind::Beside, Bound::MadeAt, at, source);
            }
            "session-token" if is_temporary(finding) => {
                let source = format!("the session token in {place}");
                facts.add(EvidenceKind::Beside, Bound::MadeAt, at, source);
            }
            // Of something that was made with the key.
            _ => facts.add(
                EvidenceKind::Used,
                Bound::MadeBy,
                at,
                format!("what was made with it in {place}"),
            ),
        }
    } else if let Some(end) = session_end(finding, aws) {
        let source = format!("the session's end in {place}");
        facts.add(
            EvidenceKind::Beside,
            Bound::MadeSince,
            end.saturating_sub(LONGEST_SESSION),
            source.clone(),
        );
        // A session that goes on has begun, so that says nothing.
        let begun = end.saturating_sub(SHORTEST_SESSION);
        if begun <= as_of {
            facts.add(EvidenceKind::Beside, Bound::MadeBy, begun, source);
        }
    }
    if let Some(signed) = &aws.signed {
        let source = format!("the signed request in {place}");
        match (signed.at, aws.expires) {
            (Some(at), _) => facts.add(EvidenceKind::Used, Bound::MadeBy, at, source),
            // Version 2 says only when the request ends: it was signed before.
            (None, Some(end)) if end <= as_of => facts.add(EvidenceKind::Used, Bound::MadeBy, end, source),
            (None, _) => {}
        }
    }
}

/// When the session of a temporary credential ends, as the content says. Of a signed request the end is not that
/// of the session.
fn session_end(finding: &Finding, aws: &Aws) -> Option<i64> {
    // A secret takes its pair's end over, whatever that was the end of.
    let own = finding.rule.kind != "secret-key" && aws.signed.is_none();
    aws.expires.filter(|_| own && is_temporary(finding))
}

fn is_temporary(finding: &Finding) -> bool {
    let id = finding.aws.as_ref().and_then(|aws| aws.key_id.as_deref());
    // A token that is wrongly paired with a long-lived key must not end that.
    id.map_or(finding.rule.kind == "session-token", |id| id.starts_with("ASIA"))
}

/// The earliest commit that has it, at its earlier possible time, with the path there.
fn first_commit(finding: &Finding, facts: &Facts) -> (Option<(CommitStamp, i64)>, Option<String>) {
    let at_paths = finding
        .occurrences
        .iter()
        .filter_map(|place| Some((place.commit?, Some(place))));
    let introduced = finding.introduced.map(|stamp| (stamp, None));
    let timed = at_paths
        .chain(introduced)
        .map(|(stamp, place)| (time_of(&stamp, facts), stamp, place));
    let first = timed.min_by_key(|(at, ..)| (!facts.can_be(*at), *at));
    let path = first.and_then(|(.., place)| place).map(place_name);
    (first.map(|(at, stamp, _)| (stamp, at)), path)
}

/// The earlier of a commit's times; the other one if no such key was there so early.
fn time_of(stamp: &CommitStamp, facts: &Facts) -> i64 {
    let early = stamp.author_time.min(stamp.commit_time);
    match facts.can_be(early) {
        true => early,
        false => stamp.author_time.max(stamp.commit_time),
    }
}

/// Says where a key was found. The findings are all of one key, by their numbers.
pub fn exposure(findings: &[(usize, &Finding)], age: &Age) -> Option<Exposed> {
    let by_id = findings
        .iter()
        .find(|(_, finding)| finding.rule.kind == "access-key-id");
    let (_, leading) = by_id.or(findings.first())?;
    let aws = || findings.iter().filter_map(|(_, finding)| finding.aws.as_deref());
    let commits = age.evidence.iter().filter(|fact| fact.kind == EvidenceKind::Introduced);
    let since = commits.map(|fact| fact.at).min();
    Some(Exposed {
        findings: findings.iter().map(|(number, _)| *number).collect(),
        place: place_name(leading.primary()),
        more_places: leading.occurrences.len() - 1,
        since,
        ended: ended(findings),
        canary: aws().find_map(|aws| aws.canary.clone()),
        root: aws().any(|aws| aws.root),
    })
}

/// When a session has ended at the latest. Here the later time of a commit counts: an end must not be made up.
fn ended(findings: &[(usize, &Finding)]) -> Option<i64> {
    let sessions = || {
        findings
            .iter()
            .map(|(_, finding)| *finding)
            .filter(|finding| is_temporary(finding))
    };
    let said = sessions()
        .filter_map(|finding| session_end(finding, finding.aws.as_ref()?))
        .max();
    let begun = sessions().filter_map(|finding| {
        let signed = finding.aws.as_ref().and_then(|aws| aws.signed.as_ref()?.at);
        let commit = finding.introduced.map(|stamp| stamp.author_time.max(stamp.commit_time));
        [signed.map(|day| day + 86_400), commit].into_iter().flatten().min()
    });
    said.or_else(|| begun.min().map(|at| at.saturating_add(LONGEST_SESSION)))
}

/// A key that left a path: its id, and the commit with which it had come there.
type Gone<'f> = (&'f str, CommitStamp);

/// Keys that took the place of others.
pub struct Replacements<'f> {
    /// Who left which path in which commit.
    left: HashMap<(ObjectId, &'f [u8]), Vec<Gone<'f>>>,
}

impl<'f> Replacements<'f> {
    pub fn observed(findings: &'f [Finding]) -> Self {
        let mut left: HashMap<_, Vec<_>> = HashMap::new();
        for finding in findings {
            let (Some(removed), Some(id)) = (finding.removed, long_lived_id(finding)) else {
                continue;
            };
            for (path, stamp) in arrivals(finding) {
                left.entry((removed.id, path)).or_default().push((id, stamp));
            }
        }
        Self { left }
    }

    /// Adds what a key's predecessors hint at: when they came, it most likely was not yet there.
    pub fn add_facts(&self, facts: &mut Facts, finding: &Finding) {
        let Some(own) = long_lived_id(finding) else { return };
        for (path, stamp) in arrivals(finding) {
            let gone = self.left.get(&(stamp.id, path)).map_or(&[][..], Vec::as_slice);
            for (id, came) in gone.iter().filter(|(id, _)| *id != own).take(NAMED) {
                let source = format!(
                    "commit {} in {}: it replaced {id}, there since commit {}",
                    stamp.id.short(),
                    sanitize(path),
                    came.id.short()
                );
                let at = time_of(came, facts);
                facts.add(EvidenceKind::Replaced, Bound::MadeSince, at, source);
            }
        }
    }
}

/// The paths that a finding came to, and the commits with which it did.
fn arrivals(finding: &Finding) -> impl Iterator<Item = (&[u8], CommitStamp)> {
    let files = finding
        .occurrences
        .iter()
        .filter(|place| place.origin.place == Place::Blob);
    files.filter_map(|place| Some((&place.origin.path[..], place.commit?)))
}

fn long_lived_id(finding: &Finding) -> Option<&str> {
    let id = finding.aws.as_ref()?.key_id.as_deref()?;
    let is_id = finding.rule.kind == "access-key-id" && finding.suppressed.is_none();
    (is_id && id.starts_with("AKIA")).then_some(id)
}

/// `deploy/prod.env line 3`, `a commit message`
pub(super) fn place_name(place: &Occurrence) -> String {
    let line = place.start.line;
    let path = sanitize(&[&place.origin.path[..], &way::members(&place.via)].concat());
    match place.origin.place {
        // Where the folder lies on this machine is nobody's business.
        Place::File if path.starts_with('/') => {
            let name = path.rsplit('/').next().unwrap_or_default();
            format!("{name} line {line}")
        }
        Place::File | Place::Blob if !path.is_empty() => format!("{path} line {line}"),
        Place::Blob => "a blob without a name".to_owned(),
        Place::Stdin => format!("standard input line {line}"),
        Place::CommitMessage => "a commit message".to_owned(),
        Place::Identity => "an author's or committer's name".to_owned(),
        Place::TagMessage => format!("the message of tag {path}"),
        Place::PathName => format!("the name {path}"),
        Place::RefName => format!("the ref name {path}"),
        Place::File => format!("line {line}"),
    }
}

//! What rules of other scanners say of paths and commits, asked once both are known.
//!
//! A place whose path the rule is not for is no place of it. A place that one of its allow lists names stays in the
//! report, marked as allowed; the finding is open as long as one place is.

use crate::finding::{Finding, Occurrence, Suppression, SuppressionKind};
use crate::origin::way::members;
use crate::rules::Matcher;
use crate::rules::foreign::Foreign;

/// Leaves out what is of no rule, and marks what is allowed.
pub fn ask_places(findings: &mut Vec<Finding>) {
    findings.retain_mut(|finding| {
        let rule = finding.rule.clone();
        let Matcher::Foreign(foreign) = &rule.matcher else {
            return true;
        };
        if let Some(path) = &foreign.path {
            finding.occurrences.retain(|place| path.is_match(&path_of(place)));
        }
        let mut allowed = finding.occurrences.iter().map(|place| allowed(foreign, place));
        if let Some(Some(first)) = allowed.next()
            && allowed.all(|allowed| allowed.is_some())
            && finding.suppressed.is_none()
        {
            finding.suppressed = Some(Suppression {
                kind: SuppressionKind::Allow,
                reason: first.to_owned(),
                until: None,
            });
        }
        !finding.occurrences.is_empty()
    });
}

/// Why the place is allowed, if it is.
fn allowed<'f>(foreign: &'f Foreign, place: &Occurrence) -> Option<&'f str> {
    let commit = place.commit.map(|commit| commit.id.to_string());
    let path = path_of(place);
    let numbered = foreign.allows.iter().enumerate();
    numbered
        .map(|(number, allow)| (place.holding >> number & 1 == 1, allow))
        .find(|(in_content, allow)| allow.holds_at(*in_content, &path, commit.as_deref()))
        .map(|(_, allow)| allow.reason.as_str())
}

/// The path, and behind it that of a member of an archive, as Gitleaks writes it: `a.zip!web/.env`.
fn path_of(place: &Occurrence) -> Vec<u8> {
    [&*place.origin.path, &members(&place.via)].concat()
}

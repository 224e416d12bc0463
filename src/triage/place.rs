//! Rules for certain files: `master.key`, `.pgpass` and the like, where only the name of the file tells what it holds.
//!
//! Detection knows no paths, so such a rule's candidates are made of their form alone, beside those of other
//! rules. Here, where every place has its path, they stand or fall: **what stands in another file never was a
//! finding**, so it is dropped and not counted. Where no path is known (standard input, a blob that no tree names), it
//! stays with low confidence.
//!
//! A path is written as `**/name`: `*` stands for anything but `/`, `**/` for any folders or none, everything
//! else for itself, in capitals or not. One that starts with `!` takes away from the others. A member of an archive is
//! known by its own path: `a.zip!web/.env` is a `**/.env`.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

use crate::finding::{Confidence, Finding, Occurrence};
use crate::origin::way::members;
use crate::origin::{ObjectId, Place, Step};
use crate::rules::Text;
use crate::text::Position;

/// Leaves each finding the places where its rule applies; one that is left with none is dropped. A place that a
/// rule for certain files shares with another rule belongs to the surer one.
pub fn place(mut findings: Vec<Finding>) -> Vec<Finding> {
    if findings.iter().all(|finding| finding.rule.paths.is_empty()) {
        return findings;
    }
    findings.iter_mut().for_each(keep_fitting);
    findings.retain(|finding| !finding.occurrences.is_empty());
    settle(&mut findings);
    findings.retain(|finding| !finding.occurrences.is_empty());
    findings
}

fn keep_fitting(finding: &mut Finding) {
    let globs = &finding.rule.paths;
    if globs.is_empty() {
        return;
    }
    let whereabouts = |occurrence: &Occurrence| match path(occurrence) {
        Some([]) => Whereabouts::Unknown,
        Some(path) if applies(globs, path) => Whereabouts::Fitting,
        _ => Whereabouts::Elsewhere,
    };
    finding
        .occurrences
        .retain(|occurrence| whereabouts(occurrence) != Whereabouts::Elsewhere);
    let fits = |occurrence| whereabouts(occurrence) == Whereabouts::Fitting;
    if !finding.occurrences.iter().any(fits) {
        finding.confidence = Confidence::Low;
        finding.reasons.push("the file has no known name".to_owned());
    }
}

#[derive(PartialEq, Eq)]
enum Whereabouts {
    Fitting,
    Unknown,
    Elsewhere,
}

/// The path of the file or member that the content is of, empty where none is known; `None` if it is of neither.
fn path(occurrence: &Occurrence) -> Option<&[u8]> {
    let origin = &occurrence.origin;
    let own = match origin.place {
        Place::Stdin => &[],
        Place::File | Place::Blob => &*origin.path,
        _ => return None,
    };
    let last = occurrence.via.iter().rev().find_map(|step| match step {
        Step::Member(name) => Some(Some(&**name)),
        Step::Names => Some(None),
        Step::Form(_) | Step::Part { .. } => None,
    });
    last.unwrap_or(Some(own))
}

/// One content, as far as findings know it: its origin, and the members that lead to it.
type File<'f> = (Place, &'f [u8], Option<ObjectId>, Vec<u8>);

fn file(occurrence: &Occurrence) -> File<'_> {
    let origin = &occurrence.origin;
    (origin.place, &origin.path, origin.object, members(&occurrence.via))
}

/// Of findings that share a stretch of a file, leaves it to the surest, as overlapping candidates are resolved.
fn settle(findings: &mut [Finding]) {
    let claimed: HashSet<File<'_>> = findings
        .iter()
        .filter(|finding| !finding.rule.paths.is_empty())
        .flat_map(|finding| finding.occurrences.iter().map(file))
        .collect();
    let mut order: Vec<usize> = (0..findings.len()).collect();
    order.sort_by_key(|&number| Reverse(rank(&findings[number])));
    let mut kept: HashMap<File<'_>, Vec<(usize, Range<Position>)>> = HashMap::new();
    let mut lost = Vec::new();
    for number in order {
        let places = findings[number].occurrences.iter().enumerate();
        for (at, place) in places.filter(|(_, place)| claimed.contains(&file(place))) {
            let kept = kept.entry(file(place)).or_default();
            let shared = kept
                .iter()
                .any(|(other, span)| *other != number && span.start < place.end && place.start < span.end);
            match shared {
                true => lost.push((number, at)),
                false => kept.push((number, place.start..place.end)),
            }
        }
    }
    lost.sort_unstable();
    for (number, at) in lost.into_iter().rev() {
        findings[number].occurrences.remove(at);
    }
}

fn rank(finding: &Finding) -> impl Ord + use<> {
    let paired = finding.aws.as_ref().is_some_and(|aws| aws.pair.is_some());
    (
        paired,
        finding.suppressed.is_none(),
        finding.rule.rank(finding.confidence),
    )
}

/// Whether a path is one of those that a rule is about.
fn applies(globs: &[Text], path: &[u8]) -> bool {
    let fits = |glob: &str| fits(glob.as_bytes(), path);
    globs.iter().any(|glob| fits(glob)) && !globs.iter().filter_map(|glob| glob.strip_prefix('!')).any(fits)
}

fn fits(glob: &[u8], path: &[u8]) -> bool {
    match glob {
        [] => path.is_empty(),
        [b'*', b'*', b'/', rest @ ..] => {
            let folders = (0..path.len()).filter(|&at| path[at] == b'/');
            fits(rest, path) || folders.into_iter().any(|at| fits(rest, &path[at + 1..]))
        }
        [b'*', rest @ ..] => {
            let name = path.iter().take_while(|&&byte| byte != b'/').count();
            (0..=name).any(|at| fits(rest, &path[at..]))
        }
        [sign, rest @ ..] => path.first().is_some_and(|byte| byte.eq_ignore_ascii_case(sign)) && fits(rest, &path[1..]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_fits_by_name_folder_and_ending() {
        let fit = |globs: &[&str], path: &str| {
            let globs: Vec<Text> = globs.iter().map(|glob| (*glob).to_owned().into()).collect();
            applies(&globs, path.as_bytes())
        };
        for path in [".pgpass", "/home/a/.pgpass", "db/.PGPASS"] {
            assert!(fit(&["**/.pgpass"], path), "{path}");
        }
        for path in ["x.pgpass", ".pgpass/x", ".pgpass.md"] {
            assert!(!fit(&["**/.pgpass"], path), "{path}");
        }
        assert!(fit(&["**/credentials/*.key"], "config/credentials/production.key"));
        assert!(!fit(&["**/credentials/*.key"], "config/credentials/old/production.key"));
        assert!(fit(&["**/.env", "**/.env.*", "!**/.env.example"], "web/.env.local"));
        assert!(!fit(&["**/.env", "**/.env.*", "!**/.env.example"], "web/.env.example"));
        assert!(!fit(&[], "web/.env"));
    }
}

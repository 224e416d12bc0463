//! Pairing over files and commits: what stayed alone in its content, by path and by number.
//!
//! A secret key and an id that both stood at one path in different versions belong together; in one folder
//! perhaps; the only two of a repository perhaps. Unsure joins say so.

use crate::detect::Role;
use crate::finding::{Confidence, Finding, Fingerprint, Pair};

/// Pairs lone ids with lone secret keys. `role_of` says what part of a credential a finding is.
pub fn across(findings: &mut [Finding], role_of: fn(&Finding) -> Option<Role>) {
    let lone = |role: Role| -> Vec<usize> {
        (0..findings.len())
            .filter(|&at| role_of(&findings[at]) == Some(role) && findings[at].suppressed.is_none())
            .filter(|&at| findings[at].aws.as_ref().is_none_or(|aws| aws.pair.is_none()))
            .collect()
    };
    let mut ids = lone(Role::KeyId);
    let secrets: Vec<usize> = lone(Role::SecretKey)
        .into_iter()
        .filter(|&at| findings[at].confidence > Confidence::Low)
        .collect();
    let only = ids.len() == 1 && secrets.len() == 1;
    for secret in secrets {
        let same_path = || ids.iter().copied().find(|&id| share(findings, id, secret, |path| path));
        let same_folder = || one(&ids, |id| share(findings, id, secret, folder));
        let last_two = || ids.first().copied().filter(|_| only);
        let mate = same_path()
            .map(|id| (id, "same-path", Confidence::Medium))
            .or_else(|| same_folder().map(|id| (id, "same-folder", Confidence::Low)))
            .or_else(|| last_two().map(|id| (id, "same-repository", Confidence::Low)));
        if let Some((id, how, confidence)) = mate {
            ids.retain(|&other| other != id);
            mark(findings, id, secret, how, confidence);
        }
    }
}

/// The one that fits, if exactly one does.
fn one(ids: &[usize], fits: impl Fn(usize) -> bool) -> Option<usize> {
    let mut fitting = ids.iter().copied().filter(|&id| fits(id));
    fitting.next().filter(|_| fitting.next().is_none())
}

/// Whether the two have a place in common, seen through `view`.
fn share(findings: &[Finding], a: usize, b: usize, view: fn(&[u8]) -> &[u8]) -> bool {
    let places = |at: usize| {
        findings[at]
            .occurrences
            .iter()
            .map(|place| view(&place.origin.path))
            .take(64)
    };
    places(a).any(|here| !here.is_empty() && places(b).any(|there| here == there))
}

fn folder(path: &[u8]) -> &[u8] {
    path.iter().rposition(|&b| b == b'/').map_or(b"", |at| &path[..at])
}

fn mark(findings: &mut [Finding], id: usize, secret: usize, how: &'static str, confidence: Confidence) {
    let pair = |of: Fingerprint| Some(Pair { of, confidence, how });
    let of_id = findings[id].aws.clone().unwrap_or_default();
    let (id_print, secret_print) = (findings[id].fingerprint, findings[secret].fingerprint);
    findings[id].aws.get_or_insert_default().pair = pair(secret_print);
    let aws = findings[secret].aws.get_or_insert_default();
    aws.key_id = of_id.key_id;
    aws.account_id = of_id.account_id;
    aws.generation = of_id.generation;
    aws.canary = of_id.canary;
    aws.pair = pair(id_print);
}

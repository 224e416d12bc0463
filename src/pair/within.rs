//! Pairing within one content: on one line first, then in one section or object, then near, then anywhere.
//!
//! All possible couples are ranked by how they stand, and taken from the best on; each half is given once.
//! A placeholder pairs only with a placeholder.

use crate::detect::{Candidate, Mate, Role};
use crate::finding::{Aws, Confidence};

/// Two halves this close together need no name to belong together.
const NEAR_LINES: usize = 5;
const NEAR_BYTES: usize = 300;
/// With more candidates than this in one content, an id is tried with its neighbours only: time stays linear.
const MOST: usize = 64;
const NEIGHBOURS: usize = 6;

/// Pairs the candidates of one content. They are in the order of their spans.
pub fn within(bytes: &[u8], candidates: &mut [Candidate]) {
    let ids = unpaired(candidates, Role::KeyId);
    if ids.is_empty() {
        return;
    }
    for role in [Role::SecretKey, Role::SessionToken, Role::SmtpPassword] {
        let others = unpaired(candidates, role);
        let only = others.len() == 1;
        let mut couples = couples(bytes, candidates, &ids, &others);
        couples.sort_by_key(|couple| (couple.rank, couple.id, couple.other));
        let mut taken = std::collections::HashSet::new();
        for couple in couples {
            let (id, other) = (couple.id, couple.other);
            // A token goes only with a temporary key.
            let fits = role != Role::SessionToken || is_temporary(&candidates[id]);
            if fits && !taken.contains(&id) && !taken.contains(&other) {
                taken.extend([id, other]);
                join(candidates, &couple, only);
            }
        }
    }
}

fn unpaired(candidates: &[Candidate], role: Role) -> Vec<usize> {
    (0..candidates.len())
        .filter(|&at| candidates[at].role == Some(role))
        .filter(|&at| role == Role::KeyId || candidates[at].mate.is_none())
        .collect()
}

fn is_temporary(id: &Candidate) -> bool {
    let id = id.aws.as_ref().and_then(|aws| aws.key_id.as_deref());
    id.is_some_and(|id| id.starts_with("ASIA"))
}

/// An id and another part, and how they stand to each other.
struct Couple {
    id: usize,
    other: usize,
    how: &'static str,
    /// Lower is better.
    rank: (u8, usize),
}

fn couples(bytes: &[u8], candidates: &[Candidate], ids: &[usize], others: &[usize]) -> Vec<Couple> {
    let many = ids.len() > MOST || others.len() > MOST;
    let reach = if many { NEIGHBOURS } else { MOST };
    let mut found = Vec::new();
    for &id in ids {
        let here = others.partition_point(|&other| other < id);
        let near = here.saturating_sub(reach)..others.len().min(here + reach);
        for &other in &others[near] {
            let alike = candidates[id].placeholder.is_some() == candidates[other].placeholder.is_some();
            if alike {
                found.push(couple(bytes, candidates, id, other));
            }
        }
    }
    found
}

fn couple(bytes: &[u8], candidates: &[Candidate], id: usize, other: usize) -> Couple {
    let (a, b) = (&candidates[id].span, &candidates[other].span);
    let first_end = a.end.min(b.end);
    let last_start = a.start.max(b.start).max(first_end);
    let between = &bytes[first_end..last_start];
    let lines = between
        .iter()
        .take(8 * NEAR_BYTES)
        .filter(|&&byte| byte == b'\n')
        .count();
    let apart = crosses_section(&between[..between.len().min(8 * NEAR_BYTES)]);
    let close = lines <= NEAR_LINES || between.len() <= NEAR_BYTES;
    let (how, class) = match (lines, apart, close) {
        (0, false, _) => ("same-line", 0),
        (_, false, true) => ("same-section", 1),
        (_, true, true) => ("near", 2),
        _ => ("same-file", 3),
    };
    // Files say the id first: a secret that comes before its id stands a little further away.
    let backwards = usize::from(b.start < a.start) * 40;
    Couple {
        id,
        other,
        how,
        rank: (class, between.len() + backwards),
    }
}

/// Whether a section, object or list entry ends and another begins between the two.
fn crosses_section(between: &[u8]) -> bool {
    let mut closed = false;
    for line in between.split(|&b| b == b'\n') {
        let line = line.trim_ascii();
        let header = line.len() > 2 && line[0] == b'[' && line[line.len() - 1] == b']' && line[1].is_ascii_alphabetic();
        if header {
            return true;
        }
        for &byte in line {
            match byte {
                b'}' => closed = true,
                b'{' if closed => return true,
                _ => {}
            }
        }
    }
    false
}

fn join(candidates: &mut [Candidate], couple: &Couple, only: bool) {
    let named = candidates[couple.other].confidence > Confidence::Low;
    let confidence = match couple.how {
        "same-line" | "same-section" => Confidence::High,
        "near" => Confidence::Medium,
        _ if named || only => Confidence::Medium,
        _ => Confidence::Low,
    };
    let facts = candidates[couple.id].aws.clone().unwrap_or_default();
    let other = &mut candidates[couple.other];
    other.confidence = other.confidence.max(confidence);
    other.mate = Some(Mate {
        index: couple.id,
        confidence,
        how: couple.how,
    });
    adopt(other.aws.get_or_insert_default(), &facts);
    let id = &mut candidates[couple.id];
    // The secret key is the id's better half; token and SMTP password come after it.
    id.mate.get_or_insert(Mate {
        index: couple.other,
        confidence,
        how: couple.how,
    });
    if confidence == Confidence::High {
        id.confidence = Confidence::High;
    }
}

/// Takes over what the id knows and the other half does not.
fn adopt(aws: &mut Aws, of_id: &Aws) {
    let own = std::mem::take(aws);
    *aws = Aws {
        key_id: of_id.key_id.clone(),
        account_id: own.account_id.or_else(|| of_id.account_id.clone()),
        generation: of_id.generation,
        canary: own.canary.or_else(|| of_id.canary.clone()),
        profile: of_id.profile.clone(),
        user: own.user.or_else(|| of_id.user.clone()),
        created: own.created.or(of_id.created),
        expires: own.expires.or(of_id.expires),
        status: of_id.status.clone(),
        region: own.region.or_else(|| of_id.region.clone()),
        signed: None,
        pair: None,
        root: of_id.root,
    };
}

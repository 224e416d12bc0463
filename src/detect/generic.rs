//! High-entropy values with a name that speaks of a secret.
//!
//! The value is judged first, by how random it looks; the name beside it is read only then. A random value
//! whose name says digest, id or public key, or says nothing, is no candidate.

use std::ops::Range;
use std::sync::Arc;

use super::assigned::Assigned;
use super::candidate::Candidate;
use super::classes::Counts;
use super::name::{Beside, is_personal_token, words};
use super::runs::end_of_padding;
use super::{given, randomness, score};
use crate::finding::{Confidence, Score};
use crate::rules::Rule;

/// Longer values are data, not credentials.
const LONGEST: usize = 512;

/// Scores a value that looks random as a secret of an unknown kind, by the name beside it.
pub fn read(rule: &Arc<Rule>, bytes: &[u8], span: Range<usize>, beside: &Beside<'_>) -> Option<Candidate> {
    if !stands_alone(bytes, &span) {
        return None;
    }
    let value = span.start..end_of_padding(bytes, span.end);
    let noted = || given::of_note(bytes, &value);
    let (name, is_noted) = match beside.of_assigned_secret() {
        Some(name) => (name, false),
        None => (noted()?, true),
    };
    let assigned = Assigned { name, value };
    let mut candidate = score::judge(rule, bytes, &assigned)?;
    // A PAT is a word that the model was not taught.
    let is_pat = is_personal_token(&words(&bytes[assigned.name.clone()]));
    if is_noted || is_pat || given::is_handed_over(bytes, &assigned.name, assigned.value.start) {
        candidate.score = candidate.score.map(Score::believed);
        candidate.confidence = candidate.confidence.max(Confidence::Medium);
    }
    Some(candidate)
}

/// Whether the value by itself could be such a secret; `looks_random` is asked if it is no hexadecimal number.
pub fn is_random(value: &[u8], counts: &Counts, looks_random: impl FnOnce() -> bool) -> bool {
    if value.len() > LONGEST {
        return false;
    }
    if counts.digits + counts.hex_letters == value.len() {
        return value.len() >= 32 && randomness::looks_random_hex(value);
    }
    let mixed = counts.digits > 0 && counts.letters() > counts.digits / 3;
    mixed && !is_uuid(value) && looks_random()
}

/// Whether the value is not a part of a longer word, path, address or expression.
pub fn stands_alone(bytes: &[u8], span: &Range<usize>) -> bool {
    let before = span.start.checked_sub(1).map(|at| bytes[at]);
    let after = bytes.get(span.end).copied();
    let joins = |byte: Option<u8>| matches!(byte, Some(b'.' | b'$' | b'@' | b'#' | b'~' | b'*'));
    // A full stop at the end of a sentence joins nothing.
    let goes_on = joins(after) && bytes.get(span.end + 1).is_some_and(|b| !b.is_ascii_whitespace());
    let calls = matches!(after, Some(b'(' | b'[' | b'{'));
    !(joins(before) || goes_on || calls)
}

/// Whether the value is written like a UUID.
pub fn is_uuid(value: &[u8]) -> bool {
    value.len() == 36 && [8, 13, 18, 23].iter().all(|&at| value[at] == b'-')
}

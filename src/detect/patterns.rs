//! Rules with a pattern: it is matched at the literal where a match may start, within [`super::REACH`] bytes.
//!
//! What else a secret must hold, a checksum, is asked here; what stands for one is a placeholder.

use std::sync::Arc;

use super::candidate::Candidate;
use super::{REACH, checksum, placeholder};
use crate::rules::{Matcher, Rule};

/// Matches a rule's pattern around its literal, unless it starts within a word.
pub fn read_pattern(rule: &Arc<Rule>, bytes: &[u8], at: usize) -> Option<Candidate> {
    let Matcher::Pattern(pattern) = &rule.matcher else {
        return None;
    };
    let start = at.checked_sub(pattern.offset)?;
    let inside_word = start > 0 && bytes[start - 1].is_ascii_alphanumeric() && bytes[start].is_ascii_alphanumeric();
    (!inside_word).then(|| match_pattern(rule, bytes, start)).flatten()
}

/// Matches a rule's pattern where a match may start. Group 1 is the secret, or else the whole match.
pub fn match_pattern(rule: &Arc<Rule>, bytes: &[u8], at: usize) -> Option<Candidate> {
    let Matcher::Pattern(pattern) = &rule.matcher else {
        return None;
    };
    let window = &bytes[at..bytes.len().min(at + REACH)];
    let place = pattern.secret(window)?;
    let (secret, span) = (&window[place.clone()], at + place.start..at + place.end);
    if !checksum::holds(rule, secret) {
        return None;
    }
    let candidate = Candidate::new(rule, span, secret);
    Some(candidate.placeholder(placeholder::of_secret(secret)))
}

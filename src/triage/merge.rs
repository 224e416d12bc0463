//! One finding per secret: the same rule and value at many places is one finding with many occurrences.
//!
//! The order is that of the first place. What the places say of the secret is put together; the surest wins.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::finding::{Aws, Finding, Signed};

/// Merges findings with the same fingerprint.
pub fn merge(findings: Vec<Finding>) -> Vec<Finding> {
    let mut merged: Vec<Finding> = Vec::new();
    let mut index = HashMap::new();
    for finding in findings {
        match index.entry(finding.fingerprint) {
            Entry::Vacant(slot) => {
                slot.insert(merged.len());
                merged.push(finding);
            }
            Entry::Occupied(slot) => absorb(&mut merged[*slot.get()], finding),
        }
    }
    merged
}

/// Adds the places of another finding of the same secret, and what they say of it.
pub(super) fn absorb(into: &mut Finding, other: Finding) {
    if other.confidence > into.confidence {
        into.confidence = other.confidence;
        into.reasons = other.reasons;
    }
    for occurrence in other.occurrences {
        let known = into.occurrences.iter().rev().take(16).any(|known| {
            // Versions of a file differ by their objects, which are compared in a step.
            known.origin.object == occurrence.origin.object
                && known.start == occurrence.start
                && known.origin == occurrence.origin
                && known.via == occurrence.via
                && known.commit == occurrence.commit
        });
        if !known {
            into.occurrences.push(occurrence);
        }
    }
    match (&mut into.aws, other.aws) {
        (Some(known), Some(more)) => add(known, *more),
        (none @ None, more) => *none = more,
        (Some(_), None) => {}
    }
}

/// Adds what is not known yet; a surer pair replaces an unsure one.
fn add(known: &mut Aws, more: Aws) {
    let surer = match (&known.pair, &more.pair) {
        (Some(old), Some(new)) => new.confidence > old.confidence,
        (None, Some(_)) => true,
        _ => false,
    };
    if surer {
        known.pair = more.pair;
        known.key_id = more.key_id.or(known.key_id.take());
        known.account_id = more.account_id.or(known.account_id.take());
        known.generation = more.generation.or(known.generation);
        known.canary = more.canary.or(known.canary.take());
    }
    known.profile = known.profile.take().or(more.profile);
    known.user = known.user.take().or(more.user);
    // Of several creation times the earliest is the safe one: a key is at least that old.
    known.created = [known.created, more.created].into_iter().flatten().min();
    known.expires = [known.expires, more.expires].into_iter().flatten().max();
    known.status = known.status.take().or(more.status);
    known.region = known.region.take().or(more.region);
    known.signed = match (known.signed.take(), more.signed) {
        (Some(signed), Some(other)) => Some(Signed {
            url: signed.url.or(other.url),
            ..signed
        }),
        (signed, other) => signed.or(other),
    };
    known.root |= more.root;
}

//! One content from bytes to candidates that stand: detected, decoded, paired, and overlaps decided.
//!
//! Bytes in, candidates out. Contents inside the content are examined first, on their own, so that what
//! belongs together in a decoded file is paired there.

use crate::decode::Encoding;
use crate::detect::{Anchors, Candidate, Detected, Detectors, Role, resolve};
use crate::finding::Confidence;
use crate::pair;

/// How many contents deep a content may lie.
const DEEPEST: usize = 4;

/// Finds what the content holds, in the order of the spans.
pub fn examine(detectors: &Detectors, bytes: &[u8]) -> Vec<Candidate> {
    settle(detectors, bytes, detectors.scan(bytes), 0)
}

/// The same, knowing the content's anchors.
pub fn examine_at(detectors: &Detectors, bytes: &[u8], anchors: &Anchors) -> Vec<Candidate> {
    settle(detectors, bytes, detectors.read(bytes, anchors), 0)
}

/// Whether a look at the content by itself says that it could hold something.
pub fn may_hold(detectors: &Detectors, bytes: &[u8]) -> bool {
    Encoding::of_start(bytes).is_some() || detectors.reads_whole() || !detectors.anchors(bytes).is_empty()
}

/// Whether it is text in an encoding that is decoded before it is searched.
pub fn is_encoded(bytes: &[u8]) -> bool {
    Encoding::of_start(bytes).is_some()
}

fn settle(detectors: &Detectors, bytes: &[u8], detected: Detected, depth: usize) -> Vec<Candidate> {
    let Detected { mut candidates, nested } = detected;
    for inner in nested {
        if depth < DEEPEST {
            let found = settle(detectors, &inner.bytes, detectors.scan(&inner.bytes), depth + 1);
            lift(bytes, &inner, found, &mut candidates);
        }
    }
    if candidates.len() > 1 {
        pair::within(bytes, &mut candidates);
    }
    keep(candidates)
}

/// Moves the candidates of a nested content to where it stands in the outer one.
fn lift(outer: &[u8], nested: &crate::detect::Nested, found: Vec<Candidate>, candidates: &mut Vec<Candidate>) {
    let first = candidates.len();
    for mut candidate in found {
        // Four characters hold three bytes.
        let start = nested.span.start + candidate.span.start / 3 * 4;
        let end = nested.span.start + candidate.span.end.div_ceil(3) * 4;
        candidate.span = start.min(nested.span.end)..end.min(nested.span.end);
        candidate.via.insert(0, nested.via);
        if let Some(mate) = &mut candidate.mate {
            mate.index += first;
        }
        let unnamed = candidate.role == Some(Role::SecretKey) && candidate.confidence == Confidence::Low;
        if unnamed && Detectors::is_named_aws_secret(outer, nested.span.start) {
            candidate.confidence = Confidence::High;
            candidate.reasons = vec!["named as an AWS secret access key".to_owned()];
        }
        candidates.push(candidate);
    }
}

/// Drops what a better candidate overlaps, and keeps the mates' indices right.
fn keep(candidates: Vec<Candidate>) -> Vec<Candidate> {
    let kept = resolve(&candidates);
    let mut new_index = Vec::with_capacity(kept.len());
    let mut count = 0;
    for &stays in &kept {
        new_index.push(stays.then_some(count));
        count += usize::from(stays);
    }
    let mut standing: Vec<Candidate> = candidates
        .into_iter()
        .zip(&kept)
        .filter_map(|(candidate, &stays)| stays.then_some(candidate))
        .collect();
    for candidate in &mut standing {
        candidate.mate = candidate.mate.and_then(|mate| {
            let index = new_index[mate.index]?;
            Some(crate::detect::Mate { index, ..mate })
        });
    }
    standing
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RuleSet;

    fn detectors() -> Detectors {
        Detectors::new(&RuleSet::builtin().expect("the built-in rules are valid")).expect("and their detectors exist")
    }

    /// A key pair that is random but the same in every run. Made here, so that none stands in the source.
    fn pair(seed: u64) -> (String, String) {
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let mut draw = |alphabet: &[u8], length: usize| -> String {
            (0..length)
                .map(|_| {
                    state ^= state << 13;
                    state ^= state >> 7;
                    state ^= state << 17;
                    alphabet[(state >> 33) as usize % alphabet.len()] as char
                })
                .collect()
        };
        let id = format!("AKIARZPUZDIK{}", draw(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 8));
        let secret = draw(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", 40);
        (id, secret)
    }

    fn found(text: &str) -> Vec<(String, &'static str, bool)> {
        let detectors = detectors();
        examine(&detectors, text.as_bytes())
            .iter()
            .map(|c| (c.rule.id.clone(), c.confidence.as_str(), c.mate.is_some()))
            .collect()
    }

    #[test]
    fn both_halves_pair_in_one_section_and_not_across_two() {
        let ((id, secret), (other_id, other_secret)) = (pair(1), pair(2));
        let text = format!(
            "[a]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n[b]\naws_secret_access_key = {other_secret}\naws_access_key_id = {other_id}\n"
        );
        let detectors = detectors();
        let candidates = examine(&detectors, text.as_bytes());
        assert_eq!(candidates.len(), 4);
        let mates: Vec<_> = candidates.iter().map(|c| c.mate.map(|mate| mate.index)).collect();
        assert_eq!(mates, [Some(1), Some(0), Some(3), Some(2)]);
    }

    #[test]
    fn base64_values_of_a_kubernetes_secret_pair() {
        let (id, secret) = pair(3);
        let encode = |text: &str| data_encoding::BASE64.encode(text.as_bytes());
        let text = format!(
            "data:\n  id: {}\n  aws_secret_access_key: {}\n",
            encode(&id),
            encode(&secret)
        );
        assert_eq!(
            found(&text),
            [
                ("aws-access-key-id".to_owned(), "high", true),
                ("aws-secret-access-key".to_owned(), "high", true)
            ]
        );
        let file = format!("[default]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n");
        assert_eq!(found(&format!("  cloud: {}\n", encode(&file))).len(), 2);
    }

    #[test]
    fn a_lone_unnamed_secret_is_of_low_confidence() {
        let (_, secret) = pair(4);
        assert_eq!(
            found(&format!("x {secret} y")),
            [("aws-secret-access-key".to_owned(), "low", false)]
        );
    }
}

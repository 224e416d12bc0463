//! One content from bytes to candidates that stand: detected, decoded, paired, and overlaps decided.
//!
//! Bytes in, candidates out. Contents inside the content are examined first, on their own, so that what
//! belongs together in a decoded file is paired there.

use std::io::{self, Read};
use std::rc::Rc;

use crate::decode::{Budget, Encoding, Format, Input, Inside, Layers, unpack};
use crate::detect::{Anchors, Candidate, Detected, Detectors, Nested, Role, join_lines, resolve};
use crate::finding::Confidence;
use crate::origin::Step;
use crate::pair;
use crate::skip::{Policy, Why};
use crate::text::LineIndex;

/// Of a content in an archive that stands in text so much is examined.
const LARGEST: u64 = 16 << 20;

/// What a content holds.
#[derive(Default)]
pub struct Examined {
    /// In the order of the spans.
    pub candidates: Vec<Candidate>,
    /// What in it was not decoded, by the limits.
    pub left_out: Vec<Policy>,
}

/// Finds what the content holds, through as many layers as are opened by default.
pub fn examine(detectors: &Detectors, bytes: &[u8]) -> Vec<Candidate> {
    examine_at(detectors, bytes, &detectors.anchors(bytes), Layers::default()).candidates
}

/// Finds what the content holds at these anchors, through so many layers.
pub fn examine_at(detectors: &Detectors, bytes: &[u8], anchors: &Anchors, layers: Layers) -> Examined {
    let mut examination = Examination {
        detectors,
        budget: Rc::new(Budget::of(bytes.len() as u64)),
        asked: layers,
        left_out: Vec::new(),
    };
    Examined {
        candidates: examination.settle(bytes, detectors.read(bytes, anchors), layers),
        left_out: examination.left_out,
    }
}

/// Whether a look at the content by itself says that it could hold something.
pub fn may_hold(detectors: &Detectors, bytes: &[u8]) -> bool {
    Encoding::of_start(bytes).is_some() || detectors.reads_whole() || !detectors.anchors(bytes).is_empty()
}

/// Whether it is text in an encoding that is decoded before it is searched.
pub fn is_encoded(bytes: &[u8]) -> bool {
    Encoding::of_start(bytes).is_some()
}

/// The examination of one content, with all that is decoded out of it.
struct Examination<'e> {
    detectors: &'e Detectors,
    budget: Rc<Budget>,
    asked: Layers,
    left_out: Vec<Policy>,
}

impl Examination<'_> {
    fn settle(&mut self, bytes: &[u8], detected: Detected, layers: Layers) -> Vec<Candidate> {
        let Detected { mut candidates, nested } = detected;
        for inner in join_lines(bytes, nested) {
            let found = self.settle_nested(&inner, layers);
            lift(bytes, &inner, found, &mut candidates);
        }
        if candidates.len() > 1 {
            pair::within(bytes, &mut candidates);
        }
        keep(candidates)
    }

    fn settle_nested(&mut self, nested: &Nested, layers: Layers) -> Vec<Candidate> {
        let Some(texts) = layers.texts.checked_sub(1) else {
            self.leave_out(self.asked.texts, Policy::TooDeep);
            return Vec::new();
        };
        let layers = Layers { texts, ..layers };
        match Format::of_start(&nested.bytes) {
            None => self.settle(&nested.bytes, self.detectors.scan(&nested.bytes), layers),
            Some(_) if layers.archives == 0 => {
                self.leave_out(self.asked.archives, Policy::TooDeep);
                Vec::new()
            }
            Some(format) => self.settle_packed(&nested.bytes, format, layers),
        }
    }

    /// Packed content in text is a guess by its looks: that it cannot be unpacked is no fault.
    fn settle_packed(&mut self, bytes: &[u8], format: Format, layers: Layers) -> Vec<Candidate> {
        let budget = Rc::clone(&self.budget);
        let mut candidates: Vec<Candidate> = Vec::new();
        let mut visit = |way: &[Step], archives, inside: Inside<'_>| {
            let layers = Layers { archives, ..layers };
            inside.stream(|reader| self.settle_stream(way, layers, reader, &mut candidates))
        };
        let stops = unpack(Input::Bytes(bytes), format, layers.archives, &budget, &mut visit);
        let policies = stops.into_iter().filter_map(|stop| match stop.why {
            Why::Policy(policy) => Some(policy),
            Why::Fault(_) => None,
        });
        self.left_out.extend(policies);
        for candidate in &mut candidates {
            candidate.within = Some(0..bytes.len());
        }
        candidates
    }

    /// Examines a content out of an archive, as far as it can be read.
    fn settle_stream(
        &mut self,
        way: &[Step],
        layers: Layers,
        reader: &mut dyn Read,
        candidates: &mut Vec<Candidate>,
    ) -> io::Result<()> {
        let mut content = Vec::new();
        let read = reader.take(LARGEST).read_to_end(&mut content);
        let encoding = Encoding::of_start(&content);
        if let Some(encoding) = encoding {
            content = encoding.decode(&content, 0);
        }
        let encoding = encoding.map(|encoding| Step::Form(encoding.as_str()));
        let first = candidates.len();
        for mut candidate in self.settle(&content, self.detectors.scan(&content), layers) {
            candidate.via.splice(0..0, way.iter().chain(&encoding).cloned());
            if let Some(mate) = &mut candidate.mate {
                mate.index += first;
            }
            candidates.push(candidate);
        }
        read?;
        if io::copy(reader, &mut io::sink())? > 0 {
            self.left_out.push(Policy::TooLarge);
        }
        Ok(())
    }

    /// Counts what is left out, unless nothing of the kind is asked for.
    fn leave_out(&mut self, asked: usize, policy: Policy) {
        if asked > 0 {
            self.left_out.push(policy);
        }
    }
}

/// Moves the candidates of a nested content to where it stands in the outer one.
fn lift(outer: &[u8], nested: &Nested, found: Vec<Candidate>, candidates: &mut Vec<Candidate>) {
    if found.is_empty() {
        return;
    }
    let first = candidates.len();
    let before = &outer[..outer.len().min(nested.span.start + 1)];
    let line = LineIndex::new(before).position(nested.span.start).line;
    let form = nested.form;
    for mut candidate in found {
        candidate.span = match candidate.within {
            // What was unpacked has no place of its own.
            Some(_) => nested.span.clone(),
            None => nested.outer(&candidate.span),
        };
        candidate.within = candidate.within.map(|_| nested.span.clone());
        let encoding = nested.encoding.map(Step::Form);
        candidate
            .via
            .splice(0..0, [Step::Part { form, line }].into_iter().chain(encoding));
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

    /// What stands wherever the text is: rules for certain files wait for a path.
    fn found(text: &str) -> Vec<(String, &'static str, bool)> {
        let detectors = detectors();
        examine(&detectors, text.as_bytes())
            .iter()
            .filter(|c| c.rule.paths.is_empty())
            .map(|c| (c.rule.id.to_string(), c.confidence.as_str(), c.mate.is_some()))
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

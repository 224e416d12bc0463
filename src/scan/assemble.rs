//! Candidates become findings: positions, masked snippet, fingerprint, and the pair's other half by name.
//!
//! This is the last place that sees content and candidates together. What it gives back owns its data
//! and shows no secret.

use std::ops::Range;

use crate::detect::Candidate;
use crate::finding::{Confidence, Finding, Fingerprint, Occurrence, Pair, Suppression, SuppressionKind};
use crate::origin::{Place, State, Step};
use crate::report::line_hash::line_hashes;
use crate::rules::Rule;
use crate::source::{Added, Content};
use crate::text::LineIndex;
use crate::triage::allow::marker_of;

/// The longest name that a snippet shows before the masked secret.
const LONGEST_NAME: usize = 48;

/// What the findings of one content are made with.
pub struct Assembly<'a> {
    pub content: &'a Content<'a>,
    pub added: &'a Added,
    pub state: State,
    /// How the content was reached: through archives, out of UTF-16.
    pub way: &'a [Step],
    pub with_line_hash: bool,
}

impl Assembly<'_> {
    /// Makes a finding of every candidate that the item asks about.
    pub fn findings(&self, candidates: &[Candidate]) -> Vec<Finding> {
        if candidates.is_empty() {
            return Vec::new();
        }
        let lines = LineIndex::with_first_line(self.counted(candidates), self.content.first_line);
        let prints: Vec<Fingerprint> = candidates
            .iter()
            .map(|c| Fingerprint::of(&c.rule.id, &c.secret))
            .collect();
        let spans: Vec<Range<usize>> = candidates.iter().map(|c| c.span.clone()).collect();
        let asked = |span: &Range<usize>| self.content.owned.contains(&span.start) && self.is_asked(&lines, span);
        let mut findings: Vec<Finding> = candidates
            .iter()
            .zip(&prints)
            .filter(|(candidate, _)| self.can_hold(&candidate.rule) && asked(&candidate.span))
            .map(|(candidate, &print)| {
                let mut finding = self.finding(&lines, candidate, print, &prints);
                let marker = marker_of(self.content.bytes, &candidate.span, &candidate.rule.id, &spans);
                finding.occurrences[0].marker = marker;
                finding
            })
            .collect();
        if self.with_line_hash {
            self.add_line_hashes(&lines, &mut findings);
        }
        findings
    }

    /// Whether a rule may find anything here. Rules for certain files find nothing in names and messages: thousands of names
    /// look like a key, for notes and objects are filed under ids, and triage would drop each after it was traced.
    fn can_hold(&self, rule: &Rule) -> bool {
        rule.paths.is_empty() || matches!(self.content.origin.place, Place::File | Place::Stdin | Place::Blob)
    }

    /// The part of the content whose lines are counted: up to the last candidate, and the byte after it, which may end its line.
    fn counted(&self, candidates: &[Candidate]) -> &[u8] {
        let bytes = self.content.bytes;
        let last = candidates.iter().map(|candidate| candidate.span.end).max();
        match last {
            Some(last) => &bytes[..bytes.len().min(last + 1)],
            None => bytes,
        }
    }

    fn is_asked(&self, lines: &LineIndex<'_>, span: &Range<usize>) -> bool {
        match self.added {
            Added::All => true,
            Added::Lines(ranges) => {
                let first = lines.position(span.start).line;
                let last = lines.position(span.end).line;
                ranges.iter().any(|range| range.start <= last && first < range.end)
            }
        }
    }

    fn finding(
        &self,
        lines: &LineIndex<'_>,
        candidate: &Candidate,
        print: Fingerprint,
        prints: &[Fingerprint],
    ) -> Finding {
        let mut aws = candidate.aws.clone();
        if let Some(mate) = candidate.mate {
            aws.get_or_insert_default().pair = Some(Pair {
                of: prints[mate.index],
                confidence: mate.confidence,
                how: mate.how,
            });
        }
        let occurrence = Occurrence {
            origin: self.content.origin.clone(),
            via: self.way.iter().cloned().chain(self.via(candidate)).collect(),
            start: lines.position(candidate.span.start),
            end: lines.position(candidate.span.end),
            commit: None,
            in_head: false,
            marker: None,
            score: candidate.score,
            snippet: snippet(self.content.bytes, candidate),
            holding: candidate.holding,
            line_hash: None,
        };
        Finding {
            rule: candidate.rule.clone(),
            secret: candidate.secret.clone(),
            fingerprint: print,
            severity: candidate.rule.severity,
            confidence: candidate.confidence,
            reasons: candidate.reasons.clone(),
            aws,
            state: self.state,
            occurrences: vec![occurrence],
            introduced: None,
            removed: None,
            refs: Vec::new(),
            more_refs: 0,
            suppressed: candidate
                .placeholder
                .map(|reason| Suppression::of(SuppressionKind::Placeholder, reason)),
            judged: None,
            verification: None,
        }
    }

    /// The way from the content to the candidate. In a piece, lines are counted from the piece's first.
    fn via(&self, candidate: &Candidate) -> Vec<Step> {
        let mut via = candidate.via.clone();
        if let Some(Step::Part { line, .. }) = via.first_mut() {
            *line += self.content.first_line - 1;
        }
        via
    }

    /// The hash of a line counts the lines before it that are alike, so the content is needed once more.
    /// Only a content's first piece knows its lines from the beginning.
    fn add_line_hashes(&self, lines: &LineIndex<'_>, findings: &mut [Finding]) {
        let first = self.content.first_line;
        let mut wanted: Vec<u32> = findings
            .iter()
            .map(|f| f.occurrences[0].start.line - first + 1)
            .collect();
        wanted.sort_unstable();
        wanted.dedup();
        let hashes = line_hashes(self.content.bytes, lines, &wanted);
        for finding in findings {
            let line = finding.occurrences[0].start.line - first + 1;
            let at = wanted.binary_search(&line).expect("every finding's line is wanted");
            finding.occurrences[0].line_hash = hashes.get(at).cloned();
        }
    }
}

/// The name before the secret and the masked secret: `aws_secret_access_key = "wJal************EKEY"`.
///
/// Nothing else of the line is shown: it may hold secrets that no rule knows.
fn snippet(bytes: &[u8], candidate: &Candidate) -> String {
    let before = &bytes[candidate.span.start.saturating_sub(LONGEST_NAME)..candidate.span.start];
    let signs = before
        .iter()
        .rev()
        .take_while(|b| b" \t\"'`\\=:><([{@|&".contains(b))
        .count();
    let rest = &before[..before.len() - signs];
    let name = rest
        .iter()
        .rev()
        .take_while(|b| b.is_ascii_alphanumeric() || b"_.-$".contains(b))
        .count();
    let name_text = &rest[rest.len() - name..];
    // A long name may be another secret, and so may the end of one that the window cuts.
    let cut = name == rest.len() && candidate.span.start > LONGEST_NAME;
    let harmless = name < 32 && !cut && !name_text.iter().all(u8::is_ascii_digit);
    let shown = if harmless {
        &before[rest.len() - name..]
    } else {
        &before[before.len() - signs..]
    };
    let shown = String::from_utf8_lossy(shown);
    let value = match &candidate.aws {
        // The id is public.
        Some(aws) if candidate.rule.kind == "access-key-id" && candidate.confidence > Confidence::Low => {
            aws.key_id.clone().unwrap_or_default()
        }
        _ => candidate.secret.masked(),
    };
    format!("{}{value}", shown.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::Detectors;
    use crate::origin::Origin;
    use crate::rules::RuleSet;
    use crate::scan::examine;
    use crate::secret::Secret;

    #[test]
    fn a_rule_for_certain_files_finds_nothing_in_a_name() {
        let rules = RuleSet::builtin().expect("the built-in rules are valid");
        let detectors = Detectors::new(&rules).expect("and their detectors exist");
        // Made here, so that none stands in the source.
        let key = Fingerprint::of("seed", &Secret::new(b"4")).to_string();
        let candidates = examine(&detectors, key.as_bytes());
        for (place, expected) in [(Place::Blob, 1), (Place::PathName, 0), (Place::CommitMessage, 0)] {
            let assembly = Assembly {
                content: &Content {
                    bytes: key.as_bytes(),
                    origin: &Origin::new(place, "config/master.key"),
                    offset: 0,
                    first_line: 1,
                    owned: 0..key.len(),
                },
                added: &Added::All,
                state: State::File,
                way: &[],
                with_line_hash: false,
            };
            let findings = assembly.findings(&candidates);
            let of_files = findings.iter().filter(|finding| !finding.rule.paths.is_empty());
            assert_eq!(of_files.count(), expected, "{place:?}");
        }
    }
}

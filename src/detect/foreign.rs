//! Rules of other scanners: a pattern that may stand anywhere near one of its keywords.
//!
//! Keywords are anchors like literals, but in any case, and every place where one starts is kept. Around those of a
//! rule lie stretches, as far as a match can reach, and each stretch is searched for the rule's pattern. Nothing but
//! the stretches decides what is found, so a version that is stored as a delta gives the same as one that is read whole.
//! A rule without keywords, whose pattern holds no word either, reads all of every content.

use std::ops::Range;
use std::sync::Arc;

use aho_corasick::{AhoCorasick, MatchKind};
use regex_automata::Input;

use super::candidate::Candidate;
use super::{REACH, placeholder};
use crate::error::Error;
use crate::finding::Confidence;
use crate::rules::foreign::{Foreign, Holding, Matched, Required};
use crate::rules::{Matcher, Rule};

/// So much of a keyword is searched for; the rest is compared where it starts.
const SEARCHED: usize = 8;

/// All foreign rules of a rule set.
#[derive(Default)]
pub struct ForeignRules {
    rules: Vec<Arc<Rule>>,
    /// Each keyword, in small letters, with the rules that have it.
    keywords: Vec<(Vec<u8>, Vec<usize>)>,
    /// Which keywords begin with a byte.
    beginning: Vec<Vec<usize>>,
    search: Option<AhoCorasick>,
    longest: usize,
    /// The rules that read all of every content.
    whole: Vec<usize>,
}

/// A match that may be a secret, with what other rules must have matched near it.
struct Hit {
    rule: usize,
    /// Where the pattern's match starts; distances are reckoned from there.
    start: usize,
    candidate: Candidate,
}

impl ForeignRules {
    pub fn new(rules: Vec<Arc<Rule>>) -> Result<Self, Error> {
        let mut all = Self {
            beginning: vec![Vec::new(); 256],
            ..Self::default()
        };
        let mut keywords: std::collections::BTreeMap<Vec<u8>, Vec<usize>> = std::collections::BTreeMap::new();
        for (number, rule) in rules.iter().enumerate() {
            let foreign = foreign(rule);
            for required in &foreign.required {
                if !rules.iter().any(|other| other.id == required.rule) {
                    let fault = format!(
                        "{}: rule \"{}\": the rule that it requires is not there",
                        rule.about.file, rule.id
                    );
                    return Err(Error::usage(fault).hint("choose both, or leave out both"));
                }
            }
            match foreign.keywords.is_empty() {
                true => all.whole.push(number),
                false => {
                    for keyword in &foreign.keywords {
                        keywords.entry(keyword.clone().into_bytes()).or_default().push(number);
                    }
                }
            }
        }
        all.rules = rules;
        all.keywords = keywords.into_iter().collect();
        for (number, (keyword, _)) in all.keywords.iter().enumerate() {
            all.beginning[usize::from(keyword[0])].push(number);
        }
        let keywords = || all.keywords.iter().map(|(keyword, _)| keyword);
        let searched = || keywords().map(|keyword| &keyword[..keyword.len().min(SEARCHED)]);
        all.longest = searched().map(<[u8]>::len).max().unwrap_or(0);
        if all.longest > 0 {
            let search = AhoCorasick::builder()
                .ascii_case_insensitive(true)
                .match_kind(MatchKind::LeftmostFirst)
                .build(searched());
            all.search = Some(search.expect("a few thousand keywords fit an automaton"));
        }
        Ok(all)
    }

    /// Whether there are rules that read content which has no anchors.
    pub fn reads_whole(&self) -> bool {
        !self.whole.is_empty()
    }

    /// How many bytes decide whether a keyword starts somewhere: the longest that is searched for.
    pub fn longest(&self) -> usize {
        self.longest
    }

    /// Finds where keywords start in a range of the content.
    pub fn find(&self, bytes: &[u8], range: Range<usize>, found: &mut Vec<usize>) {
        let Some(search) = &self.search else { return };
        let end = bytes.len().min(range.end + self.longest);
        let mut at = range.start;
        while at < range.end {
            let next = search.find(aho_corasick::Input::new(bytes).range(at..end));
            let Some(start) = next.map(|found| found.start()).filter(|start| *start < range.end) else {
                return;
            };
            found.push(start);
            at = start + 1;
        }
    }

    /// Whether a keyword starts here.
    pub fn is_word(&self, bytes: &[u8], at: usize) -> bool {
        self.search.is_some() && self.starting_at(bytes, at).next().is_some()
    }

    /// The ids of the rules of which a keyword starts here.
    pub fn rules_at<'r>(&'r self, bytes: &'r [u8], at: usize) -> impl Iterator<Item = &'r str> {
        let rules = self.starting_at(bytes, at).flat_map(|(_, rules)| rules);
        rules.map(|&rule| &*self.rules[rule].id)
    }

    /// Reads the candidates around these places, at which keywords start.
    pub fn read(&self, bytes: &[u8], words: &[usize], found: &mut Vec<Candidate>) {
        let whole = self.whole.iter().map(|&rule| (rule, 0..bytes.len()));
        let stretches = whole.chain(self.stretches(bytes, words));
        let mut hits = Vec::new();
        for (rule, stretch) in stretches {
            self.search(rule, bytes, stretch, &mut hits);
        }
        let stands: Vec<bool> = hits
            .iter()
            .map(|hit| !foreign(&self.rules[hit.rule]).is_part && self.has_what_it_requires(bytes, hit, &hits))
            .collect();
        let standing = hits.into_iter().zip(stands).filter(|(_, stands)| *stands);
        found.extend(standing.map(|(hit, _)| hit.candidate));
    }

    /// The stretches around keywords, by rule.
    fn stretches(&self, bytes: &[u8], words: &[usize]) -> Vec<(usize, Range<usize>)> {
        let mut stretches: Vec<(usize, Range<usize>)> = Vec::new();
        // Where the last stretch of each rule stands in the list.
        let mut last: Vec<Option<usize>> = match words.is_empty() {
            true => return stretches,
            false => vec![None; self.rules.len()],
        };
        for &at in words {
            for (keyword, rules) in self.starting_at(bytes, at) {
                for &rule in rules {
                    let reach = foreign(&self.rules[rule])
                        .longest
                        .map_or(REACH, |longest| longest.min(REACH));
                    let stretch = at.saturating_sub(reach)..bytes.len().min(at + keyword.len() + reach);
                    match last[rule].map(|index| &mut stretches[index].1) {
                        Some(before) if before.end >= stretch.start => before.end = before.end.max(stretch.end),
                        _ => {
                            last[rule] = Some(stretches.len());
                            stretches.push((rule, stretch));
                        }
                    }
                }
            }
        }
        stretches
    }

    fn starting_at<'r>(&'r self, bytes: &'r [u8], at: usize) -> impl Iterator<Item = &'r (Vec<u8>, Vec<usize>)> {
        let here = &bytes[at..];
        let numbers = &self.beginning[usize::from(here[0].to_ascii_lowercase())];
        numbers
            .iter()
            .map(|&number| &self.keywords[number])
            .filter(move |(keyword, _)| {
                here.get(..keyword.len())
                    .is_some_and(|here| here.eq_ignore_ascii_case(keyword))
            })
    }

    /// Matches the rule's pattern in a stretch, with the bytes to either side in sight.
    fn search(&self, number: usize, bytes: &[u8], stretch: Range<usize>, hits: &mut Vec<Hit>) {
        let rule = &self.rules[number];
        let foreign = foreign(rule);
        let mut groups = foreign.regex.create_captures();
        let mut at = stretch.start;
        while at < stretch.end {
            foreign
                .regex
                .search_captures(&Input::new(bytes).span(at..stretch.end), &mut groups);
            let Some(whole) = groups.get_match() else { return };
            at = whole.end().max(at + 1);
            let whole = trimmed(bytes, whole.range());
            let group = match foreign.group {
                0 => (1..groups.group_len()).find_map(|group| groups.get_group(group).filter(|span| !span.is_empty())),
                group => groups.get_group(group),
            };
            let span = group.map_or_else(|| whole.clone(), |span| span.range());
            if let Some(candidate) = read(rule, bytes, span, &whole) {
                hits.push(Hit {
                    rule: number,
                    start: whole.start,
                    candidate,
                });
            }
        }
    }

    fn has_what_it_requires(&self, bytes: &[u8], hit: &Hit, hits: &[Hit]) -> bool {
        let required = &foreign(&self.rules[hit.rule]).required;
        required.iter().all(|required| {
            let mut others = hits.iter().filter(|other| self.rules[other.rule].id == required.rule);
            others.any(|other| is_near(bytes, hit.start, other.start, required))
        })
    }
}

fn foreign(rule: &Rule) -> &Foreign {
    match &rule.matcher {
        Matcher::Foreign(foreign) => foreign,
        _ => unreachable!("only foreign rules are kept here"),
    }
}

/// The candidate of a match, unless the rule itself takes it back.
fn read(rule: &Arc<Rule>, bytes: &[u8], span: Range<usize>, whole: &Range<usize>) -> Option<Candidate> {
    let foreign = foreign(rule);
    let secret = &bytes[span.clone()];
    let too_plain = foreign.entropy.is_some_and(|least| entropy(secret) <= least);
    if secret.is_empty() || too_plain {
        return None;
    }
    let matched = Matched {
        secret,
        whole: &bytes[whole.clone()],
        line: &bytes[lines(bytes, whole)],
    };
    let mut holding: Holding = 0;
    for (number, allow) in foreign.allows.iter().enumerate() {
        if allow.holds_in(matched) {
            if allow.is_own && allow.is_decided() {
                return None;
            }
            holding |= 1 << number;
        }
    }
    let candidate = Candidate::new(rule, span, secret)
        .confidence(Confidence::Medium)
        .because("the pattern of an imported rule")
        .placeholder(placeholder::of_secret(secret));
    Some(Candidate { holding, ..candidate })
}

/// The lines that a match stands on, as far as they reach.
fn lines(bytes: &[u8], whole: &Range<usize>) -> Range<usize> {
    let from = whole.start.saturating_sub(REACH);
    let start = memchr::memrchr(b'\n', &bytes[from..whole.start]).map_or(from, |at| from + at + 1);
    let to = bytes.len().min(whole.end + REACH);
    let end = memchr::memchr(b'\n', &bytes[whole.end..to]).map_or(to, |at| whole.end + at);
    start..end
}

/// A match without the line ends around it.
fn trimmed(bytes: &[u8], span: Range<usize>) -> Range<usize> {
    let text = &bytes[span.clone()];
    let before = text.iter().take_while(|&&byte| byte == b'\n').count();
    let after = text[before..].iter().rev().take_while(|&&byte| byte == b'\n').count();
    span.start + before..span.end - after
}

/// Whether two matches stand as near as is required; within reach, if nothing is said.
fn is_near(bytes: &[u8], one: usize, other: usize, required: &Required) -> bool {
    let (first, last) = (one.min(other), one.max(other));
    if last - first > REACH {
        return false;
    }
    let lines = || memchr::memchr_iter(b'\n', &bytes[first..last]).count();
    let column = |at: usize| {
        at - memchr::memrchr(b'\n', &bytes[at.saturating_sub(REACH)..at])
            .map_or(0, |end| at.saturating_sub(REACH) + end + 1)
    };
    required.within_lines.is_none_or(|most| lines() <= most)
        && required
            .within_columns
            .is_none_or(|most| column(one).abs_diff(column(other)) <= most)
}

/// Shannon entropy, bits a byte.
fn entropy(bytes: &[u8]) -> f64 {
    let mut counts = [0u32; 256];
    bytes.iter().for_each(|&byte| counts[usize::from(byte)] += 1);
    let shares = counts.iter().map(|&count| f64::from(count) / bytes.len() as f64);
    shares
        .filter(|share| *share > 0.0)
        .map(|share| -share * share.log2())
        .sum()
}

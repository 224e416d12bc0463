//! Distinctive literals: one vectorised pass over the bytes for all of them.
//!
//! A literal says where a detector reads on. Rules with a pattern are matched here, anchored at the literal
//! and within [`super::REACH`] bytes.

use std::ops::Range;
use std::sync::Arc;

use aho_corasick::packed;

use super::REACH;
use super::candidate::Candidate;
use super::checksum;
use crate::rules::{Matcher, Rule};

/// Reads the candidate whose literal starts at an offset.
pub type Read = fn(&Arc<Rule>, &[u8], usize) -> Option<Candidate>;

/// What a literal means.
pub struct Meaning {
    literal: String,
    rule: Arc<Rule>,
    read: Read,
}

impl Meaning {
    pub fn new(literal: &str, rule: &Arc<Rule>, read: Read) -> Self {
        Self {
            literal: literal.to_owned(),
            rule: Arc::clone(rule),
            read,
        }
    }

    fn searched(&self) -> &[u8] {
        let literal = self.literal.as_bytes();
        &literal[..literal.len().min(SEARCHED)]
    }
}

/// All literals of a rule set.
#[derive(Default)]
pub struct Literals {
    meanings: Vec<Meaning>,
    longest: usize,
    search: Option<Search>,
}

/// The vectorised search takes at least so many bytes at a time.
const VECTORS: usize = 48;

/// So much of a literal is searched for; the rest is compared when it is read. What is searched around an
/// insertion grows with it.
const SEARCHED: usize = 8;

/// Vectorised where the machine can, an automaton elsewhere.
enum Search {
    Packed(packed::Searcher),
    Automaton(aho_corasick::AhoCorasick),
}

impl Literals {
    pub fn new(meanings: Vec<Meaning>) -> Self {
        let search = (!meanings.is_empty()).then(|| Search::new(&meanings));
        let longest = meanings.iter().map(|meaning| meaning.searched().len()).max();
        Self {
            meanings,
            longest: longest.unwrap_or(0),
            search,
        }
    }

    /// How many bytes decide whether a literal starts somewhere: the longest that is searched for.
    pub fn longest(&self) -> usize {
        self.longest
    }

    /// Finds where literals start in a range of the content.
    pub fn find(&self, bytes: &[u8], range: Range<usize>, found: &mut Vec<usize>) {
        let Some(search) = &self.search else { return };
        if range.is_empty() {
            return;
        }
        // The last of them may end beyond the range; and what is too short for vectors is searched slowly.
        let end = (range.end + self.longest()).max(range.start + VECTORS);
        let window = &bytes[..bytes.len().min(end)];
        let mut at = range.start;
        while let Some(start) = search.next(window, at).filter(|start| *start < range.end) {
            found.push(start);
            at = start + 1;
        }
    }

    /// Reads on at a place where a literal starts.
    pub fn read(&self, bytes: &[u8], start: usize, found: &mut Vec<Candidate>) {
        found.extend(self.starting_at(bytes, start).filter_map(|(_, candidate)| candidate));
    }

    /// Each rule of which a literal starts at a place, and what it reads there.
    pub fn starting_at(&self, bytes: &[u8], start: usize) -> impl Iterator<Item = (&Arc<Rule>, Option<Candidate>)> {
        let here = &bytes[start..];
        let meanings = self.meanings.iter();
        meanings
            .filter(|meaning| here.starts_with(meaning.literal.as_bytes()))
            .map(move |meaning| (&meaning.rule, (meaning.read)(&meaning.rule, bytes, start)))
    }
}

impl Search {
    fn new(meanings: &[Meaning]) -> Self {
        let literals = || meanings.iter().map(Meaning::searched);
        match packed::Searcher::new(literals()) {
            Some(searcher) => Search::Packed(searcher),
            None => Search::Automaton(
                aho_corasick::AhoCorasick::new(literals()).expect("a few thousand literals fit an automaton"),
            ),
        }
    }

    /// Where the next literal at or after `at` starts.
    fn next(&self, bytes: &[u8], at: usize) -> Option<usize> {
        match self {
            Search::Packed(searcher) => searcher
                .find_in(bytes, aho_corasick::Span::from(at..bytes.len()))
                .map(|found| found.start()),
            Search::Automaton(automaton) => automaton
                .find(aho_corasick::Input::new(bytes).range(at..))
                .map(|found| found.start()),
        }
    }
}

/// Matches a rule's pattern at its literal. Group 1 is the secret, or else the whole match.
pub fn read_pattern(rule: &Arc<Rule>, bytes: &[u8], at: usize) -> Option<Candidate> {
    let Matcher::Pattern(pattern) = &rule.matcher else {
        return None;
    };
    let inside_word = at > 0 && bytes[at - 1].is_ascii_alphanumeric() && bytes[at].is_ascii_alphanumeric();
    if inside_word {
        return None;
    }
    let window = &bytes[at..bytes.len().min(at + REACH)];
    let groups = pattern.regex().captures(window)?;
    let secret = groups.get(1).or_else(|| groups.get(0))?;
    if !checksum::holds(rule, secret.as_bytes()) {
        return None;
    }
    Some(Candidate::new(
        rule,
        at + secret.start()..at + secret.end(),
        secret.as_bytes(),
    ))
}

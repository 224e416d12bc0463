//! Literals: one vectorised pass over the bytes for all of them.
//!
//! A literal says where a detector reads on. Some are distinctive; others are common words whose detector looks at
//! a few bytes around them and mostly finds nothing: whether it finds something is a place's verdict, which
//! is carried over from version to version with the place. Rules with a pattern are matched here, anchored at the
//! literal and within [`super::REACH`] bytes.

use std::ops::Range;
use std::sync::Arc;

use aho_corasick::packed;

use super::REACH;
use super::candidate::Candidate;
use super::checksum;
use super::starts::Starts;
use crate::rules::{Matcher, Rule};

/// Reads the candidate whose literal starts at an offset.
pub type Read = fn(&Arc<Rule>, &[u8], usize) -> Option<Candidate>;

/// What a literal means.
pub struct Meaning {
    literal: Box<[u8]>,
    rule: Arc<Rule>,
    read: Read,
    /// The detector is shown no more than the bytes beside the literal.
    beside: bool,
}

/// So many bytes before the start of a literal, and from there on, a detector beside it is shown.
pub const BEFORE: usize = 96;
pub const AFTER: usize = 288;

impl Meaning {
    pub fn new(literal: &str, rule: &Arc<Rule>, read: Read) -> Self {
        Self {
            literal: literal.as_bytes().into(),
            rule: Arc::clone(rule),
            read,
            beside: false,
        }
    }

    /// A literal that is common. Its detector is given [`BEFORE`] and [`AFTER`] bytes and takes them for the whole
    /// content, so that nothing else can decide what it finds; it is asked once for each place, whatever the
    /// number of versions that have it.
    pub fn beside(literal: &str, rule: &Arc<Rule>, read: Read) -> Self {
        Self {
            beside: true,
            ..Self::new(literal, rule, read)
        }
    }

    fn searched(literal: &[u8]) -> &[u8] {
        &literal[..literal.len().min(SEARCHED)]
    }

    fn candidate(&self, bytes: &[u8], at: usize) -> Option<Candidate> {
        if !self.beside {
            return (self.read)(&self.rule, bytes, at);
        }
        let start = at.saturating_sub(BEFORE);
        let window = &bytes[start..bytes.len().min(at + AFTER)];
        let mut candidate = (self.read)(&self.rule, window, at - start)?;
        candidate.span = start + candidate.span.start..start + candidate.span.end;
        Some(candidate)
    }
}

/// A word in small letters, in capitals, and with a capital in front.
#[cfg_attr(not(test), expect(dead_code, reason = "until the first detector of words"))]
pub fn spellings(word: &str) -> Vec<String> {
    let mut capital = word.to_ascii_lowercase();
    capital[..1].make_ascii_uppercase();
    let mut spellings = vec![word.to_ascii_lowercase(), word.to_ascii_uppercase(), capital];
    spellings.sort();
    spellings.dedup();
    spellings
}

/// Where a literal starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Objects are smaller than four gigabytes.
    at: u32,
    /// Whether it is worth reading: its detector needs more than what stands beside it, or has found something there.
    /// [`BEFORE`] and [`AFTER`] bytes decide.
    pub tells: bool,
}

impl Place {
    pub fn new(at: usize, tells: bool) -> Self {
        Self { at: at as u32, tells }
    }

    pub fn at(self) -> usize {
        self.at as usize
    }
}

/// All literals of a rule set.
#[derive(Default)]
pub struct Literals {
    meanings: Starts<Meaning>,
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
        let meanings = meanings.into_iter().map(|meaning| (meaning.literal.clone(), meaning));
        let meanings = Starts::new(meanings.collect());
        let longest = meanings.texts().map(|literal| Meaning::searched(literal).len()).max();
        Self {
            longest: longest.unwrap_or(0),
            search: (!meanings.is_empty()).then(|| Search::new(&meanings)),
            meanings,
        }
    }

    #[cfg(test)]
    pub fn is_empty(&self) -> bool {
        self.meanings.is_empty()
    }

    /// How many bytes decide whether a literal starts somewhere: the longest that is searched for.
    pub fn longest(&self) -> usize {
        self.longest
    }

    /// Finds where literals start in a range of the content.
    pub fn find(&self, bytes: &[u8], range: Range<usize>, found: &mut Vec<Place>) {
        let Some(search) = &self.search else { return };
        if range.is_empty() {
            return;
        }
        // The last of them may end beyond the range; and what is too short for vectors is searched slowly.
        let end = (range.end + self.longest()).max(range.start + VECTORS);
        let window = &bytes[..bytes.len().min(end)];
        let mut at = range.start;
        while let Some(start) = search.next(window, at).filter(|start| *start < range.end) {
            found.push(self.place(bytes, start));
            at = start + 1;
        }
    }

    /// The place where a literal starts, with its verdict.
    pub fn place(&self, bytes: &[u8], at: usize) -> Place {
        let mut meanings = self.meanings.of(&bytes[at..]);
        Place::new(
            at,
            meanings.any(|meaning| !meaning.beside || meaning.candidate(bytes, at).is_some()),
        )
    }

    /// Reads on at a place where a literal starts.
    pub fn read(&self, bytes: &[u8], place: Place, found: &mut Vec<Candidate>) {
        let at = place.at();
        let meanings = self.meanings.of(&bytes[at..]);
        found.extend(meanings.filter_map(|meaning| meaning.candidate(bytes, at)));
    }
}

impl Search {
    fn new(meanings: &Starts<Meaning>) -> Self {
        let mut literals: Vec<&[u8]> = meanings.texts().map(Meaning::searched).collect();
        literals.dedup();
        let literals = || literals.iter();
        match packed::Searcher::new(literals()) {
            Some(searcher) => Search::Packed(searcher),
            None => Search::Automaton(
                // The first to start, not the first to end: a short literal inside of a longer one does not hide it.
                aho_corasick::AhoCorasick::builder()
                    .match_kind(aho_corasick::MatchKind::LeftmostFirst)
                    .build(literals())
                    .expect("a few thousand literals fit an automaton"),
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

//! Literals: vectorised passes over the bytes, for some dozens of them at a time.
//!
//! A literal says where a detector reads on. Some are distinctive; others are common words whose detector looks at
//! a few bytes around them and mostly finds nothing: whether it finds something is a place's verdict, which
//! is carried over from version to version with the place.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use super::REACH;
use super::candidate::Candidate;
use super::escapes;
use super::starts::Starts;
use super::stems::Stems;
use crate::rules::{Pattern, Rule};

/// Reads the candidate whose literal starts at an offset.
pub type Read = fn(&Arc<Rule>, &[u8], usize) -> Option<Candidate>;

/// What is read where a literal starts: one candidate at most, or as many as a statement has rows.
#[derive(Clone, Copy)]
pub enum Reading {
    One(Read),
    All(fn(&Arc<Rule>, &[u8], usize) -> Vec<Candidate>),
}

impl Reading {
    fn read(self, rule: &Arc<Rule>, bytes: &[u8], at: usize) -> impl Iterator<Item = Candidate> {
        let (one, all) = match self {
            Self::One(read) => (read(rule, bytes, at), Vec::new()),
            Self::All(read) => (None, read(rule, bytes, at)),
        };
        one.into_iter().chain(all)
    }
}

/// What a literal means.
pub struct Meaning {
    /// Taken out when it is put in order with others.
    literal: Box<[u8]>,
    rule: Arc<Rule>,
    reading: Reading,
    shown: Shown,
}

/// How many bytes before the start of a literal, and from there on, its detector is shown: it takes them for the whole
/// content, so that nothing else can decide what it finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    pub before: u16,
    pub after: u16,
}

impl Shown {
    /// All of the content, or more than is worth comparing.
    pub const ALL: Self = Self::new(u16::MAX, u16::MAX);

    pub const fn new(before: u16, after: u16) -> Self {
        Self { before, after }
    }

    /// What the matches of a rule's pattern can depend on, `literal` being where the pattern says.
    pub fn of(pattern: &Pattern) -> Self {
        let most = pattern.shape().most.saturating_add(BEHIND).min(REACH + BEHIND);
        let before = u16::try_from(pattern.offset + 1);
        before.map_or(Self::ALL, |before| Self::new(before, most as u16))
    }

    /// What is shown of a place that lies here, as what is shown before a span and behind it.
    pub fn around(span: &Range<usize>, at: usize, shown: Self) -> Self {
        let reach = |bytes: usize| u16::try_from(bytes).unwrap_or(u16::MAX);
        let before = (span.start + usize::from(shown.before)).saturating_sub(at);
        let after = (at + usize::from(shown.after)).saturating_sub(span.end);
        Self::new(reach(before), reach(after))
    }

    /// As much as both.
    pub fn and(self, other: Self) -> Self {
        Self::new(self.before.max(other.before), self.after.max(other.after))
    }
}

/// So many bytes behind a match of a pattern show that it ends there.
const BEHIND: usize = 8;

impl Meaning {
    /// A literal is asked about once for each place, whatever the number of versions that have it, unless its
    /// detector is shown everything.
    pub fn new(literal: &str, rule: &Arc<Rule>, shown: Shown, read: Read) -> Self {
        Self::reading(literal, rule, shown, Reading::One(read))
    }

    /// The same of any reading.
    pub fn reading(literal: &str, rule: &Arc<Rule>, shown: Shown, reading: Reading) -> Self {
        Self {
            literal: literal.as_bytes().into(),
            rule: Arc::clone(rule),
            reading,
            shown,
        }
    }

    fn searched(literal: &[u8]) -> &[u8] {
        &literal[..literal.len().min(SEARCHED)]
    }

    fn candidates(&self, bytes: &[u8], at: usize) -> impl Iterator<Item = Candidate> {
        let is_all = self.shown == Shown::ALL;
        let (before, after) = (self.shown.before.into(), usize::from(self.shown.after));
        let start = if is_all { 0 } else { at.saturating_sub(before) };
        let end = if is_all {
            bytes.len()
        } else {
            bytes.len().min(at + after)
        };
        let found = self.reading.read(&self.rule, &bytes[start..end], at - start);
        found.map(move |mut candidate| {
            candidate.span = start + candidate.span.start..start + candidate.span.end;
            candidate
        })
    }
}

/// Where a literal starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Objects are smaller than four gigabytes.
    at: u32,
    /// What decides whether it tells.
    pub shown: Shown,
    /// Whether it is worth reading: a detector is shown everything, or has found something there.
    pub tells: bool,
    /// Whether an HTML entity starts there.
    pub is_entity: bool,
}

impl Place {
    pub fn at(self) -> usize {
        self.at as usize
    }

    /// The same place elsewhere, nothing around it being different.
    pub fn moved(self, at: usize) -> Self {
        Self { at: at as u32, ..self }
    }
}

/// All literals of a rule set.
#[derive(Default)]
pub struct Literals {
    meanings: Starts<Meaning>,
    longest: usize,
    longest_whole: u16,
    /// Reckoned when it is needed: few contents have a run near which some literals are searched for.
    stems: OnceLock<Option<Stems>>,
    /// Where something else starts that no rule speaks of.
    others: &'static [&'static [u8]],
}

/// So much of a literal is searched for; the rest is compared when it is read. What is searched around an
/// insertion grows with it.
const SEARCHED: usize = 16;

impl Literals {
    /// Literals with what they mean, and short `others`, whose places tell nothing by themselves.
    pub fn new(meanings: Vec<Meaning>, others: &'static [&'static [u8]]) -> Self {
        let meanings = meanings.into_iter();
        let meanings = meanings.map(|mut meaning| (std::mem::take(&mut meaning.literal), meaning));
        let meanings = Starts::new(meanings.collect());
        let searched = || searched(&meanings, others);
        let longest_whole = meanings.texts().map(<[u8]>::len).max().unwrap_or(0);
        Self {
            longest: searched().map(<[u8]>::len).max().unwrap_or(0),
            longest_whole: u16::try_from(longest_whole).unwrap_or(u16::MAX),
            stems: OnceLock::new(),
            others,
            meanings,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.meanings.is_empty()
    }

    fn stems(&self) -> Option<&Stems> {
        let stems = || Stems::new(searched(&self.meanings, self.others));
        self.stems.get_or_init(stems).as_ref()
    }

    /// How many bytes decide whether a literal starts somewhere: the longest that is searched for.
    pub fn longest(&self) -> usize {
        self.longest
    }

    /// Finds where literals start in ranges of the content, which are in order and do not overlap.
    pub fn find(&self, bytes: &[u8], ranges: &[Range<usize>], found: &mut Vec<Place>) {
        let Some(stems) = self.stems() else {
            return;
        };
        let mut starts = Vec::new();
        stems.for_each(bytes, ranges, self.longest, &mut |start| {
            starts.push(start);
            true
        });
        starts.sort_unstable();
        starts.dedup();
        found.extend(starts.into_iter().map(|start| self.place(bytes, start)));
    }

    /// Calls `visit` with each place in a range of the content, in any order, until it says no. Returns whether it never
    /// did.
    pub fn all_in(&self, bytes: &[u8], range: Range<usize>, mut visit: impl FnMut(Place) -> bool) -> bool {
        let mut all = true;
        if let Some(stems) = self.stems() {
            stems.for_each(bytes, &[range], self.longest, &mut |start| {
                all = visit(self.place(bytes, start));
                all
            });
        }
        all
    }

    /// The place where a literal starts, with its verdict.
    pub fn place(&self, bytes: &[u8], at: usize) -> Place {
        // Which literals start here is to be seen from so much.
        let mut shown = Shown::new(0, self.longest_whole);
        let mut tells = false;
        for meaning in self.meanings.of(&bytes[at..]) {
            match meaning.shown {
                Shown::ALL => tells = true,
                window => {
                    shown = shown.and(window);
                    tells = tells || meaning.candidates(bytes, at).next().is_some();
                }
            }
        }
        Place {
            at: at as u32,
            shown,
            tells,
            is_entity: !self.others.is_empty() && escapes::starts(&bytes[at..]),
        }
    }

    /// Reads on at a place where a literal starts.
    pub fn read(&self, bytes: &[u8], place: Place, found: &mut Vec<Candidate>) {
        for meaning in self.meanings.of(&bytes[place.at()..]) {
            found.extend(meaning.candidates(bytes, place.at()));
        }
    }

    /// Each rule of which a literal starts at a place, and what it reads there first.
    pub fn starting_at<'c>(
        &'c self,
        bytes: &'c [u8],
        at: usize,
    ) -> impl Iterator<Item = (&'c Arc<Rule>, Option<Candidate>)> {
        let meanings = self.meanings.of(&bytes[at..]);
        meanings.map(move |meaning| (&meaning.rule, meaning.candidates(bytes, at).next()))
    }
}

/// What is searched for: the literals' beginnings, and the others.
fn searched<'l>(meanings: &'l Starts<Meaning>, others: &'l [&'static [u8]]) -> impl Iterator<Item = &'l [u8]> {
    meanings.texts().map(Meaning::searched).chain(others.iter().copied())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RuleSet;

    #[test]
    fn any_number_of_literals_is_found_each_place_once_in_order() {
        let rules = RuleSet::builtin().expect("the built-in rules are valid");
        let rule = rules.iter().next().expect("one of them");
        let words: Vec<String> = (0..400_u32).map(|n| format!("{:b}", n + 4)).collect();
        for count in [1, 5, 40, 100, 400] {
            let words = &words[..count];
            let meanings = words
                .iter()
                .map(|word| Meaning::new(word, rule, Shown::ALL, |_, _, _| None));
            let literals = Literals::new(meanings.collect(), &[]);
            let text = b"1001 101101110 x110x 11 1 0100 ".repeat(9);
            let starts = |at: usize| {
                words
                    .iter()
                    .any(|word| text[at..].starts_with(&word.as_bytes()[..word.len().min(SEARCHED)]))
            };
            for range in [0..text.len(), 7..90, 13..14, 20..20] {
                let expected: Vec<usize> = range.clone().filter(|at| starts(*at)).collect();
                let mut found = Vec::new();
                literals.find(&text, &[range], &mut found);
                assert_eq!(
                    found.iter().map(|place| place.at()).collect::<Vec<_>>(),
                    expected,
                    "{count}"
                );
            }
        }
    }
}

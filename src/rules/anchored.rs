//! A regular expression that matches at the start of a text and nowhere else.
//!
//! That asks for less than `regex` makes ready, which takes more than twice as long to compile: nothing that reads
//! backwards to where a match starts, and no tables for groups. A lazy automaton tells where a match ends; where its
//! group stands is searched for within it. What the automaton gives up is searched for slowly.

use std::fmt;
use std::ops::Range;

use regex_automata::hybrid::dfa::{self, DFA};
use regex_automata::nfa::thompson::backtrack::{self, BoundedBacktracker};
use regex_automata::nfa::thompson::pikevm::PikeVM;
use regex_automata::nfa::thompson::{Compiler, Config, WhichCaptures};
use regex_automata::util::pool::Pool;
use regex_automata::{Anchored, Input};
use regex_syntax::hir::Hir;

/// The most that one compiled pattern may take, bytes.
pub const LARGEST: usize = 1 << 20;

/// A compiled pattern, to be used by any number of threads.
pub struct Compiled {
    /// `None` if a few of its states are more than it may hold.
    ends: Option<DFA>,
    groups: BoundedBacktracker,
    slow: PikeVM,
    /// How many there are.
    count: usize,
    caches: Pool<Caches, Box<dyn Fn() -> Caches + Send + Sync>>,
}

struct Caches {
    ends: Option<dfa::Cache>,
    groups: backtrack::Cache,
}

impl Compiled {
    /// Compiles the structure of a pattern on bytes; `None` if it is too large.
    pub fn new(pattern: &Hir) -> Option<Self> {
        let nfa = Compiler::new().configure(config()).build_from_hir(pattern).ok()?;
        // As `regex` has it: one whose states are thrown away again and again is slower than none.
        let lazy = dfa::Config::new()
            .unicode_word_boundary(true)
            .minimum_cache_clear_count(Some(3))
            .minimum_bytes_per_state(Some(10));
        let ends = DFA::builder().configure(lazy).build_from_nfa(nfa.clone()).ok();
        let groups = BoundedBacktracker::new_from_nfa(nfa.clone()).ok()?;
        let make = {
            let (ends, groups) = (ends.clone(), groups.clone());
            move || Caches {
                ends: ends.as_ref().map(DFA::create_cache),
                groups: groups.create_cache(),
            }
        };
        Some(Self {
            ends,
            groups,
            count: nfa.group_info().explicit_slot_len() / 2,
            slow: PikeVM::new_from_nfa(nfa).ok()?,
            caches: Pool::new(Box::new(make)),
        })
    }

    /// How many groups the pattern has.
    pub fn groups(&self) -> usize {
        self.count
    }

    /// Where the match ends that starts with the text.
    pub fn end(&self, text: &[u8]) -> Option<usize> {
        self.end_with(&mut self.caches.get(), &start_of(text))
    }

    /// Where the first group stands in the match that starts with the text, or else all of the match.
    pub fn group(&self, text: &[u8]) -> Option<Range<usize>> {
        let mut caches = self.caches.get();
        let end = self.end_with(&mut caches, &start_of(text))?;
        if self.count == 0 {
            return Some(0..end);
        }
        let matched = start_of(text).range(..end);
        let mut slots = [None; 4];
        let found = self.groups.try_search_slots(&mut caches.groups, &matched, &mut slots);
        if found.is_err() {
            // It is longer than what can be kept of it.
            self.slow
                .search_slots(&mut self.slow.create_cache(), &matched, &mut slots);
        }
        let [.., from, to] = slots;
        Some(from.zip(to).map_or(0..end, |(from, to)| from.get()..to.get()))
    }

    fn end_with(&self, caches: &mut Caches, text: &Input<'_>) -> Option<usize> {
        let fast = self.ends.as_ref().zip(caches.ends.as_mut());
        match fast.map(|(ends, cache)| ends.try_search_fwd(cache, text)) {
            Some(Ok(found)) => found.map(|found| found.offset()),
            Some(Err(_)) | None => {
                let mut slots = [None; 2];
                self.slow
                    .search_slots(&mut self.slow.create_cache(), text, &mut slots)?;
                slots[1].map(|end| end.get())
            }
        }
    }
}

/// Whether the pattern is small enough to be read backwards, which `regex` would do, and refuse a larger one.
pub fn is_small(pattern: &Hir) -> bool {
    let backwards = config().reverse(true).which_captures(WhichCaptures::None);
    Compiler::new().configure(backwards).build_from_hir(pattern).is_ok()
}

fn config() -> Config {
    Config::new().utf8(false).nfa_size_limit(Some(LARGEST))
}

fn start_of(text: &[u8]) -> Input<'_> {
    Input::new(text).anchored(Anchored::Yes)
}

impl fmt::Debug for Compiled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Compiled").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::syntax;
    use regex_syntax::ParserBuilder;

    fn compiled(pattern: &str) -> Compiled {
        let pattern = syntax(ParserBuilder::new().unicode(false), pattern).expect("a pattern");
        Compiled::new(&pattern).expect("it is small")
    }

    #[test]
    fn a_match_is_what_regex_says() {
        let long = "ab1-".repeat(4000) + "!";
        let texts = ["", "ab", "abab1", "xab", "key=ab1;", "key=ab1x", "\u{e9}ab", &long];
        let patterns = [
            "ab",
            "(?:ab)+",
            "a|ab",
            "key=([a-z]+[0-9])(;|\\b)",
            "(?:key=(x)?)?[a-z]*",
            "([a-z0-9-]+)!",
            "((?:[a-z]+[0-9]-)*?)[a-z0-9-]*!",
            "[^a]*(a)b",
            "",
        ];
        for pattern in patterns {
            let bound = format!("\\A(?:{pattern})");
            let regex = regex::bytes::RegexBuilder::new(&bound).unicode(false).build();
            let (regex, compiled) = (regex.expect("a pattern"), compiled(pattern));
            assert_eq!(compiled.groups() + 1, regex.captures_len());
            for text in texts.iter().map(|text| text.as_bytes()) {
                let groups = regex.captures(text);
                let end = groups
                    .as_ref()
                    .and_then(|groups| groups.get(0))
                    .map(|whole| whole.end());
                assert_eq!(compiled.end(text), end, "{pattern}");
                let group = groups.and_then(|groups| groups.get(1).or_else(|| groups.get(0)));
                assert_eq!(compiled.group(text), group.map(|group| group.range()), "{pattern}");
            }
        }
    }
}

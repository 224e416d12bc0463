//! What rules of other scanners say beyond ours: keywords that may stand anywhere, an entropy, paths, allow lists,
//! and other rules that must have matched nearby.
//!
//! What concerns content is asked by `detect` within a bounded window. Paths and commits are asked by `triage`, once
//! they are known.

use std::sync::Arc;

use aho_corasick::AhoCorasick;
use regex::bytes::{Regex, RegexBuilder};
use regex_automata::meta;
use regex_syntax::ParserBuilder;
use regex_syntax::hir::Hir;

use super::pattern::syntax;

mod words;

/// A rule has no more allow lists than this: each has a bit of [`Holding`].
pub const MOST_ALLOWS: usize = 64;

/// The most that one compiled pattern may take, bytes.
const LARGEST: usize = 10 << 20;

/// Fewer letters stand in every text.
const SHORTEST_WORD: usize = 3;

/// How a foreign rule finds its secrets.
#[derive(Clone, Debug)]
pub struct Foreign {
    /// In small letters, to be found in any case. One of them stands near every match; without any, all content is
    /// read.
    pub keywords: Vec<String>,
    /// How long a match can be, bytes, if each holds one of the keywords. `None`: the keyword stands anywhere near.
    pub longest: Option<usize>,
    pub regex: meta::Regex,
    /// The group that is the secret; 0 is the first that takes part, or else the whole match.
    pub group: usize,
    /// The secret's Shannon entropy is above this, in bits a byte.
    pub entropy: Option<f64>,
    /// A file counts only if its path is of this form.
    pub path: Option<Regex>,
    pub allows: Vec<Arc<Allow>>,
    pub required: Vec<Required>,
    /// It is never reported itself; other rules require it.
    pub is_part: bool,
}

/// A pattern with what can be told of its matches.
#[derive(Clone, Debug)]
pub struct Compiled {
    pub regex: meta::Regex,
    hir: Hir,
}

/// Another rule that must have matched near the match.
#[derive(Clone, Debug)]
pub struct Required {
    pub rule: String,
    pub within_lines: Option<usize>,
    pub within_columns: Option<usize>,
}

/// Which of a rule's allow lists hold, as far as content says: one bit each.
pub type Holding = u64;

/// What a rule does not mean, or what a whole file of rules does not.
#[derive(Clone, Debug)]
pub struct Allow {
    pub reason: String,
    /// It is part of the rule, not of the file.
    pub is_own: bool,
    /// All that it names must hold, not just one.
    pub every: bool,
    /// Full ids, in small letters.
    pub commits: Vec<String>,
    pub paths: Option<Regex>,
    pub regexes: Option<Regex>,
    pub target: Target,
    pub stopwords: Option<AhoCorasick>,
}

/// What the regular expressions of an allow list are held against.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Target {
    #[default]
    Secret,
    Match,
    Line,
}

/// A match, as an allow list sees it.
#[derive(Clone, Copy)]
pub struct Matched<'c> {
    pub secret: &'c [u8],
    pub whole: &'c [u8],
    pub line: &'c [u8],
}

impl Compiled {
    /// Compiles a pattern: on bytes, or with Unicode where it cannot be said without.
    ///
    /// # Errors
    /// What is wrong, never the pattern itself.
    pub fn new(source: &str) -> Result<Self, String> {
        let parse = |unicode: bool| syntax(ParserBuilder::new().unicode(unicode).octal(true), source);
        let hir = parse(false).or_else(|_| parse(true))?;
        let config = meta::Config::new()
            .utf8_empty(false)
            .nfa_size_limit(Some(LARGEST))
            .onepass_size_limit(Some(LARGEST));
        let regex = meta::Builder::new()
            .configure(config)
            .build_from_hir(&hir)
            .map_err(|_| format!("it compiles to more than {} MB", LARGEST >> 20))?;
        Ok(Self { regex, hir })
    }

    /// How many groups it has.
    pub fn groups(&self) -> usize {
        self.hir.properties().explicit_captures_len()
    }

    /// The keywords by which its matches are found, and how long a match can be if each holds one of them.
    pub fn keywords(&self, given: &[String]) -> (Vec<String>, Option<usize>) {
        let longest = Some(self.hir.properties().maximum_len().unwrap_or(usize::MAX));
        let inside = words::required(&self.hir);
        let Some(inside) = inside.filter(|words| words.iter().all(|word| word.len() >= SHORTEST_WORD)) else {
            return (given.to_vec(), None);
        };
        let has_given = |word: &String| given.iter().any(|given| word.contains(given.as_str()));
        match (given.is_empty(), inside.iter().all(has_given)) {
            (true, _) => (inside, longest),
            (false, true) => (given.to_vec(), longest),
            (false, false) => (given.to_vec(), None),
        }
    }
}

/// One expression for any of several, or none if there are none.
///
/// # Errors
/// What is wrong with which of them, never the pattern itself.
pub fn any_of(sources: &[String]) -> Result<Option<Regex>, String> {
    if sources.is_empty() {
        return Ok(None);
    }
    for (number, source) in sources.iter().enumerate() {
        let parse = |unicode: bool| syntax(ParserBuilder::new().unicode(unicode), source);
        parse(false)
            .or_else(|_| parse(true))
            .map_err(|why| format!("number {}: {why}", number + 1))?;
    }
    let joined = format!("(?:{})", sources.join(")|(?:"));
    let build = |unicode: bool| RegexBuilder::new(&joined).unicode(unicode).size_limit(LARGEST).build();
    let built = build(false).or_else(|_| build(true));
    built
        .map(Some)
        .map_err(|_| format!("they compile to more than {} MB", LARGEST >> 20))
}

impl Allow {
    /// Whether it holds as far as content says.
    pub fn holds_in(&self, matched: Matched<'_>) -> bool {
        let text = match self.target {
            Target::Secret => matched.secret,
            Target::Match => matched.whole,
            Target::Line => matched.line,
        };
        let regex = self.regexes.as_ref().map(|regex| regex.is_match(text));
        let stopword = self.stopwords.as_ref().map(|words| words.is_match(matched.secret));
        self.join([regex, stopword])
    }

    /// Whether content alone decides that it holds, if it does as far as content says.
    pub fn is_decided(&self) -> bool {
        !self.every || (self.commits.is_empty() && self.paths.is_none())
    }

    /// Whether it holds at a place, knowing what content says.
    pub fn holds_at(&self, in_content: bool, path: &[u8], commit: Option<&str>) -> bool {
        let commit_is_named = || commit.is_some_and(|commit| self.commits.iter().any(|known| known == commit));
        let commit = (!self.commits.is_empty()).then(commit_is_named);
        let path = self
            .paths
            .as_ref()
            .map(|paths| !path.is_empty() && paths.is_match(path));
        match self.every {
            true => in_content && self.join([commit, path]),
            false => in_content || self.join([commit, path]),
        }
    }

    fn join(&self, said: [Option<bool>; 2]) -> bool {
        match self.every {
            true => !said.contains(&Some(false)),
            false => said.contains(&Some(true)),
        }
    }
}

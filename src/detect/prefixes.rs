//! Prefixes of tokens, looked for in runs alone: hundreds of them cost hardly more than one.
//!
//! Most providers' secrets are a prefix such as `ghp_` and token characters, so that they lie in a run, which is
//! found anyway. A prefix stands at the start of a run or of a word in it. Whether a run has one depends on the
//! run alone, so that it is one of its looks, and is carried from one version to the next. A literal whose
//! secrets need not begin like that is searched for by [`super::literals`].

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use super::REACH;
use super::candidate::Candidate;
use super::classes::Classes;
use super::literals::{Read, Shown};
use super::runs::{Piece, SHORTEST};
use super::starts::Starts;
use crate::rules::{Pattern, Rule, Text};

/// All prefixes of a rule set.
#[derive(Default)]
pub struct Prefixes {
    starts: Starts<Prefix>,
    firsts: Firsts,
    /// Whether some begin with a sign, not with a letter or digit.
    have_signs: bool,
}

/// A prefix of a rule's secrets.
pub struct Prefix {
    /// Taken out when it is put in order with others.
    literal: Box<[u8]>,
    rule: Arc<Rule>,
    /// Every match, prefix and all, begins with so many token characters.
    least: usize,
    /// So many bytes from its start on decide whether something is read there, and the byte before it.
    shown: u16,
    /// Reads on where the prefix stands.
    read: Read,
}

impl Prefix {
    /// The rule's prefixes; `None` if not every secret of the pattern is long enough to stand in a run, prefix and all.
    pub fn all_of(rule: &Arc<Rule>, pattern: &Pattern, read: Read) -> Option<Vec<Self>> {
        let least = pattern.shape().lead;
        let lengths = Firsts::LENGTH..=least;
        let long = pattern.literals.iter().all(|literal| lengths.contains(&literal.len()));
        let prefix = |literal: &Text| Self {
            literal: literal.as_bytes().into(),
            rule: Arc::clone(rule),
            least,
            shown: Shown::of(pattern).after,
            read,
        };
        let at_start = pattern.offset == 0;
        (long && at_start && least >= SHORTEST).then(|| pattern.literals.iter().map(prefix).collect())
    }

    /// What a detector begins at whose secrets are longer than a run has to be.
    pub fn new(literal: &str, rule: &Arc<Rule>, read: Read) -> Self {
        Self {
            literal: literal.as_bytes().into(),
            rule: Arc::clone(rule),
            least: SHORTEST,
            shown: CODE,
            read,
        }
    }
}

/// What begins at a prefix is read forward alone, and is shorter than this.
const CODE: u16 = REACH as u16;

impl Prefixes {
    pub fn new(prefixes: Vec<Prefix>) -> Self {
        let starts = Starts::new(
            prefixes
                .into_iter()
                .map(|mut prefix| (std::mem::take(&mut prefix.literal), prefix))
                .collect(),
        );
        let firsts = Firsts::new(starts.texts());
        let have_signs = starts.texts().any(|text| !text[0].is_ascii_alphanumeric());
        Self {
            starts,
            firsts,
            have_signs,
        }
    }

    /// Whether a prefix stands in the value, with enough behind it.
    pub fn stand_in(&self, value: &[u8], classes: &Classes<'_>) -> bool {
        !self.all(value, classes, |_, _| false)
    }

    /// Matches the rules of the prefixes that stand in a piece.
    pub fn read(&self, bytes: &[u8], piece: &Piece<'_>, found: &mut Vec<Candidate>) {
        let classes = Classes::of(&piece.value, 0..piece.value.len());
        self.all(&piece.value, &classes, |at, prefix| {
            found.extend(match &piece.value {
                Cow::Borrowed(_) => (prefix.read)(&prefix.rule, bytes, piece.span.start + at),
                Cow::Owned(value) => (prefix.read)(&prefix.rule, value, at).map(|mut candidate| {
                    candidate.span = piece.span.clone();
                    candidate
                }),
            });
            true
        });
    }

    /// Whether something is found at a prefix in the run, which has no escapes. What is looked at is added to what is shown
    /// of the run.
    pub fn tell(&self, bytes: &[u8], run: &Range<usize>, shown: &mut Shown) -> bool {
        let piece = Piece::plain(bytes, run.clone());
        let classes = Classes::of(bytes, piece.span.clone());
        !self.all(&piece.value, &classes, |at, prefix| {
            let at = piece.span.start + at;
            *shown = shown.and(Shown::around(run, at, Shown::new(0, prefix.shown)));
            (prefix.read)(&prefix.rule, bytes, at).is_none()
        })
    }

    /// Calls `visit` with each prefix that a word of the value starts with, with enough behind it, and its place, until
    /// it says no. Returns whether it never did.
    fn all(&self, value: &[u8], classes: &Classes<'_>, mut visit: impl FnMut(usize, &Prefix) -> bool) -> bool {
        let Some(last) = value.len().checked_sub(SHORTEST) else {
            return true;
        };
        classes.all_boundaries(last, self.have_signs, |at| {
            let here = &value[at..];
            // At most places there is not even a prefix's beginning.
            !self.firsts.have(here)
                || self
                    .starts
                    .of(here)
                    .filter(|prefix| prefix.least <= here.len())
                    .all(|prefix| visit(at, prefix))
        })
    }
}

/// One bit for each hash of three bytes: whether a prefix starts with three bytes of that hash.
struct Firsts(Box<[u64; 1 << 10]>);

impl Default for Firsts {
    fn default() -> Self {
        Self::new(std::iter::empty())
    }
}

impl Firsts {
    const LENGTH: usize = 3;

    fn new<'t>(texts: impl Iterator<Item = &'t [u8]>) -> Self {
        let mut firsts = Self(Box::new([0; 1 << 10]));
        for text in texts {
            let (word, bit) = Self::place(text);
            firsts.0[word] |= bit;
        }
        firsts
    }

    fn have(&self, text: &[u8]) -> bool {
        let (word, bit) = Self::place(text);
        self.0[word] & bit != 0
    }

    fn place(text: &[u8]) -> (usize, u64) {
        let three = match text.first_chunk() {
            // All but the ends of texts.
            Some(four) => u32::from_le_bytes(*four) & 0xff_ffff,
            None => u32::from_le_bytes([text[0], text[1], text[2], 0]),
        };
        let hash = three.wrapping_mul(0x9E37_79B1) >> 16;
        ((hash >> 6) as usize, 1 << (hash & 63))
    }
}

#[cfg(test)]
mod tests {
    use crate::detect::Detectors;
    use crate::rules::RuleSet;
    use crate::rules::schema::{Trust, parse};
    use crate::secret::Secret;

    /// Detectors of one rule for each literal and pattern.
    fn detectors(rules: &[(&str, &str)]) -> Detectors {
        let rule = |(n, (literal, pattern)): (usize, &(&str, &str))| {
            format!(
                "[[rule]]\nid = 'r{n}'\ntitle = 't'\nkind = 'token'\nseverity = 'low'\ndescription = 'd'\nadvice = 'a'\n\
                 link = 'https://l'\nliterals = ['{literal}']\npattern = '{pattern}'\nmatches = ['a']\nrejects = ['b']\n"
            )
        };
        let rules: String = rules.iter().enumerate().map(rule).collect();
        let rules = parse("test", &format!("provider = 'p'\n{rules}"), Trust::Tested).expect("rules");
        Detectors::new(&RuleSet::new(rules).expect("one of each")).expect("detectors")
    }

    #[test]
    fn a_prefix_starts_a_word_of_a_run_also_behind_an_escape() {
        let detectors = detectors(&[("tok_", "tok_[0-9a-z/]{20}")]);
        assert!(detectors.literals.is_empty());
        let secret = "tok_0123456789abcdefghij";
        for (text, span) in [
            ("@", "@"),
            ("say '@'", "@"),
            ("https://host/a/@/b", "@"),
            ("some-@", "@"),
            (r"one\n@\ntwo", "@"),
            ("?a%3D@%26", "@"),
            (r"tok_01234\/6789abcdefghij", r"tok_01234\/6789abcdefghij"),
        ] {
            let (text, span) = (text.replace('@', secret), span.replace('@', secret));
            let found = detectors.scan(text.as_bytes()).candidates;
            assert_eq!(found.len(), 1, "{text}");
            assert_eq!(text[found[0].span.clone()], span, "{text}");
            let value = if text.contains(r"\/") {
                "tok_01234/6789abcdefghij"
            } else {
                secret
            };
            assert!(found[0].secret == Secret::new(value.as_bytes()), "{text}");
        }
        for text in [
            "a@",
            "7@",
            "tok_0123456789abcdefghi.",
            "tok_tok_",
            "to k_0123456789abcdefghij",
        ] {
            let text = text.replace('@', secret);
            assert!(detectors.scan(text.as_bytes()).candidates.is_empty(), "{text}");
        }
    }

    #[test]
    fn what_begins_with_a_run_and_goes_on_behind_it_is_no_prefix() {
        let detectors = detectors(&[("make-a-secret-out-of ", "make-a-secret-out-of ([0-9a-z]{8})")]);
        let found = detectors.scan(b"make-a-secret-out-of a1b2c3d4").candidates;
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].span, 21..29);
    }

    #[test]
    fn every_rule_of_a_prefix_and_of_its_longer_ones_is_asked_once() {
        let detectors = detectors(&[
            ("sk-", "sk-[0-9a-f]{32}"),
            ("sk-", "sk-[0-9a-f-]{30,40}"),
            ("sk-ab-", "sk-ab-[0-9a-f]{29}"),
            ("-key-", "-key-[0-9a-f]{32}"),
        ]);
        let ids = |text: &str| {
            let found = detectors.scan(text.as_bytes()).candidates;
            found
                .iter()
                .map(|candidate| candidate.rule.id.clone())
                .collect::<Vec<_>>()
        };
        let digits = "0123456789abcdef0123456789abcdef";
        assert_eq!(ids(&format!("sk-{digits}")), ["r0", "r1"]);
        assert_eq!(ids(&format!("sk-ab-{digits}")), ["r2", "r1"]);
        assert_eq!(ids(&format!("my-key-{digits} our-key-{digits}")), ["r3", "r3"]);
    }

    #[test]
    fn a_secret_of_one_kind_of_letters_is_found_as_any_other() {
        let detectors = detectors(&[("tok_", "tok_[a-z]{20}")]);
        assert_eq!(detectors.scan(b"tok_abcdefghijklmnopqrst").candidates.len(), 1);
    }

    #[test]
    fn what_need_not_stand_in_a_run_is_searched_for() {
        for (literal, pattern) in [("SG.", r"SG\.[\w-]{22}\.[\w-]{43}"), ("tok_", "tok_[a-z]{15}")] {
            let detectors = detectors(&[(literal, pattern)]);
            assert!(
                !detectors.literals.is_empty() || !detectors.near.is_empty(),
                "{pattern}"
            );
        }
    }
}

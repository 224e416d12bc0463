//! The built-in rules as the build script wrote them down: read from `rules/*.toml` once, when the program is built.
//!
//! To parse eight hundred rules and the syntax of their patterns takes longer than most files take to scan. What a
//! rules file may say is known to [`super::schema`] alone; a test compares the two.

use super::about::OnDemand;
use super::pattern::Pattern;
use super::rule::{Matcher, Rule, Text, Texts};
use super::shape::Shape;
use crate::level::{Confidence, Severity};

/// A rule as it is written, with what its pattern's syntax tells.
struct Entry {
    id: &'static str,
    kind: &'static str,
    severity: Severity,
    confidence: Confidence,
    precedence: u8,
    matcher: Found,
    checksum: Option<&'static str>,
    paths: &'static [Text],
    about: &'static str,
}

/// How it finds its secrets.
enum Found {
    Code(&'static str),
    Literals(&'static [Text], usize, &'static str, Shape),
    Names(&'static [Text], &'static str, Shape),
}

static ENTRIES: &[Entry] = include!(concat!(env!("OUT_DIR"), "/entries.rs"));

/// Every built-in rule, in the order of the files.
pub fn rules() -> impl Iterator<Item = Rule> {
    ENTRIES.iter().map(Entry::rule)
}

impl Entry {
    fn rule(&self) -> Rule {
        let pattern =
            |literals, source: &'static str, shape| Pattern::trusted(literals, source.into()).with_shape(shape);
        let matcher = match self.matcher {
            Found::Code(detector) => Matcher::Code(detector.into()),
            Found::Literals(literals, offset, source, shape) => {
                Matcher::Pattern(pattern(literals.into(), source, shape).with_offset(offset))
            }
            Found::Names(names, source, shape) => Matcher::Named {
                names: names.into(),
                pattern: pattern(Texts::default(), source, shape),
            },
        };
        Rule {
            id: self.id.into(),
            kind: self.kind.into(),
            severity: self.severity,
            confidence: self.confidence,
            precedence: self.precedence,
            matcher,
            checksum: self.checksum.map(Text::from),
            paths: self.paths.into(),
            about: OnDemand::of(self.about),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::BUILTIN;
    use crate::rules::schema::{Trust, parse};

    #[test]
    fn what_was_written_down_is_what_the_files_say() {
        let read = BUILTIN.iter();
        let mut read = read.flat_map(|(name, text)| parse(name, text, Trust::Tested).expect("a rules file"));
        for rule in rules() {
            let same = read.next().expect("as many");
            if let (
                Matcher::Pattern(pattern) | Matcher::Named { pattern, .. },
                Matcher::Pattern(same) | Matcher::Named { pattern: same, .. },
            ) = (&rule.matcher, &same.matcher)
            {
                assert_eq!(pattern.shape(), same.shape(), "{}", rule.id);
            }
            assert_eq!(format!("{rule:?}"), format!("{same:?}"), "{}", rule.id);
        }
        assert!(read.next().is_none());
    }
}

//! What the syntax of a pattern tells of its matches, without matching anything.
//!
//! Where it is unsure, the answer holds for more than the matches: a lead too short, lengths too far apart. The build
//! script asks for the built-in patterns, so that no run has to.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};

/// Whether the byte is one of the 64 characters of standard base64.
pub const fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/'
}

/// Whether the byte can stand in a token: base64 of either alphabet.
pub const fn is_token(byte: u8) -> bool {
    is_base64(byte) || byte == b'-' || byte == b'_'
}

/// What is told of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// The number of token characters that every match begins with, at least.
    pub lead: usize,
    /// How many bytes a match has, at least and at most.
    pub least: usize,
    pub most: usize,
    /// Every match has a run of [`RUN`] token characters or more, drawn with digits among them, which begins so many
    /// bytes after it or sooner. The largest number if that is not sure.
    pub gap: usize,
}

/// So many token characters are a run, and so many of them are drawn.
const RUN: usize = 20;
const DRAWN: usize = 16;

impl Shape {
    /// What the syntax of a pattern tells; of one that has none, nothing.
    pub fn of(pattern: &str) -> Self {
        let Some(hir) = parse(pattern) else {
            return Self {
                lead: 0,
                least: 0,
                most: usize::MAX,
                gap: usize::MAX,
            };
        };
        let properties = hir.properties();
        Self {
            lead: Lead::of(&hir).length,
            least: properties.minimum_len().unwrap_or(0),
            most: properties.maximum_len().unwrap_or(usize::MAX),
            gap: gap(&hir),
        }
    }
}

fn gap(hir: &Hir) -> usize {
    let mut parts = Vec::new();
    flatten(hir, &mut parts);
    let (mut gap, mut most, mut run, mut drawn) = (0_usize, 0_usize, 0, 0);
    for part in parts {
        let least = part.properties().minimum_len().unwrap_or(0);
        most = most.saturating_add(part.properties().maximum_len().unwrap_or(usize::MAX));
        if !is_of_tokens(part) {
            (gap, most, run, drawn) = (gap.saturating_add(most), 0, 0, 0);
            continue;
        }
        run += least;
        drawn += if has_digits(part) { least } else { 0 };
        if run >= RUN && drawn >= DRAWN {
            return gap;
        }
    }
    usize::MAX
}

/// What follows each other in an expression.
fn flatten<'h>(hir: &'h Hir, parts: &mut Vec<&'h Hir>) {
    match hir.kind() {
        HirKind::Capture(capture) => flatten(&capture.sub, parts),
        HirKind::Concat(inner) => inner.iter().for_each(|part| flatten(part, parts)),
        _ => parts.push(hir),
    }
}

/// Whether no match holds anything but token characters.
fn is_of_tokens(hir: &Hir) -> bool {
    Lead::of(hir).goes_on
}

/// Whether digits are among what is drawn.
fn has_digits(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Class(Class::Bytes(class)) => class.iter().any(|range| range.start() <= b'0' && range.end() >= b'9'),
        HirKind::Repetition(repetition) => has_digits(&repetition.sub),
        HirKind::Capture(capture) => has_digits(&capture.sub),
        HirKind::Alternation(parts) => parts.iter().all(has_digits),
        _ => false,
    }
}

fn parse(pattern: &str) -> Option<Hir> {
    let mut parser = ParserBuilder::new().unicode(false).utf8(false).build();
    parser.parse(pattern).ok()
}

/// What every match of an expression begins with.
#[derive(Clone, Copy)]
struct Lead {
    /// So many token characters, at least.
    length: usize,
    /// No match holds anything else, so that what follows the expression goes on.
    goes_on: bool,
}

impl Lead {
    const NOTHING: Self = Self {
        length: 0,
        goes_on: true,
    };

    fn of(hir: &Hir) -> Self {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => Self::NOTHING,
            HirKind::Literal(literal) => {
                let length = literal.0.iter().take_while(|&&byte| is_token(byte)).count();
                let goes_on = length == literal.0.len();
                Self { length, goes_on }
            }
            HirKind::Class(class) => {
                let goes_on = holds_tokens_only(class);
                let length = usize::from(goes_on);
                Self { length, goes_on }
            }
            HirKind::Repetition(repetition) => {
                let Self { length, goes_on } = Self::of(&repetition.sub);
                let least = repetition.min as usize;
                let times = if goes_on { least } else { least.min(1) };
                Self {
                    length: length.saturating_mul(times),
                    goes_on,
                }
            }
            HirKind::Capture(capture) => Self::of(&capture.sub),
            HirKind::Concat(parts) => parts.iter().fold(Self::NOTHING, |before, part| match before.goes_on {
                true => Self::of(part).after(before.length),
                false => before,
            }),
            HirKind::Alternation(parts) => {
                let leads = parts.iter().map(Self::of);
                let shorter = |a: Self, b: Self| Self {
                    length: a.length.min(b.length),
                    goes_on: a.goes_on && b.goes_on,
                };
                leads.reduce(shorter).unwrap_or(Self::NOTHING)
            }
        }
    }

    fn after(self, length: usize) -> Self {
        Self {
            length: self.length.saturating_add(length),
            ..self
        }
    }
}

fn holds_tokens_only(class: &Class) -> bool {
    match class {
        Class::Bytes(class) => {
            let mut ranges = class.iter();
            ranges.all(|range| (range.start()..=range.end()).all(is_token))
        }
        Class::Unicode(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lead_is_what_no_match_goes_without() {
        for (pattern, length) in [
            ("ghp_[A-Za-z0-9]{36}", 40),
            (r"(?:sk|rk)_live_([0-9a-zA-Z]{24,99})\b", 32),
            (r"\bglpat-[\w-]{20}", 26),
            (r"SG\.[\w-]{22}\.[\w-]{43}", 2),
            ("xox[bp]-(?:[0-9]{10,13}-)+[a-z]{24}", 5 + 11 + 24),
            ("a{3}[^x]b{30}", 3),
            ("(?:ab|a.b)[0-9]{30}", 1),
            ("(?:ab|abc)[0-9]{30}", 32),
            ("(?i)pat-[a-f]{10}", 14),
            ("(?:a=)*b{20}", 0),
            ("(?:aa=){2,3}b{20}", 2),
            ("x?y*[a-z]{7}|", 0),
            (r"tok\x5f[ab]", 5),
            ("(", 0),
        ] {
            assert_eq!(Shape::of(pattern).lead, length, "{pattern}");
        }
    }

    #[test]
    fn a_gap_is_what_may_stand_before_a_run_that_is_sure() {
        for (pattern, gap) in [
            (r"SG\.[\w-]{22}\.[\w-]{43}", 3),
            (r"(?i:acme)[a-z.]{0,9}[:=]([0-9a-f]{32})\b", 14),
            ("ab_[0-9]{20}", 0),
            ("ab:[a-z]{40}", usize::MAX),
            ("ab:[0-9]{19}", usize::MAX),
            ("ab:.*[0-9]{20}", usize::MAX),
            ("ab:(?:[0-9]{20}|=)", usize::MAX),
            ("ab:[0-9a-z]{9}_[0-9a-z]{10}", 3),
        ] {
            assert_eq!(Shape::of(pattern).gap, gap, "{pattern}");
        }
    }

    #[test]
    fn lengths_are_the_shortest_and_the_longest_match() {
        let lengths = |pattern| {
            let Shape { least, most, .. } = Shape::of(pattern);
            least..=most
        };
        assert_eq!(lengths("[0-9a-f]{32}|[0-9a-f]{40}"), 32..=40);
        assert_eq!(lengths(r"^key-[a-z]{20,}\b"), 24..=usize::MAX);
        assert_eq!(lengths("("), 0..=usize::MAX);
    }
}

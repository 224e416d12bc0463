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
    let mut gap = Gap::default();
    for part in parts {
        let properties = part.properties();
        let (least, most) = (properties.minimum_len(), properties.maximum_len());
        let (least, most) = (least.unwrap_or(0), most.unwrap_or(usize::MAX));
        match part.kind() {
            HirKind::Literal(literal) => literal.0.iter().for_each(|&byte| match is_of_run(byte) {
                true => gap.goes_on(1, 1, 0),
                false => gap.breaks(1),
            }),
            _ if !is_of(part, is_of_run) => match is_long(part) {
                true => return gap.before.saturating_add(gap.most).saturating_add(LONG),
                false => gap.breaks(most),
            },
            _ if is_of(part, |byte| byte.is_ascii_digit()) => gap.goes_on(least, most, least.min(1) * DRAWN),
            _ => gap.goes_on(least, most, if has_digits(part) { least } else { 0 }),
        };
        if gap.run >= RUN && gap.drawn >= DRAWN {
            return gap.before;
        }
    }
    usize::MAX
}

/// What is known of the stretch at hand, which may become the run.
#[derive(Default)]
struct Gap {
    /// So many bytes stand before it, at most.
    before: usize,
    /// So many it has, at most and at least.
    most: usize,
    run: usize,
    /// So many of these are drawn, digits among them.
    drawn: usize,
}

impl Gap {
    fn goes_on(&mut self, least: usize, most: usize, drawn: usize) {
        self.most = self.most.saturating_add(most);
        self.run += least;
        self.drawn += drawn;
    }

    /// Something stands behind it that is no part of a run.
    fn breaks(&mut self, most: usize) {
        *self = Self {
            before: self.before.saturating_add(self.most).saturating_add(most),
            ..Self::default()
        };
    }
}

/// A run may hold escapes.
fn is_of_run(byte: u8) -> bool {
    is_token(byte) || byte == b'%'
}

/// So many characters, of which a few are full stops and the like, have a run that begins among them: that each of the
/// stretches between is too short happens to fewer than one in a thousand.
const LONG: usize = 60;
const OTHERS: usize = 4;

/// Whether it is a long repetition of token characters and a few others.
fn is_long(hir: &Hir) -> bool {
    let HirKind::Repetition(repetition) = hir.kind() else {
        return false;
    };
    let HirKind::Class(Class::Bytes(class)) = repetition.sub.kind() else {
        return false;
    };
    let bytes = || class.iter().flat_map(|range| range.start()..=range.end());
    let others = bytes().filter(|byte| !is_of_run(*byte)).count();
    repetition.min as usize >= LONG && others <= OTHERS && bytes().count() >= 16 * OTHERS && has_digits(hir)
}

/// What follows each other in an expression.
fn flatten<'h>(hir: &'h Hir, parts: &mut Vec<&'h Hir>) {
    match hir.kind() {
        HirKind::Capture(capture) => flatten(&capture.sub, parts),
        HirKind::Concat(inner) => inner.iter().for_each(|part| flatten(part, parts)),
        _ => parts.push(hir),
    }
}

/// Whether no match holds any other bytes.
fn is_of(hir: &Hir, holds: fn(u8) -> bool) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => true,
        HirKind::Literal(literal) => literal.0.iter().copied().all(holds),
        HirKind::Class(class) => holds_only(class, holds),
        HirKind::Repetition(repetition) => is_of(&repetition.sub, holds),
        HirKind::Capture(capture) => is_of(&capture.sub, holds),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().all(|part| is_of(part, holds)),
    }
}

/// Whether digits are among what is drawn.
fn has_digits(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Class(Class::Bytes(class)) => class.iter().any(|range| range.start() <= b'0' && range.end() >= b'9'),
        HirKind::Repetition(repetition) => has_digits(&repetition.sub),
        HirKind::Capture(capture) => has_digits(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().any(has_digits),
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
                let goes_on = holds_only(class, is_token);
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

fn holds_only(class: &Class, holds: fn(u8) -> bool) -> bool {
    match class {
        Class::Bytes(class) => {
            let mut ranges = class.iter();
            ranges.all(|range| (range.start()..=range.end()).all(holds))
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
            ("[?&]sig=((?:[a-z0-9]|%2[BF]){43}(?:=|%3D))", 5),
            ("https://a.b/hooks/catch/[0-9]{4,9}/[a-z0-9]{5}", 10),
            ("00D[a-z0-9]{12}![A-Za-z0-9._]{90}", 16 + 60),
            ("00D[a-z0-9]{12}![A-Za-z0-9._]{30}", usize::MAX),
            ("ab:[0-9]{3}[a-z]{20}", 3),
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

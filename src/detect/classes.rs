//! Which characters of a value are of which class, told by vectors, 64 characters at a time.
//!
//! What the counts say of a value is not known here.

use std::ops::Range;

use fearless_simd::{Level, Simd, dispatch, prelude::*, u8x64};

/// How many characters of each class a value has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub digits: usize,
    pub upper: usize,
    pub lower: usize,
    /// Letters that are hexadecimal digits.
    pub hex_letters: usize,
    pub slashes: usize,
    /// Characters that begin an escape, `\` and `%`.
    pub escapes: usize,
    /// Letters that stand right behind a digit.
    pub turns: usize,
}

impl Counts {
    pub fn of(value: &[u8]) -> Self {
        Classes::of(value, 0..value.len()).counts
    }

    pub fn letters(&self) -> usize {
        self.upper + self.lower
    }
}

/// The classes of the characters of a value in a text.
pub struct Classes<'t> {
    text: &'t [u8],
    span: Range<usize>,
    /// Which of the first characters are letters or digits.
    first_words: u64,
    pub counts: Counts,
}

impl<'t> Classes<'t> {
    pub fn of(text: &'t [u8], span: Range<usize>) -> Self {
        let (first_words, counts) = dispatch!(Level::new(), simd => count(simd, text, &span));
        Self {
            text,
            span,
            first_words,
            counts,
        }
    }

    /// Calls `visit` with the places in the value up to one where a word of letters and digits starts, and if asked with
    /// those of signs, in order, until it says no. Returns whether it never did.
    pub fn all_boundaries(&self, last: usize, with_signs: bool, mut visit: impl FnMut(usize) -> bool) -> bool {
        let end = self.span.end.min(self.span.start + last + 1);
        let mut word = self.first_words;
        let mut was_word = 0;
        for start in (self.span.start..end).step_by(BLOCK) {
            if start != self.span.start {
                word = dispatch!(Level::new(), simd => Masks::of(simd, self.text, start..self.span.end).words());
            }
            let inside = word & (word << 1 | was_word);
            was_word = word >> (BLOCK - 1);
            let signs = if with_signs { !word } else { 0 };
            let mut left = (word & !inside | signs) & u64::MAX >> BLOCK.saturating_sub(end - start);
            while left != 0 {
                if !visit(start - self.span.start + left.trailing_zeros() as usize) {
                    return false;
                }
                left &= left - 1;
            }
        }
        true
    }
}

const BLOCK: usize = 64;

/// One bit for each of up to 64 characters, the first one's the lowest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Masks {
    digits: u64,
    upper: u64,
    lower: u64,
    hex_letters: u64,
    slashes: u64,
    escapes: u64,
}

impl Masks {
    /// Of the first characters of a span.
    #[inline(always)]
    fn of<S: Simd>(simd: S, text: &[u8], span: Range<usize>) -> Self {
        let length = span.len().min(BLOCK);
        let mut end = [0; BLOCK];
        let block = text[span.start..].first_chunk().unwrap_or_else(|| {
            end[..length].copy_from_slice(&text[span.start..span.start + length]);
            &end
        });
        let masks = masks(simd, block);
        match length {
            BLOCK => masks,
            _ => masks.within(!(u64::MAX << length)),
        }
    }

    #[inline(always)]
    fn within(self, some: u64) -> Self {
        Self {
            digits: self.digits & some,
            upper: self.upper & some,
            lower: self.lower & some,
            hex_letters: self.hex_letters & some,
            slashes: self.slashes & some,
            escapes: self.escapes & some,
        }
    }

    #[inline(always)]
    fn letters(&self) -> u64 {
        self.upper | self.lower
    }

    /// Letters and digits.
    #[inline(always)]
    fn words(&self) -> u64 {
        self.digits | self.letters()
    }

    #[inline(always)]
    fn count(&self, counts: &mut Counts) {
        counts.digits += self.digits.count_ones() as usize;
        counts.upper += self.upper.count_ones() as usize;
        counts.lower += self.lower.count_ones() as usize;
        counts.hex_letters += self.hex_letters.count_ones() as usize;
        counts.slashes += self.slashes.count_ones() as usize;
        counts.escapes += self.escapes.count_ones() as usize;
        counts.turns += (self.digits << 1 & self.letters()).count_ones() as usize;
    }
}

/// Which of a value's first characters are letters or digits, and the counts of all: each where the machine counts bits
/// at once.
#[inline(always)]
fn count<S: Simd>(simd: S, text: &[u8], span: &Range<usize>) -> (u64, Counts) {
    let first = Masks::of(simd, text, span.clone());
    let mut counts = Counts::default();
    first.count(&mut counts);
    let mut before = first;
    for start in span.clone().step_by(BLOCK).skip(1) {
        let masks = Masks::of(simd, text, start..span.end);
        masks.count(&mut counts);
        counts.turns += usize::from(before.digits >> (BLOCK - 1) == 1 && masks.letters() & 1 == 1);
        before = masks;
    }
    (first.words(), counts)
}

#[inline(always)]
fn masks<S: Simd>(simd: S, block: &[u8; BLOCK]) -> Masks {
    let bytes = u8x64::from_slice(simd, block);
    let any_case = bytes | 0x20;
    Masks {
        digits: (bytes - b'0').simd_le(9).to_bitmask(),
        upper: (bytes - b'A').simd_le(25).to_bitmask(),
        lower: (bytes - b'a').simd_le(25).to_bitmask(),
        hex_letters: (any_case - b'a').simd_le(5).to_bitmask(),
        slashes: bytes.simd_eq(b'/').to_bitmask(),
        escapes: (bytes.simd_eq(b'\\') | bytes.simd_eq(b'%')).to_bitmask(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plainly(value: &[u8]) -> (Counts, Vec<usize>) {
        let count = |is: &dyn Fn(u8) -> bool| value.iter().filter(|&&byte| is(byte)).count();
        let turns = value
            .windows(2)
            .filter(|pair| pair[0].is_ascii_digit() && pair[1].is_ascii_alphabetic());
        let counts = Counts {
            digits: count(&|b| b.is_ascii_digit()),
            upper: count(&|b| b.is_ascii_uppercase()),
            lower: count(&|b| b.is_ascii_lowercase()),
            hex_letters: count(&|b| b.is_ascii_hexdigit() && !b.is_ascii_digit()),
            slashes: count(&|b| b == b'/'),
            escapes: count(&|b| b == b'\\' || b == b'%'),
            turns: turns.count(),
        };
        let within = |at: &usize| *at > 0 && value[at - 1..=*at].iter().all(u8::is_ascii_alphanumeric);
        let boundaries = (0..value.len()).filter(|at| !within(at)).collect();
        (counts, boundaries)
    }

    #[test]
    fn vectors_tell_what_reading_tells_wherever_a_value_stands() {
        let mut state = 5_u32;
        for round in 0..400 {
            let text: Vec<u8> = (0..round)
                .map(|_| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    let signs = b"azAZ09fFgG/\\%-_@`[{:\xc3";
                    signs[(state >> 16) as usize % signs.len()]
                })
                .collect();
            for span in [0..text.len(), text.len() / 3..text.len(), 0..text.len() / 2] {
                let classes = Classes::of(&text, span.clone());
                let mut boundaries = Vec::new();
                let none = span.is_empty()
                    || classes.all_boundaries(span.len() - 1, true, |at| {
                        boundaries.push(at);
                        true
                    });
                assert!(none);
                let found = (classes.counts, boundaries);
                assert_eq!(found, plainly(&text[span.clone()]), "{span:?} of {round}");
            }
        }
    }

    #[test]
    fn every_machine_tells_the_same_classes() {
        for start in (0..=u8::MAX).step_by(BLOCK) {
            let block = std::array::from_fn(|at| start + at as u8);
            let [least, most] =
                [Level::baseline(), Level::new()].map(|level| dispatch!(level, simd => masks(simd, &block)));
            assert_eq!(least, most, "from {start} on");
        }
    }

    #[test]
    fn values_of_any_length_are_counted() {
        let counts = Counts::of(&b"aZ09-f".repeat(20_000));
        let found = [counts.digits, counts.upper, counts.lower, counts.hex_letters];
        assert_eq!(found, [40_000, 20_000, 40_000, 40_000]);
        assert_eq!(counts.letters(), 60_000);
    }
}

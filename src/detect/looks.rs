//! What a value could be by its own look: one bit for each detector that goes by it.
//!
//! Asked once of each run. An anchor keeps the answer, so that the next version of a file, which has most of
//! its runs from the one before, need not ask again. Nothing here looks at more than the value and the byte
//! to either side.

use std::cell::LazyCell;

use super::runs::Piece;
use super::{Detectors, aws, generic, nested, randomness};

/// A set of looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Looks(u16);

impl Looks {
    /// Could be a secret of an unknown kind.
    pub const RANDOM: Self = Self(1);
    /// Could be a secret access key.
    pub const SECRET_KEY: Self = Self(2);
    /// Could be a part of one.
    pub const PART: Self = Self(4);
    pub const TOKEN: Self = Self(8);
    pub const SMTP_PASSWORD: Self = Self(16);
    /// Could be content inside the content.
    pub const NESTED: Self = Self(32);
    /// Has escapes that hide what stands around it.
    pub const DECODABLE: Self = Self(512);
    /// Has escapes: what it means is not what it is, and has to be asked again.
    pub const ESCAPED: Self = Self(64);
    /// Has a word that starts with a provider's prefix.
    pub const PREFIXED: Self = Self(128);
    /// Could be a secret that a rule knows by its name and its form.
    pub const NAMED: Self = Self(256);

    /// Could be what a rule's literal near it leads to: drawn, whatever else.
    pub const LED: Self = Self(1024);

    /// What a name or a literal near the value decides about.
    const BY_NAME: u16 = Self::RANDOM.0 | Self::NAMED.0 | Self::SECRET_KEY.0 | Self::LED.0;

    /// Asks every detector's own test.
    pub fn of(detectors: &Detectors, bytes: &[u8], piece: &Piece<'_>) -> Self {
        let value = &piece.value[..];
        let counts = Counts::of(value);
        let look = |look: Self, fits: bool| if fits { look.0 } else { 0 };
        let prefixed = look(Self::PREFIXED, detectors.prefixes.stand_in(value));
        if counts.is_plain_word() {
            return Self(prefixed);
        }
        let score = LazyCell::new(|| randomness::score(value));
        let looks_random = || counts.are_mixed() && randomness::is_random(value, *score);
        let random = generic::is_random(value, &counts, looks_random);
        // Of what is drawn, hexadecimal digits and what stands behind folders score as words do.
        let drawn = || match counts.digits {
            0 => looks_random(),
            digits => is_mingled(value, digits) || *score < 0.0,
        };
        Self(
            prefixed
                | look(Self::LED, !detectors.near.is_empty() && drawn())
                | look(Self::RANDOM, random)
                | look(Self::NAMED, detectors.named.fits(value, &counts, random, looks_random))
                | look(Self::SECRET_KEY, aws::secret::fits(value))
                | look(Self::PART, aws::secret::fits_as_part(bytes, &piece.span, value))
                | look(Self::TOKEN, aws::token::fits(value))
                | look(Self::SMTP_PASSWORD, aws::ses::fits(value))
                | look(Self::NESTED, nested::fits(value)),
        )
    }

    pub fn has(self, look: Self) -> bool {
        self.0 & look.0 != 0
    }

    /// Whether any detector could make something of it.
    pub fn is_telling(self) -> bool {
        self.0 & !Self::ESCAPED.0 != 0
    }

    /// Whether the value and what stands near it, a few hundred bytes, decide what becomes of it.
    pub fn is_settled_near(self) -> bool {
        self.0 & !Self::BY_NAME == 0
    }

    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// Whether letters follow digits as they do in what was drawn: in words of code numbers come last. Of 32 hexadecimal
/// digits all but one in 1,000 do so twice; of 24 letters and digits behind folders 98 in 100 do so once. Ids in paths
/// may be digits alone.
fn is_mingled(value: &[u8], digits: usize) -> bool {
    let is_path = value.contains(&b'/');
    let follow = |pair: &&[u8]| pair[0].is_ascii_digit() && pair[1].is_ascii_alphabetic();
    let enough = if is_path { 1 } else { 2 };
    is_path && digits >= 4 || value.windows(2).filter(follow).take(enough).count() == enough
}

/// How many characters of each class a value has.
pub struct Counts {
    pub digits: usize,
    pub upper: usize,
    pub lower: usize,
    /// Letters that are hexadecimal digits.
    pub hex_letters: usize,
}

impl Counts {
    /// One pass, with all counts side by side in one number: sixteen bits each.
    pub fn of(value: &[u8]) -> Self {
        let mut all = [0; 4];
        for part in value.chunks(1 << 15) {
            let sums: u64 = part.iter().map(|byte| CLASSES[usize::from(*byte)]).sum();
            for (class, count) in all.iter_mut().enumerate() {
                *count += (sums >> (16 * class)) as usize & 0xffff;
            }
        }
        let [digits, upper, lower, hex_letters] = all;
        Self {
            digits,
            upper,
            lower,
            hex_letters,
        }
    }

    pub fn letters(&self) -> usize {
        self.upper + self.lower
    }

    /// Whether there are digits, or enough letters of either case: of 20 drawn letters all but 1 in 400 are like that, and
    /// of words of code that are put together few.
    fn are_mixed(&self) -> bool {
        self.digits > 0 || self.upper.min(self.lower) * 6 >= self.letters()
    }

    /// Neither a digit nor letters of both cases: a word, a path, a line of signs. Of random values of twenty
    /// characters none is like that; most runs of source code are.
    fn is_plain_word(&self) -> bool {
        self.digits == 0 && (self.upper == 0 || self.lower == 0)
    }
}

const CLASSES: [u64; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0_u8;
    loop {
        classes[byte as usize] = byte.is_ascii_digit() as u64
            | (byte.is_ascii_uppercase() as u64) << 16
            | (byte.is_ascii_lowercase() as u64) << 32
            | ((byte.is_ascii_hexdigit() && !byte.is_ascii_digit()) as u64) << 48;
        if byte == u8::MAX {
            break classes;
        }
        byte += 1;
    }
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_counted_in_values_of_any_length() {
        let value = b"aZ09-f".repeat(20_000);
        let counts = Counts::of(&value);
        let found = [counts.digits, counts.upper, counts.lower, counts.hex_letters];
        assert_eq!(found, [40_000, 20_000, 40_000, 40_000]);
        assert_eq!(counts.letters(), 60_000);
    }

    #[test]
    fn a_word_is_plain_and_a_name_with_a_digit_is_not() {
        for (value, plain) in [
            ("some/long-path_of-words", true),
            ("SHOUTING", true),
            ("aB", false),
            ("a1", false),
        ] {
            assert_eq!(Counts::of(value.as_bytes()).is_plain_word(), plain, "{value}");
        }
    }
}

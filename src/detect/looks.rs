//! What a value could be by its own look: one bit for each detector that goes by it.
//!
//! Asked once of each run. An anchor keeps the answer, so that the next version of a file, which has most of
//! its runs from the one before, need not ask again. Nothing here looks at more than the value and the byte
//! to either side.

use std::cell::LazyCell;

use super::classes::{Classes, Counts};
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

    /// What the value decides about, or a name or a literal near it.
    const NEAR: u16 =
        Self::RANDOM.0 | Self::NAMED.0 | Self::SECRET_KEY.0 | Self::LED.0 | Self::NESTED.0 | Self::PREFIXED.0;

    /// Asks every detector's own test.
    pub fn of_piece(detectors: &Detectors, bytes: &[u8], piece: &Piece<'_>) -> Self {
        Self::of(
            detectors,
            bytes,
            piece,
            &Classes::of(&piece.value, 0..piece.value.len()),
        )
    }

    /// The same of a piece whose classes are known.
    pub fn of(detectors: &Detectors, bytes: &[u8], piece: &Piece<'_>, classes: &Classes<'_>) -> Self {
        let value = &piece.value[..];
        let counts = &classes.counts;
        let look = |look: Self, fits: bool| if fits { look.0 } else { 0 };
        let prefixed = look(Self::PREFIXED, detectors.prefixes.stand_in(value, classes));
        if is_plain_word(counts) {
            return Self(prefixed);
        }
        let score = LazyCell::new(|| randomness::score(value));
        let looks_random = || are_mixed(counts) && randomness::is_random(value, *score);
        let random = generic::is_random(value, counts, looks_random);
        // Of what is drawn, hexadecimal digits and what stands behind folders score as words do.
        let drawn = || match counts.digits {
            0 => looks_random(),
            _ => is_mingled(counts) || *score < 0.0,
        };
        Self(
            prefixed
                | look(Self::LED, !detectors.near.is_empty() && drawn())
                | look(Self::RANDOM, random)
                | look(Self::NAMED, detectors.named.fits(value, counts, random, looks_random))
                | look(Self::SECRET_KEY, aws::secret::fits(value))
                | look(
                    Self::PART,
                    aws::secret::fits_as_part(bytes, &piece.span, value, || *score),
                )
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

    /// Whether the value and what stands near it decide what becomes of it.
    pub fn is_settled_near(self) -> bool {
        self.0 & !Self::NEAR == 0
    }

    /// Whether it could be something by itself, or by its name, without a prefix or what leads to it.
    pub fn is_more_than_led(self) -> bool {
        self.0 & !(Self::LED.0 | Self::PREFIXED.0) != 0
    }

    #[must_use]
    pub fn without(self, look: Self) -> Self {
        Self(self.0 & !look.0)
    }

    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// Whether letters follow digits as they do in what was drawn: in words of code numbers come last. Of 32 hexadecimal
/// digits all but one in 1,000 do so twice; of 24 letters and digits behind folders 98 in 100 do so once. Ids in paths
/// may be digits alone.
fn is_mingled(counts: &Counts) -> bool {
    match counts.slashes {
        0 => counts.turns >= 2,
        _ => counts.turns >= 1 || counts.digits >= 4,
    }
}

/// Whether there are digits, or enough letters of either case: of 20 drawn letters all but 1 in 400 are like that, and
/// of words of code that are put together few.
fn are_mixed(counts: &Counts) -> bool {
    counts.digits > 0 || counts.upper.min(counts.lower) * 6 >= counts.letters()
}

/// Neither a digit nor letters of both cases: a word, a path, a line of signs. Of random values of twenty characters none
/// is like that; most runs of source code are.
fn is_plain_word(counts: &Counts) -> bool {
    counts.digits == 0 && (counts.upper == 0 || counts.lower == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_plain_and_a_name_with_a_digit_is_not() {
        for (value, plain) in [
            ("some/long-path_of-words", true),
            ("SHOUTING", true),
            ("aB", false),
            ("a1", false),
        ] {
            assert_eq!(is_plain_word(&Counts::of(value.as_bytes())), plain, "{value}");
        }
    }
}

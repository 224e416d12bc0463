//! A secret value, which cannot be printed by accident.
//!
//! `Secret` has no `Display`, no `Serialize`, no `AsRef`, and a `Debug` that shows nothing.
//! `expose` is for fingerprints, pairing and `--show-secrets`; clippy refuses it elsewhere.

use std::fmt;

/// The bytes of a secret, as they would be used (escapes resolved, halves joined).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Secret(Box<[u8]>);

impl Secret {
    pub fn new(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }

    /// Returns the raw value. Each use is audited: it needs an `#[expect]` with its reason.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// Returns a form that is safe to print: the ends of a long value, nothing of a short one.
    pub fn masked(&self) -> String {
        mask(&self.0)
    }
}

/// Masks a value: `AKIA************7LMK` for 20 printable bytes and more, twelve stars for less.
///
/// The stars are always twelve, so that the length of a short secret is not told.
pub fn mask(value: &[u8]) -> String {
    const STARS: &str = "************";
    let long = value.len() >= 20 && value.iter().all(u8::is_ascii_graphic);
    if !long {
        return STARS.to_owned();
    }
    let text = |part: &[u8]| String::from_utf8_lossy(part).into_owned();
    text(&value[..4]) + STARS + &text(&value[value.len() - 4..])
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_value_shows_its_ends_and_a_short_one_nothing() {
        assert_eq!(mask(b"abcdefghijklmnopqrst"), "abcd************qrst");
        assert_eq!(mask(b"hunter2"), "************");
        assert_eq!(mask("pässwörter-sind-länger".as_bytes()), "************");
    }

    #[test]
    fn debug_shows_nothing() {
        let shown = format!("{:?}", Secret::new(b"abcdefghijklmnopqrst"));
        assert_eq!(shown, "Secret(…)");
    }
}

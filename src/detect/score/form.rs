//! What a value is made of, as triage asks it of values in tests.
//!
//! Judges the value alone, and decides nothing. `benches/train-score` tells the same from a row of features, but for base64.

use data_encoding::BASE64_NOPAD;

use super::features::is_stock;
use super::text::Shape;
use crate::finding::Form;

/// From so many on, letters and digits that nobody chose are a token.
const LONG: usize = 16;

/// The form of a value.
pub fn form(value: &[u8]) -> Form {
    if is_stock(value) || is_text_in_base64(value) {
        return Form::Stock;
    }
    match Shape::of(value) {
        Shape { surprise: 148.., .. } => Form::Drawn,
        Shape { digits: 1.., .. } if value.len() >= LONG => Form::Long,
        Shape { digits: 1.., .. } => Form::Mixed,
        Shape { marks: 1.., .. } => Form::Marked,
        _ => Form::Word,
    }
}

/// Whether the value is base64 of words that people read: `user:pass` is printed so to show what a program makes of it.
fn is_text_in_base64(value: &[u8]) -> bool {
    let padding = value.iter().rev().take_while(|byte| **byte == b'=').count();
    let decoded = BASE64_NOPAD.decode(&value[..value.len() - padding]).unwrap_or_default();
    let letters = decoded
        .iter()
        .filter(|b| b.is_ascii_alphabetic() || **b == b' ')
        .count();
    let is_of_text = |b: &u8| b.is_ascii_alphanumeric() || b" :._@'!,-".contains(b);
    decoded.len() >= 4 && decoded.iter().all(is_of_text) && letters * 5 >= decoded.len() * 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_of_one_form() {
        let drawn: String = ["qX7w", "Vj9z", "T7rM", "kB2f"].concat();
        for (value, expected) in [
            (drawn.as_str(), Form::Drawn),
            ("release2candidate3", Form::Long),
            ("horse7", Form::Mixed),
            ("battery", Form::Word),
            ("horse-battery", Form::Marked),
            ("my-Secret", Form::Stock),
            (&BASE64_NOPAD.encode(b"anna:horse-battery"), Form::Stock),
        ] {
            assert_eq!(form(value.as_bytes()), expected, "{value}");
        }
    }
}

//! What a value is made of, as triage asks it of values in tests.
//!
//! Judges the value alone, and decides nothing. `benches/train-score` tells the same from a row of features.

use super::features::is_stock;
use super::text::Shape;
use crate::finding::Form;

/// From so many on, letters and digits that nobody chose are a token.
const LONG: usize = 16;

/// The form of a value.
pub fn form(value: &[u8]) -> Form {
    if is_stock(value) {
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
            ("p4ss!", Form::Mixed),
        ] {
            assert_eq!(form(value.as_bytes()), expected, "{value}");
        }
    }
}

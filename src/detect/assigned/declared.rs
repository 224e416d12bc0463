//! What stands between a name and its value in a declaration: a type, before or behind the sign.
//!
//! Tells where the value may begin, and judges neither the type nor the value.

use super::sign::blanks;

/// The longest type.
const LONGEST_TYPE: usize = 40;

/// `string = ` after a name, as in `var password string = "…"`.
pub fn declares(window: &[u8], at: usize) -> Option<usize> {
    let word = window[at..]
        .iter()
        .take(16)
        .take_while(|b| b.is_ascii_alphanumeric())
        .count();
    let sign = blanks(window, at + word);
    (word > 0 && sign > at + word && window[sign..].starts_with(b"= ")).then_some(sign + 1)
}

/// The place after a type and its `=`: `: Option<&str> = `.
pub fn typed(window: &[u8], at: usize) -> Option<usize> {
    let is_type = |b: &&u8| {
        let is_sign = matches!(
            b,
            b'_' | b'&' | b'<' | b'>' | b'[' | b']' | b'.' | b' ' | b'|' | b'?' | b'*' | b'\''
        );
        is_sign || b.is_ascii_alphanumeric()
    };
    window
        .get(at)
        .filter(|first| first.is_ascii_alphabetic() || **first == b'&')?;
    let sign = at + window[at..].iter().take(LONGEST_TYPE).take_while(is_type).count();
    window[sign..].starts_with(b"= ").then_some(sign + 2)
}

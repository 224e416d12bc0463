//! What stands between a name and its value: what wraps the value and leaves it one, and what fetches another.
//!
//! Counts words alone, and judges nothing.

use super::features::small;

/// What a value is wrapped in that stays one: an option, a string, a constant of a type.
const WRAPPERS: &[&[u8]] = &[
    b"Some",
    b"Just",
    b"Right",
    b"Ok",
    b"Option",
    b"Optional",
    b"of",
    b"new",
    b"String",
    b"string",
    b"str",
    b"NSString",
    b"Text",
    b"char",
    b"byte",
    b"bytes",
    b"const",
    b"value",
    b"Value",
];

/// How many letters of a gap are not those of a wrapper: `Some("…")` is the value as `"…"` is, and `ask("…")` is not.
pub fn strange(gap: &[u8]) -> u8 {
    let words = gap.split(|b| !b.is_ascii_alphabetic());
    small(words.filter(|word| !WRAPPERS.contains(word)).map(<[u8]>::len).sum())
}

/// How many words of those that fetch a value stand in a gap.
pub fn fetches(gap: &[u8]) -> u8 {
    let words = [&b"env"[..], b"ENV", b"get", b"Get", b"fetch"];
    let has = |word: &[u8]| gap.windows(word.len()).any(|part| part == word);
    words.iter().filter(|word| has(word)).count() as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrapper_leaves_a_value_what_it_is() {
        assert_eq!(strange(b" = Some(\""), 0);
        assert_eq!(strange(b": Optional.of(new String(\""), 0);
        assert_eq!(strange(b" = ask(\""), 3);
        assert_eq!(strange(b" = Something(\""), 9);
    }
}

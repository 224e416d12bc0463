//! What stands between a name and its value in a declaration: a type, before or behind the sign, accessors, the scheme of
//! a header that authorizes, a sentence.
//!
//! Tells where the value may begin, and judges neither the type nor the value.

use std::ops::Range;

use super::sign::blanks;

/// The longest type.
const LONGEST_TYPE: usize = 40;
/// The longest accessors of a property.
const LONGEST_ACCESSORS: usize = 48;
/// What they are made of.
const ACCESSORS: &[&[u8]] = &[b"", b"get", b"set", b"init", b"private", b"protected", b"internal"];

/// The longest sentence from a name to what it says.
const LONGEST_SENTENCE: usize = 72;
/// How it says what the value is.
const STATES: &[&[u8]] = &[b" is set to ", b" is "];

/// Schemes of headers behind which a token stands as it is.
const SCHEMES: &[&[u8]] = &[b"token", b"apikey", b"api-key", b"apitoken", b"key", b"ssws", b"pat"];

/// `string = ` after a name, as in `var password string = "…"` and `Dim password As String = "…"`.
pub fn declares(window: &[u8], at: usize) -> Option<usize> {
    let is_basic = window[at..]
        .get(..3)
        .is_some_and(|word| word.eq_ignore_ascii_case(b"as "));
    let at = if is_basic { at + 3 } else { at };
    let word = window[at..]
        .iter()
        .take(16)
        .take_while(|b| b.is_ascii_alphanumeric())
        .count();
    let sign = blanks(window, at + word);
    (word > 0 && sign > at + word && window[sign..].starts_with(b"= ")).then_some(sign + 1)
}

/// The accessors of a property of C# and the sign that gives it its first value: `{ get; set; } =`.
pub fn accesses(window: &[u8], at: usize) -> Option<usize> {
    let rest = window[at..].strip_prefix(b"{")?;
    let end = memchr::memchr2(b'}', b'\n', &rest[..rest.len().min(LONGEST_ACCESSORS)])?;
    let is_word = |word: &[u8]| ACCESSORS.contains(&word.trim_ascii());
    let are_accessors = rest[end] == b'}' && rest[..end].split(|b| b"; ".contains(b)).all(is_word);
    let sign = blanks(window, at + end + 2);
    (are_accessors && window[sign..].starts_with(b"= ")).then_some(sign + 1)
}

/// The place behind what a sentence says: `is '…'`, `for user kim is set to "…"`.
pub fn states(window: &[u8], name: &Range<usize>, at: usize) -> Option<usize> {
    window.get(name.end).filter(|next| **next == b' ')?;
    let rest = &window[at..window.len().min(at + LONGEST_SENTENCE)];
    let line = rest.split(|b| *b == b'\n').next()?;
    STATES.iter().find_map(|verb| {
        let end = match line.starts_with(&verb[1..]) {
            true => verb.len() - 1,
            false if line.starts_with(b"for ") || line.starts_with(b"of ") => {
                memchr::memmem::find(line, verb)? + verb.len()
            }
            false => return None,
        };
        let quote = line.get(end).filter(|b| b"'\"`".contains(b))?;
        // `is 'short' or 'long'` tells of kinds.
        (!line[..end].contains(&b'.') && memchr::memchr(*quote, &window[at + end + 1..]).is_some()).then_some(at + end)
    })
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

/// The place behind the scheme of an HTTP header: `Authorization: token `. `Basic` and `Bearer` are carriers of their own.
pub fn schemed(window: &[u8], name: &Range<usize>, at: usize) -> Option<usize> {
    let is_scheme = |word: &[u8]| SCHEMES.iter().any(|scheme| scheme.eq_ignore_ascii_case(word));
    let of_header = |name: &[u8]| name.to_ascii_lowercase().ends_with(b"authorization");
    let word = window[at..].split(|b| *b == b' ').next()?;
    (is_scheme(word) && of_header(&window[name.clone()])).then(|| blanks(window, at + word.len()))
}

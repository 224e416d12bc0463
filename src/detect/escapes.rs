//! Text behind escapes: HTML entities, percent-encoding, and the escapes of JSON and programming languages.
//!
//! Runs and values resolve what stands in them by themselves ([`super::runs`]). Here the text around escapes is
//! decoded as a whole and scanned as content of its own: a literal may be hidden (`\u0041KIA`), a value broken by an
//! entity, a name quoted by one. Asked only where an escape stands for a character that needs none, or where many do.

use std::ops::Range;

use super::nested::Nested;

/// Where entities begin; others are decoded beside them.
pub const STARTS: [&[u8]; 2] = [b"&#", b"&quot;"];
/// Entities this close to each other stand in one text, and so much before and after them belongs to it.
const NEAR: usize = 512;
/// A text of more bytes is decoded in parts.
const LONGEST: usize = 1 << 20;
/// So many of the escapes that text may need, in one run, are more than a text needs.
const MANY_PERCENT: usize = 4;
const MANY_BACKSLASH: usize = 2;

pub const ENTITIES: &str = "HTML entities";

/// How a text is escaped.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Escaping {
    Entities,
    Percent,
    Backslash,
}

impl Escaping {
    fn as_str(self) -> &'static str {
        match self {
            Escaping::Entities => ENTITIES,
            Escaping::Percent => "percent-encoding",
            Escaping::Backslash => "escapes",
        }
    }

    /// Reads the escape that starts here: the character it stands for, and its length.
    fn read(self, bytes: &[u8]) -> Option<(char, usize)> {
        match self {
            Escaping::Entities => entity(bytes),
            Escaping::Percent => match bytes {
                [b'%', first, second, ..] => Some((char::from(byte(*first, *second)?), 3)),
                _ => None,
            },
            Escaping::Backslash => backslash(bytes),
        }
    }

    fn sign(self) -> u8 {
        match self {
            Escaping::Entities => b'&',
            Escaping::Percent => b'%',
            Escaping::Backslash => b'\\',
        }
    }
}

/// Whether an entity starts here.
pub fn starts(here: &[u8]) -> bool {
    here.first() == Some(&b'&') && STARTS.iter().any(|start| here.starts_with(start))
}

/// Whether a run has escapes that make it worth while to decode what stands around it.
pub fn is_telling(run: &[u8]) -> bool {
    telling(run).is_some()
}

fn telling(run: &[u8]) -> Option<Escaping> {
    [(Escaping::Percent, MANY_PERCENT), (Escaping::Backslash, MANY_BACKSLASH)]
        .into_iter()
        .find(|(escaping, many)| {
            let signs = memchr::memchr_iter(escaping.sign(), run);
            let coded = signs
                .filter_map(|at| escaping.read(&run[at..]))
                .filter(|(_, length)| *length > 2);
            let mut count = 0;
            let mut needless = coded.filter(|(c, _)| c.is_ascii()).map(|(c, _)| {
                count += 1;
                c.is_ascii_alphanumeric()
            });
            needless.any(|needless| needless) || count >= *many
        })
        .map(|(escaping, _)| escaping)
}

/// Decodes the text around a run with escapes: its line, as far as is near.
pub fn around(bytes: &[u8], run: Range<usize>) -> Option<Nested> {
    let escaping = telling(&bytes[run.clone()])?;
    decode(bytes, near(bytes, run), escaping)
}

/// Where the texts around entities stand, whose starts are in order.
pub fn texts(bytes: &[u8], starts: impl Iterator<Item = usize>) -> Vec<Range<usize>> {
    let mut texts: Vec<Range<usize>> = Vec::new();
    for start in starts {
        match texts.last_mut() {
            Some(last) if start < last.end + NEAR && start - last.start < LONGEST => last.end = start + 1,
            _ => texts.push(start..start + 1),
        }
    }
    texts.into_iter().map(|text| near(bytes, text)).collect()
}

/// Decodes a text with entities.
pub fn decode_entities(bytes: &[u8], text: Range<usize>) -> Option<Nested> {
    decode(bytes, text, Escaping::Entities)
}

/// A range and what is near it, from one line's end to another's.
fn near(bytes: &[u8], range: Range<usize>) -> Range<usize> {
    let from = range.start.saturating_sub(NEAR);
    let to = bytes.len().min(range.end + NEAR);
    let start = memchr::memrchr(b'\n', &bytes[from..range.start]).map_or(from, |at| from + at + 1);
    let end = memchr::memchr(b'\n', &bytes[range.end..to]).map_or(to, |at| range.end + at);
    start..end
}

fn decode(bytes: &[u8], span: Range<usize>, escaping: Escaping) -> Option<Nested> {
    let text = &bytes[span.clone()];
    let mut decoded = Vec::with_capacity(text.len());
    let signs = || memchr::memchr_iter(escaping.sign(), text);
    // Where the decoded text goes on as it stands. In some texts every tenth byte is a sign: room is made once.
    let mut parts = Vec::with_capacity(1 + 2 * signs().count());
    parts.push((0, span.start));
    let mut copied = 0;
    for at in signs() {
        // Within an escape that was read: `\\u0041` is no `A`.
        if at < copied {
            continue;
        }
        if let Some((c, length)) = escaping.read(&text[at..]) {
            decoded.extend_from_slice(&text[copied..at]);
            parts.push((decoded.len(), span.start + at));
            decoded.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            copied = at + length;
            parts.push((decoded.len(), span.start + copied));
        }
    }
    decoded.extend_from_slice(&text[copied..]);
    (copied > 0).then(|| Nested::of_text(span, decoded, escaping.as_str(), parts))
}

fn byte(first: u8, second: u8) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    Some((digit(first)? << 4 | digit(second)?) as u8)
}

/// `&#65;`, `&#x41;`, and those that have names.
fn entity(bytes: &[u8]) -> Option<(char, usize)> {
    let end = memchr::memchr(b';', &bytes[..bytes.len().min(10)])?;
    let c = match &bytes[1..end] {
        b"quot" => '"',
        b"amp" => '&',
        b"lt" => '<',
        b"gt" => '>',
        b"apos" => '\'',
        b"nbsp" => ' ',
        [b'#', b'x' | b'X', digits @ ..] => character(digits, 16)?,
        [b'#', digits @ ..] => character(digits, 10)?,
        _ => return None,
    };
    Some((c, end + 1))
}

/// `\u0041`, `\x41`, and those of one letter or sign.
fn backslash(bytes: &[u8]) -> Option<(char, usize)> {
    match bytes {
        [_, b'u', digits @ ..] => Some((character(digits.get(..4)?, 16)?, 6)),
        [_, b'x', digits @ ..] => Some((character(digits.get(..2)?, 16)?, 4)),
        [_, b'n', ..] => Some(('\n', 2)),
        [_, b'r', ..] => Some(('\r', 2)),
        [_, b't', ..] => Some(('\t', 2)),
        [_, sign @ (b'"' | b'\'' | b'/' | b'\\'), ..] => Some((char::from(*sign), 2)),
        _ => None,
    }
}

fn character(digits: &[u8], radix: u32) -> Option<char> {
    let digits = std::str::from_utf8(digits).ok()?;
    char::from_u32(u32::from_str_radix(digits, radix).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(text: &str) -> Vec<String> {
        let bytes = text.as_bytes();
        let starts = (0..bytes.len()).filter(|at| starts(&bytes[*at..]));
        let texts = texts(bytes, starts).into_iter();
        let mut found: Vec<_> = texts.filter_map(|text| decode_entities(bytes, text)).collect();
        found.extend(around(bytes, 0..bytes.len()));
        found
            .into_iter()
            .map(|text| String::from_utf8_lossy(&text.bytes).into_owned())
            .collect()
    }

    #[test]
    fn every_kind_is_decoded() {
        assert_eq!(decoded("k=&#65;b&#x2F;&amp;c;"), ["k=Ab/&c;"]);
        assert_eq!(decoded("{&quot;a&quot;:1}"), ["{\"a\":1}"]);
        assert_eq!(decoded("AKI%41%2F"), ["AKIA/"]);
        assert_eq!(decoded(r"\u0041KIA\n\\u0041"), ["AKIA\n\\u0041"]);
        assert_eq!(decoded(r"\x41KIA"), ["AKIA"]);
    }

    #[test]
    fn what_text_needs_is_left_alone() {
        for text in [
            "a%20b%2Fc",
            r"\n\t\/",
            "50% of 100%41",
            "R&D; &amp; more",
            r"\u4f60\u597d",
            "%zz%4",
        ] {
            let telling = text == "50% of 100%41";
            assert_eq!(decoded(text).is_empty(), !telling, "{text}");
        }
    }

    #[test]
    fn texts_far_apart_are_decoded_apart() {
        let far = format!("&#65;{}&#66;", "x".repeat(3 * NEAR));
        assert_eq!(decoded(&far).len(), 2);
        let lines = "&#65;\n".repeat(9);
        assert_eq!(decoded(&lines), ["A\n".repeat(9).trim_end()]);
    }
}

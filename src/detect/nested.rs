//! Content inside content: base64 of text, as in Kubernetes secrets.
//!
//! A piece counts when what it decodes to reads as text. The text is scanned as content of its own; the
//! findings in it keep the place of the piece.

use std::ops::Range;

use super::runs::{Piece, end_of_padding};

/// A decoded text and the bytes it came from.
pub struct Nested {
    pub span: Range<usize>,
    pub bytes: Vec<u8>,
    pub via: &'static str,
}

const SHORTEST: usize = 24;
const LONGEST: usize = 64 * 1024;
/// How much is decoded first, to see whether it is worth going on.
const FIRST: usize = 16;

/// Decodes the piece, if it holds text.
pub fn read(bytes: &[u8], piece: &Piece<'_>) -> Option<Nested> {
    let value = &piece.value[..];
    if !fits(value) {
        return None;
    }
    let encoding = encoding(value);
    let whole = if value.len() % 4 == 1 {
        value.len() - 1
    } else {
        value.len()
    };
    // Trailing bits that are not zero: the last group is left out rather than the whole.
    let decoded = encoding
        .decode(&value[..whole])
        .or_else(|_| encoding.decode(&value[..whole - whole % 4]))
        .ok()?;
    if !is_text(&decoded) {
        return None;
    }
    Some(Nested {
        span: piece.span.start..end_of_padding(bytes, piece.span.end),
        bytes: decoded,
        via: "base64",
    })
}

/// Whether the value by itself could be such content: whether its first characters decode to text.
pub fn fits(value: &[u8]) -> bool {
    let mut first = [0; FIRST / 4 * 3];
    (SHORTEST..=LONGEST).contains(&value.len())
        && encoding(value).decode_mut(&value[..FIRST], &mut first).is_ok()
        && is_text(&first)
}

fn encoding(value: &[u8]) -> data_encoding::Encoding {
    if value.iter().any(|b| *b == b'-' || *b == b'_') {
        data_encoding::BASE64URL_NOPAD
    } else {
        data_encoding::BASE64_NOPAD
    }
}

fn is_text(bytes: &[u8]) -> bool {
    let odd = bytes
        .iter()
        .filter(|b| !(b.is_ascii_graphic() || b.is_ascii_whitespace() || **b >= 0x80))
        .count();
    let high = bytes.iter().filter(|b| **b >= 0x80).count();
    odd == 0 && high * 10 <= bytes.len()
}

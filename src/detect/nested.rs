//! Content inside content: base64 of text, as in Kubernetes secrets.
//!
//! A piece counts when what it decodes to reads as text. The text is scanned as content of its own; the
//! findings in it keep the place of the piece.

use std::ops::Range;

use super::runs::Piece;

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
    if !(SHORTEST..=LONGEST).contains(&value.len()) {
        return None;
    }
    let encoding = if value.iter().any(|b| *b == b'-' || *b == b'_') {
        &data_encoding::BASE64URL_NOPAD
    } else {
        &data_encoding::BASE64_NOPAD
    };
    let mut first = [0; FIRST / 4 * 3];
    encoding.decode_mut(&value[..FIRST], &mut first).ok()?;
    if !is_text(&first) {
        return None;
    }
    let fits = if value.len() % 4 == 1 {
        value.len() - 1
    } else {
        value.len()
    };
    // Trailing bits that are not zero: the last group is left out rather than the whole.
    let decoded = encoding
        .decode(&value[..fits])
        .or_else(|_| encoding.decode(&value[..fits - fits % 4]))
        .ok()?;
    if !is_text(&decoded) {
        return None;
    }
    let padding = bytes[piece.span.end..]
        .iter()
        .take_while(|&&b| b == b'=')
        .take(2)
        .count();
    Some(Nested {
        span: piece.span.start..piece.span.end + padding,
        bytes: decoded,
        via: "base64",
    })
}

fn is_text(bytes: &[u8]) -> bool {
    let odd = bytes
        .iter()
        .filter(|b| !(b.is_ascii_graphic() || b.is_ascii_whitespace() || **b >= 0x80))
        .count();
    let high = bytes.iter().filter(|b| **b >= 0x80).count();
    odd == 0 && high * 10 <= bytes.len()
}

//! Pieces: what a run holds between escapes that stand for other characters, with the other escapes resolved.
//!
//! What a piece could be is not known here.

use std::ops::Range;

use super::{SHORTEST, is_token, start_of_value};

/// A part of a run that holds one value: its place, and the value with escapes resolved.
pub struct Piece<'c> {
    pub span: Range<usize>,
    pub value: std::borrow::Cow<'c, [u8]>,
}

impl<'c> Piece<'c> {
    /// A run without escapes.
    pub fn plain(bytes: &'c [u8], run: Range<usize>) -> Self {
        let span = start_of_value(bytes, &run)..run.end;
        Self {
            value: bytes[span.clone()].into(),
            span,
        }
    }
}

/// Whether a run has escapes, which may stand for other characters.
fn is_escaped(run: &[u8]) -> bool {
    memchr::memchr2(b'\\', b'%', run).is_some()
}

/// Calls `visit` with each piece of a run that is long enough to matter.
pub fn for_each_piece<'c>(bytes: &'c [u8], run: Range<usize>, mut visit: impl FnMut(Piece<'c>)) {
    if !is_escaped(&bytes[run.clone()]) {
        return visit(Piece::plain(bytes, run));
    }
    let mut value = Vec::new();
    let mut plain = true;
    let mut start = run.start;
    let mut at = run.start;
    let mut emit = |span: Range<usize>, value: &mut Vec<u8>, plain: bool| {
        if value.len() >= SHORTEST {
            let value = if plain {
                bytes[span.clone()].into()
            } else {
                std::mem::take(value).into()
            };
            visit(Piece { span, value });
        }
        value.clear();
    };
    while at < run.end {
        let (meaning, length) = read_character(bytes, at, run.end);
        match meaning {
            Some(byte) => {
                plain &= length == 1;
                value.push(byte);
            }
            None => {
                emit(start..at, &mut value, plain);
                plain = true;
                start = at + length;
            }
        }
        at += length;
    }
    emit(start..run.end, &mut value, plain);
}

/// Reads one character, escaped or not: the token character it means (`None` for any other), and its length.
///
/// Escapes: `\/`, `\u002F` and `\x2F` of JSON, PHP and C, `%2F` of URLs; `\n` and the like mean another character.
fn read_character(bytes: &[u8], at: usize, end: usize) -> (Option<u8>, usize) {
    let token = |byte: u8| Some(byte).filter(|&b| is_token(b));
    let hex = |from: usize, digits: usize| -> Option<u8> {
        let text = bytes.get(from..from + digits)?;
        let text = std::str::from_utf8(text).ok()?;
        u32::from_str_radix(text, 16).ok()?.try_into().ok()
    };
    match bytes[at] {
        b'\\' => match bytes.get(at + 1) {
            Some(b'/') if at + 1 < end => (Some(b'/'), 2),
            Some(b'u') if at + 6 <= end => hex(at + 2, 4).map_or((None, 2), |byte| (token(byte), 6)),
            Some(b'x') if at + 4 <= end => hex(at + 2, 2).map_or((None, 2), |byte| (token(byte), 4)),
            Some(next) if at + 1 < end && next.is_ascii_alphabetic() => (None, 2),
            _ => (None, 1),
        },
        b'%' if at + 3 <= end => hex(at + 1, 2).map_or((None, 1), |byte| (token(byte), 3)),
        b'%' => (None, 1),
        byte => (Some(byte), 1),
    }
}

#[cfg(test)]
mod tests {
    use super::super::for_each_run;
    use super::*;

    fn pieces(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        for_each_run(text.as_bytes(), |run| {
            for_each_piece(text.as_bytes(), run, |piece| {
                found.push(String::from_utf8_lossy(&piece.value).into_owned());
            });
        });
        found
    }

    #[test]
    fn escapes_of_token_characters_are_resolved_and_others_cut() {
        assert_eq!(pieces(r"abcdefghij\/klmnopqrst"), ["abcdefghij/klmnopqrst"]);
        assert_eq!(pieces("abcdefghij%2Fklmnopq%2brst"), ["abcdefghij/klmnopq+rst"]);
        assert_eq!(pieces(r"abcdefghij\u002Fklmnopqrst"), ["abcdefghij/klmnopqrst"]);
        assert_eq!(pieces(r"\nabcdefghijklmnopqrstuv\nx"), ["abcdefghijklmnopqrstuv"]);
        assert_eq!(pieces("x%3Dabcdefghijklmnopqrstuv%26y"), ["abcdefghijklmnopqrstuv"]);
        assert_eq!(pieces(r"abcdefghijklmnopqrstuv\"), ["abcdefghijklmnopqrstuv"]);
    }
}

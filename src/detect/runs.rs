//! Runs of token characters: the cheap question that is asked of every byte.
//!
//! A run is a longest stretch of `A-Z a-z 0-9 + / - _ \ %` of at least [`SHORTEST`] bytes. Looking at
//! every twentieth byte first skips most text without reading it (the idea of Boyer and Moore's
//! search). A run is then cut into [`Piece`]s at escapes that stand for other characters.

use std::ops::Range;

/// Shorter runs hold no secret that is recognised by its look alone.
pub const SHORTEST: usize = 20;

const TOKEN: [bool; 256] = class(b"+/-_\\%");
const BASE64: [bool; 256] = class(b"+/");

const fn class(extra: &[u8]) -> [bool; 256] {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = (byte as u8).is_ascii_alphanumeric();
        byte += 1;
    }
    let mut i = 0;
    while i < extra.len() {
        table[extra[i] as usize] = true;
        i += 1;
    }
    table
}

/// Whether the byte is one of the 64 characters of standard base64.
pub fn is_base64(byte: u8) -> bool {
    BASE64[usize::from(byte)]
}

/// Whether the byte can stand in a token: base64 of either alphabet.
pub fn is_token(byte: u8) -> bool {
    BASE64[usize::from(byte)] || byte == b'-' || byte == b'_'
}

/// Whether the byte can stand in a run.
pub fn is_run(byte: u8) -> bool {
    TOKEN[usize::from(byte)]
}

/// Calls `visit` with each run of token characters, in order.
pub fn for_each_run(bytes: &[u8], mut visit: impl FnMut(Range<usize>)) {
    let mut start = 0;
    // Bytes of start..known are known to be token characters.
    let mut known = 0;
    while start + SHORTEST <= bytes.len() {
        let probe = start + SHORTEST - 1;
        let stretch = &bytes[known.max(start)..=probe];
        if let Some(back) = stretch.iter().rposition(|&b| !TOKEN[usize::from(b)]) {
            known = probe + 1;
            start = probe + 1 - (stretch.len() - 1 - back);
            continue;
        }
        let rest = &bytes[probe + 1..];
        let more = rest.iter().position(|&b| !TOKEN[usize::from(b)]).unwrap_or(rest.len());
        let end = probe + 1 + more;
        visit(start..end);
        start = end + 1;
        known = start;
    }
}

/// A part of a run that holds one value: its place, and the value with escapes resolved.
pub struct Piece<'c> {
    pub span: Range<usize>,
    pub value: std::borrow::Cow<'c, [u8]>,
}

/// Calls `visit` with each piece of a run that is long enough to matter.
pub fn for_each_piece<'c>(bytes: &'c [u8], run: Range<usize>, mut visit: impl FnMut(Piece<'c>)) {
    let text = &bytes[run.clone()];
    if memchr::memchr2(b'\\', b'%', text).is_none() {
        return visit(Piece {
            span: run,
            value: text.into(),
        });
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
    use super::*;

    fn runs(text: &[u8]) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        for_each_run(text, |run| found.push(run));
        found
    }

    /// The definition, without the skipping.
    fn runs_plainly(text: &[u8]) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        let mut start = 0;
        for end in 0..=text.len() {
            if end == text.len() || !TOKEN[usize::from(text[end])] {
                if end - start >= SHORTEST {
                    found.push(start..end);
                }
                start = end + 1;
            }
        }
        found
    }

    #[test]
    fn skipping_finds_what_reading_every_byte_finds() {
        let mut state = 7_u32;
        for round in 0..3000 {
            let length = round % 300;
            let text: Vec<u8> = (0..length)
                .map(|_| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    if (state >> 24).is_multiple_of(3 + round as u32 % 40) {
                        b' '
                    } else {
                        b'a'
                    }
                })
                .collect();
            assert_eq!(runs(&text), runs_plainly(&text));
        }
    }

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

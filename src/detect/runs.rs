//! Runs of token characters: the cheap question that is asked of every byte.
//!
//! A run is a longest stretch of `A-Z a-z 0-9 + / - _ \ %` of at least [`SHORTEST`] bytes. A run is then
//! cut into [`Piece`]s at escapes that stand for other characters.

use std::ops::Range;

use fearless_simd::{Level, Simd, dispatch, prelude::*, u8x64};

pub use crate::rules::shape::{is_base64, is_token};

/// Shorter runs hold no secret that is recognised by its look alone.
pub const SHORTEST: usize = 20;

/// Where base64 text that ends at `end` ends with its padding, at most two `=`.
pub fn end_of_padding(bytes: &[u8], end: usize) -> usize {
    end + bytes[end..].iter().take(2).take_while(|&&b| b == b'=').count()
}

/// Whether the byte can stand in a run.
pub fn is_run(byte: u8) -> bool {
    RUN[usize::from(byte)]
}

const RUN: [bool; 256] = {
    let mut run = [false; 256];
    let mut byte = 0_u8;
    loop {
        run[byte as usize] = is_token(byte) || byte == b'\\' || byte == b'%';
        if byte == u8::MAX {
            break run;
        }
        byte += 1;
    }
};

/// Calls `visit` with each run of token characters, in order.
///
/// Works on blocks of 64 bytes, one bit a byte, so that no branch depends on where a word ends: on source
/// code that is three times as quick as looking for the ends.
pub fn for_each_run(bytes: &[u8], mut visit: impl FnMut(Range<usize>)) {
    // Bytes from `start` to the block at hand are token characters.
    let mut start = 0;
    let (blocks, rest) = bytes.as_chunks::<BLOCK>();
    let mut last = [0; BLOCK];
    last[..rest.len()].copy_from_slice(rest);
    let level = Level::new();
    let mut masks = [0; AT_ONCE];
    let mut base = 0;
    for blocks in blocks.chunks(AT_ONCE).chain([&[last][..]]) {
        dispatch!(level, simd => token_masks(simd, blocks, &mut masks));
        for &mask in &masks[..blocks.len()] {
            let here = base;
            base += BLOCK;
            let (lead, tail) = (mask.trailing_ones(), mask.leading_ones());
            let end = here + lead as usize;
            // In most blocks words are short.
            if end - start < SHORTEST && !has_long_run(mask) {
                start = base - tail as usize;
                continue;
            }
            if mask == u64::MAX {
                continue;
            }
            if end - start >= SHORTEST {
                visit(start..end);
            }
            let mut inner = mask >> lead << lead << tail >> tail;
            if has_long_run(inner) {
                while inner != 0 {
                    let first = inner.trailing_zeros();
                    let length = (inner >> first).trailing_ones();
                    if length as usize >= SHORTEST {
                        let at = here + first as usize;
                        visit(at..at + length as usize);
                    }
                    inner &= !(((1 << length) - 1) << first);
                }
            }
            start = base - tail as usize;
        }
    }
}

const BLOCK: usize = 64;
/// Blocks at a time.
const AT_ONCE: usize = 32;

/// One bit for each byte of each block, the first byte's the lowest: whether it is a token character.
#[inline(always)]
fn token_masks<S: Simd>(simd: S, blocks: &[[u8; BLOCK]], masks: &mut [u64; AT_ONCE]) {
    for (mask, block) in masks.iter_mut().zip(blocks) {
        let bytes = u8x64::from_slice(simd, block);
        let letter = ((bytes | 0x20) - b'a').simd_le(25);
        // `/` stands before the digits.
        let digit = (bytes - b'/').simd_le(10);
        let sign = bytes.simd_eq(b'+') | bytes.simd_eq(b'-') | bytes.simd_eq(b'_');
        let escape = bytes.simd_eq(b'\\') | bytes.simd_eq(b'%');
        *mask = (letter | digit | sign | escape).to_bitmask();
    }
}

/// Whether there are [`SHORTEST`] ones in a row.
fn has_long_run(mask: u64) -> bool {
    let two = mask & mask >> 1;
    let four = two & two >> 2;
    let eight = four & four >> 4;
    let sixteen = eight & eight >> 8;
    sixteen & four >> 16 != 0
}

/// A part of a run that holds one value: its place, and the value with escapes resolved.
pub struct Piece<'c> {
    pub span: Range<usize>,
    pub value: std::borrow::Cow<'c, [u8]>,
}

impl<'c> Piece<'c> {
    /// A run without escapes.
    pub fn plain(bytes: &'c [u8], run: Range<usize>) -> Self {
        Self {
            value: bytes[run.clone()].into(),
            span: run,
        }
    }
}

/// Whether a run has escapes, which may stand for other characters.
pub fn is_escaped(run: &[u8]) -> bool {
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
    use super::*;

    fn runs(text: &[u8]) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        for_each_run(text, |run| found.push(run));
        found
    }

    /// The definition, without the blocks.
    fn runs_plainly(text: &[u8]) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        let mut start = 0;
        for end in 0..=text.len() {
            let token = text.get(end).is_some_and(|&b| is_run(b));
            if !token {
                if end - start >= SHORTEST {
                    found.push(start..end);
                }
                start = end + 1;
            }
        }
        found
    }

    #[test]
    fn blocks_find_what_reading_byte_by_byte_finds() {
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

    #[test]
    fn every_machine_has_the_same_token_characters() {
        let blocks: Vec<[u8; BLOCK]> = (0..4)
            .map(|block| std::array::from_fn(|at| (block * BLOCK + at) as u8))
            .collect();
        let mut plain = [0; AT_ONCE];
        for byte in 0..=u8::MAX {
            plain[usize::from(byte) / BLOCK] |= u64::from(is_run(byte)) << (usize::from(byte) % BLOCK);
        }
        for level in [Level::baseline(), Level::new()] {
            let mut masks = [0; AT_ONCE];
            dispatch!(level, simd => token_masks(simd, &blocks, &mut masks));
            assert_eq!(masks, plain, "{level:?}");
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

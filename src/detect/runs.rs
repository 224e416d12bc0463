//! Runs of token characters: the cheap question that is asked of every byte.
//!
//! A run is a longest stretch of `A-Z a-z 0-9 + / - _ \ %` of at least [`SHORTEST`] bytes. A run is then
//! cut into [`Piece`]s at escapes that stand for other characters.

mod passed;
mod piece;

use std::ops::Range;

use fearless_simd::{Level, Simd, dispatch, prelude::*, u8x16, u8x64};

pub use crate::rules::shape::{is_base64, is_token};
pub use passed::Passed;
pub use piece::{Piece, for_each_piece};

/// Shorter runs hold no secret that is recognised by its look alone.
pub const SHORTEST: usize = 20;

/// Where base64 text that ends at `end` ends with its padding, at most two `=`.
pub fn end_of_padding(bytes: &[u8], end: usize) -> usize {
    end + bytes[end..].iter().take(2).take_while(|&&b| b == b'=').count()
}

/// Where the value in a run starts: behind the dash of a shell's `${NAME:-value}`.
pub fn start_of_value(bytes: &[u8], run: &Range<usize>) -> usize {
    let is_default = bytes[run.start] == b'-' && bytes[..run.start].ends_with(b":");
    run.start + usize::from(is_default)
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
/// Works on blocks of 64 bytes, one bit a byte, so that no branch depends on where a word ends: in most blocks words are
/// short, and nothing but that is asked of them.
pub fn for_each_run(bytes: &[u8], mut visit: impl FnMut(Range<usize>)) {
    let level = Level::new();
    // Runs that start before this were visited.
    let mut done = 0;
    // The block's token characters, and those of as many blocks behind it as are known.
    let mut visit_block = |here: usize, starts: u64, tokens: &[u64]| {
        let mut left = starts;
        while left != 0 {
            let first = left.trailing_zeros();
            left &= left.wrapping_add(1 << first);
            let start = here + first as usize;
            if start < done {
                continue;
            }
            let length = (tokens[0] >> first).trailing_ones();
            done = match first + length {
                64 => end_of_run(level, bytes, here + BLOCK, &tokens[1..]),
                _ => start + length as usize,
            };
            visit(start..done);
        }
    };
    // What was inserted into a file is short.
    if bytes.len() < BLOCK {
        let tokens = token_mask_of(level, bytes);
        return visit_block(0, long_runs(tokens, 0), &[tokens]);
    }
    let mut tokens = [0; AT_ONCE + 1];
    let mut starts = [0; AT_ONCE];
    for base in (0..bytes.len()).step_by(AT_ONCE * BLOCK) {
        let count = dispatch!(level, simd => read_blocks(simd, &bytes[base..], &mut tokens, &mut starts));
        for (block, starts) in starts[..count].iter().enumerate().filter(|(_, starts)| **starts != 0) {
            visit_block(base + block * BLOCK, *starts, &tokens[block..=count]);
        }
    }
}

const BLOCK: usize = 64;
/// Blocks at a time.
const AT_ONCE: usize = 32;

/// Reads so many blocks, and says how many there were: of each byte whether it is a token character, of the block behind
/// them, too, and whether [`SHORTEST`] token characters stand there. One bit a byte, the first byte's the lowest.
#[inline(always)]
fn read_blocks<S: Simd>(simd: S, bytes: &[u8], tokens: &mut [u64; AT_ONCE + 1], starts: &mut [u64; AT_ONCE]) -> usize {
    let (blocks, rest) = bytes.as_chunks();
    for (mask, block) in tokens.iter_mut().zip(blocks) {
        *mask = token_mask(simd, block);
    }
    let mut count = blocks.len().min(AT_ONCE);
    if blocks.len() <= AT_ONCE {
        let mut last = [0; BLOCK];
        last[..rest.len()].copy_from_slice(rest);
        tokens[count] = token_mask(simd, &last);
        if count < AT_ONCE {
            count += 1;
            tokens[count] = 0;
        }
    }
    for (starts, two) in starts[..count].iter_mut().zip(tokens.windows(2)) {
        *starts = long_runs(two[0], two[1]);
    }
    count
}

#[inline(always)]
fn token_mask<S: Simd>(simd: S, block: &[u8; BLOCK]) -> u64 {
    let bytes = u8x64::from_slice(simd, block);
    let entries =
        |table, indices| u8x64::block_splat(u8x16::from_slice(simd, table)).swizzle_dyn_within_blocks(indices);
    let both = entries(&BY_LOWER, bytes & 15) & entries(&BY_UPPER, bytes >> 4);
    !both.simd_eq(0).to_bitmask()
}

/// Which upper halves of a byte, told by [`BY_UPPER`], a lower half makes a token character with.
const BY_LOWER: [u8; 16] = {
    let mut lower = [0; 16];
    let mut byte = 0;
    while byte < RUN.len() {
        lower[byte % 16] |= if RUN[byte] { BY_UPPER[byte / 16] } else { 0 };
        byte += 1;
    }
    lower
};
/// One bit for each upper half that token characters have.
const BY_UPPER: [u8; 16] = [0, 0, 1, 2, 4, 8, 16, 32, 0, 0, 0, 0, 0, 0, 0, 0];

/// Where [`SHORTEST`] ones in a row start in a mask that the next one follows.
#[inline(always)]
fn long_runs(mask: u64, next: u64) -> u64 {
    const { assert!(SHORTEST == 16 + 4) };
    let (two, next_two) = (mask & (mask >> 1 | next << 63), next & next >> 1);
    let (four, next_four) = (two & (two >> 2 | next_two << 62), next_two & next_two >> 2);
    let (eight, next_eight) = (four & (four >> 4 | next_four << 60), next_four & next_four >> 4);
    let sixteen = eight & (eight >> 8 | next_eight << 56);
    sixteen & (four >> 16 | next_four << 48)
}

/// Where a run ends that goes on at this place, where a block starts; `tokens` are those of the blocks from there on, as
/// far as they are known.
fn end_of_run(level: Level, bytes: &[u8], from: usize, tokens: &[u64]) -> usize {
    let unknown = bytes
        .get(from + tokens.len() * BLOCK..)
        .unwrap_or_default()
        .chunks(BLOCK);
    let mut end = from;
    for tokens in tokens
        .iter()
        .copied()
        .chain(unknown.map(|rest| token_mask_of(level, rest)))
    {
        let more = tokens.trailing_ones() as usize;
        end += more;
        if more < BLOCK {
            break;
        }
    }
    end
}

/// Which bytes of one block or less are token characters.
fn token_mask_of(level: Level, bytes: &[u8]) -> u64 {
    let mut block = [0; BLOCK];
    block[..bytes.len()].copy_from_slice(bytes);
    dispatch!(level, simd => token_mask(simd, &block))
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
        let all: Vec<u8> = (0..=u8::MAX).collect();
        for block in all.as_chunks::<BLOCK>().0 {
            let plain = (0..BLOCK).fold(0, |mask, at| mask | u64::from(is_run(block[at])) << at);
            for level in [Level::baseline(), Level::new()] {
                let mask = dispatch!(level, simd => token_mask(simd, block));
                assert_eq!(mask, plain, "{level:?}");
            }
        }
    }
}

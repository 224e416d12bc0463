//! The places that are worth a look: what vectors do not rule out, 64 places at a time.
//!
//! Of each of four bytes bit 5 is left out, by which letters of both cases are the same, and bit 7. The rest, 24 bits, is
//! looked up in six tables of sixteen entries; each entry has one bit for each of eight groups of stems, and a place is
//! worth a look if some bit is set in all six. This is the Teddy of Hyperscan, but for the last two tables: they take the
//! upper bits of two bytes each, which tell letters apart.
//! <https://www.usenix.org/conference/nsdi19/presentation/wang-xiang>
//!
//! Which stem stands there is not known here.

use fearless_simd::{Simd, prelude::*, u8x16, u8x64};

use super::groups::Tables;
use super::search::LONGEST;

/// So many places at a time.
pub const BLOCK: usize = 64;
/// Few blocks have more places that are worth a look: so many are written down of each, and counted afterwards.
pub const FEW: usize = 3;

/// Writes down the places in so many blocks that some group's stem could stand at, and says how many there are. There
/// are three bytes more.
#[inline(always)]
pub fn filter<S: Simd>(simd: S, groups: &[Tables], bytes: &[u8], blocks: usize, places: &mut [u16]) -> usize {
    // As many as there are mostly stay in registers from block to block.
    if let [one, two, three, four] = groups {
        let (one, two, three, four) = (
            splat(simd, one),
            splat(simd, two),
            splat(simd, three),
            splat(simd, four),
        );
        return write_down(
            simd,
            bytes,
            blocks,
            places,
            #[inline(always)]
            |at| fitting(at, &one) | fitting(at, &two) | fitting(at, &three) | fitting(at, &four),
        );
    }
    write_down(
        simd,
        bytes,
        blocks,
        places,
        #[inline(always)]
        |at| {
            let mut fit = u8x64::splat(simd, 0);
            for tables in groups {
                fit |= fitting(at, &splat(simd, tables));
            }
            fit
        },
    )
}

/// The six tables, each entry for every sixteen places again; or what is looked up in each.
type Six<S> = [u8x64<S>; LONGEST + 2];

#[inline(always)]
fn splat<S: Simd>(simd: S, tables: &Tables) -> Six<S> {
    let [first, second, third, fourth, front, back] = tables;
    [
        u8x64::block_splat(u8x16::from_slice(simd, first)),
        u8x64::block_splat(u8x16::from_slice(simd, second)),
        u8x64::block_splat(u8x16::from_slice(simd, third)),
        u8x64::block_splat(u8x16::from_slice(simd, fourth)),
        u8x64::block_splat(u8x16::from_slice(simd, front)),
        u8x64::block_splat(u8x16::from_slice(simd, back)),
    ]
}

/// The groups that fit, by their bits.
#[inline(always)]
fn fitting<S: Simd>(at: &Six<S>, tables: &Six<S>) -> u8x64<S> {
    tables[0].swizzle_dyn_within_blocks(at[0])
        & tables[1].swizzle_dyn_within_blocks(at[1])
        & tables[2].swizzle_dyn_within_blocks(at[2])
        & tables[3].swizzle_dyn_within_blocks(at[3])
        & tables[4].swizzle_dyn_within_blocks(at[4])
        & tables[5].swizzle_dyn_within_blocks(at[5])
}

#[inline(always)]
fn write_down<S: Simd>(
    simd: S,
    bytes: &[u8],
    blocks: usize,
    places: &mut [u16],
    fit: impl Fn(&Six<S>) -> u8x64<S>,
) -> usize {
    let mut count = 0;
    let blocks = (0..blocks).zip(blocks_from(bytes, 0));
    let blocks = blocks
        .zip(blocks_from(bytes, 1))
        .zip(blocks_from(bytes, 2))
        .zip(blocks_from(bytes, 3));
    for ((((block, first), second), third), fourth) in blocks {
        let first = u8x64::from_slice(simd, first);
        let second = u8x64::from_slice(simd, second);
        let third = u8x64::from_slice(simd, third);
        let fourth = u8x64::from_slice(simd, fourth);
        let front = (first >> 4) & 5 | (second >> 3) & 10;
        let back = (third >> 4) & 5 | (fourth >> 3) & 10;
        let fit = fit(&[first & 15, second & 15, third & 15, fourth & 15, front, back]);
        let mask = !fit.simd_eq(0).to_bitmask();
        let mut left = mask;
        let here = &mut places[count..];
        for place in &mut here[..FEW] {
            *place = (block * BLOCK) as u16 + left.trailing_zeros() as u16;
            left &= left.wrapping_sub(1);
        }
        let mut more = FEW;
        while left != 0 {
            here[more] = (block * BLOCK) as u16 + left.trailing_zeros() as u16;
            left &= left - 1;
            more += 1;
        }
        count += mask.count_ones() as usize;
    }
    count
}

#[inline(always)]
fn blocks_from(bytes: &[u8], start: usize) -> std::slice::Iter<'_, [u8; BLOCK]> {
    bytes[start..].as_chunks().0.iter()
}

//! Deltas: an object as copies out of its base and bytes inserted between them.
//!
//! Applying one also tells which stretches were copied: they are where nothing is new. Copies that follow
//! each other in the base count as one, and short ones as inserted. No more is written than the size that
//! the delta gives.

use super::Fault;
use crate::git::read::LARGEST;

/// A stretch of the result that was copied out of the base.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copied {
    /// Where it starts in the base.
    pub from: usize,
    /// Where it starts in the result.
    pub to: usize,
    pub length: usize,
}

/// A copy of fewer bytes is not told of: to search them again costs less than to know that nothing is new in them. Two
/// thirds of all copies are shorter. Of a history that takes 5 (conan) to 15 per cent (cloud-custodian).
const WORTH: usize = 128;

const DAMAGED: Fault = "its delta is damaged";
const WRONG_SIZE: Fault = "its size is not what its delta says";

/// The size of what a delta makes, as it says.
pub fn result_size(mut delta: &[u8]) -> Option<u64> {
    size(&mut delta)?;
    size(&mut delta)
}

/// Replaces `into` by what the delta makes of its base, and `copied` by the copies that are worth knowing, in the
/// order of the result.
pub fn apply(delta: &[u8], base: &[u8], into: &mut Vec<u8>, copied: &mut Vec<Copied>) -> Result<(), Fault> {
    let mut rest = delta;
    let base_size = size(&mut rest).ok_or(DAMAGED)?;
    let result_size = size(&mut rest).ok_or(DAMAGED)?;
    if base_size != base.len() as u64 {
        return Err("its delta is meant for another base");
    }
    if result_size > LARGEST {
        return Err("the object is too large");
    }
    into.clear();
    if into.capacity() < result_size as usize + SHORT {
        // Growing it would copy what is not wanted any more. Versions of a file often grow by a little. Memory
        // that is not written to costs nothing, so a lie about the size does not either.
        *into = Vec::with_capacity(result_size as usize + result_size as usize / 16 + SHORT);
    }
    copied.clear();
    let too_much = |made: &Vec<u8>, length: usize| made.len() + length > result_size as usize;
    while let Some(step) = step(&mut rest)? {
        match step {
            Step::Copy { from, length } => {
                if too_much(into, length) {
                    return Err(WRONG_SIZE);
                }
                let bytes = from
                    .checked_add(length)
                    .and_then(|end| base.get(from..end))
                    .ok_or(DAMAGED)?;
                note(
                    copied,
                    Copied {
                        from,
                        to: into.len(),
                        length,
                    },
                );
                match base[from..].first_chunk() {
                    Some(chunk) if length <= SHORT => append_short(into, chunk, length),
                    _ => append(into, bytes),
                }
            }
            Step::Insert(bytes) => {
                if too_much(into, bytes.len()) {
                    return Err(WRONG_SIZE);
                }
                into.extend_from_slice(bytes);
            }
        }
    }
    match into.len() as u64 == result_size {
        true => Ok(()),
        false => Err(WRONG_SIZE),
    }
}

/// Appends the start of a chunk: all of it, and lets go of the rest. Most copies are short, and a length that is known
/// needs no call.
fn append_short(into: &mut Vec<u8>, chunk: &[u8; SHORT], length: usize) {
    let end = into.len() + length;
    into.extend_from_slice(chunk);
    into.truncate(end);
}

const SHORT: usize = 32;

/// Appends by two kilobytes at a time: a C library hands more to an instruction that begins slowly, and a history is
/// made of millions of such copies. It took half of the time of all of them.
fn append(into: &mut Vec<u8>, bytes: &[u8]) {
    for some in bytes.chunks(AT_ONCE) {
        into.extend_from_slice(some);
    }
}

const AT_ONCE: usize = 2048;

/// Adds a copy, to the one before it where it goes on with that.
fn note(copied: &mut Vec<Copied>, next: Copied) {
    match copied.last_mut() {
        Some(last) if last.from + last.length == next.from && last.to + last.length == next.to => {
            last.length += next.length;
        }
        _ if next.length < WORTH => {}
        _ => copied.push(next),
    }
}

enum Step<'d> {
    Copy { from: usize, length: usize },
    Insert(&'d [u8]),
}

fn step<'d>(rest: &mut &'d [u8]) -> Result<Option<Step<'d>>, Fault> {
    let Some(&code) = rest.split_off_first() else {
        return Ok(None);
    };
    if code & 0x80 == 0 {
        // Zero is reserved.
        let bytes = rest.split_off(..usize::from(code)).filter(|bytes| !bytes.is_empty());
        return Ok(Some(Step::Insert(bytes.ok_or(DAMAGED)?)));
    }
    let (from, length) = match rest.first_chunk::<8>() {
        Some(next) => {
            let (numbers, used) = copy_numbers(code, *next);
            *rest = &rest[used..];
            numbers
        }
        None => {
            let mut next = [0; 8];
            next[..rest.len()].copy_from_slice(rest);
            let (numbers, used) = copy_numbers(code, next);
            rest.split_off(..used).ok_or(DAMAGED)?;
            numbers
        }
    };
    Ok(Some(Step::Copy { from, length }))
}

/// Offset and length of a copy, and how many of the bytes they take. Without a branch: which of their seven bytes
/// are there cannot be foretold.
fn copy_numbers(code: u8, next: [u8; 8]) -> ((usize, usize), usize) {
    let mut bytes = u64::from_le_bytes(next);
    let (mut numbers, mut used) = (0, 0);
    for bit in 0..7 {
        let there = u64::from(code >> bit & 1);
        numbers |= (bytes & (0xff * there)) << (8 * bit);
        bytes >>= 8 * there;
        used += there as usize;
    }
    let length = match (numbers >> 32) as usize {
        0 => 0x1_0000,
        length => length,
    };
    (((numbers & 0xffff_ffff) as usize, length), used)
}

fn size(rest: &mut &[u8]) -> Option<u64> {
    let mut size = 0;
    for shift in (0..57).step_by(7) {
        let byte = *rest.split_off_first()?;
        size |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(size);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(delta: &[u8], base: &[u8]) -> Result<(Vec<u8>, Vec<Copied>), Fault> {
        let (mut into, mut copied) = (b"old".to_vec(), Vec::new());
        apply(delta, base, &mut into, &mut copied)?;
        Ok((into, copied))
    }

    #[test]
    fn copies_and_inserts_make_the_result() {
        let delta = [6, 9, 0x91, 1, 2, 0x91, 3, 1, 2, b'x', b'y', 0x90, 4];
        let (made, copied) = applied(&delta, b"abcdef").expect("it applies");
        assert_eq!(made, b"bcdxyabcd");
        assert_eq!(copied, []);
    }

    #[test]
    fn long_copies_are_told_and_those_that_go_on_are_one() {
        let base: Vec<u8> = (0..250).collect();
        let delta = [
            250, 1, 242, 2, 0x91, 1, 130, 0x91, 131, 12, 2, b'x', b'y', 0x90, 95, 1, b'z', 0x90, 130,
        ];
        let (made, copied) = applied(&delta, &base).expect("it applies");
        let parts = [&base[1..143], b"xy", &base[..95], b"z", &base[..130]];
        assert_eq!(made, parts.concat());
        let copies = [(1, 0, 142), (0, 240, 130)].map(|(from, to, length)| Copied { from, to, length });
        assert_eq!(copied, copies);
    }

    #[test]
    fn what_does_not_add_up_is_refused() {
        let base = b"abcdef";
        for delta in [
            &b""[..],
            &[6],
            &[5, 1, 1, b'x'],
            &[6, 2, 1, b'x'],
            &[6, 1, 2, b'x', b'y'],
            &[6, 1, 0],
            &[6, 2, 2, b'x'],
            &[6, 3, 0x91, 4, 3],
            &[6, 3, 0x91],
            &[6, 0xff, 0xff, 0xff, 0xff, 0x7f, 0x80],
            &[6, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1],
        ] {
            assert!(applied(delta, base).is_err(), "{delta:?}");
        }
        assert_eq!(applied(&[6, 0], base), Ok((Vec::new(), Vec::new())));
    }
}

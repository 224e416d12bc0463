//! Deltas: an object as copies out of its base and bytes inserted between them.
//!
//! Applying one also tells which stretches were copied: they are where nothing is new. Copies that follow
//! each other in the base count as one. Everything is checked before memory is taken for the result.

use super::Fault;
use crate::git::store::LARGEST;

/// A stretch of the result that was copied out of the base.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copied {
    /// Where it starts in the base.
    pub from: usize,
    /// Where it starts in the result.
    pub to: usize,
    pub length: usize,
}

const DAMAGED: Fault = "its delta is damaged";

/// The size of what a delta makes, as it says.
pub fn result_size(mut delta: &[u8]) -> Option<u64> {
    size(&mut delta)?;
    size(&mut delta)
}

/// Replaces `into` by what the delta makes of its base, and `copied` by the copies, in the order of the result.
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
    let (mut made, mut sum) = (rest, 0);
    while let Some(step) = step(&mut made)? {
        sum += match step {
            Step::Copy { length, .. } => length as u64,
            Step::Insert(bytes) => bytes.len() as u64,
        };
        if sum > result_size {
            break;
        }
    }
    if sum != result_size {
        return Err("its size is not what its delta says");
    }
    into.clear();
    if into.capacity() < result_size as usize {
        // Growing it would copy what is not wanted any more. Versions of a file often grow by a little.
        *into = Vec::with_capacity(result_size as usize + result_size as usize / 16);
    }
    copied.clear();
    while let Some(step) = step(&mut rest)? {
        match step {
            Step::Copy { from, length } => {
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
                into.extend_from_slice(bytes);
            }
            Step::Insert(bytes) => into.extend_from_slice(bytes),
        }
    }
    Ok(())
}

fn note(copied: &mut Vec<Copied>, next: Copied) {
    match copied.last_mut() {
        Some(last) if last.from + last.length == next.from && last.to + last.length == next.to => {
            last.length += next.length;
        }
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
    let mut number = |bits: std::ops::Range<u8>| -> Result<usize, Fault> {
        let mut number = 0;
        for (shift, bit) in bits.enumerate() {
            if code >> bit & 1 == 1 {
                number |= usize::from(*rest.split_off_first().ok_or(DAMAGED)?) << (8 * shift);
            }
        }
        Ok(number)
    };
    let from = number(0..4)?;
    let length = match number(4..7)? {
        0 => 0x1_0000,
        length => length,
    };
    Ok(Some(Step::Copy { from, length }))
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
        let copies = [(1, 0, 3), (0, 5, 4)].map(|(from, to, length)| Copied { from, to, length });
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

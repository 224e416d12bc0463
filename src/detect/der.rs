//! Private keys in DER as base64 without a header, as programs keep them in settings and constants.
//!
//! The structure itself says what it is: PKCS#1 and SEC 1 begin with a version and a number, PKCS#8 (RFC 5958) with a
//! version and an algorithm. Certificates, public keys and encrypted keys begin otherwise.

use std::sync::Arc;

use super::candidate::Candidate;
use super::placeholder;
use super::runs::{end_of_padding, is_base64};
use crate::rules::Rule;

/// A sequence of more than 255 bytes, of 128 to 255, of an EC key of 256 bits, of an Ed25519 key.
pub const LITERALS: &[&str] = &["MII", "MIG", "MHcCAQEE", "MC4CAQAw"];
/// A 16,384-bit RSA key is under 13 KiB.
const LONGEST: usize = 14 * 1024;

/// Reads the key that starts at `at`.
pub fn read(rule: &Arc<Rule>, bytes: &[u8], at: usize) -> Option<Candidate> {
    if at > 0 && is_base64(bytes[at - 1]) {
        return None;
    }
    let window = &bytes[at..bytes.len().min(at + LONGEST)];
    let start = data_encoding::BASE64_NOPAD.decode(window.get(..16)?).ok()?;
    let whole = length(&start)?;
    if !is_private(&start) {
        return None;
    }
    let text = &window[..window.iter().take_while(|&&b| is_base64(b)).count()];
    // The groups of four that hold the sequence, the last of which may be shorter.
    let needed = (whole * 4).div_ceil(3);
    if text.len() < needed || text.len() > needed + 2 {
        return None;
    }
    let end = end_of_padding(bytes, at + text.len());
    Some(Candidate::new(rule, at..end, &bytes[at..end]).placeholder(placeholder::of_long(text)))
}

/// The length of the sequence that the bytes begin with, its own head included; `None` if they begin otherwise.
pub fn length(bytes: &[u8]) -> Option<usize> {
    match *bytes {
        [0x30, short @ 0..=0x7f, ..] => Some(2 + usize::from(short)),
        [0x30, 0x81, length, ..] => Some(3 + usize::from(length)),
        [0x30, 0x82, high, low, ..] => Some(4 + usize::from(u16::from_be_bytes([high, low]))),
        _ => None,
    }
}

/// Whether a version stands first, and behind it what only a private key has there.
fn is_private(bytes: &[u8]) -> bool {
    let head = match bytes[1] {
        0x82 => 4,
        0x81 => 3,
        _ => 2,
    };
    match bytes[head..] {
        // PKCS#1: a modulus. PKCS#8: a sequence that names the algorithm, a short one.
        [0x02, 1, 0, 0x02, ..] | [0x02, 1, 0 | 1, 0x30, 0..=0x3f, ..] => true,
        // SEC 1: the key itself.
        [0x02, 1, 1, 0x04, ..] => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_structure_says_what_is_private() {
        for (name, bytes, private) in [
            ("PKCS#1", &[0x30, 0x82, 4, 0xa4, 2, 1, 0, 2, 0x82, 1, 1, 0][..], true),
            ("PKCS#8", &[0x30, 0x82, 4, 0xbd, 2, 1, 0, 0x30, 0x0d, 6, 9, 0x2a], true),
            ("SEC 1", &[0x30, 0x77, 2, 1, 1, 4, 0x20, 0, 0, 0, 0, 0], true),
            (
                "certificate",
                &[0x30, 0x82, 3, 0, 0x30, 0x82, 2, 0xe8, 0xa0, 3, 2, 1],
                false,
            ),
            (
                "encrypted",
                &[0x30, 0x82, 5, 0, 0x30, 0x4e, 6, 9, 0x2a, 0x86, 0x48, 0x86],
                false,
            ),
            (
                "public key",
                &[0x30, 0x82, 1, 0x0a, 2, 0x82, 1, 1, 0, 0xc0, 0xff, 0xee],
                false,
            ),
        ] {
            assert_eq!(is_private(bytes), private, "{name}");
        }
        assert_eq!(length(&[0x30, 0x82, 4, 0xa4, 2]), Some(0x4a8));
        assert_eq!(length(&[0x02, 1]), None);
    }
}

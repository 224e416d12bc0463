//! What base64 and hexadecimal digits stand for, and whether a value could be either.
//!
//! Looks at the value alone. Whether it [`fits`] is asked of every run of token characters, and most are words of code:
//! they are refused by a few of their characters, before anything is decoded.

use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER_PERMISSIVE};

/// Shorter ones are not worth decoding, unless they end a longer text.
pub const SHORTEST: usize = 24;
const LONGEST: usize = 16 << 20;
/// How much is decoded first, to see whether it is worth going on.
const FIRST: usize = 16;

/// Whether the value by itself could be such content: whether its first characters decode to text.
pub fn fits(value: &[u8]) -> bool {
    if !(SHORTEST..=LONGEST).contains(&value.len()) {
        return false;
    }
    if let Some(digits) = hex(value) {
        let mut first = [0; FIRST / 2];
        return HEXLOWER_PERMISSIVE.decode_mut(&digits[..FIRST], &mut first).is_ok() && is_text(&first);
    }
    if !may_decode(&value[..FIRST]) {
        return false;
    }
    let mut first = [0; FIRST / 4 * 3];
    encoding(value).decode_mut(&value[..FIRST], &mut first).is_ok()
        && (is_text(&first) || is_wide(&first) || may_be_packed(&first))
}

/// Whether base64 of either alphabet may start so that [`fits`], told by the characters that hold the upper six bits of
/// a byte, and then by what they stand for: most words of code are refused.
fn may_decode(first: &[u8]) -> bool {
    let is = |at: usize, what: u8| LEADS[usize::from(first[at])] & what != 0;
    let of_text = [0, 4, 8, 12].into_iter().filter(|&at| is(at, TEXT)).count();
    // In UTF-16 each second byte is zero.
    if is(0, PACKED) || first[4] == b'A' {
        return true;
    }
    let read = |byte: u8| byte >= 0x20 && byte != 0x7f || byte.is_ascii_whitespace();
    let groups = first.as_chunks().0.iter();
    of_text >= 3
        && groups
            .map(decode_group)
            .all(|[one, two, three]| read(one) & read(two) & read(three))
}

/// Three bytes of four characters of either alphabet; of others, anything.
fn decode_group(group: &[u8; 4]) -> [u8; 3] {
    let bits = group
        .iter()
        .fold(0, |bits, byte| bits << 6 | u32::from(VALUES[usize::from(*byte)]));
    let [_, bytes @ ..] = bits.to_be_bytes();
    bytes
}

/// The six bits that a character stands for.
const VALUES: [u8; 256] = {
    let mut values = [0; 256];
    let mut value = 0;
    while value < ALPHABET.len() {
        values[ALPHABET[value] as usize] = value as u8;
        value += 1;
    }
    values[b'-' as usize] = values[b'+' as usize];
    values[b'_' as usize] = values[b'/' as usize];
    values
};
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// What a character of base64 may begin.
const LEADS: [u8; 256] = {
    let mut leads = [0; 256];
    let mut upper = 0;
    while upper < 0x80 >> 2 {
        // Whitespace, and what can be read.
        let is_text = upper << 2 == 8 || upper << 2 == 12 || upper << 2 >= 0x20;
        leads[ALPHABET[upper] as usize] |= if is_text { TEXT } else { 0 };
        upper += 1;
    }
    let mut packed = 0;
    while packed < MAGIC.len() {
        leads[ALPHABET[(MAGIC[packed][0] >> 2) as usize] as usize] |= PACKED;
        packed += 1;
    }
    // The last one of the other alphabet.
    leads[b'_' as usize] = leads[b'/' as usize];
    leads
};
/// A byte of text.
const TEXT: u8 = 1;
/// The first byte of packed content.
const PACKED: u8 = 2;

/// The digits, if the value is nothing else.
pub fn hex(value: &[u8]) -> Option<&[u8]> {
    let digits = value.strip_prefix(b"0x").unwrap_or(value);
    let whole = digits.len().is_multiple_of(2) && digits.len() >= SHORTEST;
    // Most others are told by the first few.
    (whole && digits.iter().all(u8::is_ascii_hexdigit)).then_some(digits)
}

pub fn decode_base64(value: &[u8]) -> Option<Vec<u8>> {
    let encoding = encoding(value);
    let whole = value.len() - usize::from(value.len() % 4 == 1);
    // Trailing bits that are not zero: the last group is left out rather than the whole.
    let decoded = encoding.decode(&value[..whole]);
    decoded.or_else(|_| encoding.decode(&value[..whole - whole % 4])).ok()
}

fn encoding(value: &[u8]) -> data_encoding::Encoding {
    match memchr::memchr2(b'-', b'_', value) {
        Some(_) => BASE64URL_NOPAD,
        None => BASE64_NOPAD,
    }
}

pub fn is_text(bytes: &[u8]) -> bool {
    let odd = bytes
        .iter()
        .any(|b| !(b.is_ascii_graphic() || b.is_ascii_whitespace() || *b >= 0x80));
    let high = bytes.iter().filter(|b| **b >= 0x80).count();
    !odd && high * 10 <= bytes.len()
}

/// ASCII in UTF-16, as PowerShell takes its commands.
pub fn is_wide(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xff\xfe").unwrap_or(bytes);
    let (units, _) = bytes.as_chunks::<2>();
    let ascii = |unit: &&[u8; 2]| unit[1] == 0 && (unit[0].is_ascii_graphic() || unit[0].is_ascii_whitespace());
    !units.is_empty() && units.iter().filter(ascii).count() * 10 >= units.len() * 9
}

/// Whether packed content may start so; [`crate::decode::Format`] says it for sure.
fn may_be_packed(first: &[u8; FIRST / 4 * 3]) -> bool {
    let is_zlib = || matches!(first[1], 0x01 | 0x5e | 0x9c | 0xda);
    MAGIC
        .iter()
        .any(|magic| first.starts_with(magic) && (*magic != ZLIB || is_zlib()))
}

const MAGIC: [&[u8]; 6] = [
    b"\x1f\x8b\x08",
    b"PK\x03\x04",
    b"BZh",
    b"\xfd7zXZ\0",
    b"\x28\xb5\x2f\xfd",
    ZLIB,
];
const ZLIB: &[u8] = b"\x78";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_refused_unread_is_refused_when_it_is_decoded() {
        let mut state = 5_u32;
        let mut draw = move |from: u8, to: u8| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            from + ((state >> 16) % (u32::from(to - from) + 1)) as u8
        };
        for round in 0..4000 {
            // Text with a byte that may be anything, bytes, ASCII in UTF-16, and what may be packed.
            let mut bytes: Vec<u8> = (0..24).map(|_| draw(b' ', b'~')).collect();
            match round % 4 {
                0 => bytes[usize::from(draw(0, 23))] = draw(0, 255),
                1 => bytes.iter_mut().for_each(|byte| *byte = draw(0, 255)),
                2 => bytes.iter_mut().skip(1).step_by(2).for_each(|byte| *byte = 0),
                _ => {
                    let magic = MAGIC[round / 4 % MAGIC.len()];
                    bytes[..magic.len()].copy_from_slice(magic);
                    bytes[magic.len()] = 0x9c;
                }
            }
            for value in [data_encoding::BASE64, data_encoding::BASE64URL].map(|encoding| encoding.encode(&bytes)) {
                let first = bytes.first_chunk().expect("more than that");
                let decoded = is_text(first) || is_wide(first) || may_be_packed(first);
                assert_eq!(fits(value.as_bytes()), decoded, "{round}");
            }
        }
    }
}

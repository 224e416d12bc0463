//! Checks that a secret carries in itself: what fails was never issued.
//!
//! A rule names its check; each check is a function of the whole secret and nothing else. Sources stand beside
//! the functions.

use crate::rules::Rule;

/// Tells whether the secret is one that could have been issued.
pub type Check = fn(&[u8]) -> bool;

/// The check of this name.
pub fn named(name: &str) -> Option<Check> {
    match name {
        "crc32-base62" => Some(crc32_base62),
        "crc16-nkey" => Some(crc16_nkey),
        _ => None,
    }
}

/// Whether the secret passes its rule's check, if the rule has one.
pub fn holds(rule: &Rule, secret: &[u8]) -> bool {
    let check = rule.checksum.as_deref().and_then(named);
    check.is_none_or(|check| check(secret))
}

/// `prefix_` + body + six characters: the CRC-32 of the body in base 62, digits first, then capitals.
///
/// GitHub, and npm after it: <https://github.blog/engineering/behind-githubs-new-authentication-token-formats/>.
fn crc32_base62(secret: &[u8]) -> bool {
    let start = secret.iter().rposition(|&b| b == b'_').map_or(0, |at| at + 1);
    let Some((body, given)) = secret[start..].split_last_chunk::<6>() else {
        return false;
    };
    base62(crc32(body)) == *given
}

/// A seed of NATS: 36 bytes in base32, the last two the CRC-16 (XMODEM) of the others, low byte first.
///
/// <https://github.com/nats-io/nkeys>
fn crc16_nkey(seed: &[u8]) -> bool {
    let decoded = data_encoding::BASE32_NOPAD.decode(seed).unwrap_or_default();
    let Some((body, given)) = decoded.split_last_chunk::<2>() else {
        return false;
    };
    let crc = body.iter().fold(0_u16, |crc, byte| {
        (0..8).fold(crc ^ u16::from(*byte) << 8, |crc, _| {
            crc << 1 ^ if crc & 0x8000 == 0 { 0 } else { 0x1021 }
        })
    });
    body.len() == 34 && crc.to_le_bytes() == *given
}

fn base62(mut number: u32) -> [u8; 6] {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut text = [b'0'; 6];
    for place in text.iter_mut().rev() {
        *place = DIGITS[number as usize % 62];
        number /= 62;
    }
    text
}

/// The CRC-32 of zlib and Ethernet.
fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_digit_fails() {
        let body = "0123456789abcdefghijABCDEFGHIJ";
        let sum = base62(crc32(body.as_bytes()));
        let token = format!("ghp_{body}{}", String::from_utf8_lossy(&sum));
        assert!(crc32_base62(token.as_bytes()));
        assert!(!crc32_base62(token.replace("ghp_0", "ghp_1").as_bytes()));
        assert!(!crc32_base62(b"ghp_"));
    }

    #[test]
    fn an_nkey_ends_in_its_own_sum() {
        // The CRC-16 of 34 zeros is zero.
        let seed = data_encoding::BASE32_NOPAD.encode(&[0; 36]);
        assert!(crc16_nkey(seed.as_bytes()));
        let mut bytes = [0; 36];
        bytes[..9].copy_from_slice(b"123456789");
        bytes[34..].copy_from_slice(&[1, 2]);
        assert!(!crc16_nkey(data_encoding::BASE32_NOPAD.encode(&bytes).as_bytes()));
        assert!(!crc16_nkey(b"SU"));
    }
}

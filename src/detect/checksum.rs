//! Checks that a secret carries in itself: what fails was never issued.
//!
//! A rule names its check; each check is a function of the whole secret and nothing else. Sources stand beside
//! the functions. `tests/common/recipe.rs` makes secrets that pass, by code of its own.

use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD};

use super::runs::is_token;
use crate::rules::Rule;

/// Tells whether the secret is one that could have been issued.
pub type Check = fn(&[u8]) -> bool;

/// The check of this name.
pub fn named(name: &str) -> Option<Check> {
    Some(match name {
        "crc32-base62" => crc32_base62,
        "crc32-base36" => crc32_base36,
        "crc32-hex" => crc32_hex,
        "bech32" => bech32,
        "crc16-nkey" => crc16_nkey,
        "base64-json" => base64_json,
        "base64-number" => base64_number,
        "pypi-macaroon" => pypi_macaroon,
        _ => return None,
    })
}

/// Whether the secret passes its rule's check, if the rule has one.
pub fn holds(rule: &Rule, secret: &[u8]) -> bool {
    let check = rule.checksum.as_deref().and_then(named);
    check.is_none_or(|check| check(secret))
}

/// Digits, then capitals, then small letters: the digits of every base up to 62.
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// `prefix_` + body + six characters: the CRC-32 of the body in base 62.
///
/// GitHub, and npm after it: <https://github.blog/engineering/behind-githubs-new-authentication-token-formats/>.
fn crc32_base62(secret: &[u8]) -> bool {
    let start = secret.iter().rposition(|&b| b == b'_').map_or(0, |at| at + 1);
    let Some((body, given)) = secret[start..].split_last_chunk::<6>() else {
        return false;
    };
    in_base::<6>(62, crc32(body)) == *given
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

/// All but seven characters, which are the CRC-32 of the others in base 36, small letters.
///
/// GitLab's routable tokens: <https://handbook.gitlab.com/handbook/engineering/architecture/design-documents/cells/routable_tokens/>.
fn crc32_base36(secret: &[u8]) -> bool {
    let Some((body, given)) = secret.split_last_chunk::<7>() else {
        return false;
    };
    in_base::<7>(36, crc32(body)).to_ascii_lowercase() == given
}

/// Body + `_` + eight hexadecimal digits: the CRC-32 of the body, its lowest byte first.
///
/// Grafana: pkg/components/satokengen in <https://github.com/grafana/grafana>.
fn crc32_hex(secret: &[u8]) -> bool {
    let Some((body, [b'_', given @ ..])) = secret.split_last_chunk::<9>() else {
        return false;
    };
    let sum = data_encoding::HEXLOWER.encode(&crc32(body).to_le_bytes());
    sum.as_bytes().eq_ignore_ascii_case(given)
}

/// A word, `1` and characters of which the last six check the rest.
///
/// age keys: <https://github.com/bitcoin/bips/blob/master/bip-0173.mediawiki>.
fn bech32(secret: &[u8]) -> bool {
    const CHARACTERS: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    let secret = secret.to_ascii_lowercase();
    let Some(separator) = secret.iter().rposition(|&b| b == b'1') else {
        return false;
    };
    let (word, data) = (&secret[..separator], &secret[separator + 1..]);
    let Some(data) = data
        .iter()
        .map(|byte| CHARACTERS.iter().position(|known| known == byte))
        .collect::<Option<Vec<usize>>>()
    else {
        return false;
    };
    let high = word.iter().map(|byte| u32::from(byte >> 5));
    let low = word.iter().map(|byte| u32::from(byte & 31));
    let values = high.chain([0]).chain(low).chain(data.into_iter().map(|v| v as u32));
    let polynomial = values.fold(1, |sum: u32, value| {
        let top = sum >> 25;
        [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3]
            .iter()
            .enumerate()
            .filter(|(bit, _)| top >> bit & 1 == 1)
            .fold((sum & 0x01ff_ffff) << 5 ^ value, |sum, (_, generator)| sum ^ generator)
    });
    polynomial == 1
}

/// An object of JSON in base64, from the first `eyJ` on.
///
/// Tokens of Grafana, Sentry and 1Password say in it whose they are.
fn base64_json(secret: &[u8]) -> bool {
    let Some(start) = memchr::memmem::find(secret, b"eyJ") else {
        return false;
    };
    let text = &secret[start..];
    let end = text
        .iter()
        .position(|&b| b == b'_' || !is_token(b))
        .unwrap_or(text.len());
    let json = decoded(&text[..end]).or_else(|| decoded(text));
    json.is_some_and(|json| serde_json::from_slice::<serde_json::Map<_, _>>(&json).is_ok())
}

/// The first of the parts between full stops is a number in base64.
///
/// Discord's bot tokens begin with the bot's id: <https://discord.com/developers/docs/reference#authentication>.
fn base64_number(secret: &[u8]) -> bool {
    let first = secret.split(|&b| b == b'.').next().unwrap_or_default();
    decoded(first).is_some_and(|number| number.len() >= 17 && number.iter().all(u8::is_ascii_digit))
}

/// `pypi-` and a macaroon: version 2, made by the index or its test site, whose names it holds, and closed by a signature
/// of 32 bytes.
///
/// <https://github.com/pypi/warehouse/blob/main/warehouse/macaroons/services.py> makes them, and
/// <https://github.com/rescrv/libmacaroons/blob/master/doc/format.txt> for the format.
fn pypi_macaroon(secret: &[u8]) -> bool {
    const NAME: &[u8] = b"pypi";
    let body = secret.strip_prefix(NAME).and_then(|rest| rest.strip_prefix(b"-"));
    let Some(macaroon) = body.and_then(decoded) else {
        return false;
    };
    // The location: its number, its length, the name.
    let is_of = |site: &[u8]| {
        let index = [site, NAME, b".org"].concat();
        macaroon.starts_with(&[&[2, 1, index.len() as u8], &index[..], &[2]].concat())
    };
    let signed = macaroon
        .last_chunk::<35>()
        .is_some_and(|end| end.starts_with(b"\x00\x06\x20"));
    signed && (is_of(b"") || is_of(b"test."))
}

/// What a text in base64 of either alphabet means, padded or not.
fn decoded(text: &[u8]) -> Option<Vec<u8>> {
    let end = text.iter().rposition(|&b| b != b'=').map_or(0, |at| at + 1);
    let text = &text[..end];
    BASE64_NOPAD.decode(text).or_else(|_| BASE64URL_NOPAD.decode(text)).ok()
}

/// The last `N` digits of a number.
fn in_base<const N: usize>(base: u32, mut number: u32) -> [u8; N] {
    let mut text = [b'0'; N];
    for place in text.iter_mut().rev() {
        *place = DIGITS[(number % base) as usize];
        number /= base;
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
    fn checksums_are_those_of_known_examples() {
        // 0xCBF43926 is the check value of every catalogue of CRCs; the last two are of BIP 173.
        for (check, right) in [
            (crc32_base62 as Check, "x_1234567893jZRME"),
            (crc32_base36, "1234567891kl8mjq"),
            (crc32_hex, "123456789_2639f4cb"),
            (bech32, "A12UEL5L"),
            (bech32, "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw"),
        ] {
            assert!(check(right.as_bytes()), "{right}");
            for place in 2..right.len() {
                let mut wrong = right.as_bytes().to_vec();
                wrong[place] = if wrong[place] == b'7' { b'8' } else { b'7' };
                assert!(!check(&wrong), "{right} with another character at {place}");
            }
            assert!(!check(b""));
        }
    }

    #[test]
    fn what_does_not_decode_was_never_issued() {
        let encode = |text: &str| data_encoding::BASE64.encode(text.as_bytes());
        let token = format!("glc_{}", encode("{\"o\":\"1\"}"));
        assert!(base64_json(token.as_bytes()));
        assert!(base64_json(
            format!("sntrys_{}_rest", encode("{\"iat\":1.5,\"a\":2}")).as_bytes()
        ));
        assert!(!base64_json(token.replace("eyJ", "eyK").as_bytes()));
        assert!(!base64_json(format!("glc_{}", encode("{\"o\":")).as_bytes()));
        assert!(base64_number(
            format!("{}.a.b", encode("123456789012345678")).as_bytes()
        ));
        assert!(!base64_number(
            format!("{}.a.b", encode("12345678901234567x")).as_bytes()
        ));
        assert!(!pypi_macaroon(b"pypi-AgEIcHlwaS5vcmc"));
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

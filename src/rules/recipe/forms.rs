//! Forms of a recipe: what is made of a text, such as base64 or a text with the right checksum behind it.
//!
//! They are written anew here, and not taken from the detectors that check them: an example that the checker made
//! would show nothing.

use data_encoding::{BASE32_NOPAD, BASE64, BASE64URL_NOPAD, HEXLOWER};

/// Makes something of a text; nothing if it is not such a text.
pub type Form = fn(String) -> Option<String>;

/// The forms by name. `src/detect/checksum.rs` says who uses which checksum.
pub const FORMS: &[(&str, Form)] = &[
    ("b64", |text| Some(BASE64.encode(text.as_bytes()))),
    ("b64url", |text| Some(BASE64URL_NOPAD.encode(text.as_bytes()))),
    ("crc32-base62", |text| {
        let sum = crc32(text.rsplit('_').next().unwrap_or_default());
        Some(format!("{text}{}", digits(sum, 62, 6)))
    }),
    ("crc32-base36", |text| {
        let sum = digits(crc32(&text), 36, 7).to_lowercase();
        Some(text + &sum)
    }),
    ("crc32-hex", |text| {
        let sum = HEXLOWER.encode(&crc32(&text).to_le_bytes());
        Some(text + "_" + &sum)
    }),
    ("bech32", bech32),
    ("nkey", nkey),
];

fn crc32(text: &str) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(text.as_bytes());
    crc.sum()
}

/// The last digits of a number: 0 to 9, A to Z, a to z.
fn digits(number: u32, base: u32, count: u32) -> String {
    let digit = |place: u32| match (number / base.pow(place) % base) as u8 {
        value @ 0..=9 => char::from(b'0' + value),
        value @ 10..=35 => char::from(b'A' + value - 10),
        value => char::from(b'a' + value - 36),
    };
    (0..count).rev().map(digit).collect()
}

/// The text with six characters that check it (BIP 173). It is written in capitals.
fn bech32(text: String) -> Option<String> {
    const CHARACTERS: &str = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    let lower = text.to_lowercase();
    let (word, data) = lower.rsplit_once('1')?;
    let mut values: Vec<u32> = word.bytes().map(|b| u32::from(b >> 5)).collect();
    values.push(0);
    values.extend(word.bytes().map(|b| u32::from(b & 31)));
    for character in data.chars() {
        values.push(CHARACTERS.find(character)? as u32);
    }
    values.extend([0; 6]);
    let mut sum = 1_u32;
    for value in values {
        let top = sum >> 25;
        sum = ((sum & 0x1ff_ffff) << 5) ^ value;
        for (bit, generator) in [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3]
            .iter()
            .enumerate()
        {
            sum ^= if top >> bit & 1 == 1 { generator } else { &0 };
        }
    }
    sum ^= 1;
    let check = (0..6)
        .rev()
        .map(|place| CHARACTERS.as_bytes()[(sum >> (5 * place) & 31) as usize]);
    Some(text + &check.map(char::from).collect::<String>().to_uppercase())
}

/// A seed of NATS: the first 54 of 56 characters of base32, and the CRC-16 of the bytes they hold.
fn nkey(text: String) -> Option<String> {
    let mut bytes = BASE32_NOPAD.decode(text.as_bytes()).ok()?;
    bytes.truncate(34);
    let mut crc = 0_u16;
    for bit in bytes
        .iter()
        .flat_map(|byte| (0..8).rev().map(move |place| byte >> place & 1))
    {
        let top = crc >> 15 == u16::from(bit);
        crc = crc << 1 ^ if top { 0 } else { 0x1021 };
    }
    bytes.extend(crc.to_le_bytes());
    Some(BASE32_NOPAD.encode(&bytes))
}

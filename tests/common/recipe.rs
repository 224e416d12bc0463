//! Recipes: how the rules describe their examples without holding one.
//!
//! `<[A-Z2-7]{16}>` stands for sixteen characters of that class, `<[A-Z]>` for one. `<b64:TEXT>` and
//! `<b64url:TEXT>` stand for TEXT in base64, after `{[class]{n}}` and `{[class]}` in it were drawn; `<nkey:TEXT>` for
//! a seed of NATS with the right checksum.
//! Everything else, other `<` and `{` too, stands for itself.

use data_encoding::{BASE32_NOPAD, BASE64, BASE64URL_NOPAD};

use super::random::Random;

/// Makes one text of a recipe.
pub fn expand(recipe: &str, random: &mut Random) -> String {
    let mut text = String::new();
    let mut rest = recipe;
    while let Some(start) = rest.find('<') {
        text.push_str(&rest[..start]);
        rest = &rest[start..];
        let (drawn, length) = if rest.starts_with("<[") {
            draw(rest, '>', random)
        } else if let Some(inner) = rest.strip_prefix("<b64:") {
            encoded(inner, 5, random, |bytes| BASE64.encode(bytes))
        } else if let Some(inner) = rest.strip_prefix("<b64url:") {
            encoded(inner, 8, random, |bytes| BASE64URL_NOPAD.encode(bytes))
        } else if let Some(inner) = rest.strip_prefix("<nkey:") {
            encoded(inner, 6, random, nkey)
        } else {
            ("<".to_owned(), 1)
        };
        text.push_str(&drawn);
        rest = &rest[length..];
    }
    text + rest
}

/// Base64 of a text; and how long its recipe is.
fn encoded(inner: &str, prefix: usize, random: &mut Random, encode: fn(&[u8]) -> String) -> (String, usize) {
    let end = inner.find('>').expect("a base64 recipe ends in >");
    let mut text = String::new();
    let mut rest = &inner[..end];
    while let Some(start) = rest.find("{[") {
        let (drawn, length) = draw(&rest[start..], '}', random);
        text += &rest[..start];
        text += &drawn;
        rest = &rest[start + length..];
    }
    (encode((text + rest).as_bytes()), prefix + end + 1)
}

/// Characters of the class that the recipe begins with, and how long that part of the recipe is.
fn draw(recipe: &str, close: char, random: &mut Random) -> (String, usize) {
    let bracket = recipe.find(']').expect("a class ends in ]");
    let class = &recipe[2..bracket];
    let after = &recipe[bracket + 1..];
    let (count, counted) = match after.strip_prefix('{') {
        Some(number) => {
            let end = number.find('}').expect("a count ends in }");
            (number[..end].parse().expect("a count is a number"), end + 2)
        }
        None => (1, 0),
    };
    assert!(after[counted..].starts_with(close), "{recipe}: no {close}");
    (random.class(class, count), bracket + 1 + counted + 1)
}

/// The first 54 of 56 characters of base32, and the CRC-16 of the bytes they hold.
fn nkey(text: &[u8]) -> String {
    let mut bytes = BASE32_NOPAD.decode(text).expect("56 characters of base32");
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
    BASE32_NOPAD.encode(&bytes)
}

//! Recipes: how the rules describe their examples without holding one.
//!
//! `<[A-Z2-7]{16}>` stands for sixteen characters of that class, `<[A-Z]>` for one. `<FORM:TEXT>` stands for
//! what the form makes of TEXT, after `{[class]{n}}` and `{[class]}` in it were drawn: TEXT in base64, or TEXT with
//! the right checksum behind it. Everything else, other `<` and `{` too, stands for itself.

use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER};

use super::random::Random;

/// The forms by name. `src/detect/checksum.rs` says who uses which checksum.
const FORMS: &[(&str, fn(String) -> String)] = &[
    ("b64", |text| BASE64.encode(text.as_bytes())),
    ("b64url", |text| BASE64URL_NOPAD.encode(text.as_bytes())),
    ("crc32-base62", |text| {
        let sum = crc32(text.rsplit('_').next().unwrap_or_default());
        format!("{text}{}", digits(sum, 62, 6))
    }),
    ("crc32-base36", |text| {
        let sum = digits(crc32(&text), 36, 7).to_lowercase();
        text + &sum
    }),
    ("crc32-hex", |text| {
        let sum = HEXLOWER.encode(&crc32(&text).to_le_bytes());
        text + "_" + &sum
    }),
    ("bech32", bech32),
];

/// Makes one text of a recipe.
pub fn expand(recipe: &str, random: &mut Random) -> String {
    let mut text = String::new();
    let mut rest = recipe;
    while let Some(start) = rest.find('<') {
        text.push_str(&rest[..start]);
        rest = &rest[start..];
        let (drawn, length) = if rest.starts_with("<[") {
            draw(rest, '>', random)
        } else if let Some((name, make)) = FORMS.iter().find(|(name, _)| is_form(rest, name)) {
            let (inner, length) = filled(&rest[name.len() + 2..], random);
            (make(inner), name.len() + 2 + length)
        } else {
            ("<".to_owned(), 1)
        };
        text.push_str(&drawn);
        rest = &rest[length..];
    }
    text + rest
}

/// Whether the recipe begins with `<name:`.
fn is_form(recipe: &str, name: &str) -> bool {
    recipe[1..].strip_prefix(name).is_some_and(|rest| rest.starts_with(':'))
}

/// The text of a form with its classes drawn; and how long that part of the recipe is, `>` included.
fn filled(inner: &str, random: &mut Random) -> (String, usize) {
    let end = inner.find('>').expect("a form ends in >");
    let mut text = String::new();
    let mut rest = &inner[..end];
    while let Some(start) = rest.find("{[") {
        let (drawn, length) = draw(&rest[start..], '}', random);
        text += &rest[..start];
        text += &drawn;
        rest = &rest[start + length..];
    }
    (text + rest, end + 1)
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
fn bech32(text: String) -> String {
    const CHARACTERS: &str = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    let lower = text.to_lowercase();
    let (word, data) = lower.rsplit_once('1').expect("a 1 ends the word");
    let mut values: Vec<u32> = word.bytes().map(|b| u32::from(b >> 5)).collect();
    values.push(0);
    values.extend(word.bytes().map(|b| u32::from(b & 31)));
    values.extend(
        data.chars()
            .map(|c| CHARACTERS.find(c).expect("a character of bech32") as u32),
    );
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
    text + &check.map(char::from).collect::<String>().to_uppercase()
}

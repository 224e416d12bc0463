//! What a text looks like, in numbers: how many letters, digits and marks it has, and how they follow each other.

use crate::detect::randomness;

/// The look of a value.
#[derive(Default)]
pub struct Shape {
    pub upper: usize,
    pub lower: usize,
    pub digits: usize,
    pub spaces: usize,
    /// Bytes outside of ASCII.
    pub wide: usize,
    /// Everything else.
    pub marks: usize,
    pub distinct: usize,
    /// How often a byte is of another kind than the one before.
    pub changes: usize,
    /// How often a capital follows a small letter.
    pub humps: usize,
    /// The longest run of letters.
    pub longest_word: usize,
    /// Runs of letters and digits.
    pub words: usize,
    /// The longest run of one byte.
    pub repeats: usize,
    /// How often a byte is its neighbour's successor.
    pub steps: usize,
    pub is_hex: bool,
    pub is_uuid: bool,
    pub is_base64: bool,
    /// How far it is from names and words: 128 is even, more is more random.
    pub surprise: u8,
}

impl Shape {
    pub fn of(text: &[u8]) -> Self {
        let mut shape = Self {
            distinct: randomness::distinct(text),
            surprise: (128.0 - randomness::score(text) * 16.0).clamp(0.0, 255.0) as u8,
            is_hex: text.iter().all(u8::is_ascii_hexdigit),
            is_uuid: text.len() == 36 && [8, 13, 18, 23].iter().all(|&at| text[at] == b'-'),
            is_base64: text.iter().all(|b| BASE64[usize::from(*b)] == 0),
            ..Self::default()
        };
        let mut counts = [0; KINDS];
        let (mut word, mut repeat) = (0, 0);
        // Nothing stands before the first byte: it changes nothing and follows nothing.
        let first = text.first().copied().unwrap_or_default();
        let (mut last, mut last_kind, mut is_in_word) = (first, kind(first), false);
        for &byte in text {
            let kind = kind(byte);
            let is_letter = kind <= UPPER;
            let is_of_word = kind <= DIGIT;
            counts[usize::from(kind)] += 1;
            word = if is_letter { word + 1 } else { 0 };
            repeat = if last == byte { repeat + 1 } else { 1 };
            shape.longest_word = shape.longest_word.max(word);
            shape.repeats = shape.repeats.max(repeat);
            shape.changes += usize::from(last_kind != kind);
            shape.humps += usize::from(last_kind == LOWER && kind == UPPER);
            shape.steps += usize::from(byte.wrapping_sub(last) == 1);
            shape.words += usize::from(is_of_word && !is_in_word);
            (last, last_kind, is_in_word) = (byte, kind, is_of_word);
        }
        [
            shape.lower,
            shape.upper,
            shape.digits,
            shape.spaces,
            shape.wide,
            shape.marks,
        ] = counts;
        shape
    }
}

/// What kind a byte is of. Letters come first, then what else words are made of.
const LOWER: u8 = 0;
const UPPER: u8 = 1;
const DIGIT: u8 = 2;
const SPACE: u8 = 3;
const WIDE: u8 = 4;
const MARK: u8 = 5;
const KINDS: usize = 6;

fn kind(byte: u8) -> u8 {
    const KIND: [u8; 256] = {
        let mut kinds = [MARK; 256];
        let mut byte = 0;
        while byte < 256 {
            kinds[byte] = match byte as u8 {
                b'a'..=b'z' => LOWER,
                b'A'..=b'Z' => UPPER,
                b'0'..=b'9' => DIGIT,
                b' ' | b'\t' => SPACE,
                0x80.. => WIDE,
                _ => MARK,
            };
            byte += 1;
        }
        kinds
    };
    KIND[usize::from(byte)]
}

/// For each byte, which of the sets holds it; how many sets there are if none does.
pub const fn classes(sets: &[&[u8]]) -> [u8; 256] {
    let mut classes = [sets.len() as u8; 256];
    let mut set = 0;
    while set < sets.len() {
        let mut at = 0;
        while at < sets[set].len() {
            classes[sets[set][at] as usize] = set as u8;
            at += 1;
        }
        set += 1;
    }
    classes
}

const BASE64: [u8; 256] = classes(&[b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/=_-"]);

/// A number for what kind of byte stands somewhere, those alike side by side.
pub fn byte_class(byte: Option<u8>) -> u8 {
    const SETS: &[&[u8]] = &[
        b"\r\n", b" \t", b"&?", b";", b",", b"}", b"]", b")", b"\"", b"'", b"`", b"<", b">", b"({[", b".", b"+%", b":",
        b"=", b"#", b"/", b"*", b"-", b"$@", b"_", b"|!",
    ];
    const CLASSES: [u8; 256] = classes(SETS);
    let Some(byte) = byte else { return 0 };
    match byte {
        b'a'..=b'z' => 40,
        b'A'..=b'Z' => 41,
        b'0'..=b'9' => 42,
        0x80.. => 43,
        _ => match CLASSES[usize::from(byte)] {
            class if usize::from(class) < SETS.len() => class + 1,
            _ => 39,
        },
    }
}

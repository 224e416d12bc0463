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
            is_base64: text.iter().all(|b| b.is_ascii_alphanumeric() || b"+/=_-".contains(b)),
            ..Self::default()
        };
        let (mut word, mut repeat) = (0, 0);
        let mut before = None;
        for &byte in text {
            let kind = byte_kind(byte);
            match kind {
                Kind::Lower => shape.lower += 1,
                Kind::Upper => shape.upper += 1,
                Kind::Digit => shape.digits += 1,
                Kind::Space => shape.spaces += 1,
                Kind::Wide => shape.wide += 1,
                Kind::Mark => shape.marks += 1,
            }
            let is_letter = matches!(kind, Kind::Lower | Kind::Upper);
            let last: Option<u8> = before;
            let last_kind = last.map(byte_kind);
            word = if is_letter { word + 1 } else { 0 };
            repeat = if last == Some(byte) { repeat + 1 } else { 1 };
            shape.longest_word = shape.longest_word.max(word);
            shape.repeats = shape.repeats.max(repeat);
            shape.changes += usize::from(last_kind.is_some_and(|last| last != kind));
            shape.humps += usize::from(last_kind == Some(Kind::Lower) && kind == Kind::Upper);
            shape.steps += usize::from(last.is_some_and(|last| byte.wrapping_sub(last) == 1));
            let starts = byte.is_ascii_alphanumeric() && !last.is_some_and(|last| last.is_ascii_alphanumeric());
            shape.words += usize::from(starts);
            before = Some(byte);
        }
        shape
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Lower,
    Upper,
    Digit,
    Space,
    Wide,
    Mark,
}

fn byte_kind(byte: u8) -> Kind {
    match byte {
        b'a'..=b'z' => Kind::Lower,
        b'A'..=b'Z' => Kind::Upper,
        b'0'..=b'9' => Kind::Digit,
        b' ' | b'\t' => Kind::Space,
        0x80.. => Kind::Wide,
        _ => Kind::Mark,
    }
}

/// A number for what kind of byte stands somewhere, those alike side by side.
pub fn byte_class(byte: Option<u8>) -> u8 {
    const CLASSES: &[&[u8]] = &[
        b"\r\n", b" \t", b"&?", b";", b",", b"}", b"]", b")", b"\"", b"'", b"`", b"<", b">", b"({[", b".", b"+%", b":",
        b"=", b"#", b"/", b"*", b"-", b"$@", b"_", b"|!",
    ];
    let Some(byte) = byte else { return 0 };
    let listed = CLASSES.iter().position(|class| class.contains(&byte));
    match byte {
        b'a'..=b'z' => 40,
        b'A'..=b'Z' => 41,
        b'0'..=b'9' => 42,
        0x80.. => 43,
        _ => listed.map_or(39, |at| at as u8 + 1),
    }
}

//! UTF-16 and UTF-32 to UTF-8. PowerShell and Windows tools write secrets that way, and a scan of
//! the raw bytes would see a zero beside every letter.
//!
//! A byte order mark decides, or a start in which every letter has its zero. Lines and columns are those of the original text: a unit that
//! is no character becomes U+FFFD, the mark goes, nothing else is added or dropped.

/// So many bytes at the start tell text without a mark, and so many at least.
const HEAD: usize = 128;
const SHORTEST: usize = 16;

/// An encoding that hides text from a scan of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Utf16Le,
    Utf16Be,
    Utf32Le,
    Utf32Be,
}

impl Encoding {
    /// The encoding that the byte order mark at the start says; `None` for anything else, a UTF-8 mark included.
    pub fn of_start(bytes: &[u8]) -> Option<Self> {
        // The mark of UTF-32LE starts with that of UTF-16LE. As UTF-16 it would be a NUL first: binary.
        const MARKS: [(&[u8], Encoding); 4] = [
            (b"\xff\xfe\0\0", Encoding::Utf32Le),
            (b"\0\0\xfe\xff", Encoding::Utf32Be),
            (b"\xff\xfe", Encoding::Utf16Le),
            (b"\xfe\xff", Encoding::Utf16Be),
        ];
        let marked = MARKS.iter().find(|(mark, _)| bytes.starts_with(mark));
        marked
            .map(|(_, encoding)| *encoding)
            .or_else(|| Self::of_letters(bytes))
    }

    /// UTF-16 without a mark, told by its first letters: all are ASCII, with a zero on the same side.
    fn of_letters(bytes: &[u8]) -> Option<Self> {
        let zero = bytes.get(..SHORTEST)?[..2].iter().position(|byte| *byte == 0)?;
        let is_letter =
            |pair: &[u8; 2]| pair[zero] == 0 && matches!(pair[1 - zero], b'\t' | b'\n' | b'\r' | b' '..=b'~');
        let (pairs, _) = bytes[..bytes.len().min(HEAD)].as_chunks();
        pairs.iter().all(is_letter).then_some(match zero {
            0 => Encoding::Utf16Be,
            _ => Encoding::Utf16Le,
        })
    }

    /// The word used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Encoding::Utf16Le => "utf-16le",
            Encoding::Utf16Be => "utf-16be",
            Encoding::Utf32Le => "utf-32le",
            Encoding::Utf32Be => "utf-32be",
        }
    }

    /// Decodes a piece of text that starts `offset` bytes into it; a byte order mark at the start is dropped.
    pub fn decode(self, bytes: &[u8], offset: u64) -> Vec<u8> {
        let width = if matches!(self, Encoding::Utf16Le | Encoding::Utf16Be) {
            2
        } else {
            4
        };
        // A piece may start inside a unit, which the piece before has whole.
        let inside = (width - offset as usize % width) % width;
        let is_marked = offset == 0 && Self::of_letters(bytes).is_none();
        let mark = if is_marked { width } else { 0 };
        let text = &bytes[(inside + mark).min(bytes.len())..];
        match self {
            Encoding::Utf16Le => utf16(text, u16::from_le_bytes),
            Encoding::Utf16Be => utf16(text, u16::from_be_bytes),
            Encoding::Utf32Le => utf32(text, u32::from_le_bytes),
            Encoding::Utf32Be => utf32(text, u32::from_be_bytes),
        }
    }
}

fn utf16(text: &[u8], unit: fn([u8; 2]) -> u16) -> Vec<u8> {
    let (units, odd) = text.as_chunks::<2>();
    let mut decoded = Vec::with_capacity(units.len() + units.len() / 8);
    let mut units = units.iter().map(|&pair| unit(pair)).peekable();
    // Most text is ASCII: take it without the decoder's detour.
    while let Some(first) = units.next() {
        if let Ok(byte @ 0..=0x7f) = u8::try_from(first) {
            decoded.push(byte);
            continue;
        }
        let second = if (0xd800..0xdc00).contains(&first) {
            units.next_if(|next| (0xdc00..0xe000).contains(next))
        } else {
            None
        };
        for c in char::decode_utf16([first].into_iter().chain(second)) {
            push(&mut decoded, c.unwrap_or(char::REPLACEMENT_CHARACTER));
        }
    }
    finish(decoded, odd)
}

fn utf32(text: &[u8], unit: fn([u8; 4]) -> u32) -> Vec<u8> {
    let (units, odd) = text.as_chunks::<4>();
    let mut decoded = Vec::with_capacity(units.len() + units.len() / 8);
    for &quad in units {
        push(
            &mut decoded,
            char::from_u32(unit(quad)).unwrap_or(char::REPLACEMENT_CHARACTER),
        );
    }
    finish(decoded, odd)
}

fn push(decoded: &mut Vec<u8>, c: char) {
    decoded.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}

/// Half a unit at the end is one that is no character.
fn finish(mut decoded: Vec<u8>, odd: &[u8]) -> Vec<u8> {
    if !odd.is_empty() {
        push(&mut decoded, char::REPLACEMENT_CHARACTER);
    }
    decoded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transcode(bytes: &[u8]) -> Option<(Vec<u8>, &'static str)> {
        let encoding = Encoding::of_start(bytes)?;
        Some((encoding.decode(bytes, 0), encoding.as_str()))
    }

    #[test]
    fn a_later_piece_starts_at_a_whole_unit() {
        let text: Vec<u8> = "abc".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(Encoding::Utf16Le.decode(&text[1..], 65), b"bc");
        assert_eq!(Encoding::Utf16Le.decode(&text[2..], 64), b"bc");
    }

    fn utf16_of(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        "\u{feff}"
            .encode_utf16()
            .chain(text.encode_utf16())
            .flat_map(bytes)
            .collect()
    }

    fn utf32_of(text: &str, bytes: fn(u32) -> [u8; 4]) -> Vec<u8> {
        "\u{feff}"
            .chars()
            .chain(text.chars())
            .flat_map(|c| bytes(c.into()))
            .collect()
    }

    #[test]
    fn every_encoding_gives_the_text_back() {
        let text = "key = \"grün €\u{1f511}\"\r\nnext\n";
        for (encoded, name) in [
            (utf16_of(text, u16::to_le_bytes), "utf-16le"),
            (utf16_of(text, u16::to_be_bytes), "utf-16be"),
            (utf32_of(text, u32::to_le_bytes), "utf-32le"),
            (utf32_of(text, u32::to_be_bytes), "utf-32be"),
        ] {
            assert_eq!(transcode(&encoded), Some((text.as_bytes().to_vec(), name)));
        }
    }

    #[test]
    fn text_without_a_mark_is_told_by_its_letters() {
        let text = "[db]\npassword = x\r\n";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(transcode(&little), Some((text.as_bytes().to_vec(), "utf-16le")));
        assert_eq!(transcode(&big), Some((text.as_bytes().to_vec(), "utf-16be")));
        for other in [
            &b"a\0b\0c\0d\0e\0f\0g\0\x01\0"[..],
            &little[..14],
            &[0; 64],
            text.as_bytes(),
        ] {
            assert!(transcode(other).is_none());
        }
    }

    #[test]
    fn other_text_is_left_alone() {
        for bytes in [&b""[..], b"\xff", b"plain", b"\xef\xbb\xbfwith a mark", b"p\0l\0"] {
            assert!(transcode(bytes).is_none());
        }
    }

    #[test]
    fn a_unit_that_is_no_character_keeps_its_place() {
        let lone_high = b"\xff\xfe\x3d\xd8a\0";
        let lone_low = b"\xff\xfe\x11\xdda\0";
        let half = b"\xff\xfea\0b";
        let decoded = |bytes| String::from_utf8(transcode(bytes).expect("it has a mark").0).expect("it is UTF-8");
        assert_eq!(decoded(lone_high), "\u{fffd}a");
        assert_eq!(decoded(lone_low), "\u{fffd}a");
        assert_eq!(decoded(half), "a\u{fffd}");
        assert_eq!(decoded(b"\xff\xfe\0\0\0\0\x11\0"), "\u{fffd}");
    }
}

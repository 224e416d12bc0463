//! GitHub's `primaryLocationLineHash`, which tells a moved alert from a new one.
//!
//! It must equal what `github/codeql-action` computes (its `fingerprints.ts`): a rolling hash over
//! the UTF-16 units of the text without spaces and tabs, CR LF and CR taken as LF. The hash of a
//! line covers the 100 units from its first one on, so it may reach into the lines after it, and ends
//! with the number of lines so far that have the same. The scan worker calls this with the content in hand;
//! printers only pass the result on.

use std::collections::HashMap;

use crate::text::LineIndex;

/// How many units a hash covers.
const WINDOW: usize = 100;
const FACTOR: u64 = 37;
/// Lines are told apart by so many of their first units before they are hashed.
const BEGIN: usize = 8;
/// Stands for the end of the text, so that the last line has a unit even if it is empty. After it come zeros.
const END: u16 = u16::MAX;

const TAB: u8 = b'\t';
const LF: u8 = b'\n';
const CR: u8 = b'\r';

/// Returns the hash of each wanted line, in the form `c129715d7a2bc9a3:1`.
///
/// `wanted` holds line numbers from 1, sorted; one may be there twice. Lines that the text does not
/// have are left off the end. Of the lines before the last wanted one, only those are hashed that begin as a
/// wanted one does: others would have the same hash only if somebody had looked for that.
pub fn line_hashes(lines: &LineIndex<'_>, wanted: &[u32]) -> Vec<String> {
    let start = |line: u32| lines.start((line as usize).checked_sub(1)?);
    let mut begins = [false; 256];
    let mut seen: HashMap<u64, u32> = HashMap::new();
    let mut last = 0;
    for &line in wanted {
        if let Some(at) = start(line) {
            begins[begin(lines.text(), at)] = true;
            seen.insert(hash(lines.text(), at), 0);
            last = line;
        }
    }
    let mut found = Vec::with_capacity(wanted.len());
    let mut wanted = wanted.iter().peekable();
    for line in 1..=last {
        let Some(at) = start(line).filter(|&at| begins[begin(lines.text(), at)]) else {
            continue;
        };
        let hash = hash(lines.text(), at);
        if let Some(times) = seen.get_mut(&hash) {
            *times += 1;
            while wanted.next_if(|&&next| next == line).is_some() {
                found.push(format!("{hash:x}:{times}"));
            }
        }
    }
    found
}

/// The hash of the line that starts there.
fn hash(text: &[u8], at: usize) -> u64 {
    fold(Units::from(text, at).take(WINDOW))
}

/// A number from how the line begins: the same for lines that begin with the same units.
fn begin(text: &[u8], at: usize) -> usize {
    let line = &text[at..];
    let blanks = line.iter().take_while(|&&byte| byte == b' ' || byte == TAB).count();
    let units = match line[blanks..].first_chunk() {
        Some(next) if is_plain(*next) => u64::from_le_bytes(*next),
        _ => {
            let units = Units::from(text, at).take(BEGIN);
            units.fold(0, |units, unit| units >> 8 | u64::from(unit & 0xff) << 56)
        }
    };
    (units.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as usize
}

/// Whether each byte is a unit as it stands: ASCII, and neither blank nor control.
fn is_plain(bytes: [u8; BEGIN]) -> bool {
    let bytes = u64::from_le_bytes(bytes);
    const HIGH: u64 = 0x8080_8080_8080_8080;
    const LEAST: u64 = 0x2121_2121_2121_2121;
    (bytes | bytes.wrapping_sub(LEAST)) & HIGH == 0
}

fn fold(units: impl Iterator<Item = u16>) -> u64 {
    units.fold(0, |hash: u64, unit| {
        hash.wrapping_mul(FACTOR).wrapping_add(u64::from(unit))
    })
}

/// The units of a text from the start of a line on, without end.
struct Units<'t> {
    rest: &'t [u8],
    after_cr: bool,
    /// What comes before the rest: the second unit of a wide character.
    second: Option<u16>,
    ended: bool,
}

impl<'t> Units<'t> {
    fn from(text: &'t [u8], at: usize) -> Self {
        Self {
            rest: &text[at..],
            after_cr: false,
            second: None,
            ended: false,
        }
    }

    /// Takes one character that is more than a byte, or a broken sequence.
    #[cold]
    fn wide(&mut self) -> u16 {
        // No sequence, whole or broken, is longer.
        let next = &self.rest[..self.rest.len().min(4)];
        let (character, length) = match next.utf8_chunks().next() {
            Some(chunk) => match chunk.valid().chars().next() {
                Some(character) => (character, character.len_utf8()),
                None => (char::REPLACEMENT_CHARACTER, chunk.invalid().len()),
            },
            None => (char::REPLACEMENT_CHARACTER, next.len()),
        };
        self.rest = &self.rest[length..];
        let mut units = [0; 2];
        let units = character.encode_utf16(&mut units);
        self.second = units.get(1).copied();
        units[0]
    }
}

impl Iterator for Units<'_> {
    type Item = u16;

    fn next(&mut self) -> Option<u16> {
        if let Some(second) = self.second.take() {
            return Some(second);
        }
        loop {
            let Some(&byte) = self.rest.first() else {
                return Some(if std::mem::replace(&mut self.ended, true) {
                    0
                } else {
                    END
                });
            };
            if !byte.is_ascii() {
                self.after_cr = false;
                return Some(self.wide());
            }
            self.rest = &self.rest[1..];
            let follows_cr = std::mem::replace(&mut self.after_cr, byte == CR);
            match byte {
                b' ' | TAB => {}
                LF if follows_cr => {}
                CR => return Some(u16::from(LF)),
                byte => return Some(u16::from(byte)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hashes(text: &[u8], wanted: &[u32]) -> Vec<String> {
        line_hashes(&LineIndex::new(text), wanted)
    }

    fn all(text: &str) -> Vec<String> {
        hashes(text.as_bytes(), &(1..=50).collect::<Vec<_>>())
    }

    #[test]
    fn equals_the_vectors_of_codeql_action() {
        assert_eq!(all(""), ["c129715d7a2bc9a3:1"]);
        assert_eq!(
            all(" a\nb\n  \t\tc\n d"),
            [
                "271789c17abda88f:1",
                "54703d4cd895b18:1",
                "180aee12dab6264:1",
                "a23a3dc5e078b07b:1"
            ]
        );
        assert_eq!(
            all(" hello; \t\r\nworld!!!\r\n\r\n\r\n  \t\tGreetings\r\n End\r\n"),
            [
                "e9496ae3ebfced30:1",
                "fb7c023a8b9ccb3f:1",
                "ce8ba1a563dcdaca:1",
                "e20e36e16fcb0cc8:1",
                "b3edc88f2938467e:1",
                "c8e28b0b4002a3a0:1",
                "c129715d7a2bc9a3:1",
            ]
        );
        assert_eq!(
            all(&"Lorem ipsum dolor sit amet.\n".repeat(10))[..7],
            [
                "a7f2ff13bc495cf2:1",
                "a7f2ff13bc495cf2:2",
                "a7f2ff13bc495cf2:3",
                "a7f2ff13bc495cf2:4",
                "a7f2ff13bc495cf2:5",
                "a7f2ff13bc495cf2:6",
                "a7f2ff1481e87703:1",
            ]
        );
    }

    #[test]
    fn gives_only_the_wanted_lines_and_a_repeated_one_twice() {
        let text = "one\ntwo\nthree\nfour\n";
        let every = all(text);
        assert_eq!(
            hashes(text.as_bytes(), &[2, 4, 4, 99]),
            [&every[1], &every[3], &every[3]].map(String::as_str)
        );
    }

    #[test]
    fn lines_alike_are_counted_however_they_are_blank() {
        let text = "token = abcdefgh\n\ttok\ten=abc defgh\nother\ntoken =abcdefgh\n";
        let found = hashes(text.replace('o', "\u{f6}").as_bytes(), &[1, 2, 4]);
        assert_eq!(found.len(), 3);
        // Four times over, so that the windows of the first and the fifth line hold the same.
        let plain = hashes(text.repeat(4).as_bytes(), &[1, 5]);
        assert_eq!(plain[0].split(':').next(), plain[1].split(':').next());
        assert!(plain[0].ends_with(":1") && plain[1].ends_with(":2"), "{plain:?}");
        let blank = text.replace("token = ", "tok\ten=").repeat(4);
        assert_eq!(hashes(blank.as_bytes(), &[1, 5]), plain);
    }

    #[test]
    fn what_stands_beyond_the_window_does_not_matter() {
        let head = format!("key = 1\n{}", "x".repeat(WINDOW));
        assert_eq!(
            hashes(format!("{head}tail").as_bytes(), &[1]),
            hashes(head.as_bytes(), &[1])
        );
    }

    #[test]
    fn all_three_line_endings_are_one_ending() {
        let unix = all("a\nb\n\nc\n");
        assert_eq!(all("a\r\nb\r\n\r\nc\r\n"), unix);
        assert_eq!(all("a\rb\r\rc\r"), unix);
        assert_eq!(all("a\r \nb").len(), 3, "a blank between CR and LF parts them");
    }

    #[test]
    fn invalid_bytes_and_wide_characters_are_utf16_units() {
        assert_eq!(hashes(b"a\xff\xfeb", &[1]), all("a\u{fffd}\u{fffd}b"));
        assert_eq!(
            hashes(b"a\xe2\x82b", &[1]),
            all("a\u{fffd}b"),
            "one per broken sequence"
        );
        assert_ne!(all("\u{1f600}"), all("\u{fffd}"));
    }
}

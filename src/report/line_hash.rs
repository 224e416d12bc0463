//! GitHub's `primaryLocationLineHash`, which tells a moved alert from a new one.
//!
//! It must equal what `github/codeql-action` computes (its `fingerprints.ts`): a rolling hash over
//! the UTF-16 units of the text without spaces and tabs, CR LF and CR taken as LF. The hash of a
//! line covers the 100 units from its first one on, so it may reach into the lines after it, and ends
//! with the number of lines so far that have the same. The scan worker calls this with the content in hand;
//! printers only pass the result on.

mod units;

use std::collections::HashMap;

use crate::text::LineIndex;
use units::{Units, is_blank, is_unit};

/// How many units a hash covers.
const WINDOW: usize = 100;
const FACTOR: u64 = 37;
/// Lines are told apart by so many of their first units before they are hashed.
const BEGIN: usize = 8;

/// Returns the hash of each wanted line of a text, in the form `c129715d7a2bc9a3:1`.
///
/// `lines` are its lines, at least as far as the last wanted one. `wanted` holds line numbers from 1, sorted; one may
/// be there twice. Lines that the text does not have are left off the end. Of the lines before the last wanted one,
/// only those are hashed that begin as a wanted one does: others would have the same hash only if somebody had looked
/// for that.
pub fn line_hashes(text: &[u8], lines: &LineIndex<'_>, wanted: &[u32]) -> Vec<String> {
    let start = |line: u32| lines.start((line as usize).checked_sub(1)?);
    let mut begins = Begins::new();
    let mut seen: HashMap<u64, u32> = HashMap::new();
    let mut last = 0;
    for &line in wanted {
        if let Some(at) = start(line) {
            begins.add(text, at);
            seen.insert(hash(text, at), 0);
            last = line;
        }
    }
    let mut found = Vec::with_capacity(wanted.len());
    let mut wanted = wanted.iter().peekable();
    for line in 1..=last {
        let Some(at) = start(line).filter(|&at| begins.may_hold(text, at)) else {
            continue;
        };
        let hash = hash(text, at);
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

/// How some lines begin. Asked of every line of a text, so the first unit is asked for first.
struct Begins {
    /// Whether one of them begins with this byte, which is a unit as it stands.
    first: [bool; 256],
    /// Whether one of them begins with units that have this number.
    begin: [bool; 256],
}

impl Begins {
    fn new() -> Self {
        Self {
            first: [false; 256],
            begin: [false; 256],
        }
    }

    /// Adds the line that starts there.
    fn add(&mut self, text: &[u8], at: usize) {
        match Units::from(text, at).next() {
            Some(unit) if unit < 0x80 => self.first[usize::from(unit)] = true,
            _ => {}
        }
        self.begin[begin(text, at)] = true;
    }

    /// Whether the line that starts there may have the same units as one of them.
    fn may_hold(&self, text: &[u8], at: usize) -> bool {
        let line = &text[at..];
        let first = line[blanks(line)..].first();
        let is_other = first.is_some_and(|&byte| is_unit(byte) && !self.first[usize::from(byte)]);
        !is_other && self.begin[begin(text, at)]
    }
}

/// How many blanks a line begins with.
fn blanks(line: &[u8]) -> usize {
    const SPACES: [u8; 8] = [b' '; 8];
    let (parts, _) = line.as_chunks::<8>();
    let deep = 8 * parts.iter().take_while(|part| **part == SPACES).count();
    deep + line[deep..].iter().take_while(|byte| is_blank(**byte)).count()
}

/// A number from how the line begins: the same for lines that begin with the same units.
fn begin(text: &[u8], at: usize) -> usize {
    let mut units = Head::default();
    for &byte in text[at..].iter().filter(|byte| !is_blank(**byte)) {
        if !is_unit(byte) {
            break;
        }
        if units.add(u16::from(byte)) {
            return units.number();
        }
    }
    let mut units = Head::default();
    Units::from(text, at).find(|&unit| units.add(unit));
    units.number()
}

/// The first units of a line.
#[derive(Default)]
struct Head {
    units: u64,
    count: usize,
}

impl Head {
    /// Adds a unit and says whether that was the last.
    fn add(&mut self, unit: u16) -> bool {
        self.units = self.units >> 8 | u64::from(unit & 0xff) << 56;
        self.count += 1;
        self.count == BEGIN
    }

    fn number(&self) -> usize {
        (self.units.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as usize
    }
}

fn fold(units: impl Iterator<Item = u16>) -> u64 {
    units.fold(0, |hash: u64, unit| {
        hash.wrapping_mul(FACTOR).wrapping_add(u64::from(unit))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hashes(text: &[u8], wanted: &[u32]) -> Vec<String> {
        line_hashes(text, &LineIndex::new(text), wanted)
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
    fn a_line_asked_for_alone_has_the_hash_that_it_has_among_all() {
        let parts = [
            " ",
            "        ",
            "\t",
            "\n",
            "\r\n",
            "\r",
            "a",
            "bc",
            "\u{f6}",
            "\u{1f600}",
        ];
        let mut state = 0x9E37_79B9_7F4A_7C15_u64;
        for _ in 0..200 {
            let mut text = String::new();
            for _ in 0..60 {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                text += parts[(state >> 33) as usize % parts.len()];
            }
            let every = all(&text.repeat(2));
            for (hash, line) in every.iter().zip(1..) {
                assert_eq!(hashes(text.repeat(2).as_bytes(), &[line]), [hash.as_str()], "{text:?}");
            }
        }
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

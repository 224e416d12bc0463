//! GitHub's `primaryLocationLineHash`, which tells a moved alert from a new one.
//!
//! It must equal what `github/codeql-action` computes (its `fingerprints.ts`): a rolling hash over
//! the UTF-16 units of the text without spaces and tabs, CR LF and CR taken as LF. The hash of a
//! line covers the 100 units from its first one on, so it may reach into the lines after it.
//! The scan worker calls this with the content in hand; printers only pass the result on.

use std::collections::{HashMap, VecDeque};

/// How many units a hash covers.
const WINDOW: usize = 100;
const FACTOR: u64 = 37;
/// `FACTOR` to the power of `WINDOW`, wrapped: what a unit weighs when it leaves the window.
const LEAVING: u64 = FACTOR.wrapping_pow(WINDOW as u32);
/// How many units the ring holds: a power of two above `WINDOW`, so that no division is needed.
const RING: usize = 128;
/// Stands for the end of the text, so that the last line has a unit even if it is empty.
const END: u16 = u16::MAX;

/// Returns the hash of each wanted line, in the form `c129715d7a2bc9a3:1`.
///
/// `wanted` holds line numbers from 1, sorted; one may be there twice. Lines that the text does not
/// have are left off the end. Stops when the last wanted line's window is full.
pub fn line_hashes(text: &[u8], wanted: &[u32]) -> Vec<String> {
    let last = wanted.last().map_or(0, |&line| line as usize);
    let hashes = LineHasher::new(last).run(text);
    let asked = |&line: &u32| hashes.get((line as usize).checked_sub(1)?);
    // Only the wanted hashes are counted: a map of every line would cost more than the hashing.
    let mut seen: HashMap<u64, u32> = wanted.iter().filter_map(asked).map(|&hash| (hash, 0)).collect();
    let mut found = Vec::with_capacity(wanted.len());
    let mut wanted = wanted.iter().peekable();
    for (line, hash) in (1..).zip(&hashes) {
        if let Some(times) = seen.get_mut(hash) {
            *times += 1;
            while wanted.next_if(|&&next| next == line).is_some() {
                found.push(format!("{hash:x}:{times}"));
            }
        }
    }
    found
}

/// Hashes the lines of one text, one after the other.
struct LineHasher {
    /// How many lines are asked for.
    last: usize,
    hashes: Vec<u64>,
    /// The last units, as a ring. Before the text there are zeros.
    ring: [u16; RING],
    /// How many units were kept so far.
    kept: usize,
    hash: u64,
    /// Where the lines start whose window is not yet full, in kept units.
    starts: VecDeque<usize>,
    at_line_start: bool,
    after_cr: bool,
}

impl LineHasher {
    fn new(last: usize) -> Self {
        Self {
            last,
            hashes: Vec::new(),
            ring: [0; RING],
            kept: 0,
            hash: 0,
            starts: VecDeque::new(),
            at_line_start: true,
            after_cr: false,
        }
    }

    fn run(mut self, text: &[u8]) -> Vec<u64> {
        // No character goes across an LF, so lines can be decoded one by one.
        for line in text.split_inclusive(|&byte| byte == b'\n') {
            for chunk in line.utf8_chunks() {
                for unit in chunk.valid().encode_utf16() {
                    if self.hashes.len() >= self.last {
                        return self.hashes;
                    }
                    self.take(unit);
                }
                if !chunk.invalid().is_empty() {
                    self.take(char::REPLACEMENT_CHARACTER as u16);
                }
            }
        }
        self.take(END);
        for _ in 0..WINDOW {
            self.keep(0);
        }
        self.hashes
    }

    /// Takes the next unit of the text; drops it if it is blank or the LF of a CR LF.
    fn take(&mut self, unit: u16) {
        const TAB: u16 = 9;
        const LF: u16 = 10;
        const CR: u16 = 13;
        const SPACE: u16 = 32;
        if unit == SPACE || unit == TAB || (self.after_cr && unit == LF) {
            self.after_cr = false;
            return;
        }
        self.after_cr = unit == CR;
        let unit = if unit == CR { LF } else { unit };
        if self.at_line_start {
            self.starts.push_back(self.kept);
        }
        self.at_line_start = unit == LF;
        self.keep(unit);
    }

    /// Rolls the window on by one unit. A line whose window is full has its hash first.
    fn keep(&mut self, unit: u16) {
        if self.starts.front().is_some_and(|start| start + WINDOW == self.kept) {
            self.starts.pop_front();
            self.hashes.push(self.hash);
        }
        let old = self.ring[self.kept.wrapping_sub(WINDOW) % RING];
        self.ring[self.kept % RING] = unit;
        self.hash = FACTOR
            .wrapping_mul(self.hash)
            .wrapping_add(u64::from(unit))
            .wrapping_sub(LEAVING.wrapping_mul(u64::from(old)));
        self.kept += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<String> {
        line_hashes(text.as_bytes(), &(1..=50).collect::<Vec<_>>())
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
            line_hashes(text.as_bytes(), &[2, 4, 4, 99]),
            [&every[1], &every[3], &every[3]].map(String::as_str)
        );
    }

    #[test]
    fn what_stands_beyond_the_window_does_not_matter() {
        let head = format!("key = 1\n{}", "x".repeat(WINDOW));
        assert_eq!(
            line_hashes(format!("{head}tail").as_bytes(), &[1]),
            line_hashes(head.as_bytes(), &[1])
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
        assert_eq!(line_hashes(b"a\xff\xfeb", &[1]), all("a\u{fffd}\u{fffd}b"));
        assert_eq!(
            line_hashes(b"a\xe2\x82b", &[1]),
            all("a\u{fffd}b"),
            "one per broken sequence"
        );
        assert_ne!(all("\u{1f600}"), all("\u{fffd}"));
    }
}

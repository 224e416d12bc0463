//! Text as people count it: lines and columns from 1, and strings made safe for a terminal.
//!
//! Offsets are bytes everywhere else; from here on they are positions. Columns count UTF-16 code
//! units, as SARIF and editors do; a byte that is not valid UTF-8 counts as one.

use fearless_simd::{Level, Simd, dispatch, prelude::*, u8x64};

/// A place in a text: line and column, both from 1. The column counts UTF-16 code units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub line: u32,
    pub column: u32,
}

/// The line starts of one text, so that an offset becomes a position in logarithmic time.
///
/// A line ends with LF, CR LF, or a CR alone (as GitHub and editors count them).
pub struct LineIndex<'t> {
    text: &'t [u8],
    starts: Vec<usize>,
    first_line: u32,
}

impl<'t> LineIndex<'t> {
    pub fn new(text: &'t [u8]) -> Self {
        Self::with_first_line(text, 1)
    }

    /// Indexes a piece of a longer text whose first line has the number `first_line`.
    pub fn with_first_line(text: &'t [u8], first_line: u32) -> Self {
        let mut starts = Vec::with_capacity(1 + text.len() / USUAL_LINE);
        starts.push(0);
        for_each_line_end(text, |end| starts.push(end));
        Self {
            text,
            starts,
            first_line,
        }
    }

    pub fn text(&self) -> &'t [u8] {
        self.text
    }

    /// Where a line starts, counted from 0; after a final line ending there is one more, which is empty.
    pub fn start(&self, line: usize) -> Option<usize> {
        self.starts.get(line).copied()
    }

    /// Returns the position of a byte offset. An offset past the end is the end.
    pub fn position(&self, offset: usize) -> Position {
        let offset = offset.min(self.text.len());
        let index = self.line_index(offset);
        let before = &self.text[self.starts[index]..offset];
        Position {
            line: self.first_line + index as u32,
            column: 1 + utf16_len(before),
        }
    }

    /// Returns the byte offset of a position that [`Self::position`] gave.
    pub fn offset(&self, position: Position) -> usize {
        let start = self.starts[(position.line - self.first_line) as usize];
        let lengths = self.text[start..].utf8_chunks().flat_map(|chunk| {
            let valid = chunk.valid().chars().map(|c| (c.len_utf8(), c.len_utf16()));
            valid.chain(chunk.invalid().iter().map(|_| (1, 1)))
        });
        let mut before = position.column as usize - 1;
        let taken = lengths.take_while(|(_, utf16)| {
            let is_before = before > 0;
            before = before.saturating_sub(*utf16);
            is_before
        });
        start + taken.map(|(utf8, _)| utf8).sum::<usize>()
    }

    /// Returns the bytes of the line that holds `offset`, without its line ending, and where it starts.
    pub fn line_at(&self, offset: usize) -> (usize, &'t [u8]) {
        let index = self.line_index(offset.min(self.text.len()));
        let start = self.starts[index];
        let end = self.starts.get(index + 1).copied().unwrap_or(self.text.len());
        let line = &self.text[start..end];
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        (start, line.strip_suffix(b"\r").unwrap_or(line))
    }

    /// How many lines the text has (a final line ending opens no further line).
    pub fn lines(&self) -> u32 {
        let empty_last = self.starts.last() == Some(&self.text.len());
        (self.starts.len() - usize::from(empty_last)) as u32
    }

    fn line_index(&self, offset: usize) -> usize {
        self.starts.partition_point(|&start| start <= offset) - 1
    }
}

/// Room is made for lines of so many bytes; if they are shorter, more is made.
const USUAL_LINE: usize = 32;

const BLOCK: usize = 64;

/// Calls `visit` with the offset behind each line ending. Whole blocks are asked at once: it takes a third of the time
/// of a search from one to the next.
fn for_each_line_end(text: &[u8], mut visit: impl FnMut(usize)) {
    let mut visit_all = |base: usize, mut ends: u64| {
        while ends != 0 {
            let at = base + ends.trailing_zeros() as usize;
            if text[at] == b'\n' || text.get(at + 1) != Some(&b'\n') {
                visit(at + 1);
            }
            ends &= ends - 1;
        }
    };
    let (blocks, rest) = text.as_chunks::<BLOCK>();
    for (number, block) in blocks.iter().enumerate() {
        visit_all(number * BLOCK, line_ends(block));
    }
    let mut last = [0; BLOCK];
    last[..rest.len()].copy_from_slice(rest);
    visit_all(text.len() - rest.len(), line_ends(&last));
}

/// One bit for each byte, the first byte's the lowest: whether it is LF or CR.
fn line_ends(block: &[u8; BLOCK]) -> u64 {
    dispatch!(Level::new(), simd => line_ends_by(simd, block))
}

/// The same, for a machine with such vectors.
#[inline(always)]
fn line_ends_by<S: Simd>(simd: S, block: &[u8; BLOCK]) -> u64 {
    let bytes = u8x64::from_slice(simd, block);
    (bytes.simd_eq(b'\n') | bytes.simd_eq(b'\r')).to_bitmask()
}

/// The length of a text in UTF-16 code units, invalid bytes counted as one each.
pub fn utf16_len(bytes: &[u8]) -> u32 {
    if bytes.is_ascii() {
        return bytes.len() as u32;
    }
    bytes
        .utf8_chunks()
        .map(|chunk| chunk.valid().encode_utf16().count() + chunk.invalid().len())
        .sum::<usize>() as u32
}

/// Makes bytes from a repository safe for a terminal or a log: control, bidirectional and
/// zero-width characters and invalid bytes become `\x1b`, `\u{202e}` and the like.
pub fn sanitize(bytes: &[u8]) -> String {
    let mut safe = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            if is_hostile(c) {
                safe.extend(c.escape_default());
            } else {
                safe.push(c);
            }
        }
        for byte in chunk.invalid() {
            safe.push_str(&format!("\\x{byte:02x}"));
        }
    }
    safe
}

/// Makes a text for people safe: its lines stay, and within them nothing is left for a terminal or a runner to obey.
pub fn safe_lines(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(|line| sanitize(line.as_bytes())).collect();
    inert(&lines.join("\n"))
}

/// Makes a text for people hold no command of a runner, wherever its log ends up. GitHub's obeys lines that begin with
/// `::name::`, and `##[name]` within one; Azure's obeys `##vso[name]`. They pass over blanks in front, and compare as
/// people do: a character that cannot be seen hides nothing from them, so nothing but ASCII counts here.
///
/// The same text of its own comes back as it is; a container or a pipe hides the runner from us, so it is not asked for.
pub fn inert(text: &str) -> String {
    let mut inert = String::with_capacity(text.len());
    for line in text.split_inclusive(['\n', '\r']) {
        let mut before = String::new();
        for c in line.chars() {
            let is_command = match c {
                ':' => before.trim_start() == ":",
                '[' => before.ends_with("##") || before.ends_with("##vso"),
                _ => false,
            };
            match is_command {
                true => inert.extend(c.escape_unicode()),
                false => inert.push(c),
            }
            if c.is_ascii() {
                before.push(c.to_ascii_lowercase());
            }
        }
    }
    inert
}

fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, needle: &str) -> (u32, u32) {
        let offset = text.find(needle).expect("the needle is in the text");
        let position = LineIndex::new(text.as_bytes()).position(offset);
        (position.line, position.column)
    }

    #[test]
    fn lines_end_with_lf_crlf_or_cr() {
        assert_eq!(at("a\nb\nX", "X"), (3, 1));
        assert_eq!(at("a\r\nb\r\n  X", "X"), (3, 3));
        assert_eq!(at("a\rb\rX", "X"), (3, 1));
        assert_eq!(at("\tX", "X"), (1, 2));
    }

    #[test]
    fn lines_start_where_a_search_byte_by_byte_says() {
        let ends = ["\n", "\r\n", "\r", "\n\r", "\n\n"];
        for length in (0..200).chain([255, 256, 257]) {
            let text: Vec<u8> = (0..)
                .flat_map(|n| [&b"x".repeat(n * 7 % 19)[..], ends[n % ends.len()].as_bytes()].concat())
                .take(length)
                .collect();
            let is_start = |&at: &usize| match text[at - 1] {
                b'\n' => true,
                b'\r' => text.get(at) != Some(&b'\n'),
                _ => false,
            };
            let starts: Vec<usize> = std::iter::once(0).chain((1..=length).filter(is_start)).collect();
            assert_eq!(LineIndex::new(&text).starts, starts, "{length}");
        }
    }

    #[test]
    fn columns_count_utf16_units() {
        assert_eq!(at("é X", "X"), (1, 3));
        assert_eq!(at("😀 X", "X"), (1, 4));
        let index = LineIndex::new(b"\xff\xfeX");
        assert_eq!(index.position(2), Position { line: 1, column: 3 });
    }

    #[test]
    fn an_offset_comes_back_from_its_position() {
        let text = "a\u{1F600}b\r\n\u{e9}\rz".as_bytes();
        let text = [text, b"\xffy\nlast"].concat();
        let index = LineIndex::new(&text);
        for offset in [0, 1, 5, 6, 8, 10, 11, 12, 13, 14, 15, text.len()] {
            assert_eq!(index.offset(index.position(offset)), offset);
        }
    }

    #[test]
    fn a_line_is_given_without_its_ending() {
        let index = LineIndex::new(b"one\r\ntwo\nthree");
        assert_eq!(index.line_at(1), (0, &b"one"[..]));
        assert_eq!(index.line_at(6), (5, &b"two"[..]));
        assert_eq!(index.line_at(99), (9, &b"three"[..]));
        assert_eq!(index.lines(), 3);
        assert_eq!(LineIndex::new(b"one\n").lines(), 1);
    }

    #[test]
    fn no_command_of_a_runner_is_left() {
        for (text, safe) in [
            ("::error::x\n", ":\\u{3a}error::x\n"),
            ("a\n \u{a0}::error::x", "a\n \u{a0}:\\u{3a}error::x"),
            (":\u{ad}:error::x", ":\u{ad}\\u{3a}error::x"),
            ("in ##[error]x", "in ##\\u{5b}error]x"),
            ("#\u{34f}#[error]x", "#\u{34f}#\\u{5b}error]x"),
            ("##VSO[task.complete]", "##VSO\\u{5b}task.complete]"),
            (
                "## [x] std::fs #[test] a:12:3:: grün\r::",
                "## [x] std::fs #[test] a:12:3:: grün\r:\\u{3a}",
            ),
        ] {
            assert_eq!(inert(text), safe);
            assert_eq!(inert(safe), safe);
        }
    }

    #[test]
    fn hostile_characters_are_escaped() {
        assert_eq!(sanitize(b"a\x1b[31mb"), "a\\u{1b}[31mb");
        assert_eq!(sanitize("x\u{202e}y".as_bytes()), "x\\u{202e}y");
        assert_eq!(sanitize(b"\xffz"), "\\xffz");
        assert_eq!(sanitize("grün".as_bytes()), "grün");
    }
}

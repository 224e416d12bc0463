//! Content inside content: text in base64 or in hexadecimal digits, as in Kubernetes secrets and data URIs.
//!
//! A piece counts when what it decodes to reads as text, or starts as packed content does. It is scanned as content
//! of its own; the findings in it keep the place of the piece. Lines that follow each other are one text.

mod coded;

use std::ops::Range;

use data_encoding::HEXLOWER_PERMISSIVE;

use super::escapes::ENTITIES;
use super::runs::{Piece, end_of_padding, is_base64};
use crate::decode::{Encoding, Format};
pub use coded::fits;
use coded::{SHORTEST, decode_base64, hex, is_text, is_wide};

/// A decoded content and the bytes it came from.
pub struct Nested {
    pub span: Range<usize>,
    pub bytes: Vec<u8>,
    /// What was decoded: `base64`.
    pub form: &'static str,
    /// What the decoded text was in, if it was not in UTF-8.
    pub encoding: Option<&'static str>,
    /// Where in the outer content parts of the decoded one begin: decoded offset, outer offset.
    parts: Vec<(usize, usize)>,
    /// So many outer bytes hold so many decoded ones.
    scale: (usize, usize),
}

/// What may stand between two lines of one text, at most.
const LONGEST_GAP: usize = 64;

const BASE64: &str = "base64";
const HEX: &str = "hex";

impl Nested {
    /// A text of which parts stand as they are.
    pub(super) fn of_text(span: Range<usize>, bytes: Vec<u8>, form: &'static str, parts: Vec<(usize, usize)>) -> Self {
        Self {
            span,
            bytes,
            form,
            encoding: None,
            parts,
            scale: (1, 1),
        }
    }

    /// Where the decoded span stands in the outer content, as closely as can be said.
    pub fn outer(&self, decoded: &Range<usize>) -> Range<usize> {
        let (outer, inner) = self.scale;
        let place = |offset: usize, up: usize| {
            let part = self.parts.partition_point(|(from, _)| *from <= offset - up.min(offset));
            let (from, at) = self.parts[part.saturating_sub(1)];
            (at + ((offset - from) * outer + up * (inner - 1)) / inner).min(self.span.end)
        };
        place(decoded.start, 0)..place(decoded.end, 1)
    }
}

/// Decodes the piece, if it holds text.
pub fn read(bytes: &[u8], piece: &Piece<'_>) -> Option<Nested> {
    let value = &piece.value[..];
    if !fits(value) {
        return None;
    }
    let (form, decoded, scale) = match hex(value) {
        Some(digits) => (HEX, HEXLOWER_PERMISSIVE.decode(digits).ok()?, (2, 1)),
        None => (BASE64, decode_base64(value)?, (4, 3)),
    };
    let prefix = if form == HEX {
        value.len() - hex(value)?.len()
    } else {
        0
    };
    let mut nested = Nested {
        span: piece.span.start + prefix..end_of_padding(bytes, piece.span.end),
        parts: vec![(0, piece.span.start + prefix)],
        bytes: decoded,
        form,
        encoding: None,
        scale,
    };
    if is_wide(&nested.bytes) {
        let marked = Encoding::of_start(&nested.bytes).is_some();
        // Past the start: without a mark there is none to be dropped.
        nested.bytes = Encoding::Utf16Le.decode(&nested.bytes, if marked { 0 } else { 2 });
        nested.encoding = Some(Encoding::Utf16Le.as_str());
        nested.scale.0 *= 2;
    } else if !is_text(&nested.bytes) && Format::of_start(&nested.bytes).is_none() {
        return None;
    }
    Some(nested)
}

/// Puts the lines of one text together again. They are in the order of their spans.
pub fn join_lines(bytes: &[u8], nested: Vec<Nested>) -> Vec<Nested> {
    let mut joined: Vec<Nested> = Vec::new();
    for next in nested {
        match joined.last_mut() {
            Some(last) if last.goes_on_in(bytes, &next) => {
                last.parts.push((last.bytes.len(), next.span.start));
                last.bytes.extend_from_slice(&next.bytes);
                last.span.end = next.span.end;
            }
            last => {
                last.into_iter().for_each(|last| last.add_last_line(bytes));
                joined.push(next);
            }
        }
    }
    joined.last_mut().into_iter().for_each(|last| last.add_last_line(bytes));
    joined
}

impl Nested {
    /// Whether the text goes on in the next line: whole groups of characters before it, little between them. A text with
    /// entities has all its lines.
    fn goes_on_in(&self, bytes: &[u8], next: &Nested) -> bool {
        let gap = self.span.end..next.span.start;
        self.form == next.form
            && self.form != ENTITIES
            && self.encoding == next.encoding
            && self.is_open(bytes)
            && !gap.is_empty()
            && gap.len() <= LONGEST_GAP
            && end_of_gap(bytes, gap.start) == gap.end
    }

    fn is_open(&self, bytes: &[u8]) -> bool {
        let whole = self.bytes.len().is_multiple_of(self.scale.1);
        whole && self.encoding.is_none() && bytes[..self.span.end].last() != Some(&b'=')
    }

    /// Adds the end of a text of several lines, which may be too short to be seen by itself.
    fn add_last_line(&mut self, bytes: &[u8]) {
        let start = end_of_gap(bytes, self.span.end);
        if self.form != BASE64 || start == self.span.end || !self.is_open(bytes) {
            return;
        }
        let rest = bytes[start..].iter().take(SHORTEST).take_while(|b| is_base64(**b));
        let end = start + rest.count();
        let padded = end_of_padding(bytes, end);
        let ends = padded > end
            || bytes
                .get(end)
                .is_none_or(|b| b.is_ascii_whitespace() || b"\"'`\\<".contains(b));
        let decoded = decode_base64(&bytes[start..end]).filter(|decoded| is_text(decoded));
        if let Some(decoded) = decoded.filter(|decoded| ends && !decoded.is_empty()) {
            self.parts.push((self.bytes.len(), start));
            self.bytes.extend_from_slice(&decoded);
            self.span.end = padded;
        }
    }
}

/// Where the next line of a text begins: past a line's end, real or escaped, with quotes and signs around it.
fn end_of_gap(bytes: &[u8], start: usize) -> usize {
    let rest = &bytes[start..bytes.len().min(start + LONGEST_GAP)];
    let (mut at, mut lines) = (0, 0);
    while let Some(&byte) = rest.get(at) {
        match byte {
            b'\\' if matches!(rest.get(at + 1), Some(b'n' | b'r')) => {
                lines += usize::from(rest[at + 1] == b'n');
                at += 1;
            }
            b'\n' => lines += 1,
            b' ' | b'\t' | b'\r' | b'"' | b'\'' | b'\\' | b'#' | b'*' | b'>' | b'.' | b',' => {}
            _ => break,
        }
        at += 1;
    }
    // A blank line, or another statement, ends a text.
    if lines == 1 { start + at } else { start }
}

#[cfg(test)]
mod tests {
    use super::super::runs;
    use super::*;

    fn nested(text: &str) -> Vec<Nested> {
        let bytes = text.as_bytes();
        let mut found = Vec::new();
        runs::for_each_run(bytes, |run| {
            runs::for_each_piece(bytes, run, |piece| found.extend(read(bytes, &piece)));
        });
        join_lines(bytes, found)
    }

    fn texts(text: &str) -> Vec<String> {
        let found = nested(text).into_iter();
        found
            .map(|inner| String::from_utf8_lossy(&inner.bytes).into_owned())
            .collect()
    }

    const TEXT: &str = "A text of some length, that takes up more than two lines when it is written in base64, so that the end is short.\n";

    fn wrapped(width: usize, line_end: &str) -> String {
        let whole = data_encoding::BASE64.encode(TEXT.as_bytes());
        let lines: Vec<&str> = whole
            .as_bytes()
            .chunks(width)
            .map(|line| std::str::from_utf8(line).unwrap())
            .collect();
        lines.join(line_end)
    }

    #[test]
    fn lines_are_one_text_however_they_are_wrapped() {
        for width in [64, 76] {
            for line_end in ["\n", "\r\n", "\n    ", "\\n", "\" +\n  \""] {
                let line_end = line_end.replace(" +", "");
                assert_eq!(
                    texts(&format!("x: {}\n", wrapped(width, &line_end))),
                    [TEXT],
                    "{width} {line_end:?}"
                );
            }
        }
        let two = format!("a: {}\nb: {}\n", wrapped(4000, ""), wrapped(4000, ""));
        assert_eq!(texts(&two).len(), 2);
    }

    #[test]
    fn hex_and_wide_text_are_text() {
        let hex = data_encoding::HEXUPPER.encode(TEXT.as_bytes());
        assert_eq!(texts(&format!("0x{hex}")), [TEXT]);
        let wide: Vec<u8> = TEXT.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(texts(&data_encoding::BASE64.encode(&wide)), [TEXT]);
        let marked = [b"\xff\xfe", &wide[..]].concat();
        assert_eq!(texts(&data_encoding::BASE64.encode(&marked)), [TEXT]);
        assert!(texts(&"0123456789abcdef".repeat(4)).is_empty());
    }

    #[test]
    fn a_decoded_span_has_its_place() {
        let text = format!("x: {}", wrapped(64, "\n"));
        let inner = &nested(&text)[0];
        let at = TEXT.find("written").unwrap();
        let outer = inner.outer(&(at..at + 7));
        let line = text.find('\n').unwrap();
        assert!(outer.start > line && outer.end < text.len(), "{outer:?}");
        let groups = |range: Range<usize>| text[range].replace('\n', "");
        let start = outer.start - (outer.start - line - 1) % 4;
        let decoded = data_encoding::BASE64_NOPAD
            .decode(groups(start..start + 16).as_bytes())
            .unwrap();
        assert!(String::from_utf8(decoded).unwrap().contains("written"));
    }
}

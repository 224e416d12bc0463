//! String literals that are put together from parts: `"AKIA…" + "…"`, over lines too.
//!
//! Parts join when only closing quote, white space, one joining sign (`+`, `.`, `&`, `\` or none) and an
//! opening quote stand between them. Bounded: at most [`MOST_PARTS`] parts and [`WIDEST`] bytes between two.

use std::ops::Range;

const MOST_PARTS: usize = 6;
const WIDEST: usize = 96;

/// A value put together: the span from the first part to the last, and the value.
pub struct Joined {
    pub span: Range<usize>,
    pub value: Vec<u8>,
}

/// Puts together the parts around `part`, a stretch of bytes for which `member` holds.
/// Returns `None` if nothing joins it.
pub fn whole(bytes: &[u8], part: Range<usize>, member: fn(u8) -> bool) -> Option<Joined> {
    if !is_quoted(bytes, &part) {
        return None;
    }
    let mut parts = vec![part];
    while parts.len() < MOST_PARTS {
        let Some(before) = previous(bytes, parts[0].start, member) else {
            break;
        };
        parts.insert(0, before);
    }
    while parts.len() < MOST_PARTS {
        let Some(after) = next(bytes, parts[parts.len() - 1].end, member) else {
            break;
        };
        parts.push(after);
    }
    if parts.len() == 1 {
        return None;
    }
    Some(Joined {
        span: parts[0].start..parts[parts.len() - 1].end,
        value: parts.iter().flat_map(|part| &bytes[part.clone()]).copied().collect(),
    })
}

/// Whether a quote stands beside the part, without which nothing joins it.
pub fn is_quoted(bytes: &[u8], part: &Range<usize>) -> bool {
    is_quote(bytes.get(part.end).copied()) || is_quote(part.start.checked_sub(1).map(|at| bytes[at]))
}

/// The part that follows a literal ending at `end`.
fn next(bytes: &[u8], end: usize, member: fn(u8) -> bool) -> Option<Range<usize>> {
    let window = &bytes[end..bytes.len().min(end + WIDEST)];
    let (quote, mut at) = opening(window)?;
    let mut signs = 0;
    while let Some(&byte) = window.get(at) {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => at += 1,
            b'+' | b'.' | b'&' => {
                signs += 1;
                at += 1;
            }
            b'\\' if matches!(window.get(at + 1), Some(b'\n' | b'\r')) => at += 1,
            _ => break,
        }
    }
    let (again, width) = opening(&window[at..])?;
    let start = end + at + width;
    let length = bytes[start..].iter().take_while(|&&b| member(b)).count();
    (again == quote && signs <= 1 && at > 0 && length > 0 && ends_literal(bytes, start + length, quote))
        .then_some(start..start + length)
}

/// The part that comes before a literal starting at `start`.
fn previous(bytes: &[u8], start: usize, member: fn(u8) -> bool) -> Option<Range<usize>> {
    let low = start.saturating_sub(WIDEST);
    let quote = *bytes[low..start].last()?;
    // The literal before must end in the window, and `next` must lead from there to here.
    (low..start - 1)
        .rev()
        .filter(|&end| bytes[end] == quote && end > 0 && member(bytes[end - 1]))
        .take(1)
        .find_map(|end| {
            let onward = next(bytes, end, member)?;
            let length = bytes[..end].iter().rev().take_while(|&&b| member(b)).count();
            (onward.start == start).then_some(end - length..end)
        })
}

/// A quote, or the sign that escapes one.
fn is_quote(byte: Option<u8>) -> bool {
    matches!(byte, Some(b'"' | b'\'' | b'`' | b'\\'))
}

/// A quote at the start of `window`, escaped or not, and its width.
fn opening(window: &[u8]) -> Option<(u8, usize)> {
    match window {
        [quote @ (b'"' | b'\'' | b'`'), ..] => Some((*quote, 1)),
        [b'\\', quote @ (b'"' | b'\''), ..] => Some((*quote, 2)),
        _ => None,
    }
}

fn ends_literal(bytes: &[u8], at: usize, quote: u8) -> bool {
    opening(&bytes[at.min(bytes.len())..]).is_some_and(|(found, _)| found == quote)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(text: &str, part: &str) -> Option<String> {
        let start = text.find(part).expect("the part is in the text");
        whole(text.as_bytes(), start..start + part.len(), |b| {
            b.is_ascii_alphanumeric()
        })
        .map(|joined| String::from_utf8_lossy(&joined.value).into_owned())
    }

    #[test]
    fn parts_join_from_either_side() {
        for text in [
            r#"x = "abc" + "def""#,
            "x = ('abc'\n     'def')",
            "x = \"abc\" \\\n  \"def\"",
            r#"$x = "abc" . "def";"#,
            r#""x = \"abc\" + \"def\"""#,
        ] {
            assert_eq!(joined(text, "abc").as_deref(), Some("abcdef"), "{text}");
        }
        assert_eq!(joined(r#"x = "abc" + "def""#, "def").as_deref(), Some("abcdef"));
    }

    #[test]
    fn separate_values_do_not_join() {
        assert_eq!(joined(r#"f("abc", "def")"#, "abc"), None);
        assert_eq!(joined(r#"x = "abc""#, "abc"), None);
        assert_eq!(joined(r#"x = "abc" + name"#, "abc"), None);
    }
}

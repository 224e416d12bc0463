//! A value in quotes: plain, or escaped because the whole text stands in quotes itself.

use std::ops::Range;

/// The longest value.
const LONGEST: usize = 160;

/// The opening quote at `at`, with the backslashes that escape it.
pub fn opening(window: &[u8], at: usize) -> Option<Range<usize>> {
    let slashes = window[at..].iter().take(4).take_while(|b| **b == b'\\').count();
    let quote = window.get(at + slashes)?;
    // Two backticks are one quote of reStructuredText and Markdown, three quotes one of many languages.
    let more = match &window[at..] {
        [b'`', b'`', rest @ ..] if rest.first() != Some(&b'`') => 1,
        [b'"', b'"', b'"', ..] | [b'\'', b'\'', b'\'', ..] => 2,
        _ => 0,
    };
    matches!(quote, b'"' | b'\'' | b'`').then_some(at..at + slashes + 1 + more)
}

/// The value between the quote and the next one like it, on one line. `None` if it is empty or does not end.
pub fn read(window: &[u8], quote: Range<usize>) -> Option<Range<usize>> {
    let start = quote.end;
    let close = &window[quote];
    let rest = &window[start..window.len().min(start + LONGEST + close.len())];
    let mut at = 0;
    while at < rest.len() {
        if rest[at] == close[0] && rest[at..].starts_with(close) {
            let value = &rest[..at];
            // Gradle's `buildConfigField` writes a string of Java into one of its own.
            let is_twice = at > 4 && value.starts_with(b"\\\"") && value.ends_with(b"\\\"");
            let inner = 2 * usize::from(is_twice);
            return (at > 0).then_some(start + inner..start + at - inner);
        }
        match rest[at] {
            b'\n' => return None,
            b'\\' if close.len() == 1 => at += 2,
            _ => at += 1,
        }
    }
    None
}

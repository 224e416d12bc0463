//! Inline markers: our own, and those of six other scanners, in whatever comment they stand.
//!
//! Ours is `keytrail:allow [rule=ID,…] [until=2027-01-31] [reason]` on the line of the secret, or
//! `keytrail:allow-next-line …` on the line above. Of the others each means what it means to its own scanner: all that
//! is on the line. Looked at are the lines of a candidate alone, and of a long line only what is near it. Reasons are
//! a stranger's text from beside a secret: they are cut where another secret begins, and long tokens are taken out.

mod reason;

use std::ops::Range;

use crate::finding::{Marker, Until};
use reason::reason;

/// How far from a secret its line is looked at.
const REACH: usize = 4096;

const OURS: &str = "keytrail:allow";
const OURS_ABOVE: &str = "keytrail:allow-next-line";
const ON_LINE: [&str; 5] = [
    "gitleaks:allow",
    "betterleaks:allow",
    "trufflehog:ignore",
    "kingfisher:ignore",
    "ggignore",
];
const PRAGMA: &str = "pragma: allowlist secret";
const PRAGMA_ABOVE: &str = "pragma: allowlist nextline secret";

/// The marker that allows what stands at `span`, for findings of this rule. `secrets` are all spans of the text that hold
/// one, in any order.
pub fn marker_of(text: &[u8], span: &Range<usize>, rule: &str, secrets: &[Range<usize>]) -> Option<Box<Marker>> {
    let line = line_around(text, span);
    let sides = [line.start..span.start, behind_header(text, span), span.end..line.end];
    let on_line = || {
        sides
            .iter()
            .find_map(|side| find(text, side, &SAME_LINE, rule, secrets))
    };
    let above = || {
        let above = line_above(text, line.start)?;
        find(text, &above, &LINE_ABOVE, rule, secrets)
    };
    on_line().or_else(above).map(Box::new)
}

/// What stands behind the header of a key on its line; nothing if it is another secret, all of which is its own.
fn behind_header(text: &[u8], span: &Range<usize>) -> Range<usize> {
    const BEGIN: &[u8] = b"-----BEGIN ";
    let end = line_end(text, span.start).min(span.end);
    let label = text[span.start..end].strip_prefix(BEGIN);
    let label = label.and_then(|rest| memchr::memmem::find(rest, b"-----"));
    label.map_or(end..end, |label| span.start + BEGIN.len() + label + 5..end)
}

/// Reads a kind of marker at the beginning of a text: its name and its length.
type Read = fn(&[u8]) -> Option<(&'static str, usize)>;

/// What is looked for: words that each marker holds, and how the rest is read from there.
const SAME_LINE: [(&[u8], Read); 7] = [
    (b"keytrail:", |text| {
        (!text.starts_with(OURS_ABOVE.as_bytes()))
            .then(|| word(text, OURS))
            .flatten()
    }),
    (b"gitleaks:", |text| word(text, ON_LINE[0])),
    (b"betterleaks:", |text| word(text, ON_LINE[1])),
    (b"trufflehog:", |text| word(text, ON_LINE[2])),
    (b"kingfisher:", |text| word(text, ON_LINE[3])),
    (b"ggignore", |text| word(text, ON_LINE[4])),
    (b"pragma:", |text| pragma(text, b"").map(|length| (PRAGMA, length))),
];
const LINE_ABOVE: [(&[u8], Read); 2] = [
    (b"keytrail:", |text| word(text, OURS_ABOVE)),
    (b"pragma:", |text| {
        pragma(text, b" nextline").map(|length| (PRAGMA_ABOVE, length))
    }),
];

fn find(
    text: &[u8],
    part: &Range<usize>,
    kinds: &[(&[u8], Read)],
    rule: &str,
    secrets: &[Range<usize>],
) -> Option<Marker> {
    let line = &text[part.clone()];
    for (needle, read) in kinds {
        for at in memchr::memmem::find_iter(line, needle) {
            let is_inner = at > 0 && is_word(line[at - 1]);
            let Some((name, length)) = read(&line[at..]).filter(|_| !is_inner) else {
                continue;
            };
            let after = part.start + at + length;
            let cut = secrets
                .iter()
                .map(|secret| secret.start)
                .filter(|&start| start >= after);
            let end = cut.min().map_or(part.end, |start| start.min(part.end));
            let is_ours = name.starts_with(OURS);
            if let Some(marker) = marker(name, &text[after..end], is_ours.then_some(rule)) {
                return Some(marker);
            }
        }
    }
    None
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

fn word(text: &[u8], name: &'static str) -> Option<(&'static str, usize)> {
    let rest = text.strip_prefix(name.as_bytes())?;
    rest.first()
        .is_none_or(|&byte| !is_word(byte))
        .then_some((name, name.len()))
}

/// `pragma: allowlist secret` in the spellings that detect-secrets takes. Returns its length.
fn pragma(text: &[u8], next_line: &[u8]) -> Option<usize> {
    let rest = text.strip_prefix(b"pragma:")?;
    let rest = rest.strip_prefix(b" ").unwrap_or(rest);
    let rest = rest
        .strip_prefix(b"allowlist")
        .or_else(|| rest.strip_prefix(b"whitelist"))?;
    let rest = rest.strip_prefix(next_line)?;
    let rest = rest.strip_prefix(b" ").or_else(|| rest.strip_prefix(b"-"))?;
    let rest = rest.strip_prefix(b"secret")?;
    rest.first()
        .is_none_or(|&byte| !is_word(byte))
        .then(|| text.len() - rest.len())
}

/// What follows the marker's name. `None` if it is for other rules than this one.
fn marker(name: &'static str, mut rest: &[u8], rule: Option<&str>) -> Option<Marker> {
    let mut until = Until::NoEnd;
    while let Some(rule) = rule {
        let text = rest.trim_ascii_start();
        let end = text.iter().position(|byte| !is_option(*byte)).unwrap_or(text.len());
        let option = std::str::from_utf8(&text[..end]).unwrap_or_default();
        match option.split_once('=') {
            Some(("rule", ids)) if !ids.split(',').any(|id| id == rule) => return None,
            Some(("rule", _)) => {}
            Some(("until", day)) => until = day.parse().map_or(Until::Unreadable, Until::Day),
            _ => break,
        }
        rest = &text[end..];
    }
    Some(Marker {
        name,
        reason: reason(rest),
        until,
    })
}

fn is_option(byte: u8) -> bool {
    is_word(byte) || matches!(byte, b'=' | b',' | b'.')
}

/// The lines of a span, as far as they are near.
fn line_around(text: &[u8], span: &Range<usize>) -> Range<usize> {
    let from = span.start.saturating_sub(REACH);
    let start = memchr::memrchr2(b'\n', b'\r', &text[from..span.start]).map_or(from, |at| from + at + 1);
    start..line_end(text, span.end)
}

fn line_end(text: &[u8], at: usize) -> usize {
    let to = (at + REACH).min(text.len());
    memchr::memchr2(b'\n', b'\r', &text[at..to]).map_or(to, |end| at + end)
}

/// The line that ends where this one starts, without its line ending.
fn line_above(text: &[u8], start: usize) -> Option<Range<usize>> {
    let before = &text[..start];
    let end = before.strip_suffix(b"\n").or_else(|| before.strip_suffix(b"\r"))?;
    let end = end
        .strip_suffix(b"\r")
        .filter(|_| before.ends_with(b"\n"))
        .unwrap_or(end)
        .len();
    Some(line_around(text, &(end..end)).start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The marker of the `VALUE` in a text, for the rule `r`.
    fn marker_in(text: &str) -> Option<Marker> {
        let spans: Vec<Range<usize>> = ["VALUE", "OTHER"]
            .iter()
            .filter_map(|secret| text.find(secret).map(|at| at..at + secret.len()))
            .collect();
        marker_of(text.as_bytes(), &spans[0], "r", &spans).map(|marker| *marker)
    }

    fn allowed(text: &str) -> Option<(&'static str, String)> {
        marker_in(text).map(|marker| (marker.name, marker.reason))
    }

    #[test]
    fn a_marker_holds_in_any_comment() {
        for text in [
            "key = VALUE # keytrail:allow a test key",
            "key = 'VALUE'; // keytrail:allow a test key\r\nnext",
            "key = VALUE /* keytrail:allow a test key */",
            "<k>VALUE</k> <!-- keytrail:allow a test key -->",
            "/* keytrail:allow a test key */ key = \"VALUE\"",
            "{\"note\": \"keytrail:allow a test key\", \"key\": \"VALUE\"}",
            "key = VALUE -- keytrail:allow: a test key --",
            "key = VALUE # keytrail:allow rule=x,r until=2027-01-31 a test key",
        ] {
            assert_eq!(allowed(text), Some((OURS, "a test key".to_owned())), "{text}");
        }
        for text in [
            "# keytrail:allow-next-line a test key\nkey = VALUE",
            "x\r\n; keytrail:allow-next-line a test key\r\nkey = VALUE\r\n",
            "x\r; keytrail:allow-next-line a test key\rkey = VALUE\r",
        ] {
            assert_eq!(allowed(text), Some((OURS_ABOVE, "a test key".to_owned())), "{text}");
        }
    }

    #[test]
    fn the_markers_of_others_hold() {
        for name in ON_LINE.into_iter().chain([PRAGMA]) {
            assert_eq!(allowed(&format!("k = VALUE # {name}")), Some((name, String::new())));
            assert_eq!(allowed(&format!("# {name}\nk = VALUE")), None);
        }
        assert!(allowed("k = VALUE  # pragma:whitelist-secret").is_some());
        assert_eq!(
            allowed("# pragma: allowlist nextline secret\nk = VALUE"),
            Some((PRAGMA_ABOVE, String::new()))
        );
        assert_eq!(allowed("# pragma: allowlist nextline secret\n\nk = VALUE"), None);
    }

    #[test]
    fn what_only_resembles_a_marker_does_not_hold() {
        for text in [
            "k = VALUE # keytrail:allowed",
            "k = VALUE # notkeytrail:allow",
            "k = VALUE # toggignore",
            "# keytrail:allow\nk = VALUE",
            "k = VALUE # keytrail:allow-next-line",
            "# keytrail:allow-next-line\n\nk = VALUE",
            "k = VALUE\n# keytrail:allow",
            "k = VALUE # keytrail:allow rule=other",
            "k = VALUE # pragma: allowlist",
        ] {
            assert_eq!(allowed(text), None, "{text}");
        }
    }

    #[test]
    fn until_is_a_day_or_the_marker_says_that_it_is_none() {
        let until = |text: &str| marker_in(text).map(|marker| marker.until);
        assert_eq!(
            until("VALUE # keytrail:allow until=2027-01-31 x"),
            Some(Until::Day(jiff::civil::date(2027, 1, 31)))
        );
        assert_eq!(
            until("VALUE # keytrail:allow rule=r until=tomorrow x"),
            Some(Until::Unreadable)
        );
        assert_eq!(until("VALUE # gitleaks:allow until=2020-01-31"), Some(Until::NoEnd));
    }

    #[test]
    fn a_reason_holds_no_secret() {
        let long = "aB3".repeat(10);
        for text in [
            "k = VALUE # keytrail:allow see OTHER".to_owned(),
            format!("k = VALUE # keytrail:allow see {long}"),
            "k = VALUE # keytrail:allow see password=hunter2".to_owned(),
            "k = VALUE # keytrail:allow see https://user:hunter2@host/".to_owned(),
        ] {
            let (_, reason) = allowed(&text).expect("it is allowed");
            assert!(reason == "see" || reason == "see …", "{reason}");
        }
        let (_, reason) = allowed("k = VALUE # keytrail:allow see https://tracker.example/SEC-123").expect("it is");
        assert_eq!(reason, "see https://tracker.example/SEC-123");
    }

    #[test]
    fn a_long_line_is_looked_at_near_the_secret() {
        let far = format!("k = VALUE {} # keytrail:allow", "x".repeat(REACH));
        assert_eq!(allowed(&far), None);
    }

    #[test]
    fn a_marker_behind_the_header_of_a_key_is_on_its_line() {
        let text = b"-----BEGIN KEY----- # gitleaks:allow\nabc\n-----END KEY-----\n";
        assert!(marker_of(text, &(0..text.len() - 1), "r", &[]).is_some());
        assert!(marker_of(text, &(37..text.len() - 1), "r", &[]).is_none());
    }
}

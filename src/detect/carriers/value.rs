//! Values as carriers give them: quoted or bare, on one line, and what only stands for a value.

use std::ops::Range;

/// Longer passwords are not read.
const LONGEST: usize = 512;

/// What stands between the quotes, the first of which is at `at`; they may be escaped (`\"`), being part of
/// another string. `None` unless they close on the same line.
pub fn quoted(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let (quote, width) = opening(bytes, at)?;
    let start = at + width;
    let window = &bytes[start..bytes.len().min(start + LONGEST)];
    let mut end = 0;
    while end < window.len() && window[end] != b'\n' {
        match window[end] {
            b'\\' if width == 2 && window.get(end + 1) == Some(&quote) => return Some(start..start + end),
            b'\\' => end += 1,
            byte if byte == quote => return (width == 1).then_some(start..start + end),
            _ => {}
        }
        end += 1;
    }
    None
}

/// The quote at `at` and how many bytes it takes.
fn opening(bytes: &[u8], at: usize) -> Option<(u8, usize)> {
    match bytes.get(at..)? {
        [quote @ (b'"' | b'\'' | b'`'), ..] => Some((*quote, 1)),
        [b'\\', quote @ (b'"' | b'\''), ..] => Some((*quote, 2)),
        _ => None,
    }
}

/// What stands from `at` on, up to a blank or a sign that ends a value.
pub fn bare(bytes: &[u8], at: usize) -> Range<usize> {
    let window = &bytes[at..bytes.len().min(at + LONGEST)];
    let length = window
        .iter()
        .take_while(|byte| byte.is_ascii_graphic() && !b"\"'`;,<>()[]{}\\".contains(byte))
        .count();
    at..at + length
}

/// Where blanks that start at `at` end; line ends are none.
pub fn after_blanks(bytes: &[u8], at: usize) -> usize {
    let blanks = bytes[at.min(bytes.len())..]
        .iter()
        .take_while(|b| matches!(b, b' ' | b'\t'));
    at + blanks.count()
}

/// Whether the text stands for a value that is given elsewhere: a variable, a template, a mask, a call.
pub fn is_reference(text: &[u8]) -> bool {
    const PARTS: &[&[u8]] = &[
        b"${",
        b"$(",
        b"{{",
        b"}}",
        b"#{",
        b"<%",
        b"%(",
        b"***",
        b"...",
        b"\xe2\x80\xa6",
        b"\" +",
        b"' +",
        b"' .",
        b"\" .",
        b"` +",
        b"+ \"",
        b"+ '",
        b"ENV[",
        b"process.env",
        b"getenv",
        b"environ",
    ];
    let (Some(first), Some(last)) = (text.first(), text.last()) else {
        return true;
    };
    let enclosed = matches!(
        (first, last),
        (b'<', b'>') | (b'{', b'}') | (b'[', b']') | (b'(', b')') | (b'%', b'%')
    );
    let is_name = |text: &[u8]| !text.is_empty() && text.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_');
    let variable = text.strip_prefix(b"$").or_else(|| text.strip_prefix(b"`$"));
    let variable = variable.is_some_and(|name| is_name(name) && !name[0].is_ascii_digit());
    let format = *first == b'%' && text.len() <= 4 && last.is_ascii_alphabetic();
    let one_sign = text.iter().all(|byte| byte == first);
    // `DB_PASSWORD`: the name of a variable, not its value.
    let constant = text.contains(&b'_') && text.iter().all(|b| b.is_ascii_uppercase() || *b == b'_');
    let nothing = [&b"null"[..], b"none", b"nil", b"undefined", b"true", b"false"]
        .iter()
        .any(|word| text.eq_ignore_ascii_case(word));
    enclosed
        || variable
        || format
        || one_sign
        || constant
        || nothing
        || PARTS.iter().any(|part| memchr::memmem::find(text, part).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_close_as_they_opened() {
        let inner = |text: &str| quoted(text.as_bytes(), 0).map(|span| text[span].to_owned());
        assert_eq!(inner("'a\"b' c").as_deref(), Some("a\"b"));
        assert_eq!(inner(r#"\"a'b\" c"#).as_deref(), Some("a'b"));
        assert_eq!(inner(r#""a\"b" c"#).as_deref(), Some(r#"a\"b"#));
        assert_eq!(inner("'a\nb'"), None);
        assert_eq!(inner(r#"\"a" b"#), None);
        assert_eq!(inner("a"), None);
    }

    #[test]
    fn what_stands_for_a_value_is_none() {
        for text in [
            "",
            "${PW}",
            "$PW",
            "$(pw)",
            "{{ pw }}",
            "<password>",
            "%s",
            "%v",
            "%PW%",
            "***",
            "xxxxxx",
            "DB_PASSWORD",
            "null",
            "#{pw}",
            "{pw}",
            "[pw]",
            "\" + pw + \"",
            "a...",
        ] {
            assert!(is_reference(text.as_bytes()), "{text}");
        }
        for text in ["pw", "p$w", "$ecret!", "100%", "s3cret", "a{b", "PASSWORD1"] {
            assert!(!is_reference(text.as_bytes()), "{text}");
        }
    }
}

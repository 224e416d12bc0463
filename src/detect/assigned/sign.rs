//! The sign between a name and its value, with what may stand around it: quotes and brackets that close,
//! a type, the beginning of a call.

use std::ops::Range;

use super::call::wrapped;
use super::declared::{accesses, declares, schemed, states, typed};
use super::{apart, fallback, quoted, xml};
use crate::detect::given::{is_directed, is_put_under};

const MOST_BLANKS: usize = 40;

/// Signs that assign, compare or pass on, the longer of two that start alike first.
const SIGNS: &[&[u8]] = &[
    b":=", b"=>", b"===", b"==", b"!==", b"!=", b"||=", b"?=", b"+=", b"=", b":", b"<-", b"->", b"||", b"??",
];

fn starts_sign(byte: u8) -> bool {
    matches!(byte, b':' | b'=' | b'!' | b'|' | b'?' | b'+' | b'<' | b'-')
}

/// The end of what leads from a name to its value.
pub struct Sign {
    /// Where the sign itself stands; empty where a blank alone separates the two.
    pub sign: Range<usize>,
    /// Where the value starts, or its quote.
    pub end: usize,
}

/// Reads the sign after a name.
pub fn after(window: &[u8], name: &Range<usize>) -> Option<Sign> {
    // Most names are followed by nothing that leads to a value.
    window.get(name.end).filter(|next| leads(**next))?;
    let closed = close(window, name.end);
    let start = blanks(window, closed);
    let is_quoted = window[name.end..closed]
        .iter()
        .any(|b| matches!(b, b'"' | b'\'' | b'`'));
    let sign = start
        ..defaults(window, name)
            .or_else(|| assigns(window, start))
            .or_else(|| xml::after(window, name, start))
            .or_else(|| passes(window, name, start, is_quoted))
            .or_else(|| declares(window, start))
            .or_else(|| accesses(window, start))
            .or_else(|| states(window, name, start))
            .or_else(|| apart::in_block(window, name.start, start))?;
    let is_symbol = &window[sign.clone()] == b":" && start > closed && window.get(sign.end)?.is_ascii_alphabetic();
    if is_symbol {
        return None;
    }
    let mut end = break_line(window, blanks(window, sign.end));
    if &window[sign.clone()] == b":" {
        end = typed(window, end)
            .or_else(|| apart::after_colon(window, name.start, end))
            .or_else(|| schemed(window, name, end))
            .unwrap_or(end);
        end = embolden(window, end);
    }
    let falls_back = || fallback::quote(window, end).filter(|_| gives(&window[sign.clone()]));
    let end = converts(window, end)
        .or_else(falls_back)
        .or_else(|| wrapped(window, end))
        .unwrap_or(end);
    (end < window.len()).then_some(Sign { sign, end })
}

/// Whether a sign starts with this, or what may stand before one.
fn leads(byte: u8) -> bool {
    starts_sign(byte) || closes(byte) || matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b',' | b'(' | b'>' | b'{')
}

fn closes(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`' | b'\\' | b']' | b')' | b'*' | b'?' | b'[')
}

/// What closes a name: quotes, perhaps escaped, brackets, stars of Markdown.
fn close(window: &[u8], at: usize) -> usize {
    let closers = window[at..].iter().take(6);
    let closers = closers.take_while(|b| closes(**b)).count();
    let length = window[at..at + closers]
        .iter()
        .rposition(|b| *b != b'\\')
        .map_or(0, |last| last + 1);
    at + length
}

pub fn blanks(window: &[u8], at: usize) -> usize {
    at + window[at..]
        .iter()
        .take(MOST_BLANKS)
        .take_while(|b| matches!(b, b' ' | b'\t'))
        .count()
}

/// The value may stand on the next line if it is quoted, or if a backslash says that the line goes on.
fn break_line(window: &[u8], at: usize) -> usize {
    let rest = &window[at..];
    if rest.starts_with(b"\\\n") || rest.starts_with(b"\\\r\n") {
        let next = at
            + 1
            + rest
                .iter()
                .skip(1)
                .take(MOST_BLANKS)
                .take_while(|b| b.is_ascii_whitespace())
                .count();
        let is_indented = matches!(window[next - 1], b' ' | b'\t');
        return if is_indented { next } else { at };
    }
    if !rest.starts_with(b"\n") && !rest.starts_with(b"\r\n") {
        return at;
    }
    let next = at
        + rest
            .iter()
            .take(MOST_BLANKS)
            .take_while(|b| b.is_ascii_whitespace())
            .count();
    if matches!(window.get(next), Some(b'"' | b'\'')) {
        next
    } else {
        at
    }
}

/// The end of a sign that gives a name a value.
fn assigns(window: &[u8], at: usize) -> Option<usize> {
    let rest = &window[at..];
    let &first = rest.first().filter(|first| starts_sign(**first))?;
    let sign = SIGNS.iter().find(|sign| sign[0] == first && rest.starts_with(sign))?;
    (!rest.starts_with(b"::")).then_some(at + sign.len())
}

/// Whether a sign gives a name a value and does not ask for one.
fn gives(sign: &[u8]) -> bool {
    matches!(sign, b"=" | b":" | b":=" | b"=>" | b"||=" | b"?=") || sign.ends_with(b" =")
}

/// The end of what gives a variable of a shell a value if it has none: `${NAME:-value}`.
fn defaults(window: &[u8], name: &Range<usize>) -> Option<usize> {
    let is_default = window[..name.start].ends_with(b"${") && window[name.end..].starts_with(b":-");
    is_default.then_some(name.end + 2)
}

/// The end of what hands a value over: a call's comma or bracket, an attribute of XML, the blank of a flag, a
/// directive, a statement or a keyword of Clojure.
fn passes(window: &[u8], name: &Range<usize>, at: usize, is_quoted: bool) -> Option<usize> {
    let before = name.start.checked_sub(1).map(|before| window[before]);
    match window.get(at)? {
        b',' if is_quoted => {
            let mut before = window[..name.start].iter().rev().skip_while(|b| b"\\\"'` ".contains(b));
            let is_value = before.next().is_some_and(|b| b":=>".contains(b));
            entry(window, at + 1)
                .or_else(|| is_value.then(|| apart::among(window, at + 1)).flatten())
                .or_else(|| fallback::default_argument(window, at + 1).filter(|_| !is_value))
                .or((!is_value).then_some(at + 1))
        }
        b',' if before == Some(b':') => Some(at + 1),
        b',' if at == name.end && is_put_under(window, name) => Some(at + 1),
        b',' if is_name_of_entry(&window[..name.start]) => entry(window, at + 1),
        b'\n' | b'\r' if is_name_of_entry(&window[..name.start]) => entry(window, at),
        b',' if before == Some(b'{') && is_pair(&window[at + 1..]) => Some(at + 1),
        b'(' if at == name.end => Some(at + 1),
        // C++ initialises so.
        b'{' if at == name.end && window.get(at + 1) == Some(&b'"') => Some(at + 1),
        b'v' if is_quoted && window[at..].starts_with(b"value=") => Some(at + 6),
        b'a' if is_quoted && window[at..].starts_with(b"android:value=") => Some(at + 14),
        b';' if is_quoted => serialized(&window[at..]).map(|length| at + length),
        _ if at > name.end && is_flag(window, name) => Some(at),
        next if at > name.end && directs(window, name, *next) => Some(at),
        b'"' | b'\'' if at > name.end && (before == Some(b':') || is_statement(window, name, at)) => Some(at),
        _ => None,
    }
}

/// How long what says the length of a string is where PHP serialises it behind its name: `"password";s:14:"…"`.
fn serialized(rest: &[u8]) -> Option<usize> {
    let length = rest.strip_prefix(b";s:")?;
    let digits = length.iter().take_while(|b| b.is_ascii_digit()).count();
    let is_string = (1..=4).contains(&digits) && length[digits..].starts_with(b":");
    is_string.then_some(3 + digits + 1)
}

/// Whether a string ends a tuple of Erlang, whose first element is the name: `{password, <<"value">>}`.
fn is_pair(rest: &[u8]) -> bool {
    let rest = rest.trim_ascii_start();
    let text = rest.strip_prefix(b"<<").unwrap_or(rest).strip_prefix(b"\"");
    let behind = text.and_then(|text| Some(&text[memchr::memchr2(b'"', b'\n', text)? + 1..]));
    behind.is_some_and(|behind| behind.starts_with(b"}") || behind.starts_with(b">>}"))
}

/// Whether the name is a flag: any with two dashes, and with one what ends in a word for a password, as `-storepass`.
fn is_flag(window: &[u8], name: &Range<usize>) -> bool {
    const ENDS: &[&[u8]] = &[b"pass", b"password", b"passwd", b"passphrase"];
    let before = &window[..name.start];
    let text = window[name.clone()].to_ascii_lowercase();
    // OpenSSL's `-pass` says where a password comes from.
    let is_password = || text != b"pass" && ENDS.iter().any(|end| text.ends_with(end));
    let is_plain = !text.contains(&b'$');
    before.ends_with(b"--") || before.ends_with(b" -") && is_plain && is_password()
}

/// Words of settings that are a name and its directive at once.
const OWN_DIRECTIVES: &[&[u8]] = &[b"requirepass", b"masterauth"];

/// Whether the start of the line says that the name is given what follows after a blank.
fn directs(window: &[u8], name: &Range<usize>, next: u8) -> bool {
    let by_itself = || line_before(window, name).is_empty() && OWN_DIRECTIVES.contains(&&window[name.clone()]);
    is_directed(&window[..name.end], Some(next)) || by_itself()
}

/// Whether the line is a statement of a name and a string, as `password 'value'` in Groovy and Ruby.
fn is_statement(window: &[u8], name: &Range<usize>, at: usize) -> bool {
    let value = quoted::opening(window, at).and_then(|quote| quoted::read(window, quote));
    let rest = value.map_or(&b"x"[..], |value| &window[value.end + 1..]);
    let line = rest.iter().position(|b| b"\r\n".contains(b)).map(|end| &rest[..end]);
    line_before(window, name).is_empty() && line.is_some_and(|line| line.trim_ascii().is_empty())
}

/// What stands before a name on its line.
fn line_before<'w>(window: &'w [u8], name: &Range<usize>) -> &'w [u8] {
    let before = &window[..name.start];
    let start = before.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
    before[start..].trim_ascii()
}

/// The place after the stars that end a name in bold: `**Password:** value`.
fn embolden(window: &[u8], at: usize) -> usize {
    let bold = window[at..].starts_with(b"** ");
    if bold { blanks(window, at + 2) } else { at }
}

/// The place of the string that PowerShell makes a secure one of.
fn converts(window: &[u8], at: usize) -> Option<usize> {
    let rest = &window[at..];
    let rest = rest.strip_prefix(b"(").unwrap_or(rest);
    let rest = rest.strip_prefix(b"ConvertTo-SecureString ")?.trim_ascii_start();
    let rest = rest.strip_prefix(b"-String ").unwrap_or(rest).trim_ascii_start();
    let end = window.len() - rest.len();
    matches!(rest.first(), Some(b'"' | b'\'')).then_some(end)
}

/// The end of `"value":` in an entry whose key is the name: `{"key": "password", "value": "…"}`.
fn entry(window: &[u8], at: usize) -> Option<usize> {
    let blank = window[at..]
        .iter()
        .take(MOST_BLANKS)
        .take_while(|b| b.is_ascii_whitespace())
        .count();
    let word = at
        + blank
        + window[at + blank..]
            .iter()
            .take(4)
            .take_while(|b| b"\\\"'".contains(b))
            .count();
    let is_value = window[word..]
        .get(..5)
        .is_some_and(|word| word.eq_ignore_ascii_case(b"value"));
    let sign = blanks(window, close(window, (word + 5).min(window.len())));
    assigns(window, sign).filter(|_| is_value)
}

/// Whether what stands before says that a name is an entry's: `- name: PASSWORD`, with `value:` on the next line, or
/// `name = "PASSWORD"` in a block.
fn is_name_of_entry(before: &[u8]) -> bool {
    let quoted = before.strip_suffix(b"\"");
    let before = quoted.unwrap_or(before).trim_ascii_end();
    let in_block = || quoted.and(before.strip_suffix(b"=")).map(<[u8]>::trim_ascii_end);
    let name = before.strip_suffix(b":").or_else(in_block).unwrap_or_default();
    name.ends_with(b"name") || name.ends_with(b"key")
}

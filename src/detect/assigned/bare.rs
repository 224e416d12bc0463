//! A value without quotes, where the text around it does not read as code: settings, flags, queries.

use std::ops::Range;

use super::sign::Sign;

/// The longest and the shortest value.
const LONGEST: usize = 160;
const SHORTEST: usize = 3;

/// What stands before a name at the start of a line of settings.
const LEADS: &[&[u8]] = &[
    b"export ", b"set ", b"ENV ", b"ARG ", b"SET ", b"- ", b"- **", b"**", b"* ", b"# ", b"#", b"// ", b"; ", b"--",
];

/// Words that stand where a value would, and are none.
const WORDS: &[&str] = &[
    "null",
    "nil",
    "none",
    "true",
    "false",
    "undefined",
    "str",
    "secretstr",
    "secretbytes",
    "securestring",
    "sensitivestring",
    "string",
    "int",
    "bool",
    "boolean",
    "bytes",
    "byte",
    "object",
    "any",
    "number",
    "void",
    "self",
    "this",
    "required",
    "optional",
    "unknown",
    "never",
    "char",
    "varchar",
    "text",
    "integer",
    "yes",
    "no",
    "function",
    "async",
    "await",
    "new",
    "not",
    "is",
    "and",
    "or",
    "the",
    "return",
];

/// Reads a bare value.
pub fn read(window: &[u8], name: &Range<usize>, sign: &Sign) -> Option<Range<usize>> {
    let start = sign.end;
    let line = &window[start..];
    if !line.first().is_some_and(|first| starts_value(*first)) {
        return None;
    }
    let line = &line[..memchr::memchr2(b'\r', b'\n', line).unwrap_or(line.len())];
    let token = line
        .iter()
        .take(LONGEST + 1)
        .take_while(|b| b.is_ascii_graphic() || **b >= 0x80)
        .count();
    let is_setting = starts_line(window, name) && line[token..].trim_ascii().is_empty();
    let whole = &line[..token];
    let length = match is_setting && !reads_as_code(whole) {
        true => token,
        false => whole.iter().position(|b| ends_value(*b)).unwrap_or(token),
    };
    let value = &line[..length];
    let next = line.get(length).copied();
    let tags = &window[sign.sign.clone()];
    let is_element = tags.ends_with(b">") && line[length..].starts_with(b"</")
        || tags.ends_with(b"[CDATA[") && line[length..].starts_with(b"]]>");
    let fits = (SHORTEST..=LONGEST).contains(&length)
        && (value[0].is_ascii_alphanumeric() || is_setting && b"!@#_".contains(&value[0]) || is_crypt(value))
        && (is_element || !matches!(next, Some(b'(' | b'<')))
        && !value.ends_with(b"[")
        && &window[sign.sign.clone()] != b"->"
        && !is_field(&window[name.clone()])
        && !is_word(value)
        && !is_type(&window[sign.sign.clone()], value, next, is_setting)
        && !is_variable(window, name, value, next, is_setting)
        && (is_setting || is_element || is_assigned_within(window, name, sign, value, next));
    fits.then_some(start..start + length)
}

/// Whether any value starts so.
fn starts_value(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'!' | b'@' | b'#' | b'_' | b'$')
}

/// Whether a value in the midst of a line ends here.
fn ends_value(byte: u8) -> bool {
    matches!(
        byte,
        b'"' | b'\'' | b'`' | b',' | b';' | b')' | b']' | b'}' | b'>' | b'&' | b'<' | b'|' | b'\\' | b'('
    )
}

/// Whether it is what `crypt` makes of a password, such as `$2a$10$…`.
fn is_crypt(value: &[u8]) -> bool {
    value.len() > 12 && value[0] == b'$' && value[1].is_ascii_digit() && value[2..5].contains(&b'$')
}

/// Whether only code has such a name: an object's own field, a variable.
fn is_field(name: &[u8]) -> bool {
    [&b"self."[..], b"this.", b"$"]
        .iter()
        .any(|start| name.starts_with(start))
}

/// Whether the name stands at the start of its line, after nothing but what settings start with.
fn starts_line(window: &[u8], name: &Range<usize>) -> bool {
    let before = &window[..name.start];
    let line = before.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
    let before = before[line..].trim_ascii_start();
    let before = before
        .strip_suffix(b"\"")
        .or(before.strip_suffix(b"'"))
        .unwrap_or(before);
    before.is_empty() || LEADS.contains(&before)
}

/// Whether the rest of a line reads as an expression or a statement.
fn reads_as_code(text: &[u8]) -> bool {
    const PAIRS: &[&[u8; 2]] = &[b"::", b"->", b"['", b"[\""];
    let last = text.last().copied().unwrap_or(b' ');
    b",;{([+|&\\".contains(&last)
        || text.contains(&b'(')
        || text.windows(2).any(|pair| PAIRS.iter().any(|it| *it == pair))
}

/// Whether a value in the midst of a line is given by a query, a connection string or a command.
fn is_assigned_within(window: &[u8], name: &Range<usize>, sign: &Sign, value: &[u8], next: Option<u8>) -> bool {
    let is_tight = sign.sign.start == name.end && sign.sign.end == sign.end;
    let is_flag = sign.sign.is_empty();
    let has_digit = value.iter().any(u8::is_ascii_digit);
    let is_argument = matches!(next, Some(b',' | b')'));
    let is_equal = &window[sign.sign.clone()] == b"=";
    let is_last_of_map = window[sign.sign.clone()].ends_with(b":") && next == Some(b'}');
    let is_in_map = &window[sign.sign.clone()] == b":" && next == Some(b',') && follows_brace(&window[..name.start]);
    let is_of_openssl = is_tight && &window[name.clone()] == b"pass" && follows_flag_of_openssl(&window[..name.start]);
    let is_default = &window[sign.sign.clone()] == b":-";
    has_digit
        || is_flag
        || is_default
        || is_last_of_map
        || is_in_map
        || is_of_openssl
        || is_equal && is_tight && !is_argument
}

/// Whether a brace is open on the last line of the text: `db: {user: kim, password: value, port: 1}`.
fn follows_brace(text: &[u8]) -> bool {
    let line = text.rsplit(|b| *b == b'\n').next().unwrap_or_default();
    let last = line.iter().rposition(|b| b"{}".contains(b));
    last.is_some_and(|at| line[at] == b'{')
}

/// Whether the text ends with a flag of openssl whose value says where a password comes from: `-passin pass:…`.
fn follows_flag_of_openssl(text: &[u8]) -> bool {
    let flags: [&[u8]; 4] = [b"-passin ", b"-passout ", b"-password ", b"-pass "];
    flags.iter().any(|flag| text.ends_with(flag))
}

/// Whether it says of what type a member is, as in TypeScript: `password?: Secret`, `password: Secret;`.
/// A note of a login may end in a semicolon, too: `password: tr0ub4dor;`.
fn is_type(sign: &[u8], value: &[u8], next: Option<u8>, is_setting: bool) -> bool {
    let is_named = value.iter().all(|b| b.is_ascii_alphanumeric() || b"_.[]|".contains(b));
    let is_typed = value[0].is_ascii_uppercase() || !value.iter().any(u8::is_ascii_digit);
    sign.ends_with(b"?:") || sign.ends_with(b":") && next == Some(b';') && is_setting && is_named && is_typed
}

/// Whether it is what an argument or a member is given by code: `password=given,` on a line of its own, `'password': given}`.
fn is_variable(window: &[u8], name: &Range<usize>, value: &[u8], next: Option<u8>, is_setting: bool) -> bool {
    let is_quoted = window[..name.start].last().is_some_and(|b| b"\"'".contains(b));
    let is_member = is_quoted && matches!(next, Some(b',' | b'}'));
    let is_argument = is_setting && next == Some(b',');
    (is_member || is_argument) && value.iter().all(|b| b.is_ascii_alphabetic() || b"_.[]:".contains(b))
}

fn is_word(value: &[u8]) -> bool {
    let is_dotted = || value.contains(&b'.') && value.iter().all(|b| b.is_ascii_alphabetic() || b"._".contains(b));
    let is_listed = |word: &&str| word.as_bytes().eq_ignore_ascii_case(value);
    WORDS.iter().any(is_listed) || is_dotted()
}

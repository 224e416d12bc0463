//! What the score is made from: a row of small numbers that describe a name, its value, and what stands around them.
//!
//! `benches/train-score` reads the same rows, so training and use cannot differ. A change of a feature makes the model
//! worthless: train it again.

use super::gap::{fetches, strange};
use super::text::{Shape, byte_class, classes};
use super::words::{self, GROUPS};
use crate::detect::assigned::{Assigned, category, word_of_secret};

/// How much is looked at before a name and after a value.
pub const CONTEXT_BEFORE: usize = 48;
pub const CONTEXT_AFTER: usize = 16;

/// The numbers of a row.
pub const WIDTH: usize = SHAPES + MARKS.len() + PLACES + GROUPS * 3;
const SHAPES: usize = 31;
const PLACES: usize = 21;

/// Bytes of a value that are counted one by one.
const MARKS: &[&[u8]] = &[
    b".", b"/", b":", b"_", b"-", b"%", b"$", b"<", b">", b"{", b"}", b"*", b"@", b"#", b"!", b"\\", b"+", b"=", b"(",
    b"[", b",", b"&", b"|", b"?",
];

/// The features of one assignment.
pub type Row = [u8; WIDTH];

/// Describes an assignment.
pub fn row(bytes: &[u8], assigned: &Assigned) -> Row {
    row_with(bytes, assigned, assigned.gap(bytes))
}

/// The same as if something else stood between name and value.
pub fn row_with(bytes: &[u8], assigned: &Assigned, gap: &[u8]) -> Row {
    const MARK: [u8; 256] = classes(MARKS);
    let name = &bytes[assigned.name.clone()];
    let value = &bytes[assigned.value.clone()];
    let before = line_before(bytes, assigned.name.start);
    let [of_name, of_value, of_line] = words::count([name, value, before]);
    let parts: [&[u8]; 6] = [
        &shape(name, value),
        &count::<{ MARKS.len() }>(value, &MARK),
        &place(bytes, assigned, before, gap),
        &of_name,
        &of_value,
        &of_line,
    ];
    let mut row = [0; WIDTH];
    let mut filled = 0;
    for part in parts {
        row[filled..filled + part.len()].copy_from_slice(part);
        filled += part.len();
    }
    row
}

/// As much of a number as a row holds.
pub fn small(number: usize) -> u8 {
    number.min(255) as u8
}

fn shape(name: &[u8], value: &[u8]) -> [u8; SHAPES] {
    let shape = Shape::of(value);
    let word = word_of_secret(name);
    let last = name.rsplit(|b| matches!(b, b'_' | b'-' | b'.')).next();
    let is_small = !name.iter().any(u8::is_ascii_uppercase);
    let is_large = !name.iter().any(u8::is_ascii_lowercase);
    [
        category(name) as u8,
        small(value.len()),
        small(shape.distinct),
        small(shape.upper),
        small(shape.lower),
        small(shape.digits),
        small(shape.spaces),
        small(shape.wide),
        small(shape.marks),
        small(shape.changes),
        small(shape.changes * 64 / value.len().max(1)),
        small(shape.longest_word),
        small(shape.words),
        small(shape.repeats),
        small(shape.steps * 64 / value.len().max(1)),
        u8::from(shape.is_hex),
        u8::from(shape.is_uuid),
        u8::from(shape.is_base64),
        shape.surprise,
        byte_class(value.first().copied()),
        byte_class(value.last().copied()),
        u8::from(letters(name).eq(letters(value))),
        u8::from(holds(name, value)),
        u8::from(holds(value, last.unwrap_or_default())),
        small(name.len()),
        small(words_of(name)),
        u8::from(is_large) + 2 * u8::from(is_small),
        small(shape.humps),
        // `password_hint` names something else than `hint_password`.
        small(letters(&name[..word.start]).count()),
        small(letters(&name[word.end..]).count()),
        u8::from(is_stock(value)),
    ]
}

/// Words that stand for a password, and that people choose for one.
const STOCK: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "pass",
    "passw",
    "pwd",
    "pw",
    "mypassword",
    "mypass",
    "mypw",
    "somepass",
    "userpass",
    "secret",
    "mysecret",
    "token",
    "key",
    "test",
    "foo",
    "bar",
    "baz",
    "foobar",
    "xyz",
    "abc",
    "dummy",
    "admin",
    "root",
    "user",
    "guest",
    "default",
    "changeme",
    "changeit",
    "qwerty",
    "letmein",
    "welcome",
];

/// Whether the letters of a value are such a word.
pub fn is_stock(value: &[u8]) -> bool {
    let is_letter = |b: &&u8| b.is_ascii_alphabetic();
    let small = || value.iter().filter(is_letter).map(u8::to_ascii_lowercase);
    value.len() < 24 && STOCK.iter().any(|word| word.bytes().eq(small()))
}

/// What stands around: the bytes between name and value, before and after.
fn place(bytes: &[u8], assigned: &Assigned, before: &[u8], gap: &[u8]) -> [u8; PLACES] {
    const SETS: &[&[u8]] = &[
        b" \t",
        b"\n",
        b"\"'`",
        b"([{",
        b"=",
        b":",
        b",",
        b"|?",
        b">",
        b"!",
        b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    ];
    const SET: [u8; 256] = classes(SETS);
    let after = &bytes[assigned.value.end..bytes.len().min(assigned.value.end + CONTEXT_AFTER)];
    let lead = before.trim_ascii_start();
    let quote = gap.last().copied().filter(|b| matches!(b, b'"' | b'\'' | b'`'));
    let is_close = |b: &&u8| matches!(b, b'"' | b'\'' | b'`' | b'\\');
    let inner = &gap[..gap.len() - gap.iter().rev().take_while(is_close).count()];
    let behind = match quote {
        Some(_) => &after[after.iter().take_while(is_close).count()..],
        None => after,
    };
    let [
        _,
        lines,
        quotes,
        brackets,
        equals,
        colons,
        commas,
        bars,
        angles,
        bangs,
        letters,
    ] = count(gap, &SET);
    // Most gaps have no letters, let alone words.
    let (strange, fetching) = if letters < 3 {
        (letters, 0)
    } else {
        (strange(gap), fetches(gap))
    };
    // `Some("…")` and `[]byte("…")` are the value as `"…"` is.
    let is_wrapped = letters > 0 && strange == 0;
    let opens = !is_wrapped && matches!(inner.last(), Some(b'(' | b'[' | b'{'));
    let next_word = behind.iter().find(|b| !matches!(b, b' ' | b'\t'));
    [
        quote.map_or(0, |quote| byte_class(Some(quote))),
        u8::from(gap.ends_with(b"\\\"") || gap.ends_with(b"\\'")),
        lines,
        quotes,
        if is_wrapped { 0 } else { brackets },
        equals,
        colons,
        commas,
        bars,
        angles,
        bangs,
        u8::from(opens),
        strange,
        fetching,
        byte_class(before.last().copied()),
        byte_class(lead.first().copied()),
        small(lead.len()),
        u8::from(is_comment(lead)),
        byte_class(behind.first().copied()),
        byte_class(next_word.copied()),
        small(lead.iter().filter(|b| **b == b' ').count()),
    ]
}

/// How many bytes of each class there are, of classes below `N`.
fn count<const N: usize>(text: &[u8], class: &[u8; 256]) -> [u8; N] {
    let mut counts = [0_u8; N];
    for byte in text {
        if let Some(count) = counts.get_mut(usize::from(class[usize::from(*byte)])) {
            *count = count.saturating_add(1);
        }
    }
    counts
}

/// Whether a line starts as a comment does.
fn is_comment(lead: &[u8]) -> bool {
    match lead.first() {
        Some(b'#' | b'*' | b';') => true,
        Some(b'/') => matches!(lead.get(1), Some(b'/' | b'*')),
        Some(b'-') => lead.get(1) == Some(&b'-'),
        Some(b'<') => lead.starts_with(b"<!--"),
        _ => false,
    }
}

/// What stands before a name on the same line.
fn line_before(bytes: &[u8], name: usize) -> &[u8] {
    let before = &bytes[name.saturating_sub(CONTEXT_BEFORE)..name];
    let start = before.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
    &before[start..]
}

/// Runs of letters and digits.
fn words_of(text: &[u8]) -> usize {
    let mut is_in_word = false;
    let starts = text.iter().filter(|byte| {
        let was_in_word = std::mem::replace(&mut is_in_word, byte.is_ascii_alphanumeric());
        is_in_word && !was_in_word
    });
    starts.count()
}

/// Letters and digits, small.
fn letters(text: &[u8]) -> impl Iterator<Item = u8> {
    let letters = text.iter().filter(|b| b.is_ascii_alphanumeric());
    letters.map(u8::to_ascii_lowercase)
}

/// Whether the letters of a part, three or more, stand in those of a text.
fn holds(text: &[u8], part: &[u8]) -> bool {
    let (Some(first), Some(_)) = (letters(part).next(), letters(part).nth(2)) else {
        return false;
    };
    let starts = |at: usize| {
        let mut here = letters(&text[at..]);
        letters(part).all(|letter| here.next() == Some(letter))
    };
    (0..text.len()).any(|at| text[at].eq_ignore_ascii_case(&first) && starts(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_stands_in_a_text_by_its_letters_alone() {
        assert!(holds(b"my-Pass_Word1", b"password"));
        assert!(holds(b"pasPassWord", b"PASS-WORD"));
        assert!(!holds(b"pass", b"password"));
        assert!(!holds(b"ab", b"ab"), "two letters stand anywhere");
        assert!(!holds(b"abc", b"._"));
    }

    #[test]
    fn counts_stop_at_what_a_number_holds() {
        let many = [b"x".repeat(300), b"/".repeat(3)].concat();
        assert_eq!(count(&many, &classes(&[b"x", b"/"])), [255, 3]);
    }
}

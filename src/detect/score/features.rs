//! What the score is made from: a row of small numbers that describe a name, its value, and what stands around them.
//!
//! `benches/train-score` reads the same rows, so training and use cannot differ. A change of a feature makes the model
//! worthless: train it again.

use std::ops::Range;

use super::text::{Shape, byte_class};
use super::words::{self, GROUPS};
use crate::detect::assigned::{Assigned, category};

/// How much is looked at before a name and after a value.
pub const CONTEXT_BEFORE: usize = 48;
pub const CONTEXT_AFTER: usize = 16;

/// The numbers of a row.
pub const WIDTH: usize = SHAPES + MARKS.len() + PLACES + GROUPS * 3;
const SHAPES: usize = 28;
const PLACES: usize = 24;

/// Bytes of a value that are counted one by one.
const MARKS: &[u8] = b"./:_-%$<>{}*@#!\\+=([,&|?";

/// The features of one assignment.
pub type Row = [u8; WIDTH];

/// Describes an assignment.
pub fn row(bytes: &[u8], assigned: &Assigned) -> Row {
    let name = &bytes[assigned.name.clone()];
    let value = &bytes[assigned.value.clone()];
    let mut numbers = Vec::with_capacity(WIDTH);
    shape(name, value, &mut numbers);
    numbers.extend(
        MARKS
            .iter()
            .map(|mark| value.iter().filter(|b| *b == mark).count().min(255) as u8),
    );
    place(bytes, assigned, &mut numbers);
    let before = assigned.name.start.saturating_sub(CONTEXT_BEFORE)..assigned.name.start;
    for text in [name, value, line_before(bytes, before)] {
        numbers.extend(words::count(text));
    }
    numbers.try_into().expect("every feature is one number")
}

fn shape(name: &[u8], value: &[u8], numbers: &mut Vec<u8>) {
    let shape = Shape::of(value);
    let name_shape = Shape::of(name);
    let (name_letters, value_letters) = (letters(name), letters(value));
    let holds = |text: &[u8], part: &[u8]| part.len() > 2 && memchr::memmem::find(text, part).is_some();
    let last = name.rsplit(|b| b"_-.".contains(b)).next().unwrap_or_default();
    let small = |number: usize| number.min(255) as u8;
    numbers.extend([
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
        u8::from(name_letters == value_letters),
        u8::from(holds(&name_letters, &value_letters)),
        u8::from(holds(&value_letters, &letters(last))),
        small(name.len()),
        small(name_shape.words),
        u8::from(name_shape.lower == 0) + 2 * u8::from(name_shape.upper == 0),
        small(shape.humps),
    ]);
}

/// What stands around: the bytes between name and value, before and after.
fn place(bytes: &[u8], assigned: &Assigned, numbers: &mut Vec<u8>) {
    let Range { start, end } = assigned.name.clone();
    let gap = &bytes[end..assigned.value.start];
    let after = &bytes[assigned.value.end..bytes.len().min(assigned.value.end + CONTEXT_AFTER)];
    let before = line_before(bytes, start.saturating_sub(CONTEXT_BEFORE)..start);
    let lead = before.trim_ascii_start();
    let quote = gap.last().copied().filter(|b| b"\"'`".contains(b));
    let closing = gap.len() - gap.iter().rev().take_while(|b| b"\"'`\\".contains(b)).count();
    let behind = match quote {
        Some(_) => &after[after.iter().take_while(|b| b"\"'`\\".contains(b)).count()..],
        None => after,
    };
    let count = |set: &[u8]| gap.iter().filter(|b| set.contains(b)).count().min(255) as u8;
    let has = |sign: &[u8]| u8::from(memchr::memmem::find(gap, sign).is_some());
    let is_comment = [&b"#"[..], b"//", b"*", b"--", b";", b"<!--", b"/*"]
        .iter()
        .any(|mark| lead.starts_with(mark));
    let next_word = behind.iter().position(|b| !b" \t".contains(b)).map(|at| behind[at]);
    numbers.extend([
        quote.map_or(0, |quote| byte_class(Some(quote))),
        u8::from(gap.ends_with(b"\\\"") || gap.ends_with(b"\\'")),
        gap.len().min(255) as u8,
        count(b" \t"),
        count(b"\n"),
        count(b"\"'`"),
        count(b"([{"),
        count(b"="),
        count(b":"),
        count(b","),
        count(b"|?"),
        count(b">"),
        count(b"!"),
        u8::from(gap[..closing].last().is_some_and(|b| b"([{".contains(b))),
        gap.iter().filter(|b| b.is_ascii_alphabetic()).count().min(255) as u8,
        has(b"env") + has(b"ENV") + has(b"get") + has(b"Get") + has(b"fetch"),
        byte_class(before.last().copied()),
        byte_class(lead.first().copied()),
        lead.len().min(255) as u8,
        (before.len() - lead.len()).min(255) as u8,
        u8::from(is_comment),
        byte_class(behind.first().copied()),
        byte_class(next_word),
        lead.iter().filter(|b| **b == b' ').count().min(255) as u8,
    ]);
}

/// What stands before on the same line.
fn line_before(bytes: &[u8], range: Range<usize>) -> &[u8] {
    let before = &bytes[range];
    let start = before.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
    &before[start..]
}

/// Letters and digits, small.
fn letters(text: &[u8]) -> Vec<u8> {
    let letters = text.iter().filter(|b| b.is_ascii_alphanumeric());
    letters.map(u8::to_ascii_lowercase).collect()
}

//! Session tokens, and what stands in them in clear: account, region, creation time.
//!
//! A token is base64 of a type byte and a protobuf message, parts of which are encrypted. The layout is Tal
//! Be'ery's ("Revealing the inner structure of AWS session tokens"). Bounded: messages are read two levels deep.

use std::sync::Arc;

use crate::detect::candidate::{Candidate, Role};
use crate::detect::runs::{Piece, end_of_padding};
use crate::detect::{name, placeholder, randomness};
use crate::finding::{Aws, Confidence};
use crate::rules::Rule;

/// How a token begins, by type: current, regional, global, until about 2019 (two), documentation.
const BEGINNINGS: &[&[u8]] = &[
    b"IQoJb3JpZ2luX2Vj",
    b"AgoJb3JpZ2luX2Vj",
    b"FwoGZXIvYXdz",
    b"FQoDYXdz",
    b"FQoGZXIvYXdz",
    b"AQoDYXdz",
];
const SHORTEST: usize = 100;
/// Sessions last 36 hours at most (`GetSessionToken`, `GetFederationToken`).
const LONGEST_SESSION: i64 = 36 * 3600;

/// Reads a piece as a session token, by its beginning or by the name beside it.
pub fn read(rule: &Arc<Rule>, bytes: &[u8], piece: &Piece<'_>) -> Option<Candidate> {
    let value = &piece.value[..];
    if !fits(value) {
        return None;
    }
    let begins = BEGINNINGS.iter().any(|beginning| value.starts_with(beginning));
    let named = || {
        let name = name::before(bytes, piece.span.start);
        name.contains("sessiontoken") || name.contains("securitytoken")
    };
    if !(begins || named() && randomness::looks_random(value)) {
        return None;
    }
    let span = piece.span.start..end_of_padding(bytes, piece.span.end);
    let read = contents(value);
    let aws = Aws {
        account_id: read.account,
        region: read.region,
        created: read.created,
        expires: read.created.map(|at| at + LONGEST_SESSION),
        ..Aws::default()
    };
    let secret = [value, &bytes[piece.span.end..span.end]].concat();
    let mut candidate = Candidate::new(rule, span, &secret)
        .role(Role::SessionToken)
        .placeholder(placeholder::of_long(value));
    if !begins {
        candidate = candidate
            .confidence(Confidence::Medium)
            .because("known by its name, not by its form");
    }
    Some(candidate.aws(aws))
}

/// Whether the value by itself could be a session token. All known beginnings are capitals.
pub fn fits(value: &[u8]) -> bool {
    value.len() >= SHORTEST && value[0].is_ascii_uppercase()
}

#[derive(Default)]
struct Contents {
    account: Option<String>,
    region: Option<String>,
    created: Option<i64>,
}

/// Reads the clear fields. A token that is not of a known form says nothing.
fn contents(token: &[u8]) -> Contents {
    let whole = &token[..token.len() - token.len() % 4];
    // The clear fields may stand at the very end; where that is cut off, in what comes before it.
    let decoded = data_encoding::BASE64_NOPAD
        .decode(token)
        .or_else(|_| data_encoding::BASE64.decode(whole));
    let Ok(raw) = decoded else { return Contents::default() };
    let Some((&kind, message)) = raw.split_first() else {
        return Contents::default();
    };
    match kind {
        0x21 | 0x02 => Contents {
            account: field(message, 5)
                .and_then(|part| field(part.bytes()?, 3))
                .and_then(|part| text(part.bytes()?))
                .filter(|digits| digits.len() == 12 && digits.bytes().all(|b| b.is_ascii_digit())),
            region: field(message, 3).and_then(|part| text(part.bytes()?)),
            created: field(message, 6)
                .and_then(|part| part.number())
                .filter(|&at| plausible(at)),
        },
        0x17 | 0x15 => Contents {
            created: field(message, 5)
                .and_then(|part| part.number())
                .filter(|&at| plausible(at)),
            ..Contents::default()
        },
        _ => Contents::default(),
    }
}

/// Between 2005 and 2100.
fn plausible(time: i64) -> bool {
    (1_104_537_600..4_102_444_800).contains(&time)
}

fn text(bytes: &[u8]) -> Option<String> {
    let plain = !bytes.is_empty() && bytes.len() <= 32 && bytes.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-');
    plain.then(|| String::from_utf8_lossy(bytes).into_owned())
}

/// A field of a protobuf message.
#[derive(Clone, Copy)]
enum Field<'m> {
    Number(u64),
    Bytes(&'m [u8]),
}

impl<'m> Field<'m> {
    fn number(self) -> Option<i64> {
        match self {
            Field::Number(number) => i64::try_from(number).ok(),
            Field::Bytes(_) => None,
        }
    }

    fn bytes(self) -> Option<&'m [u8]> {
        match self {
            Field::Bytes(bytes) => Some(bytes),
            Field::Number(_) => None,
        }
    }
}

/// The first field with this number; `None` if the message ends or breaks before it.
fn field(mut message: &[u8], wanted: u64) -> Option<Field<'_>> {
    loop {
        let tag = varint(&mut message)?;
        let value = match tag & 7 {
            0 => Field::Number(varint(&mut message)?),
            1 => Field::Bytes(message.split_off(..8)?),
            2 => {
                let length = usize::try_from(varint(&mut message)?).ok()?;
                Field::Bytes(message.split_off(..length)?)
            }
            5 => Field::Bytes(message.split_off(..4)?),
            _ => return None,
        };
        if tag >> 3 == wanted {
            return Some(value);
        }
    }
}

fn varint(message: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let byte = *message.split_off_first()?;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

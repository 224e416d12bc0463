//! Access key ids: `AKIA`, `ASIA`, `ABIA` and sixteen characters, wherever they are glued.
//!
//! A real tail is base32. Tails with `0 1 8 9` are test servers' and made-up ones: they count only when a name
//! beside them says access key. `AIDA`, `AROA` and the like name things and are never looked for.

use std::ops::Range;
use std::sync::Arc;

use super::{account, beside, signed};
use crate::detect::candidate::{Candidate, Role};
use crate::detect::{join, name, placeholder};
use crate::finding::{Aws, Confidence};
use crate::rules::Rule;

pub const LITERALS: &[&str] = &["AKIA", "ASIA", "ABIA"];
const LENGTH: usize = 20;

/// Reads the id that starts with the literal at `at`, if one does.
pub fn read(rule: &Arc<Rule>, bytes: &[u8], at: usize) -> Option<Candidate> {
    if !starts_cleanly(bytes, at) {
        return None;
    }
    let (span, id) = whole_id(bytes, at)?;
    let base32 = id[4..].iter().all(|b| matches!(b, b'A'..=b'Z' | b'2'..=b'7'));
    let placeholder = placeholder::of_id(&id);
    if !base32 && placeholder.is_none() && !name::before(bytes, span.start).contains("access") {
        return None;
    }
    let mut decoded = account::decode(&id);
    if placeholder.is_some() {
        decoded.account = None;
    }
    let mut aws = Aws {
        key_id: Some(String::from_utf8_lossy(&id).into_owned()),
        canary: decoded.account.as_deref().and_then(account::canary).map(str::to_owned),
        account_id: decoded.account,
        generation: decoded.generation,
        ..Aws::default()
    };
    signed::read(bytes, span.end, &mut aws);
    beside::read(bytes, span.clone(), &mut aws);
    let of_resource = bytes[..span.start].ends_with(b"AWS::IAM::AccessKey:");
    let of_session = id.starts_with(b"ASIA") && beside::is_callers(bytes, span.clone());
    let mut candidate = Candidate::new(rule, span, &id)
        .role(Role::KeyId)
        .placeholder(placeholder);
    if !base32 {
        candidate = candidate
            .confidence(Confidence::Medium)
            .because("the id is not base32: a test server's, not AWS's");
    } else if aws.generation.is_none() {
        candidate = candidate
            .confidence(Confidence::Medium)
            .because("the id decodes to no possible account");
    }
    if of_session {
        candidate = candidate
            .confidence(Confidence::Low)
            .because("a record of AWS names it as the caller's: such a session lasts hours");
    } else if of_resource {
        candidate = candidate
            .confidence(Confidence::Low)
            .because("it is part of a resource's name");
    }
    Some(candidate.aws(aws))
}

/// The span and value of the id: in one piece, or put together from parts of string literals.
fn whole_id(bytes: &[u8], at: usize) -> Option<(Range<usize>, Vec<u8>)> {
    let length = bytes[at..].iter().take_while(|&&b| is_member(b)).count();
    if length < LENGTH {
        let joined = join::whole(bytes, at..at + length, is_member)?;
        let fits = joined.value.len() == LENGTH && joined.span.start == at;
        return fits.then_some((joined.span, joined.value));
    }
    let ends = length == LENGTH && !bytes.get(at + LENGTH).is_some_and(u8::is_ascii_alphanumeric);
    ends.then(|| (at..at + LENGTH, bytes[at..at + LENGTH].to_vec()))
}

fn is_member(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}

/// Whether the id does not start within a word. The end of an escape (`%3D`, `\n`, `\u003d`) is no word.
fn starts_cleanly(bytes: &[u8], at: usize) -> bool {
    let before = &bytes[at.saturating_sub(6)..at];
    let Some(last) = before.last() else { return true };
    if !last.is_ascii_alphanumeric() {
        return true;
    }
    let hex =
        |digits: usize| before.len() > digits && before[before.len() - digits..].iter().all(u8::is_ascii_hexdigit);
    let opens = |width: usize, sign: &[u8]| before.len() >= width && before[before.len() - width..].starts_with(sign);
    (hex(2) && opens(3, b"%"))
        || (hex(4) && opens(6, b"\\u"))
        || (hex(2) && opens(4, b"\\x"))
        || (opens(2, b"\\") && matches!(last, b'n' | b't' | b'r' | b'b' | b'f'))
}

//! Amazon Bedrock API keys: long-term (`ABSK…`) and short-term (`bedrock-api-key-…`).
//!
//! Both are base64 of something readable: the long one names the account, the short one is a presigned URL
//! with id, date, region and lifetime.

use std::sync::Arc;

use super::{account, signed};
use crate::detect::candidate::Candidate;
use crate::detect::placeholder;
use crate::detect::runs::{end_of_padding, is_base64};
use crate::finding::Aws;
use crate::rules::Rule;

pub const LONG: &str = "ABSK";
pub const SHORT: &str = "bedrock-api-key-";
/// Lengths of the base64 part: shortest seen and longest allowed for.
const LONG_LENGTH: std::ops::RangeInclusive<usize> = 100..=280;
const SHORT_LENGTH: std::ops::RangeInclusive<usize> = 100..=4096;

/// Reads the long-term key that starts at `at`.
pub fn read_long(rule: &Arc<Rule>, bytes: &[u8], at: usize) -> Option<Candidate> {
    let inside_word = at > 0 && is_base64(bytes[at - 1]);
    let (end, decoded) = body(bytes, at + LONG.len(), LONG_LENGTH)?;
    if inside_word {
        return None;
    }
    let text = String::from_utf8_lossy(&decoded);
    let account = text
        .split_once(':')
        .and_then(|(user, _)| user.rsplit_once("-at-"))
        .map(|(_, account)| account.to_owned())
        .filter(|account| account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit()));
    let value = &bytes[at..end];
    let aws = Aws {
        canary: account.as_deref().and_then(account::canary).map(str::to_owned),
        account_id: account,
        ..Aws::default()
    };
    Some(
        Candidate::new(rule, at..end, value)
            .placeholder(placeholder::of_secret(&value[LONG.len()..]))
            .aws(aws),
    )
}

/// Reads the short-term key that starts at `at`.
pub fn read_short(rule: &Arc<Rule>, bytes: &[u8], at: usize) -> Option<Candidate> {
    let (end, decoded) = body(bytes, at + SHORT.len(), SHORT_LENGTH)?;
    let credential = b"X-Amz-Credential=";
    let start = memchr::memmem::find(&decoded, credential)? + credential.len();
    let id = decoded.get(start..start + 20)?;
    let read = account::decode(id);
    let mut aws = Aws {
        key_id: Some(String::from_utf8_lossy(id).into_owned())
            .filter(|id| id.bytes().all(|b| b.is_ascii_alphanumeric())),
        canary: read.account.as_deref().and_then(account::canary).map(str::to_owned),
        account_id: read.account,
        generation: read.generation,
        ..Aws::default()
    };
    signed::read(&decoded, start + 20, &mut aws);
    aws.created = aws.signed.as_ref().and_then(|signed| signed.at);
    Some(Candidate::new(rule, at..end, &bytes[at..end]).aws(aws))
}

/// The end of the base64 text at `start`, padding included, and what it decodes to.
fn body(bytes: &[u8], start: usize, lengths: std::ops::RangeInclusive<usize>) -> Option<(usize, Vec<u8>)> {
    let window = &bytes[start..bytes.len().min(start + lengths.end() + 1)];
    let length = window.iter().take_while(|&&b| is_base64(b)).count();
    if !lengths.contains(&length) {
        return None;
    }
    let whole = &window[..length - length % 4];
    let mut decoded = data_encoding::BASE64.decode(whole).ok()?;
    // The last characters that make no full group of four.
    let rest = &window[length - length % 4..];
    decoded.extend(data_encoding::BASE64_NOPAD.decode(rest).unwrap_or_default());
    Some((end_of_padding(bytes, start + length), decoded))
}

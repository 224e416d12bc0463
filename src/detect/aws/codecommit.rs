//! CodeCommit credentials for HTTPS: user `NAME-at-ACCOUNT` and a password, in a URL or a CSV download.
//!
//! Found by the `-at-` and twelve digits of the user name; the password must follow within the line.

use std::sync::Arc;

use super::account;
use crate::detect::candidate::Candidate;
use crate::detect::literals::Shown;
use crate::detect::placeholder;
use crate::detect::randomness;
use crate::finding::Aws;
use crate::rules::Rule;

pub const LITERAL: &str = "-at-";
/// The user name before, and all that follows.
pub const SHOWN: Shown = Shown::new(96, 288);
const ACCOUNT: usize = 12;
const PASSWORD: std::ops::RangeInclusive<usize> = 24..=128;

/// Reads the credential whose user name holds the `-at-` at `at`.
pub fn read(rule: &Arc<Rule>, bytes: &[u8], at: usize) -> Option<Candidate> {
    let digits = bytes.get(at + LITERAL.len()..at + LITERAL.len() + ACCOUNT)?;
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let name = bytes[..at]
        .iter()
        .rev()
        .take(64)
        .take_while(|b| b.is_ascii_alphanumeric() || b"+=._@-".contains(b))
        .count();
    let after = at + LITERAL.len() + ACCOUNT;
    let gap = bytes[after..]
        .iter()
        .take(12)
        .take_while(|b| b":,\"' \t".contains(b))
        .count();
    if name == 0 || gap == 0 {
        return None;
    }
    let start = after + gap;
    let length = bytes[start..]
        .iter()
        .take(PASSWORD.end() + 1)
        .take_while(|b| b.is_ascii_alphanumeric() || b"+/=%".contains(b))
        .count();
    let value = &bytes[start..start + length];
    if !PASSWORD.contains(&length) || !randomness::looks_random(value) {
        return None;
    }
    let account = String::from_utf8_lossy(digits).into_owned();
    let aws = Aws {
        canary: account::canary(&account).map(str::to_owned),
        account_id: Some(account),
        user: Some(String::from_utf8_lossy(&bytes[at - name..at]).into_owned()),
        ..Aws::default()
    };
    Some(
        Candidate::new(rule, start..start + length, value)
            .placeholder(placeholder::of_secret(value))
            .aws(aws),
    )
}

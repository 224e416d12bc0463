//! SES SMTP passwords: 44 characters of base64 that begin with the version of the derivation.
//!
//! Version 4 begins `B[A-P]` (byte 0x04), version 2 `A[g-v]` (byte 0x02). Text that looks so by chance is told
//! apart by a name that speaks of mail, or by pairing with an access key id, which is the SMTP user name.

use std::ops::Range;
use std::sync::Arc;

use super::placeholder;
use crate::detect::candidate::{Candidate, Role};
use crate::detect::runs::is_base64;
use crate::detect::{name, randomness};
use crate::finding::Confidence;
use crate::rules::Rule;

const LENGTH: usize = 44;
/// How far back a header line or a host name may speak of mail.
const REACH: usize = 256;

/// Reads a value as an SMTP password.
pub fn read(rule: &Arc<Rule>, bytes: &[u8], span: Range<usize>, value: &[u8]) -> Option<Candidate> {
    if !fits(value) || bytes.get(span.end) == Some(&b'=') {
        return None;
    }
    let about_mail = |text: &[u8]| {
        let text = text.to_ascii_lowercase();
        [&b"smtp"[..], b"ses_", b"ses-", b"mail"]
            .iter()
            .any(|word| memchr::memmem::find(&text, word).is_some())
    };
    let named = about_mail(name::before(bytes, span.start).as_bytes());
    let near = about_mail(&bytes[span.start.saturating_sub(REACH)..span.start]);
    let candidate = Candidate::new(rule, span, value)
        .role(Role::SmtpPassword)
        .placeholder(placeholder::of_secret(value));
    Some(if named {
        candidate.because("named as an SMTP password")
    } else if near {
        candidate
            .confidence(Confidence::Medium)
            .because("has the form of an SES SMTP password; mail is spoken of before it")
    } else {
        candidate
            .confidence(Confidence::Low)
            .because("has the form of an SES SMTP password; nothing beside it says so")
    })
}

/// Whether the value by itself could be an SMTP password.
pub fn fits(value: &[u8]) -> bool {
    let version = match value {
        [b'B', b'A'..=b'P', ..] | [b'A', b'g'..=b'v', ..] => value.len() == LENGTH,
        _ => false,
    };
    version && value.iter().all(|&b| is_base64(b)) && randomness::looks_random(&value[2..])
}

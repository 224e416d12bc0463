//! Secret access keys: forty characters of base64, told from other text by randomness and by name.
//!
//! Without a name of AWS's and without an id in the content a candidate stays of low confidence; pairing raises it.
//! Forty characters under the name of something else (an OAuth token, a client's secret) are of that kind.

use std::ops::Range;
use std::sync::Arc;

use crate::detect::candidate::{Candidate, Role};
use crate::detect::name::Says;
use crate::detect::placeholder;
use crate::detect::runs::is_base64;
use crate::detect::{join, name, randomness};
use crate::finding::Confidence;
use crate::rules::Rule;

pub const LENGTH: usize = 40;

/// Reads a value as a secret key. `says` is asked for the name beside it once the value fits.
pub fn read(
    rule: &Arc<Rule>,
    bytes: &[u8],
    span: Range<usize>,
    value: &[u8],
    says: impl FnOnce() -> Says,
) -> Option<Candidate> {
    if !fits(value) || continues(bytes, span.end) {
        return None;
    }
    let placeholder = placeholder::of_secret(value);
    let start = span.start;
    let candidate = Candidate::new(rule, span, value)
        .role(Role::SecretKey)
        .placeholder(placeholder);
    Some(match says() {
        Says::Harmless => return None,
        Says::AwsSecret => candidate.because("named as an AWS secret access key"),
        Says::Secret if is_of_others(bytes, start) => candidate
            .confidence(Confidence::Low)
            .because("has the form of an AWS secret access key, and the name of another secret"),
        Says::Secret => candidate
            .confidence(Confidence::Medium)
            .because("has the form of an AWS secret access key and is named as a secret"),
        // A path with the word example in it is no credential; the documentation's secret is one.
        Says::Key | Says::Nothing if !is_plausible(value, UNNAMED) => return None,
        Says::Key | Says::Nothing => candidate
            .confidence(Confidence::Low)
            .because("has the form of an AWS secret access key; no name beside it says so"),
    })
}

/// Whether the name before the value is that of a secret that AWS does not issue.
fn is_of_others(bytes: &[u8], start: usize) -> bool {
    const OTHERS: &[&str] = &[
        "token", "oauth", "consumer", "client", "passw", "bearer", "private", "webhook", "session",
    ];
    let name = name::before(bytes, start);
    OTHERS.iter().any(|other| name.contains(other))
}

/// Whether the value by itself could be a secret key, or a documented one.
pub fn fits(value: &[u8]) -> bool {
    let form = value.len() == LENGTH && value.iter().all(|&b| is_base64(b));
    // A made-up value need not look random, but it is no path either.
    let made_up = || !value.contains(&b'/') && placeholder::of_secret(value).is_some();
    form && (is_plausible(value, NAMED) || made_up())
}

/// Whether the value by itself, with the bytes beside it, could be a part of one; `score` is its randomness.
pub fn fits_as_part(bytes: &[u8], span: &Range<usize>, value: &[u8], score: impl FnOnce() -> f32) -> bool {
    let is_part = value.len() < LENGTH && join::is_quoted(bytes, span);
    // A part of a random value looks random; most quoted text does not.
    is_part && value.iter().all(|&b| is_base64(b)) && score() < NAMED
}

/// Reads a secret that is put together from parts of string literals, one of which is `part`.
pub fn read_joined(
    rule: &Arc<Rule>,
    bytes: &[u8],
    part: Range<usize>,
    says: impl FnOnce(usize) -> Says,
) -> Option<Candidate> {
    let joined = join::whole(bytes, part, is_base64)?;
    let start = joined.span.start;
    read(rule, bytes, joined.span, &joined.value, || says(start))
}

/// The scores below which a value is taken for random: of 100,000 real secrets, none to speak of scores above.
const NAMED: f32 = -0.4;
const UNNAMED: f32 = -0.8;

/// Whether the value could be drawn at random.
fn is_plausible(value: &[u8], limit: f32) -> bool {
    let upper = value.iter().any(u8::is_ascii_uppercase);
    let lower = value.iter().any(u8::is_ascii_lowercase);
    upper && lower && randomness::distinct(value) >= 14 && randomness::score(value) < limit
}

/// Padding after it: forty characters need none, so this is the end of something else.
fn continues(bytes: &[u8], end: usize) -> bool {
    bytes.get(end) == Some(&b'=') && !bytes.get(end + 1).is_some_and(u8::is_ascii_alphanumeric)
}

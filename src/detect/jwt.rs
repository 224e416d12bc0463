//! JSON Web Tokens: three parts of base64url, the first of which decodes to a header with `alg`.

use std::sync::Arc;

use super::candidate::Candidate;
use super::runs::is_token;
use crate::rules::Rule;

pub const LITERAL: &str = "eyJ";
const LONGEST: usize = 8 * 1024;

/// Reads the token that starts at `at`.
pub fn read(rule: &Arc<Rule>, bytes: &[u8], at: usize) -> Option<Candidate> {
    let is_part = |b: u8| is_token(b) && b != b'+' && b != b'/';
    if at > 0 && (is_part(bytes[at - 1]) || bytes[at - 1] == b'.') {
        return None;
    }
    let window = &bytes[at..bytes.len().min(at + LONGEST)];
    let length = window.iter().take_while(|&&b| is_part(b) || b == b'.').count();
    let token = window[..length].strip_suffix(b".").unwrap_or(&window[..length]);
    let mut parts = token.split(|&b| b == b'.');
    let (header, payload, signature) = (parts.next()?, parts.next()?, parts.next()?);
    // An encrypted token (five parts) opens nothing by itself; an unsigned one is nobody's credential.
    if parts.next().is_some() || !is_claims(payload) || signature.len() < 20 {
        return None;
    }
    let header = data_encoding::BASE64URL_NOPAD.decode(header).ok()?;
    let header: serde_json::Value = serde_json::from_slice(&header).ok()?;
    header.get("alg")?.as_str()?;
    let shown = is_shown(payload).then_some("documentation shows tokens with such claims");
    Some(Candidate::new(rule, at..at + token.len(), token).placeholder(shown))
}

/// Whether the claims are those of the token that everybody shows, a subject who is counted to ten.
fn is_shown(payload: &[u8]) -> bool {
    let claims = data_encoding::BASE64URL_NOPAD.decode(payload);
    claims.is_ok_and(|claims| claims.starts_with(br#"{"sub":"1234567890""#))
}

/// Whether the payload is an object, as claims are; anything may be signed, but only claims grant something.
fn is_claims(payload: &[u8]) -> bool {
    let whole = payload.len().min(16) / 4 * 4;
    let start = if payload.len() < 4 { payload } else { &payload[..whole] };
    let decoded = data_encoding::BASE64URL_NOPAD.decode(start);
    decoded.is_ok_and(|claims| claims.starts_with(b"{"))
}

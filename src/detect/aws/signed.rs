//! Signed requests around an access key id: presigned URLs and `Authorization` headers.
//!
//! They hold no secret, but prove that the key existed and was used at a time. Signature version 4 says
//! date, region and service; version 2 only when the URL ends. Reads at most [`REACH`] bytes to either side, and of a
//! presigned URL at most [`LONGEST_URL`]: it is kept, since it proves to which secret the id belongs.

use crate::finding::{Aws, Signed};
use crate::secret::Secret;

const REACH: usize = 1024;
/// After the id; a session token in a URL is long.
const LONGEST_URL: usize = 4096;

/// Adds what the signed request that goes on at `end` says.
pub fn read(bytes: &[u8], end: usize, aws: &mut Aws) {
    let window = &bytes[end..bytes.len().min(end + REACH)];
    let line = memchr::memchr2(b'\n', b' ', window).unwrap_or(window.len());
    if let Some(scope) = Scope::read(window) {
        // A header that stands before or after says the second; the scope says the day.
        let around = &bytes[end.saturating_sub(REACH)..bytes.len().min(end + REACH)];
        let exact = time_on(around, &scope.date);
        let at = exact.or_else(|| compact_time(format!("{}T000000Z", scope.date)));
        let lifetime = value(&window[..line], b"X-Amz-Expires=").and_then(|text| text.parse::<i64>().ok());
        aws.expires = aws
            .expires
            .or_else(|| Some(at? + lifetime.filter(|seconds| *seconds <= 7 * 86_400)?));
        aws.region = scope.region;
        aws.signed = Some(Signed {
            at,
            service: Some(scope.service),
            url: presigned(bytes, end),
        });
    } else if window.starts_with(b"&") && memchr::memmem::find(&window[..line], b"Signature=").is_some() {
        aws.expires = value(&window[..line], b"Expires=").and_then(|text| text.parse().ok());
        aws.signed = Some(Signed {
            at: None,
            service: None,
            url: None,
        });
    }
}

/// The presigned URL around the id that ends at `end`, without the escapes of JSON and HTML.
fn presigned(bytes: &[u8], end: usize) -> Option<Secret> {
    let before = &bytes[end.saturating_sub(REACH)..end];
    let after = &bytes[end..bytes.len().min(end + LONGEST_URL)];
    let length = |part: &mut dyn Iterator<Item = &u8>| part.take_while(|&&byte| is_of_url(byte)).count();
    let start = end - length(&mut before.iter().rev());
    let after = length(&mut after.iter());
    if after == LONGEST_URL || memchr::memmem::find(&bytes[end..end + after], b"X-Amz-Signature").is_none() {
        return None;
    }
    let text = String::from_utf8_lossy(&bytes[start..end + after]);
    let plain = text.replace("\\u0026", "&").replace("\\/", "/").replace("&amp;", "&");
    // A sentence may end after it.
    Some(Secret::new(
        plain.trim_end_matches(['.', ',', ';', ':', '!', '?', '\\']).as_bytes(),
    ))
}

/// What stands in a URL, and the backslash that escapes it; no quotes and no brackets.
fn is_of_url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~:/?&=%+@,;!*$#\\".contains(&byte)
}

/// The credential scope: `/20240115/us-east-1/s3/aws4_request`, with `%2F` for `/` in a URL.
struct Scope {
    date: String,
    region: Option<String>,
    service: String,
}

impl Scope {
    fn read(window: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(&window[..window.len().min(160)])
            .replace("%2F", "/")
            .replace("%2f", "/");
        let (scope, _) = text.split_once("/aws4_request")?;
        let mut fields = scope.strip_prefix('/')?.split('/');
        let date = fields
            .next()
            .filter(|date| date.len() == 8 && date.bytes().all(|b| b.is_ascii_digit()))?;
        let rest: Vec<&str> = fields.collect();
        let (region, service) = match rest[..] {
            [region, service] => (Some(region), service),
            // Version 4a names no region.
            [service] => (None, service),
            _ => return None,
        };
        let plain = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        (plain(service) && region.is_none_or(plain)).then(|| Self {
            date: date.to_owned(),
            region: region.map(str::to_owned),
            service: service.to_owned(),
        })
    }
}

/// The value of this parameter, up to the next delimiter.
fn value<'w>(window: &'w [u8], name: &[u8]) -> Option<&'w str> {
    let start = memchr::memmem::find(window, name)? + name.len();
    let rest = &window[start..];
    let length = rest.iter().take_while(|b| b.is_ascii_alphanumeric()).count();
    std::str::from_utf8(&rest[..length]).ok()
}

/// The first `20240115T101112Z` of this day.
fn time_on(around: &[u8], date: &str) -> Option<i64> {
    let start = memchr::memmem::find(around, format!("{date}T").as_bytes())?;
    std::str::from_utf8(around.get(start..start + 16)?)
        .ok()
        .and_then(compact_time)
}

/// Unix seconds of `20240115T101112Z`.
fn compact_time(text: impl AsRef<str>) -> Option<i64> {
    let text = text.as_ref();
    if text.len() != 16 || !text.is_ascii() {
        return None;
    }
    let spread = format!(
        "{}-{}-{}T{}:{}:{}Z",
        &text[..4],
        &text[4..6],
        &text[6..8],
        &text[9..11],
        &text[11..13],
        &text[13..15]
    );
    spread.parse::<jiff::Timestamp>().ok().map(|time| time.as_second())
}

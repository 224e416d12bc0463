//! Bytes as JSON strings. JSON holds no bytes, so what is not UTF-8 is given twice: readable, and
//! whole in base64 under a second key.

use std::borrow::Cow;

use data_encoding::BASE64;

/// The readable form; invalid bytes become U+FFFD.
pub fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

/// The whole form, where the readable one loses something.
pub fn base64_unless_utf8(bytes: &[u8]) -> Option<String> {
    std::str::from_utf8(bytes).is_err().then(|| BASE64.encode(bytes))
}

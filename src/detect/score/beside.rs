//! What stands beside a value and says that it opens nothing.
//!
//! Looks around a value, in a small window, and does not judge the value's look.

use super::features::CONTEXT_BEFORE;
use crate::detect::assigned::Assigned;

/// How far to either side is looked.
const NEAR: usize = 160;

/// How far behind the id of a key its first member begins.
const KEY: usize = 32;

/// The length of what Mailgun draws for each message to a webhook.
const NONCE: usize = 50;

/// What only a search box of Algolia's DocSearch is given. Its key may be in pages: it searches and does nothing else.
const SEARCH: &[&str] = &["docsearch", "inputSelector", "contextualSearch", "searchPagePath"];

/// Whether the value is what Mailgun signs a message to a webhook with, together with the time: it says that once.
pub fn is_of_webhook(bytes: &[u8], assigned: &Assigned) -> bool {
    let has = |word: &str| stands_near(bytes, assigned, word);
    assigned.value.len() == NONCE && has("timestamp") && has("signature")
}

/// Whether the value is the key of a search box.
pub fn is_of_search(bytes: &[u8], assigned: &Assigned) -> bool {
    SEARCH.iter().any(|word| stands_near(bytes, assigned, word))
}

/// Whether the value is a parameter of a link that is made to be handed out: to a meeting, or to a badge.
pub fn is_shared(bytes: &[u8], assigned: &Assigned) -> bool {
    let start = assigned.name.start;
    let before = &bytes[start.saturating_sub(CONTEXT_BEFORE)..start];
    let link = before
        .rsplit(|b| b.is_ascii_whitespace() || b"\"'<>()".contains(b))
        .next();
    let link = link
        .filter(|link| link.ends_with(b"?") || link.ends_with(b"&"))
        .unwrap_or_default();
    let has = |part: &[u8]| memchr::memmem::find(link, part).is_some();
    has(b"zoom.us/") || has(b"/badge") || has(b"img.shields.io/")
}

/// Whether the name is a part of what AWS calls a thing by: `arn:aws:secretsmanager:us-east-1:…:secret:…`.
pub fn is_in_arn(bytes: &[u8], assigned: &Assigned) -> bool {
    let start = assigned.name.start;
    let before = &bytes[start.saturating_sub(CONTEXT_BEFORE)..start];
    let word = before
        .rsplit(|b| !(b.is_ascii_alphanumeric() || b":-".contains(b)))
        .next();
    word.is_some_and(|word| word.ends_with(b":") && memchr::memmem::find(word, b":secretsmanager:").is_some())
}

/// Whether the value is the id of a key, by which The Update Framework names it: `"keys": {"…": {"keytype": …`.
pub fn is_key_id(bytes: &[u8], assigned: &Assigned) -> bool {
    let after = &bytes[assigned.value.end..bytes.len().min(assigned.value.end + KEY)];
    let object = after
        .strip_prefix(b"\"")
        .and_then(|rest| rest.trim_ascii_start().strip_prefix(b":"));
    let object = object.and_then(|rest| rest.trim_ascii_start().strip_prefix(b"{"));
    let member = object.unwrap_or_default().trim_ascii_start();
    assigned.value.len() == 64
        && [&b"\"keyi"[..], b"\"keyt", b"\"keyv"]
            .iter()
            .any(|name| member.starts_with(name))
}

/// Whether a word stands near a value.
fn stands_near(bytes: &[u8], assigned: &Assigned, word: &str) -> bool {
    let before = &bytes[assigned.name.start.saturating_sub(NEAR)..assigned.name.start];
    let after = &bytes[assigned.value.end..bytes.len().min(assigned.value.end + NEAR)];
    [before, after]
        .iter()
        .any(|text| memchr::memmem::find(text, word.as_bytes()).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text whose value is `x` so many times.
    fn around(before: &str, length: usize, after: &str) -> (Vec<u8>, Assigned) {
        let text = [before, &"x".repeat(length), after].concat();
        let assigned = Assigned {
            name: before.len() - 4..before.len() - 1,
            value: before.len()..before.len() + length,
        };
        (text.into_bytes(), assigned)
    }

    #[test]
    fn a_token_beside_a_signature_and_a_time_is_of_a_webhook() {
        let is = |before: &str, length: usize, after: &str| {
            let (text, assigned) = around(before, length, after);
            is_of_webhook(&text, &assigned)
        };
        let far = format!("{}signature: 1", " ".repeat(NEAR));
        assert!(is("timestamp: 1, token: ", NONCE, ", signature: 1"));
        assert!(!is("timestamp: 1, token: ", NONCE, &far));
        assert!(!is("timestamp: 1, token: ", NONCE - 1, ", signature: 1"));
        assert!(!is("token: ", NONCE, ", signature: 1"));
    }

    #[test]
    fn what_names_a_key_is_its_id_and_what_names_something_else_is_none() {
        let is = |length: usize, after: &str| {
            let (text, assigned) = around("{\"keys\": {\"", length, after);
            is_key_id(&text, &assigned)
        };
        assert!(is(64, "\": {\n    \"keyid_hash_algorithms\": []") && is(64, "\":{\"keytype\":\"ed25519\""));
        assert!(!is(64, "\": {\"owner\": \"kim\"}") && !is(64, "\", \"keytype\"") && !is(40, "\": {\"keytype\""));
    }

    #[test]
    fn a_key_in_the_options_of_a_search_box_is_public() {
        let is = |before: &str, after: &str| {
            let (text, assigned) = around(before, 32, after);
            is_of_search(&text, &assigned)
        };
        assert!(is("docsearch({ apiKey: ", " })") && is("apiKey: ", ", inputSelector: '#q'"));
        assert!(!is("client({ apiKey: ", ", indexName: 'a'"));
    }
}

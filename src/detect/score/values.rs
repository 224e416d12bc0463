//! Values that open nothing, whatever their name says: encrypted and published ones, links, days, numbers of objects, answers.
//!
//! Judges the form of a value alone, and knows neither its name nor what stands around it.

use crate::detect::placeholder::is_pattern;

/// How values begin that are encrypted, and kept beside the code for that: by SOPS, hiera, Jasypt, Spring, Vault and KMS.
const ENCRYPTED: &[&[u8]] = &[b"ENC[", b"ENC(", b"{cipher}", b"vault:v1:", b"AQICAH", b"AQECAH"];

/// How values begin that their services publish: a public token, a key for browsers.
const PUBLISHED: &[&[u8]] = &[b"pk.eyJ", b"pk_live_", b"sb_publishable_"];

/// What the text of a public key in base64 holds near its start: of RSA, of the curves P-256 and Ed25519 (RFC 5280, 4.1.2.7).
const PUBLIC_KEYS: &[&[u8]] = &[
    b"MA0GCSqGSIb3DQEBAQUAA4",
    b"ANBgkqhkiG9w0BAQEFAAOC",
    b"MFkwEwYHKoZIzj0CAQYI",
    b"MCowBQYDK2VwAyEA",
];

/// Of what kind a key is (RFC 5280, 4.1.1.2), in hexadecimal: of RSA, of a curve, Ed25519.
const KINDS_OF_KEYS: &[&[u8]] = &[b"06092a864886f70d010101", b"06072a8648ce3d0201", b"06032b6570"];
/// So many digits stand before that in a public key at most. In a private one its version does, too.
const DIGITS_BEFORE_KIND: usize = 12;

/// Values that say yes or no, nothing, of what kind a value is, how somebody logs in, or that one was taken out.
const ANSWERS: &[&[u8]] = &[
    b"string",
    b"bearer",
    b"inherit",
    b"cram-md5",
    b"xoauth2",
    b"oauthbearer",
    b"gssapi",
    b"ntlm",
    b"htpasswd",
    b"true",
    b"false",
    b"none",
    b"null",
    b"nil",
    b"yes",
    b"undefined",
    b"optional",
    b"required",
    b"redacted",
    b"masked",
    b"hidden",
    b"filtered",
    b"sanitized",
    b"scrubbed",
    b"censored",
];

/// How the time-outs begin that Terraform keeps under `private` in its state: JSON in base64, always with this key.
const TIMEOUTS: &[u8] = b"eyJlMmJmYjczMC1lY2FhLTExZTYt";

/// Whether the form of a value says that nothing is opened with it.
pub fn opens_nothing(value: &[u8]) -> bool {
    let begins_with = |starts: &[&[u8]]| starts.iter().any(|start| value.starts_with(start));
    begins_with(ENCRYPTED)
        || begins_with(PUBLISHED)
        // What is behind it is judged as a login.
        || value.starts_with(b"Basic ")
        || value.starts_with(b"rspauth=")
        || value.starts_with(b"arn:aws")
        || value.starts_with(TIMEOUTS)
        || is_public_key(value)
        || ANSWERS.iter().any(|answer| answer.eq_ignore_ascii_case(value))
        || is_address(value)
        || is_date(value)
        || is_repeated(value)
        || is_counted(value)
        || is_link(value)
        || is_dotted_number(value)
        || is_pattern(value)
        || is_header(value)
        || is_sealed_by_maven(value)
        || is_named_by_google(value)
        || is_other_script(value)
}

/// Whether the value is one sign or a few over and over: `xxxxxxxx-xxxx`, `1234567890123456789012345678901234567890`.
fn is_repeated(value: &[u8]) -> bool {
    let mut signs = value.iter().filter(|b| b.is_ascii_alphanumeric());
    let first = signs.next();
    let has_period = |length: &usize| value[*length..] == value[..value.len() - length];
    value.len() >= 6 && signs.all(|sign| Some(sign) == first)
        || value.len() >= 16 && (1..=value.len() / 3).any(|length| has_period(&length))
}

/// Whether the value counts letters and digits by turns, or bytes in hexadecimal: `A1B2C3D4E5F6`, `0001020304050607`.
fn is_counted(value: &[u8]) -> bool {
    let of_hex = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let bytes = || value.chunks_exact(2).map(of_hex).collect::<Option<Vec<u8>>>();
    let counts = |bytes: Vec<u8>| bytes.len() >= 8 && bytes.windows(2).all(|pair| pair[0].wrapping_add(1) == pair[1]);
    if value.len().is_multiple_of(2) && value.iter().all(u8::is_ascii_hexdigit) && bytes().is_some_and(counts) {
        return true;
    }
    let follows = |trio: &[u8]| trio[2].to_ascii_lowercase() == trio[0].to_ascii_lowercase() + 1;
    let takes_turns = |pair: &[u8]| pair[0].is_ascii_digit() != pair[1].is_ascii_digit();
    value.len() >= 10 && value.is_ascii() && value.windows(2).all(takes_turns) && {
        // After 9 comes 0.
        let steps = value.windows(3).filter(|trio| follows(trio)).count();
        steps + 3 >= value.len()
    }
}

/// Whether the value is a public key.
fn is_public_key(value: &[u8]) -> bool {
    let start = &value[..value.len().min(32)];
    let has = |part: &&[u8]| memchr::memmem::find(start, part).is_some();
    start.starts_with(b"M") && PUBLIC_KEYS.iter().any(has) || is_public_key_in_hex(value)
}

/// The same in hexadecimal, or what begins one and says of what kind it is.
fn is_public_key_in_hex(value: &[u8]) -> bool {
    let start = value[..value.len().min(40)].to_ascii_lowercase();
    let at = |kind: &&[u8]| memchr::memmem::find(&start, kind).is_some_and(|at| at <= DIGITS_BEFORE_KIND);
    start.starts_with(b"30") && value.iter().all(u8::is_ascii_hexdigit) && KINDS_OF_KEYS.iter().any(at)
}

/// Whether the value is an address without a password, which would be a rule of its own.
fn is_link(value: &[u8]) -> bool {
    let scheme = memchr::memmem::find(value, b"://").map(|end| &value[..end]);
    let is_scheme = |scheme: &[u8]| scheme.iter().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(b));
    scheme.is_some_and(is_scheme) && !value.contains(&b'@') && !value.contains(&b'?')
}

/// Whether the value is a version, an address of a host, or the number of an object: `1.3.6.1.5.5.7.3.1`.
fn is_dotted_number(value: &[u8]) -> bool {
    let is_number = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    // Windows' headers end the number of an object so.
    let value = value.strip_suffix(b"\\x00").unwrap_or(value);
    value.iter().filter(|b| **b == b'.').count() >= 3 && value.split(|b| *b == b'.').all(is_number)
}

/// Whether the value is what a header is called: `X-Amz-Security-Token`.
fn is_header(value: &[u8]) -> bool {
    let is_word =
        |part: &[u8]| part.first().is_some_and(u8::is_ascii_uppercase) && part.iter().all(u8::is_ascii_alphanumeric);
    value.starts_with(b"X-") && value.split(|b| *b == b'-').all(is_word)
}

/// Whether Maven's master password is needed to read the value: `{3iRQ…=}`.
fn is_sealed_by_maven(value: &[u8]) -> bool {
    let inner = value.strip_prefix(b"{").and_then(|rest| rest.strip_suffix(b"=}"));
    inner.is_some_and(|inner| inner.len() > 20 && inner.iter().all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(b)))
}

/// Whether the value is what Google's Secret Manager calls a secret: `projects/1/secrets/smtp`.
fn is_named_by_google(value: &[u8]) -> bool {
    value.starts_with(b"projects/") && memchr::memmem::find(value, b"/secrets/").is_some()
}

/// Whether the value is an address of Ethereum, an account's or a contract's.
fn is_address(value: &[u8]) -> bool {
    let digits = value.strip_prefix(b"0x").unwrap_or_default();
    digits.len() == 40 && digits.iter().all(u8::is_ascii_hexdigit)
}

/// Whether the value starts with a day: `2024-05-17T10:00:00Z`.
fn is_date(value: &[u8]) -> bool {
    let day = value.get(..10).unwrap_or_default();
    let is_digit = |at: usize| day[at].is_ascii_digit();
    day.len() == 10 && [0, 1, 2, 3, 5, 6, 8, 9].into_iter().all(is_digit) && [day[4], day[7]] == *b"--"
}

/// Whether the value is a text of letters outside of ASCII, written as escapes: `Tekij\u00e4t`, `\u4eba`.
fn is_other_script(value: &[u8]) -> bool {
    let escapes = memchr::memmem::find_iter(value, b"\\u").count();
    escapes > 0 && (escapes * 18 >= value.len() || value.starts_with(b"\\u"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_that_open_nothing_are_told_from_passwords() {
        let repeated = "h4x0r".repeat(8);
        for value in [
            "true",
            "string",
            "bearer",
            "REDACTED",
            "2024-05-17T10:00:00Z",
            "1.3.6.1.5.5.7",
            "1.3.6.1.5.5.7\\x00",
            "https://a.example/v1/b1",
            "ref+vault://prod/db",
            "xxxxxxxx-xxxx-xxxx",
            "a1B2c3D4e5F6",
            "A1B2C3D4E5F6G7H8I9J0",
            "MCowBQYDK2VwAyEAwm",
            "301306072a8648ce3d020106082a8648ce3d030107",
            "302A300506032B6570032100a7c9",
            "000102030405060708090A0B0C0D0E0F",
            "f0f1f2f3f4f5f6f7f8f9fafb",
            "X-Amz-Security-Token",
            "{3iRQQyaIUgQHwH8uzTvrPZpjAL=}",
            "projects/17/secrets/smtp",
            "tok_<[A-Za-z0-9]{32}>",
            &repeated,
        ] {
            assert!(opens_nothing(value.as_bytes()), "{value}");
        }
        for value in [
            "a1b2x3d4e5y6",
            "000102030405060708090b0a",
            "MC4CAQAwBQYDK2Vw",
            "302e020100300506032b6570042204",
            "2024-05x17",
            "1.2.3",
            "amqp://a:b@c",
            "aabbaa",
            "h4x0rh4x0r",
            "trueno",
            "redacted7",
            "X-k9Qw-z",
            "{3iRQ=}",
        ] {
            assert!(!opens_nothing(value.as_bytes()), "{value}");
        }
    }
}

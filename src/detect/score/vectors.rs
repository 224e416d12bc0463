//! Keys of test vectors: what a cipher is tried with is printed for everybody, and opens nothing.
//!
//! Looks at what follows a value, and judges neither the value nor its name.

use crate::detect::assigned::Assigned;

/// What stands in the line after the key of a test vector.
const VECTORS: &[&[u8]] = &[
    b"Input",
    b"Msg",
    b"PT",
    b"Plaintext",
    b"CT",
    b"Ciphertext",
    b"IV",
    b"Nonce",
    b"NONCE",
    b"Tag",
    b"AAD",
    b"Count",
];
/// The same as members of an object.
const VECTOR_MEMBERS: &[&[u8]] = &[
    b"\"iv\"",
    b"\"msg\"",
    b"\"ct\"",
    b"\"aad\"",
    b"\"nonce\"",
    b"\"plaintext\"",
];

/// Whether the line or object after the value goes on with a test vector of a cipher.
pub fn is_of_vector(bytes: &[u8], assigned: &Assigned) -> bool {
    let after = &bytes[assigned.value.end..];
    let member = after.strip_prefix(b"\"").unwrap_or_default().trim_ascii_start();
    let member = member.strip_prefix(b",").unwrap_or_default().trim_ascii_start();
    if VECTOR_MEMBERS.iter().any(|name| member.starts_with(name)) {
        return true;
    }
    let Some(next) = after.strip_prefix(b"\n").or(after.strip_prefix(b"\r\n")) else {
        return false;
    };
    VECTORS.iter().any(|word| {
        let rest = next.strip_prefix(*word);
        rest.is_some_and(|rest| rest.starts_with(b" =") || rest.starts_with(b"="))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(text: &str) -> bool {
        let value = text.find("00").expect("a value");
        let assigned = Assigned {
            name: 0..3,
            value: value..value + 2,
        };
        is_of_vector(text.as_bytes(), &assigned)
    }

    #[test]
    fn a_key_of_a_vector_is_told_by_what_follows() {
        assert!(is("Key = 00\nInput = 11") && is("KEY = 00\r\nCT=11"));
        assert!(is("\"key\": \"00\", \"iv\": \"11\""));
        assert!(!is("key = 00\nInputs = 11") && !is("\"key\": \"00\", \"id\": \"11\""));
    }
}

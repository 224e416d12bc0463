//! Paths as SARIF takes them: percent-encoded, in legal characters.

use crate::report::roots::segments;

/// Percent-encodes a relative path. `.`, `..` and empty parts are left out: validators resolve them.
pub fn encode(path: &[u8]) -> String {
    let mut uri = String::with_capacity(path.len());
    for part in segments(path).filter(|part| *part != b"..") {
        if !uri.is_empty() {
            uri.push('/');
        }
        for &byte in part {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                uri.push(char::from(byte));
            } else {
                uri.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    uri
}

/// Returns the text if it is the URL of something on the network, without user name, in legal characters.
pub fn absolute(text: &str) -> Option<&str> {
    let (scheme, rest) = text.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#@!$&'()*+,;=%".contains(&byte);
    let escaped = |after: &str| {
        after
            .as_bytes()
            .get(..2)
            .is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit))
    };
    let fit = ["https", "http", "ssh", "git"].contains(&scheme)
        && !host.is_empty()
        && !host.contains('@')
        && rest.bytes().all(legal)
        && rest.split('%').skip(1).all(escaped);
    fit.then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_that_means_something_in_a_uri_is_encoded() {
        assert_eq!(encode(b"dir with space/100%.py"), "dir%20with%20space/100%25.py");
        assert_eq!(encode(b"a\n\x1b\xff#?:[]\\"), "a%0A%1B%FF%23%3F%3A%5B%5D%5C");
        assert_eq!(encode("grün".as_bytes()), "gr%C3%BCn");
        assert_eq!(encode(b"./a//b/../c"), "a/b/c");
    }

    #[test]
    fn only_a_url_without_user_and_strange_characters_is_absolute() {
        assert!(absolute("https://example.com/a").is_some());
        for bad in [
            "git@example.com:a/b",
            "file:///home/ann",
            "https://",
            "https://u:p@example.com/",
            "https://e.com/a b",
            "https://e.com/%zz",
        ] {
            assert_eq!(absolute(bad), None, "{bad}");
        }
    }
}

//! What is shown, and opens nothing: a comment that calls something and says what comes of it, an address at a host that is set
//! aside for examples, what its own name calls wrong.
//!
//! `#   user.update(password: "…") # => true`, `https://example.com/?token=…`, `wrong_password = "…"`. What stands there was made
//! up for the reader; it stays a candidate of low confidence. Looks around the value, in a small window, and does not judge its
//! look.

use crate::detect::assigned::Assigned;
use crate::detect::name::words;

/// How far the line may begin before the name, and how far behind the value its end and the lines below are looked at.
const BEFORE: usize = 128;
const BEHIND: usize = 256;
/// How far before the name an address may begin.
const ADDRESS: usize = 48;
/// So many lines below the value's may lie between a call and what comes of it.
const LINES: usize = 3;

/// How a comment begins, and how it says what comes of a call.
const ARROWS: &[(&str, &[&str])] = &[("#", &["# =>", "#=>"]), ("//", &["// =>", "//=>"])];

/// What a name says of a value that is tried because it does not open.
const WRONG: &[&str] = &["wrong", "invalid", "incorrect", "dummy", "bogus", "nonexistent"];

/// The hosts of examples (RFC 2606).
const HOSTS: &[&[u8]] = &[b"example.com", b"example.org", b"example.net"];

/// Whether what stands around the value says that it is there to be looked at.
pub fn is_shown(bytes: &[u8], assigned: &Assigned) -> bool {
    is_in_call(bytes, assigned) || is_in_example(bytes, assigned) || is_wrong(&bytes[assigned.name.clone()])
}

/// Whether the name says that the value opens nothing.
fn is_wrong(name: &[u8]) -> bool {
    words(name).iter().any(|word| WRONG.contains(&word.as_str()))
}

/// Whether the value is a part of an address whose host is one of examples.
fn is_in_example(bytes: &[u8], assigned: &Assigned) -> bool {
    let start = assigned.name.start;
    let before = &bytes[start.saturating_sub(ADDRESS)..start];
    let word = before
        .rsplit(|b| b.is_ascii_whitespace() || b"\"'`<>".contains(b))
        .next();
    let word = word.unwrap_or_default();
    let Some(scheme) = memchr::memmem::find(word, b"://") else {
        return false;
    };
    let rest = &word[scheme + 3..];
    let host = rest.split(|b| b"/?#".contains(b)).next().unwrap_or_default();
    let host = host.rsplit(|b| *b == b'@').next().unwrap_or_default();
    let host = host.split(|b| *b == b':').next().unwrap_or_default();
    let is_host = |name: &&[u8]| {
        host.strip_suffix(*name)
            .is_some_and(|sub| sub.is_empty() || sub.ends_with(b"."))
    };
    host.len() < rest.len() && HOSTS.iter().any(is_host)
}

/// Whether a comment shows the value in a call, and this line or one shortly below it, what comes of that.
fn is_in_call(bytes: &[u8], assigned: &Assigned) -> bool {
    let start = assigned.name.start;
    let before = &bytes[start.saturating_sub(BEFORE)..start];
    let line = match memchr::memrchr(b'\n', before) {
        Some(end) => &before[end + 1..],
        None if start <= BEFORE => before,
        None => return false,
    };
    let begins = |text: &[u8], sign: &str| text.trim_ascii_start().starts_with(sign.as_bytes());
    let Some((sign, arrows)) = ARROWS.iter().find(|(sign, _)| begins(line, sign)) else {
        return false;
    };
    let has_arrow = |text: &[u8]| {
        arrows
            .iter()
            .any(|arrow| memchr::memmem::find(text, arrow.as_bytes()).is_some())
    };
    let behind = &bytes[assigned.value.end..bytes.len().min(assigned.value.end + BEHIND)];
    let mut lines = behind.split(|b| *b == b'\n');
    let rest = lines.next().unwrap_or_default();
    has_arrow(line) || has_arrow(rest) || lines.take(LINES).take_while(|line| begins(line, sign)).any(has_arrow)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(text: &str) -> bool {
        let name = text.find("password").expect("a name");
        let value = text.find("@@").expect("a value");
        let assigned = Assigned {
            name: name..name + "password".len(),
            value: value..value + 2,
        };
        is_shown(text.as_bytes(), &assigned)
    }

    #[test]
    fn a_comment_that_says_what_comes_of_a_call_shows_its_values() {
        assert!(is("  #   user.update(password: \"@@\") # => true\n"));
        assert!(is("x\n# u = User.new(password: '@@')\n# u.save\n# u.ok? #=> true\n"));
        assert!(is("// login({ password: '@@' })\n// => 'kim'\n"));
        assert!(is("#   # => <input name=\"password\" value=\"@@\">\n"));
    }

    #[test]
    fn an_address_of_examples_shows_its_parameters() {
        assert!(is("x https://example.com/?password=@@") && is("'http://kim@a.example.org:8080/reset?password=@@'"));
        assert!(!is("https://example.net password=@@") && !is("https://myexample.com/?password=@@"));
        assert!(!is("https://a.net/example.com/?password=@@"));
    }

    #[test]
    fn a_name_that_says_wrong_is_believed() {
        assert!(is_wrong(b"wrong_password") && is_wrong(b"dummyClientSecret") && is_wrong(b"vault-password-wrong"));
        assert!(!is_wrong(b"invalidate_token") && !is_wrong(b"password"));
    }

    #[test]
    fn other_comments_and_code_keep_theirs() {
        for text in [
            "user.update(password: \"@@\") # => true\n",
            "# password: @@\n",
            "# password: @@\nx = f() # => true\n",
            "# { :password => '@@' }\n",
            "# password: @@\n#\n#\n#\n# f() # => 1\n",
        ] {
            assert!(!is(text), "{text}");
        }
        assert!(!is("https://example.com.a.net/?password=@@"));
        let far = format!("# f(){}password: @@ # => true", " ".repeat(BEFORE));
        assert!(!is(&far));
    }
}

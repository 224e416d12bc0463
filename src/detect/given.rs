//! How a name is given a value without a sign that assigns: by a directive (`ENV NAME value`), by a call of which it is
//! the argument before (`setProperty("name", "value")`), by an entry (`"name": …, "value": …`), by a note (`- name value`).
//!
//! Looks at what stands between the two and a little before, and judges no value.

use std::ops::Range;

use super::name::{self, Says};

/// How far back a line or a call may begin.
const NEAR: usize = 256;

/// How much a note says of a value, in bytes and in words.
const LONGEST_NOTE: usize = 64;
const MOST_WORDS: usize = 5;

/// The longest path to a constant.
const LONGEST_PATH: usize = 40;

/// What stands at the start of a line that gives a name its value after a blank, as `ENV NAME value` does.
const DIRECTIVES: &[&str] = &[
    DEFINE,
    "env",
    "setenv",
    "setx",
    "set -x",
    "set -gx",
    "set -ux",
    "proxy_set_header",
    "(setq",
    "(defconst",
    SET,
];
/// What these give is a value only in quotes.
const DEFINE: &str = "#define";
const SET: &str = "set";

/// Whether the last line of a text is a directive and a name, which is given what follows: `next` is its first byte.
pub fn is_directed(text: &[u8], next: Option<u8>) -> bool {
    let start = memchr::memrchr(b'\n', text).map_or(0, |at| at + 1);
    let line = text[start..].trim_ascii();
    // Most lines are told by how they start.
    let Some(b'#' | b'e' | b'E' | b's' | b'S' | b'p' | b'P' | b'(') = line.first() else {
        return false;
    };
    let Some(blank) = memchr::memrchr2(b' ', b'\t', line) else {
        return false;
    };
    let first = line[..blank].trim_ascii_end();
    let is_quoted = matches!(next, Some(b'"' | b'\''));
    DIRECTIVES.iter().any(|directive| {
        first.eq_ignore_ascii_case(directive.as_bytes()) && (is_quoted || ![DEFINE, SET].contains(directive))
    })
}

/// Whether the name, which says that its value is secret, stands beside it as a call's argument before the next, as the
/// name of an entry with a value, or after a directive. A sign that assigns leaves more to doubt.
pub fn is_handed_over(bytes: &[u8], span: &Range<usize>, value: usize) -> bool {
    let before = &bytes[span.start.saturating_sub(NEAR)..span.start];
    let gap = &bytes[span.end..value];
    let is_quoted = gap.first().is_some_and(|b| b"\"'`\\".contains(b));
    let is_argument = |text: &[u8]| {
        let mut back = text.iter().rev().skip_while(|b| b"\"'`\\ \n".contains(b));
        back.next() == Some(&b'(') || is_behind_pointer(text) || is_behind_type(text)
    };
    let sign: Vec<u8> = gap
        .iter()
        .filter(|b| !b.is_ascii_whitespace() && !b"\"'`\\".contains(b))
        .map(u8::to_ascii_lowercase)
        .collect();
    let handed_over = match sign.as_slice() {
        b"" => is_directed(&bytes[span.end.saturating_sub(NEAR)..span.end], gap.last().copied()),
        b"," | b",<<" if before.ends_with(b"{") => true,
        b"," => is_quoted && (is_argument(before) || before.ends_with(b"--")) || is_put_under(bytes, span),
        b",value:" => is_quoted || before.ends_with(b"name: "),
        b"=>" => before.ends_with(b":"),
        _ => false,
    };
    handed_over && name::judge(&name::words(&bytes[span.clone()])) >= Says::Secret
}

/// Whether the name is a constant that a call puts a string under: `env.put(Context.SECURITY_CREDENTIALS, "…")`.
pub fn is_put_under(window: &[u8], name: &Range<usize>) -> bool {
    const PUTS: &[&[u8]] = &[b"put(", b"set(", b"Property(", b"add(", b"Set("];
    let is_of_path = |b: &&u8| b.is_ascii_alphanumeric() || b"_.".contains(b);
    let word = window[name.clone()].rsplit(|b| *b == b'.').next();
    let is_large = word.is_some_and(|word| word.contains(&b'_') && !word.iter().any(u8::is_ascii_lowercase));
    let path = window[..name.start]
        .iter()
        .rev()
        .take(LONGEST_PATH)
        .take_while(is_of_path)
        .count();
    let before = &window[..name.start - path];
    is_large && PUTS.iter().any(|put| before.ends_with(put)) && window[name.end..].starts_with(b", \"")
}

/// The name of a value in a note, which is all that its line says: `- stripe secret key …`. One word alone, or a key of no
/// kind, names nothing.
pub fn of_note(bytes: &[u8], value: &Range<usize>) -> Option<Range<usize>> {
    let low = value.start.saturating_sub(LONGEST_NOTE);
    let before = &bytes[low..value.start];
    let line = memchr::memrchr(b'\n', before).map_or((low == 0).then_some(0), |at| Some(at + 1))?;
    let is_mark = |b: &&u8| b"#/*-;>. \t".contains(b);
    let start = line + before[line..].iter().take_while(is_mark).count();
    let text = &before[start..];
    let quote = text.last().filter(|b| b"'\"`".contains(b));
    let text = text[..text.len() - usize::from(quote.is_some())].strip_suffix(b" ")?;
    let text = text.strip_suffix(b" -").unwrap_or(text);
    let is_said = text.iter().all(|b| b.is_ascii_alphanumeric() || b" _-".contains(b)) && !text.ends_with(b" ");
    let is_whole = quote.is_none_or(|quote| bytes.get(value.end) == Some(quote));
    let behind = value.end + usize::from(quote.is_some());
    let ends = is_whole && matches!(bytes.get(behind), None | Some(b'\r' | b'\n'));
    if !is_said || !ends || text.split(|b| *b == b' ').count() > MOST_WORDS {
        return None;
    }
    let words = name::words(text);
    let is_named = words.len() > 1 && name::judge(&words) >= Says::Secret;
    is_named.then_some(low + start..low + start + text.len())
}

/// Whether a call begins before a text with the place where it leaves what it is given, as in Go's
/// `StringVar(&password, "password", "…")`.
fn is_behind_pointer(text: &[u8]) -> bool {
    let first = text.trim_ascii_end().strip_suffix(b"\"").unwrap_or_default();
    let first = first.trim_ascii_end().strip_suffix(b",").unwrap_or_default();
    let is_of_name = |b: &&u8| b.is_ascii_alphanumeric() || b"_.".contains(b);
    let name = first.iter().rev().take_while(is_of_name).count();
    first[..first.len() - name].ends_with(b"(&")
}

/// Whether the argument before says that a string is declared, as in Gradle's `resValue "string", "password", "…"`.
fn is_behind_type(text: &[u8]) -> bool {
    let first = text.trim_ascii_end().strip_suffix(b"\"").unwrap_or_default();
    let first = first.trim_ascii_end().strip_suffix(b",").unwrap_or_default();
    first.ends_with(b"\"string\"") || first.ends_with(b"\"String\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directive_gives_a_value_after_a_blank() {
        for text in [
            "ENV API_TOKEN @",
            "x\n  setenv API_TOKEN @",
            "#define API_TOKEN \"@",
            "set -gx API_TOKEN @",
        ] {
            let start = text.find('@').expect("marked");
            let name = name::Beside::new(text.as_bytes(), start)
                .of_assigned_secret()
                .expect("a name");
            assert_eq!(&text[name.clone()], "API_TOKEN");
            assert!(is_handed_over(text.as_bytes(), &name, start), "{text}");
        }
        for text in [
            "#define API_TOKEN @",
            "environment API_TOKEN @",
            "ENV of API_TOKEN @",
            "API_TOKEN @",
        ] {
            assert_eq!(
                name::Beside::new(text.as_bytes(), text.len() - 1).of_assigned_secret(),
                None,
                "{text}"
            );
        }
    }

    #[test]
    fn every_directive_gives_a_value() {
        for directive in DIRECTIVES {
            for line in [directive.to_uppercase(), format!("x\n  {directive}")] {
                assert!(
                    is_directed(format!("{line} API_TOKEN ").as_bytes(), Some(b'"')),
                    "{line}"
                );
            }
        }
    }

    #[test]
    fn a_note_is_a_line_of_few_words_and_a_value() {
        let name = |text: &str| {
            let at = text.find('@').expect("marked");
            of_note(text.as_bytes(), &(at..at + 1)).map(|name| text[name].to_owned())
        };
        for text in [
            "acme api token @",
            "a\n - acme api token @\r\n",
            "# acme api token - '@'\n",
        ] {
            assert_eq!(name(text).as_deref(), Some("acme api token"), "{text}");
        }
        for text in [
            "token @",
            "public token @",
            "acme key @",
            "api token @ is used",
            "api token: @",
            "api token  @",
            "so long a line says more than an api token @",
            &format!("api token of {} @", "x".repeat(LONGEST_NOTE)),
        ] {
            assert_eq!(name(text), None, "{text}");
        }
    }

    #[test]
    fn a_call_and_an_entry_hand_a_value_over() {
        let handed_over = |text: &str| {
            let start = text.find('@').expect("marked");
            let name = text.find("API_TOKEN").expect("a name");
            is_handed_over(text.as_bytes(), &(name..name + "API_TOKEN".len()), start)
        };
        assert!(handed_over("System.setProperty(\"API_TOKEN\", \"@\")"));
        assert!(handed_over("{\"name\": \"API_TOKEN\",\n \"value\": \"@\"}"));
        assert!(handed_over(":API_TOKEN      => '@'"));
        assert!(handed_over("- {name: API_TOKEN, value: @}"));
        assert!(handed_over("CMD [\"--API_TOKEN\", \"@\"]"));
        assert!(handed_over("flag.StringVar(&token, \"API_TOKEN\", \"@\", \"\")"));
        assert!(handed_over("[{API_TOKEN, \"@\"}]"));
        assert!(handed_over("resValue \"string\", \"API_TOKEN\", \"@\""));
        assert!(handed_over("env.put(Names.API_TOKEN, \"@\")"));
        assert!(!handed_over("[\"API_TOKEN\", \"@\"]"));
        assert!(!handed_over("f(x, \"API_TOKEN\", \"@\")"));
        assert!(!handed_over("f(API_TOKEN, \"@\")"));
        assert!(!handed_over("API_TOKEN = \"@\""));
    }
}

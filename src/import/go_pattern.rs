//! Regular expressions of Go, in the syntax of the regex crate.
//!
//! Both descend from RE2 and differ in a few places: here a brace that counts nothing, a bracket within a class and
//! `\<` stand for themselves in Go, and `\Q…\E` quotes. Syntax: <https://pkg.go.dev/regexp/syntax>.

/// Translates a pattern. One that Go would refuse may come out as one that is refused here.
pub fn translate(source: &str) -> String {
    let mut out = String::with_capacity(source.len() + 8);
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let taken = match first {
            '\\' => escape(rest, &mut out),
            '[' => class(rest, &mut out),
            '{' if count(rest).is_none() => quote("{", &mut out),
            _ => copy(&rest[..count(rest).unwrap_or(first.len_utf8())], &mut out),
        };
        rest = &rest[taken..];
    }
    out
}

fn copy(text: &str, out: &mut String) -> usize {
    out.push_str(text);
    text.len()
}

fn quote(text: &str, out: &mut String) -> usize {
    out.push_str(&regex_syntax::escape(text));
    text.len()
}

/// How long the count is that the text begins with: `{3}`, `{3,}`, `{3,5}`.
fn count(text: &str) -> Option<usize> {
    let inner = text.strip_prefix('{')?;
    let end = inner.find('}')?;
    let (least, most) = inner[..end].split_once(',').unwrap_or((&inner[..end], ""));
    let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    (!least.is_empty() && is_number(least) && is_number(most)).then_some(end + 2)
}

/// An escape: how long it is.
fn escape(text: &str, out: &mut String) -> usize {
    let Some(next) = text[1..].chars().next() else {
        return copy(text, out);
    };
    match next {
        'Q' => {
            let quoted = &text[2..];
            let (quoted, end) = quoted.find("\\E").map_or((quoted, 0), |at| (&quoted[..at], 2));
            2 + quote(quoted, out) + end
        }
        '<' | '>' => 1 + copy(&text[1..2], out),
        'x' | 'p' | 'P' if text[2..].starts_with('{') => {
            let end = text.find('}').map_or(text.len(), |at| at + 1);
            copy(&text[..end], out)
        }
        _ => copy(&text[..1 + next.len_utf8()], out),
    }
}

/// A class in brackets: how long it is.
fn class(text: &str, out: &mut String) -> usize {
    let mut at = copy("[", out);
    if text[at..].starts_with('^') {
        at += copy("^", out);
    }
    if text[at..].starts_with(']') {
        at += quote("]", out);
    }
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        at += match first {
            ']' => return at + copy("]", out),
            '\\' => escape(rest, out),
            '[' if rest.starts_with("[:") && rest.contains(":]") => {
                let end = rest.find(":]").expect("it was seen") + 2;
                copy(&rest[..end], out)
            }
            '[' | '&' | '~' => quote(&rest[..1], out),
            '-' if rest.starts_with("--") => copy("-", out) + quote("-", out),
            _ => copy(&rest[..first.len_utf8()], out),
        };
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_go_takes_literally_is_escaped() {
        for (go, ours) in [
            (r"^\$(?:\d+|{\d+})$", r"^\$(?:\d+|\{\d+})$"),
            (r"a{2}b{3,}c{4,5}d{,6}", r"a{2}b{3,}c{4,5}d\{,6}"),
            (r"[[a]&&b--]", r"[\[a]&&b--]"),
            (r"[a[&&~~+--]x", r"[a\[\&\&\~\~+-\-]x"),
            (r"[]a][^]b]", r"[\]a][^\]b]"),
            (r"\<a\>[\<]", r"<a>[<]"),
            (r"\Qa.b\E.c", r"a\.b.c"),
            (
                r"\x{1F600}\p{Greek}[[:alpha:]_]\x60",
                r"\x{1F600}\p{Greek}[[:alpha:]_]\x60",
            ),
        ] {
            assert_eq!(translate(go), ours);
        }
    }
}

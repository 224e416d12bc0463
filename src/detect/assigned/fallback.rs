//! What an expression falls back to: `getenv("X") ?: "…"`, `options.password ?? "…"`, `environ.get("X") or "…"`, the
//! second argument of what looks a setting up, `environ.get("X", "…")`, and what an argument calls its default.
//!
//! Finds the quote of the last way out. An expression that asks, adds or calls with what it falls back to has none.

use super::sign::blanks;

/// The longest expression before it.
const LONGEST: usize = 120;

/// What stands before what is taken if there is nothing else.
const OPERATORS: &[&[u8]] = &[b"??", b"||", b"?:", b"or "];
/// The same in Perl; elsewhere it begins a comment.
const PERLS: &[u8] = b"} // ";
/// The same as methods of an option.
const UNWRAPS: &[&[u8]] = &[
    b".unwrap_or(\"",
    b".unwrap_or_else(|_| \"",
    b".unwrap_or_else(|| \"",
    b".orElse(\"",
    b".getOrElse(\"",
];
/// Parts of what a function is called that looks a setting up.
const LOOKUPS: &[&[u8]] = &[b"env", b"get", b"config", b"option", b"setting", b"fetch"];
/// What the second argument of one may be called.
const KEYWORDS: &[&[u8]] = &[b"default=", b"default_value=", b"fallback=", b"defaultValue="];

/// Where the quote stands that opens what the expression at `at` falls back to.
pub fn quote(window: &[u8], at: usize) -> Option<usize> {
    // A template of Ruby holds an expression.
    let at = at + if window[at..].starts_with(b"<%= ") { 4 } else { 0 };
    window
        .get(at)
        .filter(|b| b.is_ascii_alphabetic() || b"$_@".contains(b))?;
    let window = &window[..window.len().min(at + LONGEST)];
    // Most expressions end without one.
    memchr::memchr2(b'"', b'\'', &window[at..])?;
    otherwise(window, at)
        .or_else(|| perls(window, at))
        .or_else(|| chosen(window, at))
        .or_else(|| second_argument(window, at))
        .or_else(|| {
            let is_of_call = |b: &&u8| b.is_ascii_alphanumeric() || b"_.".contains(b);
            let open = at + window[at..].iter().take_while(is_of_call).count();
            (window.get(open) == Some(&b'(')).then(|| default_argument(window, open + 1))?
        })
}

/// The quote of the default among a call's arguments, the first of which begins at `at`. No secret is one of some choices.
pub fn default_argument(window: &[u8], at: usize) -> Option<usize> {
    let window = &window[..window.len().min(at + LONGEST)];
    let mut depth = 0_usize;
    let mut here = at;
    while let Some(&byte) = window.get(here) {
        match byte {
            b'"' | b'\'' => here += 1 + memchr::memchr2(byte, b'\n', &window[here + 1..])?,
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.checked_sub(1)?,
            b';' => return None,
            b'd' | b'f' if depth == 0 && b"(, \t\n".contains(&window[here - 1]) => {
                let rest = &window[here..];
                let keyword = KEYWORDS.iter().find(|keyword| rest.starts_with(keyword));
                let behind = keyword.map(|keyword| here + keyword.len());
                if let Some(behind) = behind {
                    let line = window[at..].split(|b| *b == b'\n').next()?;
                    let is_choice = memchr::memmem::find(line, b"choices=").is_some();
                    return (matches!(window.get(behind)?, b'"' | b'\'') && !is_choice).then_some(behind);
                }
            }
            _ => {}
        }
        here += 1;
    }
    None
}

/// The quote behind an operator that no bracket encloses.
fn otherwise(window: &[u8], at: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut here = at;
    while let Some(&byte) = window.get(here) {
        match byte {
            b'"' | b'\'' if depth == 0 => return None,
            b'"' | b'\'' => here += 1 + memchr::memchr2(byte, b'\n', &window[here + 1..])?,
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth = depth.checked_sub(1)?,
            _ if depth > 0 => {}
            b'\r' | b'\n' if !goes_on(window, here) => return None,
            b'?' | b'|' | b'o' => {
                if let Some(operator) = operator(window, here) {
                    let behind = blanks(window, here + operator.len());
                    match window.get(behind)? {
                        b'"' | b'\'' => return Some(behind),
                        _ => here = behind - 1,
                    }
                }
            }
            b'.' if let Some(quote) = unwrapped(window, here) => return Some(quote),
            b' ' | b'\t' | b'\r' | b'\n' | b'.' | b'_' | b'$' | b'!' | b':' | b'@' => {}
            b'-' if window[here..].starts_with(b"->") => here += 1,
            byte if byte.is_ascii_alphanumeric() => {}
            _ => return None,
        }
        here += 1;
    }
    None
}

/// The quote of what a condition chooses, if it is no word: `live ? "…" : …`.
fn chosen(window: &[u8], at: usize) -> Option<usize> {
    let line = window[at..].split(|b| b"\r\n;,?".contains(b)).next()?;
    let quote = at + line.len() + 2;
    let is_asked = line.ends_with(b" ") && window.get(at + line.len()..)?.starts_with(b"? ");
    let &sign = window.get(quote).filter(|b| is_asked && b"\"'".contains(b))?;
    let value = window[quote + 1..].split(|b| *b == sign || *b == b'\n').next()?;
    let is_word = !value.iter().any(u8::is_ascii_digit) || value.contains(&b' ');
    (!is_word).then_some(quote)
}

/// The quote behind an environment variable of Perl and its operator: `$ENV{X} // "…"`.
fn perls(window: &[u8], at: usize) -> Option<usize> {
    let rest = window[at..].strip_prefix(b"$ENV{")?;
    let name = rest
        .iter()
        .take_while(|b| b.is_ascii_alphanumeric() || **b == b'_')
        .count();
    let quote = at + 5 + name + PERLS.len();
    let is_text = rest[name..].starts_with(PERLS) && matches!(window.get(quote)?, b'"' | b'\'');
    is_text.then_some(quote)
}

/// The quote of the only argument of a method at `at` that gives an option a value.
fn unwrapped(window: &[u8], at: usize) -> Option<usize> {
    let method = UNWRAPS.iter().find(|method| window[at..].starts_with(method))?;
    let text = at + method.len();
    let end = text + memchr::memchr2(b'"', b'\n', &window[text..])?;
    (window.get(end + 1) != Some(&b',')).then_some(text - 1)
}

/// The operator at a place, and not a part of a word.
fn operator(window: &[u8], at: usize) -> Option<&'static [u8]> {
    let found = OPERATORS.iter().find(|operator| window[at..].starts_with(operator))?;
    let is_apart = matches!(window.get(at.wrapping_sub(1)), Some(b' ' | b'\t' | b')' | b']'));
    is_apart.then_some(*found)
}

/// Whether the next line begins with an operator.
fn goes_on(window: &[u8], at: usize) -> bool {
    let next = at + window[at..].iter().take_while(|b| b.is_ascii_whitespace()).count();
    operator(window, next).is_some() || window.get(at + 1) == Some(&b'\n')
}

/// The quote of the second argument of a call that looks up what the first one names, in capitals.
fn second_argument(window: &[u8], at: usize) -> Option<usize> {
    let is_of_call = |b: &&u8| b.is_ascii_alphanumeric() || b"_.:$>-".contains(b);
    let open = at + window[at..].iter().take_while(is_of_call).count();
    let quote = open + 1;
    let &sign = window
        .get(quote)
        .filter(|sign| matches!(sign, b'"' | b'\'') && window[open] == b'(')?;
    let called = window[at..open].to_ascii_lowercase();
    if !LOOKUPS.iter().any(|part| memchr::memmem::find(&called, part).is_some()) {
        return None;
    }
    let first = &window[quote + 1..];
    let length = first
        .iter()
        .take_while(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || **b == b'_')
        .count();
    let rest = first[length..].strip_prefix(&[sign])?;
    // The block of Ruby's `fetch("X") { "…" }` is its second argument.
    let block = || rest.strip_prefix(b") {");
    let rest = rest.strip_prefix(b",").or_else(block)?.trim_ascii_start();
    let keyword = KEYWORDS.iter().find_map(|keyword| rest.strip_prefix(*keyword));
    let rest = keyword.unwrap_or(rest);
    let is_text = length > 0 && matches!(rest.first(), Some(b'"' | b'\''));
    is_text.then_some(window.len() - rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fallback(text: &str) -> Option<&str> {
        quote(text.as_bytes(), 0).and_then(|at| text[at..].lines().next())
    }

    #[test]
    fn the_last_way_out_of_an_expression_is_its_value() {
        for text in [
            "System.getenv(\"X\") ?: \"V\"",
            "System.getenv(\"X\")\n    ?: \"V\"",
            "process.env.X ?? \"V\"",
            "a.b || c['d'] || \"V\"",
            "os.environ.get(\"X\") or \"V\"",
            "$_ENV['X'] ?? \"V\"",
            "$this->config ?: \"V\"",
            "env.get(\"X\").getOrElse(\"V\"",
            "env::var(\"X\").unwrap_or_else(|_| \"V\"",
        ] {
            assert_eq!(fallback(text), Some("\"V\""), "{text}");
        }
        for text in [
            "os.environ.get(\"X\", \"V\"",
            "env.getOrElse(\"X\", \"V\"",
            "config('X', default=\"V\"",
            "ENV.fetch(\"X\") { \"V\" }",
            "<%= ENV.fetch(\"X\", \"V\") %>",
            "<%= ENV['X'] || \"V\" %>",
            "$ENV{X} // \"V\";",
            "live ? \"V1\" : x",
            "process.env.X === 'a' ? \"V1\" : \"V2\"",
            "Field(title='X', default=\"V\"",
        ] {
            assert_eq!(fallback(text).map(|it| &it[..2]), Some("\"V"), "{text}");
        }
    }

    #[test]
    fn what_asks_or_adds_falls_back_to_nothing() {
        for text in [
            "a == b || \"V\"",
            "a ? \"V\" : \"W\"",
            "a or b[\"V\"]",
            "f(a or \"V\")",
            "\"a\" || \"V\"",
            "a\nb || \"V\"",
            "a, b or \"V\"",
            "dict(default='V', choices=['V', 'W'])",
            "for \"V\"",
            "hash(\"SHA256\", \"V\")",
            "get(\"name\", \"V\")",
            "a + b || \"V\"",
            "$x // \"V\"",
        ] {
            assert_eq!(fallback(text), None, "{text}");
        }
    }
}

//! What stands between a name and its value: what wraps the value and leaves it one, and what fetches another.
//!
//! Counts words alone, and judges nothing.

use super::features::small;

/// What a value is wrapped in that stays one: an option, a string, a constant of a type.
const WRAPPERS: &[&[u8]] = &[
    b"Some",
    b"Just",
    b"Right",
    b"Ok",
    b"Option",
    b"Optional",
    b"of",
    b"new",
    b"String",
    b"string",
    b"str",
    b"NSString",
    b"Text",
    b"char",
    b"byte",
    b"bytes",
    b"const",
    b"value",
    b"Value",
];

/// How many letters of a gap are not those of a wrapper: `Some("…")` is the value as `"…"` is, and `ask("…")` is not.
pub fn strange(gap: &[u8]) -> u8 {
    let words = gap.split(|b| !b.is_ascii_alphabetic());
    small(words.filter(|word| !WRAPPERS.contains(word)).map(<[u8]>::len).sum())
}

/// How many words of those that fetch a value stand in a gap.
pub fn fetches(gap: &[u8]) -> u8 {
    let words = [&b"env"[..], b"ENV", b"get", b"Get", b"fetch"];
    let has = |word: &[u8]| gap.windows(word.len()).any(|part| part == word);
    words.iter().filter(|word| has(word)).count() as u8
}

/// Whether the values of a statement follow the names of its columns.
fn has_values(gap: &[u8]) -> bool {
    let starts = |at: usize| {
        gap[at..]
            .get(..6)
            .is_some_and(|word| word.eq_ignore_ascii_case(b"values"))
    };
    memchr::memchr_iter(b')', gap).any(|at| {
        let rest = gap[at + 1..].trim_ascii_start();
        starts(gap.len() - rest.len())
    })
}

/// Whether a gap leads to a value that stands apart from its name, or that an expression falls back to.
pub fn leads_around(gap: &[u8]) -> bool {
    const OPERATORS: &[&[u8]] = &[b"??", b"||", b"?:", b" or", b" ?"];
    let is_close = |b: &u8| b"\\\"'` ]".contains(b);
    let start = gap.iter().take_while(|b| is_close(b)).count();
    let end = gap.len() - gap[start..].iter().rev().take_while(|b| is_close(b)).count();
    let inner = &gap[start..end];
    let sign = inner.trim_ascii_start();
    let is_assigned = matches!(sign.first(), Some(b':' | b'='));
    let crosses_line = || inner.contains(&b'\n') && (is_assigned || sign.starts_with(b"value"));
    let looks_up = || is_assigned && inner.windows(2).any(|pair| pair == b"\"," || pair == b"',");
    let starts = |starts: &[&[u8]]| starts.iter().any(|start| sign.starts_with(start));
    let is_marked =
        || starts(&[b": !!", b": &"]) || starts(&[b": {", b":{", b"{"]) && matches!(inner.last(), Some(b':' | b'='));
    let is_basic = || sign.get(..3).is_some_and(|word| word.eq_ignore_ascii_case(b"as "));
    let is_schemed = || sign.len() > 2 && sign[1..].trim_ascii().iter().all(u8::is_ascii_alphabetic);
    let is_schemed = || sign.starts_with(b": ") && gap.ends_with(b" ") && is_schemed();
    let falls_back = || OPERATORS.iter().any(|operator| inner.ends_with(operator));
    let ends = |ends: &[&[u8]]| ends.iter().any(|end| inner.to_ascii_lowercase().ends_with(end));
    let has_more = || inner.iter().filter(|b| **b == b',').count() > 1 && ends(&[b"default\":", b"value\":"]);
    let is_listed = || sign.starts_with(b",") && (ends(&[b"default=", b"fallback="]) || has_more());
    let is_row = || gap.len() > 12 && has_values(inner);
    let is_stated = || inner == b"is" || inner.ends_with(b" is") || inner.ends_with(b"is set to");
    let is_serialized = || sign.starts_with(b";s:");
    falls_back()
        || is_serialized()
        || is_stated()
        || is_schemed()
        || crosses_line()
        || is_marked()
        || looks_up()
        || is_basic()
        || is_listed()
        || is_row()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrapper_leaves_a_value_what_it_is() {
        assert_eq!(strange(b" = Some(\""), 0);
        assert_eq!(strange(b": Optional.of(new String(\""), 0);
        assert_eq!(strange(b" = ask(\""), 3);
        assert_eq!(strange(b" = Something(\""), 9);
    }

    #[test]
    fn a_gap_leads_around_what_stands_between() {
        for gap in [
            ": |\n  ",
            ":\n  value: ",
            "\": {\"value\": \"",
            "\" {\n  default = \"",
            ": !!str ",
            ", age) VALUES ('kim', '",
            ": token ",
            "\", type=str, default=\"",
            "\", \"type\": \"string\", \"value\": \"",
            " { get; set; } = \"",
            " As String = \"",
            " = a.b ?? \"",
            " = get(\"X\") or \"",
            " = live ? \"",
            " = get(\"X\", \"",
            " = \\\n  ",
            "\";s:14:\"",
        ] {
            assert!(leads_around(gap.as_bytes()), "{gap}");
        }
        for gap in [
            " = \"",
            "\": {\"",
            "\": \"",
            "\", \"",
            "(\"",
            " ",
            ": str = \"",
            "\",\n \"value\": \"",
        ] {
            assert!(!leads_around(gap.as_bytes()), "{gap}");
        }
    }
}

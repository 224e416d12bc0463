//! Values that stand apart from their name: behind a tag or an anchor of YAML, in a block scalar of one line, and as the
//! `value` or `default` of what has the name.
//!
//! Kubernetes charts, CloudFormation and ARM parameters, Terraform's variables and design documents of APIs are written so.
//! Finds where a value or its quote begins, within the window, and judges no value.

/// The longest way from a name to its value.
const LONGEST: usize = 256;
/// The most lines, or members, that stand before it.
const MOST: usize = 8;

/// What the value of a name is called where the name has more than a value.
const VALUES: &[&[u8]] = &[b"value", b"default", b"defaultvalue"];

/// Where the value begins that stands apart from its name, which starts at `name`; `at` is behind colon and blanks.
pub fn after_colon(window: &[u8], name: usize, at: usize) -> Option<usize> {
    match window.get(at)? {
        b'!' | b'&' => behind_marks(window, at),
        b'|' | b'>' => in_scalar(window, name, at),
        b'{' => in_braces(window, at),
        b'\r' | b'\n' => under(window, name, at),
        _ => None,
    }
}

/// Where the default begins of what is declared in a block with this name: `variable "db_password" {`.
pub fn in_block(window: &[u8], name: usize, at: usize) -> Option<usize> {
    let is_declared = window[..name].ends_with(b"variable \"") && window.get(at) == Some(&b'{');
    is_declared.then(|| in_braces(window, at)).flatten()
}

/// The place behind the tag of a string and an anchor, in any order. What other tags make of a value is not known.
fn behind_marks(window: &[u8], at: usize) -> Option<usize> {
    let is_anchor = |mark: &[u8]| {
        mark.len() > 1
            && mark[0] == b'&'
            && mark[1..].iter().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(b))
            && mark != b"&mut"
    };
    let mut at = at;
    for _ in 0..2 {
        let mark = window[at..].split(|b| b.is_ascii_whitespace()).next()?;
        if mark != b"!!str" && !is_anchor(mark) {
            break;
        }
        at += mark.len() + window[at + mark.len()..].iter().take_while(|b| **b == b' ').count();
    }
    window.get(at).filter(|b| !b"!&\r\n".contains(b)).map(|_| at)
}

/// Where the text begins of a block scalar that has one line.
fn in_scalar(window: &[u8], name: usize, at: usize) -> Option<usize> {
    let rest = &window[at + 1..];
    let marks = rest.iter().take_while(|b| b"+-0123456789".contains(b)).count();
    let mut lines = Lines::below(window, name, at + 1 + marks)?;
    let (line, indent) = lines.next()?;
    // More lines are a text, or a key.
    let ends = lines.next().is_none_or(|(_, next)| next < indent);
    (indent > lines.indent && ends).then_some(line)
}

/// Where the value begins among the lines below a name, which are further in.
fn under(window: &[u8], name: usize, at: usize) -> Option<usize> {
    let lines = Lines::below(window, name, at)?;
    let parent = lines.indent;
    let mut indent = None;
    for (line, here) in lines.take(MOST) {
        let first = *indent.get_or_insert(here);
        if here <= parent || here < first {
            return None;
        }
        if here == first && is_choice(window, line) {
            return None;
        }
        if let Some(value) = value_of_member(window, line).filter(|_| here == first) {
            return Some(value);
        }
    }
    None
}

/// Lines with something on them, as where their text begins and how far in that is.
struct Lines<'w> {
    window: &'w [u8],
    /// Where the next line begins.
    at: usize,
    /// How far in the line is below which they stand.
    indent: usize,
}

impl<'w> Lines<'w> {
    /// Those below the line of a name, nothing but blanks being left on it at `at`.
    fn below(window: &'w [u8], name: usize, at: usize) -> Option<Self> {
        let rest = window.get(at..)?;
        let end = memchr::memchr(b'\n', rest).filter(|end| rest[..*end].trim_ascii().is_empty())?;
        let start = memchr::memrchr(b'\n', &window[..name]).map_or(0, |before| before + 1);
        let line = &window[start..name];
        let indent = line.len() - line.trim_ascii_start().len();
        let at = at + end + 1;
        Some(Self { window, at, indent })
    }
}

impl Iterator for Lines<'_> {
    type Item = (usize, usize);

    fn next(&mut self) -> Option<(usize, usize)> {
        loop {
            let rest = self.window.get(self.at..)?;
            let line = rest.split(|b| *b == b'\n').next()?;
            let start = self.at;
            self.at += line.len() + 1;
            let indent = line.iter().take_while(|b| **b == b' ').count();
            if !line.trim_ascii().is_empty() {
                return Some((start + indent, indent));
            }
        }
    }
}

/// Where the quoted value begins among the members of the braces that open at `at`.
fn in_braces(window: &[u8], at: usize) -> Option<usize> {
    among(window, at + 1)
}

/// Where the quoted value begins of an entry whose other members follow from `at` on.
pub fn among(window: &[u8], at: usize) -> Option<usize> {
    let window = &window[..window.len().min(at + LONGEST)];
    let mut at = after_spaces(window, at);
    for _ in 0..MOST {
        if let Some(value) = value_of_member(window, at) {
            return matches!(window.get(value), Some(b'"' | b'\'' | b'\\')).then_some(value);
        }
        let end = end_of_member(window, at)?;
        at = after_spaces(window, end + 1);
    }
    None
}

/// The comma or line end behind a member that has no members of its own.
fn end_of_member(window: &[u8], at: usize) -> Option<usize> {
    let mut quote = None;
    for (length, &byte) in window[at..].iter().enumerate() {
        match (quote, byte) {
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            (Some(_), b'\n') | (None, b'{' | b'}' | b'[' | b'(') => return None,
            (None, b',' | b'\n') => return Some(at + length),
            _ => {}
        }
    }
    None
}

/// Whether the member whose name is at `at` lists the values that there are: no secret is one of them.
fn is_choice(window: &[u8], at: usize) -> bool {
    [&b"choices:"[..], b"enum:", b"options:", b"allowedvalues:"]
        .iter()
        .any(|name| {
            let here = window[at..].get(..name.len());
            here.is_some_and(|here| here.eq_ignore_ascii_case(name))
        })
}

/// Where the value begins of the member whose name is at `at`, if it is called a value.
fn value_of_member(window: &[u8], at: usize) -> Option<usize> {
    let quotes = |at: usize| window[at..].iter().take(2).take_while(|b| b"\\\"'".contains(b)).count();
    let start = at + quotes(at);
    let length = window[start..].iter().take_while(|b| b.is_ascii_alphanumeric()).count();
    let word = &window[start..start + length];
    let is_value = VALUES.iter().any(|value| value.eq_ignore_ascii_case(word));
    let end = start + length + quotes(start + length);
    let sign = end + blanks(window, end);
    let is_signed = is_value && matches!(window.get(sign), Some(b':' | b'='));
    is_signed.then(|| sign + 1 + blanks(window, sign + 1))
}

fn blanks(window: &[u8], at: usize) -> usize {
    window[at..].iter().take_while(|b| **b == b' ' || **b == b'\t').count()
}

fn after_spaces(window: &[u8], at: usize) -> usize {
    let rest = window.get(at..).unwrap_or_default();
    at.min(window.len()) + rest.iter().take_while(|b| b.is_ascii_whitespace()).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What stands where a value was found below or behind `name:`.
    fn value(text: &str) -> Option<&str> {
        let name = text.find("name").expect("a name");
        let colon = name + text[name..].find(':').expect("a colon");
        let at = after_colon(text.as_bytes(), name, colon + 1 + blanks(text.as_bytes(), colon + 1))?;
        text[at..].lines().next()
    }

    #[test]
    fn a_value_stands_in_a_scalar_of_one_line() {
        for text in [
            "name: |\n  V\n",
            "a:\n  name: >-\n    V\n  b: 1\n",
            "- name: |2\n\n    V",
        ] {
            assert_eq!(value(text), Some("V"), "{text}");
        }
        for text in ["name: |\n  V\n  W\n", "name: |\nV\n", "name: |\n", "name: | V\n"] {
            assert_eq!(value(text), None, "{text}");
        }
    }

    #[test]
    fn a_tag_of_a_string_and_an_anchor_are_passed_over() {
        for text in ["name: !!str V\n", "name: &a V\n", "name: &a !!str V\n"] {
            assert_eq!(value(text), Some("V"), "{text}");
        }
        for text in [
            "name: !vault V\n",
            "name: !Ref V\n",
            "name: &a !Ref V\n",
            "name: &a\n",
            "name: &mut V\n",
        ] {
            assert_eq!(value(text), None, "{text}");
        }
    }

    #[test]
    fn a_value_is_a_member_of_what_has_the_name() {
        for text in [
            "name:\n  value: V\n",
            "name:\n  Type: String\n  Default: V\n",
            "\"name\": {\"value\": V",
        ] {
            let wanted = value(text);
            assert_eq!(wanted.is_some(), !text.contains('{'), "{text}");
        }
        for text in [
            "\"name\": {\"value\": \"V\"",
            "\"name\": {\n  \"type\": \"securestring\",\n  \"defaultValue\": \"V\"",
            "name: {default: \"V\"",
        ] {
            assert_eq!(value(text), Some("\"V\""), "{text}");
        }
        for text in [
            "name:\nvalue: V\n",
            "name:\n  a:\n    value: V\n",
            "name:\n  values: V\n",
            "name:\n  choices: [V, W]\n  default: V\n",
            "\"name\": {\"a\": {\"value\": \"V\"",
            "\"name\": {}, \"value\": \"V\"",
        ] {
            assert_eq!(value(text), None, "{text}");
        }
        let entry = b"\"type\": \"string\",\n  \"value\": \"V\"}";
        assert_eq!(among(entry, 0).map(|at| &entry[at..at + 3]), Some(&b"\"V\""[..]));
        assert_eq!(among(b"\"a\"}, {\"value\": \"V\"", 0), None);
        let block = b"variable \"name\" {\n  type = string\n  default = \"V\"\n";
        assert_eq!(
            in_block(block, 10, 16).map(|at| &block[at..at + 3]),
            Some(&b"\"V\""[..])
        );
    }
}

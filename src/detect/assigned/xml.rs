//! From a name to its value in XML: `<password>…`, `<ns:password type="plain">…`, `<property name="password">…`,
//! `<name>password</name><value>…`.
//!
//! Finds where the text of an element begins, and the attribute that gives a value before the one that names it. A value
//! that is an attribute behind the name is none of its business.

use std::ops::Range;

/// How long the rest of a tag may be.
const LONGEST: usize = 64;

/// Elements that hold a name, and the next one, which holds its value.
const PAIRS: [(&[u8], &[u8]); 3] = [
    (b"</name>", b"<value>"),
    (b"</key>", b"<string>"),
    (b"</param-name>", b"<param-value>"),
];

/// What may stand before the text of an element.
const WRAPS: [&[u8]; 2] = [b"<value>", b"<![CDATA["];

/// Where the text begins of the element that has this name; `at` is behind what closes the name.
pub fn after(window: &[u8], name: &Range<usize>, at: usize) -> Option<usize> {
    let before = &window[..name.start];
    let text = if is_tag(before) {
        end_of_tag(window, name.end)?
    } else if is_attribute(before) {
        end_of_tag(window, at)?
    } else {
        next_element(window, at)?
    };
    let wraps = WRAPS.iter().find(|wrap| window[text..].starts_with(wrap));
    Some(text + wraps.map_or(0, |wrap| wrap.len()))
}

/// The value of the attribute before the one that has this name: `<property value="…" name="password"/>`.
pub fn attribute_before(window: &[u8], name: &Range<usize>) -> Option<Range<usize>> {
    let before = &window[..name.start];
    if !is_attribute(before) || window.get(name.end) != before.last() {
        return None;
    }
    let named = before[..before.len() - 2]
        .iter()
        .rposition(|b| b.is_ascii_whitespace())?;
    let other = before[..named].trim_ascii_end();
    let (&quote, inner) = other.split_last().filter(|(quote, _)| b"\"'".contains(quote))?;
    let start = memchr::memrchr(quote, inner)? + 1;
    let is_value = inner[..start - 1].to_ascii_lowercase().ends_with(b" value=");
    (is_value && start < inner.len()).then_some(start..inner.len())
}

/// Whether a tag begins so, perhaps with the prefix of its namespace.
fn is_tag(before: &[u8]) -> bool {
    let Some(prefixed) = before.strip_suffix(b":") else {
        return before.ends_with(b"<");
    };
    let prefix = prefixed.iter().rev().take_while(|b| b.is_ascii_alphanumeric());
    prefixed[..prefixed.len() - prefix.count()].ends_with(b"<")
}

/// Whether the name is the value of a tag's `name` or `key`.
fn is_attribute(before: &[u8]) -> bool {
    let Some(attribute) = before.strip_suffix(b"=\"").or_else(|| before.strip_suffix(b"='")) else {
        return false;
    };
    let in_tag = || attribute.iter().rfind(|b| b"<>\n".contains(b)) == Some(&b'<');
    (attribute.ends_with(b" name") || attribute.ends_with(b" key")) && in_tag()
}

/// The end of the tag's other attributes, none of which gives the value.
fn end_of_tag(window: &[u8], at: usize) -> Option<usize> {
    let rest = &window[at..window.len().min(at + LONGEST)];
    let end = memchr::memchr(b'>', rest)?;
    let attributes = &rest[..end];
    let is_other = attributes.ends_with(b"/")
        || attributes.iter().any(|b| b"<\n".contains(b))
        || memchr::memmem::find(attributes, b"alue=").is_some();
    (!is_other).then_some(at + end + 1)
}

/// Where the text begins of the element behind the one that holds the name.
fn next_element(window: &[u8], at: usize) -> Option<usize> {
    PAIRS.iter().find_map(|(close, open)| {
        let rest = window[at..].strip_prefix(*close)?.trim_ascii_start();
        let rest = rest.strip_prefix(*open)?;
        Some(window.len() - rest.len())
    })
}

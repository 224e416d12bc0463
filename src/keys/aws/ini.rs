//! The form of `~/.aws/credentials` and `~/.aws/config`, with the place of every value in the bytes.
//!
//! It reads as the AWS CLI does: sections, `name = value` (or `:`), comments of whole lines, and lines that are
//! indented more than the setting above them and belong to it. It changes nothing; who edits a file cuts at the
//! places that stand here and leaves every other byte alone.

use std::ops::Range;

/// `[name]` and what follows it.
#[derive(Clone, Debug)]
pub struct Section {
    /// As it stands between the brackets, without blanks at its ends.
    pub name: String,
    pub entries: Vec<Entry>,
    /// From its header to the end of the last line that says something.
    pub span: Range<usize>,
}

/// A setting of a section. It has no `Debug` that shows the value: most values here are secrets.
#[derive(Clone)]
pub struct Entry {
    /// In lower case, as names are compared.
    pub name: String,
    pub value: String,
    /// Where the value stands, without blanks at its ends.
    pub span: Range<usize>,
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} = …", self.name)
    }
}

impl Section {
    /// The value of a setting; the last one where a name stands twice.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.entry(name)
            .map(|entry| entry.value.as_str())
            .filter(|value| !value.is_empty())
    }

    pub fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().rev().find(|entry| entry.name == name)
    }

    /// How often a name is set.
    pub fn count(&self, name: &str) -> usize {
        self.entries.iter().filter(|entry| entry.name == name).count()
    }
}

/// Reads a file. Nothing in it is an error: a line that means nothing is passed over, as other tools do.
pub fn read(text: &[u8]) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    // How far the setting above is indented; deeper lines belong to it.
    let mut indented = None;
    let mut at = 0;
    for line in text.split_inclusive(|&byte| byte == b'\n') {
        let start = at;
        at += line.len();
        let inside = trimmed(text, start..at);
        let shown = &text[inside.clone()];
        if shown.is_empty() || matches!(shown[0], b'#' | b';') {
            continue;
        }
        let indent = inside.start - start;
        if let (true, Some(name)) = (indent == 0, header(shown)) {
            indented = None;
            sections.push(Section {
                name,
                entries: Vec::new(),
                span: start..at,
            });
            continue;
        }
        let Some(section) = sections.last_mut() else { continue };
        section.span.end = at;
        if indented.is_some_and(|above| indent > above) {
            continue;
        }
        if let Some(entry) = entry(text, inside) {
            indented = Some(indent);
            section.entries.push(entry);
        }
    }
    sections
}

/// The name in `[name]`; what follows the bracket is a comment. A byte order mark may stand before it.
fn header(line: &[u8]) -> Option<String> {
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
    let inner = line.strip_prefix(b"[")?;
    let end = inner.iter().position(|&byte| byte == b']')?;
    Some(String::from_utf8_lossy(&inner[..end]).trim().to_owned())
}

fn entry(text: &[u8], line: Range<usize>) -> Option<Entry> {
    let shown = &text[line.clone()];
    let sign = shown.iter().position(|&byte| matches!(byte, b'=' | b':'))?;
    let name = trimmed(text, line.start..line.start + sign);
    let value = trimmed(text, line.start + sign + 1..line.end);
    let value = trimmed(text, value.start..value.start + comment(&text[value.clone()]));
    Some(Entry {
        name: String::from_utf8_lossy(&text[name]).to_lowercase(),
        value: String::from_utf8_lossy(&text[value.clone()]).into_owned(),
        span: value,
    })
}

/// Where a comment at the end of a value begins: at a blank with `#` or `;` after it.
fn comment(value: &[u8]) -> usize {
    value
        .windows(2)
        .position(|pair| pair[0].is_ascii_whitespace() && matches!(pair[1], b'#' | b';'))
        .unwrap_or(value.len())
}

/// A range without the blanks at its ends.
fn trimmed(text: &[u8], range: Range<usize>) -> Range<usize> {
    let shown = &text[range.clone()];
    let start = shown.len() - shown.trim_ascii_start().len();
    let length = shown.trim_ascii().len();
    range.start + start..range.start + start + length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_and_values_are_where_they_stand() {
        let text = b"# mine\r\n[default]\r\nAWS_Access_Key_Id = one  # old\r\n\r\n[ profile b ] ; x\nregion=eu-west-1\ns3 =\n  region = no\nlast: v";
        let sections = read(text);
        let names: Vec<&str> = sections.iter().map(|section| section.name.as_str()).collect();
        assert_eq!(names, ["default", "profile b"]);
        let id = sections[0].entry("aws_access_key_id").unwrap();
        assert_eq!((id.value.as_str(), &text[id.span.clone()]), ("one", b"one".as_slice()));
        assert_eq!(sections[1].get("region"), Some("eu-west-1"));
        assert_eq!(sections[1].count("region"), 1);
        assert_eq!(sections[1].get("last"), Some("v"));
        assert!(text[..sections[0].span.end].ends_with(b"# old\r\n"));
    }

    #[test]
    fn a_section_may_be_indented_as_a_whole() {
        let sections = read(b"[a]\n  x = 1\n  y = 2\n    z = part of y\n");
        assert_eq!(sections[0].get("y"), Some("2"));
        assert_eq!(sections[0].get("z"), None);
    }

    #[test]
    fn nothing_here_ends_in_a_panic() {
        for text in ["", "[", "[]", "=", "x\n=y", "[a]\n=", "[a\nb=", "\u{feff}[a]\nb=c"] {
            read(text.as_bytes());
        }
        assert_eq!(read("\u{feff}[a]\nb=c".as_bytes())[0].get("b"), Some("c"));
    }
}

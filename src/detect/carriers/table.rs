//! Passwords in the column of a table that is headed so: CSV with any separator, as consoles let users download it, and
//! tables of Markdown.
//!
//! A header is the first line of a text or of a part of it, and in Markdown has the line of dashes below; the rows have as
//! many cells as it has. A word in lower case says something about passwords, and what is more than a word is prose.

use std::ops::Range;
use std::sync::Arc;

use super::rows::{is_of_secret, trimmed};
use super::value::is_reference;
use crate::detect::candidate::Candidate;
use crate::detect::{placeholder, stock};
use crate::rules::Rule;

/// The heading with the separator before it.
pub const LITERALS: &[&str] = &[
    ",password",
    ",Password",
    ",PASSWORD",
    ",\"password",
    ",\"Password",
    ";password",
    ";Password",
    "\tpassword",
    "\tPassword",
    "|password",
    "|Password",
    "| password",
    "| Password",
    "| PASSWORD",
];

/// So much of a table is read.
const LONGEST: usize = 1792;
/// What spreadsheets and consoles write before a text.
const MARK: &[u8] = b"\xef\xbb\xbf";
/// The longest heading of a column.
const LONGEST_HEADING: usize = 40;

/// Reads the cell of each row below the heading whose separator stands at `at`.
pub fn read(rule: &Arc<Rule>, bytes: &[u8], at: usize) -> Vec<Candidate> {
    let table = &bytes[..bytes.len().min(at + LONGEST)];
    let mut start = memchr::memrchr(b'\n', &table[..at]).map_or(0, |end| end + 1);
    let begins = is_first(&table[..start]);
    if table[start..].starts_with(MARK) {
        start += MARK.len();
    }
    let mut lines = lines(table, start, table.len() == bytes.len());
    let separator = bytes[at];
    let Some(headings) = lines.next().and_then(|line| cells(table, &line, separator)) else {
        return Vec::new();
    };
    let is_heading =
        |cell: &Range<usize>| cell.len() <= LONGEST_HEADING && bytes[cell.clone()].iter().all(is_of_heading);
    let headed_here = headings.iter().position(|cell| cell.start > at);
    let of_secret = headed_here.filter(|&index| is_of_secret(&bytes[headings[index].clone()]));
    let Some(index) = of_secret.filter(|_| headings.len() > 1 && headings.iter().all(is_heading)) else {
        return Vec::new();
    };
    let is_headed = match separator {
        b'|' => lines
            .next()
            .is_some_and(|line| table[line].iter().all(|b| b"|-: \t\r".contains(b))),
        _ => begins,
    };
    let rows = lines.map_while(|line| cells(table, &line, separator).filter(|cells| cells.len() == headings.len()));
    let values = rows.filter(|_| is_headed).map(|cells| cells[index].clone());
    let passwords = values.filter(|value| is_password(&bytes[value.clone()]));
    let candidates = passwords.map(|value| {
        let password = &bytes[value.clone()];
        let stock = stock::is_stock(password).then_some("documentation writes such a password");
        let candidate = Candidate::new(rule, value, password);
        candidate.placeholder(placeholder::of_password(password).or(stock))
    });
    candidates.collect()
}

/// Whether a cell holds more than a word about passwords, and not the hash of one.
fn is_password(cell: &[u8]) -> bool {
    let is_hash = cell.starts_with(b"$") || cell.len() >= 32 && cell.iter().all(u8::is_ascii_hexdigit);
    let is_word = cell.iter().skip(1).all(u8::is_ascii_lowercase) || cell.iter().all(u8::is_ascii_uppercase);
    let is_one = cell.iter().all(u8::is_ascii_graphic) && cell.len() >= 4;
    is_one && !is_hash && !is_word && !is_reference(cell) && !cell.iter().any(|b| b"<>{}()[]".contains(b))
}

/// The lines from a place on, without their ends. The last is left out unless it is `whole`.
fn lines(table: &[u8], start: usize, whole: bool) -> impl Iterator<Item = Range<usize>> {
    let ends = memchr::memchr_iter(b'\n', &table[start..]).map(move |end| start + end);
    let mut from = start;
    ends.chain(whole.then_some(table.len()))
        .map(move |end| std::mem::replace(&mut from, end + 1)..end)
}

fn is_of_heading(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || b" _-./".contains(byte)
}

/// Whether a text begins behind this, or a part of it.
fn is_first(before: &[u8]) -> bool {
    let before = before.strip_suffix(b"\n").unwrap_or(before);
    let line = before.rsplit(|b| *b == b'\n').next().unwrap_or_default().trim_ascii();
    line.is_empty() || line.starts_with(b"```")
}

/// The cells of a line, without blanks and quotes around them; `None` if a quote does not end in its cell.
fn cells(table: &[u8], line: &Range<usize>, separator: u8) -> Option<Vec<Range<usize>>> {
    let mut line = line.clone();
    if separator == b'|' {
        line = trimmed(table, line);
        let inner = table[line.clone()].strip_prefix(b"|")?.strip_suffix(b"|")?;
        line = line.start + 1..line.start + 1 + inner.len();
    }
    let mut cells = Vec::new();
    let (mut start, mut is_quoted) = (line.start, false);
    for at in line.clone() {
        match table[at] {
            b'"' if separator != b'|' => is_quoted = !is_quoted,
            byte if byte == separator && !is_quoted => {
                cells.push(bare(table, start..at));
                start = at + 1;
            }
            _ => {}
        }
    }
    cells.push(bare(table, start..line.end));
    (!is_quoted).then_some(cells)
}

fn bare(table: &[u8], cell: Range<usize>) -> Range<usize> {
    let cell = trimmed(table, cell);
    match table[cell.clone()] {
        [b'"', .., b'"'] | [b'`', .., b'`'] => cell.start + 1..cell.end - 1,
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The third cell of the line behind the first.
    fn third(table: &str, separator: u8) -> Option<&str> {
        let line = lines(table.as_bytes(), 0, true).nth(1)?;
        let cells = cells(table.as_bytes(), &line, separator)?;
        Some(&table[cells.get(2)?.clone()])
    }

    #[test]
    fn cells_lie_between_separators_that_no_quote_holds() {
        for (table, separator) in [
            ("a,b,c\n1,2,V", b','),
            ("a,b,c\r\n\"1,1\",2,\"V\"\r\n", b','),
            ("a;b;c\n1;; V ;4\n", b';'),
            ("a\tb\tc\td\n\t2\tV\t\r\n", b'\t'),
            ("|a|b|c|\n| 1 | 2 | `V` |\n", b'|'),
        ] {
            assert_eq!(third(table, separator), Some("V"), "{table}");
        }
        assert_eq!(third("a,b,c\n1,2,\"V", b','), None);
        assert_eq!(third("|a|b|c|\n1 | 2 | V\n", b'|'), None);
    }

    #[test]
    fn a_password_is_no_word_about_one_and_no_hash() {
        for cell in ["hunter2", "k3#Fj,9xQz!p", "S3cret"] {
            assert!(is_password(cell.as_bytes()), "{cell}");
        }
        for cell in [
            "",
            "yes",
            "String",
            "NULL",
            "the one above",
            "<password>",
            "$2y$10$abc",
            "${PASSWORD}",
            "********",
        ] {
            assert!(!is_password(cell.as_bytes()), "{cell}");
        }
        assert!(!is_password(&b"0a".repeat(16)));
    }

    #[test]
    fn a_header_begins_a_text_or_a_part_of_it() {
        for before in ["", "users:\n\n", "so:\n```csv\n"] {
            assert!(is_first(before.as_bytes()), "{before}");
        }
        assert!(!is_first(b"kim,1\n"));
    }
}

//! Secrets among the values of `INSERT INTO users (name, password) VALUES ('kim', '…'), (…)`: the column's place in the
//! list says which value of a row is its.
//!
//! The column is a name as any other, and the value is judged by the same score. Calls, numbers and what stands for a value
//! are none; of a dump's long statement the first rows are read.

use std::ops::Range;
use std::sync::Arc;

use super::value::is_reference;
use crate::detect::assigned::Assigned;
use crate::detect::candidate::Candidate;
use crate::detect::score;
use crate::rules::Rule;

pub const LITERALS: &[&str] = &["INSERT INTO ", "insert into ", "Insert into ", "REPLACE INTO "];

/// So much of a statement is read.
const LONGEST: usize = 1792;
/// The most columns that are counted.
const MOST: usize = 64;

/// What the name of a column ends in that holds a secret, letters and digits only.
const ENDS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "pass",
    "pwd",
    "secret",
    "secretkey",
    "apikey",
    "token",
];

/// Reads the secret of each row of the statement that starts at `at`.
pub fn read(rule: &Arc<Rule>, bytes: &[u8], at: usize) -> Vec<Candidate> {
    let statement = &bytes[..bytes.len().min(at + LONGEST)];
    let Some((columns, end)) = list(statement, at) else {
        return Vec::new();
    };
    let Some(index) = columns.iter().position(|column| is_of_secret(&bytes[column.clone()])) else {
        return Vec::new();
    };
    let name = &columns[index];
    let rest = statement[end..].trim_ascii_start();
    let is_values = rest.get(..6).is_some_and(|word| word.eq_ignore_ascii_case(b"values"));
    let mut from = statement.len() - rest.len() + 6;
    let mut found = Vec::new();
    while is_values && let Some((values, end)) = list(statement, from) {
        let value = values.get(index).and_then(|value| text(statement, value));
        let assigned = value.map(|value| Assigned {
            name: name.clone(),
            value,
        });
        found.extend(assigned.and_then(|assigned| score::judge(rule, bytes, &assigned)));
        let goes_on = statement[end..].trim_ascii_start().starts_with(b",");
        if !goes_on {
            break;
        }
        from = end;
    }
    found
}

/// Whether a column of this name holds a secret.
pub fn is_of_secret(column: &[u8]) -> bool {
    let letters = column.iter().filter(|b| b.is_ascii_alphanumeric());
    let name: String = letters.map(|b| char::from(b.to_ascii_lowercase())).collect();
    ENDS.iter().any(|end| name.ends_with(end))
}

/// The entries of the list in brackets that begins behind `from`, with nothing but a name or a sign before, and its end.
fn list(statement: &[u8], from: usize) -> Option<(Vec<Range<usize>>, usize)> {
    let open = from + memchr::memchr2(b'(', b';', statement.get(from..)?)?;
    let mut entries = Vec::new();
    let (mut start, mut depth, mut at) = (open + 1, 0_usize, open);
    while entries.len() < MOST {
        match statement.get(at)? {
            b';' if depth == 0 => return None,
            quote @ (b'\'' | b'"' | b'`') => at = end_of_quoted(statement, at, *quote)?,
            b'(' => depth += 1,
            b')' | b',' if depth == 1 => {
                entries.push(trimmed(statement, start..at));
                start = at + 1;
                if statement[at] == b')' {
                    return Some((entries, at + 1));
                }
            }
            b')' => depth = depth.checked_sub(1)?,
            _ => {}
        }
        at += 1;
    }
    None
}

/// Where the closing quote of the text stands that opens at `at`. A quote that is doubled or escaped closes nothing.
fn end_of_quoted(statement: &[u8], at: usize, quote: u8) -> Option<usize> {
    let mut at = at + 1;
    loop {
        at += memchr::memchr2(quote, b'\\', statement.get(at..)?)?;
        match (statement[at], statement.get(at + 1)) {
            (b'\\', _) => at += 2,
            (_, Some(next)) if *next == quote => at += 2,
            _ => return Some(at),
        }
    }
}

/// A range without the blanks at its ends.
pub fn trimmed(statement: &[u8], entry: Range<usize>) -> Range<usize> {
    let text = &statement[entry.clone()];
    let start = entry.start + (text.len() - text.trim_ascii_start().len());
    start..start + text.trim_ascii().len()
}

/// The inside of a string that is all of a value and stands for nothing else.
fn text(statement: &[u8], value: &Range<usize>) -> Option<Range<usize>> {
    let national = usize::from(statement[value.clone()].starts_with(b"N'"));
    let value = value.start + national..value.end;
    let text = &statement[value.clone()];
    let inner = text.strip_prefix(b"'")?.strip_suffix(b"'")?;
    // A hash of a dump has a rule of its own.
    let is_other = inner.len() < 3 || inner.starts_with(b"$") || is_reference(inner) || inner.contains(&b'\'');
    (!is_other).then_some(value.start + 1..value.end - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The second entry of the first list, and that of the one behind it.
    fn second(statement: &str) -> Option<(&str, &str)> {
        let (columns, end) = list(statement.as_bytes(), 0)?;
        let (values, _) = list(statement.as_bytes(), end)?;
        Some((&statement[columns.get(1)?.clone()], &statement[values.get(1)?.clone()]))
    }

    #[test]
    fn a_value_has_the_place_of_its_column() {
        for statement in [
            "INSERT INTO u (a, b) VALUES ('x', V);",
            "insert into u(a,b,c)values('x,(',V,now());",
            "INSERT INTO `u` (`a`, b) VALUES\n(md5('x', 1), V),\n(1, 2)",
            "INSERT INTO u (a, b) VALUES ('it''s \\'x', V)",
        ] {
            assert_eq!(second(statement), Some(("b", "V")), "{statement}");
        }
        assert_eq!(second("INSERT INTO u VALUES; a (b, c)"), None);
    }

    #[test]
    fn a_text_is_all_of_its_value() {
        let inner = |value: &str| text(value.as_bytes(), &(0..value.len())).map(|span| value[span].to_owned());
        assert_eq!(inner("'horse'").as_deref(), Some("horse"));
        assert_eq!(inner("N'horse'").as_deref(), Some("horse"));
        for value in [
            "NULL",
            "?",
            ":pw",
            "MD5('x')",
            "''",
            "'$pw'",
            "'{{ pw }}'",
            "'%s'",
            "'a' || 'b'",
        ] {
            assert_eq!(inner(value), None, "{value}");
        }
    }

    #[test]
    fn a_column_says_by_its_end_what_it_holds() {
        for column in ["password", "`user_password`", "PASSWD", "[api_key]"] {
            assert!(is_of_secret(column.as_bytes()), "{column}");
        }
        for column in ["password_changed", "name", "token_type", "passport"] {
            assert!(!is_of_secret(column.as_bytes()), "{column}");
        }
    }
}

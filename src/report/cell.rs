//! Cells of comma-separated tables that people open in a spreadsheet (RFC 4180).
//!
//! A spreadsheet runs a cell that begins like a formula, and a name may: such a cell gets an apostrophe in front.
//! Control characters are escaped, so that a line is a line.

use crate::text::sanitize;

/// One line of a table, with its ending.
pub fn line<C: AsRef<str>>(cells: &[C]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| guarded(cell.as_ref())).collect();
    cells.join(",") + "\r\n"
}

/// A cell that no spreadsheet takes for a formula, quoted if it must be.
fn guarded(cell: &str) -> String {
    let mut safe = String::with_capacity(cell.len());
    // Where semicolons part cells, each begins a new one.
    for (index, part) in cell.split(';').enumerate() {
        safe += if index > 0 { ";" } else { "" };
        safe += if is_formula(part) { "'" } else { "" };
        safe += &sanitize(part.as_bytes());
    }
    match safe.contains([',', '"', ';', '\'', ' ']) {
        true => format!("\"{}\"", safe.replace('"', "\"\"")),
        false => safe,
    }
}

/// Whether a cell begins like a formula, also behind what may be trimmed, and in full-width forms.
fn is_formula(cell: &str) -> bool {
    cell.starts_with(['\t', '\r', '\n'])
        || cell
            .trim_start_matches(|c: char| c.is_whitespace() || c == '"')
            .starts_with(['=', '+', '-', '@', '|', '%', '＝', '＋', '－', '＠'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_is_text() {
        for (cell, expected) in [
            ("plain", "plain"),
            ("=1+1", "\"'=1+1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("+x", "\"'+x\""),
            ("-x", "\"'-x\""),
            ("\tx", "\"'\\tx\""),
            ("\rx", "\"'\\rx\""),
            ("＝1", "\"'＝1\""),
            (" =1", "\"' =1\""),
            ("\"=1", "\"'\"\"=1\""),
            ("a;=1", "\"a;'=1\""),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
        ] {
            assert_eq!(guarded(cell), expected);
        }
    }

    #[test]
    fn a_line_ends_as_the_standard_says() {
        assert_eq!(line(&["a", "b\nc"]), "a,b\\nc\r\n");
    }
}

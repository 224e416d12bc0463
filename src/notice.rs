//! What is told beside a report: lines on standard error, for people.
//!
//! Whatever a name in them holds, they are safe for a terminal and for the log of a CI run. A reader that is gone (`2>&1 | head`) is no reason to stop, so nothing here fails or panics.

use std::fmt::Display;
use std::io::Write;

use crate::text::safe_lines;

/// Writes a line to standard error.
pub fn tell(line: impl Display) {
    let _ = writeln!(std::io::stderr(), "{}", safe_lines(&line.to_string()));
}

/// Says why a run is incomplete, where no report for people does.
pub fn incomplete(reasons: impl IntoIterator<Item = String>) {
    let reasons: Vec<String> = reasons.into_iter().collect();
    if !reasons.is_empty() {
        tell(format!("incomplete: {}", reasons.join("\nincomplete: ")));
    }
}

//! Text of ours and of strangers as Markdown, so that it means itself wherever it is shown: as CommonMark, on GitHub,
//! on GitLab, within tables.

use super::spot::Markup;
use crate::text::sanitize;

/// Running text is escaped; names stand in code, where no host looks for links, people and tickets.
pub const MARKDOWN: Markup = Markup { text, name: code };

/// Text that means itself: no markup, no HTML, no table cell of its own.
pub fn text(raw: &str) -> String {
    let mut safe = String::with_capacity(raw.len());
    for c in sanitize(raw.as_bytes()).chars() {
        match c {
            '<' => safe += "&lt;",
            '>' => safe += "&gt;",
            '&' => safe += "&amp;",
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '!' => {
                safe.push('\\');
                safe.push(c);
            }
            c => safe.push(c),
        }
    }
    safe
}

/// A span of code that the text cannot close. Renderers do not agree on a bar within a table, so it is escaped as
/// terminals have it.
pub fn code(raw: &str) -> String {
    let raw = sanitize(raw.as_bytes()).replace('|', "\\u{7c}");
    let fence = "`".repeat(longest_run(&raw) + 1);
    // A blank on both sides is taken off again.
    let blank = raw.starts_with(['`', ' ']) || raw.ends_with(['`', ' ']) || raw.is_empty();
    let blank = if blank { " " } else { "" };
    format!("{fence}{blank}{raw}{blank}{fence}")
}

/// A fence that is longer than any run of backticks within.
pub fn fence(lines: &str) -> String {
    "`".repeat(longest_run(lines).max(2) + 1)
}

fn longest_run(text: &str) -> usize {
    let (mut longest, mut run) = (0, 0);
    for c in text.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_cannot_be_closed_from_within() {
        assert_eq!(code("a"), "`a`");
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("``"), "``` `` ```");
        assert_eq!(code("a|b\n"), "`a\\u{7c}b\\n`");
    }

    #[test]
    fn text_is_no_markup() {
        assert_eq!(text("<b>*a*|[x](y)"), "&lt;b&gt;\\*a\\*\\|\\[x\\](y)");
    }
}

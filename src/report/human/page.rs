//! The page that the human report is written on: wraps, colors, and escapes all it is given.

use crate::finding::Severity;
use crate::text::{inert, sanitize};

/// Where the text of a labelled row begins.
const LABEL: usize = 12;
const INDENT: usize = 4;
/// Narrower than this, wrapping does more harm than good.
const NARROWEST: usize = 40;

/// How a piece of a line looks, where colors are used.
#[derive(Clone, Copy)]
pub enum Style {
    Plain,
    Bold,
    Dim,
    Alarm,
    Red,
    Yellow,
    Blue,
}

impl Style {
    pub fn of(severity: Severity) -> Self {
        match severity {
            Severity::Critical => Style::Alarm,
            Severity::High => Style::Red,
            Severity::Medium => Style::Yellow,
            Severity::Low => Style::Blue,
            Severity::Info => Style::Dim,
        }
    }

    fn code(self) -> &'static str {
        match self {
            Style::Plain => "",
            Style::Bold => "1",
            Style::Dim => "2",
            Style::Alarm => "1;31",
            Style::Red => "31",
            Style::Yellow => "33",
            Style::Blue => "34",
        }
    }
}

/// Collects the text. Every method escapes what it is given before it adds colors.
pub struct Page {
    text: String,
    color: bool,
    width: usize,
}

impl Page {
    pub fn new(color: bool, width: usize) -> Self {
        Self {
            text: String::new(),
            color,
            width: width.max(NARROWEST),
        }
    }

    pub fn into_bytes(self) -> Vec<u8> {
        inert(&self.text).into_bytes()
    }

    pub fn blank(&mut self) {
        self.text.push('\n');
    }

    /// Writes the pieces as one line, however long.
    pub fn line(&mut self, pieces: &[(Style, &str)]) {
        for (style, piece) in pieces {
            self.paint(*style, &sanitize(piece.as_bytes()));
        }
        self.blank();
    }

    /// Writes the pieces as one line, of which the middle one leads to `url`, if there is one. A URL holds no byte of
    /// a repository as it is.
    pub fn linked(&mut self, before: (Style, &str), text: (Style, &str), after: &[(Style, &str)], url: Option<&str>) {
        self.paint(before.0, &sanitize(before.1.as_bytes()));
        if let Some(url) = url {
            self.text.push_str(&format!("\x1b]8;;{url}\x1b\\"));
        }
        self.paint(text.0, &sanitize(text.1.as_bytes()));
        if url.is_some() {
            self.text.push_str("\x1b]8;;\x1b\\");
        }
        self.line(after);
    }

    /// Writes one line whose last piece stands at the right margin.
    pub fn spread(&mut self, left: &[(Style, &str)], right: (Style, &str)) {
        let taken: usize = left.iter().map(|(_, piece)| piece.chars().count()).sum();
        let gap = self.width.saturating_sub(taken + right.1.chars().count());
        let gap = " ".repeat(gap.max(2));
        let mut pieces = left.to_vec();
        pieces.push((Style::Plain, &gap));
        pieces.push(right);
        self.line(&pieces);
    }

    /// Writes a label and its text, wrapped between words and aligned under itself.
    pub fn row(&mut self, indent: bool, label: &str, text: &str) {
        let margin = if indent { INDENT } else { 0 };
        let text = sanitize(text.as_bytes());
        for (index, line) in wrap(&text, self.width - margin - LABEL).iter().enumerate() {
            let label = if index == 0 { label } else { "" };
            self.text.push_str(&" ".repeat(margin));
            self.paint(Style::Dim, &format!("{label:LABEL$}"));
            self.text.push_str(line);
            self.blank();
        }
    }

    /// Writes a paragraph, wrapped between words, so many blanks from the margin.
    pub fn text(&mut self, margin: usize, text: &str) {
        let text = sanitize(text.as_bytes());
        for line in wrap(&text, self.width - margin) {
            self.text.push_str(&" ".repeat(margin));
            self.text.push_str(&line);
            self.blank();
        }
    }

    fn paint(&mut self, style: Style, safe: &str) {
        if self.color && !style.code().is_empty() && !safe.is_empty() {
            self.text.push_str(&format!("\x1b[{}m{safe}\x1b[0m", style.code()));
        } else {
            self.text.push_str(safe);
        }
    }
}

/// Breaks a text between words. A word that is too long, such as a path, stays whole to be copied.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        let line = lines.last_mut().expect("there is always a line");
        if used > 0 && used + 1 + length > width {
            lines.push(word.to_owned());
            used = length;
            continue;
        }
        if used > 0 {
            line.push(' ');
            used += 1;
        }
        line.push_str(word);
        used += length;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(color: bool, write: impl Fn(&mut Page)) -> String {
        let mut page = Page::new(color, 40);
        write(&mut page);
        String::from_utf8(page.into_bytes()).unwrap()
    }

    #[test]
    fn rows_wrap_between_words_and_keep_long_ones_whole() {
        let text = page(false, |page| {
            page.row(true, "label", "one two three four five six seven eight");
            page.row(false, "path", &"x".repeat(60));
        });
        assert_eq!(
            text,
            format!(
                "    label       one two three four five\n{}six seven eight\npath        {}\n",
                " ".repeat(16),
                "x".repeat(60)
            )
        );
    }

    #[test]
    fn colors_are_only_ours() {
        let write = |page: &mut Page| page.line(&[(Style::Red, "a\x1b[2Jb")]);
        assert_eq!(page(false, write), "a\\u{1b}[2Jb\n");
        assert_eq!(page(true, write), "\x1b[31ma\\u{1b}[2Jb\x1b[0m\n");
    }

    #[test]
    fn the_last_piece_stands_at_the_margin() {
        let text = page(false, |page| {
            page.spread(&[(Style::Plain, "left")], (Style::Plain, "right"))
        });
        assert_eq!(text.trim_end().len(), 40);
        assert!(text.ends_with("right\n"));
    }
}

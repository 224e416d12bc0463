//! Git's ignore patterns: the lines of one ignore file, matched as git matches them.
//!
//! A port of git's rules, not of a glob library: braces are plain text, `[[:alpha:]]` is a class,
//! `**` spans folders only as a whole component, a malformed pattern matches nothing. Paths and
//! patterns are bytes. Matching allocates nothing and takes polynomial time whatever the pattern,
//! for the patterns are written by strangers. `tests/files.rs` compares it with `git check-ignore`.

mod shape;

use shape::Shape;

/// What an ignore file says about a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Ignore,
    /// A `!` line takes the path back.
    Keep,
}

/// The patterns of one ignore file, in order.
#[derive(Debug, Default)]
pub struct Patterns(Vec<Pattern>);

#[derive(Debug)]
struct Pattern {
    verdict: Verdict,
    /// The pattern ended with `/`.
    folders_only: bool,
    /// It holds a `/`: it is matched against the whole path below the ignore file's folder.
    anchored: bool,
    shape: Shape,
}

impl Patterns {
    /// Reads the lines of an ignore file.
    pub fn parse(text: &[u8]) -> Self {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        Self(text.split(|&byte| byte == b'\n').filter_map(Pattern::parse).collect())
    }

    /// Whether no line can match anything.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a file is ignored, by its own path or by a folder that it is in; what is in an ignored folder
    /// cannot be taken back. `path` is relative to the ignore file's folder.
    pub fn ignores(&self, path: &[u8]) -> bool {
        let mut folders = memchr::memchr_iter(b'/', path).filter(|&end| end > 0);
        folders.any(|end| self.verdict(&path[..end], true) == Some(Verdict::Ignore))
            || self.verdict(path, false) == Some(Verdict::Ignore)
    }

    /// Returns what the last line that matches says. `path` is relative to the ignore file's folder.
    pub fn verdict(&self, path: &[u8], is_folder: bool) -> Option<Verdict> {
        let name = memchr::memrchr(b'/', path).map_or(path, |slash| &path[slash + 1..]);
        self.0
            .iter()
            .rev()
            .filter(|pattern| is_folder || !pattern.folders_only)
            .find(|pattern| pattern.shape.fits(if pattern.anchored { path } else { name }))
            .map(|pattern| pattern.verdict)
    }
}

impl Pattern {
    /// Returns `None` for a blank line, a comment, and a pattern that can match nothing.
    fn parse(line: &[u8]) -> Option<Self> {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let line = trim_spaces(line);
        if line.starts_with(b"#") {
            return None;
        }
        let (verdict, line) = match line.strip_prefix(b"!") {
            Some(rest) => (Verdict::Keep, rest),
            None => (Verdict::Ignore, line),
        };
        let (folders_only, line) = match line.strip_suffix(b"/") {
            Some(rest) => (true, rest),
            None => (false, line),
        };
        let anchored = line.contains(&b'/');
        let line = line.strip_prefix(b"/").unwrap_or(line);
        if line.is_empty() {
            return None;
        }
        Some(Self {
            verdict,
            folders_only,
            anchored,
            shape: Shape::parse(line, anchored)?,
        })
    }
}

/// Takes trailing spaces off, but for one that is quoted with a backslash.
fn trim_spaces(line: &[u8]) -> &[u8] {
    let (mut at, mut end) = (0, 0);
    while at < line.len() {
        let space = line[at] == b' ';
        at += if line[at] == b'\\' { 2 } else { 1 };
        if !space {
            end = at;
        }
    }
    &line[..end.min(line.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ignores(pattern: &str, path: &str) -> bool {
        Patterns::parse(pattern.as_bytes()).verdict(path.as_bytes(), false) == Some(Verdict::Ignore)
    }

    #[test]
    fn a_star_stays_within_a_folder_and_two_stars_do_not() {
        assert!(ignores("a/*.c", "a/x.c"));
        assert!(!ignores("a/*.c", "a/b/x.c"));
        assert!(ignores("a/**/*.c", "a/b/d/x.c"));
        assert!(ignores("a/**/x.c", "a/x.c"));
        assert!(ignores("a/**", "a/b/c"));
        assert!(!ignores("a/**", "a"));
        assert!(!ignores("a?**b/c", "axx/b/c"));
    }

    #[test]
    fn braces_are_text_and_classes_are_gits() {
        assert!(ignores("*.{c,h}", "x.{c,h}"));
        assert!(!ignores("*.{c,h}", "x.c"));
        assert!(ignores("[[:digit:]x-z]a", "ya"));
        assert!(!ignores("[!a-c]a", "ba"));
        assert!(!ignores("[a", "[a"));
    }

    #[test]
    fn a_later_line_overrules_an_earlier_one() {
        let patterns = Patterns::parse(b"*.env\n!keep.env\r\nbuild/\n");
        assert_eq!(patterns.verdict(b"a/keep.env", false), Some(Verdict::Keep));
        assert_eq!(patterns.verdict(b"a/other.env", false), Some(Verdict::Ignore));
        assert_eq!(patterns.verdict(b"build", false), None);
        assert_eq!(patterns.verdict(b"a/build", true), Some(Verdict::Ignore));
    }

    #[test]
    fn trailing_spaces_go_unless_quoted() {
        assert_eq!(trim_spaces(b"a b  "), b"a b");
        assert_eq!(trim_spaces(b"a\\  "), b"a\\ ");
        assert_eq!(trim_spaces(b"   "), b"");
    }

    #[test]
    fn a_hostile_pattern_ends_in_time() {
        let pattern = "**/*a".repeat(200) + "b";
        assert!(!ignores(&pattern, &"a/a".repeat(1300)));
    }
}

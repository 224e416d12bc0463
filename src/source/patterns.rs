//! Git's ignore patterns: the lines of one ignore file, matched as git matches them.
//!
//! A port of git's rules, not of a glob library: braces are plain text, `[[:alpha:]]` is a class,
//! `**` spans folders only as a whole component, a malformed pattern matches nothing. Paths and
//! patterns are bytes. Matching allocates nothing and takes polynomial time whatever the pattern,
//! for the patterns are written by strangers. `tests/files.rs` compares it with `git check-ignore`.

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

/// Most patterns are a name or `*.extension`, which need no matching machine.
#[derive(Debug)]
enum Shape {
    Exact(Vec<u8>),
    Suffix(Vec<u8>),
    Glob { head: Vec<u8>, tokens: Vec<Token> },
}

#[derive(Debug)]
enum Token {
    Byte(u8),
    /// `?`: any byte but `/`.
    Any,
    /// `[…]`: never `/`.
    Class(Box<[bool; 256]>),
    /// `*`: any bytes but `/`.
    Star,
    /// `**/`: nothing, or whole folders.
    Folders,
    /// `**` at the end: everything below.
    Rest,
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

impl Shape {
    fn parse(pattern: &[u8], anchored: bool) -> Option<Self> {
        let plain = |text: &[u8]| !text.iter().any(|byte| b"*?[\\".contains(byte));
        if plain(pattern) {
            return Some(Shape::Exact(pattern.to_vec()));
        }
        if !anchored
            && let Some(suffix) = pattern.strip_prefix(b"*")
            && plain(suffix)
        {
            return Some(Shape::Suffix(suffix.to_vec()));
        }
        let head = pattern.iter().position(|byte| b"*?[\\".contains(byte)).unwrap_or(0);
        Some(Shape::Glob {
            head: pattern[..head].to_vec(),
            tokens: tokens(pattern, head)?,
        })
    }

    fn fits(&self, text: &[u8]) -> bool {
        match self {
            Shape::Exact(name) => text == name,
            Shape::Suffix(suffix) => text.ends_with(suffix),
            Shape::Glob { head, tokens } => text
                .strip_prefix(head.as_slice())
                .is_some_and(|rest| fits(tokens, rest)),
        }
    }
}

/// Reads the pattern after its plain head. Returns `None` if it is malformed: git lets that match
/// nothing. To git the end of the head is as good as a `/` before `**`.
fn tokens(pattern: &[u8], head: usize) -> Option<Vec<Token>> {
    let mut at = head;
    let mut tokens = Vec::new();
    while let Some(&byte) = pattern.get(at) {
        at += 1;
        tokens.push(match byte {
            b'?' => Token::Any,
            b'\\' => {
                at += 1;
                Token::Byte(*pattern.get(at - 1)?)
            }
            b'[' => {
                let (class, end) = class(pattern, at)?;
                at = end;
                Token::Class(class)
            }
            b'*' => {
                let start = at - 1;
                at += pattern[at..].iter().take_while(|&&byte| byte == b'*').count();
                let component = at - start > 1 && (start == head || pattern[start - 1] == b'/');
                match pattern.get(at) {
                    Some(b'/') if component => {
                        at += 1;
                        Token::Folders
                    }
                    None if component => Token::Rest,
                    _ => Token::Star,
                }
            }
            byte => Token::Byte(byte),
        });
    }
    Some(tokens)
}

/// Reads a class whose `[` stands before `at`. Returns it and the offset after its `]`.
fn class(pattern: &[u8], mut at: usize) -> Option<(Box<[bool; 256]>, usize)> {
    let negated = matches!(pattern.get(at)?, b'!' | b'^');
    at += usize::from(negated);
    let mut set = Box::new([false; 256]);
    let mut previous: Option<u8> = None;
    let first = at;
    loop {
        let byte = *pattern.get(at)?;
        at += 1;
        match byte {
            b']' if at - 1 > first => break,
            b'-' if previous.is_some() && pattern.get(at).is_some_and(|&next| next != b']') => {
                at += usize::from(pattern[at] == b'\\');
                let last = *pattern.get(at)?;
                at += 1;
                let start = previous.take().expect("checked by the guard");
                (start..=last).for_each(|byte| set[usize::from(byte)] = true);
            }
            b'[' if pattern.get(at) == Some(&b':') => match named_class(&pattern[at + 1..])? {
                Some((holds, length)) => {
                    at += 1 + length;
                    (0..=255u8).filter(holds).for_each(|byte| set[usize::from(byte)] = true);
                    previous = None;
                }
                None => {
                    set[usize::from(b'[')] = true;
                    previous = Some(b'[');
                }
            },
            byte => {
                let byte = if byte == b'\\' {
                    at += 1;
                    *pattern.get(at - 1)?
                } else {
                    byte
                };
                set[usize::from(byte)] = true;
                previous = Some(byte);
            }
        }
    }
    if negated {
        set.iter_mut().for_each(|holds| *holds = !*holds);
    }
    set[usize::from(b'/')] = false;
    Some((set, at))
}

/// Reads `name:]`. The outer `None` is a malformed pattern, the inner one no named class after all.
#[expect(clippy::type_complexity, reason = "one private caller")]
fn named_class(text: &[u8]) -> Option<Option<(fn(&u8) -> bool, usize)>> {
    let end = memchr::memchr(b']', text)?;
    let Some(name) = text[..end].strip_suffix(b":") else {
        return Some(None);
    };
    let holds: fn(&u8) -> bool = match name {
        b"alnum" => u8::is_ascii_alphanumeric,
        b"alpha" => u8::is_ascii_alphabetic,
        b"blank" => |byte| matches!(byte, b' ' | b'\t'),
        b"cntrl" => u8::is_ascii_control,
        b"digit" => u8::is_ascii_digit,
        b"graph" => u8::is_ascii_graphic,
        b"lower" => u8::is_ascii_lowercase,
        b"print" => |byte| matches!(byte, b' '..=b'~'),
        b"punct" => u8::is_ascii_punctuation,
        b"space" => |byte| matches!(byte, b' ' | b'\t'..=b'\r'),
        b"upper" => u8::is_ascii_uppercase,
        b"xdigit" => u8::is_ascii_hexdigit,
        _ => return None,
    };
    Some(Some((holds, end + 1)))
}

/// Matches with two places to come back to: the last `*` (it stays within a folder) and the last
/// `**/`. Earlier ones need no second try, for a later one can take up whatever they could.
fn fits(tokens: &[Token], text: &[u8]) -> bool {
    let (mut token, mut at) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    let mut folders: Option<(usize, usize)> = None;
    loop {
        let byte = text.get(at).copied();
        let step = match (tokens.get(token), byte) {
            (None, None) | (Some(Token::Rest), _) => return true,
            (Some(Token::Star), _) => {
                star = Some((token + 1, at));
                token += 1;
                continue;
            }
            (Some(Token::Folders), _) => {
                (folders, star) = (Some((token + 1, at)), None);
                token += 1;
                continue;
            }
            (Some(Token::Byte(wanted)), Some(byte)) => *wanted == byte,
            (Some(Token::Any), Some(byte)) => byte != b'/',
            (Some(Token::Class(set)), Some(byte)) => set[usize::from(byte)],
            (None, Some(_)) | (Some(_), None) => false,
        };
        if step {
            (token, at) = (token + 1, at + 1);
        } else if let Some((after, from)) = star.filter(|&(_, from)| text.get(from).is_some_and(|&byte| byte != b'/')) {
            star = Some((after, from + 1));
            (token, at) = (after, from + 1);
        } else if let Some((after, from)) = folders
            && let Some(slash) = memchr::memchr(b'/', &text[from..])
        {
            let next = from + slash + 1;
            (folders, star) = (Some((after, next)), None);
            (token, at) = (after, next);
        } else {
            return false;
        }
    }
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

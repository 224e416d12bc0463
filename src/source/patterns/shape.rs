//! What a pattern looks like and fits: names, `*.extension`, and git's own wildcards.
//!
//! Matching allocates nothing and takes polynomial time whatever the pattern.

/// Most patterns are a name or `*.extension`, which need no matching machine.
#[derive(Debug)]
pub enum Shape {
    Exact(Vec<u8>),
    Suffix(Vec<u8>),
    Glob { head: Vec<u8>, tokens: Vec<Token> },
}

#[derive(Debug)]
pub enum Token {
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

impl Shape {
    /// Reads it; `None` if it is malformed, and matches nothing.
    pub fn parse(pattern: &[u8], anchored: bool) -> Option<Self> {
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

    pub fn fits(&self, text: &[u8]) -> bool {
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

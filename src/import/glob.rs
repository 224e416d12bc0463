//! Regular expressions for paths, as lines of a `.gitignore`, where both can say the same.
//!
//! What a line cannot say, such as letters repeated any number of times, gives nothing: an allow list that is wider
//! than it was would hide secrets.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind, Look};

use crate::rules::syntax;

/// One pattern gives so many lines at most.
const MOST: usize = 64;

/// A part of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Start,
    End,
    Text(Vec<u8>),
    /// In the syntax of a glob: a set, `?` or `*`.
    Glob(String),
    /// Anything, folders too.
    Anything,
}

/// The lines that together fit the paths that the pattern is found in.
pub fn of_pattern(source: &str) -> Option<Vec<String>> {
    let hir = syntax(ParserBuilder::new().unicode(false), source).ok()?;
    let mut lines = parts(&hir)?
        .iter()
        .map(|parts| line(parts))
        .collect::<Option<Vec<String>>>()?;
    lines.sort();
    lines.dedup();
    // `**/x` fits at the top, too.
    let anywhere: Vec<String> = lines
        .iter()
        .filter_map(|line| line.strip_prefix("**").map(str::to_owned))
        .collect();
    lines.retain(|line| !anywhere.contains(line));
    Some(lines)
}

/// All that the pattern can be, each as a sequence of parts.
fn parts(hir: &Hir) -> Option<Vec<Vec<Part>>> {
    let one = |part: Part| Some(vec![vec![part]]);
    match hir.kind() {
        HirKind::Empty => Some(vec![Vec::new()]),
        HirKind::Look(Look::Start) => one(Part::Start),
        HirKind::Look(Look::End) => one(Part::End),
        HirKind::Look(_) => None,
        HirKind::Literal(literal) => one(Part::Text(literal.0.to_vec())),
        HirKind::Class(class) => one(Part::Glob(set(class)?)),
        HirKind::Capture(capture) => parts(&capture.sub),
        HirKind::Repetition(repetition) => match (repetition.min, repetition.max) {
            (0, Some(1)) => {
                let mut all = parts(&repetition.sub)?;
                all.push(Vec::new());
                Some(all)
            }
            (least @ (0 | 1), None) => {
                let HirKind::Class(class) = repetition.sub.kind() else {
                    return None;
                };
                let many = match set(class)?.as_str() {
                    "?" if has_slash(class) => Part::Anything,
                    "?" => Part::Glob(if least == 0 { "*" } else { "?*" }.to_owned()),
                    _ => return None,
                };
                one(many)
            }
            (least, Some(most)) if least == most && least <= 64 => {
                let all = parts(&repetition.sub)?;
                (0..least).try_fold(vec![Vec::new()], |before, _| product(&before, &all))
            }
            _ => None,
        },
        HirKind::Concat(all) => all
            .iter()
            .try_fold(vec![Vec::new()], |before, part| product(&before, &parts(part)?)),
        HirKind::Alternation(all) => {
            let mut branches = Vec::new();
            for branch in all {
                branches.extend(parts(branch)?);
            }
            (branches.len() <= MOST).then_some(branches)
        }
    }
}

fn product(before: &[Vec<Part>], after: &[Vec<Part>]) -> Option<Vec<Vec<Part>>> {
    if before.len() * after.len() > MOST {
        return None;
    }
    let both = before
        .iter()
        .flat_map(|start| after.iter().map(move |end| [&start[..], end].concat()));
    Some(both.collect())
}

fn ranges(class: &Class) -> Vec<(u32, u32)> {
    match class {
        Class::Bytes(class) => class
            .ranges()
            .iter()
            .map(|range| (range.start().into(), range.end().into()))
            .collect(),
        Class::Unicode(class) => class
            .ranges()
            .iter()
            .map(|range| (range.start().into(), range.end().into()))
            .collect(),
    }
}

fn has_slash(class: &Class) -> bool {
    ranges(class)
        .iter()
        .any(|&(first, last)| (first..=last).contains(&u32::from(b'/')))
}

/// A class as a glob has it: `?` for nearly everything, or the characters in brackets.
fn set(class: &Class) -> Option<String> {
    let ranges = ranges(class);
    let count: u32 = ranges.iter().map(|(first, last)| last - first + 1).sum();
    if count >= 254 {
        return Some("?".to_owned());
    }
    let mut text = "[".to_owned();
    for (first, last) in ranges {
        for edge in if first == last { vec![first] } else { vec![first, last] } {
            let letter = u8::try_from(edge)
                .ok()
                .filter(u8::is_ascii_graphic)
                .filter(|byte| *byte != b'/')?;
            if text.len() > 1 && edge == last && first != last {
                text.push('-');
            }
            if !letter.is_ascii_alphanumeric() {
                text.push('\\');
            }
            text.push(char::from(letter));
        }
        if (first..=last).contains(&u32::from(b'/')) {
            return None;
        }
    }
    Some(text + "]")
}

/// One sequence as a line.
fn line(parts: &[Part]) -> Option<String> {
    let starts = parts.first() == Some(&Part::Start);
    let ends = parts.last() == Some(&Part::End);
    let mut inner = &parts[usize::from(starts)..parts.len() - usize::from(ends && parts.len() > usize::from(starts))];
    let (mut starts, mut ends) = (starts, ends);
    while let [Part::Anything, rest @ ..] = inner {
        (starts, inner) = (false, rest);
    }
    while let [rest @ .., Part::Anything] = inner {
        (ends, inner) = (false, rest);
    }
    let mut body = String::new();
    for part in inner {
        match part {
            Part::Text(text) => body += &escaped(std::str::from_utf8(text).ok()?),
            Part::Glob(glob) => body += glob,
            Part::Start | Part::End | Part::Anything => return None,
        }
    }
    if body.trim_matches('/').is_empty() || body.chars().any(char::is_control) {
        return None;
    }
    let body = match ends || body.ends_with('/') {
        true => body,
        false => body + "*",
    };
    Some(match (starts, body.strip_prefix('/')) {
        // A path does not begin with a slash.
        (true, Some(_)) => return None,
        (true, None) => format!("/{body}"),
        (false, Some(rest)) => format!("**/{rest}"),
        (false, None) if body.trim_end_matches('/').contains('/') => format!("**/*{body}"),
        (false, None) => format!("*{body}"),
    })
}

/// A text without meaning as a glob.
pub fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if "*?[]\\!# ".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_glob_can_say_is_said() {
        for (pattern, lines) in [
            (r"(?:^|/)go\.sum$", &["**/go.sum"][..]),
            (r"\.gem$", &["*.gem"]),
            (r"(?i)\.(?:png|gz)$", &["*.[Gg][Zz]", "*.[Pp][Nn][Gg]"]),
            (
                r"(?:^|/)node_modules(?:/.*)?$",
                &["**/node_modules", "**/node_modules/"],
            ),
            (r"^tests/fixtures/", &["/tests/fixtures/"]),
            (r"^docs/.*\.md$", &[]),
            (r"^docs/[^/]*\.md$", &["/docs/*.md"]),
            (r"(.*?)(jpg|doc)$", &["*doc", "*jpg"]),
            (r"Database.refactorlog", &["*Database?refactorlog*"]),
            (r"src/[a-z]+/x", &[]),
            (r".*", &[]),
            (r"\bx", &[]),
        ] {
            let found = of_pattern(pattern).unwrap_or_default();
            assert_eq!(found, lines, "{pattern}");
        }
    }
}

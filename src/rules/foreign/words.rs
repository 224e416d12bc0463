//! The words that a pattern cannot do without: each match holds at least one of them.
//!
//! They are what a match is found by, so that a pattern is tried only where one of them stands. Letters count in
//! either case.

use regex_syntax::hir::{Class, Hir, HirKind};

/// More words than this are no help.
const MOST: usize = 600;

/// A class of more characters tells nothing of what stands there.
const MOST_OF_CLASS: usize = 12;

/// Words in small letters of which every match holds one, the most telling that there are.
pub fn required(hir: &Hir) -> Option<Vec<String>> {
    let sets = match hir.kind() {
        HirKind::Concat(parts) => of_parts(parts),
        HirKind::Capture(capture) => return required(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => return required(&repetition.sub),
        HirKind::Alternation(branches) => {
            let mut words = Vec::new();
            for branch in branches {
                words.extend(required(branch)?);
            }
            vec![words]
        }
        _ => exact(hir).and_then(texts).into_iter().collect(),
    };
    let usable = sets
        .into_iter()
        .filter(|words| words.len() <= MOST && words.iter().all(|word| !word.is_empty()));
    usable.max_by_key(|words| {
        let shortest = words.iter().map(String::len).min().unwrap_or(0);
        (shortest.min(6), std::cmp::Reverse(words.len()), shortest)
    })
}

/// The sets of words that a sequence offers: of what follows each other exactly, and of each part.
fn of_parts(parts: &[Hir]) -> Vec<Vec<String>> {
    let mut sets = Vec::new();
    let mut running = vec![Vec::new()];
    for part in parts {
        match exact(part) {
            Some(next) if running.len() * next.len() <= MOST => running = product(&running, &next),
            Some(next) => sets.extend(texts(std::mem::replace(&mut running, next))),
            None => {
                sets.extend(texts(std::mem::replace(&mut running, vec![Vec::new()])));
                sets.extend(required(part));
            }
        }
    }
    sets.extend(texts(running));
    sets
}

/// All that this part can be, if that is little.
fn exact(hir: &Hir) -> Option<Vec<Vec<u8>>> {
    match hir.kind() {
        // What is asked about a place takes no room.
        HirKind::Empty | HirKind::Look(_) => Some(vec![Vec::new()]),
        HirKind::Literal(literal) => Some(vec![literal.0.to_ascii_lowercase()]),
        HirKind::Class(class) => of_class(class),
        HirKind::Capture(capture) => exact(&capture.sub),
        HirKind::Repetition(repetition) if repetition.max == Some(1) => {
            let mut all = exact(&repetition.sub)?;
            if repetition.min == 0 {
                all.push(Vec::new());
            }
            Some(all)
        }
        HirKind::Repetition(_) => None,
        HirKind::Concat(parts) => parts.iter().try_fold(vec![Vec::new()], |all, part| {
            let next = exact(part)?;
            (all.len() * next.len() <= MOST).then(|| product(&all, &next))
        }),
        HirKind::Alternation(branches) => {
            let mut all = Vec::new();
            for branch in branches {
                all.extend(exact(branch)?);
            }
            (all.len() <= MOST).then_some(all)
        }
    }
}

/// The characters of a small class, letters in one case.
fn of_class(class: &Class) -> Option<Vec<Vec<u8>>> {
    let mut bytes: Vec<u8> = match class {
        Class::Bytes(class) => {
            let ranges = class.ranges();
            let length: usize = ranges.iter().map(|range| range.len()).sum();
            (length <= 2 * MOST_OF_CLASS)
                .then(|| ranges.iter().flat_map(|range| range.start()..=range.end()).collect())?
        }
        Class::Unicode(class) => {
            let ranges = class.ranges();
            let length: usize = ranges.iter().map(|range| range.len()).sum();
            let characters =
                (length <= 2 * MOST_OF_CLASS).then(|| ranges.iter().flat_map(|range| range.start()..=range.end()))?;
            // A letter that folds to an ASCII one from elsewhere (the Kelvin sign) is not looked for.
            characters
                .filter_map(|character| u8::try_from(character).ok())
                .filter(u8::is_ascii)
                .collect()
        }
    };
    bytes.iter_mut().for_each(u8::make_ascii_lowercase);
    bytes.sort_unstable();
    bytes.dedup();
    (!bytes.is_empty() && bytes.len() <= MOST_OF_CLASS).then(|| bytes.into_iter().map(|byte| vec![byte]).collect())
}

fn product(left: &[Vec<u8>], right: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut all: Vec<Vec<u8>> = left
        .iter()
        .flat_map(|start| right.iter().map(move |end| [&start[..], end].concat()))
        .collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// As text, if it is ASCII.
fn texts(words: Vec<Vec<u8>>) -> Option<Vec<String>> {
    words
        .into_iter()
        .map(|word| String::from_utf8(word).ok().filter(|word| word.is_ascii()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(pattern: &str) -> Option<Vec<String>> {
        let hir = crate::rules::pattern::syntax(regex_syntax::ParserBuilder::new().unicode(false), pattern);
        required(&hir.expect("it is a pattern"))
    }

    #[test]
    fn every_match_holds_one_of_the_words() {
        let some = |list: &[&str]| Some(list.iter().map(|&word| word.to_owned()).collect());
        assert_eq!(
            words(r"(?i)[\w.-]{0,50}?(?:adafruit)[ \t]{0,3}=([a-z0-9_-]{32})"),
            some(&["adafruit"])
        );
        assert_eq!(
            words(r"(?i)(?:access|auth|(?-i:API|[Aa]pi))\d+"),
            some(&["access", "api", "auth"])
        );
        assert_eq!(
            words(r"\b(gh[pousr]_[0-9a-z]{36})\b"),
            some(&["gho_", "ghp_", "ghr_", "ghs_", "ghu_"])
        );
        assert_eq!(words(r"(?:abc)?[0-9]{3}(?:xyz)+"), some(&["xyz"]));
        assert_eq!(words(r"[a-f0-9]{32}"), None);
        assert_eq!(words(r"abc|[a-z]"), None);
    }

    #[test]
    fn what_may_be_left_out_is_no_word() {
        assert_eq!(words(r"(?:key)*[a-z]"), None);
        assert_eq!(words(r"k?ey[a-z]"), Some(vec!["ey".to_owned(), "key".to_owned()]));
    }
}

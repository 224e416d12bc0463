//! Anchors that were carried over are those that a search of the whole content finds.

use std::sync::Arc;

use super::*;
use crate::detect::Candidate;
use crate::detect::literals::{Literals, Meaning, Shown};
use crate::rules::schema::{Trust, parse};
use crate::rules::{BUILTIN, Rule, RuleSet};

/// Rules whose literals and names stand in [`Random::text`].
const RULES: &str = r#"
    provider = "p"
    [[rule]]
    id = "prefix"
    title = "t"
    kind = "token"
    severity = "low"
    description = "d"
    advice = "a"
    link = "https://l"
    literals = ["aB3_"]
    pattern = "aB3_[aB3/]{16}"
    matches = ["a"]
    rejects = ["b"]
    [[rule]]
    id = "near"
    title = "t"
    kind = "token"
    severity = "low"
    description = "d"
    advice = "a"
    link = "https://l"
    literals = ["aB3 ", "3B="]
    pattern = "(?:aB3 |3B=)[aB0-9/]{20}"
    matches = ["a"]
    rejects = ["b"]
    [[rule]]
    id = "named"
    title = "t"
    kind = "token"
    severity = "low"
    description = "d"
    advice = "a"
    link = "https://l"
    names = ["aba"]
    pattern = "[xY9+_-]{20,30}"
    matches = ["a"]
    rejects = ["b"]
"#;

struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) as usize % limit.max(1)
    }

    /// Text of runs of all lengths, literals and parts of literals.
    fn text(&mut self, words: usize) -> Vec<u8> {
        let mut text = Vec::new();
        for _ in 0..words {
            match self.below(8) {
                0 => {
                    let literals = [
                        &b"AKIA"[..],
                        b"-----BEGIN ",
                        b"eyJ",
                        b"AKI",
                        b"bedrock-api-key-",
                        b"aB3_",
                    ];
                    text.extend(literals[self.below(literals.len())]);
                }
                1 => text.extend(
                    [
                        &b" "[..],
                        b"\n",
                        b"=\"",
                        b"\\/",
                        b"%2F",
                        b"&#65;",
                        b"&quot;",
                        b"\\u0041",
                    ][self.below(8)],
                ),
                _ => {
                    let length = self.below(30);
                    let alphabet = [&b"aB3/"[..], b"abcd", b"xY9+-_"][self.below(3)];
                    text.extend((0..length).map(|_| alphabet[self.below(alphabet.len())]));
                }
            }
        }
        text
    }

    /// Copies of the base in any order, with something between some of them.
    fn edit(&mut self, base: &[u8]) -> (Vec<u8>, Vec<Copied>) {
        let (mut text, mut copied) = (Vec::new(), Vec::new());
        let mut next = 0;
        for _ in 0..self.below(6) {
            if self.below(2) == 0 {
                text.extend(self.text(2));
            }
            let from = if self.below(3) == 0 {
                self.below(base.len())
            } else {
                next + self.below(4)
            };
            let rest = base.len().saturating_sub(from);
            let length = if self.below(3) == 0 { rest } else { self.below(rest + 1) };
            if length > 0 {
                copied.push(Copied {
                    from,
                    to: text.len(),
                    length,
                });
                text.extend(&base[from..from + length]);
            }
            next = from + length;
        }
        if self.below(2) == 0 {
            text.extend(self.text(2));
        }
        (text, copied)
    }
}

const NEAR: Shown = Shown::new(30, 50);

/// Finds something where the window, ends and all, has certain properties: any byte of it decides.
fn read_beside(rule: &Arc<Rule>, bytes: &[u8], at: usize) -> Option<Candidate> {
    assert!(at <= NEAR.before.into() && bytes.len() <= at + usize::from(NEAR.after));
    let sum = bytes
        .iter()
        .enumerate()
        .map(|(n, &byte)| (n + 1) * usize::from(byte))
        .sum::<usize>();
    (sum % 5 == 0).then(|| Candidate::new(rule, at..bytes.len(), &bytes[at..]))
}

#[test]
fn carried_and_searched_are_what_a_whole_search_finds() {
    let files = BUILTIN.iter().copied().chain([("test", RULES)]);
    let rules = files.flat_map(|(name, text)| parse(name, text, Trust::Tested).expect("the rules are valid"));
    let rules = RuleSet::new(rules).expect("one of each id");
    let mut detectors = Detectors::new(&rules).expect("and their detectors exist");
    let rule = rules.get("prefix").expect("one of them");
    let near = ["aB3", "---", "xY9+-_xY9+-_"].map(|word| Meaning::new(word, rule, NEAR, read_beside));
    let plain = ["AKIA", "-----BEGIN ", "eyJ"].map(|literal| Meaning::new(literal, rule, Shown::ALL, |_, _, _| None));
    detectors.literals = Literals::new(near.into_iter().chain(plain).collect(), &crate::detect::escapes::STARTS);
    let (mut telling, mut silent) = (0, 0);
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    for _ in 0..1_500 {
        let words = random.below(120);
        let mut base = random.text(words);
        let mut anchors = detectors.anchors(&base);
        for _ in 0..3 {
            let (text, copied) = random.edit(&base);
            let after = detectors.anchors_after(&text, &anchors, base.len(), &copied);
            let shown = String::from_utf8_lossy(&text);
            assert_eq!(
                after,
                detectors.anchors(&text),
                "{shown} of {} by {copied:?}",
                String::from_utf8_lossy(&base)
            );
            telling += after.literals.iter().filter(|place| place.tells).count();
            silent += after.literals.iter().filter(|place| !place.tells).count();
            (base, anchors) = (text, after);
        }
    }
    assert!(telling > 3_000 && silent > 3_000, "{telling} and {silent}");
}

#[test]
fn what_is_passed_over_where_it_stands_again_tells_nothing_there() {
    let detectors =
        Detectors::new(&RuleSet::new([]).expect("none are twice the same")).expect("no detector is missing");
    let mut random = Random(0x1F83_D9AB_FB41_BD6B);
    let letters = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let words: Vec<Vec<u8>> = (0..8)
        .map(|_| (0..24).map(|_| letters[random.below(letters.len())]).collect())
        .collect();
    // Beside a quote what was drawn could be a part of a secret; elsewhere letters alone are nothing.
    let mut text = Vec::new();
    for _ in 0..200 {
        let word = &words[random.below(words.len())];
        let sign = [b' ', b' ', b'"'][random.below(3)];
        text.extend([&[sign][..], word, &[sign]].concat());
    }
    assert!(text.len() >= LONG);
    let mut asked = Vec::new();
    runs::for_each_run(&text, |run| asked.push(Run::at(&detectors, &text, run)));
    let all = asked.len();
    asked.retain(|run| run.looks.is_telling());
    assert!(!asked.is_empty() && asked.len() < all);
    assert_eq!(detectors.anchors(&text).runs, asked);
}

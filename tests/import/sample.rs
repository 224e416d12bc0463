//! Texts that a regular expression matches, drawn from its structure.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};

use crate::common::random::Random;

/// Open repetitions are drawn up to so many more than they must be.
const MORE: u32 = 24;

/// A pattern that texts are drawn of.
pub struct Sampler(Hir);

impl Sampler {
    pub fn new(pattern: &str) -> Self {
        let parse = |unicode: bool| {
            let mut parser = ParserBuilder::new().unicode(unicode).utf8(false).octal(true).build();
            parser.parse(pattern).ok()
        };
        Self(parse(false).or_else(|| parse(true)).expect("a pattern"))
    }

    pub fn draw(&self, random: &mut Random) -> Vec<u8> {
        let mut text = Vec::new();
        draw(&self.0, random, &mut text);
        text
    }
}

fn draw(hir: &Hir, random: &mut Random, text: &mut Vec<u8>) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => text.extend(&*literal.0),
        HirKind::Class(class) => one_of(class, random, text),
        HirKind::Capture(capture) => draw(&capture.sub, random, text),
        HirKind::Concat(parts) => parts.iter().for_each(|part| draw(part, random, text)),
        HirKind::Alternation(branches) => {
            let which = random.below(branches.len() as u64) as usize;
            draw(&branches[which], random, text);
        }
        HirKind::Repetition(repetition) => {
            let most = repetition
                .max
                .unwrap_or(repetition.min + MORE)
                .min(repetition.min + MORE);
            let times = u64::from(repetition.min) + random.below(u64::from(most - repetition.min) + 1);
            (0..times).for_each(|_| draw(&repetition.sub, random, text));
        }
    }
}

/// A member of a class: one that can be seen, if there is one.
fn one_of(class: &Class, random: &mut Random, text: &mut Vec<u8>) {
    let all: Vec<u8> = (0..=127u8)
        .filter(|byte| match class {
            Class::Bytes(class) => class
                .ranges()
                .iter()
                .any(|range| (range.start()..=range.end()).contains(byte)),
            Class::Unicode(class) => {
                let character = char::from(*byte);
                class
                    .ranges()
                    .iter()
                    .any(|range| (range.start()..=range.end()).contains(&character))
            }
        })
        .collect();
    let seen: Vec<u8> = all.iter().copied().filter(u8::is_ascii_alphanumeric).collect();
    let graphic: Vec<u8> = all.iter().copied().filter(u8::is_ascii_graphic).collect();
    // Where anything may stand, a blank parts words.
    let anything = all.contains(&b' ') && all.len() > 100 && random.below(4) == 0;
    let blank = if anything { vec![b' '] } else { Vec::new() };
    let members = [blank, seen, graphic, all]
        .into_iter()
        .find(|members| !members.is_empty())
        .expect("an ASCII member");
    text.push(members[random.below(members.len() as u64) as usize]);
}

//! Why something was or was not found at a place: each anchor there, each rule that looked, and what came of it.
//!
//! It asks the same detectors again, one anchor at a time, and only when a person wants to know. What it tells is the
//! name of a rule and where; never content.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::anchors::{self, Anchors, Run};
use super::candidate::Candidate;
use super::looks::Looks;
use super::name::{self, Says};
use super::{Detected, Detectors};
use crate::rules::Rule;

/// One anchor and what was made of it.
pub struct Look {
    /// The literal's or keyword's first byte, or the whole run.
    pub at: Range<usize>,
    /// What makes it an anchor.
    pub what: String,
    pub asked: Vec<Asked>,
}

/// One rule that looked.
pub struct Asked {
    pub rule: String,
    pub said: Said,
}

/// What a rule said.
pub enum Said {
    Found(Box<Candidate>),
    /// Why not, in a few words.
    Nothing(&'static str),
}

impl Detectors {
    /// What is made of every anchor that touches this part of the content, or whose find does.
    pub fn trace(&self, bytes: &[u8], part: &Range<usize>) -> Vec<Look> {
        let touches = |span: &Range<usize>| span.start < part.end && part.start < span.end.max(span.start + 1);
        let anchors = self.anchors(bytes);
        let mut looks = Vec::new();
        for place in &anchors.literals {
            let look = self.look_at_literal(bytes, place.at());
            let finds = look
                .asked
                .iter()
                .any(|asked| matches!(&asked.said, Said::Found(found) if touches(&found.span)));
            if finds || touches(&look.at) {
                looks.push(look);
            }
        }
        let runs = anchors.runs.iter().filter(|run| touches(&run.span()));
        looks.extend(runs.map(|run| self.look_at_run(bytes, run)));
        looks.extend(self.look_at_words(bytes, &anchors, touches));
        looks.sort_by_key(|look| (look.at.start, look.at.end));
        looks
    }

    fn look_at_literal(&self, bytes: &[u8], at: usize) -> Look {
        let asked = self.literals.starting_at(bytes, at).map(|(rule, found)| Asked {
            rule: rule.id.to_string(),
            said: match found {
                Some(candidate) => Said::Found(Box::new(candidate)),
                None => Said::Nothing("what stands here is not what it looks for"),
            },
        });
        Look {
            at: at..at + 1,
            what: "a beginning or a word at which rules look".to_owned(),
            asked: asked.collect(),
        }
    }

    fn look_at_run(&self, bytes: &[u8], run: &Run) -> Look {
        let span = run.span();
        let mut detected = Detected::default();
        self.read_run(bytes, run, &mut detected);
        if run.looks.has(Looks::LED) {
            self.read_near(bytes, anchors::near(&span), &mut detected.candidates);
        }
        let mut asked: Vec<Asked> = found(detected.candidates).collect();
        let has = |rule: &str| asked.iter().any(|asked| asked.rule == rule);
        let looking: [(&Option<Arc<Rule>>, Looks); 4] = [
            (&self.generic, Looks::RANDOM),
            (&self.secret_key, Looks::SECRET_KEY),
            (&self.session_token, Looks::TOKEN),
            (&self.smtp_password, Looks::SMTP_PASSWORD),
        ];
        let silent = looking.into_iter().filter_map(|(rule, look)| {
            let rule = rule.as_ref().filter(|rule| run.looks.has(look) && !has(&rule.id))?;
            Some(Asked {
                rule: rule.id.to_string(),
                said: Said::Nothing(match name::says(bytes, span.start) {
                    Says::Nothing => "no name beside it says that it is a secret",
                    Says::Harmless => "the name beside it says that it is a digest, an id or something public",
                    Says::Key | Says::Secret | Says::AwsSecret => {
                        "it is part of something longer, or not of the right form"
                    }
                }),
            })
        });
        asked.extend(silent.collect::<Vec<_>>());
        let nested = match detected.nested.is_empty() {
            true => "",
            false => ", which holds content that is read on its own",
        };
        Look {
            what: format!("{} characters in a row that could be a value{nested}", span.len()),
            at: span,
            asked,
        }
    }

    /// The rules whose keyword stands in the part, and those that read everything and find something there.
    fn look_at_words(&self, bytes: &[u8], anchors: &Anchors, touches: impl Fn(&Range<usize>) -> bool) -> Option<Look> {
        let mut candidates = Vec::new();
        self.foreign.read(bytes, &anchors.words, &mut candidates);
        candidates.retain(|candidate| touches(&candidate.span));
        let words = anchors.words.iter().filter(|&&at| touches(&(at..at + 1)));
        let mut silent = BTreeMap::new();
        for &at in words {
            silent.extend(self.foreign.rules_at(bytes, at).map(|rule| (rule.to_owned(), at)));
        }
        for candidate in &candidates {
            silent.remove(&*candidate.rule.id);
        }
        let starts = silent
            .values()
            .copied()
            .chain(candidates.iter().map(|candidate| candidate.span.start));
        let start = starts.min()?;
        let mut asked: Vec<Asked> = found(candidates).collect();
        asked.extend(silent.into_keys().map(|rule| Asked {
            rule,
            said: Said::Nothing(
                "its keyword stands here; its pattern, entropy, allow list or another rule that it requires says no",
            ),
        }));
        Some(Look {
            at: start..start + 1,
            what: "keywords of imported rules".to_owned(),
            asked,
        })
    }
}

fn found(candidates: Vec<Candidate>) -> impl Iterator<Item = Asked> {
    candidates.into_iter().map(|candidate| Asked {
        rule: candidate.rule.id.to_string(),
        said: Said::Found(Box::new(candidate)),
    })
}

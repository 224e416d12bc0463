//! How likely a value that a name assigns is a secret: one score for every value without a form of its own.
//!
//! A row of features is read from the name, the value and the bytes around them, and an ensemble of small decision
//! trees, trained on labelled lines by `benches/train-score`, sums it up in integers. The path has its say later, in
//! [`crate::triage`]. No state, no words about content in the reasons.
//!
//! All rules together have on CredData's development half, line by line and of medium confidence, precision 0.98 and recall
//! 0.80 (F1 0.88) where the model was trained, and 0.94 and 0.68 (F1 0.79, spread 0.01) on repositories held out of training.
//! A sixth of what is missed are values of tests, which those labels call secrets and `triage::weigh` doubts: without that
//! it would be 0.92 and 0.73 (F1 0.81).

mod beside;
mod features;
mod form;
mod gap;
mod harmless;
mod model;
mod names;
mod reasons;
mod shown;
mod survey;
mod text;
mod values;
mod vectors;
mod verdicts;
mod words;

use std::ops::Range;
use std::sync::Arc;

use super::assigned::Assigned;
use super::candidate::Candidate;
use super::{given, placeholder};
use crate::finding::Score;
use crate::rules::Rule;

pub use features::CONTEXT_AFTER;
use features::{row, row_with};
use form::form;
use gap::leads_around;
use harmless::is_harmless;
pub use survey::{score_at, survey};

/// The most odds of what a document shows: no kind of file lifts them to those of a medium confidence.
const SHOWN: i16 = -320;

/// Makes a candidate of a value that is likely enough to be a secret.
pub fn judge(rule: &Arc<Rule>, bytes: &[u8], assigned: &Assigned) -> Option<Candidate> {
    let score = score(bytes, assigned)?;
    let value = &bytes[assigned.value.clone()];
    let mut candidate = Candidate::new(rule, assigned.value.clone(), value).confidence(score.confidence()?);
    candidate.score = Some(score);
    candidate.reasons = reasons::of(bytes, assigned, score.is_quoted);
    // Short and weak values are what people use as passwords; only what documents print is none.
    Some(candidate.placeholder(placeholder::of_long(value)))
}

/// How likely a value is a secret; `None` if that is not worth a word.
fn score(bytes: &[u8], assigned: &Assigned) -> Option<Score> {
    let odds = model::odds(&row(bytes, assigned), Score::LEAST);
    // What the model learned of calls and tags it learned from those of all kinds.
    let as_said = |gap| model::odds(&row_with(bytes, assigned, gap), Score::LEAST);
    let odds = odds.max(said_plainly(bytes, assigned).and_then(as_said));
    let odds = odds.max(setting(bytes, assigned).and_then(|short| model::odds(&row(bytes, &short), Score::LEAST)))?;
    // Of a hundred values eight come so far.
    if is_harmless(bytes, assigned) {
        return None;
    }
    let before = bytes[..assigned.value.start].last();
    let is_quoted = matches!(before, Some(b'"' | b'\'' | b'`'));
    let odds = if shown::is_shown(bytes, assigned) {
        odds.min(SHOWN)
    } else {
        odds
    };
    Some(Score::new(odds, is_quoted, form(&bytes[assigned.value.clone()])))
}

/// What would stand between name and value in an object of JSON, if they are handed over side by side, in an element
/// without attributes, or in a statement, if a call sets it.
fn said_plainly(bytes: &[u8], assigned: &Assigned) -> Option<&'static [u8]> {
    let gap = assigned.gap(bytes);
    let is_handed_over = || given::is_handed_over(bytes, &assigned.name, assigned.value.start);
    match gap.last()? {
        b'>' if gap.len() > 1 && !gap.ends_with(b"=>") => Some(b">"),
        b'[' if gap.ends_with(b"><![CDATA[") => Some(b">"),
        b'"' if is_set(bytes, assigned) => Some(b" = \""),
        _ if !leads_around(gap) && (!gap.contains(&b',') || !is_handed_over()) => None,
        b'\'' => Some(b"': '"),
        b'`' => Some(b": `"),
        b'"' => Some(b"\": \""),
        _ => Some(b"\": "),
    }
}

/// The assignment with the last word of its name alone, where an element has the path of a setting for a name:
/// `<property name="hibernate.connection.password">…`.
fn setting(bytes: &[u8], assigned: &Assigned) -> Option<Assigned> {
    let name = &bytes[assigned.name.clone()];
    let last = memchr::memrchr(b'.', name)? + 1;
    bytes[..assigned.name.start].ends_with(b" name=\"").then(|| Assigned {
        name: assigned.name.start + last..assigned.name.end,
        value: assigned.value.clone(),
    })
}

/// Whether a call that takes nothing else sets it: `setPassword("…")`, perhaps as characters or bytes. Tests set words.
fn is_set(bytes: &[u8], assigned: &Assigned) -> bool {
    let name = &bytes[assigned.name.clone()];
    let word = name.rsplit(|b| *b == b'.').next().unwrap_or_default();
    let value = &bytes[assigned.value.clone()];
    let behind = &bytes[assigned.value.end..];
    assigned.gap(bytes) == b"(\""
        && !value.iter().all(u8::is_ascii_alphabetic)
        && [&b"set"[..], b"Set", b"with", b"With", b"password"]
            .iter()
            .any(|verb| word.starts_with(verb))
        && bytes[..assigned.name.end - word.len()].ends_with(b".")
        && [&b"\")"[..], b"\".toCharArray())", b"\".getBytes())"]
            .iter()
            .any(|end| behind.starts_with(end))
}

/// How far to either side of a value a NUL byte says that it stands in no text.
const NEAR: usize = 4096;

/// Whether a value stands in a program, an image or another file for machines: names and values of text are
/// strangers there.
pub fn is_in_binary(bytes: &[u8], span: &Range<usize>) -> bool {
    let near = span.start.saturating_sub(NEAR)..bytes.len().min(span.end + NEAR);
    memchr::memchr(0, &bytes[near]).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Confidence;

    fn odds(text: &str) -> i16 {
        let at = text.find(['p', 's']).expect("a name");
        let assigned = super::super::assigned::at_word(text.as_bytes(), at).expect("a value");
        model::odds(&row(text.as_bytes(), &assigned), i16::MIN).expect("no odds are lower")
    }

    #[test]
    fn a_value_that_looks_drawn_scores_above_words_of_code() {
        let drawn: String = "qzxkvjw9f4".chars().rev().chain("T7rM".chars()).collect();
        let secret = odds(&format!("secret = \"{drawn}\"\n"));
        for code in [
            "secret = \"client_secret\"\n",
            "password: 'Enter your password'\n",
            "password_field = \"user[password]\"\n",
            "secretName: my-app-secrets\n",
        ] {
            assert!(odds(code) < secret, "{code}");
        }
    }

    #[test]
    fn a_setting_is_judged_by_the_last_word_of_its_path() {
        let value = ["meadow", "56", "Tiger"].concat();
        let text = format!("<property name=\"hibernate.connection.password\">{value}</property>").into_bytes();
        let at = memchr::memmem::find(&text, b"pass").expect("a name");
        let assigned = super::super::assigned::at_word(&text, at).expect("a value");
        let judged = score(&text, &assigned).expect("it is likely enough");
        assert!(model::odds(&row(&text, &assigned), i16::MIN).is_some_and(|odds| odds < judged.odds));
    }

    #[test]
    fn a_value_handed_over_is_judged_as_one_of_an_entry() {
        let drawn: String = "qzxkvjw9f4".chars().rev().chain("T7rM".chars()).collect();
        let judged = |text: String| {
            let at = text.find("pass").expect("a name");
            let assigned = super::super::assigned::at_word(text.as_bytes(), at)?;
            score(text.as_bytes(), &assigned).and_then(Score::confidence)
        };
        for text in [
            "props.put(\"db_password\", \"@\");",
            "os.getenv('db_password', '@')",
            "{\"name\": \"db_password\", \"value\": \"@\"}",
            "- {name: db_password, value: @}\n",
            "[\"--db_password\", \"@\"]",
            "<property name=\"db_password\">@</property>",
            "<db:password type=\"plain\"><![CDATA[@]]></db:password>",
        ] {
            assert!(judged(text.replace('@', &drawn)) >= Some(Confidence::Medium), "{text}");
            assert!(
                judged(text.replace('@', "Enter your password")) < Some(Confidence::Medium),
                "{text}"
            );
        }
    }

    #[test]
    fn a_nul_byte_near_a_value_makes_it_no_text() {
        let near = b"password = hello\0";
        let far = [&b"password = hello"[..], &b" ".repeat(NEAR), b"\0"].concat();
        assert!(is_in_binary(near, &(11..16)));
        assert!(!is_in_binary(&far, &(11..16)));
    }
}

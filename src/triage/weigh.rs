//! What a path says of a value that its form alone does not tell: `password: word` means something in settings and
//! nothing in a file of texts, what an installed package holds is published, unless a service issued it, and tests are
//! full of passwords that open nothing.
//!
//! Detection does not know paths; such findings get their confidence here. Others are left alone, and no place is
//! dropped.

use super::folder::{is_installed, is_on_trial};
use super::kind::{Kind, is_lock, kind};
use super::weights;
use crate::finding::{Confidence, Finding, Form, Occurrence, Score};

/// What a place among tests adds to the score of a value, by its form. Passwords made up for tests look like others, and
/// labels call them secrets; whoever reads reports does not. So they were chosen by how many findings each takes from clean
/// sources for a labelled one: a word that stands for a password takes many for none, a short word few for many.
/// `benches/train-score` reckons with the same.
const TRIAL: [i16; Form::ALL.len()] = [-448, -576, -256, -256, -640, -2048];

/// Gives each finding the confidence that its places allow. Where a value is likely a secret at some of its
/// places and unlikely at others, the others become a finding of low confidence: `secret` is somebody's password, and
/// a word of code.
pub fn weigh(findings: Vec<Finding>) -> Vec<Finding> {
    let mut weighed = Vec::with_capacity(findings.len());
    for mut finding in findings {
        let places = std::mem::take(&mut finding.occurrences);
        let (likely, unlikely): (Vec<Occurrence>, Vec<Occurrence>) = places
            .into_iter()
            .partition(|place| confidence(&finding, place).is_none_or(|confidence| confidence > Confidence::Low));
        let rest = (!unlikely.is_empty()).then(|| doubted(&finding, unlikely));
        if !likely.is_empty() {
            let surest = likely.iter().filter_map(|place| confidence(&finding, place)).max();
            finding.confidence = surest.unwrap_or(finding.confidence);
            finding.occurrences = likely;
            weighed.push(finding);
        }
        weighed.extend(rest);
    }
    weighed
}

/// The finding at its unlikely places.
fn doubted(finding: &Finding, places: Vec<Occurrence>) -> Finding {
    let mut doubted = Finding {
        confidence: Confidence::Low,
        occurrences: places,
        ..finding.clone()
    };
    let places = &doubted.occurrences;
    if places.iter().all(|place| is_installed(&place.origin.path)) {
        doubted.reasons.push("it came with an installed package".to_owned());
    } else if places.iter().all(|place| is_on_trial(place.origin.inside())) {
        doubted
            .reasons
            .push("it stands among tests, where passwords are made up".to_owned());
    } else if places.iter().all(|place| is_explained(&doubted, place.origin.inside())) {
        doubted.reasons.push("a text for people shows it".to_owned());
    }
    doubted
}

/// How sure a value is at its place; `None` if the place says nothing of it.
fn confidence(finding: &Finding, place: &Occurrence) -> Option<Confidence> {
    let inside = place.origin.inside();
    if place.score.is_none() && is_unsure(finding) && (is_on_trial(inside) || is_explained(finding, inside)) {
        return Some(Confidence::Low);
    }
    match is_issued(finding, place) {
        true => None,
        false => confidence_of(place.score, &place.origin.path, inside),
    }
}

/// How sure a value that no service has surely issued is at a path of a repository; `None` if the path says nothing of it,
/// or a rule would have to be asked.
pub fn confidence_at(score: Option<Score>, path: &[u8]) -> Option<Confidence> {
    confidence_of(score, path, path)
}

/// The same at a path that lies `inside` what is scanned.
fn confidence_of(score: Option<Score>, path: &[u8], inside: &[u8]) -> Option<Confidence> {
    if is_installed(path) {
        return Some(Confidence::Low);
    }
    let mut score = weighed(score?, path);
    if is_on_trial(inside) {
        score = score.plus(TRIAL[score.form as usize]);
    }
    let weighed = score.confidence().unwrap_or(Confidence::Low);
    Some(if is_lock(path) { Confidence::Low } else { weighed })
}

/// Whether a rule leaves it open that this opens something: a password by its place alone, the id of a key without its
/// secret. An address says at least what it opens, and what is AWS's is graded by what was found with it.
fn is_unsure(finding: &Finding) -> bool {
    match &*finding.rule.kind {
        "password" => finding.confidence == Confidence::Medium && &*finding.rule.id != "url-credentials",
        "access-key-id" => finding.aws.is_none(),
        _ => false,
    }
}

/// Whether it is a line of a password file in a text for people, which shows what such a file looks like.
fn is_explained(finding: &Finding, path: &[u8]) -> bool {
    &*finding.rule.id == "password-file-hash" && kind(path) == Kind::Prose
}

/// Whether the form of a secret says whose it is: a service issued it, and its owner should know, wherever it stands.
/// Anybody makes a web token, and documents are full of them.
fn is_issued(finding: &Finding, place: &Occurrence) -> bool {
    let is_made = matches!(&*finding.rule.kind, "password" | "private-key") || &*finding.rule.id == "json-web-token";
    let is_sure = finding.confidence == Confidence::High || finding.aws.is_some();
    place.score.is_none() && is_sure && !is_made
}

/// The score of a value at a path.
fn weighed(score: Score, path: &[u8]) -> Score {
    score.plus(weights::KIND[kind(path) as usize][usize::from(score.is_quoted)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_speak_for_a_bare_value_and_texts_against_it() {
        let bare = Score::new(0, false, Form::Word);
        let at = |path: &str| weighed(bare, path.as_bytes());
        assert!(at("app.properties") > at("app.py"));
        assert!(at("app.properties") > at("i18n/app.properties"));
    }

    #[test]
    fn tests_are_doubted_most_where_a_word_stands_for_a_password() {
        let at = |form: Form, path: &str| confidence_at(Some(Score::new(400, true, form)), path.as_bytes());
        for form in Form::ALL {
            assert!(at(form, "tests/login.rb") <= at(form, "src/login.rb"), "{form:?}");
        }
        assert_eq!(at(Form::Stock, "tests/login.rb"), Some(Confidence::Low));
        assert!(at(Form::Stock, "src/login.rb") > Some(Confidence::Low));
        assert!(at(Form::Mixed, "tests/login.rb") > Some(Confidence::Low));
    }
}

//! What decides whether a finding is shown at a place, as a number.
//!
//! A value without a form of its own is as sure as its score and its path make it. So a report can count the many that
//! it does not show without reading them: of each, this is remembered and not what it is. Nothing here tells a value.

use crate::finding::{Confidence, Finding, Form, Score};
use crate::origin::Place;
use crate::rules::Matcher;

/// The odds in the lower half, then whether the value stands in quotes, whether it has odds at all, whether it is of low
/// confidence by itself, whether it stands alone, whether it may claim its place, and the number of its form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weight(pub(super) u32);

const QUOTED: u32 = 1 << 16;
const SCORED: u32 = 1 << 17;
const LOW: u32 = 1 << 18;
const ALONE: u32 = 1 << 19;
const CLAIMING: u32 = 1 << 20;
const FORM: u32 = 21;

impl Weight {
    /// Of a finding as a scan gives it: at one place.
    pub fn of(finding: &Finding) -> Self {
        let mark = |holds: bool, mark: u32| if holds { mark } else { 0 };
        let score = match finding.occurrences[0].score {
            Some(score) => scored(score),
            None => 0,
        };
        let is_low = finding.confidence == Confidence::Low;
        let claims = !finding.rule.paths.is_empty();
        Self(score | mark(is_low, LOW) | mark(stands_alone(finding), ALONE) | mark(claims, CLAIMING))
    }

    pub fn score(self) -> Option<Score> {
        let odds = self.0 as u16 as i16;
        let form = Form::ALL.get((self.0 >> FORM) as usize);
        let form = form.filter(|_| self.0 & SCORED != 0)?;
        Some(Score::new(odds, self.0 & QUOTED != 0, *form))
    }

    /// Whether it is of low confidence, whatever its place says.
    pub fn is_low(self) -> bool {
        self.0 & LOW != 0
    }

    /// Whether it may take its place from others, where the file has a certain name.
    pub fn claims(self) -> bool {
        self.0 & CLAIMING != 0
    }

    /// Whether its score and its path say all that a report asks.
    pub fn stands_alone(self) -> bool {
        self.0 & ALONE != 0
    }
}

fn scored(score: Score) -> u32 {
    let quoted = if score.is_quoted { QUOTED } else { 0 };
    SCORED | quoted | (score.form as u32) << FORM | u32::from(score.odds as u16)
}

/// Whether nothing but score and path has a say: no marker, no half of a key elsewhere, no rule that asks for names of files.
/// What has no score may be issued by a service, which is shown wherever it stands, or be an id, which tests doubt.
fn stands_alone(finding: &Finding) -> bool {
    let (rule, place) = (&finding.rule, &finding.occurrences[0]);
    place.origin.place == Place::Blob
        && place.via.is_empty()
        && place.marker.is_none()
        && finding.suppressed.is_none()
        && finding.aws.is_none()
        && !rule.id.starts_with("aws-")
        && rule.paths.is_empty()
        && !matches!(rule.matcher, Matcher::Foreign(_))
        && (place.score.is_some() || finding.confidence == Confidence::Low && &*rule.kind != "access-key-id")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_is_kept_as_it_was() {
        for odds in [i16::MIN, -449, -1, 0, 191, 448, i16::MAX] {
            for is_quoted in [false, true] {
                for form in Form::ALL {
                    let score = Score::new(odds, is_quoted, form);
                    assert_eq!(Weight(scored(score) | LOW | CLAIMING).score(), Some(score));
                }
            }
        }
        assert_eq!(Weight(LOW | ALONE).score(), None);
    }
}

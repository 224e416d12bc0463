//! Spots: the anchors of a content that something was made of, as positions that can be remembered.
//!
//! What a content holds is read at its anchors alone, and most of them hold nothing. Whoever remembers the others
//! finds the same in the same content without looking at the rest. A position tells nothing of what stands there.

use std::ops::Range;

use super::anchors::{Run, entities, near};
use super::looks::Looks;
use super::{Anchors, Detected, Detectors};

/// Positions in one content. One without length is that of a literal or a keyword.
pub type Spots = Vec<Range<u32>>;

impl Detectors {
    /// The spots of a content; none if a position is too large to be remembered.
    pub fn spots(&self, bytes: &[u8]) -> Spots {
        let mut spots = Spots::new();
        if u32::try_from(bytes.len()).is_err() {
            return spots;
        }
        let anchors = self.anchors(bytes);
        let is_in_text = anchors.texts.iter().any(|text| text.tells);
        let entities: Vec<usize> = match is_in_text {
            true => entities(&anchors.literals).collect(),
            false => Vec::new(),
        };
        for place in anchors.literals.into_iter().filter(|place| place.tells) {
            let mut candidates = Vec::new();
            self.literals.read(bytes, place, &mut candidates);
            if !candidates.is_empty() {
                let start = place.at() as u32;
                spots.push(start..start);
            }
        }
        for run in anchors.runs.iter().filter(|run| run.tells) {
            let mut detected = Detected::default();
            self.read_run(bytes, run, &mut detected);
            if run.looks.has(Looks::LED) {
                self.read_near(bytes, near(&run.span()), &mut detected.candidates);
            }
            let is_spot = run.looks.has(Looks::DECODABLE) || !detected.nested.is_empty();
            if is_spot || !detected.candidates.is_empty() {
                let span = run.span();
                spots.push(span.start as u32..span.end as u32);
            }
        }
        // Which of them stand in one text depends on all of them.
        spots.extend(entities.into_iter().map(|start| start as u32..start as u32));
        let mut foreign = Vec::new();
        self.foreign.read(bytes, &anchors.words, &mut foreign);
        if !foreign.is_empty() || !spots.is_empty() {
            // What is found around words depends on all of them.
            spots.extend(anchors.words.iter().map(|&start| start as u32..start as u32));
        }
        spots
    }

    /// The anchors at these spots; `None` if one lies outside of the content.
    pub fn anchors_at(&self, bytes: &[u8], spots: &[Range<u32>]) -> Option<Anchors> {
        let mut anchors = Anchors::default();
        for spot in spots {
            let (start, end) = (spot.start as usize, spot.end as usize);
            if start > end || end > bytes.len() || start == bytes.len() {
                return None;
            }
            match start == end {
                true => anchors.literals.push(self.literals.place(bytes, start)),
                false => anchors.runs.push(Run::at(self, bytes, start..end)),
            }
        }
        anchors.literals.sort_unstable_by_key(|place| place.at());
        anchors.literals.dedup();
        anchors.texts = self.texts(bytes, &anchors.literals);
        let words = anchors.literals.iter().map(|place| place.at());
        anchors.words = words.filter(|&at| self.foreign.is_word(bytes, at)).collect();
        Some(anchors)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RuleSet;
    use crate::rules::recipe::{Seeded, expand};

    #[test]
    fn at_its_spots_a_content_holds_all_that_it_does() {
        let rules = RuleSet::builtin().expect("the built-in rules are valid");
        let detectors = Detectors::new(&rules).expect("and their detectors exist");
        let mut seeded = Seeded::new(7);
        for rule in rules.iter() {
            for recipe in rule.about.matches.iter() {
                let text = expand(recipe, &mut |bound| seeded.below(bound)).expect("a recipe");
                let text = format!("{}{text}\n{}", "# a line\n".repeat(60), "# a line\n".repeat(60));
                let bytes = text.as_bytes();
                let at_spots = detectors
                    .anchors_at(bytes, &detectors.spots(bytes))
                    .expect("all lie inside");
                let held = |detected: Detected| {
                    let candidates = detected.candidates.into_iter();
                    candidates.map(|it| (it.rule.id.clone(), it.span)).collect::<Vec<_>>()
                };
                assert_eq!(
                    held(detectors.read(bytes, &at_spots)),
                    held(detectors.scan(bytes)),
                    "{}",
                    rule.id
                );
            }
        }
    }
}

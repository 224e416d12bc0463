//! Spots: the anchors of a content that something was made of, as positions that can be remembered.
//!
//! What a content holds is read at its anchors alone, and most of them hold nothing. Whoever remembers the others
//! finds the same in the same content without looking at the rest. A position tells nothing of what stands there.

use std::ops::Range;

use super::anchors::Run;
use super::looks::Looks;
use super::{Anchors, Detected, Detectors};

/// Positions in one content. One without length is a literal's.
pub type Spots = Vec<Range<u32>>;

impl Detectors {
    /// The spots of a content; none if a position is too large to be remembered.
    pub fn spots(&self, bytes: &[u8]) -> Spots {
        let mut spots = Spots::new();
        if u32::try_from(bytes.len()).is_err() {
            return spots;
        }
        let anchors = self.anchors(bytes);
        for &start in &anchors.literals {
            let mut candidates = Vec::new();
            self.literals.read(bytes, start, &mut candidates);
            if !candidates.is_empty() {
                spots.push(start as u32..start as u32);
            }
        }
        let entities: Vec<u32> = anchors.entities.iter().map(|&start| start as u32).collect();
        for run in anchors.runs {
            let mut detected = Detected::default();
            self.read_run(bytes, &run, &mut detected);
            let is_spot = run.looks.has(Looks::DECODABLE) || !detected.nested.is_empty();
            if is_spot || !detected.candidates.is_empty() {
                let span = run.span();
                spots.push(span.start as u32..span.end as u32);
            }
        }
        // Which of them stand in one text depends on all of them.
        spots.extend(entities.into_iter().map(|start| start..start));
        spots
    }
}

impl Anchors {
    /// The anchors at these spots; `None` if one lies outside of the content.
    pub fn at(spots: &[Range<u32>], bytes: &[u8]) -> Option<Self> {
        let mut anchors = Self::default();
        for spot in spots {
            let (start, end) = (spot.start as usize, spot.end as usize);
            if start > end || end > bytes.len() || start == bytes.len() {
                return None;
            }
            match start == end {
                true if bytes[start] == b'&' => anchors.entities.push(start),
                true => anchors.literals.push(start),
                false => anchors.runs.push(Run::at(bytes, start..end)),
            }
        }
        Some(anchors)
    }
}

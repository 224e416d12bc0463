//! What a content holds of values under names: with their features, what `benches/train-score` learns from, and one by
//! one, for `benches/score.rs` to measure.

use super::features::{Row, row};
use super::harmless::is_harmless;
use super::score;
use crate::detect::assigned::{self, Assigned};
use crate::detect::classes::Counts;
use crate::detect::{generic, name, randomness, runs};

/// Lists what would be scored, in no order. Values that several words or detectors lead to are listed once.
pub fn survey(bytes: &[u8]) -> Vec<(Assigned, Row)> {
    let words = [assigned::PASSWORD, assigned::SECRET, assigned::TOKEN, assigned::KEY].concat();
    let mut found: Vec<Assigned> = words
        .iter()
        .flat_map(|word| memchr::memmem::find_iter(bytes, word.as_bytes()))
        .filter_map(|at| assigned::at_word(bytes, at))
        .collect();
    runs::for_each_run(bytes, |span| {
        runs::for_each_piece(bytes, span, |piece| {
            let is_random = generic::is_random(&piece.value, &Counts::of(&piece.value), || {
                randomness::looks_random(&piece.value)
            });
            let named = is_random
                .then(|| name::Beside::new(bytes, piece.span.start).of_assigned_secret())
                .flatten();
            if let Some(name) = named.filter(|_| generic::stands_alone(bytes, &piece.span)) {
                let value = piece.span.start..runs::end_of_padding(bytes, piece.span.end);
                found.push(Assigned { name, value });
            }
        });
    });
    found.sort_by_key(|assigned| (assigned.value.start, assigned.value.end));
    found.dedup_by_key(|assigned| assigned.value.clone());
    found.retain(|assigned| !is_harmless(bytes, assigned));
    let rows = found.iter().map(|assigned| row(bytes, assigned)).collect::<Vec<_>>();
    found.into_iter().zip(rows).collect()
}

/// Whether the value of the name around the word at `at` is likely a secret; `false` as well if that is not to be judged.
/// `None` where no value is read.
pub fn score_at(bytes: &[u8], at: usize, judge: bool) -> Option<bool> {
    let assigned = assigned::at_word(bytes, at)?;
    Some(judge && score(bytes, &assigned).is_some())
}

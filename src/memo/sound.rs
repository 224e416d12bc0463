//! Whether a memo that was read adds up: a stranger may have written it.
//!
//! Every place is within its list, ids are sorted, parents come before children: so the rest of the room can
//! rely on it. What is true of the repository is not asked here.

use super::ids::order;
use super::traces::{Kept, KeptPlace, STATES, Stamp};
use super::{FOLDER, Line, Memo, NONE, OUTSIDE, Row, Word};

impl Memo {
    /// Whether every place is within its list and every list in its order.
    pub(super) fn adds_up(&self) -> bool {
        let count = self.sizes.len();
        let is_known = |at: u32| (at as usize) < count;
        count < OUTSIDE as usize
            && self.ids.len() == count * self.id_length
            && (1..count).all(|n| order(self.raw_id(n - 1), self.raw_id(n)).is_lt())
            && self.large.keys().all(|at| is_known(*at))
            && self.missing.is_sorted()
            && self
                .hits
                .iter()
                .all(|at| is_known(*at) && self.sizes[*at as usize] != FOLDER)
            && self.hits.is_sorted_by(|a, b| a < b)
            && self.spot_ends.len() == self.hits.len()
            && self.spot_ends.is_sorted()
            && self.spot_ends.iter().all(|end| *end as usize <= self.spots.len())
            && self.names.is_sorted()
            && self.submodules.is_sorted()
            && self.have_places(count)
            && self.has_ordered_parents()
            && self.holds_what_there_is()
            && self.traces.iter().all(|kept| self.is_traced(kept))
    }

    /// Whether hits name only variants, and variants only secrets that there can be.
    fn holds_what_there_is(&self) -> bool {
        let is_hit = |at: &u32| self.hits.binary_search(at).is_ok();
        let end = self.held_ends.last().copied().unwrap_or_default();
        self.held_ends.len() == self.hits.len()
            && self.held_ends.is_sorted()
            && end as usize == self.held.len()
            && self.held.iter().all(|variant| (*variant as usize) < self.secrets.len())
            && (!self.is_told || self.secrets.iter().all(|secret| (*secret as usize) < self.traces.len()))
            && self.shown.is_sorted_by(|a, b| a < b)
            && self.shown.iter().all(is_hit)
    }

    /// Whether an origin names only what there is. What refs it names depends on the repository.
    fn is_traced(&self, kept: &Kept) -> bool {
        let is_known = |at: u32| (at as usize) < self.sizes.len();
        let is_stamp = |stamp: &Option<Stamp>| stamp.is_none_or(|stamp| is_known(stamp.commit));
        let is_place = |place: &KeptPlace| {
            place.path.iter().all(|word| (*word as usize) < self.words.len())
                && is_known(place.object)
                && is_stamp(&place.first)
                && (place.in_head == NONE || is_known(place.in_head))
        };
        usize::from(kept.state) < STATES.len()
            && is_stamp(&kept.introduced)
            && is_stamp(&kept.removed)
            && kept.places.iter().all(is_place)
    }

    /// Whether commits and folders name only what there is.
    fn have_places(&self, count: usize) -> bool {
        let is_known = |at: u32| (at as usize) < count;
        let is_object = |reference: u32| match reference & OUTSIDE {
            0 => is_known(reference),
            _ => ((reference & !OUTSIDE) as usize) < self.outside.len(),
        };
        let is_whole = |row: &Row| is_known(row.id) && (row.tree == NONE || is_object(row.tree));
        let is_word = |word: usize| word < self.words.len();
        let stands = |word: &Word| match word {
            Word::Plain(_) => true,
            Word::Within { folder, .. } => is_known(*folder),
        };
        let has_shape = |(folder, shape): &(u32, u32)| is_known(*folder) && (*shape as usize) < self.shapes.len();
        let has_lines = |(folder, end): &(u32, u32)| is_known(*folder) && *end as usize <= self.lines.len();
        let leads = |line: &Line| is_word(line.word()) && is_object(line.target);
        self.commits.iter().all(is_whole)
            && self
                .absent
                .iter()
                .all(|(child, _)| (*child as usize) < self.commits.len())
            && self
                .tags
                .iter()
                .all(|(tag, target)| is_known(*tag) && is_object(*target))
            && self.tags.is_sorted_by(|a, b| a.0 < b.0)
            && self.words.iter().all(stands)
            && self.named.iter().all(|word| is_word(*word as usize))
            && self.folders.iter().all(has_shape)
            && self.folders.is_sorted_by(|a, b| a.0 < b.0)
            && self.shapes.iter().all(has_lines)
            && self.shapes.is_sorted_by(|a, b| a.1 <= b.1)
            && self.lines.iter().all(leads)
    }

    fn has_ordered_parents(&self) -> bool {
        let mut rest = &self.parents[..];
        for (n, row) in self.commits.iter().enumerate() {
            let Some((parents, after)) = rest.split_at_checked(row.parents as usize) else {
                return false;
            };
            if parents.iter().any(|parent| *parent as usize >= n) {
                return false;
            }
            rest = after;
        }
        rest.is_empty()
    }
}

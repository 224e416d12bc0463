//! Where candidates overlap, one is kept: the paired, the surer, the more specific, the longer. Those that were
//! decoded out of one part of the content were judged in there, and stand for all of that part together.

use std::collections::BTreeMap;

use super::candidate::Candidate;

/// Marks which candidates to keep. Same length as the input; in any group of overlapping candidates one is kept, and
/// those of rules for certain files beside it.
pub fn resolve(candidates: &[Candidate]) -> Vec<bool> {
    let rank = |c: &Candidate| {
        let real = c.placeholder.is_none();
        (
            c.mate.is_some(),
            real,
            c.rule.rank(c.confidence),
            c.span.len(),
            std::cmp::Reverse(c.span.start),
        )
    };
    let mut order: Vec<usize> = (0..candidates.len()).collect();
    order.sort_by(|&a, &b| rank(&candidates[b]).cmp(&rank(&candidates[a])));
    let mut kept = vec![false; candidates.len()];
    let mut taken: BTreeMap<usize, usize> = BTreeMap::new();
    for index in order {
        // Whether a rule for certain files applies is not known before the path is: triage decides then.
        if candidates[index].is_of_some_paths() || !candidates[index].rule.paths.is_empty() {
            kept[index] = true;
            continue;
        }
        let within = candidates[index].within.as_ref();
        let span = within.unwrap_or(&candidates[index].span);
        let before = taken.range(..span.end).next_back();
        let clash = before.is_some_and(|(&start, &end)| end > span.start && within != Some(&(start..end)));
        if !clash {
            kept[index] = true;
            taken.insert(span.start, span.end);
        }
    }
    kept
}

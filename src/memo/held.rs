//! What objects hold, by numbers: so a run scans the few objects that a report shows, and knows of the others.
//!
//! Most versions of a file hold what the version before held. Findings that differ in nothing but their place are one
//! *variant*. Of each object the variants of its findings are kept, in order: numbers that stand for no value. What
//! a number means is learned from an object that is scanned, and what is said of each such object is compared with
//! what it holds. None of it gets into a report by itself: every object that one shows was scanned.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::{Memo, Weight};
use crate::finding::{Finding, Fingerprint, Occurrence};
use crate::origin::ObjectId;
use crate::source::Item;

/// The numbers of findings, as a scan gave them: one each place, not merged.
#[derive(Debug, Default)]
pub struct Held {
    /// The variants in each object, in the order in which they were found, and what each weighs there.
    pub objects: HashMap<ObjectId, Vec<(u32, Weight)>>,
    /// By variant: the number of its secret.
    pub secrets: Vec<u32>,
    /// The numbers of the secrets.
    pub numbers: HashMap<Fingerprint, u32>,
}

impl Held {
    /// Numbers the findings in objects, which have these weights.
    pub fn of(findings: &[Finding], weights: impl IntoIterator<Item = Weight>) -> Self {
        let mut held = Self::default();
        // By secret: its variants, each with one that has it.
        let mut known: Vec<Vec<(u32, &Finding)>> = Vec::new();
        for (finding, weight) in findings.iter().zip(weights) {
            let Some(object) = finding.occurrences[0].origin.object else {
                continue;
            };
            let next = known.len() as u32;
            let secret = *held.numbers.entry(finding.fingerprint).or_insert(next);
            if secret == next {
                known.push(Vec::new());
            }
            let variants = &mut known[secret as usize];
            let variant = match variants.iter().find(|(_, other)| is_like(finding, other)) {
                Some((variant, _)) => *variant,
                None => {
                    held.secrets.push(secret);
                    variants.push((held.secrets.len() as u32 - 1, finding));
                    held.secrets.len() as u32 - 1
                }
            };
            held.objects.entry(object).or_default().push((variant, weight));
        }
        held
    }
}

/// Whether two findings differ in nothing but their place.
fn is_like(one: &Finding, other: &Finding) -> bool {
    let parts = |f: &Finding| (f.fingerprint, f.severity, f.confidence, f.state, f.introduced);
    parts(one) == parts(other)
        && one.reasons == other.reasons
        && one.aws == other.aws
        && one.suppressed == other.suppressed
}

/// What was found again, and what stands for the rest.
pub struct Filled {
    /// Of all items, in their order; not merged.
    pub findings: Vec<Finding>,
    /// Of each finding.
    pub weights: Vec<Weight>,
    /// By variant: one that was found again.
    pub(super) examples: Vec<Option<Finding>>,
}

impl Filled {
    /// Nothing yet.
    pub(super) fn of(memo: &Memo) -> Self {
        Self {
            findings: Vec::new(),
            weights: Vec::new(),
            examples: vec![None; memo.secrets.len()],
        }
    }

    /// The numbers of the secrets, as far as they have one.
    pub fn numbers(&self, memo: &Memo) -> HashMap<Fingerprint, u32> {
        let numbered = self.examples.iter().zip(&memo.secrets);
        let number = |(example, secret): (&Option<Finding>, &u32)| Some((example.as_ref()?.fingerprint, *secret));
        numbered.filter_map(number).collect()
    }
}

impl Memo {
    /// The objects to be scanned again: those that were shown, and one for each variant that none of them has.
    pub fn examples(&self) -> HashSet<ObjectId> {
        let is_shown =
            |hit: &usize| self.shown.binary_search(&self.hits[*hit]).is_ok() || self.variants(*hit).is_empty();
        let shown = (0..self.hits.len()).filter(is_shown).collect();
        let examples = self.with_examples(shown, |_| true).into_iter();
        examples.map(|hit| self.id(self.hits[hit])).collect()
    }

    /// These hits, and one for each variant that is wanted and none of them has.
    pub(super) fn with_examples(&self, mut hits: Vec<usize>, is_wanted: impl Fn(u32) -> bool) -> Vec<usize> {
        let mut is_met = vec![false; self.secrets.len()];
        let mut meet = |hit: usize| {
            let mut is_new = false;
            for &variant in self.variants(hit) {
                is_new |= !std::mem::replace(&mut is_met[variant as usize], true) && is_wanted(variant);
            }
            is_new
        };
        for &hit in &hits {
            meet(hit);
        }
        let mut others: Vec<usize> = (0..self.hits.len()).collect();
        // Any of those that have a variant will do: the shortest is read soonest.
        others.sort_by_key(|&hit| self.sizes[self.hits[hit] as usize]);
        hits.extend(others.into_iter().filter(|&hit| meet(hit)));
        hits
    }

    /// Puts findings for the objects that were left out among those of a scan of the other items. `None` if an object
    /// holds something else than is remembered of it.
    pub fn fill(&self, items: &[Item], left: &HashSet<ObjectId>, scanned: &[Finding]) -> Option<Filled> {
        let found = by_item(items, scanned);
        let mut filled = Filled::of(self);
        for (item, found) in items.iter().zip(&found) {
            if !item.is_one_of(left) {
                self.is_held(item, found, &mut filled)?;
            }
        }
        for (item, found) in items.iter().zip(found) {
            filled.findings.extend_from_slice(found);
            filled.weights.extend(found.iter().map(Weight::of));
            if item.is_one_of(left) {
                let hit = self.hit(item)?;
                for (&variant, weight) in self.variants(hit).iter().zip(self.weights(hit)) {
                    let mut finding = filled.examples[variant as usize].clone()?;
                    finding.occurrences[0].origin = item.origin.clone();
                    finding.occurrences[0].score = weight.score();
                    filled.findings.push(finding);
                    filled.weights.push(*weight);
                }
            }
        }
        Some(filled)
    }

    /// Whether a scan of items that had been left out found what stood for them. `None` if not.
    pub fn confirm(
        &self,
        items: &[Item],
        is_scanned: &dyn Fn(&Item) -> bool,
        scanned: &[Finding],
        filled: &mut Filled,
    ) -> Option<()> {
        let found = items.iter().zip(by_item(items, scanned));
        let mut found = found.filter(|(item, _)| is_scanned(item));
        found.try_for_each(|(item, found)| self.is_held(item, found, filled))
    }

    /// Whether what was found in an object is what is remembered of it; notes examples. `None` if not.
    pub(super) fn is_held(&self, item: &Item, found: &[Finding], filled: &mut Filled) -> Option<()> {
        let Some(variants) = self.hit(item).map(|hit| self.variants(hit)) else {
            return Some(());
        };
        (variants.len() == found.len()).then_some(())?;
        for (&variant, finding) in variants.iter().zip(found) {
            let example = filled.examples[variant as usize].get_or_insert_with(|| finding.clone());
            is_like(example, finding).then_some(())?;
        }
        Some(())
    }

    /// Which hit an item is.
    fn hit(&self, item: &Item) -> Option<usize> {
        let at = self.find(&item.origin.object?)?;
        self.hits.binary_search(&at).ok()
    }

    /// The variants in a hit.
    pub(super) fn variants(&self, hit: usize) -> &[u32] {
        &self.held[self.entries(hit)]
    }

    /// What each of them weighs there.
    pub(super) fn weights(&self, hit: usize) -> &[Weight] {
        &self.weights[self.entries(hit)]
    }

    fn entries(&self, hit: usize) -> Range<usize> {
        let start = hit.checked_sub(1).map_or(0, |before| self.held_ends[before]);
        start as usize..self.held_ends[hit] as usize
    }
}

/// The findings of each item, of those of all in their order.
pub(super) fn by_item<'f>(items: &[Item], mut findings: &'f [Finding]) -> Vec<&'f [Finding]> {
    let of = |item: &Item| {
        let end = findings.iter().position(|finding| !is_of(finding, item));
        let (found, rest) = findings.split_at(end.unwrap_or(findings.len()));
        findings = rest;
        found
    };
    items.iter().map(of).collect()
}

/// Whether a finding was made of this item.
fn is_of(finding: &Finding, item: &Item) -> bool {
    let origin = &finding.occurrences[0].origin;
    match item.origin.object {
        Some(object) => origin.object == Some(object),
        None => origin.object.is_none() && origin.place == item.origin.place && origin.path == item.origin.path,
    }
}

/// Puts the places that were read where others stood for them. Both lists are merged.
pub fn put_read(findings: &mut [Finding], read: Vec<Finding>) {
    let mut places: HashMap<(Fingerprint, Option<ObjectId>), Vec<Occurrence>> = HashMap::new();
    for finding in read {
        for occurrence in finding.occurrences {
            let key = (finding.fingerprint, occurrence.origin.object);
            places.entry(key).or_default().push(occurrence);
        }
    }
    for finding in findings {
        let key = |occurrence: &Occurrence| (finding.fingerprint, occurrence.origin.object);
        if !finding
            .occurrences
            .iter()
            .any(|occurrence| places.contains_key(&key(occurrence)))
        {
            continue;
        }
        let mut all = Vec::with_capacity(finding.occurrences.len());
        for occurrence in std::mem::take(&mut finding.occurrences) {
            let key = (finding.fingerprint, occurrence.origin.object);
            match places.get_mut(&key) {
                Some(read) => all.append(read),
                None => all.push(occurrence),
            }
        }
        finding.occurrences = all;
    }
}

//! A repository to which nothing is new: its report is made of what the memo keeps, and of the objects that it shows.
//!
//! Findings that are not shown, as they are of low confidence wherever they stand, are counted by their weights and not
//! read. Those that are shown were read in this run, and compared with what is said of them.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::held::{Filled, by_item};
use super::traces::Kept;
use super::{Memo, NONE, Weight};
use crate::finding::{Confidence, Finding, Fingerprint, Score};
use crate::git::Roots;
use crate::git::provenance::{PlaceInHistory, Trace};
use crate::origin::{ObjectId, Origin, Place};
use crate::source::Item;

/// How sure a value with this score is at this path; `None` if the path says nothing of it.
pub type Doubt = fn(Option<Score>, &[u8]) -> Option<Confidence>;

/// What there is to read, and what is only counted.
pub struct Still<'m> {
    memo: &'m Memo,
    /// The hits that are read: those that are shown, and one for each variant that none of them has.
    read: Vec<usize>,
    /// Those that would be shown, were it not for the confidence of what they hold.
    unread: Vec<usize>,
    /// By secret.
    standings: Vec<Standing>,
}

/// What a report says of a secret.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Standing {
    /// Whether there is more to say than follows from scores and paths.
    is_full: bool,
    is_low: bool,
    /// Whether one of its places may be shown.
    is_shown: bool,
    /// Whether it has places of which the path says nothing, and places where the path speaks against it. If it is not
    /// shown, a report counts a finding for each.
    is_unsaid: bool,
    is_doubted: bool,
}

impl Memo {
    /// What a report reads, if it may leave out what is of low confidence, as `doubt` says; without it, it reads all that it
    /// has places of. `None` if the memo does not tell these.
    pub fn still(&self, words: &[Box<[u8]>], doubt: Option<Doubt>) -> Option<Still<'_>> {
        self.is_told.then_some(())?;
        let mut standings = self.standings();
        let mut open = BTreeSet::new();
        for ((secret, kept), standing) in (0..).zip(&self.traces).zip(&mut standings) {
            let is_elsewhere = kept.places.is_empty() || kept.places.iter().any(|place| place.is_name);
            match doubt.filter(|_| !standing.is_full && !is_elsewhere) {
                Some(doubt) => open.extend(self.open_hits(secret, kept, words, doubt, standing)?),
                None => (standing.is_full, standing.is_shown) = (true, true),
            }
        }
        let standing = |variant: u32| standings[self.secrets[variant as usize] as usize];
        let shown = (0..self.hits.len()).filter(|&hit| self.shown.binary_search(&self.hits[hit]).is_ok());
        let shown: Vec<usize> = shown.collect();
        let is_full = |hit: &usize| self.variants(*hit).iter().any(|&variant| standing(variant).is_full);
        open.extend(shown.iter().copied().filter(is_full));
        let read = self.with_examples(open.iter().copied().collect(), |variant| standing(variant).is_shown);
        let is_read: HashSet<usize> = read.iter().copied().collect();
        Some(Still {
            memo: self,
            unread: shown.into_iter().filter(|hit| !is_read.contains(hit)).collect(),
            read,
            standings,
        })
    }

    /// What can be said of each secret before its places are looked at.
    fn standings(&self) -> Vec<Standing> {
        let standing = Standing {
            is_full: false,
            is_low: true,
            is_shown: false,
            is_unsaid: false,
            is_doubted: false,
        };
        let mut standings = vec![standing; self.traces.len()];
        for hit in 0..self.hits.len() {
            let is_claimed = self.weights(hit).iter().any(|weight| weight.claims());
            for (variant, weight) in self.variants(hit).iter().zip(self.weights(hit)) {
                let standing = &mut standings[self.secrets[*variant as usize] as usize];
                standing.is_full |= is_claimed || !weight.stands_alone();
                standing.is_low &= weight.is_low();
            }
        }
        standings
    }

    /// The hits at whose places a secret may be shown; notes how it stands at the others. `None` if there is no such hit.
    fn open_hits(
        &self,
        secret: u32,
        kept: &Kept,
        words: &[Box<[u8]>],
        doubt: Doubt,
        standing: &mut Standing,
    ) -> Option<Vec<usize>> {
        let mut open = Vec::new();
        for place in &kept.places {
            let object = if place.in_head == NONE {
                place.object
            } else {
                place.in_head
            };
            let hit = self.hits.binary_search(&object).ok()?;
            let path = place.path(words);
            for weight in self.weights_of(hit, secret) {
                match doubt(weight.score(), &path) {
                    Some(Confidence::Low) => standing.is_doubted = true,
                    None if standing.is_low => standing.is_unsaid = true,
                    _ => open.push(hit),
                }
            }
        }
        standing.is_shown = !open.is_empty();
        Some(open)
    }

    /// What a secret weighs at its places in a hit.
    fn weights_of(&self, hit: usize, secret: u32) -> impl Iterator<Item = Weight> {
        let entries = self.variants(hit).iter().zip(self.weights(hit));
        let of_secret = entries.filter(move |(variant, _)| self.secrets[**variant as usize] == secret);
        of_secret.map(|(_, weight)| *weight)
    }
}

impl Still<'_> {
    /// The objects that are to be scanned.
    pub fn objects(&self) -> HashSet<ObjectId> {
        self.read.iter().map(|hit| self.id(*hit)).collect()
    }

    /// How many findings are not shown and not read.
    pub fn hidden(&self) -> u64 {
        let hidden = self.standings.iter().filter(|standing| !standing.is_shown);
        hidden
            .map(|standing| u64::from(standing.is_unsaid) + u64::from(standing.is_doubted))
            .sum()
    }

    /// The findings of a report in their order, not merged, and the numbers of their secrets. `order` has the objects that
    /// hold findings, as a whole scan meets them. `None` if an object holds something else than is remembered of it, or a
    /// name does.
    pub fn findings(
        &self,
        items: &[Item],
        scanned: &[Finding],
        order: &[ObjectId],
    ) -> Option<(Vec<Finding>, HashMap<Fingerprint, u32>)> {
        let mut filled = Filled::of(self.memo);
        let mut found = items.iter().zip(by_item(items, scanned));
        found.try_for_each(|(item, found)| self.memo.is_held(item, found, &mut filled))?;
        let numbers = filled.numbers(self.memo);
        let is_shown = |secret: u32| self.standings[secret as usize].is_shown;
        let mut findings = Vec::new();
        // All that is known of a secret, in the order in which it was met.
        let mut is_met = vec![false; self.memo.secrets.len()];
        for &variant in order
            .iter()
            .filter_map(|id| self.hit(id))
            .flat_map(|hit| self.memo.variants(hit))
        {
            let is_again = std::mem::replace(&mut is_met[variant as usize], true);
            if !is_again && is_shown(self.memo.secrets[variant as usize]) {
                let mut example = filled.examples[variant as usize].clone()?;
                example.occurrences.clear();
                findings.push(example);
            }
        }
        for finding in scanned {
            if is_shown(*numbers.get(&finding.fingerprint)?) {
                findings.push(finding.clone());
            }
        }
        for &hit in &self.unread {
            for (&variant, weight) in self.memo.variants(hit).iter().zip(self.memo.weights(hit)) {
                if is_shown(self.memo.secrets[variant as usize]) {
                    let mut finding = filled.examples[variant as usize].clone()?;
                    finding.occurrences[0].origin = Origin::new(Place::Blob, "").in_object(self.id(hit));
                    finding.occurrences[0].score = weight.score();
                    findings.push(finding);
                }
            }
        }
        Some((findings, numbers))
    }

    /// The origins of these findings, merged. `None` if one names what does not hold it.
    pub fn traces(
        &self,
        findings: &[Finding],
        numbers: &HashMap<Fingerprint, u32>,
        roots: &Roots,
        words: &[Box<[u8]>],
    ) -> Option<Vec<Trace>> {
        let holds = |place: &PlaceInHistory, at: u32| {
            let finding = &findings[at as usize];
            match place.place {
                Place::PathName => stands_in_name(finding, &place.path),
                _ => numbers.get(&finding.fingerprint).is_some_and(|secret| {
                    let mut objects = place.in_head.iter().chain([&place.object]);
                    objects.all(|object| self.holds(object, *secret))
                }),
            }
        };
        self.memo.traces(findings, numbers, roots, words, &holds)
    }

    /// Whether an object is said to hold a secret.
    fn holds(&self, object: &ObjectId, secret: u32) -> bool {
        let hit = self.hit(object);
        hit.is_some_and(|hit| self.memo.weights_of(hit, secret).next().is_some())
    }

    fn hit(&self, object: &ObjectId) -> Option<usize> {
        let at = self.memo.find(object)?;
        self.memo.hits.binary_search(&at).ok()
    }

    fn id(&self, hit: usize) -> ObjectId {
        self.memo.id(self.memo.hits[hit])
    }
}

/// Whether a finding was found in the last name of a path.
fn stands_in_name(finding: &Finding, path: &[u8]) -> bool {
    let name = path.rsplit(|&b| b == b'/').next().unwrap_or_default();
    let origins = finding.occurrences.iter().map(|occurrence| &occurrence.origin);
    origins
        .filter(|origin| origin.place == Place::PathName)
        .any(|origin| origin.path == name)
}

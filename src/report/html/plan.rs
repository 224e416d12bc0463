//! What goes where on the page, decided before anything is written.
//!
//! Findings of one access key are one exposure: they stand together, with one incident card. The worst come first.
//! A page that holds everything of a repository full of keys would not open, so the number of findings and of cards
//! is bounded here.

use std::cmp::Reverse;
use std::collections::HashMap;

use crate::finding::{Finding, Fingerprint};
use crate::origin::{CommitStamp, State};
use crate::report::Report;
use crate::report::card::Grounds;
use crate::report::human::summary::grouped;
use crate::report::keys::{PolicyName, Row};
use crate::report::sarif::location::Locator;

/// Findings that are written out. A thousand are about three megabytes.
pub const MOST_FINDINGS: usize = 1000;
/// Exposures that have a card. A card of an access key is about ten kilobytes.
pub const MOST_CARDS: usize = 200;

/// The page, before it is written.
pub struct Plan<'r> {
    pub report: &'r Report,
    /// The worst first.
    pub exposures: Vec<Exposure<'r>>,
    pub locator: Locator<'r>,
    pub grounds: Grounds<'r>,
    /// Where each finding stands on the page, counted from 1, by its number in the report.
    places: Vec<Option<usize>>,
    by_fingerprint: HashMap<Fingerprint, usize>,
    /// How many of the exposures are written out.
    written: usize,
}

/// One credential that got out: all findings of an access key, or one finding by itself.
pub struct Exposure<'r> {
    /// Their numbers in the report; never empty. An id comes first, because it names the key.
    pub findings: Vec<usize>,
    /// What is known of the access key.
    pub row: Option<&'r Row>,
}

impl Exposure<'_> {
    /// The finding that names it.
    pub fn lead(&self) -> usize {
        self.findings[0]
    }
}

impl<'r> Plan<'r> {
    pub fn of(report: &'r Report) -> Self {
        let exposures = exposures(report);
        let mut places = vec![None; report.findings.len()];
        let mut taken = 0;
        let mut written = 0;
        for exposure in &exposures {
            if taken + exposure.findings.len() > MOST_FINDINGS {
                break;
            }
            for number in &exposure.findings {
                taken += 1;
                places[*number] = Some(taken);
            }
            written += 1;
        }
        let numbered = report.findings.iter().enumerate().rev();
        Self {
            report,
            exposures,
            locator: Locator::new(&report.target),
            grounds: Grounds {
                rows: report.keys.as_ref().map_or(&[], |keys| &keys.rows),
                findings: &report.findings,
                target: Some(&report.target),
                as_of: report.as_of,
                // The page says it, once.
                incomplete_reasons: Vec::new(),
            },
            places,
            by_fingerprint: numbered
                .map(|(number, finding)| (finding.fingerprint, number))
                .collect(),
            written,
        }
    }

    pub fn finding(&self, number: usize) -> &'r Finding {
        &self.report.findings[number]
    }

    /// The findings of an exposure.
    pub fn findings(&self, exposure: &Exposure<'_>) -> Vec<&'r Finding> {
        exposure.findings.iter().map(|number| self.finding(*number)).collect()
    }

    /// The policy that keys were held against, if one was asked.
    pub fn policy(&self) -> Option<&'r PolicyName> {
        let keys = self.report.keys.as_ref()?;
        Some(&keys.policy).filter(|policy| !policy.by_default)
    }

    /// The exposures that are written out, each with whether it has a card.
    pub fn written(&self) -> impl Iterator<Item = (&Exposure<'r>, bool)> {
        let numbered = self.exposures[..self.written].iter().enumerate();
        numbered.map(|(number, exposure)| (exposure, number < MOST_CARDS))
    }

    /// The id of the element that is about a finding, if it is on the page.
    pub fn anchor(&self, number: usize) -> Option<String> {
        self.places[number].map(|place| format!("finding-{place}"))
    }

    /// The same, of the finding that has this fingerprint.
    pub fn anchor_of(&self, fingerprint: Fingerprint) -> Option<String> {
        self.anchor(*self.by_fingerprint.get(&fingerprint)?)
    }

    /// What is not written out, in words; `None` if nothing was cut.
    pub fn cut(&self) -> Option<String> {
        let findings = self.places.iter().filter(|place| place.is_none()).count() as u64;
        let cards = self.written.saturating_sub(MOST_CARDS) as u64;
        let elsewhere = "--report json has all of them, and keytrail explain prints any card";
        match (findings, cards) {
            (0, 0) => None,
            (0, _) => Some(format!(
                "The worst {MOST_CARDS} have their incident card here; {} more have not: keytrail explain prints it.",
                grouped(cards)
            )),
            _ => Some(format!(
                "The worst {} of {} findings are written out, the worst {MOST_CARDS} with their incident card; {} are only \
                 counted: {elsewhere}.",
                grouped(self.places.len() as u64 - findings),
                grouped(self.places.len() as u64),
                grouped(findings),
            )),
        }
    }
}

/// Puts findings of one key together, and the worst first.
fn exposures(report: &Report) -> Vec<Exposure<'_>> {
    let mut row_of: HashMap<usize, &Row> = HashMap::new();
    for row in report.keys.iter().flat_map(|keys| &keys.rows) {
        let findings = row.leak.iter().flat_map(|leak| &leak.findings);
        row_of.extend(findings.map(|number| (*number, row)));
    }
    let mut exposures: Vec<Exposure<'_>> = Vec::new();
    let mut with_row: HashMap<*const Row, usize> = HashMap::new();
    for number in 0..report.findings.len() {
        let row = row_of.get(&number).copied();
        let next = exposures.len();
        let at = row.map_or(next, |row| *with_row.entry(std::ptr::from_ref(row)).or_insert(next));
        match exposures.get_mut(at) {
            Some(exposure) => exposure.findings.push(number),
            None => exposures.push(Exposure {
                findings: vec![number],
                row,
            }),
        }
    }
    let finding = |number: &usize| &report.findings[*number];
    for exposure in &mut exposures {
        exposure.findings.sort_by_key(|number| {
            let finding = finding(number);
            (finding.rule.kind != "access-key-id", Reverse(finding.severity))
        });
    }
    exposures.sort_by_key(|exposure| {
        let findings = || exposure.findings.iter().map(finding);
        (
            Reverse(findings().map(|finding| finding.severity).max()),
            Reverse(findings().map(|finding| finding.confidence).max()),
            // A key that its account calls active opens something for certain.
            !exposure.row.is_some_and(|row| row.case.is_active()),
            findings().map(|finding| finding.state).min(),
            exposure.findings.iter().min().copied(),
        )
    });
    exposures
}

/// When a secret was there, as far as commits tell. Unix seconds.
pub struct Span {
    pub since: i64,
    /// When the last commit took it out of HEAD; `None` while it is there, or if it never was.
    pub removed: Option<CommitStamp>,
    pub state: State,
}

impl Span {
    /// The time from the first commit that brought any of the findings; `None` if no commit is known.
    pub fn of(findings: &[&Finding]) -> Option<Self> {
        let introduced = findings.iter().filter_map(|finding| finding.introduced);
        let removed = findings.iter().filter_map(|finding| finding.removed);
        let state = findings.iter().map(|finding| finding.state).min()?;
        Some(Self {
            since: introduced.map(|stamp| stamp.author_time.min(stamp.commit_time)).min()?,
            removed: removed
                .max_by_key(|stamp| stamp.commit_time)
                .filter(|_| state > State::InTree),
            state,
        })
    }
}

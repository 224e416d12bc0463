//! From findings to reports: what they mean together, what is marked, what is written, and how the run ended.

use std::collections::BTreeMap;
use std::mem::ManuallyDrop;
use std::path::Path;

use super::{Job, Judging};
use crate::app::terminal;
use crate::app::verifying::Verified;
use crate::error::Error;
use crate::finding::Finding;
use crate::keys;
use crate::notice;
use crate::outcome::Outcome;
use crate::report::keys::JudgedKeys;
use crate::report::{Format, RenderOptions, Report, Stats, Target};
use crate::scan::{Scanned, relate};
use crate::skip::{Skip, Why};
use crate::source::Discovered;
use crate::triage;

/// So many of the things left out inside of archives are named; all are counted.
const NAMED: usize = 100;

impl Job {
    /// Marks the findings, writes the reports, and decides how the run ended.
    pub fn conclude(&self, target: Target, discovered: Discovered, scanned: Scanned) -> Result<Outcome, Error> {
        let report = self.report(target, discovered, scanned);
        self.write(&report)?;
        Ok(self.outcome(&report))
    }

    /// Writes the reports.
    pub fn write(&self, report: &Report) -> Result<(), Error> {
        for destination in &self.destinations {
            destination.write(&self.render(report, destination.format))?;
        }
        self.warn(report);
        Ok(())
    }

    /// Prints a report in a format.
    pub fn render(&self, report: &Report, format: Format) -> Vec<u8> {
        let options = RenderOptions {
            color: terminal::color(self.report.color.as_deref()),
            verbose: self.report.verbose > 0,
            quiet: self.report.quiet,
            links: self.links.clone(),
            ..RenderOptions::default()
        };
        format.render(report, &options)
    }

    /// Decides how the run ended.
    pub fn outcome(&self, report: &Report) -> Outcome {
        Outcome::of(report, self.report.fail_on(), self.report.exit_zero)
    }

    /// The file that a report of this format is written to.
    pub fn file_of(&self, format: Format) -> Option<&Path> {
        let mut files = self.destinations.iter().filter(|to| to.format == format);
        files.find_map(|to| to.file.as_deref())
    }

    /// Says that the run is incomplete where no report for people says so.
    fn warn(&self, report: &Report) {
        let told = self
            .destinations
            .iter()
            .any(|to| to.format.tells_people() && to.file.is_none());
        if !told && !report.complete() {
            notice::incomplete(report.incompleteness());
        }
    }

    /// Marks the findings and puts everything that the run has to say together.
    pub fn report(&self, mut target: Target, mut discovered: Discovered, mut scanned: Scanned) -> Report {
        target.head = target.head.or(self.head);
        let mut findings = relate(scanned.findings, self.as_of);
        let suppression = self.suppressing.mark(&mut findings, self.as_of);
        let verified = self.verify(&mut findings);
        // An upload shows no secret, whatever else was asked for.
        let is_uploaded = self.destinations.iter().any(|to| !to.format.may_show_secrets());
        if !self.report.show_secrets || is_uploaded {
            let veil = triage::Veil::over(&findings);
            veil.draw(&mut findings);
            target.branch.iter_mut().for_each(|branch| veil.mask_text(branch));
            discovered
                .incomplete
                .iter_mut()
                .for_each(|reason| veil.mask_text(reason));
            let skips = discovered.skips.iter_mut().chain(&mut scanned.skips);
            skips.for_each(|skip| veil.mask(&mut skip.what));
        }
        // Left to the end of the process, which is near: a large repository has a million names.
        let _scanned = ManuallyDrop::new(discovered.items);
        let mut incomplete = discovered.incomplete;
        incomplete.extend(verified.incomplete);
        let judging = self.judging.as_ref();
        let judging = judging.map(|judging| (judging, judging.inventory_and(verified.keys)));
        if let Some((
            Judging {
                policy,
                by_default: false,
                ..
            },
            inventory,
        )) = &judging
        {
            // After the veil: verdicts name places.
            keys::annotate(&mut findings, policy, inventory, self.as_of);
            incomplete.extend(inventory.doubts(policy, self.as_of));
        }
        let mut stats = Stats {
            items: scanned.items,
            bytes: scanned.bytes,
            commits: discovered.commits,
            below_confidence: 0,
            min_confidence: Some(self.report.min_confidence()),
        };
        let (suppressed, open): (Vec<Finding>, Vec<Finding>) =
            findings.into_iter().partition(|finding| finding.suppressed.is_some());
        let (findings, below): (Vec<Finding>, Vec<Finding>) = open
            .into_iter()
            .partition(|finding| finding.confidence >= self.report.min_confidence());
        stats.below_confidence = below.len() as u64 + scanned.hidden;
        let keys = judging.map(|(Judging { policy, by_default, .. }, inventory)| {
            let joined = keys::join(&findings, &inventory, self.as_of);
            JudgedKeys::of(policy, *by_default, joined, &findings, self.as_of)
        });
        let is_policy = |skip: &&Skip| matches!(skip.why, Why::Policy(_));
        let unopened = scanned.skips.iter().filter(is_policy).take(NAMED).cloned().collect();
        let mut faults = Vec::new();
        let mut left_out = BTreeMap::new();
        for skip in scanned.skips.into_iter().chain(discovered.skips) {
            match skip.why {
                Why::Policy(policy) => *left_out.entry(policy).or_default() += 1,
                Why::Fault(_) => faults.push(skip),
            }
        }
        Report {
            target,
            findings,
            suppressed,
            suppression,
            faults,
            left_out,
            unopened,
            incomplete_reasons: incomplete,
            let_pass: discovered.let_pass,
            stats,
            rules: self.rules.iter().cloned().collect(),
            show_secrets: self.report.show_secrets,
            as_of: self.as_of,
            keys,
        }
    }

    /// Asks AWS about the keys, if that was wanted.
    fn verify(&self, findings: &mut [Finding]) -> Verified {
        let ours = self
            .judging
            .as_ref()
            .map_or(&[][..], |judging| &judging.policy.accounts);
        let asked = self.verifying.as_ref();
        asked.map_or_else(Verified::default, |verifying| verifying.run(findings, ours))
    }
}

//! What every scanning command shares: the checked settings, the detectors, and the way from findings
//! to written reports.

use std::collections::{BTreeMap, HashMap};

use super::configure::{Configured, Subject};
use super::rules;
use super::suppressing::Suppressing;
use super::terminal;
use super::verifying::{Verified, Verifying};
use crate::cli::Common;
use crate::decode::{Layers, limits};
use crate::detect::{Detectors, Spots};
use crate::error::Error;
use crate::finding::Finding;
use crate::git::{ObjectKind, ReadObject, Store};
use crate::keys::{self, Inventory, Policy};
use crate::notice;
use crate::origin::{ObjectId, State};
use crate::outcome::Outcome;
use crate::pair;
use crate::report::{Destination, Format, Links, RenderOptions, Report, Stats, Target};
use crate::rules::RuleSet;
use crate::scan::progress::Progress;
use crate::scan::{Scan, Scanned, ScannedPacks};
use crate::settings::{ReportSettings, SourceSettings};
use crate::skip::{Skip, Why};
use crate::source::history::{History, Named};
use crate::source::{Discovered, Handle, Item};
use crate::triage;

/// Fewer objects than this are scanned again on one thread.
const SMALL: usize = 512;

/// So many of the things left out inside of archives are named; all are counted.
const NAMED: usize = 100;

/// A run whose settings are known to be right.
pub struct Job {
    pub source: SourceSettings,
    report: ReportSettings,
    destinations: Vec<Destination>,
    as_of: i64,
    links: Option<Links>,
    rules: RuleSet,
    /// What stands for the choice of rules; empty for the built-in ones.
    mark: String,
    pub detectors: Detectors,
    layers: Layers,
    /// What AWS keys are judged by, if that was asked.
    judging: Option<Judging>,
    suppressing: Suppressing,
    /// What AWS is asked about the keys that are found, if that was wanted.
    verifying: Option<Verifying>,
}

struct Judging {
    policy: Policy,
    inventory: Inventory,
}

impl Job {
    /// Checks settings, destinations and rules. Nothing has been scanned when this fails.
    pub fn prepare(common: Common, subject: Subject<'_>) -> Result<Self, Error> {
        let configured = Configured::read(&common.settings, subject)?;
        Self::configured(common, configured, subject)
    }

    /// The same, with settings files that were read.
    pub fn configured(common: Common, configured: Configured, subject: Subject<'_>) -> Result<Self, Error> {
        let file = configured.config.settings.clone();
        let source = common.source.or(file.source);
        let report = common.report.or(file.report);
        let mut destinations = Vec::new();
        for argument in &report.report {
            destinations.push(argument.parse()?);
        }
        if destinations.is_empty() {
            destinations.push(Destination {
                format: Format::Human,
                file: None,
            });
        }
        Destination::check(&destinations)?;
        let keys = common.keys.or(file.keys);
        let judging = match keys.asked() {
            true => Some(Judging {
                policy: Policy::load(keys.policy.as_deref().unwrap_or(keys::policy::DEFAULT))?,
                inventory: Inventory::read(&keys.keys_from)?,
            }),
            false => None,
        };
        let verifying = Verifying::prepare(common.verify)?;
        let loaded = rules::load(&common.rules.or(file.rules))?;
        if !report.quiet {
            for note in &loaded.notes {
                notice::tell(format!("not carried over: {note}"));
            }
        }
        let rules = loaded.rules;
        let suppress = common.suppress.or(file.suppress);
        let folder = match subject {
            Subject::Paths(_) => std::env::current_dir().ok(),
            Subject::Repository(_) => configured.top.as_ref().and_then(|top| top.canonicalize().ok()),
            Subject::Keys => None,
        };
        let links = terminal::links(report.hyperlink_format.as_deref(), folder)?;
        Ok(Self {
            links,
            suppressing: Suppressing::prepare(configured, &suppress, subject, &rules)?,
            as_of: report.as_of()?,
            detectors: Detectors::new(&rules)?,
            layers: layers(&source)?,
            source,
            report,
            destinations,
            rules,
            mark: loaded.mark,
            judging,
            verifying,
        })
    }

    /// Leaves out the content that the repository's ignore file names.
    pub fn leave_out(&self, discovered: &mut Discovered) {
        self.suppressing.leave_out(discovered);
    }

    /// Scans items and makes one finding of each secret.
    pub fn scan(&self, items: &[Item], objects: Option<&(dyn ReadObject + Sync)>, state: State) -> Scanned {
        self.scan_with(items.len(), objects, state, None, false, |scan| scan.run(items))
    }

    /// Scans the objects and names of a history that are to be scanned again.
    pub fn scan_again(&self, items: &[Item], store: &Store, spots: &HashMap<ObjectId, Spots>) -> Scanned {
        let state = State::Unreachable;
        let objects = items.iter().filter(|item| matches!(item.handle, Handle::Object(_)));
        // One thread reads versions of a file out of what it has just read, and others would not be there in time.
        let is_small = objects.count() < SMALL;
        self.scan_with(
            items.len(),
            Some(store),
            state,
            Some(spots),
            true,
            |scan| match is_small {
                true => Scan { threads: 1, ..*scan }.run(items),
                false => scan.run(items),
            },
        )
    }

    /// Scans everything in the store's packs, then the other items, which `discover` finds by what came of the
    /// packs.
    pub fn scan_history(
        &self,
        store: &Store,
        no_delta: bool,
        with_sizes: bool,
        discover: impl FnOnce(Named, &[Finding]) -> History,
    ) -> (History, Scanned) {
        let total = store.packed(ObjectKind::has_text, self.source.threads());
        let mut found = History::default();
        let scanned = self.scan_with(total, Some(store), State::Unreachable, None, with_sizes, |scan| {
            let ScannedPacks { scanned, named } = scan.run_packed(store, no_delta);
            scan.progress.enter("reading folders and names");
            found = discover(named, &scanned.findings);
            scan.progress.enter("scanning");
            scan.progress.expect(found.found.items.len());
            scanned.and(scan.run(&found.found.items))
        });
        (found, scanned)
    }

    fn scan_with(
        &self,
        total: usize,
        objects: Option<&(dyn ReadObject + Sync)>,
        state: State,
        spots: Option<&HashMap<ObjectId, Spots>>,
        with_sizes: bool,
        run: impl FnOnce(&Scan<'_>) -> Scanned,
    ) -> Scanned {
        let progress = Progress::new(total);
        let scan = Scan {
            detectors: &self.detectors,
            objects,
            state,
            with_line_hash: self.destinations.iter().any(|to| to.format == Format::Sarif),
            threads: self.source.threads(),
            progress: &progress,
            spots,
            layers: self.layers,
            with_sizes,
        };
        let mut scanned = progress.during(!self.report.quiet, || run(&scan));
        scanned.findings = triage::merge(scanned.findings);
        scanned
    }

    /// The settings that decide what is found in an object, in words.
    pub fn finding(&self) -> String {
        format!("{:?}\n{}", self.layers, self.mark)
    }

    /// Marks the findings, writes the reports, and decides how the run ended.
    pub fn conclude(&self, target: Target, discovered: Discovered, scanned: Scanned) -> Result<Outcome, Error> {
        let report = self.report(target, discovered, scanned);
        let options = RenderOptions {
            color: terminal::color(self.report.color.as_deref()),
            verbose: self.report.verbose > 0,
            quiet: self.report.quiet,
            links: self.links.clone(),
            ..RenderOptions::default()
        };
        for destination in &self.destinations {
            destination.write(&destination.format.render(&report, &options))?;
        }
        self.warn(&report);
        Ok(Outcome::of(&report, self.report.fail_on(), self.report.exit_zero))
    }

    /// Says that the run is incomplete where no report for people says so.
    fn warn(&self, report: &Report) {
        let told = self
            .destinations
            .iter()
            .any(|to| to.format == Format::Human && to.file.is_none());
        if !told && !report.complete() {
            notice::incomplete(report.incompleteness());
        }
    }

    /// Marks the findings and puts everything that the run has to say together.
    pub fn report(&self, mut target: Target, mut discovered: Discovered, mut scanned: Scanned) -> Report {
        let mut findings = triage::weigh(triage::place(scanned.findings));
        triage::ask_places(&mut findings);
        pair::across(&mut findings, triage::role_of);
        keys::prove(&mut findings);
        triage::grade(&mut findings, self.as_of);
        let suppression = self.suppressing.mark(&mut findings, self.as_of);
        let verified = self.verify(&mut findings);
        // An upload shows no secret, whatever else was asked for.
        let is_uploaded = self.destinations.iter().any(|to| to.format == Format::Sarif);
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
        let mut incomplete = discovered.incomplete;
        incomplete.extend(verified.incomplete);
        if let Some(Judging { policy, inventory }) = &self.judging {
            let inventory = match verified.keys.is_empty() {
                true => inventory,
                false => &inventory.clone().and(Inventory::of(verified.keys)),
            };
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
        stats.below_confidence = below.len() as u64;
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
            stats,
            rules: self.rules.iter().cloned().collect(),
            show_secrets: self.report.show_secrets,
            as_of: self.as_of,
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

/// How far contents are decoded.
fn layers(source: &SourceSettings) -> Result<Layers, Error> {
    let checked = |flag: &str, asked: Option<usize>| match asked.unwrap_or(limits::DEPTH) {
        depth if depth <= limits::DEEPEST => Ok(depth),
        depth => Err(
            Error::usage(format!("--{flag} {depth}: that is too deep")).hint(format!(
                "use a number from 0 (nothing is decoded) to {}",
                limits::DEEPEST
            )),
        ),
    };
    Ok(Layers {
        archives: checked("max-archive-depth", source.max_archive_depth)?,
        texts: checked("max-decode-depth", source.max_decode_depth)?,
    })
}

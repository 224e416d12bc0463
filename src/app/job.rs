//! What every scanning command shares: the checked settings, the detectors, and the way from findings
//! to written reports.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

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
use crate::keys::{self, Inventory, Key, Policy};
use crate::notice;
use crate::origin::{ObjectId, State};
use crate::outcome::Outcome;
use crate::report::keys::JudgedKeys;
use crate::report::{Destination, Format, Links, RenderOptions, Report, Stats, Target};
use crate::rules::RuleSet;
use crate::scan::progress::Progress;
use crate::scan::{Scan, Scanned, ScannedPacks, relate};
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
    /// The commit that a report names for what is in none yet, if one asks for it.
    head: Option<ObjectId>,
    as_of: i64,
    links: Option<Links>,
    rules: RuleSet,
    /// What stands for the choice of rules; empty for the built-in ones.
    mark: String,
    pub detectors: Detectors,
    layers: Layers,
    /// What AWS keys are judged by, if that was asked, or if a format shows incident cards.
    judging: Option<Judging>,
    suppressing: Suppressing,
    /// What AWS is asked about the keys that are found, if that was wanted.
    verifying: Option<Verifying>,
}

struct Judging {
    policy: Policy,
    /// Whether nobody named a policy or an inventory: then it is for incident cards alone.
    by_default: bool,
    inventory: Inventory,
}

impl Judging {
    /// The inventory, with keys that AWS was asked about.
    fn inventory_and(&self, verified: Vec<Key>) -> Cow<'_, Inventory> {
        match verified.is_empty() {
            true => Cow::Borrowed(&self.inventory),
            false => Cow::Owned(self.inventory.clone().and(Inventory::of(verified))),
        }
    }
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
        report.check_audience()?;
        let destinations = Destination::of(&report.report, &report.report_also)?;
        let head = match destinations.iter().find(|to| to.format.needs_commit()) {
            Some(to) => Some(configured.head().ok_or_else(|| no_commit(to.format))?),
            None => None,
        };
        let keys = common.keys.or(file.keys);
        let has_cards = destinations.iter().any(|to: &Destination| to.format == Format::Html);
        let judging = match keys.asked() || has_cards {
            true => Some(Judging {
                policy: Policy::load(keys.policy.as_deref().unwrap_or(keys::policy::DEFAULT))?,
                by_default: !keys.asked(),
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
            head,
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
        let mut scanned = self.scan_with(items.len(), objects, state, None, false, |scan| scan.run(items));
        scanned.findings = triage::merge(scanned.findings);
        scanned
    }

    /// Scans the objects and names of a history that are to be scanned again. Findings are not merged.
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
    /// packs. Findings are not merged.
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
        progress.during(!self.report.quiet, || run(&scan))
    }

    /// The settings that decide what is found in an object, in words.
    pub fn finding(&self) -> String {
        format!("{:?}\n{}", self.layers, self.mark)
    }

    /// Marks the findings, writes the reports, and decides how the run ended.
    pub fn conclude(&self, target: Target, discovered: Discovered, scanned: Scanned) -> Result<Outcome, Error> {
        let report = self.report(target, discovered, scanned);
        self.write(&report, &|_, text| text)?;
        Ok(self.outcome(&report))
    }

    /// Writes the reports; `dress` gives what standard output is to have of one.
    pub fn write(&self, report: &Report, dress: &dyn Fn(Format, Vec<u8>) -> Vec<u8>) -> Result<(), Error> {
        for destination in &self.destinations {
            let text = self.render(report, destination.format);
            destination.write(&match destination.file {
                Some(_) => text,
                None => dress(destination.format, text),
            })?;
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
        stats.below_confidence = below.len() as u64;
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

/// A format names a commit for each finding, and there is none to name.
fn no_commit(format: Format) -> Error {
    Error::usage(format!("--report {}: there is no commit to name", format.as_str()))
        .cause("each of its findings names a commit, and what is scanned is in no repository that has one")
        .hint("use --report gitlab-codequality, which needs none, or scan a folder of a repository with commits")
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

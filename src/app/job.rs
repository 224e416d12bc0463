//! What every scanning command shares: the checked settings and the detectors; [`report`] has the way from findings to
//! written reports.

mod report;

use std::borrow::Cow;
use std::collections::HashMap;
use std::mem::ManuallyDrop;

use super::configure::{Configured, Subject};
use super::rules;
use super::suppressing::Suppressing;
use super::terminal;
use super::verifying::Verifying;
use crate::cli::Common;
use crate::decode::{Layers, limits};
use crate::detect::{Detectors, Spots};
use crate::error::Error;
use crate::finding::{Confidence, Finding};
use crate::git::{ObjectKind, ReadObject, Store};
use crate::keys::{self, Inventory, Key, Policy};
use crate::notice;
use crate::origin::{ObjectId, State};
use crate::report::{Destination, Format, Links};
use crate::rules::RuleSet;
use crate::scan::progress::Progress;
use crate::scan::{Scan, Scanned, ScannedPacks};
use crate::settings::{ReportSettings, SourceSettings};
use crate::source::history::{History, Named};
use crate::source::{Discovered, Handle, Item};
use crate::text::sanitize;
use crate::triage;

/// Fewer objects than this are scanned again on one thread.
const SMALL: usize = 512;

/// A run whose settings are known to be right.
pub struct Job {
    pub source: SourceSettings,
    report: ReportSettings,
    destinations: Vec<Destination>,
    /// The commit that a report names for what is in none yet, if one asks for it.
    head: Option<ObjectId>,
    as_of: i64,
    links: Option<Links>,
    /// Like the detectors, left to the end of the process: taking eight hundred rules apart takes as long as a file.
    rules: ManuallyDrop<RuleSet>,
    /// What stands for the choice of rules; empty for the built-in ones.
    mark: String,
    pub detectors: ManuallyDrop<Detectors>,
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
        let loaded = rules::load(&common.rules.or(file.rules), &configured)?;
        let rules = loaded.rules;
        let suppress = common.suppress.or(file.suppress);
        let folder = match subject {
            Subject::Paths(_) => std::env::current_dir().ok(),
            Subject::Repository(_) => configured.top.as_ref().and_then(|top| top.canonicalize().ok()),
            Subject::Keys => None,
        };
        let suppressing = Suppressing::prepare(configured, &suppress, subject, &rules)?;
        let notes = loaded.notes.iter().chain(&suppressing.notes);
        for note in notes.filter(|_| !report.quiet) {
            notice::tell(format!("not carried over: {}", sanitize(note.as_bytes())));
        }
        let links = terminal::links(report.hyperlink_format.as_deref(), folder)?;
        Ok(Self {
            links,
            suppressing,
            as_of: report.as_of()?,
            detectors: ManuallyDrop::new(Detectors::new(&rules)?),
            layers: layers(&source)?,
            source,
            report,
            destinations,
            head,
            rules: ManuallyDrop::new(rules),
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
    pub fn scan_again(&self, items: &[&Item], store: &Store, spots: &HashMap<ObjectId, Spots>) -> Scanned {
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
        remember: bool,
        discover: impl FnOnce(Named, &[Finding]) -> History,
    ) -> (History, Scanned) {
        let total = store.packed(ObjectKind::has_text, self.source.threads());
        let mut found = History::default();
        let scanned = self.scan_with(total, Some(store), State::Unreachable, None, remember, |scan| {
            let ScannedPacks { mut scanned, named } = scan.run_packed(store, no_delta);
            if !remember {
                // Here already: a secret in thousands of versions of a file is not to be held as so many findings while
                // folders are read.
                scanned.findings = triage::merge(scanned.findings);
            }
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

    /// Whether a finding of low confidence is counted, whatever its value is.
    pub fn hides_low(&self) -> bool {
        self.report.min_confidence() > Confidence::Low && self.suppressing.asks_nothing()
    }

    /// The settings that decide what is found in an object, in words.
    pub fn finding(&self) -> String {
        format!("{:?}\n{}", self.layers, self.mark)
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

//! What `keys` and `explain` go by: the policy, what accounts say, and what was found in code.
//!
//! Files are opened here and bounded; settings are checked before anything is scanned or asked. AWS is asked only
//! with `--aws`, with read-only calls. An account that answered in full and does not name a key has deleted it.

mod accounts;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use accounts::{Accounts, ask, gone, nobodys};

use super::configure::{Configured, Subject};
use super::{history, job::Job, rules};
use crate::cli::{Common, FactArguments};
use crate::config;
use crate::error::Error;
use crate::finding::Finding;
use crate::keys::{self, Inventory, Policy};
use crate::level::Confidence;
use crate::report::keys::KeysReport;
use crate::report::{Target, read};
use crate::rules::RuleSet;
use crate::settings::{AwsSettings, JoinSettings, KeySettings, ReportSettings, RuleSettings, SourceSettings};
use crate::skip::Skip;
use crate::text::sanitize;

/// Settings that are known to be right.
pub struct Facts {
    keys: KeySettings,
    aws: AwsSettings,
    join: JoinSettings,
    source: SourceSettings,
    pub report: ReportSettings,
    policy: Policy,
    by_default: bool,
    as_of: i64,
    rules: RuleSet,
    chosen: RuleSettings,
    /// A key that is asked about, whoever knows of it.
    about: Option<String>,
    /// Whether findings of low confidence count as well.
    all: bool,
}

/// What was found in code.
struct Found {
    target: Option<Target>,
    findings: Vec<Finding>,
    faults: Vec<Skip>,
    incomplete_reasons: Vec<String>,
}

impl Facts {
    /// Checks the settings and reads the policy.
    pub fn prepare(arguments: FactArguments, rules: RuleSettings) -> Result<Self, Error> {
        let file = config::read_named(&arguments.join.settings)?.settings;
        let report = arguments.tell.or(file.report);
        let keys = arguments.keys.or(file.keys);
        let by_default = keys.policy.is_none();
        let chosen = rules.or(file.rules);
        Ok(Self {
            policy: Policy::load(keys.policy.as_deref().unwrap_or(keys::policy::DEFAULT))?,
            by_default,
            as_of: report.as_of()?,
            source: arguments.join.source.clone().or(file.source),
            rules: rules::load(&chosen, &Configured::default())?.rules,
            chosen,
            keys,
            aws: arguments.aws,
            join: arguments.join,
            report,
            about: None,
            all: false,
        })
    }

    /// Wants a row for this key even if nobody knows it.
    pub fn ask_about(&mut self, id: &str) {
        self.about = Some(id.to_owned());
        self.all = true;
    }

    /// Wants every finding; of the repository of this folder, unless another was named.
    pub fn look_at_this_folder(&mut self) {
        self.all = true;
        if !self.looks_at_code() {
            self.join.repo = Some(PathBuf::from("."));
        }
    }

    pub fn rules(&self) -> &RuleSet {
        &self.rules
    }

    /// Whether anything was named that knows of keys.
    pub fn any(&self) -> bool {
        !self.keys.keys_from.is_empty() || self.aws.aws || self.looks_at_code()
    }

    fn looks_at_code(&self) -> bool {
        self.join.findings.is_some() || self.join.repo.is_some()
    }

    /// Reads, scans and asks, and judges every key.
    pub fn gather(&self) -> Result<KeysReport, Error> {
        let accounts = self.accounts()?;
        let found = self.found(&accounts.inventory)?;
        let gone = gone(&accounts, &found.findings);
        let mut inventory = accounts.inventory.and(Inventory::of(gone));
        let found_it = |id: &String| {
            let ids = found
                .findings
                .iter()
                .filter_map(|finding| finding.aws.as_ref()?.key_id.as_ref());
            ids.into_iter().any(|found| found == id)
        };
        if let Some(id) = self
            .about
            .as_ref()
            .filter(|id| inventory.get(id).is_none() && !found_it(id))
        {
            inventory = inventory.and(Inventory::of(vec![nobodys(id)]));
        }
        let joined = keys::join(&found.findings, &inventory, self.as_of);
        let mut report = KeysReport::of(&self.policy, self.by_default, joined, found.findings, self.as_of);
        report.sources = accounts.sources;
        report.target = found.target;
        report.faults = [accounts.faults, found.faults].concat();
        report.incomplete_reasons = found.incomplete_reasons;
        report
            .incomplete_reasons
            .extend(inventory.doubts(&self.policy, self.as_of));
        Ok(report)
    }

    fn accounts(&self) -> Result<Accounts, Error> {
        let inventory = Inventory::read(&self.keys.keys_from)?;
        let accounts = Accounts {
            inventory,
            sources: self.keys.keys_from.iter().map(|path| name(path)).collect(),
            whole: Vec::new(),
            faults: Vec::new(),
        };
        match self.aws.aws {
            true => ask(&self.aws, accounts),
            false => Ok(accounts),
        }
    }

    /// What is in code: of low confidence only what an inventory confirms.
    fn found(&self, inventory: &Inventory) -> Result<Found, Error> {
        let mut found = match (&self.join.findings, &self.join.repo) {
            (Some(file), _) => self.earlier(file)?,
            (None, Some(repository)) => self.scan(repository)?,
            (None, None) => Found {
                target: None,
                findings: Vec::new(),
                faults: Vec::new(),
                incomplete_reasons: Vec::new(),
            },
        };
        let confirmed = |finding: &Finding| {
            let id = finding.aws.as_ref().and_then(|aws| aws.key_id.as_deref());
            id.is_some_and(|id| inventory.get(id).is_some())
        };
        found
            .findings
            .retain(|finding| self.all || finding.confidence >= Confidence::Medium || confirmed(finding));
        Ok(found)
    }

    fn earlier(&self, file: &Path) -> Result<Found, Error> {
        let unreadable = |cause: String| {
            Error::usage(format!(
                "--findings {}: it cannot be read",
                sanitize(file.as_os_str().as_encoded_bytes())
            ))
            .cause(cause)
            .hint("make it first: keytrail history --report json=scan.json")
        };
        let about = std::fs::metadata(file).map_err(|error| unreadable(error.to_string()))?;
        if about.is_dir() {
            return Err(unreadable("it is a folder".to_owned()));
        }
        let mut bytes = Vec::new();
        let opened = File::open(file).map_err(|error| unreadable(error.to_string()))?;
        opened
            .take(read::MOST_BYTES + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| unreadable(error.to_string()))?;
        if bytes.len() as u64 > read::MOST_BYTES {
            return Err(unreadable(format!("it holds more than {} MiB", read::MOST_BYTES >> 20)));
        }
        let earlier = read::read(&bytes, &name(file), &self.rules)?;
        Ok(Found {
            target: Some(earlier.target),
            findings: earlier.findings,
            faults: Vec::new(),
            incomplete_reasons: earlier.incomplete_reasons,
        })
    }

    fn scan(&self, repository: &Path) -> Result<Found, Error> {
        let job = Job::prepare(
            Common {
                rules: self.chosen.clone(),
                source: self.source.clone(),
                report: ReportSettings {
                    min_confidence: Some(Confidence::Low),
                    quiet: self.report.quiet,
                    as_of: self.report.as_of.clone(),
                    ..ReportSettings::default()
                },
                keys: KeySettings::default(),
                suppress: Default::default(),
                verify: Default::default(),
                settings: Default::default(),
            },
            Subject::Keys,
        )?;
        let (target, discovered, scanned) = history::find(&job, repository)?;
        let report = job.report(target, discovered, scanned);
        Ok(Found {
            target: Some(report.target),
            findings: report.findings,
            faults: report.faults,
            incomplete_reasons: report.incomplete_reasons,
        })
    }
}

/// The name of a file without the folders of this machine.
fn name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    sanitize(name.as_encoded_bytes())
}

//! What suppresses findings in a run: markers, allow rules, the ignore file, a baseline. In the order of
//! [`crate::triage::allow`].

use std::path::Path;

use super::configure::{Configured, Subject};
use super::import::direct::allow_rules;
use crate::baseline::{Baseline, Digest};
use crate::config::allow::AllowRule;
use crate::error::Error;
use crate::finding::{Finding, is_over};
use crate::import::AcceptingFile;
use crate::origin::Place;
use crate::report::{BaselineUse, SuppressionUse};
use crate::rules::RuleSet;
use crate::settings::SuppressSettings;
use crate::skip::{Policy, Skip};
use crate::source::Discovered;
use crate::source::regular::bytes_of;
use crate::triage::allow::{Allowed, Marked};

/// Everything that can say that a finding is not to be acted on, checked.
pub struct Suppressing {
    allowed: Allowed,
    baseline: Option<(String, Baseline)>,
    /// Another scanner's file in the place of a baseline, and how many entries it has.
    foreign: Option<(String, u64)>,
    /// What of another scanner's baseline could not be carried over.
    pub notes: Vec<String>,
    configured: Configured,
}

impl Suppressing {
    /// Checks the allow rules and reads the baseline.
    ///
    /// # Errors
    /// A rule names no rule; the baseline cannot be read.
    pub fn prepare(
        configured: Configured,
        settings: &SuppressSettings,
        subject: Subject<'_>,
        rules: &RuleSet,
    ) -> Result<Self, Error> {
        let allow = configured.config.allow.iter();
        allow
            .clone()
            .try_for_each(|rule| rule.check(|id| rules.get(id).is_some()))?;
        let top = configured.top.iter();
        let tops = top.flat_map(|top| [top.canonicalize().ok(), std::path::absolute(top).ok()]);
        let allowed = Allowed {
            rules: allow.cloned().chain(configured.ignore_rule()).collect(),
            // What a stranger wrote beside a key does not make it any younger.
            inline: !settings.no_inline_allow && !matches!(subject, Subject::Keys),
            tops: tops.flatten().map(|top| bytes_of(&top)).collect(),
            folder: std::env::current_dir()
                .map(|folder| bytes_of(&folder))
                .unwrap_or_default(),
        };
        let mut suppressing = Self {
            allowed,
            baseline: None,
            foreign: None,
            notes: Vec::new(),
            configured,
        };
        if let Some(path) = &settings.baseline
            && let Some(text) = suppressing.configured.baseline(path)?
        {
            suppressing.accept(path, &text)?;
        }
        Ok(suppressing)
    }

    /// Takes what a baseline accepts, ours or another scanner's.
    fn accept(&mut self, path: &Path, text: &[u8]) -> Result<(), Error> {
        let name = path.display().to_string();
        let Some(kind) = AcceptingFile::of(path, text) else {
            self.baseline = Some((name.clone(), Baseline::parse(&name, text)?));
            return Ok(());
        };
        let text = std::str::from_utf8(text).map_err(|_| {
            Error::usage(format!("{name}: the baseline cannot be read"))
                .cause("it is not UTF-8")
                .hint("save it as UTF-8")
        })?;
        let configured = &self.configured;
        let content = |path: &str| configured.content(path);
        let (rules, notes) = allow_rules(kind, &name, text, configured.folder(), &content)?;
        let entries = rules.iter().map(|rule| rule.values.len().max(rule.paths.len()) as u64);
        self.foreign = Some((name, entries.sum()));
        self.allowed.rules.extend(rules);
        self.notes = notes;
        Ok(())
    }

    /// Whether nothing but markers in the content can accept a finding.
    pub fn asks_nothing(&self) -> bool {
        self.allowed.rules.is_empty() && self.baseline.is_none()
    }

    /// Leaves out the content that the ignore file names. Names of files are read nevertheless.
    pub fn leave_out(&self, discovered: &mut Discovered) {
        let Some(ignored) = &self.configured.ignored else {
            return;
        };
        let Discovered { items, skips, .. } = discovered;
        items.retain(|item| {
            let is_ignored = match item.origin.place {
                Place::File => ignored.ignores(&self.allowed.below_top(&item.origin.path)),
                Place::Blob => ignored.ignores(&item.origin.path),
                _ => false,
            };
            if is_ignored {
                skips.push(Skip::policy(item.origin.path.clone(), Policy::KeytrailIgnored));
            }
            !is_ignored
        });
    }

    /// Marks the findings. `now` (Unix seconds) decides what has ended.
    pub fn mark(&self, findings: &mut [Finding], now: i64) -> SuppressionUse {
        let Marked { mut lapsed, used } = self.allowed.mark(findings, now);
        let own = self.configured.config.allow.iter().zip(used);
        let is_unused =
            |(rule, is_used): &(&AllowRule, bool)| !is_used && rule.until.is_none_or(|day| !is_over(day, now));
        let unused = own.filter(is_unused).map(|(rule, _)| rule.source.clone()).collect();
        let baseline = self.baseline.as_ref().map(|(file, baseline)| {
            let usage = baseline.mark(findings, now);
            lapsed += usage.lapsed;
            let names = |digests: &[Digest]| digests.iter().map(ToString::to_string).collect();
            BaselineUse {
                file: file.clone(),
                entries: usage.entries,
                unused: names(&usage.unused),
                ended: names(&usage.ended),
            }
        });
        let foreign = self.foreign.as_ref().map(|(file, entries)| BaselineUse {
            file: file.clone(),
            entries: *entries,
            ..BaselineUse::default()
        });
        SuppressionUse {
            files: self.configured.files.clone(),
            lapsed,
            unused,
            baseline: baseline.or(foreign),
        }
    }
}

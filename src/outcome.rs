//! The outcome of a run: the only exit codes, decided from the report, whatever the printer.

use crate::finding::{Finding, Severity};
use crate::report::Report;
use crate::report::keys::KeysReport;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Everything was read and nothing is to be acted on.
    Clean,
    /// There are findings, whether or not everything was read.
    Findings,
    /// Something went unread and nothing was found: never a pass.
    Incomplete,
    /// A flag, a file or the repository is not usable.
    Error,
}

impl Outcome {
    /// Decides from a report. Findings below `fail_on` do not count, unless a verdict of the policy fails the run;
    /// `exit_zero` forgives findings only.
    pub fn of(report: &Report, fail_on: Severity, exit_zero: bool) -> Self {
        let fails = |finding: &Finding| finding.judged.as_ref().is_some_and(|judged| judged.fails());
        let mut findings = report.findings.iter();
        let counts = findings.any(|finding| finding.severity >= fail_on || fails(finding));
        match (counts && !exit_zero, report.passable()) {
            (true, _) => Outcome::Findings,
            (false, true) => Outcome::Clean,
            (false, false) => Outcome::Incomplete,
        }
    }

    /// Decides from the table of keys: any verdict that fails counts; `exit_zero` forgives verdicts only.
    pub fn of_keys(report: &KeysReport, exit_zero: bool) -> Self {
        match (report.fails() && !exit_zero, report.complete()) {
            (true, _) => Outcome::Findings,
            (false, true) => Outcome::Clean,
            (false, false) => Outcome::Incomplete,
        }
    }

    /// Decides for a baseline: whether it differs from what is there, and whether everything was read.
    pub fn of_baseline(differs: bool, complete: bool) -> Self {
        match (differs, complete) {
            (true, _) => Outcome::Findings,
            (false, true) => Outcome::Clean,
            (false, false) => Outcome::Incomplete,
        }
    }

    /// Decides for hooks: whether those that are there, or are asked for, work.
    pub fn of_hooks(all_work: bool) -> Self {
        if all_work { Outcome::Clean } else { Outcome::Findings }
    }

    /// The exit code: 0 clean, 1 findings, 2 error or incomplete.
    pub fn code(self) -> u8 {
        match self {
            Outcome::Clean => 0,
            Outcome::Findings => 1,
            Outcome::Incomplete | Outcome::Error => 2,
        }
    }
}

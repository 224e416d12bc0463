//! The rules of a run, put together from what is built in and what files say; and the `rules` command.

mod check;

use std::path::PathBuf;

use super::configure::{Configured, Subject};
use super::{Job, find_files};
use crate::cli::{Common, Loudness, RulesCommand};
use crate::config;
use crate::error::Error;
use crate::import;
use crate::level::Confidence;
use crate::notice;
use crate::outcome::Outcome;
use crate::report::output::write_texts;
use crate::report::rules::{RulesFormat, pages};
use crate::report::{Destination, Report, place};
use crate::rules::RuleSet;
use crate::rules::file::Disk;
use crate::settings::{ReportSettings, RuleSettings, SettingsSource, SourceSettings};
use crate::text::sanitize;

/// The rules of a run.
pub struct Loaded {
    pub rules: RuleSet,
    /// What of the files could not be carried over.
    pub notes: Vec<String>,
    /// What stands for the choice of rules besides the built-in ones: a memo made with another is of no use.
    pub mark: String,
}

/// Reads and checks what the settings name, each file from where the settings that name it lie.
pub fn load(settings: &RuleSettings, configured: &Configured) -> Result<Loaded, Error> {
    let (mut rules, mut notes) = (Vec::new(), Vec::new());
    let mut mark = String::new();
    for path in &settings.rules {
        let carried = match configured.in_commit(path) {
            Some((tree, path)) => import::rules_of(path, tree)?,
            None => import::rules_of(path, &Disk)?,
        };
        rules.extend(carried.rules);
        notes.extend(carried.notes);
        mark += &carried.text;
    }
    if !mark.is_empty() || settings.no_builtin_rules || !settings.rule.is_empty() || !settings.skip_rule.is_empty() {
        mark += &format!("\n{settings:?}");
    }
    let builtin = (!settings.no_builtin_rules).then(RuleSet::builtin_rules);
    let rules =
        RuleSet::new(builtin.into_iter().flatten().chain(rules))?.choose(&settings.rule, &settings.skip_rule)?;
    Ok(Loaded { rules, notes, mark })
}

/// Runs a command about rules.
pub fn rules(command: RulesCommand, loudness: Loudness) -> Result<Outcome, Error> {
    match command {
        RulesCommand::List {
            report,
            rules,
            settings,
        } => {
            let destinations = destinations(&report)?;
            let loaded = loaded(rules, &settings)?;
            write(&destinations, |format| format.list(&loaded.rules, loudness.quiet))
        }
        RulesCommand::Show {
            id,
            report,
            rules,
            settings,
        } => {
            let destinations = destinations(&report)?;
            let loaded = loaded(rules, &settings)?;
            let rule = loaded.rules.get(&id).ok_or_else(|| {
                Error::usage("there is no such rule")
                    .hint("keytrail rules list names them; add a file with --rules FILE")
                    .did_you_mean(&id, loaded.rules.ids())
            })?;
            write(&destinations, |format| format.show(rule))
        }
        RulesCommand::Pages {
            folder,
            rules,
            settings,
        } => {
            let pages = pages(&loaded(rules, &settings)?.rules);
            let texts = pages.iter().map(|page| (page.file.as_str(), page.text.as_str()));
            write_texts(&folder, texts)?;
            Ok(Outcome::Clean)
        }
        RulesCommand::Check {
            files,
            no_builtin_rules,
        } => check::check(&files, no_builtin_rules),
        RulesCommand::Test { file, paths } => test(file, &paths),
    }
}

fn loaded(rules: RuleSettings, settings: &SettingsSource) -> Result<Loaded, Error> {
    let settings = rules.or(config::read_named(settings)?.settings.rules);
    load(&settings, &Configured::default())
}

fn destinations(reports: &[String]) -> Result<Vec<Destination<RulesFormat>>, Error> {
    let mut destinations = Vec::new();
    for argument in reports {
        destinations.push(argument.parse()?);
    }
    if destinations.is_empty() {
        destinations.push(Destination {
            format: RulesFormat::Human,
            file: None,
        });
    }
    Destination::check(&destinations)?;
    Ok(destinations)
}

fn write(destinations: &[Destination<RulesFormat>], render: impl Fn(RulesFormat) -> Vec<u8>) -> Result<Outcome, Error> {
    for destination in destinations {
        destination.write(&render(destination.format))?;
    }
    Ok(Outcome::Clean)
}

/// Tries a rules file on texts, and says where which of its rules matches.
fn test(file: PathBuf, paths: &[PathBuf]) -> Result<Outcome, Error> {
    let common = Common {
        source: SourceSettings {
            no_ignore: true,
            ..SourceSettings::default()
        },
        rules: RuleSettings {
            rules: vec![file],
            no_builtin_rules: true,
            ..RuleSettings::default()
        },
        report: ReportSettings {
            min_confidence: Some(Confidence::Low),
            ..ReportSettings::default()
        },
        ..Common::default()
    };
    // Of keys: what the folder says of itself is not asked.
    let job = Job::prepare(common, Subject::Keys)?;
    let (target, discovered, scanned) = find_files(&job, paths)?;
    let report = job.report(target, discovered, scanned);
    super::say(&said(&report))?;
    for reason in report.incompleteness() {
        notice::tell(format!("incomplete: {}", sanitize(reason.as_bytes())));
    }
    match (report.complete(), report.findings.is_empty()) {
        (_, false) => Ok(Outcome::Findings),
        (true, true) => Ok(Outcome::Clean),
        (false, true) => Ok(Outcome::Incomplete),
    }
}

/// `path:line:column: rule: masked secret`, in the order of the places.
fn said(report: &Report) -> String {
    let mut places = Vec::new();
    for finding in report.findings.iter().chain(&report.suppressed) {
        for found in &finding.occurrences {
            let suppressed = finding.suppressed.as_ref();
            let suppressed =
                suppressed.map_or_else(String::new, |why| format!(" ({}: {})", why.kind.as_str(), why.reason));
            let line = format!(
                "{}: {}: {}{suppressed}",
                place::spot(found),
                finding.rule.id,
                found.snippet
            );
            places.push((&found.origin.path, found.start, sanitize(line.as_bytes())));
        }
    }
    places.sort();
    match places.is_empty() {
        true => "no rule matches\n".to_owned(),
        false => places.into_iter().map(|(.., line)| line + "\n").collect(),
    }
}

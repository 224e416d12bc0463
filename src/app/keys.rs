//! The `keys` command: the table of all keys of some accounts, joined with what is in code.

use super::facts::Facts;
use super::terminal;
use crate::cli::KeysArguments;
use crate::error::Error;
use crate::notice;
use crate::outcome::Outcome;
use crate::report::keys::{KeysFormat, KeysReport};
use crate::report::{Destination, RenderOptions};
use crate::settings::RuleSettings;

/// Gathers the keys, writes the reports, and decides how the run ended.
pub fn keys(arguments: KeysArguments) -> Result<Outcome, Error> {
    let mut destinations: Vec<Destination<KeysFormat>> = Vec::new();
    for argument in &arguments.report {
        destinations.push(argument.parse()?);
    }
    if destinations.is_empty() {
        destinations.push(Destination {
            format: KeysFormat::Human,
            file: None,
        });
    }
    Destination::check(&destinations)?;
    let facts = Facts::prepare(arguments.facts, RuleSettings::default())?;
    if !facts.any() {
        return Err(Error::usage("nothing says which keys there are").hint(
            "name an inventory (--keys-from report.csv, or --aws), what is in code (--repo . or --findings scan.json), \
             or both",
        ));
    }
    let report = facts.gather()?;
    let options = RenderOptions {
        color: terminal::color(facts.report.color.as_deref()),
        verbose: facts.report.verbose > 0,
        quiet: facts.report.quiet,
        ..RenderOptions::default()
    };
    for destination in &destinations {
        destination.write(&destination.format.render(&report, &options))?;
    }
    warn(&destinations, &report);
    Ok(Outcome::of_keys(&report, arguments.exit_zero || facts.report.exit_zero))
}

/// Says that the run is incomplete where no report for people says so.
fn warn(destinations: &[Destination<KeysFormat>], report: &KeysReport) {
    let told = destinations
        .iter()
        .any(|to| to.format == KeysFormat::Human && to.file.is_none());
    if !told && !report.complete() {
        notice::incomplete(report.incompleteness());
    }
}

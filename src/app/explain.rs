//! The `explain` command: the incident card of a finding, of a key, or of a rule. It executes nothing.

use super::facts::Facts;
use super::terminal;
use crate::cli::FactArguments;
use crate::error::Error;
use crate::outcome::Outcome;
use crate::report::card::{Card, CardFormat, Grounds};
use crate::report::keys::KeysReport;
use crate::report::{Destination, RenderOptions};
use crate::settings::RuleSettings;

/// The least of a fingerprint that may name a finding.
const SHORTEST: usize = 6;

/// What was asked about.
enum Subject<'w> {
    Rule,
    Key(&'w str),
    Finding(String),
}

/// Finds out what is meant, gathers what is known of it, and writes the card.
pub fn explain(
    what: &str,
    reports: &[String],
    rules: RuleSettings,
    arguments: FactArguments,
) -> Result<Outcome, Error> {
    let mut destinations: Vec<Destination<CardFormat>> = Vec::new();
    for argument in reports {
        destinations.push(argument.parse()?);
    }
    if destinations.is_empty() {
        destinations.push(Destination {
            format: CardFormat::Human,
            file: None,
        });
    }
    Destination::check(&destinations)?;
    let mut facts = Facts::prepare(arguments, rules)?;
    let card = match subject(what, &facts)? {
        Subject::Rule => Card::of_rule(facts.rules().get(what).expect("the subject is one of the rules")),
        Subject::Key(id) => {
            facts.ask_about(id);
            of_key(&facts.gather()?, id)?
        }
        Subject::Finding(digits) => {
            facts.look_at_this_folder();
            of_finding(&facts.gather()?, &digits)?
        }
    };
    let options = RenderOptions {
        color: terminal::color(facts.report.color.as_deref()),
        ..RenderOptions::default()
    };
    for destination in &destinations {
        destination.write(&destination.format.render(&card, &options))?;
    }
    match card.incomplete_reasons.is_empty() {
        true => Ok(Outcome::Clean),
        false => Ok(Outcome::Incomplete),
    }
}

fn subject<'w>(what: &'w str, facts: &Facts) -> Result<Subject<'w>, Error> {
    let hex = what.to_ascii_lowercase();
    if facts.rules().get(what).is_some() {
        Ok(Subject::Rule)
    } else if (16..=128).contains(&what.len())
        && what.starts_with('A')
        && what.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
    {
        Ok(Subject::Key(what))
    } else if (SHORTEST..=32).contains(&hex.len()) && hex.bytes().all(|b| b.is_ascii_hexdigit()) {
        Ok(Subject::Finding(hex))
    } else {
        Err(Error::usage("that is neither a finding, nor a key, nor a rule")
            .hint("name a finding's id (12 hex digits), an access key id (AKIA…), or a rule (aws-access-key-id)")
            .did_you_mean(what, facts.rules().ids()))
    }
}

fn of_key(report: &KeysReport, id: &str) -> Result<Card, Error> {
    let row = report.rows.iter().find(|row| row.case.key.id.as_deref() == Some(id));
    let row = row.ok_or_else(|| {
        Error::input("nothing is known of this key").hint("name an inventory or a scan that knows it")
    })?;
    Ok(Card::of_key(&Grounds::of(report), row))
}

fn of_finding(report: &KeysReport, digits: &str) -> Result<Card, Error> {
    let numbered = report.findings.iter().enumerate();
    let fitting: Vec<(usize, String)> = numbered
        .map(|(number, finding)| (number, finding.fingerprint.to_string()))
        .filter(|(_, print)| print.starts_with(digits))
        .collect();
    match &fitting[..] {
        [(number, _)] => Ok(Card::of_finding(&Grounds::of(report), *number)),
        [] => Err(Error::input(format!("no finding begins with {digits}"))
            .hint("scan the repository that has it (--repo PATH), or name the report (--findings scan.json)")),
        several => {
            let prints: Vec<&str> = several.iter().map(|(_, print)| &print[..12]).take(8).collect();
            Err(Error::input(format!("{} findings begin with {digits}", several.len()))
                .hint(format!("write more of it: {}", prints.join(", "))))
        }
    }
}

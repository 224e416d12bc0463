//! `rules check`: each rule of a file is read as for a run, and its examples are made and tried.

use std::path::{Path, PathBuf};

use crate::app::say;
use crate::detect::Detectors;
use crate::error::Error;
use crate::import;
use crate::outcome::Outcome;
use crate::rules::recipe::{self, Seeded};
use crate::rules::{Rule, RuleSet, file};
use crate::scan::examine;

/// How many texts are made of each recipe.
const SEEDS: u64 = 20;

/// Checks rules files, and tells everything that is wrong with them.
pub fn check(files: &[PathBuf], no_builtin_rules: bool) -> Result<Outcome, Error> {
    let mut said = String::new();
    let mut faults = 0;
    for path in files {
        match checked(path, no_builtin_rules) {
            Ok(Checked { summary, wrong, notes }) => {
                faults += wrong.len();
                wrong.iter().for_each(|wrong| said += &format!("{wrong}\n"));
                notes
                    .iter()
                    .for_each(|note| said += &format!("not carried over: {note}\n"));
                said += &format!("{summary}\n");
            }
            Err(error) => {
                faults += 1;
                said += &format!("{error}\n");
            }
        }
    }
    say(&said)?;
    match faults {
        0 => Ok(Outcome::Clean),
        1 => Err(Error::usage("a rule is not right").hint("what is wrong stands above")),
        faults => Err(Error::usage(format!("{faults} things are not right")).hint("what is wrong stands above")),
    }
}

struct Checked {
    summary: String,
    wrong: Vec<String>,
    notes: Vec<String>,
}

fn checked(path: &Path, no_builtin_rules: bool) -> Result<Checked, Error> {
    let carried = import::rules_of(path, &file::Disk)?;
    let ids: Vec<String> = carried.rules.iter().map(|rule| rule.id.to_string()).collect();
    let builtin = (!no_builtin_rules).then(RuleSet::builtin_rules);
    let all = RuleSet::new(builtin.into_iter().flatten().chain(carried.rules))?;
    let detectors = Detectors::new(&all)?;
    let (mut wrong, mut examples) = (Vec::new(), 0);
    for rule in ids.iter().filter_map(|id| all.get(id)) {
        let listed = rule.about.matches.iter().map(|recipe| (recipe, true));
        let listed = listed.chain(rule.about.rejects.iter().map(|recipe| (recipe, false)));
        for (number, (recipe, wanted)) in listed.enumerate() {
            examples += 1;
            if let Some(why) = tried(&detectors, rule, recipe, wanted) {
                let (list, number) = match wanted {
                    true => ("matches", number + 1),
                    false => ("rejects", number + 1 - rule.about.matches.len()),
                };
                let place = format!(
                    "{}: line {}: rule \"{}\"",
                    rule.about.file,
                    line_of(path, &rule.id),
                    rule.id
                );
                wrong.push(format!("{place}: {list}, number {number}: {why}"));
            }
        }
    }
    let count = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    let verdict = match wrong.len() {
        0 => "all is right".to_owned(),
        _ => count(wrong.len(), "fault"),
    };
    let (rules, examples) = (count(ids.len(), "rule"), count(examples, "example"));
    Ok(Checked {
        summary: format!("{}: {rules}, {examples}: {verdict}", path.display()),
        wrong,
        notes: carried.notes,
    })
}

/// What is wrong with an example, if anything is.
fn tried(detectors: &Detectors, rule: &Rule, recipe: &str, wanted: bool) -> Option<String> {
    let (mut fails, mut taken_by) = (0, None);
    for seed in 0..SEEDS {
        let mut seeded = Seeded::new(seed);
        let text = match recipe::expand(recipe, &mut |bound| seeded.below(bound)) {
            Ok(text) => text,
            Err(why) => return Some(format!("the recipe cannot be understood: {why}")),
        };
        let found = examine(detectors, text.as_bytes());
        if found.iter().any(|candidate| candidate.rule.id == rule.id) != wanted {
            fails += 1;
            taken_by = found
                .first()
                .map(|candidate| candidate.rule.id.to_string())
                .or(taken_by);
        }
    }
    match (fails, wanted, taken_by) {
        (0, ..) => None,
        (_, true, Some(other)) => Some(format!(
            "not found {fails} times of {SEEDS}: rule \"{other}\" is preferred there; raise the precedence or confidence"
        )),
        (_, true, None) => Some(format!(
            "not found {fails} times of {SEEDS}; try it with keytrail rules test"
        )),
        (_, false, _) => Some(format!(
            "found {fails} times of {SEEDS}; make the pattern narrower, or the example another"
        )),
    }
}

/// The line at which a rule of this id is defined; 1 if it cannot be told.
fn line_of(path: &Path, id: &str) -> usize {
    let text = file::read(path).unwrap_or_default();
    let defines = |line: &&str| {
        let value = line
            .trim()
            .strip_prefix("id")
            .and_then(|rest| rest.trim_start().strip_prefix('='));
        value.is_some_and(|value| value.trim().trim_matches(['"', '\'']) == id)
    };
    text.lines().position(|line| defines(&line)).map_or(1, |line| line + 1)
}

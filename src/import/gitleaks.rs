//! Gitleaks' configuration (`gitleaks.toml`, versions 8) as rules of ours.
//!
//! Keys count in any case, as there; a file may extend another, two deep. Its rules get ids that begin with
//! `gitleaks-`, because ids are part of fingerprints and must not be taken by two. What its default configuration says is
//! not in here: our own rules stand for it. Source of the format: config/config.go and config/rule.go of gitleaks 8.

mod allow;
mod entry;
mod rule;

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use super::Carried;
use super::settings::SettingsText;
use crate::error::Error;
use crate::rules::file::{Disk, Files};
use crate::rules::foreign::Allow;
use crate::rules::{Matcher, Rule};
pub use entry::{AllowEntry, Config, RuleEntry};
use rule::rule_of;
pub use rule::{allow_of, id_of};

/// How many files a file may stand on.
const DEEPEST: usize = 2;

/// Reads a configuration and those that it extends.
pub fn read_config(path: &Path, text: &str, files: &dyn Files, notes: &mut Vec<String>) -> Result<Config, Error> {
    extended(path, text, files, notes, 0)
}

/// The rules of a configuration.
pub fn read_rules(path: &Path, text: &str, files: &dyn Files) -> Result<Carried, Error> {
    let mut notes = Vec::new();
    let config = read_config(path, text, files, &mut notes)?;
    let rules = rules_of(&config, &files.name(path), &mut notes)?;
    Ok(Carried {
        rules,
        notes,
        text: config.text,
    })
}

/// A configuration as settings of ours: its rules are read where they are, and what it allows on top of gitleaks' default
/// configuration is allowed to the built-in rules.
pub fn settings(path: &Path, text: &str) -> Result<SettingsText, Error> {
    let name = path.display().to_string();
    if !is_configuration(text) {
        return Err(Error::usage(format!("{name}: not a configuration of gitleaks"))
            .cause("it has none of [[rules]], [extend], [allowlist] and [[allowlists]]")
            .hint("name the gitleaks.toml; keytrail import --help lists the other kinds of files"));
    }
    let Carried { rules, mut notes, .. } = read_rules(path, text, &Disk)?;
    let mut settings = SettingsText::new("What gitleaks' configuration says.");
    if !rules.is_empty() {
        settings.rules(std::slice::from_ref(&name));
    }
    let config = read_config(path, text, &Disk, &mut Vec::new())?;
    if config.uses_default || rules.is_empty() {
        for (number, entry) in config.allowlists.iter().enumerate() {
            allow::add(&mut settings, entry, &format!("{name}: allow list {}", number + 1));
        }
    }
    notes.append(&mut settings.notes);
    settings.notes = notes;
    Ok(settings)
}

/// Whether it has any of the tables. What is no TOML is for others to complain of.
fn is_configuration(text: &str) -> bool {
    let known = ["rules", "extend", "allowlist", "allowlists"];
    let table = toml::from_str::<toml::Table>(text);
    table.map_or(true, |table| {
        table
            .keys()
            .any(|key| known.contains(&key.to_ascii_lowercase().as_str()))
    })
}

fn extended(
    path: &Path,
    text: &str,
    files: &dyn Files,
    notes: &mut Vec<String>,
    depth: usize,
) -> Result<Config, Error> {
    let name = files.name(path);
    let mut config = Config::parse(&name, text, notes)?;
    let extend = std::mem::take(&mut config.extend);
    if extend.usedefault && !extend.path.is_empty() {
        return Err(Error::usage(format!("{name}: it extends both the default and a file"))
            .hint("give useDefault or path in [extend], not both"));
    }
    if !extend.url.is_empty() {
        notes.push(format!(
            "{name}: extend.url: nothing is fetched; name a copy with extend.path"
        ));
    }
    if extend.usedefault {
        config.uses_default = true;
        notes.push(format!(
            "{name}: extend.useDefault: the built-in rules stand for gitleaks' default configuration; to have that, save it and name it with extend.path"
        ));
        if !extend.disabledrules.is_empty() {
            notes.push(format!(
                "{name}: extend.disabledRules: {} rules of gitleaks' default configuration; leave out built-in ones with --skip-rule",
                extend.disabledrules.len()
            ));
        }
    }
    if !extend.path.is_empty() {
        if depth == DEEPEST {
            notes.push(format!(
                "{name}: extend.path: files extend each other {DEEPEST} deep at most, as in gitleaks"
            ));
            return Ok(config);
        }
        // From the working folder, as there; else from beside the file.
        let beside = path.parent().unwrap_or(Path::new("")).join(&extend.path);
        let base = match files.has(Path::new(&extend.path)) {
            true => Path::new(&extend.path).to_owned(),
            false => beside,
        };
        let base = extended(&base, &files.read(&base)?, files, notes, depth + 1)?;
        config.stand_on(base, &extend.disabledrules);
    }
    Ok(config)
}

fn rules_of(config: &Config, name: &str, notes: &mut Vec<String>) -> Result<Vec<Rule>, Error> {
    let mut file_allows = Vec::new();
    for (number, entry) in config.allowlists.iter().enumerate() {
        let allow = allow_of(entry, false).map_err(|why| {
            Error::usage(format!("{name}: allow list {} of the file: {why}", number + 1))
                .hint("gitleaks would refuse it as well")
        })?;
        file_allows.push((&entry.targetrules, Arc::new(allow)));
    }
    for target in config.allowlists.iter().flat_map(|entry| &entry.targetrules) {
        if !config.rules.iter().any(|rule| rule.id == *target) {
            notes.push(format!(
                "{name}: an allow list is for a rule that the file does not have"
            ));
        }
    }
    let required: HashSet<&str> = config
        .rules
        .iter()
        .flat_map(|rule| rule.required.iter().map(|required| required.id.as_str()))
        .collect();
    let mut rules = Vec::new();
    for entry in &config.rules {
        let fault = |what: &str| Error::usage(format!("{}: {}: {what}", entry.file, entry.place()));
        if entry.regex.is_empty() {
            notes.push(match (entry.path.is_empty(), config.uses_default) {
                (false, _) => format!(
                    "{}: {}: it is about file names alone; what is reported is secrets, not files",
                    entry.file,
                    entry.place()
                ),
                (true, true) => format!(
                    "{}: {}: it changes a rule of gitleaks' default configuration",
                    entry.file,
                    entry.place()
                ),
                (true, false) => return Err(fault("it has neither regex nor path").hint("give it a regex")),
            });
            continue;
        }
        if !entry.path.is_empty() && required.contains(entry.id.as_str()) {
            notes.push(format!(
                "{}: {}: its path is not asked where another rule requires it",
                entry.file,
                entry.place()
            ));
        }
        let of_file = file_allows
            .iter()
            .filter(|(targets, _)| targets.is_empty() || targets.contains(&entry.id));
        let of_file: Vec<Arc<Allow>> = of_file.map(|(_, allow)| Arc::clone(allow)).collect();
        rules.push(rule_of(entry, of_file)?);
    }
    for rule in &rules {
        let Matcher::Foreign(foreign) = &rule.matcher else {
            continue;
        };
        for required in &foreign.required {
            if !rules.iter().any(|other| other.id == required.rule) {
                return Err(Error::usage(format!(
                    "{name}: rule \"{}\": the rule that it requires is not there",
                    rule.id
                ))
                .hint("gitleaks would refuse it as well: add the rule, or mend its id"));
            }
        }
    }
    Ok(rules)
}

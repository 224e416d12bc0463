//! Gitleaks' configuration (`gitleaks.toml`, versions 8) as rules of ours.
//!
//! Keys count in any case, as there; a file may extend another, two deep. Its rules get ids that begin with
//! `gitleaks-`, because ids are part of fingerprints and must not be taken by two. What its default configuration says is
//! not in here: our own rules stand for it. Source of the format: config/config.go and config/rule.go of gitleaks 8.

mod allow;
mod entry;

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use aho_corasick::AhoCorasick;

use super::Carried;
use super::go_pattern::translate;
use super::settings::SettingsText;
use crate::error::Error;
use crate::level::{Confidence, Severity};
use crate::rules::file::{Disk, Files};
use crate::rules::foreign::{Allow, Compiled, Foreign, MOST_ALLOWS, Required, Target, any_of};
use crate::rules::{Matcher, Rule};
pub use entry::{AllowEntry, Config, RuleEntry};

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

fn rule_of(entry: &RuleEntry, of_file: Vec<Arc<Allow>>) -> Result<Rule, Error> {
    let fault = |what: &str| Error::usage(format!("{}: {}: {what}", entry.file, entry.place()));
    let compiled = Compiled::new(&translate(&entry.regex)).map_err(|why| {
        fault("the regex does not compile")
            .cause(why)
            .hint("the syntax is that of Go's regexp; keytrail import gitleaks FILE lists what can be carried over")
    })?;
    if entry.secretgroup > compiled.groups() {
        return Err(fault("secretGroup is larger than the number of groups in regex").hint("count the parentheses"));
    }
    let mut allows = Vec::new();
    for (number, allow) in entry.allowlists.iter().enumerate() {
        let allow = allow_of(allow, true).map_err(|why| {
            fault(&format!("allow list {}: {why}", number + 1)).hint("gitleaks would refuse it as well")
        })?;
        allows.push(Arc::new(allow));
    }
    allows.extend(of_file);
    if allows.len() > MOST_ALLOWS {
        return Err(fault(&format!("it has more than {MOST_ALLOWS} allow lists")).hint("put several into one"));
    }
    let given: Vec<String> = entry
        .keywords
        .iter()
        .map(|word| word.to_lowercase())
        .filter(|word| !word.is_empty())
        .collect();
    let (keywords, longest) = compiled.keywords(&given);
    let path = any_of(&entry.path_list()).map_err(|why| {
        fault("path does not compile")
            .cause(why)
            .hint("the syntax is that of Go's regexp")
    })?;
    let foreign = Foreign {
        keywords,
        longest,
        regex: compiled.regex,
        group: entry.secretgroup,
        entropy: (entry.entropy != 0.0).then_some(entry.entropy),
        path,
        allows,
        required: entry
            .required
            .iter()
            .map(|required| Required {
                rule: id_of(&required.id),
                within_lines: required.withinlines,
                within_columns: required.withincolumns,
            })
            .collect(),
        is_part: entry.skipreport,
    };
    let is_generic = entry.id.to_lowercase().contains("generic");
    let is_key = entry.id.to_lowercase().contains("private-key");
    let said = match entry.description.trim() {
        "" => entry.id.as_str(),
        said => said,
    };
    let tags = match entry.tags.is_empty() {
        true => String::new(),
        false => format!(" Tags: {}.", entry.tags.join(", ")),
    };
    Ok(Rule {
        id: id_of(&entry.id),
        file: entry.file.clone(),
        provider: "gitleaks".to_owned(),
        title: title(said),
        kind: if is_key { "private-key" } else { "token" }.to_owned(),
        severity: Severity::Medium,
        confidence: Confidence::Medium,
        description: format!("{said}{tags}"),
        advice: "Find out what it opens, revoke it there, and keep the new one in a secret store.".to_owned(),
        link: "https://gitleaks.io".to_owned(),
        precedence: if is_generic { 5 } else { 30 },
        matcher: Matcher::Foreign(Box::new(foreign)),
        checksum: None,
        paths: Vec::new(),
        matches: Vec::new(),
        rejects: Vec::new(),
    })
}

/// The id that a rule of gitleaks has here.
pub fn id_of(id: &str) -> String {
    let word = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_lowercase()
        } else {
            '-'
        }
    };
    format!("gitleaks-{}", id.trim().chars().map(word).collect::<String>())
}

/// The first clause of a description.
fn title(said: &str) -> String {
    let first = said.split([',', '.', '\n']).next().unwrap_or(said).trim();
    first.chars().take(80).collect()
}

/// An allow list, checked as gitleaks does.
pub fn allow_of(entry: &AllowEntry, is_own: bool) -> Result<Allow, String> {
    let every = match entry.condition.to_uppercase().as_str() {
        "AND" | "&&" => true,
        "" | "OR" | "||" => false,
        _ => return Err("its condition is neither AND nor OR".to_owned()),
    };
    let target = match entry.regextarget.as_str() {
        "" | "secret" => Target::Secret,
        "match" => Target::Match,
        "line" => Target::Line,
        _ => return Err("its regexTarget is neither secret, match nor line".to_owned()),
    };
    if entry.is_empty() {
        return Err("it names no commits, paths, regexes or stopwords".to_owned());
    }
    let compile = |key: &str, sources: &[String]| {
        let sources: Vec<String> = sources.iter().map(|source| translate(source)).collect();
        any_of(&sources).map_err(|why| format!("{key} does not compile: {why}"))
    };
    let stopwords = (!entry.stopwords.is_empty()).then(|| {
        let words = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(&entry.stopwords);
        words.map_err(|_| "there are too many stopwords".to_owned())
    });
    let whose = if is_own {
        "the rule's allow list"
    } else {
        "the allow list of its file"
    };
    let said = match entry.description.trim() {
        "" => String::new(),
        said => format!(": {}", title(said)),
    };
    Ok(Allow {
        reason: format!("{whose}{said}"),
        is_own,
        every,
        commits: entry
            .commits
            .iter()
            .map(|commit| commit.trim().to_lowercase())
            .collect(),
        paths: compile("paths", &entry.paths)?,
        regexes: compile("regexes", &entry.regexes)?,
        target,
        stopwords: stopwords.transpose()?,
    })
}

//! One rule of a configuration, and one allow list, as ours. What gitleaks would refuse is refused.

use std::sync::Arc;

use aho_corasick::AhoCorasick;

use super::{AllowEntry, RuleEntry};
use crate::error::Error;
use crate::import::go_pattern::translate;
use crate::level::{Confidence, Severity};
use crate::rules::foreign::{Allow, Compiled, Foreign, MOST_ALLOWS, Required, Target, any_of};
use crate::rules::{About, Matcher, Rule, Texts};

/// Makes the rule. `of_file` are the allow lists of its file that hold for it.
///
/// # Errors
/// A pattern does not compile, a group is not there, there are too many allow lists.
pub fn rule_of(entry: &RuleEntry, of_file: Vec<Arc<Allow>>) -> Result<Rule, Error> {
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
        id: id_of(&entry.id).into(),
        kind: if is_key { "private-key" } else { "token" }.into(),
        severity: Severity::Medium,
        confidence: Confidence::Medium,
        precedence: if is_generic { 5 } else { 30 },
        matcher: Matcher::Foreign(Box::new(foreign)),
        checksum: None,
        paths: Texts::default(),
        about: About {
            file: entry.file.clone().into(),
            provider: "gitleaks".into(),
            title: title(said).into(),
            description: format!("{said}{tags}").into(),
            advice: "Find out what it opens, revoke it there, and keep the new one in a secret store.".into(),
            link: "https://gitleaks.io".into(),
            ..About::default()
        }
        .into(),
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

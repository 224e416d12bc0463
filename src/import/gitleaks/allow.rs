//! The allow lists of a gitleaks configuration as entries of a settings file of ours, for findings of any rule.

use super::AllowEntry;
use crate::import::glob;
use crate::import::go_pattern::translate;
use crate::import::settings::{Entry, SettingsText};

/// Adds what an allow list says; notes what of it cannot be said.
pub fn add(settings: &mut SettingsText, entry: &AllowEntry, place: &str) {
    let mut note = |what: &str| settings.notes.push(format!("{place}: {what}"));
    let mut is_whole = true;
    let mut paths = Vec::new();
    for (number, path) in entry.paths.iter().enumerate() {
        match glob::of_pattern(&translate(path)).filter(|lines| !lines.is_empty()) {
            Some(lines) => paths.extend(lines),
            None => {
                note(&format!("paths, number {}: a glob cannot say it", number + 1));
                is_whole = false;
            }
        }
    }
    let on_secret = matches!(entry.regextarget.as_str(), "" | "secret");
    let mut values: Vec<String> = Vec::new();
    match on_secret {
        true => values.extend(entry.regexes.iter().map(|regex| translate(regex))),
        false if entry.regexes.is_empty() => {}
        false => {
            note("regexes: they are about the line or the match, and not about the secret");
            is_whole = false;
        }
    }
    if !entry.targetrules.is_empty() {
        note("targetRules: it is for rules of gitleaks, by name");
        return;
    }
    let words: Vec<String> = entry.stopwords.iter().map(|word| regex_syntax::escape(word)).collect();
    let words = (!words.is_empty()).then(|| format!("(?i)(?:{})", words.join("|")));
    let commits: Vec<String> = entry
        .commits
        .iter()
        .map(|commit| commit.trim().to_lowercase())
        .collect();
    let (commits, short): (Vec<_>, Vec<_>) = commits
        .into_iter()
        .partition(|commit| commit.len() == 40 || commit.len() == 64);
    if !short.is_empty() {
        note("commits: one is not a full id");
        is_whole = false;
    }
    let reason = match entry.description.trim() {
        "" => "allowed in gitleaks' configuration".to_owned(),
        said => format!("allowed in gitleaks' configuration: {said}"),
    };
    if matches!(entry.condition.to_uppercase().as_str(), "AND" | "&&") {
        if !is_whole || (words.is_some() && !values.is_empty()) {
            note(
                "condition AND: all that it names must hold, and not all of it can be said; nothing of it was carried over",
            );
            return;
        }
        values.extend(words);
        let rules = Vec::new();
        settings.allow(&Entry {
            paths,
            rules,
            values,
            commits,
            reason,
        });
        return;
    }
    values.extend(words);
    let part = |entry: Entry| Entry {
        reason: reason.clone(),
        ..entry
    };
    settings.allow(&part(Entry {
        paths,
        ..Entry::default()
    }));
    settings.allow(&part(Entry {
        values,
        ..Entry::default()
    }));
    settings.allow(&part(Entry {
        commits,
        ..Entry::default()
    }));
}

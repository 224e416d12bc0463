//! The baseline of detect-secrets (`.secrets.baseline`), version 1: it holds the SHA-1 of each value.
//!
//! Each file of it becomes an entry that allows these values in this file alone. Source of the format:
//! detect_secrets/core/potential_secret.py and detect_secrets/filters of detect-secrets 1.5.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

use super::glob;
use super::settings::{Entry, SettingsText};
use crate::error::Error;

#[derive(Deserialize)]
struct Baseline {
    #[serde(default)]
    filters_used: Vec<BTreeMap<String, Value>>,
    results: BTreeMap<String, Vec<Secret>>,
}

#[derive(Deserialize)]
struct Secret {
    hashed_secret: String,
    #[serde(default)]
    is_secret: Option<bool>,
}

/// Reads a baseline; `name` is for messages.
pub fn settings(name: &str, text: &str) -> Result<SettingsText, Error> {
    let baseline: Baseline = serde_json::from_str(text).map_err(|error| {
        Error::usage(format!("{name}: not a baseline of detect-secrets"))
            .cause(format!(
                "line {}, column {}: it is not as expected",
                error.line(),
                error.column()
            ))
            .hint("make one with detect-secrets scan > .secrets.baseline")
    })?;
    let mut settings =
        SettingsText::new("What detect-secrets' baseline accepts: each value by its SHA-1, in its file alone.");
    for (file, secrets) in &baseline.results {
        let mut labelled: BTreeMap<Option<bool>, BTreeSet<String>> = BTreeMap::new();
        for secret in secrets {
            match secret.hashed_secret.len() == 40 && secret.hashed_secret.bytes().all(|byte| byte.is_ascii_hexdigit())
            {
                true => {
                    let digest = format!("sha1:{}", secret.hashed_secret.to_ascii_lowercase());
                    labelled.entry(secret.is_secret).or_default().insert(digest);
                }
                false => settings
                    .notes
                    .push(format!("{name}: an entry of {file:?} has no SHA-1")),
            }
        }
        for (label, values) in labelled {
            settings.allow(&Entry {
                paths: vec![format!("/{}", glob::escaped(file))],
                values: values.into_iter().collect(),
                reason: match label {
                    None => "accepted by detect-secrets' baseline",
                    Some(true) => "accepted by detect-secrets' baseline, and labelled there as a secret",
                    Some(false) => "labelled as no secret in detect-secrets' baseline",
                }
                .to_owned(),
                ..Entry::default()
            });
        }
    }
    for filter in &baseline.filters_used {
        add_filter(&mut settings, name, filter);
    }
    Ok(settings)
}

/// Adds what a filter leaves out.
fn add_filter(settings: &mut SettingsText, name: &str, filter: &BTreeMap<String, Value>) {
    let path = filter.get("path").and_then(Value::as_str).unwrap_or_default();
    let patterns: Vec<String> = match filter.get("pattern") {
        Some(Value::Array(patterns)) => patterns
            .iter()
            .filter_map(|pattern| pattern.as_str().map(str::to_owned))
            .collect(),
        Some(Value::String(pattern)) => vec![pattern.clone()],
        _ => Vec::new(),
    };
    let reason = "left out by a filter of detect-secrets".to_owned();
    match path.strip_prefix("detect_secrets.filters.regex.") {
        Some("should_exclude_file") => {
            for (number, pattern) in patterns.iter().enumerate() {
                match glob::of_pattern(pattern).filter(|lines| !lines.is_empty()) {
                    Some(paths) => settings.allow(&Entry {
                        paths,
                        reason: reason.clone(),
                        ..Entry::default()
                    }),
                    None => settings.notes.push(format!(
                        "{name}: should_exclude_file, number {}: a glob cannot say it",
                        number + 1
                    )),
                }
            }
        }
        Some("should_exclude_secret") => settings.allow(&Entry {
            values: patterns,
            reason,
            ..Entry::default()
        }),
        Some("should_exclude_line") => {
            settings.notes.push(format!(
                "{name}: should_exclude_line: lines cannot be allowed by their text"
            ));
        }
        // What detect-secrets always does is done here as it is done.
        _ if !patterns.is_empty() || path.starts_with("file://") || path.contains("wordlist") => {
            settings
                .notes
                .push(format!("{name}: a filter of its own cannot be carried over"));
        }
        _ => {}
    }
}

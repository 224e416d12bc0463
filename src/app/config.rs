//! `config show`: every setting of a run, its value, and who says so: the command line, a file, or nobody.
//!
//! What it prints is a settings file again. Which settings there are, and what holds when nobody says anything, is
//! in the schema of settings files.

use std::path::Path;

use serde_json::{Map, Value, json};

use super::configure::{Configured, Layer, SettingsOrigin, Subject};
use super::print;
use crate::cli::{Common, ConfigCommand};
use crate::config::{IGNORE_FILE, REPOSITORY_FILE, SCHEMA};
use crate::error::Error;
use crate::outcome::Outcome;
use crate::settings::Settings;
use crate::text::sanitize;

/// The column in which it is said where a value comes from.
const MARGIN: usize = 34;

/// Variables that change what a run does, and how.
const VARIABLES: [(&str, &str); 6] = [
    ("NO_COLOR", "no colour"),
    ("CLICOLOR_FORCE", "colour, on no terminal as well"),
    ("CI", "no progress"),
    ("XDG_CONFIG_HOME", "where your own settings are"),
    ("GIT_DIR", "which repository is meant"),
    ("GIT_INDEX_FILE", "what is staged"),
];

/// Runs a command about settings.
pub fn config(command: ConfigCommand) -> Result<Outcome, Error> {
    let ConfigCommand::Show { path, json, common } = command;
    if !path.exists() && path != Path::new("-") {
        let name = sanitize(path.as_os_str().as_encoded_bytes());
        return Err(Error::input(format!("{name}: there is no such file or folder"))
            .hint("name what would be scanned: keytrail config show PATH"));
    }
    let configured = Configured::read(&common.settings, Subject::Paths(std::slice::from_ref(&path)))?;
    let shown = Shown::of(common, &configured);
    let text = match json {
        true => serde_json::to_string_pretty(&shown.json(&path)).expect("values have no other keys than texts") + "\n",
        false => shown.text(&path),
    };
    print(text.as_bytes())
}

/// What a run goes by.
struct Shown<'c> {
    configured: &'c Configured,
    settings: Vec<Setting>,
}

/// One setting.
struct Setting {
    table: String,
    key: String,
    /// `Null` if nobody says anything and there is no default.
    value: Value,
    origin: SettingsOrigin,
}

impl<'c> Shown<'c> {
    fn of(common: Common, configured: &'c Configured) -> Self {
        let flags = Settings {
            source: common.source,
            rules: common.rules,
            report: common.report,
            keys: common.keys,
            suppress: common.suppress,
        };
        let files = configured.layers.iter().filter_map(|layer| {
            let config = layer.config.as_ref()?;
            Some((layer.origin, said(&config.settings)))
        });
        let layers: Vec<(SettingsOrigin, Value)> = [(SettingsOrigin::Flag, said(&flags))]
            .into_iter()
            .chain(files)
            .collect();
        let settings = known().into_iter().map(|(table, key, default)| {
            let said = layers
                .iter()
                .find_map(|(origin, said)| Some((*origin, is_said(&said[&table][&key])?)));
            let (origin, value) = said.unwrap_or((SettingsOrigin::Default, default));
            Setting {
                table,
                key,
                value,
                origin,
            }
        });
        Self {
            settings: settings.collect(),
            configured,
        }
    }

    /// As a settings file, with comments.
    fn text(&self, path: &Path) -> String {
        let mut lines = vec![format!(
            "# The settings of a run for {}. What the command line says holds, then what the first of these files says.",
            path.display()
        )];
        for layer in &self.configured.layers {
            lines.push(format!("#   {:16}{}", name(layer.origin), state(layer)));
        }
        let ignore = match &self.configured.ignored {
            Some(_) => "read: the paths that it names are left out",
            None => "not read",
        };
        lines.push(format!("#   {IGNORE_FILE:16}{ignore}"));
        for (name, effect) in set_variables() {
            lines.push(format!("#   ${name:15}{effect}"));
        }
        let mut table = "";
        for setting in &self.settings {
            if setting.table != table {
                table = &setting.table;
                lines.push(format!("\n[{table}]"));
            }
            lines.push(match &setting.value {
                Value::Null => format!("{:MARGIN$}# not set", format!("# {} =", setting.key)),
                value => {
                    // JSON writes texts, numbers and lists as TOML does.
                    let said = format!("{} = {value}", setting.key);
                    format!("{said:MARGIN$}# {}", name(setting.origin))
                }
            });
        }
        for (layer, entries) in self.allowing() {
            lines.push(format!("\n# [[allow]]: {entries} entries of {}", name(layer.origin)));
        }
        let safe = lines.iter().flat_map(|line| line.split('\n'));
        safe.map(|line| sanitize(line.as_bytes()) + "\n").collect()
    }

    fn json(&self, path: &Path) -> Value {
        let files = self.configured.layers.iter().map(|layer| {
            json!({
                "from": word(layer.origin),
                "path": layer.file.as_ref().map(|file| file.display().to_string()),
                "read": layer.config.is_some(),
                "allow_entries": layer.config.as_ref().map_or(0, |config| config.allow.len()),
            })
        });
        let mut tables = Map::new();
        for setting in &self.settings {
            let table = tables.entry(&setting.table).or_insert_with(|| json!({}));
            table[&setting.key] = json!({ "value": setting.value, "from": word(setting.origin) });
        }
        json!({
            "path": path.display().to_string(),
            "files": files.collect::<Vec<_>>(),
            "ignore_file_read": self.configured.ignored.is_some(),
            "environment": set_variables().map(|(name, _)| name).collect::<Vec<_>>(),
            "settings": tables,
        })
    }

    fn allowing(&self) -> impl Iterator<Item = (&Layer, usize)> {
        let counted = self
            .configured
            .layers
            .iter()
            .filter_map(|layer| Some((layer, layer.config.as_ref()?.allow.len())));
        counted.filter(|(_, entries)| *entries > 0)
    }
}

/// Every setting that there is: its table, its key and its default.
fn known() -> Vec<(String, String, Value)> {
    let schema: Value = serde_json::from_str(SCHEMA).expect("tests/config.rs reads it");
    let tables = schema["properties"].as_object().into_iter().flatten();
    let keys = tables.flat_map(|(table, of)| {
        let keys = of["properties"].as_object().into_iter().flatten();
        keys.map(|(key, of)| (table.clone(), key.clone(), of["default"].clone()))
    });
    keys.collect()
}

fn said(settings: &Settings) -> Value {
    serde_json::to_value(settings).expect("settings are texts, numbers and lists of them")
}

/// The value, if it says something: a switch can only be set, and a list only be filled.
fn is_said(value: &Value) -> Option<Value> {
    match value {
        Value::Null | Value::Bool(false) => None,
        Value::Array(values) if values.is_empty() => None,
        value => Some(value.clone()),
    }
}

fn name(origin: SettingsOrigin) -> &'static str {
    match origin {
        SettingsOrigin::Flag => "the command line",
        SettingsOrigin::Named => "--config",
        SettingsOrigin::Repository => REPOSITORY_FILE,
        SettingsOrigin::Person => "your own",
        SettingsOrigin::Default => "default",
    }
}

/// The word of JSON.
fn word(origin: SettingsOrigin) -> &'static str {
    match origin {
        SettingsOrigin::Flag => "flag",
        SettingsOrigin::Named => "config",
        SettingsOrigin::Repository => "repository",
        SettingsOrigin::Person => "person",
        SettingsOrigin::Default => "default",
    }
}

fn state(layer: &Layer) -> String {
    match (&layer.file, &layer.config) {
        (Some(file), Some(_)) => file.display().to_string(),
        (Some(file), None) if file.exists() => format!("{}: left out", file.display()),
        (Some(file), None) => format!("{}: not there", file.display()),
        (None, _) => "none".to_owned(),
    }
}

fn set_variables() -> impl Iterator<Item = (&'static str, &'static str)> {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    VARIABLES.into_iter().filter(move |(name, _)| is_set(name))
}

//! What a `gitleaks.toml` may say, as it is written, and how one stands on another.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use toml::{Table, Value};

use crate::error::Error;
use crate::import::go_pattern::translate;
use crate::rules::file::describe;

/// A whole file.
#[derive(Debug, Default)]
pub struct Config {
    pub extend: Extend,
    /// It stands on the default configuration, which is not known here.
    pub uses_default: bool,
    pub rules: Vec<RuleEntry>,
    pub allowlists: Vec<AllowEntry>,
    /// The text of all files that it was read from.
    pub text: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Extend {
    pub path: String,
    pub url: String,
    pub usedefault: bool,
    pub disabledrules: Vec<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct RuleEntry {
    pub id: String,
    pub description: String,
    pub path: String,
    pub regex: String,
    pub secretgroup: usize,
    pub entropy: f64,
    pub keywords: Vec<String>,
    pub tags: Vec<String>,
    allowlist: Option<AllowEntry>,
    pub allowlists: Vec<AllowEntry>,
    pub required: Vec<RequiredEntry>,
    pub skipreport: bool,
    #[serde(flatten)]
    unknown: BTreeMap<String, Value>,
    #[serde(skip)]
    pub file: String,
    #[serde(skip)]
    line: usize,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct RequiredEntry {
    pub id: String,
    pub withinlines: Option<usize>,
    pub withincolumns: Option<usize>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct AllowEntry {
    pub description: String,
    pub condition: String,
    pub commits: Vec<String>,
    pub paths: Vec<String>,
    pub regextarget: String,
    pub regexes: Vec<String>,
    pub stopwords: Vec<String>,
    /// Of a file's own: the rules that it is for, or all.
    pub targetrules: Vec<String>,
}

impl Config {
    pub fn parse(name: &str, text: &str, notes: &mut Vec<String>) -> Result<Self, Error> {
        let table: Table = toml::from_str(text).map_err(|error| {
            Error::usage(format!("{name}: not a gitleaks configuration"))
                .cause(describe(text, &error))
                .hint("it is TOML, as gitleaks reads it")
        })?;
        let mut table = small_keys(table);
        let mut config = Self {
            extend: take(&mut table, "extend")
                .map_err(|why| fault(name, "[extend]", &why))?
                .unwrap_or_default(),
            text: text.to_owned(),
            ..Self::default()
        };
        let mut lines = heads(text, "[[rules]]");
        for rule in list(&mut table, "rules").map_err(|why| fault(name, "rules", &why))? {
            let line = lines.next().unwrap_or(0);
            let place = format!("line {line}: rule {}", config.rules.len() + 1);
            let mut rule: RuleEntry = typed(rule).map_err(|why| fault(name, &place, &why))?;
            (rule.file, rule.line) = (name.to_owned(), line);
            if rule.id.trim().is_empty() {
                return Err(fault(name, &place, "it has no id"));
            }
            if let Some(old) = rule.allowlist.take() {
                if !rule.allowlists.is_empty() {
                    return Err(fault(name, &place, "it has both allowlist and allowlists"));
                }
                rule.allowlists.push(old);
            }
            if config.rules.iter().any(|other| other.id == rule.id) {
                notes.push(format!(
                    "{name}: {place}: the id is taken by an earlier rule, which counts no more, as in gitleaks"
                ));
                config.rules.retain(|other| other.id != rule.id);
            }
            let unknown = rule.unknown.keys().filter(|key| is_word(key));
            notes.extend(unknown.map(|key| format!("{name}: {place}: the key {key} is not known")));
            config.rules.push(rule);
        }
        let allowlists = list(&mut table, "allowlists").map_err(|why| fault(name, "allowlists", &why))?;
        for allow in allowlists {
            config
                .allowlists
                .push(typed(allow).map_err(|why| fault(name, "[[allowlists]]", &why))?);
        }
        if let Some(old) = take(&mut table, "allowlist").map_err(|why| fault(name, "[allowlist]", &why))? {
            if !config.allowlists.is_empty() {
                return Err(fault(name, "[allowlist]", "it stands beside [[allowlists]]"));
            }
            config.allowlists.push(old);
        }
        for key in ["title", "description", "minversion"] {
            table.remove(key);
        }
        notes.extend(
            table
                .keys()
                .filter(|key| is_word(key))
                .map(|key| format!("{name}: the key {key} is not known")),
        );
        Ok(config)
    }

    /// Takes over the rules of the file that this one extends; what both say of a rule is put together.
    pub fn stand_on(&mut self, base: Self, disabled: &[String]) {
        self.uses_default |= base.uses_default;
        self.text += &base.text;
        for rule in base.rules {
            if disabled.contains(&rule.id) {
                continue;
            }
            match self.rules.iter_mut().find(|own| own.id == rule.id) {
                Some(own) => own.stand_on(rule),
                None => self.rules.push(rule),
            }
        }
        self.allowlists.extend(base.allowlists);
        self.rules.sort_by(|one, other| one.id.cmp(&other.id));
    }
}

impl RuleEntry {
    /// Where it stands, and its name, for messages.
    pub fn place(&self) -> String {
        format!("line {}: rule \"{}\"", self.line, super::id_of(&self.id))
    }

    /// Its condition on paths, in our syntax.
    pub fn path_list(&self) -> Vec<String> {
        match self.path.is_empty() {
            true => Vec::new(),
            false => vec![translate(&self.path)],
        }
    }

    fn stand_on(&mut self, base: Self) {
        let or = |own: &mut String, base: String| {
            if own.is_empty() {
                *own = base;
            }
        };
        or(&mut self.description, base.description);
        or(&mut self.regex, base.regex);
        or(&mut self.path, base.path);
        if self.entropy == 0.0 {
            self.entropy = base.entropy;
        }
        if self.secretgroup == 0 {
            self.secretgroup = base.secretgroup;
        }
        self.tags.splice(0..0, base.tags);
        self.keywords.splice(0..0, base.keywords);
        self.allowlists.splice(0..0, base.allowlists);
        // These are the base's alone, in gitleaks as well.
        self.required = base.required;
        self.skipreport = base.skipreport;
    }
}

impl AllowEntry {
    pub fn is_empty(&self) -> bool {
        self.commits.is_empty() && self.paths.is_empty() && self.regexes.is_empty() && self.stopwords.is_empty()
    }
}

fn fault(name: &str, place: &str, why: &str) -> Error {
    Error::usage(format!("{name}: {place}: {why}")).hint("gitleaks would refuse it as well")
}

/// The same with keys in small letters, all the way down. Lists of the same key then are one.
fn small_keys(table: Table) -> Table {
    fn small(value: Value) -> Value {
        match value {
            Value::Table(table) => Value::Table(small_keys(table)),
            Value::Array(values) => Value::Array(values.into_iter().map(small).collect()),
            other => other,
        }
    }
    let mut all = Table::new();
    for (key, value) in table {
        match (all.get_mut(&key.to_lowercase()), small(value)) {
            (Some(Value::Array(values)), Value::Array(more)) => values.extend(more),
            (_, value) => {
                all.insert(key.to_lowercase(), value);
            }
        }
    }
    all
}

/// The tables of a list.
fn list(table: &mut Table, key: &str) -> Result<Vec<Value>, String> {
    match table.remove(key) {
        None => Ok(Vec::new()),
        Some(Value::Array(values)) => Ok(values),
        Some(_) => Err("it is no list of tables".to_owned()),
    }
}

fn take<T: DeserializeOwned>(table: &mut Table, key: &str) -> Result<Option<T>, String> {
    table.remove(key).map(typed).transpose()
}

fn typed<T: DeserializeOwned>(value: Value) -> Result<T, String> {
    value.try_into().map_err(|error: toml::de::Error| describe("", &error))
}

/// The lines of these headings.
fn heads<'t>(text: &'t str, head: &'t str) -> impl Iterator<Item = usize> + 't {
    let numbered = text.lines().enumerate();
    numbered
        .filter(move |(_, line)| line.trim_start().to_ascii_lowercase().starts_with(head))
        .map(|(number, _)| number + 1)
}

/// Whether a key can be shown: anything may stand in a file that was named by mistake.
fn is_word(key: &str) -> bool {
    key.len() <= 24 && key.bytes().all(|byte| byte.is_ascii_lowercase())
}

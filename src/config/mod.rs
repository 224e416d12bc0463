//! Settings files: what they may say, and where they are looked for. A key that is not known is an error, with its
//! line; nothing is scanned then.
//!
//! Errors say the line and never quote it: the file may be one of secrets, named by mistake.

pub mod allow;

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::error::Error;
use crate::settings::{
    KeySettings, ReportSettings, RuleSettings, Settings, SettingsSource, SourceSettings, SuppressSettings,
};
use crate::source::regular::{Links, read_bounded};
use allow::{AllowEntry, AllowRule};

/// What a settings file may say, as a JSON Schema; also the list of all settings, with their defaults.
pub const SCHEMA: &str = include_str!("config.schema.json");
/// The settings file of a repository or folder, at its top.
pub const REPOSITORY_FILE: &str = ".keytrail.toml";
/// The ignore file of a repository or folder, at its top: paths, in the syntax of `.gitignore`.
pub const IGNORE_FILE: &str = ".keytrailignore";
/// The most that is read of either.
pub const MOST_BYTES: u64 = 1 << 20;

/// What one settings file says, or several of them.
#[derive(Clone, Debug, Default)]
pub struct Config {
    pub settings: Settings,
    /// In the order of the files; of all of them.
    pub allow: Vec<AllowRule>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct File {
    source: SourceSettings,
    rules: RuleSettings,
    report: ReportSettings,
    keys: KeySettings,
    suppress: SuppressSettings,
    allow: Vec<AllowEntry>,
}

/// The settings of the file that was named, or those of no file.
pub fn read_named(source: &SettingsSource) -> Result<Config, Error> {
    let Some(path) = &source.config else {
        return Ok(Config::default());
    };
    let name = path.display().to_string();
    let cannot_be_read = || {
        Error::usage(format!("{name}: the settings file cannot be read")).hint("name an existing file with --config")
    };
    match read_bounded(path, Links::Follow, MOST_BYTES) {
        Ok(Some(text)) => Config::parse(&name, &text),
        Ok(None) => Err(cannot_be_read().cause("there is no such file")),
        Err(error) => Err(cannot_be_read().cause(error)),
    }
}

/// The settings of the person, if there are any.
pub fn read_personal() -> Result<Option<Config>, Error> {
    let Some(path) = personal_file() else {
        return Ok(None);
    };
    let name = path.display().to_string();
    match read_bounded(&path, Links::Follow, MOST_BYTES) {
        Ok(Some(text)) => Config::parse(&name, &text).map(Some),
        Ok(None) => Ok(None),
        Err(error) if error.kind() == std::io::ErrorKind::NotADirectory => Ok(None),
        Err(error) => Err(Error::usage(format!("{name}: your settings file cannot be read"))
            .cause(error)
            .hint("make it a readable file, or take it away")),
    }
}

/// Where the settings of the person are: `keytrail/config.toml` where programs keep theirs.
pub fn personal_file() -> Option<PathBuf> {
    let set = |name| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let folder = set("XDG_CONFIG_HOME").or_else(|| Some(set("HOME")?.join(".config")))?;
    Some(folder.join("keytrail/config.toml"))
}

impl Config {
    /// Reads a file; `name` is for messages.
    ///
    /// # Errors
    /// It is no TOML, has a key that is not known, or an allow rule that cannot be one.
    pub fn parse(name: &str, text: &[u8]) -> Result<Self, Error> {
        let invalid = || {
            Error::usage(format!("{name}: the settings file is not valid")).hint(
                "the tables are [source], [rules], [report], [keys], [suppress] and [[allow]]; but for the last, their keys are the flags of `keytrail scan --help` with _ for -",
            )
        };
        let text = std::str::from_utf8(text).map_err(|_| invalid().cause("it is not UTF-8"))?;
        let file: File = toml::from_str(text).map_err(|error| invalid().cause(describe(text, &error)))?;
        Ok(Self {
            allow: AllowRule::read_all(&file.allow, name)?,
            settings: Settings {
                source: file.source,
                rules: file.rules,
                report: file.report,
                keys: file.keys,
                suppress: file.suppress,
            },
        })
    }

    /// Reads a file that a stranger may have written: the repository's own.
    ///
    /// # Errors
    /// As for [`Config::parse`]; or it says what only the person who runs the program may say.
    pub fn parse_repository(name: &str, text: &[u8]) -> Result<Self, Error> {
        let config = Self::parse(name, text)?;
        let Settings {
            rules,
            report,
            keys,
            suppress,
            ..
        } = &config.settings;
        let baseline = suppress.baseline.as_deref();
        let reserved = [
            ("report.report", !report.report.is_empty()),
            ("report.exit_zero", report.exit_zero),
            ("report.as_of", report.as_of.is_some()),
            // A click must not run what a stranger wrote.
            ("report.hyperlink_format", report.hyperlink_format.is_some()),
            (
                "keys.policy",
                keys.policy.as_deref().is_some_and(|policy| !is_plain_name(policy)),
            ),
            ("keys.keys_from", !keys.keys_from.is_empty()),
            ("rules.rules", !rules.rules.iter().all(|path| is_inside(path))),
            ("suppress.baseline", baseline.is_some_and(|path| !is_inside(path))),
        ];
        let said = reserved.into_iter().find_map(|(key, is_said)| is_said.then_some(key));
        match said {
            None => Ok(config),
            Some(key) => Err(Error::usage(format!("{name}: the settings file is not valid"))
                .cause(format!("{key}: a repository's own file may not say this, or not so"))
                .hint(
                    "it may not write or read files elsewhere, nor forgive findings; give the flag, or leave the file out with --no-repo-config",
                )),
        }
    }

    /// Takes over what this does not say from a file below it.
    #[must_use]
    pub fn or(mut self, below: Self) -> Self {
        self.allow.extend(below.allow);
        Self {
            settings: self.settings.or(below.settings),
            allow: self.allow,
        }
    }
}

/// Whether it names no file: a preset.
fn is_plain_name(text: &str) -> bool {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.');
    text.bytes().all(is_plain) && !text.ends_with(".toml")
}

/// Whether a relative path stays below its top.
pub fn is_inside(path: &Path) -> bool {
    let mut parts = path.components();
    parts.all(|part| matches!(part, std::path::Component::Normal(_))) && path.as_os_str() != ""
}

/// What is wrong and in which line, without the line itself.
fn describe(text: &str, error: &toml::de::Error) -> String {
    let message = error.message().trim_end();
    // `invalid type: string "...", expected usize` quotes the value.
    let message = match (message.starts_with("unknown field"), message.rfind(", expected ")) {
        (false, Some(at)) => format!("not valid here: {}", &message[at + 2..]),
        _ => message.to_owned(),
    };
    match error.span() {
        Some(span) => {
            let before = &text[..span.start];
            let line = before.matches('\n').count() + 1;
            let key = before.rsplit('\n').next().and_then(|start| start.split('=').next());
            let key = key.map(str::trim).filter(|key| allow::KEYS.contains(key));
            let key = key.map_or_else(String::new, |key| format!("{key}: "));
            format!("line {line}: {key}{message}")
        }
        None => message,
    }
}

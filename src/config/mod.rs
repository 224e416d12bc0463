//! Reads the settings file. A key that is not known is an error, with its line; nothing is scanned then.

pub mod allow;

use crate::error::Error;
use crate::settings::{Settings, SettingsSource};

/// The settings of the file that was named, or those of no file.
pub fn read(source: &SettingsSource) -> Result<Settings, Error> {
    let Some(path) = &source.config else {
        return Ok(Settings::default());
    };
    let text = std::fs::read_to_string(path).map_err(|error| {
        Error::usage(format!("{}: the settings file cannot be read", path.display()))
            .cause(error)
            .hint("name an existing file with --config")
    })?;
    toml::from_str(&text).map_err(|error| {
        Error::usage(format!("{}: the settings file is not valid", path.display()))
            .cause(describe(&text, &error))
            .hint(
                "the tables are [source], [rules], [report] and [keys]; their keys are the flags of `keytrail scan --help` with _ for -",
            )
    })
}

/// What is wrong and in which line, without the line itself: the file may be one of secrets, named by mistake.
fn describe(text: &str, error: &toml::de::Error) -> String {
    let message = error.message().trim_end();
    // `invalid type: string "...", expected usize` quotes the value.
    let message = match (message.starts_with("unknown field"), message.rfind(", expected ")) {
        (false, Some(at)) => format!("not valid here: {}", &message[at + 2..]),
        _ => message.to_owned(),
    };
    match error.span() {
        Some(span) => {
            let line = text[..span.start].matches('\n').count() + 1;
            format!("line {line}: {message}")
        }
        None => message,
    }
}

//! The formats of the table of keys, by name, and the one call that prints.

use std::str::FromStr;

use super::{KeysReport, html, human, json, sarif, sheet};
use crate::error::Error;
use crate::report::RenderOptions;

/// A way to print the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeysFormat {
    /// For people, on a terminal.
    Human,
    /// One JSON document; `keys.schema.json` describes it.
    Json,
    /// One key a line, safe to open in a spreadsheet.
    Csv,
    /// SARIF 2.1.0, under a category of its own.
    Sarif,
    /// One page that needs nothing else.
    Html,
}

impl KeysFormat {
    pub const ALL: [KeysFormat; 5] = [
        KeysFormat::Human,
        KeysFormat::Json,
        KeysFormat::Csv,
        KeysFormat::Sarif,
        KeysFormat::Html,
    ];

    /// The word used on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            KeysFormat::Human => "human",
            KeysFormat::Json => "json",
            KeysFormat::Csv => "csv",
            KeysFormat::Sarif => "sarif",
            KeysFormat::Html => "html",
        }
    }

    /// Prints the report. The same report and options give the same bytes.
    pub fn render(self, report: &KeysReport, options: &RenderOptions) -> Vec<u8> {
        match self {
            KeysFormat::Human => human::render(report, options),
            KeysFormat::Json => json::render(report),
            KeysFormat::Csv => sheet::render(report),
            KeysFormat::Sarif => sarif::render(report),
            KeysFormat::Html => html::render(report),
        }
    }
}

impl FromStr for KeysFormat {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        let found = KeysFormat::ALL.into_iter().find(|format| format.as_str() == name);
        found.ok_or_else(|| {
            let known = KeysFormat::ALL.map(KeysFormat::as_str);
            Error::usage(format!("unknown report format {name:?}"))
                .hint(format!("use one of: {}", known.join(", ")))
                .did_you_mean(name, known)
        })
    }
}

//! Reads a JSON or JSON lines report back into findings, so that an earlier scan can be joined with an inventory.
//!
//! The file may be a stranger's: it is bounded, every type is checked, a newer schema is refused, and errors give line
//! and column and quote nothing. Raw values of `--show-secrets` are passed over; a finding that was read back has
//! the masked form for its secret. Opens no file and prints nothing.

mod shape;
mod words;

use serde::Deserialize;
use serde_json::error::Category;

use super::Target;
use super::json::SCHEMA_VERSION;
use crate::error::Error;
use crate::finding::Finding;
use crate::rules::RuleSet;
use crate::text::sanitize;
use shape::{Document, Entry, Meta, Stamps, Summary};

/// The most that is read of one report.
pub const MOST_BYTES: u64 = 512 << 20;

/// What an earlier run reported.
#[derive(Debug)]
pub struct Earlier {
    pub target: Target,
    pub findings: Vec<Finding>,
    /// Why that run, or this file, does not hold everything. Not empty means incomplete.
    pub incomplete_reasons: Vec<String>,
}

/// A fault of the file: where, and what.
type Fault = (String, String);

/// Reads a report. The name is for messages.
pub fn read(bytes: &[u8], name: &str, rules: &RuleSet) -> Result<Earlier, Error> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let parsed = if is_lines(text) { lines(text) } else { document(text) };
    let (meta, entries, summary) = parsed.map_err(|fault| refuse(name, fault))?;
    let stamps = Stamps::of(&entries);
    let mut findings = Vec::with_capacity(entries.len());
    for (number, entry) in entries.into_iter().enumerate() {
        let finding = entry.finding(rules, &stamps);
        findings.push(finding.map_err(|what| refuse(name, (format!("finding {}", number + 1), what)))?);
    }
    let mut incomplete_reasons: Vec<String> = Vec::new();
    match summary {
        None => incomplete_reasons.push(format!("{name}: its last line is missing, so findings may be")),
        Some(summary) if !summary.complete => {
            let said = summary
                .incomplete_reasons
                .iter()
                .map(|reason| sanitize(reason.as_bytes()));
            incomplete_reasons.extend(said.map(|reason| format!("{name}: {reason}")));
            if incomplete_reasons.is_empty() {
                incomplete_reasons.push(format!("{name}: that scan was incomplete"));
            }
        }
        Some(_) => {}
    }
    Ok(Earlier {
        target: meta.target.target(),
        findings,
        incomplete_reasons,
    })
}

fn refuse(name: &str, (place, what): Fault) -> Error {
    Error::usage(format!("--findings {name}: it cannot be used"))
        .cause(format!("{place}: {what}"))
        .hint("make it anew: keytrail history --report json=scan.json")
}

/// The version comes first: a newer report may well have another shape.
#[derive(Deserialize)]
struct Version {
    schema_version: u64,
}

fn version(text: &[u8], line: usize) -> Result<(), Fault> {
    let found: Version = serde_json::from_slice(text).map_err(|error| fault(&error, line))?;
    match found.schema_version {
        known if known == u64::from(SCHEMA_VERSION) => Ok(()),
        newer if newer > u64::from(SCHEMA_VERSION) => Err((
            "schema_version".to_owned(),
            format!(
                "it is {newer}, and this keytrail knows {SCHEMA_VERSION}: use the one that made the report, or a newer one"
            ),
        )),
        other => Err(("schema_version".to_owned(), format!("there is no version {other}"))),
    }
}

/// Whether it is JSON lines: an object with a `type` on a line of its own.
fn is_lines(text: &[u8]) -> bool {
    let first = text
        .trim_ascii_start()
        .split(|&b| b == b'\n')
        .next()
        .unwrap_or_default();
    first.starts_with(b"{\"type\"")
}

type Parsed = (Meta, Vec<Entry>, Option<Summary>);

fn document(text: &[u8]) -> Result<Parsed, Fault> {
    version(text, 1)?;
    let document: Document = serde_json::from_slice(text).map_err(|error| fault(&error, 1))?;
    let summary = Summary {
        complete: document.complete,
        incomplete_reasons: document.incomplete_reasons,
    };
    let meta = Meta {
        target: document.target,
    };
    Ok((meta, document.findings, Some(summary)))
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
#[expect(clippy::large_enum_variant, reason = "it lives for one line")]
enum Line {
    Meta(Meta),
    Finding(Entry),
    Summary(Summary),
}

fn lines(text: &[u8]) -> Result<Parsed, Fault> {
    let (mut meta, mut entries, mut summary) = (None, Vec::new(), None);
    for (number, line) in text.split(|&b| b == b'\n').enumerate() {
        let line = line.trim_ascii();
        let number = number + 1;
        if line.is_empty() {
            continue;
        }
        if meta.is_none() {
            version(line, number)?;
        }
        if summary.is_some() {
            return Err((format!("line {number}"), "nothing may follow the summary".to_owned()));
        }
        match serde_json::from_slice(line).map_err(|error| fault(&error, number))? {
            Line::Meta(found) if meta.is_none() => meta = Some(found),
            Line::Finding(entry) if meta.is_some() => entries.push(entry),
            Line::Summary(found) if meta.is_some() => summary = Some(found),
            _ => return Err((format!("line {number}"), "it is not in its place".to_owned())),
        }
    }
    let meta = meta.ok_or_else(|| ("line 1".to_owned(), "the file is empty".to_owned()))?;
    Ok((meta, entries, summary))
}

/// Where and what, without the value: the file may be one of secrets, named by mistake.
fn fault(error: &serde_json::Error, first_line: usize) -> Fault {
    let place = format!(
        "line {}, column {}",
        first_line + error.line().saturating_sub(1),
        error.column()
    );
    let what = match error.classify() {
        Category::Data => {
            let text = error.to_string();
            let text = text.split(" at line ").next().unwrap_or_default().to_owned();
            match (text.starts_with("missing field"), text.rfind(", expected ")) {
                (true, _) => text,
                (false, Some(at)) => format!("not valid here: {}", &text[at + 2..]),
                (false, None) => "not valid here".to_owned(),
            }
        }
        Category::Eof => "the file was cut off".to_owned(),
        Category::Syntax | Category::Io => "this is no JSON".to_owned(),
    };
    (place, what)
}

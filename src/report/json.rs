//! The JSON report: one versioned document that outside tools rely on.
//!
//! Its shape is a promise, written down in `report.schema.json` and kept by `tests/report.rs`.
//! Every key is always there, `null` where nothing is known, but for the `*_base64` twins of text
//! that is not UTF-8 and for `secret_raw`.

mod age;
mod entry;
mod run;
mod suppression;
mod text;
mod verification;

use serde::Serialize;

use super::Report;

pub use age::Age;
pub use entry::Entry;
pub use run::{Meta, SCHEMA_VERSION, Summary};
pub use verification::Verification;

/// The JSON Schema of the document, for `keytrail schema report`.
pub const SCHEMA: &str = include_str!("report.schema.json");

#[derive(Serialize)]
struct Document<'r> {
    #[serde(flatten)]
    meta: Meta<'r>,
    #[serde(flatten)]
    summary: Summary<'r>,
    findings: Vec<Entry<'r>>,
}

/// Prints the report as one JSON document.
pub fn render(report: &Report) -> Vec<u8> {
    let document = Document {
        meta: Meta::of(report),
        summary: Summary::of(report),
        findings: report
            .all_findings()
            .map(|finding| Entry::of(report, finding))
            .collect(),
    };
    pretty(&document)
}

/// Writes a document for programs that people look at, too.
pub fn pretty(document: &impl Serialize) -> Vec<u8> {
    let mut text = serde_json::to_vec_pretty(document).expect("the document has string keys only");
    text.push(b'\n');
    text
}

//! The JSON report cut into lines, for pipes and log stores: `meta` first, one `finding` each,
//! `summary` last. A file without its last line was cut off.

use serde::Serialize;

use super::Report;
use super::json::{Entry, Meta, Summary};

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
#[expect(clippy::large_enum_variant, reason = "it lives for one line")]
enum Line<'r> {
    Meta(Meta<'r>),
    Finding(Entry<'r>),
    Summary(Summary<'r>),
}

/// Prints the report as JSON lines.
pub fn render(report: &Report) -> Vec<u8> {
    let findings = report.all_findings().map(|finding| Entry::of(report, finding));
    let lines = std::iter::once(Line::Meta(Meta::of(report)))
        .chain(findings.map(Line::Finding))
        .chain(std::iter::once(Line::Summary(Summary::of(report))));
    let mut text = Vec::new();
    for line in lines {
        serde_json::to_writer(&mut text, &line).expect("a line has string keys only");
        text.push(b'\n');
    }
    text
}

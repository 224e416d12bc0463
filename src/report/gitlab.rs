//! GitLab's report of secret detection, for the security widget and the vulnerability report.
//!
//! GitLab refuses a report that its schema refuses, and takes the newest patch of a version that it knows. A
//! vulnerability names a commit: who asks for this format has a HEAD (`Format::needs_commit`). There is no place for
//! what is suppressed but the messages of the scan. `raw_source_code_extract` is left out: it would hold the secret.

use serde::Serialize;

use super::markup::MARKDOWN;
use super::roots::Roots;
use super::spot::{Spot, open_spots};
use super::{Report, Target, json, notes, time};
use crate::finding::{Finding, Severity};
use crate::rules::Rule;

const VERSION: &str = "15.2.4";
const SCHEMA: &str = "https://gitlab.com/gitlab-org/security-products/security-report-schemas/-/raw/v15.2.4/dist/\
    secret-detection-report-format.json";
/// The longest name and the longest solution that the schema takes, in characters.
const NAME: usize = 255;
const SOLUTION: usize = 7_000;

#[derive(Serialize)]
struct Document<'r> {
    version: &'static str,
    schema: &'static str,
    scan: Scan,
    vulnerabilities: Vec<Vulnerability<'r>>,
}

#[derive(Serialize)]
struct Scan {
    analyzer: Tool,
    scanner: Tool,
    #[serde(rename = "type")]
    kind: &'static str,
    start_time: String,
    end_time: String,
    status: &'static str,
    messages: Vec<Note>,
}

#[derive(Serialize)]
struct Tool {
    id: &'static str,
    name: &'static str,
    version: &'static str,
    url: &'static str,
    vendor: Vendor,
}

#[derive(Serialize)]
struct Vendor {
    name: &'static str,
}

#[derive(Serialize)]
struct Note {
    level: &'static str,
    value: String,
}

#[derive(Serialize)]
struct Vulnerability<'r> {
    id: String,
    name: String,
    description: String,
    severity: &'static str,
    solution: String,
    identifiers: [Identifier<'r>; 2],
    links: Vec<Link<'r>>,
    details: Details,
    location: Location,
}

#[derive(Serialize)]
struct Identifier<'r> {
    #[serde(rename = "type")]
    kind: &'static str,
    name: String,
    value: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'r str>,
}

#[derive(Serialize)]
struct Link<'r> {
    url: &'r str,
}

#[derive(Serialize)]
struct Details {
    secret: Detail,
    confidence: Detail,
    state: Detail,
    finding: Detail,
}

#[derive(Serialize)]
struct Detail {
    name: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    value: String,
}

#[derive(Serialize)]
struct Location {
    file: String,
    start_line: u32,
    end_line: u32,
    commit: Commit,
}

#[derive(Serialize)]
struct Commit {
    sha: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<String>,
}

/// Prints the report.
pub fn render(report: &Report) -> Vec<u8> {
    let roots = Roots::of(&report.target.what);
    json::pretty(&Document {
        version: VERSION,
        schema: SCHEMA,
        scan: scan(report, &roots),
        vulnerabilities: open_spots(report)
            .iter()
            .map(|spot| vulnerability(spot, &report.target, &roots))
            .collect(),
    })
}

/// Both times are the one that ages are reckoned from: the same scan gives the same bytes.
fn scan(report: &Report, roots: &Roots<'_>) -> Scan {
    let note = |level| move |value| Note { level, value };
    let faults = notes::incomplete(report, roots).into_iter().map(note("warn"));
    let others = notes::suppressed(report).into_iter().chain(notes::left_out(report));
    let at = time::rfc3339(report.as_of).unwrap_or_default();
    // GitLab takes times without a zone only.
    let at = at.trim_end_matches('Z').to_owned();
    Scan {
        analyzer: tool(),
        scanner: tool(),
        kind: "secret_detection",
        start_time: at.clone(),
        end_time: at,
        status: if report.complete() { "success" } else { "failure" },
        messages: faults.chain(others.map(note("info"))).collect(),
    }
}

fn tool() -> Tool {
    Tool {
        id: env!("CARGO_PKG_NAME"),
        name: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        url: super::sarif::INFORMATION_URI,
        vendor: Vendor {
            name: env!("CARGO_PKG_NAME"),
        },
    }
}

fn vulnerability<'r>(spot: &Spot<'r>, target: &Target, roots: &Roots<'_>) -> Vulnerability<'r> {
    let finding = spot.finding;
    let (start_line, end_line) = spot.lines();
    Vulnerability {
        id: uuid(spot.identity(roots)),
        // GitLab shows one name for all that have the first identifier.
        name: cut(&finding.rule.about.title, NAME),
        description: spot.says(&spot.name(roots), &MARKDOWN),
        severity: severity(finding.severity),
        solution: cut(&finding.rule.about.advice, SOLUTION),
        identifiers: identifiers(&finding.rule),
        links: link(&finding.rule).map(|url| Link { url }).into_iter().collect(),
        details: details(spot, finding),
        location: Location {
            file: spot.path(roots),
            start_line,
            end_line,
            commit: commit(spot, target),
        },
    }
}

/// The first identifies the kind of vulnerability for GitLab.
fn identifiers(rule: &Rule) -> [Identifier<'_>; 2] {
    [
        Identifier {
            kind: "keytrail_rule_id",
            name: format!("keytrail rule {}", rule.id),
            value: &rule.id,
            url: link(rule),
        },
        Identifier {
            kind: "cwe",
            name: "CWE-798".to_owned(),
            value: "798",
            url: Some("https://cwe.mitre.org/data/definitions/798.html"),
        },
    ]
}

fn link(rule: &Rule) -> Option<&str> {
    super::sarif::uri::absolute(&rule.about.link).filter(|link| link.starts_with("http"))
}

fn details(spot: &Spot<'_>, finding: &Finding) -> Details {
    let detail = |name, value: String| Detail {
        name,
        kind: "text",
        value,
    };
    Details {
        secret: detail("Secret, masked", finding.secret.masked()),
        confidence: detail("Confidence", finding.confidence.as_str().to_owned()),
        state: detail("State", spot.state().as_str().to_owned()),
        finding: detail("Finding", finding.fingerprint.id()),
    }
}

/// The commit that has the lines; for what is in none yet, HEAD. A report without any names git's id for none.
fn commit(spot: &Spot<'_>, target: &Target) -> Commit {
    let known = spot.commit(target);
    let stamp = spot.lead.commit.filter(|stamp| Some(stamp.id) == known);
    Commit {
        sha: known
            .or(target.head)
            .map_or_else(|| "0".repeat(40), |id| id.to_string()),
        date: stamp.and_then(|stamp| time::rfc3339(stamp.commit_time)),
    }
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "Critical",
        Severity::High => "High",
        Severity::Medium => "Medium",
        Severity::Low => "Low",
        Severity::Info => "Info",
    }
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

/// 16 bytes as a UUID of version 8 (RFC 9562): made from what it names, by rules of our own.
fn uuid(mut bytes: [u8; 16]) -> String {
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = data_encoding::HEXLOWER.encode(&bytes);
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_says_its_version_and_variant() {
        assert_eq!(uuid([0xff; 16]), "ffffffff-ffff-8fff-bfff-ffffffffffff");
        assert_eq!(uuid([0; 16]), "00000000-0000-8000-8000-000000000000");
    }
}

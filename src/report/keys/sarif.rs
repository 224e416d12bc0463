//! The table as SARIF 2.1.0, one result for each key and verdict, under the category `keytrail/keys/`.
//!
//! A key that was found points to its file and commit; another one to the inventory that names it, under a base of
//! its own. The category keeps these results from closing those of a scan. What GitHub and the validators want is
//! noted in [`crate::report::sarif`]. Holds no secret, no time of the run and no absolute path.

use serde_json::{Map, Value, json};

use super::{KeysReport, Row};
use crate::finding::age::{Verdict, VerdictKind};
use crate::origin::Place;
use crate::report::sarif::location::Locator;
use crate::report::sarif::model::ArtifactLocation;
use crate::report::sarif::{INFORMATION_URI, uri};
use crate::report::{Target, fault};
use crate::text::sanitize;

const INVENTORY: &str = "INVENTORY";
/// GitHub refuses a run with more results.
const MAX_RESULTS: usize = 25_000;
const MAX_FAULTS: usize = 1_000;
const HELP_URI: &str = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id-credentials-access-keys-update.html";

/// Prints the table.
pub fn render(report: &KeysReport) -> Vec<u8> {
    let nowhere = Target {
        command: "scan",
        what: Vec::new(),
        head: None,
        branch: None,
        remote: None,
    };
    let mut locator = Locator::new(report.target.as_ref().unwrap_or(&nowhere));
    let verdicts = report
        .rows
        .iter()
        .flat_map(|row| row.judged.verdicts.iter().map(move |verdict| (row, verdict)));
    let told = verdicts
        .filter(|(_, verdict)| verdict.kind != VerdictKind::Ok)
        .take(MAX_RESULTS);
    let results: Vec<Value> = told
        .map(|(row, verdict)| result(report, row, verdict, &mut locator))
        .collect();
    let mut bases: Map<String, Value> = locator
        .base_ids()
        .into_iter()
        .map(|(base, about)| (base, json!(about)))
        .collect();
    let text = "What accounts say of their keys: files that were given with --keys-from, or IAM itself.";
    bases.insert(INVENTORY.to_owned(), json!({"description": {"text": text}}));
    let mut run = json!({
        "tool": {"driver": {
            "name": env!("CARGO_PKG_NAME"),
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "informationUri": INFORMATION_URI,
            "rules": rules().map(rule).collect::<Vec<_>>(),
            "supportedTaxonomies": [{"name": "CWE", "index": 0}],
        }},
        "automationDetails": {"id": "keytrail/keys/"},
        "invocations": [{
            "executionSuccessful": report.complete(),
            "toolExecutionNotifications": notifications(report),
        }],
        "originalUriBaseIds": bases,
        "taxonomies": [taxonomy()],
        "columnKind": "utf16CodeUnits",
        "results": results,
    });
    let mut provenance: Vec<Value> = locator.provenance().iter().map(|entry| json!(entry)).collect();
    if let Some(first) = provenance.first() {
        // Validators want every base mapped.
        let entry = json!({"repositoryUri": first["repositoryUri"], "mappedTo": {"uriBaseId": INVENTORY}});
        provenance.push(entry);
        run["versionControlProvenance"] = json!(provenance);
    }
    let log = json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    });
    let mut text = serde_json::to_vec_pretty(&log).expect("the log has string keys only");
    text.push(b'\n');
    text
}

fn rules() -> impl Iterator<Item = VerdictKind> {
    VerdictKind::ALL.into_iter().filter(|kind| *kind != VerdictKind::Ok)
}

/// `aws-key-too-many-active`
fn rule_id(kind: VerdictKind) -> String {
    format!("aws-key-{}", kind.as_str().to_lowercase().replace('_', "-"))
}

/// GitHub's number for how bad it is.
fn weight(kind: VerdictKind) -> f64 {
    match kind {
        VerdictKind::Exposed | VerdictKind::RootKey | VerdictKind::Quarantined => 9.8,
        VerdictKind::Expired | VerdictKind::ExceptionExpired | VerdictKind::ExposedInactive => 8.1,
        VerdictKind::TooManyActive
        | VerdictKind::Unused
        | VerdictKind::NeverUsed
        | VerdictKind::BadData
        | VerdictKind::UnknownAge
        | VerdictKind::UnknownUse => 5.5,
        VerdictKind::DeleteInactive | VerdictKind::DueSoon | VerdictKind::Foreign | VerdictKind::Rotating => 2.5,
        _ => 0.5,
    }
}

/// A verdict that fails no run is a note at most.
fn level(verdict: &Verdict) -> &'static str {
    match (verdict.fails, weight(verdict.kind) > 7.0) {
        (true, true) => "error",
        (true, false) => "warning",
        (false, _) => "note",
    }
}

fn is_leak(kind: VerdictKind) -> bool {
    let leaks = [
        VerdictKind::Exposed,
        VerdictKind::ExposedInactive,
        VerdictKind::ExposedDeleted,
    ];
    leaks.contains(&kind)
}

fn taxon(kind: VerdictKind) -> Value {
    let (id, index) = if is_leak(kind) { ("CWE-798", 0) } else { ("CWE-324", 1) };
    json!({"id": id, "index": index, "toolComponent": {"name": "CWE", "index": 0}})
}

fn rule(kind: VerdictKind) -> Value {
    let about = super::about(kind);
    let name: String = rule_id(kind).split('-').map(capital).collect();
    let default = match weight(kind) {
        heavy if heavy > 7.0 => "error",
        middle if middle > 3.0 => "warning",
        _ => "note",
    };
    json!({
        "id": rule_id(kind),
        "name": name,
        "shortDescription": {"text": format!("AWS access key: {}.", about.0)},
        "fullDescription": {"text": about.1},
        "help": {
            "text": format!("{} `keytrail explain KEY` prints the commands.", about.1),
            "markdown": format!("{}\n\n`keytrail explain KEY` prints the commands.", about.1),
        },
        "helpUri": HELP_URI,
        "defaultConfiguration": {"level": default},
        "relationships": [{"target": taxon(kind), "kinds": ["superset"]}],
        "properties": {
            "tags": ["security", "aws", "key-age"],
            "precision": "very-high",
            "security-severity": weight(kind).to_string(),
        },
    })
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_ascii_uppercase().to_string() + chars.as_str()
    })
}

fn taxonomy() -> Value {
    let taxon = |id: &str, name: &str, text: &str| {
        let number = id.trim_start_matches("CWE-");
        let link = format!("https://cwe.mitre.org/data/definitions/{number}.html");
        json!({"id": id, "name": name, "shortDescription": {"text": text}, "helpUri": link})
    };
    json!({
        "name": "CWE",
        "organization": "MITRE",
        "version": "4.18",
        "informationUri": "https://cwe.mitre.org/",
        "isComprehensive": false,
        "shortDescription": {"text": "The MITRE Common Weakness Enumeration."},
        "taxa": [
            taxon("CWE-798", "UseOfHardCodedCredentials", "Use of Hard-coded Credentials."),
            taxon("CWE-324", "UseOfAKeyPastItsExpirationDate", "Use of a Key Past its Expiration Date."),
        ],
    })
}

fn result(report: &KeysReport, row: &Row, verdict: &Verdict, locator: &mut Locator<'_>) -> Value {
    let key = &row.case.key;
    let user = row.user().map_or_else(
        || "an unknown user".to_owned(),
        |user| format!("user '{}'", plain(user)),
    );
    let account = key
        .account
        .as_deref()
        .map_or_else(String::new, |id| format!(" of account '{id}'"));
    let text = format!(
        "The key '{}' of {user}{account} is {}: {}.",
        plain(&row.key_name()),
        verdict.kind.as_str(),
        plain(&verdict.says)
    );
    let (location, identity) = location(report, row, locator);
    let name = key
        .id
        .clone()
        .unwrap_or_else(|| format!("{}/{}", row.user().unwrap_or("?"), row.key_name()));
    let account = key.account.as_deref().unwrap_or("?");
    let print = format!("{account}/{name}/{}", verdict.kind.as_str());
    let print = match key.id {
        Some(_) => print,
        // A lone secret is told from others by its finding.
        None => format!("{print}/{identity}"),
    };
    json!({
        "ruleId": rule_id(verdict.kind),
        "ruleIndex": rules().position(|kind| kind == verdict.kind),
        "level": level(verdict),
        "message": {"text": text},
        "locations": [{"physicalLocation": location}],
        "partialFingerprints": {"keytrailKey/v1": print},
        "suppressions": [],
        "taxa": [taxon(verdict.kind)],
        "properties": {
            "keyId": key.id,
            "account": key.account,
            "user": row.user(),
            "status": key.status.as_str(),
            "ageDays": row.days(report.as_of).0,
            "commit": row.leak.as_ref().and_then(|leak| leak.commit).map(|commit| commit.id.to_string()),
            "usedSinceLeak": row.leak.as_ref().and_then(|leak| leak.used_since),
        },
    })
}

/// Where a key stands, and what tells this place from others.
fn location(report: &KeysReport, row: &Row, locator: &mut Locator<'_>) -> (Value, String) {
    let finding = row
        .leak
        .as_ref()
        .and_then(|leak| report.findings.get(*leak.findings.first()?));
    if let Some(finding) = finding {
        let today = finding.occurrences.iter().find(|place| place.in_head);
        let file = finding
            .occurrences
            .iter()
            .find(|place| place.origin.place == Place::Blob);
        let lead = today.or(file).unwrap_or_else(|| finding.primary());
        let artifact = locator.locate(lead);
        let region = json!({
            "startLine": lead.start.line,
            "startColumn": lead.start.column,
            "endLine": lead.end.line,
            "endColumn": lead.end.column,
        });
        let location = json!({"artifactLocation": artifact, "region": region});
        return (location, finding.fingerprint.id());
    }
    let source = row.case.key.sources.first().map_or("unknown", String::as_str);
    let (name, line) = match source.rsplit_once(" line ") {
        Some((name, line)) => (name, line.parse::<u32>().unwrap_or(1).max(1)),
        None => (source, 1),
    };
    let path = uri::encode(sanitize(name.as_bytes()).as_bytes());
    let artifact = ArtifactLocation {
        uri: if path.is_empty() { "unknown".to_owned() } else { path },
        uri_base_id: INVENTORY.to_owned(),
    };
    let region = json!({"startLine": line, "startColumn": 1, "endLine": line, "endColumn": 2});
    (
        json!({"artifactLocation": artifact, "region": region}),
        source.to_owned(),
    )
}

fn notifications(report: &KeysReport) -> Vec<Value> {
    let note = |text: String| json!({"level": "error", "message": {"text": text}});
    let reasons = report
        .incomplete_reasons
        .iter()
        .map(|reason| note(sanitize(reason.as_bytes())));
    let faults = report.faults.iter().take(MAX_FAULTS);
    reasons
        .chain(faults.map(|skip| note(fault(skip, &skip.what))))
        .collect()
}

/// Makes a text safe inside a message: no control characters, no placeholder, no link of its own.
fn plain(text: &str) -> String {
    let text = sanitize(text.as_bytes()).replace('{', "{{").replace('}', "}}");
    text.replace("](", "]\\(")
}

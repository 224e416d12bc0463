//! Reports as their consumers read them: programs and libraries that we did not write, below target/tools, where
//! `tests/install-tools` puts them; and where the consumer is a server, its rules, written out here.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "consumers/commands.rs"]
mod commands;
mod common;
#[path = "consumers/github.rs"]
mod github;
#[path = "consumers/gitlab.rs"]
mod gitlab;
#[path = "consumers/gitleaks.rs"]
mod gitleaks;
#[path = "consumers/markdown.rs"]
mod markdown;
mod report_samples;
#[path = "consumers/runner.rs"]
mod runner;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use keytrail::finding::age::{Judged, Verdict, VerdictKind};
use keytrail::finding::{Suppression, SuppressionKind};
use keytrail::report::{Format, RenderOptions, Report};
use keytrail::skip::Skip;
use report_samples as samples;
use serde_json::{Value, json};

fn render(format: Format, report: &Report) -> String {
    String::from_utf8(format.render(report, &RenderOptions::default())).unwrap()
}

fn document(format: Format, report: &Report) -> Value {
    serde_json::from_str(&render(format, report)).unwrap()
}

/// A program of the consumers' environment.
fn tool(name: &str) -> Command {
    let tools = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../tools/consumers/bin");
    let found = tools.join(name);
    assert!(found.exists(), "{name} is not installed: run tests/install-tools");
    Command::new(found)
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr].concat()).into_owned()
}

/// Runs a program of Python with a file, and takes what it prints as JSON.
fn python(program: &str, file: &Path) -> Value {
    let output = tool("python").args(["-c", program]).arg(file).output().unwrap();
    assert!(output.status.success(), "{}: {}", file.display(), said(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Writes a text below a folder of the test's own.
fn written(folder: &str, name: &str, text: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("consumers").join(folder);
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join(name);
    std::fs::write(&file, text).unwrap();
    file
}

/// Every text at each place where a stranger's words come into a report: a path, a reason, a thing that was not read.
fn strange(texts: &[&str]) -> Report {
    let mut report = samples::empty();
    for (seed, text) in (40..).zip(texts) {
        let finding = |seed| {
            samples::finding(
                &samples::key_id_rule(),
                &samples::key_id(seed),
                vec![samples::file(text.as_bytes())],
            )
        };
        let mut judged = finding(seed);
        judged.judged = Some(Box::new(Judged {
            verdicts: vec![Verdict {
                kind: VerdictKind::Exposed,
                fails: true,
                says: text.to_string(),
            }],
            ..Judged::default()
        }));
        report.findings.push(judged);
        let mut suppressed = finding(seed + 1_000);
        suppressed.suppressed = Some(Suppression::of(SuppressionKind::Inline, *text));
        report.suppressed.push(suppressed);
        report.faults.push(Skip::fault(*text, *text));
    }
    report.incomplete_reasons = texts.iter().map(|&text| text.to_owned()).collect();
    report
}

#[test]
fn junitparser_reads_every_case() {
    const READ: &str = "import json, sys, junitparser as j\n\
        xml = j.JUnitXml.fromfile(sys.argv[1])\n\
        suite = next(iter(xml))\n\
        cases = [{'name': c.name, 'rule': c.classname, 'is': [type(r).__name__ for r in c.result],\n\
        \x20   'text': ' '.join(f'{r.message} {r.text}' for r in c.result)} for c in suite]\n\
        print(json.dumps({'counts': [xml.tests, xml.failures, xml.errors, xml.skipped], 'cases': cases}))";
    let mut all = samples::all();
    all.push(("strange", strange(STRANGE)));
    for (name, report) in all {
        let file = written("junit", &format!("{name}.xml"), &render(Format::Junit, &report));
        let read = python(READ, &file);
        let cases = read["cases"].as_array().unwrap();
        let of = |kind: &str| cases.iter().filter(|case| case["is"] == json!([kind])).count();
        let spots = |findings: &[keytrail::finding::Finding]| {
            let paths = |finding: &keytrail::finding::Finding| {
                let origins = finding.occurrences.iter().map(|place| &place.origin);
                let names = origins.map(|origin| {
                    (
                        origin.place,
                        &origin.path,
                        origin.object.filter(|_| origin.path.is_empty()),
                    )
                });
                names.collect::<HashSet<_>>().len()
            };
            findings.iter().map(paths).sum::<usize>()
        };
        assert_eq!(of("Failure"), spots(&report.findings), "{name}");
        assert_eq!(of("Skipped"), spots(&report.suppressed), "{name}");
        assert_eq!(of("Error"), usize::from(!report.complete()), "{name}");
        let counts = [cases.len(), of("Failure"), of("Error"), of("Skipped")];
        assert_eq!(read["counts"], json!(counts), "{name}");
        let names: HashSet<String> = cases
            .iter()
            .map(|case| format!("{} {}", case["rule"], case["name"]))
            .collect();
        assert_eq!(names.len(), cases.len(), "{name}: no two cases have one name");
    }
}

const STRANGE: &[&str] = &[
    "=HYPERLINK(\"http://127.0.0.1\",\"x\").env",
    "+1",
    "-1+cmd|' /C calc'!A0",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "＝1",
    "＠x",
    " =1",
    "a;=1;\t+2",
    "say \"hi\", =1",
    "new\nline",
    "::error::x",
    "  ::add-mask::y",
    "a ##[add-mask]y",
    "%0A::warning::z",
    "::stop-commands::t",
    "a,file=b:c",
    "`a` | <b>b</b> | *c*",
    "``` ~~~ [x](https://example.com) ![y](z)",
    "https://example.com www.example.com me@example.com @me #1 &lt; <https://example.com>",
    "end with backslash\\",
    "a|b\\|c\\\\|d",
    "]]></failure><x a='\"'>\u{fffe}",
    "esc\x1b[2J\u{202e}\u{9b}31m",
    "# head",
    "&amp;&#35;",
];

#[test]
fn a_spreadsheet_reads_every_line_and_runs_no_cell() {
    const READ: &str = "import csv, json, sys\n\
        read = lambda sign: list(csv.reader(open(sys.argv[1], newline='', encoding='utf-8'), delimiter=sign, strict=True))\n\
        loose = [r for r in csv.reader(open(sys.argv[1], newline='', encoding='utf-8'), delimiter=';')]\n\
        print(json.dumps({'rows': read(','), 'loose': loose}))";
    let mut all = samples::all();
    all.push(("strange", strange(STRANGE)));
    for (name, report) in all {
        let text = render(Format::Csv, &report);
        assert!(
            text.ends_with("\r\n") && text.matches('\n').count() == text.matches("\r\n").count(),
            "{name}"
        );
        let read = python(READ, &written("csv", &format!("{name}.csv"), &text));
        let rows = read["rows"].as_array().unwrap();
        let cells = |rows: &Value| {
            let rows = rows.as_array().unwrap().iter();
            let cells = rows.flat_map(|row| row.as_array().unwrap());
            cells.map(|cell| cell.as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        // Where semicolons part cells, a quote behind one may take in the end of a line.
        for cell in cells(&read["rows"]).into_iter().chain(cells(&read["loose"])) {
            let begins = cell.trim_start_matches([' ', '"', '\r', '\n']);
            assert!(
                !begins.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '|']),
                "{name}: {cell:?}"
            );
        }
        let width = rows[0].as_array().unwrap().len();
        assert!(rows.iter().all(|row| row.as_array().unwrap().len() == width), "{name}");
        let of = |record: &str| rows.iter().filter(|row| row[0] == record).count();
        assert!(
            of("finding") >= report.findings.len() && of("suppressed") >= report.suppressed.len(),
            "{name}"
        );
        assert_eq!(
            of("fault"),
            report.faults.len() + report.incomplete_reasons.len(),
            "{name}"
        );
    }
}

#[test]
fn sarif_tools_counts_what_was_found() {
    for (name, report, levels) in [
        ("tree", samples::tree(), ["error: 2", "warning: 0", "note: 0"]),
        ("history", samples::history(), ["error: 11", "warning: 0", "note: 0"]),
        ("empty", samples::empty(), ["error: 0", "warning: 0", "note: 0"]),
    ] {
        let file = written("sarif", &format!("{name}.sarif"), &render(Format::Sarif, &report));
        let output = tool("sarif").arg("summary").arg(file).output().unwrap();
        assert!(output.status.success(), "{}", said(&output));
        for level in levels {
            assert!(
                said(&output).contains(level),
                "{name}: {level} is not in {}",
                said(&output)
            );
        }
    }
}

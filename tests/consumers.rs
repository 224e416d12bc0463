//! Reports as their consumers read them: programs and libraries that we did not write, below target/tools, where
//! `tests/install-tools` puts them; and where the consumer is a server, its rules, written out here.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;
mod report_samples;
#[path = "consumers/runner.rs"]
mod runner;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use common::program;
use common::random::Random;
use common::repo::TestRepo;
use common::shared::shared;
use keytrail::finding::{Suppression, SuppressionKind};
use keytrail::report::{Format, RenderOptions, Report};
use keytrail::skip::Skip;
use report_samples as samples;
use runner::{Done, Runner};
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
        report.findings.push(finding(seed));
        let mut suppressed = finding(seed + 1_000);
        suppressed.suppressed = Some(Suppression::of(SuppressionKind::Inline, *text));
        report.suppressed.push(suppressed);
        report.faults.push(Skip::fault(*text, *text));
    }
    report.incomplete_reasons = texts.iter().map(|&text| text.to_owned()).collect();
    report
}

#[test]
fn gitlabs_schema_takes_every_report_and_refuses_one_without_a_commit() {
    let schema = shared("schemas/gitlab-secret-detection-report.json");
    let check = |files: &[PathBuf]| {
        let mut command = tool("check-jsonschema");
        command.arg("--schemafile").arg(&schema).args(files).output().unwrap()
    };
    let mut files = Vec::new();
    for (name, report) in samples::all() {
        // Six thousand that are all alike tell no more than one.
        if report.findings.len() < 1_000 {
            files.push(written(
                "gitlab",
                &format!("{name}.json"),
                &render(Format::Gitlab, &report),
            ));
        }
    }
    let output = check(&files);
    assert!(output.status.success(), "{}", said(&output));
    let mut bad = document(Format::Gitlab, &samples::tree());
    bad["vulnerabilities"][0]["location"]
        .as_object_mut()
        .unwrap()
        .remove("commit");
    let bad = check(&[written("gitlab", "bad.json", &bad.to_string())]);
    assert!(said(&bad).contains("'commit' is a required property"), "{}", said(&bad));
}

#[test]
fn gitlab_gets_what_its_schema_does_not_ask_for() {
    for (name, report) in samples::all() {
        let document = document(Format::Gitlab, &report);
        let scan = &document["scan"];
        assert_eq!(document["version"], "15.2.4");
        assert_eq!(scan["start_time"], "2021-02-03T04:05:06", "{name}: without a zone");
        let status = if report.complete() { "success" } else { "failure" };
        assert_eq!(scan["status"], status, "{name}");
        let told = scan["messages"].to_string();
        assert_eq!(
            told.contains("Suppressed findings"),
            !report.suppressed.is_empty(),
            "{name}"
        );
        let mut ids = HashSet::new();
        for found in document["vulnerabilities"].as_array().unwrap() {
            assert!(ids.insert(found["id"].to_string()), "{name}: an id twice");
            assert_eq!(found["identifiers"][0]["type"], "keytrail_rule_id", "{name}");
            assert!(found.get("raw_source_code_extract").is_none(), "{name}");
            assert!(!found["name"].to_string().contains("****"), "{name}: of the rule alone");
            let file = found["location"]["file"].as_str().unwrap();
            assert!(!file.starts_with('/') && !file.contains("home"), "{name}: {file}");
        }
    }
    let history = document(Format::Gitlab, &samples::history());
    let sha = |index: usize| history["vulnerabilities"][index]["location"]["commit"]["sha"].clone();
    assert_eq!(sha(0), samples::object(0xee).to_string(), "of today: HEAD's lines");
    assert_eq!(sha(1), samples::object(1).to_string(), "gone: the commit that has it");
}

#[test]
fn code_quality_is_what_gitlab_documents() {
    let schema = json!({"type": "array", "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {"type": "object", "required": ["path", "lines"], "properties": {
                "path": {"type": "string", "minLength": 1, "not": {"pattern": "^(/|\\./)"}},
                "lines": {"type": "object", "required": ["begin"], "properties": {
                    "begin": {"type": "integer", "minimum": 1}}}}}
        }
    }});
    for (name, report) in samples::all() {
        let text = render(Format::GitlabCodequality, &report);
        samples::validate(&schema.to_string(), &[(name, text.as_bytes())]);
        let issues: Vec<Value> = serde_json::from_str(&text).unwrap();
        let prints: HashSet<String> = issues.iter().map(|issue| issue["fingerprint"].to_string()).collect();
        assert_eq!(
            prints.len(),
            issues.len(),
            "{name}: each issue is known by its fingerprint"
        );
        let unread = issues.iter().any(|issue| issue["check_name"] == "keytrail-incomplete");
        assert_eq!(unread, !report.complete(), "{name}");
    }
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
        for cell in cells(&read["rows"]).into_iter().chain(cells(&read["loose"])) {
            let begins = cell.trim_start_matches([' ', '"']);
            assert!(
                !begins.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '|']),
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

#[test]
fn github_takes_ten_annotations_and_no_other_command() {
    let mut all = samples::all();
    all.push(("strange", strange(STRANGE)));
    for (name, report) in all {
        let text = render(Format::Github, &report);
        let mut runner = Runner::default();
        let done = runner.read(&text);
        assert!(!runner.is_stopped(), "{name}: what follows is read again");
        assert!(
            done.iter()
                .all(|done| ["error", "warning", "notice"].contains(&&*done.command)),
            "{name}: {done:?}"
        );
        let findings: Vec<&Done> = done.iter().filter(|done| done.data.contains("Finding ")).collect();
        assert!(
            findings.len() <= 10 && findings.len() >= report.findings.len().min(10),
            "{name}"
        );
        assert_eq!(done.len() - findings.len(), usize::from(!report.complete()), "{name}");
        for (at, kept) in [("file", 0), ("line", 0), ("endLine", 0)] {
            let with = findings.iter().filter(|done| done.properties.contains_key(at)).count();
            assert!(with > kept || report.findings.is_empty(), "{name}: {at}");
        }
    }
    let done = Runner::default().read(&render(Format::Github, &samples::many(6_000)));
    assert!(
        done[0].properties["title"].contains("(critical)"),
        "the worst is first, though it was found last"
    );
    let hostile = Runner::default().read(&render(Format::Github, &strange(&["a,file=b:c%0A", "d:e\nf"])));
    assert_eq!(hostile[0].properties["file"], "a,file=b:c%0A");
    assert_eq!(hostile[1].properties["file"], "d:e\\nf");
}

/// The judge is no judge if it sees no command.
#[test]
fn the_runners_rules_find_commands_where_it_does() {
    let mut runner = Runner::default();
    let text = "::warning file=a%2Cb,line=1::x%0Ay\n  ::notice::z\nin ##[error]the middle\n::none::\n\
        ::stop-commands::t\n::error::no\n##[error]no\n::t::\n::debug::yes\n";
    let done = runner.read(text);
    let seen: Vec<(&str, &str)> = done.iter().map(|done| (&*done.command, &*done.data)).collect();
    assert_eq!(
        seen,
        [
            ("warning", "x\ny"),
            ("notice", "z"),
            ("error", "the middle"),
            ("debug", "yes")
        ]
    );
    assert_eq!(done[0].properties["file"], "a,b");
}

#[test]
fn a_markdown_renderer_shows_every_name_as_text() {
    const READ: &str = "import json, sys\n\
        from markdown_it import MarkdownIt\n\
        md = MarkdownIt('gfm-like', {'html': True, 'linkify': True})\n\
        tokens = md.parse(open(sys.argv[1], encoding='utf-8', newline='').read())\n\
        flat = [t for o in tokens for t in [o] + (o.children or [])]\n\
        print(json.dumps({'types': sorted({t.type for t in flat}),\n\
        \x20   'code': [t.content for t in flat if t.type == 'code_inline'],\n\
        \x20   'rows': sum(t.type == 'tr_open' for t in flat), 'cells': sum(t.type == 'td_open' for t in flat)}))";
    const KNOWN: &[&str] = &[
        "heading",
        "paragraph",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "bullet_list",
        "list_item",
        "strong",
    ];
    let mut all = samples::all();
    all.push(("strange", strange(STRANGE)));
    for (name, report) in all {
        let read = python(
            READ,
            &written("markdown", &format!("{name}.md"), &render(Format::Markdown, &report)),
        );
        for kind in read["types"].as_array().unwrap() {
            let kind = kind.as_str().unwrap();
            let bare = kind.trim_end_matches("_open").trim_end_matches("_close");
            let plain = ["inline", "text", "code_inline", "softbreak", "text_special"].contains(&kind);
            assert!(plain || KNOWN.contains(&bare), "{name}: {kind} is none of ours");
        }
        let tables = usize::from(!report.findings.is_empty()) + usize::from(!report.suppressed.is_empty());
        if report.findings.len() < 1_000 {
            assert_eq!(
                read["rows"],
                json!(report.findings.len() + report.suppressed.len() + tables),
                "{name}"
            );
            assert_eq!(
                read["cells"],
                json!(7 * report.findings.len() + 4 * report.suppressed.len()),
                "{name}"
            );
        }
        if name == "strange" {
            let code: Vec<&str> = read["code"]
                .as_array()
                .unwrap()
                .iter()
                .map(|code| code.as_str().unwrap())
                .collect();
            for shown in [
                "``` ~~~ [x](https://example.com) ![y](z):3:8",
                "%0A::warning::z",
                "new\\nline: new\\nline",
            ] {
                assert!(code.contains(&shown), "{shown} is not among {code:#?}");
            }
        }
    }
}

#[test]
fn a_page_of_markdown_fits_into_the_summary_of_a_step() {
    let mut large = samples::many(6_000);
    large.incomplete_reasons = vec!["x".repeat(1_000); 900];
    large.suppressed = samples::many(6_000).findings;
    for finding in &mut large.suppressed {
        finding.suppressed = Some(Suppression::of(SuppressionKind::Allow, "y".repeat(1_000)));
    }
    for (name, report) in [("many", samples::many(30_000)), ("large", large)] {
        let page = render(Format::Markdown, &report);
        assert!(page.len() <= 900 << 10, "{name}: {} bytes", page.len());
        assert!(page.len() > 600 << 10, "{name}: {} bytes is a waste", page.len());
        assert!(page.contains("more are not shown:**"), "{name}");
        assert!(page.contains("| critical |"), "{name}: the worst is not cut");
    }
    assert!(!render(Format::Markdown, &samples::tree()).contains("not shown:**"));
}

#[test]
fn gitleaks_own_keys_are_there_and_every_value_is_masked() {
    const KEYS: &[&str] = &[
        "RuleID",
        "Description",
        "StartLine",
        "EndLine",
        "StartColumn",
        "EndColumn",
        "Match",
        "Secret",
        "File",
        "SymlinkFile",
        "Commit",
        "Entropy",
        "Author",
        "Email",
        "Date",
        "Message",
        "Tags",
        "Fingerprint",
    ];
    for (name, report) in samples::all() {
        for leak in document(Format::GitleaksJson, &report).as_array().unwrap() {
            let keys: HashSet<&str> = leak.as_object().unwrap().keys().map(String::as_str).collect();
            assert_eq!(keys, KEYS.iter().copied().collect(), "{name}");
            assert!(leak["Secret"].as_str().unwrap().contains("************"), "{name}");
        }
    }
    let history = document(Format::GitleaksJson, &samples::history());
    let commit = samples::object(5).to_string();
    let gone = history
        .as_array()
        .unwrap()
        .iter()
        .find(|leak| leak["Commit"] == commit)
        .unwrap();
    assert_eq!(
        gone["Fingerprint"],
        format!("{commit}:dir [x](1)/{{0}}.env:aws-access-key-id:1")
    );
}

/// What another program has accepted by our report in gitleaks' form, we accept as well.
#[test]
fn our_import_takes_our_report_in_gitleaks_form() {
    let repo = TestRepo::new();
    let mut random = Random::new(6);
    let lines = |secret: &str| format!("x\naws_secret_access_key = {secret}\n");
    repo.commit_file("gone.env", lines(&random.pair().secret));
    repo.git(&["rm", "-q", "gone.env"]);
    repo.commit_file("here.env", lines(&random.pair().secret));
    let scan = |arguments: &[&str]| program::run(&repo.path(), &[&["history"], arguments].concat());
    assert_eq!(scan(&["--report", "gitleaks-json=leaks.json"]).code, 1);
    let import = program::run(
        &repo.path(),
        &["import", "gitleaks-report", "leaks.json", "-o", "accepted"],
    );
    assert_eq!(import.code, 0, "{}", import.err());
    assert!(
        import
            .err()
            .contains("carried over: 2 accepted secrets; not carried over: 0"),
        "{}",
        import.err()
    );
    let again = scan(&["--baseline", "accepted"]);
    assert_eq!(again.code, 0, "{}", again.out());
}

#[test]
fn gitlabs_report_asks_for_a_commit_before_anything_is_scanned() {
    let repo = TestRepo::new();
    let key = Random::new(7).pair();
    repo.write("a.env", format!("AWS_ACCESS_KEY_ID={}\n", key.id));
    repo.git(&["add", "-A"]);
    for command in ["scan", "staged"] {
        let refused = program::run(&repo.path(), &[command, "--report", "gitlab=gl.json"]);
        assert_eq!(refused.code, 2, "{}", refused.err());
        assert!(refused.err().contains("gitlab-codequality"), "{}", refused.err());
        assert!(!repo.path().join("gl.json").exists());
    }
    let head = repo.commit("none yet").to_string();
    repo.write("b.env", format!("AWS_ACCESS_KEY_ID={}\n", Random::new(8).pair().id));
    repo.git(&["add", "-A"]);
    for command in ["scan", "staged", "history"] {
        let run = program::run(&repo.path(), &[command, "--report", "gitlab"]);
        assert_eq!(run.code, 1, "{command}: {}", run.err());
        for found in run.json()["vulnerabilities"].as_array().unwrap() {
            assert_eq!(found["location"]["commit"]["sha"], head, "{command}");
        }
    }
}

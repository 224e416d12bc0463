//! The human, JSON and JSON lines reports, as outsiders see them.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod report_samples;

use keytrail::report::{Format, RenderOptions, Report, SCHEMA};
use report_samples as samples;
use serde_json::Value;

fn text(format: Format, report: &Report) -> String {
    String::from_utf8(format.render(report, &RenderOptions::default())).unwrap()
}

fn human(report: &Report, options: RenderOptions) -> String {
    String::from_utf8(Format::Human.render(report, &options)).unwrap()
}

fn json(report: &Report) -> Value {
    serde_json::from_str(&text(Format::Json, report)).unwrap()
}

fn jsonl(report: &Report) -> Vec<Value> {
    let text = text(Format::Jsonl, report);
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn json_keeps_its_schema() {
    for (name, mut report) in samples::all() {
        for show_secrets in [false, true] {
            report.show_secrets = show_secrets;
            let document = text(Format::Json, &report);
            samples::validate(SCHEMA, &[(name, document.as_bytes())]);
        }
    }
}

#[test]
fn the_schema_refuses_what_it_does_not_know() {
    let schema = serde_json::from_str(SCHEMA).unwrap();
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .unwrap();
    let good = json(&samples::tree());
    assert!(validator.is_valid(&good));
    for pointer in [
        "",
        "/stats",
        "/findings/0",
        "/findings/0/aws",
        "/findings/0/location",
        "/skips",
        "/target",
    ] {
        let mut bad = good.clone();
        let object = bad.pointer_mut(pointer).and_then(Value::as_object_mut).unwrap();
        object.insert("unknown".to_owned(), Value::Null);
        assert!(!validator.is_valid(&bad), "an unknown key in {pointer:?}");
    }
}

#[test]
fn json_says_all_that_is_known_of_a_credential() {
    let report = samples::tree();
    let document = json(&report);
    let [id, secret] = document["findings"].as_array().unwrap().as_slice() else {
        panic!("two findings");
    };
    assert_eq!(id["aws"]["key_id"], samples::key_id(1), "public, so whole");
    assert_eq!(id["aws"]["pair_of"], secret["id"]);
    assert_eq!(secret["aws"]["pair_of"], id["id"]);
    assert_eq!(secret["aws"]["created"], "2021-02-03T04:05:06Z");
    assert_eq!(
        secret["location"]["via"],
        serde_json::json!(["base64 at line 3", "utf-16le"])
    );
    assert_eq!(
        document["stats"]["by_severity"],
        serde_json::json!({"critical": 1, "high": 1})
    );
    assert_eq!(document["skips"]["left_out"]["git-ignored"], 12);
}

#[test]
fn json_keeps_suppressed_findings_after_the_others_with_their_reason() {
    let document = json(&samples::suppressed());
    let findings = document["findings"].as_array().unwrap();
    let kinds: Vec<_> = findings
        .iter()
        .map(|f| f["suppressed"]["kind"].as_str().unwrap_or("-"))
        .collect();
    assert_eq!(kinds, ["-", "-", "placeholder", "inline", "allow", "baseline"]);
    assert_eq!(document["stats"]["findings"], 2);
    assert_eq!(document["stats"]["suppressed"], 4);
    assert_eq!(findings[4]["suppressed"]["until"], "2027-01-31");
    assert_eq!(findings[5]["suppressed"]["until"], Value::Null);
}

#[test]
fn json_gives_bytes_that_are_not_text_twice() {
    let mut report = samples::hostile();
    report.show_secrets = true;
    let document = json(&report);
    let location = &document["findings"][3]["location"];
    assert_eq!(location["path"], "not\u{fffd}utf8");
    assert_eq!(location["path_base64"], "bm90/3V0Zjg=");
    let findings = document["findings"].as_array().unwrap();
    assert!(findings[0]["secret_raw_base64"].is_string());
    assert_eq!(findings[1]["secret_raw"], samples::key_id(21));
    assert!(findings[1].get("secret_raw_base64").is_none());
    assert_eq!(findings[0]["introduced"]["commit_time"], Value::Null);
}

#[test]
fn an_incomplete_run_names_every_fault_in_every_format() {
    let report = samples::incomplete();
    // gitleaks' form is a list of leaks and has no place for anything else.
    for format in Format::ALL.into_iter().filter(|format| *format != Format::GitleaksJson) {
        let text = text(format, &report);
        for part in ["permission denied", "the pack is damaged", "The clone is shallow"] {
            assert!(text.contains(part), "{}: {part}", format.as_str());
        }
    }
    assert_eq!(json(&report)["incomplete_reasons"].as_array().unwrap().len(), 3);
}

#[test]
fn jsonl_is_the_json_document_cut_into_lines() {
    for (name, report) in samples::all() {
        let lines = jsonl(&report);
        let mut whole = json(&report);
        let findings = whole.as_object_mut().unwrap().remove("findings").unwrap();
        let typed = |value: &Value, kind: &str| {
            let mut value = value.clone();
            value.as_object_mut().unwrap().insert("type".to_owned(), kind.into());
            value
        };
        let mut ends = lines[0].as_object().unwrap().clone();
        ends.extend(lines[lines.len() - 1].as_object().unwrap().clone());
        assert_eq!(Value::Object(ends), typed(&whole, "summary"), "{name}");
        assert_eq!(lines[0]["type"], "meta");
        let expected: Vec<_> = findings
            .as_array()
            .unwrap()
            .iter()
            .map(|f| typed(f, "finding"))
            .collect();
        assert_eq!(lines[1..lines.len() - 1], expected, "{name}");
    }
}

#[test]
fn no_format_shows_a_secret_unless_asked() {
    let mut report = samples::suppressed();
    let secrets: Vec<String> = [2, 10, 11, 12].map(|seed| samples::value("", 40, seed)).to_vec();
    let loud = RenderOptions {
        verbose: true,
        ..RenderOptions::default()
    };
    for format in Format::ALL {
        let text = String::from_utf8(format.render(&report, &loud)).unwrap();
        assert!(
            secrets.iter().all(|secret| !text.contains(secret)),
            "{}",
            format.as_str()
        );
    }
    report.show_secrets = true;
    for format in Format::ALL {
        let text = text(format, &report);
        let shown = secrets.iter().any(|secret| text.contains(secret));
        assert_eq!(shown, format.may_show_secrets(), "{}", format.as_str());
    }
    assert!(!text(Format::Sarif, &report).contains(&samples::key_id(1)));
}

#[test]
fn no_byte_of_a_repository_reaches_the_terminal_unescaped() {
    let plain = |c: char| c == '\n' || (!c.is_control() && c != '\u{202e}');
    let mut report = samples::hostile();
    report.faults = samples::incomplete().faults;
    report.target.what.push("\x1b[2J".to_owned());
    for show_secrets in [false, true] {
        report.show_secrets = show_secrets;
        for quiet in [false, true] {
            let options = RenderOptions {
                quiet,
                verbose: true,
                ..RenderOptions::default()
            };
            assert!(human(&report, options).chars().all(plain));
        }
    }
    let colored = human(
        &report,
        RenderOptions {
            color: true,
            ..RenderOptions::default()
        },
    );
    let ours = |rest: &str| {
        rest.split_once('m')
            .is_some_and(|(code, _)| code.chars().all(|c| c.is_ascii_digit() || c == ';'))
    };
    assert!(colored.split("\x1b[").skip(1).all(ours));
}

#[test]
fn people_read_what_was_found() {
    let expected = format!(
        "\
high  AWS access key id                                             {id}
    {key}
    src/auth.py:3:8
      | key = \"****\"
    canary      do not verify: Thinkst sees every use of it
    account     123456789012
    dates       old format: made before about May 2019
    pair        finding {secret} (same-line, high confidence)

critical  AWS secret key                                            {secret}
    {masked}
    src/auth.py:3:40
    inside      base64 at line 3, then utf-16le
      | key = \"****\"
    key id      {key}
    account     123456789012, root user, user alice, profile prod, region
                eu-west-1
    dates       created 2021-02-03, expires 2021-02-03, status Active
    used        signed a request to s3 on 2021-02-03
    pair        finding {id} (same-line, high confidence)

scanned     1,204 items, 34.1 MiB (scan .)
found       2: 1 critical, 1 high
not shown   2 below high confidence; --min-confidence low shows them
left out    git-ignored paths (12), symbolic links (1)
",
        id = samples::tree().findings[0].fingerprint.id(),
        secret = samples::tree().findings[1].fingerprint.id(),
        key = samples::key_id(1),
        masked = samples::tree().findings[1].secret.masked(),
    );
    assert_eq!(text(Format::Human, &samples::tree()), expected);
}

#[test]
fn people_read_how_a_secret_went_through_history() {
    let text = text(Format::Human, &samples::history());
    for line in [
        "    introduced  010101010101, authored 2021-02-03, committed 2021-02-04",
        "    state       in the tree of HEAD",
        "    reached by  refs/heads/branch-0",
        "                and 3 more",
        "    also at     old/gone.env:1:5",
        "                message of commit 040404040404:2:1",
        "    state       not in HEAD, but still in history; removed in 060606060606 on",
        "    blob 070707070707:1:5",
        "    state       no ref reaches it, but the object store still holds it",
        "scanned     1,204 items, 34.1 MiB, 312 commits (history .)",
    ] {
        assert!(text.lines().any(|have| have == line), "{line:?} is not in\n{text}");
    }
    let long = text.lines().filter(|line| line.chars().count() > 80).count();
    assert_eq!(long, 0, "{text}");
}

#[test]
fn quiet_is_one_line_a_finding_and_never_hides_an_incomplete_run() {
    let quiet = RenderOptions {
        quiet: true,
        ..RenderOptions::default()
    };
    let lines = human(&samples::tree(), quiet.clone());
    assert_eq!(lines.lines().count(), 2);
    assert!(
        lines.starts_with("src/auth.py:3:8: high: AWS access key id: "),
        "{lines}"
    );
    assert_eq!(human(&samples::empty(), quiet.clone()), "");
    assert!(human(&samples::incomplete(), quiet.clone()).starts_with("INCOMPLETE"));
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    for format in Format::ALL {
        for (name, report) in samples::all() {
            assert_eq!(text(format, &report), text(format, &report), "{name}");
        }
    }
}

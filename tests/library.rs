//! The library, as another program uses it: by what it offers alone, without a file, a process or a setting.

mod common;

use std::fs;

use common::archive;
use common::program::{findings, run};
use common::random::{Pair, Random};
use keytrail::{Confidence, Finding, Rules, Scanner, Severity};
use serde_json::Value;

fn scanner() -> Scanner {
    Scanner::builtin().expect("the built-in rules are valid")
}

fn settings(key: &Pair) -> String {
    format!(
        "[default]\naws_access_key_id = {}\naws_secret_access_key = {}\n",
        key.id, key.secret
    )
}

fn by_rule<'f>(findings: &'f [Finding], rule: &str) -> &'f Finding {
    let found = findings.iter().find(|finding| finding.rule() == rule);
    found.unwrap_or_else(|| panic!("no finding of {rule} in {findings:?}"))
}

#[test]
fn both_halves_of_a_key_are_found_and_know_each_other() {
    let key = Random::new(1).pair();
    let content = settings(&key);
    let scanned = scanner().scan(content.as_bytes(), "deploy/prod.env");
    assert!(scanned.is_complete());
    let id = by_rule(&scanned.findings, "aws-access-key-id");
    let secret = by_rule(&scanned.findings, "aws-secret-access-key");
    assert_eq!(scanned.findings.len(), 2);
    assert_eq!(id.aws_key_id(), Some(&key.id[..]));
    assert_eq!(secret.aws_key_id(), Some(&key.id[..]));
    assert_eq!(id.aws_account().map(str::len), Some(12));
    assert_eq!(secret.pair(), Some(id.fingerprint()));
    assert_eq!(
        (secret.severity(), secret.confidence()),
        (Severity::High, Confidence::High)
    );
    assert_eq!(secret.suppressed(), None);
    assert!(!secret.title().is_empty() && !secret.advice().is_empty() && !secret.description().is_empty());
    assert!(secret.link().starts_with("https://"));
    let place = &secret.occurrences()[0];
    assert_eq!((place.start.line, place.start.column), (3, 25));
    #[expect(clippy::disallowed_methods, reason = "the value is compared with what was planted")]
    let value = secret.secret().expose();
    assert!(value == key.secret.as_bytes());
}

/// What a log filter does with it: cut out of the content what must not be in it.
#[test]
fn spans_are_those_of_the_secret_in_the_content() {
    let key = Random::new(2).pair();
    let content = format!("# Größe 😀: {} und\r\n{}", key.secret, settings(&key));
    let scanned = scanner().scan(content.as_bytes(), "");
    let finding = by_rule(&scanned.findings, "aws-secret-access-key");
    let spans: Vec<_> = finding
        .occurrences()
        .iter()
        .flat_map(|place| place.span.clone())
        .collect();
    assert_eq!(spans.len(), 2, "{finding:?}");
    let mut redacted = content.clone();
    for span in finding
        .occurrences()
        .iter()
        .rev()
        .filter_map(|place| place.span.clone())
    {
        redacted.replace_range(span, &finding.secret().masked());
    }
    assert!(!redacted.contains(&key.secret));
    assert_eq!(redacted.matches("************").count(), 2);
}

#[test]
fn what_is_encoded_is_placed_where_the_encoded_text_stands() {
    let key = Random::new(3).pair();
    let inner = data_encoding::BASE64.encode(settings(&key).as_bytes());
    let content = format!("apiVersion: v1\ndata:\n  credentials: {inner}\n");
    let scanned = scanner().scan(content.as_bytes(), "secret.yaml");
    let place = &by_rule(&scanned.findings, "aws-secret-access-key").occurrences()[0];
    assert_eq!(place.via, ["base64 at line 3"]);
    let span = place.span.clone().expect("it stands in the text");
    assert!(inner.contains(&content[span.clone()]) && span.len() > 40, "{span:?}");
    // In UTF-16 no byte of the text is where it was.
    let wide: Vec<u8> = [0xFEFF]
        .into_iter()
        .chain(settings(&key).encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let scanned = scanner().scan(&wide, "a.txt");
    let place = &by_rule(&scanned.findings, "aws-secret-access-key").occurrences()[0];
    assert_eq!(
        (place.span.clone(), &place.via[..]),
        (None, &["utf-16le".to_owned()][..])
    );
}

#[test]
fn it_finds_what_the_program_finds_in_a_file() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut random = Random::new(4);
    let (key, other) = (random.pair(), random.pair());
    let password = random.class("A-Za-z0-9", 14);
    let files = [
        ("deploy/prod.env", settings(&key)),
        (
            "src/login.py",
            format!("password = \"{password}\"\nurl = \"postgres://app:{password}@db.internal/app\"\n"),
        ),
        (".pgpass", format!("db.internal:5432:app:app:{password}\n")),
        (
            "rootkey.csv",
            format!("Access key ID,Secret access key\n{},{}\n", other.id, other.secret),
        ),
        (
            "allowed.env",
            format!("secret = {} # keytrail:allow a test\n", other.secret),
        ),
    ];
    let scanner = scanner();
    for (path, content) in &files {
        let file = folder.path().join(path);
        fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        fs::write(file, content).expect("a file");
        let arguments = ["scan", path, "--min-confidence", "low", "--report", "json"];
        let report = run(folder.path(), &arguments).json();
        let ours = scanner.scan(content.as_bytes(), path).findings;
        assert!(!ours.is_empty(), "{path}");
        assert_eq!(told(&ours), said(&report), "{path}");
    }
}

/// What the library and a report both say of findings: fingerprint, rule, severity, confidence, first place, suppression.
type Said = Vec<(String, String, String, String, u64, u64, Option<String>)>;

fn told(findings: &[Finding]) -> Said {
    let mut told: Said = findings
        .iter()
        .map(|finding| {
            let start = finding.occurrences()[0].start;
            (
                finding.fingerprint(),
                finding.rule().to_owned(),
                finding.severity().as_str().to_owned(),
                finding.confidence().as_str().to_owned(),
                start.line.into(),
                start.column.into(),
                finding.suppressed().map(str::to_owned),
            )
        })
        .collect();
    told.sort();
    told
}

fn said(report: &Value) -> Said {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let mut said: Said = findings(report)
        .iter()
        .map(|finding| {
            let place = &finding["location"];
            (
                text(&finding["fingerprint"]),
                text(&finding["rule"]),
                text(&finding["severity"]),
                text(&finding["confidence"]),
                place["line"].as_u64().expect("a number"),
                place["column"].as_u64().expect("a number"),
                finding["suppressed"]["reason"].as_str().map(str::to_owned),
            )
        })
        .collect();
    said.sort();
    said
}

#[test]
fn markers_count_unless_they_are_a_strangers_and_end_when_they_say() {
    let secret = Random::new(5).pair().secret;
    let content = format!("aws_secret_access_key = {secret} # keytrail:allow until=2026-01-31 a test\n");
    let suppressed = |scanner: Scanner| {
        scanner.scan(content.as_bytes(), "a.env").findings[0]
            .suppressed()
            .is_some()
    };
    assert!(suppressed(scanner().as_of(1_769_000_000)));
    assert!(!suppressed(scanner().as_of(1_770_000_000)));
    assert!(!suppressed(scanner().as_of(1_769_000_000).without_markers()));
}

#[test]
fn rules_of_ones_own_stand_alone_or_beside_the_built_in_ones() {
    let rule = r#"
provider = "Acme"
[[rule]]
id = "acme-api-token"
title = "Acme API token"
kind = "token"
severity = "high"
literals = ["acme_live_"]
pattern = 'acme_live_([a-z0-9]{32})\b'
description = "It acts in the name of its account."
advice = "Revoke it."
link = "https://docs.acme.example/tokens"
matches = ['acme_live_<[a-z0-9]{32}>', 'a=acme_live_<[a-z0-9]{32}>', '"acme_live_<[a-z0-9]{32}>"']
rejects = ['acme_live_<[a-z0-9]{31}>', 'acme_test_<[a-z0-9]{32}>', 'acme_live_your_token_goes_here']
"#;
    let ours = || Rules::parse("acme.toml", rule).expect("it is a rules file");
    let mut random = Random::new(6);
    let token = format!("acme_live_{}", random.class("a-z0-9", 32));
    let content = settings(&random.pair()) + &token;
    let rules_found = |rules: Rules| {
        let scanner = Scanner::new(rules).expect("the rules fit together");
        scanner.scan(content.as_bytes(), "").findings.len()
    };
    assert_eq!(rules_found(ours()), 1);
    assert_eq!(rules_found(Rules::builtin().and(ours())), 3);
    let twice = Scanner::new(ours().and(ours())).err().expect("an id is taken");
    assert!(twice.to_string().contains("the id is taken"), "{twice}");
    let broken =
        Rules::parse("acme.toml", &rule.replace("([a-z0-9]{32})", "([a-z0-9]{32}")).expect_err("it does not compile");
    assert!(broken.to_string().starts_with("acme.toml"), "{broken}");
}

#[test]
fn what_could_not_be_read_is_told() {
    let content = settings(&Random::new(7).pair());
    let mut packed = archive::compress("gzip", content.as_bytes()).expect("gzip is installed");
    assert_eq!(scanner().scan(&packed, "a.gz").findings.len(), 2);
    packed.truncate(packed.len() / 2);
    let scanned = scanner().scan(&packed, "a.gz");
    assert!(!scanned.is_complete());
    assert_eq!(scanned.skips.len(), 1, "{:?}", scanned.skips);
}

#[test]
fn nothing_that_can_be_printed_holds_a_secret() {
    let key = Random::new(8).pair();
    let scanned = scanner().scan(settings(&key).as_bytes(), "a.env");
    let printed = format!("{scanned:?} {:#?}", scanned.findings);
    assert!(
        !printed.contains(&key.secret) && !printed.contains(&key.secret[4..36]),
        "{printed}"
    );
}

#[test]
fn one_scanner_serves_many_threads() {
    let scanner = scanner();
    let contents: Vec<String> = (10..18).map(|seed| settings(&Random::new(seed).pair())).collect();
    let alone: Vec<usize> = contents
        .iter()
        .map(|it| scanner.scan(it.as_bytes(), "").findings.len())
        .collect();
    let together: Vec<usize> = std::thread::scope(|scope| {
        let scan = |it: &'_ String| scanner.scan(it.as_bytes(), "").findings.len();
        let threads: Vec<_> = contents.iter().map(|it| scope.spawn(move || scan(it))).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("it ends"))
            .collect()
    });
    assert_eq!((alone, together), (vec![2; 8], vec![2; 8]));
}

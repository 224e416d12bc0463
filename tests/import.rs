//! Rules of gitleaks do here what they do there: their syntax, their conditions, and all of their default
//! configuration.

mod common;
#[path = "import/sample.rs"]
mod sample;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use common::program::{findings, run};
use common::random::Random;
use common::repo::TestRepo;
use keytrail::detect::Detectors;
use keytrail::import::{go_pattern, rules_of};
use keytrail::rules::file::Disk;
use keytrail::rules::{Matcher, RuleSet};
use sample::Sampler;
use serde_json::Value;
use tempfile::TempDir;

/// A configuration that says everything that gitleaks knows.
const CONFIG: &str = r#"
title = "ours"

[[allowlists]]
description = "not the samples"
paths = ['''(?:^|/)samples/''']

[[allowlists]]
targetRules = ["acme"]
condition = "AND"
regexTarget = "line"
regexes = ['''for-tests-only''']
paths = ['''\.txt$''']

[[rules]]
id = "acme"
description = "Acme key, which opens the gate"
regex = '''(?i)\bacme(?:[_-]|{x}){0,2}key['"]?\s{0,3}[=:]\s{0,3}['"]?((?-i:[A-Z]{2})[a-z0-9]{22})(?:['"\x60\s;]|\z)'''
keywords = ["ACME"]
entropy = 2.5
tags = ["gate", "acme"]
[[rules.allowlists]]
stopwords = ["SAMPLE"]

[[rules]]
id = "Second_Group"
regex = '''pair:([a-z]{8})/([a-z0-9]{20})'''
secretGroup = 2

[[rules]]
id = "of-some-files"
regex = '''zz[0-9]{30}'''
path = '''(?i)\.conf$'''
keywords = ["zz"]

[[rules]]
id = "anything"
regex = '''\b[0-9]{33}\b'''

[[rules]]
id = "both"
regex = '''user-[a-z0-9]{20}'''
[[rules.required]]
id = "half"
withinLines = 2

[[rules]]
id = "half"
regex = '''half-[a-z0-9]{20}'''
skipReport = true

[[rules]]
id = "a-name"
path = '''\.p12$'''
"#;

/// A folder with the configuration.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("gitleaks.toml"), CONFIG).expect("a file");
    fs::create_dir_all(folder.path().join("in/samples")).expect("a folder");
    folder
}

/// The rules found in each file with these texts, as `file rule` or `file rule suppressed`.
fn found(folder: &Path, files: &[(&str, String)]) -> BTreeSet<String> {
    for (name, text) in files {
        fs::write(folder.join("in").join(name), text).expect("a file");
    }
    let arguments = [
        "scan",
        "in",
        "--rules",
        "gitleaks.toml",
        "--no-builtin-rules",
        "--report",
        "json",
        "-q",
    ];
    said(&run(folder, &arguments).json())
}

fn said(report: &Value) -> BTreeSet<String> {
    findings(report)
        .iter()
        .flat_map(|finding| {
            let mark = if finding["suppressed"].is_null() {
                ""
            } else {
                " suppressed"
            };
            let rule = finding["rule"].as_str().expect("a rule").to_owned();
            let places = finding["occurrences"].as_array().into_iter().flatten();
            places
                .map(|place| place["path"].as_str().unwrap_or_default().to_owned())
                .chain([finding["location"]["path"].as_str().expect("a path").to_owned()])
                .map(move |path| format!("{} {rule}{mark}", path.trim_start_matches("in/")))
                .collect::<Vec<_>>()
        })
        .collect()
}

fn set(list: &[&str]) -> BTreeSet<String> {
    list.iter().map(|&text| text.to_owned()).collect()
}

#[test]
fn keywords_entropy_groups_and_lists_do_what_they_do_there() {
    let folder = folder();
    let mut random = Random::new(1);
    let mut acme = || format!("{}{}", random.class("A-Z", 2), random.class("a-z0-9", 22));
    let files = [
        ("plain.env", format!("acme_key = \"{}\"\n", acme())),
        ("case.env", format!("x\nAcmeKey: {}", acme())),
        ("brace.env", format!("ACME{{x}}key={};", acme())),
        ("low.env", format!("acme_key = {}{}\n", "AB", "ab".repeat(11))),
        (
            "stop.env",
            format!("acme_key = ZZ{}sample{}\n", random_tail(8), random_tail(8)),
        ),
        ("small.env", format!("acme_key = \"{}\"\n", acme().to_lowercase())),
        ("line.txt", format!("acme_key = \"{}\" # for-tests-only\n", acme())),
        ("line.env", format!("acme_key = \"{}\" # for-tests-only\n", acme())),
        ("samples/a.env", format!("acme_key = \"{}\"\n", acme())),
    ];
    assert_eq!(
        found(folder.path(), &files),
        set(&[
            "brace.env gitleaks-acme",
            "case.env gitleaks-acme",
            "line.env gitleaks-acme",
            "line.txt gitleaks-acme suppressed",
            "plain.env gitleaks-acme",
            "samples/a.env gitleaks-acme suppressed",
        ])
    );
}

fn random_tail(seed: u64) -> String {
    Random::new(seed).class("a-z0-9", 8)
}

#[test]
fn a_rule_may_be_for_some_paths_have_no_keyword_or_require_another() {
    let folder = folder();
    let mut random = Random::new(2);
    let mut word = |prefix: &str, class: &str, length| format!("{prefix}{}", random.class(class, length));
    let files = [
        ("group.md", format!("pair:abcdefgh/{}", word("", "a-z0-9", 20))),
        ("a.CONF", word("zz", "0-9", 30)),
        ("a.ini", word("zz", "0-9", 30)),
        ("digits", format!("no word at all {} here", word("", "0-9", 33))),
        (
            "near",
            format!("{}\n\n{}", word("half-", "a-z0-9", 20), word("user-", "a-z0-9", 20)),
        ),
        (
            "far",
            format!("{}\n\n\n{}", word("half-", "a-z0-9", 20), word("user-", "a-z0-9", 20)),
        ),
        ("alone", word("user-", "a-z0-9", 20)),
    ];
    assert_eq!(
        found(folder.path(), &files),
        set(&[
            "a.CONF gitleaks-of-some-files",
            "digits gitleaks-anything",
            "group.md gitleaks-second-group",
            "near gitleaks-both",
        ])
    );
}

#[test]
fn what_cannot_be_carried_over_is_said() {
    let folder = folder();
    let run = run(folder.path(), &["scan", "in", "--rules", "gitleaks.toml"]);
    assert!(
        run.err().contains(
            "not carried over: gitleaks.toml: line 52: rule \"gitleaks-a-name\": it is about file names alone"
        ),
        "{}",
        run.err()
    );
}

#[test]
fn a_file_that_is_no_configuration_is_refused() {
    let folder = folder();
    fs::write(folder.path().join("other.toml"), "[package]\nname = \"x\"\n").expect("a file");
    let refused = run(folder.path(), &["import", "gitleaks", "other.toml"]);
    assert_eq!((refused.code, refused.out().as_str()), (2, ""));
    assert!(
        refused.err().contains("other.toml: not a configuration of gitleaks"),
        "{}",
        refused.err()
    );
    fs::write(folder.path().join("default.toml"), "[extend]\nuseDefault = true\n").expect("a file");
    assert_eq!(run(folder.path(), &["import", "gitleaks", "default.toml"]).code, 0);
}

#[test]
fn reports_and_baselines_of_nothing_accept_nothing() {
    let folder = folder();
    fs::write(folder.path().join("in/a.txt"), "nothing").expect("a file");
    let nothing = [
        ("gitleaks-report", "[]"),
        ("gitleaks-report", "null"),
        ("detect-secrets", "{\"version\": \"1.5.0\", \"results\": {}}"),
    ];
    for (kind, text) in nothing {
        fs::write(folder.path().join("empty.json"), text).expect("a file");
        let _ = fs::remove_file(folder.path().join("out"));
        let carried = run(folder.path(), &["import", kind, "empty.json", "--output", "out"]);
        assert_eq!(carried.code, 0, "{kind}: {}", carried.err());
        assert!(carried.err().contains("carried over: 0 "), "{kind}: {}", carried.err());
        let flag = if kind == "detect-secrets" {
            "--config"
        } else {
            "--baseline"
        };
        let scanned = run(folder.path(), &["scan", "in", flag, "out", "--exit-zero"]);
        assert_eq!(scanned.code, 0, "{kind}: {}", scanned.err());
        let quiet = run(folder.path(), &["import", kind, "empty.json", "-q"]);
        assert_eq!(quiet.err().lines().count(), 1, "{kind}: {}", quiet.err());
    }
}

#[test]
fn a_file_extends_another_and_leaves_out_some_of_its_rules() {
    let folder = folder();
    fs::create_dir(folder.path().join("team")).expect("a folder");
    fs::write(
        folder.path().join("team/own.toml"),
        "[extend]\npath = \"../gitleaks.toml\"\ndisabledRules = [\"anything\", \"a-name\"]\n\
         [[Rules]]\nid = \"acme\"\nEntropy = 5\n[[rules]]\nid = \"new\"\nregex = 'new-[a-z]{9}'\n",
    )
    .expect("a file");
    let carried = rules_of(&folder.path().join("team/own.toml"), &Disk).expect("it is valid");
    let ids: Vec<&str> = carried.rules.iter().map(|rule| &*rule.id).collect();
    assert_eq!(
        ids,
        [
            "gitleaks-second-group",
            "gitleaks-acme",
            "gitleaks-both",
            "gitleaks-half",
            "gitleaks-new",
            "gitleaks-of-some-files"
        ]
    );
    let Matcher::Foreign(acme) = &carried.rules[1].matcher else {
        panic!("it is foreign");
    };
    assert_eq!(acme.entropy, Some(5.0));
    assert_eq!(acme.keywords, ["acme"]);
    assert_eq!(acme.allows.len(), 3, "its own, the file's, and the one that is for it");
}

#[test]
fn what_gitleaks_would_refuse_is_refused_with_its_place() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("gitleaks.toml");
    let refused = |text: &str| {
        fs::write(&path, text).expect("a file");
        rules_of(&path, &Disk).expect_err("it is wrong").to_string()
    };
    for (text, said) in [
        (
            "[[rules]]\nid = \"a\"\nregex = 'a(b'\n",
            "line 1: rule \"gitleaks-a\": the regex does not compile\n  cause: unclosed group, at character 2",
        ),
        (
            "\n[[rules]]\nid = \"a\"\nregex = 'abc'\nsecretGroup = 1\n",
            "line 2: rule \"gitleaks-a\": secretGroup is larger",
        ),
        ("[[rules]]\nid = \"a\"\n", "it has neither regex nor path"),
        (
            "[[rules]]\nid = \"a\"\nregex = 'abc'\n[[rules.allowlists]]\ncondition = \"XOR\"\npaths = ['a']\n",
            "allow list 1: its condition is neither AND nor OR",
        ),
        (
            "[[rules]]\nid = \"a\"\nregex = 'abc'\n[[rules.allowlists]]\n",
            "it names no commits, paths, regexes or stopwords",
        ),
        (
            "[[rules]]\nid = \"a\"\nregex = 'abc'\n[[rules.required]]\nid = \"b\"\n",
            "the rule that it requires is not there",
        ),
        ("[[rules]]\nregex = 'abc'\n", "line 1: rule 1: it has no id"),
        (
            "[[rules]]\nid = \"a\"\nregex = 5\n",
            "line 1: rule 1: not valid here: expected a string",
        ),
        (
            "[extend]\nuseDefault = true\npath = 'x'\n",
            "it extends both the default and a file",
        ),
        ("[[rules]\n", "not a rules file\n  cause: line 1:"),
        ("a = 1\n", "not a rules file"),
    ] {
        let error = refused(text);
        assert!(error.contains(said), "{text}\n{error}");
        assert!(error.contains("hint: "), "{error}");
    }
}

/// Edits of a file that hold secrets of every kind of rule, stored as deltas.
#[test]
fn a_history_read_by_deltas_or_by_memo_gives_what_whole_versions_give() {
    let repo = TestRepo::new();
    fs::write(repo.beside("gitleaks.toml"), CONFIG).expect("a file");
    let mut random = Random::new(3);
    let mut lines: Vec<String> = (0..300).map(|_| random.class("a-z =:", 50)).collect();
    for version in 0..12 {
        for _ in 0..6 {
            let at = random.below(lines.len() as u64) as usize;
            let line = match random.below(8) {
                0 => format!("acme_key = {}{}", random.class("A-Z", 2), random.class("a-z0-9", 22)),
                1 => format!("pair:abcdefgh/{}", random.class("a-z0-9", 20)),
                2 => format!("zz{}", random.class("0-9", 30)),
                3 => random.class("0-9", 33),
                4 => format!("half-{}", random.class("a-z0-9", 20)),
                5 => format!("user-{}", random.class("a-z0-9", 20)),
                6 => "acme zz pair: user- half-".to_owned(),
                _ => random.class("a-z", 10),
            };
            match random.below(3) {
                0 => lines[at] = line,
                1 => lines.insert(at, line),
                _ => lines[at] += &line,
            }
        }
        repo.commit_file(if version % 3 == 0 { "a.conf" } else { "b.env" }, lines.join("\n"));
    }
    repo.git(&["gc", "-q", "--aggressive"]);
    let rules = repo.beside("gitleaks.toml");
    let rules = rules.to_str().expect("a plain path");
    let memo = repo.beside("memo");
    let memo = memo.to_str().expect("a plain path");
    let history = |more: &[&str]| {
        let all = [
            &[
                "history",
                "--rules",
                rules,
                "--report",
                "json",
                "-q",
                "--as-of",
                "2026-01-01T00:00:00Z",
            ],
            more,
        ]
        .concat();
        run(&repo.path(), &all).out()
    };
    let whole = history(&["--no-delta", "--jobs", "1"]);
    let rules_found: BTreeSet<String> = said(&serde_json::from_str(&whole).expect("JSON"))
        .iter()
        .map(|said| said.split(' ').nth(1).expect("a rule").to_owned())
        .collect();
    for rule in ["acme", "second-group", "of-some-files", "anything", "both"] {
        assert!(
            rules_found.contains(&format!("gitleaks-{rule}")),
            "{rule}: {rules_found:?}"
        );
    }
    assert_eq!(history(&[]), whole);
    assert_eq!(history(&["--memo", memo]), whole);
    repo.commit_file("c.env", format!("pair:abcdefgh/{}", random.class("a-z0-9", 20)));
    assert_eq!(history(&["--memo", memo]), history(&["--no-delta"]));
    let without = run(&repo.path(), &["history", "--memo", memo, "--report", "json", "-q"]);
    assert!(
        !without.out().contains("gitleaks-"),
        "a memo of other rules is of no use"
    );
}

/// Set KEYTRAIL_GITLEAKS_CONFIG to gitleaks' `config/gitleaks.toml`.
#[test]
#[ignore = "needs gitleaks' default configuration, which is not part of this repository"]
fn every_rule_of_the_default_configuration_finds_what_its_pattern_means() {
    let path = std::env::var_os("KEYTRAIL_GITLEAKS_CONFIG").expect("KEYTRAIL_GITLEAKS_CONFIG names it");
    let carried = rules_of(Path::new(&path), &Disk).expect("all of it is understood");
    let text = fs::read_to_string(&path).expect("it was read");
    let table: toml::Table = toml::from_str(&text).expect("TOML");
    let patterns: Vec<(String, String, String)> = table["rules"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|rule| {
            let text = |key: &str| rule.get(key)?.as_str().map(str::to_owned);
            Some((text("id")?, text("regex")?, rule["keywords"][0].as_str()?.to_owned()))
        })
        .collect();
    assert_eq!(carried.rules.len(), patterns.len());
    let detectors =
        Detectors::new(&RuleSet::new(carried.rules).expect("ids are unique")).map_err(|error| error.to_string());
    let detectors = detectors.expect("they are complete");
    let (mut all, mut silent) = (0, Vec::new());
    for (id, pattern, keyword) in &patterns {
        let sampler = Sampler::new(&go_pattern::translate(pattern));
        let ours = format!("gitleaks-{id}");
        let times = (0..40).filter(|seed| {
            let mut random = Random::new(*seed);
            let text = [
                format!("# {keyword}\n").as_bytes(),
                &sampler.draw(&mut random),
                b"\ny = 2\n",
            ]
            .concat();
            detectors
                .scan(&text)
                .candidates
                .iter()
                .any(|candidate| candidate.rule.id == ours)
        });
        let times = times.count();
        all += times;
        if times == 0 {
            silent.push(id);
        }
    }
    assert!(silent.is_empty(), "{silent:?}");
    let texts = 40 * patterns.len();
    assert!(
        all * 100 > texts * 95,
        "{all} of {texts} texts are found; some are plain or allowed"
    );
}

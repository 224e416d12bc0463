//! `keytrail rules`, and a run with rules of one's own: what is listed, checked, tried and refused.

mod common;

use std::fs;
use std::path::Path;

use common::program::{Run, findings, run, run_with_input};
use common::random::Random;
use tempfile::TempDir;

/// A rules file; `change` is made to its text.
fn acme(change: impl Fn(String) -> String) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let text = r#"provider = "Acme"

[[rule]]
id = "acme-token"
title = "Acme token"
kind = "token"
severity = "critical"
literals = ["acme_live_"]
pattern = 'acme_live_([a-z0-9]{32})\b'
description = "It acts in the name of its account."
advice = "Revoke it."
link = "https://acme.example/tokens"
matches = ['x = acme_live_<[a-z0-9]{32}>', '"acme_live_<[a-z0-9]{32}>"']
rejects = ['acme_live_<[a-z0-9]{31}>', 'acme_test_<[a-z0-9]{32}>']
"#;
    fs::write(folder.path().join("acme.toml"), change(text.to_owned())).expect("a file");
    folder
}

fn same(text: String) -> String {
    text
}

fn token(seed: u64) -> String {
    format!("acme_live_{}", Random::new(seed).class("a-z0-9", 32))
}

fn assert_has(run: &Run, code: i32, parts: &[&str]) {
    let all = run.out() + &run.err();
    assert_eq!(run.code, code, "{all}");
    for part in parts {
        assert!(all.contains(part), "no {part:?} in\n{all}");
    }
}

#[test]
fn rules_of_ones_own_are_added_or_stand_alone() {
    let folder = acme(same);
    let aws = Random::new(1).pair();
    let text = format!("value {}\nid = {}\n", token(2), aws.id);
    fs::write(folder.path().join("a.env"), text).expect("a file");
    let rules = |more: &[&str]| {
        let all = [&["scan", "a.env", "--report", "json", "-q"], more].concat();
        let mut rules: Vec<String> = findings(&run(folder.path(), &all).json())
            .iter()
            .map(|finding| finding["rule"].as_str().expect("a rule").to_owned())
            .collect();
        rules.sort();
        rules
    };
    assert_eq!(rules(&[]), ["aws-access-key-id"]);
    assert_eq!(rules(&["--rules", "acme.toml"]), ["acme-token", "aws-access-key-id"]);
    assert_eq!(rules(&["--rules", "acme.toml", "--no-builtin-rules"]), ["acme-token"]);
    assert_eq!(
        rules(&["--rules", "acme.toml", "--skip-rule", "acme-token"]),
        ["aws-access-key-id"]
    );
    assert_eq!(rules(&["--rules", "acme.toml", "--rule", "acme-token"]), ["acme-token"]);
    fs::write(
        folder.path().join("settings.toml"),
        "[rules]\nrules = [\"acme.toml\"]\nskip_rule = [\"aws-access-key-id\"]\n",
    )
    .expect("a file");
    assert_eq!(rules(&["--config", "settings.toml"]), ["acme-token"]);
}

#[test]
fn a_choice_that_means_nothing_stops_the_run() {
    let folder = acme(same);
    let scan = |more: &[&str]| run(folder.path(), &[&["scan", "."], more].concat());
    assert_has(
        &scan(&["--rule", "nothing-such"]),
        2,
        &["--rule nothing-such: there is no such rule", "keytrail rules list"],
    );
    assert_has(
        &scan(&["--skip-rule", "nothing-such"]),
        2,
        &["--skip-rule nothing-such"],
    );
    assert_has(&scan(&["--no-builtin-rules"]), 2, &["no rule is left", "--rules FILE"]);
    assert_has(
        &scan(&["--rules", "missing.toml"]),
        2,
        &["missing.toml: the file cannot be read"],
    );
    assert_has(
        &scan(&["--rules", "acme.toml", "--rules", "acme.toml"]),
        2,
        &["the id is taken by a rule of acme.toml"],
    );
}

#[test]
fn what_is_wrong_is_told_with_file_line_rule_and_remedy() {
    type Change = fn(String) -> String;
    let cases: &[(Change, &str)] = &[
        (
            |text| text.replace("severity = \"critical\"", "severity = \"grave\""),
            "line 7: not valid here: expected one of `info`",
        ),
        (|text| text.replace("title =", "titel ="), "line 5: unknown key `titel`"),
        (
            |text| text.replace("advice = \"Revoke it.\"\n", ""),
            "line 3: missing key `advice`",
        ),
        (
            |text| text.replace("\"Revoke it.\"", "\" \""),
            "line 4: rule \"acme-token\": advice is empty",
        ),
        (
            |text| text.replace("{32})\\b'", "{32}\\b'"),
            "rule \"acme-token\": the pattern does not compile\n  cause: unclosed group, at character 11",
        ),
        (
            |text| text.replace("literals = [\"acme_live_\"]\n", ""),
            "a pattern needs either literals or names",
        ),
        (
            |text| text.replace("[\"acme_live_\"]", "[\"ac\"]"),
            "literals has one of fewer than 3 characters",
        ),
        (
            |text| text.replace("kind = \"token\"", "kind = \"key\""),
            "there is no such kind",
        ),
        (|text| text.replace("https://acme", "acme"), "link is not an address"),
        (
            |text| text.replace("id = \"acme-token\"", "id = \"Acme Token\""),
            "line 4: rule 1: the id is not kebab-case",
        ),
        (
            |text| text.replace("pattern = '", "detector = 'pem'\npattern = '"),
            "needs either detector or pattern",
        ),
        (
            |text| {
                text.replace(
                    "literals = [\"acme_live_\"]\npattern = 'acme_live_([a-z0-9]{32})\\b'",
                    "detector = 'pem'",
                )
            },
            "its detector is that of rule \"private-key\"",
        ),
        (
            |text| {
                text.replace(
                    "literals = [\"acme_live_\"]\npattern = 'acme_live_([a-z0-9]{32})\\b'",
                    "detector = 'nothing'",
                )
            },
            "no detector \"nothing\"",
        ),
        (
            |text| text.replace("literals", "checksum = \"md5\"\nliterals"),
            "no checksum \"md5\"",
        ),
        (
            |text| text.replace("id = \"acme-token\"", "id = \"aws-access-key-id\""),
            "the id is taken by a rule of aws.toml",
        ),
        (
            |text| text.replace("rejects = [", "rejects = [] # ["),
            "there are no examples",
        ),
        (|text| text + "[[rule]]\n", "missing key"),
        (|_| "provider = \"\"\n".to_owned(), "provider is empty"),
        (|_| "AWS_SECRET=abc\n".to_owned(), "not a rules file"),
    ];
    for (change, said) in cases {
        let folder = acme(change);
        for arguments in [
            &["rules", "check", "acme.toml"][..],
            &["scan", ".", "--rules", "acme.toml"],
        ] {
            let run = run(folder.path(), arguments);
            assert_has(&run, 2, &[said, "acme.toml: ", "hint: "]);
        }
    }
}

#[test]
fn check_tries_the_examples() {
    assert_has(
        &check(acme(same).path()),
        0,
        &["acme.toml: 1 rule, 4 examples: all is right"],
    );
    let folder = acme(|text| {
        text.replace("<[a-z0-9]{31}>", "<[a-z0-9]{32}>")
            .replace("'x = acme_live_", "'x = acme_life_")
    });
    assert_has(
        &check(folder.path()),
        2,
        &[
            "acme.toml: line 4: rule \"acme-token\": matches, number 1: not found 20 times of 20",
            "acme.toml: line 4: rule \"acme-token\": rejects, number 1: found 20 times of 20",
            "2 things are not right",
        ],
    );
    let folder = acme(|text| text.replace("<[a-z0-9]{31}>", "<[a-z0-9"));
    assert_has(
        &check(folder.path()),
        2,
        &["rejects, number 1: the recipe cannot be understood: a class ends in ]"],
    );
}

fn check(folder: &Path) -> Run {
    run(folder, &["rules", "check", "acme.toml"])
}

#[test]
fn test_says_which_rule_matches_where_and_masks() {
    let folder = acme(same);
    let secret = token(3);
    let text = format!("one\n  token: {secret}\n");
    let piped = run_with_input(folder.path(), &["rules", "test", "acme.toml"], text.as_bytes());
    assert_has(&piped, 1, &["standard input:2:20: acme-token: "]);
    assert!(!piped.out().contains(&secret[10..26]), "{}", piped.out());
    fs::write(folder.path().join("a.txt"), text).expect("a file");
    assert_has(
        &run(folder.path(), &["rules", "test", "acme.toml", "a.txt"]),
        1,
        &["a.txt:2:20: acme-token: "],
    );
    assert_has(
        &run_with_input(folder.path(), &["rules", "test", "acme.toml"], b"none"),
        0,
        &["no rule matches"],
    );
}

#[test]
fn list_and_show_tell_all_of_a_rule() {
    let folder = acme(same);
    let list = run(folder.path(), &["rules", "list", "--rules", "acme.toml"]);
    assert_has(&list, 0, &["acme-token", "aws-access-key-id", "critical"]);
    let json = run(
        folder.path(),
        &[
            "rules",
            "list",
            "--rules",
            "acme.toml",
            "--no-builtin-rules",
            "--report",
            "json",
        ],
    )
    .json();
    assert_eq!(json["rules"].as_array().expect("a list").len(), 1);
    assert_eq!(json["rules"][0]["id"], "acme-token");
    let show = run(folder.path(), &["rules", "show", "acme-token", "--rules", "acme.toml"]);
    assert_has(
        &show,
        0,
        &[
            "acme_live_<[a-z0-9]{31}>",
            "Revoke it.",
            "precedence  50",
            "pattern     acme_live_",
        ],
    );
    let json = run(
        folder.path(),
        &[
            "rules",
            "show",
            "acme-token",
            "--rules",
            "acme.toml",
            "--report",
            "json",
        ],
    )
    .json();
    assert_eq!(json["literals"][0], "acme_live_");
    assert_has(
        &run(folder.path(), &["rules", "show", "nothing"]),
        2,
        &["there is no such rule"],
    );
}

#[test]
fn a_file_of_secrets_named_by_mistake_is_not_quoted() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let secret = Random::new(4).class("A-Za-z0-9", 40);
    for text in [
        format!("AWS_SECRET={secret}\n"),
        format!("{secret} = 1\n"),
        format!("provider = \"x\"\n{secret} = \"{secret}\"\n"),
        format!("provider = \"x\"\n[[rule]]\nid = \"{secret}\"\ntitle = \"{secret}\"\n"),
        format!("provider = \"x\"\n[[rule]]\nseverity = \"{secret}\"\n"),
        format!("provider = [\"{secret}\"]\n"),
        format!("[[rules]]\nid = \"a\"\nregex = \"{secret}(\"\n"),
        format!("[[rules]]\nid = \"a\"\nkeywords = \"{secret}\"\n"),
        format!("[[rules]]\nid = \"a\"\nregex = \"ab{{9}}c\"\n{secret} = 1\n"),
        format!("rules = \"{secret}\"\n"),
        format!("provider = \"{secret}\n"),
        secret.clone(),
    ] {
        fs::write(folder.path().join("rules.toml"), &text).expect("a file");
        for arguments in [
            &["rules", "check", "rules.toml"][..],
            &["scan", "rules.toml", "-q", "--rules", "rules.toml"],
            &["rules", "test", "rules.toml", "rules.toml"],
        ] {
            let run = run(folder.path(), arguments);
            let all = run.out() + &run.err();
            assert!(
                !all.contains(&secret[..12]) && !all.contains(&secret[28..]),
                "{text}\n{all}"
            );
        }
    }
}

//! `keytrail rules pages`: a page for each rule, all linked, the same in every run, and nothing in them that looks like a key.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use keytrail::rules::RuleSet;
use serde_json::Value;
use tempfile::TempDir;

use crate::common::program::{findings, run};

/// The files of a folder, sorted.
fn files(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    entries
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("a plain name")
        })
        .collect()
}

fn written(folder: &TempDir, name: &str, more: &[&str]) -> BTreeSet<String> {
    let ran = run(folder.path(), &[&["rules", "pages", name], more].concat());
    assert_eq!((ran.code, ran.out()), (0, String::new()), "{}", ran.err());
    files(&folder.path().join(name))
}

#[test]
fn there_is_a_page_for_each_rule_and_an_index_that_leads_to_all() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let written = written(&folder, "a/rules", &[]);
    let rules = RuleSet::builtin().expect("rules");
    let mut wanted: BTreeSet<String> = rules.iter().map(|rule| format!("{}.md", rule.id)).collect();
    wanted.insert("README.md".to_owned());
    assert_eq!(written, wanted);

    let read = |file: &str| fs::read_to_string(folder.path().join("a/rules").join(file)).expect("a page");
    let leads_to = |text: &str| -> BTreeSet<String> {
        let targets = text.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
        let pages = targets.filter(|(target, _)| target.ends_with(".md"));
        pages.map(|(target, _)| target.to_owned()).collect()
    };
    let mut listed = leads_to(&read("README.md"));
    listed.insert("README.md".to_owned());
    assert_eq!(listed, wanted);
    for rule in rules.iter() {
        let page = read(&format!("{}.md", rule.id));
        assert_eq!(leads_to(&page), ["README.md".to_owned()].into(), "{}", rule.id);
        for part in [
            "## What to do",
            "## How it is recognised",
            "```text\n",
            &*rule.about.link,
        ] {
            assert!(page.contains(part), "{}: no {part}", rule.id);
        }
    }

    let again = self::written(&folder, "b", &[]);
    assert!(
        again
            .iter()
            .all(|file| fs::read_to_string(folder.path().join("b").join(file)).expect("a page") == read(file))
    );
    let scanned = run(folder.path(), &["scan", "b", "--report", "json", "--quiet"]).json();
    let places = |finding: &Value| format!("{}: {}", finding["rule"], finding["location"]["path"]);
    let open = findings(&scanned)
        .iter()
        .filter(|finding| finding["suppressed"].is_null());
    let open: Vec<String> = open.map(places).collect();
    assert_eq!(open, [""; 0], "an example looks like a secret");
    assert!(scanned["complete"].as_bool().expect("a word"));
}

#[test]
fn what_strangers_wrote_into_a_rule_is_no_markup() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let text = r#"provider = "A | B <i>"

[[rule]]
id = "acme-token"
title = "Acme [token](x) <b>"
kind = "token"
severity = "high"
literals = ["acme_live_"]
pattern = 'acme_live_([a-z0-9]{32})\b|`'
description = "It opens `acme` and <script>."
advice = "Revoke it."
link = "https://acme.example/a>b"
matches = ['x = acme_live_<[a-z0-9]{32}> ```']
rejects = ['acme_live_']
"#;
    fs::write(folder.path().join("acme.toml"), text).expect("a file");
    let written = written(&folder, "pages", &["--rules", "acme.toml", "--no-builtin-rules"]);
    assert_eq!(written.len(), 2);
    let page = fs::read_to_string(folder.path().join("pages/acme-token.md")).expect("a page");
    for part in [
        "# Acme \\[token\\](x) &lt;b&gt;\n",
        "It opens `acme` and &lt;script&gt;.",
        "| provider | A \\| B &lt;i&gt; |",
        "`https://acme.example/a>b`",
        "\n````text\nx = acme_live_... ```\n````\n",
    ] {
        assert!(page.contains(part), "no {part}\n{page}");
    }
}

#[test]
fn a_folder_that_cannot_be_written_to_is_said() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("file"), "").expect("a file");
    let ran = run(folder.path(), &["rules", "pages", "file"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err().contains("not all pages could be written"), "{}", ran.err());
}

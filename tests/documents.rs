//! The documents about settings and questions: every command in them works, and every setting is in them.

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;

use common::random::{Pair, Random};
use common::repo::TestRepo;
use keytrail::config::SCHEMA;
use serde_json::Value;

const DOCUMENTS: [&str; 2] = ["docs/configuration.md", "docs/faq.md"];

fn text(document: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(document)).expect("the document")
}

/// The commands of a document, block by block.
fn blocks(text: &str) -> Vec<Vec<&str>> {
    let blocks = text.split("```sh\n").skip(1);
    let blocks = blocks.map(|rest| rest.split("```").next().unwrap_or_default());
    blocks.map(|block| block.lines().collect()).collect()
}

/// A repository such as the documents speak of, with a key in its last commit.
fn repository(key: &Pair) -> TestRepo {
    let repo = TestRepo::new();
    let rules = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/README.md")).expect("it");
    let example = rules
        .split("```toml\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next());
    repo.write("acme.toml", example.expect("the format has an example"));
    repo.write(
        "gitleaks.toml",
        "[[rules]]\nid = \"acme\"\nregex = 'acme-[a-z0-9]{24}'\nkeywords = ['acme']\n",
    );
    repo.write(".secrets.baseline", "{\"version\": \"1.5.0\", \"results\": {}}");
    repo.commit("begin");
    let text = format!(
        "aws_access_key_id = {}\naws_secret_access_key = {}\n",
        key.id, key.secret
    );
    repo.write("deploy.env", text);
    repo.commit("add a key");
    repo.write("src/main.py", "import os\n");
    repo
}

#[test]
fn every_command_works_and_shows_no_secret() {
    let program = Path::new(env!("CARGO_BIN_EXE_keytrail"));
    let path = std::env::var("PATH").unwrap_or_default();
    let path = format!("{}:{path}", program.parent().expect("a folder").display());
    let mut ran = 0;
    for document in DOCUMENTS {
        let text = text(document);
        for block in blocks(&text) {
            let key = Random::new(67).pair();
            let repo = repository(&key);
            for line in block {
                let mut command = Command::new("bash");
                command.args(["-o", "pipefail", "-c", line]).current_dir(repo.path());
                command.env_clear().env("PATH", &path).env("HOME", repo.beside("app"));
                let output = command.output().expect("bash runs");
                let out = String::from_utf8_lossy(&output.stdout);
                let err = String::from_utf8_lossy(&output.stderr);
                assert!(
                    matches!(output.status.code(), Some(0 | 1)),
                    "{document}: {line}\n{out}\n{err}"
                );
                assert!(!err.contains("error: "), "{document}: {line}\n{err}");
                assert!(!out.contains(&key.secret), "{document}: {line}");
                ran += usize::from(line.starts_with("keytrail "));
            }
        }
    }
    assert!(ran > 20, "{ran}");
}

#[test]
fn every_setting_is_documented_with_its_default() {
    let text = text("docs/configuration.md");
    let schema: Value = serde_json::from_str(SCHEMA).expect("it is JSON");
    let tables = schema["properties"].as_object().expect("tables");
    for (table, of) in tables {
        let of = if table == "allow" { &of["items"] } else { of };
        for (key, setting) in of["properties"].as_object().expect("keys") {
            let row = text.lines().find(|line| line.starts_with(&format!("| `{key}` |")));
            let row = row.unwrap_or_else(|| panic!("{table}.{key} is not in docs/configuration.md"));
            let default = &setting["default"];
            assert!(
                default.is_null() || row.contains(&format!("`{default}`")),
                "{row}: {default}"
            );
        }
    }
}

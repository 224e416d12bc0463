//! Settings: which there are, which of them holds, and that `config show` says who said so.

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use common::program::{Run, finish, keytrail};
use keytrail::config::{Config, SCHEMA};
use keytrail::decode::limits;
use serde_json::{Value, json};
use tempfile::TempDir;

fn schema() -> Value {
    serde_json::from_str(SCHEMA).expect("it is JSON")
}

/// The keys that a table takes, as the error of a wrong one lists them.
fn keys_of(table: &str) -> BTreeSet<String> {
    let header = if table == "allow" {
        "[[allow]]".to_owned()
    } else {
        format!("[{table}]")
    };
    let error = Config::parse("x", format!("{header}\nnonsense = 1\n").as_bytes()).expect_err("there is no such key");
    let error = error.to_string();
    let expected = error
        .lines()
        .find(|line| line.contains("expected"))
        .expect("it lists them")
        .to_owned();
    let quoted = expected
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|word| *word != "nonsense");
    quoted.map(str::to_owned).collect()
}

#[test]
fn the_schema_has_every_setting_and_no_other() {
    let schema = schema();
    let tables = schema["properties"].as_object().expect("tables");
    for (table, of) in tables {
        let of = if table == "allow" { &of["items"] } else { of };
        let described: BTreeSet<String> = of["properties"].as_object().expect("keys").keys().cloned().collect();
        assert_eq!(described, keys_of(table), "[{table}]");
    }
    let error = Config::parse("x", b"[nonsense]\n")
        .expect_err("there is no such table")
        .to_string();
    tables
        .keys()
        .for_each(|table| assert!(error.contains(&format!("`{table}`")), "{error}"));
    let source = &tables["source"]["properties"];
    assert_eq!(source["max_archive_depth"]["default"], limits::DEPTH);
    assert_eq!(source["max_decode_depth"]["maximum"], limits::DEEPEST);
}

#[test]
fn the_schema_and_the_reader_agree() {
    let validator = jsonschema::validator_for(&schema()).expect("a schema");
    let good = "[source]\njobs = 2\nmax_decode_depth = 0\n[rules]\nskip_rule = [\"private-key\"]\n[report]\nmin_confidence = \"low\"\nverbose = 1\n\
                [suppress]\nbaseline = \"b\"\n[[allow]]\npath = [\"a/\", \"*.lock\"]\nuntil = \"2027-01-31\"\nreason = \"tests\"\n";
    let bad = [
        "[source]\njobs = \"x\"\n",
        "[source]\nspeed = 3\n",
        "[report]\nmin_confidence = \"no\"\n",
        "[report]\nverbose = true\n",
        "[keys]\nkeys_from = \"one.csv\"\n",
        "[[allow]]\nreason = \"everything\"\n",
        "[[allow]]\npath = \"a\"\n",
        "[other]\n",
    ];
    let valid = |text: &str| {
        let table: toml::Table = toml::from_str(text).expect("it is TOML");
        validator.is_valid(&serde_json::to_value(table).expect("it is JSON"))
    };
    assert!(valid(good) && Config::parse("x", good.as_bytes()).is_ok());
    for text in bad {
        assert!(!valid(text), "{text}");
        assert!(Config::parse("x", text.as_bytes()).is_err(), "{text}");
    }
}

/// A folder with a file of its own, one that is named, and one of the person, who is at home there.
fn layered() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |path: &str, text: &str| {
        let file = folder.path().join(path);
        fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        fs::write(file, text).expect("a file");
    };
    write(
        "app/.keytrail.toml",
        "[report]\nmin_confidence = \"low\"\nfail_on = \"high\"\n[source]\njobs = 3\n[suppress]\nbaseline = \"b\"\n[[allow]]\npath = \"a\"\nreason = \"r\"\n",
    );
    write(
        "named.toml",
        "[report]\nmin_confidence = \"high\"\n[source]\nmax_decode_depth = 0\n",
    );
    write(
        ".config/keytrail/config.toml",
        "[report]\nfail_on = \"low\"\ncolor = \"never\"\nverbose = 1\n[source]\njobs = 4\n",
    );
    folder
}

fn show(folder: &Path, arguments: &[&str]) -> Run {
    let mut command = keytrail(folder);
    finish(command.args(["config", "show"]).args(arguments))
}

#[test]
fn the_first_that_says_something_holds_and_is_named() {
    let folder = layered();
    let run = show(
        folder.path(),
        &["app", "--json", "--config", "named.toml", "--jobs", "2", "--exit-zero"],
    );
    assert_eq!((run.code, run.err().as_str()), (0, ""));
    let shown = run.json();
    let baseline = Path::new("app/b").display().to_string();
    for (table, key, value, from) in [
        ("source", "jobs", json!(2), "flag"),
        ("report", "exit_zero", json!(true), "flag"),
        ("report", "min_confidence", json!("high"), "config"),
        ("source", "max_decode_depth", json!(0), "config"),
        ("report", "fail_on", json!("high"), "repository"),
        ("suppress", "baseline", json!(baseline), "repository"),
        ("report", "color", json!("never"), "person"),
        ("report", "verbose", json!(1), "person"),
        ("source", "max_archive_depth", json!(6), "default"),
        ("keys", "policy", Value::Null, "default"),
    ] {
        assert_eq!(
            shown["settings"][table][key],
            json!({"value": value, "from": from}),
            "{table}.{key}"
        );
    }
    let files = shown["files"].as_array().expect("a list");
    let read: Vec<(&str, bool)> = files
        .iter()
        .map(|file| (file["from"].as_str().expect("a word"), file["read"] == true))
        .collect();
    assert_eq!(read, [("config", true), ("repository", true), ("person", true)]);
    assert_eq!(files[1]["allow_entries"], 1);
    // Without the repository's own file the next one speaks.
    let shown = show(folder.path(), &["app", "--json", "--no-repo-config"]).json();
    assert_eq!(
        shown["settings"]["report"]["fail_on"],
        json!({"value": "low", "from": "person"})
    );
    assert_eq!(shown["files"][1]["read"], false);
}

#[test]
fn what_is_shown_to_people_is_a_settings_file_again() {
    let folder = layered();
    let run = finish(
        keytrail(folder.path())
            .args(["config", "show", "app", "--rule", "private-key"])
            .env("NO_COLOR", "1"),
    );
    let text = run.out();
    for part in [
        "app/.keytrail.toml\n",
        "config.toml\n",
        "#   --config        none\n",
        "#   $NO_COLOR       no colour\n",
        "fail_on = \"high\"                  # .keytrail.toml\n",
        "rule = [\"private-key\"]            # the command line\n",
        "color = \"never\"                   # your own\n",
        "min_confidence = \"low\"            # .keytrail.toml\n",
        "max_archive_depth = 6             # default\n",
        "# policy =                        # not set\n",
        "# [[allow]]: 1 entries of .keytrail.toml\n",
    ] {
        assert!(text.contains(part), "{part:?} is not in\n{text}");
    }
    // As a file that is named it says the same, whatever the others say.
    fs::write(folder.path().join("again.toml"), &text).expect("a file");
    let again = show(folder.path(), &["app", "--json", "--config", "again.toml"]).json();
    for (table, key) in [
        ("report", "fail_on"),
        ("source", "jobs"),
        ("rules", "rule"),
        ("suppress", "baseline"),
    ] {
        assert_eq!(again["settings"][table][key]["from"], "config", "{table}.{key}");
    }
    let without = show(
        folder.path(),
        &["app", "--json", "--config", "again.toml", "--no-repo-config"],
    )
    .json();
    assert_eq!(without["settings"], again["settings"]);
}

#[test]
fn a_file_of_a_stranger_neither_writes_to_the_terminal_nor_says_what_a_click_does() {
    let folder = tempfile::tempdir().expect("a folder");
    let own = folder.path().join(".keytrail.toml");
    fs::write(&own, "[rules]\nskip_rule = [\"a\\u001b[2Jb\\u202e\"]\n").expect("a file");
    let run = show(folder.path(), &[]);
    assert_eq!(run.code, 0, "{}", run.err());
    assert!(run.out().contains("\\u001b[2Jb\\u{202e}"), "{}", run.out());
    assert!(!run.out().contains('\u{1b}'));
    fs::write(&own, "[report]\nhyperlink_format = \"x-run:{path}\"\n").expect("a file");
    let run = finish(keytrail(folder.path()).args(["scan", "."]));
    assert_eq!(run.code, 2);
    assert!(
        run.err()
            .contains("report.hyperlink_format: a repository's own file may not say this"),
        "{}",
        run.err()
    );
}

#[test]
fn what_is_wrong_is_said_as_by_a_scan_and_the_schema_is_printed() {
    let folder = layered();
    let run = show(folder.path(), &["--config", "none.toml"]);
    assert_eq!(run.code, 2);
    assert!(
        run.err().contains("none.toml: the settings file cannot be read"),
        "{}",
        run.err()
    );
    let run = show(folder.path(), &["nowhere"]);
    assert_eq!(run.code, 2);
    assert!(run.err().contains("nowhere: there is no such file"), "{}", run.err());
    let run = finish(keytrail(folder.path()).args(["schema", "config"]));
    assert_eq!(run.json(), schema());
}

//! gitleaks' form, as its own tables have it and as our import reads it.

use std::collections::HashSet;

use keytrail::report::Format;

use super::common::program;
use super::common::random::Random;
use super::common::repo::TestRepo;
use super::document;
use super::report_samples as samples;

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
            assert_eq!(leak["Match"], leak["Secret"], "{name}");
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

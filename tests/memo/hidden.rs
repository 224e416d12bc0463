//! Findings that a report counts and does not show are not read again, and reports are the same.

use std::fs;

use keytrail::origin::ObjectId;

use crate::audited::Audited;
use crate::common::repo::damage;

/// A password in a file of texts, where it is of low confidence, and another in code as well, where it is not. Returns
/// the first file's object.
fn add_passwords(audited: &mut Audited) -> ObjectId {
    let (one, other) = (audited.password(), audited.password());
    let body = |password: &str| format!("{{\"password\": \"{password}\"}}\n");
    audited.repo.commit_file("i18n/de.json", body(&one));
    audited.repo.commit_file("i18n/fr.json", body(&other));
    audited.repo.commit_file("app.py", format!("password = \"{other}\"\n"));
    audited.repo.id("HEAD:i18n/de.json")
}

fn counts(audited: &Audited) -> (usize, u64) {
    let report: serde_json::Value = serde_json::from_str(&audited.history(None, "json").out()).expect("a report");
    let below = report["stats"]["below_confidence"].as_u64().expect("a number");
    (report["findings"].as_array().expect("a list").len(), below)
}

#[test]
fn what_is_not_shown_is_counted_and_not_read() {
    let mut audited = Audited::new(70);
    let low = add_passwords(&mut audited);
    assert_eq!(
        counts(&audited),
        (1, 2),
        "one is shown, and both are doubted in a file of texts"
    );
    assert_eq!(audited.check("first"), "");
    audited.check_formats("nothing new");
    audited.assert_untold();
    let memo = fs::read(audited.memo()).expect("a memo");
    let whole = audited.history(None, "json").out();
    damage(&audited.repo.loose(&low), |bytes| bytes.truncate(6));
    assert_eq!(audited.history(Some(&audited.memo()), "json").out(), whole);
    assert_ne!(audited.history(None, "json").out(), whole);
    assert_eq!(fs::read(audited.memo()).expect("a memo"), memo);
}

/// What hides a finding is asked of each run, not of the one that made the memo.
#[test]
fn a_report_that_shows_more_reads_more() {
    let mut audited = Audited::new(71);
    add_passwords(&mut audited);
    audited.check("first");
    for flags in [
        &["--min-confidence=low"][..],
        &["--min-confidence=high"],
        &["--min-confidence=medium", "--no-inline-allow"],
        &["--show-secrets"],
    ] {
        assert_eq!(audited.check_with("nothing new", flags), "", "{flags:?}");
    }
    let baseline = audited.repo.beside("baseline").display().to_string();
    let run = crate::program::run(
        &audited.repo.path(),
        &["baseline", "create", &baseline, ".", "--history"],
    );
    assert!(run.code < 2, "{}", run.err());
    let flag = format!("--baseline={baseline}");
    assert_eq!(audited.check_with("accepted", &[&flag]), "");
    audited
        .repo
        .write(".keytrail.toml", "[[allow]]\npath = 'i18n/*'\nreason = 'texts'\n");
    assert_eq!(audited.check("allowed by path"), "");
}

/// A new path, a marker and a value's other place change what is shown.
#[test]
fn what_comes_later_shows_what_was_hidden() {
    let mut audited = Audited::new(72);
    add_passwords(&mut audited);
    audited.check("first");
    let repo = |audited: &Audited, arguments: &[&str]| {
        audited.repo.git(arguments);
    };
    repo(&audited, &["mv", "i18n/de.json", "settings.json"]);
    repo(&audited, &["commit", "-q", "-m", "moved"]);
    for what in ["moved", "moved, nothing new"] {
        assert_eq!(audited.check(what), "");
    }
    let password = audited.password();
    let line = |marker: &str| format!("password = \"{password}\" {marker}\n");
    for (path, marker) in [
        ("i18n/a.properties", "# keytrail:allow texts"),
        ("i18n/b.properties", ""),
        ("c.properties", "# keytrail:allow until=2025-01-31 old"),
        ("d.properties", "# keytrail:allow mine"),
    ] {
        audited.repo.commit_file(path, line(marker));
        for what in ["a marker", "a marker, nothing new"] {
            assert_eq!(audited.check(what), "", "{path}");
        }
    }
    audited.check_formats("markers");
}

/// Of a secret in the name of a ref nothing is kept, not even together with other names.
#[test]
fn a_secret_in_the_name_of_a_ref_is_told_each_time() {
    let mut audited = Audited::new(73);
    add_passwords(&mut audited);
    let name = format!("ghp_{}", audited.random.class("A-Za-z0-9", 36));
    audited.repo.git(&["branch", &name]);
    for what in ["first", "again", "and again"] {
        assert_eq!(audited.check(what), "");
    }
    audited.repo.git(&["branch", "-q", "-D", &name]);
    for what in ["away", "still away"] {
        assert_eq!(audited.check(what), "");
    }
}

/// Everything in packs, with thousands of names: the ids of one pack are compared at once.
#[test]
fn one_pack_and_its_memo_are_compared_at_once() {
    let mut audited = Audited::new(74);
    add_passwords(&mut audited);
    audited.repo.git(&["gc", "-q"]);
    for what in ["first", "nothing new"] {
        assert_eq!(audited.check(what), "");
    }
    audited.check_formats("packed");
    audited.repo.commit_file("more", "nothing\n");
    for what in ["one more", "nothing new"] {
        assert_eq!(audited.check(what), "");
    }
    audited.repo.git(&["gc", "-q"]);
    assert_eq!(audited.check("packed again"), "");
}

/// A service's token is shown wherever it stands, and an id alone is doubted among tests: no score says so.
#[test]
fn what_has_no_score_is_told_as_it_is() {
    let mut audited = Audited::new(75);
    let token = format!("glpat-{}", audited.random.class("A-Za-z0-9", 20));
    audited
        .repo
        .commit_file("node_modules/a/b.js", format!("let a = '{token}'\n"));
    assert_eq!(counts(&audited), (1, 0), "it was issued");
    let id = format!("AKID{}", audited.random.class("A-Za-z0-9", 32));
    for path in ["tests/id.txt", "id.txt"] {
        audited.repo.commit_file(path, format!("id {id}\n"));
        for what in ["one more", "nothing new"] {
            assert_eq!(audited.check(what), "", "{path}");
        }
    }
    audited.check_formats("unscored");
}

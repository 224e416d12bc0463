//! Policies: the presets, the published schema, what is refused and how, and which setting does as which tool.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;

use keytrail::finding::age::{Made, VerdictKind};
use keytrail::keys::policy::{PRESETS, SCHEMA};
use keytrail::keys::{Age, Case, Key, LastUse, Owner, Policy, Status, judge};
use serde_json::Value;

const DAY: i64 = 86_400;
/// 2026-11-22T00:00:00Z
const NOW: i64 = 1_795_305_600;

/// The policy that the page about keys shows.
fn example() -> String {
    let page = include_str!("../docs/keys.md");
    let (_, rest) = page.split_once("```toml\nversion = 1\n").unwrap();
    format!("version = 1\n{}", rest.split_once("```").unwrap().0)
}

/// A policy as the schema sees it: dates are text there.
fn json(text: &str) -> Option<Value> {
    fn value(toml: toml::Value) -> Value {
        match toml {
            toml::Value::Datetime(time) => time.to_string().into(),
            toml::Value::Array(list) => list.into_iter().map(value).collect(),
            toml::Value::Table(table) => table.into_iter().map(|(key, it)| (key, value(it))).collect(),
            other => serde_json::to_value(other).unwrap(),
        }
    }
    Some(value(toml::Value::Table(toml::from_str(text).ok()?)))
}

fn is_valid(text: &str) -> bool {
    let schema = serde_json::from_str(SCHEMA).unwrap();
    let options = jsonschema::options().should_validate_formats(true);
    json(text).is_some_and(|policy| options.build(&schema).unwrap().is_valid(&policy))
}

#[test]
fn the_schema_accepts_the_presets_and_the_example() {
    for (name, text) in PRESETS {
        assert!(is_valid(text), "{name}");
        let policy = Policy::preset(name).unwrap();
        assert!(
            policy.title.is_some() && !policy.sources.is_empty(),
            "{name} says where it is from"
        );
        assert_eq!(Policy::load(name).unwrap(), policy);
    }
    assert!(is_valid(&example()));
    let policy = Policy::parse("ours.toml", &example()).unwrap();
    assert_eq!(policy.overrides[0].limits.max_age_days, Some(365));
    assert_eq!(policy.defaults.inactive_delete_after_days, Some(90));
    assert_eq!(
        Policy::preset("cis-v3").unwrap().defaults.inactive_delete_after_days,
        None
    );
    assert_eq!(policy.exceptions[0].ends, 1_801_440_000, "the end of the day");
    assert_eq!(policy.fail.len(), 8);
}

#[test]
fn presets_keep_to_their_documents() {
    let preset = |name: &str| Policy::preset(name).unwrap().defaults;
    assert_eq!(preset("cis-v1.4").max_active_keys, Some(1));
    assert_eq!(preset("cis-v3"), preset("cis-v1.4"));
    assert_eq!(preset("cis-v7").max_active_keys, None);
    assert_eq!(preset("cis-v7").unused_days, Some(45));
    assert_eq!(preset("aws-config").unused_days, Some(90));
    assert!(!preset("aws-config").age_of_root_keys);
    assert_eq!(preset("trusted-advisor").max_age_days, Some(730));
    assert_eq!(preset("trusted-advisor").warn_age_days, Some(91));
    assert_eq!(preset("pci-dss-4").unused_days, Some(90));
}

/// What is wrong, its line, a part of the message; and whether a schema can see it.
#[test]
fn what_is_wrong_is_named_with_line_key_and_remedy() {
    let exception = "[[exception]]\nmatch = { user = \"x\" }\nignore = [\"EXPIRED\"]\n";
    let cases: &[(&str, &str, bool)] = &[
        (
            "[defaults]\nmax_age = 90",
            "line 3: max_age: there is no such key",
            true,
        ),
        (
            "[defaults]\nmax_age_days = \"soon\"",
            "line 3: max_age_days: not valid here: expected a whole number",
            true,
        ),
        (
            "[defaults]\nmax_age_days = -1",
            "line 3: max_age_days: not valid here: expected a whole number",
            true,
        ),
        (
            "[defaults]\nforbid_root_keys = 1",
            "line 3: forbid_root_keys: not valid here: expected a boolean",
            true,
        ),
        (
            "[defaults]\nboundary = \"before\"",
            "line 3: boundary: not valid here: expected `after` or `at`",
            true,
        ),
        (
            "[defaults]\n\nwarn_age_days = 91",
            "line 4: warn_age_days: 91 comes after max_age_days, 90",
            false,
        ),
        (
            "[defaults]\nnever_used = \"pass\"\nnever_used_grace_days = 3",
            "line 4: never_used_grace_days: there is no grace",
            false,
        ),
        (
            "[defaults]\nmatch = { user = \"x\" }",
            "match: [defaults] are for every key",
            true,
        ),
        ("[accounts]\nallow = [\"12345\"]", "line 3: that is no account id", true),
        (
            "[accounts]\nallow = [123456789012]",
            "line 3: allow: not valid here: expected a string",
            true,
        ),
        ("extends = \"cis-v9\"", "line 2: extends: there is no such preset", true),
        ("fail = [\"LATE\"]", "line 2: there is no such verdict", true),
        ("[[override]]\nmax_age_days = 1", "line 2: match: it is missing", true),
        ("[[override]]\nmatch = {}", "line 3: match: it names nothing", true),
        (
            "[[override]]\nmatch = { user = \"x\" }\nmax_report_age_hours = 3",
            "line 4: max_report_age_hours: a report is of all keys",
            true,
        ),
        (
            "[[override]]\nmatch = { key = \"not/an id\" }",
            "line 3: key: that is no access key id",
            true,
        ),
        (
            &format!("{exception}owner = \"a\"\nexpires = 2027-01-01"),
            "missing field `reason`",
            true,
        ),
        (
            &format!("{exception}reason = \"a\"\nexpires = 2027-01-01"),
            "missing field `owner`",
            true,
        ),
        (
            &format!("{exception}reason = \"a\"\nowner = \"a\""),
            "missing field `expires`",
            true,
        ),
        (
            &format!("{exception}reason = \" \"\nowner = \"a\"\nexpires = 2027-01-01"),
            "line 5: reason: it is empty",
            true,
        ),
        (
            &format!("{exception}reason = \"a\"\nowner = \"a\"\nexpires = \"2027-02-30\""),
            "line 7: expires: not valid here: expected a day",
            true,
        ),
        (
            &format!("{exception}reason = \"a\"\nowner = \"a\"\nexpires = 1"),
            "line 7: expires: not valid here: expected a day",
            true,
        ),
        ("[defaults", "line 2: ", false),
    ];
    for (text, expected, in_schema) in cases {
        let text = format!("version = 1\n{text}\n");
        let error = Policy::parse("ours.toml", &text).unwrap_err().to_string();
        assert!(error.contains(expected), "{text}\n{error}");
        assert!(error.contains("ours.toml") && error.contains("hint: "), "{error}");
        if *in_schema {
            assert!(!is_valid(&text), "the schema accepts: {text}");
        }
    }
    for text in ["", "version = 2"] {
        assert!(Policy::parse("ours.toml", text).is_err() && !is_valid(text));
    }
    let error = Policy::load("no-such-thing").unwrap_err().to_string();
    assert!(error.contains("cis-v3"), "{error}");
}

#[test]
fn a_file_of_secrets_named_by_mistake_is_not_quoted() {
    let secret = "x7Kq".repeat(10);
    for text in [
        format!("version = 1\n{secret} = 1"),
        format!("version = 1\nfail = [\"{secret}\"]"),
        format!("version = 1\n[defaults]\nmax_age_days = \"{secret}\""),
        format!("[default]\naws_secret_access_key = {secret}"),
        format!("version = 1\n[[exception]]\nexpires = \"{secret}\""),
        format!("version = \"{secret}\""),
    ] {
        let error = Policy::parse("credentials", &text).unwrap_err().to_string();
        assert!(!error.contains(&secret[..8]), "{error}");
    }
}

/// A key of a user: days since it was made and last used (`None`: never).
fn key(status: Status, owner: Owner, made: i64, used: Option<i64>) -> Case {
    let at = Some(NOW - made * DAY);
    let last_use = used.map_or(LastUse::Never, |days| LastUse::At {
        time: NOW - days * DAY,
        service: None,
        region: None,
        address: None,
    });
    Case {
        key: Key {
            id: None,
            slot: Some(1),
            account: None,
            owner: Some(owner),
            tags: BTreeMap::new(),
            status,
            created: at,
            rotated: at,
            seen: None,
            last_use,
            quarantine: None,
            sources: vec!["test".to_owned()],
        },
        age: Age {
            made: Made {
                earliest: at,
                latest: at,
            },
            ..Age::default()
        },
        exposed: None,
    }
}

/// Which settings give the answers of which tool, at the edges where tools differ (their sources: `Prowler
/// iam_rotate_access_key_90_days` and `iam_user_accesskey_unused`; Powerpipe `iam_user_access_key_age_90`,
/// `…unused_credentials_45` and `…access_key_unused_45`; ScoutSuite `iam-user-no-key-rotation`; AWS Config
/// `access-keys-rotated`; Cloud Custodian `value_type: age, value: 90` on `iam-user`).
#[test]
fn settings_reproduce_other_tools_at_their_edges() {
    use VerdictKind::{DeleteInactive, Expired, NeverUsed, Unused};
    let ann = || Owner::User {
        name: "ann".to_owned(),
        path: None,
        arn: None,
    };
    let active = |made, used| key(Status::Active, ann(), made, used);
    let inactive = |made| key(Status::Inactive, ann(), made, None);
    let root = |made| key(Status::Active, Owner::Root, made, Some(0));
    let prowler = "never_used = \"pass\"\nunused_days = 45";
    let powerpipe_age = "boundary = \"at\"";
    let powerpipe_unused = "unused_boundary = \"at\"";
    let powerpipe_key_unused = "unused_boundary = \"at\"\nnever_used = \"fail\"";
    let scout = "age_of_inactive_keys = \"warn\"";
    let config = "age_of_root_keys = false";
    let custodian = "boundary = \"at\"\nage_of_inactive_keys = \"fail\"\ninactive_delete_after_days = 180";
    // Tool, settings, key, verdict, whether it is there, whether it fails.
    let table: &[(&str, &str, Case, VerdictKind, bool, bool)] = &[
        ("Prowler", prowler, active(90, Some(0)), Expired, false, false),
        ("Prowler", prowler, active(91, Some(0)), Expired, true, true),
        ("Prowler", prowler, inactive(400), Expired, false, false),
        ("Prowler", prowler, active(60, Some(45)), Unused, false, false),
        ("Prowler", prowler, active(60, Some(46)), Unused, true, true),
        ("Prowler", prowler, active(80, None), NeverUsed, false, false),
        ("Prowler", prowler, root(91), Expired, true, true),
        ("Powerpipe", powerpipe_age, active(89, Some(0)), Expired, false, false),
        ("Powerpipe", powerpipe_age, active(90, Some(0)), Expired, true, true),
        ("Powerpipe", powerpipe_age, inactive(400), Expired, false, false),
        (
            "Powerpipe",
            powerpipe_unused,
            active(60, Some(44)),
            Unused,
            false,
            false,
        ),
        ("Powerpipe", powerpipe_unused, active(60, Some(45)), Unused, true, true),
        ("Powerpipe", powerpipe_unused, active(44, None), NeverUsed, false, false),
        ("Powerpipe", powerpipe_unused, active(45, None), NeverUsed, true, true),
        (
            "Powerpipe",
            powerpipe_key_unused,
            active(1, None),
            NeverUsed,
            true,
            true,
        ),
        ("ScoutSuite", scout, active(90, Some(0)), Expired, false, false),
        ("ScoutSuite", scout, active(91, Some(0)), Expired, true, true),
        ("ScoutSuite", scout, inactive(90), Expired, false, false),
        ("ScoutSuite", scout, inactive(91), Expired, true, false),
        ("AWS Config", config, active(90, Some(0)), Expired, false, false),
        ("AWS Config", config, active(91, Some(0)), Expired, true, true),
        ("AWS Config", config, inactive(400), Expired, false, false),
        ("AWS Config", config, root(400), Expired, false, false),
        ("Cloud Custodian", custodian, active(90, Some(0)), Expired, true, true),
        ("Cloud Custodian", custodian, inactive(90), Expired, true, true),
        (
            "Cloud Custodian",
            custodian,
            inactive(179),
            DeleteInactive,
            false,
            false,
        ),
        ("Cloud Custodian", custodian, inactive(180), DeleteInactive, true, false),
    ];
    for (row, (tool, settings, case, kind, there, fails)) in table.iter().enumerate() {
        let policy = Policy::parse("test", &format!("version = 1\n[defaults]\n{settings}\n")).unwrap();
        let judged = judge(&policy, std::slice::from_ref(case), NOW).remove(0);
        let verdict = judged.verdicts.iter().find(|verdict| verdict.kind == *kind);
        assert_eq!(
            verdict.is_some(),
            *there,
            "row {row}: {tool} {kind:?} {:?}",
            judged.verdicts
        );
        assert_eq!(
            verdict.is_some_and(|verdict| verdict.fails),
            *fails,
            "row {row}: {tool}"
        );
    }
}

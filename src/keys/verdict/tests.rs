//! Every verdict at both sides of its boundary, to the second.

mod found;

use super::*;
use crate::finding::age::{Bound, Evidence, EvidenceKind, Made};
use crate::keys::{Age, Exposed, Key, LastUse};

const DAY: i64 = 86_400;
/// 2026-11-22T00:00:00Z
const NOW: i64 = 1_795_305_600;

fn key(status: Status) -> Key {
    Key {
        id: Some("the-key".to_owned()),
        slot: None,
        account: Some("123456789012".to_owned()),
        owner: Some(Owner::User {
            name: "ann".to_owned(),
            path: Some("/team/".to_owned()),
            arn: None,
        }),
        tags: BTreeMap::new(),
        status,
        created: None,
        rotated: None,
        seen: None,
        last_use: used(0),
        quarantine: None,
        sources: vec!["test".to_owned()],
    }
}

fn used(days: i64) -> LastUse {
    LastUse::At {
        time: NOW - days * DAY,
        service: None,
        region: None,
        address: None,
    }
}

/// A key that was certainly made so many seconds ago.
fn made(seconds: i64) -> Case {
    let at = Some(NOW - seconds);
    Case {
        key: Key {
            created: at,
            ..key(Status::Active)
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

fn at_least(seconds: i64) -> Case {
    let mut case = made(seconds);
    case.key.created = None;
    case.age.made.earliest = None;
    case.age.evidence = vec![Evidence {
        kind: EvidenceKind::Introduced,
        bound: Bound::MadeBy,
        at: NOW - seconds,
        source: "commit 0123".to_owned(),
    }];
    case
}

fn policy(text: &str) -> Policy {
    Policy::parse("test", &format!("version = 1\n{text}")).expect("a good policy")
}

fn kinds_of(policy: &Policy, cases: &[Case]) -> Vec<Vec<&'static str>> {
    let judged = judge(policy, cases, NOW);
    judged
        .iter()
        .map(|judged| judged.verdicts.iter().map(|verdict| verdict.kind.as_str()).collect())
        .collect()
}

fn kinds(text: &str, case: Case) -> String {
    kinds_of(&policy(text), &[case]).remove(0).join(" ")
}

fn says(text: &str, case: Case) -> String {
    judge(&policy(text), &[case], NOW)[0].verdicts[0].says.clone()
}

#[test]
fn a_key_expires_after_its_last_day_or_on_it() {
    for (seconds, after, at) in [
        (89 * DAY, "DUE_SOON", "DUE_SOON"),
        (90 * DAY - 1, "DUE_SOON", "DUE_SOON"),
        (90 * DAY, "DUE_SOON", "EXPIRED"),
        (91 * DAY - 1, "DUE_SOON", "EXPIRED"),
        (91 * DAY, "EXPIRED", "EXPIRED"),
    ] {
        assert_eq!(kinds("", made(seconds)), after, "{seconds}");
        assert_eq!(kinds("[defaults]\nboundary = \"at\"", made(seconds)), at, "{seconds}");
    }
    assert_eq!(kinds("", made(75 * DAY - 1)), "OK");
    assert_eq!(kinds("", made(75 * DAY)), "DUE_SOON");
    assert_eq!(says("", made(91 * DAY)), "91 days old, the limit is 90");
    assert_eq!(says("", made(89 * DAY)), "89 days old, over the limit of 90 in 2 days");
    assert_eq!(says("", made(DAY)), "1 day old, the limit is 90");
}

#[test]
fn history_proves_too_old_and_never_young_enough() {
    assert_eq!(kinds("", at_least(91 * DAY)), "EXPIRED");
    assert_eq!(kinds("", at_least(91 * DAY - 1)), "UNKNOWN_AGE DUE_SOON");
    assert_eq!(kinds("", at_least(DAY)), "UNKNOWN_AGE");
    assert_eq!(
        says("", at_least(91 * DAY)),
        "at least 91 days old (there since 2026-08-23, commit 0123), the limit is 90"
    );
    let mut nothing = at_least(0);
    nothing.age = Age::default();
    assert_eq!(kinds("", nothing), "UNKNOWN_AGE");
    let mut between = at_least(10 * DAY);
    between.age.made.earliest = Some(NOW - 91 * DAY);
    assert_eq!(kinds("", between.clone()), "UNKNOWN_AGE");
    assert_eq!(says("", between.clone()), "between 10 and 91 days old, the limit is 90");
    between.age.made.earliest = Some(NOW - 90 * DAY);
    assert_eq!(kinds("", between), "OK");
}

#[test]
fn last_rotated_counts_as_creation_only_if_it_is_trusted_and_nothing_is_older() {
    let mut case = at_least(10 * DAY);
    case.key.rotated = case.age.made.latest;
    assert_eq!(kinds("", case.clone()), "OK");
    assert_eq!(
        kinds("[defaults]\ntrust_last_rotated = false", case.clone()),
        "UNKNOWN_AGE"
    );
    case.age.made.latest = Some(NOW - 11 * DAY);
    assert_eq!(kinds("", case), "UNKNOWN_AGE");
}

#[test]
fn an_unused_key_is_seen_at_its_boundary() {
    for (days, after, at) in [(44, "OK", "OK"), (45, "OK", "UNUSED"), (46, "UNUSED", "UNUSED")] {
        let mut case = made(60 * DAY);
        case.key.last_use = used(days);
        assert_eq!(kinds("", case.clone()), after, "{days}");
        assert_eq!(kinds("[defaults]\nunused_boundary = \"at\"", case), at, "{days}");
    }
    let mut case = made(60 * DAY);
    case.key.last_use = LastUse::At {
        time: NOW - 46 * DAY + 1,
        service: None,
        region: None,
        address: None,
    };
    assert_eq!(kinds("", case), "OK");
}

#[test]
fn a_key_never_used_has_a_grace() {
    for (days, grace, at) in [
        (44, "OK", "OK"),
        (45, "OK", "NEVER_USED"),
        (46, "NEVER_USED", "NEVER_USED"),
    ] {
        let mut case = made(days * DAY);
        case.key.last_use = LastUse::Never;
        assert_eq!(kinds("", case.clone()), grace, "{days}");
        assert_eq!(
            kinds("[defaults]\nunused_boundary = \"at\"", case.clone()),
            at,
            "{days}"
        );
        assert_eq!(kinds("[defaults]\nnever_used = \"pass\"", case.clone()), "OK");
        assert_eq!(kinds("[defaults]\nnever_used = \"fail\"", case), "NEVER_USED");
    }
    let mut case = at_least(10 * DAY);
    case.key.last_use = LastUse::Never;
    assert_eq!(kinds("", case), "UNKNOWN_AGE UNKNOWN_USE");
}

#[test]
fn use_that_nobody_tells_is_unknown_and_not_fine() {
    for (days, expected) in [(45, "OK"), (46, "UNKNOWN_USE")] {
        let mut case = made(days * DAY);
        case.key.last_use = LastUse::Unknown;
        assert_eq!(kinds("", case.clone()), expected);
        assert_eq!(kinds("[defaults]\nunused_days = \"off\"", case), "OK");
    }
    let mut case = made(50 * DAY);
    case.key.last_use = LastUse::Unknown;
    assert!(judge(&Policy::default(), &[case], NOW)[0].fails());
}

/// Two active keys of one user, so many days old.
fn two(old: i64, young: i64) -> [Case; 2] {
    let mut second = made(young * DAY);
    second.key.id = Some("the-younger".to_owned());
    [made(old * DAY), second]
}

#[test]
fn a_second_key_is_fine_while_it_takes_over() {
    let judge_two = |text: &str, cases: &[Case]| kinds_of(&policy(text), cases);
    for (young, expected) in [(13, "ROTATING"), (14, "ROTATING"), (15, "TOO_MANY_ACTIVE")] {
        let found = judge_two("", &two(60, young));
        assert_eq!(found, [[expected], [expected]], "{young}");
    }
    assert_eq!(
        judge_two("[defaults]\nmax_active_keys = 2", &two(60, 50)),
        [["OK"], ["OK"]]
    );
    let strict = "[defaults]\nrotation_overlap_days = 0";
    assert_eq!(judge_two(strict, &two(60, 1))[0], ["TOO_MANY_ACTIVE"]);
    let says = &judge(&Policy::default(), &two(60, 3), NOW)[0].verdicts[0].says;
    assert_eq!(
        says,
        "rotation in progress: the-younger is 3 days old; old key last used on 2026-11-22"
    );
    let mut other_user = two(60, 50);
    other_user[1].key.owner = Some(Owner::Root);
    assert_eq!(judge_two("", &other_user)[0], ["OK"]);
    let mut inactive = two(60, 50);
    inactive[1].key.status = Status::Inactive;
    assert_eq!(judge_two("", &inactive), [["OK"], ["INACTIVE"]]);
    let unknown = [made(60 * DAY), at_least(3 * DAY)];
    assert_eq!(judge_two("", &unknown)[0], ["TOO_MANY_ACTIVE"]);
}

#[test]
fn inactive_keys_are_to_be_deleted_some_day() {
    for (days, expected) in [(89, "INACTIVE"), (90, "INACTIVE"), (91, "DELETE_INACTIVE INACTIVE")] {
        let mut case = made(200 * DAY);
        case.key.status = Status::Inactive;
        case.key.last_use = used(days);
        assert_eq!(kinds("", case), expected, "{days}");
    }
    let mut case = made(91 * DAY);
    case.key.status = Status::Inactive;
    case.key.last_use = LastUse::Never;
    let warn = policy("[defaults]\nage_of_inactive_keys = \"warn\"");
    let judged = judge(&warn, std::slice::from_ref(&case), NOW).remove(0);
    assert!(judged.has(VerdictKind::Expired) && !judged.fails());
    let fail = policy("[defaults]\nage_of_inactive_keys = \"fail\"");
    assert!(judge(&fail, &[case], NOW)[0].fails());
}

#[test]
fn root_keys_and_quarantined_ones() {
    let mut case = made(DAY);
    case.key.owner = Some(Owner::Root);
    assert_eq!(kinds("", case.clone()), "ROOT_KEY");
    assert_eq!(kinds("[defaults]\nforbid_root_keys = false", case), "OK");
    let mut old = made(400 * DAY);
    old.key.owner = Some(Owner::Root);
    assert_eq!(kinds("", old.clone()), "ROOT_KEY EXPIRED");
    assert_eq!(kinds("[defaults]\nage_of_root_keys = false", old), "ROOT_KEY");
    let mut case = made(DAY);
    case.key.quarantine = Some("AWSCompromisedKeyQuarantineV3".to_owned());
    assert_eq!(kinds("", case), "QUARANTINED");
}

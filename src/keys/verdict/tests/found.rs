//! Keys that were found in code, keys of others, and what a policy takes back.

use super::*;

fn found(mut case: Case) -> Case {
    case.exposed = Some(Exposed {
        place: "prod.env".to_owned(),
        more_places: 1,
        since: Some(NOW - 5 * DAY),
        ..Exposed::default()
    });
    case
}

#[test]
fn a_found_key_is_exposed_whatever_its_age() {
    for (status, expected) in [
        (Status::Active, "EXPOSED"),
        (Status::Unknown, "EXPOSED"),
        (Status::Inactive, "EXPOSED_INACTIVE INACTIVE"),
        (Status::Deleted, "EXPOSED_DELETED"),
    ] {
        let mut case = found(made(10 * DAY));
        case.key.status = status;
        assert_eq!(kinds("", case), expected);
    }
    assert_eq!(
        says("", found(made(10 * DAY))),
        "found in prod.env and 1 more place, in history since 2026-11-17; it is active, and was used since: \
         last used on 2026-11-22"
    );
    let warned = policy("[defaults]\nleaked = \"warn\"");
    assert!(!judge(&warned, &[found(made(DAY))], NOW)[0].fails());
    let mut session = found(made(DAY));
    session.key.id = Some("ASIA".to_owned());
    session.key.status = Status::Unknown;
    assert_eq!(kinds("", session.clone()), "EXPOSED");
    session.exposed.as_mut().expect("it was found").ended = Some(NOW - 1);
    assert_eq!(kinds("", session.clone()), "EXPOSED_INACTIVE");
    session.exposed.as_mut().expect("it was found").ended = Some(NOW);
    assert_eq!(kinds("", session), "EXPOSED");
}

#[test]
fn keys_of_others_and_traps_are_foreign() {
    let ours = "[accounts]\nallow = [\"123456789012\"]";
    let others = "[accounts]\nallow = [\"111122223333\"]";
    assert_eq!(kinds(ours, found(made(DAY))), "EXPOSED");
    assert_eq!(kinds(others, found(made(400 * DAY))), "FOREIGN");
    let mut trap = found(made(DAY));
    trap.exposed.as_mut().expect("it was found").canary = Some("Thinkst".to_owned());
    assert_eq!(kinds("", trap.clone()), "FOREIGN");
    assert_eq!(says("", trap), "its account sets traps (Thinkst): do not try it");
}

#[test]
fn what_cannot_be_is_said_and_not_believed() {
    let mut future = at_least(0);
    future.age = Age {
        doubts: vec!["made in the future".to_owned()],
        ..Age::default()
    };
    assert_eq!(kinds("", future), "BAD_DATA UNKNOWN_AGE");
    assert_eq!(kinds("", made(-DAY)), "UNKNOWN_AGE");
}

#[test]
fn overrides_replace_limits_and_the_first_wins() {
    let text = "[[override]]\nmatch = { user = \"a*\", path = \"/team/\" }\nmax_age_days = 365\n\
                [[override]]\nmatch = { user = \"ann\" }\nmax_age_days = 1\n";
    assert_eq!(kinds(text, made(300 * DAY)), "DUE_SOON");
    assert_eq!(kinds(text, made(366 * DAY)), "EXPIRED");
    let text = "[[override]]\nmatch = { tag = { rotation = \"year*\" } }\nmax_age_days = 365\n";
    let mut case = made(100 * DAY);
    assert_eq!(kinds(text, case.clone()), "EXPIRED");
    case.key.tags.insert("rotation".to_owned(), "yearly".to_owned());
    assert_eq!(kinds(text, case), "DUE_SOON");
}

#[test]
fn an_exception_holds_through_its_last_day() {
    let exception = |day: &str| {
        policy(&format!(
            "[[exception]]\nmatch = {{ key = \"the_key\" }}\nignore = [\"EXPIRED\"]\nreason = \"vendor\"\nowner = \"sec\"\n\
             expires = {day}\n"
        ))
    };
    let mut case = made(400 * DAY);
    case.key.id = Some("the_key".to_owned());
    // NOW is the first second of 2026-11-22.
    for (day, expected, fails) in [
        ("2026-11-22", ["EXPIRED", "EXCEPTED"], false),
        ("2026-11-21", ["EXPIRED", "EXCEPTION_EXPIRED"], true),
    ] {
        let judged = judge(&exception(day), std::slice::from_ref(&case), NOW).remove(0);
        let kinds: Vec<_> = judged.verdicts.iter().map(|verdict| verdict.kind.as_str()).collect();
        assert_eq!(kinds, expected);
        assert_eq!(judged.fails(), fails);
    }
    let mut young = made(DAY);
    young.key.id = Some("the_key".to_owned());
    assert_eq!(kinds_of(&exception("2026-11-21"), &[young])[0], ["OK"]);
}

#[test]
fn an_old_format_is_forbidden_by_itself() {
    let mut case = at_least(7 * DAY);
    case.age.evidence[0].kind = EvidenceKind::OldFormat;
    assert_eq!(kinds("[defaults]\nmax_age_days = \"off\"", case.clone()), "EXPIRED");
    let fine = "[defaults]\nmax_age_days = \"off\"\nforbid_old_format = false";
    assert_eq!(kinds(fine, case), "OK");
}

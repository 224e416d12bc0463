//! The built-in rules: every file is built in, every pattern compiles, every example does what it says.

mod common;

use std::collections::BTreeSet;
use std::path::Path;

use common::random::Random;
use common::recipe;
use keytrail::detect::Detectors;
use keytrail::rules::{BUILTIN, Matcher, RuleSet};
use keytrail::scan::examine;

/// How many texts are made of each recipe.
const SEEDS: u64 = 20;

fn rules() -> RuleSet {
    RuleSet::builtin().expect("the built-in rules are valid")
}

#[test]
fn every_rules_file_is_built_in_and_nothing_else() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let on_disk: BTreeSet<String> = std::fs::read_dir(&folder)
        .expect("the folder of the rules")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("a plain name")
        })
        .filter(|name| name.ends_with(".toml"))
        .collect();
    let built_in: BTreeSet<String> = BUILTIN.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(on_disk, built_in);
    assert_eq!(built_in.len(), BUILTIN.len(), "no file twice");
    for (name, text) in BUILTIN {
        assert_eq!(
            *text,
            std::fs::read_to_string(folder.join(name)).expect("a rules file"),
            "{name}"
        );
    }
}

#[test]
fn every_rule_explains_itself_and_has_examples() {
    for rule in rules().iter() {
        let id = &rule.id;
        let kebab = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        assert!(
            !id.is_empty() && id.chars().all(kebab) && !id.starts_with('-') && !id.ends_with('-'),
            "{id}"
        );
        for text in [&rule.title, &rule.description, &rule.advice, &rule.kind, &rule.provider] {
            assert!(!text.trim().is_empty(), "{id}: an empty text");
        }
        assert!(rule.link.starts_with("https://"), "{id}: {}", rule.link);
        assert!(
            rule.matches.len() >= 3,
            "{id}: {} examples that match",
            rule.matches.len()
        );
        assert!(
            rule.rejects.len() >= 3,
            "{id}: {} examples that do not",
            rule.rejects.len()
        );
        let distinct: BTreeSet<&String> = rule.matches.iter().chain(&rule.rejects).collect();
        assert_eq!(
            distinct.len(),
            rule.matches.len() + rule.rejects.len(),
            "{id}: an example twice"
        );
    }
}

#[test]
fn every_pattern_compiles_and_every_detector_exists() {
    let rules = rules();
    for rule in rules.iter() {
        if let Matcher::Pattern(pattern) | Matcher::Named { pattern, .. } = &rule.matcher {
            // It panics if it does not compile.
            let groups = pattern.regex().captures_len();
            assert!(groups <= 2, "{}: one group at most marks the secret", rule.id);
            assert!(
                pattern.literals.iter().all(|literal| literal.len() >= 3),
                "{}: a short literal",
                rule.id
            );
        }
    }
    Detectors::new(&rules)
        .map_err(|error| error.to_string())
        .expect("every detector is known");
}

#[test]
fn every_example_does_what_it_says() {
    let rules = rules();
    let detectors = Detectors::new(&rules).expect("every detector is known");
    let mut wrong = Vec::new();
    for rule in rules.iter() {
        let examples = rule.matches.iter().map(|recipe| (recipe, true));
        for (number, (recipe, wanted)) in examples
            .chain(rule.rejects.iter().map(|recipe| (recipe, false)))
            .enumerate()
        {
            let fails = (0..SEEDS).filter(|seed| {
                let text = recipe::expand(recipe, &mut Random::new(seed * 1_000 + number as u64));
                let found = examine(&detectors, text.as_bytes());
                found.iter().any(|candidate| candidate.rule.id == rule.id) != wanted
            });
            // Of values that are known by a name, one in some hundred does not look drawn.
            let most = usize::from(wanted && matches!(rule.matcher, Matcher::Named { .. }));
            match fails.count() {
                fails if fails <= most => {}
                fails => wrong.push(format!(
                    "{}: {} {fails} times of {SEEDS}: {recipe}",
                    rule.id,
                    if wanted { "not found" } else { "found" }
                )),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn recipes_are_expanded_as_described() {
    let mut random = Random::new(1);
    assert_eq!(recipe::expand("<a> {x} <[Q]{3}>-<[Z]>>", &mut random), "<a> {x} QQQ-Z>");
    assert_eq!(recipe::expand("<b64:a{[b]{2}}c{[d]}>", &mut random), "YWJiY2Q=");
    assert_eq!(recipe::expand("<b64url:{\"alg\":1}>", &mut random), "eyJhbGciOjF9");
    assert_eq!(
        recipe::expand("<crc32-base62:x_{[1]}23456789>", &mut random),
        "x_1234567893jZRME"
    );
    assert_eq!(
        recipe::expand("<crc32-base36:123456789>", &mut random),
        "1234567891kl8mjq"
    );
    assert_eq!(
        recipe::expand("<crc32-hex:123456789>.", &mut random),
        "123456789_2639f4cb."
    );
    assert_eq!(recipe::expand("<bech32:A1>", &mut random), "A12UEL5L");
    let drawn = recipe::expand("<[A-C2-3/]{200}>", &mut random);
    assert!(
        drawn.len() == 200 && "ABC23/".chars().all(|c| drawn.contains(c)),
        "{drawn}"
    );
}

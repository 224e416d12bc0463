//! The built-in rules: every file is built in, every pattern compiles, every example does what it says.

mod common;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use common::random::Random;
use common::{mutation, recipe};
use keytrail::detect::Detectors;
use keytrail::rules::{BUILTIN, Matcher, Pattern, Rule, RuleSet, Text, Texts};
use keytrail::scan::examine;

/// How many texts are made of each recipe.
const SEEDS: u64 = 20;
/// How many threads make mutants.
const HANDS: usize = 4;

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
        for text in [
            &rule.about.title,
            &rule.about.description,
            &rule.about.advice,
            &rule.kind,
            &rule.about.provider,
        ] {
            assert!(!text.trim().is_empty(), "{id}: an empty text");
        }
        assert!(rule.about.link.starts_with("https://"), "{id}: {}", rule.about.link);
        assert!(
            rule.about.matches.len() >= 3,
            "{id}: {} examples that match",
            rule.about.matches.len()
        );
        assert!(
            rule.about.rejects.len() >= 3,
            "{id}: {} examples that do not",
            rule.about.rejects.len()
        );
        let distinct: BTreeSet<&Text> = rule.about.matches.iter().chain(rule.about.rejects.iter()).collect();
        assert_eq!(
            distinct.len(),
            rule.about.matches.len() + rule.about.rejects.len(),
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
            assert!(pattern.groups() <= 1, "{}: one group at most marks the secret", rule.id);
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
    let wrong = by_all_hands(&rules, |rule| {
        let find = |text: &str| {
            let found = examine(&detectors, text.as_bytes());
            found.iter().any(|candidate| candidate.rule.id == rule.id)
        };
        failures(rule, find).collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_mutation_of_a_rule_makes_its_examples_fail() {
    let survivors = by_all_hands(&rules(), survivors);
    assert!(survivors.is_empty(), "{}", survivors.join("\n"));
}

/// What is to be said of each rule, asked in several threads.
fn by_all_hands(rules: &RuleSet, ask: impl Fn(&Rule) -> Vec<String> + Sync) -> Vec<String> {
    let all: Vec<&Rule> = rules.iter().map(Arc::as_ref).collect();
    let ask = &ask;
    std::thread::scope(|scope| {
        let parts = all.chunks(all.len().div_ceil(HANDS));
        let hands: Vec<_> = parts
            .map(|part| scope.spawn(move || part.iter().flat_map(|rule| ask(rule)).collect::<Vec<_>>()))
            .collect();
        hands
            .into_iter()
            .flat_map(|hand| hand.join().expect("no panic"))
            .collect()
    })
}

/// What can be changed in a rule without that its examples tell.
fn survivors(rule: &Rule) -> Vec<String> {
    mutants(rule)
        .into_iter()
        .filter(|(_, matcher)| passes(rule, matcher.clone()))
        .map(|(what, _)| format!("{}: {what} goes unnoticed", rule.id))
        .collect()
}

fn mutants(rule: &Rule) -> Vec<(String, Matcher)> {
    let checked = |pattern: &Pattern, literals: Texts, source: &str| {
        Pattern::checked(literals, source.to_owned().into())
            .expect("a mutant compiles")
            .with_offset(pattern.offset)
    };
    let others = |texts: &[Text]| {
        texts
            .iter()
            .map(|text| mutation::of_text(text).into())
            .collect::<Texts>()
    };
    match &rule.matcher {
        Matcher::Pattern(pattern) => {
            let source = pattern.source();
            let other = checked(pattern, others(&pattern.literals), source);
            let patterns = mutation::of_pattern(source).into_iter().map(|(what, source)| {
                let mutant = checked(pattern, pattern.literals.clone(), &source);
                (format!("{what} ({source})"), Matcher::Pattern(mutant))
            });
            let prefix = ("another prefix".to_owned(), Matcher::Pattern(other));
            patterns.chain([prefix]).collect()
        }
        Matcher::Named { names, pattern } => {
            let source = pattern.source();
            let named = |names: &Texts, source: &str| Matcher::Named {
                names: names.clone(),
                pattern: checked(pattern, Texts::default(), source),
            };
            let patterns = mutation::of_pattern(source)
                .into_iter()
                .map(|(what, source)| (format!("{what} ({source})"), named(names, &source)));
            let name = ("another name".to_owned(), named(&others(names), source));
            patterns.chain([name]).collect()
        }
        Matcher::Code(_) | Matcher::Foreign(_) => Vec::new(),
    }
}

/// Whether the rule with this matcher does all that its examples say.
fn passes(rule: &Rule, matcher: Matcher) -> bool {
    let mutant = Rule {
        matcher,
        ..rule.clone()
    };
    let rules = RuleSet::new(vec![mutant]).expect("one rule");
    let detectors = Detectors::new(&rules).expect("no detector to be known");
    let find = |text: &str| !detectors.scan(text.as_bytes()).candidates.is_empty();
    failures(rule, find).next().is_none()
}

/// The examples that do not do what they say, by a search for the rule's secrets in a text; each is tried when asked for.
fn failures(rule: &Rule, find: impl Fn(&str) -> bool) -> impl Iterator<Item = String> {
    // Of values that are known by a name, one in some hundred does not look drawn.
    let chance = usize::from(matches!(rule.matcher, Matcher::Named { .. }));
    let matches = rule.about.matches.iter().map(move |recipe| (recipe, true, chance));
    let rejects = rule.about.rejects.iter().map(move |recipe| (recipe, false, 0));
    let examples = matches.chain(rejects).enumerate();
    examples.filter_map(move |(number, (recipe, wanted, most))| {
        let text = |seed: u64| recipe::expand(recipe, &mut Random::new(seed * 1_000 + number as u64));
        let mut fails = (0..SEEDS).filter(|&seed| find(&text(seed)) != wanted);
        let what = if wanted { "not always found" } else { "found" };
        fails.nth(most).map(|_| format!("{}: {what}: {recipe}", rule.id))
    })
}

/// Detectors in code, and whether their secrets have one length only.
const FORMS_IN_CODE: &[(&str, bool)] = &[
    ("aws-access-key-id", true),
    ("aws-secret-access-key", true),
    ("aws-smtp-password", true),
    ("aws-bedrock-long", false),
];

#[test]
fn a_mutation_of_a_secret_hides_it_from_its_detector() {
    let rules = rules();
    let detectors = Detectors::new(&rules).expect("every detector is known");
    for &(name, of_one_length) in FORMS_IN_CODE {
        let rule = rules
            .iter()
            .find(|rule| matches!(&rule.matcher, Matcher::Code(code) if code == name));
        let rule = rule.expect("a rule for the detector");
        let find = |text: &[u8]| {
            let candidates = examine(&detectors, text).into_iter();
            candidates
                .filter(|candidate| candidate.rule.id == rule.id)
                .map(|candidate| candidate.span)
                .next()
        };
        for (number, recipe) in rule.about.matches.iter().enumerate() {
            let text = recipe::expand(recipe, &mut Random::new(number as u64)).into_bytes();
            let span = find(&text).expect("an example that matches");
            let with_sign_at = |place: usize| {
                let mut mutant = text.clone();
                mutant[place] = b'#';
                mutant
            };
            let shorter = [&text[..span.end - 1], &text[span.end..]].concat();
            let signs = [with_sign_at(span.start), with_sign_at(span.start.midpoint(span.end))];
            let lengths = of_one_length.then_some(shorter);
            for mutant in signs.into_iter().chain(lengths) {
                assert!(find(&mutant).is_none(), "{name}: {recipe}");
            }
        }
    }
}

#[test]
fn every_literal_of_a_rule_stands_in_an_example() {
    let mut missing = Vec::new();
    for rule in rules().iter() {
        let Matcher::Pattern(pattern) = &rule.matcher else {
            continue;
        };
        // More literals are beginnings of what an example draws.
        for literal in pattern.literals.iter().filter(|_| pattern.literals.len() <= 10) {
            let stands = rule.about.matches.iter().any(|recipe| {
                (0..SEEDS).any(|seed| recipe::expand(recipe, &mut Random::new(seed)).contains(&**literal))
            });
            if !stands {
                missing.push(format!("{}: {literal}", rule.id));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn mutants_are_made_as_described() {
    let mutants = |pattern: &str| -> Vec<String> {
        mutation::of_pattern(pattern)
            .into_iter()
            .map(|(_, mutant)| mutant)
            .collect()
    };
    assert_eq!(
        mutants(r"a{1}[A-F_]{20}\{3}\b"),
        [
            r"a{2}[A-F_]{20}\{3}\b",
            r"a{0}[A-F_]{20}\{3}\b",
            r"a{1}[A-F_]{21}\{3}\b",
            r"a{1}[A-F_]{19}\{3}\b",
            r"a{1}[_]{20}\{3}\b",
        ]
    );
    assert_eq!(
        mutants("x[0-9]{30,40}[^a-z]{0,3}[ab]{12,}"),
        [
            "x[0-9]{41,51}[^a-z]{0,3}[ab]{12,}",
            "x[0-9]{1,29}[^a-z]{0,3}[ab]{12,}",
            "x[0-4]{30,40}[^a-z]{0,3}[ab]{12,}",
            "x[0-9]{30,40}[^a-z]{0,3}[ab]{1012,}",
            "x[0-9]{30,40}[^a-z]{0,3}[ab]{1,11}",
            "x[0-9]{30,40}[^a-z]{0,3}[b]{12,}",
        ]
    );
    assert_eq!(mutation::of_text("ghp_"), "ghq_");
    assert_eq!(mutation::of_text("AKIA7-"), "AKIB7-");
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

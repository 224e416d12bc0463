//! Values that a rule knows by the name beside them and by their form: `DATADOG_API_KEY=<32 hex digits>`.
//!
//! The form alone says nothing of the service, the name alone nothing of the value; both together do. A value is
//! looked at only if it looks drawn at random and is as long as some rule's; the names of all rules are looked
//! for at once.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use super::candidate::Candidate;
use super::classes::Counts;
use super::name::Beside;
use super::{checksum, generic, placeholder, randomness};
use crate::rules::shape::Shape;
use crate::rules::{Matcher, Rule, Text};

/// Rules with names.
#[derive(Default)]
pub struct Named {
    rules: Vec<Arc<Rule>>,
    /// Put in order when it is needed: what a commit adds rarely has a value that fits.
    names: OnceLock<Names>,
    /// Whether some rule has values of this length.
    lengths: Vec<bool>,
}

/// The names of all rules by what they begin with, each with its rule as an index. Three thousand are put in order in
/// a tenth of a millisecond; an automaton of them takes three, which is more than a commit's scan.
#[derive(Default)]
struct Names {
    names: Vec<(Text, usize)>,
    /// Where the names of each number begin, and the end.
    begins: Vec<u32>,
}

/// Names have as many letters or more: a rule with a shorter one is refused when it is read.
const HEAD: usize = 3;
const NUMBERS: usize = 1 << 12;

impl Names {
    fn of(rules: &[Arc<Rule>]) -> Self {
        let mut names = Vec::new();
        for (index, rule) in rules.iter().enumerate() {
            if let Matcher::Named { names: its, .. } = &rule.matcher {
                names.extend(its.iter().map(|name| (name.clone(), index)));
            }
        }
        let number = |name: &Text| {
            number(
                name.as_bytes()
                    .first_chunk()
                    .expect("shorter names are refused with their rule"),
            )
        };
        names.sort_by_cached_key(|(name, _)| number(name));
        let mut begins = vec![0; NUMBERS + 1];
        for (name, _) in &names {
            begins[number(name) + 1] += 1;
        }
        for n in 0..NUMBERS {
            begins[n + 1] += begins[n];
        }
        Self { names, begins }
    }

    /// The rules of the names that stand anywhere in a text, in order.
    fn within(&self, text: &str) -> BTreeSet<usize> {
        let text = text.as_bytes();
        let here = |at| {
            let number = text[at..].first_chunk().map(number);
            let names = number.map(|number| self.begins[number] as usize..self.begins[number + 1] as usize);
            let names = &self.names[names.unwrap_or_default()];
            names
                .iter()
                .filter(move |(name, _)| text[at..].starts_with(name.as_bytes()))
        };
        (0..text.len()).flat_map(here).map(|(_, rule)| *rule).collect()
    }
}

/// A number of a beginning that few others have.
fn number(head: &[u8; HEAD]) -> usize {
    head.iter().fold(0, |number, byte| number * 29 + usize::from(*byte)) % NUMBERS
}

/// Longer values are data, not credentials.
const LONGEST: usize = 512;
/// Of hexadecimal digits that were drawn, so many are different.
const DISTINCT: usize = 8;
/// The longest word that services put before what they draw.
const LONGEST_WORD: usize = 8;

impl Named {
    pub fn new(rules: Vec<Arc<Rule>>) -> Self {
        let mut lengths = vec![false; LONGEST + 1];
        for rule in &rules {
            let Matcher::Named { pattern, .. } = &rule.matcher else {
                continue;
            };
            let Shape { least, most, .. } = pattern.shape();
            lengths[least.min(LONGEST)..=most.min(LONGEST)].fill(true);
        }
        Self {
            names: OnceLock::new(),
            rules,
            lengths,
        }
    }

    /// Whether the value by itself could be of such a rule: random, or of a form that only a name makes telling.
    pub fn fits(&self, value: &[u8], counts: &Counts, random: bool, looks_random: impl Fn() -> bool) -> bool {
        let is_long = || self.lengths.get(value.len()).is_some_and(|fits| *fits);
        let is_drawn = || {
            let body = behind_word(value);
            let is_hex = || body.iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b'-');
            match counts.digits == 0 {
                true => looks_random(),
                false if generic::is_uuid(value) => randomness::distinct(value) >= DISTINCT,
                false if is_hex() => randomness::looks_random_hex(body),
                false => body.len() < value.len() && randomness::looks_random(body),
            }
        };
        !self.rules.is_empty() && is_long() && (random || is_drawn())
    }

    /// Reads the value by every rule whose name stands beside it, in the order of the rules.
    pub fn read(&self, beside: &Beside<'_>, span: Range<usize>, value: &[u8], found: &mut Vec<Candidate>) {
        let names = self.names.get_or_init(|| Names::of(&self.rules));
        let rules = names.within(&beside.text());
        for rule in rules.into_iter().map(|index| &self.rules[index]) {
            let Matcher::Named { pattern, .. } = &rule.matcher else {
                continue;
            };
            if pattern.match_end(value) == Some(value.len()) && checksum::holds(rule, value) {
                let candidate = Candidate::new(rule, span.clone(), value).because("the name beside it and its form");
                found.push(candidate.placeholder(placeholder::of_secret(value)));
            }
        }
    }
}

/// What stands behind a word such as `sk-` or `live_`: the word is not drawn, what follows it is.
fn behind_word(value: &[u8]) -> &[u8] {
    let letters = value.iter().take_while(|byte| byte.is_ascii_lowercase()).count();
    match value.get(letters) {
        Some(b'-' | b'_') if letters <= LONGEST_WORD => &value[letters + 1..],
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use crate::detect::Detectors;
    use crate::rules::RuleSet;
    use crate::rules::schema::{Trust, parse};

    /// A rule for each name and pattern.
    fn detectors(rules: &[(&str, &str)]) -> Detectors {
        let rule = |(name, pattern): &(&str, &str)| {
            format!(
                "[[rule]]\nid = '{name}-key'\ntitle = 't'\nkind = 'token'\nseverity = 'low'\ndescription = 'd'\nadvice = 'a'\n\
                 link = 'https://l'\nnames = ['{name}']\npattern = '{pattern}'\nmatches = ['a']\nrejects = ['b']\n"
            )
        };
        let rules: String = rules.iter().map(rule).collect();
        let rules = parse("test", &format!("provider = 'p'\n{rules}"), Trust::Tested).expect("rules");
        Detectors::new(&RuleSet::new(rules).expect("one of each")).expect("detectors")
    }

    /// Digits of a fixed seed.
    fn drawn(alphabet: &[u8], length: usize) -> String {
        let mut state = 0x9E37_79B9_7F4A_7C15_u64;
        let mut draw = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            alphabet[(state >> 33) as usize % alphabet.len()] as char
        };
        (0..length).map(|_| draw()).collect()
    }

    #[test]
    fn a_value_is_its_rule_s_by_name_and_form_together() {
        let uuid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
        let detectors = detectors(&[
            ("acme", "[0-9a-f]{24}"),
            ("acmecloud", "[0-9a-f]{20,24}"),
            ("roku", uuid),
        ]);
        let ids = |text: &str| {
            let found = detectors.scan(text.as_bytes()).candidates;
            found
                .iter()
                .map(|candidate| candidate.rule.id.clone())
                .collect::<Vec<_>>()
        };
        let hex = drawn(b"0123456789abcdef", 24);
        let uuid = format!(
            "{}-{}-4{}-8{}-{}",
            &hex[..8],
            &hex[8..12],
            &hex[12..15],
            &hex[15..18],
            &hex[6..18]
        );
        assert_eq!(ids(&format!("ACME_KEY={hex}")), ["acme-key"]);
        assert_eq!(ids(&format!("acmeCloud: '{hex}'")), ["acme-key", "acmecloud-key"]);
        assert_eq!(ids(&format!("acmeCloud: '{}'", &hex[..20])), ["acmecloud-key"]);
        assert_eq!(ids(&format!("ROKU_API_KEY={uuid}")), ["roku-key"]);
        for text in [
            format!("key={hex}"),
            format!("roku={hex}"),
            format!("acme={}", &hex[..23]),
            format!("acme={uuid}"),
            "acme=0123456789abcdef01234567".to_owned(),
            format!("acme={}", "ab12".repeat(6)),
            "roku=00000000-0000-0000-0000-000000000001".to_owned(),
        ] {
            assert!(ids(&text).is_empty(), "{text}");
        }
    }
}

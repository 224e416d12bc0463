//! The decision whether a finding is allowed: its markers, and the allow rules, against each of its places.

use std::cell::LazyCell;

use sha1::Sha1;
use sha2::{Digest as _, Sha256};

use crate::config::allow::{AllowRule, PathPattern, ValuePattern};
use crate::finding::{Finding, Marker, Occurrence, Suppression, SuppressionKind, Until, is_over};
use crate::origin::Place;

/// What allows findings in a run, besides baselines.
#[derive(Clone, Debug, Default)]
pub struct Allowed {
    pub rules: Vec<AllowRule>,
    /// Whether markers in the content count.
    pub inline: bool,
    /// What paths of files on disk are taken off, to be relative to the top that patterns are about: absolute
    /// folders without a final slash, the first that fits.
    pub tops: Vec<Vec<u8>>,
    /// The current folder, which relative paths of files on disk start from.
    pub folder: Vec<u8>,
}

/// What came of the allow rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marked {
    /// Findings that are open because what allowed them has ended.
    pub lapsed: u64,
    /// Of each rule, whether it held for a place of a finding that nothing before it had suppressed.
    pub used: Vec<bool>,
}

impl Allowed {
    /// Marks what is allowed and not suppressed already. `now` (Unix seconds) decides what has ended.
    pub fn mark(&self, findings: &mut [Finding], now: i64) -> Marked {
        let mut marked = Marked {
            lapsed: 0,
            used: vec![false; self.rules.len()],
        };
        for finding in findings.iter_mut().filter(|finding| finding.suppressed.is_none()) {
            let (suppression, ended) = self.decide(finding, now, &mut marked.used);
            if suppression.is_none() {
                marked.lapsed += u64::from(!ended.is_empty());
                finding.reasons.extend(ended);
            }
            finding.suppressed = suppression;
        }
        marked
    }

    /// What allows the finding, and else what would but for its end. Notes which rules hold for a place of it.
    fn decide(&self, finding: &Finding, now: i64, is_used: &mut [bool]) -> (Option<Suppression>, Vec<String>) {
        let places = &finding.occurrences;
        let is_in_head = places.iter().any(|place| place.in_head);
        let mut judged = places.iter().filter(|place| place.in_head || !is_in_head);
        if judged.clone().all(|place| self.marker(place, now).is_some()) {
            let marker = judged.find_map(|place| self.marker(place, now));
            return (marker.map(by_marker), Vec::new());
        }
        let numbered = self.rules.iter().enumerate();
        let fitting = numbered.filter(|(_, rule)| fits(rule, finding));
        let (current, ended): (Vec<_>, Vec<_>) =
            fitting.partition(|(_, rule)| rule.until.is_none_or(|day| !is_over(day, now)));
        let rule_for = |rules: &[(usize, &'_ AllowRule)], place: &Occurrence| -> Option<usize> {
            rules.iter().position(|(_, rule)| self.fits_place(rule, place))
        };
        let mut used: Vec<&AllowRule> = Vec::new();
        let is_allowed = places.iter().all(|place| {
            let rule = rule_for(&current, place).map(|at| current[at]);
            if let Some((number, rule)) = rule {
                is_used[number] = true;
                used.push(rule);
            }
            rule.is_some() || self.marker(place, now).is_some()
        });
        if let (true, Some(first)) = (is_allowed, used.first()) {
            let suppression = Suppression {
                kind: SuppressionKind::Allow,
                reason: first.reason.clone(),
                until: used.iter().filter_map(|rule| rule.until).min(),
            };
            return (Some(suppression), Vec::new());
        }
        let mut told: Vec<String> = Vec::new();
        for place in places {
            let rule = rule_for(&ended, place).map(|at| ended[at].1);
            let marker = place.marker.as_deref().filter(|_| self.inline);
            told.extend(rule.and_then(|rule| Some(format!("{}: it held until {}", rule.source, rule.until?))));
            told.extend(marker.and_then(|marker| ended_marker(marker, now)));
        }
        told.sort();
        told.dedup();
        (None, told)
    }

    /// The marker of a place, if it holds.
    fn marker<'o>(&self, place: &'o Occurrence, now: i64) -> Option<&'o Marker> {
        let marker = place.marker.as_deref().filter(|_| self.inline)?;
        ended_marker(marker, now).is_none().then_some(marker)
    }

    fn fits_place(&self, rule: &AllowRule, place: &Occurrence) -> bool {
        let commit = place.commit.map(|stamp| stamp.id.to_string());
        let by_commit = rule.commits.is_empty() || commit.is_some_and(|commit| rule.commits.contains(&commit));
        by_commit && (rule.paths.is_empty() || self.fits_path(rule, place))
    }

    fn fits_path(&self, rule: &AllowRule, place: &Occurrence) -> bool {
        let path = &place.origin.path;
        let path = match place.origin.place {
            Place::File => self.below_top(path),
            Place::Blob | Place::PathName => path.clone(),
            _ => return false,
        };
        !path.is_empty()
            && rule.paths.iter().any(|pattern| match pattern {
                PathPattern::Glob(patterns) => patterns.ignores(&path),
                PathPattern::Regex(regex) => regex.is_match(&path),
            })
    }

    /// The path of a file on disk relative to the top; as it is, if it lies elsewhere.
    pub fn below_top(&self, path: &[u8]) -> Vec<u8> {
        let whole = match path.first() {
            Some(b'/') => path.to_vec(),
            _ => [&self.folder[..], b"/", path].concat(),
        };
        let mut parts: Vec<&[u8]> = Vec::new();
        for part in whole.split(|&b| b == b'/') {
            match part {
                b"." => {}
                b"" if !parts.is_empty() => {}
                b".." => {
                    parts.pop();
                }
                part => parts.push(part),
            }
        }
        let whole = parts.join(&b'/');
        let below = |top: &Vec<u8>| whole.strip_prefix(&top[..])?.strip_prefix(b"/").map(<[u8]>::to_vec);
        self.tops.iter().find_map(below).unwrap_or_else(|| path.to_vec())
    }
}

fn by_marker(marker: &Marker) -> Suppression {
    Suppression {
        kind: SuppressionKind::Inline,
        reason: match marker.reason.is_empty() {
            true => marker.name.to_owned(),
            false => format!("{}: {}", marker.name, marker.reason),
        },
        until: match marker.until {
            Until::Day(day) => Some(day),
            Until::NoEnd | Until::Unreadable => None,
        },
    }
}

/// Why a marker does not hold.
fn ended_marker(marker: &Marker, now: i64) -> Option<String> {
    match marker.until {
        Until::Day(day) if is_over(day, now) => Some(format!("its {} held until {day}", marker.name)),
        Until::Unreadable => Some(format!(
            "the until of its {} is no day, such as 2027-01-31",
            marker.name
        )),
        Until::Day(_) | Until::NoEnd => None,
    }
}

/// Whether what a rule says of findings is true of this one. Its places are asked apart.
fn fits(rule: &AllowRule, finding: &Finding) -> bool {
    let account = finding.aws.as_ref().and_then(|aws| aws.account_id.as_ref());
    let by_account = rule.accounts.is_empty() || account.is_some_and(|id| rule.accounts.contains(id));
    let by_rule = rule.rules.is_empty() || rule.rules.iter().any(|id| *id == finding.rule.id);
    by_account && by_rule && (rule.values.is_empty() || has_value(&rule.values, finding))
}

/// Whether one of the patterns fits the value. Each digest of it is made once: there may be thousands to compare it with.
fn has_value(patterns: &[ValuePattern], finding: &Finding) -> bool {
    #[expect(
        clippy::disallowed_methods,
        reason = "the value is compared with what a person allowed"
    )]
    let value = finding.secret.expose();
    let sha1 = LazyCell::new(|| Sha1::digest(value));
    let sha256 = LazyCell::new(|| Sha256::digest(value));
    let fingerprint = LazyCell::new(|| finding.fingerprint.to_string());
    patterns.iter().any(|pattern| match pattern {
        ValuePattern::Regex(regex) => regex.is_match(value),
        ValuePattern::Sha1(digest) => sha1[..] == digest[..],
        ValuePattern::Sha256(digest) => sha256[..] == digest[..],
        ValuePattern::Fingerprint(start) => fingerprint.starts_with(start),
    })
}

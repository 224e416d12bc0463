//! Findings and inventory, joined: one case for each key, whoever knows of it.
//!
//! All findings of one id are one key; a secret key without an id is one by itself. Every fact that any of them,
//! or the inventory, has about an id counts for the key.

use std::collections::{BTreeMap, HashMap};

use super::age::Facts;
use super::found::{self, Replacements};
use super::{Case, Inventory, Key, Policy, judge};
use crate::finding::age::VerdictKind;
use crate::finding::{Finding, Severity};

/// All keys of a run.
#[derive(Debug, Default)]
pub struct Joined {
    /// Those of the inventory, in its order; then those that were only found.
    pub cases: Vec<Case>,
    /// For each finding the case that it belongs to.
    pub of_finding: Vec<Option<usize>>,
}

/// Joins findings with what accounts say.
pub fn join(findings: &[Finding], inventory: &Inventory, as_of: i64) -> Joined {
    let replacements = Replacements::observed(findings);
    let mut groups: BTreeMap<Name<'_>, Vec<(usize, &Finding)>> = BTreeMap::new();
    for (number, finding) in findings
        .iter()
        .enumerate()
        .filter(|(_, finding)| found::is_key(finding))
    {
        groups
            .entry(Name::of(number, finding))
            .or_default()
            .push((number, finding));
    }
    let mut joined = Joined {
        cases: Vec::new(),
        of_finding: vec![None; findings.len()],
    };
    let mut add = |key: Key, group: &[(usize, &Finding)]| {
        let mut facts = Facts::new(key.id.as_deref(), as_of);
        facts.add_key(&key);
        for (number, finding) in group {
            found::add_facts(&mut facts, finding, as_of);
            replacements.add_facts(&mut facts, finding);
            joined.of_finding[*number] = Some(joined.cases.len());
        }
        let age = facts.finish();
        let exposed = found::exposure(group, &age);
        joined.cases.push(Case { key, age, exposed });
    };
    for key in inventory.keys() {
        let group = key.id.as_deref().and_then(|id| groups.remove(&Name::Id(id)));
        // Logs name the keys of every session; those matter only if they were found.
        let session = key.id.as_deref().is_some_and(|id| id.starts_with("ASIA"));
        if group.is_some() || !session {
            add(key.clone(), &group.unwrap_or_default());
        }
    }
    let mut rest: Vec<_> = groups.into_values().collect();
    rest.sort_by_key(|group| group[0].0);
    for group in rest {
        add(unknown_key(&group), &group);
    }
    joined
}

/// What makes findings one key.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Name<'f> {
    Id(&'f str),
    Alone(usize),
}

impl<'f> Name<'f> {
    fn of(number: usize, finding: &'f Finding) -> Self {
        let id = finding.aws.as_ref().and_then(|aws| aws.key_id.as_deref());
        id.map_or(Name::Alone(number), Name::Id)
    }
}

/// A key that no inventory knows. Only what its id or token proves is believed.
fn unknown_key(group: &[(usize, &Finding)]) -> Key {
    let mut aws = group.iter().filter_map(|(_, finding)| finding.aws.as_deref());
    Key {
        id: aws.clone().find_map(|aws| aws.key_id.clone()),
        account: aws.find_map(|aws| aws.account_id.clone()),
        ..Key::default()
    }
}

/// Judges every AWS key among the findings and notes it there. What an account confirms raises the severity.
pub fn annotate(findings: &mut [Finding], policy: &Policy, inventory: &Inventory, as_of: i64) {
    let joined = join(findings, inventory, as_of);
    let judged = judge(policy, &joined.cases, as_of);
    let judged: HashMap<usize, _> = judged.into_iter().enumerate().collect();
    for (finding, case) in findings.iter_mut().zip(&joined.of_finding) {
        let Some(number) = case else { continue };
        let (case, judged) = (&joined.cases[*number], &judged[number]);
        let raised = if judged.has(VerdictKind::Foreign) {
            None
        } else if judged.has(VerdictKind::Quarantined) || judged.has(VerdictKind::RootKey) && case.is_active() {
            Some((
                Severity::Critical,
                "its account says that it is quarantined or the root user's",
            ))
        } else if judged.has(VerdictKind::Exposed) && case.is_active() {
            Some((Severity::High, "its account says that it is active"))
        } else {
            None
        };
        if let Some((severity, reason)) = raised.filter(|(severity, _)| *severity > finding.severity) {
            finding.severity = severity;
            finding.reasons.push(reason.to_owned());
        }
        finding.judged = Some(Box::new(judged.clone()));
    }
}

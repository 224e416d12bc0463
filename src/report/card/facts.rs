//! What is known of a key or finding, as labels and sentences: whose, where, since when, still reachable from what.
//!
//! What only a file claims is told as a claim.

use super::{Card, Grounds};
use crate::finding::age::{Bound, EvidenceKind};
use crate::finding::{Aws, Finding};
use crate::keys::LastUse;
use crate::keys::verdict::date;
use crate::origin::State;
use crate::report::keys::{Known, Leak, Row};
use crate::report::place;

/// Refs and places that are named.
const NAMED: usize = 8;

/// The facts of a key.
pub fn key(card: &mut Card, grounds: &Grounds<'_>, row: &Row) {
    let key = &row.case.key;
    let findings: Vec<&Finding> = row
        .leak
        .iter()
        .flat_map(|leak| &leak.findings)
        .filter_map(|number| grounds.findings.get(*number))
        .collect();
    let account = match (&key.account, row.known) {
        (None, _) => "not known".to_owned(),
        (Some(id), Known::Nothing) => format!("{id} (no inventory names it)"),
        (Some(id), Known::Account) => format!("{id} (ours, but no inventory names this key)"),
        (Some(id), Known::Key) => id.clone(),
    };
    card.fact("account", account);
    match row.user() {
        Some(user) => card.fact("user", user),
        None => card.fact("user", "not known; the first command asks"),
    }
    claims(card, findings.iter().filter_map(|finding| finding.aws.as_deref()));
    if let Some(policy) = &key.quarantine {
        card.fact("quarantine", format!("AWS has attached {policy}"));
    }
    card.fact("status", key.status.as_str());
    card.fact("age", age(grounds, row));
    card.fact("last used", last_use(&key.last_use));
    if let Some(leak) = &row.leak {
        leaked(card, leak, &findings);
    }
    if !key.sources.is_empty() {
        card.fact("inventory", key.sources.join(", "));
    }
}

/// What the files around the key say of it.
fn claims<'a>(card: &mut Card, aws: impl Iterator<Item = &'a Aws>) {
    let mut told: Vec<String> = Vec::new();
    let mut tell = |text: String| {
        if !told.contains(&text) {
            told.push(text);
        }
    };
    for aws in aws {
        aws.user.iter().for_each(|user| tell(format!("user {user}")));
        aws.profile
            .iter()
            .for_each(|profile| tell(format!("profile {profile}")));
        aws.region.iter().for_each(|region| tell(format!("region {region}")));
        if aws.root {
            tell("the root user's".to_owned());
        }
    }
    if !told.is_empty() {
        card.fact("it says", told.join(", "));
    }
}

fn age(grounds: &Grounds<'_>, row: &Row) -> String {
    let limit = row
        .limits
        .max_age_days
        .map_or_else(String::new, |limit| format!("; the limit is {limit}"));
    match &*row.age(grounds.as_of) {
        "?" => format!("not known{limit}"),
        "1" => format!("1 day{limit}"),
        age => format!("{age} days{limit}"),
    }
}

fn last_use(last: &LastUse) -> String {
    match last {
        LastUse::Unknown => "not known".to_owned(),
        LastUse::Never => "never".to_owned(),
        LastUse::At {
            time,
            service,
            region,
            address,
        } => {
            let known: Vec<&str> = [service, region, address]
                .into_iter()
                .flatten()
                .map(String::as_str)
                .collect();
            match known.is_empty() {
                true => date(*time),
                false => format!("{} ({})", date(*time), known.join(", ")),
            }
        }
    }
}

/// Where it is, since when, and what still reaches it.
fn leaked(card: &mut Card, leak: &Leak, findings: &[&Finding]) {
    let mut since = match (leak.since, &leak.commit) {
        (Some(at), Some(commit)) => format!("{}, commit {} in {}", date(at), commit.id, leak.place),
        _ => format!("in {}", leak.place),
    };
    if leak.with_secret {
        since += ", with its secret key";
    }
    card.fact("since", since);
    let used = match leak.used_since {
        Some(true) => "yes",
        Some(false) => "no",
        None => "not known",
    };
    card.fact("used since", used);
    places(card, findings);
    still(card, leak.state, &leak.refs, leak.more_refs);
    let ids: Vec<String> = findings
        .iter()
        .map(|f| format!("{} ({})", f.fingerprint.id(), f.rule.id))
        .collect();
    card.fact("findings", ids.join(", "));
}

/// The spots, each once.
pub fn places(card: &mut Card, findings: &[&Finding]) {
    let mut spots: Vec<String> = Vec::new();
    for spot in findings
        .iter()
        .flat_map(|finding| &finding.occurrences)
        .map(place::spot)
    {
        if !spots.contains(&spot) {
            spots.push(spot);
        }
    }
    let more = spots.len().saturating_sub(NAMED);
    spots.truncate(NAMED);
    if more > 0 {
        spots.push(format!("and {more} more"));
    }
    card.fact("places", spots.join(", "));
}

/// Where it is now, and what reaches it.
pub fn still(card: &mut Card, state: State, refs: &[String], more_refs: u64) {
    let words = match state {
        State::File => "in a file on disk; no repository was asked",
        State::Staged => "staged, not yet committed",
        State::InTree => "in the tree of HEAD",
        State::HistoryOnly => "in history, not in HEAD",
        State::Unreachable => "in the object store; no ref reaches it",
    };
    card.fact("still", words);
    let mut named: Vec<String> = refs.iter().take(NAMED).cloned().collect();
    let more = refs.len().saturating_sub(NAMED) as u64 + more_refs;
    if more > 0 {
        named.push(format!("and {more} more"));
    }
    if !named.is_empty() {
        card.fact("reached by", named.join(", "));
    }
}

/// What the age was made of.
pub fn evidence(row: &Row) -> Vec<String> {
    let facts = row.judged.evidence.iter().map(|fact| {
        let bound = match fact.bound {
            Bound::MadeAt => "made on",
            Bound::MadeBy => "made by",
            Bound::MadeSince if fact.kind == EvidenceKind::Replaced => "likely made after",
            Bound::MadeSince => "made after",
        };
        format!("{bound} {}: {}", date(fact.at), fact.source)
    });
    facts
        .chain(row.case.age.doubts.iter().map(|doubt| format!("in doubt: {doubt}")))
        .collect()
}

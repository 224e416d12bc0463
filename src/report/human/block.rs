//! One finding as people read it: what it is, where it stands, how it got there, what is known of it.

use super::page::{Page, Style};
use super::shown_secret;
use crate::finding::age::{Bound, EvidenceKind, Judged};
use crate::finding::verification::{Answer, Verification};
use crate::finding::{Aws, Finding, Generation};
use crate::origin::{CommitStamp, State, Step};
use crate::report::{RenderOptions, Report, place, time};

/// How many refs and other places are named before the rest is only counted.
const NAMED: usize = 5;

/// Writes the block of one finding.
pub fn write(page: &mut Page, report: &Report, finding: &Finding, options: &RenderOptions) {
    let verbose = options.verbose;
    page.spread(
        &[
            (Style::of(finding.severity), finding.severity.as_str()),
            (Style::Plain, "  "),
            (Style::Bold, &finding.rule.about.title),
        ],
        (Style::Dim, &finding.fingerprint.id()),
    );
    let primary = finding.primary();
    page.line(&[(Style::Plain, "    "), (Style::Bold, &shown_secret(report, finding))]);
    let url = options
        .links
        .as_ref()
        .and_then(|links| links.to(primary, finding.state));
    page.linked(
        (Style::Plain, "    "),
        (Style::Plain, &place::spot(primary)),
        &[],
        url.as_deref(),
    );
    // Members stand in the name of the place.
    let forms = primary.via.iter().filter(|step| !matches!(step, Step::Member(_)));
    let forms: Vec<String> = forms.map(ToString::to_string).collect();
    if !forms.is_empty() {
        page.row(true, "inside", &forms.join(", then "));
    }
    page.line(&[(Style::Dim, "      | "), (Style::Plain, primary.snippet.trim())]);
    history(page, finding);
    let places = finding.occurrences[1..].iter().map(place::spot);
    list(page, "also at", &places.collect::<Vec<_>>(), 0);
    if let Some(aws) = &finding.aws {
        aws_facts(page, finding, aws);
    }
    if let Some(verification) = &finding.verification {
        verified(page, verification);
    }
    if let Some(judged) = &finding.judged {
        verdicts(page, judged, verbose);
    }
    if verbose {
        page.row(true, "confidence", finding.confidence.as_str());
        for reason in &finding.reasons {
            page.row(true, "because", reason);
        }
    }
}

fn history(page: &mut Page, finding: &Finding) {
    if let Some(stamp) = &finding.introduced {
        let text = format!(
            "{}, authored {}, committed {}",
            stamp.id.short(),
            day(stamp.author_time),
            day(stamp.commit_time)
        );
        page.row(true, "introduced", &text);
    }
    if let Some(words) = state_words(finding.state, finding.removed.as_ref()) {
        page.row(true, "state", &words);
    }
    list(page, "reached by", &finding.refs, finding.more_refs);
}

fn state_words(state: State, removed: Option<&CommitStamp>) -> Option<String> {
    let words = match state {
        State::File => return None,
        State::Staged => "staged, not yet committed",
        State::InTree => "in the tree of HEAD",
        State::HistoryOnly => "not in HEAD, but still in history",
        State::Unreachable => "no ref reaches it, but the object store still holds it",
    };
    Some(match removed {
        Some(stamp) => format!("{words}; removed in {} on {}", stamp.id.short(), day(stamp.commit_time)),
        None => words.to_owned(),
    })
}

fn aws_facts(page: &mut Page, finding: &Finding, aws: &Aws) {
    if let Some(service) = &aws.canary {
        page.row(
            true,
            "canary",
            &format!("do not verify: {service} sees every use of it"),
        );
    }
    if finding.rule.kind != "access-key-id"
        && let Some(id) = &aws.key_id
    {
        page.row(true, "key id", id);
    }
    facts(
        page,
        "account",
        [
            aws.account_id.clone(),
            aws.root.then(|| "root user".to_owned()),
            aws.user.as_ref().map(|user| format!("user {user}")),
            aws.profile.as_ref().map(|profile| format!("profile {profile}")),
            aws.region.as_ref().map(|region| format!("region {region}")),
        ],
    );
    facts(
        page,
        "dates",
        [
            aws.created.map(|created| format!("created {}", day(created))),
            aws.expires.map(|expires| format!("expires {}", day(expires))),
            aws.status.as_ref().map(|status| format!("status {status}")),
            (aws.generation == Some(Generation::Old)).then(|| "old format: made before about May 2019".to_owned()),
        ],
    );
    if let Some(signed) = &aws.signed {
        let service = signed.service.as_deref().unwrap_or("an unnamed service");
        let at = signed
            .at
            .map_or_else(|| "at an unknown time".to_owned(), |at| format!("on {}", day(at)));
        page.row(true, "used", &format!("signed a request to {service} {at}"));
    }
    if let Some(pair) = &aws.pair {
        let text = format!(
            "finding {} ({}, {} confidence)",
            pair.of.id(),
            pair.how,
            pair.confidence.as_str()
        );
        page.row(true, "pair", &text);
    }
}

/// What asking AWS gave, and what it left behind.
fn verified(page: &mut Page, verification: &Verification) {
    if let Some(owned) = &verification.owned {
        let created = owned.created.map(|at| format!(", created {}", day(at)));
        let created = created.unwrap_or_default();
        page.row(true, "owner", &format!("{}: {}{created}", owned.name(), owned.status));
    }
    if verification.answer != Answer::Owned {
        page.row(true, "verified", &verification.says());
    }
    if verification.tried {
        let trace = "the key was used: a GetCallerIdentity event is in the CloudTrail of its account";
        page.row(true, "trace", trace);
    }
}

/// What a policy says; when asked for more, also from which facts.
fn verdicts(page: &mut Page, judged: &Judged, verbose: bool) {
    for verdict in &judged.verdicts {
        page.row(true, "policy", &format!("{}: {}", verdict.kind.as_str(), verdict.says));
    }
    for fact in judged.evidence.iter().filter(|_| verbose) {
        let bound = match fact.bound {
            Bound::MadeAt => "made on",
            Bound::MadeBy => "made by",
            Bound::MadeSince if fact.kind == EvidenceKind::Replaced => "likely made after",
            Bound::MadeSince => "made after",
        };
        page.row(true, "evidence", &format!("{bound} {}: {}", day(fact.at), fact.source));
    }
}

/// Writes the facts that are known as one row, or nothing.
fn facts<const N: usize>(page: &mut Page, label: &str, facts: [Option<String>; N]) {
    let known: Vec<String> = facts.into_iter().flatten().collect();
    if !known.is_empty() {
        page.row(true, label, &known.join(", "));
    }
}

/// Writes the first few names, one a line, and how many more there are.
/// Names a few; `uncounted` more are not among `names`.
fn list(page: &mut Page, label: &str, names: &[String], uncounted: u64) {
    for (index, name) in names.iter().take(NAMED).enumerate() {
        page.row(true, if index == 0 { label } else { "" }, name);
    }
    let rest = names.len().saturating_sub(NAMED) as u64 + uncounted;
    if rest > 0 {
        page.row(true, "", &format!("and {rest} more"));
    }
}

fn day(seconds: i64) -> String {
    time::date(seconds).unwrap_or_else(|| format!("at an impossible time ({seconds})"))
}

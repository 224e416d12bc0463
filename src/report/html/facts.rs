//! What is known of a finding, as labels and values: where it is now, since when, what reaches it, whose it is, what
//! a policy says, and why it was reported.

use std::fmt::{self, Write};

use super::frame::text;
use super::places::link;
use super::plan::Plan;
use super::state;
use crate::finding::age::{Bound, EvidenceKind, Judged, VerdictKind, days};
use crate::finding::verification::{Answer, Verification};
use crate::finding::{Aws, Finding, Generation};
use crate::keys::verdict::date;
use crate::origin::{State, Step};

/// Refs that are named.
const NAMED: usize = 8;

/// Writes the list. What is the same for all findings of a key stands at the first.
pub fn write(page: &mut String, plan: &Plan<'_>, finding: &Finding, is_lead: bool) -> fmt::Result {
    let mut list = List(page);
    writeln!(list.0, "<dl class=\"facts\">")?;
    history(&mut list, plan, finding)?;
    if let Some(aws) = &finding.aws {
        owner(&mut list, finding, aws, is_lead)?;
        pair(&mut list, plan, aws)?;
    }
    if let Some(verification) = &finding.verification {
        asked(&mut list, verification)?;
    }
    if let Some(judged) = finding.judged.as_deref().filter(|_| is_lead) {
        verdicts(&mut list, judged)?;
        evidence(&mut list, judged)?;
    }
    rule(&mut list, finding)?;
    writeln!(list.0, "</dl>")
}

struct List<'p>(&'p mut String);

impl List<'_> {
    /// A value that is HTML.
    fn html(&mut self, label: &str, value: &str) -> fmt::Result {
        writeln!(self.0, "<div><dt>{label}</dt><dd>{value}</dd></div>")
    }

    fn text(&mut self, label: &str, value: &str) -> fmt::Result {
        self.html(label, &text(value))
    }

    /// Those that are known as one value, or nothing.
    fn known<const N: usize>(&mut self, label: &str, values: [Option<String>; N]) -> fmt::Result {
        let known: Vec<String> = values.into_iter().flatten().collect();
        match known.is_empty() {
            true => Ok(()),
            false => self.text(label, &known.join(", ")),
        }
    }
}

fn history(list: &mut List<'_>, plan: &Plan<'_>, finding: &Finding) -> fmt::Result {
    let has_page = finding.primary().origin.submodule.is_none() && finding.state != State::Unreachable;
    let commit = |id| {
        let page = has_page.then(|| plan.locator.commit_page(id)).flatten();
        link(page, &format!("<code>{}</code>", id.short()))
    };
    let removed = finding.removed.as_ref().map(|stamp| {
        let on = date(stamp.commit_time);
        format!("; taken out on {on} by {}", commit(&stamp.id))
    });
    // The mark beside the heading says it already.
    if finding.state != State::InTree {
        let now = state::sentence(finding.state);
        list.html("Now", &format!("{now}{}", removed.unwrap_or_default()))?;
    }
    if let Some(stamp) = &finding.introduced {
        let (written, made) = (date(stamp.author_time), date(stamp.commit_time));
        let since = stamp.author_time.min(stamp.commit_time);
        let committed = match written == made {
            true => String::new(),
            false => format!(" (written {written}, committed {made})"),
        };
        list.html(
            "Since",
            &format!(
                "{}, {} days, commit {}{committed}",
                date(since),
                days(since, plan.report.as_of),
                commit(&stamp.id)
            ),
        )?;
    }
    let mut refs: Vec<String> = finding
        .refs
        .iter()
        .take(NAMED)
        .map(|name| format!("<code>{}</code>", text(name)))
        .collect();
    let more = finding.refs.len().saturating_sub(NAMED) as u64 + finding.more_refs;
    if more > 0 {
        refs.push(format!("and {more} more"));
    }
    if !refs.is_empty() {
        list.html("Reached by", &refs.join(", "))?;
    }
    // Members stand in the name of the place.
    let forms = finding
        .primary()
        .via
        .iter()
        .filter(|step| !matches!(step, Step::Member(_)));
    let forms: Vec<String> = forms.map(ToString::to_string).collect();
    list.known("Inside", [(!forms.is_empty()).then(|| forms.join(", then "))])
}

fn owner(list: &mut List<'_>, finding: &Finding, aws: &Aws, is_lead: bool) -> fmt::Result {
    if let Some(service) = &aws.canary {
        list.text("Trap", &format!("do not try it: {service} sees every use"))?;
    }
    let id = aws.key_id.clone().filter(|_| finding.rule.kind != "access-key-id");
    list.known("Key id", [id])?;
    let account = aws.account_id.clone().filter(|_| is_lead);
    list.known("Account", [account, aws.root.then(|| "root user".to_owned())])?;
    list.known(
        "Beside it",
        [
            aws.user.as_ref().map(|user| format!("user {user}")),
            aws.profile.as_ref().map(|profile| format!("profile {profile}")),
            aws.region.as_ref().map(|region| format!("region {region}")),
            aws.created.map(|at| format!("created {}", date(at))),
            aws.expires.map(|at| format!("expires {}", date(at))),
            aws.status.as_ref().map(|status| format!("status {status}")),
        ],
    )?;
    let old = (aws.generation == Some(Generation::Old)).then(|| "old format, made before about May 2019".to_owned());
    list.known("Id", [old])?;
    let used = aws.signed.as_ref().map(|signed| {
        let service = signed.service.as_deref().unwrap_or("an unnamed service");
        let at = signed
            .at
            .map_or_else(|| "at an unknown time".to_owned(), |at| format!("on {}", date(at)));
        format!("signed a request to {service} {at}")
    });
    list.known("Used", [used])
}

/// The other half, as a link if it is on the page.
fn pair(list: &mut List<'_>, plan: &Plan<'_>, aws: &Aws) -> fmt::Result {
    let Some(pair) = &aws.pair else { return Ok(()) };
    let name = format!("finding <code>{}</code>", pair.of.id());
    let name = match plan.anchor_of(pair.of) {
        Some(anchor) => format!("<a href=\"#{anchor}\">{name}</a>"),
        None => name,
    };
    list.html(
        "Pair",
        &format!("{name} ({}, {} confidence)", pair.how, pair.confidence.as_str()),
    )
}

fn asked(list: &mut List<'_>, verification: &Verification) -> fmt::Result {
    if let Some(owned) = &verification.owned {
        let created = owned.created.map(|at| format!(", created {}", date(at)));
        let created = created.unwrap_or_default();
        list.text("Owner", &format!("{}: {}{created}", owned.name(), owned.status))?;
    }
    if verification.answer != Answer::Owned {
        list.text("Verified", &verification.says())?;
    }
    if verification.tried {
        list.text(
            "Trace",
            "the key was used: a GetCallerIdentity event is in the CloudTrail of its account",
        )?;
    }
    Ok(())
}

fn verdicts(list: &mut List<'_>, judged: &Judged) -> fmt::Result {
    let mut said = "<ul class=\"verdicts\">".to_owned();
    for verdict in &judged.verdicts {
        let class = match (verdict.fails, verdict.kind) {
            (true, _) => "fails",
            (false, VerdictKind::Ok) => "ok",
            (false, _) => "note",
        };
        said += &format!(
            "<li><span class=\"verdict {class}\">{}</span> {}</li>",
            verdict.kind.as_str(),
            text(&verdict.says)
        );
    }
    said += "</ul>";
    list.html("Policy", &said)
}

/// The facts that the age was made of.
fn evidence(list: &mut List<'_>, judged: &Judged) -> fmt::Result {
    if judged.evidence.is_empty() {
        return Ok(());
    }
    let mut said = "<ul class=\"verdicts\">".to_owned();
    for fact in &judged.evidence {
        let bound = match fact.bound {
            Bound::MadeAt => "made on",
            Bound::MadeBy => "made by",
            Bound::MadeSince if fact.kind == EvidenceKind::Replaced => "likely made after",
            Bound::MadeSince => "made after",
        };
        said += &format!("<li>{bound} {}: {}</li>", date(fact.at), text(&fact.source));
    }
    said += "</ul>";
    list.html("Evidence", &said)
}

/// How sure it is, and why.
fn rule(list: &mut List<'_>, finding: &Finding) -> fmt::Result {
    let because = match finding.reasons.is_empty() {
        true => String::new(),
        false => format!(": {}", finding.reasons.join("; ")),
    };
    list.text("Confidence", &format!("{}{because}", finding.confidence.as_str()))?;
    let read_on = Some(finding.rule.about.link.to_string()).filter(|link| link.starts_with("https://"));
    let name = format!("<code>{}</code>", text(&finding.rule.id));
    list.html("Rule", &link(read_on, &name))
}

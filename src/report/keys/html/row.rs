//! One key on the page: its facts, what is to be said, where it was found, and the evidence.

use std::fmt::Write;

use crate::finding::age::VerdictKind;
use crate::keys::LastUse;
use crate::keys::verdict::date;
use crate::origin::State;
use crate::report::html::frame::text;
use crate::report::keys::{KeysReport, Known, Leak, Row};

/// Refs that are named.
const NAMED: usize = 3;

/// Writes the row of one key.
pub fn write(page: &mut String, report: &KeysReport, number: usize, row: &Row) -> std::fmt::Result {
    let account = row.case.key.account.as_deref().unwrap_or("unknown account");
    let user = row.user().unwrap_or("unknown user");
    writeln!(
        page,
        "<tr class=\"key\" id=\"key-{number}\" tabindex=\"-1\">\n<th scope=\"row\"><span class=\"user\">{}</span> <code>{}</code> <span \
         class=\"account\">{}</span></th>",
        text(user),
        text(&row.key_name()),
        text(account)
    )?;
    let status = row.case.key.status.as_str();
    writeln!(
        page,
        "<td data-label=\"Status\"><span class=\"status {status}\">{status}</span></td>"
    )?;
    let age = row.age(report.as_of);
    let limit = row
        .limits
        .max_age_days
        .map_or_else(String::new, |limit| format!(" <small>of {limit}</small>"));
    let unit = if age == "?" { "unknown" } else { " days" };
    let age = if age == "?" { String::new() } else { age };
    writeln!(page, "<td data-label=\"Age\" class=\"age\">{age}{unit}{limit}</td>")?;
    writeln!(page, "<td data-label=\"Last used\">{}</td>", used(row))?;
    writeln!(page, "<td class=\"says\"><ul>")?;
    for verdict in &row.judged.verdicts {
        let class = match (verdict.fails, verdict.kind) {
            (true, _) => "fails",
            (false, VerdictKind::Ok) => "ok",
            (false, _) => "note",
        };
        writeln!(
            page,
            "<li><span class=\"verdict {class}\">{}</span> {}</li>",
            verdict.kind.as_str(),
            text(&verdict.says)
        )?;
    }
    writeln!(page, "</ul>")?;
    if let Some(leak) = &row.leak {
        leaked(page, report, row, leak)?;
    }
    evidence(page, row)?;
    writeln!(page, "</td>\n</tr>")
}

fn used(row: &Row) -> String {
    let (service, region, address) = match &row.case.key.last_use {
        LastUse::Unknown => return "unknown".to_owned(),
        LastUse::Never => return "never".to_owned(),
        LastUse::At {
            service,
            region,
            address,
            ..
        } => (service, region, address),
    };
    let known: Vec<&str> = [service, region, address]
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect();
    format!("{} <small>{}</small>", text(&row.last_used()), text(&known.join(", ")))
}

fn leaked(page: &mut String, report: &KeysReport, row: &Row, leak: &Leak) -> std::fmt::Result {
    writeln!(page, "<dl class=\"leak\">")?;
    let mut fact = |name: &str, value: &str| writeln!(page, "<div><dt>{name}</dt><dd>{value}</dd></div>");
    let more = match leak.places {
        0 | 1 => String::new(),
        2 => " and 1 place more".to_owned(),
        count => format!(" and {} places more", count - 1),
    };
    fact(
        "In",
        &format!(
            "<code>{}</code>{more}{}",
            text(&leak.place),
            if leak.with_secret { ", with its secret key" } else { "" }
        ),
    )?;
    if let (Some(commit), Some(since)) = (&leak.commit, leak.since) {
        fact(
            "Since",
            &format!("{}, commit <code>{}</code>", date(since), commit.id.short()),
        )?;
    }
    let named: Vec<String> = leak
        .refs
        .iter()
        .take(NAMED)
        .map(|name| format!("<code>{}</code>", text(name)))
        .collect();
    let more = leak.refs.len().saturating_sub(NAMED) as u64 + leak.more_refs;
    let still = match leak.state {
        State::File => "in the file",
        State::Staged => "staged",
        State::InTree => "in the tree of HEAD",
        State::HistoryOnly => "in history, not in HEAD",
        State::Unreachable => "in the object store alone",
    };
    let by = if named.is_empty() {
        String::new()
    } else {
        format!(", reached by {}", named.join(", "))
    };
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    fact("Still", &format!("{still}{by}{more}"))?;
    let used = match leak.used_since {
        Some(true) => "<strong>yes</strong>",
        Some(false) => "no",
        None => "not known",
    };
    fact("Used since", used)?;
    if row.known != Known::Key {
        let known = match row.known {
            Known::Account => "no inventory names this key, but others of its account",
            _ => "no inventory names its account",
        };
        fact("Account", known)?;
    }
    if let Some(finding) = leak.findings.first().and_then(|number| report.findings.get(*number)) {
        fact(
            "What to do",
            &format!("<code>keytrail explain {}</code>", finding.fingerprint.id()),
        )?;
    }
    writeln!(page, "</dl>")
}

fn evidence(page: &mut String, row: &Row) -> std::fmt::Result {
    let key = &row.case.key;
    if row.judged.evidence.is_empty() && key.sources.is_empty() {
        return Ok(());
    }
    writeln!(page, "<details><summary>Evidence</summary><ul>")?;
    for fact in &row.judged.evidence {
        let bound = fact.bound.as_str().replace('-', " ");
        writeln!(page, "<li>{bound} {}: {}</li>", date(fact.at), text(&fact.source))?;
    }
    if !key.sources.is_empty() {
        writeln!(page, "<li>inventory: {}</li>", text(&key.sources.join(", ")))?;
    }
    writeln!(page, "</ul></details>")
}

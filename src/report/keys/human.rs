//! The table for people: grouped, the worst first, each key with its verdicts under it, a summary at the end.
//!
//! Fits 96 characters. Names that are longer than their column are cut there; JSON and CSV have them whole. Goes
//! through a [`Page`], which escapes what accounts and repositories wrote.

use super::{Group, KeysReport, Known, Leak, Row};
use crate::finding::age::{Bound, EvidenceKind};
use crate::keys::{LastUse, Status};
use crate::origin::State;
use crate::report::RenderOptions;
use crate::report::human::page::{Page, Style};
use crate::text::sanitize;

/// The widths of user, key, status, age and last use; the account comes last.
const WIDTHS: [usize; 5] = [20, 20, 8, 7, 10];
const WIDEST: usize = 96;
/// Refs that are named.
const NAMED: usize = 3;

/// Prints the table for a terminal.
pub fn render(report: &KeysReport, options: &RenderOptions) -> Vec<u8> {
    let mut page = Page::new(options.color, WIDEST);
    if options.quiet {
        for row in report.rows.iter().filter(|row| row.judged.fails()) {
            one_line(&mut page, report, row);
        }
        incompleteness(&mut page, report);
        return page.into_bytes();
    }
    for group in Group::ALL {
        let rows: Vec<&Row> = report.group(group).collect();
        if rows.is_empty() {
            continue;
        }
        page.line(&[
            (style(group), group.title()),
            (Style::Dim, &format!(" ({})", rows.len())),
        ]);
        columns(
            &mut page,
            Style::Dim,
            ["user", "key", "status", "age", "last used"],
            "account",
        );
        for row in rows {
            key(&mut page, report, row, options.verbose);
        }
        page.blank();
    }
    summary(&mut page, report);
    page.into_bytes()
}

fn style(group: Group) -> Style {
    match group {
        Group::Leaked => Style::Alarm,
        Group::Failing => Style::Red,
        Group::Watch => Style::Yellow,
        Group::Fine => Style::Bold,
    }
}

/// One line of the table.
fn columns(page: &mut Page, style: Style, cells: [&str; 5], last: &str) {
    let mut line = String::from("  ");
    for (cell, width) in cells.into_iter().zip(WIDTHS) {
        line += &fitted(cell, width);
        line.push(' ');
    }
    line += last;
    page.line(&[(style, line.trim_end())]);
}

/// Cuts a text, already safe, to a width, and fills it up.
fn fitted(text: &str, width: usize) -> String {
    let safe = sanitize(text.as_bytes());
    let count = safe.chars().count();
    if count <= width {
        return safe + &" ".repeat(width - count);
    }
    let cut: String = safe.chars().take(width - 1).collect();
    cut + "…"
}

fn key(page: &mut Page, report: &KeysReport, row: &Row, verbose: bool) {
    let account = row.case.key.account.as_deref().unwrap_or("?");
    let age = row.age(report.as_of);
    let age = if age == "?" { age } else { format!("{age} d") };
    let user = row.user().unwrap_or("?");
    let status = row.case.key.status.as_str();
    columns(
        page,
        Style::Bold,
        [user, &row.key_name(), status, &age, &row.last_used()],
        account,
    );
    let fine = row.group() == Group::Fine;
    for verdict in row.judged.verdicts.iter().filter(|_| !fine || verbose) {
        let text = format!("{}: {}", verdict.kind.as_str(), verdict.says);
        page.row(true, if verdict.fails { "fails" } else { "" }, &text);
    }
    if let Some(leak) = &row.leak {
        leaked(page, report, row, leak);
    }
    if verbose {
        facts(page, row);
    }
}

fn leaked(page: &mut Page, report: &KeysReport, row: &Row, leak: &Leak) {
    let mut since = leak.place.clone();
    if let Some(commit) = &leak.commit {
        since = format!("commit {} in {since}", commit.id.short());
    }
    if leak.with_secret {
        since += ", with its secret key";
    }
    page.row(true, "in code", &since);
    if let Some(words) = still(leak) {
        page.row(true, "still", &words);
    }
    match (row.known, row.case.key.status) {
        (Known::Key, Status::Unknown) | (Known::Key, _) => {}
        (Known::Account, _) => page.row(true, "account", "ours, but no inventory names this key"),
        (Known::Nothing, _) => page.row(true, "account", "no inventory names it"),
    }
    let ids: Vec<String> = leak
        .findings
        .iter()
        .map(|number| report.findings[*number].fingerprint.id())
        .collect();
    page.row(true, "what to do", &format!("keytrail explain {}", ids[0]));
}

/// What still holds it, in words.
fn still(leak: &Leak) -> Option<String> {
    let words = match leak.state {
        State::File => return None,
        State::Staged => "staged, not yet committed",
        State::InTree => "in the tree of HEAD",
        State::HistoryOnly => "in history, not in HEAD",
        State::Unreachable => "in the object store, no ref reaches it",
    };
    let named: Vec<&str> = leak.refs.iter().take(NAMED).map(String::as_str).collect();
    let more = leak.refs.len().saturating_sub(NAMED) as u64 + leak.more_refs;
    let mut text = words.to_owned();
    if !named.is_empty() {
        text += &format!("; reached by {}", named.join(", "));
        if more > 0 {
            text += &format!(" and {more} more");
        }
    }
    Some(text)
}

fn facts(page: &mut Page, row: &Row) {
    for fact in &row.judged.evidence {
        let bound = match fact.bound {
            Bound::MadeAt => "made on",
            Bound::MadeBy => "made by",
            Bound::MadeSince if fact.kind == EvidenceKind::Replaced => "likely made after",
            Bound::MadeSince => "made after",
        };
        let text = format!("{bound} {}: {}", crate::keys::verdict::date(fact.at), fact.source);
        page.row(true, "evidence", &text);
    }
    if let LastUse::At {
        service,
        region,
        address,
        ..
    } = &row.case.key.last_use
    {
        let known: Vec<&str> = [service, region, address]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect();
        if !known.is_empty() {
            page.row(true, "used for", &known.join(", "));
        }
    }
    if !row.case.key.sources.is_empty() {
        page.row(true, "source", &row.case.key.sources.join(", "));
    }
}

/// `account user key: VERDICT, VERDICT`
fn one_line(page: &mut Page, _: &KeysReport, row: &Row) {
    let verdicts = row.judged.kinds();
    page.line(&[
        (Style::Plain, row.case.key.account.as_deref().unwrap_or("?")),
        (Style::Plain, " "),
        (Style::Plain, row.user().unwrap_or("?")),
        (Style::Plain, " "),
        (Style::Bold, &row.key_name()),
        (Style::Plain, ": "),
        (style(row.group()), &verdicts.join(", ")),
    ]);
}

fn summary(page: &mut Page, report: &KeysReport) {
    let total = report.rows.len();
    let listed = report.rows.iter().filter(|row| row.known == Known::Key).count();
    let accounts: std::collections::BTreeSet<&str> = report
        .rows
        .iter()
        .filter_map(|row| row.case.key.account.as_deref())
        .collect();
    let mut keys = format!("{total} of {}", counted(accounts.len(), "account"));
    if listed < total {
        keys += &format!(": {listed} in the inventory, {} only found", total - listed);
    }
    page.row(false, "keys", &keys);
    page.row(false, "found", &super::found_words(report));
    let verdicts = report.by_verdict();
    let verdicts: Vec<String> = verdicts
        .iter()
        .map(|(kind, count)| format!("{count} {}", kind.as_str()))
        .collect();
    if !verdicts.is_empty() {
        page.row(false, "verdicts", &verdicts.join(", "));
    }
    page.row(false, "policy", &super::policy_words(report));
    if !report.sources.is_empty() {
        page.row(false, "sources", &report.sources.join(", "));
    }
    if !report.complete() {
        page.blank();
    }
    incompleteness(page, report);
}

fn incompleteness(page: &mut Page, report: &KeysReport) {
    if report.complete() {
        return;
    }
    page.line(&[
        (Style::Alarm, "INCOMPLETE"),
        (
            Style::Plain,
            ": not everything could be read; there may be more keys, and worse verdicts",
        ),
    ]);
    for reason in report.incompleteness() {
        page.row(false, "", &reason);
    }
}

fn counted(count: usize, word: &str) -> String {
    match count {
        1 => format!("1 {word}"),
        count => format!("{count} {word}s"),
    }
}

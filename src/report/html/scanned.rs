//! What was scanned, by what rules, and what was left out on purpose: the small print.

use std::fmt::{self, Write};

use super::frame::text;
use crate::keys::verdict::date;
use crate::report::human::summary::{grouped, size};
use crate::report::{Report, fault};

/// Writes the section.
pub fn write(page: &mut String, report: &Report) -> fmt::Result {
    writeln!(
        page,
        "<section class=\"part\" id=\"scanned\" tabindex=\"-1\">\n<h2>What was scanned</h2>\n<dl class=\"facts\">"
    )?;
    let mut fact = |label: &str, value: String| match value.is_empty() {
        true => Ok(()),
        false => writeln!(page, "<div><dt>{label}</dt><dd>{}</dd></div>", text(&value)),
    };
    let (target, stats) = (&report.target, &report.stats);
    fact(
        "Asked",
        format!("keytrail {} {}", target.command, target.what.join(" ")),
    )?;
    fact("Remote", target.remote.clone().unwrap_or_default())?;
    let branch = target.branch.as_ref().map(|name| format!("branch {name}"));
    let head = target.head.as_ref().map(|id| format!("commit {}", id.short()));
    let head: Vec<String> = branch.into_iter().chain(head).collect();
    fact("HEAD", head.join(", "))?;
    let commits = match stats.commits {
        0 => String::new(),
        1 => ", 1 commit".to_owned(),
        count => format!(", {} commits", grouped(count)),
    };
    fact(
        "Read",
        format!("{} items, {}{commits}", grouped(stats.items), size(stats.bytes)),
    )?;
    fact("Rules", grouped(report.rules.len() as u64))?;
    fact("As of", date(report.as_of))?;
    fact("Policy", policy(report))?;
    fact("Not shown", below(report))?;
    let left_out = report.left_out.iter();
    let left_out: Vec<String> = left_out
        .map(|(policy, count)| format!("{} ({})", policy.plural(), grouped(*count)))
        .collect();
    fact("Left out", left_out.join(", "))?;
    fact("Obeyed", report.suppression.files.join(", "))?;
    fact("Open again", lapsed(report))?;
    fact("Baseline", baseline(report))?;
    writeln!(page, "</dl>")?;
    if !report.unopened.is_empty() {
        writeln!(
            page,
            "<details class=\"more\"><summary>Left out inside of files</summary>\n<ul>"
        )?;
        for skip in &report.unopened {
            writeln!(page, "<li>{}</li>", text(&fault(skip, &skip.what)))?;
        }
        writeln!(page, "</ul>\n</details>")?;
    }
    writeln!(page, "</section>")
}

fn policy(report: &Report) -> String {
    let policy = report
        .keys
        .as_ref()
        .map(|keys| &keys.policy)
        .filter(|policy| !policy.by_default);
    let Some(policy) = policy else { return String::new() };
    let mut said = policy.title.clone().unwrap_or_else(|| policy.name.clone());
    if let Some(limit) = policy.limits.max_age_days {
        said += &format!("; at most {limit} days");
    }
    said
}

fn below(report: &Report) -> String {
    let stats = &report.stats;
    let floor = stats
        .min_confidence
        .map_or("the asked", |confidence| confidence.as_str());
    match stats.below_confidence {
        0 => String::new(),
        count => format!(
            "{} below {floor} confidence; --min-confidence low shows them",
            grouped(count)
        ),
    }
}

fn lapsed(report: &Report) -> String {
    match report.suppression.lapsed {
        0 => String::new(),
        count => format!("{}: what allowed them has ended", grouped(count)),
    }
}

fn baseline(report: &Report) -> String {
    let Some(baseline) = &report.suppression.baseline else {
        return String::new();
    };
    let counted = |list: &[String], word: &str| match list.len() {
        0 => String::new(),
        count => format!(", {} {word}", grouped(count as u64)),
    };
    format!(
        "{}: {} entries{}{}",
        baseline.file,
        grouped(baseline.entries),
        counted(&baseline.unused, "unused"),
        counted(&baseline.ended, "ended")
    )
}

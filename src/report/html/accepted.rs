//! The suppressed findings, apart from the others: one short entry each, with who allows it and why.

use std::fmt::Write;

use super::frame::text;
use super::plan::Plan;
use crate::report::human::summary::grouped;
use crate::report::shown_masked;

/// Suppressed findings that are listed.
const MOST_LISTED: usize = 500;

/// Writes the section, if anything is suppressed.
pub fn write(page: &mut String, plan: &Plan<'_>) -> std::fmt::Result {
    let suppressed = &plan.report.suppressed;
    if suppressed.is_empty() {
        return Ok(());
    }
    let kinds = plan.report.by_suppression();
    let kinds: Vec<String> = kinds
        .iter()
        .map(|(kind, count)| format!("{} {}", grouped(*count), kind.as_str()))
        .collect();
    writeln!(
        page,
        "<section class=\"part\" id=\"suppressed\" tabindex=\"-1\">\n<h2>Suppressed <small>{}</small></h2>\n<ul \
         class=\"accepted\">",
        kinds.join(", ")
    )?;
    for finding in suppressed.iter().take(MOST_LISTED) {
        let Some(mark) = &finding.suppressed else { continue };
        let severity = finding.severity.as_str();
        let start = finding.primary().start;
        let until = mark.until.map(|day| format!(", until {day}")).unwrap_or_default();
        writeln!(
            page,
            "<li class=\"entry {severity}\" data-severity=\"{severity}\" data-state=\"suppressed\" data-rule=\"{}\">\n<p>\
             <span class=\"severity\">{severity}</span> {} <code>{}</code> <span class=\"print\">{}</span></p>\n<p \
             class=\"place\"><code>{}:{}:{}</code></p>\n<p class=\"why\"><b>{}</b>{until}{}</p>\n</li>",
            text(&finding.rule.id),
            text(&finding.rule.about.title),
            text(&shown_masked(finding)),
            finding.fingerprint.id(),
            text(&plan.locator.name(finding.primary())),
            start.line,
            start.column,
            mark.kind.as_str(),
            if mark.reason.is_empty() {
                String::new()
            } else {
                format!(": {}", text(&mark.reason))
            },
        )?;
    }
    writeln!(page, "</ul>")?;
    if suppressed.len() > MOST_LISTED {
        let more = grouped((suppressed.len() - MOST_LISTED) as u64);
        writeln!(
            page,
            "<p class=\"cut\">{more} more are only counted; --report json has all of them.</p>"
        )?;
    }
    writeln!(page, "</section>")
}

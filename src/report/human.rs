//! The report for people: one block a finding, then what was scanned, found and not read.
//!
//! Everything goes through a [`Page`], which escapes what a repository wrote, so that no path and
//! no snippet can move the cursor or hide a line.

mod block;
pub(in crate::report) mod page;
pub(in crate::report) mod summary;

use super::{RenderOptions, Report, place};
use crate::finding::Finding;
use page::{Page, Style};

/// Prints the report for a terminal.
pub fn render(report: &Report, options: &RenderOptions) -> Vec<u8> {
    let mut page = Page::new(options.color, options.width);
    if options.quiet {
        for finding in &report.findings {
            one_line(&mut page, report, finding, options);
        }
        summary::incompleteness(&mut page, report);
        return page.into_bytes();
    }
    for finding in &report.findings {
        block::write(&mut page, report, finding, options);
        page.blank();
    }
    if options.verbose && !report.suppressed.is_empty() {
        suppressed(&mut page, report);
        page.blank();
    }
    summary::write(&mut page, report, options.verbose);
    page.into_bytes()
}

/// `path:line:column: severity: title: secret [id]`
fn one_line(page: &mut Page, report: &Report, finding: &Finding, options: &RenderOptions) {
    let primary = finding.primary();
    let url = options
        .links
        .as_ref()
        .and_then(|links| links.to(primary, finding.state));
    let after = [
        (Style::Plain, ": "),
        (Style::of(finding.severity), finding.severity.as_str()),
        (Style::Plain, ": "),
        (Style::Plain, &finding.rule.about.title),
        (Style::Plain, ": "),
        (Style::Plain, &shown_secret(report, finding)),
        (Style::Dim, &format!(" [{}]", finding.fingerprint.id())),
    ];
    page.linked(
        (Style::Plain, ""),
        (Style::Bold, &place::spot(primary)),
        &after,
        url.as_deref(),
    );
}

fn suppressed(page: &mut Page, report: &Report) {
    for finding in &report.suppressed {
        let Some(suppression) = &finding.suppressed else {
            continue;
        };
        let until = suppression.until.map(|day| format!(" until {day}")).unwrap_or_default();
        page.line(&[
            (Style::Dim, "suppressed  "),
            (Style::Plain, &place::spot(finding.primary())),
            (Style::Plain, &format!(": {}", finding.rule.about.title)),
            (
                Style::Dim,
                &format!(" ({}{until}: {})", suppression.kind.as_str(), suppression.reason),
            ),
        ]);
    }
}

/// The value as people may see it: raw if asked for, whole if AWS calls it public, masked otherwise.
fn shown_secret(report: &Report, finding: &Finding) -> String {
    match report.raw_secret(finding) {
        Some(raw) => crate::text::sanitize(raw),
        None => super::shown_masked(finding),
    }
}

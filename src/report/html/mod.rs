//! The report as one HTML page that needs nothing else: no request, no script from elsewhere, readable without any.
//!
//! For people who decide and people who mend: what there is and how bad, how long each secret has been exposed, and
//! for each what to do. Secrets are masked, whatever was asked for: a page is handed on. It is bounded: [`plan`]
//! chooses what is written out, and what is not is counted and said. `frame`, `ages` and the base of the looks are
//! shared with the page of keys.

mod accepted;
pub(in crate::report) mod ages;
mod card;
mod entry;
mod facts;
mod filter;
pub(in crate::report) mod frame;
mod places;
mod plan;
mod scanned;
mod state;
mod summary;
mod timeline;

use std::fmt::Write;

use super::Report;
use crate::keys::verdict::date;
use ages::Ages;
use frame::Frame;
use plan::Plan;

/// Prints the page.
pub fn render(report: &Report) -> Vec<u8> {
    let plan = Plan::of(report);
    let frame = Frame {
        title: &format!("{}, {}", summary::title(report), date(report.as_of)),
        skip: ("Skip to the findings", "findings"),
        style: include_str!("page.css"),
        script: include_str!("page.js"),
    };
    frame.page(|page| write(page, &plan))
}

fn write(page: &mut String, plan: &Plan<'_>) -> std::fmt::Result {
    summary::header(page, plan)?;
    writeln!(page, "<main>")?;
    summary::incomplete(page, plan.report)?;
    summary::tiles(page, plan.report)?;
    timeline::write(page, plan)?;
    if let Some(ages) = ages(plan) {
        ages::write(page, &ages)?;
    }
    findings(page, plan)?;
    accepted::write(page, plan)?;
    scanned::write(page, plan.report)?;
    writeln!(page, "</main>")?;
    writeln!(
        page,
        "<footer>\n<p>Made by keytrail {}. Secrets are masked; access key ids are public. This page asks nobody for \
         anything, and no command on it was run.</p>\n</footer>",
        env!("CARGO_PKG_VERSION")
    )
}

/// The ages of the keys that were found, if a policy was asked and any is known.
fn ages<'p>(plan: &'p Plan<'_>) -> Option<Ages<'p>> {
    let keys = plan.exposures.iter().filter_map(|exposure| {
        let anchor = plan.anchor(exposure.lead())?;
        Some((anchor, exposure.row?))
    });
    let ages = Ages {
        keys: keys.collect(),
        limit: plan.policy()?.limits.max_age_days,
        as_of: plan.report.as_of,
    };
    ages.is_any_known().then_some(ages)
}

fn findings(page: &mut String, plan: &Plan<'_>) -> std::fmt::Result {
    writeln!(
        page,
        "<section class=\"part\" id=\"findings\" tabindex=\"-1\">\n<h2>Findings</h2>"
    )?;
    if plan.report.findings.is_empty() {
        let nothing = match (plan.report.stats.items, plan.report.complete()) {
            (0, _) => "Nothing was read, so nothing was found.",
            (_, true) => "There is nothing to act on.",
            (_, false) => "There is nothing to act on in what was read.",
        };
        writeln!(page, "<p class=\"none\">{nothing}</p>")?;
    }
    filter::write(page, plan)?;
    if let Some(cut) = plan.cut() {
        writeln!(page, "<p class=\"cut\">{cut}</p>")?;
    }
    writeln!(page, "</section>")?;
    if plan.exposures.is_empty() {
        return Ok(());
    }
    writeln!(page, "<div class=\"entries\">")?;
    for exposure in plan.written() {
        entry::write(page, plan, exposure)?;
    }
    writeln!(page, "</div>")
}

//! One finding on the page, and the exposures that they make up: what it is, where it stands, what is known of it,
//! and what to do.

use std::fmt::Write;

use super::frame::text;
use super::plan::{Exposure, Plan};
use super::{card, facts, places, state};
use crate::finding::Finding;
use crate::report::shown_masked;

/// Writes the findings of an exposure, the card with the first.
pub fn write(page: &mut String, plan: &Plan<'_>, (exposure, has_card): (&Exposure<'_>, bool)) -> std::fmt::Result {
    for number in &exposure.findings {
        let is_lead = *number == exposure.lead();
        open(page, plan, *number, is_lead)?;
        match (is_lead, has_card) {
            (true, true) => card::write(page, plan, exposure)?,
            (true, false) => pointer(page, plan.finding(*number))?,
            (false, _) => {
                let anchor = plan.anchor(exposure.lead()).unwrap_or_default();
                writeln!(
                    page,
                    "<p class=\"todo\">What to do: see <a href=\"#{anchor}\">its access key</a>, above.</p>"
                )?;
            }
        }
        writeln!(page, "</article>")?;
    }
    Ok(())
}

/// Everything of a finding but what to do.
fn open(page: &mut String, plan: &Plan<'_>, number: usize, is_lead: bool) -> std::fmt::Result {
    let finding = plan.finding(number);
    let anchor = plan.anchor(number).unwrap_or_default();
    let severity = finding.severity.as_str();
    let joined = if is_lead { "" } else { " joined" };
    writeln!(
        page,
        "<article class=\"entry {severity}{joined}\" id=\"{anchor}\" tabindex=\"-1\" aria-labelledby=\"{anchor}-name\" \
         data-severity=\"{severity}\" data-state=\"{}\" data-rule=\"{}\">\n<div class=\"said\">",
        finding.state.as_str(),
        text(&finding.rule.id)
    )?;
    writeln!(
        page,
        "<h3 id=\"{anchor}-name\"><span class=\"severity\">{severity}</span> {} <code>{}</code></h3>\n<p class=\"marks\">\
         <span class=\"state {}\">{}</span> <span class=\"print\">{}</span></p>",
        text(&finding.rule.about.title),
        text(&shown_masked(finding)),
        finding.state.as_str(),
        state::name(finding.state),
        finding.fingerprint.id()
    )?;
    writeln!(page, "<div class=\"where\">")?;
    places::write(page, plan, finding)?;
    writeln!(page, "</div>")?;
    facts::write(page, plan, finding, is_lead)?;
    writeln!(page, "</div>")
}

/// The card is printed elsewhere.
fn pointer(page: &mut String, finding: &Finding) -> std::fmt::Result {
    writeln!(
        page,
        "<p class=\"todo\">What to do: <code>keytrail explain {}</code></p>",
        finding.fingerprint.id()
    )
}

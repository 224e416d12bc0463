//! The filters: text, severities, state, rule. They show themselves only where scripts run; without, all is shown.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::frame::text;
use super::plan::Plan;
use super::state;
use crate::finding::Finding;

/// Writes the form, if there is anything to filter.
pub fn write(page: &mut String, plan: &Plan<'_>) -> std::fmt::Result {
    let report = plan.report;
    if report.all_findings().next().is_none() {
        return Ok(());
    }
    writeln!(
        page,
        "<form class=\"filter\" hidden role=\"search\" aria-label=\"Filter the findings\">\n<label class=\"find\">\
         <span>Text</span> <input type=\"search\" name=\"words\" placeholder=\"path, commit, key, account, user\" \
         autocomplete=\"off\" spellcheck=\"false\"></label>"
    )?;
    writeln!(page, "<label class=\"pick\"><span>Where</span> <select name=\"state\">")?;
    writeln!(
        page,
        "<option value=\"\">anywhere</option>\n<option value=\"open\">to act on</option>"
    )?;
    for state in state::counts(&report.findings).keys() {
        writeln!(
            page,
            "<option value=\"{}\">{}</option>",
            state.as_str(),
            state::name(*state)
        )?;
    }
    if !report.suppressed.is_empty() {
        writeln!(page, "<option value=\"suppressed\">suppressed</option>")?;
    }
    writeln!(
        page,
        "</select></label>\n<label class=\"pick rule\"><span>Rule</span> <select name=\"rule\">\n<option value=\"\">every \
         rule</option>"
    )?;
    for ((title, id), count) in rules(report.all_findings()) {
        writeln!(
            page,
            "<option value=\"{}\">{} ({count})</option>",
            text(id),
            text(title)
        )?;
    }
    writeln!(page, "</select></label>\n<fieldset>\n<legend>Severity</legend>")?;
    for (severity, count) in super::super::tally(report.all_findings().map(|finding| finding.severity))
        .iter()
        .rev()
    {
        let word = severity.as_str();
        writeln!(
            page,
            "<label class=\"chip {word}\"><input type=\"checkbox\" name=\"severity\" value=\"{word}\" checked> {word} \
             <small>{count}</small></label>"
        )?;
    }
    writeln!(
        page,
        "</fieldset>\n<p class=\"count\"><output aria-live=\"polite\"></output> <button type=\"reset\" hidden>Show \
         all</button></p>\n</form>"
    )
}

/// The rules that found something, by title, with how much.
fn rules<'r>(findings: impl Iterator<Item = &'r Finding>) -> BTreeMap<(&'r str, &'r str), u64> {
    super::super::tally(findings.map(|finding| (&*finding.rule.about.title, &*finding.rule.id)))
}

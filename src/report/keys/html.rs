//! The table as one HTML page that needs nothing else: no request, no script from elsewhere, readable without any.
//!
//! What it has in common with the page of findings (the frame, the plot of ages, most of the looks) is in
//! `report::html`; the filter in `page.js` shows itself only where scripts run.

mod row;

use std::fmt::Write;

use super::{Group, KeysReport, Row};
use crate::keys::verdict::date;
use crate::report::html::ages::{self, Ages};
use crate::report::html::frame::{Frame, text};

/// Prints the page.
pub fn render(report: &KeysReport) -> Vec<u8> {
    let frame = Frame {
        title: &format!("AWS access keys, {}", date(report.as_of)),
        skip: ("Skip to the keys", "keys"),
        style: include_str!("html/page.css"),
        script: include_str!("html/page.js"),
    };
    frame.page(|page| write(page, report))
}

fn write(page: &mut String, report: &KeysReport) -> std::fmt::Result {
    header(page, report)?;
    writeln!(page, "<main>")?;
    incomplete(page, report)?;
    tiles(page, report)?;
    let ages = Ages {
        keys: (report.rows.iter().enumerate())
            .map(|(number, row)| (format!("key-{number}"), row))
            .collect(),
        limit: report.policy.limits.max_age_days,
        as_of: report.as_of,
    };
    ages::write(page, &ages)?;
    table(page, report)?;
    writeln!(page, "</main>")?;
    footer(page, report)
}

fn header(page: &mut String, report: &KeysReport) -> std::fmt::Result {
    let policy = &report.policy;
    let named = policy.title.as_deref().unwrap_or(&policy.name);
    let default = if policy.by_default { " (the default)" } else { "" };
    writeln!(
        page,
        "<header>\n<p class=\"brand\">keytrail</p>\n<h1>AWS access keys</h1>\n<p class=\"lead\">{} as of <time>{}</time>, \
         held against <b>{}</b>{default}</p>\n</header>",
        match report.rows.len() {
            1 => "1 key".to_owned(),
            count => format!("{count} keys"),
        },
        date(report.as_of),
        text(named)
    )
}

fn incomplete(page: &mut String, report: &KeysReport) -> std::fmt::Result {
    if report.complete() {
        return Ok(());
    }
    writeln!(
        page,
        "<section class=\"incomplete\" role=\"alert\">\n<h2>Incomplete</h2>\n<p>Not everything could be read. There may \
         be more keys, and worse verdicts.</p>\n<ul>"
    )?;
    for reason in report.incompleteness() {
        writeln!(page, "<li>{}</li>", text(&reason))?;
    }
    writeln!(page, "</ul>\n</section>")
}

fn tiles(page: &mut String, report: &KeysReport) -> std::fmt::Result {
    writeln!(page, "<ul class=\"tiles\">")?;
    for group in Group::ALL {
        let count = report.group(group).count();
        let words = match group {
            Group::Leaked => "found in code, not known to be dead",
            Group::Failing => "against the policy",
            Group::Watch => "to watch",
            Group::Fine => "fine",
        };
        let empty = if count == 0 { " empty" } else { "" };
        writeln!(
            page,
            "<li class=\"tile {}{empty}\"><a href=\"#{}\"><strong>{count}</strong> <span>{words}</span></a></li>",
            group.as_str(),
            if count == 0 { "keys" } else { group.as_str() }
        )?;
    }
    writeln!(page, "</ul>")
}

fn table(page: &mut String, report: &KeysReport) -> std::fmt::Result {
    writeln!(page, "<section id=\"keys\" tabindex=\"-1\">\n<h2>Keys</h2>")?;
    if report.rows.is_empty() {
        return writeln!(page, "<p class=\"none\">There are no keys.</p>\n</section>");
    }
    writeln!(page, "<form class=\"filter\" hidden role=\"search\">")?;
    writeln!(
        page,
        "<label class=\"find\"><span>Filter</span> <input type=\"search\" name=\"words\" placeholder=\"user, key, account, \
         verdict, path\" autocomplete=\"off\" spellcheck=\"false\"></label>"
    )?;
    writeln!(page, "<p class=\"count\" aria-live=\"polite\"></p>\n</form>")?;
    writeln!(
        page,
        "<table>\n<thead><tr><th scope=\"col\">Key</th><th scope=\"col\">Status</th><th scope=\"col\">Age</th><th \
         scope=\"col\">Last used</th><th scope=\"col\">What is to be said</th></tr></thead>"
    )?;
    for group in Group::ALL {
        let rows: Vec<(usize, &Row)> = report
            .rows
            .iter()
            .enumerate()
            .filter(|(_, row)| row.group() == group)
            .collect();
        if rows.is_empty() {
            continue;
        }
        writeln!(
            page,
            "<tbody class=\"{0}\" id=\"{0}\">\n<tr class=\"group\"><th colspan=\"5\" scope=\"rowgroup\">{1} <span>{2}</span>\
             </th></tr>",
            group.as_str(),
            group.title(),
            rows.len()
        )?;
        for (number, row) in rows {
            row::write(page, report, number, row)?;
        }
        writeln!(page, "</tbody>")?;
    }
    writeln!(page, "</table>\n</section>")
}

fn footer(page: &mut String, report: &KeysReport) -> std::fmt::Result {
    writeln!(page, "<footer>\n<dl>")?;
    writeln!(
        page,
        "<div><dt>Policy</dt><dd>{}</dd></div>",
        text(&super::policy_words(report))
    )?;
    if !report.sources.is_empty() {
        writeln!(
            page,
            "<div><dt>Inventory</dt><dd>{}</dd></div>",
            text(&report.sources.join(", "))
        )?;
    }
    let looked = match &report.target {
        Some(target) => format!(
            "{} {}; {}",
            target.command,
            target.what.join(" "),
            super::found_words(report)
        ),
        None => super::found_words(report),
    };
    writeln!(page, "<div><dt>Looked through</dt><dd>{}</dd></div>", text(&looked))?;
    writeln!(
        page,
        "</dl>\n<p>Made by keytrail {}. This page asks nobody for anything.</p>\n</footer>",
        env!("CARGO_PKG_VERSION")
    )
}

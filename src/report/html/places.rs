//! The places of a finding: the first with its line, then the others. A file or commit of a known host is a link.

use std::fmt::Write;

use super::frame::text;
use super::plan::Plan;
use crate::finding::{Finding, Occurrence};
use crate::origin::State;

/// Places that are listed beside the first at once.
const NAMED: usize = 4;
/// Places that are listed at all.
const MOST_PLACES: usize = 40;

/// Writes the first place with its line, and the others.
pub fn write(page: &mut String, plan: &Plan<'_>, finding: &Finding) -> std::fmt::Result {
    let first = finding.primary();
    // What no ref reaches is in this object store alone: a host has no page of it.
    let is_public = finding.state != State::Unreachable;
    writeln!(page, "<p class=\"place\">{}</p>", name(plan, first, is_public))?;
    let snippet = first.snippet.trim();
    if !snippet.is_empty() {
        writeln!(page, "<pre class=\"snippet\"><code>{}</code></pre>", text(snippet))?;
    }
    let others = &finding.occurrences[1..];
    if others.is_empty() {
        return Ok(());
    }
    writeln!(page, "<p class=\"also\">Also at</p>")?;
    list(page, plan, &others[..others.len().min(NAMED)], is_public)?;
    if others.len() > NAMED {
        writeln!(
            page,
            "<details class=\"more\"><summary>and {} more places</summary>",
            others.len() - NAMED
        )?;
        list(page, plan, &others[NAMED..others.len().min(MOST_PLACES)], is_public)?;
        if others.len() > MOST_PLACES {
            let rest = others.len() - MOST_PLACES;
            writeln!(page, "<p>and {rest} more, which --report json names</p>")?;
        }
        writeln!(page, "</details>")?;
    }
    Ok(())
}

fn list(page: &mut String, plan: &Plan<'_>, places: &[Occurrence], is_public: bool) -> std::fmt::Result {
    writeln!(page, "<ul class=\"places\">")?;
    for place in places {
        writeln!(page, "<li>{}</li>", name(plan, place, is_public))?;
    }
    writeln!(page, "</ul>")
}

/// `src/a.env:3:8, commit 1a2b3c4d5e6f, in HEAD`
fn name(plan: &Plan<'_>, place: &Occurrence, is_public: bool) -> String {
    let start = place.start;
    let spot = format!("{}:{}:{}", plan.locator.name(place), start.line, start.column);
    let mut said = link(
        plan.locator.permalink(place).filter(|_| is_public),
        &format!("<code>{}</code>", text(&spot)),
    );
    if let Some(stamp) = &place.commit {
        let is_own = is_public && place.origin.submodule.is_none();
        let page = is_own.then(|| plan.locator.commit_page(&stamp.id)).flatten();
        let commit = format!("<code>{}</code>", stamp.id.short());
        said += &format!(" <span class=\"by\">commit {}</span>", link(page, &commit));
    }
    if place.in_head {
        said += " <span class=\"here\">in HEAD</span>";
    }
    said
}

/// A link, if it leads anywhere; else the same without.
pub fn link(address: Option<String>, html: &str) -> String {
    match address {
        Some(address) => format!("<a href=\"{}\" rel=\"noopener noreferrer\">{html}</a>", text(&address)),
        None => html.to_owned(),
    }
}

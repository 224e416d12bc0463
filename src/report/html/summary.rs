//! The head of the page: what was scanned, what came of it in figures, and what could not be read.

use std::fmt::Write;

use super::frame::text;
use super::plan::Plan;
use super::state;
use crate::finding::Severity;
use crate::keys::verdict::date;
use crate::origin::State;
use crate::report::Report;
use crate::report::human::summary::grouped;

/// Faults that are named; an object store without its packs has millions.
const MOST_REASONS: usize = 100;
/// Those that are seen at once.
const FIRST_REASONS: usize = 8;

/// `Secrets in acme/app`
pub fn title(report: &Report) -> String {
    let target = &report.target;
    let remote = target.remote.as_deref().and_then(repository);
    let in_repository = target.command != "scan";
    match (remote, &target.what[..]) {
        (Some(name), _) => format!("Secrets in {name}"),
        (None, [what]) if what == "-" => "Secrets in standard input".to_owned(),
        (None, [.., what]) if what != "." && (in_repository || target.what.len() == 1) => {
            let name = what.trim_end_matches('/').rsplit('/').next();
            format!("Secrets in {}", name.filter(|name| !name.is_empty()).unwrap_or(what))
        }
        (None, [_, _, ..]) if !in_repository => format!("Secrets in {} places", target.what.len()),
        _ if in_repository => "Secrets in this repository".to_owned(),
        _ => "Secrets in this folder".to_owned(),
    }
}

/// `owner/name` of a remote's URL.
fn repository(remote: &str) -> Option<&str> {
    let path = remote.split_once("://")?.1.split_once('/')?.1;
    let path = path.trim_end_matches('/').trim_end_matches(".git");
    Some(path).filter(|path| !path.is_empty())
}

/// Writes the heading, with the ways to the parts of the page.
pub fn header(page: &mut String, plan: &Plan<'_>) -> std::fmt::Result {
    let report = plan.report;
    let looked = match report.target.command {
        "history" => "Everything that the repository still holds",
        "range" => "Each commit of a range",
        "staged" => "What the next commit would add",
        _ => "The files as they are",
    };
    let whole = match report.complete() {
        true => "<span class=\"whole\">complete</span>",
        false => "<span class=\"whole not\">incomplete</span>",
    };
    writeln!(
        page,
        "<header>\n<p class=\"brand\">keytrail</p>\n<h1>{}</h1>\n<p class=\"lead\">{looked}, as of <time>{}</time> {whole}</p>",
        text(&title(report)),
        date(report.as_of),
    )?;
    let parts = [
        ("timeline", "Timeline", super::timeline::is_drawn(plan)),
        ("ages", "Ages", super::ages(plan).is_some()),
        ("findings", "Findings", true),
        ("suppressed", "Suppressed", !report.suppressed.is_empty()),
        ("scanned", "What was scanned", true),
    ];
    writeln!(page, "<nav aria-label=\"Parts of the page\"><ul>")?;
    for (id, name, _) in parts.iter().filter(|(_, _, there)| *there) {
        writeln!(page, "<li><a href=\"#{id}\">{name}</a></li>")?;
    }
    writeln!(page, "</ul></nav>\n</header>")
}

/// Says that not everything was read, and what.
pub fn incomplete(page: &mut String, report: &Report) -> std::fmt::Result {
    if report.complete() {
        return Ok(());
    }
    let all = report.faults.len() + report.incomplete_reasons.len();
    let named: Vec<String> = report.incompleteness().take(MOST_REASONS).collect();
    let (first, rest) = named.split_at(named.len().min(FIRST_REASONS));
    writeln!(
        page,
        "<section class=\"incomplete\" role=\"alert\">\n<h2>Incomplete</h2>\n<p>Not everything could be read; what was \
         not read may hold secrets.</p>"
    )?;
    reasons(page, first)?;
    if !rest.is_empty() {
        let more = grouped((all - first.len()) as u64);
        writeln!(page, "<details class=\"more\"><summary>and {more} more</summary>")?;
        reasons(page, rest)?;
        if all > MOST_REASONS {
            let unnamed = grouped((all - MOST_REASONS) as u64);
            writeln!(page, "<p>and {unnamed} more, which --report json names</p>")?;
        }
        writeln!(page, "</details>")?;
    }
    writeln!(page, "</section>")
}

fn reasons(page: &mut String, reasons: &[String]) -> std::fmt::Result {
    writeln!(page, "<ul>")?;
    for reason in reasons {
        writeln!(page, "<li>{}</li>", text(reason))?;
    }
    writeln!(page, "</ul>")
}

/// The figures: how many and how bad, where they are, and what is accepted.
pub fn tiles(page: &mut String, report: &Report) -> std::fmt::Result {
    let total = report.findings.len() as u64;
    // Nothing found is good news only where everything was read.
    let is_clean = total == 0 && report.complete() && report.stats.items > 0;
    let clean = if is_clean { " clean" } else { "" };
    writeln!(
        page,
        "<ul class=\"tiles\">\n<li class=\"tile all{}{clean}\">",
        empty(total)
    )?;
    writeln!(
        page,
        "<a href=\"#findings\" data-show=\"open\"><strong>{}</strong> <span>to act on</span>{}</a></li>",
        grouped(total),
        severities(report)
    )?;
    for (state, count) in state::counts(&report.findings) {
        let word = state.as_str();
        writeln!(
            page,
            "<li class=\"tile {word}\"><a href=\"#findings\" data-show=\"{word}\"><strong>{}</strong> <span>{}</span> \
             <small>{}</small></a></li>",
            grouped(count),
            state::name(state),
            meaning(state)
        )?;
    }
    let suppressed = report.suppressed.len() as u64;
    let leads_to = if suppressed > 0 { "suppressed" } else { "scanned" };
    writeln!(
        page,
        "<li class=\"tile accepted{}\"><a href=\"#{leads_to}\" data-show=\"suppressed\"><strong>{}</strong> \
         <span>suppressed</span> <small>known, and accepted with a reason</small></a></li>\n</ul>",
        empty(suppressed),
        grouped(suppressed)
    )
}

fn empty(count: u64) -> &'static str {
    if count == 0 { " empty" } else { "" }
}

/// What it means that a secret is there.
fn meaning(state: State) -> &'static str {
    match state {
        State::File => "as they are on disk",
        State::Staged => "not committed yet",
        State::InTree => "whoever has the code has them",
        State::HistoryOnly => "not in HEAD, but every clone has them",
        State::Unreachable => "this object store alone has them",
    }
}

/// The severities as one bar with its parts, and in words.
fn severities(report: &Report) -> String {
    let counts = report.by_severity();
    let total = report.findings.len() as u64;
    if total == 0 {
        return String::new();
    }
    let per_mille = |count: u64| count * 1000 / total;
    let per_cent = |mille: u64| format!("{}.{}%", mille / 10, mille % 10);
    let mut bar = "<svg class=\"parts\" width=\"100%\" height=\"8\" aria-hidden=\"true\">".to_owned();
    let mut words = Vec::new();
    let mut before = 0;
    for (severity, count) in counts.iter().rev() {
        bar += &format!(
            "<rect class=\"{}\" x=\"{}\" width=\"{}\" height=\"8\"/>",
            severity.as_str(),
            per_cent(per_mille(before)),
            per_cent(per_mille(*count).max(4))
        );
        words.push(format!(
            "<span class=\"{0}\">{1} {0}</span>",
            Severity::as_str(*severity),
            grouped(*count)
        ));
        before += count;
    }
    format!("{bar}</svg><small>{}</small>", words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remote_is_named_as_people_name_it() {
        assert_eq!(repository("https://github.com/acme/app.git"), Some("acme/app"));
        assert_eq!(
            repository("https://git.example.com/group/sub/app/"),
            Some("group/sub/app")
        );
        assert_eq!(repository("https://git.example.com/"), None);
        assert_eq!(repository("git@example.com:acme/app"), None);
    }
}

//! The report as Markdown, for the summary of a job and comments on a change: a line a finding, the worst first.
//!
//! GitHub throws a summary away that is larger than a mebibyte, so what does not fit is counted. Names stand in code and
//! all else is escaped: nothing that a repository holds is markup, a link or a mention.

use std::cmp::Reverse;

use super::markup::{MARKDOWN, code, text};
use super::roots::Roots;
use super::spot::known;
use super::{Report, notes, place, time};
use crate::finding::Finding;
use crate::text::inert;

/// Where the page is cut, in bytes: other tools write into the same summary.
const MOST: usize = 900 << 10;
/// What the parts before the findings, and the findings, leave to those behind them.
const LEFT_BY_FAULTS: usize = 600 << 10;
const LEFT_BY_FINDINGS: usize = 100 << 10;
/// What is kept for the lines that say what was cut.
const KEPT: usize = 1 << 10;
const NOT_SHOWN: &str = "a page of this kind has no room for more. The JSON report has them all.";

/// Prints the page.
pub fn render(report: &Report) -> Vec<u8> {
    let roots = Roots::of(&report.target.what);
    let mut page = Page(format!(
        "## keytrail found {}\n\n{}\n",
        notes::found(report),
        scanned(report)
    ));
    if !report.complete() {
        let head = "\n**Incomplete: not everything could be read, and what was not read may hold secrets.**\n\n";
        let unread = notes::incomplete(report, &roots).into_iter();
        page.part(
            head,
            unread.map(|reason| format!("- {}\n", code(&reason))),
            LEFT_BY_FAULTS,
        );
    }
    if !report.findings.is_empty() {
        let mut findings: Vec<&Finding> = report.findings.iter().collect();
        findings.sort_by_key(|finding| (Reverse(finding.severity), Reverse(finding.confidence)));
        let head = "\n| severity | what | secret | where | since | more | id |\n|---|---|---|---|---|---|---|\n";
        let rows = findings.into_iter().map(|finding| row(finding, &roots));
        page.part(head, rows, LEFT_BY_FINDINGS);
    }
    if let Some(counted) = notes::suppressed(report) {
        let head = format!(
            "\n{}\n\n| suppressed by | what | where | reason |\n|---|---|---|---|\n",
            text(&counted.replace(", not shown", ""))
        );
        page.part(
            &head,
            report.suppressed.iter().map(|finding| suppressed(finding, &roots)),
            KEPT,
        );
    }
    let left_out = notes::left_out(report);
    if !left_out.is_empty() {
        page.0 += &format!("\n{}\n", text(&left_out.join(" ")));
    }
    page.0.into_bytes()
}

/// What is written, and never grows above [`MOST`].
struct Page(String);

impl Page {
    /// Writes a heading and as many rows as leave so many bytes to what follows; says how many are not shown.
    fn part(&mut self, head: &str, rows: impl Iterator<Item = String>, left: usize) {
        self.0 += head;
        let mut cut = 0_u64;
        for row in rows.map(|row| inert(&row)) {
            match cut == 0 && self.0.len() + row.len() + left.max(KEPT) <= MOST {
                true => self.0 += &row,
                false => cut += 1,
            }
        }
        if cut > 0 {
            self.0 += &format!("\n**{cut} more are not shown:** {NOT_SHOWN}\n");
        }
    }
}

fn scanned(report: &Report) -> String {
    let stats = &report.stats;
    let commits = match stats.commits {
        0 => String::new(),
        commits => format!(", {commits} commits"),
    };
    format!(
        "Scanned by {}: {} items, {} bytes{commits}.",
        code(&format!("keytrail {}", report.target.command)),
        stats.items,
        stats.bytes
    )
}

fn row(finding: &Finding, roots: &Roots<'_>) -> String {
    let since = finding.introduced.map(|stamp| {
        let date = time::date(stamp.commit_time).unwrap_or_else(|| "no valid date".to_owned());
        format!("{} ({date})", code(&stamp.id.short()))
    });
    let account = finding.aws.as_ref().and_then(|aws| aws.account_id.as_ref());
    let account = account
        .map(|account| format!("account {}, ", text(account)))
        .unwrap_or_default();
    format!(
        "| {} | {} | {} | {} | {} | {account}{}.{} | {} |\n",
        finding.severity.as_str(),
        text(&finding.rule.about.title),
        code(&finding.secret.masked()),
        places(finding, roots),
        since.unwrap_or_default(),
        finding.state.as_str(),
        known(finding, &MARKDOWN),
        code(&finding.fingerprint.id()),
    )
}

fn suppressed(finding: &Finding, roots: &Roots<'_>) -> String {
    let Some(suppression) = &finding.suppressed else {
        return String::new();
    };
    let until = suppression.until.map(|day| format!(" until {day}")).unwrap_or_default();
    format!(
        "| {}{until} | {} | {} | {} |\n",
        suppression.kind.as_str(),
        text(&finding.rule.about.title),
        places(finding, roots),
        code(&suppression.reason),
    )
}

/// The leading place, and how many more there are.
fn places(finding: &Finding, roots: &Roots<'_>) -> String {
    let lead = finding.primary();
    let name = place::name_by_path(lead, &roots.relative(&lead.origin.path));
    let spot = code(&format!("{name}:{}:{}", lead.start.line, lead.start.column));
    match finding.occurrences.len() - 1 {
        0 => spot,
        more => format!("{spot} and {more} more"),
    }
}

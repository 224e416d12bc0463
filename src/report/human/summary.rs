//! The end of the human report: what was scanned, what was found, and what was not read.

use super::page::{Page, Style};
use crate::report::{BaselineUse, Report, SuppressionUse};
use crate::skip::Policy;

/// Writes the summary.
pub fn write(page: &mut Page, report: &Report, verbose: bool) {
    let stats = &report.stats;
    let mut scanned = format!("{} items, {}", grouped(stats.items), size(stats.bytes));
    if stats.commits > 0 {
        let plural = if stats.commits == 1 { "" } else { "s" };
        scanned += &format!(", {} commit{plural}", grouped(stats.commits));
    }
    let what = report.target.what.join(" ");
    page.row(
        false,
        "scanned",
        &format!("{scanned} ({} {what})", report.target.command),
    );
    page.row(false, "found", &found(report));
    if !report.suppressed.is_empty() {
        let kinds = report.by_suppression().into_iter();
        page.row(
            false,
            "suppressed",
            &counts(report.suppressed.len(), kinds.map(|(kind, n)| (n, kind.as_str()))),
        );
    }
    suppression(page, &report.suppression, verbose);
    if stats.below_confidence > 0 {
        let floor = stats
            .min_confidence
            .map_or("the asked", |confidence| confidence.as_str());
        let text = format!(
            "{} below {floor} confidence; --min-confidence low shows them",
            grouped(stats.below_confidence)
        );
        page.row(false, "not shown", &text);
    }
    if !report.left_out.is_empty() {
        let kinds = report.left_out.iter();
        let kinds: Vec<String> = kinds
            .map(|(policy, n)| format!("{} ({}{})", policy.plural(), grouped(*n), remedy(report, *policy)))
            .collect();
        page.row(false, "left out", &kinds.join(", "));
        for skip in report.unopened.iter().filter(|_| verbose) {
            page.row(false, "", &super::super::fault(skip, &skip.what));
        }
    }
    if !report.complete() {
        page.blank();
    }
    incompleteness(page, report);
}

/// Says that the run is incomplete, and names all that was not read. Writes nothing if it is complete.
pub fn incompleteness(page: &mut Page, report: &Report) {
    if report.complete() {
        return;
    }
    page.line(&[
        (Style::Alarm, "INCOMPLETE"),
        (
            Style::Plain,
            ": not everything could be read; what was not read may hold secrets",
        ),
    ]);
    for reason in report.incompleteness() {
        page.row(false, "", &reason);
    }
}

/// What allows findings, and what of it has ended or is of no use.
fn suppression(page: &mut Page, usage: &SuppressionUse, verbose: bool) {
    if !usage.files.is_empty() {
        page.row(false, "obeyed", &usage.files.join(", "));
    }
    if usage.lapsed > 0 {
        let text = format!(
            "{} open again: what allowed them has ended; -v says what",
            grouped(usage.lapsed)
        );
        page.row(false, "lapsed", &text);
    }
    if verbose && !usage.unused.is_empty() {
        page.row(false, "unused", &usage.unused.join(", "));
    }
    if let Some(baseline) = &usage.baseline {
        let BaselineUse {
            file,
            entries,
            unused,
            ended,
        } = baseline;
        let mut text = format!("{file}: {} entries", grouped(*entries));
        if !unused.is_empty() {
            text += &format!(", {} unused", grouped(unused.len() as u64));
        }
        if !ended.is_empty() {
            text += &format!(", {} ended", grouped(ended.len() as u64));
        }
        page.row(false, "baseline", &text);
    }
}

/// How to have it read after all.
fn remedy(report: &Report, policy: Policy) -> &'static str {
    match (report.target.command, policy) {
        ("history", Policy::Submodule) => "; --submodules reads those that are cloned",
        _ => "",
    }
}

fn found(report: &Report) -> String {
    let severities = report.by_severity().into_iter().rev();
    match report.findings.len() {
        0 if report.complete() => "nothing".to_owned(),
        0 => "nothing in what was read".to_owned(),
        total => counts(total, severities.map(|(severity, n)| (n, severity.as_str()))),
    }
}

/// `3: 1 critical, 2 high`
fn counts<'w>(total: usize, parts: impl Iterator<Item = (u64, &'w str)>) -> String {
    let parts: Vec<String> = parts.map(|(n, word)| format!("{} {word}", grouped(n))).collect();
    format!("{}: {}", grouped(total as u64), parts.join(", "))
}

/// `1,234,567`
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `512 bytes`, `34.1 MiB`
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
    if bytes < 1024 {
        return format!("{bytes} bytes");
    }
    let mut value = bytes as f64 / 1024.0;
    let mut unit = 0;
    while value >= 1023.95 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    format!("{value:.1} {}", UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_for_people() {
        assert_eq!(grouped(7), "7");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(size(1023), "1023 bytes");
        assert_eq!(size(1536), "1.5 KiB");
        assert_eq!(size(1024 * 1024 - 1), "1.0 MiB");
        assert_eq!(size(u64::MAX), "16384.0 PiB");
    }
}

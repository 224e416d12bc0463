//! Annotations for a job of GitHub Actions: commands on lines of standard output, which the runner reads and shows
//! beside the code.
//!
//! The runner takes ten of each kind from a step, so the ten worst are written and the rest is counted. Nothing that a
//! repository holds can be a command. Nothing here asks the runner to mask a value: that would print it.

use super::roots::Roots;
use super::spot::{PLAIN, Spot, open_spots};
use super::{Report, notes};
use crate::finding::Severity;
use crate::text::{inert, sanitize};

/// The runner shows so many of one kind from one step.
const SHOWN: usize = 10;

/// Prints the annotations, then what is to be said of the run.
pub fn render(report: &Report) -> Vec<u8> {
    let roots = Roots::of(&report.target.what);
    let spots = open_spots(report);
    let mut text: String = spots.iter().take(SHOWN).map(|spot| annotation(spot, &roots)).collect();
    if !report.complete() {
        // A warning, because the ten errors may be used up.
        text += &command(
            "warning",
            &[("title", "keytrail: incomplete".to_owned())],
            "Not everything could be read; what was not read may hold secrets. The log of the step names it.",
        );
    }
    text += &inert(&summary(report, &roots, spots.len()));
    text.into_bytes()
}

fn annotation(spot: &Spot<'_>, roots: &Roots<'_>) -> String {
    let finding = spot.finding;
    let kind = match finding.severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "notice",
    };
    let mut properties = Vec::new();
    // A line of an old commit is none of the tree that the job is shown beside.
    let is_of_today = spot.lead.in_head || spot.lead.commit.is_none();
    if let Some(file) = spot.file(roots).filter(|_| is_of_today) {
        let (line, end_line) = spot.lines();
        properties.push(("file", sanitize(&file)));
        properties.push(("line", line.to_string()));
        properties.push(("endLine", end_line.to_string()));
        // GitHub takes columns only within one line.
        if line == spot.lead.start.line && line == spot.lead.end.line {
            properties.push(("col", spot.lead.start.column.to_string()));
            properties.push(("endColumn", spot.lead.end.column.to_string()));
        }
    }
    let title = format!("{} ({})", finding.rule.about.title, finding.severity.as_str());
    properties.push(("title", sanitize(title.as_bytes())));
    let message = format!(
        "{} Finding {}",
        spot.says(&spot.name(roots), &PLAIN),
        finding.fingerprint.id()
    );
    command(kind, &properties, &message)
}

/// `::name key=value,key=value::data`
fn command(name: &str, properties: &[(&str, String)], data: &str) -> String {
    let properties: Vec<String> = properties
        .iter()
        .map(|(key, value)| format!("{key}={}", escape_property(value)))
        .collect();
    format!("::{name} {}::{}\n", properties.join(","), escape_data(data))
}

fn escape_data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn escape_property(text: &str) -> String {
    escape_data(text).replace(':', "%3A").replace(',', "%2C")
}

/// What the log of the step says.
fn summary(report: &Report, roots: &Roots<'_>, spots: usize) -> String {
    let mut lines = vec![format!("keytrail found {}", notes::found(report))];
    if spots > SHOWN {
        lines.push(format!("The {SHOWN} worst of {spots} places are annotated."));
    }
    lines.extend(notes::suppressed(report));
    lines.extend(notes::left_out(report));
    let unread = notes::incomplete(report, roots).into_iter();
    lines.extend(unread.map(|reason| format!("INCOMPLETE: {reason}")));
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_a_command_or_a_property_is_escaped() {
        let line = command("error", &[("file", "a,b:c%0A".to_owned())], "x\r\n::warning::y%");
        assert_eq!(line, "::error file=a%2Cb%3Ac%250A::x%0D%0A::warning::y%25\n");
    }
}

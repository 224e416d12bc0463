//! JUnit's XML, as Jenkins, GitLab, Azure and CircleCI read it: a failed case for each secret at each path.
//!
//! What is suppressed is a skipped case, what was not read an error, and a clean run has one case that passes: no case
//! at all would look like a job that did not run. No time is in it, for there is none to measure.

use super::roots::Roots;
use super::spot::{PLAIN, Spot, spots};
use super::{Report, notes};
use crate::text::sanitize;

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// The cases of a suite, and how many of each kind there are.
#[derive(Default)]
struct Cases {
    xml: String,
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

/// Prints the report.
pub fn render(report: &Report) -> Vec<u8> {
    let roots = Roots::of(&report.target.what);
    let mut cases = Cases::default();
    for spot in spots(report) {
        cases.spot(&spot, &roots);
    }
    cases.run(report, &roots);
    let counts = format!(
        "tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\"",
        cases.tests, cases.failures, cases.errors, cases.skipped
    );
    let properties = properties(report);
    let suite = format!("keytrail {}", report.target.command);
    let xml = format!(
        "{DECLARATION}<testsuites name=\"keytrail\" {counts}>\n  <testsuite name=\"{suite}\" {counts}>\n\
         {properties}{}  </testsuite>\n</testsuites>\n",
        cases.xml
    );
    xml.into_bytes()
}

impl Cases {
    /// The case of one secret at one path.
    fn spot(&mut self, spot: &Spot<'_>, roots: &Roots<'_>) {
        let finding = spot.finding;
        let place = spot.name(roots);
        let says = spot.says(&place, &PLAIN);
        let (line, _) = spot.lines();
        let id = finding.fingerprint.id();
        // With the id, because history may have had two secrets at one spot, and of two cases of one name one is lost.
        let mut attributes = format!(
            "classname=\"{}\" name=\"{}:{}:{} {id}\"",
            escape(&finding.rule.id),
            escape(&place),
            spot.lead.start.line,
            spot.lead.start.column,
        );
        if let Some(file) = spot.file(roots) {
            attributes += &format!(" file=\"{}\" line=\"{line}\"", escape(&sanitize(&file)));
        }
        let result = match &finding.suppressed {
            Some(suppression) => {
                self.skipped += 1;
                let kind = suppression.kind.as_str();
                format!(
                    "<skipped message=\"{}\"/>",
                    escape(&format!("suppressed ({kind}): {}", suppression.reason))
                )
            }
            None => {
                self.failures += 1;
                let title = format!("{}: {}", finding.severity.as_str(), finding.rule.about.title);
                let text = format!("{says}\n{}\nFinding {id}", finding.rule.about.advice);
                let text: Vec<String> = text.lines().map(escape).collect();
                format!(
                    "<failure type=\"{}\" message=\"{}\">{}</failure>",
                    finding.severity.as_str(),
                    escape(&title),
                    text.join("\n")
                )
            }
        };
        self.add(&attributes, &result);
    }

    /// The case of the run: whether everything was read.
    fn run(&mut self, report: &Report, roots: &Roots<'_>) {
        let unread = notes::incomplete(report, roots);
        let result = match unread.is_empty() {
            true => String::new(),
            false => {
                self.errors += 1;
                let unread: Vec<String> = unread.iter().map(|reason| escape(reason)).collect();
                let message = "not everything could be read; what was not read may hold secrets";
                format!(
                    "<error type=\"incomplete\" message=\"{message}\">{}</error>",
                    unread.join("\n")
                )
            }
        };
        self.add("classname=\"keytrail\" name=\"everything was read\"", &result);
    }

    fn add(&mut self, attributes: &str, result: &str) {
        self.tests += 1;
        self.xml += &match result {
            "" => format!("    <testcase {attributes}/>\n"),
            _ => format!("    <testcase {attributes}>\n      {result}\n    </testcase>\n"),
        };
    }
}

/// What else is to be said of the run.
fn properties(report: &Report) -> String {
    let version = format!("keytrail {}", env!("CARGO_PKG_VERSION"));
    let scanned = format!("{} items, {} bytes", report.stats.items, report.stats.bytes);
    let facts = [("tool", version), ("scanned", scanned)].into_iter();
    let left_out = notes::left_out(report).into_iter().map(|note| ("note", note));
    let properties: Vec<String> = facts
        .chain(left_out)
        .map(|(name, value)| format!("      <property name=\"{name}\" value=\"{}\"/>\n", escape(&value)))
        .collect();
    format!("    <properties>\n{}    </properties>\n", properties.concat())
}

/// One line of text as XML holds it: no markup, no control characters, none of the two code points that XML forbids.
fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in sanitize(text.as_bytes()).chars() {
        match c {
            '&' => safe += "&amp;",
            '<' => safe += "&lt;",
            '>' => safe += "&gt;",
            '"' => safe += "&quot;",
            '\u{fffe}' | '\u{ffff}' => safe.extend(c.escape_unicode()),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_no_markup_and_has_no_forbidden_character() {
        assert_eq!(escape("a<b>&\"c\"]]>"), "a&lt;b&gt;&amp;&quot;c&quot;]]&gt;");
        assert_eq!(escape("a\u{0}\u{b}\u{ffff}\n"), "a\\u{0}\\u{b}\\u{ffff}\\n");
    }
}

//! `explain --trace FILE:LINE`: why something on a line was or was not reported, in words.
//!
//! The file is scanned as `scan` does it, with nothing hidden; then each anchor on the line is asked again which rules
//! looked there and what they said. Secrets are masked, and of the line nothing else is shown.

use std::collections::HashSet;
use std::fmt::Write;
use std::ops::Range;
use std::path::Path;

use super::configure::{Configured, Subject};
use super::{Job, find_files};
use crate::cli::{Common, FactArguments};
use crate::decode::Encoding;
use crate::detect::{Candidate, Said};
use crate::error::Error;
use crate::finding::Finding;
use crate::level::Confidence;
use crate::outcome::Outcome;
use crate::report::Report;
use crate::settings::{ReportSettings, RuleSettings, SourceSettings};
use crate::source::pieces::PIECE;
use crate::source::regular::{Links, read_bounded};
use crate::text::{LineIndex, sanitize};

/// Tells why, and exits with 0 whatever the answer is.
pub fn trace(place: &str, rules: RuleSettings, arguments: FactArguments) -> Result<Outcome, Error> {
    let (path, line) = parse(place)?;
    let paths = [path];
    let common = Common {
        source: SourceSettings {
            no_ignore: true,
            ..arguments.join.source
        },
        rules,
        report: ReportSettings {
            as_of: arguments.tell.as_of,
            quiet: true,
            ..ReportSettings::default()
        },
        settings: arguments.join.settings,
        ..Common::default()
    };
    let subject = Subject::Paths(&paths);
    let mut configured = Configured::read(&common.settings, subject)?;
    let asked = configured
        .config
        .settings
        .report
        .min_confidence
        .replace(Confidence::Low);
    let asked = asked.unwrap_or(Confidence::Medium);
    let job = Job::configured(common, configured, subject)?;
    let (bytes, encoding) = content(&paths[0])?;
    let (target, discovered, scanned) = find_files(&job, &paths)?;
    let report = job.report(target, discovered, scanned);
    let index = LineIndex::new(&bytes);
    let first = (line as usize)
        .checked_sub(1)
        .filter(|_| line <= index.lines())
        .and_then(|number| index.start(number))
        .ok_or_else(|| {
            let path = sanitize(paths[0].as_os_str().as_encoded_bytes());
            Error::input(format!("{path}: there is no line {line}"))
                .cause(match index.lines() {
                    0 => "it is empty".to_owned(),
                    last => format!("its lines are 1 to {last}"),
                })
                .hint("name one of them: --trace FILE:LINE")
        })?;
    let story = Story {
        job: &job,
        bytes: &bytes,
        index: &index,
        line,
        part: first..first + index.line_at(first).1.len(),
        report: &report,
        asked,
    };
    let mut text = format!("{}, line {line}", sanitize(paths[0].as_os_str().as_encoded_bytes()));
    text += &encoding.map_or_else(String::new, |name| format!(", decoded from {name}"));
    text += "\n";
    story.looks(&mut text);
    story.outcome(&mut text);
    super::say(&text)
}

fn parse(place: &str) -> Result<(std::path::PathBuf, u32), Error> {
    let parsed = place
        .rsplit_once(':')
        .and_then(|(path, line)| Some((path, line.parse::<u32>().ok()?)));
    match parsed {
        Some((path, line)) if !path.is_empty() && line > 0 => Ok((path.into(), line)),
        _ => Err(Error::usage("--trace: that is no place").hint("write it as FILE:LINE, the first line being 1")),
    }
}

/// The file's text as it is searched, and how it was encoded.
fn content(path: &Path) -> Result<(Vec<u8>, Option<&'static str>), Error> {
    let shown = sanitize(path.as_os_str().as_encoded_bytes());
    let bytes = read_bounded(path, Links::Refuse, PIECE as u64).map_err(|error| {
        Error::input(format!("{shown}: the file cannot be read"))
            .cause(error)
            .hint("of a large file, save the part in question as a file of its own")
    })?;
    let bytes = bytes.ok_or_else(|| {
        Error::input(format!("{shown}: the file cannot be read: it does not exist")).hint("name a file that exists")
    })?;
    Ok(match Encoding::of_start(&bytes) {
        Some(encoding) => (encoding.decode(&bytes, 0), Some(encoding.as_str())),
        None => (bytes, None),
    })
}

/// What there is to tell of a line.
struct Story<'s> {
    job: &'s Job,
    bytes: &'s [u8],
    index: &'s LineIndex<'s>,
    line: u32,
    part: Range<usize>,
    report: &'s Report,
    /// Findings of less confidence are not shown by a scan.
    asked: Confidence,
}

impl Story<'_> {
    /// Each place where something could begin, and what every rule made of it.
    fn looks(&self, text: &mut String) {
        let looks = self.job.detectors.trace(self.bytes, &self.part);
        if looks.is_empty() {
            *text += "\nNo rule looks at anything here: there is no beginning of a known secret, no telling word, no run of characters that could be a value.\n";
        }
        for look in looks {
            let at = self.index.position(look.at.start);
            let line = if at.line == self.line {
                String::new()
            } else {
                format!("line {}, ", at.line)
            };
            let _ = writeln!(text, "\n{line}column {}: {}", at.column, look.what);
            for asked in look.asked {
                let said = match &asked.said {
                    Said::Found(candidate) => self.found(candidate),
                    Said::Nothing(why) => format!("no: {why}"),
                };
                let _ = writeln!(text, "  {}: {said}", asked.rule);
            }
        }
    }

    fn found(&self, candidate: &Candidate) -> String {
        let start = self.index.position(candidate.span.start);
        let mut said = format!(
            "yes, at line {} column {}, confidence {}",
            start.line,
            start.column,
            candidate.confidence.as_str()
        );
        if !candidate.reasons.is_empty() {
            said += &format!(": {}", candidate.reasons.join("; "));
        }
        if let Some(why) = candidate.placeholder {
            said += &format!("; but {why}");
        }
        let stands = |finding: &Finding| {
            let mut places = finding.occurrences.iter();
            finding.rule.id == candidate.rule.id && places.any(|place| place.start == start)
        };
        if !self.all().any(stands) {
            said += "; another rule is preferred where both match, or the rule is for other paths";
        }
        said
    }

    /// What a scan makes of it in the end.
    fn outcome(&self, text: &mut String) {
        let is_here = |finding: &&Finding| {
            let mut places = finding.occurrences.iter();
            places.any(|place| (place.start.line..=place.end.line).contains(&self.line))
        };
        *text += "\nOutcome\n";
        let mut told = HashSet::new();
        for finding in self.all().filter(is_here) {
            if !told.insert(finding.fingerprint) {
                continue;
            }
            let verdict = match &finding.suppressed {
                Some(why) => format!("not to be acted on ({}): {}", why.kind.as_str(), why.reason),
                None if finding.confidence < self.asked => format!(
                    "not shown: its confidence is {}, and {} is asked; --min-confidence {} shows it",
                    finding.confidence.as_str(),
                    self.asked.as_str(),
                    finding.confidence.as_str()
                ),
                None => format!(
                    "reported: severity {}, confidence {}",
                    finding.severity.as_str(),
                    finding.confidence.as_str()
                ),
            };
            let line = format!("  {} {}: {verdict}", finding.rule.id, finding.secret.masked());
            let _ = writeln!(text, "{}", sanitize(line.as_bytes()));
            for reason in &finding.reasons {
                let _ = writeln!(text, "    {}", sanitize(reason.as_bytes()));
            }
        }
        if told.is_empty() {
            *text += "  nothing is reported on this line\n";
        }
    }

    fn all(&self) -> impl Iterator<Item = &Finding> {
        self.report.findings.iter().chain(&self.report.suppressed)
    }
}

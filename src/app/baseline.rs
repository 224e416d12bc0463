//! The `baseline` commands: what is found now becomes what is accepted, or is held against it.

use std::collections::HashSet;
use std::path::Path;

use jiff::civil::Date;

use super::configure::{Configured, Subject};
use super::job::Job;
use super::{history, say};
use crate::baseline::file::MOST_BYTES;
use crate::baseline::{Baseline, Entry, Key, Usage};
use crate::cli::{BaselineArguments, BaselineCommand, Common};
use crate::error::Error;
use crate::finding::{Confidence, Finding, Fingerprint, is_over};
use crate::notice;
use crate::outcome::Outcome;
use crate::report::{Destination, Format};
use crate::settings::{EntrySettings, ReportSettings, SuppressSettings};
use crate::source::regular::{Links, read_bounded};
use crate::text::sanitize;

/// Makes a baseline, adds to it, holds it against what is there, or takes out what is not.
pub fn baseline(command: BaselineCommand) -> Result<Outcome, Error> {
    match command {
        BaselineCommand::Create { arguments, entry } => {
            let file = &arguments.file;
            if file.symlink_metadata().is_ok() {
                return Err(Error::usage(format!("{}: there is a file already", file.display()))
                    .hint("add to a baseline with `keytrail baseline update`, or name another file"));
            }
            write_accepted(&arguments, Baseline::new(Key::random()), &entry)
        }
        BaselineCommand::Update { arguments, entry } => {
            let baseline = read(&arguments.file)?;
            write_accepted(&arguments, baseline, &entry)
        }
        BaselineCommand::Check { arguments } => check(&arguments),
        BaselineCommand::Prune { arguments } => prune(&arguments),
    }
}

/// Adds what is open now. What is there stays as it is, unless it has ended.
fn write_accepted(
    arguments: &BaselineArguments,
    mut baseline: Baseline,
    entry: &EntrySettings,
) -> Result<Outcome, Error> {
    let file = destination(&arguments.file);
    Destination::check(std::slice::from_ref(&file))?;
    check_ids(&entry.finding)?;
    check_until(entry.until, common(arguments).report.as_of()?)?;
    let mut now = Now::of(arguments)?;
    let usage = baseline.mark(&mut now.findings, now.as_of);
    let accepted = accepted(&now, &entry.finding)?;
    for finding in &accepted {
        let entry = Entry {
            rule: finding.rule.id.to_string(),
            until: entry.until,
            reason: entry.reason.clone().unwrap_or_default(),
        };
        baseline.accept(&finding.secret, entry);
    }
    file.write(baseline.render().as_bytes())?;
    if !arguments.look.quiet {
        notice::tell(format!(
            "{}: {} accepted now, {} before",
            arguments.file.display(),
            accepted.len(),
            usage.entries
        ));
    }
    now.warn();
    Ok(Outcome::of_baseline(false, now.is_complete()))
}

/// Refuses what cannot be the id of a finding. It is not quoted: it may be a secret, pasted by mistake.
fn check_ids(ids: &[String]) -> Result<(), Error> {
    let is_id = |id: &String| (12..=32).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_hexdigit());
    match ids.iter().all(is_id) {
        true => Ok(()),
        false => {
            Err(Error::usage("--finding: that is no id of a finding")
                .hint("write its 12 hex digits, as reports give them"))
        }
    }
}

/// Refuses a day that is over: what is accepted until then is not accepted.
fn check_until(until: Option<Date>, now: i64) -> Result<(), Error> {
    match until.filter(|day| is_over(*day, now)) {
        None => Ok(()),
        Some(day) => Err(Error::usage(format!("--until {day}: that day is over"))
            .hint("name the last day on which it is accepted, or leave --until out")),
    }
}

/// The open findings that are to be accepted: at or above the asked confidence, or named; each with its other half,
/// whatever its confidence.
fn accepted<'n>(now: &'n Now, named: &[String]) -> Result<Vec<&'n Finding>, Error> {
    let open = now.findings.iter().filter(|finding| finding.suppressed.is_none());
    let is_named = |finding: &Finding, id: &String| finding.fingerprint.to_string().starts_with(id.as_str());
    if let Some(id) = named
        .iter()
        .find(|id| !open.clone().any(|finding| is_named(finding, id)))
    {
        return Err(Error::input(format!("--finding {id}: there is no such open finding"))
            .hint("take the id from a report; the same paths must be scanned here"));
    }
    let is_asked = |finding: &&Finding| match named.is_empty() {
        true => finding.confidence >= now.floor,
        false => named.iter().any(|id| is_named(finding, id)),
    };
    let mate = |finding: &Finding| Some(finding.aws.as_ref()?.pair.as_ref()?.of);
    let asked = || open.clone().filter(is_asked);
    let prints: HashSet<Fingerprint> = asked().map(|finding| finding.fingerprint).collect();
    let mates: HashSet<Fingerprint> = asked().filter_map(mate).collect();
    // The link may be known to one half alone.
    let is_wanted = |finding: &&Finding| {
        let print = finding.fingerprint;
        prints.contains(&print) || mates.contains(&print) || mate(finding).is_some_and(|mate| prints.contains(&mate))
    };
    Ok(open.clone().filter(is_wanted).collect())
}

/// Says what is open, unused and ended.
fn check(arguments: &BaselineArguments) -> Result<Outcome, Error> {
    let baseline = read(&arguments.file)?;
    let mut now = Now::of(arguments)?;
    let usage = baseline.mark(&mut now.findings, now.as_of);
    let open = now.findings.iter().filter(|finding| finding.suppressed.is_none());
    let open: Vec<&Finding> = open.filter(|finding| finding.confidence >= now.floor).collect();
    let mut text = format!(
        "{} entries hold, {} unused, {} ended; {} findings are not accepted\n",
        usage.entries,
        usage.unused.len(),
        usage.ended.len(),
        open.len()
    );
    for finding in &open {
        text += &format!("open    {} {}\n", finding.fingerprint.id(), finding.rule.id);
    }
    for (word, digests) in [("unused", &usage.unused), ("ended ", &usage.ended)] {
        let entries = baseline.entries().filter(|(digest, _)| digests.contains(digest));
        for (digest, entry) in entries {
            let said = format!("{word}  {digest} {} {}", entry.rule, entry.reason);
            text += &sanitize(said.trim_end().as_bytes());
            text.push('\n');
        }
    }
    say(&text)?;
    now.warn();
    let differs = !open.is_empty() || !usage.unused.is_empty() || !usage.ended.is_empty();
    Ok(Outcome::of_baseline(differs, now.is_complete()))
}

/// Takes out what is unused or has ended; nothing, if something could not be read.
fn prune(arguments: &BaselineArguments) -> Result<Outcome, Error> {
    let mut baseline = read(&arguments.file)?;
    let file = destination(&arguments.file);
    Destination::check(std::slice::from_ref(&file))?;
    let mut now = Now::of(arguments)?;
    let Usage { unused, ended, .. } = baseline.mark(&mut now.findings, now.as_of);
    now.warn();
    if !now.is_complete() {
        notice::tell(format!(
            "{}: nothing was taken out, for what was not read may be in use",
            arguments.file.display()
        ));
        return Ok(Outcome::of_baseline(false, false));
    }
    unused.iter().chain(&ended).for_each(|digest| baseline.forget(digest));
    file.write(baseline.render().as_bytes())?;
    if !arguments.look.quiet {
        notice::tell(format!(
            "{}: {} unused and {} ended taken out",
            arguments.file.display(),
            unused.len(),
            ended.len()
        ));
    }
    Ok(Outcome::of_baseline(false, true))
}

/// What is found now, whatever its confidence, and suppressed by all but the baseline.
struct Now {
    findings: Vec<Finding>,
    /// Below this confidence nothing is accepted for itself.
    floor: Confidence,
    as_of: i64,
    incomplete: Vec<String>,
}

impl Now {
    fn of(arguments: &BaselineArguments) -> Result<Self, Error> {
        let BaselineArguments { look, path, .. } = arguments;
        let paths = std::slice::from_ref(path);
        let subject = match look.history {
            true => Subject::Repository(Some(path)),
            false => Subject::Paths(paths),
        };
        let mut configured = Configured::read(&arguments.settings, subject)?;
        let settings = &mut configured.config.settings;
        // The file that is worked on may not be there yet.
        settings.suppress.baseline = None;
        let floor = look.min_confidence.unwrap_or(settings.report.min_confidence());
        let job = Job::configured(common(arguments), configured, subject)?;
        let (target, found, scanned) = match look.history {
            true => history::find(&job, path)?,
            false => super::find_files(&job, paths)?,
        };
        let mut report = job.report(target, found, scanned);
        let mut findings = std::mem::take(&mut report.findings);
        findings.append(&mut report.suppressed);
        Ok(Self {
            findings,
            floor,
            as_of: report.as_of,
            incomplete: report.incompleteness().collect(),
        })
    }

    fn warn(&self) {
        notice::incomplete(self.incomplete.iter().cloned());
    }

    fn is_complete(&self) -> bool {
        self.incomplete.is_empty()
    }
}

fn common(arguments: &BaselineArguments) -> Common {
    let look = &arguments.look;
    Common {
        rules: arguments.rules.clone(),
        source: arguments.source.clone(),
        report: ReportSettings {
            min_confidence: Some(Confidence::Low),
            as_of: look.as_of.clone(),
            quiet: look.quiet,
            ..ReportSettings::default()
        },
        keys: Default::default(),
        suppress: SuppressSettings {
            baseline: None,
            no_inline_allow: look.no_inline_allow,
        },
        verify: Default::default(),
        settings: arguments.settings.clone(),
    }
}

fn read(file: &Path) -> Result<Baseline, Error> {
    let name = file.display().to_string();
    let wrong = |cause: String| {
        Error::usage(format!("{name}: the baseline cannot be read"))
            .cause(cause)
            .hint("make one with `keytrail baseline create FILE`")
    };
    let text = read_bounded(file, Links::Follow, MOST_BYTES).map_err(|error| wrong(error.to_string()))?;
    Baseline::parse(&name, &text.ok_or_else(|| wrong("there is no such file".to_owned()))?)
}

fn destination(file: &Path) -> Destination {
    Destination {
        format: Format::Human,
        file: Some(file.to_owned()),
    }
}

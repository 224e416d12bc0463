//! Which reports each provider reads, and how it is handed them.
//!
//! They are written besides what `--report` asks for. GitHub is given more than files: lines that are commands, a page
//! beside the job, and values that later steps read.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::path::Path;

use crate::app::job::Job;
use crate::ci::{Environment, Provider};
use crate::error::Error;
use crate::report::{Format, Report, destination};

/// What each provider reads, as `--report` has it; `{CI_PROJECT_DIR}/` is where GitLab looks for artifacts.
const REPORTS: &[(Provider, &[&str])] = &[
    (Provider::GitHub, &["github"]),
    (Provider::GitLab, &["human", "gitlab=gl-secret-detection-report.json"]),
];

/// The format of the page that GitHub shows beside a job.
const PAGE: &str = "markdown";
/// A page that is larger than a MiB is not shown at all. Other commands of the step may write into it, too.
const LARGEST_PAGE: u64 = 900 << 10;

/// The reports of a provider.
pub fn of(provider: Option<Provider>, env: &Environment) -> Vec<String> {
    let listed = REPORTS.iter().find(|(listed, _)| Some(*listed) == provider);
    let reports = listed.map_or(&[][..], |(_, reports)| reports).iter();
    let folder = env.get("CI_PROJECT_DIR").map_or(Path::new(""), Path::new);
    let known = reports.filter(|report| format(report).is_some());
    known
        .map(|report| match report.split_once('=') {
            Some((format, file)) => format!("{format}={}", folder.join(file).display()),
            None => (*report).to_owned(),
        })
        .collect()
}

fn format(report: &str) -> Option<Format> {
    report.split('=').next()?.parse().ok()
}

/// Writes all reports, and hands GitHub what it takes besides.
pub fn write(job: &Job, report: &Report, provider: Option<Provider>, env: &Environment) -> Result<(), Error> {
    if provider != Some(Provider::GitHub) {
        return job.write(report);
    }
    let is_printed = job.destination_of(Format::Human).is_some_and(|to| to.file.is_none());
    match is_printed {
        true => without_commands(|| job.write(report))?,
        false => job.write(report)?,
    }
    if let (Some(file), Some(format)) = (env.get("GITHUB_STEP_SUMMARY"), format(PAGE)) {
        destination::append(Path::new(file), &job.render(report, format), LARGEST_PAGE)?;
    }
    if let Some(file) = env.get("GITHUB_OUTPUT") {
        destination::append(Path::new(file), outputs(job, report).as_bytes(), u64::MAX)?;
    }
    Ok(())
}

/// Has GitHub take no line of the log for a command meanwhile: a path could be one.
fn without_commands(write: impl FnOnce() -> Result<(), Error>) -> Result<(), Error> {
    // Who could guess it could end it.
    let token = format!("{:016x}{:016x}", RandomState::new().hash_one(1), RandomState::new().hash_one(2));
    destination::print(format!("::stop-commands::{token}\n").as_bytes())?;
    let written = write();
    destination::print(format!("::{token}::\n").as_bytes())?;
    written
}

/// What later steps are told: how many findings there are, and where the SARIF log is.
fn outputs(job: &Job, report: &Report) -> String {
    let mut outputs = format!("findings={}\n", report.findings.len());
    let sarif = job.destination_of(Format::Sarif).and_then(|to| to.file.as_ref());
    // A name with a line ending in it would be another output.
    let sarif = sarif.and_then(|file| file.to_str()).filter(|file| !file.contains(char::is_control));
    if let Some(file) = sarif {
        outputs += &format!("sarif={file}\n");
    }
    outputs
}

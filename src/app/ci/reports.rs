//! Which reports each provider reads, and how it is handed them.
//!
//! They are written besides what `--report` asks for. GitHub is given more than files: lines that are commands, a page
//! beside the job, and values that later steps read.

use std::path::Path;

use crate::app::job::Job;
use crate::ci::{Environment, Provider};
use crate::error::Error;
use crate::report::{Format, Report, output};

/// What each provider reads, and the file that it looks for; without one, its log.
const REPORTS: &[(Provider, Format, Option<&str>)] = &[
    (Provider::GitHub, Format::Github, None),
    (Provider::GitLab, Format::Human, None),
    (
        Provider::GitLab,
        Format::Gitlab,
        Some("gl-secret-detection-report.json"),
    ),
];

/// The format of the page that GitHub shows beside a job.
const PAGE: Format = Format::Markdown;
/// A page that is larger than a MiB is not shown at all. Other commands of the step may write into it, too.
const LARGEST_PAGE: u64 = 900 << 10;

/// The reports of a provider, as `--report` has them. GitLab looks for files in the project's folder.
pub fn of(provider: Option<Provider>, env: &Environment) -> Vec<String> {
    let folder = env.get("CI_PROJECT_DIR").map_or(Path::new(""), Path::new);
    let listed = REPORTS.iter().filter(|(listed, ..)| Some(*listed) == provider);
    listed
        .map(|(_, format, file)| match file {
            Some(file) => format!("{}={}", format.as_str(), folder.join(file).display()),
            None => format.as_str().to_owned(),
        })
        .collect()
}

/// Writes all reports, and hands GitHub what it takes besides.
pub fn write(job: &Job, report: &Report, provider: Option<Provider>, env: &Environment) -> Result<(), Error> {
    job.write(report)?;
    if provider != Some(Provider::GitHub) {
        return Ok(());
    }
    if let Some(page) = env.get("GITHUB_STEP_SUMMARY") {
        output::append(Path::new(page), &job.render(report, PAGE), LARGEST_PAGE)?;
    }
    if let Some(file) = env.get("GITHUB_OUTPUT") {
        output::append(Path::new(file), outputs(job, report).as_bytes(), u64::MAX)?;
    }
    Ok(())
}

/// What later steps are told: how many findings there are, and where the SARIF log is.
fn outputs(job: &Job, report: &Report) -> String {
    let mut outputs = format!("findings={}\n", report.findings.len());
    let sarif = job.file_of(Format::Sarif);
    // A name with a line ending in it would be another output.
    let sarif = sarif
        .and_then(|file| file.to_str())
        .filter(|file| !file.contains(char::is_control));
    if let Some(file) = sarif {
        outputs += &format!("sarif={file}\n");
    }
    outputs
}

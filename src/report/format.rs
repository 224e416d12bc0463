//! The formats that a report can be printed in, by name, and the one call that prints.

use super::{
    Links, Report, code_quality, github, gitlab, gitleaks, html, human, json, jsonl, junit, markdown, sarif, sheet,
};
use crate::error::Error;

/// A way to print a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// For people, on a terminal.
    Human,
    /// One JSON document; `report.schema.json` describes it.
    Json,
    /// The same, one finding a line.
    Jsonl,
    /// SARIF 2.1.0, as GitHub code scanning takes it.
    Sarif,
    /// One page for people, which needs nothing else.
    Html,
    /// GitLab's report of secret detection, 15.2.4.
    Gitlab,
    /// GitLab's Code Quality report.
    GitlabCodequality,
    /// JUnit's XML.
    Junit,
    /// A table, safe to open in a spreadsheet.
    Csv,
    /// Annotations for the log of a GitHub Actions job.
    Github,
    /// A page for the summary of a job or a comment.
    Markdown,
    /// gitleaks' JSON, masked.
    GitleaksJson,
}

/// What the person's terminal and flags ask of the human format; the machine formats look at none of it.
#[derive(Clone, Debug)]
pub struct RenderOptions {
    /// Whether ANSI colors may be used.
    pub color: bool,
    /// The width of the terminal in characters.
    pub width: usize,
    /// Also say why each finding was reported, and list what is suppressed.
    pub verbose: bool,
    /// One line a finding and nothing else, unless the run is incomplete.
    pub quiet: bool,
    /// How places become links, on a terminal that knows them.
    pub links: Option<Links>,
}

impl Default for RenderOptions {
    fn default() -> Self {
        Self {
            color: false,
            width: 80,
            verbose: false,
            quiet: false,
            links: None,
        }
    }
}

impl Format {
    pub const ALL: [Format; 12] = [
        Format::Human,
        Format::Json,
        Format::Jsonl,
        Format::Sarif,
        Format::Html,
        Format::Gitlab,
        Format::GitlabCodequality,
        Format::Junit,
        Format::Csv,
        Format::Github,
        Format::Markdown,
        Format::GitleaksJson,
    ];

    /// The word used on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Format::Human => "human",
            Format::Json => "json",
            Format::Jsonl => "jsonl",
            Format::Sarif => "sarif",
            Format::Html => "html",
            Format::Gitlab => "gitlab",
            Format::GitlabCodequality => "gitlab-codequality",
            Format::Junit => "junit",
            Format::Csv => "csv",
            Format::Github => "github",
            Format::Markdown => "markdown",
            Format::GitleaksJson => "gitleaks-json",
        }
    }

    /// Prints the report. The same report and options give the same bytes.
    pub fn render(self, report: &Report, options: &RenderOptions) -> Vec<u8> {
        match self {
            Format::Human => human::render(report, options),
            Format::Json => json::render(report),
            Format::Jsonl => jsonl::render(report),
            Format::Sarif => sarif::render(report),
            Format::Html => html::render(report),
            Format::Gitlab => gitlab::render(report),
            Format::GitlabCodequality => code_quality::render(report),
            Format::Junit => junit::render(report),
            Format::Csv => sheet::render(report),
            Format::Github => github::render(report),
            Format::Markdown => markdown::render(report),
            Format::GitleaksJson => gitleaks::render(report),
        }
    }

    /// Whether it shows raw secrets when they are asked for. The others are made to be uploaded and never do.
    pub fn may_show_secrets(self) -> bool {
        matches!(self, Format::Human | Format::Json | Format::Jsonl)
    }

    /// Whether it names a commit for each finding, so that there must be one.
    pub fn needs_commit(self) -> bool {
        self == Format::Gitlab
    }

    /// Whether it says to people, on standard output, that a run is incomplete.
    pub fn tells_people(self) -> bool {
        matches!(self, Format::Human | Format::Github | Format::Markdown)
    }
}

impl std::str::FromStr for Format {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        Format::ALL
            .into_iter()
            .find(|format| format.as_str() == name)
            .ok_or_else(|| {
                Error::usage(format!("unknown report format {name:?}"))
                    .hint(format!("use one of: {}", Format::ALL.map(Format::as_str).join(", ")))
                    .did_you_mean(name, Format::ALL.map(Format::as_str))
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_known_by_its_word() {
        for format in Format::ALL {
            assert_eq!(format.as_str().parse::<Format>().unwrap(), format);
        }
    }

    #[test]
    fn an_unknown_format_is_told_the_known_ones() {
        let error = "xml".parse::<Format>().unwrap_err().to_string();
        assert!(error.contains("unknown report format \"xml\""), "{error}");
        assert!(error.contains("human, json, jsonl, sarif, html, gitlab, "), "{error}");
    }
}

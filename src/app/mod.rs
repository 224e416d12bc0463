//! The walk as one readable function per command: build, discover, scan, triage, report.
//!
//! Everything that can be wrong with flags, files and rules is found out in [`Job::prepare`], before the
//! first byte is scanned.

mod again;
mod baseline;
mod ci;
mod commit_files;
mod config;
mod configure;
mod explain;
mod facts;
mod history;
mod hook;
mod import;
mod job;
mod keys;
mod range;
#[cfg(feature = "aws")]
mod rotate;
mod rules;
mod shipped;
mod still;
mod submodules;
mod suppressing;
mod terminal;
mod trace;
mod verifying;

use std::panic::PanicHookInfo;
use std::path::{Path, PathBuf};

use crate::cli::{Cli, Command, Help, KeysCommand};
use crate::error::Error;
use crate::git::{Repository, Store};
use crate::keys::permissions::{Purpose, iam_policy};
use crate::origin::State;
use crate::outcome::Outcome;
use crate::report::{self, Target, output};
use crate::scan::{Scanned, progress};
use crate::source::{Discovered, files, staged};
use crate::text::safe_lines;
use configure::Subject;
use job::Job;

/// Runs a command and says how it ended.
pub fn run(cli: Cli) -> Result<Outcome, Error> {
    match cli.command {
        Command::Scan { paths, common } => {
            let job = Job::prepare(common, Subject::Paths(&paths))?;
            let (target, discovered, scanned) = find_files(&job, &paths)?;
            job.conclude(target, discovered, scanned)
        }
        Command::Staged { repository, common } => {
            let job = Job::prepare(common, Subject::Repository(repository.as_deref()))?;
            scan_staged(&job, repository.as_deref())
        }
        Command::Range {
            range,
            repository,
            common,
        } => {
            let job = Job::prepare(common, Subject::Repository(repository.as_deref()))?;
            range::scan(&job, &range, repository.as_deref())
        }
        Command::History {
            repository,
            no_delta,
            submodules,
            memo,
            common,
        } => {
            let job = Job::prepare(common, Subject::Repository(repository.as_deref()))?;
            let how = history::How {
                no_delta,
                submodules,
                memo: memo.as_deref(),
            };
            history::scan(&job, repository.as_deref(), &how)
        }
        Command::Ci { repository, ci, common } => ci::scan(&ci, common, repository.as_deref()),
        Command::Hook { command } => hook::hook(command),
        Command::Keys {
            command: None,
            arguments,
        } => keys::keys(arguments),
        Command::Baseline { command } => baseline::baseline(command),
        Command::Explain {
            what,
            trace: place,
            report,
            rules,
            facts,
        } => match place {
            Some(place) => trace::trace(&place, rules, facts),
            None => explain::explain(&what.unwrap_or_default(), &report, rules, facts),
        },
        Command::Keys {
            command: Some(KeysCommand::IamPolicy { purpose }),
            ..
        } => {
            let purpose = Purpose::parse(&purpose).expect("the command line takes no other word");
            print(iam_policy(purpose).as_bytes())
        }
        Command::Rules { command } => rules::rules(command, cli.loudness),
        Command::Config { command } => config::config(command),
        Command::Import {
            kind,
            file,
            repo,
            output,
        } => import::import(&kind, &file, &repo, output, cli.loudness),
        #[cfg(feature = "aws")]
        Command::Rotate(settings) => rotate::rotate(settings),
        Command::Schema { of } => print(match of.as_str() {
            "keys" => report::keys::SCHEMA.as_bytes(),
            "policy" => crate::keys::policy::SCHEMA.as_bytes(),
            "config" => crate::config::SCHEMA.as_bytes(),
            _ => report::SCHEMA.as_bytes(),
        }),
        Command::Completions { shell } => shipped::complete(shell),
        Command::Man { folder } => shipped::man(folder.as_deref()),
    }
}

/// Shows a text about the program: what was asked for, or what is missing on the command line.
pub fn show(help: &Help) -> Result<Outcome, Error> {
    help.show()?;
    match help.was_asked_for() {
        true => Ok(Outcome::Clean),
        false => Ok(Outcome::Error),
    }
}

/// Leaves the terminal as it was found, when the program is ended early.
pub fn leave() {
    progress::take_away();
}

/// Writes a text for people to standard output.
fn say(text: &str) -> Result<Outcome, Error> {
    print(safe_lines(text).as_bytes())
}

/// Writes a document for programs to standard output.
fn print(document: &[u8]) -> Result<Outcome, Error> {
    output::print(document)?;
    Ok(Outcome::Clean)
}

/// What a panic may say: where, and never what, because the text of a panic may quote content.
pub fn describe_panic(panic: &PanicHookInfo<'_>) -> String {
    let place = panic
        .location()
        .map_or_else(String::new, |at| format!(" at {}:{}", at.file(), at.line()));
    format!("keytrail: internal error{place}; please report this as a bug")
}

/// Scans files and folders.
fn find_files(job: &Job, paths: &[PathBuf]) -> Result<(Target, Discovered, Scanned), Error> {
    let options = files::FilesOptions {
        no_ignore: job.source.no_ignore,
        threads: job.source.threads(),
    };
    let mut discovered = files::discover(paths, &options)?;
    job.leave_out(&mut discovered);
    let scanned = job.scan(&discovered.items, None, State::File);
    discovered.incomplete.extend(nothing_in(paths, &discovered, &scanned));
    Ok((Target::of_files(paths), discovered, scanned))
}

/// Why there was nothing to scan, if so. Whoever names a path expects something there: a folder that was not mounted
/// and a command that failed before it printed anything are no pass.
fn nothing_in(paths: &[PathBuf], discovered: &Discovered, scanned: &Scanned) -> Option<String> {
    let is_stdin = || paths.iter().all(|path| path.as_os_str() == "-");
    if discovered.items.is_empty() && discovered.skips.is_empty() {
        let paths: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
        Some(format!("{} is empty: nothing was scanned", paths.join(", ")))
    } else if scanned.bytes == 0 && is_stdin() {
        Some("standard input is empty: nothing was scanned".to_owned())
    } else {
        None
    }
}

fn scan_staged(job: &Job, path: Option<&Path>) -> Result<Outcome, Error> {
    let repository = Repository::open(path)?;
    let store = Store::unlisted(&repository)?;
    let mut discovered = staged::discover(&repository, &store)?;
    job.leave_out(&mut discovered);
    let scanned = job.scan(&discovered.items, Some(&store), State::Staged);
    job.conclude(target(&repository, "staged", path, None), discovered, scanned)
}

/// Describes a repository that was scanned.
fn target(repository: &Repository, command: &'static str, path: Option<&Path>, range: Option<&str>) -> Target {
    let path = path.map_or_else(|| ".".to_owned(), |path| path.display().to_string());
    Target {
        command,
        what: range.map(str::to_owned).into_iter().chain([path]).collect(),
        head: repository.head(),
        branch: repository.branch(),
        remote: repository.remote(),
    }
}

//! The `ci` command: what a CI run is about, found in its environment, and the reports that its provider reads.
//!
//! It fetches nothing. Which provider, event and commits were taken, and why, goes to standard error, each line behind a
//! word of ours: strangers name branches, and in a log a line can be a command.

mod reports;

use std::path::Path;

use super::history;
use super::job::Job;
use super::range::scan_commits;
use crate::app::configure::Subject;
use crate::ci::{self, About, Asked, Change, Environment, Event, Kind, Provider, Rules, Span};
use crate::cli::Common;
use crate::error::Error;
use crate::git::{ObjectKind, Repository, Store};
use crate::notice;
use crate::origin::State;
use crate::outcome::Outcome;
use crate::report::Target;
use crate::scan::Scanned;
use crate::settings::CiSettings;
use crate::source::{Discovered, history::object_item, range};
use crate::text::sanitize;

/// What a run scans.
enum Scope {
    Span(Span),
    /// As the command line has it.
    Range(String),
    Everything,
    Nothing,
}

/// Scans what this CI run is about.
pub fn scan(settings: &CiSettings, mut common: Common, path: Option<&Path>) -> Result<Outcome, Error> {
    let env = Environment::of_process();
    let provider = Provider::of(&env);
    let event = match ci::read(&env) {
        // What is asked for needs no event.
        Err(_) if settings.range.is_some() || settings.all => None,
        event => event?,
    };
    let repository = Repository::open(path)?;
    let store = Store::unlisted(&repository)?;
    let pushed = Change::new(Kind::Push);
    let change = change(event.as_ref()).or(settings.base.is_some().then_some(&pushed));
    let span = change.map(|change| Span::find(&repository, &store, change, provider, asked(settings)));
    let rules = match &span {
        Some(Ok(span)) => span.rules,
        Some(Err(_)) if change.is_some_and(|change| change.kind == Kind::Request) => Rules::Nobodys,
        _ => Rules::CheckedOut,
    };
    let scope = match (&settings.range, span) {
        _ if settings.all => Scope::Everything,
        (Some(range), _) => Scope::Range(range.clone()),
        (None, Some(span)) => Scope::Span(span?),
        (None, None) => without_change(event.as_ref(), settings)?,
    };
    if !common.report.quiet {
        tell(event.as_ref(), &scope);
    }
    obey(rules, &mut common);
    common.report.report_also = reports::of(provider, &env);
    let job = Job::prepare(common, Subject::Repository(path))?;
    let (target, mut found, scanned) = find_all(&job, &repository, &store, scope, path)?;
    let cut = repository.shallow().filter(|cut| found.incomplete.contains(cut));
    if cut.is_some() {
        tell_shallow(&repository, provider);
    }
    if settings.allow_shallow {
        let is_let_pass = |reason: &&String| Some(*reason) == cut.as_ref() || *reason == ci::MESSAGE_IS_MISSING;
        found.let_pass = found.incomplete.iter().filter(is_let_pass).count();
    }
    let report = job.report(target, found, scanned);
    reports::write(&job, &report, provider, &env)?;
    Ok(job.outcome(&report))
}

fn asked(settings: &CiSettings) -> Asked<'_> {
    Asked {
        base: settings.base.as_deref(),
        head: settings.head.as_deref(),
    }
}

fn change(event: Option<&Event>) -> Option<&Change> {
    match &event?.about {
        About::Change(change) => Some(change),
        About::Everything | About::Deletion => None,
    }
}

/// What is scanned for an event that brings no commits.
fn without_change(event: Option<&Event>, settings: &CiSettings) -> Result<Scope, Error> {
    match event {
        _ if settings.head.is_some() => Err(Error::usage("--head: it is not known what it is to be compared with")
            .cause("the environment tells of no change")
            .hint("add --base REV, or say --range A..B")),
        Some(event) if event.about == About::Deletion => Ok(Scope::Nothing),
        Some(_) => Ok(Scope::Everything),
        None => Err(Error::usage("ci: no provider is known by this environment")
            .cause(
                "none of GITHUB_ACTIONS, GITLAB_CI, BITBUCKET_BUILD_NUMBER, TF_BUILD, BUILDKITE, CIRCLECI, JENKINS_URL is set",
            )
            .hint("say what is to be scanned: --base REV, --range A..B, or --all")),
    }
}

/// Takes what is accepted from where the change cannot reach it, unless the command line says where from.
fn obey(rules: Rules, common: &mut Common) {
    let settings = &mut common.settings;
    if settings.no_repo_config || settings.config_from_ref.is_some() {
        return;
    }
    let told = match rules {
        Rules::CheckedOut => return,
        Rules::At(id) => {
            settings.config_from_ref = Some(id.to_string());
            format!("as {} has them, so that the change cannot allow itself", id.short())
        }
        Rules::Nobodys => {
            settings.no_repo_config = true;
            "none of the repository's: the clone has no commit from before the change".to_owned()
        }
    };
    if !common.report.quiet {
        notice::tell(format!("ci: settings  {told}"));
    }
}

/// Finds and scans what there is to scan.
fn find_all(
    job: &Job,
    repository: &Repository,
    store: &Store,
    scope: Scope,
    path: Option<&Path>,
) -> Result<(Target, Discovered, Scanned), Error> {
    let target = |command, words: Option<&str>| super::target(repository, command, path, words);
    let (words, mut found) = match scope {
        Scope::Everything => {
            let store = Store::open(repository)?;
            let (found, scanned, _) = history::audit(job, repository, &store, false, None);
            return Ok((target("history", None), found, scanned));
        }
        Scope::Nothing => {
            let scanned = job.scan(&[], None, State::HistoryOnly);
            return Ok((target("ci", None), Discovered::default(), scanned));
        }
        Scope::Range(asked) => {
            let found = range::discover(repository, store, &asked)?;
            (asked, found)
        }
        Scope::Span(span) => {
            let mut found = range::discover_reachable(repository, store, &[span.head], &span.exclude);
            let tags = span.tags.iter().filter_map(|id| object_item(*id, ObjectKind::Tag));
            found.items.extend(tags);
            found.incomplete.extend_from_slice(&span.incomplete);
            (span.words(), found)
        }
    };
    let scanned = scan_commits(job, repository, store, &mut found);
    Ok((target("ci", Some(&words)), found, scanned))
}

/// Says which provider, event and commits were taken, and why.
fn tell(event: Option<&Event>, scope: &Scope) {
    match event {
        Some(event) => notice::tell(format!("ci: event     {} of {}", event.name, event.provider.as_str())),
        None => notice::tell("ci: event     none"),
    }
    match scope {
        Scope::Span(span) => {
            notice::tell(format!("ci: commits   {}", span.words()));
            for why in &span.told {
                notice::tell(format!("ci:           {why}"));
            }
        }
        Scope::Range(asked) => notice::tell(format!("ci: commits   {}, as asked", sanitize(asked.as_bytes()))),
        Scope::Everything => notice::tell(
            "ci: commits   all that the repository holds: there is no change to look at, or --all is given",
        ),
        Scope::Nothing => notice::tell("ci: commits   none: a branch or tag was deleted, which adds nothing"),
    }
}

/// Says what a shallow clone hides.
fn tell_shallow(repository: &Repository, provider: Option<Provider>) {
    let boundary = repository.boundary();
    let ids: Vec<String> = boundary.iter().take(3).map(crate::origin::ObjectId::short).collect();
    let more = if boundary.len() > ids.len() { ", …" } else { "" };
    notice::tell(format!(
        "ci: shallow   what came before {}{more} cannot be seen: what was added and taken out again there is missed, and",
        ids.join(", ")
    ));
    notice::tell("ci:           all files of these commits count as new");
    let whole = provider.map_or("git fetch --unshallow", Provider::whole_clone);
    notice::tell(format!(
        "ci:           for the whole history {whole}; --allow-shallow lets such a run pass"
    ));
}

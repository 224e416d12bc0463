//! `hook run pre-receive`: what a push brings to a server. The new objects are in quarantine and no ref has moved yet.
//!
//! Nothing that is pushed decides how it is scanned: settings are those of the default branch as it was, and comments
//! in the content allow nothing unless the server says so.

use std::env;
use std::fs::OpenOptions;
use std::io::{self, Read, Write};
use std::path::Path;

use serde_json::json;

use super::{no_updates, received, updates};
use crate::app::configure::Subject;
use crate::app::job::Job;
use crate::app::target;
use crate::cli::Common;
use crate::error::Error;
use crate::git::{self, Repository, Store};
use crate::hook::Kind;
use crate::notice;
use crate::origin::State;
use crate::outcome::Outcome;
use crate::report::Target;
use crate::scan::{self, Scanned};
use crate::settings::{OnTimeout, ServerSettings};
use crate::source::Discovered;
use crate::source::push::{self, Update};
use crate::text::sanitize;

/// The push option by which a person skips the scan.
const SKIP: &str = "keytrail.skip";

/// Scans what is pushed, within the time that there is, unless the person who pushes may skip that and does.
pub fn pre_receive(server: &ServerSettings, common: Common) -> Result<Outcome, Error> {
    let mut input = Vec::new();
    let cannot = |cause| Error::input("pre-receive: standard input cannot be read").cause(cause);
    io::stdin().lock().read_to_end(&mut input).map_err(cannot)?;
    let updates = updates(&input, received).ok_or_else(|| no_updates(Kind::PreReceive))?;
    if skipped(server, &updates)? {
        return Ok(Outcome::Clean);
    }
    let (inline_allow, pushed) = (server.inline_allow, updates.clone());
    let work = move || Found::of(common, inline_allow, &pushed);
    let found = match server.timeout {
        None => work(),
        Some(limit) => match scan::within(limit, work) {
            Some(found) => found,
            None => return too_late(server, &updates),
        },
    }?;
    found.job.conclude(found.target, found.discovered, found.scanned)
}

/// Everything that is needed for a report.
struct Found {
    job: Job,
    target: Target,
    discovered: Discovered,
    scanned: Scanned,
}

impl Found {
    fn of(common: Common, inline_allow: bool, updates: &[Update]) -> Result<Self, Error> {
        let repository = Repository::open(None)?;
        let job = prepare(common, inline_allow, &repository)?;
        let store = Store::unlisted(&repository)?;
        let known = git::refs_in(&repository, b"refs");
        let mut discovered = push::discover(&repository, &store, updates, &known);
        job.leave_out(&mut discovered);
        let scanned = job.scan(&discovered.items, Some(&store), State::HistoryOnly);
        Ok(Self {
            target: target(&repository, "range", None, Some("what is pushed")),
            job,
            discovered,
            scanned,
        })
    }
}

/// Checks the settings. Those of the default branch that are not valid are left out, and that is said: nobody could
/// push a remedy otherwise.
fn prepare(mut common: Common, inline_allow: bool, repository: &Repository) -> Result<Job, Error> {
    common.suppress.no_inline_allow |= !inline_allow;
    let subject = Subject::Repository(None);
    if common.settings.no_repo_config || common.settings.config_from_ref.is_some() {
        return Job::prepare(common, subject);
    }
    let mut without = common.clone();
    without.settings.no_repo_config = true;
    if repository.head().is_none() {
        return Job::prepare(without, subject);
    }
    common.settings.config_from_ref = Some("HEAD".to_owned());
    Job::prepare(common, subject).or_else(|error| {
        let job = Job::prepare(without, subject)?;
        notice::tell(format!(
            "keytrail: the settings of the default branch are not used\n  cause: {error}"
        ));
        Ok(job)
    })
}

/// Whether the push is not to be scanned. That is written down first.
fn skipped(server: &ServerSettings, updates: &[Update]) -> Result<bool, Error> {
    let Some(reason) = push_option(SKIP) else {
        return Ok(false);
    };
    let Some(log) = &server.skip_log else {
        notice::tell(format!(
            "keytrail: this server lets nobody skip the scan; the push option {SKIP} has no effect"
        ));
        return Ok(false);
    };
    if reason.trim().is_empty() {
        return Err(Error::usage(format!("{SKIP}: it needs a reason"))
            .hint(format!("git push -o {SKIP}='why this cannot wait'")));
    }
    write_down(log, "skipped", &reason, updates)?;
    notice::tell(format!(
        "keytrail: not scanned, and written down: {}",
        sanitize(reason.as_bytes())
    ));
    Ok(true)
}

/// What becomes of a push for which the time was not enough.
fn too_late(server: &ServerSettings, updates: &[Update]) -> Result<Outcome, Error> {
    let limit = server.timeout.unwrap_or_default().as_secs_f64();
    let what = format!("the push could not be scanned within {limit} s");
    match server.on_timeout {
        OnTimeout::Closed => Err(Error::input(what).hint("push fewer commits at a time, or ask for more time")),
        OnTimeout::Open => {
            if let Some(log) = &server.skip_log {
                write_down(log, "timeout", &what, updates)?;
            }
            notice::tell(format!("keytrail: {what}; it is let in UNSCANNED"));
            Ok(Outcome::Clean)
        }
    }
}

/// Adds a line to the log: when, who, what and why.
fn write_down(log: &Path, event: &str, reason: &str, updates: &[Update]) -> Result<(), Error> {
    let refs = updates.iter().map(|update| {
        json!({
            "ref": String::from_utf8_lossy(&update.name),
            "old": update.old.to_string(),
            "new": update.new.to_string(),
        })
    });
    let entry = json!({
        "time": jiff::Timestamp::now().to_string(),
        "event": event,
        "who": who(),
        "reason": reason,
        "repository": env::current_dir().unwrap_or_default().display().to_string(),
        "refs": refs.collect::<Vec<_>>(),
    });
    let file = OpenOptions::new().append(true).create(true).open(log);
    // At once, so that the lines of two pushes do not mix.
    let written = file.and_then(|mut file| file.write_all(format!("{entry}\n").as_bytes()));
    written.map_err(|cause| {
        Error::output(format!("{}: what is not scanned cannot be written down", log.display()))
            .cause(cause)
            .hint("the server's keeper has to mend that; until then nothing goes in unscanned")
    })
}

/// Who pushes, as the server's program says in the environment.
fn who() -> Option<String> {
    let names = [
        "GL_USERNAME",
        "GITHUB_USER_LOGIN",
        "GITEA_PUSHER_NAME",
        "REMOTE_USER",
        "LOGNAME",
        "USER",
    ];
    names
        .into_iter()
        .find_map(|name| env::var(name).ok().filter(|value| !value.is_empty()))
}

/// The value of a push option `NAME=VALUE`, or an empty one for `NAME`.
fn push_option(name: &str) -> Option<String> {
    let count: usize = env::var("GIT_PUSH_OPTION_COUNT").ok()?.parse().ok()?;
    let options = (0..count).map_while(|number| env::var_os(format!("GIT_PUSH_OPTION_{number}")));
    options.into_iter().find_map(|option| {
        let option = option.to_string_lossy().into_owned();
        let rest = option.strip_prefix(name)?;
        match rest.strip_prefix('=') {
            Some(value) => Some(value.to_owned()),
            None => rest.is_empty().then(String::new),
        }
    })
}

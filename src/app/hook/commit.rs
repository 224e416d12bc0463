//! `hook run pre-commit`: what the next commit adds, and the files that a framework names.

use std::path::{Path, PathBuf};

use crate::app::configure::Subject;
use crate::app::job::Job;
use crate::app::target;
use crate::cli::Common;
use crate::error::Error;
use crate::git::{Repository, Store};
use crate::notice;
use crate::origin::State;
use crate::outcome::Outcome;
use crate::source::regular::bytes_of;
use crate::source::staged;

/// Scans what is staged; of the named files that are not changed, all that the index has.
pub fn pre_commit(common: Common, files: &[PathBuf]) -> Result<Outcome, Error> {
    let quiet = common.report.quiet;
    let job = Job::prepare(common, Subject::Repository(None))?;
    let repository = Repository::open(None)?;
    let store = Store::unlisted(&repository)?;
    let top = repository.work_tree();
    let named: Vec<Vec<u8>> = files.iter().map(|file| below(top.as_deref(), file)).collect();
    let mut discovered = staged::discover_with(&repository, &store, &named)?;
    if discovered.items.is_empty() && files.is_empty() && !quiet {
        notice::tell("keytrail: nothing is staged, so nothing was scanned");
    }
    job.leave_out(&mut discovered);
    let scanned = job.scan(&discovered.items, Some(&store), State::Staged);
    job.conclude(target(&repository, "staged", None, None), discovered, scanned)
}

/// The path of a file from the top of the work tree, as the index has it.
fn below(top: Option<&Path>, file: &Path) -> Vec<u8> {
    let inside = || {
        let folder = file.parent().filter(|folder| *folder != Path::new(""));
        let folder = folder.unwrap_or(Path::new(".")).canonicalize().ok()?;
        let folder = folder.strip_prefix(top?.canonicalize().ok()?).ok()?.to_owned();
        Some(bytes_of(&folder.join(file.file_name()?)))
    };
    inside().unwrap_or_else(|| bytes_of(file))
}

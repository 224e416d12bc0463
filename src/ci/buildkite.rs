//! Buildkite: variables. They say nothing of what a branch held before.

use super::name::trunks;
use super::{About, Change, Environment, Kind, Revision};
use crate::error::Error;

/// Reads the variables.
pub fn read(env: &Environment) -> Result<(String, About), Error> {
    // A build that somebody starts may say HEAD.
    let commit = env.get("BUILDKITE_COMMIT").filter(|commit| *commit != "HEAD");
    let head = Revision::read("BUILDKITE_COMMIT", commit)?;
    let is_request = env
        .get("BUILDKITE_PULL_REQUEST")
        .is_some_and(|number| number != "false");
    if is_request {
        let change = Change {
            head,
            trunk: env.branch("BUILDKITE_PULL_REQUEST_BASE_BRANCH")?.into_iter().collect(),
            ..Change::new(Kind::Request)
        };
        return Ok(("pull request".to_owned(), About::Change(change)));
    }
    if env.get("BUILDKITE_SOURCE") == Some("schedule") {
        return Ok(("schedule".to_owned(), About::Everything));
    }
    let branch = env.branch("BUILDKITE_BRANCH")?;
    let change = Change {
        head,
        trunk: trunks(env.branch("BUILDKITE_PIPELINE_DEFAULT_BRANCH")?, branch.as_ref()),
        tag: env.branch("BUILDKITE_TAG")?,
        ..Change::new(Kind::Push)
    };
    Ok(("push".to_owned(), About::Change(change)))
}

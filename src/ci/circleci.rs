//! CircleCI: variables. They name no base and no default branch; `--base << pipeline.git.base_revision >>` does.

use super::name::trunks;
use super::{About, Change, Environment, Kind};
use crate::error::Error;

/// Reads the variables.
pub fn read(env: &Environment) -> Result<(String, About), Error> {
    let (name, kind) = match env.get("CIRCLE_PULL_REQUEST") {
        Some(_) => ("pull request", Kind::Request),
        None => ("push", Kind::Push),
    };
    let branch = env.branch("CIRCLE_BRANCH")?;
    let change = Change {
        head: env.revision(&["CIRCLE_SHA1"])?,
        trunk: trunks(None, branch.as_ref()),
        tag: env.branch("CIRCLE_TAG")?,
        ..Change::new(kind)
    };
    Ok((name.to_owned(), About::Change(change)))
}

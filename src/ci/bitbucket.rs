//! Bitbucket Pipelines: variables. They say nothing of what a branch held before, and ids of 12 digits.
//!
//! A pipeline for a pull request runs on its branch with the target merged in; `BITBUCKET_COMMIT` is the branch.

use super::name::trunks;
use super::{About, Change, Environment, Kind};
use crate::error::Error;

/// Reads the variables.
pub fn read(env: &Environment) -> Result<(String, About), Error> {
    let head = env.revision(&["BITBUCKET_COMMIT"])?;
    if env.get("BITBUCKET_PR_ID").is_some() {
        let change = Change {
            head,
            base: env.revision(&["BITBUCKET_PR_DESTINATION_COMMIT"])?,
            trunk: env.branch("BITBUCKET_PR_DESTINATION_BRANCH")?.into_iter().collect(),
            ..Change::new(Kind::Request)
        };
        return Ok(("pull request".to_owned(), About::Change(change)));
    }
    let (branch, tag) = (env.branch("BITBUCKET_BRANCH")?, env.branch("BITBUCKET_TAG")?);
    // Custom pipelines, and with them schedules, may have neither.
    if branch.is_none() && tag.is_none() {
        return Ok(("custom pipeline".to_owned(), About::Everything));
    }
    let change = Change {
        head,
        trunk: trunks(None, branch.as_ref()),
        tag,
        ..Change::new(Kind::Push)
    };
    Ok(("push".to_owned(), About::Change(change)))
}

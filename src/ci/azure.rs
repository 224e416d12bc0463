//! Azure Pipelines: predefined variables, with dots as underscores. They say nothing of what a branch held before.
//!
//! For a pull request `BUILD_SOURCEVERSION` is a merge that was made to be tried.

use super::name::trunks;
use super::{About, Branch, Change, Environment, Kind};
use crate::error::Error;

/// Reads the variables.
pub fn read(env: &Environment) -> Result<(String, About), Error> {
    let reason = env.word("BUILD_REASON").unwrap_or("unknown").to_owned();
    let version = env.revision(&["BUILD_SOURCEVERSION"])?;
    let full_name = env.get("BUILD_SOURCEBRANCH").unwrap_or_default();
    let about = match reason.as_str() {
        "PullRequest" => {
            let target = env.get("SYSTEM_PULLREQUEST_TARGETBRANCH");
            let target = target.map(|name| name.strip_prefix("refs/heads/").unwrap_or(name));
            About::Change(Change {
                head: env.revision(&["SYSTEM_PULLREQUEST_SOURCECOMMITID", "BUILD_SOURCEVERSION"])?,
                checked_out: version,
                trunk: Branch::read("SYSTEM_PULLREQUEST_TARGETBRANCH", target)?
                    .into_iter()
                    .collect(),
                ..Change::new(Kind::Request)
            })
        }
        "IndividualCI" | "BatchedCI" => {
            let branch = Branch::read("BUILD_SOURCEBRANCH", full_name.strip_prefix("refs/heads/"))?;
            About::Change(Change {
                head: version,
                trunk: trunks(None, branch.as_ref()),
                tag: Branch::read("BUILD_SOURCEBRANCH", full_name.strip_prefix("refs/tags/"))?,
                ..Change::new(Kind::Push)
            })
        }
        _ => About::Everything,
    };
    Ok((reason, about))
}

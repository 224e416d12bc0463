//! Jenkins: variables of its git and branch-source plugins. Pipelines that are scripts have fewer of them; HEAD stands in.
//!
//! For a change request `GIT_COMMIT` may be a merge that was made to be tried: the target is left out, so that nothing
//! but the request remains.

use super::name::trunks;
use super::{About, Branch, Change, Environment, Kind};
use crate::error::Error;

/// Reads the variables.
pub fn read(env: &Environment) -> Result<(String, About), Error> {
    let head = env.revision(&["GIT_COMMIT"])?;
    if env.get("CHANGE_ID").is_some() {
        let change = Change {
            head,
            trunk: env.branch("CHANGE_TARGET")?.into_iter().collect(),
            ..Change::new(Kind::Request)
        };
        return Ok(("change request".to_owned(), About::Change(change)));
    }
    // What the plugin checked out is named with its remote.
    let branch = env.get("BRANCH_NAME").or_else(|| env.get("GIT_BRANCH"));
    let branch = branch.map(|name| name.strip_prefix("origin/").unwrap_or(name));
    let branch = Branch::read("BRANCH_NAME", branch)?;
    let change = Change {
        head,
        // What a build that failed has seen is scanned again.
        base: env.revision(&["GIT_PREVIOUS_SUCCESSFUL_COMMIT"])?,
        trunk: trunks(None, branch.as_ref()),
        tag: env.branch("TAG_NAME")?,
        ..Change::new(Kind::Push)
    };
    Ok(("push".to_owned(), About::Change(change)))
}

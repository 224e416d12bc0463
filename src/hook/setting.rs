//! Hooks as settings of git (2.54 and later): `hook.NAME.command` and `hook.NAME.event`. Git runs them beside the
//! hooks in files, so nothing needs to be moved or chained.

use super::Kind;
use super::git::Git;
use crate::error::Error;

/// The first git that runs them.
const SINCE: (u32, u32) = (2, 54);

/// Writes the settings of a hook.
///
/// # Errors
/// Git is too old to obey them, or refuses to write them.
pub fn set(git: &Git, scope: &str, kind: Kind, command: &str) -> Result<(), Error> {
    let (major, minor) = git.version()?;
    if (major, minor) < SINCE {
        return Err(Error::usage("--mode setting: this git runs no hooks from its settings")
            .cause(format!("it is git {major}.{minor}; 2.54 is the first that does"))
            .hint("leave out --mode: the hook is then a file, which every git runs"));
    }
    git.tell(&["config", "set", scope, &key(kind, "command"), command])?;
    git.tell(&["config", "set", scope, &key(kind, "event"), kind.as_str()])
}

/// Takes them away again; says whether there were any.
///
/// # Errors
/// Git refuses to.
pub fn unset(git: &Git, scope: &str, kind: Kind) -> Result<bool, Error> {
    if get(git, scope, kind)?.is_none() {
        return Ok(false);
    }
    git.tell(&["config", scope, "--remove-section", &format!("hook.{}", name(kind))])?;
    Ok(true)
}

/// The command that is set.
///
/// # Errors
/// Git refuses to say.
pub fn get(git: &Git, scope: &str, kind: Kind) -> Result<Option<Vec<u8>>, Error> {
    git.ask(&["config", scope, "--get", &key(kind, "command")])
}

fn name(kind: Kind) -> String {
    format!("keytrail-{}", kind.as_str())
}

fn key(kind: Kind, what: &str) -> String {
    format!("hook.{}.{what}", name(kind))
}

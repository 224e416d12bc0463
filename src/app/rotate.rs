//! `rotate`: who is asked, and what is said, while a key is replaced.
//!
//! On a terminal a person is asked before each step. Elsewhere nobody can be, so `--yes` has to say it beforehand.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use super::say;
use crate::error::Error;
use crate::keys::aws::Environment;
use crate::keys::rotate::{self, Person, Rotation};
use crate::notice;
use crate::outcome::Outcome;
use crate::settings::RotateSettings;

/// Rotates, finishes, rolls back, or says what it would do.
pub fn rotate(settings: RotateSettings) -> Result<Outcome, Error> {
    let environment = Environment::of_process();
    let mut person = Terminal { yes: settings.yes };
    let rotation = Rotation {
        profile: settings.profile,
        into: settings.into,
        user: settings.user,
        connection: settings.connection,
        settle: Duration::from_secs(settings.settle),
        unused_days: settings.unused_days,
    };
    if settings.dry_run {
        return say(&rotate::plan(&rotation, &environment)?);
    }
    if !person.yes && !person.is_there() {
        return Err(
            Error::usage("rotate asks before each step, and nobody is there to answer")
                .hint("run it on a terminal, or agree beforehand: --yes; --dry-run shows the steps"),
        );
    }
    match (settings.finish, settings.rollback) {
        (true, _) => rotate::finish(&rotation, &environment, &mut person)?,
        (_, true) => rotate::rollback(&rotation, &environment, &mut person)?,
        _ => rotate::rotate(&rotation, &environment, &mut person)?,
    }
    Ok(Outcome::Clean)
}

/// Whoever sits at the terminal.
struct Terminal {
    yes: bool,
}

impl Terminal {
    fn is_there(&self) -> bool {
        io::stdin().is_terminal() && io::stderr().is_terminal()
    }
}

impl Person for Terminal {
    fn say(&mut self, line: &str) {
        // Who cannot be told is not there; the journal has it all.
        notice::tell(line);
    }

    fn agrees(&mut self, question: &str) -> Result<bool, Error> {
        if self.yes {
            return Ok(true);
        }
        let failed = |error| Error::input("the answer could not be read").cause(error);
        let mut err = io::stderr();
        write!(err, "{question} [y/N] ")
            .and_then(|()| err.flush())
            .map_err(failed)?;
        let mut answer = String::new();
        io::stdin().read_line(&mut answer).map_err(failed)?;
        Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
    }
}

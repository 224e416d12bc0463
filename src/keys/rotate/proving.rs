//! Whether a key works: asked of STS, which denies it to nobody, until AWS knows the key everywhere.
//!
//! A key that was just made is unknown for some seconds, here and there for longer. It only asks.

use std::time::{Duration, Instant};

use super::steps::Work;
use crate::error::Error;
use crate::keys::aws::{Credential, Reason, iam};

/// A new key is known everywhere within seconds; some have waited longer.
const LONGEST_WAIT: Duration = Duration::from_secs(120);
const SLOWEST: Duration = Duration::from_secs(8);
const BETWEEN: Duration = Duration::from_secs(1);

impl Work<'_> {
    /// Asks with this key until it answers, and then for so long without a miss.
    pub(super) fn works(&self, credential: &Credential, settle: Duration) -> Result<(), Error> {
        let client = self.client_with(credential.clone())?;
        let began = Instant::now();
        let mut answers_since: Option<Instant> = None;
        let mut pause = Duration::from_millis(250);
        loop {
            match iam::get_caller_identity(&client) {
                Ok(identity) => {
                    let of_user = identity.user().is_none_or(|user| user == self.journal.user);
                    if identity.account != self.journal.account || !of_user {
                        return Err(Error::input(format!("{} belongs to {}", credential.id, identity.arn))
                            .hint("the rotation is one of another user; look at --profile and --endpoint-url"));
                    }
                    let since = *answers_since.get_or_insert_with(Instant::now);
                    if since.elapsed() >= settle {
                        return Ok(());
                    }
                    std::thread::sleep(BETWEEN.min(settle));
                }
                Err(failure) if failure.reason == Reason::UnknownId && began.elapsed() < LONGEST_WAIT => {
                    answers_since = None;
                    std::thread::sleep(pause);
                    pause = (pause * 2).min(SLOWEST);
                }
                Err(failure) => return Err(failure.into()),
            }
        }
    }
}

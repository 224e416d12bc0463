//! `hook run commit-msg`: the message of a commit, without what git takes out of it.
//!
//! Git says nothing of `--cleanup` to a hook; where it cannot be told what git will leave out, more is scanned.

use std::ops::Range;
use std::path::Path;

use crate::app::configure::Subject;
use crate::app::job::Job;
use crate::app::target;
use crate::cli::Common;
use crate::error::Error;
use crate::git::Repository;
use crate::hook::git::Git;
use crate::origin::{Origin, Place, State};
use crate::outcome::Outcome;
use crate::source::regular::{Links, read_bounded};
use crate::source::{Added, Discovered, Handle, Item};

/// More than this is no message that a person wrote.
const MOST_BYTES: u64 = 64 << 20;

/// Follows the sign of a comment where git puts a diff below the message.
const SCISSORS: &[u8] = b" ------------------------ >8 ------------------------";

/// Scans the message in a file.
pub fn commit_msg(common: Common, file: &Path) -> Result<Outcome, Error> {
    let job = Job::prepare(common, Subject::Repository(None))?;
    let repository = Repository::open(None)?;
    let cannot_be_read = || {
        Error::input(format!("{}: the commit message cannot be read", file.display()))
            .hint("name the file that git gives to its commit-msg hook")
    };
    let message = match read_bounded(file, Links::Follow, MOST_BYTES) {
        Ok(Some(message)) => message,
        Ok(None) => return Err(cannot_be_read().cause("there is no such file")),
        Err(cause) => return Err(cannot_be_read().cause(cause)),
    };
    let kept = Cleanup::of_git()?.apply(message);
    let discovered = Discovered {
        items: vec![Item {
            handle: Handle::Bytes(kept.into()),
            origin: Origin::new(Place::CommitMessage, ""),
            commit: None,
            added: Added::All,
        }],
        ..Discovered::default()
    };
    let scanned = job.scan(&discovered.items, None, State::Staged);
    job.conclude(target(&repository, "staged", None, None), discovered, scanned)
}

/// What git takes out of a message before it makes the commit.
#[derive(Debug, Default, PartialEq, Eq)]
struct Cleanup {
    /// Lines that start with this are taken out.
    comment: Option<Vec<u8>>,
    /// As is what follows a line of this.
    scissors: Option<Vec<u8>>,
}

impl Cleanup {
    /// As the settings say. Without an editor nothing is taken out by default, and git tells its hooks that there is
    /// none by an editor called `:`.
    fn of_git() -> Result<Self, Error> {
        let git = Git::at(".");
        let is_edited = std::env::var_os("GIT_EDITOR").is_none_or(|editor| editor != ":");
        let asked = [
            "config",
            "--null",
            "--get-regexp",
            r"^(core\.comment(char|string)|commit\.cleanup)$",
        ];
        let settings = git.ask(&asked)?.unwrap_or_default();
        Ok(Self::of(&settings, is_edited))
    }

    /// `settings`: each a name, a line feed, a value and a NUL.
    fn of(settings: &[u8], is_edited: bool) -> Self {
        let mut sign = b"#".to_vec();
        let mut mode: &[u8] = b"default";
        for setting in settings.split(|&b| b == 0) {
            let Some(end) = memchr::memchr(b'\n', setting) else {
                continue;
            };
            let value = &setting[end + 1..];
            match &setting[..end] {
                b"commit.cleanup" => mode = value,
                // Which sign git picks by itself it does not say: nothing is taken out.
                _ if value == b"auto" => return Self::default(),
                _ => sign = value.to_vec(),
            }
        }
        let scissors = [&sign, SCISSORS].concat();
        match (mode, is_edited) {
            (b"verbatim" | b"whitespace", _) | (b"default" | b"scissors", false) => Self::default(),
            (b"scissors", true) => Self {
                comment: None,
                scissors: Some(scissors),
            },
            (b"strip", false) => Self {
                comment: Some(sign),
                scissors: None,
            },
            _ => Self {
                comment: Some(sign),
                scissors: Some(scissors),
            },
        }
    }

    /// Takes it out, but for the line endings: lines keep their numbers.
    fn apply(&self, message: Vec<u8>) -> Vec<u8> {
        let mut kept = Vec::with_capacity(message.len());
        for line in lines(&message) {
            let line = &message[line];
            let text = line.trim_ascii_end();
            if self.scissors.as_ref().is_some_and(|scissors| text == scissors) {
                break;
            }
            let is_comment = self.comment.as_ref().is_some_and(|sign| line.starts_with(sign));
            kept.extend_from_slice(if is_comment { b"\n" } else { line });
        }
        kept
    }
}

/// The lines of a text, each with its ending.
fn lines(text: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    std::iter::from_fn(move || {
        let rest = text.get(start..).filter(|rest| !rest.is_empty())?;
        let line = start..start + memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
        start = line.end;
        Some(line)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE: &str = "a\n# b\n; c\n# ------------------------ >8 ------------------------\nd\n";

    fn left(settings: &str, is_edited: bool) -> String {
        let cleanup = Cleanup::of(settings.replace('|', "\0").as_bytes(), is_edited);
        String::from_utf8(cleanup.apply(MESSAGE.into())).expect("UTF-8")
    }

    #[test]
    fn what_git_takes_out_is_taken_out_and_no_more() {
        assert_eq!(left("", true), "a\n\n; c\n");
        assert_eq!(left("", false), MESSAGE);
        assert_eq!(left("commit.cleanup\nscissors|", true), "a\n# b\n; c\n");
        assert_eq!(left("commit.cleanup\nscissors|", false), MESSAGE);
        assert_eq!(left("commit.cleanup\nstrip|", false), "a\n\n; c\n\nd\n");
        assert_eq!(left("commit.cleanup\nwhitespace|", true), MESSAGE);
        assert_eq!(left("commit.cleanup\nverbatim|", true), MESSAGE);
        assert_eq!(left("core.commentchar\n;|", true), MESSAGE.replace("; c", ""));
        assert_eq!(left("core.commentchar\nauto|", true), MESSAGE);
    }
}

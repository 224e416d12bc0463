//! The `hook` commands: put hooks in place, and do what they are for.

mod commit;
mod manage;
mod message;
mod push;
mod receive;

use crate::cli::{Common, HookCommand, RunCommand};
use crate::error::Error;
use crate::git::parse_id;
use crate::hook::Kind;
use crate::notice;
use crate::outcome::Outcome;
use crate::source::push::Update;

/// Installs, takes away, shows or runs hooks.
pub fn hook(command: HookCommand) -> Result<Outcome, Error> {
    match command {
        HookCommand::Install { place, mode, flags } => manage::install(&place, &mode, &flags),
        HookCommand::Uninstall { place } => manage::uninstall(&place),
        HookCommand::Status { place } => manage::status(&place),
        HookCommand::Run { hook } => run(*hook),
    }
}

fn run(hook: RunCommand) -> Result<Outcome, Error> {
    let (kind, common) = match &hook {
        RunCommand::PreCommit { common, .. } => (Kind::PreCommit, common),
        RunCommand::CommitMsg { common, .. } => (Kind::CommitMsg, common),
        RunCommand::PrePush { common, .. } => (Kind::PrePush, common),
        RunCommand::PreReceive { common, .. } => (Kind::PreReceive, common),
    };
    let common = Common::from(common.clone());
    let quiet = common.report.quiet;
    let outcome = match hook {
        RunCommand::PreCommit { files, .. } => commit::pre_commit(common, &files),
        RunCommand::CommitMsg { file, .. } => message::commit_msg(common, &file),
        RunCommand::PrePush { remote, .. } => push::pre_push(common, remote.as_deref()),
        RunCommand::PreReceive { server, .. } => receive::pre_receive(&server, common),
    }?;
    if !quiet {
        explain(kind, outcome);
    }
    Ok(outcome)
}

/// Says what was stopped and what can be done, to people who may see this for the first time.
fn explain(kind: Kind, outcome: Outcome) {
    let (stopped, remedy) = match kind {
        Kind::PreCommit => (
            "the commit is not made",
            "take it out of the file and stage the file again",
        ),
        Kind::CommitMsg => ("the commit is not made", "commit again with another message"),
        Kind::PrePush => (
            "nothing is pushed",
            "take it out of the commits that are named (`git rebase -i`)",
        ),
        Kind::PreReceive => (
            "the push is refused",
            "take it out of the commits that are named (`git rebase -i`)",
        ),
    };
    match (kind, outcome) {
        (_, Outcome::Clean | Outcome::Error) => {}
        (_, Outcome::Incomplete) => notice::tell(format!("keytrail: {stopped}, because not everything could be read.")),
        (Kind::PreReceive, Outcome::Findings) => {
            notice::tell(format!("keytrail: {stopped}. If it is a secret, {remedy}."))
        }
        (_, Outcome::Findings) => notice::tell(format!(
            "keytrail: {stopped}. If it is a secret, {remedy}.\n  \
             If it is none, say so with a comment on its line: keytrail:allow REASON. --no-verify leaves this hook out."
        )),
    }
}

/// Reads what git writes to hooks about refs, a line each, its words apart by blanks. Returns `None` for a line that is
/// none of these.
fn updates(input: &[u8], read: fn(&[&[u8]]) -> Option<Update>) -> Option<Vec<Update>> {
    let lines = input.split(|&b| b == b'\n').filter(|line| !line.is_empty());
    let words = lines.map(|line| line.split(|&b| b == b' ').collect::<Vec<_>>());
    words.map(|words| read(&words)).collect()
}

/// What is wrong if a line is none of these.
fn no_updates(kind: Kind) -> Error {
    let name = kind.as_str();
    Error::usage(format!("{name}: standard input is not what git writes to this hook"))
        .hint(format!("let git run it: `keytrail hook install --type {name}`"))
}

/// `<old> <new> <ref>`, as `pre-receive` gets it.
fn received(words: &[&[u8]]) -> Option<Update> {
    match words {
        [old, new, name] => Some(Update {
            name: name.to_vec(),
            old: parse_id(old)?,
            new: parse_id(new)?,
        }),
        _ => None,
    }
}

/// `<local ref> <local id> <remote ref> <remote id>`, as `pre-push` gets it.
fn pushed(words: &[&[u8]]) -> Option<Update> {
    match words {
        [_, new, name, old] => Some(Update {
            name: name.to_vec(),
            old: parse_id(old)?,
            new: parse_id(new)?,
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_git_are_read_and_others_are_not() {
        let (old, new) = ("0".repeat(40), "1".repeat(40));
        let line = format!("{old} {new} refs/heads/main\n");
        let read = updates(line.as_bytes(), received).expect("a line of git");
        assert_eq!(read.len(), 1);
        assert!(read[0].old.is_null() && !read[0].new.is_null());
        let line = format!("refs/heads/a {new} refs/heads/b {old}\n(delete) {old} refs/heads/c {new}\n");
        let read = updates(line.as_bytes(), pushed).expect("lines of git");
        assert_eq!(read[0].name, b"refs/heads/b");
        assert!(read[1].new.is_null());
        assert!(updates(line.as_bytes(), received).is_none());
        assert_eq!(updates(b"", received), Some(Vec::new()));
    }
}

//! The hooks of a repository: where git looks for them, what is there, and the script by which git comes to run us.
//!
//! A file that keytrail did not make is never changed: it is moved aside and runs too, or it belongs to a program
//! that manages hooks and is left alone. What a hook scans is decided elsewhere.

pub mod folder;
pub mod git;
pub mod install;
pub mod managers;
pub mod script;
pub mod setting;

/// The hooks of git that keytrail can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    PreCommit,
    PrePush,
    CommitMsg,
    PreReceive,
}

/// The other hooks that repositories have, but for those that change what git does by being there.
pub const OTHERS: [&str; 16] = [
    "applypatch-msg",
    "post-applypatch",
    "post-checkout",
    "post-commit",
    "post-index-change",
    "post-merge",
    "post-receive",
    "post-rewrite",
    "post-update",
    "pre-applypatch",
    "pre-auto-gc",
    "pre-merge-commit",
    "pre-rebase",
    "prepare-commit-msg",
    "sendemail-validate",
    "update",
];

impl Kind {
    pub const ALL: [Kind; 4] = [Kind::PreCommit, Kind::PrePush, Kind::CommitMsg, Kind::PreReceive];

    /// The name that git gives it, which is that of its file.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::PreCommit => "pre-commit",
            Kind::PrePush => "pre-push",
            Kind::CommitMsg => "commit-msg",
            Kind::PreReceive => "pre-receive",
        }
    }

    /// Whether git writes to its standard input.
    pub fn reads_input(self) -> bool {
        matches!(self, Kind::PrePush | Kind::PreReceive)
    }

    /// Whether keytrail comes before a hook that was there. What that one may send away (as git-lfs does before a push)
    /// is scanned before it goes; what that one may change (the index, the message) is scanned as it is left.
    pub fn comes_first(self) -> bool {
        self.reads_input()
    }
}

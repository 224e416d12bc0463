//! What was not scanned, and why. Nothing is passed over without one of these.
//!
//! A *policy* skip was meant (a symbolic link, an ignored file): it is counted.
//! A *fault* was not (unreadable, missing, damaged): it is named and makes the run incomplete.

/// A thing that was not scanned, in whole or in part.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Skip {
    /// The path, object id or ref name, as bytes; printers escape it.
    pub what: Vec<u8>,
    pub why: Why,
}

/// Why it was not scanned.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Why {
    Policy(Policy),
    /// One sentence: what failed. Never file content.
    Fault(String),
}

/// The kinds of thing that are left out on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Policy {
    /// Git ignores it and does not track it. A folder left out whole counts as one.
    GitIgnored,
    /// A symbolic link met while walking; what it points to is scanned where it is, if it is inside.
    Symlink,
    /// A FIFO, socket or device met while walking.
    NotAFile,
    /// A submodule entry: its content is in another repository.
    Submodule,
    /// It lies in more archives or compressed forms than are opened.
    TooDeep,
    /// It unpacks to more than is read, or has too many members.
    TooLarge,
    /// A member of an archive that only a password opens.
    Encrypted,
    /// An archive in a form that is not opened here, or a member of one that is packed in such a form.
    UnknownForm,
    /// The ignore file of keytrail names it.
    KeytrailIgnored,
}

impl Policy {
    /// The word used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Policy::GitIgnored => "git-ignored",
            Policy::Symlink => "symlink",
            Policy::NotAFile => "not-a-file",
            Policy::Submodule => "submodule",
            Policy::TooDeep => "too-deep",
            Policy::TooLarge => "too-large",
            Policy::Encrypted => "encrypted",
            Policy::UnknownForm => "unknown-form",
            Policy::KeytrailIgnored => "keytrail-ignored",
        }
    }

    /// A few words for people, plural: `12 git-ignored paths`.
    pub fn plural(self) -> &'static str {
        match self {
            Policy::GitIgnored => "git-ignored paths",
            Policy::Symlink => "symbolic links",
            Policy::NotAFile => "FIFOs, sockets and devices",
            Policy::Submodule => "submodules",
            Policy::TooDeep => "archives nested too deep",
            Policy::TooLarge => "archives that unpack to too much",
            Policy::Encrypted => "encrypted members of archives",
            Policy::UnknownForm => "archives in unknown forms",
            Policy::KeytrailIgnored => "paths in .keytrailignore",
        }
    }
}

impl Skip {
    pub fn policy(what: impl Into<Vec<u8>>, policy: Policy) -> Self {
        Self {
            what: what.into(),
            why: Why::Policy(policy),
        }
    }

    pub fn fault(what: impl Into<Vec<u8>>, reason: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            why: Why::Fault(reason.into()),
        }
    }
}

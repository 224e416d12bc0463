//! What is known of a key's age, and what a rotation policy makes of it.
//!
//! Plain data that a finding and a table row carry alike; `keys` works it out. An age is an interval with its
//! evidence: history can prove a key too old, and never young enough.

/// Between which times a key was made. Unix seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Made {
    /// Not before; `None` is unknown.
    pub earliest: Option<i64>,
    /// Not after; `None` is unknown.
    pub latest: Option<i64>,
}

/// One fact that bounds the time at which a key was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    pub kind: EvidenceKind,
    pub bound: Bound,
    /// Unix seconds.
    pub at: i64,
    /// Where the fact stands: a commit with its path, a file with its line, an account.
    pub source: String,
}

/// What `Evidence::at` says of the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Bound {
    MadeAt,
    /// The key existed then, so it was made no later.
    MadeBy,
    /// The key was made no earlier.
    MadeSince,
}

/// Where a fact about a key's age comes from, the firmest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EvidenceKind {
    /// `CreateDate`, as IAM gave it for this run or to the file that was read.
    Account,
    /// `last_rotated` of a credential report.
    Rotated,
    /// `CreateDate` or `create_date` that stands beside the key.
    Beside,
    /// A request signed with it, or a log entry of its use.
    Used,
    /// The commit that brought it.
    Introduced,
    /// The commit in which it replaced another key at the same place.
    Replaced,
    /// The id's format, given up about May 2019.
    OldFormat,
}

/// One verdict of a policy on a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub kind: VerdictKind,
    /// Whether it fails the run.
    pub fails: bool,
    /// One sentence with the figures: `91 days old, the limit is 90`.
    pub says: String,
}

/// The verdicts; a key may carry several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum VerdictKind {
    Exposed,
    RootKey,
    Quarantined,
    Expired,
    ExceptionExpired,
    ExposedInactive,
    TooManyActive,
    Unused,
    NeverUsed,
    DeleteInactive,
    /// Facts that contradict each other, or that cannot be: the age they give is not believed.
    BadData,
    UnknownAge,
    /// Whether it is used is not known, and it is old enough to be unused.
    UnknownUse,
    DueSoon,
    /// One active key more than allowed, for the days in which the younger takes over.
    Rotating,
    ExposedDeleted,
    Foreign,
    Inactive,
    Excepted,
    Ok,
}

impl VerdictKind {
    /// The worst first.
    pub const ALL: [VerdictKind; 20] = [
        VerdictKind::Exposed,
        VerdictKind::RootKey,
        VerdictKind::Quarantined,
        VerdictKind::Expired,
        VerdictKind::ExceptionExpired,
        VerdictKind::ExposedInactive,
        VerdictKind::TooManyActive,
        VerdictKind::Unused,
        VerdictKind::NeverUsed,
        VerdictKind::DeleteInactive,
        VerdictKind::BadData,
        VerdictKind::UnknownAge,
        VerdictKind::UnknownUse,
        VerdictKind::DueSoon,
        VerdictKind::Rotating,
        VerdictKind::ExposedDeleted,
        VerdictKind::Foreign,
        VerdictKind::Inactive,
        VerdictKind::Excepted,
        VerdictKind::Ok,
    ];

    /// The verdict of this name, as reports write it.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    pub fn as_str(self) -> &'static str {
        match self {
            VerdictKind::Exposed => "EXPOSED",
            VerdictKind::RootKey => "ROOT_KEY",
            VerdictKind::Quarantined => "QUARANTINED",
            VerdictKind::Expired => "EXPIRED",
            VerdictKind::ExceptionExpired => "EXCEPTION_EXPIRED",
            VerdictKind::ExposedInactive => "EXPOSED_INACTIVE",
            VerdictKind::TooManyActive => "TOO_MANY_ACTIVE",
            VerdictKind::Unused => "UNUSED",
            VerdictKind::NeverUsed => "NEVER_USED",
            VerdictKind::DeleteInactive => "DELETE_INACTIVE",
            VerdictKind::BadData => "BAD_DATA",
            VerdictKind::UnknownAge => "UNKNOWN_AGE",
            VerdictKind::UnknownUse => "UNKNOWN_USE",
            VerdictKind::DueSoon => "DUE_SOON",
            VerdictKind::Rotating => "ROTATING",
            VerdictKind::ExposedDeleted => "EXPOSED_DELETED",
            VerdictKind::Foreign => "FOREIGN",
            VerdictKind::Inactive => "INACTIVE",
            VerdictKind::Excepted => "EXCEPTED",
            VerdictKind::Ok => "OK",
        }
    }
}

impl EvidenceKind {
    pub fn as_str(self) -> &'static str {
        match self {
            EvidenceKind::Account => "account",
            EvidenceKind::Rotated => "rotated",
            EvidenceKind::Beside => "beside",
            EvidenceKind::Used => "used",
            EvidenceKind::Introduced => "introduced",
            EvidenceKind::Replaced => "replaced",
            EvidenceKind::OldFormat => "old-format",
        }
    }
}

impl Bound {
    pub fn as_str(self) -> &'static str {
        match self {
            Bound::MadeAt => "made-at",
            Bound::MadeBy => "made-by",
            Bound::MadeSince => "made-since",
        }
    }
}

impl Made {
    /// Full days from the latest time at which it can have been made: it is at least as old.
    pub fn least_days(&self, as_of: i64) -> Option<i64> {
        self.latest.map(|at| days(at, as_of))
    }

    /// Full days from the earliest time at which it can have been made: it is at most as old.
    pub fn most_days(&self, as_of: i64) -> Option<i64> {
        self.earliest.map(|at| days(at, as_of))
    }
}

/// Full days of 86,400 seconds between two times; none if they are the wrong way round.
pub fn days(from: i64, to: i64) -> i64 {
    to.saturating_sub(from).max(0) / 86_400
}

impl Judged {
    /// The names of the verdicts.
    pub fn kinds(&self) -> Vec<&'static str> {
        self.verdicts.iter().map(|verdict| verdict.kind.as_str()).collect()
    }

    /// Whether any verdict fails the run.
    pub fn fails(&self) -> bool {
        self.verdicts.iter().any(|verdict| verdict.fails)
    }

    pub fn has(&self, kind: VerdictKind) -> bool {
        self.verdicts.iter().any(|verdict| verdict.kind == kind)
    }
}

/// Everything that a policy says of one key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judged {
    pub made: Made,
    /// The firmest first.
    pub evidence: Vec<Evidence>,
    /// The worst first; never empty once judged.
    pub verdicts: Vec<Verdict>,
}

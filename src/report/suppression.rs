//! What a run has to say of suppression, besides the marks of its findings.

/// The files that allow findings, and what in them has no use any more.
#[derive(Clone, Debug, Default)]
pub struct SuppressionUse {
    /// Files of the repository itself that were obeyed: `.keytrail.toml`, `.keytrailignore`.
    pub files: Vec<String>,
    /// Findings that are open because what allowed them has ended.
    pub lapsed: u64,
    /// Allow rules that held for nothing that was scanned, as in `.keytrail.toml: allow entry 2`.
    pub unused: Vec<String>,
    pub baseline: Option<BaselineUse>,
}

/// What came of a baseline. Entries are named by their digests.
#[derive(Clone, Debug, Default)]
pub struct BaselineUse {
    /// The file, as the person named it.
    pub file: String,
    /// Entries that have not ended.
    pub entries: u64,
    /// Of them, those whose secret was not found.
    pub unused: Vec<String>,
    /// Entries that have ended.
    pub ended: Vec<String>,
}

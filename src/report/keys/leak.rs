//! Where a key was found: since when, in which commit and path, and what still reaches it.
//!
//! Taken from the findings that were joined with the key; the earliest commit is the one that its age goes by.

use crate::finding::{Finding, Occurrence};
use crate::keys::Case;
use crate::origin::{CommitStamp, State};
use crate::report::place;

/// A key that stands where it should not.
#[derive(Clone, Debug)]
pub struct Leak {
    /// The findings, by their numbers in the report's list.
    pub findings: Vec<usize>,
    /// Since when, by the earliest commit. `None` outside of history.
    pub since: Option<i64>,
    /// That commit.
    pub commit: Option<CommitStamp>,
    /// Where that commit has it, or the first place, as a person would name it.
    pub place: String,
    /// How many places there are.
    pub places: usize,
    /// Where it is now.
    pub state: State,
    /// What still reaches it.
    pub refs: Vec<String>,
    pub more_refs: u64,
    /// Whether it was used after that commit; `None` if that is not known.
    pub used_since: Option<bool>,
    /// Whether the secret half stands there as well.
    pub with_secret: bool,
}

impl Leak {
    pub fn of(case: &Case, findings: &[Finding]) -> Option<Self> {
        let exposed = case.exposed.as_ref()?;
        let group: Vec<&Finding> = exposed
            .findings
            .iter()
            .filter_map(|number| findings.get(*number))
            .collect();
        let leading = group.first()?;
        let places = || group.iter().flat_map(|finding| &finding.occurrences);
        let first = first_commit(&group, exposed.since);
        let lead = first.and_then(|(_, place)| place).unwrap_or_else(|| leading.primary());
        let mut refs: Vec<String> = group.iter().flat_map(|finding| finding.refs.clone()).collect();
        refs.sort();
        refs.dedup();
        let mut names: Vec<(&[u8], u32)> = places().map(|at| (&at.origin.path[..], at.start.line)).collect();
        names.sort_unstable();
        names.dedup();
        Some(Self {
            findings: exposed.findings.clone(),
            since: exposed.since,
            commit: first.map(|(stamp, _)| stamp),
            place: place::name(lead),
            places: names.len(),
            state: group.iter().map(|finding| finding.state).min().unwrap_or(State::File),
            refs,
            more_refs: group.iter().map(|finding| finding.more_refs).max().unwrap_or_default(),
            used_since: case.is_used_since_leak(),
            with_secret: group.iter().any(|finding| finding.rule.kind == "secret-key"),
        })
    }
}

/// The commit of that time, with the place it has the key at.
fn first_commit<'f>(group: &[&'f Finding], since: Option<i64>) -> Option<(CommitStamp, Option<&'f Occurrence>)> {
    let placed = group
        .iter()
        .flat_map(|finding| &finding.occurrences)
        .filter_map(|place| Some((place.commit?, Some(place))));
    let introduced = group.iter().filter_map(|finding| Some((finding.introduced?, None)));
    let all: Vec<(CommitStamp, Option<&Occurrence>)> = placed.chain(introduced).collect();
    let is_first = |stamp: &CommitStamp| since.is_some_and(|at| stamp.author_time == at || stamp.commit_time == at);
    let found = all.iter().find(|(stamp, _)| is_first(stamp));
    found
        .or_else(|| {
            all.iter()
                .min_by_key(|(stamp, _)| stamp.author_time.min(stamp.commit_time))
        })
        .copied()
}

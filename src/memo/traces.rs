//! The origins of the findings, kept for a run to which nothing is new: no object, no ref, no entry of a reflog.
//!
//! A trace hangs on the commits, their folders, the names that reach them and HEAD, and on nothing else. So it is kept
//! with a digest of all names and what they lead to, and is used only where that is the same. Refs are kept by their
//! places among the names, paths by the numbers of words, secrets by their numbers: no name and no value stands here.
//! Where a finding stands in the name of a ref or in a reflog nothing is kept: the digest would be one of a secret.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use super::{Held, Memo, NONE, Reference};
use crate::finding::{Finding, Fingerprint};
use crate::git::Roots;
use crate::git::provenance::{Hits, PlaceInHistory, Trace};
use crate::origin::{CommitStamp, ObjectId, Place, State};

pub(super) const STATES: [State; 3] = [State::InTree, State::HistoryOnly, State::Unreachable];

/// The origin of one secret, by numbers.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Kept {
    pub(super) introduced: Option<Stamp>,
    pub(super) removed: Option<Stamp>,
    /// Its place among [`STATES`].
    pub(super) state: u8,
    /// Places among the roots.
    pub(super) refs: Vec<u32>,
    pub(super) more_refs: u64,
    pub(super) places: Vec<KeptPlace>,
}

/// A commit, or a tag's text at its time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Stamp {
    pub(super) commit: Reference,
    pub(super) author_time: i64,
    pub(super) commit_time: i64,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct KeptPlace {
    pub(super) is_name: bool,
    /// The words of the path.
    pub(super) path: Vec<u32>,
    pub(super) object: Reference,
    pub(super) first: Option<Stamp>,
    /// `NONE` if it is not in HEAD.
    pub(super) in_head: Reference,
}

impl KeptPlace {
    /// The path, of names by number.
    pub(super) fn path(&self, words: &[Box<[u8]>]) -> Vec<u8> {
        let names: Vec<&[u8]> = self.path.iter().map(|&word| &words[word as usize][..]).collect();
        names.join(&b'/')
    }
}

/// A digest of everything that has a name: names and ids, HEAD, the files of the indexes, what reflogs say.
pub fn digest_of(roots: &Roots, head: Option<ObjectId>) -> [u8; 32] {
    let mut digest = Sha256::new();
    let mut add = |kind: u8, name: &[u8], id: &[u8]| {
        digest.update([kind, id.len() as u8]);
        digest.update((name.len() as u64).to_le_bytes());
        digest.update(name);
        digest.update(id);
    };
    for root in &roots.roots {
        add(root.kind as u8, &root.name, root.id.as_bytes());
    }
    for (index, path, blob) in &roots.staged {
        add(u8::MAX - 1, index, &[]);
        add(u8::MAX, path, blob.as_bytes());
    }
    for name in &roots.ref_names {
        add(u8::MAX - 5, name, &[]);
    }
    for message in &roots.messages {
        add(u8::MAX - 4, &message.log, &[]);
        add(u8::MAX - 3, &message.text, &[]);
    }
    add(u8::MAX - 2, b"", head.as_ref().map_or(&[], ObjectId::as_bytes));
    digest.finalize().into()
}

/// What there is to keep.
pub(super) struct Telling<'t> {
    pub(super) findings: &'t [Finding],
    pub(super) traces: &'t [Trace],
    pub(super) held: &'t Held,
    pub(super) roots: &'t Roots,
    pub(super) words: &'t HashMap<Box<[u8]>, u32>,
}

/// Whether what stands at a place holds the finding with this number.
pub fn holds(hits: &Hits, place: &PlaceInHistory, number: u32) -> bool {
    let of_object = |id: &ObjectId| hits.objects.get(id).is_some_and(|held| held.contains(&number));
    match place.place {
        Place::PathName => {
            let name = place.path.rsplit(|&b| b == b'/').next().unwrap_or_default();
            hits.names.get(name).is_some_and(|held| held.contains(&number))
        }
        _ => of_object(&place.object) && place.in_head.iter().all(of_object),
    }
}

impl Memo {
    /// By secret, its origin. `None` if one cannot be told in numbers: then none is kept.
    pub(super) fn traces_of(&self, telling: &Telling<'_>) -> Option<Vec<Kept>> {
        let mut refs: HashMap<_, u32> = HashMap::new();
        for (n, root) in (0..).zip(&telling.roots.roots) {
            refs.entry(String::from_utf8_lossy(&root.name)).or_insert(n);
        }
        let mut kept = vec![Kept::default(); telling.held.numbers.len()];
        for (finding, trace) in telling.findings.iter().zip(telling.traces) {
            let number = *telling.held.numbers.get(&finding.fingerprint)?;
            let refs = trace.refs.iter().map(|name| refs.get(name.as_str()).copied());
            let places = trace.places.iter().map(|place| self.kept_place(place, telling.words));
            kept[number as usize] = Kept {
                introduced: self.kept_stamp(trace.introduced)?,
                removed: self.kept_stamp(trace.removed)?,
                state: STATES.iter().position(|state| *state == trace.state)? as u8,
                refs: refs.collect::<Option<_>>()?,
                more_refs: trace.more_refs,
                places: places.collect::<Option<_>>()?,
            };
        }
        Some(kept)
    }

    fn kept_place(&self, place: &PlaceInHistory, words: &HashMap<Box<[u8]>, u32>) -> Option<KeptPlace> {
        let path = place.path.split(|&b| b == b'/').map(|name| words.get(name).copied());
        Some(KeptPlace {
            is_name: place.place == Place::PathName,
            path: path.collect::<Option<_>>()?,
            object: self.find(&place.object)?,
            first: self.kept_stamp(place.first)?,
            in_head: match &place.in_head {
                Some(id) => self.find(id)?,
                None => NONE,
            },
        })
    }

    /// `None` if the commit is not known.
    fn kept_stamp(&self, stamp: Option<CommitStamp>) -> Option<Option<Stamp>> {
        let kept = |stamp: CommitStamp| {
            Some(Stamp {
                commit: self.find(&stamp.id)?,
                author_time: stamp.author_time,
                commit_time: stamp.commit_time,
            })
        };
        match stamp {
            Some(stamp) => kept(stamp).map(Some),
            None => Some(None),
        }
    }

    /// Whether the origins were kept with these names.
    pub fn is_of_roots(&self, digest: &[u8; 32]) -> bool {
        self.roots == *digest
    }

    /// The origins of findings with these numbers of secrets, in their order. `None` if that of one is not known, or
    /// names what does not hold it: `holds` says so of a place, and of a finding by its place in the list.
    pub fn traces(
        &self,
        findings: &[Finding],
        numbers: &HashMap<Fingerprint, u32>,
        roots: &Roots,
        words: &[Box<[u8]>],
        holds: &dyn Fn(&PlaceInHistory, u32) -> bool,
    ) -> Option<Vec<Trace>> {
        let of = |(at, finding): (u32, &Finding)| {
            let kept = self.traces.get(*numbers.get(&finding.fingerprint)? as usize)?;
            let trace = self.trace(kept, roots, words)?;
            let is_held = |place| holds(place, at);
            trace.places.iter().all(is_held).then_some(trace)
        };
        (0..).zip(findings).map(of).collect()
    }

    fn trace(&self, kept: &Kept, roots: &Roots, words: &[Box<[u8]>]) -> Option<Trace> {
        let name = |at: &u32| {
            let root = roots.roots.get(*at as usize)?;
            Some(String::from_utf8_lossy(&root.name).into_owned())
        };
        Some(Trace {
            introduced: kept.introduced.map(|stamp| self.stamp(stamp)),
            removed: kept.removed.map(|stamp| self.stamp(stamp)),
            state: STATES[usize::from(kept.state)],
            refs: kept.refs.iter().map(name).collect::<Option<_>>()?,
            more_refs: kept.more_refs,
            places: kept.places.iter().map(|place| self.place(place, words)).collect(),
        })
    }

    fn place(&self, kept: &KeptPlace, words: &[Box<[u8]>]) -> PlaceInHistory {
        PlaceInHistory {
            place: match kept.is_name {
                true => Place::PathName,
                false => Place::Blob,
            },
            path: kept.path(words),
            object: self.id(kept.object),
            first: kept.first.map(|stamp| self.stamp(stamp)),
            in_head: (kept.in_head != NONE).then(|| self.id(kept.in_head)),
        }
    }

    fn stamp(&self, kept: Stamp) -> CommitStamp {
        CommitStamp {
            id: self.id(kept.commit),
            author_time: kept.author_time,
            commit_time: kept.commit_time,
        }
    }
}

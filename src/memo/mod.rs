//! The memo of a `history` run: what was read under which rules, so that the next run reads only what is new.
//!
//! An object's id stands for its content: what was read once under an id is not read again, wherever a repack
//! puts it. Kept are ids, sizes, the commits' parents and times, of folders the entries that lead to a finding, which
//! objects hold the same findings, and where each came from, for as long as the refs lead to the same. **No secret, no
//! part and no digest of one is kept**: of a finding only the object or the folder's entry that holds it, and a number that
//! says how much speaks for it there. Those that a report shows are read and scanned again; those that it does not show, it
//! counts by that number. Other names are kept as salted digests, to be counted once.
//!
//! A memo is a stranger's file: one that does not add up is refused whole, and everything is scanned. One that was
//! forged to add up can hide findings and places, and can tell wrong paths, commits, times, refs and counts of those that
//! it leaves: it belongs where reports do. It cannot make a finding up: each object that is shown was read in this run,
//! and its findings are those in it, at the lines that are told.

mod change;
mod file;
mod format;
mod grow;
mod held;
mod ids;
mod lineage;
mod recall;
mod shapes;
mod sound;
mod still;
mod traces;
mod weight;
mod wire;

pub use change::Change;
pub use file::MemoFile;
pub use grow::News;
pub use held::{Filled, Held, put_read};
pub use recall::Recall;
pub use traces::{digest_of, holds};
pub use weight::Weight;

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use sha2::{Digest, Sha256};

use crate::git::tree::EntryKind;
use crate::origin::ObjectId;
use ids::Ids;

/// An object by its place among the sorted ids; with [`OUTSIDE`], among those that are named and not kept.
type Reference = u32;
const OUTSIDE: u32 = 1 << 31;
/// No object.
const NONE: u32 = u32::MAX;

/// The size of a folder: it has no text.
const FOLDER: u32 = u32::MAX;
/// The size stands in `large`.
const LARGE: u32 = u32::MAX - 1;

/// Where the kind of an entry stands in a line.
const KIND: u32 = 30;
const KINDS: [EntryKind; 4] = [
    EntryKind::Tree,
    EntryKind::File,
    EntryKind::Symlink,
    EntryKind::Submodule,
];

type NameDigest = [u8; 16];

/// What is remembered of one repository.
#[derive(Debug, Default, PartialEq)]
pub struct Memo {
    id_length: usize,
    /// Whether history was cut off, so that parents were not looked for.
    shallow: bool,
    /// The ids of all objects that were read, sorted.
    ids: Ids,
    /// How many bytes of text each has.
    sizes: Vec<u32>,
    large: HashMap<u32, u64>,
    /// Objects that are named and were not read.
    outside: Vec<ObjectId>,
    /// What folders, commits and tags name and what is not there, sorted.
    missing: Vec<ObjectId>,
    /// The objects that hold findings.
    hits: Vec<u32>,
    /// Of each of them, where its spots end; one without is searched whole.
    spot_ends: Vec<u32>,
    /// Starts and ends of spots in blobs.
    spots: Vec<(u32, u32)>,
    /// Of each hit, where its variants end.
    held_ends: Vec<u32>,
    /// Variants of findings.
    held: Vec<u32>,
    /// Of each of them, what decides whether it is shown.
    weights: Vec<Weight>,
    /// By variant: the number of its secret.
    secrets: Vec<u32>,
    /// The hits that the last report showed, sorted.
    shown: Vec<u32>,
    /// What the refs led to when the traces were made.
    roots: [u8; 32],
    /// By secret: where it came from, if that is told.
    traces: Vec<traces::Kept>,
    is_told: bool,
    salt: [u8; 16],
    /// Names without findings, sorted digests, and how many bytes they have together.
    names: Vec<NameDigest>,
    name_bytes: u64,
    submodules: Vec<NameDigest>,
    /// In the order of the graph.
    commits: Vec<Row>,
    /// The parents of all commits, one after the other: places among `commits`.
    parents: Vec<u32>,
    /// Parents that are not there, with the place of the child.
    absent: Vec<(u32, ObjectId)>,
    /// Tags, and what they name.
    tags: Vec<(u32, Reference)>,
    /// Names of entries.
    words: Vec<Word>,
    /// Which of them hold findings themselves.
    named: Vec<u32>,
    /// Folders that hold findings, by place among the ids, and the shape of each.
    folders: Vec<(u32, u32)>,
    /// What folders can look like, as far as they lead to findings: most versions of one look alike. The first
    /// folder that did, and where the lines end.
    shapes: Vec<(u32, u32)>,
    lines: Vec<Line>,
    /// Where the ids start whose first bytes are these.
    begins: Vec<u32>,
}

/// A commit.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Row {
    id: u32,
    tree: Reference,
    author_time: i64,
    commit_time: i64,
    parents: u32,
}

/// A name of an entry.
#[derive(Clone, Debug, PartialEq)]
enum Word {
    Plain(Box<[u8]>),
    /// One that looks as if it could be a secret: it is read where it stands, this entry of this folder.
    Within {
        folder: u32,
        entry: u32,
    },
}

/// An entry that leads to a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Line {
    /// Its kind, and the number of its name.
    word: u32,
    /// Of a folder, the first that looked like it; but itself if its name holds a finding.
    target: Reference,
}

impl Line {
    fn kind(self) -> EntryKind {
        KINDS[(self.word >> KIND) as usize]
    }

    fn word(self) -> usize {
        (self.word & !(3 << KIND)) as usize
    }
}

impl Memo {
    /// How many objects are remembered.
    pub fn known(&self) -> usize {
        self.sizes.len()
    }

    /// Whether an object was read.
    pub fn knows(&self, id: &ObjectId) -> bool {
        self.find(id).is_some()
    }

    /// Whether a name was counted; one with findings never is.
    pub fn knows_name(&self, name: &[u8]) -> bool {
        self.names.binary_search(&self.digest(name)).is_ok()
    }

    pub fn knows_submodule(&self, name: &[u8]) -> bool {
        self.submodules.binary_search(&self.digest(name)).is_ok()
    }

    /// How many commits are remembered.
    pub fn commits(&self) -> usize {
        self.commits.len()
    }

    /// How many submodules there are.
    pub fn submodules(&self) -> usize {
        self.submodules.len()
    }

    pub fn missing(&self) -> &[ObjectId] {
        &self.missing
    }

    /// The objects that hold findings.
    pub fn hits(&self) -> impl Iterator<Item = ObjectId> {
        self.hits.iter().map(|&at| self.id(at))
    }

    /// Where in blobs their findings stand; in those that are wanted.
    pub fn spots(&self, is_wanted: impl Fn(&ObjectId) -> bool) -> HashMap<ObjectId, Vec<Range<u32>>> {
        let mut start = 0;
        let mut all = HashMap::new();
        for (hit, end) in self.hits().zip(&self.spot_ends) {
            let spots = &self.spots[start..*end as usize];
            start = *end as usize;
            if !spots.is_empty() && is_wanted(&hit) {
                all.insert(hit, spots.iter().map(|(start, end)| *start..*end).collect());
            }
        }
        all
    }

    /// The number and the bytes of all texts: of objects, and of names without findings.
    pub fn texts(&self) -> (u64, u64) {
        let (mut items, mut bytes) = (self.names.len() as u64, self.name_bytes);
        for (at, &size) in self.sizes.iter().enumerate() {
            if size != FOLDER {
                items += 1;
                bytes += self.text(at as u32, size);
            }
        }
        (items, bytes)
    }

    /// Those of them that need not be scanned again. Of those with findings, only these are left out.
    pub fn spared(&self, left: &HashSet<ObjectId>) -> (u64, u64) {
        let (mut items, mut bytes) = self.texts();
        for &hit in self.hits.iter().filter(|hit| !left.contains(&self.id(**hit))) {
            items -= 1;
            bytes -= self.text(hit, self.sizes[hit as usize]);
        }
        (items, bytes)
    }

    fn text(&self, at: u32, size: u32) -> u64 {
        match size {
            LARGE => self.large.get(&at).copied().unwrap_or_default(),
            size => u64::from(size),
        }
    }

    fn shape(&self, shape: usize) -> &[Line] {
        let start = match shape {
            0 => 0,
            _ => self.shapes[shape - 1].1,
        };
        &self.lines[start as usize..self.shapes[shape].1 as usize]
    }

    fn digest(&self, name: &[u8]) -> NameDigest {
        let digest = Sha256::new_with_prefix(self.salt).chain_update(name).finalize();
        std::array::from_fn(|n| digest[n])
    }
}

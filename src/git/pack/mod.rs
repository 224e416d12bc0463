//! Packs, read at the speed of their bytes: mapped into memory, each entry inflated and applied once.
//!
//! There are two ways to read. [`Packs::walk`] reads everything: entries form trees of deltas, known from
//! headers alone, and each tree is walked depth first, so that a base is in memory only while what is made of
//! it is. [`Packs::read`] reads one object. Neither believes a size, an offset or an index: what does not add
//! up is a fault that costs the entry and what is made of it. Checksums of entries and of their data are
//! checked, ids are not: hashing every object would cost more than all the rest.

mod cache;
mod delta;
mod entry;
mod forest;
mod index;
mod listing;
mod map;
mod reader;
mod resident;
mod touched;
mod walk;
mod worker;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU32;
use std::sync::{Mutex, OnceLock};

pub use delta::Copied;
pub use map::Mapped;
pub use walk::{Derived, Packed, Visitor};

use crate::git::path_bytes;
use crate::git::read::ObjectKind;
use crate::origin::ObjectId;
use crate::skip::Skip;
use entry::Header;
use forest::{Extent, Forest};
use index::Index;
use reader::Reader;

/// Why an entry cannot be read: the end of a sentence that begins "the object cannot be read".
pub type Fault = &'static str;

/// The fault of what is whole itself.
pub const BASE_UNREAD: Fault = "its delta base cannot be read";

/// The memory brings so many bytes at a time.
const LINE: usize = 64;
/// Most entries have no more; of others, the rest is brought as reading goes on.
const LINES: usize = 3;

/// A pack with its index.
struct Pack {
    map: Mapped,
    index: Index,
}

/// All packs of a store, in order.
pub struct Packs {
    packs: Vec<Pack>,
    /// Made when it is first needed, for reading single objects needs none.
    forest: OnceLock<Forest>,
    /// Readers not in use.
    idle: Mutex<Vec<Reader>>,
    /// Held by the worker that walks a tree of very large objects.
    alone: Mutex<()>,
    /// How often workers have given the memory of the packs back.
    given_back: AtomicU32,
}

impl Packs {
    /// Opens the packs in these object folders, in the order of folders and names. Their ids have `id_length` bytes.
    pub fn open(folders: &[PathBuf], id_length: usize, skips: &mut Vec<Skip>) -> Self {
        let mut packs = Vec::new();
        for folder in folders {
            let folder = folder.join("pack");
            for name in crate::git::objects::sorted_names(&folder) {
                let path = folder.join(name);
                let extension = path.extension();
                if extension == Some(OsStr::new("idx")) {
                    match Pack::open(&path, id_length) {
                        Ok(pack) => {
                            let wrong = pack.disagreement().map(|fault| Skip::fault(path_bytes(&path), fault));
                            skips.extend(wrong);
                            packs.push(pack);
                        }
                        Err(fault) => skips.push(Skip::fault(path_bytes(&path), fault)),
                    }
                } else if extension == Some(OsStr::new("pack")) && !path.with_extension("idx").exists() {
                    let reason = "the pack has no index, so its objects cannot be found; `git index-pack` makes one";
                    skips.push(Skip::fault(path_bytes(&path), reason));
                }
            }
        }
        Self {
            packs,
            forest: OnceLock::new(),
            idle: Mutex::new(Vec::new()),
            alone: Mutex::new(()),
            given_back: AtomicU32::new(0),
        }
    }

    /// Reads the headers of all entries, on so many threads.
    pub fn plant(&self, threads: usize) {
        self.forest_by(threads);
    }

    /// How many objects of these kinds there are, as far as headers tell.
    pub fn count(&self, wanted: fn(ObjectKind) -> bool, threads: usize) -> usize {
        self.forest_by(threads).count(wanted)
    }

    pub fn contains(&self, id: &ObjectId) -> bool {
        self.packs.iter().any(|pack| pack.index.find(id).is_some())
    }

    /// In how many packs an object is.
    pub fn copies(&self, id: &ObjectId) -> usize {
        self.packs.iter().filter(|pack| pack.index.find(id).is_some()).count()
    }

    /// Where an object stands in the indexes of all packs, counted through.
    pub fn slot(&self, id: &ObjectId) -> Option<u32> {
        let mut first = 0;
        for pack in &self.packs {
            if let Some(position) = pack.index.find(id) {
                return Some(first + position);
            }
            first += pack.index.count();
        }
        None
    }

    /// The same of many objects at once.
    pub fn find_slots(&self, ids: &[ObjectId], slots: &mut Vec<Option<u32>>) {
        slots.clear();
        slots.resize(ids.len(), None);
        let mut first = 0;
        for pack in &self.packs {
            pack.index.find_all(ids, first, slots);
            first += pack.index.count();
        }
    }

    /// The objects whose ids start with these hex digits, as many as `most` of each pack.
    pub fn with_prefix<'p>(&'p self, hex: &'p str, most: usize) -> impl Iterator<Item = ObjectId> + 'p {
        self.packs
            .iter()
            .flat_map(move |pack| pack.index.with_prefix(hex).take(most))
    }

    /// How many such places there are.
    pub fn slots(&self) -> u32 {
        self.packs.iter().map(|pack| pack.index.count()).sum()
    }

    /// The object at such a place.
    pub fn at_slot(&self, mut slot: u32) -> ObjectId {
        let mut packs = self.packs.iter();
        let mut pack = packs.next().expect("a slot lies in a pack");
        while slot >= pack.index.count() {
            slot -= pack.index.count();
            pack = packs.next().expect("a slot lies in a pack");
        }
        pack.index.id(slot)
    }

    /// Gives back the memory of the packs' bytes, which are read from the files again if need be.
    pub fn let_go(&self) {
        for pack in &self.packs {
            pack.map.let_go(0..u64::MAX);
            pack.index.let_go();
        }
    }

    /// Whether all of them may stand in memory beside what is found.
    pub fn are_small(&self) -> bool {
        self.bytes() <= touched::LEAST
    }

    /// How large all packs are together.
    fn bytes(&self) -> u64 {
        self.packs.iter().map(|pack| pack.map.bytes().len() as u64).sum()
    }

    fn forest(&self) -> &Forest {
        self.forest_by(1)
    }

    /// Plants it on so many threads, if it has not been.
    fn forest_by(&self, threads: usize) -> &Forest {
        self.forest.get_or_init(|| {
            let forest = Forest::plant(&self.packs, threads, self.are_small());
            self.packs.iter().for_each(|pack| pack.index.let_go());
            forest
        })
    }
}

impl Pack {
    fn open(index: &Path, id_length: usize) -> Result<Self, Fault> {
        let path = index.with_extension("pack");
        if !path.exists() {
            return Err("the pack of this index is missing");
        }
        let map = Mapped::open(&path).map_err(|_| "the pack of this index cannot be read")?;
        let index = Index::open(index, id_length)?;
        let version = map.bytes().get(4..8);
        if !map.bytes().starts_with(b"PACK") || !matches!(version, Some([0, 0, 0, 2 | 3])) {
            return Err("the pack of this index is damaged");
        }
        Ok(Self { map, index })
    }

    /// What shows that the index was made for another pack. Its entries are still tried.
    fn disagreement(&self) -> Option<Fault> {
        let bytes = self.map.bytes();
        if bytes.get(8..12) != Some(&self.index.count().to_be_bytes()) {
            return Some("the pack index and its pack do not have the same number of objects");
        }
        let ends = bytes.len() >= 12 + self.index.id_length() && bytes.ends_with(self.index.pack_checksum());
        (!ends).then_some("the pack does not end as its index says; it is cut off or another one")
    }

    /// Reads the header of the entry at an offset.
    fn header(&self, offset: u64) -> Result<Header, Fault> {
        Header::read(self.map.bytes(), offset, self.index.id_length())
    }

    /// Checks an entry against the checksum that the index has of it.
    fn check(&self, at: &Extent) -> Result<(), Fault> {
        let is_wrong = |checksum| checksum != libdeflater::crc32(self.bytes(at.start as usize, at.end as usize));
        match self.index.checksum(at.position).is_some_and(is_wrong) {
            true => Err("its checksum is not what the pack index says"),
            false => Ok(()),
        }
    }

    /// Asks the memory for the entry at an offset, and for its checksum.
    fn ask_for(&self, offset: u64, position: u32) {
        let entry = self.map.bytes().get(offset as usize..).unwrap_or_default();
        entry.iter().step_by(LINE).take(LINES).for_each(map::ask_for);
        self.index.ask_for_checksum(position);
    }

    /// Where entries end: the hash over all of the pack, as long as an id, is its last part.
    fn end(&self) -> usize {
        self.map.bytes().len().saturating_sub(self.index.id_length())
    }

    /// The deflated bytes from `start` on, at most up to `end`.
    fn bytes(&self, start: usize, end: usize) -> &[u8] {
        let end = end.min(self.end());
        self.map.bytes().get(start..end).unwrap_or_default()
    }
}

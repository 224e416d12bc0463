//! A store that knows by heart which folders hold findings, so that provenance reads only folders that are new.
//!
//! Folders that the memo knows and does not list hold nothing. Names that may be secrets are not in the memo:
//! each is read once, from the folder it stands in.

use super::{FOLDER, Line, Memo, OUTSIDE, Reference, Word};
use crate::git::tree::{self, Entry, EntryKind};
use crate::git::{ObjectKind, ReadObject, Store};
use crate::origin::ObjectId;
use crate::source::outlines::Outlines;

/// The memo, with the store that it is about.
pub struct Recall<'m> {
    pub memo: &'m Memo,
    store: &'m Store,
    /// By number of the word.
    pub words: Vec<Box<[u8]>>,
    /// By place among the ids: the shape of the folder, and one.
    shapes: Vec<u32>,
    /// What is known of folders that are new.
    pub fresh: Outlines,
}

impl<'m> Recall<'m> {
    /// Reads the names that the memo does not hold. `None` if one is not where it was.
    pub fn new(memo: &'m Memo, store: &'m Store) -> Option<Self> {
        let words = memo.words(store)?;
        let mut shapes = vec![0; memo.known()];
        for (at, shape) in &memo.folders {
            shapes[*at as usize] = shape + 1;
        }
        Some(Self {
            memo,
            store,
            words,
            shapes,
            fresh: Outlines::default(),
        })
    }

    /// Of an object that is known, whether it leads to a finding.
    pub fn leads(&self, id: &ObjectId) -> Option<bool> {
        let at = self.memo.find(id)?;
        Some(match self.memo.sizes[at as usize] {
            FOLDER => self.shapes[at as usize] != 0,
            _ => self.memo.hits.binary_search(&at).is_ok(),
        })
    }

    /// The folder that stands for this one, and looks like it as far as findings go: one that the memo does not
    /// know is itself. `None` if it holds nothing.
    pub fn stands_for(&self, folder: Reference) -> Option<Reference> {
        if folder & OUTSIDE != 0 || self.memo.sizes[folder as usize] != FOLDER {
            return Some(folder);
        }
        let shape = self.shapes[folder as usize].checked_sub(1)?;
        Some(self.memo.shapes[shape as usize].0)
    }

    fn lines(&self, folder: u32) -> &[Line] {
        match self.shapes[folder as usize] {
            0 => &[],
            n => self.memo.shape(n as usize - 1),
        }
    }
}

impl Memo {
    /// All names, by number. `None` if one that is not kept here is not where it was.
    pub fn words(&self, store: &Store) -> Option<Vec<Box<[u8]>>> {
        let mut raw = Vec::new();
        let mut name = |word: &Word| match word {
            Word::Plain(name) => Some(name.clone()),
            Word::Within { folder, entry } => {
                let folder = self.id(*folder);
                (store.read(&folder, &mut raw) == Ok(ObjectKind::Tree)).then_some(())?;
                let mut entries = tree::entries(&raw, folder.length()).map_while(Result::ok);
                Some(entries.nth(*entry as usize)?.name.into())
            }
        };
        self.words.iter().map(&mut name).collect()
    }

    /// Those of them that hold findings.
    pub fn named<'w>(&self, words: &'w [Box<[u8]>]) -> impl Iterator<Item = &'w [u8]> {
        self.named.iter().map(|&word| &words[word as usize][..])
    }
}

impl ReadObject for Recall<'_> {
    fn read(&self, id: &ObjectId, into: &mut Vec<u8>) -> Result<ObjectKind, String> {
        self.store.read(id, into)
    }

    fn tagged(&self, id: &ObjectId) -> Option<Option<ObjectId>> {
        let at = self.memo.find(id)?;
        let tags = &self.memo.tags;
        let tag = tags.binary_search_by_key(&at, |(tag, _)| *tag).ok();
        Some(tag.map(|tag| self.memo.object(tags[tag].1)))
    }

    fn outline(&self, tree: &ObjectId, visit: &mut dyn FnMut(Entry<'_>)) -> bool {
        let Some(folder) = self.memo.find(tree) else {
            return self.fresh.visit(tree, visit);
        };
        if self.memo.sizes[folder as usize] != FOLDER {
            return false;
        }
        for line in self.lines(folder) {
            let kind = line.kind();
            let is_empty = kind == EntryKind::Tree && self.stands_for(line.target).is_none();
            // A name can be a finding itself, whatever it names.
            if !is_empty || self.memo.named.contains(&(line.word() as u32)) {
                visit(Entry {
                    kind,
                    name: &self.words[line.word()],
                    id: self.memo.object(line.target),
                });
            }
        }
        true
    }
}

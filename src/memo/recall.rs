//! A store that knows by heart which folders hold findings, so that provenance reads only folders that are new.
//!
//! Folders that the memo knows and does not list hold nothing. Names that may be secrets are not in the memo:
//! each is read once, from the folder it stands in.

use super::{Line, Memo, OUTSIDE, Word};
use crate::git::tree::{self, Entry, EntryKind};
use crate::git::{ObjectKind, ReadObject, Store};
use crate::origin::ObjectId;

/// The memo, with the store that it is about.
pub struct Recall<'m> {
    pub memo: &'m Memo,
    store: &'m Store,
    /// By number of the word.
    pub words: Vec<Box<[u8]>>,
    /// By place among the ids: the number of the folder and one.
    folders: Vec<u32>,
}

impl<'m> Recall<'m> {
    /// Reads the names that the memo does not hold. `None` if one is not where it was.
    pub fn new(memo: &'m Memo, store: &'m Store) -> Option<Self> {
        let mut raw = Vec::new();
        let mut words = Vec::with_capacity(memo.words.len());
        for word in &memo.words {
            words.push(match word {
                Word::Plain(name) => name.clone(),
                Word::Within { folder, entry } => {
                    let folder = memo.id(*folder);
                    (store.read(&folder, &mut raw) == Ok(ObjectKind::Tree)).then_some(())?;
                    let mut entries = tree::entries(&raw, folder.length()).map_while(Result::ok);
                    entries.nth(*entry as usize)?.name.into()
                }
            });
        }
        let mut folders = vec![0; memo.known()];
        for (n, (at, _)) in memo.folders.iter().enumerate() {
            folders[*at as usize] = n as u32 + 1;
        }
        Some(Self {
            memo,
            store,
            words,
            folders,
        })
    }

    /// The names that hold findings.
    pub fn named(&self) -> impl Iterator<Item = &[u8]> {
        self.memo.named.iter().map(|&word| &self.words[word as usize][..])
    }

    /// Whether a folder may hold findings; one that the memo does not know may.
    pub fn may_hold(&self, folder: super::Reference) -> bool {
        folder & OUTSIDE != 0 || self.folders[folder as usize] != 0
    }

    fn lines(&self, folder: u32) -> &[Line] {
        match self.folders[folder as usize] as usize {
            0 => &[],
            1 => &self.memo.lines[..self.memo.folders[0].1 as usize],
            n => &self.memo.lines[self.memo.folders[n - 2].1 as usize..self.memo.folders[n - 1].1 as usize],
        }
    }
}

impl ReadObject for Recall<'_> {
    fn read(&self, id: &ObjectId, into: &mut Vec<u8>) -> Result<ObjectKind, String> {
        self.store.read(id, into)
    }

    fn outline(&self, tree: &ObjectId, visit: &mut dyn FnMut(Entry<'_>)) -> bool {
        let Some(folder) = self.memo.find(tree) else {
            return false;
        };
        if self.memo.sizes[folder as usize] != super::FOLDER {
            return false;
        }
        for line in self.lines(folder) {
            let kind = line.kind();
            let is_empty = kind == EntryKind::Tree && !self.may_hold(line.target);
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

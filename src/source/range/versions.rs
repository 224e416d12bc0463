//! What a parent has where a commit has something else.

use std::collections::HashMap;

use crate::git::tree;
use crate::source::change::Version;

/// The entries of an old tree, asked for in the order of a new one.
pub struct Versions<'t> {
    raw: &'t [u8],
    id_length: usize,
    /// Where to go on. Trees are sorted and much alike, so what is asked for nearly always comes next.
    at: usize,
    /// Made when something did not come next: it is new, or has become a folder.
    by_name: Option<HashMap<&'t [u8], Version>>,
}

impl<'t> Versions<'t> {
    pub fn of(raw: &'t [u8], id_length: usize) -> Self {
        Self {
            raw,
            id_length,
            at: 0,
            by_name: None,
        }
    }

    /// What stands there under a name.
    pub fn get(&mut self, name: &[u8]) -> Option<Version> {
        while let Ok((entry, length)) = tree::entry(&self.raw[self.at..], self.id_length) {
            if entry.name > name {
                break;
            }
            self.at += length;
            if entry.name == name {
                return Some((entry.kind, entry.id));
            }
        }
        let list = || tree::entries(self.raw, self.id_length).map_while(Result::ok);
        let by_name = self
            .by_name
            .get_or_insert_with(|| list().map(|entry| (entry.name, (entry.kind, entry.id))).collect());
        by_name.get(name).copied()
    }
}

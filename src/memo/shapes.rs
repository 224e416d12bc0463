//! The folders of a memo in the making: which of them lead to findings, and which look alike.
//!
//! Shapes that were known keep their order, so that a memo grows the same whatever is added when. A name that
//! looks as if it could be a secret is kept as the place where it stands.

use std::collections::HashMap;

use super::grow::{Growing, News};
use super::{KIND, KINDS, Line, Memo, NONE, Word};
use crate::git::ObjectKind;
use crate::git::tree::{self, EntryKind};
use crate::origin::ObjectId;

impl Growing<'_> {
    /// Takes the shapes that were known and adds those of new folders; returns the numbers of all names.
    pub(super) fn add_folders(&mut self, words: &[Box<[u8]>], news: &mut News<'_>) -> HashMap<Box<[u8]>, u32> {
        let mut numbers: HashMap<Box<[u8]>, u32> = words.iter().cloned().zip(0..).collect();
        let mut shapes = Shapes {
            of: vec![NONE; self.grown.known()],
            ..Shapes::default()
        };
        let mut moved_shapes = Vec::with_capacity(self.old.shapes.len());
        for (n, (first, _)) in self.old.shapes.iter().enumerate() {
            let lines = self.old.shape(n).iter().map(|line| Line {
                word: line.word,
                target: self.moved(line.target),
            });
            let lines = lines.collect();
            moved_shapes.push(shapes.add(&mut self.grown, lines, self.moved[*first as usize]));
        }
        for (folder, shape) in &self.old.folders {
            let folder = self.moved[*folder as usize];
            shapes.of[folder as usize] = moved_shapes[*shape as usize];
        }
        for folder in std::mem::take(&mut news.folders) {
            let Some(at) = self.grown.find(&folder.id) else {
                continue;
            };
            let mut lines = Vec::with_capacity(folder.entries.len());
            for (kind, name, target) in folder.entries {
                let is_named = news.hits.names.contains_key(&name);
                let number = match numbers.get(&name) {
                    Some(&number) => number,
                    None => {
                        self.grown.words.push(word(&name, at, folder.id, news));
                        numbers.insert(name, self.grown.words.len() as u32 - 1);
                        self.grown.words.len() as u32 - 1
                    }
                };
                let kind = KINDS
                    .iter()
                    .position(|known| *known == kind)
                    .expect("there are four kinds") as u32;
                let line = Line {
                    word: kind << KIND | number,
                    target: self.refer(target),
                };
                lines.push((line, is_named));
            }
            lines.dedup();
            shapes.fresh.insert(at, lines);
        }
        let mut fresh: Vec<u32> = shapes.fresh.keys().copied().collect();
        fresh.sort_unstable();
        for folder in fresh {
            shapes.settle(&mut self.grown, folder);
        }
        let shaped = (0..).zip(shapes.of).filter(|(_, shape)| *shape != NONE);
        self.grown.folders = shaped.collect();
        let named = numbers.iter().filter(|(name, _)| news.hits.names.contains_key(*name));
        self.grown.named = named.map(|(_, number)| *number).collect();
        self.grown.named.sort_unstable();
        numbers
    }
}

/// Finds the folders that look alike.
#[derive(Default)]
struct Shapes {
    known: HashMap<Vec<Line>, u32>,
    /// The shapes of folders, by place among the ids.
    of: Vec<u32>,
    /// Folders whose shape is still to be found: their entries, and whether the name holds a finding.
    fresh: HashMap<u32, Vec<(Line, bool)>>,
}

impl Shapes {
    /// Finds the shape of a new folder, after those of the folders in it: no deeper than they were read.
    fn settle(&mut self, memo: &mut Memo, folder: u32) {
        let Some(entries) = self.fresh.remove(&folder) else {
            return;
        };
        let mut lines = Vec::with_capacity(entries.len());
        for (mut line, is_named) in entries {
            if line.kind() == EntryKind::Tree {
                self.settle(memo, line.target);
                let shape = self.of.get(line.target as usize).copied();
                if let (Some(shape), false) = (shape.filter(|shape| *shape != NONE), is_named) {
                    line.target = memo.shapes[shape as usize].0;
                }
            }
            lines.push(line);
        }
        let shape = self.add(memo, lines, folder);
        self.of[folder as usize] = shape;
    }

    /// The number of a shape; if it is new, `first` is the folder that stands for it.
    fn add(&mut self, memo: &mut Memo, lines: Vec<Line>, first: u32) -> u32 {
        match self.known.get(&lines) {
            Some(&shape) => shape,
            None => {
                memo.lines.extend_from_slice(&lines);
                memo.shapes.push((first, memo.lines.len() as u32));
                let shape = memo.shapes.len() as u32 - 1;
                self.known.insert(lines, shape);
                shape
            }
        }
    }
}

/// How a name is kept that stands in this folder.
fn word(name: &[u8], at: u32, folder: ObjectId, news: &News<'_>) -> Word {
    if !(news.is_suspicious)(name) && !news.hits.names.contains_key(name) {
        return Word::Plain(name.into());
    }
    let mut raw = Vec::new();
    let is_read = news.store.read(&folder, &mut raw) == Ok(ObjectKind::Tree);
    let entry = tree::entries(&raw, folder.length())
        .map_while(Result::ok)
        .position(|entry| entry.name == name);
    Word::Within {
        folder: at,
        // What cannot be found makes the next run forget the memo.
        entry: entry.filter(|_| is_read).map_or(NONE, |entry| entry as u32),
    }
}

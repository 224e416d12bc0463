//! Objects for histories that are made up, read with numbers and without.

use std::collections::{BTreeMap, HashMap};

use super::BLOBS;
use crate::git::read::{Numbered, ObjectKind, Pointer, ReadObject, Target};
use crate::git::tree;
use crate::origin::ObjectId;

/// Objects held in memory. Ids are numbers, not hashes, which nothing here relies on.
#[derive(Default)]
pub struct Made {
    pub objects: HashMap<ObjectId, (ObjectKind, Vec<u8>)>,
    trees: HashMap<Vec<u8>, ObjectId>,
}

impl ReadObject for Made {
    fn read(&self, id: &ObjectId, into: &mut Vec<u8>) -> Result<ObjectKind, String> {
        let (kind, raw) = self.objects.get(id).ok_or("missing")?;
        into.clone_from(raw);
        Ok(*kind)
    }
}

/// The same objects, of which most have numbers; of the trees that have one, most are known without being read.
pub struct Counted<'m> {
    made: &'m Made,
    ids: Vec<ObjectId>,
    names: Vec<Box<[u8]>>,
}

impl<'m> Counted<'m> {
    pub fn of(made: &'m Made) -> Self {
        let mut ids: Vec<_> = made
            .objects
            .keys()
            .copied()
            .chain((0..BLOBS).map(|n| id(1, n)))
            .collect();
        ids.sort();
        ids.retain(|id| id.as_bytes()[7] % 4 != 3);
        let names = [&b"f"[..], b"a", b"e", b"d", b"b"].map(Into::into).to_vec();
        Self { made, ids, names }
    }
}

impl ReadObject for Counted<'_> {
    fn read(&self, id: &ObjectId, into: &mut Vec<u8>) -> Result<ObjectKind, String> {
        self.made.read(id, into)
    }

    fn numbered(&self) -> Option<&dyn Numbered> {
        Some(self)
    }
}

impl Numbered for Counted<'_> {
    fn objects(&self) -> u32 {
        self.ids.len() as u32
    }

    fn number(&self, id: &ObjectId) -> Option<u32> {
        self.ids.binary_search(id).ok().map(|n| n as u32)
    }

    fn id(&self, number: u32) -> ObjectId {
        self.ids[number as usize]
    }

    fn names(&self) -> &[Box<[u8]>] {
        &self.names
    }

    fn point(&self, tree: u32, visit: &mut dyn FnMut(Pointer)) -> bool {
        let mut raw = Vec::new();
        let kind = self.read(&self.id(tree), &mut raw);
        for entry in tree::entries(&raw, 20).map_while(Result::ok).filter(|_| tree % 3 != 2) {
            let number = self.number(&entry.id);
            visit(Pointer {
                kind: entry.kind,
                name: self
                    .names
                    .iter()
                    .position(|name| **name == *entry.name)
                    .expect("it is named") as u32,
                target: number.map_or(Target::Other(entry.id), Target::Numbered),
            });
        }
        kind == Ok(ObjectKind::Tree) && tree % 3 != 2
    }
}

pub fn id(kind: u8, n: usize) -> ObjectId {
    let mut raw = [kind; 20];
    raw[..8].copy_from_slice(&(n as u64).to_be_bytes());
    ObjectId::from_bytes(&raw).expect("20 bytes")
}

impl Made {
    /// Stores files (path and blob) as trees; equal trees are one object.
    pub fn tree(&mut self, files: &BTreeMap<Vec<u8>, usize>) -> ObjectId {
        let mut raw = Vec::new();
        let mut folders: BTreeMap<&[u8], BTreeMap<Vec<u8>, usize>> = BTreeMap::new();
        for (path, blob) in files {
            match path.iter().position(|&b| b == b'/') {
                Some(slash) => {
                    let below = folders.entry(&path[..slash]).or_default();
                    below.insert(path[slash + 1..].to_vec(), *blob);
                }
                None => raw.extend([b"100644 ", &path[..], b"\0", id(1, *blob).as_bytes()].concat()),
            }
        }
        for (name, below) in folders {
            let tree = self.tree(&below);
            raw.extend([b"40000 ", name, b"\0", tree.as_bytes()].concat());
        }
        let next = id(2, self.trees.len());
        let tree = *self.trees.entry(raw.clone()).or_insert(next);
        self.objects.insert(tree, (ObjectKind::Tree, raw));
        tree
    }
}

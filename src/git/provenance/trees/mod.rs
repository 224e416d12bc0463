//! Trees by the findings beneath them, each distinct tree read once.
//!
//! A history has very many trees, and most differ in what holds no finding. Of one that holds some, only the entries that lead
//! to them are kept, by numbers for names and ids: that is its *shape*, and trees of one shape are not told apart any more.

mod list;

use std::hash::BuildHasher;

use crate::git::maps::Map;
use crate::git::provenance::numbers::{Number, Numbers};
use crate::git::provenance::{Folder, Hits};
use crate::git::read::ReadObject;
use crate::git::sets::{SetId, Sets};
use crate::git::tree::EntryKind;
use crate::origin::{ObjectId, Place};

/// As deep as git itself reads trees.
const TREE_DEPTH: usize = 2048;

/// Every tree met so far, and the sets of findings in them.
pub struct Trees<'t> {
    pub objects: &'t dyn ReadObject,
    pub sets: Sets,
    hits: &'t Hits,
    /// Whether any object with findings has an id that begins with these two bytes: spares most look-ups.
    begins: Box<[bool; 1 << 16]>,
    /// The findings in each object's own text or content.
    own: Map<ObjectId, SetId>,
    numbers: Numbers<'t>,
    /// The findings in objects that have a number of the store's.
    own_numbered: Vec<SetId>,
    /// The findings in names that have one.
    named: Vec<SetId>,
    /// By the number of a tree: its shape, counted from one; 0 if it has not been read.
    known: Vec<u32>,
    shapes: Vec<Shape>,
    /// Shapes by the hash of their entries.
    alike: Map<u64, ShapeId>,
    /// The entries of all shapes.
    held: Vec<Held>,
    /// Entries of the trees that are being read.
    listed: Vec<Held>,
    raw: Vec<u8>,
    /// A tree that was nested too deep to be read.
    pub too_deep: Option<ObjectId>,
    /// A tree that lies beneath itself, in a store that lies about its ids.
    pub circle: Option<ObjectId>,
    /// The trees that are being read, from the top.
    standing: Vec<Number>,
}

/// The number of a shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ShapeId(u32);

impl ShapeId {
    /// That of trees which hold nothing.
    pub const NOTHING: Self = Self(0);
}

/// The findings beneath a tree, and where its entries that hold them are.
#[derive(Clone, Copy)]
struct Shape {
    set: SetId,
    first: u32,
    end: u32,
}

/// An entry that holds findings: by its name, its content, or beneath it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Held {
    name: Number,
    /// Of a tree only as long as it is being read, or if its name is a finding: places name no others.
    id: Number,
    kind: EntryKind,
    by_name: SetId,
    by_content: SetId,
    shape: ShapeId,
}

impl Held {
    /// The shape to look further in, of a tree.
    pub fn tree(&self) -> Option<ShapeId> {
        (self.kind == EntryKind::Tree).then_some(self.shape)
    }

    /// The findings that stand at this very path, and how.
    pub fn spots(&self) -> [(SetId, Place); 2] {
        let by_content = match self.kind {
            EntryKind::Tree => SetId::EMPTY,
            _ => self.by_content,
        };
        [(by_content, Place::Blob), (self.by_name, Place::PathName)]
    }

    fn is_empty(&self) -> bool {
        self.by_name.is_empty() && self.by_content.is_empty()
    }
}

impl<'t> Trees<'t> {
    pub fn new(objects: &'t dyn ReadObject, hits: &'t Hits) -> Self {
        let numbers = Numbers::after(objects.numbered());
        let mut begins = Box::new([false; 1 << 16]);
        let (mut sets, mut own) = (Sets::new(), Map::default());
        let mut own_numbered = vec![SetId::EMPTY; numbers.of_store() as usize];
        for (id, findings) in &hits.objects {
            begins[begin(id)] = true;
            let set = sets.of(findings);
            own.insert(*id, set);
            if let Some(number) = numbers.store.and_then(|store| store.number(id)) {
                own_numbered[number as usize] = set;
            }
        }
        let names = numbers.names_of_store().iter();
        let named = names.map(|name| list::by_name(hits, &mut sets, name)).collect();
        let nothing = Shape {
            set: SetId::EMPTY,
            first: 0,
            end: 0,
        };
        Self {
            objects,
            sets,
            hits,
            begins,
            own,
            known: Vec::new(),
            numbers,
            own_numbered,
            named,
            shapes: vec![nothing],
            alike: Map::default(),
            held: Vec::new(),
            listed: Vec::new(),
            raw: Vec::new(),
            too_deep: None,
            circle: None,
            standing: Vec::new(),
        }
    }

    /// The findings in an object's own text or content.
    pub fn own(&self, id: &ObjectId) -> SetId {
        match self.begins[begin(id)] {
            true => self.own.get(id).copied().unwrap_or(SetId::EMPTY),
            false => SetId::EMPTY,
        }
    }

    /// The objects that hold findings themselves, sorted.
    pub fn hit_objects(&self) -> Vec<ObjectId> {
        let mut ids: Vec<_> = self.hits.objects.keys().copied().collect();
        ids.sort();
        ids
    }

    /// The shape of a tree, which is read if it is met for the first time.
    pub fn shape(&mut self, tree: ObjectId) -> ShapeId {
        let number = self.numbers.number(&tree);
        self.shape_at(number, 0)
    }

    /// The shapes of many trees, in their order.
    pub fn shapes(&mut self, trees: &[ObjectId]) -> Vec<ShapeId> {
        let numbers = self.numbers.number_all(trees);
        numbers.into_iter().map(|number| self.shape_at(number, 0)).collect()
    }

    /// The findings beneath a tree of this shape.
    pub fn beneath(&self, shape: ShapeId) -> SetId {
        self.shapes[shape.0 as usize].set
    }

    /// The entries that hold findings in a tree of this shape, by name.
    pub fn held(&self, shape: ShapeId) -> &[Held] {
        let Shape { first, end, .. } = self.shapes[shape.0 as usize];
        &self.held[first as usize..end as usize]
    }

    pub fn name(&self, entry: &Held) -> &[u8] {
        self.numbers.name(entry.name)
    }

    /// The object that an entry names, unless that is a tree whose name is no finding.
    pub fn id(&self, entry: &Held) -> ObjectId {
        self.numbers.id(entry.id)
    }

    /// What a folder holds, which is read if it is met for the first time; `None` if nothing.
    pub fn folder(&mut self, id: ObjectId) -> Option<Folder> {
        if self.shape(id) == ShapeId::NOTHING {
            return None;
        }
        // Its shape may have been taken from another.
        let number = self.numbers.number(&id);
        self.list(number);
        let mut entries = std::mem::take(&mut self.listed);
        for entry in entries.iter_mut().filter(|entry| entry.kind == EntryKind::Tree) {
            let shape = self.shape_at(entry.id, 0);
            entry.by_content = self.beneath(shape);
        }
        entries.retain(|entry| !entry.is_empty());
        entries.sort_by_key(|entry| self.name(entry));
        let entry = |held: &Held| (held.kind, self.name(held).into(), self.id(held));
        Some(Folder {
            id,
            entries: entries.iter().map(entry).collect(),
        })
    }

    fn known(&self, tree: Number) -> Option<ShapeId> {
        self.known.get(tree as usize)?.checked_sub(1).map(ShapeId)
    }

    fn know(&mut self, tree: Number, shape: ShapeId) {
        let tree = tree as usize;
        if tree >= self.known.len() {
            self.known.resize(tree + 1, 0);
        }
        self.known[tree] = shape.0 + 1;
    }

    fn shape_at(&mut self, tree: Number, depth: usize) -> ShapeId {
        let tree = self.numbers.alike(tree);
        if let Some(known) = self.known(tree) {
            return known;
        }
        // Before it is read, so that a store that lies about its ids cannot send this in circles.
        self.know(tree, ShapeId::NOTHING);
        if depth > TREE_DEPTH {
            self.too_deep = Some(self.numbers.id(tree));
            return ShapeId::NOTHING;
        }
        self.standing.push(tree);
        let first = self.listed.len();
        self.list(tree);
        for at in first..self.listed.len() {
            if self.listed[at].kind == EntryKind::Tree {
                let shape = self.shape_at(self.listed[at].id, depth + 1);
                let by_content = self.beneath(shape);
                let entry = &mut self.listed[at];
                (entry.shape, entry.by_content) = (shape, by_content);
                if entry.by_name.is_empty() {
                    entry.id = 0;
                }
            }
        }
        self.standing.pop();
        let mut listed = std::mem::take(&mut self.listed);
        let shape = self.shape_of(&listed[first..]);
        listed.truncate(first);
        self.listed = listed;
        self.know(tree, shape);
        shape
    }

    /// The shape of a tree that has these entries.
    fn shape_of(&mut self, listed: &[Held]) -> ShapeId {
        let first = self.held.len();
        let mut held = std::mem::take(&mut self.held);
        held.extend(listed.iter().filter(|entry| !entry.is_empty()));
        held[first..].sort_by_key(|entry| self.name(entry));
        self.held = held;
        if self.held.len() == first {
            return ShapeId::NOTHING;
        }
        let hash = self.alike.hasher().hash_one(&self.held[first..]);
        if let Some(&alike) = self.alike.get(&hash)
            && self.held(alike) == &self.held[first..]
        {
            self.held.truncate(first);
            return alike;
        }
        let mut set = SetId::EMPTY;
        for at in first..self.held.len() {
            let Held {
                by_name, by_content, ..
            } = self.held[at];
            let entry = self.sets.union(by_name, by_content);
            set = self.sets.union(set, entry);
        }
        let shape = ShapeId(self.shapes.len() as u32);
        self.alike.insert(hash, shape);
        self.shapes.push(Shape {
            set,
            first: first as u32,
            end: self.held.len() as u32,
        });
        shape
    }
}

fn begin(id: &ObjectId) -> usize {
    let bytes = id.as_bytes();
    usize::from(bytes[0]) << 8 | usize::from(bytes[1])
}

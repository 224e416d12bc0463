//! Trees by the findings beneath them, each distinct tree read once.
//!
//! A history has very many trees. Of one that holds findings, only the entries that lead to them are kept, all in one list, by
//! numbers for names and ids: each commit that touches a file beside them brings its tree anew.

use crate::git::maps::Map;
use crate::git::provenance::{Folder, Hits};
use crate::git::sets::{SetId, Sets};
use crate::git::store::{ObjectKind, ReadObject};
use crate::git::tree::{self, Entry, EntryKind};
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
    ids: Numbers<ObjectId>,
    names: Numbers<Box<[u8]>>,
    /// By the number of a tree; `None` if it has not been read.
    known: Vec<Option<Beneath>>,
    /// The entries that hold findings, tree by tree.
    held: Vec<Held>,
    raw: Vec<u8>,
    /// A tree that was nested too deep to be read.
    pub too_deep: Option<ObjectId>,
    /// A tree that lies beneath itself, in a store that lies about its ids.
    pub circle: Option<ObjectId>,
    /// The trees that are being read, from the top.
    standing: Vec<Number>,
}

/// The number of an id or a name.
pub type Number = u32;

/// Ids or names, numbered as they come.
struct Numbers<T> {
    known: Map<T, Number>,
    all: Vec<T>,
}

/// The findings beneath a tree, and where its entries that hold them are.
#[derive(Clone, Copy)]
struct Beneath {
    set: SetId,
    first: u32,
    end: u32,
}

impl Beneath {
    const NOTHING: Self = Self {
        set: SetId::EMPTY,
        first: 0,
        end: 0,
    };
}

/// An entry that holds findings: by its name, its content, or beneath it.
#[derive(Clone, Copy)]
pub struct Held {
    name: Number,
    id: Number,
    kind: EntryKind,
    by_name: SetId,
    by_content: SetId,
}

impl Held {
    /// The tree to look further in.
    pub fn tree(&self) -> Option<Number> {
        (self.kind == EntryKind::Tree).then_some(self.id)
    }

    /// The findings that stand at this very path, and how.
    pub fn spots(&self) -> [(SetId, Place); 2] {
        let by_content = match self.kind {
            EntryKind::Tree => SetId::EMPTY,
            _ => self.by_content,
        };
        [(by_content, Place::Blob), (self.by_name, Place::PathName)]
    }
}

impl<T: Clone + Eq + std::hash::Hash> Numbers<T> {
    fn of<Q>(&mut self, one: &Q) -> Number
    where
        Q: ?Sized + Eq + std::hash::Hash + ToOwned,
        T: std::borrow::Borrow<Q> + From<Q::Owned>,
    {
        if let Some(&number) = self.known.get(one) {
            return number;
        }
        let number = self.all.len() as Number;
        let one = T::from(one.to_owned());
        self.known.insert(one.clone(), number);
        self.all.push(one);
        number
    }
}

impl<T> Default for Numbers<T> {
    fn default() -> Self {
        Self {
            known: Map::default(),
            all: Vec::new(),
        }
    }
}

impl<'t> Trees<'t> {
    pub fn new(objects: &'t dyn ReadObject, hits: &'t Hits) -> Self {
        let mut begins = Box::new([false; 1 << 16]);
        let (mut sets, mut own) = (Sets::new(), Map::default());
        for (id, findings) in &hits.objects {
            begins[begin(id)] = true;
            own.insert(*id, sets.of(findings));
        }
        Self {
            objects,
            sets,
            hits,
            begins,
            own,
            ids: Numbers::default(),
            names: Numbers::default(),
            known: Vec::new(),
            held: Vec::new(),
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

    /// The findings beneath a tree, which is read if it is met for the first time.
    pub fn beneath(&mut self, tree: ObjectId) -> SetId {
        let number = self.number(tree);
        self.beneath_at(number, 0)
    }

    /// The number of a tree that was met.
    pub fn met(&self, tree: &ObjectId) -> Option<Number> {
        self.ids.known.get(tree).copied()
    }

    /// The entries of a tree that hold findings, by name; none if it has not been read.
    pub fn held(&self, tree: Number) -> &[Held] {
        match self.known[tree as usize] {
            Some(Beneath { first, end, .. }) => &self.held[first as usize..end as usize],
            None => &[],
        }
    }

    pub fn name(&self, entry: &Held) -> &[u8] {
        &self.names.all[entry.name as usize]
    }

    pub fn id(&self, entry: &Held) -> ObjectId {
        self.ids.all[entry.id as usize]
    }

    /// What a folder holds, which is read if it is met for the first time; `None` if nothing.
    pub fn folder(&mut self, id: ObjectId) -> Option<Folder> {
        self.beneath(id);
        let held = self.held(self.met(&id)?);
        let entry = |held: &Held| (held.kind, self.name(held).into(), self.id(held));
        (!held.is_empty()).then(|| Folder {
            id,
            entries: held.iter().map(entry).collect(),
        })
    }

    fn number(&mut self, id: ObjectId) -> Number {
        let number = self.ids.of(&id);
        if number as usize >= self.known.len() {
            self.known.resize(number as usize + 1, None);
        }
        number
    }

    fn beneath_at(&mut self, tree: Number, depth: usize) -> SetId {
        if let Some(known) = self.known[tree as usize] {
            return known.set;
        }
        // Before it is read, so that a store that lies about its ids cannot send this in circles.
        self.known[tree as usize] = Some(Beneath::NOTHING);
        let id = self.ids.all[tree as usize];
        if depth > TREE_DEPTH {
            self.too_deep = Some(id);
            return SetId::EMPTY;
        }
        self.standing.push(tree);
        let mut folders = Vec::new();
        let mut entries = self.list(&id, &mut folders);
        for (name, folder) in folders {
            let by_content = self.beneath_at(folder, depth + 1);
            if !by_content.is_empty() {
                entries.push(Held {
                    name,
                    id: folder,
                    kind: EntryKind::Tree,
                    by_name: SetId::EMPTY,
                    by_content,
                });
            }
        }
        self.standing.pop();
        entries.sort_by_key(|entry| self.name(entry));
        let mut set = SetId::EMPTY;
        for entry in &entries {
            let entry = self.sets.union(entry.by_name, entry.by_content);
            set = self.sets.union(set, entry);
        }
        if !set.is_empty() {
            let first = self.held.len() as u32;
            self.held.append(&mut entries);
            let end = self.held.len() as u32;
            self.known[tree as usize] = Some(Beneath { set, first, end });
        }
        set
    }

    /// The entries that hold findings themselves; the folders still to be looked into go to `folders`.
    fn list(&mut self, tree: &ObjectId, folders: &mut Vec<(Number, Number)>) -> Vec<Held> {
        let mut held = Vec::new();
        let objects = self.objects;
        if objects.outline(tree, &mut |entry| self.note(&entry, folders, &mut held)) {
            return held;
        }
        let mut raw = std::mem::take(&mut self.raw);
        if self.objects.read(tree, &mut raw) != Ok(ObjectKind::Tree) {
            raw.clear();
        }
        for entry in tree::entries(&raw, tree.length()).map_while(Result::ok) {
            self.note(&entry, folders, &mut held);
        }
        self.raw = raw;
        held
    }

    fn note(&mut self, entry: &Entry<'_>, folders: &mut Vec<(Number, Number)>, held: &mut Vec<Held>) {
        let by_name = match self.hits.names.get(entry.name) {
            Some(findings) => self.sets.of(findings),
            None => SetId::EMPTY,
        };
        let by_content = match entry.kind.is_blob() {
            true => self.own(&entry.id),
            false => SetId::EMPTY,
        };
        // A folder that is known to hold nothing is not worth a number for its name.
        if entry.kind == EntryKind::Tree {
            let folder = self.number(entry.id);
            match self.known[folder as usize] {
                Some(known) if known.set.is_empty() => {
                    if self.standing.contains(&folder) {
                        self.circle = Some(entry.id);
                    }
                }
                _ => folders.push((self.names.of(entry.name), folder)),
            }
        }
        if !by_name.is_empty() || !by_content.is_empty() {
            held.push(Held {
                name: self.names.of(entry.name),
                id: self.number(entry.id),
                kind: entry.kind,
                by_name,
                by_content,
            });
        }
    }
}

fn begin(id: &ObjectId) -> usize {
    let bytes = id.as_bytes();
    usize::from(bytes[0]) << 8 | usize::from(bytes[1])
}

//! Objects and names by numbers: those of the store where it has some, the others counted on from there.

use crate::git::maps::Map;
use crate::git::read::Numbered;
use crate::origin::ObjectId;

/// The number of an id or a name.
pub type Number = u32;

/// All ids and names met so far.
pub struct Numbers<'t> {
    pub store: Option<&'t dyn Numbered>,
    ids: Counted<ObjectId>,
    names: Counted<Box<[u8]>>,
}

impl<'t> Numbers<'t> {
    pub fn after(store: Option<&'t dyn Numbered>) -> Self {
        Self {
            store,
            ids: Counted::default(),
            names: Counted::default(),
        }
    }

    /// How many objects have a number of the store's.
    pub fn of_store(&self) -> Number {
        self.store.map_or(0, Numbered::objects)
    }

    /// The names that have a number of the store's.
    pub fn names_of_store(&self) -> &'t [Box<[u8]>] {
        self.store.map_or(&[], Numbered::names)
    }

    /// The number of an id.
    pub fn number(&mut self, id: &ObjectId) -> Number {
        match self.store.and_then(|store| store.number(id)) {
            Some(number) => number,
            None => self.of_store() + self.ids.number(id),
        }
    }

    /// The numbers of many ids.
    pub fn number_all(&mut self, ids: &[ObjectId]) -> Vec<Number> {
        let mut found = vec![None; ids.len()];
        if let Some(store) = self.store {
            store.find(ids, &mut found);
        }
        let of_store = self.of_store();
        let numbers = found.into_iter().zip(ids);
        numbers
            .map(|(number, id)| number.unwrap_or_else(|| of_store + self.ids.number(id)))
            .collect()
    }

    /// A tree that stands for this one: what they hold is the same.
    pub fn alike(&self, tree: Number) -> Number {
        match self.store.filter(|store| tree < store.objects()) {
            Some(store) => store.alike(tree),
            None => tree,
        }
    }

    /// The id with this number.
    pub fn id(&self, number: Number) -> ObjectId {
        match self.store.filter(|store| number < store.objects()) {
            Some(store) => store.id(number),
            None => self.ids.all[(number - self.of_store()) as usize],
        }
    }

    /// The number of a name, which is not looked for among those of the store: a name may have two.
    pub fn number_name(&mut self, name: &[u8]) -> Number {
        self.names_of_store().len() as Number + self.names.number(name)
    }

    /// The name with this number.
    pub fn name(&self, number: Number) -> &[u8] {
        let names = self.names_of_store();
        let number = number as usize;
        names
            .get(number)
            .unwrap_or_else(|| &self.names.all[number - names.len()])
    }
}

/// Ids or names, numbered as they come.
struct Counted<T> {
    known: Map<T, Number>,
    all: Vec<T>,
}

impl<T: Clone + Eq + std::hash::Hash> Counted<T> {
    fn number<Q>(&mut self, one: &Q) -> Number
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

impl<T> Default for Counted<T> {
    fn default() -> Self {
        Self {
            known: Map::default(),
            all: Vec::new(),
        }
    }
}

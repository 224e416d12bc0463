//! Sets of findings, each distinct set kept once: most trees and commits of a history hold the same few.
//!
//! So a commit's set costs four bytes, and a union that was made before is a look-up. A set is only
//! meaningful together with the [`Sets`] that made it.

use std::rc::Rc;

use crate::git::maps::Map;

/// The number of a set in its [`Sets`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SetId(u32);

/// All distinct sets met so far. The first is the empty one.
pub struct Sets {
    /// Bit `n % 64` of word `n / 64` is member `n`; no trailing zero words.
    sets: Vec<Rc<[u64]>>,
    ids: Map<Rc<[u64]>, SetId>,
    unions: Map<(SetId, SetId), SetId>,
}

impl SetId {
    pub const EMPTY: SetId = SetId(0);

    pub fn is_empty(self) -> bool {
        self == Self::EMPTY
    }
}

impl Sets {
    pub fn new() -> Self {
        let mut sets = Self {
            sets: Vec::new(),
            ids: Map::default(),
            unions: Map::default(),
        };
        sets.intern(Vec::new());
        sets
    }

    /// The set of these members.
    pub fn of(&mut self, members: &[u32]) -> SetId {
        let mut words = Vec::new();
        for &member in members {
            let word = member as usize / 64;
            if words.len() <= word {
                words.resize(word + 1, 0);
            }
            words[word] |= 1 << (member % 64);
        }
        self.intern(words)
    }

    pub fn union(&mut self, a: SetId, b: SetId) -> SetId {
        let (a, b) = (a.min(b), a.max(b));
        if a.is_empty() || a == b {
            return b;
        }
        if let Some(&known) = self.unions.get(&(a, b)) {
            return known;
        }
        let (long, short) = match self.words(a).len() >= self.words(b).len() {
            true => (a, b),
            false => (b, a),
        };
        let mut words = self.words(long).to_vec();
        for (word, other) in words.iter_mut().zip(self.words(short)) {
            *word |= other;
        }
        let union = self.intern(words);
        self.unions.insert((a, b), union);
        union
    }

    /// What is in `a` and not in `b`.
    pub fn difference(&mut self, a: SetId, b: SetId) -> SetId {
        if a == b || a.is_empty() || b.is_empty() {
            return if a == b { SetId::EMPTY } else { a };
        }
        let mut words = self.words(a).to_vec();
        for (word, other) in words.iter_mut().zip(self.words(b)) {
            *word &= !other;
        }
        self.intern(words)
    }

    /// The members in ascending order.
    pub fn members(&self, set: SetId) -> impl Iterator<Item = u32> {
        self.words(set).iter().enumerate().flat_map(|(n, &word)| {
            let mut left = word;
            std::iter::from_fn(move || {
                let bit = (left != 0).then(|| left.trailing_zeros())?;
                left &= left - 1;
                Some(n as u32 * 64 + bit)
            })
        })
    }

    fn words(&self, set: SetId) -> &[u64] {
        &self.sets[set.0 as usize]
    }

    fn intern(&mut self, mut words: Vec<u64>) -> SetId {
        while words.last() == Some(&0) {
            words.pop();
        }
        if let Some(&known) = self.ids.get(&words[..]) {
            return known;
        }
        let id = SetId(self.sets.len() as u32);
        let words: Rc<[u64]> = words.into();
        self.sets.push(Rc::clone(&words));
        self.ids.insert(words, id);
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_sets_are_one_set() {
        let mut sets = Sets::new();
        let (a, b) = (sets.of(&[1, 200]), sets.of(&[2]));
        let both = sets.union(b, a);
        assert_eq!(both, sets.of(&[200, 2, 1]));
        assert_eq!(sets.members(both).collect::<Vec<_>>(), [1, 2, 200]);
        assert_eq!(sets.difference(both, a), b);
        assert_eq!(sets.difference(a, both), SetId::EMPTY);
    }
}

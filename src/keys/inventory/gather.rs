//! Puts together what many files say of the same key.
//!
//! Ids are joined by themselves. A report's slots have no id: they are a user's keys in the order of their ids, so
//! they are joined with a listing of the same user if both know as many, and their dates do not speak against it.
//! Of two answers the one that is worse for a key holds: active before inactive, the earlier creation.

use std::collections::{BTreeMap, HashMap};

use super::Inventory;
use super::merge::{later, merge};
use crate::detect::aws::account;
use crate::keys::{Key, LastUse, Owner};

/// What was read so far.
#[derive(Debug, Default)]
pub struct Gathered {
    keys: Vec<Key>,
    by_id: HashMap<String, usize>,
    users: BTreeMap<String, User>,
    /// Uses of which only the user is known.
    uses: Vec<(String, LastUse, String)>,
    pub notes: Vec<String>,
    pub dated: Vec<(String, i64)>,
}

/// What is known of a user besides keys.
#[derive(Clone, Debug, Default)]
pub struct User {
    pub arn: Option<String>,
    pub tags: BTreeMap<String, String>,
    pub quarantine: Option<String>,
}

/// A key of which nothing is known yet.
pub fn blank(source: &str) -> Key {
    Key {
        sources: vec![source.to_owned()],
        ..Key::default()
    }
}

/// The account of an ARN.
pub fn account_of(arn: &str) -> Option<String> {
    let mut parts = arn.split(':');
    (parts.next() == Some("arn")).then_some(())?;
    let account = parts.nth(3)?;
    let plain = account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| account.to_owned())
}

/// `/team/` of `…:user/team/ann`.
pub fn path_of(arn: &str) -> Option<String> {
    let resource = arn.splitn(6, ':').nth(5)?.strip_prefix("user")?;
    let end = resource.rfind('/')?;
    Some(resource[..=end].to_owned())
}

impl Gathered {
    /// Adds what one source says of a key.
    pub fn add_key(&mut self, mut key: Key) {
        let Some(id) = key.id.clone() else {
            self.keys.push(key);
            return;
        };
        if key.account.is_none() {
            key.account = account::decode(id.as_bytes()).account;
        }
        match self.by_id.get(&id) {
            Some(&at) => merge(&mut self.keys[at], key),
            None => {
                self.by_id.insert(id, self.keys.len());
                self.keys.push(key);
            }
        }
    }

    /// Adds what one source says of a user.
    pub fn add_user(&mut self, name: &str, user: User) {
        let known = self.users.entry(name.to_owned()).or_default();
        known.arn = known.arn.take().or(user.arn);
        known.quarantine = known.quarantine.take().or(user.quarantine);
        known.tags.extend(user.tags);
    }

    /// Adds a use of one of a user's keys; which one is found out when all are known.
    pub fn add_use(&mut self, user: &str, last_use: LastUse, source: &str) {
        self.uses.push((user.to_owned(), last_use, source.to_owned()));
    }

    pub fn note(&mut self, sentence: String) {
        if !self.notes.contains(&sentence) {
            self.notes.push(sentence);
        }
    }

    /// Joins everything.
    pub fn join(mut self) -> Inventory {
        self.name_owners();
        let mut gone = vec![false; self.keys.len()];
        for group in self.by_owner().into_values() {
            self.join_slots(&group, &mut gone);
        }
        let kept = std::mem::take(&mut self.keys).into_iter().zip(&gone);
        self.keys = kept.filter(|(_, gone)| !**gone).map(|(key, _)| key).collect();
        self.join_uses();
        Inventory {
            keys: self.keys,
            notes: self.notes,
            dated: self.dated,
        }
    }

    /// Gives keys what is known of their users.
    fn name_owners(&mut self) {
        let mut accounts: HashMap<String, Vec<String>> = HashMap::new();
        for key in &self.keys {
            if let (Some(owner), Some(account)) = (&key.owner, &key.account) {
                let known = accounts.entry(owner.name().to_owned()).or_default();
                if !known.contains(account) {
                    known.push(account.clone());
                }
            }
        }
        for key in &mut self.keys {
            let Some(owner) = &mut key.owner else { continue };
            let user = self.users.get(owner.name());
            let theirs = user.and_then(|user| account_of(user.arn.as_deref()?));
            // A name may be that of another account's user.
            let same = theirs.is_none() || key.account.is_none() || theirs == key.account;
            if let (Some(user), true) = (user, same) {
                key.tags.extend(user.tags.clone());
                key.quarantine = key.quarantine.take().or_else(|| user.quarantine.clone());
                key.account = key.account.take().or(theirs);
                if let Owner::User { path, arn, .. } = owner {
                    *arn = arn.take().or_else(|| user.arn.clone());
                    *path = path.take().or_else(|| path_of(user.arn.as_deref()?));
                }
            }
            if key.account.is_none()
                && let Some([only]) = accounts.get(owner.name()).map(Vec::as_slice)
            {
                key.account = Some(only.clone());
            }
        }
    }

    fn by_owner(&self) -> BTreeMap<(Option<String>, String), Vec<usize>> {
        let mut groups: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for (at, key) in self.keys.iter().enumerate() {
            if let Some(owner) = &key.owner {
                let name = (key.account.clone(), owner.name().to_owned());
                groups.entry(name).or_default().push(at);
            }
        }
        groups
    }

    /// Joins a user's slots with the ids that a listing gave.
    fn join_slots(&mut self, group: &[usize], gone: &mut [bool]) {
        let mut slots: Vec<usize> = Vec::new();
        for &at in group {
            if self.keys[at].id.is_some() {
                continue;
            }
            // Two reports may hold the same slot.
            let known = slots.iter().find(|slot| self.is_same_slot(**slot, at)).copied();
            match known {
                Some(slot) => self.fold(slot, at, gone),
                None => slots.push(at),
            }
        }
        let listed = |at: &usize| self.keys[*at].id.is_some() && self.keys[*at].created.is_some();
        let mut ids: Vec<usize> = group.iter().copied().filter(listed).collect();
        if slots.is_empty() || ids.is_empty() {
            return;
        }
        slots.sort_by_key(|at| self.keys[*at].slot);
        ids.sort_by(|a, b| self.keys[*a].id.cmp(&self.keys[*b].id));
        let in_order = slots.len() == ids.len() && slots.iter().zip(&ids).all(|(slot, id)| self.agrees(*slot, *id));
        if in_order {
            slots
                .iter()
                .zip(&ids)
                .for_each(|(slot, id)| self.fold(*id, *slot, gone));
            return;
        }
        // Otherwise by a date that only one key has.
        for slot in slots {
            let same = |id: &&usize| self.keys[**id].created == self.keys[slot].rotated;
            let fitting: Vec<usize> = ids.iter().filter(same).copied().collect();
            match fitting[..] {
                [id] => self.fold(id, slot, gone),
                _ => {
                    let key = &self.keys[slot];
                    let source = key.sources.first().cloned().unwrap_or_default();
                    let number = key.slot.unwrap_or_default();
                    self.note(format!(
                        "{source}: key {number} of the report fits no listed key of the user"
                    ));
                }
            }
        }
    }

    fn is_same_slot(&self, one: usize, other: usize) -> bool {
        let (one, other) = (&self.keys[one], &self.keys[other]);
        one.slot == other.slot && one.rotated == other.rotated
    }

    /// A key cannot have been changed before it was made.
    fn agrees(&self, slot: usize, id: usize) -> bool {
        match (self.keys[slot].rotated, self.keys[id].created) {
            (Some(rotated), Some(created)) => rotated >= created.saturating_sub(1),
            _ => true,
        }
    }

    fn fold(&mut self, into: usize, from: usize, gone: &mut [bool]) {
        gone[from] = true;
        let key = self.keys[from].clone();
        merge(&mut self.keys[into], key);
    }

    /// Gives uses of which only the user is known to the one key that they can be of.
    fn join_uses(&mut self) {
        let mut owned: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, key) in self.keys.iter().enumerate().filter(|_| !self.uses.is_empty()) {
            if let Some(owner) = &key.owner {
                owned.entry(owner.name().to_owned()).or_default().push(at);
            }
        }
        for (user, last_use, source) in std::mem::take(&mut self.uses) {
            if let Some([only]) = owned.get(&user).map(Vec::as_slice) {
                let known = std::mem::take(&mut self.keys[*only].last_use);
                self.keys[*only].last_use = later(known, last_use);
            } else {
                self.note(format!(
                    "{source}: the last use names a user and no key, and the user has not exactly one; put the key's \
                     id into the file's name"
                ));
            }
        }
    }
}

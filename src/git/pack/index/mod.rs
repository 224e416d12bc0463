//! A pack's index: which objects it holds, and at which offset each entry starts.
//!
//! Versions 1 and 2, with ids of 20 or 32 bytes: an index does not say which, its repository does. Sizes are
//! checked when it is opened; what an entry says is checked against the pack when the entry is read. How ids are
//! looked up is said in [`find`].

mod find;

use std::borrow::Cow;
use std::path::Path;
use std::sync::OnceLock;

use super::Fault;
use super::map::{self, Mapped};
use crate::origin::ObjectId;
use find::Fine;

const FANOUT: usize = 256 * 4;

/// An open index.
pub struct Index {
    map: Mapped,
    count: u32,
    id_length: usize,
    /// Version 2 has tables of ids, checksums and offsets; version 1 one table of offset and id.
    tables: Option<Tables>,
    /// A finer fan-out, for those who look up very many ids.
    fine: OnceLock<Fine>,
}

/// Where the tables of a version 2 index start.
struct Tables {
    ids: usize,
    checksums: usize,
    offsets: usize,
    large: usize,
}

impl Index {
    /// Opens an index and checks that its tables fit into it.
    pub fn open(path: &Path, id_length: usize) -> Result<Self, Fault> {
        let map = Mapped::open(path).map_err(|_| "the pack index cannot be read")?;
        Self::of(map, id_length).ok_or("the pack index is damaged")
    }

    fn of(map: Mapped, id_length: usize) -> Option<Self> {
        let bytes = map.bytes();
        let version_2 = bytes.starts_with(b"\xfftOc");
        if version_2 && word(bytes, 4)? != 2 {
            return None;
        }
        let fanout = if version_2 { 8 } else { 0 };
        let mut before = 0;
        for bucket in 0..256 {
            let upto = word(bytes, fanout + bucket * 4)?;
            if upto < before {
                return None;
            }
            before = upto;
        }
        let (count, n) = (before, before as usize);
        let ids = fanout + FANOUT;
        let tables = version_2.then(|| Tables {
            ids,
            checksums: ids + n * id_length,
            offsets: ids + n * (id_length + 4),
            large: ids + n * (id_length + 8),
        });
        // The checksums of the pack and of the index itself come last.
        let least = ids + n * (id_length + if version_2 { 8 } else { 4 }) + 2 * id_length;
        (bytes.len() >= least).then_some(Self {
            map,
            count,
            id_length,
            tables,
            fine: OnceLock::new(),
        })
    }

    /// How many objects it lists.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// How many bytes its ids have, and its checksums.
    pub fn id_length(&self) -> usize {
        self.id_length
    }

    /// The id of the object at this position, which is less than [`Index::count`].
    pub fn id(&self, position: u32) -> ObjectId {
        ObjectId::from_bytes(self.raw_id(position)).expect("it has 20 or 32 bytes")
    }

    /// All ids, one after the other.
    pub fn ids(&self) -> Cow<'_, [u8]> {
        match self.all_ids() {
            Some(ids) => Cow::Borrowed(ids),
            None => (0..self.count)
                .flat_map(|position| self.raw_id(position))
                .copied()
                .collect(),
        }
    }

    /// The same, if the index has them so.
    pub fn all_ids(&self) -> Option<&[u8]> {
        let tables = self.tables.as_ref()?;
        self.map.bytes().get(tables.ids..tables.checksums)
    }

    /// Where the entry starts. An offset that the index lacks is one that no pack reaches.
    pub fn offset(&self, position: u32) -> u64 {
        let (bytes, n) = (self.map.bytes(), position as usize);
        let Some(tables) = &self.tables else {
            return word(bytes, FANOUT + n * (self.id_length + 4)).map_or(u64::MAX, u64::from);
        };
        match word(bytes, tables.offsets + n * 4) {
            Some(offset) if offset & 1 << 31 == 0 => u64::from(offset),
            Some(offset) => {
                let at = tables.large + (offset & !(1 << 31)) as usize * 8;
                match (word(bytes, at), word(bytes, at + 4)) {
                    (Some(high), Some(low)) => u64::from(high) << 32 | u64::from(low),
                    _ => u64::MAX,
                }
            }
            None => u64::MAX,
        }
    }

    /// The CRC-32 of the entry's bytes, if the index has it.
    pub fn checksum(&self, position: u32) -> Option<u32> {
        let tables = self.tables.as_ref()?;
        word(self.map.bytes(), tables.checksums + position as usize * 4)
    }

    /// Asks the memory for an id.
    pub fn ask_for_id(&self, position: u32) {
        map::ask_for(&self.raw_id(position)[0]);
    }

    /// Asks the memory for a checksum.
    pub fn ask_for_checksum(&self, position: u32) {
        let at = self
            .tables
            .as_ref()
            .map(|tables| tables.checksums + position as usize * 4);
        let byte = at.and_then(|at| self.map.bytes().get(at));
        byte.into_iter().for_each(map::ask_for);
    }

    /// Reads all ids once, so that each of many is found in one or two steps.
    pub fn sharpen(&self) {
        self.fine.get_or_init(|| Fine::of(self));
    }

    /// Gives its memory back, when all of it was read and little will be read again.
    pub fn let_go(&self) {
        self.map.let_go(0..u64::MAX);
    }

    /// The ids that start with these hex digits, in order.
    pub fn with_prefix<'i>(&'i self, hex: &'i str) -> impl Iterator<Item = ObjectId> + 'i {
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = low + (high - low) / 2;
            match *self.id(middle).to_string() < *hex {
                true => low = middle + 1,
                false => high = middle,
            }
        }
        let ids = (low..self.count).map(|position| self.id(position));
        ids.take_while(move |id| id.to_string().starts_with(hex))
    }

    /// What the pack's last bytes must be.
    pub fn pack_checksum(&self) -> &[u8] {
        let bytes = self.map.bytes();
        let end = bytes.len() - self.id_length;
        &bytes[end - self.id_length..end]
    }

    fn raw_id(&self, position: u32) -> &[u8] {
        let n = position as usize;
        if let Some(ids) = self.fine.get().and_then(|fine| fine.ids.as_ref()) {
            return &ids.bytes()[n * self.id_length..(n + 1) * self.id_length];
        }
        let at = match &self.tables {
            Some(tables) => tables.ids + n * self.id_length,
            None => FANOUT + n * (self.id_length + 4) + 4,
        };
        &self.map.bytes()[at..at + self.id_length]
    }
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    let word = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_be_bytes(word.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(bytes: &[u8]) -> Result<Index, Fault> {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), bytes).expect("it is written");
        Index::open(file.path(), 20)
    }

    #[test]
    fn an_index_that_does_not_add_up_is_refused() {
        assert!(index(b"").is_err());
        assert!(index(&[0xff; 2000]).is_err());
        let mut empty = b"\xfftOc\0\0\0\x02".to_vec();
        empty.resize(8 + 1024 + 40, 0);
        assert_eq!(index(&empty).map(|index| index.count()), Ok(0));
        empty[8 + 1023] = 9;
        assert!(index(&empty).is_err());
    }

    #[test]
    fn many_ids_are_found_as_one_is() {
        let id =
            |n: u32| ObjectId::from_bytes(&[&n.wrapping_mul(0x9e37_79b9).to_be_bytes()[..], &[n as u8; 16]].concat());
        let id = |n: u32| id(n).expect("20 bytes");
        let mut ids: Vec<_> = (0..300).map(id).collect();
        ids.sort();
        let mut bytes = b"\xfftOc\0\0\0\x02".to_vec();
        let upto = |first: u32| ids.partition_point(|id| u32::from(id.as_bytes()[0]) <= first) as u32;
        bytes.extend((0..256).flat_map(|first| upto(first).to_be_bytes()));
        bytes.extend(ids.iter().flat_map(ObjectId::as_bytes));
        bytes.resize(bytes.len() + 300 * 8 + 40, 0);
        let index = index(&bytes).expect("it adds up");
        let wanted: Vec<_> = (200..500).map(id).collect();
        for _ in 0..2 {
            let mut found = vec![None; wanted.len()];
            found[7] = Some(3);
            index.find_all(&wanted, 1000, &mut found);
            assert_eq!(found[7], Some(3));
            assert_eq!(found.iter().flatten().count(), 100);
            for (found, id) in found.iter().zip(&wanted).skip(8) {
                assert_eq!(*found, index.find(id).map(|position| 1000 + position));
            }
            index.sharpen();
        }
    }

    #[test]
    fn large_offsets_are_followed_and_bad_ones_lead_nowhere() {
        let mut bytes = b"\xfftOc\0\0\0\x02".to_vec();
        bytes.extend((0..256_u32).flat_map(|n| (n + 1).min(2).to_be_bytes()));
        bytes.extend([[0; 20], [1; 20]].concat());
        bytes.extend([7_u32, 8, 1 << 31, 1 << 31 | 99].map(u32::to_be_bytes).concat());
        bytes.extend([1_u32, 2].map(u32::to_be_bytes).concat());
        bytes.extend([0; 40]);
        let index = index(&bytes).expect("it adds up");
        assert_eq!(index.offset(0), 1 << 32 | 2);
        assert_eq!(index.offset(1), u64::MAX);
        assert_eq!(index.checksum(1), Some(8));
        assert_eq!(index.find(&index.id(1)), Some(1));
        assert_eq!(
            index.find(&ObjectId::from_bytes(&[1, 2].repeat(10)).expect("20 bytes")),
            None
        );
    }
}

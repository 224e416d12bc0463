//! The index (staging area), parsed from its file: entries and the cached ids of its trees.
//!
//! Read here and not through libgit2, which gives no access to the cached tree ids, by which whole
//! subtrees are known to be unchanged, and which refuses split indexes. Versions 2, 3 and 4; a
//! sparse index is read as it is, with folders as entries.

use std::collections::HashMap;
use std::path::Path;

use crate::git::input::Input;
use crate::git::read_file;
use crate::git::tree::EntryKind;
use crate::origin::ObjectId;

/// One index entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub path: Vec<u8>,
    pub id: ObjectId,
    pub kind: EntryKind,
    /// 0 merged; 1 base, 2 ours and 3 theirs of a conflict.
    pub stage: u8,
    /// `git add --intent-to-add`: a path without content.
    pub intent_to_add: bool,
}

/// An index file's content.
#[derive(Debug, Default)]
pub struct Index {
    /// Sorted by path and stage, whatever the file says.
    pub entries: Vec<Entry>,
    /// The tree that a folder's entries make, for each folder where that is known; the top is the empty path.
    pub trees: HashMap<Vec<u8>, ObjectId>,
}

const INDEX_FILE: u64 = 4 << 30;
const EXTENDED: u16 = 0x4000;
const INTENT_TO_ADD: u16 = 0x2000;
/// An entry starts with ten words of file status; the id and the flags follow.
const STATUS: usize = 40;

impl Index {
    /// Reads an index file of a repository whose ids have `id_length` bytes; one that does not exist is an index
    /// without entries.
    ///
    /// # Errors
    /// One sentence: it cannot be read, is damaged, or has a format that is not known.
    pub fn read(path: &Path, id_length: usize) -> Result<Self, String> {
        let bytes = match read_file(path, INDEX_FILE) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Self::default());
            }
            Err(error) => return Err(format!("the index cannot be read: {error}")),
        };
        let parsed = parse(&bytes, id_length)?;
        let mut index = match parsed.base {
            None => parsed.index,
            Some(base) => Self::split(parsed.index, &base, path, id_length)?,
        };
        index
            .entries
            .sort_by(|a, b| (&a.path, a.stage).cmp(&(&b.path, b.stage)));
        Ok(index)
    }

    /// Lays a split index over the shared one that it names.
    fn split(own: Self, base: &Base, path: &Path, id_length: usize) -> Result<Self, String> {
        let shared = path.with_file_name(format!("sharedindex.{}", base.id));
        let bytes = read_file(&shared, INDEX_FILE).map_err(|e| format!("the shared index cannot be read: {e}"))?;
        let shared = parse(&bytes, id_length)?;
        if shared.base.is_some() {
            return Err("the shared index is itself split".to_owned());
        }
        // Replacements come first, without a path, in the order of what they replace.
        let mut own_entries = own.entries.into_iter().peekable();
        let mut entries = Vec::new();
        for (n, mut entry) in shared.index.entries.into_iter().enumerate() {
            if base.replaced.contains(n) {
                let new = own_entries.next().ok_or("the split index is damaged")?;
                entry = Entry {
                    path: entry.path,
                    ..new
                };
            }
            if !base.deleted.contains(n) {
                entries.push(entry);
            }
        }
        entries.extend(own_entries);
        Ok(Self {
            entries,
            trees: own.trees,
        })
    }
}

struct Parsed {
    index: Index,
    base: Option<Base>,
}

/// What a split index says of the shared one.
struct Base {
    id: ObjectId,
    deleted: Bitmap,
    replaced: Bitmap,
}

fn parse(bytes: &[u8], id_length: usize) -> Result<Parsed, String> {
    let damaged = || "the index is damaged".to_owned();
    let mut input = Input(bytes);
    if input.take(4) != Some(b"DIRC") {
        return Err(damaged());
    }
    let version = input.word().ok_or_else(damaged)?;
    if !(2..=4).contains(&version) {
        return Err(format!("the index has version {version}; 2 to 4 are known"));
    }
    let count = input.word().ok_or_else(damaged)?;
    let mut parsed = Parsed {
        index: Index::default(),
        base: None,
    };
    let mut previous = Vec::new();
    for _ in 0..count {
        let entry = entry(&mut input, version, id_length, &previous).ok_or_else(damaged)?;
        previous.clone_from(&entry.path);
        parsed.index.entries.push(entry);
    }
    // Extensions, up to the checksum, which is as long as an id.
    while input.0.len() > id_length + 8 {
        let name = input.take(4).ok_or_else(damaged)?;
        let size = input.word().ok_or_else(damaged)?;
        let mut body = Input(input.take(size as usize).ok_or_else(damaged)?);
        match name {
            b"TREE" => {
                // A cache that makes no sense is no cache; the entries are what counts.
                let mut trees = HashMap::new();
                if cached_trees(&mut body, id_length, &[], 0, &mut trees).is_some() {
                    parsed.index.trees = trees;
                }
            }
            b"link" => parsed.base = Some(base(&mut body, id_length).ok_or_else(damaged)?),
            b"sdir" => {}
            _ if name[0].is_ascii_uppercase() => {}
            _ => {
                let name = String::from_utf8_lossy(name).escape_default().to_string();
                return Err(format!("the index needs the unknown extension `{name}`"));
            }
        }
    }
    Ok(parsed)
}

fn entry(input: &mut Input<'_>, version: u32, id_length: usize, previous: &[u8]) -> Option<Entry> {
    let start = input.0;
    let status = input.take(STATUS)?;
    let mode = u32::from_be_bytes(status[24..28].try_into().ok()?);
    let id = ObjectId::from_bytes(input.take(id_length)?)?;
    let flags = u16::from_be_bytes(input.take(2)?.try_into().ok()?);
    let more = match version >= 3 && flags & EXTENDED != 0 {
        true => u16::from_be_bytes(input.take(2)?.try_into().ok()?),
        false => 0,
    };
    let path = if version == 4 {
        let cut = input.offset_number()?;
        let kept = previous.get(..previous.len().checked_sub(cut)?)?;
        [kept, input.until_nul()?].concat()
    } else {
        let path = input.until_nul()?.to_vec();
        // Entries are padded to eight bytes, with one NUL at least.
        let length = start.len() - input.0.len();
        input.take(length.next_multiple_of(8) - length)?;
        path
    };
    Some(Entry {
        path,
        id,
        kind: EntryKind::of_mode(mode),
        stage: (flags >> 12 & 3) as u8,
        intent_to_add: more & INTENT_TO_ADD != 0,
    })
}

/// Deeper folders are not looked up in the cache.
const CACHE_DEPTH: usize = 512;

fn cached_trees(
    body: &mut Input<'_>,
    id_length: usize,
    above: &[u8],
    depth: usize,
    trees: &mut HashMap<Vec<u8>, ObjectId>,
) -> Option<()> {
    let name = body.until_nul()?;
    let entries = body.number(b' ')?;
    let below = body.number(b'\n')?;
    let path = match above.is_empty() {
        true => name.to_vec(),
        false => [above, b"/", name].concat(),
    };
    // A negative count marks a folder that has changed since.
    if entries >= 0 {
        trees.insert(path.clone(), ObjectId::from_bytes(body.take(id_length)?)?);
    }
    for _ in 0..below {
        if depth == CACHE_DEPTH {
            return None;
        }
        cached_trees(body, id_length, &path, depth + 1, trees)?;
    }
    Some(())
}

fn base(body: &mut Input<'_>, id_length: usize) -> Option<Base> {
    Some(Base {
        id: ObjectId::from_bytes(body.take(id_length)?)?,
        deleted: Bitmap::read(body)?,
        replaced: Bitmap::read(body)?,
    })
}

/// A set of entry numbers, from git's EWAH-compressed form.
struct Bitmap(Vec<u64>);

/// Index entries, in 64-bit words: a run may not claim more than any index has.
const BITMAP_WORDS: usize = 1 << 22;

impl Bitmap {
    fn read(input: &mut Input<'_>) -> Option<Self> {
        let _bits = input.word()?;
        let count = input.word()?;
        let mut packed = input.take((count as usize).checked_mul(8)?)?.chunks_exact(8);
        input.word()?;
        let mut words = Vec::new();
        let mut next = || {
            packed
                .next()
                .and_then(|raw| Some(u64::from_be_bytes(raw.try_into().ok()?)))
        };
        while let Some(run) = next() {
            let same = (run >> 1 & 0xffff_ffff) as usize;
            let literal = run >> 33;
            if words.len() + same > BITMAP_WORDS {
                return None;
            }
            words.resize(words.len() + same, if run & 1 == 1 { u64::MAX } else { 0 });
            for _ in 0..literal {
                words.push(next()?);
            }
        }
        Some(Self(words))
    }

    fn contains(&self, n: usize) -> bool {
        self.0.get(n / 64).is_some_and(|word| word >> (n % 64) & 1 == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_index_is_an_error_and_no_panic() {
        assert!(parse(b"", 20).is_err());
        assert!(parse(b"DIRC\0\0\0\x02\0\0\0\x01short", 20).is_err());
        assert!(parse(b"DIRC\0\0\0\x09\0\0\0\0", 20).is_err_and(|e| e.contains("version 9")));
        let unknown = [&b"DIRC\0\0\0\x02\0\0\0\0zzzz\0\0\0\x01x"[..], &[0; 30]].concat();
        assert!(parse(&unknown, 20).is_err_and(|e| e.contains("zzzz")));
    }
}

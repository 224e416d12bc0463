//! New folders, each beside the version of it that was met last: what both share was followed there.
//!
//! For a scan that goes on with an earlier one and reads folders one by one. Which folder is a version of which
//! is a guess; a wrong one costs time and changes nothing.

use std::collections::HashMap;
use std::sync::Arc;

use super::links::{Kept, Links};
use crate::git::tree;
use crate::git::{Copied, Derived, ObjectKind};
use crate::origin::ObjectId;

/// So many bytes of folders are kept.
const MOST: usize = 16 << 20;
/// Compared at a time.
const STEP: usize = 64;

/// A folder's content, and what was kept of it.
type Version = (Arc<Vec<u8>>, Kept);

/// The folders that were met last, by how they begin.
#[derive(Default)]
pub struct Siblings {
    last: HashMap<(Box<[u8]>, u32), Version>,
    bytes: usize,
}

impl Siblings {
    /// Follows a folder with this content.
    pub fn follow(&mut self, links: &mut Links<'_>, id: ObjectId, raw: Arc<Vec<u8>>) {
        let Ok((first, _)) = tree::entry(&raw, id.length()) else {
            return links.follow(id, ObjectKind::Tree, &raw);
        };
        // Versions of a folder are of much the same size.
        let key = (first.name.into(), raw.len().ilog2());
        let like = self.last.remove(&key);
        self.bytes -= like.as_ref().map_or(0, |(base, _)| base.len());
        let copied = like.as_ref().map(|(base, _)| shared(base, &raw)).unwrap_or_default();
        let derived = like.as_ref().map(|(base, kept)| Derived {
            base,
            kept,
            copied: &copied,
        });
        let mut kept = Kept::default();
        let followed = links.follow_tree(&raw, id.length(), derived.as_ref(), &mut kept);
        if followed.is_err() {
            return links.note_damage(u32::MAX, id);
        }
        links.outline(id, &kept);
        if self.bytes + raw.len() > MOST {
            self.last.clear();
            self.bytes = 0;
        }
        self.bytes += raw.len();
        self.last.insert(key, (raw, kept));
    }
}

/// What two folders share, as copies: of two of the same size, in which an entry names another version, all that stands at
/// the same place; else what both begin and what both end with.
fn shared(base: &[u8], made: &[u8]) -> Vec<Copied> {
    if base.len() == made.len() {
        return alike(base, made);
    }
    let both = base.chunks(STEP).zip(made.chunks(STEP));
    let steps = both.take_while(|(one, other)| one == other).count();
    let start = (steps * STEP).min(base.len()).min(made.len());
    let most = base.len().min(made.len()) - start;
    let both = base.rchunks(STEP).zip(made.rchunks(STEP));
    let steps = both.take_while(|(one, other)| one == other).count();
    let end = (steps * STEP).min(most);
    vec![
        Copied {
            from: 0,
            to: 0,
            length: start,
        },
        Copied {
            from: base.len() - end,
            to: made.len() - end,
            length: end,
        },
    ]
}

/// What stands at the same places.
fn alike(base: &[u8], made: &[u8]) -> Vec<Copied> {
    let mut copies: Vec<Copied> = Vec::new();
    let mut at = 0;
    for (one, other) in base.chunks(STEP).zip(made.chunks(STEP)) {
        let length = one.len();
        if one == other {
            match copies.last_mut() {
                Some(last) if last.to + last.length == at => last.length += length,
                _ => copies.push(Copied {
                    from: at,
                    to: at,
                    length,
                }),
            }
        }
        at += length;
    }
    copies
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shared_is_the_same_and_overlaps_nowhere() {
        let text: Vec<u8> = (0..1000_u32).map(|n| (n * n % 251) as u8).collect();
        let longer = [&text[..500], b"new", &text[500..]].concat();
        let changed = [&text[..300], b"one", &text[303..700], b"two", &text[703..]].concat();
        let twice = [&text[..], &text].concat();
        for (base, made) in [
            (&text, &text),
            (&text, &longer),
            (&text, &changed),
            (&longer, &text),
            (&text, &twice),
            (&text, &Vec::new()),
        ] {
            let copies = shared(base, made);
            for copy in &copies {
                assert_eq!(
                    base[copy.from..copy.from + copy.length],
                    made[copy.to..copy.to + copy.length]
                );
            }
            for pair in copies.windows(2) {
                let (one, next) = (pair[0], pair[1]);
                assert!(one.to + one.length <= next.to && one.from + one.length <= next.from);
            }
        }
        assert!(shared(&text, &changed).iter().map(|copy| copy.length).sum::<usize>() > 800);
        assert!(shared(&text, &longer).iter().map(|copy| copy.length).sum::<usize>() > 800);
    }
}

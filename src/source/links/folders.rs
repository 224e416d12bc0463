//! What folders name, each looked at only where it differs from the one that it was made of.

use super::{Links, begin};
use crate::git::tree::{self, Entry, EntryKind};
use crate::git::{Derived, Entries, LineNumber, Packed, Visitor};
use crate::origin::ObjectId;

/// The memory of so many folders is kept for the next ones.
const SPARE: usize = 32;

impl Links<'_> {
    /// Notes what a tree names and, in `kept`, where its entries start. What `derived` copied from its base with the
    /// entries' starts was noted there: versions of a large folder differ by a line or two.
    pub fn follow_tree(
        &mut self,
        raw: &[u8],
        id_length: usize,
        derived: Option<&Derived<'_, Kept>>,
        kept: &mut Kept,
    ) -> Result<(), tree::Damaged> {
        let base = derived.map(|derived| derived.kept);
        let known = base.map_or(&[][..], |base| &base.starts);
        let mut copies = derived.map_or(&[][..], |derived| derived.copied);
        kept.starts.clear();
        kept.lines.clear();
        kept.starts.reserve(known.len() + 2);
        let mut at = 0;
        while at < raw.len() {
            let mut like = None;
            while copies.first().is_some_and(|copy| copy.to + copy.length <= at) {
                copies = &copies[1..];
            }
            if let (Some(base), Some(copy)) = (base, copies.first().filter(|copy| copy.to <= at)) {
                // From a shared start on, the same bytes are the same entries, up to the last that starts in the copy.
                let start = (at - copy.to + copy.from) as u32;
                let end = (copy.from + copy.length) as u32;
                let first = known.partition_point(|&known| known < start);
                let last = known.partition_point(|&start| start <= end).max(1) - 1;
                if first < last && known[first] == start {
                    let end = known[last];
                    // What stands further on there is moved by so many bytes, up or down.
                    let by = (at as u32).wrapping_sub(start);
                    kept.starts
                        .extend(known[first..last].iter().map(|start| start.wrapping_add(by)));
                    let lines = &base.lines[base.lines.partition_point(|(at, _)| *at < start)..];
                    let lines = lines.iter().take_while(|(at, _)| *at < end);
                    kept.lines.extend(lines.map(|(at, line)| (at.wrapping_add(by), *line)));
                    at = end.wrapping_add(by) as usize;
                    continue;
                }
                if known.get(first) == Some(&start) && first + 1 < known.len() {
                    let line = base.lines.binary_search_by_key(&start, |(at, _)| *at);
                    like = Some((copy.to + copy.length, line.ok().map(|at| base.lines[at].1)));
                }
            }
            let Ok((entry, length)) = tree::entry(&raw[at..], id_length) else {
                return Err(tree::Damaged);
            };
            // Most often only the id is new.
            let like = like
                .filter(|(end, _)| at + length - id_length <= *end)
                .map(|(_, line)| line);
            kept.starts.push(at as u32);
            kept.lines
                .extend(self.follow_entry(&entry, like).map(|line| (at as u32, line)));
            at += length;
        }
        kept.starts.push(at as u32);
        Ok(())
    }

    /// Notes a folder of which this was kept.
    pub fn outline(&mut self, id: ObjectId, kept: &Kept) {
        self.outlines.add(id, kept.lines.iter().map(|(_, line)| *line));
    }

    /// Notes what an entry names; returns it if it may lead to a finding. `like` is what came of an entry of the same name and
    /// kind that was met before, if one was.
    fn follow_entry(&mut self, entry: &Entry<'_>, like: Option<Option<LineNumber>>) -> Option<LineNumber> {
        let is_met = like.is_some_and(|line| line.is_none() || entry.kind == EntryKind::Tree);
        let is_suspicious = !is_met && self.is_suspicious(entry.name);
        if entry.kind == EntryKind::Submodule {
            if !is_met {
                self.submodules.insert(entry.name.into());
            }
            return match self.known {
                Some(_) => None,
                None => is_suspicious.then(|| self.line_outside(entry)),
            };
        }
        if let Some(known) = self.known {
            let leads = known(&entry.id);
            if leads.is_none() {
                self.check(Some(entry.id));
            }
            return leads.unwrap_or(true).then(|| self.outlines.note(entry));
        }
        let leads = is_suspicious
            || entry.kind == EntryKind::Tree
            || self.begins[begin(&entry.id)] && self.suspects.objects.contains(&entry.id)
            // Loose objects are scanned later.
            || self.store.contains_outside(&entry.id);
        self.note(entry.id, leads.then_some(entry), like.flatten())
    }

    /// Notes a name, and says whether it could hold a finding.
    fn is_suspicious(&mut self, name: &[u8]) -> bool {
        if !self.names.contains(name) {
            self.names.insert(name.into());
            if (self.suspects.name)(name) {
                self.suspicious.insert(name.into());
            }
        }
        !self.suspicious.is_empty() && self.suspicious.contains(name)
    }

    /// The line of an entry whose object is of another repository.
    fn line_outside(&mut self, entry: &Entry<'_>) -> LineNumber {
        let (line, _) = self.sketch.line(entry, None, None);
        self.sketch.point(line, entry.id, None);
        line
    }
}

/// What is kept of a tree for those that are made of it.
#[derive(Default)]
pub struct Kept {
    /// Where its entries start, and where the last ends: no object has more than [`LARGEST`](crate::git::LARGEST) bytes.
    starts: Vec<u32>,
    /// The entries that may lead to a finding, and where they start.
    lines: Vec<(u32, LineNumber)>,
    noted: Option<Entries>,
}

impl Visitor for Links<'_> {
    type Kept = Kept;

    fn visit(&mut self, object: Packed<'_>, derived: Option<Derived<'_, Kept>>) -> Kept {
        let mut kept = self.spare.pop().unwrap_or_default();
        let id_length = self.store.id_length();
        if self
            .follow_tree(object.bytes, id_length, derived.as_ref(), &mut kept)
            .is_err()
        {
            self.note_damage(object.number, object.id());
        }
        let like = derived.and_then(|derived| derived.kept.noted.as_ref());
        let entries = kept.lines.iter().map(|(_, line)| *line);
        kept.noted = self.sketch.add(object.slot, entries, like);
        if object.is_base {
            return kept;
        }
        self.take_back(kept);
        Kept::default()
    }

    fn take_back(&mut self, kept: Kept) {
        if kept.starts.capacity() > 0 && self.spare.len() < SPARE {
            self.spare.push(kept);
        }
    }
}

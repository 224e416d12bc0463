//! Looking up what stands in a stretch, in a list that is in order.
//!
//! A version of a file is made of some hundred copies out of its base, in any order, most of which hold nothing: one bit
//! a part of the base says so. Searching the base's anchors by halves for each copy took a tenth of a whole history.

use std::ops::Range;

/// Things in the order of their places, to be looked up by a stretch.
pub struct Ordered<'l, T, P> {
    list: &'l [T],
    place: P,
    /// What stands in each sixty-four parts of the base, of which each has two to the power of `shift` bytes. Empty where
    /// looking through the list is less work than telling that.
    words: Vec<Word>,
    shift: u32,
}

/// Sixty-four parts.
#[derive(Clone, Copy, Default)]
struct Word {
    /// In which of them something stands, the lowest bit being the first's.
    filled: u64,
    /// How many stand before the first part.
    before: u32,
}

/// A part has at least two to the power of so many bytes: copies are seldom shorter.
const FINEST: u32 = 5;

impl<'l, T, P: Fn(&T) -> usize> Ordered<'l, T, P> {
    /// A list that so many look-ups are to be made in; places are below `length`.
    pub fn new(list: &'l [T], place: P, length: usize, look_ups: usize) -> Self {
        let mut words = Vec::new();
        // At most eight words a thing.
        let shift = (length / (256 * (list.len() + 1)))
            .checked_ilog2()
            .unwrap_or(0)
            .max(FINEST);
        if look_ups > list.len() / 8 {
            words.resize((length >> shift) / 64 + 1, Word::default());
            for thing in list {
                let part = place(thing) >> shift;
                words[part / 64].filled |= 1 << (part % 64);
                words[part / 64].before += 1;
            }
            let mut before = 0;
            for word in &mut words {
                before += std::mem::replace(&mut word.before, before);
            }
        }
        Self {
            list,
            place,
            words,
            shift,
        }
    }

    /// Those in a stretch.
    #[inline]
    pub fn within(&self, stretch: Range<usize>) -> &'l [T] {
        if self.is_empty_in(&stretch) {
            &[]
        } else {
            self.among(stretch)
        }
    }

    /// Whether bits alone say that nothing stands there.
    fn is_empty_in(&self, stretch: &Range<usize>) -> bool {
        if stretch.is_empty() || self.words.is_empty() {
            return stretch.is_empty();
        }
        let (first, last) = (stretch.start >> self.shift, (stretch.end - 1) >> self.shift);
        let (head, tail) = (u64::MAX << (first % 64), u64::MAX >> (63 - last % 64));
        let filled = |word: usize| self.words.get(word).map_or(0, |word| word.filled);
        let (first, last) = (first / 64, last / 64);
        if first == last {
            return filled(first) & head & tail == 0;
        }
        filled(first) & head == 0 && filled(last) & tail == 0 && (first + 1..last).all(|word| filled(word) == 0)
    }

    /// Those in a stretch, looked up.
    fn among(&self, stretch: Range<usize>) -> &'l [T] {
        let word = (stretch.start >> self.shift) / 64;
        let before = |word: usize| self.words.get(word).map(|word| word.before as usize);
        let first = before(word).unwrap_or(0)..before(word + 1).unwrap_or(self.list.len());
        let skipped = self.list[first.clone()].partition_point(|thing| (self.place)(thing) < stretch.start);
        let from = &self.list[first.start + skipped..];
        let end = from.iter().position(|thing| (self.place)(thing) >= stretch.end);
        &from[..end.unwrap_or(from.len())]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_looked_up_is_what_searching_by_halves_finds() {
        let lists = [
            vec![],
            vec![0],
            vec![99],
            vec![5; 40],
            (0..100).collect(),
            (0..30).map(|n| n * n / 9).collect(),
        ];
        for (list, scale) in lists.iter().flat_map(|list| [1, 97, 5000].map(|scale| (list, scale))) {
            let list: Vec<usize> = list.iter().map(|place| place * scale).collect();
            for look_ups in [0, 1, 1000] {
                let ordered = Ordered::new(&list, |place| *place, 100 * scale, look_ups);
                let edges = (0..=100).flat_map(|place| [place * scale, place * scale + scale / 2]);
                for start in edges.filter(|&start| start <= 100 * scale) {
                    for length in [0, 1, scale / 3, scale, 7 * scale, 80 * scale] {
                        let stretch = start..(start + length).min(100 * scale);
                        let there: Vec<_> = list.iter().copied().filter(|place| stretch.contains(place)).collect();
                        assert_eq!(
                            ordered.within(stretch.clone()),
                            there,
                            "{stretch:?} of {list:?}, {look_ups}"
                        );
                    }
                }
            }
        }
    }
}

//! Looking up what stands from a place on, in a list that is in order.
//!
//! A version of a file is made of some hundred copies out of its base, in any order: searching the base's anchors by
//! halves for each of them took a tenth of a whole history.

/// Things in the order of their places, to be looked up by a place.
pub struct Ordered<'l, T> {
    list: &'l [T],
    place: fn(&T) -> usize,
    /// Which of them stand in each part of the base, of two to the power of `shift` bytes: where they begin, and the end.
    /// Empty where looking through the list is less work than telling that.
    parts: Vec<u32>,
    shift: u32,
}

impl<'l, T> Ordered<'l, T> {
    /// A list that so many look-ups are to be made in; places are below `length`.
    pub fn new(list: &'l [T], place: fn(&T) -> usize, length: usize, look_ups: usize) -> Self {
        let mut parts = Vec::new();
        let mut shift = 0;
        if look_ups > list.len() / 8 {
            // About as many parts as things.
            shift = (length / (list.len() + 1)).checked_ilog2().unwrap_or(0) + 1;
            parts.resize((length >> shift) + 2, 0);
            for thing in list {
                parts[(place(thing) >> shift) + 1] += 1;
            }
            let mut sum = 0;
            for part in &mut parts {
                sum += *part;
                *part = sum;
            }
        }
        Self {
            list,
            place,
            parts,
            shift,
        }
    }

    /// Those from a place on.
    pub fn from(&self, place: usize) -> &'l [T] {
        let part = place >> self.shift;
        let among = match (self.parts.get(part), self.parts.get(part + 1)) {
            (Some(&start), Some(&end)) => start as usize..end as usize,
            _ => 0..self.list.len(),
        };
        let before = self.list[among.clone()].partition_point(|thing| (self.place)(thing) < place);
        &self.list[among.start + before..]
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
        for list in lists {
            for look_ups in [0, 1, 1000] {
                let ordered = Ordered::new(&list, |place| *place, 100, look_ups);
                for place in 0..=100 {
                    let before = list.partition_point(|at| *at < place);
                    assert_eq!(ordered.from(place), &list[before..], "{place} of {list:?}, {look_ups}");
                }
            }
        }
    }
}

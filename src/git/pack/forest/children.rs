//! Which entries are made of which, as tables that planting needs and the walk does not.

/// Says of an entry that it is made of no other.
pub const NONE: u32 = u32::MAX;

/// Of each entry, how many stand in its tree from it on.
pub fn weigh(order: &[u32], parents: &[u32]) -> Vec<u32> {
    let mut weights = vec![1_u32; parents.len()];
    for &entry in order.iter().rev() {
        let parent = parents[entry as usize];
        if parent != NONE {
            weights[parent as usize] += weights[entry as usize];
        }
    }
    weights
}

/// What is made of each entry, side by side.
pub struct Children {
    /// Where an entry's children start, and one past the last.
    starts: Vec<u32>,
    all: Vec<u32>,
}

impl Children {
    pub fn of(parents: &[u32]) -> Self {
        let mut starts = vec![0_u32; parents.len() + 1];
        let linked = || parents.iter().enumerate().filter(|(_, parent)| **parent != NONE);
        for (_, &parent) in linked() {
            starts[parent as usize + 1] += 1;
        }
        for n in 1..starts.len() {
            starts[n] += starts[n - 1];
        }
        let mut all = vec![0; starts.last().copied().unwrap_or_default() as usize];
        let mut free = starts.clone();
        for (entry, &parent) in linked() {
            all[free[parent as usize] as usize] = entry as u32;
            free[parent as usize] += 1;
        }
        Self { starts, all }
    }

    pub fn made_of(&self, entry: u32) -> &[u32] {
        &self.all[self.starts[entry as usize] as usize..self.starts[entry as usize + 1] as usize]
    }

    /// Puts the lightest of each entry first.
    pub fn sort(&mut self, weights: &[u32]) {
        for ends in self.starts.windows(2) {
            let children = &mut self.all[ends[0] as usize..ends[1] as usize];
            if children.len() > 1 {
                children.sort_unstable_by_key(|&child| (weights[child as usize], child));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lightest_child_comes_first() {
        // 0 has the children 1, 2 and 3; 2 has the child 4.
        let parents = [NONE, 0, 0, 0, 2];
        let mut children = Children::of(&parents);
        assert_eq!(children.made_of(0), [1, 2, 3]);
        let weights = weigh(&[0, 1, 2, 3, 4], &parents);
        assert_eq!(weights, [5, 1, 2, 1, 1]);
        children.sort(&weights);
        assert_eq!(children.made_of(0), [1, 3, 2]);
        assert_eq!((children.made_of(2), children.made_of(4)), (&[4][..], &[][..]));
    }
}

//! Which turn each entry has, and in which part of its pack it lies.

use super::*;

#[test]
fn what_is_made_of_an_entry_has_its_turn_behind_it() {
    // 1 and 4 are whole; 0 and 3 are made of 4, 2 of 3; nothing is known of 5.
    let parents = [4, NONE, 3, 4, NONE, NONE];
    let children = Children::of(&parents);
    let order = [1, 4, 0, 3, 2];
    let mut forest = forest_of(&[0; 6], vec![0, 6]);
    forest.put_down(&[4, 1], &order, &weigh(&order, &parents), &children);
    let turns: Vec<_> = forest.turns.iter().map(|turn| (turn.entry, turn.end)).collect();
    assert_eq!(turns, [(4, 4), (0, 2), (3, 4), (2, 4), (1, 5)]);
    assert_eq!(forest.trees, [0, 4]);
    assert_eq!(forest.turns(2).len(), 2);
}

#[test]
fn a_base_has_its_turn_first_wherever_it_stands() {
    // 3 is whole: 0 and 5 are made of it, 1 of 5, 4 of 1. 2 and 6 are made of each other.
    let parents = [3, 5, 6, NONE, 1, 3, 2];
    let mut forest = forest_of(&[0; 7], vec![0, 7]);
    forest.entries[3].kind = Some(ObjectKind::Blob);
    let order = forest.hand_on(&parents, &[3], &Children::of(&parents));
    assert_eq!(order, [3, 5, 0, 1, 4]);
    let kinds = forest.entries.iter().map(|entry| entry.kind.is_some());
    assert_eq!(kinds.collect::<Vec<_>>(), [true, true, false, true, true, true, false]);
    assert_eq!(
        forest.faults.iter().map(|(entry, _)| *entry).collect::<Vec<_>>(),
        [2, 6]
    );
}

fn forest_of(offsets: &[u64], firsts: Vec<u32>) -> Forest {
    let entry = |&offset: &u64| Entry {
        offset,
        position: 0,
        kind: None,
        again: false,
    };
    Forest {
        firsts,
        entries: offsets.iter().map(entry).collect(),
        turns: Vec::new(),
        trees: Vec::new(),
        faults: Vec::new(),
    }
}

#[test]
fn each_entry_is_in_one_part_wherever_it_says_that_it_starts() {
    let offsets = [0, 5, PART - 1, PART, 3 * PART, u64::MAX, u64::MAX];
    let forest = forest_of(&offsets, vec![0, 4, 7]);
    let mut rest = 1..7;
    let parts = std::iter::from_fn(|| forest.next_part(&mut rest));
    let parts: Vec<_> = parts
        .map(|(pack, bytes, entries)| (pack, bytes.start, entries))
        .collect();
    let last = [(1, u64::MAX, 5..6), (1, u64::MAX, 6..7)];
    let first = [(0, 5, 1..4), (1, 3 * PART, 4..5)];
    assert_eq!(parts, [first, last].concat());
}

use super::super::whole::tests::gzip;
use super::*;

/// Each content in a gzip file: how long it is, and whether it came whole.
fn contents(packed: &[u8], budget: &Budget) -> Vec<(usize, bool)> {
    let mut contents = Vec::new();
    let mut visit = |way: &[Step], _, inside: Inside<'_>| {
        assert_eq!(way, [Step::Form("gzip")]);
        let is_whole = matches!(inside, Inside::Whole(_));
        let length = inside.stream(|reader| io::copy(reader, &mut io::sink()))?;
        contents.push((length as usize, is_whole));
        Ok(())
    };
    let stops = unpack(Input::Bytes(packed), Format::Gzip, 1, budget, &mut visit);
    assert_eq!(stops.len(), usize::from(budget.is_spent()));
    contents
}

#[test]
fn what_fits_is_inflated_whole_and_the_rest_read_as_a_stream() {
    for (length, is_whole) in [(0, true), (WHOLE, true), (WHOLE + 1, false)] {
        let (text, budget) = (vec![b'x'; length], Budget::of(1 << 20));
        assert_eq!(contents(&gzip(&text), &budget), [(length, is_whole)]);
        assert_eq!(budget.left(), (100 << 20) - length - 1);
    }
}

#[test]
fn what_is_inflated_whole_counts_as_what_is_read_does() {
    let (packed, budget) = (gzip(&vec![b'x'; 7 << 20]), Budget::of(0));
    while budget.left() >= 7 << 20 {
        assert_eq!(contents(&packed, &budget), [(7 << 20, true)]);
    }
    assert_eq!(contents(&packed, &budget), []);
    assert!(budget.is_spent());
}

//! Notes of two threads, put together.

use super::*;

#[test]
fn what_threads_note_is_put_together_and_shared() {
    let id = |n: u8| ObjectId::from_bytes(&[n; 20]).expect("20 bytes");
    let entry = |name: &'static str, kind, n| Entry {
        kind,
        name: name.as_bytes(),
        id: id(n),
    };
    let line = |sketch: &mut Sketch, entry: Entry<'_>, packed| {
        let (line, is_new) = sketch.line(&entry, None, None);
        assert!(is_new && sketch.line(&entry, Some(line), None) == (line, false));
        sketch.point(line, entry.id, packed);
        line
    };
    let (mut one, mut two) = (Sketch::default(), Sketch::default());
    let a = line(&mut one, entry("a", EntryKind::Tree, 1), Some(1));
    assert!(one.line(&entry("b", EntryKind::Tree, 1), Some(a), None).1);
    assert_eq!(one.line(&entry("a", EntryKind::Tree, 1), Some(a), Some(a)), (a, false));
    let lost = line(&mut one, entry("lost", EntryKind::File, 9), None);
    let first = one.add(5, [a, lost].into_iter(), None);
    assert_eq!(one.add(6, [a, lost].into_iter(), first.as_ref()), first);
    let b = line(&mut two, entry("b", EntryKind::Symlink, 2), Some(2));
    let a = line(&mut two, entry("a", EntryKind::Tree, 1), Some(1));
    let sub = line(&mut two, entry("sub", EntryKind::Submodule, 8), None);
    two.add(7, [b, a, sub].into_iter(), None);
    let both = one.and(two);
    let names: std::collections::HashMap<u32, &[u8]> =
        both.names.iter().map(|(name, number)| (*number, &name[..])).collect();
    let shown = |folder: usize| -> Vec<_> {
        let (slot, at) = &both.folders[folder];
        let entries = &both.entries[at.start as usize..at.end as usize];
        let lines = entries.iter().map(|&entry| both.lines[entry as usize]);
        let shown = lines.map(|line| {
            let object = match line.target() {
                Place::Packed(slot) => slot,
                Place::Outside(n) => u32::from(both.outside[n as usize].as_bytes()[0]),
            };
            (*slot, names[&(line.name() as u32)], line.kind(), object)
        });
        shown.collect()
    };
    assert_eq!(
        shown(0),
        [(5, &b"a"[..], EntryKind::Tree, 1), (5, b"lost", EntryKind::File, 9)]
    );
    assert_eq!(shown(1)[1], (6, &b"lost"[..], EntryKind::File, 9));
    let last = [
        (7, &b"b"[..], EntryKind::Symlink, 2),
        (7, b"a", EntryKind::Tree, 1),
        (7, b"sub", EntryKind::Submodule, 8),
    ];
    assert_eq!(shown(2), last);
}

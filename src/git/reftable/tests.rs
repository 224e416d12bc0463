//! Stacks of tables, sound and damaged, built here byte by byte. Tables that git wrote are read in
//! `tests/formats.rs`.

mod made;

use std::fs;

use made::*;

use super::*;
use crate::skip::Why;

type Refs = BTreeMap<Vec<u8>, Target>;
type Logs = BTreeMap<Vec<u8>, Vec<LogEntry>>;

/// Reads a stack of these tables, oldest first, and returns also what is wrong with it.
fn read(tables: &[Vec<u8>]) -> (Refs, Logs, Vec<String>) {
    let dir = tempfile::tempdir().expect("a folder");
    fs::create_dir(dir.path().join("reftable")).expect("a folder");
    let mut list = String::new();
    for (n, table) in tables.iter().enumerate() {
        fs::write(dir.path().join(format!("reftable/{n}.ref")), table).expect("a file");
        list += &format!("{n}.ref\n");
    }
    fs::write(dir.path().join("reftable/tables.list"), list).expect("a file");
    read_at(dir.path())
}

fn read_at(dir: &Path) -> (Refs, Logs, Vec<String>) {
    let mut skips = Vec::new();
    let stack = Stack::open(dir, 20, &mut skips);
    let (refs, logs) = (stack.refs(&mut skips), stack.logs(&mut skips));
    let faults = skips.into_iter().map(|skip| match skip.why {
        Why::Fault(reason) => format!("{}: {reason}", String::from_utf8_lossy(&skip.what)),
        Why::Policy(_) => unreachable!("nothing here is left out on purpose"),
    });
    (refs, logs, faults.collect())
}

#[test]
fn every_type_of_record_is_read_and_the_newest_table_wins() {
    let older = [
        record(0, b"HEAD", 3, b"\0\x06refs/a"),
        record(0, b"refs/a", 1, &direct(1)),
        record(5, b"b", 2, &[direct(2), vec![3; 20]].concat()),
        record(5, b"c", 1, &direct(4)),
    ];
    let newer = [record(0, b"refs/a", 1, &direct(9)), record(5, b"c", 0, b"\0")];
    let (refs, logs, faults) = read(&[
        table(&first(&older.concat())),
        table(&first(&newer.concat())),
        table(b""),
    ]);
    assert_eq!(faults, Vec::<String>::new());
    assert!(logs.is_empty());
    let expected = [
        (b"HEAD".to_vec(), Target::Symbolic(b"refs/a".to_vec())),
        (b"refs/a".to_vec(), Target::Direct(id(9))),
        (b"refs/b".to_vec(), Target::Direct(id(2))),
    ];
    assert_eq!(refs, BTreeMap::from(expected));
}

#[test]
fn logs_are_merged_and_newest_first() {
    let older = [log_record(b"a", 7, 1, 2, b"two\n"), log_record(b"a", 6, 0, 1, b"one\n")].concat();
    let deleted = [&b"a\0"[..], &(u64::MAX - 6).to_be_bytes()].concat();
    let newer = [log_record(b"a", 8, 2, 3, b""), record(0, &deleted, 0, b"")].concat();
    let marker = log_record(b"b", 9, 0, 0, b"");
    let other = log_record(b"c", 1, 0, 5, b"five");
    // The second log block of a table follows the first at once.
    let blocks = [logs(HEADER, &[newer, marker].concat()), logs(0, &other)].concat();
    let (refs, logs, faults) = read(&[table(&logs(HEADER, &older)), table(&blocks)]);
    assert_eq!(faults, Vec::<String>::new());
    assert!(refs.is_empty());
    let messages: Vec<_> = logs
        .iter()
        .map(|(name, entries)| (&name[..], entries.iter().map(|e| &e.message[..]).collect()))
        .collect();
    let expected: Vec<(&[u8], Vec<&[u8]>)> = vec![(b"a", vec![b"", b"two"]), (b"c", vec![b"five"])];
    assert_eq!(messages, expected);
    assert_eq!((logs[&b"a"[..]][0].old, logs[&b"a"[..]][0].new), (id(2), id(3)));
}

#[test]
fn blocks_are_padded_or_not_and_lists_of_objects_are_passed_over() {
    let second = {
        let content = content(&record(0, b"b", 1, &direct(2)), &[4]);
        claimed(4 + content.len(), &content)
    };
    let mut padded = first(&record(0, b"a", 1, &direct(1)));
    let tight = [&padded[..], &second].concat();
    padded.resize(4096 - HEADER, 0);
    padded.extend(&second);
    padded.extend(b"o\0\0\x08what");
    padded.extend(logs(0, &log_record(b"a", 1, 0, 1, b"")));
    for (blocks, logged) in [(tight, 0), (padded, 1)] {
        let (refs, logs, faults) = read(&[table(&blocks)]);
        assert_eq!((refs.len(), logs.len(), faults), (2, logged, Vec::new()));
    }
}

#[test]
fn a_damaged_table_is_named_and_the_others_are_read() {
    let good = record(0, b"a", 1, &direct(1));
    let sound = table(&first(&good));
    let with = |content: Vec<u8>| table(&claimed(HEADER + 4 + content.len(), &content));
    let mut wrong_sum = sound.clone();
    *wrong_sum.last_mut().expect("it has an end") ^= 1;
    let mut sha256 = sound.clone();
    sha256[4] = 2;
    let endless = [&[0xff; 4000][..], b"a"].concat();
    let bomb = {
        let mut block = logs(HEADER, &log_record(b"a", 1, 0, 1, b""));
        block[1..4].copy_from_slice(&[0xff; 3]);
        table(&block)
    };
    let lies: Vec<(&str, Vec<u8>)> = vec![
        ("nothing", Vec::new()),
        ("cut off", sound[..sound.len() - 1].to_vec()),
        ("cut off early", sound[..30].to_vec()),
        ("bad magic", [b"X", &sound[1..]].concat()),
        ("checksum", wrong_sum),
        ("kind of ids", sha256),
        (
            "length beyond the end",
            table(&claimed(1 << 20, &content(&good, &[HEADER + 4]))),
        ),
        ("length of nothing", table(&claimed(0, &content(&good, &[HEADER + 4])))),
        (
            "length less than the header",
            table(&claimed(HEADER + 3, &content(&good, &[HEADER + 4]))),
        ),
        (
            "restart beyond the records",
            with(content(&good, &[HEADER + 4 + good.len()])),
        ),
        ("restart before the records", with(content(&good, &[3]))),
        ("restarts out of order", with(content(&good, &[HEADER + 5, HEADER + 4]))),
        ("no restarts", with(content(&good, &[]))),
        ("more restarts than bytes", with([&good[..], &[0xff, 0xff]].concat())),
        ("endless number", with(content(&endless, &[HEADER + 4]))),
        (
            "endless suffix",
            with(content(&record(0, b"a", 1, &direct(1))[..2], &[HEADER + 4])),
        ),
        ("a prefix of nothing", table(&first(&record(3, b"a", 1, &direct(1))))),
        (
            "names out of order",
            table(&first(&[good.clone(), good.clone()].concat())),
        ),
        ("an unknown type", table(&first(&record(0, b"a", 5, &direct(1))))),
        ("half an id", table(&first(&record(0, b"a", 1, &[0; 9])))),
        ("an unknown block", table(b"x\0\0\x20")),
        ("a length that is cut off", table(b"r\0")),
        ("logs that are not deflated", table(b"g\0\0\x2ewhatever this is")),
        ("logs that are longer", bomb),
        ("a log without a number", table(&logs(HEADER, &record(0, b"a", 0, b"")))),
    ];
    for (what, lie) in lies {
        let (refs, _, faults) = read(&[sound.clone(), lie]);
        let [fault] = &faults[..] else {
            panic!("{what}: {faults:?}")
        };
        assert!(fault.starts_with("reftable/1.ref: "), "{what}: {fault}");
        assert_eq!(refs.len(), 1, "{what}");
    }
}

#[test]
fn names_that_explode_are_bounded() {
    // Each record takes eight bytes and makes a name of 60,000.
    let long = record(0, &[b'a'; 60_000], 0, b"\0");
    let mut records = long;
    for n in 0..30_000_u32 {
        let ascending = [n >> 14, n >> 7, n].map(|digit| 0x80 | (digit & 0x7f) as u8);
        records.extend(record(60_000 - 3, &ascending, 0, b"\0"));
    }
    let (_, _, faults) = read(&[table(&first(&records))]);
    assert!(faults.len() == 1 && faults[0].contains("holds too much"), "{faults:?}");
}

#[test]
fn the_list_names_files_of_its_folder_only() {
    let dir = tempfile::tempdir().expect("a folder");
    let (_, _, faults) = read_at(dir.path());
    assert!(faults[0].starts_with("reftable/tables.list: "), "{faults:?}");
    fs::create_dir(dir.path().join("reftable")).expect("a folder");
    fs::write(dir.path().join("secret"), table(b"")).expect("a file");
    fs::write(dir.path().join("reftable/tables.list"), "../secret\ngone.ref\n").expect("a file");
    let (_, _, faults) = read_at(dir.path());
    assert_eq!(faults.len(), 2);
    assert!(faults[0].contains("its name is a path"), "{faults:?}");
}

/// A generator of numbers that are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }
}

#[test]
fn any_bytes_are_read_without_a_panic() {
    let mut random = Random(1);
    let sound = [
        first(&[record(0, b"a", 1, &direct(1)), record(1, b"b", 3, b"\0\x01a")].concat()),
        logs(
            0,
            &[log_record(b"a", 2, 1, 2, b"two"), log_record(b"b", 1, 0, 1, b"one")].concat(),
        ),
    ];
    for _ in 0..20_000 {
        let mut blocks = sound[random.below(2)].clone();
        blocks.extend(&sound[random.below(2)]);
        for _ in 0..random.below(4) {
            let at = random.below(blocks.len());
            blocks[at] = random.below(256) as u8;
        }
        blocks.truncate(random.below(blocks.len() * 2));
        let mut any = table(&blocks);
        if random.below(8) == 0 {
            any = (0..random.below(200)).map(|_| random.below(256) as u8).collect();
        }
        let Ok(table) = Table::new(any, 20) else { continue };
        let _ = table.each(Section::Refs, |record| record.target().map(drop));
        let _ = table.each(Section::Logs, |record| {
            record.log_key()?;
            record.entry().map(drop)
        });
        let content: Vec<u8> = (0..random.below(60)).map(|_| random.below(256) as u8).collect();
        let _ = record::each(&content, random.below(30), 20, &mut |record| record.entry().map(drop));
    }
}

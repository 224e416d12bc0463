//! Hostile archives: whatever they hold, memory and time are bounded, nothing is written, and what was not read is
//! said: counted where a limit is ours, a fault where content is damaged.

mod common;

use std::fs;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use common::archive::{compress, zip};
use common::program::{Run, findings, within};
use common::random::{Pair, Random};
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};
use serde_json::Value;

/// What a run may address, in MiB: the program, two threads, and what decoding may hold.
const MEMORY: u64 = 640;
/// Many times what it takes: other tests may run. Without optimization a run takes ten times as long.
const TIME: Duration = Duration::from_secs(if cfg!(debug_assertions) { 900 } else { 90 });

fn lines(key: &Pair) -> String {
    format!(
        "aws_access_key_id = {}\naws_secret_access_key = {}\n",
        key.id, key.secret
    )
}

fn scan_with(content: &[u8], flags: &[&str]) -> Run {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let inside = folder.path().join("inside");
    fs::create_dir(&inside).expect("a folder");
    fs::write(inside.join("file"), content).expect("a file");
    let begun = Instant::now();
    let json: &[&str] = if flags.contains(&"--report") {
        &[]
    } else {
        &["--report", "json"]
    };
    let arguments = [&["scan", "--jobs", "2"], json, flags].concat();
    let run = within(&inside, MEMORY, &arguments);
    assert!(begun.elapsed() < TIME, "it took {:?}", begun.elapsed());
    assert_eq!(names(&inside), ["file"], "nothing is written");
    assert_eq!(names(folder.path()), ["inside"], "nothing is written");
    run
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let name = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
    entries.map(|entry| name(entry.expect("an entry"))).collect()
}

/// Scans what goes over a limit: a complete run, without findings, that counts it.
fn limited(content: &[u8], policy: &str) -> Value {
    let run = scan_with(content, &[]);
    let report = run.json();
    assert_eq!((run.code, &report["complete"]), (0, &true.into()), "{report}");
    let counted = report["skips"]["left_out"][policy].as_u64();
    assert!(counted.is_some_and(|count| count > 0), "{}", report["skips"]);
    report
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content).expect("it is written to memory");
    encoder.finish().expect("it is written to memory")
}

/// A zip archive of the same member so many times: all of them are one.
fn overlapping(members: u16, zeros: usize) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&vec![0; zeros]).expect("it is written to memory");
    let packed = encoder.finish().expect("it is written to memory");
    let sum = libdeflater::crc32(&vec![0; zeros]);
    let common = |to: &mut Vec<u8>| {
        to.extend([20, 0, 0, 0, 8, 0, 0, 0, 0, 0]);
        to.extend(sum.to_le_bytes());
        to.extend((packed.len() as u32).to_le_bytes());
        to.extend((zeros as u32).to_le_bytes());
        to.extend([1, 0, 0, 0]);
    };
    let mut archive = b"PK\x03\x04".to_vec();
    common(&mut archive);
    archive.push(b'0');
    archive.extend(&packed);
    let list = archive.len() as u32;
    for _ in 0..members {
        archive.extend(b"PK\x01\x02\x14\0");
        common(&mut archive);
        archive.extend([0; 14]);
        archive.push(b'0');
    }
    let length = archive.len() as u32 - list;
    archive.extend(b"PK\x05\x06\0\0\0\0");
    archive.extend([members.to_le_bytes(), members.to_le_bytes()].concat());
    archive.extend([length.to_le_bytes(), list.to_le_bytes()].concat());
    archive.extend([0, 0]);
    archive
}

#[test]
fn members_that_overlap_are_not_read_again_and_again() {
    let one = scan_with(&overlapping(1, 1 << 20), &[]).json();
    assert_eq!(
        one["skips"]["left_out"],
        serde_json::json!({}),
        "one is an archive like any other"
    );
    limited(&overlapping(1000, 1 << 20), "too-large");
}

#[test]
fn zeros_without_end_are_read_so_far() {
    let zeros = vec![0; 40 << 20];
    let mut tried = 0;
    for tool in ["gzip", "bzip2", "xz", "zstd"] {
        let Some(bomb) = compress(tool, &zeros) else { continue };
        let report = limited(&bomb, "too-large");
        assert_eq!(report["skips"]["unopened"][0]["what"], "file", "{tool}");
        tried += 1;
    }
    assert!(tried > 0, "none of the tools is here");
}

#[test]
fn archives_that_hold_many_archives_end() {
    let zeros = vec![0; 40 << 20];
    let Some(mut bomb) = zip(&[("0", &zeros)]) else { return };
    for _ in 0..5 {
        let names: Vec<String> = (0..16).map(|n| n.to_string()).collect();
        let members: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &bomb[..])).collect();
        bomb = zip(&members).expect("the tool is here");
    }
    assert!(bomb.len() < 1 << 20);
    limited(&bomb, "too-large");
}

#[test]
fn a_deep_nest_is_opened_as_deep_as_asked() {
    let key = Random::new(520).pair();
    let (mut zips, mut gzips) = (zip(&[("0", lines(&key).as_bytes())]), gzip(lines(&key).as_bytes()));
    for _ in 1..10 {
        zips = zips.and_then(|inner| zip(&[("0", &inner)]));
        gzips = gzip(&gzips);
    }
    for nest in zips.iter().chain([&gzips]) {
        limited(nest, "too-deep");
        let asked = scan_with(nest, &["--max-archive-depth", "10"]);
        assert_eq!(asked.code, 1, "{}", asked.err());
        assert_eq!(asked.json()["skips"]["left_out"], serde_json::json!({}));
    }
}

#[test]
fn what_holds_itself_is_opened_as_deep_as_asked() {
    let quine = quine();
    let mut inside = Vec::new();
    let mut decoder = flate2::read::GzDecoder::new(&quine[..]);
    std::io::Read::read_to_end(&mut decoder, &mut inside).expect("it is sound");
    assert_eq!(inside, quine);
    limited(&quine, "too-deep");
    assert_eq!(scan_with(&quine, &["--max-archive-depth", "24"]).code, 0);
}

/// A gzip file that unpacks to itself.
///
/// Its blocks print what follows them (`literal`) or the last twenty bytes once more (`repeat`); each step prints a
/// part of the file that stands before or behind it, until the end prints itself. Its checksum is a sum of what
/// each bit of the checksum adds to it, so it is solved for.
fn quine() -> Vec<u8> {
    let literal = |length: u16| [&[0][..], &length.to_le_bytes(), &(!length).to_le_bytes()].concat();
    // Twice ten bytes from a distance of twenty.
    let repeat = [0x42, 0x88, 0x21, 0xc4, 0];
    let file = |sum: u32| {
        let head = b"\x1f\x8b\x08\x08\0\0\0\0\0\xffself\0";
        let end = [&[3, 0][..], &sum.to_le_bytes(), &130_u32.to_le_bytes()].concat();
        let last = [&repeat[..], &literal(10), &end].concat();
        let step = [&repeat[..], &literal(20)].concat();
        let begin = [head, &literal(20)[..]].concat();
        [begin.repeat(2), step.repeat(4), last.repeat(2), end].concat()
    };
    let base = libdeflater::crc32(&file(0));
    let mut pivots = [(0_u32, 0_u32); 32];
    let reduce = |pivots: &[(u32, u32); 32], mut rest: u32, mut bits: u32| {
        for &(pivot, of) in pivots.iter().rev().filter(|(pivot, _)| *pivot != 0) {
            if rest >> pivot.ilog2() & 1 == 1 {
                (rest, bits) = (rest ^ pivot, bits ^ of);
            }
        }
        (rest, bits)
    };
    for bit in (0..32).map(|n| 1 << n) {
        let added = libdeflater::crc32(&file(bit)) ^ base ^ bit;
        let (rest, bits) = reduce(&pivots, added, bit);
        if rest != 0 {
            pivots[rest.ilog2() as usize] = (rest, bits);
        }
    }
    let (rest, sum) = reduce(&pivots, base, 0);
    assert_eq!(rest, 0, "it has a solution");
    file(sum)
}

#[test]
fn paths_that_lead_elsewhere_lead_nowhere() {
    let key = Random::new(521).pair();
    let mut builder = tar::Builder::new(Vec::new());
    for (name, text) in [
        ("/etc/keytrail-was-here", "nothing"),
        ("../../../tmp/\u{1b}[2Jkeytrail", &lines(&key)),
    ] {
        let mut header = tar::Header::new_gnu();
        header.as_gnu_mut().expect("it is GNU's").name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_size(text.len() as u64);
        header.set_cksum();
        builder
            .append(&header, text.as_bytes())
            .expect("it is written to memory");
    }
    let archive = builder.into_inner().expect("it is written to memory");
    let report = scan_with(&archive, &[]).json();
    assert_eq!(
        findings(&report)[0]["location"]["member"],
        "../../../tmp/\u{1b}[2Jkeytrail"
    );
    let human = scan_with(&archive, &["--report", "human"]).out();
    assert!(human.contains("file!../../../tmp/\\u{1b}[2Jkeytrail:1:21"), "{human}");
    assert!(!human.contains('\u{1b}') && !Path::new("/etc/keytrail-was-here").exists());
}

#[test]
fn what_is_cut_short_or_damaged_is_a_fault() {
    let mut random = Random::new(522);
    let keys = [random.pair(), random.pair()];
    let noise: String = (0..4000)
        .map(|n| format!("{n} {}\n", random.class("a-z ", 30)))
        .collect();
    let whole = gzip(format!("{}{noise}", lines(&keys[0])).as_bytes());
    let cut = &whole[..whole.len() / 2];
    let mut wrong = whole.clone();
    let sum = wrong.len() - 8;
    wrong[sum] ^= 1;
    for damaged in [cut, &wrong] {
        let run = scan_with(damaged, &[]);
        let report = run.json();
        assert_eq!(run.code, 1, "what came before the damage is found");
        assert_eq!(report["complete"], false);
        assert_eq!(report["skips"]["faults"][0]["what"], "file");
        let reason = report["skips"]["faults"][0]["reason"].as_str().expect("a reason");
        assert!(reason.starts_with("the gzip data is damaged or cut short"), "{reason}");
    }
    assert_eq!(scan_with(&gzip(noise.as_bytes())[..9000], &[]).code, 2);
    let Some(mut archive) = zip(&[("a", noise.as_bytes()), ("b/c", lines(&keys[1]).as_bytes())]) else {
        return;
    };
    assert_eq!(
        scan_with(&archive[..archive.len() / 2], &[]).code,
        2,
        "the list of members is cut off"
    );
    let at = archive
        .windows(4)
        .position(|four| four == b"PK\x03\x04")
        .expect("a member")
        + 5000;
    archive[at] ^= 0x55;
    let report = scan_with(&archive, &[]).json();
    assert_eq!(report["skips"]["faults"][0]["what"], "file!a");
    assert_eq!(findings(&report).len(), 2, "the other member is read");
}

#[test]
fn what_would_have_to_be_held_is_not() {
    // A frame whose window is a gigabyte.
    let window = b"\x28\xb5\x2f\xfd\x00\xa0\x01\x00\x00\x00";
    limited(window, "too-large");
    // A name of 40 megabytes, then the member.
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::GNULongName);
    header.set_size(40 << 20);
    header.set_cksum();
    let long = [header.as_bytes(), &vec![b'a'; 40 << 20][..]].concat();
    limited(&gzip(&long), "too-large");
    // A file of holes: a terabyte of nothing.
    let folder = tempfile::tempdir().expect("a temporary folder");
    let holes = fs::File::create(folder.path().join("holes")).expect("a file");
    if holes.set_len(1 << 40).is_ok()
        && let Ok(sparse) = std::process::Command::new("tar")
            .args(["--sparse", "--format=gnu", "-cf", "-", "holes"])
            .current_dir(folder.path())
            .output()
        && sparse.status.success()
    {
        limited(&sparse.stdout, "too-large");
    }
    // An archive in an archive is held whole, and this one is too large for that.
    if let Some(large) = zip(&[("noise", &noise(20 << 20))]) {
        limited(&gzip(&gzip(&large)), "too-large");
    }
}

#[test]
fn an_archive_larger_than_a_piece_is_read_from_its_file() {
    let lines = lines(&Random::new(524).pair());
    let noise = noise(64 << 20);
    let Some(archive) = zip(&[("noise", &noise), ("z/key", lines.as_bytes())]) else {
        return;
    };
    let run = scan_with(&archive, &[]);
    let report = run.json();
    assert_eq!(run.code, 1, "{}", report["skips"]);
    assert!(report["complete"] == true && report["skips"]["left_out"] == serde_json::json!({}));
    assert_eq!(findings(&report)[0]["location"]["member"], "z/key");
}

/// Bytes that cannot be compressed.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut noise = Vec::with_capacity(length + 8);
    while noise.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        noise.extend_from_slice(&state.to_le_bytes());
    }
    noise
}

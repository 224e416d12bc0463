//! Packs: whatever their deltas, the history is scanned as if every version were read whole; and what is
//! wrong with a pack costs only what depends on it.

mod common;

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use common::pack::{BLOB, HandMade, made_up_id, repeated};
use common::repo::{TestRepo, damage};
use keytrail::git::{Derived, ObjectKind, Packed, ReadObject, Roots, Store, Visitor};
use keytrail::skip::Why;
use keytrail::source::history::discover;

/// Gives a stream of commits to `git fast-import`.
fn import(repo: &TestRepo, stream: &[u8]) {
    let mut import = repo.command(&repo.path(), &["fast-import", "--quiet"]);
    let mut import = import.stdin(Stdio::piped()).spawn().expect("git runs");
    import
        .stdin
        .take()
        .expect("a pipe")
        .write_all(stream)
        .expect("git reads it");
    assert!(import.wait().expect("git ends").success());
}

/// A small generator, the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) as usize % limit.max(1)
    }

    fn draw(&mut self, alphabet: &[u8], length: usize) -> String {
        (0..length)
            .map(|_| alphabet[self.below(alphabet.len())] as char)
            .collect()
    }

    /// A line of a file: code, a secret in one of many forms, or a part of one.
    fn line(&mut self) -> String {
        const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        const BASE32: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let id = format!("{}IARZPUZDIK{}", ["AK", "AS"][self.below(2)], self.draw(BASE32, 8));
        let secret = self.draw(BASE64, 40);
        match self.below(14) {
            0 => format!("aws_access_key_id = {id}\n"),
            1 => format!("aws_secret_access_key = {secret}\n"),
            2 => format!("key: \"{}\" +\n  \"{}\"\n", &id[..9], &id[9..]),
            3 => format!("{{\"id\": \"{id}\", \"secret\": \"{}\"}}\n", secret.replace('/', "\\/")),
            4 => {
                let body: Vec<_> = (0..6).map(|_| self.draw(BASE64, 64)).collect();
                format!(
                    "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
                    body.join("\n")
                )
            }
            5 => format!("aws_session_token=IQoJb3JpZ2luX2Vj{}==\n", self.draw(BASE64, 400)),
            6 => {
                let inner = format!("[default]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n");
                format!("  data: {}\n", data_encoding::BASE64.encode(inner.as_bytes()))
            }
            7 => {
                let header = data_encoding::BASE64URL_NOPAD.encode(b"{\"alg\":\"HS256\"}");
                format!(
                    "Bearer {header}.{}.{}\n",
                    self.draw(&BASE64[..62], 900),
                    self.draw(&BASE64[..62], 43)
                )
            }
            8 => format!("x = \"{}\";", self.draw(BASE64, 2000)),
            9 => format!("api_token = \"{}\"\n", self.draw(&BASE64[..62], 32)),
            10 => format!("[section{}]\n", self.below(9)),
            _ => format!(
                "let {} = {}({});\n",
                self.draw(b"abcdefgh_", 6),
                self.draw(b"xyzXYZ", 12),
                self.below(999)
            ),
        }
    }

    fn text(&mut self, lines: usize) -> Vec<u8> {
        (0..lines).flat_map(|_| self.line().into_bytes()).collect()
    }

    /// The next version of a file: an insertion, deletion, move or change anywhere, also inside a secret.
    fn edit(&mut self, text: &mut Vec<u8>) {
        for _ in 0..=self.below(3) {
            let at = self.below(text.len() + 1);
            let length = [1, 5, 40, 300][self.below(4)].min(text.len() - at);
            match self.below(5) {
                0 => drop(text.drain(at..at + length)),
                1 => {
                    let moved: Vec<u8> = text.drain(at..at + length).collect();
                    let to = self.below(text.len() + 1);
                    text.splice(to..to, moved);
                }
                2 => {
                    let copy = text[at..at + length].to_vec();
                    let to = self.below(text.len() + 1);
                    text.splice(to..to, copy);
                }
                3 => {
                    let inserted = [&b"\n"[..], b"\"", b"x", b"=", b"/", b" ", b"AKIA"][self.below(7)];
                    text.splice(at..at, inserted.iter().copied());
                }
                _ => {
                    let lines = self.text(1);
                    text.splice(at..at, lines);
                }
            }
        }
    }
}

/// A repository with the histories of `files` files of random edits, packed with this depth and window.
fn edited(seed: u64, files: usize, depth: usize, window: usize) -> TestRepo {
    let repo = TestRepo::new();
    let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let mut stream = Vec::new();
    let mut texts: Vec<Vec<u8>> = (0..files).map(|_| random.text(16)).collect();
    for version in 0..6 {
        let who = format!("A <a@example.com> {} +0000", 1_700_000_000 + version);
        write!(stream, "commit refs/heads/main\ncommitter {who}\ndata 1\nm\n").expect("memory");
        for (number, text) in texts.iter_mut().enumerate() {
            write!(stream, "M 100644 inline f{number}\ndata {}\n", text.len()).expect("memory");
            stream.extend(&*text);
            stream.push(b'\n');
            random.edit(text);
        }
    }
    import(&repo, &stream);
    let (depth, window) = (format!("--depth={depth}"), format!("--window={window}"));
    repo.git(&["repack", "-adfq", &depth, &window]);
    repo
}

fn history(repo: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keytrail"));
    command
        .arg("history")
        .arg(repo)
        .args(["-q", "--report", "json", "--as-of", "2026-01-01T00:00:00Z"]);
    let output = command
        .args(["--min-confidence", "low"])
        .args(arguments)
        .output()
        .expect("it runs");
    assert_eq!(
        output.status.code(),
        Some(1),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("JSON")
}

/// Scans `repositories` repositories of 50 histories each, by deltas and whole.
fn deltas_change_nothing(repositories: u64) {
    for seed in 0..repositories {
        let depth = [1, 3, 10, 50, 250][seed as usize % 5];
        let window = [2, 10, 50][seed as usize % 3];
        let repo = edited(seed + 1, 50, depth, window);
        let whole = history(&repo.path(), &["--no-delta", "--jobs", "1"]);
        assert!(whole.matches("\"fingerprint\"").count() > 200, "{}", whole.len());
        let by_deltas = history(&repo.path(), &["--jobs", "8"]);
        assert!(whole == by_deltas, "seed {seed}");
    }
}

#[test]
fn five_hundred_histories_are_found_alike_by_deltas_and_whole() {
    deltas_change_nothing(10);
}

#[test]
#[ignore = "takes minutes"]
fn twenty_thousand_histories_are_found_alike_by_deltas_and_whole() {
    deltas_change_nothing(400);
}

/// What a walk over the packs sees: first bytes of ids with contents, first bytes of unread ids with reasons.
#[derive(Debug, Default, PartialEq)]
struct Seen {
    read: Vec<(u8, Vec<u8>)>,
    unread: Vec<(u8, String)>,
}

impl Visitor for Seen {
    type Kept = ();

    fn visit(&mut self, object: Packed<'_>, _derived: Option<Derived<'_, ()>>) {
        self.read.push((object.id().as_bytes()[0], object.bytes.to_vec()));
    }
}

/// Walks the packs, and reads each object singly too: both ways must agree.
fn walk(repo: &TestRepo) -> Seen {
    let store = Store::open(&repo.open()).expect("the store opens");
    let (visitors, unread) = store.walk(|kind| kind == ObjectKind::Blob, 3, Seen::default);
    let mut seen = Seen::default();
    seen.read = visitors.into_iter().flat_map(|seen| seen.read).collect();
    seen.read.sort();
    for fault in unread {
        let Why::Fault(reason) = fault.skip.why else {
            panic!("a fault")
        };
        let first = u8::from_str_radix(&String::from_utf8_lossy(&fault.skip.what[..2]), 16).expect("an id");
        seen.unread
            .push((first, reason.replace("the object cannot be read: ", "")));
    }
    let mut bytes = Vec::new();
    for (n, content) in &seen.read {
        assert_eq!(
            store.read(&made_up_id(u32::from(*n)), &mut bytes),
            Ok(ObjectKind::Blob),
            "{n}"
        );
        assert_eq!(bytes, *content, "{n}");
    }
    seen
}

fn numbers(seen: &Seen) -> (Vec<u8>, Vec<u8>) {
    (
        seen.read.iter().map(|(n, _)| *n).collect(),
        seen.unread.iter().map(|(n, _)| *n).collect(),
    )
}

/// Deltas on "base": one that copies and adds, and one that lies about its base.
const ADDS: &[u8] = &[4, 5, 0x90, 4, 1, b'!'];
const ON_ADDED: &[u8] = &[5, 6, 0x90, 5, 1, b'?'];
const ON_ANOTHER: &[u8] = &[9, 5, 0x90, 4, 1, b'!'];

#[test]
fn every_kind_of_delta_is_read() {
    let repo = TestRepo::new();
    let mut pack = HandMade::new();
    pack.on_id(3, 1, ADDS);
    let base = pack.blob(1, b"base");
    pack.on_offset(2, base, ADDS);
    pack.on_id(4, 3, ON_ADDED);
    pack.write(&repo, "a");
    let mut other = HandMade::new();
    other.on_id(5, 3, ON_ADDED);
    other.blob(1, b"base");
    other.write(&repo, "b");
    let seen = walk(&repo);
    let texts: [(u8, &[u8]); 5] = [
        (1, b"base"),
        (2, b"base!"),
        (3, b"base!"),
        (4, b"base!?"),
        (5, b"base!?"),
    ];
    assert_eq!(seen.read, texts.map(|(n, text)| (n, text.to_vec())));
    assert!(seen.unread.is_empty());
}

#[test]
fn what_is_wrong_costs_only_what_depends_on_it() {
    let repo = TestRepo::new();
    let mut pack = HandMade::new();
    let good = pack.blob(1, b"base");
    pack.on_offset(2, good, ON_ANOTHER);
    pack.on_id(3, 2, ON_ADDED);
    pack.add(4, BLOB, 5, b"", b"a size that lies");
    pack.add(5, BLOB, 1 << 40, b"", b"a size that lies more");
    pack.on_id(6, 7, ADDS);
    pack.on_id(7, 6, ADDS);
    pack.on_id(8, 8, ADDS);
    pack.on_id(9, 99, ADDS);
    pack.on_id(10, 1, &[4, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x90, 4]);
    pack.on_id(11, 1, ADDS);
    pack.add(12, 5, 1, b"", b"x");
    let path = pack.write(&repo, "a");
    let seen = walk(&repo);
    assert_eq!(numbers(&seen), (vec![1, 11], vec![2, 3, 4, 5, 6, 7, 8, 9, 10, 12]));
    // A checksum that does not hold, and what is made of the entry.
    damage(&path, |bytes| bytes[good as usize + 8] ^= 1);
    assert_eq!(numbers(&walk(&repo)).0, [] as [u8; 0]);
    // Another copy is as good.
    let mut other = HandMade::new();
    other.blob(1, b"base");
    other.write(&repo, "b");
    assert_eq!(numbers(&walk(&repo)).0, [1, 11]);
}

#[test]
fn a_delta_bomb_is_refused_before_it_goes_off() {
    // Each delta repeats its base; the third would make 4 GiB, the fourth 1 TiB.
    let repo = TestRepo::new();
    let mut pack = HandMade::new();
    pack.blob(1, &[b'x'; 1 << 10]);
    for (n, (size, times)) in (1..).zip([(1 << 10, 64), (1 << 16, 64), (1 << 22, 1024), (1 << 32, 256)]) {
        pack.on_id(n + 1, n, &repeated(size, times));
    }
    pack.write(&repo, "a");
    let (read, unread) = numbers(&walk(&repo));
    assert_eq!((read, unread), (vec![1, 2, 3], vec![4, 5]));
}

#[test]
fn a_truncated_pack_and_a_foreign_index_are_named_and_the_rest_is_read() {
    for keep in [11, 20, 40, 60, 80] {
        let repo = TestRepo::new();
        let mut pack = HandMade::new();
        pack.blob(1, b"the first one");
        pack.blob(2, b"the second one");
        let path = pack.write(&repo, "a");
        damage(&path, |bytes| bytes.truncate(keep));
        let store = Store::open(&repo.open()).expect("the store opens");
        assert_eq!(store.loose().skips.len(), 1, "{keep}");
        let (read, unread) = numbers(&walk(&repo));
        assert_eq!(read.len() + unread.len(), 2, "{keep}");
    }
    let repo = TestRepo::new();
    let mut pack = HandMade::new();
    pack.blob(1, b"the first one");
    let path = pack.write(&repo, "a");
    let mut other = HandMade::new();
    other.blob(2, b"something else");
    let index = other.write(&repo, "b").with_extension("idx");
    std::fs::rename(index, path.with_extension("idx")).expect("renamed");
    let mut said = String::new();
    for skip in Store::open(&repo.open()).expect("the store opens").loose().skips {
        writeln!(said, "{skip:?}").expect("memory");
    }
    assert!(said.contains("no index"), "{said}");
    assert_eq!(numbers(&walk(&repo)), (vec![], vec![2]));
}

#[test]
fn names_in_trees_are_the_same_with_and_without_deltas() {
    let repo = TestRepo::new();
    let mut random = Random(77);
    let mut stream = Vec::new();
    for version in 0..80 {
        let who = format!("A <a@example.com> {} +0000", 1_700_000_000 + version);
        write!(stream, "commit refs/heads/main\ncommitter {who}\ndata 1\nm\n").expect("memory");
        for _ in 0..if version == 0 { 300 } else { 4 } {
            let (number, folder) = (random.below(2000), ["", "a/", "a/b/"][random.below(3)]);
            match random.below(4) {
                0 if version > 0 => writeln!(stream, "D {folder}f{number}"),
                _ => writeln!(stream, "M 100644 inline {folder}f{number}\ndata 2\n{}\n", version % 10),
            }
            .expect("memory");
        }
    }
    import(&repo, &stream);
    let names = |depth: &str| {
        repo.git(&["repack", "-adfq", depth]);
        let (store, roots) = (Store::open(&repo.open()).expect("it opens"), Roots::of(&repo.open()));
        let found = discover(&repo.open(), &store, &roots, 2).found;
        assert_eq!(found.skips, []);
        found.items.into_iter().map(|item| item.origin.path).collect::<Vec<_>>()
    };
    let whole = names("--depth=0");
    assert!(whole.len() > 400);
    assert_eq!(whole, names("--depth=50"));
}

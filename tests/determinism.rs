//! The bytes of a report depend on what is scanned and on nothing else: not on the number of threads, not on the run.

mod common;

use std::path::Path;

use common::archive::tar;
use common::program;
use common::random::{Pair, Random};
use common::repo::TestRepo;
use data_encoding::BASE64;

const FORMATS: &[&str] = &["human", "json", "jsonl", "sarif", "html"];

fn text(key: &Pair) -> String {
    format!(
        "# some lines\naws_access_key_id = {}\naws_secret_access_key = {}\n",
        key.id, key.secret
    )
}

/// Scans with one thread, with eight, and again, and compares the bytes of every format.
fn same(folder: &Path, command: &[&str], at_least: usize) {
    for format in FORMATS {
        let scan = |jobs: &str| {
            let flags = [
                "-v",
                "--report",
                format,
                "--jobs",
                jobs,
                "--as-of",
                "2026-01-01T00:00:00Z",
                "--policy",
                "cis-v3",
            ];
            let run = program::run(folder, &[command, &flags].concat());
            assert_eq!(run.code, 1, "{command:?} {format}: {}", run.err());
            (run.stdout, run.stderr)
        };
        let one = scan("1");
        let found = String::from_utf8_lossy(&one.0).matches("AKIA").count();
        assert!(
            found >= at_least,
            "{command:?} {format}: {found} is not much to compare"
        );
        for jobs in ["8", "8", "1", "3"] {
            assert!(
                scan(jobs) == one,
                "{command:?} {format}: --jobs {jobs} gives another report than --jobs 1"
            );
        }
    }
}

#[test]
fn a_tree_of_many_files() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut random = Random::new(30);
    // Some keys stand in many files: which place leads must not be a matter of who is first.
    let keys: Vec<Pair> = (0..40).map(|_| random.pair()).collect();
    for number in 0..400 {
        let sub = folder.path().join(format!("d{}/e{}", number % 7, number % 3));
        std::fs::create_dir_all(&sub).expect("a folder");
        let key = &keys[random.below(40) as usize];
        let filler = "filler = 1\n".repeat(random.below(200) as usize);
        let content = match number % 4 {
            0 => format!("{filler}{}", text(key)),
            // The halves apart, to be paired across files.
            1 => format!("{filler}aws_access_key_id = {}\n", key.id),
            2 => format!("aws_secret_access_key = {}\n{filler}", key.secret),
            _ => filler,
        };
        std::fs::write(sub.join(format!("f{number}.env")), content).expect("a file");
    }
    // The same keys in archives, in archives in archives, encoded and escaped.
    for (number, key) in keys.iter().enumerate().take(8) {
        let text = text(key);
        let members = [("a/b.env", text.as_bytes()), ("c.env", text.as_bytes())];
        let archive = tar(&members).expect("tar is installed");
        let nested = tar(&[("inner.tar", &archive)]).expect("tar is installed");
        let escaped = key.secret.replace('/', "%2F").replace('+', "%2B");
        let wide: Vec<u8> = format!("\u{feff}{text}")
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        for (kind, content) in [
            ("tar", archive),
            ("nested", nested),
            ("wide", wide),
            (
                "yaml",
                format!("data:\n  file: {}\n", BASE64.encode(text.as_bytes())).into(),
            ),
            (
                "url",
                format!("AWSAccessKeyId={}&aws_secret_access_key={escaped}\n", key.id).into(),
            ),
        ] {
            std::fs::write(folder.path().join(format!("{number}.{kind}")), content).expect("a file");
        }
    }
    same(folder.path(), &["scan"], 40);
}

#[test]
fn a_repository_of_many_commits() {
    let repo = TestRepo::new();
    let mut random = Random::new(31);
    let keys: Vec<Pair> = (0..30).map(|_| random.pair()).collect();
    // One stream for git, because a process for each commit takes long.
    let mut stream = String::new();
    for number in 0..300_u64 {
        let branch = ["main", "side", "other"][(number % 3) as usize];
        let key = &keys[random.below(30) as usize];
        let message = if number % 10 == 0 {
            text(key)
        } else {
            format!("change {number}")
        };
        let content = format!("{}{}", "line\n".repeat(random.below(50) as usize), text(key));
        let path = format!("d{}/f{}.env", random.below(5), random.below(20));
        stream += &format!("commit refs/heads/{branch}\n");
        stream += &format!(
            "committer Ada <ada@example.com> {} +0000\n",
            1_700_000_000 + number * 3600
        );
        stream += &format!("data {}\n{message}\n", message.len());
        stream += &format!("M 100644 inline {path}\ndata {}\n{content}\n", content.len());
    }
    let file = repo.beside("stream");
    std::fs::write(&file, stream).expect("a file");
    let mut import = repo.command(&repo.path(), &["fast-import", "--quiet"]);
    import.stdin(std::fs::File::open(&file).expect("the stream"));
    assert!(import.status().expect("git runs").success());
    repo.git(&["reset", "-q", "--hard"]);
    assert_eq!(repo.git(&["rev-list", "--all", "--count"]), "300");
    same(&repo.path(), &["history"], 30);
    same(&repo.path(), &["range", "main~60..main"], 10);
    repo.git(&["rm", "-q", "-r", "--cached", "."]);
    repo.git(&["read-tree", "side"]);
    same(&repo.path(), &["staged"], 2);
}

//! How long it takes to read what a name is given, and to judge that. `cargo bench --bench score -- FOLDER...`; without a
//! folder, over the sources of keytrail itself.
//!
//! Places of words such as `pass` and `token` are taken from real files, with as much around them as a detector is
//! shown, some twenty thousand of them spread over all files. The best of five rounds is printed.

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use keytrail::detect::score_at;

/// How much a detector is shown before a word and from there on, and the words.
const BEFORE: usize = 96;
const AFTER: usize = 320;
const WORDS: &[&str] = &[
    "pass", "secret", "token", "Token", "auth", "_key", "Key", "SECRET", "PASSWORD",
];
const PLACES: usize = 20_000;

fn main() {
    let folders = std::env::args().skip(1).filter(|argument| !argument.starts_with('-'));
    let mut folders: Vec<PathBuf> = folders.map(PathBuf::from).collect();
    if folders.is_empty() {
        folders.push(Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    }
    let mut places = Vec::new();
    for folder in &folders {
        visit(folder, &mut places);
    }
    let places: Vec<_> = places.iter().step_by(places.len() / PLACES + 1).collect();
    let read = places
        .iter()
        .filter(|(shown, at)| score_at(shown, *at, false).is_some());
    let read: Vec<_> = read.copied().collect();
    let likely = read
        .iter()
        .filter(|(shown, at)| score_at(shown, *at, true) == Some(true));
    eprintln!(
        "{} places, {} values, {} likely",
        places.len(),
        read.len(),
        likely.count()
    );
    let to_read = best(&places, false);
    let to_judge = best(&read, true).saturating_sub(best(&read, false));
    let each = |time: Duration, of: usize| time.as_nanos() as f64 / of as f64;
    eprintln!("to read   {:6.0} ns a place", each(to_read, places.len()));
    eprintln!("to judge  {:6.0} ns a value", each(to_judge, read.len()));
}

/// Adds the places below a folder, each with what is shown of it.
fn visit(path: &Path, places: &mut Vec<(Vec<u8>, usize)>) {
    if path.is_symlink() {
        return;
    }
    let Ok(entries) = std::fs::read_dir(path) else {
        let bytes = std::fs::read(path).unwrap_or_default();
        for word in WORDS {
            places.extend(memchr::memmem::find_iter(&bytes, word).map(|at| {
                let start = at.saturating_sub(BEFORE);
                (bytes[start..bytes.len().min(at + AFTER)].to_vec(), at - start)
            }));
        }
        return;
    };
    for entry in entries.flatten() {
        visit(&entry.path(), places);
    }
}

/// The best of five rounds over all places.
fn best(places: &[&(Vec<u8>, usize)], judge: bool) -> Duration {
    let rounds = (0..5).map(|_| {
        let begun = Instant::now();
        for (shown, at) in places {
            black_box(score_at(black_box(shown), *at, judge));
        }
        begun.elapsed()
    });
    rounds.min().unwrap_or_default()
}

//! How many bytes a second detection takes, on one thread, by kind of content. `cargo bench`.
//!
//! The contents are made here from a fixed seed: prose, source code, JSON, settings full of common words, base64 and
//! a file full of keys. Each is examined as a worker does it, for a tenth of a second at a time; the best of five
//! rounds is printed.

use std::hint::black_box;
use std::time::{Duration, Instant};

use keytrail::detect::Detectors;
use keytrail::rules::RuleSet;
use keytrail::scan::examine;

const SIZE: usize = 4 << 20;
const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn main() {
    let rules = RuleSet::builtin().expect("the built-in rules are valid");
    let detectors = Detectors::new(&rules).expect("and their detectors exist");
    let mut draw = Draw(0x9E37_79B9_7F4A_7C15);
    let contents = [
        (
            "prose",
            repeat(|_| "It was a bright cold day in April, and the clocks were striking.\n".into()),
        ),
        (
            "source code",
            repeat(|n| {
                format!("    let value_{n} = self.table.get_mut(index).map_or(0, |entry| entry.len() + {n});\n")
            }),
        ),
        (
            "JSON",
            repeat(|n| {
                format!("{{\"id\": {n}, \"name\": \"a name\", \"path\": \"/usr/share/doc/package-{n}/README\"}},\n")
            }),
        ),
        (
            "settings",
            repeat(|n| {
                format!(
                    "service-{n}:\n  url: https://host{n}.example/v1\n  password: ${{PASSWORD_{n}}}\n  token_lifetime: {n}\n"
                )
            }),
        ),
        ("base64", repeat(|_| draw.text(BASE64, 76) + "\n")),
    ];
    let mut draw = Draw(0x2545_F491_4F6C_DD1D);
    let keys = repeat(|n| {
        let id = draw.text(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 8);
        let secret = draw.text(BASE64, 40);
        format!("[profile{n}]\naws_access_key_id = AKIARZPUZDIK{id}\naws_secret_access_key = {secret}\n\n")
    });
    for (name, content) in contents
        .iter()
        .map(|(name, content)| (*name, content))
        .chain([("keys", &keys)])
    {
        let best = (0..5).map(|_| rate(&detectors, content)).fold(0.0, f64::max);
        eprintln!("{name:12} {best:8.0} MB/s");
    }
}

/// Lines until the content is large enough.
fn repeat(mut line: impl FnMut(usize) -> String) -> Vec<u8> {
    let mut content = Vec::with_capacity(SIZE + 256);
    let mut number = 0;
    while content.len() < SIZE {
        content.extend_from_slice(line(number).as_bytes());
        number += 1;
    }
    content
}

/// Megabytes a second of one round.
fn rate(detectors: &Detectors, content: &[u8]) -> f64 {
    let begun = Instant::now();
    let mut bytes = 0;
    while begun.elapsed() < Duration::from_millis(100) {
        black_box(examine(detectors, black_box(content)));
        bytes += content.len();
    }
    bytes as f64 / begun.elapsed().as_secs_f64() / 1e6
}

/// A small random generator (xorshift): the same text in every run.
struct Draw(u64);

impl Draw {
    fn text(&mut self, alphabet: &[u8], length: usize) -> String {
        (0..length)
            .map(|_| {
                self.0 ^= self.0 << 13;
                self.0 ^= self.0 >> 7;
                self.0 ^= self.0 << 17;
                alphabet[(self.0 >> 33) as usize % alphabet.len()] as char
            })
            .collect()
    }
}

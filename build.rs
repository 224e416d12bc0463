//! Lists the built-in rules files, and names the state of the sources.
//!
//! A file in `rules/` is built in by being there. The state tells a memo of another build's findings as such: any
//! change of a rule, a table or the code may change what is found, and a version number is not raised for each.
#![expect(clippy::disallowed_macros, reason = "this is how a build script speaks to cargo")]

use std::fmt::Write;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

fn main() {
    let mut hash = DefaultHasher::new();
    for folder in ["rules", "src"] {
        println!("cargo::rerun-if-changed={folder}");
        for file in files_below(folder) {
            file.to_string_lossy().replace('\\', "/").hash(&mut hash);
            fs::read(&file).unwrap_or_default().hash(&mut hash);
        }
    }
    println!("cargo::rustc-env=KEYTRAIL_SOURCES={:016x}", hash.finish());
    list_rules();
}

/// Writes the expression that `rules::BUILTIN` is: each rules file's name and text, in the order of the names.
fn list_rules() {
    let root = std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets it");
    let mut list = String::from("&[\n");
    for file in files_below("rules") {
        if file.extension().is_some_and(|extension| extension == "toml") {
            let name = file.strip_prefix("rules").expect("it is below rules");
            let path = Path::new(&root).join(&file);
            writeln!(list, "    ({name:?}, include_str!({path:?})),").expect("a string takes all");
        }
    }
    list.push_str("]\n");
    let out = std::env::var("OUT_DIR").expect("cargo sets it");
    fs::write(Path::new(&out).join("rules.rs"), list).expect("cargo's folder for this can be written");
}

fn files_below(folder: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    collect(Path::new(folder), &mut files);
    files.sort();
    files
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.path() {
            path if path.is_dir() => collect(&path, files),
            path => files.push(path),
        }
    }
}

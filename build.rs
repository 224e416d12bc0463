//! Names the state of the sources, so that a memo of another build's findings is known as such.
//!
//! Any change of a rule, a table or the code may change what is found; a version number is not raised for each.
#![expect(clippy::disallowed_macros, reason = "this is how a build script speaks to cargo")]

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

fn main() {
    let mut hash = DefaultHasher::new();
    for folder in ["rules", "src"] {
        println!("cargo::rerun-if-changed={folder}");
        let mut files = Vec::new();
        collect(Path::new(folder), &mut files);
        files.sort();
        for file in files {
            file.to_string_lossy().replace('\\', "/").hash(&mut hash);
            fs::read(&file).unwrap_or_default().hash(&mut hash);
        }
    }
    println!("cargo::rustc-env=KEYTRAIL_SOURCES={:016x}", hash.finish());
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.path() {
            path if path.is_dir() => collect(&path, files),
            path => files.push(path),
        }
    }
}

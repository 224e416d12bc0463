//! Lists the built-in rules, and names the state of the sources.
//!
//! A file in `rules/` is built in by being there; what it says is read here, so that no run has to. The state tells a memo of another build's findings as such: any
//! change of a rule, a table or the code may change what is found, and a version number is not raised for each.
#![expect(clippy::disallowed_macros, reason = "this is how a build script speaks to cargo")]

use std::fmt::Write;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use shape::Shape;

#[path = "src/rules/shape.rs"]
mod shape;

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

/// Writes the expressions that `rules::BUILTIN` and `rules::builtin::ENTRIES` are: each rules file's name and text,
/// and each rule, in the order of the names.
fn list_rules() {
    let root = std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets it");
    let (mut list, mut entries) = (String::from("&[\n"), String::from("&[\n"));
    for file in files_below("rules") {
        if file.extension().is_some_and(|extension| extension == "toml") {
            let name = file.strip_prefix("rules").expect("it is below rules");
            let path = Path::new(&root).join(&file);
            writeln!(list, "    ({name:?}, include_str!({path:?})),").expect("a string takes all");
            let text = fs::read_to_string(&file).expect("a rules file is text");
            let rules: toml::Table =
                toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            list_entries(&name.to_string_lossy(), &rules, &mut entries);
        }
    }
    list.push_str("]\n");
    entries.push_str("]\n");
    let out = std::env::var("OUT_DIR").expect("cargo sets it");
    for (name, text) in [("rules.rs", list), ("entries.rs", entries)] {
        fs::write(Path::new(&out).join(name), text).expect("cargo's folder for this can be written");
    }
}

/// Writes the rules of a file. What is wrong with one is for `tests/rules.rs` to say.
fn list_entries(file: &str, rules: &toml::Table, entries: &mut String) {
    let provider = text(rules, "provider");
    for rule in rules.get("rule").and_then(|it| it.as_array()).into_iter().flatten() {
        let rule = rule.as_table().expect("a rule is a table");
        let (text, texts) = (|key: &str| text(rule, key), |key: &str| texts(rule, key));
        let number = |key: &str, default| rule.get(key).and_then(|it| it.as_integer()).unwrap_or(default);
        let level = |key: &str, default: &str| match text(key).as_str() {
            "" => default.to_owned(),
            level => level[..1].to_uppercase() + &level[1..],
        };
        let pattern = text("pattern");
        let shape = format!("{:?}", Shape::of(&pattern)).replace(&usize::MAX.to_string(), "usize::MAX");
        let (literals, names) = (texts("literals"), texts("names"));
        let matcher = match (rule.get("detector"), rule.get("names")) {
            (Some(_), _) => format!("Code({:?})", text("detector")),
            (None, None) => format!("Literals({literals}, {}, {pattern:?}, {shape})", number("offset", 0)),
            (None, Some(_)) => format!("Names({names}, {pattern:?}, {shape})"),
        };
        let checksum = rule.get("checksum").and_then(|it| it.as_str());
        let about = [
            file.to_owned(),
            provider.clone(),
            text("title"),
            text("description").trim().to_owned(),
            text("advice").trim().to_owned(),
            text("link"),
            joined(rule, "matches"),
            joined(rule, "rejects"),
        ]
        .join("\x1f");
        writeln!(
            entries,
            "    Entry {{ id: {:?}, kind: {:?}, severity: Severity::{}, confidence: Confidence::{}, precedence: {}, \
             matcher: Found::{matcher}, checksum: {checksum:?}, paths: {}, about: {about:?} }},",
            text("id"),
            text("kind"),
            level("severity", "Info"),
            level("confidence", "High"),
            number("precedence", 50),
            texts("paths"),
        )
        .expect("a string takes all");
    }
}

fn text(table: &toml::Table, key: &str) -> String {
    table.get(key).and_then(|it| it.as_str()).unwrap_or_default().to_owned()
}

/// A list of texts as an expression.
fn texts(table: &toml::Table, key: &str) -> String {
    let texts: Vec<String> = listed(table, key)
        .map(|text| format!("Text::Borrowed({text:?})"))
        .collect();
    format!("&[{}]", texts.join(", "))
}

/// A list of texts as `rules::about` takes it apart.
fn joined(table: &toml::Table, key: &str) -> String {
    listed(table, key).collect::<Vec<_>>().join("\x1e")
}

fn listed<'t>(table: &'t toml::Table, key: &str) -> impl Iterator<Item = &'t str> {
    let list = table.get(key).and_then(|it| it.as_array());
    list.into_iter().flatten().filter_map(|it| it.as_str())
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

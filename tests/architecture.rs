//! Keeps the house in order: who may know whom, which crate is used where, and how files look.
//!
//! It reads text, not syntax: a false alarm is cheap, and the rules can be read in one place. A new
//! room needs a floor here; a new arrow on one floor needs a line here, and so a reason in review.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use keytrail::source::Handle;
use keytrail::source::files::{FilesOptions, discover};
use regex::Regex;

/// From the ground up. A room may know the rooms of the floors below it.
const FLOORS: &[&[&str]] = &[
    &[
        "error",
        "interrupt",
        "level",
        "notice",
        "settings",
        "origin",
        "text",
        "secret",
        "skip",
    ],
    &["source", "git", "decode", "rules", "config", "cli", "finding"],
    &[
        "detect", "pair", "triage", "keys", "report", "memo", "baseline", "import", "ci", "hook",
    ],
    &["scan", "outcome"],
    // What the program does, and what the library offers.
    &["app", "scanner"],
    &["main"],
];

/// Who may know whom on one floor.
const NEIGHBOURS: &[(&str, &str)] = &[
    ("finding", "rules"),
    ("rules", "finding"),
    ("source", "git"),
    // Paths of allow rules are patterns as those of ignore files.
    ("config", "source"),
    ("error", "skip"),
    // Names are a stranger's.
    ("error", "text"),
    ("notice", "text"),
    ("settings", "error"),
    ("settings", "level"),
    ("pair", "detect"),
    ("triage", "detect"),
    ("report", "keys"),
    // Words of a shell, quoted.
    ("hook", "report"),
    // The account that an id holds, and the accounts that set traps.
    ("keys", "detect"),
];

/// What may be used only in some rooms: crates, and what reaches out of the program.
const GATES: &[(&str, &[&str])] = &[
    (r"\bclap::", &["cli", "settings", "main"]),
    (r"\bclap_(?:complete|mangen)::", &["cli"]),
    (r"\bignore::", &["source"]),
    (r"\bgit2::", &["git", "source"]),
    (r"\bcsv::", &["keys"]),
    (r"\blibc::", &["source"]),
    (r"\brayon::", &["scan"]),
    (r"\bhmac::", &["finding", "keys", "baseline"]),
    (r"\brustix::", &["keys", "source"]),
    (r"\bsignal_hook::", &["interrupt"]),
    (r"\bstrsim::", &["error"]),
    (r"\btoml::", &["rules", "config", "triage", "keys", "import"]),
    (r"\bio::stdout\b|\bstdout\(\)", &["report"]),
    // `notice::tell` survives a closed pipe, and tells nothing that a CI runner obeys.
    (r"\beprint(?:ln)?!", &[]),
    (r"\bprocess::exit\b|\bExitCode\b", &["main"]),
    // The network is reached from one room of a room, and so are the crates that reach it.
    (r"\bstd::net\b|\bTcpStream\b|\bUdpSocket\b", &[]),
    (r"\bureq::", &["keys/aws"]),
    (r"\breqsign_\w+::", &["keys/aws"]),
    (r"\broxmltree::", &["keys/aws"]),
    (r"\bhttp::(?:Request|Response|Uri)|\bbytes::Bytes\b", &["keys/aws"]),
    // The memo's checksum is the one that git's own indexes have.
    (r"\blibdeflater::", &["git", "memo"]),
    (r"\bmemmap2::", &["git"]),
    (r"\bsafe_arch::", &["git"]),
    // Mapping packs into memory, nothing else: the lint wants a reason there.
    (r"\bunsafe\b", &["git"]),
];

const MOST_LINES: usize = 400;

/// A file of `src/`: its path below it, and its text.
struct SourceFile {
    path: String,
    text: String,
}

impl SourceFile {
    /// The room is the first part of the path; the root module is in none, for it only lists them.
    fn room(&self) -> Option<&str> {
        let first = self.path.split('/').next().unwrap_or_default();
        let room = first.strip_suffix(".rs").unwrap_or(first);
        (room != "lib").then_some(room)
    }

    /// The text without its comment lines.
    fn code(&self) -> String {
        let is_code = |line: &&str| !line.trim_start().starts_with("//");
        self.text.lines().filter(is_code).collect::<Vec<_>>().join("\n")
    }

    fn complain(&self, what: impl std::fmt::Display) -> String {
        format!("src/{}: {what}", self.path)
    }
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("it compiles")
}

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|rooms| rooms.contains(&room))
}

/// The rooms that code names: `crate::room::x`, `keytrail::{room, other::y}`.
fn rooms_named(code: &str) -> Vec<String> {
    static START: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:crate|keytrail)::(\{|\w+)"));
    static NAME: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\s*(\w+)"));
    let mut rooms = Vec::new();
    for found in START.captures_iter(code) {
        let first = found.get(1).expect("group 1 always takes part");
        if first.as_str() != "{" {
            rooms.push(first.as_str().to_owned());
            continue;
        }
        let mut depth = 1;
        let mut part = String::new();
        for c in code[first.end()..].chars() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            if depth == 0 || depth == 1 && c == ',' {
                rooms.extend(NAME.captures(&part).map(|found| found[1].to_owned()));
                part.clear();
            } else {
                part.push(c);
            }
            if depth == 0 {
                break;
            }
        }
    }
    rooms
}

fn arrows_up(file: &SourceFile) -> Vec<String> {
    let Some(room) = file.room() else { return Vec::new() };
    let Some(own) = floor(room) else {
        return vec![file.complain(format!("{room} has no floor in tests/architecture.rs"))];
    };
    let mut complaints = Vec::new();
    for other in rooms_named(&file.code()) {
        let allowed = other == room
            || NEIGHBOURS.contains(&(room, other.as_str()))
            || floor(&other).is_some_and(|theirs| theirs < own);
        if !allowed {
            complaints.push(file.complain(format!("{room} may not know {other}")));
        }
    }
    complaints
}

fn through_gates(file: &SourceFile) -> Vec<String> {
    static PATTERNS: LazyLock<Vec<Regex>> = LazyLock::new(|| GATES.iter().map(|(gate, _)| pattern(gate)).collect());
    let code = file.code();
    let room = file.room().unwrap_or_default();
    let gates = PATTERNS.iter().zip(GATES.iter().map(|(_, rooms)| rooms));
    gates
        .filter(|(_, rooms)| {
            let holds = |allowed: &&str| room == *allowed || file.path.starts_with(&format!("{allowed}/"));
            !rooms.iter().any(holds)
        })
        .filter_map(|(gate, _)| gate.find(&code))
        .map(|found| file.complain(format!("{} is not for {room}", found.as_str())))
        .collect()
}

fn shape(file: &SourceFile) -> Vec<String> {
    let lines = file.text.lines().count();
    let mut complaints = Vec::new();
    if !file.text.starts_with("//!") {
        complaints.push(file.complain("does not open with what it is for"));
    }
    if lines > MOST_LINES {
        complaints.push(file.complain(format!("has {lines} lines; {MOST_LINES} are enough for one purpose")));
    }
    complaints
}

/// What looks like a real access key id. Documented examples say so at their end.
fn credentials(text: &str) -> Vec<String> {
    static ID: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b"));
    ID.find_iter(text)
        .filter(|found| !found.as_str().ends_with("EXAMPLE"))
        .map(|found| format!("{}…", &found.as_str()[..8]))
        .collect()
}

/// What stands between backticks.
fn names(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// What is not true of the page about the house.
fn untrue(page: &str, manifest: &str) -> Vec<String> {
    let mut complaints = Vec::new();
    let long = page.lines().filter(|line| line.chars().count() > 140).count();
    if page.lines().count() > 90 || long > 0 {
        complaints.push(format!(
            "it is no page: {} lines, {long} of them too long",
            page.lines().count()
        ));
    }
    for (number, rooms) in FLOORS.iter().enumerate() {
        let start = format!("| {} | ", number + 1);
        let row = page
            .lines()
            .find_map(|line| line.strip_prefix(&start))
            .unwrap_or_default();
        let missing = rooms.iter().filter(|room| !names(row).contains(room));
        complaints.extend(missing.map(|room| format!("floor {} has {room}", number + 1)));
    }
    let manifest: toml::Table = toml::from_str(manifest).expect("a manifest");
    // Those of all machines and those of some.
    let of_some = manifest["target"].as_table().expect("a table").values();
    let tables = of_some
        .map(|target| &target["dependencies"])
        .chain([&manifest["dependencies"]]);
    let tables = tables.map(|table| table.as_table().expect("a table"));
    let crates: Vec<&String> = tables.flat_map(|table| table.keys()).collect();
    let list = page.split("| crate | why |").nth(1).unwrap_or_default();
    let rows = list
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split_once(" | "));
    let aside = pattern(r" \([^)]*\)");
    let firsts: Vec<String> = rows
        .map(|(first, _)| aside.replace_all(first, "").into_owned())
        .collect();
    let listed: Vec<&str> = firsts.iter().flat_map(|first| first.split(", ")).collect();
    let gone = listed.iter().filter(|name| !crates.iter().any(|known| known == *name));
    complaints.extend(gone.map(|name| format!("{name} is no dependency")));
    let silent = crates.iter().filter(|name| !listed.contains(&name.as_str()));
    complaints.extend(silent.map(|name| format!("{name} has no reason")));
    complaints
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files below a folder of the project, with their paths below it.
fn files(folder: &Path) -> BTreeMap<String, PathBuf> {
    let options = FilesOptions {
        no_ignore: false,
        threads: 1,
    };
    let found = discover(&[folder.to_owned()], &options).expect("a path was given");
    assert!(found.items.len() > 10, "the project has files");
    let paths = found.items.into_iter().filter_map(|item| match item.handle {
        Handle::Path(path) => Some(path),
        _ => None,
    });
    paths
        .map(|path| {
            let below = path.strip_prefix(folder).expect("it was found below the folder");
            (below.to_string_lossy().replace('\\', "/"), path)
        })
        .collect()
}

fn sources() -> Vec<SourceFile> {
    files(&root().join("src"))
        .into_iter()
        .filter(|(path, _)| path.ends_with(".rs"))
        .map(|(path, on_disk)| SourceFile {
            path,
            text: std::fs::read_to_string(on_disk).expect("sources are UTF-8"),
        })
        .collect()
}

fn assert_none(complaints: Vec<String>) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn no_arrow_runs_up() {
    assert_none(sources().iter().flat_map(arrows_up).collect());
}

#[test]
fn crates_stay_behind_their_gates() {
    assert_none(sources().iter().flat_map(through_gates).collect());
}

#[test]
fn every_file_says_what_it_is_for_and_is_short() {
    assert_none(sources().iter().flat_map(shape).collect());
}

#[test]
fn nothing_here_looks_like_a_real_credential() {
    let mut complaints = Vec::new();
    for (path, on_disk) in files(root()) {
        let bytes = std::fs::read(on_disk).expect("the project can be read");
        let found = credentials(&String::from_utf8_lossy(&bytes));
        complaints.extend(found.iter().map(|id| format!("{path}: {id}")));
    }
    assert_none(complaints);
}

#[test]
fn the_page_about_the_house_is_one_page_and_true() {
    let read = |name: &str| std::fs::read_to_string(root().join(name)).expect("a file");
    assert_none(untrue(&read("ARCHITECTURE.md"), &read("Cargo.toml")));
}

/// The checks themselves, on planted violations.
mod planted {
    use super::*;

    fn file(path: &str, text: &str) -> SourceFile {
        SourceFile {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn an_arrow_up_is_seen_in_every_form() {
        for text in [
            "use crate::scan::Scanned;",
            "use crate::{\n    origin::{Place, State},\n    scan,\n};",
            "fn f() { keytrail::scan::run() }",
        ] {
            assert_eq!(
                arrows_up(&file("text.rs", text)).len(),
                if text.contains("origin") { 2 } else { 1 },
                "{text}"
            );
        }
        assert_eq!(
            arrows_up(&file("report/json.rs", "use crate::pair::X;")),
            ["src/report/json.rs: report may not know pair"]
        );
        assert_eq!(arrows_up(&file("attic/mod.rs", "")).len(), 1);
        assert!(
            arrows_up(&file(
                "scan/mod.rs",
                "use crate::{detect::X, text};\nuse crate::scan::Y;"
            ))
            .is_empty()
        );
        assert!(arrows_up(&file("text.rs", "/// See [`crate::scan`].")).is_empty());
    }

    #[test]
    fn a_gate_holds() {
        for text in [
            "git2::Repository::open(p)",
            "std::process::exit(1)",
            "unsafe { f() }",
            "io::stdout().lock()",
        ] {
            assert_eq!(through_gates(&file("detect/aws.rs", text)).len(), 1, "{text}");
        }
        assert!(through_gates(&file("git/refs.rs", "git2::Repository::open(p)")).is_empty());
        assert!(through_gates(&file("detect/aws.rs", "// no unsafe here")).is_empty());
        let wire = "ureq::Agent::new_with_defaults()";
        assert!(through_gates(&file("keys/aws/http.rs", wire)).is_empty());
        assert_eq!(through_gates(&file("keys/policy.rs", wire)).len(), 1);
        assert_eq!(
            through_gates(&file("keys/aws/http.rs", "std::net::TcpStream::connect(a)")).len(),
            1
        );
    }

    #[test]
    fn a_file_without_a_purpose_or_without_an_end_is_seen() {
        assert_eq!(shape(&file("text.rs", "use std::fmt;")).len(), 1);
        assert_eq!(
            shape(&file("text.rs", &format!("//! Text.\n{}", "x\n".repeat(400)))).len(),
            1
        );
    }

    #[test]
    fn a_page_that_is_not_true_is_seen() {
        let floors = FLOORS.iter().enumerate().map(|(number, rooms)| {
            let rooms: Vec<String> = rooms.iter().map(|room| format!("`{room}`")).collect();
            format!("| {} | {} |\n", number + 1, rooms.join(", "))
        });
        let page = floors.collect::<String>() + "| crate | why |\n|---|---|\n| clap (derive), csv | flags |\n";
        let manifest =
            |crates: &str| format!("[dependencies]\n{crates}\n[target.'cfg(unix)'.dependencies]\ncsv = '1'\n");
        assert_eq!(untrue(&page, &manifest("clap = '4'")), [""; 0]);
        assert_eq!(
            untrue(&page, &manifest("clap = '4'\nureq = '3'")),
            ["ureq has no reason"]
        );
        assert_eq!(untrue(&page, &manifest("")), ["clap is no dependency"]);
        assert_eq!(
            untrue(&page.replace("`main`", "`app`"), &manifest("clap = '4'")),
            ["floor 6 has main"]
        );
        let long = page + &"x".repeat(141);
        assert_eq!(untrue(&long, &manifest("clap = '4'")).len(), 1);
    }

    #[test]
    fn a_credential_is_seen_and_an_example_is_not() {
        let made = format!("key = {}{}", "AKIA", "QWERTYUIOPASDFGH");
        assert_eq!(credentials(&made), ["AKIAQWER…"]);
        assert!(credentials(&format!("{}{}", "AKIA", "IOSFODNN7EXAMPLE")).is_empty());
    }
}

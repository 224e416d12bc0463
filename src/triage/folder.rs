//! What the folders on a path tell: that a package manager brought the file, or that it is of tests. The file's own
//! name tells that as well, but for settings: a `test` in theirs is a stage, with passwords of its own.
//!
//! What stands in an installed package came out of a public registry and is somebody else's. A `vendor` folder is not
//! such a folder: it is written by hand as well.

use super::kind::{Kind, kind};

/// Folders that hold installed packages.
const FOLDERS: &[&str] = &["node_modules", "site-packages", "dist-packages"];
/// How the folders begin in which interpreters keep the library that they came with, below `lib`: `lib/python3.12`.
const LIBRARIES: &[&str] = &["python2.", "python3."];
/// The same, where it takes two folders to tell.
const PAIRS: &[[&str; 2]] = &[["registry", "src"], ["pkg", "mod"], ["vendor", "bundle"]];

/// Words of folders and files that hold tests and what they read: `e2e-tests`, `FooTest.java`, `dockerTest`.
const TRIALS: &[&str] = &[
    "test",
    "tests",
    "testing",
    "testdata",
    "unittest",
    "unittests",
    "spec",
    "specs",
    "fixture",
    "fixtures",
    "mock",
    "mocks",
    "cassette",
    "cassettes",
    "e2e",
];

/// Whether the path is of a file in an installed package.
pub fn is_installed(path: &[u8]) -> bool {
    let mut before: &[u8] = b"";
    folders(path).any(|folder| {
        let pair = [std::mem::replace(&mut before, folder), folder];
        let is_pair = || PAIRS.iter().any(|names| names.map(str::as_bytes) == pair);
        is_one_of(FOLDERS, folder) || is_pair() || is_library(pair) || is_registry(folder)
    })
}

/// Whether a folder and the next are those of an interpreter's own library.
fn is_library([above, folder]: [&[u8]; 2]) -> bool {
    let version = LIBRARIES.iter().find_map(|start| folder.strip_prefix(start.as_bytes()));
    let is_number = |version: &[u8]| !version.is_empty() && version.iter().all(u8::is_ascii_digit);
    matches!(above, b"lib" | b"lib64") && version.is_some_and(is_number)
}

/// Whether cargo unpacks packages into the folder: it is called by a registry's host and a digest of its address.
fn is_registry(folder: &[u8]) -> bool {
    let Some((host, digest)) = folder.split_last_chunk::<16>() else {
        return false;
    };
    let host = host.strip_suffix(b"-").unwrap_or_default();
    host.contains(&b'.') && digest.iter().all(u8::is_ascii_hexdigit)
}

/// Whether the name of a folder says that it holds tests.
pub fn is_of_tests(path: &[u8]) -> bool {
    folders(path).any(|folder| folder == b"t" || has_trial(folder))
}

/// Whether the name of a folder, or that of a file but of settings, says that it is for trying something out.
pub fn is_on_trial(path: &[u8]) -> bool {
    let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
    is_of_tests(path) || kind(path) != Kind::Settings && has_trial(name)
}

/// Whether a word of a name is one of tests. A word ends before a sign, and before a capital after a small letter.
fn has_trial(name: &[u8]) -> bool {
    let ends = |pair: &[u8]| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase();
    name.split(|byte| !byte.is_ascii_alphanumeric()).any(|part| {
        let mut start = 0;
        let humps = part.windows(2).enumerate().filter(|(_, pair)| ends(pair));
        let ends = humps.map(|(at, _)| at + 1).chain([part.len()]);
        let mut words = ends.map(|end| &part[std::mem::replace(&mut start, end)..end]);
        words.any(|word| TRIALS.iter().any(|trial| trial.as_bytes().eq_ignore_ascii_case(word)))
    })
}

fn is_one_of(names: &[&str], folder: &[u8]) -> bool {
    names.iter().any(|name| name.as_bytes() == folder)
}

fn folders(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    let length = memchr::memrchr(b'/', path).unwrap_or(0);
    path[..length].split(|&byte| byte == b'/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_package_managers_are_known() {
        for path in [
            "web/node_modules/express/index.js",
            "/usr/lib/python3/dist-packages/oauthlib/common.py",
            ".venv/lib/python3.11/site-packages/six.py",
            "/root/.cargo/registry/src/index.example-1/ureq-3.5.1/src/lib.rs",
            "go/pkg/mod/example.com/a@v1.0.0/a.go",
            "vendor/bundle/ruby/3.3.0/gems/rack-3.0/lib/rack.rb",
            "/usr/lib/python3.12/test/certdata/key.pem",
            "venv/lib64/python2.7/smtplib.py",
            "crates/registry.example-0123456789abcdef/ureq-3.5.1/src/lib.rs",
        ] {
            assert!(is_installed(path.as_bytes()), "{path}");
        }
        for path in [
            "node_modules",
            "vendor/a/a.go",
            "registry/a/src/b",
            "src/pkg/model/a.go",
            "my_node_modules/a.js",
            "lib/python3.12",
            "src/python3.12/a.py",
            "lib/python3.x/a.py",
            "lib/python/a.py",
            "registry.example-mirror/a.rs",
            "backup-0123456789abcdef/a.rs",
            "",
        ] {
            assert!(!is_installed(path.as_bytes()), "{path}");
        }
    }

    #[test]
    fn folders_of_tests_are_known() {
        for path in ["tests/data/a.json", "a/spec/fixtures/b.yml", "x/testdata/y"] {
            assert!(is_of_tests(path.as_bytes()), "{path}");
        }
        for path in ["src/test.py", "latest/a", "a/contest/b", ""] {
            assert!(!is_of_tests(path.as_bytes()), "{path}");
        }
    }

    #[test]
    fn trials_are_known_by_words_of_folders_and_files() {
        for path in [
            "t/lib.sh",
            "e2e-tests/a.yml",
            "src/dockerTest/a.yml",
            "Security/Tests/a.xml",
            "pkg/login_test.go",
            "src/LoginTest.java",
            "login.spec.ts",
            "__mocks__/a.json",
        ] {
            assert!(is_on_trial(path.as_bytes()), "{path}");
        }
        for path in [
            "config/test.yml",
            ".env.test",
            "src/latest/a.py",
            "contest.py",
            "src/Testament.java",
            "pod-spec.yaml",
            "",
        ] {
            assert!(!is_on_trial(path.as_bytes()), "{path}");
        }
    }
}

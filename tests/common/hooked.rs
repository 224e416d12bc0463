//! Repositories with hooks of keytrail, and what git says when it runs them.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::program::{Run, finish, run};
use super::random::{Pair, Random};
use super::repo::TestRepo;

/// Lines of a file that holds a key, made of the seed.
pub fn key(seed: u64) -> (Pair, String) {
    let pair = Random::new(seed).pair();
    let text = format!(
        "aws_access_key_id = {}\naws_secret_access_key = {}\n",
        pair.id, pair.secret
    );
    (pair, text)
}

/// `keytrail hook ARGUMENTS` in the work tree; it must succeed.
pub fn hook(repo: &TestRepo, arguments: &[&str]) -> String {
    let ran = run(&repo.path(), &[&["hook"], arguments].concat());
    assert_eq!(ran.code, 0, "{arguments:?}: {}{}", ran.out(), ran.err());
    ran.out()
}

/// What git did, hooks and all.
pub fn git(repo: &TestRepo, folder: &Path, arguments: &[&str]) -> Run {
    finish(&mut repo.command(folder, arguments))
}

/// Asserts that git was stopped, that the key's place is told, and that the secret is not.
pub fn is_stopped(ran: &Run, pair: &Pair, place: &str) {
    let said = ran.out() + &ran.err();
    assert_ne!(ran.code, 0, "not stopped: {said}");
    assert!(said.contains(place), "{place} is not named: {said}");
    assert!(said.contains(&pair.id), "the key is not named: {said}");
    assert!(!said.contains(&pair.secret[..12]), "the secret is told");
}

/// Asserts that git did it, and that something was scanned for that.
pub fn passes(ran: &Run) {
    let said = ran.out() + &ran.err();
    assert_eq!(ran.code, 0, "{said}");
}

/// The folder in which keytrail lies, for PATH.
pub fn program_folder() -> PathBuf {
    let program = Path::new(env!("CARGO_BIN_EXE_keytrail"));
    program.parent().expect("it lies in a folder").to_owned()
}

/// Puts folders before those of PATH.
pub fn with_path(command: &mut Command, folders: &[PathBuf]) {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = folders.iter().cloned().chain(std::env::split_paths(&path));
    command.env("PATH", std::env::join_paths(folders).expect("no folder has a colon"));
}

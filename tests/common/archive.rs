//! Archives made by the tools that people make them with, when a test runs. A tool that is not installed gives none.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// A file of an archive: its name and content.
pub type Member<'m> = (&'m str, &'m [u8]);

/// A zip archive of these members.
pub fn zip(members: &[Member<'_>]) -> Option<Vec<u8>> {
    with_flags(&["zip", "-q", "-X", "-r", "-", "."], members)
}

/// The same, each member locked with a password.
pub fn encrypted_zip(members: &[Member<'_>]) -> Option<Vec<u8>> {
    with_flags(&["zip", "-q", "-X", "-P", "open sesame", "-r", "-", "."], members)
}

/// A tar archive of these members, in the format of GNU.
pub fn tar(members: &[Member<'_>]) -> Option<Vec<u8>> {
    with_flags(&["tar", "--format=gnu", "-cf", "-", "."], members)
}

/// Compresses with `gzip`, `bzip2`, `xz` or `zstd`.
pub fn compress(tool: &str, content: &[u8]) -> Option<Vec<u8>> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("content"), content).expect("a file");
    run(folder.path(), &[tool, "-c", "content"])
}

fn with_flags(command: &[&str], members: &[Member<'_>]) -> Option<Vec<u8>> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, content) in members {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, content).expect("a file");
    }
    run(folder.path(), command)
}

fn run(folder: &Path, command: &[&str]) -> Option<Vec<u8>> {
    let mut program = Command::new(command[0]);
    let output = program
        .args(&command[1..])
        .current_dir(folder)
        .stdin(Stdio::null())
        .output();
    // Not installed.
    let output = output.ok()?;
    assert!(output.status.success(), "{command:?} fails");
    Some(output.stdout)
}

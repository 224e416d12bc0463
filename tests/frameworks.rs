//! The hooks as people's frameworks run them: pre-commit, prek, lefthook, each the real one. `tests/install-tools`
//! installs them.
//!
//! What is built from source or installed as a wheel compiles keytrail in release mode, which takes minutes: these tests
//! are ignored unless asked for, `cargo test --test frameworks -- --ignored`.

mod common;

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::hooked::{is_stopped, key, passes, program_folder, with_path};
use common::program::{Run, finish, run};
use common::repo::TestRepo;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A program that `tests/install-tools` installs.
fn tool(path: &str) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    let tool = root().join(target).join("tools").join(path);
    assert!(tool.exists(), "{} is missing: run tests/install-tools", tool.display());
    tool
}

/// A program that finds the framework and keytrail on PATH, away from the person's caches.
fn prepared(repo: &TestRepo, framework: &Path, program: impl AsRef<OsStr>) -> Command {
    let plain = repo.command(&repo.path(), &[]);
    let mut command = Command::new(program);
    command.env_clear().current_dir(repo.path());
    for (name, value) in plain.get_envs() {
        command.env(name, value.unwrap_or_default());
    }
    command
        .env("PRE_COMMIT_HOME", repo.beside("cache"))
        .env("PREK_HOME", repo.beside("cache"));
    let folder = framework.parent().expect("it lies in a folder");
    with_path(&mut command, &[program_folder(), folder.to_owned()]);
    command
}

fn framework(repo: &TestRepo, program: &Path, arguments: &[&str]) -> Run {
    finish(prepared(repo, program, program).args(arguments))
}

fn git(repo: &TestRepo, program: &Path, arguments: &[&str]) -> Run {
    finish(prepared(repo, program, "git").args(arguments))
}

/// The manifest as a repository that frameworks can clone: what is committed here, and what is tracked and changed.
fn manifest(repo: &TestRepo) -> String {
    let folder = repo.beside("manifest");
    fs::create_dir(&folder).expect("a folder");
    fs::copy(
        root().join(".pre-commit-hooks.yaml"),
        folder.join(".pre-commit-hooks.yaml"),
    )
    .expect("the manifest");
    repo.git_in(&folder, &["init", "-q"]);
    repo.git_in(&folder, &["add", "-A"]);
    repo.git_in(&folder, &["commit", "-qm", "manifest"]);
    folder.to_str().expect("a plain path").to_owned()
}

/// The revision of the manifest's repository, and a configuration that names it.
fn configure(repo: &TestRepo, hooks: &[(&str, &str)]) {
    let url = manifest(repo);
    let rev = repo.git_in(Path::new(&url), &["rev-parse", "HEAD"]);
    let hooks: Vec<String> = hooks
        .iter()
        .map(|(id, more)| format!("      - id: {id}\n{more}"))
        .collect();
    let text = format!(
        "repos:\n  - repo: {url}\n    rev: {rev}\n    hooks:\n{}",
        hooks.concat()
    );
    repo.write(".pre-commit-config.yaml", text);
}

/// What every framework that reads the manifest has to do.
fn try_hook(program: &Path, id: &str, source: &str, repo: &TestRepo, variables: &[(&str, &Path)]) {
    let (pair, text) = key(20);
    let with = |arguments: &[&str]| {
        let mut command = prepared(repo, program, program);
        if id != "keytrail-system" {
            // The program that this test was built with is not the one that is tried.
            with_path(
                &mut command,
                &[program.parent().expect("it lies in a folder").to_owned()],
            );
        }
        // What is fetched is fetched by the machine's own certificates.
        let certificates = ["SSL_CERT_FILE", "SSL_CERT_DIR"].map(|name| Some((name, std::env::var_os(name)?)));
        command.envs(certificates.into_iter().flatten());
        // What is built from source shares what was built before.
        command
            .env("CARGO_TARGET_DIR", root().join("target"))
            .env("HOME", std::env::var_os("HOME").unwrap_or_default())
            .envs(variables.iter().copied());
        finish(command.args(["try-repo", source, id, "--verbose"]).args(arguments))
    };
    repo.write("a.txt", "a\n");
    repo.git(&["add", "-A"]);
    let ran = with(&[]);
    passes(&ran);
    assert!(
        ran.out().contains("2 items"),
        "it says how much it scanned: {}",
        ran.out()
    );
    repo.write("sub/b.env", &text);
    repo.git(&["add", "-A"]);
    is_stopped(&with(&[]), &pair, "sub/b.env:1");
    repo.commit("key");
    // Nothing is staged any more.
    is_stopped(&with(&["--all-files"]), &pair, "sub/b.env:1");
    repo.git(&["rm", "-q", "sub/b.env"]);
    repo.commit("no key");
    passes(&with(&["--all-files"]));
}

#[test]
fn pre_commit_tries_the_manifest() {
    let repo = TestRepo::new();
    let source = manifest(&repo);
    try_hook(
        &tool("frameworks/bin/pre-commit"),
        "keytrail-system",
        &source,
        &repo,
        &[],
    );
}

#[test]
fn prek_tries_the_manifest() {
    let repo = TestRepo::new();
    let source = manifest(&repo);
    try_hook(&tool("frameworks/bin/prek"), "keytrail-system", &source, &repo, &[]);
}

#[test]
#[ignore = "compiles keytrail in release mode"]
fn pre_commit_tries_the_source() {
    let repo = TestRepo::new();
    let source = root().to_str().expect("a plain path");
    try_hook(&tool("frameworks/bin/pre-commit"), "keytrail-src", source, &repo, &[]);
}

/// As they would from an index: what stands at the top of the repository asks for the wheel.
#[test]
#[ignore = "builds the wheel as it is released, which takes minutes"]
fn pre_commit_and_prek_install_the_wheel() {
    let wheels = tempfile::tempdir().expect("a temporary folder");
    let mut build = Command::new(root().join("packaging/wheel"));
    let maturin = tool("packages/bin/maturin");
    with_path(&mut build, &[maturin.parent().expect("it lies in a folder").to_owned()]);
    passes(&finish(build.arg(wheels.path())));
    let source = root().to_str().expect("a plain path");
    for program in ["frameworks/bin/pre-commit", "frameworks/bin/prek"] {
        let repo = TestRepo::new();
        // The second is read by uv, with which prek installs.
        let find = [("PIP_FIND_LINKS", wheels.path()), ("UV_FIND_LINKS", wheels.path())];
        try_hook(&tool(program), "keytrail", source, &repo, &find);
    }
}

#[test]
#[ignore = "compiles keytrail in release mode"]
fn prek_tries_the_source() {
    let repo = TestRepo::new();
    let source = root().to_str().expect("a plain path");
    try_hook(&tool("frameworks/bin/prek"), "keytrail-src", source, &repo, &[]);
}

#[test]
fn the_manifest_is_valid_and_its_placeholder_names_this_version() {
    let repo = TestRepo::new();
    let file = root().join(".pre-commit-hooks.yaml");
    let program = tool("frameworks/bin/pre-commit");
    passes(&framework(
        &repo,
        &program,
        &["validate-manifest", file.to_str().expect("a plain path")],
    ));
    let setup = fs::read_to_string(root().join("setup.py")).expect("the placeholder");
    let version = env!("CARGO_PKG_VERSION");
    assert!(setup.contains(&format!("version=\"{version}\"")) && setup.contains(&format!("keytrail=={version}")));
}

/// Commits, pushes and messages, with the framework's own hooks of git.
fn commits_and_pushes(program: &Path, install: &[&str]) {
    let (pair, text) = key(21);
    let repo = TestRepo::new();
    let local = "        language: system\n";
    configure(
        &repo,
        &[
            ("keytrail-system", ""),
            ("keytrail-pre-push", local),
            ("keytrail-commit-msg", local),
        ],
    );
    passes(&framework(&repo, program, install));
    let git = |arguments: &[&str]| git(&repo, program, arguments);
    repo.git(&["add", "-A"]);
    passes(&git(&["commit", "-m", "first"]));
    repo.write("sub/b.env", &text);
    repo.git(&["add", "-A"]);
    is_stopped(&git(&["commit", "-m", "key"]), &pair, "sub/b.env:1");
    is_stopped(&git(&["commit", "-am", "key"]), &pair, "sub/b.env:1");
    is_stopped(
        &git(&["commit", "-m", "key", "--only", "sub/b.env"]),
        &pair,
        "sub/b.env:1",
    );
    is_stopped(&git(&["commit", "--allow-empty", "-m", &text]), &pair, "");
    // A push of a history of which the remote has nothing, then of one commit more.
    let bare = repo.beside("bare");
    let url = bare.to_str().expect("a plain path");
    repo.git(&["init", "-q", "--bare", url]);
    repo.git(&["remote", "add", "origin", url]);
    passes(&git(&["push", "-q", "origin", "main"]));
    passes(&git(&["commit", "--no-verify", "-qm", "key"]));
    let bad = repo.id("HEAD");
    repo.git(&["rm", "-q", "sub/b.env"]);
    passes(&git(&["commit", "-qm", "no key"]));
    let ran = git(&["push", "-q", "origin", "main"]);
    is_stopped(&ran, &pair, "sub/b.env:1");
    assert!((ran.out() + &ran.err()).contains(&bad.short()));
    is_stopped(&git(&["push", "-q", "origin", "main:new"]), &pair, "sub/b.env:1");
    // Ours knows whose hook it is, and says what to write where.
    let refused = run(&repo.path(), &["hook", "install"]);
    assert_eq!(refused.code, 2);
    assert!(refused.err().contains(".pre-commit-config.yaml"), "{}", refused.err());
    let status = run(&repo.path(), &["hook", "status"]);
    assert!(status.out().contains("names keytrail"), "{}", status.out());
}

#[test]
fn pre_commit_commits_and_pushes() {
    let types = ["-t", "pre-commit", "-t", "pre-push", "-t", "commit-msg"];
    commits_and_pushes(&tool("frameworks/bin/pre-commit"), &[&["install"], &types[..]].concat());
}

#[test]
fn prek_commits_and_pushes() {
    let types = ["-t", "pre-commit", "-t", "pre-push", "-t", "commit-msg"];
    commits_and_pushes(&tool("frameworks/bin/prek"), &[&["install"], &types[..]].concat());
}

#[test]
fn lefthook_commits_and_pushes_with_what_we_say_to_write() {
    let (pair, text) = key(22);
    let repo = TestRepo::new();
    let program = tool("lefthook/node_modules/.bin/lefthook");
    repo.write(
        "lefthook.yml",
        "pre-commit:\n  commands:\n    none:\n      run: \"true\"\n",
    );
    repo.write("a", "a\n");
    repo.commit("first");
    passes(&framework(&repo, &program, &["install"]));
    // What `hook install` says is what is written.
    let refused = run(&repo.path(), &["hook", "install"]);
    let said = refused.err();
    let (_, snippet) = said.split_once("lefthook.yml\n\n").expect("it says what to write");
    let push =
        "pre-push:\n  commands:\n    keytrail:\n      run: keytrail hook run pre-push {1} {2}\n      use_stdin: true\n";
    repo.write("lefthook.yml", format!("{snippet}\n{push}"));
    repo.git(&["add", "-A"]);
    passes(&framework(&repo, &program, &["install"]));
    let git = |arguments: &[&str]| git(&repo, &program, arguments);
    let ran = git(&["commit", "-m", "lefthook"]);
    passes(&ran);
    repo.write("sub/b.env", &text);
    repo.git(&["add", "-A"]);
    is_stopped(&git(&["commit", "-m", "key"]), &pair, "sub/b.env:1");
    let bare = repo.beside("bare");
    let url = bare.to_str().expect("a plain path");
    repo.git(&["init", "-q", "--bare", url]);
    passes(&git(&["push", "-q", url, "main"]));
    passes(&git(&["commit", "--no-verify", "-qm", "key"]));
    is_stopped(
        &framework(&repo, &program, &["run", "pre-commit", "--all-files"]),
        &pair,
        "sub/b.env:1",
    );
    is_stopped(&git(&["push", "-q", url, "main"]), &pair, "sub/b.env:1");
    let status = run(&repo.path(), &["hook", "status"]);
    assert!(status.out().contains("run by lefthook"), "{}", status.out());
}

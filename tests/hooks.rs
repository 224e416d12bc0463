//! Hooks that git runs: put in place, taken away, beside those of others; and what they stop.

mod common;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use common::hooked::{git, hook, is_stopped, key, passes, program_folder, with_path};
use common::program::{finish, keytrail, run, run_with_input};
use common::repo::TestRepo;

fn hooked(kinds: &[&str]) -> TestRepo {
    let repo = TestRepo::new();
    let kinds: Vec<&str> = kinds.iter().flat_map(|kind| ["--type", kind]).collect();
    hook(&repo, &[&["install"], &kinds[..]].concat());
    repo
}

fn script(repo: &TestRepo, name: &str, text: &str) {
    let file = repo.path().join(".git/hooks").join(name);
    fs::write(&file, format!("#!/bin/sh\n{text}\n")).expect("a file");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("a mode");
}

fn read(repo: &TestRepo, path: &str) -> String {
    fs::read_to_string(repo.path().join(path)).unwrap_or_default()
}

#[test]
fn however_a_commit_is_made_a_key_in_it_stops_it() {
    let (pair, text) = key(1);
    let repo = hooked(&["pre-commit"]);
    let top = repo.path();
    // In a repository without commits.
    repo.write("deploy/prod.env", &text);
    repo.git(&["add", "-A"]);
    is_stopped(
        &git(&repo, &top, &["commit", "-m", "first"]),
        &pair,
        "deploy/prod.env:1",
    );
    repo.git(&["rm", "-q", "--cached", "deploy/prod.env"]);
    fs::remove_file(top.join("deploy/prod.env")).expect("the file");
    repo.write("deploy/a.env", "a=1\n");
    repo.write("b", "b\n");
    repo.commit("clean");
    // With -a the index is another file; with --only yet another, and the staged key is not committed.
    repo.write("b", &text);
    is_stopped(&git(&repo, &top, &["commit", "-am", "all"]), &pair, "b:1");
    repo.git(&["add", "b"]);
    repo.write("deploy/a.env", "a=2\n");
    passes(&git(&repo, &top, &["commit", "-m", "only", "--only", "deploy/a.env"]));
    is_stopped(
        &git(&repo, &top, &["commit", "-m", "only", "--only", "b"]),
        &pair,
        "b:1",
    );
    // From a folder below the top, what is staged counts, and what is not does not.
    is_stopped(
        &git(&repo, &top.join("deploy"), &["commit", "-m", "below"]),
        &pair,
        "b:1",
    );
    repo.git(&["reset", "-q"]);
    repo.write("deploy/a.env", "a=3\n");
    repo.git(&["add", "deploy/a.env"]);
    passes(&git(&repo, &top.join("deploy"), &["commit", "-m", "not staged"]));
    repo.git(&["checkout", "-q", "b"]);
    // In a worktree.
    let tree = repo.beside("tree");
    repo.git(&[
        "worktree",
        "add",
        "-q",
        "-b",
        "side",
        tree.to_str().expect("a plain path"),
    ]);
    fs::write(tree.join("c"), &text).expect("a file");
    repo.git_in(&tree, &["add", "-A"]);
    is_stopped(&git(&repo, &tree, &["commit", "-m", "worktree"]), &pair, "c:1");
    passes(&git(&repo, &tree, &["commit", "--no-verify", "-qm", "side"]));
    // A merge that is committed by hand.
    git(&repo, &top, &["merge", "--no-commit", "--no-ff", "side"]);
    is_stopped(&git(&repo, &top, &["commit", "-m", "merge"]), &pair, "c:1");
    // Nothing staged is said, and no reason to stop.
    repo.git(&["merge", "--abort"]);
    let ran = git(&repo, &top, &["commit", "--allow-empty", "-m", "empty"]);
    passes(&ran);
    assert!(ran.err().contains("nothing was scanned"), "{}", ran.err());
}

#[test]
fn installing_again_changes_nothing_and_uninstalling_leaves_nothing() {
    let repo = hooked(&["pre-commit"]);
    let before = read(&repo, ".git/hooks/pre-commit");
    assert!(hook(&repo, &["install"]).contains("installed already"));
    assert_eq!(read(&repo, ".git/hooks/pre-commit"), before);
    assert!(hook(&repo, &["install", "--", "--fail-on", "high"]).contains("renewed"));
    assert!(read(&repo, ".git/hooks/pre-commit").contains("hook run pre-commit --fail-on high -- "));
    let status = hook(&repo, &["status"]);
    assert!(
        status.contains("pre-commit   /") && status.contains("pre-push     not installed"),
        "{status}"
    );
    assert_eq!(run(&repo.path(), &["hook", "status", "--type", "pre-push"]).code, 1);
    assert!(hook(&repo, &["uninstall"]).contains("taken away"));
    assert!(!repo.path().join(".git/hooks/pre-commit").exists());
    assert!(hook(&repo, &["uninstall"]).contains("no hook of keytrail"));
    let wrong = run(&repo.path(), &["hook", "install", "--", "--fail-om", "high"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.err().contains("--fail-om"), "{}", wrong.err());
    let nowhere = tempfile::tempdir().expect("a folder");
    assert_eq!(run(nowhere.path(), &["hook", "install"]).code, 2);
}

#[test]
fn a_hook_that_was_there_runs_too_and_comes_back() {
    let (pair, text) = key(2);
    let repo = TestRepo::new();
    // It changes the index, as formatters do, and what it leaves is scanned.
    script(
        &repo,
        "pre-commit",
        "echo ran >>\"$(git rev-parse --git-dir)/log\"\n[ ! -f refuse ] || exit 7",
    );
    let own = read(&repo, ".git/hooks/pre-commit");
    assert!(hook(&repo, &["install"]).contains("before it"));
    repo.write("a", "a\n");
    repo.git(&["add", "-A"]);
    passes(&git(&repo, &repo.path(), &["commit", "-m", "clean"]));
    assert_eq!(read(&repo, ".git/log"), "ran\n");
    repo.write("a", &text);
    repo.git(&["add", "-A"]);
    is_stopped(&git(&repo, &repo.path(), &["commit", "-m", "key"]), &pair, "a:1");
    repo.write("refuse", "");
    let ran = git(&repo, &repo.path(), &["commit", "-m", "refused"]);
    assert!(ran.code != 0 && !ran.err().contains("keytrail"), "{}", ran.err());
    assert!(hook(&repo, &["status"]).contains("beside the hook that was there"));
    hook(&repo, &["install"]);
    hook(&repo, &["uninstall"]);
    assert_eq!(read(&repo, ".git/hooks/pre-commit"), own);
    assert!(!repo.path().join(".git/hooks/pre-commit.before-keytrail").exists());
    // Two hooks of others cannot both be kept.
    hook(&repo, &["install"]);
    script(&repo, "pre-commit", "exit 0");
    let ran = run(&repo.path(), &["hook", "install"]);
    assert!(ran.code == 2 && ran.err().contains("before-keytrail"), "{}", ran.err());
}

#[test]
fn what_git_writes_to_a_hook_reaches_both() {
    let (pair, text) = key(3);
    let repo = TestRepo::new();
    repo.commit_file("a", "a\n");
    let bare = repo.beside("bare");
    let remote = bare.to_str().expect("a plain path");
    repo.git(&["init", "-q", "--bare", remote]);
    repo.git(&["remote", "add", "origin", remote]);
    script(&repo, "pre-push", "cat >>\"$(git rev-parse --git-dir)/log\"");
    assert!(hook(&repo, &["install", "--type", "pre-push"]).contains("after it"));
    passes(&git(&repo, &repo.path(), &["push", "-q", "origin", "main"]));
    let log = read(&repo, ".git/log");
    assert_eq!(log.lines().count(), 1, "{log}");
    assert!(log.starts_with("refs/heads/main "), "{log}");
    repo.commit_file("b", &text);
    is_stopped(
        &git(&repo, &repo.path(), &["push", "-q", "origin", "main"]),
        &pair,
        "b:1",
    );
    assert_eq!(read(&repo, ".git/log"), log, "what is stopped does not reach the other");
}

#[test]
fn what_is_pushed_is_what_the_remote_does_not_have() {
    let (pair, text) = key(4);
    let repo = TestRepo::new();
    repo.commit_file("old", &text);
    let bare = repo.beside("bare");
    let remote = bare.to_str().expect("a plain path");
    repo.git(&["init", "-q", "--bare", remote]);
    repo.git(&["remote", "add", "origin", remote]);
    repo.git(&["push", "-q", "origin", "main"]);
    hook(&repo, &["install", "--type", "pre-push"]);
    let push = |arguments: &[&str]| git(&repo, &repo.path(), &[&["push"], arguments].concat());
    // What is there already stops nothing: not on a new branch, not when nothing is new.
    repo.git(&["checkout", "-q", "-b", "feature"]);
    repo.commit_file("new", "clean\n");
    let ran = push(&["origin", "feature"]);
    passes(&ran);
    assert!((ran.out() + &ran.err()).contains("1 commit"), "{}", ran.err());
    passes(&push(&["origin", "feature"]));
    // A key that one commit adds and the next takes away.
    let bad = repo.commit_file("new", &text);
    repo.commit_file("new", "clean again\n");
    let ran = push(&["origin", "feature"]);
    is_stopped(&ran, &pair, "new:1");
    assert!((ran.out() + &ran.err()).contains(&bad.short()), "{}", ran.err());
    // A force push of another history, a deletion, and a new remote, which has nothing.
    repo.git(&["reset", "-q", "--hard", "HEAD~3"]);
    repo.commit_file("other", "clean\n");
    passes(&push(&["--force", "origin", "feature"]));
    passes(&push(&["origin", ":feature"]));
    let second = repo.beside("second");
    let url = second.to_str().expect("a plain path");
    repo.git(&["init", "-q", "--bare", url]);
    repo.git(&["remote", "add", "second", url]);
    is_stopped(&push(&["second", "feature"]), &pair, "old:1");
    // An annotated tag is new, with its message.
    repo.git(&[
        "tag",
        "-a",
        "-m",
        &format!("key {}\nsecret {}", pair.id, pair.secret),
        "v1",
    ]);
    is_stopped(&push(&["origin", "v1"]), &pair, "message of tag v1");
}

#[test]
fn the_message_is_scanned_as_git_will_keep_it() {
    let (pair, text) = key(5);
    let repo = hooked(&["commit-msg"]);
    let commit = |arguments: &[&str]| git(&repo, &repo.path(), &[&["commit", "--allow-empty"], arguments].concat());
    passes(&commit(&["-m", "clean"]));
    is_stopped(&commit(&["-m", &text]), &pair, "commit message:");
    // Without an editor git keeps such lines, with one it takes them out.
    let comment = format!("fine\n\n# {}\n# {}\n", pair.id, pair.secret);
    is_stopped(&commit(&["-m", &comment]), &pair, "commit message:");
    let edited = |text: &str| {
        repo.write("message", text);
        let editor = format!("cp '{}'", repo.path().join("message").display());
        finish(
            repo.command(&repo.path(), &["commit", "--allow-empty", "-v"])
                .env("GIT_EDITOR", editor),
        )
    };
    passes(&edited(&comment));
    let cut = "# ------------------------ >8 ------------------------";
    passes(&edited(&format!("fine\n{cut}\n-{}\n-{}\n", pair.id, pair.secret)));
    is_stopped(&edited(&format!("fine\n{}\n{cut}\n", text)), &pair, "commit message:");
}

#[test]
fn files_that_are_named_are_scanned_though_nothing_is_staged() {
    let (pair, text) = key(6);
    let repo = TestRepo::new();
    repo.write("sub/it's a key", &text);
    repo.write("b", "b\n");
    repo.commit("all");
    let named = |folder: &Path, names: &[&str]| run(folder, &[&["hook", "run", "pre-commit"], names].concat());
    is_stopped(
        &named(&repo.path(), &["b", "sub/it's a key"]),
        &pair,
        "sub/it's a key:1",
    );
    is_stopped(
        &named(&repo.path().join("sub"), &["it's a key"]),
        &pair,
        "sub/it's a key:1",
    );
    assert_eq!(named(&repo.path(), &["b"]).code, 0);
    // The index counts, not the work tree; and of what is changed, what was added.
    repo.write("b", &text);
    assert_eq!(named(&repo.path(), &["b"]).code, 0);
    repo.write("sub/it's a key", format!("{text}more\n"));
    repo.git(&["add", "sub"]);
    assert_eq!(named(&repo.path(), &["sub/it's a key"]).code, 0);
    // What is only announced has no content.
    repo.write("announced", "a\n");
    repo.git(&["add", "--intent-to-add", "announced"]);
    assert_eq!(named(&repo.path(), &["announced"]).code, 0);
    let unknown = named(&repo.path(), &["unknown"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.out().contains("not in the index"), "{}", unknown.out());
}

#[test]
fn a_hook_runs_without_a_path_and_says_so_if_its_program_is_gone() {
    let (pair, text) = key(7);
    let repo = TestRepo::new();
    let folder = repo.beside("it's a $(folder) \"here\"");
    fs::create_dir(&folder).expect("a folder");
    let program = folder.join("keytrail");
    // Not by this process: another test that starts a program meanwhile would hold the copy open for writing.
    let mut copy = std::process::Command::new("cp");
    let copied = copy.arg(env!("CARGO_BIN_EXE_keytrail")).arg(&program).status();
    assert!(copied.expect("cp runs").success());
    let mut install = std::process::Command::new(&program);
    install
        .args(["hook", "install"])
        .current_dir(repo.path())
        .env("GIT_CONFIG_GLOBAL", "/dev/null");
    assert!(install.output().expect("it runs").status.success());
    repo.write("a", &text);
    repo.git(&["add", "-A"]);
    is_stopped(&git(&repo, &repo.path(), &["commit", "-m", "key"]), &pair, "a:1");
    fs::remove_file(&program).expect("the program");
    let ran = git(&repo, &repo.path(), &["commit", "-m", "gone"]);
    assert_ne!(ran.code, 0);
    assert!(
        ran.err().contains("nothing to run") && ran.err().contains("$(folder)"),
        "{}",
        ran.err()
    );
    let status = run(&repo.path(), &["hook", "status"]);
    assert!(
        status.code == 1 && status.out().contains("DOES NOT WORK"),
        "{}",
        status.out()
    );
}

#[test]
fn folders_of_hooks_are_those_that_git_looks_in() {
    let (pair, text) = key(8);
    // One of the repository, elsewhere.
    let repo = TestRepo::new();
    let elsewhere = repo.beside("my hooks");
    repo.git(&["config", "core.hooksPath", elsewhere.to_str().expect("a plain path")]);
    hook(&repo, &["install"]);
    assert!(elsewhere.join("pre-commit").exists());
    repo.write("sub/a", &text);
    repo.git(&["add", "-A"]);
    is_stopped(&git(&repo, &repo.path(), &["commit", "-m", "key"]), &pair, "sub/a:1");
    hook(&repo, &["uninstall"]);
    assert!(!elsewhere.join("pre-commit").exists());
    // One of the team, which would be committed with a path of this machine.
    repo.git(&["config", "core.hooksPath", "team"]);
    let sub = repo.path().join("sub");
    let ran = run(&sub, &["hook", "install"]);
    assert!(
        ran.code == 2 && ran.err().contains("keytrail hook run pre-commit \"$@\""),
        "{}",
        ran.err()
    );
    assert!(!repo.path().join("team").exists());
    repo.write(".gitignore", "/team\n");
    hook(&repo, &["install"]);
    assert!(repo.path().join("team/pre-commit").exists());
    // Of a worktree: that of the repository. Of a bare repository: its own.
    repo.git(&["config", "--unset", "core.hooksPath"]);
    repo.git(&["commit", "-q", "--allow-empty", "-m", "first"]);
    let tree = repo.beside("tree");
    repo.git(&[
        "worktree",
        "add",
        "-q",
        "-b",
        "side",
        tree.to_str().expect("a plain path"),
    ]);
    assert_eq!(run(&tree, &["hook", "install"]).code, 0);
    assert!(repo.path().join(".git/hooks/pre-commit").exists());
    let bare = repo.beside("bare");
    repo.git(&["init", "-q", "--bare", bare.to_str().expect("a plain path")]);
    assert_eq!(run(&bare, &["hook", "install", "--type", "pre-receive"]).code, 0);
    assert!(bare.join("hooks/pre-receive").exists());
}

#[test]
fn hooks_of_all_repositories_run_those_of_each() {
    let (pair, text) = key(9);
    let repo = TestRepo::new();
    let home = repo.beside("home");
    fs::create_dir(&home).expect("a folder");
    let settings = home.join("gitconfig");
    let own = |arguments: &[&str]| {
        let mut command = keytrail(&repo.path());
        command.env("HOME", &home).env("GIT_CONFIG_GLOBAL", &settings);
        finish(command.args([&["hook"], arguments].concat()))
    };
    let commit = |arguments: &[&str]| {
        let mut command = repo.command(&repo.path(), &[&["commit", "-m", "x"], arguments].concat());
        finish(command.env("HOME", &home).env("GIT_CONFIG_GLOBAL", &settings))
    };
    script(&repo, "pre-commit", "echo own pre-commit ran >&2");
    script(&repo, "post-commit", "echo own post-commit ran >&2");
    assert_eq!(own(&["install", "--global"]).code, 0);
    let folder = home.join(".config/keytrail/hooks");
    assert!(folder.join("pre-commit").exists());
    repo.write("a", "a\n");
    repo.git(&["add", "-A"]);
    let ran = commit(&[]);
    passes(&ran);
    assert!(
        ran.err().contains("own pre-commit ran") && ran.err().contains("own post-commit ran"),
        "{}",
        ran.err()
    );
    repo.write("a", &text);
    repo.git(&["add", "-A"]);
    is_stopped(&commit(&[]), &pair, "a:1");
    // Here the hooks of the repository itself are not looked at by git.
    let refused = own(&["install"]);
    assert!(
        refused.code == 2 && refused.err().contains("--global"),
        "{}",
        refused.err()
    );
    assert_eq!(own(&["uninstall"]).code, 2);
    assert!(own(&["status"]).out().contains("pre-commit   /"));
    assert_eq!(own(&["uninstall", "--global"]).code, 0);
    assert!(!folder.exists());
    let ran = commit(&[]);
    passes(&ran);
    assert!(!ran.err().contains("keytrail"), "{}", ran.err());
}

#[test]
fn a_git_that_is_too_old_for_hooks_in_settings_says_so() {
    let repo = TestRepo::new();
    let version = repo.git(&["version"]);
    let mut parts = version.split([' ', '.']).filter_map(|part| part.parse::<u32>().ok());
    let version = (parts.next(), parts.next());
    let ran = run(&repo.path(), &["hook", "install", "--mode", "setting"]);
    if version < (Some(2), Some(54)) {
        assert!(ran.code == 2 && ran.err().contains("2.54"), "{}", ran.err());
        assert_eq!(repo.git(&["config", "--local", "--list"]).matches("hook.").count(), 0);
        return;
    }
    let (pair, text) = key(10);
    repo.write("a", &text);
    repo.git(&["add", "-A"]);
    is_stopped(&git(&repo, &repo.path(), &["commit", "-m", "key"]), &pair, "a:1");
    hook(&repo, &["uninstall"]);
    passes(&git(&repo, &repo.path(), &["commit", "-m", "key"]));
}

/// The first lines of the page for people, as a newcomer would type them.
#[test]
fn the_first_lines_of_the_page_end_in_a_commit_that_is_stopped() {
    let page = include_str!("../docs/hooks.md");
    let lines = page.split("```sh\n").nth(1).and_then(|rest| rest.split("```").next());
    let lines = lines
        .expect("the page begins with commands")
        .replace("cd your-repository\n", "");
    let repo = TestRepo::new();
    let mut shell = repo.command(&repo.path(), &[]);
    with_path(&mut shell, &[program_folder()]);
    let mut sh = std::process::Command::new("sh");
    sh.env_clear().current_dir(repo.path()).args(["-c", &lines]);
    for (name, value) in shell.get_envs() {
        sh.env(name, value.unwrap_or_default());
    }
    let ran = finish(&mut sh);
    assert_ne!(ran.code, 0);
    assert!((ran.out() + &ran.err()).contains("deploy.env:1:"), "{}", ran.err());
    assert!(ran.err().contains("the commit is not made"), "{}", ran.err());
}

#[test]
fn input_that_is_not_git_s_is_refused() {
    let repo = TestRepo::new();
    repo.commit_file("a", "a\n");
    for kind in ["pre-push", "pre-receive"] {
        let ran = run_with_input(&repo.path(), &["hook", "run", kind], b"what is this\n");
        assert_eq!(ran.code, 2, "{kind}");
        assert!(ran.err().contains("standard input"), "{}", ran.err());
    }
    // Nothing on standard input: what HEAD has is scanned, and that is said.
    let ran = run(&repo.path(), &["hook", "run", "pre-push", "origin"]);
    assert_eq!(ran.code, 0, "{}", ran.err());
    assert!(
        ran.err().contains("what HEAD has") && ran.out().contains("1 commit"),
        "{}",
        ran.err()
    );
}

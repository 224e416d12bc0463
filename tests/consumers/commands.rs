//! What commands say in a job of GitHub Actions or Azure Pipelines: no name and no line of a stranger is obeyed there.

use std::path::Path;

use super::common::hooked::key;
use super::common::program::{Run, run};
use super::common::random::Pair;
use super::common::repo::TestRepo;
use super::runner::Runner;

const NAMES: [&str; 4] = [
    "::error::a.env",
    "  ::add-mask::b.env",
    "c ##[add-mask]c.env",
    "##vso[task.complete]d.env",
];

/// A repository whose last commit brings files with these names, each with a key; what is staged has the same lines.
fn repository() -> (TestRepo, Pair) {
    let repo = TestRepo::new();
    repo.commit_file("first", "1\n");
    let mut last = None;
    for (number, name) in NAMES.iter().enumerate() {
        let (pair, lines) = key(80 + number as u64);
        repo.write(
            name,
            format!("::warning::here\n{}", lines.replace(" = ", " ##[debug]x = ")),
        );
        repo.write(&format!("staged/{name}"), lines);
        last = Some(pair);
    }
    repo.git(&["add", "--", "*.env", ":!staged"]);
    repo.git(&["commit", "-q", "-m", "::notice::a message"]);
    repo.git(&["add", "."]);
    (repo, last.expect("there are names"))
}

/// Asserts that neither runner is told anything, in what was written to either stream.
fn is_inert(arguments: &[&str], ran: &Run) {
    for said in [ran.out(), ran.err()] {
        let done = Runner::default().read(&said);
        assert!(done.is_empty(), "{arguments:?}: {done:?}\n{said}");
        assert!(!said.contains("##vso["), "{arguments:?}: {said}");
    }
}

fn inert(folder: &Path, arguments: &[&str]) -> Run {
    let ran = run(folder, arguments);
    is_inert(arguments, &ran);
    ran
}

#[test]
fn no_command_says_what_a_runner_obeys() {
    let (repo, pair) = repository();
    let top = repo.path();
    for arguments in [
        &["scan", "."][..],
        &["scan", "--quiet", "."],
        &["scan", "--verbose", "--no-inline-allow", "--report", "markdown"],
        &["staged"],
        &["range", "HEAD~1..HEAD"],
        &["history"],
        &["keys", "--repo", "."],
        &["explain", &pair.id, "--repo", "."],
        &["explain", &pair.id, "--repo", ".", "--report", "markdown"],
    ] {
        let ran = inert(&top, arguments);
        assert!(
            ran.out().contains("d.env"),
            "{arguments:?}: no name is shown: {}{}",
            ran.out(),
            ran.err()
        );
    }
    for name in NAMES {
        let place = format!("{name}:1");
        assert_eq!(inert(&top, &["explain", "--trace", &place]).code, 0);
        assert_eq!(inert(&top, &["scan", &format!("{name}/none")]).code, 2);
        assert_eq!(inert(&top, &["scan", "--config", name]).code, 2);
        assert_eq!(inert(&top, &["rules", "check", name]).code, 2);
        assert_eq!(inert(&top, &[name]).code, 2);
        let baseline = format!("{name}.baseline");
        assert_eq!(inert(&top, &["baseline", "create", &baseline, name]).code, 0);
        assert_eq!(inert(&top, &["baseline", "check", &baseline, "staged"]).code, 1);
    }
}

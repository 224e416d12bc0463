//! Shallow clones: what is there is scanned, and nothing passes that could not be seen.

use serde_json::{Value, json};

use crate::common;
use crate::world::{World, ci, owned, pull_request, push, report};

/// A request that adds nothing secret to a target that does not either.
fn clean(world: &World) -> (String, String, String) {
    let base = world.repo.commit_file("a", "1\n").to_string();
    world.checkout(&["-b", "feature"]);
    world.repo.commit_file("b", "1\n");
    let head = world.repo.commit_file("b", "2\n").to_string();
    let tree = world.repo.git(&["merge-tree", "--write-tree", "main", "feature"]);
    let tried = world
        .repo
        .git(&["commit-tree", "-p", &base, "-p", &head, "-m", "try", &tree]);
    world.repo.git(&["update-ref", "refs/pull/17/merge", &tried]);
    (base, head, tried)
}

fn reasons(report: &Value) -> String {
    assert_eq!(report["complete"], false);
    report["incomplete_reasons"].to_string()
}

#[test]
fn a_clone_of_depth_one_is_incomplete_unless_allowed() {
    let world = World::new(7);
    let (base, head, tried) = clean(&world);
    let refspec = format!("+{tried}:refs/remotes/pull/17/merge");
    let clone = world.clone("clone", &["--depth=1", "--no-tags"], &[&refspec], &tried);
    let variables = [("GITHUB_SHA", &tried[..]), ("GITHUB_REF", "refs/pull/17/merge")];
    let variables = world.github("pull_request", &pull_request(&base, &head), &variables);
    let (run, said) = report(&clone, &variables, &[]);
    assert_eq!(run.code, 2, "{}", run.err());
    assert!(reasons(&said).contains("shallow"));
    for words in [
        "fetch-depth: 0",
        "--allow-shallow",
        &tried[..12],
        "checked out for it",
        "none of the repository's",
    ] {
        assert!(run.err().contains(words), "{words}: {}", run.err());
    }
    let (run, said) = report(&clone, &variables, &["--allow-shallow"]);
    assert_eq!(run.code, 0, "{}", run.err());
    assert!(reasons(&said).contains("shallow"));
    // The tree of the commit at which history is cut off is read whole.
    assert_eq!(said["stats"]["commits"], 1);
    assert!(said["stats"]["items"].as_u64() >= Some(3), "{said}");
}

#[test]
fn what_is_there_is_scanned_and_a_finding_is_one() {
    let world = World::new(8);
    world
        .repo
        .write("old.env", format!("AWS_ACCESS_KEY_ID={}\n", world.key()));
    let first = world.repo.commit("first").to_string();
    let second = world.repo.commit_file("b", "1\n").to_string();
    let clone = world.clone(
        "clone",
        &["--depth=1"],
        &["+refs/heads/main:refs/remotes/origin/main"],
        &second,
    );
    let variables = world.github(
        "push",
        &push("refs/heads/main", &first, &second),
        &[("GITHUB_SHA", &second)],
    );
    for allowed in [&[][..], &["--allow-shallow"]] {
        let (run, report) = report(&clone, &variables, allowed);
        assert_eq!(run.code, 1, "{}", run.err());
        assert!(reasons(&report).contains("shallow"));
        assert_eq!(common::program::findings(&report)[0]["location"]["path"], "old.env");
    }
}

#[test]
fn a_clone_that_is_deep_enough_is_complete() {
    let world = World::new(9);
    for n in 0..5 {
        world.repo.commit_file("a", format!("{n}\n"));
    }
    let (before, after) = (world.id("HEAD~2"), world.id("HEAD"));
    let clone = world.clone(
        "clone",
        &["--depth=3"],
        &["+refs/heads/main:refs/remotes/origin/main"],
        &after,
    );
    let variables = world.github("push", &push("refs/heads/main", &before, &after), &[]);
    let (run, report) = report(&clone, &variables, &[]);
    assert_eq!(run.code, 0, "{}", run.err());
    assert_eq!(
        (&report["complete"], &report["stats"]["commits"]),
        (&json!(true), &json!(2))
    );
}

#[test]
fn a_whole_history_that_is_not_there_is_incomplete() {
    let world = World::new(10);
    world.repo.commit_file("a", "1\n");
    let head = world.repo.commit_file("a", "2\n").to_string();
    let clone = world.clone(
        "clone",
        &["--depth=1"],
        &["+refs/heads/main:refs/remotes/origin/main"],
        &head,
    );
    let variables = owned(&[("GITLAB_CI", "true"), ("CI_PIPELINE_SOURCE", "schedule")]);
    let (run, _) = report(&clone, &variables, &[]);
    assert_eq!(run.code, 2);
    assert!(run.err().contains("GIT_DEPTH"), "{}", run.err());
    let (run, said) = report(&clone, &variables, &["--allow-shallow"]);
    assert_eq!(run.code, 0, "{}", run.err());
    assert!(reasons(&said).contains("shallow"));
}

#[test]
fn the_base_that_is_checked_out_is_no_request() {
    let world = World::new(11);
    let (base, head, _) = clean(&world);
    let clone = world.clone(
        "clone",
        &["--depth=1"],
        &["+refs/heads/main:refs/remotes/origin/main"],
        &base,
    );
    let variables = [("GITHUB_SHA", &base[..]), ("GITHUB_REF", "refs/heads/main")];
    let variables = world.github("pull_request_target", &pull_request(&base, &head), &variables);
    let run = ci(&clone, &variables, &["--allow-shallow"]);
    assert_eq!(run.code, 2, "{}", run.err());
    assert!(run.err().contains(&format!("git fetch origin {head}")), "{}", run.err());
}

//! `keytrail ci` on clones as providers make them: for each event, the commits that were scanned are those that
//! `git rev-list` says they should be.

mod common;

#[path = "ci/files.rs"]
mod files;
#[path = "ci/shallow.rs"]
mod shallow;
#[path = "ci/world.rs"]
mod world;

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_json::{Value, json};
use world::{World, ZEROS, ci, owned, pull_request, push, report, scanned, short};

/// An event, the clone that its job has, and the commits that it is about.
struct Case {
    name: &'static str,
    clone: PathBuf,
    variables: Vec<(String, String)>,
    commits: BTreeSet<String>,
}

/// Runs each case, and prints the table.
fn check(cases: Vec<Case>) {
    let mut wrong = Vec::new();
    for Case {
        name,
        clone,
        variables,
        commits,
    } in cases
    {
        let (run, report) = report(&clone, &variables, &[]);
        let found = scanned(&report);
        eprintln!("{name:<48} {:>2} commits {:?}", commits.len(), short(&commits));
        if found != commits || report["complete"] != true {
            wrong.push(format!("{name}: {:?}\n{}", short(&found), run.err()));
        }
        assert_eq!(run.code, i32::from(!commits.is_empty()), "{name}: {}", run.err());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A repository with what the events are about:
///
/// ```text
/// main     m1 - m2 - m3 ----- m4
/// feature        \ f1 - f2 - fm - f3     (fm merges m3)
/// ```
fn requested(seed: u64) -> (World, [String; 4], String) {
    let world = World::new(seed);
    let m1 = world.commit("a");
    let m2 = world.commit("a");
    world.checkout(&["-b", "feature"]);
    world.commit("b");
    world.commit("b");
    world.checkout(&["main"]);
    let m3 = world.commit("a");
    world.checkout(&["feature"]);
    world.merge(&["main"]);
    let head = world.commit("c");
    world.checkout(&["main"]);
    let m4 = world.commit("d");
    world.try_merge(&m4, &head, "refs/pull/17/merge");
    (world, [m1, m2, m3, m4], head)
}

#[test]
fn requests_are_what_they_add_to_their_target() {
    let (world, [_, m2, m3, m4], head) = requested(1);
    let tried = world.id("refs/pull/17/merge");
    let expected = world.rev_list(&[&head, "--not", "main"]);
    assert_eq!(expected.len(), 4);
    let merge_ref = "+refs/pull/17/merge:refs/remotes/pull/17/merge";
    let whole = world.whole_clone("whole", &[merge_ref], &tried);
    // As GitLab fetches it: the request's own ref, and nothing of the target but what that holds.
    let alone = world.clone(
        "alone",
        &[],
        &["+refs/heads/feature:refs/remotes/origin/feature"],
        &head,
    );
    let with_target = world.whole_clone("target", &[], &head);
    let github = |name: &str, base: &str, more: &[(&str, &str)]| world.github(name, &pull_request(base, &head), more);
    let on_merge = [("GITHUB_SHA", &tried[..]), ("GITHUB_REF", "refs/pull/17/merge")];
    let group = json!({"action": "checks_requested", "merge_group": {"base_sha": m4, "head_sha": tried,
        "base_ref": "refs/heads/main", "head_ref": "refs/heads/gh-readonly-queue/main/pr-17"}});
    let case = |name, clone: &PathBuf, variables| Case {
        name,
        clone: clone.clone(),
        variables,
        commits: expected.clone(),
    };
    let gitlab = |more: &[(&str, &str)]| {
        let fixed = [
            ("GITLAB_CI", "true"),
            ("CI_PIPELINE_SOURCE", "merge_request_event"),
            ("CI_MERGE_REQUEST_IID", "17"),
        ];
        owned(&[&fixed[..], more].concat())
    };
    check(vec![
        case("GitHub pull_request", &whole, github("pull_request", &m4, &on_merge)),
        case(
            "GitHub pull_request, base long ago",
            &whole,
            github("pull_request", &m2, &on_merge),
        ),
        case(
            "GitHub pull_request_target",
            &with_target,
            github("pull_request_target", &m4, &[("GITHUB_SHA", &m4)]),
        ),
        case(
            "GitHub pull_request_review",
            &whole,
            github("pull_request_review", &m4, &on_merge),
        ),
        Case {
            commits: world.rev_list(&[&tried, "--not", &m4]),
            ..case(
                "GitHub merge_group",
                &whole,
                world.github("merge_group", &group, &[("GITHUB_SHA", &tried)]),
            )
        },
        case(
            "GitLab merge request, target not fetched",
            &alone,
            gitlab(&[("CI_COMMIT_SHA", &head), ("CI_MERGE_REQUEST_DIFF_BASE_SHA", &m3)]),
        ),
        case(
            "GitLab merged results",
            &whole,
            gitlab(&[
                ("CI_COMMIT_SHA", &tried),
                ("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", &head),
                ("CI_MERGE_REQUEST_TARGET_BRANCH_SHA", &m4),
                ("CI_MERGE_REQUEST_DIFF_BASE_SHA", &m3),
            ]),
        ),
        case(
            "Bitbucket pull request, short ids",
            &with_target,
            owned(&[
                ("BITBUCKET_BUILD_NUMBER", "1"),
                ("BITBUCKET_PR_ID", "17"),
                ("BITBUCKET_BRANCH", "feature"),
                ("BITBUCKET_COMMIT", &head),
                ("BITBUCKET_PR_DESTINATION_COMMIT", &m4[..12]),
                ("BITBUCKET_PR_DESTINATION_BRANCH", "main"),
            ]),
        ),
        case(
            "Azure pull request, target not named by id",
            &whole,
            owned(&[
                ("TF_BUILD", "True"),
                ("BUILD_REASON", "PullRequest"),
                ("BUILD_SOURCEVERSION", &tried),
                ("BUILD_SOURCEBRANCH", "refs/pull/17/merge"),
                ("SYSTEM_PULLREQUEST_SOURCECOMMITID", &head),
                ("SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/gone"),
            ]),
        ),
        case(
            "Jenkins change request",
            &with_target,
            owned(&[
                ("JENKINS_URL", "http://ci.example"),
                ("CHANGE_ID", "17"),
                ("CHANGE_TARGET", "main"),
                ("BRANCH_NAME", "PR-17"),
                ("GIT_COMMIT", &head),
            ]),
        ),
        case(
            "Buildkite pull request",
            &with_target,
            owned(&[
                ("BUILDKITE", "true"),
                ("BUILDKITE_COMMIT", "HEAD"),
                ("BUILDKITE_BRANCH", "feature"),
                ("BUILDKITE_PULL_REQUEST", "17"),
                ("BUILDKITE_PULL_REQUEST_BASE_BRANCH", "main"),
            ]),
        ),
        case(
            "CircleCI pull request",
            &with_target,
            owned(&[
                ("CIRCLECI", "true"),
                ("CIRCLE_SHA1", &head),
                ("CIRCLE_BRANCH", "feature"),
                ("CIRCLE_PULL_REQUEST", "https://host.example/org/app/pull/17"),
            ]),
        ),
    ]);
}

#[test]
fn pushes_are_what_is_new_to_their_branch() {
    let (world, [m1, m2, _, m4], head) = requested(2);
    let clone = |world: &World, name: &str| world.whole_clone(name, &[], &head);
    // A branch that was pushed, and rewritten since: nothing holds what it was.
    world.checkout(&["-b", "topic", &m2]);
    let gone = world.commit("t");
    world.checkout(&["-B", "topic", &m4]);
    let rewritten = world.commit("t");
    world.repo.git(&["reflog", "expire", "--expire=all", "--all"]);
    // A merge of three branches.
    world.checkout(&["-b", "octopus", &m2]);
    let start = world.commit("o1");
    world.checkout(&["-b", "side", &m2]);
    world.commit("o2");
    world.checkout(&["octopus"]);
    let octopus = world.merge(&["side", "topic"]);
    // A request that was squashed.
    world.checkout(&["main"]);
    world.repo.git(&["merge", "-q", "--squash", "feature"]);
    let squashed = world.repo.commit(&format!("squash\n\n{}", world.key())).to_string();
    world.repo.git(&["tag", "-a", "-m", "a message", "v1", &squashed]);
    let tag = world.id("v1");
    let whole = clone(&world, "whole");
    let with_old = world.whole_clone("old", &[&format!("+{gone}:refs/old/topic")], &head);
    let github = |name: &str, before: &str, after: &str| {
        world.github("push", &push(name, before, after), &[("GITHUB_SHA", after)])
    };
    let case = |name, variables, rev_list: &[&str]| Case {
        name,
        clone: whole.clone(),
        variables,
        commits: world.rev_list(rev_list),
    };
    let gitlab = |branch: &str, before: &str, after: &str| {
        owned(&[
            ("GITLAB_CI", "true"),
            ("CI_PIPELINE_SOURCE", "push"),
            ("CI_COMMIT_BRANCH", branch),
            ("CI_DEFAULT_BRANCH", "main"),
            ("CI_COMMIT_BEFORE_SHA", before),
            ("CI_COMMIT_SHA", after),
        ])
    };
    let azure = |branch: &str| {
        let full = format!("refs/heads/{branch}");
        owned(&[
            ("TF_BUILD", "True"),
            ("BUILD_REASON", "IndividualCI"),
            ("BUILD_SOURCEBRANCH", &full),
            ("BUILD_SOURCEVERSION", &world.id(branch)),
        ])
    };
    let jenkins = |more: &[(&str, &str)]| {
        owned(
            &[
                &[
                    ("JENKINS_URL", "x"),
                    ("GIT_BRANCH", "origin/main"),
                    ("GIT_COMMIT", &squashed[..]),
                ],
                more,
            ]
            .concat(),
        )
    };
    check(vec![
        case(
            "GitHub push",
            github("refs/heads/feature", &m2, &head),
            &[&head, "--not", &m2],
        ),
        case(
            "GitHub push, squash merge",
            github("refs/heads/main", &m4, &squashed),
            &[&squashed, "--not", &m4],
        ),
        case(
            "GitHub push, new branch",
            github("refs/heads/feature", ZEROS, &head),
            &[&head, "--not", "main"],
        ),
        case(
            "GitHub push, force",
            github("refs/heads/topic", &gone, &rewritten),
            &[&rewritten, "--not", "main"],
        ),
        Case {
            clone: with_old,
            ..case(
                "GitHub push, force, what was is still there",
                github("refs/heads/topic", &gone, &rewritten),
                &[&rewritten, "--not", "main", &gone],
            )
        },
        case(
            "GitHub push, octopus",
            github("refs/heads/octopus", &start, &octopus),
            &[&octopus, "--not", &start],
        ),
        case(
            "GitHub push, first of the default branch",
            github("refs/heads/main", ZEROS, &squashed),
            &[&squashed],
        ),
        case(
            "GitHub push, tag",
            github("refs/tags/v1", ZEROS, &tag),
            &[&squashed, "--not", "main"],
        ),
        case(
            "GitHub push, branch deleted",
            github("refs/heads/old", &m1, ZEROS),
            &["main", "--not", "main"],
        ),
        case("GitLab push", gitlab("feature", &m2, &head), &[&head, "--not", &m2]),
        case(
            "GitLab push, new branch",
            gitlab("feature", ZEROS, &head),
            &[&head, "--not", "main"],
        ),
        case(
            "Bitbucket push",
            owned(&[
                ("BITBUCKET_BUILD_NUMBER", "1"),
                ("BITBUCKET_BRANCH", "feature"),
                ("BITBUCKET_COMMIT", &head),
            ]),
            &[&head, "--not", "main"],
        ),
        case("Azure push", azure("feature"), &[&head, "--not", "main"]),
        case("Azure push, main", azure("main"), &["main"]),
        case(
            "Jenkins branch",
            jenkins(&[("GIT_PREVIOUS_SUCCESSFUL_COMMIT", &m2), ("GIT_PREVIOUS_COMMIT", &m4)]),
            &[&squashed, "--not", &m2],
        ),
        case("Jenkins branch, first build", jenkins(&[]), &[&squashed]),
        case(
            "Buildkite push",
            owned(&[
                ("BUILDKITE", "true"),
                ("BUILDKITE_COMMIT", &head),
                ("BUILDKITE_BRANCH", "feature"),
                ("BUILDKITE_PULL_REQUEST", "false"),
                ("BUILDKITE_PIPELINE_DEFAULT_BRANCH", "main"),
            ]),
            &[&head, "--not", "main"],
        ),
        case(
            "CircleCI push",
            owned(&[
                ("CIRCLECI", "true"),
                ("CIRCLE_SHA1", &head),
                ("CIRCLE_BRANCH", "feature"),
            ]),
            &[&head, "--not", "main"],
        ),
    ]);
}

#[test]
fn what_is_about_nothing_is_about_everything() {
    let (world, _, head) = requested(3);
    let whole = world.whole_clone("whole", &[], &head);
    let all = world.rev_list(&["--branches"]);
    let case = |name, variables| Case {
        name,
        clone: whole.clone(),
        variables,
        commits: all.clone(),
    };
    let gitlab = |source: &str| {
        owned(&[
            ("GITLAB_CI", "true"),
            ("CI_PIPELINE_SOURCE", source),
            ("CI_COMMIT_SHA", &head),
        ])
    };
    check(vec![
        case(
            "GitHub schedule",
            world.github("schedule", &json!({"schedule": "0 3 * * *"}), &[]),
        ),
        case(
            "GitHub workflow_dispatch",
            world.github("workflow_dispatch", &json!({"inputs": null}), &[]),
        ),
        case("GitLab schedule", gitlab("schedule")),
        case(
            "Azure schedule",
            owned(&[("TF_BUILD", "True"), ("BUILD_REASON", "Schedule")]),
        ),
        case(
            "Bitbucket custom pipeline",
            owned(&[("BITBUCKET_BUILD_NUMBER", "1"), ("BITBUCKET_COMMIT", &head)]),
        ),
        case(
            "Buildkite schedule",
            owned(&[("BUILDKITE", "true"), ("BUILDKITE_SOURCE", "schedule")]),
        ),
    ]);
}

#[test]
fn what_is_asked_for_counts_before_the_event() {
    let (world, [m1, m2, ..], head) = requested(4);
    let whole = world.whole_clone("whole", &[], &head);
    let event = world.github("push", &push("refs/heads/feature", &m2, &head), &[]);
    let commits = |variables: &[(String, String)], arguments: &[&str]| scanned(&report(&whole, variables, arguments).1);
    let none = Vec::new();
    assert_eq!(
        commits(&event, &["--base", &m1]),
        world.rev_list(&[&head, "--not", &m1])
    );
    assert_eq!(
        commits(&event, &["--head", "origin/main"]),
        world.rev_list(&["main", "--not", &m2])
    );
    assert_eq!(
        commits(&none, &["--base", "origin/main"]),
        world.rev_list(&[&head, "--not", "main"])
    );
    assert_eq!(commits(&none, &["--range", &format!("{m1}..{m2}")]), [m2].into());
    assert_eq!(commits(&event, &["--all"]), world.rev_list(&["--branches"]));
    for (arguments, said) in [
        (&[][..], "--range A..B"),
        (&["--head", "HEAD"], "--base"),
        (&["--base", "nowhere"], "nowhere"),
        (&["--base=--output=x"], "cannot be found"),
        (&["--range", "HEAD"], "no `..`"),
        (&["--range", "a..b", "--all"], "does not go with"),
    ] {
        let run = ci(&whole, &none, arguments);
        assert_eq!(run.code, 2, "{arguments:?}: {}", run.err());
        assert!(run.err().contains(said), "{arguments:?}: {}", run.err());
    }
}

#[test]
fn a_secret_hidden_in_a_merge_is_found_and_the_target_s_own_are_not() {
    let world = World::new(5);
    let plain = |message: &str| world.repo.commit(message).to_string();
    world
        .repo
        .write("old.env", format!("AWS_ACCESS_KEY_ID={}\n", world.key()));
    plain("the target's own");
    world.checkout(&["-b", "feature"]);
    world.repo.write("new.txt", "new\n");
    plain("a feature");
    world.checkout(&["main"]);
    world
        .repo
        .write("later.env", format!("AWS_ACCESS_KEY_ID={}\n", world.key()));
    let base = plain("the target's own, later");
    world.checkout(&["feature"]);
    world.repo.tick();
    world.repo.git(&["merge", "-q", "--no-commit", "main"]);
    world
        .repo
        .write("hidden.env", format!("AWS_ACCESS_KEY_ID={}\n", world.key()));
    let head = plain("merge main");
    let tried = world.try_merge(&base, &head, "refs/pull/17/merge");
    let clone = world.whole_clone("clone", &["+refs/pull/17/merge:refs/remotes/pull/17/merge"], &tried);
    let variables = [("GITHUB_SHA", &tried[..]), ("GITHUB_REF", "refs/pull/17/merge")];
    let variables = world.github("pull_request", &pull_request(&base, &head), &variables);
    let (run, report) = report(&clone, &variables, &[]);
    assert_eq!(run.code, 1, "{}", run.err());
    let found = common::program::findings(&report);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0]["location"]["path"], "hidden.env");
    assert_eq!(found[0]["introduced"]["commit"], head);
    assert_eq!(found[0]["state"], "in-tree");
    assert_eq!(report["target"]["command"], "ci");
}

#[test]
fn the_message_of_a_tag_came_with_it() {
    let world = World::new(6);
    world.repo.commit_file("a", "1\n");
    let commit = world.repo.commit_file("a", "2\n").to_string();
    let message = format!("release\n\n{}", world.key());
    world.repo.git(&["tag", "-a", "-m", &message, "v1"]);
    let tag = world.id("v1");
    let variables = world.github("push", &push("refs/tags/v1", ZEROS, &tag), &[("GITHUB_SHA", &commit)]);
    let whole = world.whole_clone("whole", &[], &commit);
    let (run, found) = report(&whole, &variables, &[]);
    assert_eq!(run.code, 1, "{}", run.err());
    assert_eq!(common::program::findings(&found)[0]["location"]["place"], "tag-message");
    // As actions/checkout does it: the tag is made to name the commit, and its message stays behind.
    let refspec = format!("+{commit}:refs/tags/v1");
    let lost = world.clone(
        "lost",
        &["--no-tags"],
        &["+refs/heads/*:refs/remotes/origin/*", &refspec],
        &commit,
    );
    let (run, found) = report(&lost, &variables, &[]);
    assert_eq!(run.code, 2, "{}", run.err());
    let reason = found["incomplete_reasons"][0].to_string();
    assert!(reason.contains("message of the tag"), "{found}");
    // It does so after a whole fetch, too; the message is there then, under no name.
    world.repo.git_in(&whole, &["fetch", "-q", "origin", &refspec]);
    assert_eq!(world.repo.git_in(&whole, &["rev-parse", "v1"]), commit);
    let (run, found) = report(&whole, &variables, &[]);
    assert_eq!(run.code, 1, "{}", run.err());
    assert_eq!(common::program::findings(&found)[0]["location"]["place"], "tag-message");
    // What it does unless told otherwise brings one commit. Whoever lets that pass means the tag as well.
    let one = world.clone("one", &["--no-tags", "--depth=1"], &[&refspec], &commit);
    for (flags, code) in [(&[][..], 2), (&["--allow-shallow"][..], 0)] {
        let (run, found) = report(&one, &variables, flags);
        assert_eq!(run.code, code, "{}", run.err());
        assert_eq!(found["complete"], false);
        assert_eq!(found["incomplete_reasons"].as_array().map(Vec::len), Some(2), "{found}");
        assert!(found.to_string().contains("git fetch --force --tags origin"), "{found}");
    }
}

#[test]
fn a_request_cannot_allow_itself() {
    let world = World::new(12);
    let allow = |path: &str| format!("[[allow]]\npath = \"{path}\"\nreason = \"a test\"\n");
    world.repo.write(".keytrail.toml", allow("fixtures/**"));
    let base = world.repo.commit("settings").to_string();
    world.checkout(&["-b", "feature"]);
    world.repo.write(".keytrail.toml", allow("**"));
    world
        .repo
        .write("a.env", format!("AWS_ACCESS_KEY_ID={}\n", world.key()));
    world
        .repo
        .write("fixtures/a.env", format!("AWS_ACCESS_KEY_ID={}\n", world.key()));
    let head = world.repo.commit("allow me").to_string();
    let clone = world.whole_clone("clone", &[], &head);
    let variables = world.github("pull_request", &pull_request(&base, &head), &[]);
    let counts = |variables: &[(String, String)], arguments: &[&str]| {
        let (run, report) = report(&clone, variables, arguments);
        let count = |what: &str| report["stats"][what].as_u64().expect("a number");
        (run.code, count("findings"), count("suppressed"))
    };
    assert_eq!(counts(&variables, &[]), (1, 1, 1));
    assert_eq!(counts(&variables, &["--no-repo-config"]), (1, 2, 0));
    assert_eq!(counts(&variables, &["--config-from-ref", "HEAD"]), (0, 0, 2));
    // What is asked for by hand is no less a request.
    assert_eq!(counts(&variables, &["--range", &format!("{base}..{head}")]), (1, 1, 1));
    // What was pushed has been merged by somebody.
    let pushed = world.github("push", &push("refs/heads/feature", &base, &head), &[]);
    assert_eq!(counts(&pushed, &[]), (0, 0, 2));
}

#[test]
fn events_of_strangers_are_refused_and_not_repeated() {
    let world = World::new(13);
    let head = world.repo.commit_file("a", "1\n").to_string();
    let clone = world.whole_clone("clone", &[], &head);
    let hostile = "\u{1b}[31mPLANTED\n::error::x";
    for (name, payload) in [
        ("pull_request", pull_request("--output=PLANTED", &head)),
        ("pull_request", pull_request(&head, hostile)),
        ("push", push(hostile, &head, &head)),
        ("push", push("refs/tags/../../PLANTED", ZEROS, &head)),
        ("push", push("refs/heads/x", "HEAD~1", &head)),
        ("push", json!({"ref": "refs/heads/x", "after": 7})),
        ("push", json!(["PLANTED"])),
        (
            "merge_group",
            json!({"merge_group": {"base_sha": hostile, "head_sha": head}}),
        ),
    ] {
        let variables = world.github(name, &payload, &[]);
        let run = ci(&clone, &variables, &[]);
        let is_refused = run.code == 2 && run.err().contains("hint:");
        // A ref that is neither a branch nor a tag is never looked up.
        assert!(is_refused || payload["ref"] == hostile, "{payload}: {}", run.err());
        assert!(
            !run.err().contains("PLANTED") && !run.err().contains("::error"),
            "{}",
            run.err()
        );
    }
    let variables = world.github("x\n::error::PLANTED", &json!({}), &[]);
    assert!(!ci(&clone, &variables, &[]).err().contains("PLANTED"));
    // A branch that has the name of an id is not taken for it.
    world.repo.git(&["branch", &head[..12], "HEAD"]);
    let later = world.commit("b");
    let clone = world.whole_clone("named", &[&format!("+{head}:refs/heads/{}", &later[..12])], &later);
    let variables = [
        ("BITBUCKET_BUILD_NUMBER", "1"),
        ("BITBUCKET_PR_ID", "1"),
        ("BITBUCKET_COMMIT", &later[..12]),
    ];
    let variables = [&variables[..], &[("BITBUCKET_PR_DESTINATION_COMMIT", &head[..])]].concat();
    let (_, report) = report(&clone, &owned(&variables), &[]);
    assert_eq!(scanned(&report), [later].into());
}

#[test]
fn github_is_told_in_its_own_ways() {
    let world = World::new(14);
    let base = world.repo.commit_file("a", "1\n").to_string();
    world
        .repo
        .write("::error::x", format!("AWS_ACCESS_KEY_ID={}\n", world.key()));
    let head = world.repo.commit("a path that is a command").to_string();
    let clone = world.whole_clone("clone", &[], &head);
    let [output, page, log] = ["output", "page", "out.sarif"].map(|name| world.repo.beside(name));
    std::fs::write(&output, "earlier=1\n").expect("a file");
    std::fs::write(&page, "# earlier\n").expect("a file");
    let files = [
        ("GITHUB_OUTPUT", output.to_str().unwrap()),
        ("GITHUB_STEP_SUMMARY", page.to_str().unwrap()),
    ];
    let variables = world.github("push", &push("refs/heads/main", &base, &head), &files);
    let sarif = format!("sarif={}", log.display());
    let run = ci(&clone, &variables, &["--report", "human", "--report", &sarif]);
    assert_eq!(run.code, 1, "{}", run.err());
    let is_command = |line: &str| line.trim_start().starts_with("::");
    assert!(!run.out().lines().any(is_command), "{}", run.out());
    let told = std::fs::read_to_string(&output).expect("the outputs");
    assert_eq!(told, format!("earlier=1\nfindings=1\nsarif={}\n", log.display()));
    let summary = std::fs::read_to_string(&page).expect("the page");
    assert!(
        summary.starts_with("# earlier\n") && summary.contains("AWS access key ID"),
        "{summary}"
    );
    // Annotations, if nothing else is asked for.
    let out = ci(&clone, &variables, &[]).out();
    assert!(
        out.starts_with("::warning ") && out.contains("AWS access key ID"),
        "{out}"
    );
    // A page that others have filled is not made too large to be shown.
    std::fs::write(&page, "x".repeat((900 << 10) - 100)).expect("a file");
    assert_eq!(ci(&clone, &variables, &[]).code, 1);
    let cut = std::fs::read_to_string(&page).expect("the page");
    assert!(cut.len() < 1 << 20 && cut.contains("This is cut here"), "{}", cut.len());
}

#[test]
fn gitlab_is_told_in_a_file() {
    let world = World::new(16);
    let base = world.repo.commit_file("a", "1\n").to_string();
    let head = world.commit("b");
    let clone = world.whole_clone("clone", &[], &head);
    let folder = clone.to_str().expect("a plain path");
    let variables = owned(&[
        ("GITLAB_CI", "true"),
        ("CI_PIPELINE_SOURCE", "push"),
        ("CI_COMMIT_BRANCH", "main"),
        ("CI_DEFAULT_BRANCH", "main"),
        ("CI_COMMIT_BEFORE_SHA", &base),
        ("CI_COMMIT_SHA", &head),
        ("CI_PROJECT_DIR", folder),
    ]);
    let run = ci(&clone, &variables, &["--min-confidence", "low"]);
    assert_eq!(run.code, 1, "{}", run.err());
    assert!(run.out().contains("AWS access key ID"), "{}", run.out());
    let text = std::fs::read(clone.join("gl-secret-detection-report.json")).expect("a report");
    let report: Value = serde_json::from_slice(&text).expect("JSON");
    assert_eq!(report["vulnerabilities"][0]["location"]["commit"]["sha"], head);
}

#[test]
fn secrets_stay_masked_in_ci() {
    let world = World::new(15);
    let base = world.repo.commit_file("a", "1\n").to_string();
    let secret = common::random::Random::new(15).class("A-Za-z0-9", 20);
    world.repo.write("a.py", format!("password = \"{secret}\"\n"));
    let head = world.repo.commit("a password").to_string();
    let variables = world.github("push", &push("refs/heads/main", &base, &head), &[]);
    let shown = |arguments: &[&str]| {
        ci(
            &world.repo.path(),
            &variables,
            &[&["--report", "json"], arguments].concat(),
        )
    };
    let run = shown(&["--show-secrets"]);
    assert_eq!(run.code, 2);
    assert!(
        run.out().is_empty() && run.err().contains("--show-secrets-in-ci"),
        "{}",
        run.err()
    );
    assert!(!shown(&[]).out().contains(&secret));
    assert!(
        shown(&["--show-secrets", "--show-secrets-in-ci"])
            .out()
            .contains(&secret)
    );
}

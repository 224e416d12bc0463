//! A repository as a server has it, clones as providers make them, and events as providers tell them.
//!
//! Every commit has an access key id in its message, made when the test runs: the commits that were scanned are those of
//! the findings, also merges that change nothing.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::common::program::{Run, findings, finish, keytrail};
use crate::common::random::Random;
use crate::common::repo::TestRepo;

pub const ZEROS: &str = "0000000000000000000000000000000000000000";

/// The server's repository.
pub struct World {
    pub repo: TestRepo,
    random: RefCell<Random>,
}

impl World {
    pub fn new(seed: u64) -> Self {
        let repo = TestRepo::new();
        // Servers let a job fetch the commit that its event names.
        repo.git(&["config", "uploadpack.allowAnySHA1InWant", "true"]);
        Self {
            repo,
            random: RefCell::new(Random::new(seed)),
        }
    }

    pub fn key(&self) -> String {
        self.random.borrow_mut().pair().id
    }

    /// Commits a change of this file; returns the commit.
    pub fn commit(&self, path: &str) -> String {
        self.repo.write(path, format!("{path} {}\n", self.repo.tick()));
        self.repo
            .commit(&format!("change {path}\n\n{}", self.key()))
            .to_string()
    }

    /// Merges branches into the one that is checked out.
    pub fn merge(&self, branches: &[&str]) -> String {
        self.repo.tick();
        let message = format!("merge\n\n{}", self.key());
        let merge = ["merge", "-q", "--no-ff", "-m", &message];
        self.repo.git(&[&merge[..], branches].concat());
        self.id("HEAD")
    }

    /// The merge of two commits that a server makes to try a request, under a ref of this name.
    pub fn try_merge(&self, target: &str, head: &str, name: &str) -> String {
        self.repo.tick();
        let tree = self.repo.git(&["merge-tree", "--write-tree", target, head]);
        let message = format!("try\n\n{}", self.key());
        let merge = self
            .repo
            .git(&["commit-tree", "-p", target, "-p", head, "-m", &message, &tree]);
        self.repo.git(&["update-ref", name, &merge]);
        merge
    }

    pub fn checkout(&self, words: &[&str]) {
        self.repo.git(&[&["checkout", "-q"], words].concat());
    }

    pub fn id(&self, revision: &str) -> String {
        self.repo.id(revision).to_string()
    }

    /// The commits that `git rev-list` gives.
    pub fn rev_list(&self, words: &[&str]) -> BTreeSet<String> {
        let listed = self.repo.git(&[&["rev-list"], words].concat());
        listed.lines().map(str::to_owned).collect()
    }

    /// A clone as checkouts make it: what these refspecs bring, and a commit that is checked out.
    pub fn clone(&self, name: &str, flags: &[&str], refspecs: &[&str], head: &str) -> PathBuf {
        let folder = self.repo.beside(name);
        let path = folder.to_str().expect("a plain path");
        self.repo.git(&["init", "-q", "-b", "unborn", path]);
        let url = format!("file://{}", self.repo.path().display());
        self.repo.git_in(&folder, &["remote", "add", "origin", &url]);
        let fetch = [&["fetch", "-q"], flags, &["origin"], refspecs].concat();
        self.repo.git_in(&folder, &fetch);
        self.repo.git_in(&folder, &["checkout", "-q", "--detach", head]);
        folder
    }

    /// A clone of all branches and tags.
    pub fn whole_clone(&self, name: &str, more: &[&str], head: &str) -> PathBuf {
        let all = ["+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*"];
        self.clone(name, &[], &[&all[..], more].concat(), head)
    }

    /// Writes an event as GitHub does, and gives the variables that go with it.
    pub fn github(&self, name: &str, payload: &Value, variables: &[(&str, &str)]) -> Vec<(String, String)> {
        let file = self
            .repo
            .beside(&format!("event-{}.json", self.random.borrow_mut().below(1 << 30)));
        std::fs::write(&file, payload.to_string()).expect("a file");
        let file = file.to_str().expect("a plain path");
        let fixed = [
            ("CI", "true"),
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_EVENT_NAME", name),
            ("GITHUB_EVENT_PATH", file),
        ];
        owned(&[&fixed[..], variables].concat())
    }
}

pub fn owned(variables: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    variables.iter().map(owned).collect()
}

/// A `pull_request` event, as far as jobs and people look at it.
pub fn pull_request(base: &str, head: &str) -> Value {
    json!({
        "action": "synchronize",
        "number": 17,
        "pull_request": {
            "id": 1, "number": 17, "state": "open", "title": "A title", "merged": false, "draft": false,
            "head": {"label": "ada:feature", "ref": "feature", "sha": head, "repo": {"fork": true}},
            "base": {"label": "org:main", "ref": "main", "sha": base, "repo": {"default_branch": "main"}},
            "commits": 3, "merge_commit_sha": null,
        },
        "repository": {"id": 2, "full_name": "org/app", "private": false, "default_branch": "main"},
        "sender": {"login": "ada"},
    })
}

/// A `push` event.
pub fn push(full_name: &str, before: &str, after: &str) -> Value {
    json!({
        "ref": full_name, "before": before, "after": after,
        "created": before == ZEROS, "deleted": after == ZEROS, "forced": false, "base_ref": null,
        "repository": {"id": 2, "full_name": "org/app", "default_branch": "main", "master_branch": "main"},
        "commits": [], "head_commit": null, "pusher": {"name": "ada"},
    })
}

/// Runs `keytrail ci` with these variables.
pub fn ci(clone: &Path, variables: &[(String, String)], arguments: &[&str]) -> Run {
    let mut command = keytrail(clone);
    command.envs(variables.iter().map(|(name, value)| (name, value)));
    finish(command.arg("ci").args(arguments))
}

/// The report of a run as JSON, written beside what the run prints.
pub fn report(clone: &Path, variables: &[(String, String)], arguments: &[&str]) -> (Run, Value) {
    let file = clone.with_extension("json");
    let asked = format!("json={}", file.display());
    let run = ci(
        clone,
        variables,
        &[&["--report", &asked, "--min-confidence", "low"], arguments].concat(),
    );
    let text = std::fs::read(&file).unwrap_or_else(|_| panic!("no report: {}", run.err()));
    (run, serde_json::from_slice(&text).expect("JSON"))
}

/// The commits whose messages were scanned.
pub fn scanned(report: &Value) -> BTreeSet<String> {
    let commits = findings(report).iter().map(|finding| &finding["introduced"]["commit"]);
    commits
        .map(|commit| commit.as_str().expect("an id").to_owned())
        .collect()
}

/// Ids in full, for messages.
pub fn short(ids: &BTreeSet<String>) -> Vec<&str> {
    ids.iter().map(|id| &id[..8]).collect()
}

//! A repository with a key of its own in every place that a repository can hide one: `history` finds each, and says
//! which commit brought it, where it is now and what still reaches it. What it should say is asked of git.

mod common;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use common::program::{self, findings};
use common::random::{Pair, Random};
use common::repo::TestRepo;
use keytrail::origin::ObjectId;
use serde_json::Value;

/// What a place is to be reported as.
struct Wanted {
    name: &'static str,
    key: Pair,
    /// Names hold no `/` and no `+` of a secret: only the id is put there.
    id_only: bool,
    commit: Option<ObjectId>,
    state: &'static str,
    /// One of the refs.
    reached_by: Option<&'static str>,
    place: &'static str,
    path: Option<String>,
}

/// Builds the repository place by place.
struct Builder {
    repo: TestRepo,
    random: Random,
    wanted: Vec<Wanted>,
}

fn text(key: &Pair) -> String {
    format!(
        "aws_access_key_id = {}\naws_secret_access_key = {}\n",
        key.id, key.secret
    )
}

impl Builder {
    fn new() -> Self {
        let builder = Self {
            repo: TestRepo::new(),
            random: Random::new(4),
            wanted: Vec::new(),
        };
        builder.repo.commit_file("README", "nothing here\n");
        builder
    }

    fn key(&mut self) -> Pair {
        self.random.pair()
    }

    /// Notes what a place is to be reported as; the rest is set on what is returned.
    fn want(&mut self, name: &'static str, key: &Pair, commit: Option<ObjectId>, state: &'static str) -> &mut Wanted {
        self.wanted.push(Wanted {
            name,
            key: key.clone(),
            id_only: false,
            commit,
            state,
            reached_by: Some("refs/heads/main"),
            place: "blob",
            path: None,
        });
        self.wanted.last_mut().expect("it was just put there")
    }

    /// A file on main that stays there.
    fn file(&mut self, name: &'static str, path: &str, content: impl FnOnce(&Pair) -> Vec<u8>) {
        let key = self.key();
        let commit = self.repo.commit_file(path, content(&key));
        self.want(name, &key, Some(commit), "in-tree").path = Some(path.to_owned());
    }

    fn files(&mut self) {
        self.file("plain file", "plain.env", |key| text(key).into());
        self.file("hidden file", ".env", |key| text(key).into());
        self.file("deep file", "a/b/c/d/e/f.env", |key| text(key).into());
        self.repo.commit_file(
            ".gitattributes",
            "*.nodiff -diff\n*.blob binary\n*.lfs filter=lfs -text\n",
        );
        self.file("behind -diff", "keys.nodiff", |key| text(key).into());
        self.file("binary attribute", "keys.blob", |key| text(key).into());
        self.file("filter attribute", "keys.lfs", |key| text(key).into());
        self.file("NUL bytes around", "image.dat", |key| {
            [&[0; 300][..], text(key).as_bytes(), &[0, 1, 2, 255]].concat()
        });
        self.file("UTF-16", "windows.ini", |key| {
            let units = text(key).replace('\n', "\r\n");
            let bytes = units.encode_utf16().flat_map(u16::to_le_bytes);
            [0xff, 0xfe].into_iter().chain(bytes).collect()
        });
        self.file("path that needs quotes", "we\"ird\n\u{1b}[31m\\ ü.env", |key| {
            text(key).into()
        });
        self.file("beside a submodule", "vendor/key.env", |key| text(key).into());
        let head = self.repo.id("HEAD").to_string();
        self.repo.git(&[
            "update-index",
            "--add",
            "--cacheinfo",
            &format!("160000,{head},vendor/sub"),
        ]);
        self.repo.tick();
        self.repo.git(&["commit", "-q", "-m", "a submodule"]);
        self.repo.git(&["update-index", "--force-remove", "vendor/sub"]);
        self.repo.commit("without it");

        let key = self.key();
        let commit = self.repo.commit_file("before.env", text(&key));
        self.repo.git(&["mv", "before.env", "after.env"]);
        self.repo.commit("rename");
        self.want("rename", &key, Some(commit), "in-tree").path = Some("after.env".to_owned());

        let key = self.key();
        std::os::unix::fs::symlink("target", self.repo.path().join("link")).expect("a symbolic link");
        self.repo.commit("a link");
        std::fs::remove_file(self.repo.path().join("link")).expect("it is there");
        let commit = self.repo.commit_file("link", text(&key));
        self.want("type change", &key, Some(commit), "in-tree").path = Some("link".to_owned());

        let key = self.key();
        let target = format!("/run/{}", key.id);
        std::os::unix::fs::symlink(target, self.repo.path().join("to")).expect("a symbolic link");
        let commit = self.repo.commit("a link to a key");
        self.want("target of a link", &key, Some(commit), "in-tree").id_only = true;

        let key = self.key();
        let commit = self.repo.commit_file("gone.env", text(&key));
        self.repo.git(&["rm", "-q", "gone.env"]);
        self.repo.commit("remove it");
        self.want("deleted file", &key, Some(commit), "history-only").path = Some("gone.env".to_owned());

        let key = self.key();
        let commit = self.repo.commit_file(&format!("backup-{}.txt", key.id), "nothing\n");
        let wanted = self.want("file name", &key, Some(commit), "in-tree");
        (wanted.id_only, wanted.place) = (true, "path-name");
    }

    /// A commit that only `branch` reaches.
    fn branch(&mut self, name: &'static str, branch: &str, reached_by: &'static str) {
        let key = self.key();
        self.repo.git(&["switch", "-q", "-c", branch]);
        let commit = self.repo.commit_file("branch.env", text(&key));
        self.repo.git(&["switch", "-q", "main"]);
        self.want(name, &key, Some(commit), "history-only").reached_by = Some(reached_by);
    }

    fn refs(&mut self) {
        self.branch("side branch", "side", "refs/heads/side");

        let key = self.key();
        self.repo.git(&["switch", "-q", "--detach"]);
        let commit = self.repo.commit_file("tagged.env", text(&key));
        self.repo.git(&["tag", "light"]);
        self.repo.git(&["switch", "-q", "main"]);
        self.want("tag-only commit", &key, Some(commit), "history-only")
            .reached_by = Some("refs/tags/light");

        let key = self.key();
        self.repo.git(&["tag", "-a", "v1", "-m", &text(&key)]);
        let commit = self.repo.id("HEAD");
        let wanted = self.want("tag message", &key, Some(commit), "history-only");
        (wanted.reached_by, wanted.place) = (Some("refs/tags/v1"), "tag-message");

        let key = self.key();
        let commit = self.repo.commit(&format!("subject\n\n{}", text(&key)));
        self.want("commit message", &key, Some(commit), "history-only").place = "commit-message";

        let key = self.key();
        self.repo.tick();
        let author = format!("{}:{} <a@example.com>", key.id, key.secret);
        self.repo
            .git(&["commit", "-q", "--allow-empty", "-m", "by a key", "--author", &author]);
        let commit = self.repo.id("HEAD");
        self.want("author name", &key, Some(commit), "history-only").place = "identity";

        let key = self.key();
        self.repo.git(&["notes", "add", "-m", &text(&key), "HEAD"]);
        let commit = self.repo.id("refs/notes/commits");
        self.want("note", &key, Some(commit), "history-only").reached_by = Some("refs/notes/commits");

        let key = self.key();
        self.repo.git(&["branch", &format!("feature/{}", key.id)]);
        let wanted = self.want("branch name", &key, None, "history-only");
        (wanted.id_only, wanted.reached_by, wanted.place) = (true, None, "ref-name");

        let key = self.key();
        self.repo.git(&["tag", &format!("rel_{}", key.id)]);
        let wanted = self.want("tag name", &key, None, "history-only");
        (wanted.id_only, wanted.reached_by, wanted.place) = (true, None, "ref-name");

        let key = self.key();
        let blob = self.repo.hash_object("blob", text(&key).as_bytes()).to_string();
        self.repo.git(&["update-ref", "refs/weird/blob", &blob]);
        self.want("ref to a blob", &key, None, "history-only").reached_by = Some("refs/weird/blob");
    }

    fn merges(&mut self) {
        let key = self.key();
        self.repo.git(&["switch", "-q", "-c", "topic", "HEAD~1"]);
        self.repo.commit_file("topic.txt", "topic\n");
        self.repo.git(&["switch", "-q", "main"]);
        self.repo.git(&["merge", "-q", "--no-ff", "--no-commit", "topic"]);
        self.repo.write("evil.env", text(&key));
        let commit = self.repo.commit("merge topic");
        self.want("evil merge", &key, Some(commit), "in-tree").path = Some("evil.env".to_owned());

        // The message of a signed tag stays in the merge commit when the tag is deleted.
        let key = self.key();
        self.repo.git(&["switch", "-q", "-c", "release", "HEAD~1"]);
        self.repo.commit_file("release.txt", "release\n");
        // Git records the tags that are signed, whoever signed them.
        let tag = format!(
            "object {}\ntype commit\ntag r1\ntagger Ada <ada@example.com> 1700000000 +0000\n\n{}\
             -----BEGIN PGP SIGNATURE-----\n\nnone\n-----END PGP SIGNATURE-----\n",
            self.repo.id("HEAD"),
            text(&key)
        );
        let tag = self.repo.hash_object("tag", tag.as_bytes()).to_string();
        self.repo.git(&["update-ref", "refs/tags/r1", &tag]);
        self.repo.git(&["switch", "-q", "main"]);
        self.repo.tick();
        self.repo.git(&["merge", "-q", "--no-ff", "-m", "merge a tag", "r1"]);
        self.repo.git(&["tag", "-d", "r1"]);
        self.repo.git(&["prune"]);
        let commit = self.repo.id("HEAD");
        assert!(
            self.repo.git(&["cat-file", "commit", "HEAD"]).contains(&key.secret),
            "git keeps it"
        );
        let wanted = self.want("message of a merged tag", &key, Some(commit), "history-only");
        wanted.place = "commit-message";
    }

    fn stashes(&mut self) {
        let older = self.key();
        self.repo.write("plain.env", text(&older));
        self.repo.tick();
        self.repo.git(&["stash", "push", "-q"]);

        let (index, tree, untracked) = (self.key(), self.key(), self.key());
        self.repo.write("README", text(&index));
        self.repo.git(&["add", "README"]);
        self.repo.write("README", text(&tree));
        self.repo.write("untracked.env", text(&untracked));
        self.repo.tick();
        self.repo.git(&["stash", "push", "-q", "-u"]);
        for (name, key, revision, entry) in [
            ("stash, index", &index, "stash@{0}^2", "stash@{0}"),
            ("stash, work tree", &tree, "stash@{0}", "stash@{0}"),
            ("stash, untracked", &untracked, "stash@{0}^3", "stash@{0}"),
            ("older stash", &older, "stash@{1}", "stash@{1}"),
        ] {
            let commit = self.repo.id(revision);
            self.want(name, key, Some(commit), "history-only").reached_by = Some(entry);
        }
    }

    /// What no ref reaches.
    fn dangling(&mut self) {
        let key = self.key();
        let commit = self.repo.commit_file("reset.env", text(&key));
        self.repo.git(&["reset", "-q", "--hard", "HEAD~1"]);
        self.want("reflog-only commit", &key, Some(commit), "history-only")
            .reached_by = None;

        let key = self.key();
        self.repo.hash_object("blob", text(&key).as_bytes());
        self.repo.git(&["repack", "-q", "-a", "-d", "-l", "--cruft"]);
        let packs = std::fs::read_dir(self.repo.path().join(".git/objects/pack")).expect("packs");
        let cruft = |entry: &std::fs::DirEntry| entry.path().extension().is_some_and(|ext| ext == "mtimes");
        assert!(packs.flatten().any(|entry| cruft(&entry)), "git made a cruft pack");
        self.want("blob in a cruft pack", &key, None, "unreachable").reached_by = None;

        let key = self.key();
        self.repo.hash_object("blob", text(&key).as_bytes());
        self.want("dangling blob", &key, None, "unreachable").reached_by = None;

        let key = self.key();
        self.repo.write("dangling.env", text(&key));
        self.repo.git(&["add", "dangling.env"]);
        let tree = self.repo.git(&["write-tree"]);
        let commit = self.repo.git(&["commit-tree", "-m", "dangling", "-p", "HEAD", &tree]);
        self.repo.git(&["reset", "-q", "--hard"]);
        let commit = self.repo.id(&commit);
        self.want("dangling commit", &key, Some(commit), "unreachable")
            .reached_by = None;
    }

    /// Objects and branches that other folders hold.
    fn elsewhere(&mut self) {
        let key = self.key();
        let linked = self.repo.beside("linked");
        let folder = linked.to_str().expect("a plain path");
        self.repo.git(&["worktree", "add", "-q", "-b", "linked", folder]);
        std::fs::write(linked.join("linked.env"), text(&key)).expect("a file");
        self.repo.git_in(&linked, &["add", "-A"]);
        self.repo
            .git_in(&linked, &["commit", "-q", "-m", "in a linked work tree"]);
        let commit = self.repo.id("linked");
        self.want("branch of a linked work tree", &key, Some(commit), "history-only")
            .reached_by = Some("refs/heads/linked");

        // A detached HEAD without a reflog is all that holds this one.
        let key = self.key();
        let detached = self.repo.beside("detached");
        let folder = detached.to_str().expect("a plain path");
        self.repo.git(&["worktree", "add", "-q", "--detach", folder]);
        std::fs::write(detached.join("detached.env"), text(&key)).expect("a file");
        self.repo.git_in(&detached, &["add", "-A"]);
        self.repo
            .git_in(&detached, &["commit", "-q", "-m", "on a detached HEAD"]);
        let id = self.repo.git_in(&detached, &["rev-parse", "HEAD"]);
        std::fs::remove_file(self.repo.path().join(".git/worktrees/detached/logs/HEAD")).expect("a reflog");
        let commit = self.repo.id(&id);
        self.want("HEAD of a linked work tree", &key, Some(commit), "history-only")
            .reached_by = None;

        let key = self.key();
        let lender = self.repo.beside("lender");
        let (own, folder) = (self.repo.path(), lender.to_str().expect("a plain path"));
        self.repo
            .git(&["clone", "-q", own.to_str().expect("a plain path"), folder]);
        std::fs::write(lender.join("lent.env"), text(&key)).expect("a file");
        self.repo.git_in(&lender, &["add", "-A"]);
        self.repo.git_in(&lender, &["commit", "-q", "-m", "lent"]);
        let lent = self.repo.git_in(&lender, &["rev-parse", "HEAD"]);
        let alternates = own.join(".git/objects/info/alternates");
        std::fs::write(alternates, format!("{folder}/.git/objects\n")).expect("a file");
        self.repo.git(&["update-ref", "refs/heads/borrowed", &lent]);
        let commit = self.repo.id(&lent);
        self.want("commit of an alternate", &key, Some(commit), "history-only")
            .reached_by = Some("refs/heads/borrowed");
    }
}

fn whole() -> Builder {
    let mut builder = Builder::new();
    builder.files();
    builder.merges();
    builder.refs();
    builder.stashes();
    builder.dangling();
    builder.elsewhere();
    builder
}

fn audit(folder: &Path) -> Value {
    let run = program::run(folder, &["history", "--report", "json", "--show-secrets"]);
    assert_eq!(run.code, 1, "{}", run.err());
    assert!(run.stderr.is_empty(), "{}", run.err());
    run.json()
}

/// Says what is wrong with the report of a place.
fn complaint(by_secret: &BTreeMap<&str, &Value>, wanted: &Wanted) -> Option<String> {
    let Some(found) = by_secret.get(&*wanted.key.id) else {
        return Some("the id is not found".to_owned());
    };
    let secret = by_secret.get(&*wanted.key.secret);
    if !wanted.id_only && secret.is_none() {
        return Some("the secret is not found".to_owned());
    }
    if !wanted.id_only && found["aws"]["pair_of"] != secret.expect("it is found")["id"] {
        return Some("the halves are not paired".to_owned());
    }
    for found in [Some(found), secret].into_iter().flatten() {
        let commit = wanted.commit.map(|id| id.to_string());
        if found["introduced"]["commit"].as_str() != commit.as_deref() {
            return Some(format!("introduced {}, not {commit:?}", found["introduced"]));
        }
        if found["state"] != wanted.state {
            return Some(format!("{}, not {}", found["state"], wanted.state));
        }
        if found["location"]["place"] != wanted.place {
            return Some(format!("in {}, not {}", found["location"]["place"], wanted.place));
        }
        if wanted
            .path
            .as_deref()
            .is_some_and(|path| found["location"]["path"] != path)
        {
            return Some(format!("at {}, not {:?}", found["location"]["path"], wanted.path));
        }
        let refs = found["refs"].as_array().expect("refs");
        if wanted
            .reached_by
            .is_some_and(|name| !refs.iter().any(|got| got == name))
        {
            return Some(format!("reached by {refs:?}, not {:?}", wanted.reached_by));
        }
        if wanted.state == "unreachable" && !refs.is_empty() {
            return Some(format!("reached by {refs:?}"));
        }
    }
    None
}

fn check(builder: &Builder, when: &str) {
    let report = audit(&builder.repo.path());
    assert_eq!(
        report["complete"], true,
        "{when}: {} {}",
        report["incomplete_reasons"], report["skips"]
    );
    let by_secret: BTreeMap<&str, &Value> = findings(&report)
        .iter()
        .map(|finding| (finding["secret_raw"].as_str().expect("text"), finding))
        .collect();
    let wrong: Vec<String> = builder
        .wanted
        .iter()
        .filter_map(|wanted| Some(format!("{}: {}", wanted.name, complaint(&by_secret, wanted)?)))
        .collect();
    assert!(wrong.is_empty(), "{when}:\n{}", wrong.join("\n"));
    let halves: usize = builder
        .wanted
        .iter()
        .map(|wanted| 2 - usize::from(wanted.id_only))
        .sum();
    assert_eq!(findings(&report).len(), halves, "{when}: nothing else is found");
}

#[test]
fn every_place_of_a_repository() {
    let builder = whole();
    check(&builder, "as made");
    // The same when everything lies in packs and the refs in one file.
    builder.repo.git(&["repack", "-q", "-a", "-d", "-l", "--cruft"]);
    builder.repo.git(&["pack-refs", "--all"]);
    check(&builder, "packed");
    // And from a linked work tree and a sub-folder; HEAD is another one there.
    for folder in [builder.repo.beside("linked"), builder.repo.path().join("a/b")] {
        assert_eq!(
            findings(&audit(&folder)).len(),
            findings(&audit(&builder.repo.path())).len()
        );
    }
}

#[test]
fn what_was_removed_says_when() {
    let builder = whole();
    let report = audit(&builder.repo.path());
    let gone = builder
        .wanted
        .iter()
        .find(|wanted| wanted.name == "deleted file")
        .expect("it was made");
    let found = findings(&report)
        .iter()
        .find(|finding| finding["secret_raw"] == *gone.key.id);
    let found = found.expect("it is found");
    let removed = builder.repo.git(&["log", "-1", "--format=%H %aI", "--", "gone.env"]);
    let said = format!(
        "{} {}",
        found["removed"]["commit"].as_str().expect("a commit"),
        found["removed"]["author_time"]
            .as_str()
            .expect("a time")
            .replace('Z', "+00:00")
    );
    assert_eq!(said, removed.replace('Z', "+00:00"));
    let added = builder
        .repo
        .git(&["log", "--diff-filter=A", "--format=%aI", "--", "gone.env"]);
    let author_time = found["introduced"]["author_time"].as_str().expect("a time");
    assert_eq!(author_time.replace('Z', "+00:00"), added.replace('Z', "+00:00"));
    assert_eq!(found["refs"].as_array().map(Vec::is_empty), Some(false));
}

#[test]
fn a_bare_clone_holds_what_its_refs_reach() {
    let builder = whole();
    let bare = builder.repo.beside("bare.git");
    let mut clone = Command::new("git");
    clone
        .args(["clone", "-q", "--mirror", "--no-local"])
        .arg(builder.repo.path())
        .arg(&bare);
    assert!(clone.status().expect("git runs").success());
    let report = audit(&bare);
    assert_eq!(report["complete"], true);
    let found = findings(&report);
    for wanted in &builder.wanted {
        let there = found.iter().any(|finding| finding["secret_raw"] == *wanted.key.id);
        let held = wanted.reached_by.is_some_and(|name| name.starts_with("refs/"))
            || wanted.place == "ref-name"
            || wanted.reached_by == Some("stash@{0}");
        assert_eq!(there, held, "{}", wanted.name);
    }
}

//! A server: real pushes to a bare repository whose pre-receive hook is keytrail's.

mod common;

use std::fmt::Write;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Stdio;

use common::hooked::{git, is_stopped, key, passes};
use common::program::{Run, run};
use common::repo::TestRepo;

/// A clone with one commit, and the bare repository that it pushes to.
struct Server {
    repo: TestRepo,
    bare: PathBuf,
}

impl Server {
    fn new(flags: &[&str]) -> Self {
        let repo = TestRepo::new();
        let bare = repo.beside("server.git");
        let url = bare.to_str().expect("a plain path");
        repo.git(&["init", "-q", "--bare", "-b", "main", url]);
        repo.git_in(&bare, &["config", "receive.advertisePushOptions", "true"]);
        repo.git(&["remote", "add", "origin", url]);
        repo.commit_file("a", "a\n");
        let server = Self { repo, bare };
        server.install(flags);
        server
    }

    fn install(&self, flags: &[&str]) {
        let ran = run(
            &self.bare,
            &[&["hook", "install", "--type", "pre-receive", "--"], flags].concat(),
        );
        assert_eq!(ran.code, 0, "{}", ran.err());
    }

    fn push(&self, arguments: &[&str]) -> Run {
        git(
            &self.repo,
            &self.repo.path(),
            &[&["push", "origin"], arguments].concat(),
        )
    }

    fn refs(&self) -> String {
        self.repo.git_in(&self.bare, &["for-each-ref", "--format=%(refname)"])
    }
}

#[test]
fn a_push_with_a_key_is_refused_and_what_is_clean_goes_in() {
    let (pair, text) = key(30);
    let server = Server::new(&[]);
    let repo = &server.repo;
    passes(&server.push(&["main"]));
    // The commit, the path and the line; also if a later commit takes it away, and on a new branch.
    repo.git(&["checkout", "-q", "-b", "feature"]);
    let bad = repo.commit_file("deploy/prod.env", format!("# one\n{text}"));
    fs::remove_file(repo.path().join("deploy/prod.env")).expect("the file");
    repo.commit("taken away");
    let ran = server.push(&["feature"]);
    is_stopped(&ran, &pair, "deploy/prod.env:2");
    assert!(
        ran.err().contains(&bad.short()) && ran.err().contains("the push is refused"),
        "{}",
        ran.err()
    );
    // Several refs in one push: one is bad, so none goes in.
    is_stopped(&server.push(&["main:other", "feature"]), &pair, "deploy/prod.env:2");
    assert_eq!(server.refs(), "refs/heads/main");
    // A force push of what is clean, then a deletion.
    repo.git(&["reset", "-q", "--hard", "main"]);
    repo.commit_file("b", "clean\n");
    passes(&server.push(&["feature"]));
    repo.git(&["reset", "-q", "--hard", "main"]);
    repo.commit_file("c", "clean\n");
    passes(&server.push(&["--force", "feature"]));
    passes(&server.push(&[":feature"]));
    assert_eq!(server.refs(), "refs/heads/main");
    // A force push back to a history with a key.
    repo.commit_file("d", &text);
    is_stopped(&server.push(&["--force", "HEAD:main"]), &pair, "d:1");
}

#[test]
fn tags_their_messages_and_bare_objects_are_scanned() {
    let (pair, text) = key(31);
    let server = Server::new(&[]);
    let repo = &server.repo;
    repo.git(&["tag", "light"]);
    passes(&server.push(&["main", "light"]));
    repo.git(&["tag", "-a", "-m", "clean", "good"]);
    passes(&server.push(&["good"]));
    repo.git(&["tag", "-a", "-m", &text, "bad"]);
    is_stopped(&server.push(&["bad"]), &pair, "message of tag bad:1");
    // A tag of a tag, of a file and of a folder.
    repo.git(&["tag", "-a", "-m", "of a tag", "bad-too", "bad"]);
    is_stopped(&server.push(&["bad-too"]), &pair, "message of tag bad:1");
    let blob = repo.hash_object("blob", text.as_bytes()).to_string();
    repo.git(&["tag", "-a", "-m", "of a file", "file", &blob]);
    is_stopped(&server.push(&["file"]), &pair, "blob ");
    repo.write("sub/key", &text);
    repo.git(&["add", "-A"]);
    let tree = repo.git(&["write-tree"]);
    repo.git(&["tag", "folder", &tree]);
    is_stopped(&server.push(&["folder"]), &pair, "sub/key:1");
    assert!(!server.refs().contains("bad"));
}

#[test]
fn nothing_that_is_pushed_says_how_it_is_scanned() {
    let (pair, text) = key(32);
    let server = Server::new(&[]);
    let repo = &server.repo;
    passes(&server.push(&["main"]));
    let allow = "[[allow]]\npath = [\"fixtures/\"]\nreason = \"made up\"\n";
    let marked = format!(
        "aws_access_key_id = {} # keytrail:allow made up\naws_secret_access_key = {} # keytrail:allow made up\n",
        pair.id, pair.secret
    );
    repo.git(&["checkout", "-q", "-b", "feature"]);
    repo.write(".keytrail.toml", allow);
    repo.commit_file("fixtures/key", &text);
    is_stopped(&server.push(&["feature"]), &pair, "fixtures/key:1");
    repo.git(&["reset", "-q", "--hard", "main"]);
    repo.commit_file("marked", &marked);
    is_stopped(&server.push(&["feature"]), &pair, "marked:1");
    // What the default branch said before is obeyed, and comments if the server says so.
    server.install(&["--inline-allow"]);
    passes(&server.push(&["feature"]));
    repo.git(&["checkout", "-q", "main"]);
    repo.commit_file(".keytrail.toml", allow);
    passes(&server.push(&["main"]));
    repo.commit_file("fixtures/key", &text);
    passes(&server.push(&["main"]));
    // Settings that are not valid do not keep the remedy out.
    repo.commit_file(".keytrail.toml", "not = [valid\n");
    passes(&server.push(&["main"]));
    repo.commit_file(".keytrail.toml", allow);
    let ran = server.push(&["main"]);
    passes(&ran);
    assert!(ran.err().contains("are not used"), "{}", ran.err());
}

#[test]
fn who_may_skip_the_scan_is_written_down() {
    let (pair, text) = key(33);
    let server = Server::new(&[]);
    let repo = &server.repo;
    repo.commit_file("key", &text);
    let skip = ["-o", "keytrail.skip=the site is down", "main"];
    let ran = server.push(&skip);
    is_stopped(&ran, &pair, "key:1");
    assert!(ran.err().contains("has no effect"), "{}", ran.err());
    let log = repo.beside("skips.jsonl");
    let file = log.to_str().expect("a plain path");
    server.install(&["--skip-log", file]);
    assert_ne!(
        server.push(&["-o", "keytrail.skip", "main"]).code,
        0,
        "without a reason"
    );
    is_stopped(&server.push(&["main"]), &pair, "key:1");
    let ran = server.push(&skip);
    passes(&ran);
    assert!(ran.err().contains("written down: the site is down"), "{}", ran.err());
    let log = fs::read_to_string(log).expect("the log");
    let entry: serde_json::Value = serde_json::from_str(log.trim_end()).expect("one line of JSON");
    assert_eq!(entry["reason"], "the site is down");
    assert_eq!(entry["event"], "skipped");
    assert_eq!(entry["refs"][0]["ref"], "refs/heads/main");
    assert_eq!(entry["refs"][0]["new"], repo.id("HEAD").to_string());
    // Without a log that can be written nothing goes in unscanned.
    repo.commit_file("key", format!("{text}\n"));
    server.install(&["--skip-log", "/nowhere/skips.jsonl"]);
    assert_ne!(server.push(&skip).code, 0);
}

#[test]
fn a_push_that_takes_too_long_is_refused_or_let_in_as_the_server_says() {
    let (_, text) = key(34);
    let server = Server::new(&["--timeout", "1ms"]);
    server.repo.commit_file("key", &text);
    let ran = server.push(&["main"]);
    assert!(ran.code != 0 && ran.err().contains("within 0.001 s"), "{}", ran.err());
    server.install(&["--timeout", "1ms", "--on-timeout", "open"]);
    let ran = server.push(&["main"]);
    passes(&ran);
    assert!(ran.err().contains("UNSCANNED"), "{}", ran.err());
}

/// Commits with a file two folders deep each: 12,500 objects, and a tenth of that without optimization. How long it
/// takes is printed, for a build with optimization on a machine that does nothing else.
const COMMITS: usize = if cfg!(debug_assertions) { 250 } else { 2_500 };

#[test]
fn many_objects_are_scanned() {
    let (pair, text) = key(35);
    let server = Server::new(&[]);
    let repo = &server.repo;
    passes(&server.push(&["main"]));
    let mut stream = String::new();
    for number in 0..COMMITS {
        let content = match number {
            123 => text.clone(),
            _ => format!("value = {number}\n"),
        };
        let _ = write!(
            stream,
            "commit refs/heads/many\ncommitter Ada <ada@example.com> {} +0000\ndata 2\nm\n",
            1_700_000_000 + number
        );
        if number == 0 {
            stream += "from refs/heads/main^0\n";
        }
        let _ = write!(
            stream,
            "M 100644 inline dir{}/sub/f{number}\ndata {}\n{content}\n",
            number % 50,
            content.len()
        );
    }
    let mut import = repo.command(&repo.path(), &["fast-import", "--quiet"]);
    let mut child = import.stdin(Stdio::piped()).spawn().expect("git runs");
    child
        .stdin
        .take()
        .expect("a pipe")
        .write_all(stream.as_bytes())
        .expect("it reads");
    assert!(child.wait().expect("it ends").success());
    let objects = repo
        .git(&["rev-list", "--objects", "many", "--not", "main"])
        .lines()
        .count();
    assert_eq!(objects, 5 * COMMITS);
    let begun = std::time::Instant::now();
    let ran = server.push(&["many"]);
    eprintln!("{objects} objects: {:?}", begun.elapsed());
    is_stopped(&ran, &pair, "dir23/sub/f123:1");
    let scanned = if COMMITS == 250 {
        " 250 commits"
    } else {
        "2,500 commits"
    };
    assert!(ran.err().contains(scanned), "{}", ran.err());
}
